"""The stock: an estimate of everything open, by side, rung and entry, kept as state and moved a step at a time.

Every row is unweighted: the whole opening flow as if all of it had opened at that rung. The map is Σ w_r · row_r; a new
`weights` re-weights old stock at once. What is never liquidated is Σ w short of 1.
"""

import struct
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from liqtui.events import Side
from liqtui.liqmap.books import NEVER, Books, Pending
from liqtui.liqmap.grid import SIZE, Floats, bin_of
from liqtui.liqmap.ladder import LEAST_NEVER, RUNGS, Ladder, prior_weights
from liqtui.liqmap.path import Path, falls_first, leg_volumes, path_volumes
from liqtui.liqmap.profile import Profile, weigh
from liqtui.liqmap.rows import FRESH, OLD, Rows
from liqtui.liqmap.turnover import Interval

CHURN = 0.2
"""Prior share of volume that turns positions over (χ); market makers churn the rest."""
HALF_LIFE_S = 86_400.0
"""Without any open interest a position is taken to stay open for a day, by half-life."""
_SCALE_DRIFT = 1e3
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


class Stock:
    """The estimated stock of one instrument. Single-threaded, owned by the engine; deterministic to the byte.

    Sizes are in units (base coin; USD face of an inverse contract). Prices must be finite and above 0.
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
    ) -> None:
        self.ladder = ladder
        self.churn = churn
        self.interest: float | None = None
        """Open interest at the last report, in units; None: the stock is relative."""
        self.seeded = False
        """The oldest stock was seeded over a volume profile."""
        self.overdrawn = 0
        """Times more was drawn than is open, and the stock was scaled down. Only new weights can cause it."""
        self._half_life_s = half_life_s
        self._mark_bin = bin_of(price, ladder.width)
        self._rows = Rows(ladder, self._mark_bin - size // 2, size)
        self._scale = [1.0, 1.0]
        self._never = [0.0, 0.0]
        self._intervals = (Interval(), Interval())
        self._pending = Pending()
        self._books = Books()
        self._steps = 0
        self._reports = 0
        self._weights = np.empty((2, RUNGS))
        self.weights = prior_weights(ladder.rungs) if weights is None else weights

    # --- what it says -------------------------------------------------------------------------------------------

    @property
    def relative(self) -> bool:
        """No open interest has been reported: the map's shape means something, its level does not."""
        return self.interest is None

    @property
    def weights(self) -> Floats:
        """[side, rung]: share of openings made at each rung. Setting [rung] sets both sides."""
        return self._weights

    @weights.setter
    def weights(self, shares: Floats) -> None:
        new = np.array(np.broadcast_to(shares, (2, RUNGS)), dtype=np.float64)
        if (new < 0.0).any() or (new.sum(axis=1) > 1.0 - LEAST_NEVER).any():
            raise ValueError(f"shares of a ladder are at least 0 and together at most {1.0 - LEAST_NEVER}")
        new.flags.writeable = False
        self._weights = new
        self._limit()

    def held(self) -> Floats:
        """[side, row]: what each unweighted row holds now; the last row is the one that is never liquidated."""
        out = np.empty((2, RUNGS + 1))
        for s, interval in enumerate(self._intervals):
            old, fresh = self._scale[s] * interval.old, interval.alpha * interval.fresh
            out[s, :NEVER] = self._rows.totals[s, OLD] * old + self._rows.totals[s, FRESH] * fresh
            out[s, NEVER] = self._never[s] * interval.old + interval.opened * fresh
        return out

    def drawn(self) -> tuple[float, float]:
        """Per side: what the map draws, all bins."""
        each = (self.held()[:, :NEVER] * self._weights).sum(axis=1)
        return float(each[0]), float(each[1])

    def undrawn(self) -> tuple[float, float] | None:
        """Per side: open interest that is not drawn (never liquidated, or from before anything was seen)."""
        if self.interest is None:
            return None
        longs, shorts = self.drawn()
        return max(0.0, self.interest - longs), max(0.0, self.interest - shorts)

    def by_rung(self, first_bin: int, bins: int) -> Profile:
        """The map by liquidation bin, `bins` of them from `first_bin` on, and what lies outside them."""
        old = self._weights * np.array([[self._scale[s] * i.old] for s, i in enumerate(self._intervals)])
        fresh = self._weights * np.array([[i.alpha * i.fresh] for i in self._intervals])
        return weigh(self._rows, old, fresh, first_bin, bins)

    def books(self) -> Books:
        """The books as of now, the interval since the last report included at its provisional rates."""
        books = self._books.copy()
        self._book(books)
        return books

    # --- what happens to it -------------------------------------------------------------------------------------

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
            open: first, `high`: highest, `low`: lowest, `close`: last price traded.
            high: see `open`.
            low: see `open`.
            close: see `open`.
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
        places -= self._rows.first
        low = int(np.floor(places.min()))
        if low:
            places -= low
        volumes: Floats = np.bincount(places.astype(np.intp), sizes).astype(np.float64, copy=False)
        self._open_bins(low + self._rows.first, volumes)

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
        if self.interest is None:
            self._merge()
        self.interest = interest
        for interval in self._intervals:
            interval.begin(interest)
        for bar in bars:
            self.bar(*bar.trades, bar.volume, 0.0, bar.mark, seconds=bar.seconds)
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

    def state_bytes(self) -> bytes:
        """All state in bytes: equal calls give equal bytes."""
        numbers: Sequence[float] = [
            *self._scale, *self._never, float(self._rows.first), float(self._mark_bin), float(self.seeded),
            float(self.overdrawn), -1.0 if self.interest is None else self.interest,
            *(x for i in self._intervals for x in (i.start, i.turnover, i.opened, i.swept_old, i.swept_fresh,
                                                   i.alpha, i.old, i.fresh)),
        ]
        return struct.pack(f"<{len(numbers)}d", *numbers) + self._rows.bytes()

    # --- how ----------------------------------------------------------------------------------------------------

    def _open_bins(self, first_bin: int, volumes: Floats) -> None:
        volumes *= 0.5 * self.churn
        opened = self._place(first_bin, volumes)
        for interval in self._intervals:
            interval.turnover += 2.0 * opened

    def _place(self, first_bin: int, volumes: Floats) -> float:
        lost = self._rows.add(first_bin, volumes)
        if lost > 0.0:
            self._pending.slid_fresh[:, :NEVER] += lost
        opened = float(volumes.sum())
        for interval in self._intervals:
            interval.opened += opened
        return opened

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

    def _sweep(self, side: Side, at_bin: int, swept: Floats) -> None:
        taken = self._rows.sweep(side, at_bin)
        if taken is None:
            return
        interval, pending = self._intervals[side], self._pending
        gross = taken[OLD] * self._scale[side]
        old, fresh = gross * interval.old, taken[FRESH] * interval.fresh
        pending.consumed_old[side, :NEVER] += old
        pending.consumed_fresh[side, :NEVER] += fresh
        pending.closed_old[side, :NEVER] += gross - old
        pending.closed_fresh[side, :NEVER] += taken[FRESH] - fresh
        interval.swept_old += float(old @ self._weights[side])
        interval.swept_fresh += float(fresh @ self._weights[side])
        swept[side] += old + fresh * interval.alpha

    def _follow(self, at_bin: int) -> None:
        """Remember where the mark is and keep it well inside the window."""
        self._mark_bin = at_bin
        size, margin = self._rows.size, self._rows.size // 6
        if self._rows.first + margin <= at_bin < self._rows.first + size - margin:
            return
        left = self._rows.slide(at_bin - size // 2)
        for s, interval in enumerate(self._intervals):
            gross = left[s, OLD] * self._scale[s]
            self._pending.slid_old[s, :NEVER] += gross * interval.old
            self._pending.closed_old[s, :NEVER] += gross * (1.0 - interval.old)
            self._pending.slid_fresh[s, :NEVER] += left[s, FRESH] * interval.fresh
            self._pending.closed_fresh[s, :NEVER] += left[s, FRESH] * (1.0 - interval.fresh)

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

    def _book(self, books: Books) -> None:
        """Enter the interval into `books` at the rates it has now."""
        pending, totals = self._pending, self._rows.totals
        for s, interval in enumerate(self._intervals):
            alpha, gone_old, gone_fresh = interval.alpha, 1.0 - interval.old, 1.0 - interval.fresh
            books.opened[s] += alpha * interval.opened
            books.consumed[s] += pending.consumed_old[s] + alpha * pending.consumed_fresh[s]
            books.slid[s] += pending.slid_old[s] + alpha * pending.slid_fresh[s]
            books.closed[s] += pending.closed_old[s] + alpha * pending.closed_fresh[s]
            books.closed[s, :NEVER] += gone_old * self._scale[s] * totals[s, OLD]
            books.closed[s, :NEVER] += alpha * gone_fresh * totals[s, FRESH]
            books.closed[s, NEVER] += gone_old * self._never[s] + alpha * gone_fresh * interval.opened

    def _merge(self) -> None:
        """Make the interval's rates final: book them, scale what was open, add what was opened."""
        self._book(self._books)
        self._pending = Pending()
        ratios = np.empty(2)
        for side, interval in zip(Side, self._intervals, strict=True):
            left = interval.alpha * interval.fresh
            self._never[side] = self._never[side] * interval.old + interval.opened * left
            scale = self._scale[side] * interval.old
            if not 1.0 / _SCALE_DRIFT < scale < _SCALE_DRIFT:
                self._rows.scale_old(side, scale)
                scale = 1.0
            self._scale[side] = scale
            ratios[side] = left / scale
            interval.begin(interval.start)
        self._rows.merge(ratios)

    def _fit(self, factors: Sequence[float]) -> None:
        """Multiply each side's stock, its books with it: it was the right shape at the wrong level."""
        self._books.scale_sides(factors)
        for side, factor in zip(Side, factors, strict=True):
            self._never[side] *= factor
            self._rows.scale_old(side, self._scale[side] * factor)
            self._scale[side] = 1.0

    def _limit(self) -> None:
        """No side may draw more than is open. With constant weights it never does; new ones may, and it is counted."""
        if self.interest is None:
            return
        for side, drawn in zip(Side, self.drawn(), strict=True):
            if drawn <= self.interest * (1.0 + 1e-6):
                continue
            self._merge()
            factor = self.interest / drawn
            self._books.closed[side] += self.held()[side] * (1.0 - factor)
            self._never[side] *= factor
            self._rows.scale_old(side, self._scale[side] * factor)
            self._scale[side] = 1.0
            self.overdrawn += 1
