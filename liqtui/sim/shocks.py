"""When and where the market is run toward a cluster of liquidations."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from liqtui.sim.index import Shock
from liqtui.sim.regimes import Regime

Array = NDArray[np.float64]
OVERSHOOT = 0.0005
REPEAT_PENALTY = 3.0
"""A run to the same side as the last one must be that much shorter to be chosen."""
LEADS = (0, 0, 1)
"""Which coin leads a run, in turn: the first one does two times of three, and at first."""


class ShockPlan:
    """Decides on the next run. Times are seconds since the exchange opened."""

    def __init__(self, rng: np.random.Generator, regime: Regime, leads: Sequence[int] = LEADS) -> None:
        self._rng, self._regime, self._leads = rng, regime, leads
        self.next_s = float(rng.uniform(*regime.first_s))
        self._count = 0
        self._last_direction = 0.0

    def due(self, now_s: float) -> bool:
        return now_s >= self.next_s

    def underlying(self) -> int:
        """Which coin leads the next run."""
        return self._leads[self._count % len(self._leads)]

    def begin(self, mark: float, index: float, longs: Array, shorts: Array, now_s: float) -> Shock:
        """A run toward a crowd of liquidation prices (`longs` below the mark, `shorts` above): the regime's way, or
        the nearer one.
        """
        reach = {
            -1.0: self._reach(np.log(mark / longs[longs > 0])),
            1.0: self._reach(np.log(shorts[np.isfinite(shorts)] / mark)),
        }
        cost = {side: far * (REPEAT_PENALTY if side == self._last_direction else 1.0) for side, far in reach.items()}
        direction = min(cost, key=lambda side: cost[side])
        if self._regime.upward is not None:
            direction = 1.0 if self._rng.random() < self._regime.upward else -1.0
        underlying = self.underlying()
        target = np.log(index) + direction * (reach[direction] + OVERSHOOT)
        self._last_direction = direction
        self._count += 1
        self.next_s = now_s + float(self._rng.uniform(*self._regime.every_s))
        return Shock(underlying, float(np.log(index)), float(target), now_s)

    def _reach(self, distances: Array) -> float:
        """How far the price must go to take as many along as the regime wants."""
        nearest, farthest = self._regime.reach
        ahead, wanted = np.sort(distances[distances > 0]), self._regime.wanted
        far = float(ahead[wanted - 1]) if len(ahead) >= wanted else farthest
        return float(np.clip(far, nearest, farthest))
