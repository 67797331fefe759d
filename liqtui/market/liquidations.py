"""Liquidations that happened: each once, the newest few, and dollars per side over a minute and a day."""

from collections import OrderedDict, deque
from collections.abc import Sequence
from typing import NamedTuple

from liqtui.events import Liquidation, Side
from liqtui.instruments import Instrument
from liqtui.market.ring import TimeRing

MINUTE_NS = 60 * 10**9
DAY_MINUTES = 1_440
RECENT = 512
REMEMBERED = 4_096
"""Reports remembered to tell a repeated one: after a reconnect OKX sends a backlog first."""


class Sums(NamedTuple):
    """Liquidated dollars: longs, shorts."""

    longs: float
    shorts: float


class Liquidations:
    """What the venue's feed reported for one instrument. Windows are of exchange time; the feed may leave some out."""

    def __init__(self, instrument: Instrument) -> None:
        self._instrument = instrument
        self.heard_since_ns: int | None = None
        """Since when the feed is listened to; before it the sums know nothing."""
        self.recent: deque[tuple[Liquidation, float]] = deque(maxlen=RECENT)
        """(report, dollars), newest last."""
        self._seen: OrderedDict[tuple[int, Side, float, float], None] = OrderedDict()
        self._minutes = TimeRing(DAY_MINUTES, MINUTE_NS, 2)

    def listen(self, now_ns: int) -> None:
        """The feed is subscribed from now on; the first call counts."""
        if self.heard_since_ns is None:
            self.heard_since_ns = now_ns

    def take(self, reports: Sequence[Liquidation]) -> list[Liquidation]:
        """Count the reports not counted yet and return them, in their order.

        Dollars are size times the venue's own price (a bankruptcy, order or fill price), or the face of an inverse
        contract; quote currencies that are dollars by another name are taken at par.
        """
        new = []
        for report in reports:
            key = (report.time_ns, report.side, report.size, report.price)
            if key in self._seen:
                continue
            self._seen[key] = None
            if len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
            self.listen(report.recv_ns)
            usd = self._instrument.quote_value(report.size, report.price)
            self.recent.append((report, usd))
            row = self._minutes.slot(report.time_ns)
            if row is not None:
                row[report.side] += usd
            new.append(report)
        return new

    def minute(self, now_ns: int) -> Sums:
        """Dollars in the 60 seconds up to now."""
        sums = [0.0, 0.0]
        for report, usd in self.recent:
            if now_ns - MINUTE_NS < report.time_ns <= now_ns:
                sums[report.side] += usd
        return Sums(*sums)

    def hour(self, now_ns: int) -> Sums:
        """Dollars in the running minute and the 59 before it."""
        longs, shorts = self._minutes.last(60, now_ns).sum(axis=0).tolist()
        return Sums(longs, shorts)

    def day(self, now_ns: int) -> Sums:
        """Dollars in the running minute and the 1,439 before it."""
        longs, shorts = self._minutes.last(DAY_MINUTES, now_ns).sum(axis=0).tolist()
        return Sums(longs, shorts)
