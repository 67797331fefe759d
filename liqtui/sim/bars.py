"""Candles of every contract, kept at the finest resolution the past was lived at and aggregated when asked for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from liqtui.sim.contracts import Contract
from liqtui.sim.positions import Index

Array = NDArray[np.float64]
MINUTE_NS = 60_000_000_000
_SECONDS = {"m": 60, "H": 3_600, "D": 86_400}
_BAR = re.compile(r"(\d{1,2})([mHD])(utc)?")
_BARS = frozenset((
    "1m", "3m", "5m", "15m", "30m", "1H", "2H", "4H", "6H", "12H", "1D", "2D", "3D", "6Hutc", "12Hutc", "1Dutc",
    "2Dutc", "3Dutc",
))
HONG_KONG_NS = 8 * 3_600 * 10**9
"""Bars of six hours and more open on Hong Kong's clock unless they say utc."""
FIELDS = 6
OPEN, HIGH, LOW, CLOSE, VOLUME, BOUGHT = range(FIELDS)


class Period(NamedTuple):
    """A bar's length and where its grid lies, in ns."""

    length: int
    shift: int

    def floor(self, time_ns: Index) -> Index:
        """Opening times of the bars that hold these times."""
        opened: Index = (time_ns + self.shift) // self.length * self.length - self.shift
        return opened


def parse_bar(name: str) -> Period | None:
    """OKX's name of a bar: `1m`, `4H`, `1D` (Hong Kong days), `1Dutc`. None if there is no such bar."""
    found = _BAR.fullmatch(name)
    if found is None or name not in _BARS:
        return None
    length = int(found[1]) * _SECONDS[found[2]] * 10**9
    hong_kong = found[3] is None and length >= 6 * 3_600 * 10**9
    return Period(length, HONG_KONG_NS if hong_kong else 0)


@dataclass(slots=True)
class Segment:
    """A stretch of the past at one resolution. Arrays are [contract, field, bar]; volume in lots."""

    start_ns: int
    period_ns: int
    trade: Array
    mark: Array
    """As `trade`, volume fields unused."""

    @property
    def count(self) -> int:
        return int(self.trade.shape[2])

    @property
    def end_ns(self) -> int:
        return self.start_ns + self.count * self.period_ns

    def opens(self) -> Index:
        return self.start_ns + self.period_ns * np.arange(self.count, dtype=np.int64)


class Minute:
    """The minute that is going on: [contract, field] of trades and of the mark."""

    def __init__(self, start_ns: int, last: Array, marks: Array) -> None:
        self.start_ns = start_ns
        self.trade = _flat(last)
        self.mark = _flat(marks)

    def add_trades(self, number: int, prices: Array, lots: Index, bought: float) -> None:
        """Trades of one contract, in time order."""
        row = self.trade[number]
        if row[VOLUME] == 0:
            row[:4] = prices[0]
        row[HIGH] = max(row[HIGH], float(prices.max()))
        row[LOW] = min(row[LOW], float(prices.min()))
        row[CLOSE] = prices[-1]
        row[VOLUME] += float(lots.sum())
        row[BOUGHT] += bought

    def add_marks(self, marks: Array) -> None:
        self.mark[:, CLOSE] = marks
        np.maximum(self.mark[:, HIGH], marks, out=self.mark[:, HIGH])
        np.minimum(self.mark[:, LOW], marks, out=self.mark[:, LOW])


class Bars:
    """The candles of all contracts: segments of the past, coarse to fine, and the minute going on."""

    def __init__(self, contracts: Sequence[Contract], segments: list[Segment], minute: Minute) -> None:
        self._listed = [c.listed_ns for c in contracts]
        self.segments = segments
        self.minute = minute

    def turn(self, start_ns: int) -> None:
        """A new minute starts: the one before is confirmed."""
        done, finest = self.minute, self.segments[-1]
        finest.trade = np.concatenate([finest.trade, done.trade[:, :, None]], axis=2)
        finest.mark = np.concatenate([finest.mark, done.mark[:, :, None]], axis=2)
        self.minute = Minute(start_ns, done.trade[:, CLOSE], done.mark[:, CLOSE])

    def query(self, number: int, period: Period, *, mark: bool) -> tuple[Index, Array, NDArray[np.bool_]]:
        """Bars of one contract, oldest first: opening times, [field, bar], and which of them are confirmed."""
        fit = [s for s in self.segments if s.period_ns <= period.length]
        opens = np.concatenate([*(s.opens() for s in fit), [self.minute.start_ns]])
        rows = [(s.mark if mark else s.trade)[number] for s in fit]
        live = (self.minute.mark if mark else self.minute.trade)[number]
        values = np.concatenate([*rows, live[:, None]], axis=1)
        listed = opens >= self._listed[number]
        opens, values = opens[listed], values[:, listed]
        bar = period.floor(opens)
        first = np.flatnonzero(np.diff(bar, prepend=bar[0] - 1))
        starts = bar[first]
        whole = starts >= max(fit[0].start_ns if fit else 0, 0)
        if self._listed[number] > (fit[0].start_ns if fit else 0):
            whole[:] = True
        grouped = _grouped(values, first)
        confirmed = starts + period.length <= self.minute.start_ns
        return starts[whole], grouped[:, whole], confirmed[whole]


def _grouped(values: Array, first: Index) -> Array:
    """One column per group that starts at `first`."""
    last = np.append(first[1:], values.shape[1]) - 1
    return np.stack([
        values[OPEN, first],
        np.maximum.reduceat(values[HIGH], first),
        np.minimum.reduceat(values[LOW], first),
        values[CLOSE, last],
        np.add.reduceat(values[VOLUME], first),
        np.add.reduceat(values[BOUGHT], first),
    ])


def _flat(prices: Array) -> Array:
    row = np.zeros((len(prices), FIELDS))
    row[:, :4] = prices[:, None]
    return row


class Records:
    """Open interest and the ratio of accounts as they were at known times, [time][contract]."""

    def __init__(self) -> None:
        self._times: list[int] = []
        self._lots: list[Array] = []
        self._ratio: list[Array] = []

    def add(self, time_ns: int, lots: Array, ratio: Array) -> None:
        self._times.append(time_ns)
        self._lots.append(lots)
        self._ratio.append(ratio)

    def rows(self, number: int, period: Period, depth_ns: int, now_ns: int) -> tuple[Index, Array, Array]:
        """Whole periods of the last `depth_ns`, oldest first: opening time, lots and ratio at the period's end."""
        times = np.array(self._times, dtype=np.int64)
        oldest, newest = period.floor(np.array([max(now_ns - depth_ns, self._times[0]), now_ns])).tolist()
        ends = np.arange(oldest + period.length, newest + 1, period.length, dtype=np.int64)
        at = np.searchsorted(times, ends, side="right") - 1
        known = (at >= 0) & (times[np.maximum(at, 0)] > ends - period.length)
        at, ends = at[known], ends[known]
        lots = np.array([self._lots[k][number] for k in at])
        ratio = np.array([self._ratio[k][number] for k in at])
        traded = lots > 0
        return ends[traded] - period.length, lots[traded], ratio[traded]
