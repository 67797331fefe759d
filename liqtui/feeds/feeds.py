"""The live feeds: sockets, REST, backfill and recorder of all venues, in one loop of one thread."""

import asyncio
import logging
import random
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from liqtui.events import Gap, Summed, Worked
from liqtui.feeds.books import Work
from liqtui.feeds.cache import Cache
from liqtui.feeds.clock import Clock
from liqtui.feeds.desk import Desk, StartOf
from liqtui.feeds.intake import Intake
from liqtui.feeds.pace import Backoff
from liqtui.feeds.recorder import Recorder
from liqtui.feeds.records import Sink
from liqtui.feeds.settings import Timing
from liqtui.instruments import SUM_VENUE, Instrument
from liqtui.venues.base import Venue

_log = logging.getLogger(__name__)
PIECE = 32
"""Units of long work that go without a pause; one is a bar of history laid on a stock, some 0.3 ms."""


class Feeds:
    """Everything live, for any venues, each from when it is opened.

    `run` in a thread of its own; the sink is called from there only. The other methods may be called from any thread,
    before `run` and from within the sink, too; they take effect in the order they were called.
    """

    def __init__(
        self, sink: Sink, *, recorder: Recorder | None = None, cache: Path | None = None,
        start_of: StartOf | None = None, listed: Callable[[str], None] | None = None,
        busy: Callable[[], bool] | None = None,
        clock: Clock | None = None, rng: random.Random | None = None, timing: Timing | None = None,
    ) -> None:
        """Prepare; nothing goes out before `run`.

        Args:
            sink: takes the events.
            recorder: writes all records down. Its owner closes it, after `run`.
            cache: folder of last backfills and listings; None: none is kept.
            start_of: what an earlier run has learned of an instrument, asked when it is watched; None: nothing.
            listed: told of a venue, in the feeds' thread, whenever all that it lists has been taken by the sink.
            busy: asked, in the feeds' thread, whether long work waits: the sink is told then to go on with it, a piece
                at a time. None: it never is told, and works such things at once.
            clock: dates everything.
            rng: of the jitter.
            timing: times and bounds.
        """
        self._recorder = recorder
        self.clock = clock or Clock()
        self._intake = Intake([], sink, recorder, self.clock)
        self._cache = None if cache is None else Cache(cache)
        self._start_of, self._listed, self._busy = start_of, listed, busy
        self._rng = rng or random.Random()
        self._timing = timing or Timing()
        self._lock = threading.Lock()
        self._early: list[Callable[[], None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._desks: dict[str, Desk] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._over = False
        self._closed: asyncio.Event | None = None

    async def run(self) -> None:
        """Work until `close`. Trouble of a venue is told to the sink, never raised."""
        self._closed = asyncio.Event()
        try:
            self._spawn(self._tell_time, "feeds/clock")
            if self._busy is not None:
                self._spawn(partial(self._work, self._busy), "feeds/work")
            with self._lock:
                self._loop = asyncio.get_running_loop()
                for order in self._early:
                    self._loop.call_soon(order)
                self._early.clear()
            await self._closed.wait()
        finally:
            with self._lock:
                self._loop, self._over = None, True
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            for desk in self._desks.values():
                await desk.close()

    # --- orders, from any thread --------------------------------------------------------------------------------

    def open(self, load: Callable[[], Venue]) -> None:
        """Ask one more venue what it lists; only then anything of it can be watched. `load` is called in the feeds'
        thread.
        """
        self._order(lambda: self._open(load()))

    def watch(self, instrument: Instrument, prices_of: Sequence[Instrument] = ()) -> None:
        """Subscribe to all streams of `instrument` and backfill it; of `prices_of` only the mark.

        Said again of a watched instrument, only `prices_of` is replaced.
        """
        self._order(lambda: self._desks[instrument.venue].watch(instrument, prices_of))

    def unwatch(self, instrument: Instrument) -> None:
        """Give up its streams and its backfill."""
        self._order(lambda: self._desks[instrument.venue].unwatch(instrument))

    def brief(self, venue: str, instruments: Sequence[Instrument]) -> None:
        """Keep a row of the watch table of each of these instruments of a venue, and of no others."""
        self._order(lambda: self._desks[venue].brief(instruments))

    def sum_up(self, event: Summed) -> None:
        """One map is the sum of what is watched of a coin; told to the sink and recorded."""
        self._order(lambda: self._intake.note(f"{SUM_VENUE}/watch", event))

    def resync(self, venue: str, symbol: str, reason: str) -> None:
        """The book of `symbol` has a hole: ask for it anew. More often than the venue likes, it waits."""
        self._order(lambda: self._desks[venue].resync(symbol, reason))

    def close(self) -> None:
        """End `run`."""
        self._order(lambda: self._closed.set() if self._closed is not None else None)

    def _order(self, order: Callable[[], object]) -> None:
        def obey() -> None:
            try:
                order()
            except Exception as error:  # an order must not end the loop it was given to
                _log.exception("feeds: an order failed")
                words = f"internal error, an order was not obeyed: {_cause(error)}"
                self._intake.note("feeds/orders", Gap(None, "feeds/orders", self._intake.now_ns(), words))

        with self._lock:
            if self._loop is not None:
                self._loop.call_soon_threadsafe(obey)
            elif not self._over:
                self._early.append(obey)

    def _open(self, venue: Venue) -> None:
        if venue.name not in self._desks:
            self._intake.add(venue)
            desk = Desk(venue, self._intake, self._cache, self._rng, self._timing, self._spawn, self._start_of)
            self._desks[venue.name] = desk
            self._spawn(lambda: desk.keep_listing(self._listed), f"{venue.name}/listing")

    # --- tasks --------------------------------------------------------------------------------------------------

    def _spawn(self, work: Work, name: str) -> asyncio.Task[None]:
        """Run `work` beside everything else. What it fails of is told and ends nothing else, and it is begun again.

        It is called only once the task runs: cancelled before that, it leaves no coroutine that nobody awaited.
        """
        task = asyncio.get_running_loop().create_task(self._guarded(work, name), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _guarded(self, work: Work, name: str) -> None:
        loop = asyncio.get_running_loop()
        retry = Backoff(self._timing.failed_s, self._timing.failed_max_s, self._rng)
        while True:
            began = loop.time()
            try:
                await work()
                return
            except Exception as error:
                _log.exception("feeds: %s failed", name)
                if loop.time() - began > self._timing.failed_max_s:
                    retry.reset()
                wait_s = retry.ceiling_s + retry.delay()
                words = f"internal error, {name} has stopped and begins again in {wait_s:.0f} s: {_cause(error)}"
                self._intake.note(name, Gap(None, name, self._intake.now_ns(), words))
            await asyncio.sleep(wait_s)

    def _advance(self, before: str) -> str:
        """Tell the sink the time; the answer is what it failed of last (`before`: until now), said when it is new."""
        try:
            self._intake.advance()
        except Exception as error:  # one map that cannot be made must not stop the clock of all others
            words = f"internal error at a boundary: {type(error).__name__}: {error}"
            if words != before:
                _log.exception("feeds: the engine failed at a boundary")
                self._intake.note("feeds/clock", Gap(None, "feeds/clock", self._intake.now_ns(), words))
            return words
        return before

    async def _work(self, busy: Callable[[], bool]) -> None:
        """Have long work go on a piece at a time: between two pieces sockets, and other threads, have their turn."""
        self._intake.note("feeds/work", Worked(0))
        while True:
            await asyncio.sleep(self._timing.idle_s if busy() else self._timing.advance_s)
            if busy():
                self._intake.note("feeds/work", Worked(PIECE))

    async def _tell_time(self) -> None:
        """Tell the sink the time, keep the recording's pulse, and say once when the recorder has stopped."""
        loop = asyncio.get_running_loop()
        beat_at, told, failed, ahead_ns = loop.time(), False, "", 0
        while True:
            failed = self._advance(failed)
            if self.clock.ahead_ns != ahead_ns:
                ahead_ns = self.clock.ahead_ns
                self._intake.note("feeds/clock", Gap(None, "feeds/clock", self._intake.now_ns(), _set(ahead_ns)))
            if loop.time() >= beat_at:
                beat_at += self._timing.beat_s
                self._intake.beat()
                if self._recorder is not None and self._recorder.problem is not None and not told:
                    told = True
                    gap = Gap(None, "recorder", self._intake.now_ns(), self._recorder.problem)
                    self._intake.note("recorder", gap)
            await asyncio.sleep(self._timing.advance_s)


def _set(ahead_ns: int) -> str:
    """That the system's clock was set."""
    if not ahead_ns:
        return "the system's clock was set forward again: times are its own once more"
    return f"the system's clock was set back: times go on as before, {ahead_ns / 1e9:.0f} s ahead of it"


def _cause(error: BaseException) -> str:
    """What went wrong first, where several tasks were worked as one."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"
