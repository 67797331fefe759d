"""The strip of a watch row: where positions would be liquidated, from 5 % below the mark to 5 % above, as intensity."""

from collections.abc import Callable
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from liqtui.ui.look import Look
from liqtui.ui.paint.gradient import levels
from liqtui.ui.state import RESCALE
from liqtui.view import STRIP_BINS, Array

HALF = STRIP_BINS // 2
LEFT_HALF = "▌"
Run = tuple[str, int, int]
"""Text, colour and ground."""


class Strips:
    """Remembers what each row's brightest stands for, so that its colours stand still."""

    def __init__(self) -> None:
        self._caps: dict[str, float] = {}

    def paint(self, name: str, strip: Array, cells: int, look: Look, ground: int) -> list[Run]:
        """A row's strip in `cells` (an odd number, the mark in the middle), relative to its own densest bin."""
        side = cells // 2
        fine = 2 if look.half_blocks and side < HALF else 1
        image = _resampled(strip, side * fine)
        steps = len(look.long_ladder) if look.half_blocks else len(look.shades)
        step = levels(image, self._cap(name, image), steps)
        paint = _halves if fine == 2 else _cells if look.half_blocks else _shades
        longs, shorts = (
            paint(step[at], image[at] > 0, ladder, look, ground)
            for at, ladder in ((0, look.long_ladder), (1, look.short_ladder))
        )
        return [*longs, ("│", look.path, ground), *shorts]

    def _cap(self, name: str, image: NDArray[np.float64]) -> float:
        most, known = float(image.max()), self._caps.get(name, 0.0)
        if known <= 0 or not 1 - RESCALE <= most / known <= 1 + RESCALE:
            known = self._caps[name] = most
        return known


def _resampled(strip: Array, count: int) -> NDArray[np.float64]:
    """[side, cell]: mass per bin, `count` cells a side."""
    sides = strip.reshape(2, HALF).astype(np.float64)
    if count >= HALF:
        return np.repeat(sides, count // HALF, axis=1)
    means: NDArray[np.float64] = sides.reshape(2, count, HALF // count).mean(axis=2)
    return means


_Side = Callable[[NDArray[np.int64], NDArray[np.bool_], tuple[int, ...], Look, int], list[Run]]


def _inks(step: NDArray[np.int64], there: NDArray[np.bool_], ladder: tuple[int, ...], ground: int) -> list[int]:
    return [ladder[s] if some else ground for s, some in zip(step.tolist(), there.tolist(), strict=True)]


def _cells(
    step: NDArray[np.int64], there: NDArray[np.bool_], ladder: tuple[int, ...], look: Look, ground: int
) -> list[Run]:
    runs = groupby(_inks(step, there, ladder, ground))
    return [(" " * len(list(same)), look.text, ink) for ink, same in runs]


def _halves(
    step: NDArray[np.int64], there: NDArray[np.bool_], ladder: tuple[int, ...], look: Look, ground: int
) -> list[Run]:
    """Two to a cell."""
    inks = _inks(step, there, ladder, ground)
    runs = groupby(zip(inks[::2], inks[1::2], strict=True))
    return [
        (" " * count, look.text, left) if left == right else (LEFT_HALF * count, left, right)
        for (left, right), same in runs
        for count in (len(list(same)),)
    ]


def _shades(
    step: NDArray[np.int64], there: NDArray[np.bool_], ladder: tuple[int, ...], look: Look, ground: int
) -> list[Run]:
    """Where colours are few."""
    shown = [max(s, 1) if some else 0 for s, some in zip(step.tolist(), there.tolist(), strict=True)]
    last, most = len(ladder) - 1, len(look.shades) - 1
    return [
        (look.shades[s] * len(list(same)), ladder[round(s / most * last)], ground) for s, same in groupby(shown)
    ]
