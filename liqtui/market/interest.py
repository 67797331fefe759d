"""Open interest: how much is open now, how old that figure is, and how it changed."""

from bisect import bisect_right
from collections.abc import Sequence

from liqtui.events import OpenInterest

MAX_POINTS = 4_096
KEEP_EVERY_NS = 60 * 10**9
_SLACK = 0.1
"""A figure may stand for a moment up to a tenth of the asked span after it, so 5-minute history serves an hour."""


class Interest:
    """Open interest of one instrument, one-sided, in units: the newest report and points through time."""

    def __init__(self) -> None:
        self._times: list[int] = []
        self._sizes: list[float] = []
        self._now: OpenInterest | None = None

    def take(self, reports: Sequence[OpenInterest]) -> None:
        """Live reports; one point a minute is kept for later."""
        for report in reports:
            if self._now is not None and report.time_ns < self._now.time_ns:
                continue
            self._now = report
            if not self._times or report.time_ns >= self._times[-1] + KEEP_EVERY_NS:
                self._times.append(report.time_ns)
                self._sizes.append(report.size)
        self._shorten()

    def seed(self, points: Sequence[tuple[int, float]]) -> None:
        """History: (time it was true, units), of any period and in any order of pages; known moments are replaced."""
        known = dict(zip(self._times, self._sizes, strict=True))
        known.update(points)
        self._times = sorted(known)
        self._sizes = [known[t] for t in self._times]
        self._shorten()

    @property
    def size(self) -> float | None:
        """The newest report, live or from history; None while nothing is known."""
        if self._now is not None and (not self._times or self._now.time_ns >= self._times[-1]):
            return self._now.size
        return self._sizes[-1] if self._sizes else None

    @property
    def time_ns(self) -> int | None:
        """When `size` was true, on the exchange's clock."""
        if self._now is not None and (not self._times or self._now.time_ns >= self._times[-1]):
            return self._now.time_ns
        return self._times[-1] if self._times else None

    def at(self, time_ns: int, slack_ns: int) -> float | None:
        """The newest size known at `time_ns`, at most `slack_ns` older; None without one."""
        i = bisect_right(self._times, time_ns) - 1
        return self._sizes[i] if i >= 0 and time_ns - self._times[i] <= slack_ns else None

    def change(self, now_ns: int, span_ns: int) -> float | None:
        """Size now over size `span_ns` ago − 1; None without a figure from about then."""
        now, then = self.size, self.at(now_ns - span_ns, int(span_ns * _SLACK))
        return None if now is None or not then else now / then - 1

    def _shorten(self) -> None:
        if len(self._times) > MAX_POINTS:
            self._times, self._sizes = self._times[-MAX_POINTS:], self._sizes[-MAX_POINTS:]
