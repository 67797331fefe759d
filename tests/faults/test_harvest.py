"""The harvest of public positions on loopback: who trades is asked, inside the limits, and a replay tells the same."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from hyperliquid_exchange import Chain, address, chain, holding, listed
from live_feeds import QUICK, Memory, running, until

from liqtui.engine import Engine
from liqtui.events import Event, FeedState, FeedStatus, Positions, Side, Trade
from liqtui.feeds.addresses import Addresses
from liqtui.feeds.feeds import Feeds
from liqtui.feeds.reader import open_recording
from liqtui.feeds.recorder import Recorder
from liqtui.feeds.replay import replay_all
from liqtui.venues.base import VenueSettings
from liqtui.venues.hyperliquid import Hyperliquid, create

TIMING = msgspec.structs.replace(QUICK, harvest_idle_s=0.05, harvest_kept_s=0.3)


def venue_of(it: Chain) -> Hyperliquid:
    """The venue at the chain, which lets sockets in as often as they come."""
    venue = create(VenueSettings(ws_url=it.ws_url, rest_url=it.rest_url))
    venue.limits = msgspec.structs.replace(venue.limits, connects_per_s=50.0)
    return venue


@asynccontextmanager
async def watching(
    it: Chain, *, recorder: Recorder | None = None, cache: Path | None = None
) -> AsyncIterator[tuple[Feeds, Memory]]:
    async with running(venue_of(it), recorder=recorder, cache=cache, timing=TIMING) as (feeds, memory):
        feeds.watch(await listed(memory))
        await until(lambda: FeedState.LIVE in memory.states("hyperliquid/1"))
        yield feeds, memory


class Listening(Memory):
    """A sink that remembers, and hands on to an engine."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine

    def take(self, venue: str, recv_ns: int, events: list[Event]) -> None:
        super().take(venue, recv_ns, events)
        self._engine.take(venue, recv_ns, events)

    def advance(self, now_ns: int) -> None:
        self._engine.advance(now_ns)


def told(memory: Memory) -> dict[str, Positions]:
    return {event.address: event for event in memory.all(Positions)}


async def test_who_trades_is_asked_what_it_holds() -> None:
    async with chain() as it:
        it.held[address("a")] = [holding(3.0, 90.5)]
        async with watching(it) as (_, memory):
            await it.trade("a", "b")
            await until(lambda: len(told(memory)) == 2)
            (position,) = told(memory)[address("a")].positions
            assert (position.side, position.size, position.liquidation) == (Side.LONG, 3.0, 90.5)
            assert told(memory)[address("b")].positions == []
            assert it.asked == {address("a"): 1, address("b"): 1}, "not again so soon"


async def test_refused_it_says_so_waits_and_asks_the_next() -> None:
    async with chain() as it:
        it.statuses = [429, 429, 503]
        async with watching(it) as (_, memory):
            await it.trade("a", "b")
            await it.trade("c", "d")
            await until(lambda: told(memory))
            assert sum(it.asked.values()) >= 4
            reasons = [s.reason for s in memory.all(FeedStatus) if s.connection == "hyperliquid/rest" and s.reason]
            assert any("429" in reason for reason in reasons)
            assert memory.states("hyperliquid/rest")[-1] is FeedState.CLOSED, "no trouble any more"
            assert memory.all(Trade), "the streams go on"


async def test_a_lost_socket_does_not_end_it() -> None:
    async with chain() as it, watching(it) as (_, memory):
        await it.trade("a", "b")
        await until(lambda: len(told(memory)) == 2)
        (socket,) = it.listeners
        await socket.close(1000, "as it does")
        await until(lambda: it.listeners and socket not in it.listeners)
        await it.trade("c", "d")
        await until(lambda: len(told(memory)) == 4)


async def test_a_trade_that_is_told_again_after_a_lost_socket_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a subscription Hyperliquid repeats the last trades: who made them has not traded twice."""
    counted: list[str] = []
    monkeypatch.setattr(Addresses, "traded", lambda _, name, *__: counted.append(name))
    async with chain() as it, watching(it) as (_, memory):
        await it.trade("a", "b")
        await until(lambda: len(counted) == 2)
        (socket,) = it.listeners
        await socket.close(1000, "as it does")
        await until(lambda: it.listeners and socket not in it.listeners)
        await it.trade("c", "d")
        await until(lambda: address("d") in counted)
        assert sorted(counted) == [address(name) for name in "abcd"]
        assert len(memory.all(Trade)) == 2


async def test_nobody_is_asked_while_nothing_is_watched() -> None:
    async with chain() as it, watching(it) as (feeds, memory):
        instrument = await listed(memory)
        feeds.unwatch(instrument)
        await until(lambda: FeedState.CLOSED in memory.states("hyperliquid/1"))
        await it.trade("a", "b")
        feeds.watch(instrument)
        await until(lambda: it.listeners)
        await it.trade("c", "d")
        await until(lambda: address("d") in told(memory))


async def test_addresses_are_kept_for_the_next_start(tmp_path: Path) -> None:
    async with chain() as it:
        it.held[address("a")] = [holding(3.0, 90.5)]
        async with watching(it, cache=tmp_path) as (_, memory):
            await it.trade("a", "b")
            await until(lambda: len(told(memory)) == 2)
        assert (tmp_path / "hyperliquid-addresses.jsonl.gz").exists()
        it.trades.clear()
        async with watching(it, cache=tmp_path) as (_, memory):
            await until(lambda: address("a") in told(memory))
            assert not memory.all(Trade)
            assert address("b") not in told(memory), "it was flat"


async def test_a_replay_gives_the_same_observed_map_byte_for_byte(tmp_path: Path) -> None:
    path = tmp_path / "session.gz"
    async with chain() as it:
        it.held = {address("a"): [holding(3.0, 90.5)], address("b"): [holding(-2.0, 120.0)]}
        it.young = True
        venue, recorder = venue_of(it), Recorder(path)
        live = Engine([venue])
        memory = Listening(live)
        async with running(venue, sink=memory, recorder=recorder, timing=TIMING) as (feeds, _):
            feeds.watch(await listed(memory))
            await until(lambda: FeedState.LIVE in memory.states("hyperliquid/1"))
            await it.trade("a", "b")
            await until(lambda: len(told(memory)) == 2)
        recorder.close()
    again, recording = Engine([venue]), open_recording(path, [venue])
    replay_all(recording, [venue], again)
    views = []
    for engine in (live, again):
        engine.advance(recording.span_ns[1] + 10**9)
        engine.publish()
        view = engine.view("hyperliquid:BTC")
        assert view is not None
        assert view.observed is not None
        views.append(view.observed)
    assert views[0].mass.tobytes() == views[1].mass.tobytes()
    assert views[0].held == views[1].held == (3.0, 2.0)
    assert views[0].share == views[1].share == (0.6, 0.4)  # of the 5 that are open
    assert views[0].age_ns == views[1].age_ns
