"""Intensity as colour: half-blocks where colours are many, shades where they are few, and hatching for what is not
known."""

import numpy as np
from numpy.typing import NDArray

from liqtui.ui.look import Look
from liqtui.ui.paint.grid import Grid
from liqtui.ui.paint.scale import Floats

CONTRAST = 2.0
"""Intensity is log1p(share^CONTRAST) / log1p(1): broad fields stay dark, what stands out of them glows."""
ROBUST = 99.5
UPPER = ord("▀")
BLANK = ord(" ")


def levels(image: Floats, cap: float, steps: int) -> NDArray[np.int64]:
    """Ladder steps 0 … steps−1 of each density, logarithmic up to `cap`; −1 without history."""
    share = np.clip(np.nan_to_num(image, nan=0.0) / cap, 0, 1) if cap > 0 else np.zeros(image.shape)
    out: NDArray[np.int64] = np.rint(np.log1p(share**CONTRAST) / np.log1p(1) * (steps - 1)).astype(np.int64)
    out[np.isnan(image)] = -1
    return out


def robust_cap(image: Floats) -> float:
    """The density full brightness stands for: the 99.5th percentile of what is there, so one spike dims nothing."""
    there = image[image > 0]
    return float(np.percentile(there, ROBUST)) if there.size else 0.0


def colours(look: Look, level: NDArray[np.int64]) -> NDArray[np.int16]:
    """The colour of each level; without history it is faint."""
    heat = np.array([*look.heat, look.faint], np.int16)
    out: NDArray[np.int16] = heat[level]
    return out


def half_blocks(grid: Grid, x: int, y: int, colour: NDArray[np.int16]) -> None:
    """Paint `colour` [half row, column], two half rows a row."""
    top, bottom = colour[::2], colour[1::2]
    area = np.s_[y : y + len(top), x : x + colour.shape[1]]
    same = top == bottom
    grid.ch[area] = np.where(same, BLANK, UPPER)
    grid.fg[area] = top
    grid.bg[area] = np.where(same, top, bottom)


def shades(grid: Grid, x: int, y: int, level: NDArray[np.int64]) -> None:
    """Paint `level` [row, column] as shades."""
    look = grid.look
    glyphs = np.array([ord(c) for c in look.shades], np.uint32)
    heat = np.array([look.heat[min(i, len(look.heat) - 1)] for i in range(len(glyphs))], np.int16)
    rows, cells = level.shape
    area = np.s_[y : y + rows, x : x + cells]
    shown = np.maximum(level, 0)
    grid.ch[area] = glyphs[shown]
    grid.fg[area] = heat[shown]


def hatch(grid: Grid, x: int, y: int, width: int, height: int) -> None:
    """An area of which nothing is known."""
    area = np.s_[y : y + height, x : x + width]
    grid.ch[area] = ord("╱")
    grid.fg[area] = grid.look.border
    grid.bg[area] = grid.look.background
