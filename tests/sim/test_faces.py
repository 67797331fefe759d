"""Everything a simulated venue says is that venue's wire: its decoder takes it all, and it agrees with the truth."""

import itertools
import json
from collections import Counter

import numpy as np
import pytest
from face_scene import SECONDS, Heard, heard

from liqtui.events import (
    Ack,
    BookDelta,
    Candles,
    FundingHistory,
    InterestHistory,
    Liquidation,
    Mark,
    OpenInterest,
    RatioHistory,
    Refusal,
    Rejected,
    Side,
    Tiers,
    TierUnit,
    Trade,
)
from liqtui.instruments import Instrument, Kind
from liqtui.sim.contracts import Contract
from liqtui.sim.faces.base import Call
from liqtui.sim.settings import VENUE_NAMES
from liqtui.sim.truth import positions
from liqtui.venues.base import Request


@pytest.fixture(params=VENUE_NAMES)
def one(request: pytest.FixtureRequest) -> Heard:
    return heard()[request.param]


def listed(one: Heard) -> list[tuple[Contract, Instrument]]:
    return [(c, one.listed[c.symbol]) for c in one.market.contracts]


def test_the_decoder_takes_every_frame(one: Heard) -> None:
    told = Counter(type(e).__name__ for e in one.events)
    assert not [e for e in one.events if isinstance(e, Rejected | Refusal)]
    assert {"Trade", "BookDelta", "Mark", "Index"} <= set(told), told
    assert told["Trade"] > 30 * SECONDS
    answers = [e for ear in one.ears.values() for text in ear.answers for e in one.venue.decode(text, 0, one.listed)]
    wanted = [s for s in one.venue.subscriptions(list(one.listed.values())) if s.poll is None]
    assert {e.key for e in answers if isinstance(e, Ack)} == {s.key for s in wanted}
    assert not [e for e in answers if isinstance(e, Rejected | Refusal)]


def test_the_decoder_takes_every_answer(one: Heard) -> None:
    kinds = set()
    for instrument in one.listed.values():
        requests: list[Request | None] = [*one.venue.state_requests(instrument)]
        for period in one.venue.history:
            before = one.market.now_ns if period.bounded else None
            requests += [one.venue.candles(instrument, period, before_ns=before, mark=mark) for mark in (False, True)]
            if period is not one.venue.history[-1]:
                requests.append(one.venue.interest_history(instrument, period, before_ns=before))
        for wanted in one.venue.subscriptions([instrument]):
            requests += [wanted.snapshot, None if wanted.poll is None else wanted.poll.request]
        for request in filter(None, requests):
            events = one.ask(request)
            assert not [e for e in events if isinstance(e, Rejected | Refusal)], (request, events)
            assert events, request.url
            kinds |= {type(e) for e in events}
    assert kinds >= {Candles, Mark, OpenInterest}
    if one.market.house.name != "hyperliquid":
        assert kinds >= {InterestHistory, RatioHistory, FundingHistory}


def test_the_listing_is_what_the_market_trades(one: Heard) -> None:
    assert set(one.listed) == {c.symbol for c in one.market.contracts}
    for contract, instrument in listed(one):
        assert instrument.kind is (Kind.DATED if contract.expiry_ns else Kind.PERPETUAL)
        assert instrument.expiry_ns == contract.expiry_ns
        assert instrument.base == contract.base.removeprefix("1000")
        step = 1 / contract.ticks_per_quote / contract.multiple
        assert step / instrument.tick == pytest.approx(round(step / instrument.tick))  # Hyperliquid's own may be finer


def test_a_minute_of_trades_on_the_wire_is_the_minutes_candle(one: Heard) -> None:
    minute = one.venue.history[-1]
    for contract, instrument in listed(one):
        before = one.market.now_ns if minute.bounded else None
        request = one.venue.candles(instrument, minute, before_ns=before, mark=False)
        assert request is not None
        page = next(e for e in one.ask(request) if isinstance(e, Candles))
        bar = [b for b in page.bars if b.confirmed][-1]
        trades = [e for e in one.events if isinstance(e, Trade) and e.symbol == contract.symbol]
        inside = [t for t in {t.id: t for t in trades}.values() if 0 <= t.time_ns - bar.open_ns < 60 * 10**9]
        assert bar.volume == pytest.approx(sum(t.size for t in inside), rel=1e-9)
        assert (bar.low, bar.high) == pytest.approx((min(t.price for t in inside), max(t.price for t in inside)))


def test_books_chain_and_end_as_the_market_has_them(one: Heard) -> None:
    for contract, instrument in listed(one):
        deltas = [e for e in one.events if isinstance(e, BookDelta) and e.symbol == contract.symbol]
        wanted = next(s for s in one.venue.subscriptions([instrument]) if one.venue.stream_of(deltas[0]) == s.key)
        if wanted.snapshot is not None:
            assert all(b.prev_seq == a.seq for a, b in itertools.pairwise(deltas))
            whole = [e for e in one.ask(wanted.snapshot) if isinstance(e, BookDelta)]
            assert whole[0].seq == deltas[-1].seq, "what REST shows is where the stream stands"
            deltas = whole
        assert deltas[0].snapshot
        assert all(b.snapshot or b.prev_seq == a.seq for a, b in itertools.pairwise(deltas))
        built: tuple[dict[float, float], dict[float, float]] = ({}, {})
        for delta in deltas:
            for side, levels in zip(built, (delta.bids, delta.asks), strict=True):
                if delta.snapshot:
                    side.clear()
                side.update({level.price: level.size for level in levels})
        book = one.market.books[contract.number]
        for side, true in zip(built, (book.bids, book.asks), strict=True):
            shown = {p: s * instrument.contract_size for p, s in side.items() if s > 0}
            prices = np.abs(true.keys) / contract.ticks_per_quote / contract.multiple
            sizes = true.lots * contract.lot * contract.multiple
            standing = [(p, s) for p, s in zip(prices.tolist(), sizes.tolist(), strict=True) if s > 0][: len(shown)]
            assert sorted(shown) == pytest.approx(sorted(p for p, _ in standing))
            assert shown == pytest.approx({min(shown, key=lambda x: abs(x - p)): s for p, s in standing})
            assert len(shown) >= 20


