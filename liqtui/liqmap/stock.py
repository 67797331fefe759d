"""The stock: an estimate of everything open, by side, rung and entry, kept as state and moved a step at a time.

Every row is unweighted: the whole opening flow as if all of it had opened at that rung. The map is Σ w_r · row_r; a new
`weights` re-weights old stock at once. What is never liquidated is Σ w short of 1.
"""

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from liqtui.events import Side
from liqtui.liqmap.closing import UNIFORM, Closing
from liqtui.liqmap.grid import SIZE, Floats, bin_of
from liqtui.liqmap.ladder import RUNGS, Ladder
from liqtui.liqmap.ledger import Ledger
from liqtui.liqmap.path import Path, falls_first, leg_volumes, path_volumes

CHURN = 0.2
"""Prior share of volume that turns positions over (χ); market makers churn the rest."""
HALF_LIFE_S = 86_400.0
"""Without any open interest a position is taken to stay open for a day, by half-life."""
_MERGE_STEPS = 240
_RECOUNT_REPORTS = 256

Ohlc = tuple[float, float, float, float]
"""Open, high, low, close of a bar, in quote."""


class HistoryBar(NamedTuple):
    """A candle of the past, for `Stock.seed`."""

    trades: Ohlc
    volume: float
    """In units."""
    mark: Ohlc | None = None
    seconds: float = 60.0


