"""Rate limits: so many calls in any window, or so much weight in each minute of the clock."""

from collections import deque

TOLERANCE = 0.05
"""Share of a window by which calls may arrive closer together than they were sent."""


class Window:
    """Allows `calls` in any `seconds`. The clock is the caller's."""

    def __init__(self, calls: int, seconds: float) -> None:
        self._calls, self._seconds = calls, seconds * (1 - TOLERANCE)
        self._taken: deque[float] = deque()

    def admits(self, now_s: float) -> bool:
        """Count one call; False if it is one too many."""
        while self._taken and self._taken[0] <= now_s - self._seconds:
            self._taken.popleft()
        if len(self._taken) >= self._calls:
            return False
        self._taken.append(now_s)
        return True


class Meter:
    """Allows `most` of weight in each of the clock's own stretches of `seconds`: it starts anew with each of them."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._seconds = most, seconds
        self._stretch, self._used = 0, 0

    def admits(self, now_s: float, weight: int) -> bool:
        """Count a call of that weight; False if it is too much."""
        self._turn(now_s)
        self._used += weight
        return self._used <= self._most

    def used(self, now_s: float) -> int:
        """The weight of this stretch so far."""
        self._turn(now_s)
        return self._used

    def wait_s(self, now_s: float) -> float:
        """Seconds to the next stretch."""
        return self._seconds - now_s % self._seconds

    def _turn(self, now_s: float) -> None:
        stretch = int(now_s // self._seconds)
        if stretch != self._stretch:
            self._stretch, self._used = stretch, 0
