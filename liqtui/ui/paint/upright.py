"""A price axis that goes up: labels left of it, the mark, the cursor, clusters along a line. A cell of the scale is a
row; the highest is row 0."""

from typing import NamedTuple

import numpy as np

from liqtui.events import Side
from liqtui.ui import words
from liqtui.ui.colour import BOLD, REVERSE
from liqtui.ui.look import Look
from liqtui.ui.paint.grid import Grid
from liqtui.ui.paint.scale import Scale, prices_apart
from liqtui.ui.paint.scene import Layout, Shown
from liqtui.ui.state import PaneState
from liqtui.view import View

APART = 3
"""Rows between two price labels, at least."""


class Axis(NamedTuple):
    """Where a price axis stands: its line in column `x`, its labels before it, row 0 of the scale's rows at `y`."""

    x: int
    y: int
    scale: Scale

    @property
    def rows(self) -> int:
        return self.scale.cells

    def row(self, cell: int) -> int:
        """The row of the grid of a cell of the scale."""
        return self.y + self.scale.cells - 1 - cell

    def price_at(self, y: int) -> float | None:
        """The price in the middle of a row of the grid; None outside."""
        cell = self.y + self.scale.cells - 1 - y
        return self.scale.price(cell + 0.5) if 0 <= cell < self.scale.cells else None


def axis_of(layout: Layout, shown: Shown, view: View, y: int) -> Axis:
    """The axis at the left edge of the body, as far in as its labels need."""
    return Axis(1 + layout.framed + label_width(shown, view), y, shown.scale)


def label_width(shown: Shown, view: View) -> int:
    """Cells of the widest label, with the sign of the mark before it."""
    labels = [words.price(price, _digits(shown.scale, view)) for price in _prices(shown.scale)]
    return max(len(label) for label in [*labels, _mark_label(shown.mark, view)]) + 1


def paint_axis_up(grid: Grid, axis: Axis, shown: Shown, view: View, state: PaneState) -> None:
    """The line, round prices, the mark, and the cursor's price."""
    look, scale = grid.look, axis.scale
    for row in range(axis.rows):
        grid.text(axis.y + row, axis.x, "│", look.border)
    cursor = scale.column(state.cursor) if state.cursor is not None and scale.holds(state.cursor) else None
    taken = [cell for cell in (shown.at, cursor) if cell is not None]
    for price in _prices(scale):
        cell = scale.column(price)
        if 0 <= cell < scale.cells:
            grid.text(axis.row(cell), axis.x, "┤", look.border)
            if cell not in taken:
                _label(grid, axis, cell, words.price(price, _digits(scale, view)), look.muted, 0)
    if 0 <= shown.at < scale.cells:
        _label(grid, axis, shown.at, "▸" + _mark_label(shown.mark, view), look.accent, BOLD)
        grid.text(axis.row(shown.at), axis.x, "┼", look.accent, BOLD)
    if cursor is not None and cursor != shown.at:
        digits = _digits(scale, view) if shown.mark < 1000 else 0
        _label(grid, axis, cursor, words.price(scale.price(cursor + 0.5), digits), look.accent, REVERSE)


def paint_cursor_across(grid: Grid, axis: Axis, state: PaneState, end: int, over: str) -> None:
    """A line through the cursor's row, from the axis to before column `end`, where nothing but `over` is."""
    if state.cursor is None or not axis.scale.holds(state.cursor):
        return
    row = axis.row(axis.scale.column(state.cursor))
    cells = np.s_[row, axis.x + 1 : end]
    free = np.isin(grid.ch[cells], [ord(c) for c in over])
    grid.ch[cells][free] = ord("─")
    grid.fg[cells][free] = grid.look.accent


def paint_clusters_up(grid: Grid, x: int, axis: Axis, shown: Shown, view: View) -> None:
    """A line in column `x` with the clusters from edge to edge, heavy, and levels that were jumped over, dotted."""
    look, scale = grid.look, axis.scale
    for row in range(axis.rows):
        grid.text(axis.y + row, x, "│", look.border)
    for jump in view.jumps:
        for cell in range(max(scale.column(jump.low), 0), min(scale.column(jump.high), scale.cells - 1) + 1):
            grid.text(axis.row(cell), x, "┊", look.warn)
    for cell, ink in cluster_inks(shown, look).items():
        grid.text(axis.row(cell), x, "┃", ink)
    if 0 <= shown.at < scale.cells:
        grid.text(axis.row(shown.at), x, "┼", look.accent, BOLD)


def cluster_inks(shown: Shown, look: Look) -> dict[int, int]:
    """The colour of each cell of the scale that a cluster covers."""
    inks, scale = {}, shown.scale
    for cluster in (one.cluster for one in shown.named):
        for cell in range(max(scale.column(cluster.low), 0), min(scale.column(cluster.high), scale.cells - 1) + 1):
            inks[cell] = look.long if cluster.side is Side.LONG else look.short
    return inks


def paint_mark_across(grid: Grid, axis: Axis, shown: Shown, x: int, end: int) -> None:
    """A thin line where the mark is, in the blank cells of columns x … end−1."""
    if 0 <= shown.at < axis.scale.cells:
        cells = np.s_[axis.row(shown.at), x:end]
        blank = grid.ch[cells] == ord(" ")
        grid.ch[cells][blank] = ord("╌")
        grid.fg[cells][blank] = grid.look.faint


def _label(grid: Grid, axis: Axis, cell: int, text: str, ink: int, attr: int) -> None:
    grid.text(axis.row(cell), axis.x - len(text), text, ink, attr)


def _prices(scale: Scale) -> list[float]:
    return prices_apart(scale, APART)


def _digits(scale: Scale, view: View) -> int:
    prices = _prices(scale)
    if len(prices) < 2:
        return 0 if scale.price(0) >= 1000 else words.decimals_of(view.instrument.tick)
    return min(words.decimals_of(float(f"{prices[1] - prices[0]:.6g}")), 10)


def _mark_label(mark: float, view: View) -> str:
    return words.price(mark, 0 if mark >= 1000 else words.decimals_of(view.instrument.tick))
