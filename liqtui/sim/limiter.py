"""Rate limits as OKX documents them: so many calls in any window."""

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
