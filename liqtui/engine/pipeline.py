"""One followed instrument: its market state and its map, moved at the engine's boundaries."""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from liqtui.engine import figures as read
from liqtui.engine.cascading import Cascading
from liqtui.engine.chronicle import Chronicle
from liqtui.engine.estimate import MINUTE_NS, Estimate, Kin, Told
from liqtui.engine.health import HealthBook
from liqtui.engine.jobs import Jobs
from liqtui.engine.observed import Accounts, Observing, Sighted
from liqtui.engine.outlook import Outlook, slippage_of
from liqtui.engine.price import CLOSE, Price
from liqtui.engine.scoring import STEP_NS as SCORED_NS
from liqtui.engine.scoring import Judged, Scoring
from liqtui.engine.shape import MAP_BINS, Shape, first_bin_of, shape_of
from liqtui.events import (
    Backfill,
    BookDelta,
    Candles,
    Event,
    FeedStatus,
    Funding,
    FundingHistory,
    Gap,
    Index,
    InterestHistory,
    Learned,
    Liquidation,
    Mark,
    OpenInterest,
    RatioHistory,
    TakerHistory,
    Tiers,
    Trade,
)
from liqtui.instruments import Instrument
from liqtui.liqmap.grid import WIDTH
from liqtui.liqmap.observed import Observed
from liqtui.market.batch import Columns, columns
from liqtui.market.book import Book
from liqtui.market.flow import Flow
from liqtui.market.interest import Interest
from liqtui.market.liquidations import Liquidations
from liqtui.market.tape import Tape
from liqtui.market.volume import Series, VolumeAtPrice
from liqtui.venues.base import Venue
from liqtui.view import BookView, Figure, Figures, Liquidated, MapView, View

LIQUIDATIONS_KEPT = 2_000
HOUR_NS = 3_600 * 10**9
DAY_NS = 24 * HOUR_NS
GROWTH_TOLERANCE_NS = 10 * MINUTE_NS

Handler = Callable[[Any], str | None]


