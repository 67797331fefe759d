"""Live feeds and the engine they feed, in a thread of their own."""

import threading
import time
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from liqtui import venues as venue_files
from liqtui.engine import Engine
from liqtui.engine.sum_row import summed_row
from liqtui.events import Event, Listing, Summed
from liqtui.feeds.feeds import Feeds
from liqtui.feeds.recorder import Recorder
from liqtui.feeds.shelf import Shelf
from liqtui.instruments import SUM_VENUE, Catalogue, Instrument, Name, UnknownVenueError, parse_name
from liqtui.keeping import Keeper
from liqtui.session.shown import Shown
from liqtui.session.thread import CLOSE_S, in_thread
from liqtui.venues.base import Venue, VenueSettings
from liqtui.view import Health, Row, View


class _Live(NamedTuple):
    """An instrument whose streams are on, and the rest of its series, whose marks make the basis."""

    instrument: Instrument
    prices_of: tuple[Instrument, ...]


class _RowSum(NamedTuple):
    """A row that is put together from others."""

    whole: Instrument
    instruments: tuple[Instrument, ...]


class Sums(NamedTuple):
    """What a name without a venue of its own (`all:BTC-USDT`) adds up."""

    venues: tuple[str, ...] = ()
    inverse: bool = False
    """Inverse perpetuals, too."""


NOTHING = Sums()


