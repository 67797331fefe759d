"""A market faster than its reports: what happens between two of them, which nobody tells."""

import math

HOLD_S = 60.0
"""The largest value met is remembered and falls to 1/e in this time, so that the figure does not jump up and down."""


class Held:
    """The largest recent value, forgotten slowly."""

    def __init__(self) -> None:
        self._value = 0.0
        self._at_ns = 0

    def take(self, now_ns: int, value: float) -> None:
        before = self.read(now_ns)
        if value >= before:
            self._value, self._at_ns = value, now_ns

    def read(self, now_ns: int) -> float:
        return self._value * math.exp(-max(now_ns - self._at_ns, 0) / (HOLD_S * 1e9)) if self._value else 0.0


class Hurry:
    """How much the market does between two reports of its open interest, and how far its mark goes between two marks.

    Owned by the instrument's outlook. Sizes in units.
    """

    def __init__(self) -> None:
        self._volume = 0.0
        self._interest: float | None = None
        self._turned = Held()
        self._strides = Held()

    def trade(self, volume: float) -> None:
        """Traded since the last call."""
        self._volume += volume

    def report(self, now_ns: int, interest: float) -> None:
        """Open interest was reported; what traded before it is now known by it."""
        self._turned.take(now_ns, self.turned(now_ns) or 0.0)
        self._interest, self._volume = interest, 0.0

    def stride(self, now_ns: int, bins: float) -> None:
        """How far the mark went from one report of it to the next."""
        self._strides.take(now_ns, bins)

    def turned(self, now_ns: int) -> float | None:
        """Volume between two reports of open interest over that open interest, the largest of late; None without."""
        if not self._interest:
            return None
        return max(self._volume / self._interest, self._turned.read(now_ns))

    def strides(self, now_ns: int) -> float:
        """Bins from one mark to the next, the largest of late."""
        return self._strides.read(now_ns)
