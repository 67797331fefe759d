"""Clusters: the peaks of the map a trader names by price."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from liqtui.events import Side
from liqtui.liqmap.grid import Floats, price_of
from liqtui.liqmap.intensity import mass_between

MERGE = 0.0015
"""Peaks closer than this are one; density is smoothed over the same stretch before peaks are looked for."""
CORE = 0.0025
"""A cluster is as dense as its densest stretch of this length."""
LEAST_PROMINENCE = 0.1
"""Of its side's highest density: what rises less is noise."""
MOST = 12
"""Clusters named per side, the densest ones."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A peak of liquidation density between two edges."""

    side: Side
    low: float
    high: float
    peak: float
    """Prices in quote."""
    distance_pct: float
    """Of the peak from the mark, signed percent."""
    mass: float
    """Stock between the edges, in units."""
    density: float
    """Largest mass in any 0.25 % inside the edges, per 1 % of price, relative to the densest cluster (0–100)."""
    growth_1h: float | None
    """Mass between the same edges now over an hour ago − 1; None without that history."""


class Before(NamedTuple):
    """The map an hour ago, on the same grid of bins, possibly coarser."""

    first_bin: int
    mass: ArrayLike
    """[side, column] in units; column k covers bins first_bin + k·stride …"""
    stride: int = 1


class _Found(NamedTuple):
    side: Side
    low: int
    high: int
    """Columns from `low` to before `high`."""
    peak: int
    mass: float
    core: float


def find_clusters(
    longs: ArrayLike, shorts: ArrayLike, first_bin: int, width: float, mark: float, before: Before | None = None
) -> tuple[Cluster, ...]:
    """The clusters of a map, densest first.

    Args:
        longs: mass per bin [n] in units, from `first_bin` on.
        shorts: likewise.
        first_bin: bin of column 0.
        width: of a bin in log price.
        mark: price that distances are measured from.
        before: the map an hour ago, for `growth_1h`.
    """
    found = [
        cluster
        for side, mass in ((Side.LONG, longs), (Side.SHORT, shorts))
        for cluster in _of_side(side, np.asarray(mass, dtype=np.float64), width)
    ]
    if not found:
        return ()
    densest = max(cluster.core for cluster in found)
    found.sort(key=lambda cluster: (-cluster.core, cluster.side, cluster.low))
    return tuple(_named(cluster, first_bin, width, mark, densest, before) for cluster in found)


def _named(found: _Found, first_bin: int, width: float, mark: float, densest: float, before: Before | None) -> Cluster:
    low, high = price_of(first_bin + found.low, width), price_of(first_bin + found.high, width)
    peak = price_of(first_bin + found.peak + 0.5, width)
    growth = None
    if before is not None:
        row = np.asarray(before.mass)[found.side]
        then = mass_between(row, before.first_bin / before.stride, width * before.stride, low, high)
        growth = found.mass / then - 1.0 if then > 0.0 else None
    return Cluster(
        side=found.side,
        low=low,
        high=high,
        peak=peak,
        distance_pct=(peak / mark - 1.0) * 100.0,
        mass=found.mass,
        density=100.0 * found.core / densest,
        growth_1h=growth,
    )


def _of_side(side: Side, mass: Floats, width: float) -> list[_Found]:
    """The densest clusters of one side, at most `MOST`."""
    density = smoothed(mass, max(1, round(MERGE / width)))
    sums = np.concatenate([[0.0], np.cumsum(mass)])
    peaks, prominences = _prominent(density)
    spans: list[tuple[int, int, int]] = []
    for peak, prominence in zip(peaks, prominences, strict=True):
        outside = density < density[peak] - 0.5 * prominence
        lower, upper = int(outside[peak::-1].argmax()), int(outside[peak:].argmax())
        spans.append((peak - lower + 1 if lower else 0, peak + upper if upper else len(density), peak))
    core = max(1, round(CORE / width))
    found = []
    for low, high, peak in _parted(spans, density, max(1, round(MERGE / width))):
        inside = sums[low : high + 1]
        held = float(inside[-1] - inside[0])
        best = float((inside[core:] - inside[:-core]).max()) if len(inside) > core else held
        tip = max(low, peak - 1)
        found.append(_Found(side, low, high, tip + int(mass[tip : peak + 2].argmax()), held, best))
    found.sort(key=lambda cluster: (-cluster.core, cluster.low))
    return found[:MOST]


