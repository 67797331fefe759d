"""The tables of a View as CSV: a header line, sizes in the JSON's unit, and an empty cell for what is unknown."""

import csv
import io
import math
from collections.abc import Iterable, Sequence

import numpy as np

from liqtui.events import Side
from liqtui.export.numbers import number, rounded
from liqtui.export.view import bins, filled
from liqtui.view import Array, BookView, MapView, View

BINS = ("price", "long", "short")
CLUSTERS = ("side", "low", "high", "peak", "distance_pct", "mass", "density", "growth_1h")
LADDER = ("low", "high", "long", "short", "bids", "asks", "traded")
Prices = tuple[float, float] | None
"""The lowest and the highest that are told; None: all."""


def view_to_csv(view: View, prices: Prices = None) -> str:
    """The bins: the middle of each, and the stock on either side."""
    if view.map is None:
        return _text(BINS, ())
    low, high = prices or (0.0, math.inf)
    rows = ((price, float(long), float(short)) for price, long, short in zip(*bins(view.map), strict=True))
    return _text(BINS, (list(map(rounded, row)) for row in rows if low <= row[0] <= high))


def clusters_to_csv(view: View, prices: Prices = None) -> str:
    """The clusters as the JSON has them, a row each."""
    low, high = prices or (0.0, math.inf)
    return _text(CLUSTERS, (
        [one.side.name.lower(), *(number(getattr(one, name)) for name in CLUSTERS[1:])]
        for one in view.clusters if one.high >= low and one.low <= high
    ))


def ladder_to_csv(view: View, prices: Prices = None) -> str:
    """What the ladder view shows, bin by bin, lowest price first: the edges of the bin, the stock on either side, what
    rests in the book and what was traded there in 24 h, the last three in the instrument's own unit. Of the book what
    lies beyond its outermost orders is unknown, not nothing."""
    shown = view.map
    if shown is None:
        return _text(LADDER, ())
    held = filled(shown)
    sides, (bids, asks) = shown.mass.sum(axis=1), _depth(view.book, shown)
    rows = []
    low, high = prices or (0.0, math.inf)
    for at in range(held.start, held.stop):
        if not low <= shown.price_of(at + 0.5) <= high:
            continue
        stock = (float(sides[Side.LONG, at]), float(sides[Side.SHORT, at]))
        flow = (bids[at], asks[at], None if view.volume is None else float(view.volume[at]))
        rows.append([rounded(shown.price_of(at)), rounded(shown.price_of(at + 1)), *map(number, (*stock, *flow))])
    return _text(LADDER, rows)


def _depth(book: BookView | None, shown: MapView) -> tuple[list[float | None], list[float | None]]:
    """The book's two sides on the columns of the map; None where it is not seen."""
    columns = shown.mass.shape[2]
    nothing: list[float | None] = [None] * columns
    if book is None:
        return nothing, nothing[:]
    there = np.flatnonzero((book.bids > 0) | (book.asks > 0)) + book.first_bin - shown.first_bin
    if not len(there):
        return nothing, nothing[:]

    def laid(side: Array) -> list[float | None]:
        out = nothing[:]
        for at in range(max(int(there[0]), 0), min(int(there[-1]) + 1, columns)):
            out[at] = float(side[at + shown.first_bin - book.first_bin])
        return out

    return laid(book.bids), laid(book.asks)


def _text(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows(rows)
    return out.getvalue()


FORMS = {"csv": view_to_csv, "ladder": ladder_to_csv, "clusters": clusters_to_csv}
"""By the name of the option of `once`."""
