"""What a socket does when its venue drops, stalls, mutes, refuses or answers something else."""

import asyncio
import itertools
import random
import re
import time

import msgspec
import pytest
from live_feeds import QUICK, Memory, running, until
from toy_exchange import AAA, BBB, NS, Exchange, Frame, Toy, exchange, instrument

from liqtui.events import BookDelta, FeedState, FeedStatus, Follow, Listing, Mark, Rejected, Trade
from liqtui.feeds import feeds as feeds_module
from liqtui.feeds.clock import Clock
from liqtui.feeds.pace import Backoff
from liqtui.feeds.rest import Answer, Rest
from liqtui.instruments import Kind
from liqtui.venues.base import Request


def venue_of(toy: Exchange, **more: object) -> Toy:
    return Toy(toy.ws_url, toy.rest_url, **more)  # type: ignore[arg-type]


async def test_a_dropped_socket_is_opened_again_and_the_silence_is_told() -> None:
    async with exchange() as toy, running(venue_of(toy)) as (feeds, memory):
        feeds.watch(AAA)
        await until(lambda: memory.all(Trade))
        for socket in list(toy.sockets):
            socket.transport.abort()
        await until(lambda: len(toy.connects) == 2)
        heard = len(memory.all(Trade))
        await until(lambda: len(memory.all(Trade)) > heard)
        await until(lambda: memory.states()[-1] is FeedState.LIVE)
        assert any("s not heard" in gap for gap in memory.gaps())
        retried = [s for s in memory.all(FeedStatus) if s.retry_ns is not None]
        assert retried, "the next try was told"
        assert retried[0].state is FeedState.CONNECTING


async def test_a_close_with_a_reason_is_told_in_the_venues_words() -> None:
    async with exchange() as toy, running(venue_of(toy)) as (feeds, memory):
        feeds.watch(AAA)
        await until(lambda: memory.all(Trade))
        for socket in list(toy.sockets):
            await socket.close(4004, "No data\x1b received in 30s.")
        await until(lambda: len(toy.connects) == 2)
        reasons = [s.reason for s in memory.all(FeedStatus)]
        assert "closed by the venue: 4004 No data  received in 30s." in reasons, "and without its control characters"


async def test_mute_with_acknowledgements_is_noticed_by_the_control_stream() -> None:
    async with exchange() as toy, running(venue_of(toy)) as (feeds, memory):
        toy.mute = True
        feeds.watch(AAA)
        await until(lambda: len(toy.connects) >= 2)
        assert FeedState.STALE in memory.states()
        asked = [a.op for a in toy.asked]
        assert asked[:3] == ["subscribe", "unsubscribe", "subscribe"], "everything anew before another socket"
        told = next(s for s in memory.all(FeedStatus) if s.state is FeedState.STALE)
        assert re.fullmatch(r"no data since \d\d:\d\d:\d\d", told.reason)
        assert sum(gap.endswith("everything is asked for anew") for gap in memory.gaps()) == 1
        toy.mute = False
        await until(lambda: memory.all(Trade))
        await until(lambda: memory.states()[-1] is FeedState.LIVE)


async def test_a_mute_socket_may_be_cured_by_asking_anew() -> None:
    async with exchange() as toy, running(venue_of(toy, silence_s=0.6)) as (feeds, memory):
        feeds.watch(AAA)
        await until(lambda: FeedState.LIVE in memory.states())
        toy.mute = True
        await until(lambda: any(ask.op == "unsubscribe" for ask in toy.asked))
        toy.mute = False
        await until(lambda: memory.states()[-1] is FeedState.LIVE)
        assert len(toy.connects) == 1


async def test_trades_that_die_alone_on_a_lively_market_are_asked_for_anew() -> None:
    """Nothing is published of how long trades may rest: their own pace tells."""
    timing = msgspec.structs.replace(QUICK, usual_s=0.3, surprise_s=0.8)
    async with exchange() as toy, running(venue_of(toy, silence_s=30.0), timing=timing) as (feeds, memory):
        toy.every_s = 0.005
        feeds.watch(AAA)
        await until(lambda: len(memory.all(Trade)) > 100)
        toy.silent_streams = {"trade:AAA"}
        await until(lambda: any(ask.op == "unsubscribe" and ask.keys == ["trade:AAA"] for ask in toy.asked))
        assert FeedState.RESYNCING in memory.states()
        toy.silent_streams = set()
        await until(lambda: memory.states()[-1] is FeedState.LIVE)
        assert len(toy.connects) == 1


