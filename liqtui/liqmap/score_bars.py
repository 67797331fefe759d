"""Bars with open interest and liquidations of all venues together: what they hold and how the map runs over them.

A bar is forecast from what was known at its open and from the path price then took; open interest and liquidations of
the bar come afterwards. `BarMap.forecast` cannot see them: they are handed to `BarMap.learn`.
"""

import math
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from liqtui.events import TierUnit
from liqtui.liqmap.closing import CHOSEN
from liqtui.liqmap.grid import Floats, bin_of
from liqtui.liqmap.ladder import Ladder, leverages
from liqtui.liqmap.learning import BAR_PRIORS, Interval, Ladders, Level, fitting
from liqtui.liqmap.margin import MarginRule, Schedule
from liqtui.liqmap.score_maps import ASSUMED_RATE, MAX_LEVERAGE, PLACEBOS, WINDOW, FrozenMap, disguised
from liqtui.liqmap.stock import Stock

COLUMNS = ("ts_ms", "open", "high", "low", "close", "oi_usd", "long_liq_usd", "short_liq_usd")
DAY_MS = 86_400_000

SPREAD = 0.001
"""The venues' marks differ from the file's prices by about this much; their rungs are widened by it."""
CHURNS = (0.02, 0.04, 0.08)
"""Shares of open interest that turn over in half an hour of the usual range: the ensemble's χ."""
CHURN_S = 1800.0
RANGE_EXPONENT = 0.5
"""Turnover grows with the bar's range over the usual one to this power."""
MOST_TURNOVER = 0.5
"""No bar turns over more than this share of open interest."""
RANGE_HALF_LIFE_MS = 2 * DAY_MS
LEAST_RANGE = 1e-5


class Bar(NamedTuple):
    """One bar: its start, its prices, open interest at its end and what was liquidated in it, in USD."""

    time_ms: int
    open: float
    high: float
    low: float
    close: float
    interest_usd: float
    liquidated: tuple[float, float]
    """Longs, shorts."""


class BarPath(NamedTuple):
    """What of a bar a forecast may know: the way price took, and how much time it took."""

    open: float
    high: float
    low: float
    close: float
    seconds: float


