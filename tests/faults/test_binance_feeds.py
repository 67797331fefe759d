"""The feeds on Binance's wire: three paths, books apart from their changes, polled open interest."""

import asyncio
import time

import msgspec
import pytest
from binance_exchange import BOOKS, COIN_M, MARKETS, BinanceExchange, binance_exchange
from live_feeds import Follower, listed, running, until
from websockets.protocol import State

from liqtui.events import Ack, BookDelta, FeedState, FeedStatus, Mark, OpenInterest, Trade
from liqtui.feeds.brief import POLL_S
from liqtui.feeds.pace import Limiter
from liqtui.venues.base import VenueSettings
from liqtui.venues.binance import INTEREST_S, Binance, create


def venue_of(there: BinanceExchange) -> Binance:
    return create(VenueSettings(ws_url=there.ws_url, rest_url=there.rest_url))


async def test_both_markets_speak_and_every_stream_is_acknowledged() -> None:
    async with binance_exchange() as there, running(venue_of(there)) as (feeds, memory):
        for symbol in ("BTCUSDT", "BTCUSD_PERP"):
            feeds.watch(await listed(memory, symbol))
        await until(lambda: {t.symbol for t in memory.all(Trade)} == {"BTCUSDT", "BTCUSD_PERP"})
        await until(lambda: {m.symbol for m in memory.all(Mark)} == {"BTCUSDT", "BTCUSD_PERP"})
        await until(lambda: {b.symbol for b in memory.all(BookDelta) if b.snapshot} == {"BTCUSDT", "BTCUSD_PERP"})
        assert sorted(there.opened) == sorted([BOOKS, MARKETS, COIN_M])
        acked = {a.key for a in memory.all(Ack)}
        assert {"btcusdt@forceOrder", "btcusd_perp@forceOrder", "!contractInfo"} <= acked, "quiet ones, too"
        for number in (1, 2, 3):
            await until(lambda n=number: memory.states(f"binance/{n}")[-1] is FeedState.LIVE)  # type: ignore[misc]


async def test_a_book_begins_with_one_question_and_goes_on_without_a_hole() -> None:
    async with binance_exchange() as there, running(venue_of(there)) as (feeds, memory):
        follower = Follower(feeds, await listed(memory, "BTCUSDT"))
        memory.hook = follower.see
        feeds.watch(await listed(memory, "BTCUSDT"))
        await until(lambda: follower.book.valid)
        await asyncio.sleep(0.3)
        assert (follower.breaks, follower.book.best_bid) == ([], 99.9)
        assert there.gets.count("/fapi/v1/depth") == 1
        assert follower.book.valid


async def test_a_lost_change_costs_one_whole_book_and_no_subscription() -> None:
    async with binance_exchange() as there, running(venue_of(there)) as (feeds, memory):
        follower = Follower(feeds, await listed(memory, "BTCUSDT"))
        memory.hook = follower.see
        feeds.watch(await listed(memory, "BTCUSDT"))
        await until(lambda: follower.book.valid)
        there.lose_changes = 1
        await until(lambda: follower.breaks)
        await until(lambda: follower.book.valid)
        assert (len(follower.breaks), there.gets.count("/fapi/v1/depth")) == (1, 2)
        assert not any(method == "UNSUBSCRIBE" for _, method, _ in there.asked)


async def test_whole_books_that_do_not_help_are_asked_for_ever_more_rarely() -> None:
    async with binance_exchange() as there, running(venue_of(there)) as (feeds, memory):
        there.old_books = 100
        follower = Follower(feeds, await listed(memory, "BTCUSDT"))
        memory.hook = follower.see
        feeds.watch(await listed(memory, "BTCUSDT"))
        await until(lambda: len(follower.breaks) >= 2)
        await asyncio.sleep(1.0)
        # At 0, 0.1, 0.3, 0.7, 1.5 s …: a storm of questions would be fifty.
        assert there.gets.count("/fapi/v1/depth") <= 6
        there.old_books = 0
        await until(lambda: follower.book.valid)


async def test_open_interest_is_polled_until_nobody_watches() -> None:
    async with binance_exchange() as there, running(venue_of(there)) as (feeds, memory):
        instrument = await listed(memory, "BTCUSDT")
        feeds.watch(instrument)
        await until(lambda: memory.all(OpenInterest))
        assert memory.all(OpenInterest)[0].size == 1000.0
        feeds.unwatch(instrument)
        await until(lambda: not any(there.streams.values()))
        asked = there.gets.count("/fapi/v1/openInterest")
        await asyncio.sleep(0.2)
        assert there.gets.count("/fapi/v1/openInterest") == asked