async def test_one_silent_stream_beside_a_speaking_control_is_resubscribed_alone() -> None:
    async with exchange() as toy, running(venue_of(toy)) as (feeds, memory):
        toy.silent_streams = {"book:AAA"}
        feeds.watch(AAA)
        await until(lambda: any(ask.op == "unsubscribe" for ask in toy.asked))
        await until(lambda: [ask.keys for ask in toy.asked if ask.op == "subscribe"].count(["book:AAA"]) >= 1)
        assert next(a.keys for a in toy.asked if a.op == "unsubscribe") == ["book:AAA"]
        assert len(toy.connects) == 1, "the socket is fine"
        assert any(gap.startswith("book:AAA: silent for") for gap in memory.gaps())


async def test_a_quiet_trade_stream_is_not_taken_for_dead() -> None:
    async with exchange() as toy, running(venue_of(toy, silence_s=0.3)) as (feeds, memory):
        toy.trades = False
        feeds.watch(AAA)
        await until(lambda: memory.all(Mark))
        await asyncio.sleep(0.5)
        assert len(toy.connects) == 1
        assert not [a for a in toy.asked if a.op == "unsubscribe"]
        assert memory.states()[-1] is FeedState.LIVE


async def test_a_stalled_venue_is_found_out_by_the_unanswered_ping() -> None:
    async with exchange() as toy, running(venue_of(toy, silence_s=30.0, idle_s=0.2)) as (feeds, memory):
        feeds.watch(AAA)
        await until(lambda: toy.pings >= 2)
        assert len(toy.connects) == 1, "an answered ping keeps the socket"
        toy.mute = True
        await until(lambda: len(toy.connects) == 2)
        assert any("no answer to our ping" in s.reason for s in memory.all(FeedStatus))


async def test_acknowledgements_are_checked_against_what_was_asked() -> None:
    async with exchange() as toy, running(venue_of(toy)) as (feeds, memory):
        toy.no_ack = {"trade:AAA"}
        toy.extra_ack = "everything:ALL"
        feeds.watch(AAA)
        await until(lambda: any("not acknowledged, asked 3 times" in gap for gap in memory.gaps()))
        assert "everything:ALL: acknowledged but never asked for: everything:ALL" in memory.gaps()
        assert [a.keys for a in toy.asked].count(["trade:AAA"]) == 2, "asked again, alone, after the first time"
        assert memory.states()[-1] is FeedState.GAPPED


async def test_a_refused_subscription_is_told_with_the_venues_reason_and_not_asked_again() -> None:
    async with exchange() as toy, running(venue_of(toy)) as (feeds, memory):
        toy.refuse_keys = {"book:AAA": "channel doesn't exist"}
        feeds.watch(AAA)
        await until(lambda: memory.states()[-1:] == [FeedState.GAPPED])
        assert "book:AAA: refused: 60018 channel doesn't exist" in memory.gaps()
        await asyncio.sleep(0.5)
        assert sum("book:AAA" in ask.keys for ask in toy.asked) == 1
        assert memory.all(Trade), "the other streams go on"


async def test_nothing_listening_is_a_state_with_a_next_try() -> None:
    async with running(Toy()) as (feeds, memory):
        feeds.watch(AAA)
        await until(lambda: any(s.retry_ns for s in memory.all(FeedStatus) if s.connection == "toy/1"))
        last = [s for s in memory.all(FeedStatus) if s.connection == "toy/1" and s.retry_ns][-1]
        assert last.state is FeedState.CONNECTING
        assert "refused" in last.reason.lower() or "connect" in last.reason.lower()