class Stock(Ledger):
    """The estimated stock of one instrument. Single-threaded, owned by the engine; deterministic to the byte.

    Sizes are in units (base coin; USD face of an inverse contract). Prices must be finite and above 0. What it holds
    is read by `by_rung`, `drawn`, `undrawn`, `held` and `books`.
    """

    def __init__(
        self,
        ladder: Ladder,
        price: float,
        *,
        weights: Floats | None = None,
        churn: float = CHURN,
        half_life_s: float = HALF_LIFE_S,
        size: int = SIZE,
        closing: Closing = UNIFORM,
    ) -> None:
        super().__init__(ladder, price, weights, size, closing)
        self.churn = churn
        self._half_life_s = half_life_s
        self._steps = 0
        self._reports = 0

    def step(
        self,
        low: float,
        high: float,
        mark: float,
        prices: Floats,
        sizes: Floats,
        *,
        interest: float | None = None,
        seconds: float = 0.25,
    ) -> Floats:
        """One live step: consume what the mark swept, close, open at the prices traded, hear a report.

        Args:
            low: lowest mark of the step, the mark it began with included.
            high: highest mark of the step, likewise.
            mark: the mark at its end.
            prices: of the step's trades, [n].
            sizes: of the step's trades in units, [n].
            interest: open interest, if a report came in this step.
            seconds: its length, for a stock without open interest.

        Returns:
            Swept exposure e [side, rung], unweighted: what was liquidated of each row.
        """
        swept = np.zeros((2, RUNGS))
        at = bin_of(mark, self.ladder.width)
        self._follow(at)
        self._sweep(Side.LONG, bin_of(low, self.ladder.width), swept)
        self._sweep(Side.SHORT, bin_of(high, self.ladder.width), swept)
        self._pass(seconds)
        if len(prices):
            self.open(prices, sizes)
        self._sweep(Side.LONG, at, swept)
        self._sweep(Side.SHORT, at, swept)
        self._finish(interest)
        return swept

    def bar(
        self,
        open: float,
        high: float,
        low: float,
        close: float,
        volume: float,
        interest_change: float | None = None,
        mark: Ohlc | None = None,
        *,
        seconds: float = 60.0,
    ) -> Floats:
        """One bar of history along open → nearer extreme → other extreme → close.

        Openings lie along the path of trades, consumption follows the path of the mark (`mark`, else the trades').
        On a leg down the longs are swept at its low, after its openings; on a leg up the shorts at its high.

        Args:
            open: first price traded.
            high: highest price traded.
            low: lowest price traded.
            close: last price traded.
            volume: in units.
            interest_change: of open interest over the bar (and all bars since the last report); None: not known yet.
            mark: open, high, low, close of the mark.
            seconds: length of the bar, for a stock without open interest.

        Returns:
            Swept exposure e [side, rung], unweighted.
        """
        swept = np.zeros((2, RUNGS))
        trades: Ohlc = (open, high, low, close)
        falls = falls_first(trades)
        path = Path.of(trades, self.ladder.width, falls)
        marks = path if mark is None else Path.of(mark, self.ladder.width, falls)
        start, end = int(np.floor(marks.start)), int(np.floor(marks.end))
        self._follow(end)
        self._sweep(Side.LONG, start, swept)
        self._sweep(Side.SHORT, start, swept)
        self._pass(seconds)
        if max(*path, *marks) - min(*path, *marks) < self._rows.nearest:
            self._open_bins(*path_volumes(path, volume))
            self._sweep(Side.LONG, int(np.floor(min(marks))), swept)
            self._sweep(Side.SHORT, int(np.floor(max(marks))), swept)
        else:
            self._walk(path, marks, volume, swept)
        self._sweep(Side.LONG, end, swept)
        self._sweep(Side.SHORT, end, swept)
        known = self.interest is not None and interest_change is not None
        self._finish(max(0.0, (self.interest or 0.0) + (interest_change or 0.0)) if known else None)
        return swept

    def open(self, prices: Floats, sizes: Floats) -> None:
        """Open `churn`/2 of these trades on each side, at the prices traded. `step` does this and the rest."""
        places = np.log(prices)
        places /= self.ladder.width
        low = math.floor(places[places.argmin()])
        places -= low
        volumes: Floats = np.bincount(places.astype(np.intp), sizes).astype(np.float64, copy=False)
        self._open_bins(low, volumes)

    def report(self, interest: float) -> None:
        """Open interest was reported: the interval's opens and closes become exactly (T ± ΔOI)/2.

        The first report makes a relative stock absolute: what was seen being opened stays at its size (scaled down if
        it were more than the open interest), the rest of the open interest is undrawn. `seed` draws it.
        """
        if self.interest is None:
            self._merge()
            self.interest = interest
            self._fit([min(1.0, interest / never) if never > 0.0 else 1.0 for never in self._never])
        else:
            change = interest - self.interest
            missing = max(interval.missing(change) for interval in self._intervals)
            if missing > 0.0:
                self._place(self._mark_bin, np.array([missing]))
            for interval in self._intervals:
                interval.balance(change)
            self._merge()
            self.interest = interest
        for interval in self._intervals:
            interval.begin(interest)
        self._limit()
        self._reports += 1
        if self._reports % _RECOUNT_REPORTS == 0:
            self._rows.recount()

    def seed(self, bars: Iterable[HistoryBar], interest: float) -> None:
        """Draw the first known open interest over the volume profile of the bars before it.

        The bars open and consume along their paths and close by turnover at that open interest; then everything is
        scaled so that the row which is never liquidated holds just the open interest. Flagged by `seeded`.
        """
        for _ in self.seeding(bars, interest):
            pass

    def seeding(self, bars: Iterable[HistoryBar], interest: float) -> Iterator[None]:
        """`seed` a bar at a time; it is not done before the last."""
        self._merge()
        self.interest = interest
        for interval in self._intervals:
            interval.begin(interest)
        for bar in bars:
            self.bar(*bar.trades, bar.volume, 0.0, bar.mark, seconds=bar.seconds)
            yield
        factors = [interest / never if never > 0.0 else 1.0 for never in self._never]
        self._fit(factors)
        self.seeded = any(never > 0.0 for never in self._never)
        self._limit()

    def settle(self) -> None:
        """The contract has ended: all stock goes, neither closed nor liquidated."""
        self._merge()
        self._books.settled += self.held()
        self._rows.clear()
        self._never = [0.0, 0.0]
        self._scale = [1.0, 1.0]
        self.interest = None if self.interest is None else 0.0
        for interval in self._intervals:
            interval.begin(0.0)

    def _open_bins(self, first_bin: int, volumes: Floats) -> None:
        volumes *= 0.5 * self.churn
        opened = self._place(first_bin, volumes)
        for interval in self._intervals:
            interval.turnover += 2.0 * opened

    def _walk(self, path: Path, marks: Path, volume: float, swept: Floats) -> None:
        """Open and sweep leg by leg: what a leg opens, a later one may sweep."""
        volumes = leg_volumes(path, volume)
        for leg, (a, b), share in zip(path.legs, marks.legs, volumes, strict=True):
            if share > 0.0:
                self._open_bins(*path_volumes(Path(leg[0], leg[1], leg[1], leg[1]), share))
            if min(a, b) < a or min(leg) < leg[0]:
                self._sweep(Side.LONG, int(np.floor(min(a, b))), swept)
            if max(a, b) > a or max(leg) > leg[0]:
                self._sweep(Side.SHORT, int(np.floor(max(a, b))), swept)

    def _pass(self, seconds: float) -> None:
        """Without open interest positions close with time alone."""
        if self.interest is not None:
            return
        left = 0.5 ** (seconds / self._half_life_s)
        for interval in self._intervals:
            interval.old *= left
            interval.fresh *= left

    def _finish(self, interest: float | None) -> None:
        """End a step: hear the report, or work the interval's closes out provisionally."""
        self._steps += 1
        if interest is not None:
            self.report(interest)
        elif self.interest is not None:
            for interval in self._intervals:
                interval.balance(0.0)
        elif self._steps % _MERGE_STEPS == 0:
            self._merge()
            for interval in self._intervals:
                interval.begin(0.0)
