"""A figure through time, finer for the recent past than for the old."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

MINUTE_NS, HOUR_NS = 60 * 10**9, 3_600 * 10**9
LEVELS = ((4 * HOUR_NS, MINUTE_NS), (72 * HOUR_NS, 5 * MINUTE_NS), (720 * HOUR_NS, HOUR_NS))
"""Up to which age points are kept so far apart: 4 h by the minute, 3 days by five, 30 days by the hour."""
_SLACK = 256
"""Points beyond what is kept after which it is thinned again."""

Points = tuple[NDArray[np.int64], NDArray[np.float64]]


class Track:
    """Points of one figure, oldest first, thinned as they age: the last of each stretch stays, or their sum."""

    def __init__(self, *, summed: bool = False) -> None:
        """`summed`: a value is an amount since the point before, so that thinning must add up."""
        self._summed = summed
        self._times: list[int] = []
        self._values: list[float] = []
        self._limit = _SLACK
        self._read: Points | None = None

    def take(self, time_ns: int, value: float) -> None:
        """A newer point; one that is not newer than the last is left out."""
        if not self._times or time_ns > self._times[-1]:
            self._times.append(time_ns)
            self._values.append(value)
            self._changed()

    def seed(self, points: Iterable[tuple[int, float]]) -> None:
        """History, in any order; a moment that is known keeps the value it has."""
        known = dict(points) | dict(zip(self._times, self._values, strict=True))
        self._times = sorted(known)
        self._values = [known[t] for t in self._times]
        self._changed()

    def within(self, start_ns: int, end_ns: int) -> bool:
        """Whether there is a point after `start_ns` and not after `end_ns`."""
        return any(start_ns < t <= end_ns for t in self._times)

    def read(self) -> Points:
        """Times and values, oldest first, read-only; the same arrays until something changes."""
        if self._read is None:
            times, values = np.array(self._times, np.int64), np.array(self._values, np.float64)
            times.flags.writeable = values.flags.writeable = False
            self._read = times, values
        return self._read

    def _changed(self) -> None:
        self._read = None
        if len(self._times) > self._limit:
            self._thin()

    def _thin(self) -> None:
        times, values = np.array(self._times, np.int64), np.array(self._values, np.float64)
        age = times[-1] - times
        apart = np.full(len(times), LEVELS[-1][1])
        for reach, spacing in reversed(LEVELS):
            apart[age <= reach] = spacing
        place = -(-times // apart)  # a stretch ends with the moment it is named after
        last = np.append((place[1:] != place[:-1]) | (apart[1:] != apart[:-1]), True)
        starts = np.flatnonzero(np.append(True, last[:-1]))
        values = np.add.reduceat(values, starts) if self._summed else values[last]
        times, age = times[last], age[last]
        young = age <= LEVELS[-1][0]
        self._times, self._values = times[young].tolist(), values[young].tolist()
        self._limit = len(self._times) + _SLACK
