"""The index prices: correlated random walks with regimes of volatility, pulled by the perpetuals and by shocks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liqtui.sim.past import CORRELATION, VOLATILITY
from liqtui.sim.regimes import Regime

Array = NDArray[np.float64]
YEAR_S = 365 * 86_400.0
HEAT_MEMORY_S, HEAT_SPREAD = 1_800.0, 0.35
SHOCK_SECONDS, SHOCK_LIMIT_S = 7.0, 20.0
REBOUND, REBOUND_S = 0.45, 45.0
LED_PER_S = 0.7
"""How fast an index follows its perpetual."""
COMPANION = 0.6
"""How much of a shock the other coins share."""


@dataclass(slots=True)
class Shock:
    """One-sided flow that runs one coin toward a target price and lets go there."""

    underlying: int
    start: float
    target: float
    begun_s: float
    released_s: float | None = None

    @property
    def direction(self) -> float:
        return 1.0 if self.target > self.start else -1.0


class Indices:
    """The index prices, moved by steps. `heat` is the regime: 1 in ordinary times."""

    def __init__(
        self, prices: Array, heat: float, rng: np.random.Generator, step_s: float, regime: Regime,
        more: np.random.Generator | None = None,
    ) -> None:
        """`more`: draws the third coin, where there is one."""
        self._more = more
        self.log = np.log(prices)
        self._start = self.log.copy()
        self._step_s, self._regime = step_s, regime
        self._volatility = VOLATILITY[: len(prices)] * regime.volatility
        self._rng = rng
        self._level = float(np.log(max(heat, 0.2)))
        self.shock: Shock | None = None

    @property
    def prices(self) -> Array:
        prices: Array = np.exp(self.log)
        return prices

    @property
    def heat(self) -> float:
        return float(np.exp(self._level))

    @property
    def running(self) -> Shock | None:
        """The shock that is still pushing."""
        return self.shock if self.shock is not None and self.shock.released_s is None else None

    def pace(self, step_s: float) -> None:
        """From here on steps of this length."""
        self._step_s = step_s

    def advance(self, premium: Array, now_s: float) -> None:
        """One step. `premium`: how far each coin's perpetuals stand above its index, as a log."""
        decay = np.exp(-self._step_s / HEAT_MEMORY_S)
        self._level = decay * self._level + HEAT_SPREAD * np.sqrt(1 - decay**2) * self._rng.standard_normal()
        draws = self._rng.standard_normal(2)
        draws[1] = CORRELATION * draws[0] + np.sqrt(1 - CORRELATION**2) * draws[1]
        if self._more is not None:
            third = CORRELATION * draws[0] + np.sqrt(1 - CORRELATION**2) * self._more.standard_normal()
            draws = np.append(draws, third)
        self.log += draws * self._volatility * self.heat * np.sqrt(self._step_s / YEAR_S)
        self.log += premium * LED_PER_S * self._step_s
        hours = self._step_s / 3600
        self.log += self._regime.drift * hours + self._regime.reversion * hours * (self._start - self.log)
        self.log += self._push(now_s)

    def _push(self, now_s: float) -> Array:
        """What the shock adds in this step: toward its target, then part of the way back."""
        push = np.zeros(len(self.log))
        shock = self.shock
        if shock is None:
            return push
        if shock.released_s is None:
            ahead = (shock.target - shock.start) * self._step_s / SHOCK_SECONDS
            push += COMPANION * ahead
            push[shock.underlying] = ahead
            beyond = (self.log[shock.underlying] - shock.target) * shock.direction >= 0
            if beyond or now_s - shock.begun_s > SHOCK_LIMIT_S:
                shock.released_s = now_s
            return push
        since = now_s - shock.released_s
        if since > 4 * REBOUND_S:
            self.shock = None
            return push
        back = REBOUND * (shock.start - shock.target) * np.exp(-since / REBOUND_S) * self._step_s / REBOUND_S
        push += COMPANION * back
        push[shock.underlying] = back
        return push
