"""When and where the market is run toward a cluster of liquidations."""

import numpy as np
from numpy.typing import NDArray

from liqtui.sim.index import Shock

Array = NDArray[np.float64]
FIRST_S = (16.0, 26.0)
EVERY_S = (110.0, 240.0)
WANTED = 70
"""How many positions the run is meant to take with it."""
NEAREST, FARTHEST = 0.003, 0.03
"""Bounds of how far a run goes, in log price."""
OVERSHOOT = 0.0005
REPEAT_PENALTY = 3.0
"""A run to the same side as the last one must be that much shorter to be chosen."""


class ShockPlan:
    """Decides on the next run. Times are seconds since the exchange opened."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self.next_s = float(rng.uniform(*FIRST_S))
        self._count = 0
        self._last_direction = 0.0

    def due(self, now_s: float) -> bool:
        return now_s >= self.next_s

    def underlying(self) -> int:
        """Which coin leads the next run: the first one does two times of three, and at first."""
        return 1 if self._count % 3 == 2 else 0

    def begin(self, mark: float, index: float, longs: Array, shorts: Array, now_s: float) -> Shock:
        """A run toward the nearer crowd of liquidation prices (`longs` below the mark, `shorts` above)."""
        reach = {-1.0: _reach(np.log(mark / longs[longs > 0])), 1.0: _reach(np.log(shorts[np.isfinite(shorts)] / mark))}
        cost = {side: far * (REPEAT_PENALTY if side == self._last_direction else 1.0) for side, far in reach.items()}
        direction = min(cost, key=lambda side: cost[side])
        target = np.log(index) + direction * (reach[direction] + OVERSHOOT)
        self._last_direction = direction
        self._count += 1
        self.next_s = now_s + float(self._rng.uniform(*EVERY_S))
        return Shock(self.underlying_of(self._count - 1), float(np.log(index)), float(target), now_s)

    @staticmethod
    def underlying_of(number: int) -> int:
        return 1 if number % 3 == 2 else 0


def _reach(distances: Array) -> float:
    """How far the price must go to take `WANTED` of them along."""
    ahead = np.sort(distances[distances > 0])
    far = float(ahead[WANTED - 1]) if len(ahead) >= WANTED else FARTHEST
    return float(np.clip(far, NEAREST, FARTHEST))
