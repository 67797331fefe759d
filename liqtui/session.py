"""Who fills the slots: live feeds or a recording, each with an engine in a thread of its own, behind `view.Source`."""

import asyncio
import math
import threading
import time
from collections.abc import Callable, Collection, Coroutine, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from liqtui import venues as venue_files
from liqtui.config import Config
from liqtui.engine import STEP_NS, Engine
from liqtui.events import Event, Listing
from liqtui.feeds.feeds import Feeds
from liqtui.feeds.ladders import LadderFiles, ladder_folder
from liqtui.feeds.reader import Recording, open_recording
from liqtui.feeds.recorder import Recorder
from liqtui.feeds.replay import Replayer
from liqtui.feeds.shelf import Shelf
from liqtui.instruments import Catalogue, Instrument, Name, parse_name
from liqtui.keeping import Keeper
from liqtui.venues.base import Venue, VenueSettings
from liqtui.view import Health, View

MOST_WATCHED = 4
"""Instruments kept live at once; the one shown longest ago gives way."""
PUBLISH_S = 0.1
"""A replay makes new Views at most this often, however fast it plays."""
_CLOSE_S = 5.0


def open_live(
    config: Config,
    *,
    venue_settings_override: Mapping[str, VenueSettings] | None = None,
    record_to: Path | None = None,
    kind: str = "live",
    only: Collection[str] = (),
) -> "Session":
    """Connect to the venues, or to what `venue_settings_override` puts in their place.

    `only`: nobody but these is asked anything; none named: everybody is. A demo asks nobody outside.

    Raises:
        ValueError: a venue's settings make no sense.
        OSError: the recording cannot be made.
    """
    override = venue_settings_override or {}
    names = only or (override if kind == "demo" else venue_files.names())
    opened = [venue_files.load(name, override.get(name, config.venue(name))) for name in names]
    recorder = None if record_to is None else Recorder(record_to)
    if kind == "demo":
        return Session(opened, kind, recorder)
    shelf = Shelf(LadderFiles(ladder_folder()), [venue.name for venue in opened])
    return Session(opened, kind, recorder, cache_folder(), shelf)


def open_replay(paths: list[Path], *, speed: float = 1.0, follow_all: bool = False) -> "ReplaySession":
    """Play a recording (or the parts of a capture).

    Raises:
        RecordingError: it is none.
        OSError: it cannot be read.
    """
    opened = [venue_files.load(name) for name in venue_files.names()]
    return ReplaySession(open_recording(paths[0], opened), opened, speed, follow_all)


def cache_folder() -> Path:
    """Where the last backfills are kept."""
    from platformdirs import user_cache_path

    return user_cache_path("liqtui", appauthor=False)


class _Watched(NamedTuple):
    instrument: Instrument
    prices_of: tuple[Instrument, ...]


