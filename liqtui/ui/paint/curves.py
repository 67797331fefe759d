"""Overlays: thin lines over the bars, each against its own largest value."""

import numpy as np

from liqtui.liqmap.intensity import cumulative
from liqtui.ui.paint.grid import Grid
from liqtui.ui.paint.scale import Floats, Scale, gather
from liqtui.ui.state import PaneState
from liqtui.view import BookView, View

TITLES = {
    "cumulative": "cumulative from mark", "volume": "volume profile 24h", "book": "book depth",
    "realized": "realized liquidations",
}


def overlay_values(name: str, view: View, density: Floats, scale: Scale, mark: float) -> Floats | None:
    """Values [column] of an overlay; None where its figures are unknown."""
    if name == "cumulative":
        below, above = cumulative(density[0], density[1], scale.first, scale.step, mark)
        return below + above
    if name == "volume" and view.volume is not None and view.map is not None:
        return gather(view.volume, view.map.first_bin, 1, scale)
    if name == "book" and view.book is not None:
        return depth_ahead(view.book, scale)
    if name == "realized":
        out = np.zeros(scale.cells)
        for event in view.liquidations:
            if scale.holds(event.mark):
                out[scale.column(event.mark)] += event.usd
        return out
    return None


def paint_curve(grid: Grid, x: int, y: int, rows: int, values: Floats, top: float | None = None) -> None:
    """A line through `values` [column], joined with box-drawing; over bars it keeps their colour behind it. `top` (the
    largest of them) is the upper edge. Where a value is unknown (NaN) there is no line."""
    known = np.isfinite(values)
    top = float(values[known].max(initial=0.0)) if top is None else top
    if top <= 0:
        return
    level = np.clip(np.rint(np.where(known, values, 0) / top * (rows - 1)), 0, rows - 1).astype(np.int64)
    for column in np.flatnonzero(known).tolist():
        here = int(level[column])
        before = int(level[column - 1]) if column and known[column - 1] else here
        if here == before:
            grid.over(y + rows - 1 - here, x + column, "─")
            continue
        up = here > before
        grid.over(y + rows - 1 - here, x + column, "╭" if up else "╰")
        grid.over(y + rows - 1 - before, x + column, "╯" if up else "╮")
        for between in range(min(here, before) + 1, max(here, before)):
            grid.over(y + rows - 1 - between, x + column, "│")


def depth_ahead(book: BookView, scale: Scale) -> Floats:
    """Depth added up outward from the touch; NaN beyond the visible book."""
    bids, asks = gather(book.bids, book.first_bin, 1, scale), gather(book.asks, book.first_bin, 1, scale)
    there = np.flatnonzero(bids + asks > 0)
    out = np.cumsum(bids[::-1])[::-1] * (np.cumsum(asks) <= 0) + np.cumsum(asks)
    if len(there):
        out[: there[0]] = out[there[-1] + 1 :] = np.nan
    return out


def overlay_title(state: PaneState) -> str:
    """What the overlay is called in the map's title."""
    return TITLES.get(state.laid_over, "")
