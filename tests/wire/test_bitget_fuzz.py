"""Whatever bytes come, decoding gives events and never raises."""

import json

from bitget_frames import DATED, INVERSE, LINEAR, LISTED, NOW, bitget
from hypothesis import given
from hypothesis import strategies as st
from wire_fuzz import BRACKETS, JSON, damaged, reworded, sound

from liqtui.events import Rejected


def frame(topic: str, row: object, symbol: str = "BTCUSDT") -> bytes:
    arg = {"instType": "usdt-futures", "topic": topic, "symbol": symbol}
    return json.dumps({"action": "update", "arg": arg, "data": [row], "ts": 1777358881009}).encode()


FRAMES = [
    frame("publicTrade", {"i": "1", "p": "76631.3", "v": "0.01", "S": "buy", "T": "1777358881008"}),
    frame("books", {"a": [["76743", "1"]], "b": [["76742", "1"]], "seq": 2, "pseq": 1, "ts": "17773588"}, "BTCUSD"),
    frame("ticker", {"markPrice": "1", "indexPrice": "1", "openInterest": "1", "fundingRate": "1"}),
    frame("liquidation", {"symbol": "BTCUSDT", "side": "buy", "price": "1", "amount": "1", "ts": "1"}),
    b'{"event":"error","arg":{"instType":"usdt-futures","topic":"books"},"code":30001,"msg":"no"}',
    b"pong",
]
HOUR = bitget.history[0]
URLS = [
    r.url
    for i in (LINEAR, INVERSE, DATED)
    for r in (
        *bitget.listing_requests(), *bitget.state_requests(i),
        *(bitget.candles(i, HOUR, before_ns=None, mark=mark) for mark in (False, True)),
    )
]  # fmt: skip
ROW = {
    "symbol": "BTCUSDT", "baseCoin": "BTC", "quoteCoin": "USDT", "type": "perpetual", "status": "online",
    "priceMultiplier": "0.1", "deliveryTime": "-1", "launchTime": "5", "maxLeverage": "125", "minTierValue": "0",
    "maxTierValue": "5", "leverage": "125", "mmr": "0.004", "markPrice": "1", "openInterest": "1", "fundingRate": "1",
    "fundingRateInterval": "8", "nextUpdate": "5", "ts": "5",
}  # fmt: skip
CANDLE = ["1799999940000", "82000", "82100", "81900", "82050", "1.5", "123075"]
PAGE = {"resultList": [{"fundingRate": "0.1", "fundingRateTimestamp": "5"}]}
BODIES = [json.dumps({"code": "00000", "requestTime": 5, "data": data}).encode() for data in ([ROW], [CANDLE], PAGE)]
JSON_FRAMES = FRAMES[:-1]


@given(st.binary() | st.text())
def test_random_bytes_and_text(raw: bytes | str) -> None:
    sound(bitget.decode(raw, NOW, LISTED))


@given(damaged(FRAMES) | reworded(JSON_FRAMES))
def test_frames_with_bytes_or_values_changed(raw: bytes) -> None:
    sound(bitget.decode(raw, NOW, LISTED))


@given(st.sampled_from(["publicTrade", "books", "ticker", "liquidation"]), st.lists(JSON, max_size=3) | JSON)
def test_known_topics_with_any_content(topic: str, content: object) -> None:
    raw = {"arg": {"instType": "usdt-futures", "topic": topic, "symbol": "BTCUSDT"}, "data": content, "ts": 1}
    sound(bitget.decode(json.dumps(raw), NOW, LISTED))


@given(st.sampled_from(URLS) | st.text(), st.binary() | damaged(BODIES) | reworded(BODIES))
def test_any_body_for_any_url(url: str, body: bytes) -> None:
    sound(bitget.decode_reply(url, body, NOW, LISTED))


def test_a_hundred_thousand_brackets() -> None:
    for raw in (*BRACKETS, b'{"arg":{"topic":"ticker"},"data":' + b"[" * 100_000):
        (event,) = bitget.decode(raw, NOW, LISTED)
        assert isinstance(event, Rejected)
        assert isinstance(bitget.decode_reply(URLS[0], raw, NOW, LISTED)[0], Rejected)