def smoothed(mass: Floats, length: int) -> Floats:
    """Mean of `length` bins about each; nothing lies beyond the ends."""
    padded = np.concatenate([np.zeros(length // 2 + 1), mass, np.zeros(length - 1 - length // 2)])
    sums = np.cumsum(padded)
    means: Floats = np.maximum(0.0, sums[length:] - sums[:-length])
    means /= length
    return means


def _prominent(density: Floats) -> tuple[list[int], list[float]]:
    """The most prominent peaks (`LEAST_PROMINENCE` of the highest at least), and by how much they rise: height over
    the higher of the two lowest points that must be passed to reach higher ground. Linear in the number of peaks.
    """
    least = LEAST_PROMINENCE * float(density.max(initial=0.0))
    if least <= 0.0:
        return [], []
    changes = np.flatnonzero(np.diff(density, prepend=-1.0))
    levels = density[changes]
    rises = np.diff(levels, prepend=0.0, append=0.0) > 0.0
    tops = np.flatnonzero(rises[:-1] & ~rises[1:] & (levels >= least))
    if not len(tops):
        return [], []
    valleys = np.minimum.reduceat(levels, tops)[:-1].tolist() if len(tops) > 1 else []
    heights = levels[tops].tolist()
    left = _passes(heights, valleys, ties_higher=True)
    right = _passes(heights[::-1], valleys[::-1], ties_higher=False)[::-1]
    ends = np.append(changes[1:], len(density))
    middles = ((changes + ends - 1) // 2)[tops].tolist()
    rise = [height - max(a, b) for height, a, b in zip(heights, left, right, strict=True)]
    kept = sorted((-by, peak) for peak, by in zip(middles, rise, strict=True) if by >= least)[: 3 * MOST]
    return [peak for _, peak in kept], [-by for by, _ in kept]


def _passes(heights: list[float], valleys: list[float], *, ties_higher: bool) -> list[float]:
    """For each peak the lowest point on the way back to higher ground; 0 where there is none."""
    passes: list[float] = []
    higher: list[tuple[float, float]] = []
    for i, height in enumerate(heights):
        low = valleys[i - 1] if i else 0.0
        while higher and (higher[-1][0] < height or (higher[-1][0] == height and not ties_higher)):
            low = min(low, higher.pop()[1])
        passes.append(low if higher else 0.0)
        higher.append((height, low))
    return passes


def _parted(spans: list[tuple[int, int, int]], density: Floats, gap: int) -> list[tuple[int, int, int]]:
    """Spans (low, high, peak) by price: those closer than `gap` are one, with the higher peak; but where one reaches
    over another's peak they are parted at the lowest point between the two, for either is prominent by itself.
    """
    parted: list[tuple[int, int, int]] = []
    for low, high, peak in sorted(spans, key=lambda span: span[2]):
        if parted:
            before_low, before_high, before_peak = parted[-1]
            if before_high > peak or low <= before_peak:
                valley = before_peak + int(density[before_peak : peak + 1].argmin())
                parted[-1] = before_low, max(before_peak + 1, min(before_high, valley)), before_peak
                low = min(max(low, valley), peak)
            elif low - before_high < gap:
                top = peak if density[peak] > density[before_peak] else before_peak
                parted[-1] = min(before_low, low), max(before_high, high), top
                continue
        parted.append((low, high, peak))
    return parted