class Session:
    """Live feeds and their engine. A `view.Source`; its public methods may be called from any thread."""

    def __init__(
        self, venues: list[Venue], kind: str, recorder: Recorder | None, cache: Path | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        """`cache`: folder of last backfills. `shelf`: of learned ladders. Without them nothing is kept."""
        self.kind = kind
        self._recorder = recorder
        self._engine = Engine(venues, resync=self._resync)
        self._keeper = None if shelf is None else Keeper(self._engine, shelf)
        start_of = None if shelf is None else shelf.start_of
        self._feeds = Feeds(venues, self, recorder=recorder, cache=cache, start_of=start_of)
        self._watched: dict[str, _Watched] = {}
        self._waiting: dict[str, Name] = {}
        self._troubles: dict[str, str] = {}
        self._listings_due = sum(len(venue.listing_requests()) for venue in venues)
        self._lock = threading.Lock()
        self._thread = _in_thread(self._feeds.run(), f"liqtui {kind}")

    # --- view.Source --------------------------------------------------------------------------------------------

    @property
    def catalogue(self) -> Catalogue:
        return self._engine.catalogue

    @property
    def names(self) -> tuple[str, ...]:
        return ()

    def clock_ns(self) -> int:
        return time.time_ns()

    def view(self, name: str) -> View | None:
        return self._engine.view(name)

    def status(self) -> Health:
        return self._engine.status()

    def trouble(self, name: str) -> str | None:
        return self._troubles.get(name)

    def watch(self, name: str) -> None:
        wanted = parse_name(name)
        with self._lock:
            try:
                self._watch(self.catalogue.resolve(wanted, self.clock_ns()))
            except LookupError:
                if self._listings_due <= 0:
                    raise
                self._waiting[name] = wanted

    def close(self) -> None:
        self._feeds.close()
        self._thread.join(_CLOSE_S)
        if self._recorder is not None:
            self._recorder.close()
        if self._keeper is not None:
            self._keeper.close(ended=not self._thread.is_alive())

    # --- feeds.records.Sink, in the feeds' thread ---------------------------------------------------------------

    def take(self, venue: str, recv_ns: int, events: list[Event]) -> None:
        if self._keeper is not None:
            self._keeper.hear(events)
        self._engine.take(venue, recv_ns, events)
        listings = sum(type(event) is Listing for event in events)
        if listings:
            self._listings_due -= listings
            self._listed()

    def advance(self, now_ns: int) -> None:
        self._engine.advance(now_ns)
        if self._engine.stepped:
            self._engine.publish()
        if self._keeper is not None:
            self._keeper.advance(now_ns)

    # --- how ----------------------------------------------------------------------------------------------------

    def _watch(self, instrument: Instrument) -> None:
        """Make it live and the newest; give up the one shown longest ago when there are too many."""
        known = self._watched.pop(instrument.name, None)
        self._watched[instrument.name] = watched = _Watched(instrument, self._others(instrument))
        if known != watched:
            self._feeds.watch(*watched)
        while len(self._watched) > MOST_WATCHED:
            oldest = next(iter(self._watched))
            self._feeds.unwatch(self._watched.pop(oldest).instrument)

    def _others(self, instrument: Instrument) -> tuple[Instrument, ...]:
        """The rest of its series, whose marks make the basis."""
        return tuple(i for i in self.catalogue.series(instrument, self.clock_ns()) if i != instrument)

    def _listed(self) -> None:
        """A listing came: names that waited for it are found, or not; a series may have grown."""
        with self._lock:
            for name, watched in self._watched.items():
                current = _Watched(watched.instrument, self._others(watched.instrument))
                if current != watched:
                    self._watched[name] = current
                    self._feeds.watch(*current)
            for text, wanted in list(self._waiting.items()):
                try:
                    self._watch(self.catalogue.resolve(wanted, self.clock_ns()))
                except LookupError as error:
                    if self._listings_due <= 0:
                        self._troubles[text] = str(error)
                else:
                    self._troubles.pop(text, None)
                    del self._waiting[text]

    def _resync(self, symbol: str, reason: str) -> None:
        self._feeds.resync(symbol, reason)


class ReplaySession:
    """A recording and its engine. A `view.Source` with a `view.Transport`."""

    kind = "replay"

    def __init__(self, recording: Recording, venues: list[Venue], speed: float, follow_all: bool) -> None:
        self.recording = recording
        self._venues = venues
        self._follow_all = follow_all or not recording.watched
        self._engine = self._left = self._fresh_engine()
        self._published = -math.inf
        self._shows = False
        """Whether the engine has published since it started from nothing."""
        self._replayer = Replayer(recording, venues, self._restart, speed=speed)
        self._thread = _in_thread(self._replayer.run(), "liqtui replay")

    # --- view.Source --------------------------------------------------------------------------------------------

    @property
    def catalogue(self) -> Catalogue:
        return self._engine.catalogue

    @property
    def names(self) -> tuple[str, ...]:
        """What was watched while it was recorded; of a capture, what has traded so far."""
        return tuple(map(str, self.recording.watched)) or tuple(i.name for i in self._engine.followed())

    def clock_ns(self) -> int:
        return self._replayer.position_ns

    def view(self, name: str) -> View | None:
        """The newest View; on the way back to an earlier time, which starts from nothing, the one that was left."""
        return self._engine.view(name) or (self._left.view(name) if self._replayer.seeking else None)

    def status(self) -> Health:
        return self._engine.status()

    def trouble(self, name: str) -> str | None:
        """Why a name is not shown: nobody lists it, or the recording has nothing of it."""
        if not len(self.catalogue):
            return None
        try:
            found = self.catalogue.resolve(parse_name(name), self.clock_ns())
        except LookupError as error:
            return str(error)
        followed = self._engine.followed()
        if found in followed or not followed:
            return None
        return f"{found.name} is not in this recording; it has {', '.join(i.name for i in followed)}"

    def watch(self, name: str) -> None:
        """Everything recorded is live already."""

    def close(self) -> None:
        self._replayer.close()
        self._thread.join(_CLOSE_S)

    # --- view.Transport -----------------------------------------------------------------------------------------

    @property
    def speed(self) -> float:
        return self._replayer.speed

    @property
    def paused(self) -> bool:
        return self._replayer.paused

    @property
    def seeking(self) -> bool:
        return self._replayer.seeking

    @property
    def finished(self) -> bool:
        """At the end of the recording."""
        return self._replayer.finished

    @property
    def span_ns(self) -> tuple[int, int]:
        return self._replayer.span_ns

    def pause(self, on: bool) -> None:
        self._replayer.pause(on)

    def set_speed(self, speed: float) -> None:
        self._replayer.set_speed(speed)

    def step(self, boundaries: int) -> None:
        self._replayer.step(boundaries)

    def seek(self, time_ns: int) -> None:
        self._replayer.seek(time_ns)

    # --- feeds.records.Sink, in the replayer's thread -----------------------------------------------------------

    def take(self, venue: str, recv_ns: int, events: list[Event]) -> None:
        self._engine.take(venue, recv_ns, events)

    def advance(self, now_ns: int) -> None:
        self._engine.advance(now_ns)
        now, at_rest = time.monotonic(), self._replayer.finished or self._replayer.paused
        if self._engine.stepped and (at_rest or now - self._published >= PUBLISH_S):
            self._published, self._shows = now, True
            self._engine.publish()

    def _fresh_engine(self) -> Engine:
        return Engine(self._venues, follow_all=self._follow_all)

    def _restart(self) -> "ReplaySession":
        if self._shows:  # one that is left on its own way back has nothing to show
            self._left = self._engine
        self._engine, self._shows = self._fresh_engine(), False
        return self


def _in_thread(work: Coroutine[Any, Any, None], name: str) -> threading.Thread:
    """Run a coroutine in a loop and a thread of its own."""
    target: Callable[[Coroutine[Any, Any, None]], None] = asyncio.run
    thread = threading.Thread(target=target, args=(work,), name=name, daemon=True)
    thread.start()
    return thread


__all__ = ["STEP_NS", "ReplaySession", "Session", "cache_folder", "open_live", "open_replay"]
