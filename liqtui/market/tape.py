"""The tape: the newest trades, and what was paid through time."""

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence

from liqtui.events import Bar, Trade

RECENT = 200
MINUTE_NS = 60 * 10**9
DAY_NS = 86_400 * 10**9
MAX_CLOSES = 4_096
_SLACK = 0.1
"""A price may stand for a moment up to a tenth of the asked span after it."""


class Tape:
    """Trades of one instrument as they came, the newest few, and closes through time for the change over a day."""

    def __init__(self) -> None:
        self.recent: deque[Trade] = deque(maxlen=RECENT)
        """Newest last."""
        self._times: list[int] = []
        self._closes: list[float] = []

    def take(self, trades: Sequence[Trade]) -> None:
        """Trades in the order they came; a close a minute is kept for later."""
        if not trades:
            return
        self.recent.extend(trades[-RECENT:])
        one_minute = trades[0].time_ns // MINUTE_NS == trades[-1].time_ns // MINUTE_NS
        for trade in trades[-1:] if one_minute else trades:
            self._close(trade)

    def seed(self, bars: Sequence[Bar], period_ns: int) -> None:
        """Closes of trade candles of any period; a moment known already is replaced."""
        known = dict(zip(self._times, self._closes, strict=True))
        known.update((bar.open_ns + period_ns, bar.close) for bar in bars)
        self._times = sorted(known)[-MAX_CLOSES:]
        self._closes = [known[t] for t in self._times]

    @property
    def last(self) -> Trade | None:
        return self.recent[-1] if self.recent else None

    def change(self, now_ns: int, span_ns: int = DAY_NS) -> float | None:
        """Last price over the price `span_ns` ago − 1; None without a price from about then."""
        last = self.last
        then = self.price_at(now_ns - span_ns, int(span_ns * _SLACK))
        return None if last is None or not then else last.price / then - 1

    def price_at(self, time_ns: int, slack_ns: int) -> float | None:
        """The last close known at `time_ns`, at most `slack_ns` older; None without one."""
        i = bisect_right(self._times, time_ns) - 1
        return self._closes[i] if i >= 0 and time_ns - self._times[i] <= slack_ns else None

    def _close(self, trade: Trade) -> None:
        """A minute's close is dated to its end, as a candle's is."""
        end_ns = (trade.time_ns // MINUTE_NS + 1) * MINUTE_NS
        if self._times and end_ns == self._times[-1]:
            self._closes[-1] = trade.price
        elif not self._times or end_ns > self._times[-1]:
            self._times.append(end_ns)
            self._closes.append(trade.price)
            if len(self._times) > MAX_CLOSES:
                del self._times[: MAX_CLOSES // 4], self._closes[: MAX_CLOSES // 4]
