"""Deribit's REST: listings, state and candles; and where its positions are liquidated."""

import json
from collections import Counter
from urllib.parse import parse_qs, urlsplit

import pytest
from deribit_frames import DATED, LINEAR, LISTED, PERPETUAL, captured, listing_of_2021, venue
from recorded import NOW, needs_frames

from liqtui.events import Bar, Candles, Event, Funding, Index, Listing, Mark, OpenInterest, Refusal, Rejected, Side
from liqtui.feeds.records import RecordKind
from liqtui.instruments import Catalogue, Instrument, Kind
from liqtui.liqmap.margin import MarginRule
from liqtui.venues.base import Request, Venue, VenueSettings
from liqtui.venues.deribit import create

DAY, HOUR, FIVE, MINUTE = venue.history


def asked(request: Request | None) -> tuple[str, dict[str, str]]:
    assert request is not None
    parts = urlsplit(request.url)
    return parts.path, {k: v[0] for k, v in parse_qs(parts.query).items()}


def answer(request: Request | None, result: object, now: int = NOW) -> list[Event]:
    assert request is not None
    return venue.decode_reply(request.url, json.dumps({"jsonrpc": "2.0", "result": result}).encode(), now, LISTED)


@needs_frames
def test_the_listings_of_2021_and_2022_without_options() -> None:
    counted = []
    for reply in captured(RecordKind.REPLY):
        (event,) = venue.decode_reply(reply.u, reply.b.encode(), NOW, {})
        assert isinstance(event, Listing)
        counted.append((parse_qs(urlsplit(reply.u).query)["currency"][0], len(event.instruments)))
    assert counted == [("BTC", 8), ("ETH", 8), ("SOL", 5), ("USDC", 16)]  # of 398, 426, 177 and 16 rows
    assert Counter((i.kind, i.inverse) for i in listing_of_2021().values()) == {
        (Kind.PERPETUAL, True): 3, (Kind.DATED, True): 18, (Kind.PERPETUAL, False): 16,
    }  # fmt: skip


