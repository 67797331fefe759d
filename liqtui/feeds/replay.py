"""Plays a recording through the live path, on its own clock."""

import asyncio
import math
import threading
from collections.abc import Callable, Iterator, Sequence

from liqtui.feeds.reader import Recording
from liqtui.feeds.records import Record, Sink
from liqtui.feeds.router import Router
from liqtui.venues.base import Venue

STEP_NS = 250_000_000
"""Steps are multiples of this of receive time: the boundaries the engine works at."""
_FRAME_S = 0.02
_SLICE = 500
"""Records worked before orders are looked at."""


def replay_all(recording: Recording, venues: Sequence[Venue], sink: Sink) -> None:
    """Give the sink the whole recording at once, and the time of its last record."""
    router = Router(venues, sink)
    for record in recording.records():
        router.route(record)
    sink.advance(recording.span_ns[1])


class Replayer:
    """A player: speed from 1 to as fast as it goes (`math.inf`), pause, step, seek.

    `run` in a thread of its own; the sinks are called from there only. The rest may be called from any thread.
    Seeking back starts again from the beginning into a fresh sink.
    """

    def __init__(
        self, recording: Recording, venues: Sequence[Venue], make_sink: Callable[[], Sink], *,
        speed: float = 1.0, paused: bool = False,
    ) -> None:
        self._recording, self._venues, self._make_sink = recording, tuple(venues), make_sink
        self._speed, self._paused = speed, paused
        self._position = recording.span_ns[0]
        self._goal: int | None = None
        self._lock = threading.Lock()
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake: asyncio.Event | None = None
        self._sink: Sink
        self._router: Router
        self._records: Iterator[Record]
        self._next: Record | None = None

    @property
    def span_ns(self) -> tuple[int, int]:
        """Time of the first and the last record."""
        return self._recording.span_ns

    @property
    def position_ns(self) -> int:
        """How far it has come: everything up to then is in the sink."""
        return self._position

    @property
    def speed(self) -> float:
        return self._speed

    @property
    def paused(self) -> bool:
        return self._paused

    @property
    def finished(self) -> bool:
        """At the end of the recording."""
        return self._position >= self.span_ns[1] and self._goal is None

    @property
    def seeking(self) -> bool:
        """On the way to where `seek` or `step` sent it."""
        return self._goal is not None

    def pause(self, on: bool) -> None:
        self._paused = on
        self._rouse()

    def set_speed(self, speed: float) -> None:
        """Recorded seconds per second; `math.inf`: as fast as it goes.

        Raises:
            ValueError: not above 0.
        """
        if not speed > 0:
            raise ValueError(f"a speed is above 0, not {speed}")
        self._speed = speed
        self._rouse()

    def step(self, boundaries: int) -> None:
        """Pause, and move by so many 250 ms boundaries; negative goes back."""
        with self._lock:
            here = self._goal if self._goal is not None else self._position
        self._paused = True
        first = here // STEP_NS if boundaries > 0 else -(-here // STEP_NS)
        self.seek((first + boundaries) * STEP_NS)

    def seek(self, time_ns: int) -> None:
        """Go to `time_ns` as fast as it goes, and on from there as before."""
        with self._lock:
            self._goal = min(max(time_ns, self.span_ns[0]), self.span_ns[1])
        self._rouse()

    def close(self) -> None:
        """End `run`."""
        self._closed = True
        self._rouse()

    async def run(self) -> None:
        """Play until `close`; at the end of the recording it waits to be sought back."""
        self._wake = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._restart()
        then = self._loop.time()
        while not self._closed:
            self._wake.clear()
            now = self._loop.time()
            passed, then = now - then, now
            if self._goal is not None:
                await self._go(self._goal)
                then = self._loop.time()
            elif self._paused or self.finished:
                await self._wake.wait()
                then = self._loop.time()
            else:
                self._forward(passed)
                await self._rest()

    def _forward(self, passed: float) -> None:
        """Play what belongs to so many seconds at the present speed, as far as one frame's time suffices."""
        assert self._loop is not None
        end, until = self.span_ns[1], self._loop.time() + _FRAME_S
        ahead = end if self._speed == math.inf else min(end, passed * self._speed * 1e9)
        target = min(end, self._position + int(ahead))
        while not self._work(target) and self._loop.time() < until:
            self._sink.advance(self._position)

    async def _rest(self) -> None:
        """Until the next picture is worth making; at full speed not at all."""
        await asyncio.sleep(0.0 if self._speed == math.inf else _FRAME_S)

    async def _go(self, goal: int) -> None:
        if goal < self._position:
            self._restart()
        while not self._closed and self._goal == goal and not self._work(goal):
            await asyncio.sleep(0)
        with self._lock:
            if self._goal == goal:
                self._goal = None

    def _restart(self) -> None:
        self._sink = self._make_sink()
        self._router = Router(self._venues, self._sink)
        self._records = self._recording.records()
        self._next = next(self._records, None)
        self._position = self.span_ns[0]

    def _work(self, target: int) -> bool:
        """Route records up to `target`, one slice of them; whether it is reached."""
        for _ in range(_SLICE):
            record = self._next
            if record is None or record.ns > target:
                self._position = max(self._position, target)
                self._sink.advance(self._position)
                return True
            self._router.route(record)
            self._position = max(self._position, record.ns)
            self._next = next(self._records, None)
        return False

    def _rouse(self) -> None:
        loop, wake = self._loop, self._wake
        if loop is not None and wake is not None and not loop.is_closed():
            loop.call_soon_threadsafe(wake.set)
