"""The map: relative intensity upwards, price across, in eighth-blocks."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from liqtui.ui.paint.grid import Grid
from liqtui.ui.paint.scale import Floats

EIGHTHS = np.array([ord(c) for c in " ▁▂▃▄▅▆▇█"], np.uint32)
LABELS = (0, 25, 50, 75, 100)
SHARP = 1 - 1e-9


def heights(values: Floats, full: float, rows: int) -> NDArray[np.int64]:
    """Heights in eighths of a row; `full` fills all rows. What is there at all but too low to see shows nothing."""
    if full <= 0:
        return np.zeros(values.shape, np.int64)
    return np.clip(np.rint(values / full * rows * 8), 0, rows * 8).astype(np.int64)


def round_top(value: float) -> float:
    """The next 1, 2 or 5 of a power of ten: a scale that stands still while what it measures changes."""
    if value <= 0:
        return 0.0
    power = 10.0 ** math.floor(math.log10(value))
    return next((power * n for n in (1, 2, 5) if power * n >= value), power * 10)


def round_step(value: float) -> float:
    """The same from 1, 2, 2.5 and 5: a distance between labels."""
    power = 10.0 ** math.floor(math.log10(value))
    return next((power * n for n in (1, 2, 2.5, 5) if power * n >= value * SHARP), power * 10)


def paint_bars(grid: Grid, x: int, y: int, rows: int, tall: NDArray[np.int64], longs: NDArray[np.bool_]) -> None:
    """Bars of `tall` eighths on rows y … y+rows−1, brighter upwards; `longs` [column] says whose colour."""
    look, cells = grid.look, len(tall)
    above = np.arange(rows - 1, -1, -1)[:, None] * 8
    part = np.clip(tall[None, :] - above, 0, 8)
    area = np.s_[y : y + rows, x : x + cells]
    grid.ch[area] = EIGHTHS[part]
    grid.fg[area] = np.where(longs[None, :], shade(look.long_ladder, rows), shade(look.short_ladder, rows))


def paint_axis(grid: Grid, x: int, y: int, rows: int, labels: dict[int, str]) -> None:
    """The vertical axis: a line at `x` and labels (row from the top → text) to its left."""
    look = grid.look
    for row in range(rows):
        grid.text(y + row, x, "│", look.border)
    for row, label in labels.items():
        grid.text(y + row, x - len(label), label, look.muted)


def relative_labels(rows: int) -> dict[int, str]:
    """0–100 beside the rows whose upper edge they mark; fewer where rows are few."""
    return value_labels(rows, 100.0, "{:.0f}".format)


def value_labels(rows: int, full: float, words: Callable[[float], str]) -> dict[int, str]:
    """The same rows labelled with what they are worth."""
    wanted = LABELS if rows >= 8 else (0, 50, 100)
    return {rows - round(rows * level / 100): words(full * level / 100) for level in wanted if level}


def shade(ladder: tuple[int, ...], rows: int) -> NDArray[np.int16]:
    """A column of colours from the ladder, top row last step; the lowest fifth is left to the background."""
    low = len(ladder) // 5
    at = np.linspace(len(ladder) - 1, low, rows) if rows > 1 else np.array([len(ladder) - 1.0])
    return np.array([ladder[round(i)] for i in at], np.int16)[:, None]
