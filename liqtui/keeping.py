"""What a live session learns is kept: put on the shelf while it runs, written now and then and at its end."""

import time
from collections.abc import Callable, Iterable, Iterator

from liqtui.engine import Engine
from liqtui.engine.kin import Taught
from liqtui.events import Event, Follow
from liqtui.feeds.ladders import Kept
from liqtui.feeds.shelf import Shelf

EVERY_S = 600.0
"""Ladders are written this often. Minutes teach little; what a crash loses is learned again."""


class Keeper:
    """Takes ladders from an engine to a shelf. All but `close` is called from the engine's thread."""

    def __init__(self, engine: Engine, shelf: Shelf, clock: Callable[[], float] = time.monotonic) -> None:
        self._engine, self._shelf, self._clock = engine, shelf, clock
        self._due = clock() + EVERY_S
        self._taking: Iterator[Taught] | None = None
        self.lost: list[str] = []
        """What could not be written at the end, in words."""

    def hear(self, events: list[Event]) -> None:
        """Before the engine does: what it is about to forget is kept."""
        for event in events:
            if type(event) is Follow and not event.on:
                self._put(self._engine.learned(event.symbol))

    def advance(self, now_ns: int) -> None:
        """Time passed. One ladder at a time is put into words (5 ms): Views must not wait for all of them."""
        for words in self._shelf.problems():
            self._engine.health.tell(now_ns, words)
        if self._taking is None and self._clock() >= self._due:
            self._due = self._clock() + EVERY_S
            self._taking = self._engine.learned()
        elif self._taking is not None:
            taught = next(self._taking, None)
            if taught is not None:
                self._put([taught])
            else:
                self._taking = None
                self._shelf.save()

    def close(self, ended: bool) -> None:
        """Write everything. `ended`: the engine's thread has; else what it learned last cannot be read."""
        if ended:
            self._put(self._engine.learned())
        self._shelf.wait()
        self._shelf.save()
        self._shelf.wait()
        self.lost = self._shelf.problems()

    def _put(self, all_taught: Iterable[Taught]) -> None:
        for taught in all_taught:
            instrument = taught.instrument
            self._shelf.put(instrument.venue, Kept.of(instrument, taught.saved, taught.events))
