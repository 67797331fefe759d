"""The feeds on Bybit's wire: two categories, answers by request name, books that begin anew."""

import asyncio

from bybit_exchange import BybitExchange, bybit_exchange
from live_feeds import Follower, Memory, listed, running, until

from liqtui.events import Ack, BookDelta, FeedState, FeedStatus, Listing, Mark, Trade
from liqtui.venues.base import VenueSettings
from liqtui.venues.bybit import Bybit, create

BOOK = "orderbook.200.BTCUSDT"


def venue_of(there: BybitExchange) -> Bybit:
    return create(VenueSettings(ws_url=f"ws://{there.url}/v5/public", rest_url=f"http://{there.url}"))


async def test_both_categories_speak_and_every_stream_is_acknowledged() -> None:
    async with bybit_exchange() as there, running(venue_of(there)) as (feeds, memory):
        for symbol in ("BTCUSDT", "BTCUSD"):
            feeds.watch(await listed(memory, symbol))
        await until(lambda: {m.symbol for m in memory.all(Mark)} == {"BTCUSDT", "BTCUSD"})
        await until(lambda: {t.symbol for t in memory.all(Trade)} == {"BTCUSDT", "BTCUSD"})
        await until(lambda: {b.symbol for b in memory.all(BookDelta) if b.snapshot} == {"BTCUSDT", "BTCUSD"})
        for number in (1, 2):
            await until(lambda n=number: memory.states(f"bybit/{n}")[-1] is FeedState.LIVE)  # type: ignore[misc]
        acked = {a.key for a in memory.all(Ack)}
        assert {"allLiquidation.BTCUSDT", "allLiquidation.BTCUSD"} <= acked, "quiet ones, too"
        assert len(there.asked) == 8, "each topic once, in a request of its own"


async def test_a_lost_change_costs_one_book_and_nothing_else() -> None:
    async with bybit_exchange() as there, running(venue_of(there)) as (feeds, memory):
        follower = Follower(feeds, await listed(memory, "BTCUSDT"))
        memory.hook = follower.see
        feeds.watch(await listed(memory, "BTCUSDT"))
        await until(lambda: follower.book.valid)
        await asyncio.sleep(0.1)
        assert follower.breaks == []
        there.lose_changes = 1
        await until(lambda: follower.breaks)
        await until(lambda: follower.book.valid)
        assert (len(follower.breaks), follower.whole) == (1, 2)
        assert there.asked.count(("unsubscribe", BOOK)) == 1
        assert there.asked.count(("subscribe", "publicTrade.BTCUSDT")) == 1


async def test_a_service_that_starts_anew_sends_a_whole_book_numbered_one() -> None:
    async with bybit_exchange() as there, running(venue_of(there)) as (feeds, memory):
        follower = Follower(feeds, await listed(memory, "BTCUSDT"))
        memory.hook = follower.see
        feeds.watch(await listed(memory, "BTCUSDT"))
        await until(lambda: follower.book.valid)
        there.restart = True
        await until(lambda: follower.whole == 2)
        await asyncio.sleep(0.1)
        assert (follower.breaks, follower.book.best_bid) == ([], 99.9)
        assert there.asked.count(("subscribe", BOOK)) == 1


async def test_a_topic_without_a_handler_is_named_and_the_others_go_on() -> None:
    async with bybit_exchange() as there, running(venue_of(there)) as (feeds, memory):
        there.unknown = {BOOK}
        feeds.watch(await listed(memory, "BTCUSDT"))
        await until(lambda: FeedState.GAPPED in memory.states("bybit/1"))
        (*_, status) = [s for s in memory.all(FeedStatus) if s.connection == "bybit/1"]
        assert status.reason.startswith(f"{BOOK} refused: ")
        await until(lambda: memory.all(Trade))
        assert memory.all(Mark)


async def test_a_listing_in_pages_is_complete_when_the_last_one_is_in() -> None:
    async with bybit_exchange() as there:
        there.pages = [["ADA", "BNB"], ["BTC", "DOGE"], ["ETH"]]
        memory, complete = Memory(), list[set[str]]()

        def listed_by_now(_: str) -> None:
            complete.append({i.symbol for listing in memory.all(Listing) for i in listing.instruments})

        async with running(venue_of(there), sink=memory, listed=listed_by_now):
            await until(lambda: complete)
        assert complete[0] == {"ADAUSDT", "BNBUSDT", "BTCUSDT", "DOGEUSDT", "ETHUSDT", "BTCUSD"}
        assert [cursor for category, cursor in there.listed if category == "linear"] == [
            "", "page=1", "page=2", "page=3",
        ]  # fmt: skip
