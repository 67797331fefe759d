"""Backfill and REST: what is asked in which order, how history joins live, and what happens when it cannot."""

import asyncio
import gc
import itertools
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
from live_feeds import QUICK, Memory, running, until
from toy_exchange import AAA, BBB, MINUTE, NS, PERIODS, Exchange, Toy, exchange, instrument

from liqtui.events import (
    Backfill,
    Candles,
    Event,
    FeedState,
    FeedStatus,
    Follow,
    InterestHistory,
    Listing,
    RatioHistory,
    Tiers,
    Trade,
)
from liqtui.instruments import Instrument
from liqtui.venues.base import Request

MINUTE_NS = MINUTE * NS


def venue_of(toy: Exchange, **more: object) -> Toy:
    return Toy(toy.ws_url, toy.rest_url, **more)  # type: ignore[arg-type]


def joint(memory: Memory) -> Backfill:
    return next(b for b in memory.all(Backfill) if b.stage == "joined")


async def joined(memory: Memory, seconds: float = 9.0) -> Backfill:
    await until(lambda: "joined" in memory.stages(), seconds)
    return joint(memory)


async def test_history_comes_coarse_to_fine_with_tiers_and_progress() -> None:
    async with exchange() as toy, running(venue_of(toy)) as (feeds, memory):
        feeds.watch(AAA)
        await joined(memory)
        assert memory.stages() == ["8m", "1m", "joined"]
        kinds = [type(e).__name__ for _, _, events in memory.calls for e in events]
        assert kinds.index("Tiers") < kinds.index("Candles"), "margin is known before stock is built"
        reports = memory.all(Backfill)
        assert [r.done for r in reports] == sorted(r.done for r in reports)
        assert all(r.done <= r.total for r in reports)
        assert reports[-1].done == reports[-1].total
        assert not any(r.problem for r in reports)
        for period in PERIODS:
            for mark in (False, True):
                opens = {
                    bar.open_ns for page in memory.all(Candles) for bar in page.bars
                    if page.period_ns == period.seconds * NS and page.mark is mark
                }
                assert len(opens) >= period.depth_s // period.seconds - 1, "as deep as the venue gives"
                step = period.seconds * NS
                assert sorted(opens) == list(range(min(opens), max(opens) + step, step)), "without a hole"
        assert {page.period_ns for page in memory.all(InterestHistory)} == {PERIODS[0].seconds * NS}


async def test_the_joint_leaves_no_hole_and_counts_nothing_twice() -> None:
    """Closed candles cover every minute up to J; the live stream was whole before J. J is a minute's boundary."""
    async with exchange() as toy, running(venue_of(toy)) as (feeds, memory):
        feeds.watch(AAA)
        end = await joined(memory)
        start = end.joint_ns
        assert start is not None
        assert start % MINUTE_NS == 0
        trades = [t.time_ns for t in memory.all(Trade)]
        assert min(trades) <= start, "the stream is whole from J on"
        said = [f.ns for f in toy.told["trade:AAA"] if f.ns >= start]
        await until(lambda: len([t for t in memory.all(Trade) if t.time_ns >= start]) >= len(said))
        heard = [t.time_ns for t in memory.all(Trade) if t.time_ns >= start]
        assert heard[: len(said)] == said, "each trade from J on came live, once"
        before = memory.calls[: next(i for i, c in enumerate(memory.calls) if end in c[2])]
        closed = {
            bar.open_ns for _, _, events in before for page in events
            if isinstance(page, Candles) and not page.mark and page.period_ns == MINUTE_NS
            for bar in page.bars if bar.confirmed
        }
        assert start - MINUTE_NS in closed
        assert sorted(closed) == list(range(min(closed), max(closed) + MINUTE_NS, MINUTE_NS))


async def test_a_candle_that_appears_late_is_waited_for() -> None:
    async with exchange() as toy, running(venue_of(toy)) as (feeds, memory):
        toy.late_candles_s = 0.6
        feeds.watch(AAA)
        end = await joined(memory)
        assert end.joint_ns is not None
        assert not [g for g in memory.gaps() if g.startswith("history")]
        assert memory.calls[-1][1] - end.joint_ns >= 0.6 * NS


async def test_a_quiet_contract_joins_without_a_trade() -> None:
    async with exchange() as toy, running(venue_of(toy)) as (feeds, memory):
        toy.trades = False
        feeds.watch(AAA)
        end = await joined(memory)
        assert end.joint_ns is not None
        assert end.joint_ns % MINUTE_NS == 0
        assert not memory.gaps()


