"""The feeds on Hyperliquid's wire, on loopback: questions are POSTed, pages have two ends, old trades count once."""

from hyperliquid_exchange import SECONDS, chain, listed
from live_feeds import running, until

from liqtui.events import Backfill, Candles, FeedState, Mark, OpenInterest, Rejected, Tiers, Trade
from liqtui.venues.base import VenueSettings
from liqtui.venues.hyperliquid import create


async def test_questions_are_posted_and_history_needs_neither_marks_nor_interest() -> None:
    async with chain() as it, running(create(VenueSettings(ws_url=it.ws_url, rest_url=it.rest_url))) as (feeds, memory):
        feeds.watch(await listed(memory))
        await until(lambda: "1m" in memory.stages())
        assert memory.stages()[:4] == ["1D", "1H", "5m", "1m"]
        assert set(it.lines) == {"POST /info HTTP/1.1"}, "the fragment is never sent"
        pages = [q["req"] for q in it.questions if q["type"] == "candleSnapshot"]
        assert all(page["startTime"] < page["endTime"] for page in pages)
        assert len(pages) <= 8, "a page or two for each period"
        assert {page.period_ns // 10**9 for page in memory.all(Candles)} == set(SECONDS.values())
        assert not any(page.mark for page in memory.all(Candles))
        assert memory.all(Tiers)[0].tiers[0].maintenance == 0.0125
        assert memory.all(Mark)
        assert memory.all(OpenInterest)
        assert not any(report.problem for report in memory.all(Backfill))
        assert not memory.all(Rejected)


async def test_trades_told_again_on_a_new_socket_count_once() -> None:
    async with chain() as it, running(create(VenueSettings(ws_url=it.ws_url, rest_url=it.rest_url))) as (feeds, memory):
        feeds.watch(await listed(memory))
        await until(lambda: FeedState.LIVE in memory.states("hyperliquid/1"))
        await it.trade()
        await it.trade()
        await until(lambda: len(memory.all(Trade)) == 2)
        (socket,) = it.listeners
        await socket.close(1000, "as it does")
        await until(lambda: it.listeners and socket not in it.listeners)
        await it.trade()
        await until(lambda: len(memory.all(Trade)) >= 3)
        assert [t.id for t in memory.all(Trade)] == ["0", "1", "2"]
        assert memory.all(Trade)[0].parties == ("0x" + "a" * 40, "0x" + "b" * 40)