class Pipeline:
    """Owns book, tape, flow, interest, liquidations and the estimate of one instrument. Single-threaded."""

    def __init__(
        self, instrument: Instrument, venue: Venue, opened_ns: int, jobs: Jobs, judged: Judged | None = None,
        kin: Kin | None = None, accounts: Accounts | None = None, sighted: Sighted | None = None,
    ) -> None:
        """`jobs`: work the history. `judged`: told of every step of the score. `kin`: asked for a ladder to start from.
        `accounts`: what addresses hold, where positions are public. `sighted`: told of them every five minutes."""
        self.instrument = instrument
        self.staged = False
        """Something waits for the next boundary."""
        self.wake_ns = opened_ns - opened_ns % MINUTE_NS + MINUTE_NS
        """The next time something happens by itself: a minute ends."""
        self.estimate = Estimate(
            instrument, venue.liquidation_fee, venue.history[-1].name, jobs,
            lambda: (self.price.value, self.interest.size), Told(self._built, self._released),
            thinned=venue.thinned_liquidations, kin=kin,
        )
        self.scoring = Scoring(instrument, venue, jobs, judged)
        self.book = Book(instrument)
        self.price = Price()
        self.tape, self.flow, self.interest = Tape(), Flow(), Interest()
        self.volume = VolumeAtPrice(WIDTH)
        self.liquidations = Liquidations(instrument)
        self.outlook = Outlook()
        self.chronicle = Chronicle()
        self.cascading = Cascading(instrument, venue.thinned_liquidations)
        self._sighted = sighted
        self._observing = None if accounts is None else Observing(accounts, instrument.symbol)
        self._thinned = venue.thinned_liquidations
        self._index: Index | None = None
        self._funding: Funding | None = None
        self._ratio: RatioHistory | None = None
        self._settled: FundingHistory | None = None
        self._liquidated: deque[Liquidated] = deque(maxlen=LIQUIDATIONS_KEPT)
        self.happened = 0
        """Liquidations reported so far."""
        self._trades: list[Trade] = []
        self._reports: list[OpenInterest] = []
        self._forced: list[Liquidation] = []
        self._book_moved = False
        self._on: dict[type[Event], Handler] = {
            Trade: self._on_trade,
            BookDelta: self._on_book,
            Mark: self._on_mark,
            Index: self._on_index,
            OpenInterest: self._on_interest,
            Funding: self._on_funding,
            Liquidation: self._on_liquidation,
            RatioHistory: self._on_ratio,
            FundingHistory: self._on_funding_history,
            TakerHistory: self._on_taker,
            Tiers: self._on_tiers,
            Learned: self.estimate.take_learned,
            Candles: self._on_history,
            InterestHistory: self._on_history,
            Backfill: self._on_backfill,
            FeedStatus: self.scoring.status,
            Gap: self.scoring.gap,
        }

    @property
    def mark(self) -> float | None:
        """The newest mark, or what stands in for it."""
        return self.price.value

    def take(self, event: Event) -> str | None:
        """File an event for the next boundary; returns why the book's chain broke, if it did."""
        handler = self._on.get(type(event))
        return handler(event) if handler is not None else None

    def happened_since(self, count: int) -> list[Liquidated]:
        """The liquidations after the first `count`, oldest first, as far as they are remembered."""
        new = min(self.happened - count, len(self._liquidated))
        return [self._liquidated[place] for place in range(-new, 0)]

    def listen(self, now_ns: int) -> None:
        """Liquidations are subscribed from now on: no report means there was none."""
        self.liquidations.listen(now_ns)
        self.outlook.listen(now_ns)

    def relist(self, instrument: Instrument) -> None:
        """The listing changed: state, tick or expiry."""
        self.instrument = instrument

    # --- events -------------------------------------------------------------------------------------------------

    def _on_trade(self, event: Trade) -> None:
        self._trades.append(event)
        self.staged = True

    def _on_book(self, event: BookDelta) -> str | None:
        self.staged = self.staged or self.price.mark is None
        self._book_moved = True
        return self.book.apply(event)

    def _on_mark(self, event: Mark) -> None:
        self.price.take(event)
        self.scoring.mark(event.time_ns, event.price)
        self.staged = True

    def _on_index(self, event: Index) -> None:
        self._index = event

    def _on_interest(self, event: OpenInterest) -> None:
        self._reports.append(event)
        self.staged = True

    def _on_funding(self, event: Funding) -> None:
        self._funding = event.after(self._funding)

    def _on_liquidation(self, event: Liquidation) -> None:
        self._forced.append(event)
        self.staged = True

    def _on_ratio(self, event: RatioHistory) -> None:
        self._ratio = event
        self.chronicle.seed(event)

    def _on_funding_history(self, event: FundingHistory) -> None:
        self._settled = event
        self.chronicle.seed(event)

    def _on_taker(self, event: TakerHistory) -> None:
        self.flow.seed(event.points, event.period_ns)
        self.chronicle.seed(event)

    def _on_tiers(self, event: Tiers) -> None:
        self.estimate.take_tiers(event)

    def _on_history(self, event: Candles | InterestHistory) -> None:
        self.estimate.take_history(event)
        if isinstance(event, InterestHistory):
            self.interest.seed(event.points)
            self.chronicle.seed(event)
        elif not event.mark:
            self.tape.seed([bar for bar in event.bars if bar.confirmed], event.period_ns)

    def _on_backfill(self, event: Backfill) -> None:
        self.estimate.take_backfill(event)
        if event.stage:
            self.price.from_history(self.estimate.past.row())

    def _built(self) -> None:
        """There is more history in the stock."""
        candles = self.estimate.past.candles
        series = [Series(period, [bars[t] for t in sorted(bars)]) for period, bars in candles.items()]
        self.volume.seed(series, self.estimate.covered_ns)
        self.scoring.history(self.estimate.past.row(self.estimate.covered_ns))

    def _released(self, trades: Columns) -> None:
        """What was held for the joint counts."""
        self.volume.take(trades)
        self.scoring.traded(trades)

    # --- time ---------------------------------------------------------------------------------------------------

    def step(self, boundary_ns: int) -> str | None:
        """Work what was staged up to a boundary, and what time itself brings; returns why the book broke, if it did."""
        broken = self._work(boundary_ns) if self.staged else None
        if boundary_ns >= self.wake_ns:
            self._learn(self.wake_ns)
            if self._observing is not None:
                self._observing.minute(boundary_ns)
                self._sight(boundary_ns)
            self.wake_ns = boundary_ns - boundary_ns % MINUTE_NS + MINUTE_NS
            expiry = self.instrument.expiry_ns
            if expiry is not None and boundary_ns >= expiry and not self.estimate.settled:
                self.estimate.settle()
            heard_ns = self.liquidations.heard_since_ns
            self.scoring.minute(boundary_ns, self.estimate, self.price.value, self.price.source, heard_ns)
            self.chronicle.minute(
                boundary_ns, self.interest, self._funding, self.price.mark, self._index, self.flow)
        return broken

    def _learn(self, end_ns: int) -> None:
        """The minute counts for learning if it was seen whole: marks, trades and liquidations."""
        heard_ns = self.liquidations.heard_since_ns
        heard = heard_ns is not None and heard_ns <= end_ns - MINUTE_NS
        whole = self.scoring.whole()
        self.estimate.minute(end_ns, heard and whole and self.price.source == "mark" and not self.price.stale(end_ns))

    def _work(self, boundary_ns: int) -> str | None:
        trades, self._trades = self._trades, []
        reports, self._reports = self._reports, []
        forced, self._forced = self._forced, []
        broken = self.book.crossed() if self._book_moved and self.book.valid else None
        self.staged = self._book_moved = False
        self.tape.take(trades)
        self.interest.take(reports)
        batch = columns(trades)
        self.flow.take(batch)
        marks, path = self.price.path(self.book, self.tape)
        self.outlook.step(boundary_ns, marks, self.price.source, batch, reports)
        self.cascading.step(boundary_ns, self.price.value if self.price.mark else None, self.book, batch)
        if path is not None:
            interest = reports[-1].size if reports else None
            counted = self.estimate.step(boundary_ns, path, batch, interest)
            self.volume.take(counted)
            self.scoring.moved(path, counted, interest)
            if self._observing is not None:
                self._observing.step(path)
        new = self.liquidations.take(forced)
        self.scoring.forced(new)
        self.estimate.liquidated(new)
        for report in new:
            self.outlook.listen(boundary_ns)
            self._liquidated.append(self._realized(report))
            self.happened += 1
            self.outlook.liquidated(boundary_ns, self._liquidated[-1])
        return broken

    def _realized(self, report: Liquidation) -> Liquidated:
        """A liquidation at the mark of its exchange time, which is what triggered it."""
        mark = self.price.at(report.time_ns) or report.price
        usd = self.instrument.quote_value(report.size, mark)
        return Liquidated(report.time_ns, report.side, report.size, usd, mark, self.instrument.venue)

    # --- what is shown ------------------------------------------------------------------------------------------

    def view(
        self,
        epoch: int,
        *,
        generation: int,
        now_ns: int,
        series: tuple[Instrument, ...],
        marks: read.Marks,
        health: HealthBook,
    ) -> View:
        """Everything a pane shows at `now_ns`. `marks`: those of the other contracts of its series, too."""
        shown, price = self._map(), self.price.value
        shape = Shape()
        frozen = health.freeze((), self.estimate.backfill, [self.instrument.venue])
        if shown is not None and price is not None:
            then = self.estimate.snapshots.at(now_ns - HOUR_NS, GROWTH_TOLERANCE_NS) if frozen.past_whole else None
            shape = shape_of(shown, price, then)
        book = None if shown is None else self._book_view(shown.first_bin)
        prospect = self.outlook.read(
            now_ns, price, source=self.price.source, mark_stale=self.price.stale(now_ns), sampled=self._thinned,
            estimate=self.estimate, interest_ns=self.interest.time_ns, feeds=frozen.feeds,
        )
        return View(
            epoch=epoch,
            generation=generation,
            instrument=self.instrument,
            series=series,
            time_ns=now_ns,
            figures=self._figures(now_ns, series, marks, shape),
            map=shown,
            clusters=shape.clusters,
            snapshots=self.estimate.snapshots.all(),
            liquidations=tuple(self._liquidated),
            volume=None if shown is None else self.volume.read(shown.first_bin, MAP_BINS, now_ns),
            book=book,
            health=replace(frozen, words=prospect.words, reliability=prospect.reliability),
            zones=shape.zones,
            ladder=self.estimate.learner.view() if self.estimate.learner is not None else None,
            slippage=slippage_of(self.book, self.instrument.inverse),
            pace=prospect.pace,
            jumps=prospect.jumps,
            history=self.chronicle.read(),
            cascade=self.cascading.read(now_ns, price, self.book.mid, shown, book),
            observed=self._observed(now_ns, shown, price),
        )

    def _sight(self, now_ns: int) -> None:
        """Tell who asked for it what is observed, at the boundaries of the score."""
        if self._sighted is not None and now_ns % SCORED_NS == 0:
            seen = self._observed(now_ns, self._map(), self.price.value)
            if seen is not None:
                self._sighted(self.instrument, seen)

    def _observed(self, now_ns: int, shown: MapView | None, price: float | None) -> Observed | None:
        stock = self.estimate.stock
        if self._observing is None or shown is None or price is None or stock is None:
            return None
        return self._observing.read(now_ns, shown, stock.ladder.distances, price, self.interest.size)

    def _map(self) -> MapView | None:
        stock = self.estimate.stock
        if stock is None or self.price.value is None:
            return None
        first_bin = first_bin_of(self.price.value)
        profile = stock.by_rung(first_bin, MAP_BINS)
        return MapView(
            width=stock.ladder.width,
            first_bin=first_bin,
            rungs=tuple(stock.ladder.rungs.tolist()),
            mass=profile.mass,
            outside=profile.outside,
            undrawn=stock.undrawn(profile),
            seeded=stock.seeded,
            spread=self.estimate.spread(first_bin, MAP_BINS),
        )

    def _figures(
        self,
        now_ns: int,
        series: tuple[Instrument, ...],
        marks: read.Marks,
        shape: Shape,
    ) -> Figures:
        interest, instrument, price = read.interest_of(self.interest), self.instrument, self.price.value
        mark = read.figure_of(self.price.mark)
        if mark is None and price is not None:
            mark = Figure(price, self.price.closed_ns if self.price.source == CLOSE else now_ns)
        return Figures(
            last=read.last_of(self.tape),
            change_24h=self.tape.change(now_ns),
            mark=mark,
            mark_source=self.price.source,
            index=read.figure_of(self._index),
            open_interest=interest,
            open_interest_usd=(
                None if interest is None or price is None else instrument.quote_value(interest.value, price)
            ),
            open_interest_change_24h=self.interest.change(now_ns, DAY_NS),
            funding=read.funding_of(self._funding),
            funding_next_ns=self._funding.next_ns if self._funding else None,
            funding_interval_ns=read.funding_interval_of(self._funding, self._settled),
            long_short_ratio=read.ratio_of(self._ratio),
            basis=read.basis_of(series, marks, self._index, now_ns),
            cvd=self.flow.cvd(now_ns),
            buy_share=self.flow.buy_share(now_ns),
            depth_usd=read.depth_of(self.book),
            depth_whole=self.book.reaches(read.DEPTH_PERCENT),
            liquidated=read.totals_of(self.liquidations, now_ns),
            last_liquidation=self._liquidated[-1] if self._liquidated else None,
            imbalance=shape.imbalance,
            drift=shape.drift,
            score=self.scoring.score,
        )

    def _book_view(self, first_bin: int) -> BookView | None:
        if not self.book.valid:
            return None
        bids, asks = self.book.bins(WIDTH, first_bin, MAP_BINS)
        return BookView(first_bin, bids, asks)
