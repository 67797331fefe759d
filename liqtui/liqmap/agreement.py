"""How far an estimated and an observed map agree, without either being taken for the truth."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from liqtui.events import Side
from liqtui.liqmap.grid import WIDTH, Floats
from liqtui.liqmap.score import spearman
from liqtui.liqmap.score_maps import WINDOW
from liqtui.liqmap.score_truth import wasserstein_bp

CELL = 5
"""Bins compared as one where it matters which: 25 bp, what a cluster's place is judged to."""
LEAST = 20
"""With fewer positions of a side nothing is said of it: each is a spike."""
Pair = tuple[float | None, float | None]
"""Longs, shorts."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two maps within 12 % of the mark, longs below it and shorts above. Pairs are longs, shorts; None: unknown, or
    fewer than `LEAST` positions."""

    counted: tuple[int, int]
    """Observed positions there."""
    w1_bp: Pair
    """Wasserstein-1 in basis points of log price, both maps counting as 1."""
    overlap: Pair
    """Share of the one that lies in the same 25 bp as the other, 0–1."""
    spearman: Pair
    """Rank correlation over cells of 25 bp."""
    level: Pair
    """Estimated size over observed, the latter scaled up by the share of open interest seen."""


class _Told(NamedTuple):
    """Of one side, in the order of `Agreement`."""

    w1_bp: float | None
    overlap: float | None
    spearman: float | None
    level: float | None


def agreement(
    estimated: Floats, observed: Floats, counted: tuple[int, int], share: tuple[float, float] | None
) -> Agreement:
    """Compare two maps.

    Args:
        estimated: [side, bin] units in the `2 * WINDOW + 1` bins around the mark.
        observed: likewise.
        counted: positions observed there, per side.
        share: of open interest observed, per side.
    """
    told = [
        _Told(None, None, None, None) if counted[side] < LEAST
        else _side(outwards(estimated, side), outwards(observed, side), None if share is None else share[side])
        for side in Side
    ]
    columns = zip(*told, strict=True)
    return Agreement(counted, *((longs, shorts) for longs, shorts in columns))


def counted_near(bins: NDArray[np.int64], sides: NDArray[np.int64], mark_bin: int) -> tuple[int, int]:
    """How many positions are liquidated within the window and on their own side of the mark."""
    away = bins - mark_bin
    longs = (sides == Side.LONG) & (away < 0) & (away >= -WINDOW)
    shorts = (sides == Side.SHORT) & (away > 0) & (away <= WINDOW)
    return int(longs.sum()), int(shorts.sum())


def outwards(mass: Floats, side: Side) -> Floats:
    """[bin] of one side of the window [side, bin], from the mark outwards; its own bin is left out."""
    return mass[side, WINDOW - 1 :: -1] if side is Side.LONG else mass[side, WINDOW + 1 :]


def _side(estimated: Floats, observed: Floats, share: float | None) -> _Told:
    """One side's masses [bin], from the mark outwards."""
    w1 = wasserstein_bp(estimated, observed, WIDTH)
    if w1 is None:
        return _Told(None, None, None, None)
    cells = [mass.reshape(-1, CELL).sum(axis=1) for mass in (estimated, observed)]
    drawn, seen = (float(cell.sum()) for cell in cells)
    overlap = float(np.minimum(cells[0] / drawn, cells[1] / seen).sum())
    return _Told(w1, overlap, spearman(cells[0], cells[1]), None if share is None else drawn * share / seen)