def test_marks_and_open_interest_are_what_the_market_has(one: Heard) -> None:
    for contract, instrument in listed(one):
        marks = [e for e in one.events if isinstance(e, Mark) and e.symbol == contract.symbol]
        assert len(marks) > SECONDS - 5
        for mark in marks[1:]:  # the first comes with the subscription
            assert mark.price * contract.multiple == pytest.approx(one.marks[mark.recv_ns][contract.number], rel=1e-9)
        interest = [e for e in one.events if isinstance(e, OpenInterest) and e.symbol == contract.symbol]
        polls = [s.poll.request for s in one.venue.subscriptions([instrument]) if s.poll is not None]
        interest += [e for r in polls for e in one.ask(r) if isinstance(e, OpenInterest)]
        assert interest
        for told in interest[1:] or interest:
            lots = one.interest[told.recv_ns][contract.number]
            assert told.size == pytest.approx(lots * contract.lot * contract.multiple, rel=1e-6)


def test_the_sizes_of_the_past_lead_to_the_present(one: Heard) -> None:
    for contract, instrument in listed(one):
        period = one.venue.history[-2]
        before = one.market.now_ns if period.bounded else None
        request = one.venue.interest_history(instrument, period, before_ns=before)
        if request is not None:
            (page,) = [e for e in one.ask(request) if isinstance(e, InterestHistory)]
            assert len(page.points) >= 100
            lots = float(one.market.open_interest[contract.number])
            assert page.points[-1][1] == pytest.approx(lots * contract.lot * contract.multiple, rel=0.05)


def test_liquidations_say_which_side_was_liquidated_and_how_much(one: Heard) -> None:
    seen = [e for e in one.events if isinstance(e, Liquidation)]
    if one.market.house.name == "hyperliquid":
        assert seen == []
        return
    assert len(one.liquidations) > 20, "a run takes some along"
    assert len(seen) >= len(one.reported) - 5  # the last batch is still on its way
    assert len(seen) > 5
    true = {(f.time_ns // 10**6, f.side, f.contract): 0.0 for f in one.liquidations}
    for f in one.liquidations:
        contract = one.market.contracts[f.contract]
        true[f.time_ns // 10**6, f.side, f.contract] += f.lots * contract.lot * contract.multiple
    for event in seen:
        number = one.market.number(event.symbol)
        assert event.size <= true[event.time_ns // 10**6, int(event.side), number] * (1 + 1e-9)
        mark = float(one.market.marks[number]) / one.market.contracts[number].multiple
        assert event.price == pytest.approx(mark, rel=0.01 if one.market.house.name == "binance" else 0.2)
    told = Counter((e.symbol, e.time_ns // 10**9) for e in seen)
    if one.market.house.name == "bybit":
        assert len(seen) >= len(one.liquidations) - 5, "Bybit tells all"
        assert {e.side for e in seen} <= {Side.LONG, Side.SHORT}
    elif one.market.house.name == "binance":
        assert set(told.values()) == {1}, "one order of a contract and second"
        assert len(seen) < len(one.liquidations)


def test_everybody_is_liquidated_where_the_venues_own_rule_says(one: Heard) -> None:
    """By the tiers the product knows of the venue: what is left at the mark is the requirement there."""
    for contract, instrument in listed(one):
        told = [e for r in one.venue.state_requests(instrument) + one.venue.listing_requests() for e in one.ask(r)]
        steps = next(
            e for e in told
            if isinstance(e, Tiers) and e.family == instrument.family and e.kind in (None, instrument.kind)
        )
        held = positions(one.market, contract.symbol)
        rows = (held.liquidation > 0) & np.isfinite(held.liquidation) & ~held.cross
        size, price, sign = held.size[rows], held.liquidation[rows], np.where(held.side[rows] == 0, 1.0, -1.0)
        left = held.margin[rows] + sign * size * (price - held.entry[rows])
        if steps.unit is TierUnit.VALUE:
            worth = size * price
            asked = np.max([t.maintenance * worth - t.amount for t in steps.tiers], axis=0)
        else:
            count = size / contract.size
            rate = np.array([t.maintenance for t in steps.tiers])
            caps = np.array([t.cap for t in steps.tiers])
            asked = rate[np.minimum(np.searchsorted(caps, count), len(rate) - 1)] * size * price
        asked += one.venue.liquidation_fee * size * price
        assert rows.sum() > 50
        assert left == pytest.approx(asked, rel=1e-6, abs=1e-6)


def test_too_much_is_refused(one: Heard) -> None:
    """So many questions in a second are more than any venue allows."""
    request = one.venue.listing_requests()[0]
    path, _, query = request.url.partition("9")[2].partition("#")[0].partition("?")
    asked = dict(pair.split("=") for pair in query.split("&")) if query else {}
    statuses = Counter(
        one.face.answer(Call(path, asked, request.body.encode(), 10_000.0)).status for _ in range(2_600)
    )
    assert set(statuses) in ({200, 429}, {200, 403})


def test_what_a_venue_says_when_it_refuses_is_its_own_and_reads(one: Heard) -> None:
    for status in (403, 418, 429, 451, 503):
        answer = one.face.refusal(status)
        assert answer.status == status
        json.loads(answer.body)