async def test_minutes_that_cannot_be_had_are_a_gap_and_live_goes_on() -> None:
    async with exchange() as toy:
        timing = msgspec.structs.replace(QUICK, joint_s=0.3)
        async with running(venue_of(toy), timing=timing) as (feeds, memory):
            feeds.watch(AAA)
            await until(lambda: "1m" in memory.stages())
            toy.rest_down = True
            end = await joined(memory)
            assert end.joint_ns == min(t.time_ns for t in memory.all(Trade)), "from the first live trade on"
            assert any(g.startswith("history: minutes before the live stream are missing") for g in memory.gaps())
            assert end.problem


async def test_a_stream_that_breaks_before_the_joint_is_joined_after_the_break() -> None:
    async with exchange() as toy, running(venue_of(toy)) as (feeds, memory):
        toy.late_candles_s = 1.0
        feeds.watch(AAA)
        await until(lambda: memory.all(Trade) and "1m" in memory.stages())
        boundary = -(-memory.all(Trade)[0].time_ns // MINUTE_NS) * MINUTE_NS
        await until(lambda: time.time_ns() > boundary + 0.3 * NS)
        assert "joined" not in memory.stages(), "it waits for a candle"
        for socket in list(toy.sockets):
            socket.transport.abort()
        await until(lambda: len(toy.connects) == 2)
        again = time.time_ns()
        end = await joined(memory)
        assert end.joint_ns is not None
        assert end.joint_ns >= again - NS // 10


@pytest.mark.parametrize(("missed_s", "refilled"), [(0.0, True), (60.0, False)])
async def test_what_a_long_break_missed_comes_from_history_and_is_joined_anew(missed_s: float, refilled: bool) -> None:
    timing = msgspec.structs.replace(QUICK, refill_s=missed_s)
    async with exchange() as toy, running(venue_of(toy), timing=timing) as (feeds, memory):
        feeds.watch(AAA)
        first = await joined(memory)
        for socket in list(toy.sockets):
            socket.transport.abort()
        await until(lambda: len(toy.connects) == 2)
        if refilled:
            await until(lambda: memory.stages().count("joined") == 2, 9.0)
            again = [b for b in memory.all(Backfill) if b.stage == "joined"][-1]
            assert (again.joint_ns or 0) > (first.joint_ns or 0)
        else:
            await asyncio.sleep(0.5)
            assert memory.stages().count("joined") == 1


async def test_a_young_contract_starts_at_its_listing() -> None:
    young = instrument("NEW", listed_ns=time.time_ns() - 5 * MINUTE_NS)
    async with exchange() as toy:
        toy.listed = [young]
        toy.page = 3
        toy.history_from_ns = young.listed_ns or 0
        async with running(venue_of(toy)) as (feeds, memory):
            await until(lambda: memory.all(Listing))
            feeds.watch(young)
            await until(lambda: "1m" in memory.stages())
            asked = [q for _, path, q in toy.gets if path == "/candles" and q["p"] == str(MINUTE)]
            assert all(int(q["before"]) > toy.history_from_ns for q in asked if "before" in q), "never before it"


async def test_unwatching_ends_the_backfill_and_watching_again_starts_it() -> None:
    async with exchange() as toy, running(venue_of(toy, calls=4, period_s=0.3)) as (feeds, memory):
        await until(lambda: memory.all(Listing))
        feeds.watch(AAA)
        await until(lambda: any(c.symbol == "AAA" for c in memory.all(Candles)))
        feeds.unwatch(AAA)
        feeds.watch(BBB)
        await until(lambda: any(c.symbol == "BBB" for c in memory.all(Candles)))
        seen = len([c for c in memory.all(Candles) if c.symbol == "AAA"])
        await asyncio.sleep(0.4)
        assert len([c for c in memory.all(Candles) if c.symbol == "AAA"]) == seen


@pytest.mark.filterwarnings("error::RuntimeWarning", "error::pytest.PytestUnraisableExceptionWarning")
async def test_leafing_through_symbols_leaves_no_word_on_the_terminal(caplog: pytest.LogCaptureFixture) -> None:
    """A backfill may be given up before it began and in the midst of its requests; neither is anyone's error."""
    async with exchange() as toy, running(venue_of(toy, calls=2, period_s=0.3)) as (feeds, memory):
        await until(lambda: memory.all(Listing))
        for pause in (0.0, 0.0, 0.05, 0.1):
            feeds.watch(AAA)
            feeds.unwatch(AAA)
            feeds.watch(BBB)
            await asyncio.sleep(pause)
            feeds.unwatch(BBB)
    gc.collect()
    assert caplog.messages == []


async def test_requests_never_exceed_the_limit() -> None:
    async with exchange() as toy, running(venue_of(toy, calls=5, period_s=0.25)) as (feeds, _):
        toy.page = 4
        feeds.watch(AAA)
        await until(lambda: len(toy.gets) >= 30, 8)
    at = [when for when, _, _ in toy.gets]
    assert all(later - first > 0.25 for first, later in zip(at, at[5:], strict=False))


async def test_server_errors_and_too_many_requests_are_tried_again() -> None:
    async with exchange() as toy, running(venue_of(toy)) as (feeds, memory):
        await until(lambda: memory.all(Listing))
        toy.rest_status = [500, 429, 503]
        feeds.watch(AAA)
        await until(lambda: "1m" in memory.stages())
        assert not memory.all(Backfill)[-1].problem
        rest = [s for s in memory.all(FeedStatus) if s.connection == "toy/rest"]
        assert rest[0].reason in ("REST: HTTP 500", "REST: HTTP 429 (too many requests)", "REST: HTTP 503")
        assert rest[-1].state is FeedState.CLOSED, "nothing to say of it any more"


async def test_history_cut_off_in_the_middle_is_fetched_to_its_end() -> None:
    """REST is gone for a second after the first page: the map shows what came, and gets the rest as well."""
    timing = msgspec.structs.replace(QUICK, rest_tries=1, joint_s=6.0)
    async with exchange() as toy, running(venue_of(toy), timing=timing) as (feeds, memory):
        toy.page = 4
        await until(lambda: memory.all(Listing))
        feeds.watch(AAA)
        await until(lambda: memory.all(Candles))
        toy.rest_down = True
        await until(lambda: any("history: " in b.problem for b in memory.all(Backfill)))
        await asyncio.sleep(0.3)
        toy.rest_down = False
        await until(lambda: "1m" in memory.stages())
        assert not memory.all(Backfill)[-1].problem
        reached = {p: min(b.open_ns for c in memory.all(Candles) if c.period_ns == p.seconds * NS for b in c.bars)
                   for p in PERIODS}
        now = time.time_ns()
        assert all(oldest <= now - (p.depth_s - p.seconds) * NS for p, oldest in reached.items())


async def test_retry_after_is_honoured() -> None:
    async with exchange() as toy:
        toy.rest_status, toy.rest_headers = [429], "Retry-After: 1\r\n"
        timing = msgspec.structs.replace(QUICK, backoff_max_s=2.0)
        async with running(venue_of(toy), timing=timing) as (_, memory):
            await until(lambda: memory.all(Listing))
    first, second = (when for when, _, _ in toy.gets[:2])
    assert second - first >= 1.0


async def test_a_refusal_is_named_with_its_next_try_and_not_hammered() -> None:
    async with exchange() as toy:
        toy.rest_status = [451] * 2
        async with running(venue_of(toy)) as (_, memory):
            await until(lambda: memory.all(Listing))
            told = [s for s in memory.all(FeedStatus) if s.state is FeedState.REFUSED]
            assert [s.reason for s in told] == ["REST: HTTP 451 (unavailable for legal reasons)"] * 2
            assert all(s.retry_ns is not None and s.retry_ns > s.time_ns for s in told)
    first, second = (when for when, _, _ in toy.gets[:2])
    assert second - first >= QUICK.refused_s / 2


async def test_the_listing_is_refreshed() -> None:
    often = msgspec.structs.replace(QUICK, listing_s=0.1)
    async with exchange() as toy, running(venue_of(toy), timing=often) as (_, memory):
        await until(lambda: len(memory.all(Listing)) >= 3)


async def test_the_last_backfill_is_shown_with_its_age_when_nothing_answers(tmp_path: Path) -> None:
    async with exchange() as toy:
        async with running(venue_of(toy), cache=tmp_path) as (feeds, memory):
            feeds.watch(AAA)
            await joined(memory)
        known = {b.open_ns for c in memory.all(Candles) for b in c.bars if b.confirmed and not c.mark}
        toy.rest_down = True
        async with running(venue_of(toy), cache=tmp_path) as (feeds, again):
            await until(lambda: again.all(Listing))
            feeds.watch(AAA)
            await until(lambda: again.stages() == ["cached"])
            cached = next(b for b in again.all(Backfill) if b.stage == "cached")
            assert cached.fetched_ns is not None
            assert memory.calls[0][1] <= cached.fetched_ns <= memory.calls[-1][1]
            shown = {b.open_ns for c in again.all(Candles) for b in c.bars if b.confirmed and not c.mark}
            assert len(shown & known) > 0.9 * len(known)
            assert again.all(Tiers)
            await until(lambda: any(b.problem for b in again.all(Backfill)))
            toy.rest_down = False
            await until(lambda: "1m" in again.stages(), 8)


async def test_pages_that_cannot_have_changed_are_not_asked_for_again(tmp_path: Path) -> None:
    async with exchange() as toy:
        toy.page = 5
        async with running(venue_of(toy), cache=tmp_path) as (feeds, memory):
            feeds.watch(AAA)
            await until(lambda: "1m" in memory.stages())
            await until(lambda: (tmp_path / "toy%3AAAA.jsonl.gz").exists())
        first = len([1 for _, path, _ in toy.gets if path in ("/candles", "/marks", "/interest")])
        toy.gets.clear()
        async with running(venue_of(toy), cache=tmp_path) as (feeds, again):
            feeds.watch(AAA)
            await until(lambda: "1m" in again.stages())
        second = len([1 for _, path, _ in toy.gets if path in ("/candles", "/marks", "/interest")])
        assert second < first / 2
        fresh = {b.open_ns for c in again.all(Candles) for b in c.bars if c.period_ns == MINUTE_NS and b.confirmed}
        assert sorted(fresh) == list(range(min(fresh), max(fresh) + MINUTE_NS, MINUTE_NS))
        assert len(fresh) >= 19


@pytest.mark.parametrize("rubbish", [b"", b"\x1f\x8b junk", b"not even gzip"])
async def test_a_broken_cache_is_ignored(tmp_path: Path, rubbish: bytes) -> None:
    for name in ("toy%3AAAA.jsonl.gz", "toy-listing.jsonl.gz"):
        (tmp_path / name).write_bytes(rubbish)
    async with exchange() as toy, running(venue_of(toy), cache=tmp_path) as (feeds, memory):
        feeds.watch(AAA)
        await until(lambda: "1m" in memory.stages())
        assert "cached" not in memory.stages()


class Counted(Toy):
    """A toy that counts who is long, by the period of a toy minute."""

    def state_requests(self, instrument: Instrument) -> list[Request]:
        return [*super().state_requests(instrument), self.get("tiers", s=instrument.symbol, counted="ratio")]

    def decode_reply(self, url: str, body: bytes, recv_ns: int, listed: Mapping[str, Instrument]) -> list[Event]:
        if "counted=ratio" in url:
            return [RatioHistory("AAA", MINUTE * NS, [(recv_ns, 1.5)])]
        return super().decode_reply(url, body, recv_ns, listed)


async def test_figures_that_a_venue_counts_by_the_period_are_asked_for_again_as_it_passes() -> None:
    """They were asked for once, and grew old for as long as the instrument was watched."""
    async with exchange() as toy:
        venue = Counted(toy.ws_url, toy.rest_url)
        timing = msgspec.structs.replace(QUICK, figures_s=0.05)
        async with running(venue, timing=timing) as (feeds, memory):
            feeds.watch(AAA)
            await until(lambda: len(memory.all(RatioHistory)) >= 3)
            times = [figure.points[-1][0] for figure in memory.all(RatioHistory)]
            apart = [(after - before) / NS for before, after in itertools.pairwise(times[1:])]
            assert min(apart) > 0.5 * MINUTE, "once a period, not more often"
            feeds.unwatch(AAA)
            await until(lambda: [f.on for f in memory.all(Follow)] == [True, False])
            asked = len(memory.all(RatioHistory))
            await asyncio.sleep(1.3 * MINUTE)
            assert len(memory.all(RatioHistory)) == asked


class Two(Toy):
    """A toy whose listing comes in two lists."""

    def listing_requests(self) -> list[Request]:
        return [self.get("listing", of="one"), self.get("listing", of="two")]

    def decode_reply(self, url: str, body: bytes, recv_ns: int, listed: Mapping[str, Instrument]) -> list[Event]:
        events = super().decode_reply(url, body, recv_ns, listed)
        if isinstance(events[0], Listing):
            mine = [i for i in events[0].instruments if (i.symbol == "AAA") is ("of=one" in url)]
            return [msgspec.structs.replace(events[0], instruments=mine)]
        return events


async def test_a_list_that_cannot_be_asked_for_is_as_the_last_run_knew_it_beside_what_came(tmp_path: Path) -> None:
    """The part that came used to be all that the cache had from then on."""

    def known(memory: Memory) -> set[str]:
        return {i.symbol for listing in memory.all(Listing) for i in listing.instruments}

    async with exchange() as toy:
        toy.listed = [AAA, BBB]
        venue = Two(toy.ws_url, toy.rest_url)
        async with running(venue, cache=tmp_path, listed=(listed := list[str]()).append):
            await until(lambda: listed)
        toy.rest_status = [404]
        async with running(venue, cache=tmp_path) as (_, memory):
            await until(lambda: memory.all(Listing))
            await until(lambda: known(memory) == {"AAA", "BBB"})
        toy.rest_down = True
        async with running(venue, cache=tmp_path) as (_, memory):
            await until(lambda: known(memory) == {"AAA", "BBB"})
