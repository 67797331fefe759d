"""The estimated stock of one instrument through its life: history, the joint with live, live steps, the end."""

from collections import deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from liqtui.engine.build import building, move, snapshot
from liqtui.engine.jobs import Jobs
from liqtui.engine.kin import started
from liqtui.engine.learner import Learner
from liqtui.engine.past import Past, PastBar
from liqtui.engine.snapshots import Snapshots
from liqtui.events import Backfill, Candles, InterestHistory, Learned, Liquidation, Tiers
from liqtui.instruments import Instrument
from liqtui.liqmap.ensemble import CHURNS, MIDDLE, Ensemble, new_stock, shares_of
from liqtui.liqmap.grid import Floats, Singles, bin_of
from liqtui.liqmap.ladder import Ladder
from liqtui.liqmap.learning import Ladders
from liqtui.liqmap.margin import MarginRule
from liqtui.liqmap.stock import Stock
from liqtui.market.batch import Columns, columns, concatenated
from liqtui.view import BackfillView, Snapshot

MINUTE_NS = 60 * 10**9
CACHED = "cached"
"""The stage of what the last run fetched: better than nothing, no better than a stock that lives."""
PATH_STEPS = 8 * 240
"""Live steps whose mark path is remembered, to be swept again by a stock that history has just built: 8 minutes."""
SPREAD_BINS = 4_096
"""Bins about the mark for which the uncertainty is worked out once a minute: wider than a View's map."""
_NOTHING = columns([])


Kin = Callable[[], Learner | None]
"""Whose ladder a new instrument starts from, if there is one."""
Market = Callable[[], tuple[float | None, float | None]]
"""The newest mark, and the newest open interest, from a stream or from history."""
HISTORY, MEMBER = "a history", "a member"
"""The jobs of an estimate."""


class _Laid(NamedTuple):
    """What history has come to."""

    middle: Stock
    newest: PastBar
    snapshots: Snapshots
    ladders: Ladders


class Told(NamedTuple):
    """Who is told what the estimate has come to."""

    built: Callable[[], None]
    """History in the stock reaches further."""
    released: Callable[[Columns], None]
    """The live trades that waited for the joint count now."""


class Path(NamedTuple):
    """Where the mark went in a step; the price it came from is within low and high."""

    low: float
    high: float
    mark: float


