"""What we ask Bitget for, and what its REST answers, as its API reference shows them, mean in units."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from bitget_frames import DATED, INVERSE, LINEAR, LISTED, NOW, about, bitget

from liqtui.events import (
    Ack,
    Bar,
    BookDelta,
    Candles,
    Event,
    Funding,
    FundingHistory,
    Index,
    Liquidation,
    Listing,
    Mark,
    OpenInterest,
    Refusal,
    Rejected,
    Side,
    Tier,
    Tiers,
    TierUnit,
    Trade,
)
from liqtui.instruments import Instrument, Kind
from liqtui.liqmap.margin import MarginRule
from liqtui.venues import load, names
from liqtui.venues.base import Request, Venue, VenueSettings
from liqtui.venues.bitget import create

HOUR, FIVE, MINUTE = bitget.history
SERVER = 1_799_999_999_000
"""The server's clock, ms: one second before `NOW`."""


def answers(request: Request, data: object) -> list[Event]:
    body = {"code": "00000", "msg": "success", "requestTime": SERVER, "data": data}
    return bitget.decode_reply(request.url, json.dumps(body).encode(), NOW, LISTED)


def answer(request: Request, data: object) -> Event:
    (event,) = answers(request, data)
    return event


def asked(request: Request) -> tuple[str, dict[str, str]]:
    parts = urlsplit(request.url)
    return parts.path.rpartition("/")[2], {k: v[0] for k, v in parse_qs(parts.query).items()}


# --- requests ---------------------------------------------------------------------------------------------------


def test_bitget_is_a_venue_found_by_its_file() -> None:
    venue: Venue = bitget
    assert venue.name == "bitget"
    assert "bitget" in names()
    assert load("bitget").hosts == {"ws.bitget.com", "api.bitget.com"}
    with pytest.raises(ValueError, match="no region 'moon'"):
        create(VenueSettings(region="moon"))
    local = create(VenueSettings(ws_url="ws://127.0.0.1:1/v3", rest_url="http://127.0.0.1:1/"))
    assert local.subscriptions([LINEAR])[0].url == "ws://127.0.0.1:1/v3"
    assert local.listing_requests()[0].url.startswith("http://127.0.0.1:1/api/v3/market/instruments?")


def test_liquidations_are_asked_for_by_product_alone() -> None:
    streams = bitget.subscriptions([LINEAR, INVERSE, LINEAR], prices_of=[DATED])
    assert [s.key for s in streams] == [
        "ticker:BTCUSDT", "ticker:BTCUSD", "ticker:BTCUSDM25", "publicTrade:BTCUSDT", "books:BTCUSDT",
        "publicTrade:BTCUSD", "books:BTCUSD", "liquidation:usdt-futures", "liquidation:coin-futures",
    ]  # fmt: skip
    assert streams[-1].request == {"instType": "coin-futures", "topic": "liquidation"}
    assert streams[0].request == {"instType": "usdt-futures", "topic": "ticker", "symbol": "BTCUSDT"}
    assert [s.key for s in streams if s.control] == ["ticker:BTCUSDT", "ticker:BTCUSD", "ticker:BTCUSDM25"]


def test_five_streams_to_a_request_and_an_answer_to_each() -> None:
    streams = bitget.subscriptions([LINEAR, INVERSE])
    frames = [json.loads(frame) for frame in bitget.subscribe(streams)]
    assert [len(frame["args"]) for frame in frames] == [5, 3]
    for stream, arg in zip(streams, [a for frame in frames for a in frame["args"]], strict=True):
        assert bitget.decode(json.dumps({"event": "subscribe", "arg": arg}), NOW, LISTED) == [Ack(stream.key)]
    assert json.loads(bitget.unsubscribe(streams)[0])["op"] == "unsubscribe"


def test_the_stream_an_event_came_by() -> None:
    keys = {s.key for s in bitget.subscriptions([LINEAR])}
    for event in (
        Trade("BTCUSDT", 1, 1, 1.0, 1.0, True, ""), BookDelta("BTCUSDT", 1, 1, [], [], 1.0, True),
        Mark("BTCUSDT", 1, 1, 1.0), Index("BTCUSDT", 1, 1, 1.0), Liquidation("BTCUSDT", 1, 1, Side.LONG, 1.0, 1.0),
    ):  # fmt: skip
        assert bitget.stream_of(event) in keys
    assert bitget.stream_of(Ack("ticker:BTCUSDT")) is None