async def test_malformed_frames_are_counted_and_a_decoders_mistake_does_not_end_the_feed() -> None:
    async with exchange() as toy, running(venue_of(toy)) as (feeds, memory):
        feeds.watch(AAA)
        await until(lambda: memory.all(Trade))
        await toy.say('{"t":')
        await toy.say("bomb")
        for socket in toy.sockets:
            await socket.send(b"\xff\xfe not text")
        await until(lambda: len(memory.all(Rejected)) == 3)
        heard = len(memory.all(Trade))
        await until(lambda: len(memory.all(Trade)) > heard)
        assert len(toy.connects) == 1


async def test_a_frame_beyond_the_venues_size_ends_the_socket_not_the_program() -> None:
    async with exchange() as toy, running(venue_of(toy)) as (feeds, memory):
        feeds.watch(AAA)
        await until(lambda: memory.all(Trade))
        await toy.say("x" * 200_000)
        await until(lambda: len(toy.connects) == 2)
        await until(lambda: memory.states()[-1] is FeedState.LIVE)
        assert any(s.reason.startswith("given up: 1009") for s in memory.all(FeedStatus))


async def test_a_book_with_a_hole_is_asked_for_anew_once_and_from_within_the_sink() -> None:
    async with exchange() as toy, running(venue_of(toy)) as (feeds, memory):
        feeds.watch(AAA)
        await until(lambda: memory.all(Trade))
        for _ in range(20):
            feeds.resync("toy", "AAA", "seq 5 after 3")
        await until(lambda: any(ask.op == "unsubscribe" for ask in toy.asked))
        await asyncio.sleep(0.15)
        assert sum(ask.op == "unsubscribe" for ask in toy.asked) == 1, "a storm of complaints is one resync"
        assert FeedState.RESYNCING in memory.states()
        await until(lambda: memory.states()[-1] is FeedState.LIVE)


async def test_switching_symbols_leaves_nothing_of_the_old_one_subscribed() -> None:
    async with exchange() as toy, running(venue_of(toy)) as (feeds, memory):
        feeds.watch(AAA, [BBB])
        await until(lambda: memory.all(Trade))
        assert {"mark:BBB"} == {k for a in toy.asked for k in a.keys if k.endswith("BBB")}, "of a neighbour the mark"
        feeds.unwatch(AAA)
        feeds.watch(BBB)
        await until(lambda: any(t.symbol == "BBB" for t in memory.all(Trade)))
        assert [*toy.streams.values()] == [{"mark:BBB", "trade:BBB", "book:BBB"}]
        assert len(toy.connects) == 1 or len(toy.sockets) == 1


async def test_subscriptions_spread_over_sockets_and_frames_inside_the_limits() -> None:
    async with exchange() as toy, running(venue_of(toy, per_connection=4)) as (feeds, memory):
        feeds.watch(AAA)
        feeds.watch(BBB)
        await until(lambda: len(toy.connects) == 2 and {t.symbol for t in memory.all(Trade)} == {"AAA", "BBB"})
        assert sorted(map(len, toy.streams.values())) == [2, 4]
        assert max(len(ask.keys) for ask in toy.asked) <= 3


async def test_the_hours_subscriptions_are_not_exceeded() -> None:
    async with exchange() as toy, running(venue_of(toy, subscribes_per_hour=5, silence_s=0.1)) as (feeds, _):
        toy.silent_streams = {"book:AAA"}
        feeds.watch(AAA)
        await until(lambda: len(toy.asked) == 5)
        await asyncio.sleep(0.5)
        assert len(toy.asked) == 5


async def test_connections_keep_the_venues_rate() -> None:
    async with exchange() as toy:
        venue = venue_of(toy)
        venue.limits = msgspec.structs.replace(venue.limits, connects_per_s=3)
        toy.refuse_status = 503
        async with running(venue, timing=msgspec.structs.replace(QUICK, backoff_s=0.0)) as (feeds, _):
            feeds.watch(AAA)
            await until(lambda: len(toy.connects) >= 5)
    assert all(later - first > 1.0 for first, later in zip(toy.connects, toy.connects[3:], strict=False))


