"""Bybit's REST answers, as its API reference shows them, and what each one means in units."""

import json
from urllib.parse import parse_qsl, urlsplit

import pytest
from bybit_frames import DATED, INVERSE, LINEAR, LISTED, NOW, bybit

from liqtui.events import (
    Bar,
    Candles,
    Event,
    Funding,
    FundingHistory,
    Index,
    InterestHistory,
    Listing,
    Mark,
    OpenInterest,
    RatioHistory,
    Refusal,
    Rejected,
    Tier,
    Tiers,
    TierUnit,
)
from liqtui.instruments import Instrument, Kind
from liqtui.venues.base import Request

DAY, HOUR, FIVE, MINUTE = bybit.history
MIN_NS = 60 * 10**9
SERVER = 1_799_999_999_000
"""The server's clock, ms: one second before `NOW`."""


def body(request: Request, rows: list[object], cursor: str = "") -> bytes:
    category = dict(parse_qsl(urlsplit(request.url).query))["category"]
    told = {
        "retCode": 0, "retMsg": "OK", "result": {"category": category, "list": rows, "nextPageCursor": cursor},
        "retExtInfo": {}, "time": SERVER,
    }  # fmt: skip
    return json.dumps(told).encode()


def answers(request: Request, rows: list[object]) -> list[Event]:
    return bybit.decode_reply(request.url, body(request, rows), NOW, LISTED)


def answer(request: Request, rows: list[object]) -> Event:
    (event,) = answers(request, rows)
    return event


# --- listing ----------------------------------------------------------------------------------------------------


def row(symbol: str, kind: str, base: str, quote: str, settle: str, **more: object) -> dict[str, object]:
    return {
        "symbol": symbol, "contractType": kind, "status": "Trading", "baseCoin": base, "quoteCoin": quote,
        "launchTime": "1584230400000", "deliveryTime": "0", "deliveryFeeRate": "", "priceScale": "2",
        "leverageFilter": {"minLeverage": "1", "maxLeverage": "100.00", "leverageStep": "0.01"},
        "priceFilter": {"minPrice": "0.10", "maxPrice": "1999999.80", "tickSize": "0.10"},
        "lotSizeFilter": {"maxOrderQty": "1190.000", "minOrderQty": "0.001", "qtyStep": "0.001"},
        "unifiedMarginTrade": True, "fundingInterval": 480, "settleCoin": settle, **more,
    }  # fmt: skip


def listed(*rows: dict[str, object], category: int = 0) -> dict[str, Instrument]:
    (event,) = answers(bybit.listing_requests()[category], list(rows))
    assert isinstance(event, Listing)
    assert event.venue == "bybit"
    return {i.symbol: i for i in event.instruments}


def test_a_linear_perpetual() -> None:
    assert listed(row("BTCUSDT", "LinearPerpetual", "BTC", "USDT", "USDT"))["BTCUSDT"] == Instrument(
        venue="bybit", symbol="BTCUSDT", base="BTC", quote="USDT", settle="USDT", kind=Kind.PERPETUAL, inverse=False,
        contract_size=1.0, tick=0.1, family="BTC-USDT", index="BTCUSDT", listed_ns=1_584_230_400_000_000_000,
        expiry_ns=None, max_leverage=100.0, state="live",
    )  # fmt: skip


def test_dated_contracts_of_three_kinds_keep_their_names_and_end_when_the_listing_says() -> None:
    end = {"deliveryTime": "1751011200000"}  # 2025-06-27 08:00 UTC
    found = listed(
        row("BTCUSDT-27JUN25", "LinearFutures", "BTC", "USDT", "USDT", **end),
        row("BTC-27JUN25", "LinearFutures", "BTC", "USD", "USDC", **end),
    ) | listed(row("BTCUSDM25", "InverseFutures", "BTC", "USD", "BTC", **end), category=1)
    assert [(i.symbol, i.kind, i.family, i.inverse) for i in found.values()] == [
        ("BTCUSDT-27JUN25", Kind.DATED, "BTC-USDT", False),
        ("BTC-27JUN25", Kind.DATED, "BTC-USDC", False),
        ("BTCUSDM25", Kind.DATED, "BTC-USD", True),
    ]
    assert {i.expiry_ns for i in found.values()} == {1_751_011_200_000_000_000}


