"""The ladder of effective leverages and how far, in bins, each rung's positions are liquidated from their entry."""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from liqtui.events import Side
from liqtui.liqmap.grid import WIDTH, Floats
from liqtui.liqmap.margin import MarginRule

RUNGS = 24
LOWEST, HIGHEST = 2.0, 125.0
PRIOR_EXPONENT = -1.5
"""Share of openings made at leverage L, before any is learned: ∝ L^−1.5."""
PRIOR_NEVER = 0.3
"""Prior share of openings that are never liquidated: hedged, unlevered, or with margin to spare."""
LEAST_NEVER = 0.01
"""Shares of a ladder may not leave less than this for what is never liquidated."""
SIZE_MEDIAN = 100_000.0
"""Half of the open interest lies in positions of more than this notional, in quote."""
SIZE_SIGMA = 2.0
"""Sigma of the log of that notional: two thirds of open interest in positions of 13,500 … 740,000."""
SIZES = 255
"""Positions that stand for the lognormal: the middles of as many equal shares of open interest."""
SPREAD_STEPS = 9
"""Places that stand for a kernel's spread."""
MOST_TAPS = 256
"""Longest kernel, in bins; the little that lies beyond is put on its outermost taps."""
KERNEL_SHARE = 0.998
"""A kernel keeps at least this share of its mass in place (unless `MOST_TAPS` is too short)."""


def leverages(max_leverage: float | None) -> Floats:
    """The rungs: 24 effective leverages, log-spaced from 2× to 125× or to the instrument's maximum if it is lower."""
    highest = min(HIGHEST, max_leverage or HIGHEST)
    return np.geomspace(min(LOWEST, max(1.1, 0.6 * highest)), max(1.2, highest), RUNGS)


def prior_weights(rungs: Floats, never: float = PRIOR_NEVER) -> Floats:
    """Shares of openings per rung before any is learned: ∝ L^−1.5, together 1 − `never`."""
    shares: Floats = rungs**PRIOR_EXPONENT
    shares *= (1.0 - never) / shares.sum()
    return shares


@cache
def position_sizes(median: float = SIZE_MEDIAN, sigma: float = SIZE_SIGMA) -> Floats:
    """Notionals [SIZES] that stand for equal shares of the open interest, smallest first. Read-only."""
    middles = (np.arange(SIZES) + 0.5) / SIZES
    sizes: Floats = median * np.exp(sigma * np.array([_normal_quantile(p) for p in middles]))
    sizes.flags.writeable = False
    return sizes


def _normal_quantile(p: float) -> float:
    """Inverse of the normal distribution function by bisection of `erf`; runs once per size at start."""
    low, high = -8.0, 8.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        if 0.5 * (1.0 + math.erf(middle / math.sqrt(2.0))) < p:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@dataclass(frozen=True)
class Ladder:
    """The rungs of an instrument on a grid: opening one unit in entry bin b puts `taps[s, r, k]` of it into the bin
    whose positions are liquidated in bin b + k + `offsets[s, r]`.
    """

    rungs: Floats
    """[rung] effective leverage, low to high."""
    offsets: NDArray[np.int64]
    """[side, rung] bins from entry to the first tap; negative for longs, positive for shorts."""
    taps: Floats
    """[side, rung, tap]; each kernel sums to 1, unused taps are 0."""
    width: float
    assumed: bool
    """The maintenance rates are a stated assumption, not the venue's tiers."""

    @property
    def distances(self) -> Floats:
        """[side, rung] log price from entry to liquidation, the mean over the sizes positions have."""
        middles: Floats = self.offsets + (self.taps * np.arange(self.taps.shape[2])).sum(axis=2)
        distances: Floats = np.abs(middles) * self.width
        return distances

    @classmethod
    def of(
        cls, rule: MarginRule, max_leverage: float | None, width: float = WIDTH, spread: float = 0.0
    ) -> "Ladder":
        """The ladder of a contract: every rung mixes the tiers that allow it by the sizes positions have.

        The rungs end at the instrument's maximum leverage or the highest any tier allows, whichever is lower.
        `spread` widens each kernel to both sides by that much log price, evenly: where several venues are one map,
        their marks and rates differ.
        """
        rungs = leverages(min(max_leverage or HIGHEST, float(rule.schedule.max_leverages.max())))
        sizes = position_sizes()
        kernels = [
            _kernel(_widened(offsets[exists > 0.0], spread) / width)
            for side in Side
            for offsets, exists in zip(*_offsets(rule, side, rungs, sizes), strict=True)
        ]
        longest = max(len(taps) for _, taps in kernels)
        padded = np.array([np.pad(taps, (0, longest - len(taps))) for _, taps in kernels])
        return cls(
            rungs=rungs,
            offsets=np.array([first for first, _ in kernels]).reshape(2, RUNGS),
            taps=padded.reshape(2, RUNGS, longest),
            width=width,
            assumed=rule.assumed,
        )


def _widened(offsets: Floats, spread: float) -> Floats:
    """Log offsets, each spread evenly over ±`spread`."""
    if spread <= 0.0:
        return offsets
    steps = spread * np.linspace(-1.0, 1.0, SPREAD_STEPS)
    return (offsets[:, None] + steps).ravel()


def _offsets(rule: MarginRule, side: Side, rungs: Floats, sizes: Floats) -> tuple[Floats, Floats]:
    """Log offsets [rungs, sizes] and which exist. A rung no tier allows is taken at the smallest size all the same."""
    offsets, exists = rule.log_offsets(side, rungs, sizes)
    exists[:, 0] = np.where(exists.any(axis=1), exists[:, 0], np.isfinite(offsets[:, 0]))
    return offsets, exists


def _kernel(places: Floats) -> tuple[int, Floats]:
    """Equal masses at real-valued distances (in bins) as a first bin and taps that sum to 1.

    An entry lies anywhere in its bin with equal chance, so a distance of n + x bins ends up n bins away with chance
    1 − x and n + 1 bins away with chance x.
    """
    if not len(places):
        raise ValueError("a rung that is never liquidated has no place on the ladder")
    whole = np.floor(places).astype(np.int64)
    part = places - whole
    first = int(whole.min())
    mass: Floats = np.bincount(whole - first, 1.0 - part, minlength=int(whole.max()) - first + 2).astype(np.float64)
    mass[1:] += np.bincount(whole - first, part, minlength=len(mass) - 1)
    mass /= len(places)
    low, high = _shortest(mass)
    taps = mass[low:high].copy()
    taps[0] += mass[:low].sum()
    taps[-1] += mass[high:].sum()
    return first + low, taps / taps.sum()


def _shortest(mass: Floats) -> tuple[int, int]:
    """The shortest stretch that holds `KERNEL_SHARE` of the mass, or the fullest one of `MOST_TAPS` bins."""
    total = np.concatenate([[0.0], np.cumsum(mass)])
    for length in range(1, min(MOST_TAPS, len(mass)) + 1):
        held = total[length:] - total[:-length]
        best = int(held.argmax())
        if held[best] >= KERNEL_SHARE or length == MOST_TAPS:
            return best, best + length
    return 0, len(mass)