async def test_a_whole_map_beside_a_row_is_told_open_interest_as_often_as_without_it() -> None:
    """A row asks once a minute; the whole map of the same contract every few seconds, from when it is watched."""
    async with binance_exchange() as there, running(venue_of(there)) as (feeds, memory):
        instrument = await listed(memory, "BTCUSDT")

        def pauses() -> list[float]:
            return [poll.every_s for poll, _ in feeds._desks["binance"]._polls.values()]

        feeds.brief("binance", [instrument])
        await until(lambda: pauses() == [POLL_S] and memory.all(OpenInterest))
        feeds.watch(instrument)
        await until(lambda: pauses() == [INTEREST_S])
        feeds.unwatch(instrument)
        await until(lambda: pauses() == [POLL_S])


async def test_a_lost_socket_brings_a_new_whole_book() -> None:
    async with binance_exchange() as there, running(venue_of(there)) as (feeds, memory):
        follower = Follower(feeds, await listed(memory, "BTCUSDT"))
        memory.hook = follower.see
        feeds.watch(await listed(memory, "BTCUSDT"))
        await until(lambda: follower.book.valid)
        asked = there.gets.count("/fapi/v1/depth")
        for socket in list(there.streams):
            socket.transport.abort()
        await until(lambda: there.gets.count("/fapi/v1/depth") > asked)
        await until(lambda: follower.book.valid)
        assert any(s.state is FeedState.CONNECTING for s in memory.all(FeedStatus))


@pytest.mark.parametrize("late_s", [0.0, 0.15])
async def test_a_socket_that_grows_old_hands_over_without_a_gap(late_s: float) -> None:
    async with binance_exchange() as there:
        there.late_s = late_s  # the old socket lags behind the young one
        venue = venue_of(there)
        venue.limits = msgspec.structs.replace(venue.limits, connection_s=1.0, connects_per_s=50)
        async with running(venue) as (feeds, memory):
            instrument = await listed(memory, "BTCUSDT")
            follower = Follower(feeds, instrument)
            memory.hook = follower.see
            feeds.watch(instrument)
            await until(lambda: len(there.opened) >= 6)  # both sockets, twice relieved
            await until(lambda: len(there.streams) == 2)
            await asyncio.sleep(0.3)
            told = [int(t.id) for t in memory.all(Trade)]
            assert told == list(range(told[0], told[-1] + 1)), "none lost, none twice, none out of order"
            numbers = [b.seq for b in memory.all(BookDelta) if not b.snapshot]
            assert numbers == sorted(set(numbers))  # type: ignore[type-var]
            assert (follower.breaks, there.gets.count("/fapi/v1/depth")) == ([], 1)
            assert not any("not heard" in gap for gap in memory.gaps())
            assert FeedState.CLOSED not in memory.states("binance/1")


async def test_a_socket_found_dead_while_its_relief_stands_ready_leaves_none_open() -> None:
    async with binance_exchange() as there:
        venue = venue_of(there)
        venue.limits = msgspec.structs.replace(venue.limits, connection_s=1.0, connects_per_s=50)
        async with running(venue) as (feeds, memory):
            feeds.watch(await listed(memory, "BTCUSDT"))
            await until(lambda: memory.all(Trade))
            connection = next(iter(feeds._desks["binance"]._sockets))
            while connection._relief is None:
                await asyncio.sleep(0)
            young = connection._relief.socket
            assert connection._watch is not None
            connection._watch.dead = "no answer to our ping"
            connection._watch._socket.transport.abort()
            await until(lambda: young.state is State.CLOSED)
            assert connection._telling is None, "nobody listens twice any more"


async def test_where_no_relief_comes_the_socket_is_opened_again_like_any_other() -> None:
    async with binance_exchange() as there:
        venue = venue_of(there)
        venue.limits = msgspec.structs.replace(venue.limits, connection_s=0.5, connects_per_s=50)
        async with running(venue) as (feeds, memory):
            instrument = await listed(memory, "BTCUSDT")
            feeds.watch(instrument)
            await until(lambda: memory.all(Trade))
            there.refuse_status = 503
            await asyncio.sleep(0.7)
            assert len(there.streams) == 2, "the old ones go on"
            there.refuse_status = 0
            for socket in list(there.streams):
                socket.transport.abort()
            heard = len(memory.all(Trade))
            await until(lambda: len(memory.all(Trade)) > heard)


async def test_weights_share_one_limit() -> None:
    limiter, done = Limiter(10, 0.2), list[float]()
    start = time.monotonic()

    async def call(weight: int) -> None:
        async with limiter.slot(0, weight):
            done.append(time.monotonic() - start)

    await asyncio.gather(call(5), call(5), call(5), call(1), call(100))
    # Two fives fill the window; five and one follow in the next; what weighs more than all waits for an empty one.
    assert [round(at / 0.2) for at in done] == [0, 0, 1, 1, 2]