def test_the_delivery_time_of_a_perpetual_is_the_end_of_its_listing_not_an_expiry() -> None:
    going = row("XYZUSDT", "LinearPerpetual", "XYZ", "USDT", "USDT", deliveryTime="1751011200000", status="Delivering")
    (found,) = listed(going).values()
    assert (found.kind, found.expiry_ns, found.state) == (Kind.PERPETUAL, None, "delivering")


def test_perpetuals_settled_in_usdc_and_in_coin_are_families_of_their_own() -> None:
    usdc = listed(row("BTCPERP", "LinearPerpetual", "BTC", "USD", "USDC"))["BTCPERP"]
    coin = listed(row("BTCUSD", "InversePerpetual", "BTC", "USD", "BTC"), category=1)["BTCUSD"]
    assert (usdc.family, usdc.inverse, usdc.unit) == ("BTC-USDC", False, "BTC")
    assert (coin.family, coin.inverse, coin.unit) == ("BTC-USD", True, "USD")


@pytest.mark.parametrize(
    ("symbol", "coin", "base", "size", "tick"),
    [
        ("1000PEPEUSDT", "1000PEPE", "PEPE", 1000, 0.0000001),
        ("SHIB1000USDT", "SHIB1000", "SHIB", 1000, 0.0000001),
        ("1000000MOGUSDT", "1000000MOG", "MOG", 1_000_000, 0.0000000001),
        ("1INCHUSDT", "1INCH", "1INCH", 1, 0.0001),
        ("牛来USDT", "牛来", "牛来", 1, 0.0001),
    ],
)
def test_multiplied_symbols_meet_their_plain_namesakes(
    symbol: str, coin: str, base: str, size: float, tick: float
) -> None:
    found = listed(row(symbol, "LinearPerpetual", coin, "USDT", "USDT", priceFilter={"tickSize": "0.0001"}))[symbol]
    assert (found.base, found.contract_size, found.unit) == (base, size, base)
    assert found.tick == tick


def test_what_is_not_a_contract_is_left_out_and_what_cannot_be_read_is_named() -> None:
    spot = row("BTCUSDT", "", "BTC", "USDT", "USDT")
    odd = row("ODDUSDT", "LinearPerpetual", "ODD", "USDT", "USDT", priceFilter={"tickSize": "0"})
    good = row("BTCUSDT", "LinearPerpetual", "BTC", "USDT", "USDT")
    listing, rejected = answers(bybit.listing_requests()[0], [spot, odd, good])
    assert isinstance(listing, Listing)
    assert [i.symbol for i in listing.instruments] == ["BTCUSDT"]
    assert isinstance(rejected, Rejected)
    assert rejected.reason.startswith("instrument ODDUSDT: ")


def next_page(request: Request, rows: list[object], cursor: str) -> Request | None:
    return bybit.next_page(request, body(request, rows, cursor))


def test_a_listing_goes_on_where_its_cursor_points_until_a_page_is_empty() -> None:
    """The cursor comes encoded for a URL, as in the reference; the last full page has one, too."""
    first, inverse = bybit.listing_requests()
    contract = row("BTCUSDT", "LinearPerpetual", "BTC", "USDT", "USDT")
    second = next_page(first, [contract], "first%3DAUSDT%26last%3DBTCUSDT")
    assert second is not None
    assert second.url == f"{first.url}&cursor=first%3DAUSDT%26last%3DBTCUSDT"
    assert second.bucket == first.bucket
    third = next_page(second, [contract], "first%3DCUSDT%26last%3DZUSDT")
    assert third is not None
    assert third.url == f"{first.url}&cursor=first%3DCUSDT%26last%3DZUSDT"
    assert next_page(third, [], "") is None
    assert next_page(inverse, [contract], "") is None
    assert bybit.next_page(first, b"<html>") is None
    assert isinstance(answers(second, [contract])[0], Listing)


# --- state ------------------------------------------------------------------------------------------------------


def limit(symbol: str, cap: str, maintenance: str, leverage: str, deduction: str) -> dict[str, object]:
    return {
        "id": 1, "symbol": symbol, "riskLimitValue": cap, "maintenanceMargin": maintenance, "initialMargin": "0.01",
        "isLowestRisk": 1, "maxLeverage": leverage, "mmDeduction": deduction,
    }  # fmt: skip


