"""Lines of coloured words written on a grid, and fitted into a width."""

from liqtui.ui.cells import cells, cut
from liqtui.ui.look import Line, Look, Span
from liqtui.ui.paint.grid import Grid

LABEL = 7
"""Cells of a row's name in the side column."""


def label(text: str, look: Look, width: int = LABEL) -> Span:
    """What a row of the side column is called."""
    return f"{text:<{width}}", look.muted, 0


def width_of(line: Line) -> int:
    """Cells a line takes."""
    return sum(cells(text) for text, _, _ in line)


def put(grid: Grid, y: int, x: int, line: Line, limit: int | None = None) -> int:
    """Write a line at (y, x), at most `limit` cells of it. Returns where it ends."""
    stop = grid.width if limit is None else min(grid.width, x + limit)
    for text, fg, attr in line:
        x = grid.text(y, x, cut(text, stop - x), fg, attr)
    return x


def fit(parts: list[tuple[int, Line]], width: int, gap: int) -> Line:
    """Join parts (importance, line) in their order with `gap` blanks; while too wide, drop the least important
    (highest number) first."""
    kept = list(parts)
    while len(kept) > 1 and sum(width_of(p) for _, p in kept) + gap * (len(kept) - 1) > width:
        least = max(range(len(kept)), key=lambda i: (kept[i][0], i))
        del kept[least]
    line: Line = []
    for i, (_, part) in enumerate(kept):
        if i:
            line.append((" " * gap, part[0][1], 0))
        line.extend(part)
    return line
