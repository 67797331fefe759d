"""The map through time: what the waterfall draws, kept finer for the recent past than for the old."""

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from liqtui.liqmap.cascade import in_base
from liqtui.liqmap.grid import WIDTH
from liqtui.liqmap.moved import moved
from liqtui.view import GROUPS, Snapshot

STRIDE = 2
"""Map bins per snapshot column: 10 bp."""
REACH = 0.25
"""Log price kept on either side of the mark."""
GROUP_EDGES = (10.0, 40.0)
"""Leverages that part the groups of `view.GROUPS`."""

_MINUTE, _HOUR = 60 * 10**9, 3600 * 10**9
_LEVELS = ((_MINUTE, 260), (5 * _MINUTE, 900), (_HOUR, 740))
"""Spacing and number of snapshots kept: 4 h by the minute, 3 days by five, 30 days by the hour."""


def groups_of(rungs: NDArray[np.float64]) -> list[slice]:
    """The slice of rungs (ascending leverages) that makes each leverage group."""
    edges = [0, *np.searchsorted(rungs, GROUP_EDGES).tolist(), len(rungs)]
    return [slice(a, b) for a, b in pairwise(edges)]


def window(mark: float, width: float) -> tuple[int, int]:
    """First bin and number of bins of a snapshot around `mark`, on the stride's grid."""
    half = int(REACH / width) // STRIDE * STRIDE
    centre = int(np.floor(np.log(mark) / width)) // STRIDE * STRIDE
    return centre - half, 2 * half


def take(
    time_ns: int, first_bin: int, by_rung: NDArray[np.float32], groups: list[slice], path: tuple[float, float, float]
) -> Snapshot:
    """A snapshot of `by_rung` [side, rung, bin], bins a multiple of the stride; `path`: the mark's low, high, close."""
    sides, _, bins = by_rung.shape
    coarse = np.empty((sides, len(GROUPS), bins // STRIDE), np.float32)
    for g, rungs in enumerate(groups):
        coarse[:, g] = by_rung[:, rungs].sum(axis=1).reshape(sides, -1, STRIDE).sum(axis=2)
    return _frozen(time_ns, first_bin, coarse, path)


def merged(path: Snapshot, parts: Sequence[tuple[Snapshot, float, float, bool]]) -> Snapshot:
    """The sum of snapshots of several contracts in base coin, at the time and along the path of `path`.

    `parts`: each with the bins it is moved by, how much of it counts, and whether its sizes are the face of an inverse
    contract.
    """
    first_bin, bins = window(path.close, WIDTH)
    into = first_bin // STRIDE, bins // STRIDE
    coarse = np.zeros((2, len(GROUPS), into[1]), np.float32)
    for part, shift, weight, inverse in parts:
        first = part.first_bin // part.stride
        mass = part.mass.astype(np.float32) * np.float32(part.scale * weight)
        if inverse:
            mass = in_base(mass, first, WIDTH * part.stride).astype(np.float32)
        coarse += moved(mass, first, shift / STRIDE, into)
    return _frozen(path.time_ns, first_bin, coarse, (path.low, path.high, path.close))


def rescaled(snapshot: Snapshot, factor: NDArray[np.float64]) -> Snapshot:
    """A snapshot with each side's sizes times its `factor` [side]."""
    most = float(factor.max())
    mass = (snapshot.mass * (factor / (most or 1.0))[:, None, None]).astype(np.float16)
    mass.flags.writeable = False
    return replace(snapshot, mass=mass, scale=snapshot.scale * most)


def by_side(snapshot: Snapshot) -> NDArray[np.float32]:
    """A snapshot's mass [side, column] in units."""
    mass: NDArray[np.float32] = snapshot.mass.astype(np.float32).sum(axis=1)
    return mass * np.float32(snapshot.scale)


def _frozen(
    time_ns: int, first_bin: int, coarse: NDArray[np.float32], path: tuple[float, float, float]
) -> Snapshot:
    scale = float(coarse.max()) / 1024 or 1.0
    mass = (coarse / scale).astype(np.float16)
    mass.flags.writeable = False
    return Snapshot(time_ns, first_bin, STRIDE, mass, scale, *path)


class Snapshots:
    """Snapshots of one instrument, oldest first, thinned as they age. Owned by its pipeline."""

    def __init__(self) -> None:
        self._levels: list[deque[Snapshot]] = [deque(maxlen=kept) for _, kept in _LEVELS]
        self._ranges: list[tuple[float, float] | None] = [None] * len(_LEVELS)
        """Where the mark has been since each level's last snapshot."""
        self._all: tuple[Snapshot, ...] | None = ()

    def add(self, snapshot: Snapshot) -> None:
        """Keep it at every level whose spacing has passed since that level's last, with the mark's path since then."""
        for at, ((spacing, _), level) in enumerate(zip(_LEVELS, self._levels, strict=True)):
            low, high = self._ranges[at] or (snapshot.low, snapshot.high)
            low, high = min(low, snapshot.low), max(high, snapshot.high)
            self._ranges[at] = low, high
            if not level or snapshot.time_ns // spacing > level[-1].time_ns // spacing:
                same = (low, high) == (snapshot.low, snapshot.high)
                level.append(snapshot if same else replace(snapshot, low=low, high=high))
                self._ranges[at] = self._all = None

    def all(self) -> tuple[Snapshot, ...]:
        """Finest first where there is a choice, oldest first in order."""
        if self._all is None:
            kept: list[Snapshot] = []
            for level in self._levels:
                before = kept[0].time_ns if kept else None
                older = [s for s in level if before is None or s.time_ns < before]
                kept = older + kept
            self._all = tuple(kept)
        return self._all

    def at(self, time_ns: int, tolerance_ns: int) -> Snapshot | None:
        """The newest snapshot not after `time_ns` and not older than it by more than the tolerance."""
        for snapshot in reversed(self.all()):
            if snapshot.time_ns <= time_ns:
                return snapshot if time_ns - snapshot.time_ns <= tolerance_ns else None
        return None