class Session:
    """Live feeds and their engine. A `view.Source`; its public methods may be called from any thread."""

    def __init__(
        self, settings: Mapping[str, VenueSettings], ask: Collection[str], kind: str, recorder: Recorder | None,
        cache: Path | None = None, shelf: Shelf | None = None, sums: Sums = NOTHING,
    ) -> None:
        """`settings`: of all venues that may be opened; `ask`: those opened now; `sums`: what an `all:` name adds up.

        `cache`: folder of last backfills. `shelf`: of learned ladders. Without them nothing is kept.
        """
        self.kind, self.venues = kind, tuple(settings)
        self._settings, self._sums = settings, sums
        self._summed: dict[str, Summed] = {}
        """By symbol what the engine was told to add up."""
        self._recorder = recorder
        self._engine = Engine([], resync=self._resync)
        self._keeper = None if shelf is None else Keeper(self._engine, shelf)
        start_of = None if shelf is None else shelf.start_of
        self._feeds = Feeds(
            self, recorder=recorder, cache=cache, start_of=start_of, listed=self._listing_in,
            busy=lambda: self._engine.busy,
        )
        self._opened: dict[str, bool] = {}
        """Venues asked, and whether their listing is in."""
        self._shown = Shown()
        self._live: dict[str, _Live] = {}
        self._waiting: dict[str, Name] = {}
        """Names whose venues have not said all they list, and that were not found in what they said."""
        self._troubles: dict[str, str] = {}
        self._glanced: list[Name] = []
        self._rows: dict[str, dict[str, Instrument]] = {}
        """By venue and symbol what has a row of the watch table."""
        self._row_sums: dict[str, _RowSum] = {}
        self._lock = threading.RLock()
        self.open_venues(ask)
        self._thread = in_thread(self._feeds.run(), "the feeds' thread", self._stopped)

    # --- view.Source --------------------------------------------------------------------------------------------

    @property
    def catalogue(self) -> Catalogue:
        return self._engine.catalogue

    @property
    def names(self) -> tuple[str, ...]:
        return ()

    @property
    def sums(self) -> tuple[str, ...]:
        return self._sums.venues

    @property
    def awaited(self) -> tuple[str, ...]:
        with self._lock:
            return tuple(name for name, listed in self._opened.items() if not listed)

    def open_venues(self, names: Iterable[str]) -> None:
        with self._lock:
            for name in names:
                if name in self._settings and name not in self._opened:
                    self._opened[name] = False
                    self._feeds.open(partial(self._load, name))

    def clock_ns(self) -> int:
        return self._feeds.clock()

    def view(self, name: str) -> View | None:
        self._shown.seen(name, time.monotonic())
        return self._engine.view(name)

    def status(self) -> Health:
        return self._engine.status()

    def trouble(self, name: str) -> str | None:
        if (wanted := self._waiting.get(name)) is None:
            return self._troubles.get(name) or self._engine.failed(name)
        asked, now_ns = self._awaited_of(wanted), self.clock_ns()
        told = [feed.trouble(now_ns) for feed in self.status().feeds if feed.venue in asked]
        return " · ".join(words for words in told if words) or None

    def watch(self, name: str) -> None:
        wanted = parse_name(name)
        for venue in self._venues_of(wanted):
            if venue not in self._settings:
                raise UnknownVenueError(venue, self.venues)
        self.open_venues(self._venues_of(wanted))
        with self._lock:
            self._waiting.pop(name, None)
            self._troubles.pop(name, None)
            try:
                self._show(wanted)
            except LookupError as error:
                if not self._awaited_of(wanted):
                    self._troubles[name] = str(error)
                    raise
                self._waiting[name] = wanted
            self._settle()

    def glance(self, names: Collection[str]) -> None:
        wanted = [parse_name(name) for name in names]
        self.open_venues({venue for name in wanted for venue in self._venues_of(name)})
        with self._lock:
            self._glanced = wanted
            self._give_rows()

    @property
    def glanced(self) -> tuple[str, ...]:
        return tuple(map(str, self._glanced))

    def row(self, name: str) -> Row | None:
        found = self._engine.row(name)
        if found is None and (summed := self._row_sums.get(name)) is not None:
            rows = [row for one in summed.instruments if (row := self._engine.row(one.name)) is not None]
            return summed_row(summed.whole, rows)
        return found

    def close(self) -> None:
        self._feeds.close()
        self._thread.join(CLOSE_S)
        if self._recorder is not None:
            self._recorder.close()
        if self._keeper is not None:
            self._keeper.close(ended=not self._thread.is_alive())

    @property
    def unwritten(self) -> list[str]:
        """What could not be written, in words: why the recording has stopped, and after `close` what was not kept."""
        stopped = [] if self._recorder is None or self._recorder.problem is None else [self._recorder.problem]
        return [*stopped, *(self._keeper.lost if self._keeper is not None else [])]

    # --- feeds.records.Sink, in the feeds' thread ---------------------------------------------------------------

    def take(self, venue: str, recv_ns: int, events: list[Event]) -> None:
        self.advance(recv_ns)  # a boundary's Views know nothing of what came after it, live or replayed
        if self._keeper is not None:
            self._keeper.hear(events)
        self._engine.take(venue, recv_ns, events)
        if any(type(event) is Listing for event in events):
            self._look_again()

    def advance(self, now_ns: int) -> None:
        self._engine.advance(now_ns)
        if self._engine.stepped:
            self._engine.publish()
        if self._keeper is not None:
            self._keeper.advance(now_ns)

    def _stopped(self, words: str) -> None:
        """The thread is over, of itself: nothing more will come, and every View says so."""
        self._engine.stop(self.clock_ns(), words)

    # --- venues, in the feeds' thread ---------------------------------------------------------------------------

    def _load(self, name: str) -> Venue:
        venue = venue_files.load(name, self._settings[name])
        self._engine.add(venue)
        return venue

    def _listing_in(self, venue: str) -> None:
        """The venue has told all it lists."""
        with self._lock:
            self._opened[venue] = True
        self._look_again()

    def _resync(self, venue: str, symbol: str, reason: str) -> None:
        self._feeds.resync(venue, symbol, reason)

    # --- names --------------------------------------------------------------------------------------------------

    def _venues_of(self, wanted: Name) -> tuple[str, ...]:
        """The venues that must list what a name needs."""
        return self._sums.venues if wanted.venue == SUM_VENUE else (wanted.venue,)

    def _instruments(self, wanted: Name) -> tuple[str, tuple[Instrument, ...]]:
        """The name a View will have, and what must be live for it, as far as it is listed by now.

        Raises:
            LookupError: nothing of it is.
        """
        instrument = self.catalogue.resolve(wanted, self.clock_ns())
        if instrument.venue != SUM_VENUE:
            return instrument.name, (instrument,)
        coin, dollar, (venues, inverse) = instrument.base, instrument.quote, self._sums
        members = self.catalogue.members(coin, dollar, venues, self.clock_ns(), inverse=inverse)
        return instrument.name, tuple(one for group in members.values() for one in group)

    def _awaited_of(self, wanted: Name) -> tuple[str, ...]:
        return tuple(venue for venue in self._venues_of(wanted) if not self._opened.get(venue))

    def _show(self, wanted: Name) -> None:
        name, instruments = self._instruments(wanted)
        self._shown.put(name, wanted, instruments, time.monotonic())

    def _look_again(self) -> None:
        """A listing came: names that waited for it are found, or not; a name that is shown may need more."""
        with self._lock:
            for name, wanted in list(self._shown.wanted()):
                try:
                    self._shown.grow(name, self._instruments(wanted)[1])
                except LookupError:  # it has ended meanwhile, and stays on the screen
                    self._shown.grow(name, tuple(self._relisted(one) for one in self._shown.of(name)))
            for text, wanted in list(self._waiting.items()):
                try:
                    self._show(wanted)
                except LookupError as error:
                    if self._awaited_of(wanted):
                        continue
                    self._troubles[text] = str(error)
                del self._waiting[text]
            self._settle()

    def _settle(self) -> None:
        """Have live what the names need, each with the rest of its series, and nothing else."""
        needed = {name: _Live(one, self._others(one)) for name, one in self._shown.instruments().items()}
        for name, live in self._live.items():
            if name not in needed:
                self._feeds.unwatch(live.instrument)
        for name, live in needed.items():
            if self._live.get(name) != live:
                self._feeds.watch(*live)
        self._live = needed
        self._sum_up()
        self._give_rows()

    def _give_rows(self) -> None:
        """Rows of what is glanced at, as far as it is listed by now; for a sum, of its contracts."""
        rows: dict[str, dict[str, Instrument]] = {venue: {} for venue in self._rows}
        now_ns, sums = self.clock_ns(), dict[str, _RowSum]()
        for name in self._glanced:
            found = self.catalogue.get(*name)
            wanted = [] if found is None or found.expired(now_ns) else [found]
            if name.venue == SUM_VENUE:
                with suppress(LookupError):
                    whole = self.catalogue.resolve(name, now_ns)
                    wanted = list(self._instruments(name)[1])
                    sums[whole.name] = _RowSum(whole, tuple(wanted))
            for one in wanted:
                rows.setdefault(one.venue, {})[one.symbol] = one
        self._row_sums = sums
        for venue, of in rows.items():
            if self._rows.get(venue) != of:
                self._feeds.brief(venue, list(of.values()))
        self._rows = rows

    def _sum_up(self) -> None:
        """Have added up what is shown as a sum, and nothing else."""
        shown = {parse_name(name) for name, _ in self._shown.wanted()}
        symbols = {name.symbol for name in shown if name.venue == SUM_VENUE}
        wanted = {symbol: Summed(symbol, list(self._sums.venues), self._sums.inverse) for symbol in symbols}
        for symbol in self._summed.keys() - symbols:
            self._feeds.sum_up(Summed(symbol, []))
        for symbol, event in wanted.items():
            if self._summed.get(symbol) != event:
                self._feeds.sum_up(event)
        self._summed = wanted

    def _relisted(self, instrument: Instrument) -> Instrument:
        """The instrument as it is listed now."""
        return self.catalogue.get(instrument.venue, instrument.symbol) or instrument

    def _others(self, instrument: Instrument) -> tuple[Instrument, ...]:
        return tuple(i for i in self.catalogue.family(instrument, self.clock_ns()) if i != instrument)