def test_risk_limits_are_steps_of_value_with_their_deductions() -> None:
    rows = [
        limit("BTCUSDT", "2600000", "0.0056", "90.00", "1200"),
        limit("BTCUSDT", "2000000", "0.005", "100.00", "0"),
        limit("BTCUSDT-27JUN25", "999", "0.5", "1.00", "0"),
    ]
    assert answer(bybit.state_requests(LINEAR)[0], list(rows)) == Tiers(
        "BTC-USDT", False,
        [Tier(0.0, 2e6, 0.005, 100.0, 0.0), Tier(2e6, 2.6e6, 0.0056, 90.0, 1200.0)],
        Kind.PERPETUAL, TierUnit.VALUE,
    )  # fmt: skip


def test_maintenance_in_per_cent_is_a_fraction_all_the_same() -> None:
    # As the reference shows an inverse contract: 0.5 per cent at 100×; half at 1× is a fraction.
    percent = [limit("BTCUSD", "150", "0.5", "100.00", ""), limit("BTCUSD", "300", "1", "50.00", "")]
    fraction = [limit("BTCUSD", "150", "0.005", "100.00", "0"), limit("BTCUSD", "300", "0.01", "50.00", "0.75")]
    request = bybit.state_requests(INVERSE)[0]
    assert answer(request, list(percent)) == answer(request, list(fraction)) == Tiers(
        "BTC-USD", True,
        # The second step's deduction, where it is not told: 150 BTC × (1 % − 0.5 %).
        [Tier(0.0, 150.0, 0.005, 100.0, 0.0), Tier(150.0, 300.0, 0.01, 50.0, 0.75)],
        Kind.PERPETUAL, TierUnit.VALUE,
    )  # fmt: skip
    last = answer(request, [limit("BTCUSD", "150", "0.5", "1.00", "")])
    assert isinstance(last, Tiers)
    assert last.tiers[0].maintenance == 0.5


def test_maintenance_that_is_neither_is_rejected() -> None:
    assert isinstance(answer(bybit.state_requests(LINEAR)[0], [limit("BTCUSDT", "1", "120", "100", "")]), Rejected)


def test_what_is_true_now_by_the_servers_clock() -> None:
    told = {
        "symbol": "BTCUSDT", "lastPrice": "82600", "markPrice": "82600.1", "indexPrice": "82611.5",
        "openInterest": "52664.642", "singleOpenInterest": "26332.321", "fundingRate": "0.0001",
        "nextFundingTime": "1800014400000", "fundingIntervalHour": "8",
    }  # fmt: skip
    at = SERVER * 10**6
    assert answers(bybit.state_requests(LINEAR)[1], [told]) == [
        Mark("BTCUSDT", at, NOW, 82600.1),
        OpenInterest("BTCUSDT", at, NOW, 26_332.321),
        Funding("BTCUSDT", at, NOW, 0.0001, 1_800_014_400_000_000_000, 8 * 60 * MIN_NS),
        Index("BTCUSDT", at, NOW, 82611.5),
    ]


def test_past_funding_and_ratios() -> None:
    _, _, funding, ratio = bybit.state_requests(LINEAR)
    settled: list[object] = [
        {"symbol": "BTCUSDT", "fundingRate": "-0.00006352", "fundingRateTimestamp": "1799971200000"},
        {"symbol": "BTCUSDT", "fundingRate": "0.0001", "fundingRateTimestamp": "1799942400000"},
    ]
    assert answer(funding, settled) == FundingHistory(
        "BTCUSDT", [(1_799_942_400_000_000_000, 0.0001), (1_799_971_200_000_000_000, -0.00006352)]
    )
    shares: list[object] = [
        {"symbol": "BTCUSDT", "buyRatio": "0.75", "sellRatio": "0.25", "timestamp": "1799999700000"},
        {"symbol": "BTCUSDT", "buyRatio": "1", "sellRatio": "0", "timestamp": "1799999400000"},
    ]
    assert answer(ratio, shares) == RatioHistory("BTCUSDT", 5 * MIN_NS, [(1_799_999_700_000_000_000, 3.0)])


