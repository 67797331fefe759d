"""The estimated stock of one instrument through its life: history, the joint with live, live steps, the end."""

from collections import deque
from typing import NamedTuple

from liqtui.engine.build import built, move, snapshot
from liqtui.engine.past import Past
from liqtui.engine.snapshots import Snapshots
from liqtui.events import Backfill, Candles, InterestHistory, Tiers
from liqtui.instruments import Instrument
from liqtui.liqmap.ladder import Ladder
from liqtui.liqmap.margin import MarginRule
from liqtui.liqmap.stock import Stock
from liqtui.market.batch import Columns, columns, concatenated
from liqtui.view import BackfillView

MINUTE_NS = 60 * 10**9
CACHED = "cached"
"""The stage of what the last run fetched: better than nothing, no better than a stock that lives."""
PATH_STEPS = 8 * 240
"""Live steps whose mark path is remembered, to be swept again by a stock that history has just built: 8 minutes."""
_NOTHING = columns([])


class Path(NamedTuple):
    """Where the mark went in a step; the price it came from is within low and high."""

    low: float
    high: float
    mark: float


class Estimate:
    """Owns the stock and what it is made from. Single-threaded; belongs to a pipeline.

    Without backfill (captures) the first price opens an empty stock. With backfill, live trades are held until history
    reaches the joint: those before it are in the candles, those from it on open stock, none twice and none never.
    """

    def __init__(self, instrument: Instrument, fee: float, last_stage: str) -> None:
        """`fee`: counted in the liquidation price. `last_stage`: the venue's finest history; with it all is in."""
        self.stock: Stock | None = None
        self.snapshots = Snapshots()
        self.past = Past()
        self.backfill: BackfillView | None = None
        self.joint_ns: int | None = None
        """Trades of that exchange time or later open stock; None: all do."""
        self.settled = False
        self._instrument, self._fee, self._last_stage = instrument, fee, last_stage
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
    def joining(self) -> bool:
        """History and the live stream are not one yet: trades wait for their minute's candle."""
        return not self._joined

    @property
    def assumed(self) -> bool:
        """The maintenance rates are assumed, not the venue's."""
        return self.stock is None or self.stock.ladder.assumed

    def take_tiers(self, tiers: Tiers, price: float | None, interest: float | None) -> None:
        """The venue's maintenance schedule; a stock of history alone is built anew on it, one that lives goes on."""
        new, self._tiers = tiers != self._tiers, tiers
        if new and self.stock is not None and not self._joined and not self.settled:
            self._rebuild(price, interest)

    def take_history(self, page: Candles | InterestHistory) -> None:
        """A page of history, used when its stage is complete."""
        self.past.add(page)

    def take_backfill(self, event: Backfill, price: float | None, interest: float | None) -> Columns:
        """Progress, a stage to build on, or the joint.

        Args:
            event: what the feeds say of the history.
            price: the newest mark.
            interest: the newest open interest, from a stream or from history.

        Returns:
            The live trades that waited for the joint and now count.
        """
        self._joined = self._joined and event.stage == "joined"
        released = _NOTHING
        if event.stage == "joined":
            released = self._join(event.joint_ns, price, interest)
        elif event.stage and not self.settled and not (event.stage == CACHED and self.stock is not None):
            self._rebuild(price, interest)
        stage, built_ns = event.stage, event.fetched_ns or self.covered_ns or None
        if not stage and self.backfill is not None:
            stage, built_ns = self.backfill.stage, self.backfill.built_ns
        self.backfill = BackfillView(
            event.done, event.total, stage, stage in (self._last_stage, "joined"), event.problem, built_ns
        )
        return released

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
            self.stock = Stock(self._ladder(path.mark), path.mark)
        if self.backfill is not None:
            self._lived_ns = boundary_ns
        fresh = self._after_joint(trades)
        self._work(boundary_ns, path, fresh, interest)
        return fresh

    def minute(self, time_ns: int) -> None:
        """Keep a snapshot of the minute that ends."""
        if self.stock is not None and self._since_snapshot is not None and not self.settled:
            low, high, mark = self._since_snapshot
            self.snapshots.add(snapshot(self.stock, time_ns, (low, high, mark)))
            self._since_snapshot = Path(mark, mark, mark)

    def settle(self) -> None:
        """The contract has ended."""
        if self.stock is not None:
            self.stock.settle()
        self.settled = True

    def _after_joint(self, trades: Columns) -> Columns:
        return trades if self.joint_ns is None or not trades else trades.since(self.joint_ns)

    def _work(self, boundary_ns: int, path: Path, trades: Columns, interest: float | None) -> None:
        if self.stock is not None:
            seconds = 0.25 if self._stepped_ns is None else (boundary_ns - self._stepped_ns) / 1e9
            self.stock.step(path.low, path.high, path.mark, trades.price, trades.size,
                            interest=interest, seconds=seconds)
        self._stepped_ns = boundary_ns

    def _rebuild(self, price: float | None, interest: float | None, until_ns: int | None = None) -> None:
        """A new stock from all history there is, swept by what the live mark did since."""
        bars = self.past.row(until_ns)
        if not bars or bars[-1].end_ns < self._lived_ns:
            return
        snapshots = Snapshots()
        stock = built(self._ladder(price or bars[-1].bar.close), bars, interest, snapshots.add)
        if interest is not None and bars[-1].interest is None:
            stock.report(interest)  # the newest report closes the bars that history has no open interest for yet
        self.stock, self.snapshots, self.covered_ns, self._lived_ns = stock, snapshots, bars[-1].end_ns, 0
        self._sweep_again()

    def _join(self, joint_ns: int | None, price: float | None, interest: float | None) -> Columns:
        """History has reached the joint: lay its last bars, then the trades that were held for it."""
        if self._lived_ns and not self.settled:
            self._rebuild(price, interest, joint_ns)  # bars laid on a stock that lived would count its trades twice
        elif self.stock is not None and not self.settled:
            for bar in self.past.row(joint_ns):
                if bar.start_ns >= self.covered_ns:
                    move(self.stock, bar)
                    self.covered_ns = bar.end_ns
            self._sweep_again()
        self.joint_ns, self._joined = joint_ns, True
        held, self._held = self._after_joint(concatenated(self._held)), []
        if self._paths and not self.settled:
            boundary_ns, last = self._paths[-1]
            if self.stock is None:
                self.stock = Stock(self._ladder(last.mark), last.mark)
            self._work(boundary_ns, Path(last.mark, last.mark, last.mark), held, self._interest)
        return held

    def _sweep_again(self) -> None:
        """What live marks swept since history ends, the stock from history has to lose, too."""
        since = [path for at, path in self._paths if at > self.covered_ns]
        if self.stock is not None and since:
            low, high = min(p.low for p in since), max(p.high for p in since)
            self.stock.step(low, high, since[-1].mark, _NOTHING.price, _NOTHING.size)

    def _ladder(self, price: float) -> Ladder:
        instrument = self._instrument
        rule = MarginRule.of(instrument, self._tiers, self._fee, price)
        return Ladder.of(rule, instrument.max_leverage)

    def _widen(self, path: Path) -> None:
        since = self._since_snapshot or path
        self._since_snapshot = Path(min(since.low, path.low), max(since.high, path.high), path.mark)