def test_back_off_is_full_jitter_under_a_doubling_ceiling() -> None:
    backoff = Backoff(0.5, 60.0, random.Random(7))
    ceilings, delays = [], []
    for _ in range(12):
        ceilings.append(backoff.ceiling_s)
        delays.append(backoff.delay())
    assert ceilings == [0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60]
    assert all(0 <= delay <= ceiling for delay, ceiling in zip(delays, ceilings, strict=True))
    many = [Backoff(0.5, 60.0, random.Random(seed)).delay() for seed in range(2000)]
    assert min(many) < 0.01
    assert max(many) > 0.49
    assert abs(sum(many) / len(many) - 0.25) < 0.01, "uniform from nothing to the ceiling"


async def test_gathered_frames_come_in_order_and_none_is_lost() -> None:
    """2,000 frames sent one by one; the socket reads them in heaps."""
    async with exchange() as toy, running(venue_of(toy)) as (feeds, memory):
        toy.every_s = 0.5
        feeds.watch(AAA)
        await until(lambda: memory.all(Trade))
        first = len(memory.all(Trade))
        for seq in range(2000):
            await toy.say(Frame("trade", "AAA", seq, 100.0, seq))
        await until(lambda: len(memory.all(Trade)) >= first + 2000)
        ids = [int(t.id) for t in memory.all(Trade) if t.time_ns < 2000]
        assert ids == list(range(2000))


async def test_the_sink_is_told_the_time_and_it_never_goes_back() -> None:
    async with exchange() as toy, running(venue_of(toy)) as (feeds, memory):
        feeds.watch(AAA)
        await until(lambda: len(memory.advanced) > 20)
    assert memory.advanced == sorted(memory.advanced)
    times = [ns for _, ns, _ in memory.calls]
    assert times == sorted(times)
    assert max(b - a for a, b in itertools.pairwise(memory.advanced)) < 250_000_000


async def test_an_engine_that_fails_on_one_event_gets_the_next() -> None:
    memory = Memory()

    def fail(event: object) -> None:
        if isinstance(event, Trade):
            raise ZeroDivisionError

    memory.hook = fail
    async with exchange() as toy, running(venue_of(toy), sink=memory) as (feeds, _):
        feeds.watch(AAA)
        await until(lambda: len(memory.all(Trade)) > 3)
        assert len(toy.connects) == 1


