"""Binance's REST answers in documented shapes, and what they mean in units."""

import json

import pytest
from binance_frames import DATED, INVERSE, LINEAR, LISTED, NOW, PEPE, binance

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
    TakerHistory,
    Tiers,
    TierUnit,
)
from liqtui.instruments import Instrument, Kind
from liqtui.venues.base import HistoryPeriod, Request

MS = 1_000_000
START = 1_700_000_100_000
"""A whole five minutes."""
DAY, HOUR, FIVE, MINUTE = binance.history


def answer(request: Request | str, body: object, now: int = NOW) -> list[Event]:
    url = request if isinstance(request, str) else request.url
    return binance.decode_reply(url, json.dumps(body).encode(), now, LISTED)


def candles(
    one: Instrument, period: HistoryPeriod, rows: list[list[object]], now: int, *, mark: bool = False
) -> list[Event]:
    return answer(binance.candles(one, period, before_ns=None, mark=mark), rows, now)


def row(start: int, volume: str = "8", bought: str = "5", seconds: int = 300, price: str = "1") -> list[object]:
    end = start + seconds * 1000 - 1
    return [start, price, price, price, price, volume, end, "9", 3, bought, "6", "0"]


def test_candles_say_what_takers_bought() -> None:
    # 8 traded, of which takers bought 5 and sold 3; known at the end of the five minutes.
    now = (START + 400_000) * MS
    page, takers = candles(LINEAR, FIVE, [row(START), row(START + 300_000)], now)
    assert page == Candles(
        "BTCUSDT", 300 * 10**9, False,
        [Bar(START * MS, 1, 1, 1, 1, 8.0, True), Bar((START + 300_000) * MS, 1, 1, 1, 1, 8.0, False)],
    )  # fmt: skip
    assert takers == TakerHistory("BTCUSDT", 300 * 10**9, [((START + 300_000) * MS, 5.0, 3.0)])


def test_the_split_is_told_once() -> None:
    # Of one resolution and its newest page: others would tell the same minutes again.
    assert [type(e) for e in candles(LINEAR, HOUR, [row(START, seconds=3600)], NOW)] == [Candles]
    older = binance.candles(LINEAR, FIVE, before_ns=NOW, mark=False)
    assert [type(e) for e in answer(older, [row(START)])] == [Candles]


def test_a_candle_is_closed_when_its_last_millisecond_is_over() -> None:
    end = START + 300_000
    for now, closed in ((end * MS - 1, False), (end * MS, True)):
        (page, *_) = candles(LINEAR, FIVE, [row(START)], now)
        assert isinstance(page, Candles)
        assert page.bars[0].confirmed is closed


def test_inverse_candles_count_contracts() -> None:
    page, takers = candles(INVERSE, FIVE, [row(START)], NOW)
    assert isinstance(page, Candles)
    assert isinstance(takers, TakerHistory)
    assert page.bars[0].volume == 800.0
    assert takers.points[0][1:] == (500.0, 300.0)


def test_candles_of_a_thousand_pepe() -> None:
    (page, *_) = candles(PEPE, FIVE, [row(START, price="0.0081")], NOW)
    assert isinstance(page, Candles)
    assert page.bars[0].close == pytest.approx(0.0000081)
    assert page.bars[0].volume == 8000.0


def test_mark_candles_have_no_volume() -> None:
    (page,) = candles(LINEAR, DAY, [row(START, "0", "0", 86_400)], NOW, mark=True)
    assert page == Candles("BTCUSDT", 86_400 * 10**9, True, [Bar(START * MS, 1, 1, 1, 1, None, True)])


def test_pages_are_told_oldest_first() -> None:
    (page, *_) = candles(LINEAR, FIVE, [row(START + 300_000), row(START)], NOW)
    assert isinstance(page, Candles)
    assert [bar.open_ns for bar in page.bars] == [START * MS, (START + 300_000) * MS]


def test_open_interest_is_one_sided_base_or_contracts() -> None:
    url = "https://dapi.binance.com/dapi/v1/openInterest?symbol=BTCUSD_PERP"
    body = {"symbol": "BTCUSD_PERP", "pair": "BTCUSD", "openInterest": "15004", "time": START}
    # 15,004 contracts of 100 USD
    assert answer(url, body) == [OpenInterest("BTCUSD_PERP", START * MS, NOW, 1_500_400.0)]