class Estimate:
    """Owns the stocks, what they are made from and what they have taught. Single-threaded; belongs to a pipeline.

    History is built by jobs, stage after stage, while the stock there is goes on; the joint waits for them.

    Without backfill (captures) the first price opens an empty stock. With backfill, live trades are held until history
    reaches the joint: those before it are in the candles, those from it on open stock, none twice and none never.
    """

    def __init__(
        self, instrument: Instrument, fee: float, last_stage: str, jobs: Jobs, market: Market, told: Told, *,
        thinned: bool = False, kin: Kin | None = None,
    ) -> None:
        """Begin with nothing.

        Args:
            instrument: whose.
            fee: counted in the liquidation price.
            last_stage: the venue's finest history; with it all is in.
            jobs: work the history.
            market: asked whenever a stock is made.
            told: of what has become of the history.
            thinned: its feed leaves liquidations out.
            kin: asked once for a ladder to start from.
        """
        self.stock: Ensemble | None = None
        self.learner: Learner | None = None
        self.snapshots = Snapshots()
        self.past = Past()
        self.backfill: BackfillView | None = None
        self.joint_ns: int | None = None
        """Trades of that exchange time or later open stock; None: all do."""
        self.settled = False
        self._instrument, self._fee, self._last_stage = instrument, fee, last_stage
        self._jobs, self._market, self._told = jobs, market, told
        self._stages: list[Backfill] = []
        """What is still to be built, and the joint."""
        self._building: tuple[int | None, Callable[[], None]] | None = None
        """Up to when history is being built, and what then."""
        self._thinned, self._kin = thinned, kin
        self._saved: Learned | None = None
        self._spread: tuple[int, Singles] | None = None
        """First bin and deviations [side, bin]."""
        self._tiers: Tiers | None = None
        self._joined = True
        self.covered_ns = 0
        """Where the history in the stock ends."""
        self._lived_ns = 0
        """Up to when live trades have opened this stock; history that ends before knows less than it does."""
        self._held: list[Columns] = []
        self._interest: float | None = None
        self._paths: deque[tuple[int, Path]] = deque(maxlen=PATH_STEPS)
        self._since_snapshot: Path | None = None
        self._stepped_ns: int | None = None

    @property
    def _name(self) -> str:
        return self._instrument.name

    @property
    def joining(self) -> bool:
        """History and the live stream are not one yet: trades wait for their minute's candle."""
        return not self._joined

    @property
    def assumed(self) -> bool:
        """The maintenance rates are assumed, not the venue's."""
        return self.stock is None or self.stock.ladder.assumed

    @property
    def past_assumed(self) -> bool:
        """History has no open interest: the past is told as if it had always been what it is now."""
        stock = self.stock
        return stock is not None and not stock.relative and bool(self.covered_ns) and not self.past.interest

    def take_tiers(self, tiers: Tiers) -> None:
        """The venue's maintenance schedule; a stock of history alone is built anew on it, one that lives goes on."""
        new, self._tiers = tiers != self._tiers, tiers
        if new and self.stock is not None and not self._joined and not self.settled:
            self._rebuild(*(self._building or (None, lambda: None)))

    def take_history(self, page: Candles | InterestHistory) -> None:
        """A page of history, used when its stage is complete."""
        self.past.add(page)

    def take_backfill(self, event: Backfill) -> None:
        """Progress, a stage to build on, or the joint."""
        self._joined = self._joined and event.stage == "joined"
        known = self.backfill or BackfillView(0, 0, "", False, "", None)
        self.backfill = replace(known, done=event.done, total=event.total, problem=event.problem)
        if event.stage == CACHED and (self.stock is not None or self._jobs.runs((self._name, HISTORY))):
            self._stands(event)
        elif event.stage:
            self._stages.append(event)
            self._proceed()

    def _proceed(self) -> None:
        """Build the newest stage there is; after the last of them, join."""
        while self._stages and not self._jobs.runs((self._name, HISTORY)):
            event = self._stages.pop(0)
            if event.stage == "joined":
                self._join(event)
            elif not self._stages or self._stages[0].stage == "joined":
                self._rebuild(None, partial(self._stands, event))

    def _stands(self, event: Backfill) -> None:
        """A stage of history is in the map."""
        assert self.backfill is not None
        finished, built_ns = event.stage in (self._last_stage, "joined"), event.fetched_ns or self.covered_ns or None
        self.backfill = replace(self.backfill, stage=event.stage, finished=finished, built_ns=built_ns)

    def step(self, boundary_ns: int, path: Path, trades: Columns, interest: float | None) -> Columns:
        """One live step: the mark's path, the trades of the step, and open interest if it was reported.

        Returns:
            The trades that counted: those no candle of history holds, none while they wait for the joint.
        """
        if self.settled:
            return _NOTHING
        self._interest = interest if interest is not None else self._interest
        self._paths.append((boundary_ns, path))
        self._widen(path)
        if not self._joined:
            self._held.append(trades)
            self._work(boundary_ns, path, _NOTHING, None)
            return _NOTHING
        if self.stock is None:
            self.stock = self._empty(path.mark)
        if self.backfill is not None:
            self._lived_ns = boundary_ns
        fresh = self._after_joint(trades)
        self._work(boundary_ns, path, fresh, interest)
        return fresh

    def take_learned(self, event: Learned) -> None:
        """What an earlier run has learned; it counts if nothing has been learned yet."""
        self._saved = event
        if self.learner is not None and self.learner.learned_ns is None and self.learner.restore(event):
            self._weigh()

    def liquidated(self, reports: Sequence[Liquidation]) -> None:
        """Liquidations, each once."""
        if self.learner is not None:
            self.learner.liquidated(reports)

    def minute(self, time_ns: int, fit: bool) -> None:
        """Learn from the minute that ends, if it is fit for that, and keep a snapshot of it."""
        if self.stock is None or self.settled:
            return
        if self._joined and self.learner is not None:
            self.learner.minute(time_ns, self.stock, fit)
            self._grow()
        self._spread = None
        if self.stock.whole and self._paths:
            first_bin = bin_of(self._paths[-1][1].mark) - SPREAD_BINS // 2
            self._spread = first_bin, self.stock.spread(first_bin, SPREAD_BINS)
            self._spread[1].flags.writeable = False
        if self._since_snapshot is not None:
            low, high, mark = self._since_snapshot
            self.snapshots.add(snapshot(self.stock, time_ns, (low, high, mark)))
            self._since_snapshot = Path(mark, mark, mark)

    def spread(self, first_bin: int, bins: int) -> Singles | None:
        """[side, bin] standard deviation of the map, as of the last minute; None before all stocks are there."""
        if self._spread is None:
            return None
        at = first_bin - self._spread[0]
        return self._spread[1][:, at : at + bins] if 0 <= at <= SPREAD_BINS - bins else None

    def settle(self) -> None:
        """The contract has ended."""
        if self.stock is not None:
            self.stock.settle()
        self.settled = True
        self._jobs.drop(self._name)

    def _after_joint(self, trades: Columns) -> Columns:
        return trades if self.joint_ns is None or not trades else trades.since(self.joint_ns)

    def _work(self, boundary_ns: int, path: Path, trades: Columns, interest: float | None) -> None:
        if self.stock is not None:
            seconds = 0.25 if self._stepped_ns is None else (boundary_ns - self._stepped_ns) / 1e9
            expected = self.stock.step(path.low, path.high, path.mark, trades.price, trades.size,
                                       interest=interest, seconds=seconds)
            if self.learner is not None:
                self.learner.swept(boundary_ns, expected)
        self._stepped_ns = boundary_ns

    def _rebuild(self, until_ns: int | None, then: Callable[[], None]) -> None:
        """A new stock from all history there is when its turn comes, or that of before a time; then `then`."""
        self._building = until_ns, then

        def done(laid: _Laid | None) -> None:
            then = self._building[1] if self._building is not None else None
            self._building = None
            if laid is not None and not self.settled:
                self._catch_up(laid.middle, laid.newest)
                self.snapshots, self.covered_ns, self._lived_ns = laid.snapshots, laid.newest.end_ns, 0
                self.stock = Ensemble(laid.middle, laid.ladders)
                self.stock.weigh()
                self._jobs.drop(self._name, MEMBER)
                self._told.built()
            if then is not None:
                then()
            self._proceed()

        self._jobs.begin((self._name, HISTORY), self._laying(until_ns), done)

    def _laying(self, until_ns: int | None) -> "Generator[None, None, _Laid | None]":
        """The new stock; None where history has nothing that the one there does not know."""
        while until_ns is None and self._stages and self._stages[0].stage != "joined":  # that came meanwhile, too
            self._building = None, partial(self._stands, self._stages.pop(0))
        bars = [] if self.settled else self.past.row(until_ns)
        if not bars or bars[-1].end_ns < self._lived_ns:
            return None
        price, interest = self._market()
        snapshots, ladder = Snapshots(), self._ladder(price or bars[-1].bar.close)
        ladders = self._learner(ladder).ladders
        weights = shares_of(ladders)[MIDDLE]
        middle = yield from self._history(ladder, bars, CHURNS[MIDDLE], weights, interest, snapshots.add)
        return _Laid(middle, bars[-1], snapshots, ladders)

    @staticmethod
    def _history(
        ladder: Ladder, bars: list[PastBar], churn: float, weights: Floats, interest: float | None,
        snap: Callable[[Snapshot], None] | None = None,
    ) -> Generator[None, None, Stock]:
        """A stock that has lived through all history."""
        return building(lambda price: new_stock(ladder, price, churn, weights), bars, interest, snap)

    def _catch_up(self, stock: Stock, newest: PastBar) -> None:
        """Have a stock of history, whose newest bar is given, live through what the live mark did since."""
        interest = self._interest if self._interest is not None else self._market()[1]
        if interest is not None and newest.interest is None:
            stock.report(interest)  # the newest report closes the bars that history has no open interest for yet
        self._sweep_again(stock, newest.end_ns)

    def _grow(self) -> None:
        """Have one more stock of the ensemble made, of the history of the others."""
        stock, bars = self.stock, self.past.row(self.covered_ns)
        place = None if stock is None or self._jobs.runs((self._name, MEMBER)) else stock.missing
        if stock is None or place is None or not bars:
            return

        def done(member: Stock | None) -> None:
            if member is not None and stock is self.stock and not self.settled:
                self._catch_up(member, bars[-1])
                stock.add(place, member)
                self._grow()

        member = self._history(stock.ladder, bars, *stock.wanted(place), self._interest)
        self._jobs.begin((self._name, MEMBER), member, done)

    def _join(self, event: Backfill) -> None:
        """History has reached the joint: lay its last bars, then the trades that were held for it."""
        if self._lived_ns and not self.settled:  # bars laid on a stock that lived would count its trades twice
            self._rebuild(event.joint_ns, partial(self._joint, event))
            return
        covered_ns = self.covered_ns
        if self.stock is not None and not self.settled:
            for bar in self.past.row(event.joint_ns):
                if bar.start_ns >= self.covered_ns:
                    self.stock.each(partial(move, bar=bar))
                    self.covered_ns = bar.end_ns
            self.stock.each(partial(self._sweep_again, covered_ns=self.covered_ns))
        if self.covered_ns != covered_ns:
            self._told.built()
        self._joint(event)

    def _joint(self, event: Backfill) -> None:
        """All history is in the stock; what was held for it counts now."""
        self.joint_ns, self._joined = event.joint_ns, True
        held, self._held = self._after_joint(concatenated(self._held)), []
        if self._paths and not self.settled:
            boundary_ns, last = self._paths[-1]
            if self.stock is None:
                self.stock = self._empty(last.mark)
            self._work(boundary_ns, Path(last.mark, last.mark, last.mark), held, self._interest)
        self._stands(event)
        self._told.released(held)

    def _sweep_again(self, stock: Stock, covered_ns: int) -> None:
        """What live marks swept since history ends, a stock from history has to lose, too."""
        since = [path for at, path in self._paths if at > covered_ns]
        if since:
            low, high = min(p.low for p in since), max(p.high for p in since)
            stock.step(low, high, since[-1].mark, _NOTHING.price, _NOTHING.size)

    def _empty(self, price: float) -> Ensemble:
        """Nothing is known of before: all stocks begin empty."""
        ladder = self._ladder(price)
        ladders = self._learner(ladder).ladders

        def new(churn: float, weights: Floats) -> Stock:
            return new_stock(ladder, price, churn, weights)

        return Ensemble(new(CHURNS[MIDDLE], shares_of(ladders)[MIDDLE]), ladders, new)

    def _learner(self, ladder: Ladder) -> Learner:
        """The ladders learned so far, or new ones: from the last run, else from the venue's, else from the prior."""
        known = self.learner
        if known is not None and len(known.rungs) == len(ladder.rungs) and (known.rungs == ladder.rungs).all():
            return known
        kin = self._kin() if self._kin is not None else None
        self.learner = started(ladder.rungs, self._thinned, kin)
        if self._saved is not None:
            self.learner.restore(self._saved)
        return self.learner

    def _ladder(self, price: float) -> Ladder:
        instrument = self._instrument
        rule = MarginRule.of(instrument, self._tiers, self._fee, price)
        return Ladder.of(rule, instrument.max_leverage)

    def _weigh(self) -> None:
        if self.stock is not None:
            self.stock.weigh()

    def _widen(self, path: Path) -> None:
        since = self._since_snapshot or path
        self._since_snapshot = Path(min(since.low, path.low), max(since.high, path.high), path.mark)
