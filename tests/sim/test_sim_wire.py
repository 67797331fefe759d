"""Everything the simulated exchange says is OKX's wire: the real decoder takes it all, and it agrees with the truth."""

import itertools
import json
from functools import cache

import numpy as np
import pytest
from sim_ear import Ear
from sim_scene import START_NS

from liqtui.events import (
    BookDelta,
    Candles,
    Event,
    FundingHistory,
    InterestHistory,
    Liquidation,
    Listing,
    Mark,
    OpenInterest,
    Refusal,
    Rejected,
    Side,
    TakerHistory,
    Tiers,
    Trade,
)
from liqtui.instruments import Instrument, Kind
from liqtui.sim.contracts import LOTS_PER_CONTRACT
from liqtui.sim.faces._okx_rest import Rest
from liqtui.sim.faces.okx import Okx
from liqtui.sim.market import Market
from liqtui.sim.settings import SimSettings
from liqtui.venues.base import VenueSettings
from liqtui.venues.okx import create

WS, REST = "ws://127.0.0.1:9/ws/v5/public", "http://127.0.0.1:9"
SECONDS = 90
MINUTE_MS = (START_NS // 60_000_000_000 + 1) * 60_000
"""The first whole minute of the run."""


class Heard:
    """A market listened to for `SECONDS` through the real decoder."""

    def __init__(self) -> None:
        self.market = Market(SimSettings(seed=4), START_NS)
        self.rest = Rest(self.market)
        self.venue = create(VenueSettings(ws_url=WS, rest_url=REST))
        self.listed: dict[str, Instrument] = {}
        self.clock_s = 0.0
        for request in self.venue.listing_requests():
            for event in self.ask(request.url):
                assert isinstance(event, Listing)
                self.listed |= {i.symbol: i for i in event.instruments}
        publisher, self.ear = Okx(self.market), Ear()
        for wanted in self.venue.subscriptions(list(self.listed.values())):
            understood = publisher.understood(wanted.request)
            assert understood == wanted.request
            publisher.add(self.ear, (wanted.request["channel"], next(reversed(wanted.request.values()))))
        self.reported = []
        for _ in range(SECONDS * 10):
            step = self.market.step()
            self.reported += step.reported
            publisher.deliver(publisher.frames(step))
        now = self.market.now_ns
        self.events = [e for text in self.ear.texts for e in self.venue.decode(text, now, self.listed)]

    def ask(self, url: str) -> list[Event]:
        path, _, query = url.removeprefix(f"{REST}/api/v5/").partition("?")
        self.clock_s += 1.0
        answer = self.rest.answer(path, dict(pair.split("=") for pair in query.split("&")), self.clock_s)
        assert answer.status == 200, answer
        json.loads(answer.body)
        return self.venue.decode_reply(url, answer.body.encode(), self.market.now_ns, self.listed)


@cache
def listened() -> Heard:
    return Heard()


@pytest.fixture
def heard() -> Heard:
    return listened()


def test_the_decoder_takes_every_frame(heard: Heard) -> None:
    assert [e for e in heard.events if isinstance(e, Rejected | Refusal)] == []
    assert len(heard.events) >= len(heard.ear.texts) > 10_000
    kinds = {type(e).__name__ for e in heard.events}
    assert kinds == {"Trade", "BookDelta", "Mark", "Index", "OpenInterest", "Funding", "Liquidation", "Listing"}


def test_the_decoder_takes_every_answer(heard: Heard) -> None:
    venue, kinds = heard.venue, set()
    for instrument in heard.listed.values():
        requests = venue.state_requests(instrument)
        for period in venue.history:
            requests += [venue.candles(instrument, period, before_ns=None, mark=mark) for mark in (False, True)]
            requests.append(venue.interest_history(instrument, venue.history[0], before_ns=None))
        for request in requests:
            events = heard.ask(request.url)
            assert [e for e in events if isinstance(e, Rejected | Refusal)] == []
            assert events, request.url
            kinds |= {type(e) for e in events}
    assert kinds >= {Candles, InterestHistory, Tiers, FundingHistory, TakerHistory, Mark, OpenInterest}


def test_the_listing_is_one_perpetual_and_two_dated_contracts_per_coin(heard: Heard) -> None:
    assert len(heard.listed) == 6
    for contract in heard.market.contracts:
        instrument = heard.listed[contract.symbol]
        assert instrument.kind is (Kind.DATED if contract.expiry_ns else Kind.PERPETUAL)
        assert instrument.expiry_ns == contract.expiry_ns
        assert instrument.contract_size == contract.size
        assert instrument.tick == 1 / contract.ticks_per_quote


def test_a_minute_of_trades_on_the_wire_is_the_minutes_candle(heard: Heard) -> None:
    minute = heard.venue.history[-1]
    for contract in heard.market.contracts:
        (page,) = heard.ask(heard.venue.candles(heard.listed[contract.symbol], minute, before_ns=None, mark=False).url)
        assert isinstance(page, Candles)
        bar = next(b for b in page.bars if b.open_ns == MINUTE_MS * 1_000_000)
        inside = [
            e for e in heard.events
            if isinstance(e, Trade) and e.symbol == contract.symbol and 0 <= e.time_ns - bar.open_ns < 60_000_000_000
        ]
        assert bar.confirmed
        assert bar.volume == pytest.approx(sum(t.size for t in inside), rel=1e-12)
        assert (bar.low, bar.high) == (min(t.price for t in inside), max(t.price for t in inside))
        assert bar.close == inside[-1].price


def test_books_chain_and_end_as_the_market_has_them(heard: Heard) -> None:
    for book in heard.market.books:
        contract = book.contract
        deltas = [e for e in heard.events if isinstance(e, BookDelta) and e.symbol == contract.symbol]
        assert deltas[0].snapshot
        assert deltas[0].prev_seq == -1
        assert all(b.prev_seq == a.seq for a, b in itertools.pairwise(deltas))
        sides: tuple[dict[float, float], dict[float, float]] = ({}, {})
        for delta in deltas:
            for side, levels in zip(sides, (delta.bids, delta.asks), strict=True):
                side.update({level.price: level.size for level in levels})
        for built, true in zip(sides, (book.bids, book.asks), strict=True):
            standing = true.lots > 0
            prices = np.abs(true.keys[standing]) / contract.ticks_per_quote
            expected = dict(zip(prices.tolist(), (true.lots[standing] / LOTS_PER_CONTRACT).tolist(), strict=True))
            assert {p: s for p, s in built.items() if s > 0} == expected
        assert max(p for p, s in sides[0].items() if s > 0) < min(p for p, s in sides[1].items() if s > 0)


def test_marks_come_five_times_a_second_and_open_interest_every_three(heard: Heard) -> None:
    marks = [e for e in heard.events if isinstance(e, Mark) and e.symbol == "BTC-USDT-SWAP"]
    interest = [e for e in heard.events if isinstance(e, OpenInterest) and e.symbol == "BTC-USDT-SWAP"]
    assert len(marks) == pytest.approx(5 * SECONDS, abs=5)
    assert len(interest) == pytest.approx(SECONDS / 3, abs=2)
    assert marks[-1].price == heard.market.marks[0]
    assert interest[-1].size == pytest.approx(heard.market.open_interest[0] * 0.0001, rel=0.01)


def test_liquidations_on_the_wire_are_those_reported(heard: Heard) -> None:
    seen = [e for e in heard.events if isinstance(e, Liquidation)]
    assert len(seen) == len(heard.reported) > 5
    for event, forced in zip(seen, heard.reported, strict=True):
        contract = heard.market.contracts[forced.contract]
        assert event.symbol == contract.symbol
        assert event.side is (Side.LONG if forced.side == 0 else Side.SHORT)
        assert event.size == pytest.approx(forced.lots * contract.lot)
        assert event.time_ns == forced.time_ns


def test_open_interest_of_the_past_leads_to_the_present(heard: Heard) -> None:
    day, hour, five = heard.venue.history[:3]
    instrument = heard.listed["BTC-USDT-SWAP"]
    last = []
    for period, at_least in ((day, 99), (hour, 100), (five, 100)):
        (page,) = heard.ask(heard.venue.interest_history(instrument, period, before_ns=None).url)
        assert isinstance(page, InterestHistory)
        assert len(page.points) >= at_least
        last.append(page.points[-1])
    assert last[-1][1] == pytest.approx(heard.market.open_interest[0] * 0.0001, rel=0.02)
    assert last[0][1] == pytest.approx(last[-1][1], rel=0.25)
