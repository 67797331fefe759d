"""The cascade of one instrument: what is learned at every boundary, and the forecast that a View carries."""

import numpy as np

from liqtui.instruments import Instrument
from liqtui.liqmap.cascade import Book as Depth
from liqtui.liqmap.cascade import Cascades, Response, cascades, in_base
from liqtui.market.batch import Columns
from liqtui.market.book import Book
from liqtui.market.response import Answer
from liqtui.view import BookView, CascadeView, MapView

EVERY_NS = 10**9
"""It is worked out at most so often: 1–2 ms."""


class Cascading:
    """Owns how the market answers flow, and the last forecast. Belongs to a pipeline."""

    def __init__(self, instrument: Instrument, sampled: bool) -> None:
        """`sampled`: the feed leaves liquidations out, so the map's level is not identified."""
        self.answer = Answer()
        self._inverse, self._sampled = instrument.inverse, sampled
        self._last: CascadeView | None = None
        self._due_ns = 0

    def step(self, now_ns: int, mark: float | None, book: Book, trades: Columns) -> None:
        """A boundary was worked."""
        if mark is not None:
            self.answer.take(now_ns, mark, book, trades)

    def read(
        self, now_ns: int, mark: float | None, mid: float | None, shown: MapView | None, book: BookView | None
    ) -> CascadeView | None:
        """What a push would come to; None without a map of known size or without a book."""
        if mark is None or mid is None or shown is None or shown.undrawn is None or book is None:
            self._last, self._due_ns = None, 0
        elif now_ns >= self._due_ns:
            self._last = self._worked(mark, mid, shown, book)
            self._due_ns = now_ns - now_ns % EVERY_NS + EVERY_NS
        return self._last

    def _worked(self, mark: float, mid: float, shown: MapView, book: BookView) -> CascadeView | None:
        response = Response(self.answer.kept, self.answer.stands)
        return forecast(shown, book, mark, mid, response, inverse=self._inverse, level_known=not self._sampled)


def forecast(
    shown: MapView, book: BookView, mark: float, mid: float, response: Response, *, inverse: bool, level_known: bool
) -> CascadeView | None:
    """Where pushes from the mark would end; None where a side of the book shows nothing."""
    four = [*shown.mass.sum(axis=1), book.bids, book.asks]
    if inverse:
        four = list(in_base(np.stack(four), shown.first_bin, shown.width))
    longs, shorts, bids, asks = four
    found = cascades(longs, shorts, Depth(bids, asks, mid), shown.first_bin, shown.width, mark, response)
    if found is None:
        return None
    sell, buy = (_frozen(one) for one in found)
    return CascadeView(mark, sell, buy, response, level_known, mid)


def _frozen(found: Cascades) -> Cascades:
    for column in found:
        column.flags.writeable = False
    return found