def test_history_of_open_interest() -> None:
    def told(one: Instrument, body: list[dict[str, object]]) -> list[Event]:
        return answer(binance.interest_history(one, FIVE, before_ns=None), body, (START + 300_000) * MS)

    um = [{"symbol": "BTCUSDT", "sumOpenInterest": "20403.127", "sumOpenInterestValue": "1", "timestamp": START}]
    assert told(LINEAR, um) == [InterestHistory("BTCUSDT", 300 * 10**9, [(START * MS, 20403.127)])]
    # COIN-M: contracts, and its "value" is coin: 20,403 contracts × 100 USD.
    cm = [{"pair": "BTCUSD", "contractType": "PERPETUAL", "sumOpenInterest": "20403", "sumOpenInterestValue": "176.19",
           "timestamp": START}, {"sumOpenInterest": "1", "timestamp": START + 600_000}]  # fmt: skip
    assert told(INVERSE, cm) == [InterestHistory("BTCUSD_PERP", 300 * 10**9, [(START * MS, 2_040_300.0)])]


def test_the_present_figure_of_a_dated_coin_m_contract_is_no_page_of_history() -> None:
    dated = next(i for i in LISTED.values() if i.inverse and i.kind is Kind.DATED)
    request = binance.interest_history(dated, DAY, before_ns=None)
    (event,) = answer(request, {"symbol": dated.symbol, "openInterest": "3", "time": START})
    assert event == OpenInterest(dated.symbol, START * MS, NOW, 300.0)


def test_mark_index_and_funding_now() -> None:
    url = "https://fapi.binance.com/fapi/v1/premiumIndex?symbol="
    one = {"symbol": "BTCUSDT", "markPrice": "11793.63", "indexPrice": "11781.80", "estimatedSettlePrice": "1",
           "lastFundingRate": "0.00038246", "nextFundingTime": START, "time": START}  # fmt: skip
    assert answer(url + "BTCUSDT", one) == [
        Mark("BTCUSDT", START * MS, NOW, 11793.63),
        Index("BTCUSDT", START * MS, NOW, 11781.80),
        Funding("BTCUSDT", START * MS, NOW, 0.00038246, START * MS, None),
    ]
    dated = {"symbol": DATED.symbol, "markPrice": "11800", "indexPrice": "", "lastFundingRate": "",
             "nextFundingTime": 0, "time": START}  # fmt: skip
    assert answer(url + DATED.symbol, dated) == [
        Mark(DATED.symbol, START * MS, NOW, 11800.0), Funding(DATED.symbol, START * MS, NOW, None, None, None),
    ]  # fmt: skip
    assert len(answer("https://dapi.binance.com/dapi/v1/premiumIndex?symbol=BTCUSD_PERP", [one])) == 3


def test_past_funding_and_ratios() -> None:
    settled = "https://fapi.binance.com/fapi/v1/fundingRate?symbol=BTCUSDT&limit=100"
    rows = [{"symbol": "BTCUSDT", "fundingRate": "-0.03750000", "fundingTime": START, "rateType": "Regular"},
            {"symbol": "BTCUSDT", "fundingRate": "", "fundingTime": START + 1}]  # fmt: skip
    assert answer(settled, rows) == [FundingHistory("BTCUSDT", [(START * MS, -0.0375)])]
    ratio = next(r for r in binance.state_requests(INVERSE) if "Ratio" in r.url)
    told = [{"pair": "BTCUSD", "longShortRatio": "1.8105", "longAccount": "0.6442", "timestamp": START}]
    assert answer(ratio, told) == [RatioHistory("BTCUSD_PERP", 300 * 10**9, [(START * MS, 1.8105)])]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"code": -1121, "msg": "Invalid symbol."}, [Refusal(None, "-1121", "Invalid symbol.")]),
        ({"code": -1003, "msg": "Way too much\x1b weight"}, [Refusal(None, "-1003", "Way too much weight")]),
        ({"code": 0, "msg": "Service unavailable from a restricted location"},
         [Refusal(None, "0", "Service unavailable from a restricted location")]),
    ],
)  # fmt: skip
def test_refusals(body: object, told: list[Event]) -> None:
    assert answer("https://fapi.binance.com/fapi/v1/openInterest?symbol=X", body) == told