@needs_frames
def test_contracts_as_listed() -> None:
    listed = listing_of_2021()
    assert listed["BTC-24SEP21"] == Instrument(
        venue="deribit", symbol="BTC-24SEP21", base="BTC", quote="USD", settle="BTC", kind=Kind.DATED, inverse=True,
        contract_size=10.0, tick=0.5, family="btc_usd", index="btc_usd", listed_ns=1_608_883_556_000_000_000,
        expiry_ns=1_632_470_400_000_000_000, max_leverage=100.0, state="live",
    )  # fmt: skip
    perpetual = listed["BTC-PERPETUAL"]
    assert (perpetual.kind, perpetual.expiry_ns, perpetual.family) == (Kind.PERPETUAL, None, "btc_usd")  # not year 3000
    linear = listed["BTC_USDC-PERPETUAL"]
    assert (linear.inverse, linear.settle, linear.quote, linear.index) == (False, "USDC", "USDC", "btc_usdc")
    # "SOL-3JUN22": a one-digit day has no zero. All expire at 08:00 UTC.
    assert listed["SOL-3JUN22"].expiry_ns == 1_654_243_200_000_000_000
    assert {i.expiry_ns // 10**9 % 86_400 for i in listed.values() if i.expiry_ns} == {8 * 3600}


@needs_frames
def test_the_expiry_series_of_an_underlying_keeps_native_names() -> None:
    catalogue = Catalogue(listing_of_2021().values())
    in_july_2021 = 1_626_993_723_000_000_000
    perpetual = catalogue.get("deribit", "BTC-PERPETUAL")
    assert perpetual is not None
    assert [i.symbol for i in catalogue.series(perpetual, in_july_2021)] == [
        "BTC-PERPETUAL", "BTC-23JUL21", "BTC-30JUL21", "BTC-27AUG21", "BTC-24SEP21", "BTC-31DEC21", "BTC-25MAR22",
        "BTC-24JUN22",
    ]  # fmt: skip


def test_a_contract_that_cannot_be_read_does_not_cost_the_others() -> None:
    good = {
        "instrument_name": "BTC-27JUN25", "kind": "future", "base_currency": "BTC", "quote_currency": "USD",
        "contract_size": 10, "tick_size": 2.5, "settlement_period": "month", "future_type": "reversed",
        "expiration_timestamp": 1_751_011_200_000,
    }  # fmt: skip
    bad = {**good, "instrument_name": "BTC-\u001b[31m"}
    listing, rejected = answer(venue.listing_requests()[0], [good, bad, {**good, "kind": "option"}])
    assert isinstance(listing, Listing)
    assert [i.symbol for i in listing.instruments] == ["BTC-27JUN25"]
    assert isinstance(rejected, Rejected)
    assert rejected.reason.isprintable()


def test_a_venue_of_two_sockets_and_one_rest_host() -> None:
    assert create(VenueSettings(region="streams")).subscriptions([DATED])[0].url.startswith("wss://streams.deribit.com")
    assert venue.hosts == {"www.deribit.com", "streams.deribit.com"}
    with pytest.raises(ValueError, match="'moon'; choose one of www, streams"):
        create(VenueSettings(region="moon"))


def test_state_and_candles_are_asked_for() -> None:
    assert asked(venue.listing_requests()[0]) == (
        "/api/v2/public/get_instruments", {"currency": "any", "kind": "future", "expired": "false"},
    )  # fmt: skip
    assert asked(venue.state_requests(DATED)[0]) == ("/api/v2/public/ticker", {"instrument_name": "BTC-27JUN25"})
    noon_ms = 1_750_852_800_000
    assert asked(venue.candles(DATED, HOUR, before_ns=noon_ms * 10**6, mark=False)) == (
        "/api/v2/public/get_tradingview_chart_data",
        {"instrument_name": "BTC-27JUN25", "resolution": "60", "end_timestamp": str(noon_ms - 1),
         "start_timestamp": str(noon_ms - 480 * 3_600_000)},
    )  # fmt: skip


def test_what_it_keeps_nothing_of_is_not_asked_for() -> None:
    keeper: Venue = venue
    assert keeper.candles(DATED, DAY, before_ns=NOW, mark=True) is None
    assert keeper.interest_history(DATED, DAY, before_ns=NOW) is None
    with pytest.raises(ValueError, match="must end"):
        venue.candles(DATED, DAY, before_ns=None, mark=False)


def test_candles_of_inverse_contracts_count_dollars_and_of_linear_ones_coins() -> None:
    chart = {
        "status": "ok", "ticks": [1_750_845_600_000, 1_750_849_200_000], "open": [100.0, 101.0],
        "high": [102.0, 103.0], "low": [99.0, 100.5], "close": [101.0, 102.0], "volume": [0.5, 0.25],
        "cost": [50_000.0, 25_500.0],
    }  # fmt: skip
    now = 1_750_852_000_000 * 10**6  # twelve minutes before noon: the second hour is not over
    first = Bar(1_750_845_600_000_000_000, 100.0, 102.0, 99.0, 101.0, 50_000.0, True)
    second = Bar(1_750_849_200_000_000_000, 101.0, 103.0, 100.5, 102.0, 25_500.0, False)
    (inverse,) = answer(venue.candles(DATED, HOUR, before_ns=now, mark=False), chart, now)
    assert inverse == Candles("BTC-27JUN25", 3_600 * 10**9, False, [first, second])
    (linear,) = answer(venue.candles(LINEAR, HOUR, before_ns=now, mark=False), chart, now)
    assert isinstance(linear, Candles)
    assert [bar.volume for bar in linear.bars] == [0.5, 0.25]
    (nothing,) = answer(venue.candles(DATED, HOUR, before_ns=now, mark=False), {"status": "no_data"})
    assert nothing == Candles("BTC-27JUN25", 3_600 * 10**9, False, [])


def test_the_state_of_now() -> None:
    row = {"timestamp": 1_000, "instrument_name": "BTC-PERPETUAL", "mark_price": 3, "index_price": 2,
           "open_interest": 70, "current_funding": 0.0001, "funding_8h": 0.0002}  # fmt: skip
    assert answer(venue.state_requests(PERPETUAL)[0], row) == [
        Mark("BTC-PERPETUAL", 10**9, NOW, 3.0),
        Index("btc_usd", 10**9, NOW, 2.0),
        OpenInterest("BTC-PERPETUAL", 10**9, NOW, 70.0),
        Funding("BTC-PERPETUAL", 10**9, NOW, 0.0001, None, 8 * 3_600 * 10**9),
    ]


def test_a_refused_request() -> None:
    body = b'{"jsonrpc":"2.0","error":{"message":"too_many_requests","code":10028}}'
    assert venue.decode_reply(venue.listing_requests()[0].url, body, NOW, {}) == [
        Refusal(None, "10028", "too_many_requests")
    ]


def test_without_tiers_the_maintenance_is_a_stated_assumption() -> None:
    # Nothing tells Deribit's tiers: half the initial margin at 50×, 1 %, stands in. An inverse long of 10× at 50,000:
    # 50,000 · 1.01 / 1.1 = 45,909.09; a short: 50,000 · 0.99 / 0.9 = 55,000.
    instrument = Instrument(
        venue="deribit", symbol="BTC-PERPETUAL", base="BTC", quote="USD", settle="BTC", kind=Kind.PERPETUAL,
        inverse=True, contract_size=10.0, tick=0.5, family="btc_usd", index="btc_usd", max_leverage=50.0,
    )  # fmt: skip
    rule = MarginRule.of(instrument, None, venue.liquidation_fee, 50_000.0)
    assert rule.assumed
    assert float(rule.liquidation_price(Side.LONG, 50_000, 10, 1000)) == pytest.approx(50_000 * 1.01 / 1.1)
    assert float(rule.liquidation_price(Side.SHORT, 50_000, 10, 1000)) == pytest.approx(55_000.0)
