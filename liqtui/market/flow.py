"""Taker flow: who pays to trade now, buyers or sellers."""

from collections.abc import Sequence

import numpy as np

from liqtui.market.batch import Columns
from liqtui.market.ring import Floats, TimeRing

MINUTE_NS = 60 * 10**9
MINUTES = 240


class Flow:
    """Taker volume per minute, bought and sold, over the last four hours. Sizes in units."""

    def __init__(self) -> None:
        self._bought = TimeRing(MINUTES, MINUTE_NS)
        self._sold = TimeRing(MINUTES, MINUTE_NS)
        self._past = TimeRing(MINUTES, MINUTE_NS, 2)
        self._first: int | None = None
        self._heard: int | None = None
        """Number of the first minute in which a trade was heard, which may have begun before we listened."""

    def take(self, trades: Columns) -> None:
        if not trades:
            return
        first = int(trades.time_ns.min()) // MINUTE_NS
        self._first = first if self._first is None else min(self._first, first)
        self._heard = first if self._heard is None else min(self._heard, first)
        self._bought.add(trades.time_ns, np.where(trades.buy, trades.size, 0.0))
        self._sold.add(trades.time_ns, np.where(trades.buy, 0.0, trades.size))

    def seed(self, points: Sequence[tuple[int, float, float]], period_ns: int) -> None:
        """Replace what the venue counted itself, oldest first: (known at, bought, sold) of the period that ends then.

        A row is spread evenly over its minutes. Minutes in which trades were heard keep what was heard.
        """
        self._past = TimeRing(MINUTES, MINUTE_NS, 2)
        share = MINUTE_NS / period_ns
        for known_ns, bought, sold in points:
            for start_ns in range(known_ns - period_ns, known_ns, MINUTE_NS):
                row = self._past.slot(start_ns)
                if row is not None:
                    row += (bought * share, sold * share)
        if points:
            first = (points[0][0] - period_ns) // MINUTE_NS
            self._first = first if self._first is None else min(self._first, first)

    def cvd(self, now_ns: int, minutes: int = 120) -> tuple[float, ...]:
        """Cumulative taker delta, a point per minute, oldest first, starting at the first minute known; in units."""
        if self._first is None:
            return ()
        heard = min(minutes, MINUTES, max(0, now_ns // MINUTE_NS - self._first + 1))
        bought, sold = self._last(heard, now_ns)
        return tuple(np.cumsum(bought - sold).tolist())

    def delta(self, start_ns: int) -> float | None:
        """Bought less sold in the minute that begins then, in units; None for one that was not heard whole."""
        if self._heard is None or start_ns // MINUTE_NS <= self._heard:
            return None
        return float(self._bought.last(1, start_ns)[0] - self._sold.last(1, start_ns)[0])

    def taken(self, now_ns: int, minutes: int = 5) -> tuple[float, float]:
        """Taker volume bought and sold in the running minute and those before it, in units."""
        bought, sold = self._last(minutes, now_ns)
        return float(bought.sum()), float(sold.sum())

    def buy_share(self, now_ns: int, minutes: int = 5) -> float | None:
        """Share of taker volume that bought, in the running minute and those before it; None when nothing traded."""
        bought, sold = self.taken(now_ns, minutes)
        return bought / (bought + sold) if bought + sold > 0 else None

    def _last(self, count: int, now_ns: int) -> tuple[Floats, Floats]:
        """Bought and sold in the minute of `now_ns` and those before it, oldest first."""
        bought, sold = self._bought.last(count, now_ns), self._sold.last(count, now_ns)
        past, silent = self._past.last(count, now_ns), bought + sold == 0.0
        return np.where(silent, past[:, 0], bought), np.where(silent, past[:, 1], sold)