def test_answers_of_nobody_we_ask() -> None:
    (event,) = answer("https://fapi.binance.com/fapi/v1/ping", {})
    assert isinstance(event, Rejected)
    assert answer("https://fapi.binance.com/fapi/v1/klines?symbol=NOBODY&interval=1d", []) == []


# --- listing ----------------------------------------------------------------------------------------------------


def listed(**more: object) -> list[Event]:
    one = {
        "symbol": "BTCUSDT", "pair": "BTCUSDT", "contractType": "PERPETUAL", "deliveryDate": 4133404800000,
        "onboardDate": 1569398400000, "status": "TRADING", "baseAsset": "BTC", "quoteAsset": "USDT",
        "marginAsset": "USDT", "maintMarginPercent": "2.5000",
        "filters": [{"filterType": "PRICE_FILTER", "tickSize": "0.10"}, {"filterType": "LOT_SIZE"}],
        **more,
    }  # fmt: skip
    return answer("https://fapi.binance.com/fapi/v1/exchangeInfo", {"timezone": "UTC", "symbols": [one]})


def first(events: list[Event]) -> Instrument:
    assert isinstance(events[0], Listing)
    return events[0].instruments[0]


def test_a_listed_contract_brings_the_schedule_of_2024() -> None:
    events = listed()
    assert first(events) == Instrument(
        venue="binance", symbol="BTCUSDT", base="BTC", quote="USDT", settle="USDT", kind=Kind.PERPETUAL, inverse=False,
        contract_size=1.0, tick=0.1, family="BTCUSDT", index="BTCUSDT", listed_ns=1_569_398_400_000_000_000,
        expiry_ns=None, max_leverage=125.0, state="live",
    )  # fmt: skip
    tiers = events[1]
    assert isinstance(tiers, Tiers)
    # 0.4 % at first, not the 2.5 % that the listing calls a maintenance margin.
    assert (tiers.tiers[0].maintenance, tiers.unit, tiers.as_of) == (0.004, TierUnit.VALUE, "2024-10")


def test_expiry_is_the_listings_not_the_names() -> None:
    dated = {"symbol": "BTCUSDT_250627", "contractType": "CURRENT_QUARTER", "deliveryDate": 1751011200000}
    one = first(listed(**dated))
    assert (one.kind, one.expiry_ns, one.family) == (Kind.DATED, 1_751_011_200_000_000_000, "BTCUSDT")
    assert first(listed(**(dated | {"contractType": "CURRENT_QUARTER DELIVERING"}))).kind is Kind.DATED


def test_a_perpetual_to_be_delisted_is_none_that_expires() -> None:
    one = first(listed(deliveryDate=1751011200000, status="SETTLING"))
    assert (one.kind, one.expiry_ns, one.state) == (Kind.PERPETUAL, None, "settling")
    assert first(listed(contractType="TRADIFI_PERPETUAL")).kind is Kind.PERPETUAL


@pytest.mark.parametrize(
    ("coin", "size", "base"),
    [
        ("1000PEPE", 1000.0, "PEPE"), ("1000000MOG", 1e6, "MOG"), ("1MBABYDOGE", 1e6, "BABYDOGE"),
        ("1INCH", 1.0, "1INCH"), ("牛来", 1.0, "牛来"), ("1000X", 1000.0, "X"),
    ],
)  # fmt: skip
def test_multiplied_coins_meet_their_plain_namesakes(coin: str, size: float, base: str) -> None:
    one = first(listed(symbol=f"{coin}USDT", pair=f"{coin}USDT", baseAsset=coin))
    assert (one.contract_size, one.base, one.symbol) == (size, base, f"{coin}USDT")
    assert one.tick == pytest.approx(0.1 / size)


def test_a_strange_contract_costs_only_itself() -> None:
    events = listed(filters=[])
    assert events[0] == Listing("binance", [], NOW)
    assert isinstance(events[1], Rejected)
    assert isinstance(listed(baseAsset="B\u001bTC")[1], Rejected)
    assert isinstance(listed(deliveryDate="soon")[1], Rejected)
    assert listed(contractType="", pair="") == [Listing("binance", [], NOW)], "never traded"