# --- history ----------------------------------------------------------------------------------------------------


def test_candles_newest_first_become_oldest_first_and_the_newest_still_grows() -> None:
    rows: list[object] = [
        ["1799999940000", "82000", "82100", "81900", "82050", "1.5", "123075"],
        ["1799999880000", "81000", "82000", "80900", "82000", "2", "163000"],
    ]
    assert answer(bybit.candles(LINEAR, MINUTE, before_ns=None, mark=False), rows) == Candles(
        "BTCUSDT", MIN_NS, False,
        [
            Bar(1_799_999_880_000_000_000, 81000.0, 82000.0, 80900.0, 82000.0, 2.0, True),
            # The minute ends at NOW; the server's clock is a second earlier.
            Bar(1_799_999_940_000_000_000, 82000.0, 82100.0, 81900.0, 82050.0, 1.5, False),
        ],
    )  # fmt: skip


def test_volume_of_an_inverse_contract_is_dollars() -> None:
    rows: list[object] = [["1799884800000", "82000", "82100", "81900", "82050", "661543991", "8067.6"]]
    event = answer(bybit.candles(INVERSE, DAY, before_ns=None, mark=False), rows)
    assert isinstance(event, Candles)
    assert event.bars[0].volume == 661_543_991.0


def test_mark_candles_have_no_volume() -> None:
    rows: list[object] = [["1799884800000", "82000", "82100", "81900", "82050"]]
    event = answer(bybit.candles(LINEAR, DAY, before_ns=None, mark=True), rows)
    assert event == Candles(
        "BTCUSDT", 24 * 60 * MIN_NS, True,
        [Bar(1_799_884_800_000_000_000, 82000.0, 82100.0, 81900.0, 82050.0, None, True)],
    )  # fmt: skip


def test_open_interest_of_the_past_is_one_sided_too() -> None:
    rows: list[object] = [
        {"openInterest": "52664.64200000", "singleOpenInterest": "26332.321", "timestamp": "1799999700000"},
        {"openInterest": "461134384.00000000", "timestamp": "1799999400000"},
    ]
    assert answer(bybit.interest_history(LINEAR, FIVE, before_ns=None), rows) == InterestHistory(
        "BTCUSDT", 5 * MIN_NS,
        [(1_799_999_400_000_000_000, 230_567_192.0), (1_799_999_700_000_000_000, 26_332.321)],
    )  # fmt: skip


def test_an_empty_page_is_the_end_of_history() -> None:
    empty = answer(bybit.candles(LINEAR, HOUR, before_ns=1, mark=False), [])
    assert empty == Candles("BTCUSDT", 60 * MIN_NS, False, [])


def test_an_error_in_the_body_is_a_refusal() -> None:
    request = bybit.candles(LINEAR, HOUR, before_ns=None, mark=False)
    body = b'{"retCode":10001,"retMsg":"params error: symbol invalid","result":{},"retExtInfo":{},"time":1}'
    assert bybit.decode_reply(request.url, body, NOW, LISTED) == [
        Refusal(None, "10001", "params error: symbol invalid")
    ]


@pytest.mark.parametrize(
    "body", [b"", b"<html>403</html>", b"[]", b'{"retCode":0}', b'{"retCode":0,"result":{"list":[["x"]]}}']
)
def test_nonsense_is_rejected(body: bytes) -> None:
    request = bybit.candles(LINEAR, HOUR, before_ns=None, mark=False)
    (event,) = bybit.decode_reply(request.url, body, NOW, LISTED)
    assert isinstance(event, Rejected)


def test_a_path_nobody_reads_is_rejected_by_name() -> None:
    url = "https://api.bybit.com/v5/market/insurance"
    assert bybit.decode_reply(url, b'{"retCode":0,"result":{"list":[]}}', NOW, LISTED) == [
        Rejected("nobody reads /v5/market/insurance")
    ]


def test_contracts_nobody_lists_are_left_out() -> None:
    for request in [*bybit.state_requests(DATED), bybit.interest_history(DATED, DAY, before_ns=None)]:
        assert bybit.decode_reply(request.url, b'{"retCode":0,"result":{"list":[]}}', NOW, {}) == []
