"""Horizontal bars, a row each, in eighths of a cell; and lines over them."""

import numpy as np
from numpy.typing import NDArray

from liqtui.ui.paint.bars import shade
from liqtui.ui.paint.grid import Grid
from liqtui.ui.paint.scale import Floats

PARTS = np.array([ord(c) for c in " ▏▎▍▌▋▊▉█"], np.uint32)
HALF = ord("▐")


def paint_across(
    grid: Grid, x: int, y: int, cells: int, long: NDArray[np.int64], ladders: list[tuple[int, ...]],
    *, leftward: bool = False,
) -> None:
    """Bars of `long` [row] eighths in columns x … x+cells−1, row 0 the uppermost, each from dark to bright along its
    ladder. `leftward`: they begin at the right end."""
    look, rows = grid.look, len(long)
    part = np.clip(long[:, None] - np.arange(cells)[None, :] * 8, 0, 8)
    inks = {ladder: shade(ladder, cells)[::-1, 0] for ladder in set(ladders)}
    ink = np.array([inks[ladder] for ladder in ladders], np.int16).reshape(rows, cells)
    area = np.s_[y : y + rows, x : x + cells]
    there = part > 0
    if not leftward:
        grid.ch[area] = np.where(there, PARTS[part], grid.ch[area])
        grid.fg[area] = np.where(there, ink, grid.fg[area])
        return
    part, ink, there = part[:, ::-1], ink[:, ::-1], there[:, ::-1]
    if not look.half_blocks:
        whole = np.where(part >= 6, PARTS[8], np.where(part >= 2, HALF, PARTS[0]))
        grid.ch[area] = np.where(there, whole, grid.ch[area])
        grid.fg[area] = np.where(there, ink, grid.fg[area])
        return
    cut = there & (part < 8)  # a block of the right edge is the rest of one of the left edge, colours swapped
    grid.ch[area] = np.where(there, PARTS[np.where(cut, 8 - part, 8)], grid.ch[area])
    grid.fg[area] = np.where(cut, look.background, np.where(there, ink, grid.fg[area]))
    grid.bg[area] = np.where(cut, ink, grid.bg[area])


def paint_line(
    grid: Grid, x: int, y: int, cells: int, values: Floats, top: float | None = None, *, leftward: bool = False
) -> None:
    """A line through `values` [row], `top` (the largest of them) at the far end; where a value is unknown (NaN) there
    is none. `leftward`: the far end is the left one."""
    known = np.isfinite(values)
    top = float(values[known].max(initial=0.0)) if top is None else top
    if top <= 0:
        return
    first, way = (x + cells - 1, -1) if leftward else (x, 1)
    corners = "╯╰╭╮" if leftward else "╰╯╮╭"
    level = np.clip(np.rint(np.where(known, values, 0) / top * (cells - 1)), 0, cells - 1).astype(np.int64)
    for row in np.flatnonzero(known).tolist():
        here = int(level[row])
        above = int(level[row - 1]) if row and known[row - 1] else here
        if here == above:
            grid.over(y + row, first + way * here, "│")
            continue
        out = here > above
        grid.over(y + row, first + way * above, corners[0] if out else corners[1])
        grid.over(y + row, first + way * here, corners[2] if out else corners[3])
        for between in range(min(here, above) + 1, max(here, above)):
            grid.over(y + row, first + way * between, "─")
