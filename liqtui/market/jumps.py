"""Levels a price gap jumped over: the mark was on one side, then on the other, and nobody saw it pass.

What lay between was swept, that is certain; when, in which order, and how far the mark went beyond is not.
"""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

LEAP_BINS = 5
"""Bins between two marks, however close in time, that are a jump: a cluster's core fits in between."""
SILENT_BINS = 2
SILENT_NS = 15 * 10**9
"""After so long without a mark fewer bins are a jump: the slowest venue repeats it every 10 s."""
LASTS_NS = 3_600 * 10**9
"""A jump is told for an hour."""
KEPT = 16
ABOUT = 0.02
"""`share` looks this far, in log price, to either side of the mark."""
MINUTE_NS = 60 * 10**9


@dataclass(frozen=True, slots=True)
class Jump:
    """A stretch of prices the mark crossed unseen."""

    low: float
    high: float
    up: bool
    since_ns: int
    """When the mark before it was heard."""
    time_ns: int
    """When the mark after it was heard."""


class Jumps:
    """The jumps of one instrument's mark in the last hour, newest `KEPT`. Times are of receipt, as steps have them."""

    def __init__(self, width: float) -> None:
        """`width`: of a bin in log price."""
        self._width = width
        self._jumps: deque[Jump] = deque(maxlen=KEPT)
        self._last: tuple[int, float] | None = None

    def forget(self) -> None:
        """What comes next is another price (the mid for the mark, say): no way leads there from the last one."""
        self._last = None

    def take(self, now_ns: int, marks: Sequence[float]) -> float:
        """The marks heard in a step that ends now, in their order; returns the longest way between two that
        followed each other as they should, in bins."""
        longest = 0.0
        for mark in marks:
            if self._last is not None:
                at_ns, before = self._last
                bins = abs(math.log(mark / before)) / self._width
                silent = now_ns - at_ns > SILENT_NS
                longest = longest if silent else max(longest, bins)
                if bins >= (SILENT_BINS if silent else LEAP_BINS):
                    self._add(Jump(min(before, mark), max(before, mark), mark > before, at_ns, now_ns))
            self._last = now_ns, mark
        return longest

    def known(self, until_ns: int) -> None:
        """History of that time is in the map: what was not heard for minutes is in its candles, so it is no jump."""
        for jump in [j for j in self._jumps if j.time_ns <= until_ns and j.time_ns - j.since_ns > MINUTE_NS]:
            self._jumps.remove(jump)

    def recent(self, now_ns: int) -> tuple[Jump, ...]:
        """Those of the last hour, oldest first."""
        return tuple(jump for jump in self._jumps if now_ns - jump.time_ns < LASTS_NS)

    def share(self, mark: float, now_ns: int) -> float:
        """Share of the log prices within ±2 % of the mark that were jumped over in the last hour."""
        spans = sorted((max(math.log(j.low / mark), -ABOUT), min(math.log(j.high / mark), ABOUT))
                       for j in self.recent(now_ns))
        covered, reached = 0.0, -ABOUT
        for low, high in spans:
            covered += max(high - max(low, reached), 0.0)
            reached = max(reached, high)
        return covered / (2.0 * ABOUT)

    def _add(self, jump: Jump) -> None:
        """A leap that goes on where the last one ended is part of it; one over a silence stands for itself."""
        last = self._jumps[-1] if self._jumps else None
        if (
            last is not None and self._last is not None
            and all(j.time_ns - j.since_ns <= SILENT_NS for j in (last, jump))
            and last.up == jump.up and last.time_ns == jump.since_ns
            and self._last[1] == (last.high if last.up else last.low)
        ):
            self._jumps[-1] = Jump(
                min(last.low, jump.low), max(last.high, jump.high), jump.up, last.since_ns, jump.time_ns
            )
        else:
            self._jumps.append(jump)