def test_requests_name_the_product() -> None:
    assert [asked(r) for r in bitget.listing_requests()] == [
        ("instruments", {"category": c}) for c in ("USDT-FUTURES", "USDC-FUTURES", "COIN-FUTURES")
    ]
    of = {"category": "USDT-FUTURES", "symbol": "BTCUSDT"}
    assert [asked(r) for r in bitget.state_requests(LINEAR)] == [
        ("position-tier", of), ("tickers", of), ("current-fund-rate", of), ("history-fund-rate", of | {"limit": "100"}),
    ]  # fmt: skip
    assert [asked(r)[0] for r in bitget.state_requests(DATED)] == ["position-tier", "tickers"]
    assert asked(bitget.state_requests(DATED)[0])[1]["category"] == "COIN-FUTURES"


def test_history_is_candles_alone() -> None:
    of = {"category": "USDT-FUTURES", "symbol": "BTCUSDT", "interval": "1H", "limit": "1000"}
    assert asked(bitget.candles(LINEAR, HOUR, before_ns=None, mark=True)) == ("candles", of | {"type": "mark"})
    older = asked(bitget.candles(LINEAR, HOUR, before_ns=NOW, mark=False))
    assert older == ("candles", of | {"type": "market", "endTime": "1799999999999"})
    assert not [p for p in bitget.history if p.name == "1D"]  # its days begin at 16:00 UTC
    venue: Venue = bitget
    assert venue.interest_history(LINEAR, HOUR, before_ns=None) is None


# --- answers ----------------------------------------------------------------------------------------------------

ROW = {
    "symbol": "BTCUSDT", "category": "USDT-FUTURES", "baseCoin": "BTC", "quoteCoin": "USDT", "type": "perpetual",
    "status": "online", "pricePrecision": "1", "quantityPrecision": "4", "priceMultiplier": "0.1",
    "quantityMultiplier": "0.0001", "maxLeverage": "125", "fundInterval": "8", "deliveryTime": "", "launchTime": "",
}  # fmt: skip


def listed(category: int, *rows: dict[str, str]) -> list[Instrument]:
    event = answer(bitget.listing_requests()[category], rows)
    assert isinstance(event, Listing)
    return event.instruments


def test_a_perpetual() -> None:
    assert listed(0, ROW) == [
        Instrument(
            venue="bitget", symbol="BTCUSDT", base="BTC", quote="USDT", settle="USDT", kind=Kind.PERPETUAL,
            inverse=False, contract_size=1.0, tick=0.1, family="BTC-USDT", index="BTCUSDT", listed_ns=None,
            expiry_ns=None, max_leverage=125.0, state="live",
        )
    ]  # fmt: skip


def test_a_dated_coin_margined_contract_ends_when_its_listing_says() -> None:
    row = ROW | {"symbol": "BTCUSDM25", "quoteCoin": "USD", "type": "delivery", "deliveryTime": "1751011200000"}
    (found,) = listed(2, row)
    assert (found.kind, found.inverse, found.settle, found.unit) == (Kind.DATED, True, "BTC", "USD")
    assert (found.family, found.expiry_ns) == ("BTC-USD", 1_751_011_200_000_000_000)


def test_multiplied_coins_and_what_cannot_be_read() -> None:
    thousand, rejected = answers(
        bitget.listing_requests()[0],
        [ROW | {"symbol": "1000BONKUSDT", "baseCoin": "1000BONK", "deliveryTime": "-1"}, ROW | {"priceMultiplier": ""}],
    )
    assert isinstance(thousand, Listing)
    (found,) = thousand.instruments
    assert (found.base, found.contract_size, found.tick) == ("BONK", 1000.0, 0.0001)
    assert isinstance(rejected, Rejected)
    assert rejected.reason.startswith("instrument BTCUSDT: ")


STEPS = [
    {"tier": "2", "minTierValue": "50000", "maxTierValue": "500000", "leverage": "100", "mmr": "0.005"},
    {"tier": "1", "minTierValue": "0", "maxTierValue": "50000", "leverage": "125", "mmr": "0.004"},
]


def test_tiers_count_value_in_quote() -> None:
    tiers = answer(bitget.state_requests(LINEAR)[0], STEPS)
    steps = [Tier(0.0, 50_000.0, 0.004, 125.0), Tier(50_000.0, 500_000.0, 0.005, 100.0)]
    assert tiers == Tiers("BTC-USDT", False, steps, Kind.PERPETUAL, TierUnit.VALUE)
    assert isinstance(tiers, Tiers)
    rule = MarginRule.of(LINEAR, tiers, bitget.liquidation_fee, 100_000.0)
    # A coin at 20×: 95,000 / (1 − 0.5 % − 0.06 %); a fifth of one is in the first step.
    assert rule.liquidation_price(Side.LONG, 100_000.0, 20.0, 1.0) == about(95_000 / 0.9944)
    assert rule.liquidation_price(Side.LONG, 100_000.0, 20.0, 0.2) == about(95_000 / 0.9954)


