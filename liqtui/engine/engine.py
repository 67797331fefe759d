"""Events in, frozen Views out. Owns the clock, the catalogue, and a pipeline per followed instrument."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from liqtui.engine.briefs import Briefs
from liqtui.engine.failures import Failures, Slots
from liqtui.engine.health import HealthBook
from liqtui.engine.jobs import Jobs
from liqtui.engine.kin import Taught, kin_among, revived, taught
from liqtui.engine.learner import Learner
from liqtui.engine.observed import Accounts, Sighted
from liqtui.engine.pipeline import Pipeline
from liqtui.engine.schedules import Schedules, holds
from liqtui.engine.scoring import Judged
from liqtui.engine.sums import Sums
from liqtui.engine.view_row import row_of
from liqtui.events import (
    Ack,
    Backfill,
    BookDelta,
    Event,
    FeedStatus,
    Follow,
    Gap,
    Index,
    Learned,
    Liquidation,
    Listing,
    Mark,
    OpenInterest,
    Positions,
    Rejected,
    Side,
    Summed,
    Tiers,
    Trade,
    Worked,
)
from liqtui.instruments import Catalogue, Instrument
from liqtui.venues.base import PublicPositions, Venue
from liqtui.view import Health, Row, View

STEP_NS = 250_000_000
"""State moves at multiples of this of receive time, so that live and replay work the same batches."""

MARK_KNOWN_NS = 60 * 10**9
"""An older mark of another contract is no part of a basis: the price has moved on by more than the basis."""

AHEAD_NS = 600 * 10**9
"""What is stamped further ahead of our clock is refused: one such trade would push out hours of what is remembered."""

_STAMPED = (Trade, Liquidation)
"""Events whose own time is what they are filed by."""
_BEFORE = (Follow, Learned, Summed)
"""Events that name an instrument that need not be followed yet."""
Resync = Callable[[str, str, str], None]
"""Asked when a book's chain breaks: (venue, symbol, reason)."""


