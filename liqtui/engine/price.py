"""The price the map is read by: the mark, or what stands in for it while there is none."""

from collections import deque
from collections.abc import Sequence

from liqtui.engine.estimate import Path
from liqtui.engine.past import PastBar
from liqtui.events import Mark
from liqtui.market.book import Book
from liqtui.market.tape import Tape

KEPT = 4_096
"""Marks remembered, to find the one that held when something was liquidated."""
STALE_NS = 30 * 10**9
"""Without a mark for so long nothing is swept, however far trades go: the slowest venue repeats it every 10 s."""
CLOSE = "last close"
"""What stands in for the mark while nothing live has been heard."""


class Price:
    """Owned by a pipeline, which brings marks as they come and asks for the path at boundaries."""

    def __init__(self) -> None:
        self.value: float | None = None
        self.source = "mark"
        """`mark`, or what stands in for it."""
        self.mark: Mark | None = None
        """The newest one."""
        self.closed_ns = 0
        """When the close that stands in was."""
        self._since: list[float] = []
        self._marks: deque[tuple[int, float]] = deque(maxlen=KEPT)

    def take(self, event: Mark) -> None:
        self.mark = event
        self._since.append(event.price)
        self._marks.append((event.time_ns, event.price))

    def from_history(self, bars: Sequence[PastBar]) -> None:
        """Until something live has a price, the last close of history stands in."""
        if bars and (self.value is None or self.source == CLOSE):
            newest = bars[-1]
            self.value, self.source = (newest.mark or newest.bar).close, CLOSE
            self.closed_ns = newest.end_ns

    def path(self, book: Book, tape: Tape) -> tuple[list[float], Path | None]:
        """The marks since the last call, and where they went; the mid, then the last trade, stand in where there are
        none."""
        prices, self._since = self._since, []
        before = None if self.source == CLOSE else self.value  # a close of long ago is no part of the live path
        if self.mark is None:
            mid = book.mid if book.valid else None
            last = tape.last
            stand_in = mid if mid is not None else last.price if last is not None else None
            prices = [] if stand_in is None else [stand_in]
            if stand_in is not None:
                self.source = "mid" if mid is not None else "last"
        else:
            self.source = "mark"
        way = prices if before is None else [before, *prices]
        if not way:
            return prices, None
        self.value = way[-1]
        return prices, Path(min(way), max(way), way[-1])

    def at(self, time_ns: int) -> float | None:
        """The mark that held at an exchange time, as far back as marks are remembered; else the price now."""
        return next((price for at, price in reversed(self._marks) if at <= time_ns), self.value)

    def stale(self, now_ns: int) -> bool:
        """The mark has been silent for too long."""
        return self.mark is not None and now_ns - self.mark.recv_ns > STALE_NS
