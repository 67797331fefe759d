"""Taker flow: who pays to trade now, buyers or sellers."""

import numpy as np

from liqtui.market.batch import Columns
from liqtui.market.ring import TimeRing

MINUTE_NS = 60 * 10**9
MINUTES = 240


class Flow:
    """Taker volume per minute, bought and sold, over the last four hours. Sizes in units."""

    def __init__(self) -> None:
        self._bought = TimeRing(MINUTES, MINUTE_NS)
        self._sold = TimeRing(MINUTES, MINUTE_NS)
        self._first: int | None = None

    def take(self, trades: Columns) -> None:
        if not trades:
            return
        first = int(trades.time_ns.min()) // MINUTE_NS
        self._first = first if self._first is None else min(self._first, first)
        self._bought.add(trades.time_ns, np.where(trades.buy, trades.size, 0.0))
        self._sold.add(trades.time_ns, np.where(trades.buy, 0.0, trades.size))

    def cvd(self, now_ns: int, minutes: int = 120) -> tuple[float, ...]:
        """Cumulative taker delta, a point per minute, oldest first, starting at the first minute heard; in units."""
        if self._first is None:
            return ()
        heard = min(minutes, MINUTES, max(0, now_ns // MINUTE_NS - self._first + 1))
        delta = self._bought.last(heard, now_ns) - self._sold.last(heard, now_ns)
        return tuple(np.cumsum(delta).tolist())

    def buy_share(self, now_ns: int, minutes: int = 5) -> float | None:
        """Share of taker volume that bought, in the running minute and those before it; None when nothing traded."""
        bought = float(self._bought.last(minutes, now_ns).sum())
        sold = float(self._sold.last(minutes, now_ns).sum())
        return bought / (bought + sold) if bought + sold > 0 else None