class Engine:
    """A pure function of the calls of `take` and `advance`, all made from one thread.

    Only `catalogue`, `view`, `row`, `status`, `followed` and `sums` may be asked from elsewhere: they hand out what was
    published, which never changes, or a copy of what there is.
    """

    def __init__(
        self, venues: Sequence[Venue], *, follow_all: bool = False, resync: Resync | None = None,
        judged: Judged | None = None, sighted: Sighted | None = None, sum_all: bool = False,
    ) -> None:
        """Begin with nothing.

        Args:
            venues: whose events will come.
            follow_all: model every listed instrument that trades (captures carry no `Follow`).
            resync: asked when a book's chain breaks.
            judged: told of every step of a score.
            sighted: told every five minutes of the positions that are public.
            sum_all: add up every coin whose perpetuals are followed at two venues or more, asked or not.
        """
        self.catalogue = Catalogue()
        self.health = HealthBook()
        self.stepped = False
        """Whether a boundary was worked since the last `publish`."""
        self._venues: dict[str, Venue] = {}
        self._follow_all, self._resync, self._judged, self._sighted = follow_all, resync, judged, sighted
        self._marks: dict[tuple[str, str], Mark] = {}
        self._pipelines: dict[tuple[str, str], Pipeline] = {}
        self._failures = Failures(self.health)
        self._slots, self._jobs = Slots(self._failures, self.health), Jobs(self._failures)
        self._briefs = Briefs(STEP_NS, self._failures)
        self._sums = Sums(self._failures, self._jobs, every=sum_all)
        self._schedules = Schedules()
        self._saved: dict[tuple[str, str], Learner] = {}
        """Ladders of an earlier run, by venue and symbol, whether followed or not: others may start from them."""
        self._accounts: dict[str, Accounts] = {}
        self._acked: set[tuple[str, str | None]] = set()
        """(venue, key) of every subscription that was acknowledged."""
        self._boundary: int | None = None
        self._generation = 0
        for venue in venues:
            self.add(venue)

    def add(self, venue: Venue) -> None:
        """One more venue may speak."""
        self._venues[venue.name] = venue
        if isinstance(venue, PublicPositions):
            self._accounts[venue.name] = Accounts()

    # --- events in ----------------------------------------------------------------------------------------------

    def take(self, venue: str, recv_ns: int, events: list[Event]) -> None:
        """What a venue said at `recv_ns`; boundaries before it are worked first."""
        self.advance(recv_ns)
        pipelines = self._pipelines
        for event in events:
            if isinstance(event, _STAMPED) and event.time_ns - recv_ns > AHEAD_NS:
                event = Rejected(f"stamped {(event.time_ns - recv_ns) / 1e9:.0f} s ahead of our clock")
            symbol = getattr(event, "symbol", None) if type(event) not in _BEFORE else None
            try:
                pipeline = pipelines.get((venue, symbol)) if symbol is not None else None
                if type(event) is Backfill and event.brief:
                    pipeline = None
                brief = symbol is not None and bool(self._briefs) and self._briefs.take((venue, symbol), recv_ns, event)
                if brief and type(event) is Mark:
                    self._marks[venue, event.symbol] = event
                elif pipeline is None and not brief:
                    pipeline = self._without_pipeline(venue, recv_ns, event)
                if pipeline is not None:
                    broken = pipeline.take(event)
                    if broken is not None:
                        self._gap(venue, recv_ns, pipeline.instrument.symbol, broken)
            except Exception as error:
                name = venue if symbol is None else f"{venue}:{symbol}"
                self._failures.note(recv_ns, name, f"a {type(event).__name__}", error)
            self.health.note(venue, recv_ns, event)
            if type(event) is FeedStatus:
                self._hear(venue, recv_ns)

    def advance(self, now_ns: int) -> None:
        """Work every boundary up to `now_ns`."""
        if self._boundary is None:
            self._boundary = now_ns - now_ns % STEP_NS + STEP_NS
            return
        while self._boundary <= now_ns:
            for (venue, symbol), pipeline in self._pipelines.items():
                try:
                    broken = pipeline.step(self._boundary)
                except Exception as error:
                    pipeline.scoring.outage()  # what was staged for it may be lost
                    self._failures.note(self._boundary, pipeline.instrument.name, "a boundary", error)
                    continue
                if broken is not None:
                    self._gap(venue, self._boundary, symbol, broken)
            self._sums.step(self._boundary)
            self._briefs.step(self._boundary)
            self.stepped = True
            self._boundary = self._next_boundary(self._boundary, now_ns)

    @property
    def busy(self) -> bool:
        """Long work waits for a `Worked`."""
        return self._jobs.busy

    def finish(self) -> None:
        """No more will come: judge what still waits for late reports."""
        for pipeline in self._pipelines.values():
            try:
                pipeline.scoring.finish()
            except Exception as error:
                self._failures.note(self._boundary or 0, pipeline.instrument.name, "the end", error)

    def _next_boundary(self, worked: int, now_ns: int) -> int:
        """The boundary after `worked`; with nothing staged anywhere, empty ones are jumped over."""
        following = worked + STEP_NS
        staged = self._briefs.staged or any(p.staged for p in self._pipelines.values())
        if following > now_ns or staged:
            return following
        wake = min([*(p.wake_ns for p in self._pipelines.values()), *self._sums.wakes_ns], default=now_ns)
        last = now_ns - now_ns % STEP_NS
        return max(following, min(last, -(-wake // STEP_NS) * STEP_NS))

    def _without_pipeline(self, venue: str, recv_ns: int, event: Event) -> Pipeline | None:
        """Handle what concerns no followed instrument; the pipeline where the event has just opened one."""
        match event:
            case Index():
                for (of, _), pipeline in self._pipelines.items():
                    if of == venue and pipeline.instrument.index == event.index:
                        self._give(pipeline, event, recv_ns)
            case FeedStatus() | Gap(symbol=None):  # a gap of a contract concerns that one, which nobody follows
                for (of, _), pipeline in self._pipelines.items():
                    if of == venue or venue not in self._venues:  # the recording itself, or its recorder
                        self._give(pipeline, event, recv_ns)
            case Mark():
                self._marks[venue, event.symbol] = event
                return self._opened_by(venue, event.symbol, recv_ns)
            case Ack():
                self._acked.add((venue, event.key))
                for (of, _), pipeline in self._pipelines.items():
                    if of == venue:
                        self._listen(pipeline, recv_ns)
                for brief in self._briefs.each(lambda brief: brief.told_by == (venue, event.key)):
                    brief.listen(recv_ns)
            case Listing():
                self.catalogue = self.catalogue.merged(event.instruments)
                for instrument in event.instruments:
                    if followed := self._pipelines.get((venue, instrument.symbol)):
                        followed.relist(instrument)
                    if row := self._briefs.get((venue, instrument.symbol)):
                        row.relist(instrument)
                self._regroup()
            case Tiers():
                self._take_tiers(venue, event, recv_ns)
            case Follow():
                self._follow(venue, event)
            case Summed():
                ended = self._sums.take(event, recv_ns)
                self._slots.drop(ended or "")
                self._regroup()
            case Worked():
                self._jobs.work(event.units, recv_ns)
            case Learned():
                self._take_learned(venue, event)
                return self._pipelines.get((venue, event.symbol))
            case Positions() if venue in self._accounts:
                self._accounts[venue].take(event)
            case Trade() | BookDelta() | OpenInterest():
                return self._opened_by(venue, event.symbol, recv_ns)
        return None

    def _give(self, pipeline: Pipeline, event: Event, recv_ns: int) -> None:
        """An event that concerns several: one that cannot take it keeps it from no other."""
        try:
            pipeline.take(event)
        except Exception as error:
            self._failures.note(recv_ns, pipeline.instrument.name, f"a {type(event).__name__}", error)

    def _opened_by(self, venue: str, symbol: str, recv_ns: int) -> Pipeline | None:
        """The pipeline an event opens where everything is followed."""
        listed = self.catalogue.get(venue, symbol) if self._follow_all else None
        return None if listed is None else self._open(listed, recv_ns)

    def _follow(self, venue: str, event: Follow) -> None:
        listed = self.catalogue.get(venue, event.symbol)
        if event.brief:
            self._briefs.close((venue, event.symbol))
            if event.on and listed is not None:
                self._open_brief(listed)
            return
        if not event.on:
            self._pipelines.pop((venue, event.symbol), None)
            self._jobs.drop(f"{venue}:{event.symbol}")
            self._slots.drop(f"{venue}:{event.symbol}")
            self._regroup()
        elif listed is not None:
            self._open(listed, self._boundary or 0)

    def _open_brief(self, instrument: Instrument) -> None:
        now_ns, venue = self._boundary or 0, self._venues[instrument.venue]
        told_by = self._told_by(instrument, now_ns)
        tiers = self._schedules.of(instrument)
        brief = self._briefs.open(instrument, venue, now_ns, lambda: self._kin(instrument), tiers, told_by)
        if told_by in self._acked:
            brief.listen(now_ns)

    def _open(self, instrument: Instrument, now_ns: int) -> Pipeline:
        self._generation += 1
        venue = self._venues[instrument.venue]
        accounts = self._accounts.get(venue.name)
        self._jobs.drop(instrument.name)
        pipeline = Pipeline(instrument, venue, now_ns, self._jobs, self._judged, lambda: self._kin(instrument),
                            accounts, self._sighted)
        for tiers in self._schedules.of(instrument):
            pipeline.take(tiers)
        self._pipelines[instrument.venue, instrument.symbol] = pipeline
        self._hear(instrument.venue, now_ns)
        self._listen(pipeline, now_ns)
        self._regroup()
        return pipeline

    def _regroup(self) -> None:
        """What is followed or listed has changed."""
        self._sums.regroup(self.catalogue, self._pipelines, self._boundary or 0)

    def _take_tiers(self, venue: str, event: Tiers, recv_ns: int) -> None:
        if not self._schedules.take(venue, event):
            return
        for (of, _), pipeline in self._pipelines.items():
            if of == venue and holds(event, pipeline.instrument):
                self._give(pipeline, event, recv_ns)
        for brief in self._briefs.each(lambda brief: brief.instrument.venue == venue):
            if holds(event, brief.instrument):
                self._briefs.take((venue, brief.instrument.symbol), recv_ns, event)

    def _take_learned(self, venue: str, event: Learned) -> None:
        known = self._venues.get(venue)
        learner = None if known is None else revived(event, known.thinned_liquidations)
        if learner is not None:
            self._saved[venue, event.symbol] = learner

    def _kin(self, instrument: Instrument) -> Learner | None:
        """Whose ladder a new instrument starts from."""
        return kin_among(instrument, self.catalogue, self._saved, self._learners())

    def _learners(self) -> list[tuple[Instrument, Learner]]:
        known = [(pipeline.instrument, pipeline.estimate.learner) for pipeline in self._pipelines.values()]
        return [(instrument, learner) for instrument, learner in known if learner is not None]

    def learned(self, symbol: str | None = None) -> Iterator[Taught]:
        """What has been learned of each instrument followed now (or of those of one symbol); each is put into words
        when it is asked for."""
        return taught((i, learner) for i, learner in self._learners() if symbol in (None, i.symbol))

    def _hear(self, venue: str, now_ns: int) -> None:
        """Tell a venue's instruments whether its sockets would bring a liquidation now."""
        hearing = self.health.hearing(venue)
        for (of, _), pipeline in self._pipelines.items():
            if of == venue:
                pipeline.outlook.hear(now_ns, hearing)
                pipeline.staged = True  # a sum hears of it at the next boundary, which is not jumped over

    def _listen(self, pipeline: Pipeline, now_ns: int) -> None:
        """From the acknowledgement on, no report means no liquidation (that the venue tells)."""
        if self._told_by(pipeline.instrument, now_ns) in self._acked:
            pipeline.listen(now_ns)

    def _told_by(self, instrument: Instrument, now_ns: int) -> tuple[str, str | None]:
        """Venue and key of the stream that tells an instrument's liquidations."""
        probe = Liquidation(instrument.symbol, now_ns, now_ns, Side.LONG, 0.0, 0.0)
        return instrument.venue, self._venues[instrument.venue].stream_of(probe)

    def _gap(self, venue: str, recv_ns: int, symbol: str, reason: str) -> None:
        self.health.note(venue, recv_ns, Gap(symbol, "books", recv_ns, reason))
        if self._resync is not None:
            self._resync(venue, symbol, reason)

    def stop(self, now_ns: int, words: str) -> None:
        """Nothing more will come, of no venue: every View stays as it is and says why."""
        self.health.stop(now_ns, words)
        self._slots.stop()

    # --- views out ----------------------------------------------------------------------------------------------

    def publish(self) -> None:
        """Make new Views of all followed instruments."""
        self.stepped = False
        now_ns = (self._boundary or 0) - STEP_NS
        marks = self._known_marks(now_ns)
        for pipeline in self._pipelines.values():
            instrument = pipeline.instrument
            self._slots.put(instrument.name, now_ns, partial(
                pipeline.view, generation=self._generation, now_ns=now_ns,
                series=self.catalogue.series(instrument, now_ns), marks=marks, health=self.health,
            ))
        for name, make in self._sums.views(
            self._slots.get, generation=self._generation, now_ns=now_ns, catalogue=self.catalogue, health=self.health
        ):
            self._slots.put(name, now_ns, make)

    def _known_marks(self, now_ns: int) -> dict[tuple[str, str], float]:
        """The mark of every contract that was heard of within the last minute, followed or not."""
        newest = self._marks | {
            key: pipeline.price.mark for key, pipeline in self._pipelines.items() if pipeline.price.mark is not None
        }
        return {key: mark.price for key, mark in newest.items() if now_ns - mark.recv_ns < MARK_KNOWN_NS}

    def view(self, name: str) -> View | None:
        """The View last published of `venue:SYMBOL`."""
        return self._slots.get(name)

    def failed(self, name: str) -> str | None:
        """Why there is no View of `venue:SYMBOL`, where that is a failure of our own."""
        return None if self._slots.get(name) else self._failures.last(name)

    def row(self, name: str) -> Row | None:
        """The watch table's line of `venue:SYMBOL`: read off its View where it is modelled whole, so that a pane and
        the table say the same of it; else the row that is kept of it, as last read."""
        row, view = self._briefs.row(name), self._slots.get(name)
        return row if view is None or (view.map is None and row is not None) else row_of(view)

    def glanced(self) -> tuple[str, ...]:
        """What rows are kept of."""
        return self._briefs.names

    def followed(self) -> tuple[Instrument, ...]:
        """The instruments that are modelled."""
        return tuple(p.instrument for p in list(self._pipelines.values()))

    def sums(self) -> tuple[Instrument, ...]:
        """What is added up over venues."""
        return self._sums.instruments

    def pipeline(self, name: str) -> Pipeline | None:
        """The state behind a name, for tests and scores; belongs to the engine's thread."""
        return next((p for p in self._pipelines.values() if p.instrument.name == name), None)

    def status(self) -> Health:
        """The feeds' health without an instrument."""
        return self.health.freeze((), None)
