"""A venue that says no, over REST or when a socket is opened: named, left alone for a while, and no other's trouble."""

import asyncio

import pytest
from live_feeds import QUICK, Memory, running, until
from toy_exchange import AAA, Exchange, Toy, exchange, instrument

from liqtui.events import Backfill, FeedState, FeedStatus, Listing, Trade

WORDS = {
    403: "HTTP 403 (forbidden: blocked for this region or address)",
    418: "HTTP 418 (banned for going on after too many requests)",
    429: "HTTP 429 (too many requests)",
    451: "HTTP 451 (unavailable for legal reasons)",
}
ZINC = instrument("AAA", venue="zinc")


def toys(refusing: Exchange, other: Exchange) -> tuple[Toy, Toy]:
    """`toy` refuses, `zinc` does not."""
    other.listed = [ZINC]
    return Toy(refusing.ws_url, refusing.rest_url), Toy(other.ws_url, other.rest_url, name="zinc")


def refused(memory: Memory, connection: str) -> list[FeedStatus]:
    told = [s for s in memory.all(FeedStatus) if s.connection == connection and s.state is FeedState.REFUSED]
    return [s for s in told if s.retry_ns is not None]


@pytest.mark.parametrize("status", WORDS)
async def test_a_socket_that_is_refused(status: int) -> None:
    async with exchange() as toy, exchange() as zinc, running(*toys(toy, zinc)) as (feeds, memory):
        toy.refuse_status = status
        feeds.watch(AAA)
        feeds.watch(ZINC)
        await until(lambda: refused(memory, "toy/1") and memory.all(Trade))
        told, least = refused(memory, "toy/1")[0], (QUICK.banned_s if status == 418 else QUICK.refused_s) / 2
        assert told.reason == WORDS[status]
        assert told.retry_ns is not None
        assert least * 1e9 <= told.retry_ns - told.time_ns <= 2 * least * 1e9
        await asyncio.sleep(0.4)
        assert len(toy.connects) <= 5, "no tight loop: half of 0.2 s at least between two tries"
        assert FeedState.REFUSED not in memory.states("zinc/1")
        toy.refuse_status = 0
        await until(lambda: memory.states("toy/1")[-1] is FeedState.LIVE)


@pytest.mark.parametrize("status", WORDS)
async def test_questions_that_are_refused(status: int) -> None:
    async with exchange() as toy, exchange() as zinc:
        toy.rest_status = [status] * 1000
        async with running(*toys(toy, zinc)) as (feeds, memory):
            await until(lambda: refused(memory, "toy/rest"))
            assert refused(memory, "toy/rest")[0].reason == f"REST: {WORDS[status]}"
            feeds.watch(ZINC)
            await until(lambda: "joined" in memory.stages())
            assert {b.problem for v, _, events in memory.calls for b in events if isinstance(b, Backfill)} == {""}
            times = [when for when, _, _ in toy.gets]
            assert len(times) <= 4 + (times[-1] - times[0]) / (QUICK.refused_s / 2), "no tight loop"
            toy.rest_status.clear()
            await until(lambda: any(listing.venue == "toy" for listing in memory.all(Listing)))
            ended = [s.state for s in memory.all(FeedStatus) if s.connection == "toy/rest"][-1]
            assert ended is FeedState.CLOSED, "nothing to say of it any more"


async def test_both_ways_in_wait_as_long_as_they_are_told() -> None:
    async with exchange() as toy:
        toy.refuse_status, toy.refuse_after = 429, "3"
        toy.rest_status, toy.rest_headers = [429] * 100, "Retry-After: 2\r\n"
        async with running(Toy(toy.ws_url, toy.rest_url)) as (feeds, memory):
            feeds.watch(AAA)
            await until(lambda: refused(memory, "toy/1") and refused(memory, "toy/rest"))
            await asyncio.sleep(0.2)  # what was on its way
            asked = len(toy.gets)
            await asyncio.sleep(0.5)
            assert (len(toy.connects), len(toy.gets)) == (1, asked)
            for connection, seconds in (("toy/1", 3), ("toy/rest", 2)):
                told = refused(memory, connection)[0]
                assert told.retry_ns is not None
                assert told.retry_ns - told.time_ns == seconds * 10**9


async def test_too_many_requests_hold_every_limit_of_the_venue() -> None:
    """A backfill asks side by side: after the first 429 nobody asks before the pause is over."""
    async with exchange() as toy, running(Toy(toy.ws_url, toy.rest_url)) as (feeds, memory):
        await until(lambda: memory.all(Listing))
        toy.rest_status = [429] * 2
        feeds.watch(AAA)
        await until(lambda: "1m" in memory.stages())
        assert not memory.all(Backfill)[-1].problem
        assert refused(memory, "toy/rest")[0].reason == "REST: HTTP 429 (too many requests)"


async def test_a_venue_that_refuses_its_history_is_live_all_the_same_and_delays_no_other() -> None:
    async with exchange() as toy, exchange() as zinc, running(*toys(toy, zinc)) as (feeds, memory):
        toy.refuse_history = 403

        def told(venue: str) -> list[Backfill]:
            return [e for v, _, events in memory.calls if v == venue for e in events if isinstance(e, Backfill)]

        feeds.watch(AAA)
        feeds.watch(ZINC)
        await until(lambda: any(b.stage == "joined" for b in told("zinc")))
        assert not any(b.problem for b in told("zinc"))
        assert told("zinc")[-1].done == told("zinc")[-1].total, "each tells its own progress"
        assert told("toy")[-1].problem == f"8m history: {WORDS[403]}"
        assert not any(b.stage for b in told("toy"))
        assert FeedState.LIVE in memory.states("toy/1")
        toy.refuse_history = 0
        await until(lambda: any(b.stage == "joined" for b in told("toy")))
        assert not told("toy")[-1].problem
