"""The price axis under the map: a line with clusters on it, round prices, and the mark."""

from liqtui.events import Side
from liqtui.ui import words
from liqtui.ui.colour import BOLD
from liqtui.ui.paint.grid import Grid
from liqtui.ui.paint.named import Named
from liqtui.ui.paint.scale import Scale, round_prices
from liqtui.view import View


def paint_prices(
    grid: Grid, x: int, y: int, scale: Scale, view: View, named: list[Named], mark: float, at: int
) -> None:
    """Row y the line, row y + 1 the prices; column 0 of the scale is at `x`, the mark in column `at`."""
    look = grid.look
    grid.text(y, x - 1, "├" + "─" * scale.cells, look.border)
    grid.text(y, x - 2, "0", look.muted)
    _clusters(grid, x, y, scale, named)
    _jumps(grid, x, y, scale, view)
    taken = _mark(grid, x, y, scale, view, mark, at)
    prices = round_prices(scale, len(words.rough(mark)))
    digits = words.decimals_of(_step(prices)) if len(prices) > 1 else words.decimals_of(view.instrument.tick)
    for price in prices:
        label = words.price(price, min(digits, 10))
        at = scale.column(price)
        start = at - len(label) // 2
        if 0 <= at < scale.cells and grid.ch[y, x + at] == ord("─"):
            grid.text(y, x + at, "┬", look.border)
        if start >= 0 and start + len(label) <= scale.cells and not _overlaps(taken, start, len(label)):
            grid.text(y + 1, x + start, label, look.muted)


def _clusters(grid: Grid, x: int, y: int, scale: Scale, named: list[Named]) -> None:
    """Clusters from edge to edge, heavy on the line."""
    look = grid.look
    for cluster in (one.cluster for one in named):
        low, high = max(scale.column(cluster.low), 0), min(scale.column(cluster.high), scale.cells - 1)
        if low <= high:
            colour = look.long if cluster.side is Side.LONG else look.short
            grid.text(y, x + low, "━" * (high - low + 1), colour)


def _jumps(grid: Grid, x: int, y: int, scale: Scale, view: View) -> None:
    """Levels that were jumped over, dotted on the line where no cluster lies on it."""
    for jump in view.jumps:
        for column in range(max(scale.column(jump.low), 0), min(scale.column(jump.high), scale.cells - 1) + 1):
            if grid.ch[y, x + column] == ord("─"):
                grid.text(y, x + column, "┄", grid.look.warn)


def _mark(grid: Grid, x: int, y: int, scale: Scale, view: View, mark: float, at: int) -> tuple[int, int]:
    """The mark's tick and label; returns the columns it takes."""
    look = grid.look
    if not 0 <= at < scale.cells:
        return 0, 0
    digits = words.decimals_of(view.instrument.tick)
    label = words.price(mark, 0 if mark >= 1000 else digits)
    right = at + 1 + len(label) <= scale.cells
    text, start = (f"▲{label}", at) if right else (f"{label}▲", at - len(label))
    grid.text(y, x + at, "┴", look.accent, BOLD)
    grid.text(y + 1, x + start, text, look.accent, BOLD)
    return start, start + len(text)


def _overlaps(taken: tuple[int, int], start: int, length: int) -> bool:
    return taken[1] > taken[0] and start < taken[1] + 1 and start + length > taken[0] - 1


def _step(prices: list[float]) -> float:
    return float(f"{prices[1] - prices[0]:.6g}")
