"""Feeds running in the test's own loop, and a sink that remembers."""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from liqtui.events import Backfill, BookDelta, Event, FeedState, FeedStatus, Gap, Listing
from liqtui.feeds.feeds import Feeds
from liqtui.feeds.recorder import Recorder
from liqtui.feeds.settings import Timing
from liqtui.instruments import Instrument
from liqtui.market.book import Book
from liqtui.venues.base import Venue

QUICK = Timing(
    open_s=1.0, ack_s=0.2, pong_s=0.3, tick_s=0.02, advance_s=0.02, gather_s=0.005, beat_s=0.1, resync_s=0.1,
    healthy_s=5.0, backoff_s=0.05, backoff_max_s=0.3, refused_s=0.2, refused_max_s=0.4, banned_s=0.4,
    banned_max_s=0.8, rest_s=1.0, listing_s=60.0, joint_s=2.0, joint_settle_s=0.05, joint_poll_s=0.1,
    first_trade_s=0.4, close_s=0.1, failed_s=0.05, overlap_s=0.3, relief_s=2.0, expiry_s=0.1,
)

E = TypeVar("E", bound=Event)


@dataclass
class Memory:
    """A sink that keeps every call."""

    calls: list[tuple[str, int, list[Event]]] = field(default_factory=list)
    advanced: list[int] = field(default_factory=list)
    hook: Callable[[Event], None] | None = None

    def take(self, venue: str, recv_ns: int, events: list[Event]) -> None:
        self.calls.append((venue, recv_ns, events))
        if self.hook is not None:
            for event in events:
                self.hook(event)

    def advance(self, now_ns: int) -> None:
        self.advanced.append(now_ns)

    def all(self, kind: type[E]) -> list[E]:
        return [event for _, _, events in self.calls for event in events if isinstance(event, kind)]

    def states(self, connection: str = "toy/1") -> list[FeedState]:
        return [s.state for s in self.all(FeedStatus) if s.connection == connection]

    def stages(self) -> list[str]:
        return [b.stage for b in self.all(Backfill) if b.stage]

    def gaps(self) -> list[str]:
        return [f"{g.stream}: {g.reason}" for g in self.all(Gap)]


async def until(fact: Callable[[], object], seconds: float = 15.0) -> None:
    """Wait until something is so, on a busy machine, too; fail the test where it does not become so."""
    end = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def running(
    *venues: Venue, sink: Memory | None = None, recorder: Recorder | None = None, cache: Path | None = None,
    timing: Timing = QUICK, listed: Callable[[str], None] | None = None,
) -> AsyncIterator[tuple[Feeds, Memory]]:
    """Feeds of some venues, ended with the block."""
    memory = sink or Memory()
    feeds = Feeds(memory, recorder=recorder, cache=cache, listed=listed, rng=random.Random(1), timing=timing)
    for venue in venues:
        feeds.open(partial(_itself, venue))
    task = asyncio.create_task(feeds.run())
    try:
        yield feeds, memory
    finally:
        feeds.close()
        await asyncio.wait_for(task, 5)


def _itself(venue: Venue) -> Venue:
    return venue


async def listed(memory: Memory, symbol: str) -> Instrument:
    def found() -> list[Instrument]:
        return [i for listing in memory.all(Listing) for i in listing.instruments if i.symbol == symbol]

    await until(found)
    return found()[0]


class Follower:
    """The engine's part: keeps the book, asks for it anew when it breaks."""

    def __init__(self, feeds: Feeds, instrument: Instrument) -> None:
        self.book, self._feeds, self._venue = Book(instrument), feeds, instrument.venue
        self.breaks: list[str] = []
        self.whole = 0

    def see(self, event: Event) -> None:
        if isinstance(event, BookDelta) and event.symbol == "BTCUSDT":
            self.whole += event.snapshot
            words = self.book.apply(event)
            if words is not None:
                self.breaks.append(words)
                self._feeds.resync(self._venue, "BTCUSDT", words)
