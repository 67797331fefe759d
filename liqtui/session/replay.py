"""A recording, and the engine that is fed from it."""

import math
import time
from collections.abc import Collection, Iterable

from liqtui.engine import Engine
from liqtui.events import Event
from liqtui.feeds.reader import Recording
from liqtui.feeds.replay import Replayer
from liqtui.instruments import Catalogue, parse_name
from liqtui.session.thread import CLOSE_S, in_thread
from liqtui.venues.base import Venue
from liqtui.view import Health, Row, View

PUBLISH_S = 0.1
"""A replay makes new Views at most this often, however fast it plays."""


class ReplaySession:
    """A recording and its engine. A `view.Source` with a `view.Transport`."""

    kind = "replay"

    def __init__(self, recording: Recording, venues: list[Venue], speed: float) -> None:
        self.recording = recording
        self._venues = venues
        self._engine = self._left = self._fresh_engine()
        self._published = -math.inf
        self._shows = False
        """Whether the engine has published since it started from nothing."""
        self._replayer = Replayer(recording, venues, self._restart, speed=speed)
        self._stopped = ""
        """What the player has ended with, in words; empty while it plays."""
        self._thread = in_thread(self._replayer.run(), "the player's thread", self._stop)

    # --- view.Source --------------------------------------------------------------------------------------------

    @property
    def catalogue(self) -> Catalogue:
        return self._engine.catalogue

    @property
    def names(self) -> tuple[str, ...]:
        """What was watched while it was recorded; of a capture, what has traded so far."""
        recorded = tuple(map(str, self.recording.watched)) or tuple(i.name for i in self._engine.followed())
        return *(one.name for one in self._engine.sums()), *recorded

    @property
    def venues(self) -> tuple[str, ...]:
        return tuple(venue.name for venue in self._venues)

    @property
    def sums(self) -> tuple[str, ...]:
        return self.venues

    @property
    def awaited(self) -> tuple[str, ...]:
        return ()

    def open_venues(self, names: Iterable[str]) -> None:
        """What was recorded is all there is."""

    def clock_ns(self) -> int:
        return self._replayer.position_ns

    def view(self, name: str) -> View | None:
        """The newest View; on the way back to an earlier time, which starts from nothing, the one that was left."""
        return self._engine.view(name) or (self._left.view(name) if self._replayer.seeking else None)

    def status(self) -> Health:
        return self._engine.status()

    def trouble(self, name: str) -> str | None:
        """Why a name is not shown: nobody lists it, or the recording has nothing of it."""
        if self._stopped and self.view(name) is None:
            return self._stopped
        if not len(self.catalogue):
            return None
        try:
            found = self.catalogue.resolve(parse_name(name), self.clock_ns())
        except LookupError as error:
            return str(error)
        followed = *self._engine.sums(), *self._engine.followed()
        if not followed or found.name in {one.name for one in followed}:
            return self._engine.failed(found.name)
        return f"{found.name} is not in this recording; it has {', '.join(i.name for i in followed)}"

    def watch(self, name: str) -> None:
        """Everything recorded is live already."""

    def glance(self, names: Collection[str]) -> None:
        """What was glanced at while it was recorded has its rows already."""

    @property
    def glanced(self) -> tuple[str, ...]:
        return self._engine.glanced()

    def row(self, name: str) -> Row | None:
        return self._engine.row(name) or (self._left.row(name) if self._replayer.seeking else None)

    def close(self) -> None:
        self._replayer.close()
        self._thread.join(CLOSE_S)

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
        self.advance(recv_ns)
        self._engine.take(venue, recv_ns, events)

    def advance(self, now_ns: int) -> None:
        self._engine.advance(now_ns)
        now, at_rest = time.monotonic(), self._replayer.finished or self._replayer.paused
        if self._engine.stepped and (at_rest or now - self._published >= PUBLISH_S):
            self._published, self._shows = now, True
            self._engine.publish()

    def _stop(self, words: str) -> None:
        """The thread is over, of itself: nothing more will be played, and every View says so."""
        self._stopped = words
        for engine in {self._engine, self._left}:
            engine.stop(self._replayer.position_ns, words)

    def _fresh_engine(self) -> Engine:
        return Engine(self._venues, follow_all=not self.recording.watched, sum_all=True)

    def _restart(self) -> "ReplaySession":
        if self._shows:  # one that is left on its own way back has nothing to show
            self._left = self._engine
        self._engine, self._shows = self._fresh_engine(), False
        return self
