"""Volume at price: what traded where over the last 24 hours."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from liqtui.events import Bar
from liqtui.market.batch import Columns
from liqtui.market.ring import Floats, TimeRing

HOUR_NS = 3_600 * 10**9
HOURS = 24
MARGIN = 512
"""Bins kept free on each side when the profile grows: at 5 bp that is a move of 29 %."""
MAX_BINS = 16_384


class Series(NamedTuple):
    """Trade candles of one period, oldest first."""

    period_ns: int
    bars: Sequence[Bar]


class VolumeAtPrice:
    """Traded units per bin of log price and hour: the hour that runs and the 23 before it.

    A bin is `floor(ln(price) / width)`. An hour leaves whole, so after a day nothing of it is left. The profile grows
    with the price it meets; a price that would make it longer than `MAX_BINS` is not counted.
    """

    def __init__(self, width: float) -> None:
        self.width = width
        self._first = 0
        self._live = TimeRing(HOURS, HOUR_NS, 0)
        self._history = TimeRing(HOURS, HOUR_NS, 0)

    def take(self, trades: Columns) -> None:
        """Trades that no candle of `seed` covers."""
        if not trades:
            return
        kept = (trades.price > 0) & np.isfinite(trades.price)
        bins = np.floor(np.log(trades.price[kept]) / self.width).astype(np.int64)
        times, sizes = trades.time_ns[kept], trades.size[kept]
        if not len(bins) or not self._reach(int(bins.min()), int(bins.max())):
            return
        hours = times // HOUR_NS
        for hour in np.unique(hours):
            chosen = hours == hour
            row = self._live.slot(int(hour) * HOUR_NS)
            if row is not None:
                row += np.bincount(bins[chosen] - self._first, weights=sizes[chosen], minlength=len(row))

    def seed(self, series: Sequence[Series], until_ns: int) -> None:
        """Replace everything by these candles, none that ends after `until_ns`, each moment from the finest; what was
        taken live so far is older than that and in them.

        A bar's volume is spread evenly over the log prices between its low and high. Bars longer than an hour would
        smear over hours they did not trade in and are left out.
        """
        self._live = TimeRing(HOURS, HOUR_NS, self._live.values.shape[1])
        self._history = TimeRing(HOURS, HOUR_NS, self._live.values.shape[1])
        covered_ns = until_ns
        for period_ns, bars in sorted(series, key=lambda s: s.period_ns):
            if period_ns > HOUR_NS or not bars:
                continue
            for bar in bars:
                if bar.open_ns + period_ns <= covered_ns and bar.volume and 0 < bar.low <= bar.high < np.inf:
                    self._spread(bar)
            covered_ns = min(covered_ns, bars[0].open_ns)

    def read(self, first_bin: int, n: int, now_ns: int) -> NDArray[np.float32]:
        """Units per bin first_bin … first_bin + n − 1 over the last 24 hours."""
        profile = self._live.last(HOURS, now_ns).sum(axis=0) + self._history.last(HOURS, now_ns).sum(axis=0)
        out = np.zeros(n, np.float32)
        low, high = max(first_bin, self._first), min(first_bin + n, self._first + len(profile))
        if low < high:
            out[low - first_bin : high - first_bin] = profile[low - self._first : high - self._first]
        return out

    def _spread(self, bar: Bar) -> None:
        low, high = np.log(bar.low) / self.width, np.log(bar.high) / self.width
        first, last = int(np.floor(low)), int(np.floor(high))
        if not self._reach(first, last):
            return
        row = self._history.slot(bar.open_ns)
        if row is None:
            return
        edges = np.arange(first, last + 2, dtype=np.float64)
        shares = np.diff(np.clip(edges, low, high))
        whole = high - low
        shares = shares / whole if whole > 0 else np.eye(1, len(shares))[0]
        row[first - self._first : last + 1 - self._first] += shares * (bar.volume or 0.0)

    def _reach(self, low: int, high: int) -> bool:
        """Let the profile hold bins low … high; False when it would grow too long."""
        length = self._live.values.shape[1]
        if length and self._first <= low and high < self._first + length:
            return True
        first = low - MARGIN if not length else min(self._first, low - MARGIN)
        end = high + MARGIN if not length else max(self._first + length, high + MARGIN)
        if end - first > MAX_BINS:
            return False
        before, after = (self._first - first, end - self._first - length) if length else (0, end - first)
        for ring in (self._live, self._history):
            ring.values = _grown(ring.values, before, after)
        self._first = first
        return True


def _grown(values: Floats, before: int, after: int) -> Floats:
    return np.pad(values, ((0, 0), (before, after)))
