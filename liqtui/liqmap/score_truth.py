"""How far a map and a ladder are from the truth, where the truth is known. Arrays in, figures out.

Maps are mass [bin] of one side on one grid, already cut to the window that is judged; only `mass_error` knows units.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from liqtui.liqmap.clusters import Cluster
from liqtui.liqmap.grid import Floats

LARGEST = 5
"""So many of the true clusters have to be found."""
WITHIN_BP = 25.0
"""A cluster is found where one of the same side has its peak this near, in log price."""
LEAST_SHARE = 0.01
"""A cell of the true ladder with less of its side's openings is not judged: there is next to nothing to be right of."""
Z_90 = 1.6448536269514722
"""Two-sided 90 % of the normal distribution."""


def wasserstein_bp(a: ArrayLike, b: ArrayLike, width: float) -> float | None:
    """Wasserstein-1 distance of two masses [bin] in log price, in basis points: how far, on average, a unit of one
    has to be moved to make it the other. Both count as 1; None where one of them is empty.
    """
    one, other = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    held, true = float(one.sum()), float(other.sum())
    if held <= 0.0 or true <= 0.0:
        return None
    return float(np.abs(np.cumsum(one / held - other / true)).sum() * width * 1e4)


def mass_error(shown: float, true: float) -> float | None:
    """`|shown − true| / true`; None where there is nothing to be shown."""
    return abs(shown - true) / true if true > 0.0 else None


def recall(true: Sequence[Cluster], found: Sequence[Cluster]) -> float | None:
    """Share of the largest true clusters (by mass, both sides together) that are found; None where there are none."""
    largest = sorted(true, key=lambda cluster: -cluster.mass)[:LARGEST]
    if not largest:
        return None
    return sum(any(_same(cluster, other) for other in found) for cluster in largest) / len(largest)


def _same(a: Cluster, b: Cluster) -> bool:
    return a.side is b.side and abs(math.log(a.peak / b.peak)) <= WITHIN_BP * 1e-4


class Covered(NamedTuple):
    """How many cells of one side's ladder were judged, and in how many the truth lay in the interval."""

    cells: int
    hits: int


def covered(true: Floats, low: Floats, high: Floats) -> Covered:
    """Count the rungs [rung] with a true share of at least `LEAST_SHARE` whose interval holds it (ends included)."""
    judged = true >= LEAST_SHARE
    hits = judged & (low <= true) & (true <= high)
    return Covered(int(judged.sum()), int(hits.sum()))


def wilson(hits: float, n: int, z: float = Z_90) -> tuple[float, float] | None:
    """Wilson's interval of a share of which `hits` of `n` independent trials are known; `hits` may be fractional,
    where a trial is itself a share. None without trials.
    """
    if n <= 0:
        return None
    share, z2 = hits / n, z * z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = z / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)