async def test_a_contract_that_ends_while_it_is_watched_gives_up_its_streams_and_no_others() -> None:
    async with exchange() as toy, running(venue_of(toy)) as (feeds, memory):
        dated = msgspec.structs.replace(AAA, kind=Kind.DATED, expiry_ns=time.time_ns() + NS // 2)
        feeds.watch(dated, [BBB])
        feeds.watch(BBB, [dated])
        await until(lambda: {t.symbol for t in memory.all(Trade)} == {"AAA", "BBB"})
        await until(lambda: [*toy.streams.values()] == [{"mark:BBB", "trade:BBB", "book:BBB"}])
        assert time.time_ns() >= (dated.expiry_ns or 0) + int(QUICK.expiry_s * NS), "what comes late has come by then"
        assert "watch: the contract has expired; its streams are given up" in memory.gaps()
        assert not [f for f in memory.all(Follow) if not f.on], "it stays on the screen"
        assert memory.states()[-1] is FeedState.LIVE
        feeds.unwatch(dated)
        await until(lambda: [f.symbol for f in memory.all(Follow) if not f.on] == ["AAA"])


async def test_a_contract_that_ends_while_it_has_a_row_gives_up_its_streams_too() -> None:
    async with exchange() as toy, running(venue_of(toy)) as (feeds, memory):
        dated = msgspec.structs.replace(AAA, kind=Kind.DATED, expiry_ns=time.time_ns() + NS // 2)
        feeds.brief("toy", [dated, BBB])
        await until(lambda: {t.symbol for t in memory.all(Trade)} == {"AAA", "BBB"})
        await until(lambda: [*toy.streams.values()] == [{"mark:BBB", "trade:BBB"}])
        assert not [f for f in memory.all(Follow) if not f.on], "it stays on the screen"
        assert memory.states()[-1] is FeedState.LIVE


async def test_a_map_that_cannot_be_made_is_said_once_and_stops_no_clock() -> None:
    class Failing(Memory):
        def advance(self, now_ns: int) -> None:
            super().advance(now_ns)
            if 3 <= len(self.advanced) <= 5:
                raise ValueError("no such bin")

    async with exchange() as toy, running(venue_of(toy), sink=Failing()) as (_, memory):
        await until(lambda: len(memory.advanced) > 8)
        assert memory.gaps() == ["feeds/clock: internal error at a boundary: ValueError: no such bin"]


async def test_a_book_with_a_hole_is_asked_for_at_its_own_venue() -> None:
    """Venues call their contracts alike: BTCUSDT is listed by three."""
    async with exchange() as toy, exchange() as zinc:
        other = Toy(zinc.ws_url, zinc.rest_url, name="zinc")
        zinc.listed = [instrument("AAA", venue="zinc")]
        async with running(venue_of(toy), other) as (feeds, memory):

            def with_books() -> set[str]:
                return {venue for venue, _, told in memory.calls if any(type(e) is BookDelta for e in told)}

            feeds.watch(AAA)
            feeds.watch(zinc.listed[0])
            await until(lambda: with_books() == {"toy", "zinc"})
            feeds.resync("zinc", "AAA", "seq 5 after 3")
            await until(lambda: any(ask.op == "unsubscribe" for ask in zinc.asked))
            assert not any(ask.op == "unsubscribe" for ask in toy.asked)


async def test_a_task_of_our_own_that_fails_is_told_and_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A listing that cannot be worked, twice: what it lists is there all the same, a little later."""
    failures = iter([KeyError("no such page"), ExceptionGroup("several", [ValueError("no such row")])])
    pages = Rest.pages

    async def failing(rest: Rest, request: Request, priority: int = 0) -> list[Answer]:
        for error in failures:
            raise error
        return await pages(rest, request, priority)

    monkeypatch.setattr(Rest, "pages", failing)
    async with exchange() as toy, running(venue_of(toy)) as (_, memory):
        await until(lambda: memory.all(Listing))
        assert [gap.rpartition(": ")[0].partition(" and begins")[0] for gap in memory.gaps()] == [
            "toy/listing: internal error, toy/listing has stopped"] * 2
        assert [gap.rpartition(" s: ")[2] for gap in memory.gaps()] == [
            "KeyError: 'no such page'", "ValueError: no such row"]


async def test_a_system_clock_that_is_set_back_stops_nothing_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    back = [0]
    monkeypatch.setattr(feeds_module, "Clock", lambda: Clock(lambda: time.time_ns() - back[0]))
    async with exchange() as toy, running(venue_of(toy)) as (feeds, memory):
        feeds.watch(AAA)
        await until(lambda: memory.all(Trade))
        back[0], trades = 3_600 * NS, len(memory.all(Trade))
        await until(lambda: len(memory.all(Trade)) > trades + 2)
        times = memory.advanced
        assert times == sorted(times)
        assert len(set(times[-5:])) > 1, "time goes on"
        assert [gap for gap in memory.gaps() if gap.startswith("feeds/clock")] == [
            "feeds/clock: the system's clock was set back: times go on as before, 3600 s ahead of it"]


async def test_what_was_missed_asleep_is_counted_from_the_beginning_of_the_sleep(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An hour in which the machine sleeps is none to the loop's own clock. The socket is gone when it wakes; what was
    missed is fetched as history, for it was longer than a minute."""
    asleep = [0]
    monkeypatch.setattr(feeds_module, "Clock", lambda: Clock(lambda: time.time_ns() + asleep[0]))
    async with exchange() as toy, running(venue_of(toy)) as (feeds, memory):
        feeds.watch(AAA)
        await until(lambda: "joined" in memory.stages())
        asleep[0] = 3_600 * NS
        await next(iter(toy.sockets)).close(1001, "idle")
        await until(lambda: any("not heard" in gap for gap in memory.gaps()))
        words = next(gap for gap in memory.gaps() if "not heard" in gap)
        assert re.fullmatch(r"toy/1: 360\d\.\d s not heard: .*idle.*", words), words
        await until(lambda: memory.stages().count("joined") == 2)
