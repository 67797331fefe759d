"""What is read off the map: density, cumulative curves, imbalance and drift. Mass per bin in, figures out."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from liqtui.liqmap.grid import Floats

NEAR = 0.05
"""Imbalance looks this far to either side of the mark, a fraction of price."""
CLOSE = 0.02
"""Drift looks this far."""


def per_percent(mass: Floats, width: float) -> Floats:
    """Mass per bin (of `width` in log price) as mass per 1 % of price."""
    return mass * (0.01 / width)


def cumulative(longs: ArrayLike, shorts: ArrayLike, first_bin: int, width: float, mark: float) -> tuple[Floats, Floats]:
    """What would be liquidated by the time the mark reaches each bin, going outward from the mark.

    Args:
        longs: mass per bin [n], from `first_bin` on.
        shorts: likewise.
        first_bin: bin of column 0.
        width: of a bin.
        mark: price.

    Returns:
        Longs, growing downward from the mark and 0 above it; shorts, growing upward and 0 below it.
    """
    at = min(max(math.floor(math.log(mark) / width) - first_bin, -1), np.size(longs))
    below, above = np.zeros(np.size(longs)), np.zeros(np.size(shorts))
    below[: at + 1] = np.cumsum(np.asarray(longs, dtype=np.float64)[: at + 1][::-1])[::-1]
    start = max(at, 0)
    above[start:] = np.cumsum(np.asarray(shorts, dtype=np.float64)[start:])
    return below, above


def mass_between(mass: ArrayLike, first_bin: float, width: float, low: float, high: float) -> float:
    """Mass [n] between two prices; bins cut by an edge count by the part inside (in log price)."""
    start, end = math.log(low) / width - first_bin, math.log(high) / width - first_bin
    return _part(np.asarray(mass), end) - _part(np.asarray(mass), start)


def _part(mass: NDArray[np.floating], end: float) -> float:
    """Sum of the columns before a position, the one it lies in by its part."""
    whole = min(max(math.floor(end), 0), len(mass))
    cut = (end - whole) * float(mass[whole]) if end > 0 and whole < len(mass) else 0.0
    return float(mass[:whole].sum(dtype=np.float64)) + cut


def imbalance(
    longs: ArrayLike, shorts: ArrayLike, first_bin: int, width: float, mark: float, within: float = NEAR
) -> float | None:
    """Long mass over all mass within ±`within` of the mark: 1 all longs, 0 all shorts; None where there is none."""
    long = mass_between(longs, first_bin, width, mark * (1.0 - within), mark)
    short = mass_between(shorts, first_bin, width, mark, mark * (1.0 + within))
    return long / (long + short) if long + short > 0.0 else None


def near(mass: ArrayLike, first_bin: float, width: float, mark: float, within: float = CLOSE) -> float:
    """Mass of both sides within ±`within` of the mark; `mass` is [2, n] or already summed [n]."""
    whole = np.asarray(mass, dtype=np.float64)
    whole = whole.sum(axis=0) if whole.ndim == 2 else whole
    return mass_between(whole, first_bin, width, mark * (1.0 - within), mark * (1.0 + within))


def drift(now: float, before: float | None) -> float | None:
    """How mass near the price has grown or dispersed: `near` now over `near` an hour ago, less 1; None unknown."""
    return now / before - 1.0 if before is not None and before > 0.0 else None