def test_tiers_of_a_coin_margined_contract_count_its_face() -> None:
    tiers = answer(bitget.state_requests(INVERSE)[0], STEPS)
    assert isinstance(tiers, Tiers)
    assert (tiers.inverse, tiers.unit) == (True, TierUnit.CONTRACTS)
    rule = MarginRule.of(INVERSE, tiers, bitget.liquidation_fee, 100_000.0)
    # 60,000 dollars are in the second step at any price: 100,000 × (1 + 0.5 % + 0.06 %) / (1 + 1/20).
    assert rule.liquidation_price(Side.LONG, 100_000.0, 20.0, 60_000.0) == about(100_560 / 1.05)


def test_what_is_true_now() -> None:
    _, ticker, rate, _ = bitget.state_requests(LINEAR)
    row = {"symbol": "BTCUSDT", "markPrice": "80000", "indexPrice": "80010", "openInterest": "3", "ts": "1799999998000"}
    at = 1_799_999_998_000_000_000
    assert answers(ticker, [row]) == [
        Mark("BTCUSDT", at, NOW, 80000.0), OpenInterest("BTCUSDT", at, NOW, 3.0), Index("BTCUSDT", at, NOW, 80010.0),
    ]  # fmt: skip
    told = {"symbol": "BTCUSDT", "fundingRate": "0.0001", "fundingRateInterval": "4", "nextUpdate": "1800014400000"}
    assert answer(rate, [told]) == Funding(
        "BTCUSDT", SERVER * 10**6, NOW, 0.0001, 1_800_014_400_000_000_000, 4 * 3600 * 10**9
    )


def test_past_funding() -> None:
    rows = [{"symbol": "BTCUSDT", "fundingRate": "0.0001", "fundingRateTimestamp": "1799971200000"}]
    assert answer(bitget.state_requests(LINEAR)[3], {"resultList": rows}) == FundingHistory(
        "BTCUSDT", [(1_799_971_200_000_000_000, 0.0001)]
    )


def test_candles() -> None:
    rows = [
        ["1799999940000", "82000", "82100", "81900", "82050", "1.5", "123075"],
        ["1799999880000", "81000", "82000", "80900", "82000", "2", "163000"],
    ]
    linear = answer(bitget.candles(LINEAR, MINUTE, before_ns=None, mark=False), rows)
    assert isinstance(linear, Candles)
    assert linear.bars[0] == Bar(1_799_999_880_000_000_000, 81000.0, 82000.0, 80900.0, 82000.0, 2.0, True)
    assert [bar.confirmed for bar in linear.bars] == [True, False]  # by the server's clock
    inverse = answer(bitget.candles(INVERSE, MINUTE, before_ns=None, mark=False), rows)
    assert isinstance(inverse, Candles)
    assert [bar.volume for bar in inverse.bars] == [163_000.0, 123_075.0]  # dollars
    mark = answer(bitget.candles(LINEAR, MINUTE, before_ns=None, mark=True), [row[:5] for row in rows])
    assert isinstance(mark, Candles)
    assert (mark.mark, mark.bars[0].volume) == (True, None)


def test_errors_and_nonsense() -> None:
    request = bitget.candles(LINEAR, HOUR, before_ns=None, mark=False)
    body = b'{"code":"40034","msg":"Parameter does not exist","requestTime":1,"data":null}'
    assert bitget.decode_reply(request.url, body, NOW, LISTED) == [Refusal(None, "40034", "Parameter does not exist")]
    for nonsense in (b"", b"<html>", b"[]", b'{"code":"00000"}', b'{"code":"00000","data":[["x"]]}'):
        (event,) = bitget.decode_reply(request.url, nonsense, NOW, LISTED)
        assert isinstance(event, Rejected)
    url = "https://api.bitget.com/api/v3/market/proof-of-reserves"
    assert bitget.decode_reply(url, b'{"code":"00000","data":[]}', NOW, LISTED) == [
        Rejected("nobody reads /api/v3/market/proof-of-reserves")
    ]
    for wanted in bitget.state_requests(LINEAR):
        assert bitget.decode_reply(wanted.url, b'{"code":"00000","data":[]}', NOW, {}) == []
