"""The time everything live is dated by: the system's, but it never goes back and never stands still."""

import time
from collections.abc import Callable

SLACK_NS = 10**9
"""Steps back of less are waited for: the system's clock is corrected now and then."""


class Clock:
    """ns UTC. Where the system's clock is set back, time goes on as if it had not been, and is told so; set forward
    again it is the system's once more. May be asked from any thread."""

    def __init__(
        self, wall: Callable[[], int] = time.time_ns, steady: Callable[[], int] = time.monotonic_ns
    ) -> None:
        self._wall, self._steady = wall, steady
        self._now, self._then = wall(), steady()
        self.ahead_ns = 0
        """Of the system's clock."""

    def __call__(self) -> int:
        wall, then = self._wall(), self._steady()
        least, ahead_ns = self._now + then - self._then, self.ahead_ns
        now = wall + ahead_ns
        if now < least - SLACK_NS:
            ahead_ns += least - now
        elif ahead_ns and now > least + SLACK_NS:
            ahead_ns = max(0, ahead_ns - (now - least))
        now = max(wall + ahead_ns, self._now)
        self._now, self._then, self.ahead_ns = now, then, ahead_ns
        return now
