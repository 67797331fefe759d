"""What a feed shows that reports at most one liquidation per contract and second.

A second in which λ liquidations are expected shows one with probability 1 − e^−λ: the share shown is (1 − e^−λ) / λ.
It bites in cascades and hardly in quiet times, so it is no constant factor: a second of a cascade says 'at least one',
and what is forecast for it says how many.
"""

import math

_MEMORY = 200
"""Reports over which the mean size of a liquidation is taken."""


class Thinning:
    """The share θ that such a feed shows of what is forecast, a stretch of time at a time."""

    def __init__(self) -> None:
        self._mean = 0.0
        self._reports = 0
        self._second = 0
        self._forecast = 0.0
        self._shown = self._total = 0.0

    def reported(self, size: float) -> None:
        """A report came, its size in units."""
        self._reports = min(self._reports + 1, _MEMORY)
        self._mean += (size - self._mean) / self._reports

    def forecast(self, second: int, size: float) -> None:
        """So much is expected to be liquidated in a part of a second (both sides), in units."""
        if second != self._second:
            self._close()
            self._second = second
        self._forecast += size

    def turn(self) -> float:
        """θ since the last call; 1 where nothing was forecast, or no report has told yet how large one is."""
        self._close()
        share = self._shown / self._total if self._total > 0.0 else 1.0
        self._shown = self._total = 0.0
        return share

    def _close(self) -> None:
        if self._forecast > 0.0:
            self._total += self._forecast
            seen = self._mean * -math.expm1(-self._forecast / self._mean) if self._mean > 0.0 else self._forecast
            self._shown += seen
        self._forecast = 0.0