def parse(text: str) -> list[Bar]:
    """The bars of a CSV file with at least the columns `COLUMNS`, oldest first.

    Raises:
        ValueError: a column is missing, a line is broken, or the bars are not in order; it says where.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    header = [name.strip() for name in lines[0].split(",")] if lines else []
    if missing := [name for name in COLUMNS if name not in header]:
        raise ValueError(f"not a bar file: no column {', '.join(missing)}")
    places = [header.index(name) for name in COLUMNS]
    bars: list[Bar] = []
    for number, line in enumerate(lines[1:], 2):
        cells = line.split(",")
        try:
            time_ms, *values = (float(cells[place]) for place in places)
        except (IndexError, ValueError):
            raise ValueError(f"line {number} is broken") from None
        if not all(map(math.isfinite, (time_ms, *values))) or min(values[:5]) <= 0.0 or min(values[5:]) < 0.0:
            raise ValueError(f"line {number} holds a number that cannot be")
        if bars and time_ms <= bars[-1].time_ms:
            raise ValueError(f"line {number} is not later than the one before")
        first, high, low, last, interest, longs, shorts = values
        high, low = max(first, high, low, last), min(first, high, low, last)
        bars.append(Bar(int(time_ms), first, high, low, last, interest, (longs, shorts)))
    return bars


def paths(bars: Sequence[Bar]) -> list[BarPath]:
    """The paths of the bars. All last as long as most are apart, so a bar before a gap is not a long one."""
    steps = np.diff([bar.time_ms for bar in bars])
    seconds = float(np.median(steps)) / 1000.0 if len(steps) else 60.0
    return [BarPath(bar.open, bar.high, bar.low, bar.close, seconds) for bar in bars]


class BarForecast(NamedTuple):
    """USD liquidated per side, forecast before the bar was over."""

    model: Interval
    placebos: dict[str, Floats]


class BarMap:
    """The product's own stock, one per turnover share χ, run over bars with learned ladders. Deterministic.

    Volume is not in such files: a share of open interest turns over, larger in bars of a larger range than usual.
    """

    def __init__(self, first: Bar) -> None:
        """`first`: its open interest is where the map starts, empty."""
        schedule = Schedule.flat(ASSUMED_RATE)
        rule = MarginRule(False, 1.0, schedule, TierUnit.CONTRACTS, 0.0, first.close, True)
        self.rungs = leverages(MAX_LEVERAGE)
        self.ladders = Ladders(self.rungs, len(CHURNS), priors=BAR_PRIORS, level_known=False, bounded=False)
        self._excess = np.ones((len(CHURNS), 2, 1))
        ladder = Ladder.of(rule, MAX_LEVERAGE, spread=SPREAD)
        self._stocks = [Stock(ladder, first.close, churn=1.0, closing=CHOSEN) for _ in CHURNS]
        for stock in self._stocks:
            stock.report(first.interest_usd / first.close)
        self._mark = first.close
        self._usual = math.log(_range(first.high, first.low))
        self._scales = {name: Level() for name in PLACEBOS}
        self._raw = {name: np.zeros(2) for name in PLACEBOS}
        self._exposures = np.zeros((len(CHURNS), 2, len(ladder.rungs)))
        self._past: deque[tuple[float, FrozenMap]] = deque()
        self._path = BarPath(self._mark, self._mark, self._mark, self._mark, 60.0)

    def frozen(self) -> FrozenMap:
        """The map as it stands, the mean over the ensemble, in USD at the mark."""
        first = bin_of(self._mark) - WINDOW
        mass = np.zeros((2, 2 * WINDOW + 1))
        worth = self._mark * self.ladders.churn_posterior[:, None, None] * self._excess
        for stock, factor in zip(self._stocks, worth, strict=True):
            mass += factor * stock.by_rung(first, 2 * WINDOW + 1).mass.sum(axis=1, dtype=np.float64)
        return FrozenMap(first, mass)

    def forecast(self, path: BarPath) -> BarForecast:
        """Freeze the map and say what a bar that takes this path liquidates; then take the path.

        Openings within the bar are added from frozen parameters and the path, for placebos as for the model.
        """
        frozen, mark = self.frozen(), self._mark
        span = _range(path.high, path.low)
        growth = path.seconds / CHURN_S * (span / math.exp(self._usual)) ** RANGE_EXPONENT
        for i, (stock, churn) in enumerate(zip(self._stocks, CHURNS, strict=True)):
            volume = min(MOST_TURNOVER, churn * growth) * (stock.interest or 0.0)
            swept = stock.bar(path.open, path.high, path.low, path.close, volume, None, seconds=path.seconds)
            self._exposures[i] = mark * swept
        model = self.ladders.forecast(self._exposures)
        self._path = path
        self._raw = self._disguised(frozen, model.mean)
        self._past.append((path.seconds, frozen))
        scaled = {name: self._scales[name].scale() * raw for name, raw in self._raw.items()}
        return BarForecast(model, scaled)

    def learn(self, liquidated: Floats, interest_usd: float) -> None:
        """The bar that was forecast is over: its liquidations [side] in USD, and open interest at its end."""
        path = self._path
        for name, raw in self._raw.items():
            self._scales[name].learn(raw, liquidated, path.seconds)
        self.ladders.learn(self._exposures, liquidated, path.seconds)
        weights = self.ladders.churn_weights
        fits = fitting(weights)
        for stock, drawn in zip(self._stocks, weights * fits, strict=True):
            stock.report(interest_usd / path.close)
            stock.weights = drawn
        self._excess = 1.0 / fits
        self._mark = path.close
        keep = 0.5 ** (1000.0 * path.seconds / RANGE_HALF_LIFE_MS)
        self._usual = keep * self._usual + (1.0 - keep) * math.log(_range(path.high, path.low))

    def _disguised(self, frozen: FrozenMap, model: Floats) -> dict[str, Floats]:
        """What placebos forecast, unscaled: the frozen map is replaced by a wrong one, all else stays."""
        bins = bin_of(self._path.low), bin_of(self._mark), bin_of(self._path.high)
        within = np.maximum(0.0, model - frozen.swept(*bins))
        maps = disguised(frozen, self._yesterday() if self._past else frozen, bins[1])
        return {name: within + maps[name].swept(*bins) for name in PLACEBOS}

    def _yesterday(self) -> FrozenMap:
        """The map a day ago, or the oldest there is."""
        while len(self._past) > 1 and 1000.0 * sum(seconds for seconds, _ in self._past) > DAY_MS:
            self._past.popleft()
        return self._past[0][1]


def _range(high: float, low: float) -> float:
    """Range of a bar in log price, never 0."""
    return max(LEAST_RANGE, math.log(high / low))
