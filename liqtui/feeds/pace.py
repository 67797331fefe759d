"""Keeping inside what a venue allows, and waiting after what it refuses."""

import asyncio
import heapq
import itertools
import random
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_TIMERS_MAY_BE_EARLY_S = 0.005


class Limiter:
    """At most `calls` in any `period_s`, as the other side counts them; a call may weigh as much as several.

    A call arrives somewhere between its start and its answer, so its place is given back `period_s` after the
    answer: however the network stretches the calls, no window over there holds more than `calls`. Who waits is served
    by priority (low first), then in order.
    """

    def __init__(self, calls: int, period_s: float) -> None:
        self._calls, self._period = calls, period_s
        self._recent: deque[tuple[float, int]] = deque()
        """When calls were answered, and what they weigh."""
        self._used = 0
        """Weight of those that run and of the recent ones."""
        self._held_until = 0.0
        self._waiters: list[tuple[int, int, int, asyncio.Future[None]]] = []
        """Priority, number, weight."""
        self._count = itertools.count()
        self._timer: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def slot(self, priority: int = 0, weight: int = 1) -> AsyncIterator[None]:
        """Wait for a place, hold it while the call runs."""
        granted = asyncio.get_running_loop().create_future()
        weight = min(weight, self._calls)
        heapq.heappush(self._waiters, (priority, next(self._count), weight, granted))
        self._pump()
        try:
            await granted
            yield
        finally:
            if granted.done() and not granted.cancelled():
                self._recent.append((asyncio.get_running_loop().time(), weight))
            else:
                granted.cancel()
            self._pump()

    def hold(self, seconds: float) -> None:
        """Nobody goes for that long: the other side said it is too much."""
        self._held_until = max(self._held_until, asyncio.get_running_loop().time() + seconds)

    def _pump(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        while self._recent and self._recent[0][0] + self._period + _TIMERS_MAY_BE_EARLY_S <= now:
            self._used -= self._recent.popleft()[1]
        while self._waiters and now >= self._held_until and self._used + self._waiters[0][2] <= self._calls:
            _, _, weight, granted = heapq.heappop(self._waiters)
            if not granted.done():
                granted.set_result(None)
                self._used += weight
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._waiters and (self._recent or now < self._held_until):
            free = self._recent[0][0] + self._period + _TIMERS_MAY_BE_EARLY_S if self._recent else now
            self._timer = loop.call_at(max(free, self._held_until), self._pump)


class Budget:
    """At most `calls` in any `period_s`, for who does not wait but asks again later. Times are the caller's."""

    def __init__(self, calls: int, period_s: float) -> None:
        self._calls, self._period = calls, period_s
        self._spent: deque[float] = deque()

    def spend(self, count: int, now: float) -> bool:
        """Take `count` calls, or nothing and False where they are not there."""
        while self._spent and self._spent[0] + self._period <= now:
            self._spent.popleft()
        if len(self._spent) + count > self._calls:
            return False
        self._spent.extend([now] * count)
        return True


class Backoff:
    """Exponential back-off with full jitter: uniform between nothing and a ceiling that doubles."""

    def __init__(self, first_s: float, most_s: float, rng: random.Random) -> None:
        self._first, self._most, self._rng = first_s, most_s, rng
        self._failures = 0

    @property
    def ceiling_s(self) -> float:
        """The longest the next delay can be."""
        return float(min(self._most, self._first * 2.0 ** min(self._failures, 40)))

    def delay(self) -> float:
        """Seconds to wait after one more failure."""
        ceiling = self.ceiling_s
        self._failures += 1
        return self._rng.uniform(0.0, ceiling)

    def reset(self) -> None:
        self._failures = 0
