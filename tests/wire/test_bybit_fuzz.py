"""Whatever bytes come, decoding gives events and never raises."""

import json

from bybit_frames import INVERSE, LINEAR, LISTED, NOW, bybit
from hypothesis import given
from hypothesis import strategies as st
from wire_fuzz import BRACKETS, JSON, damaged, reworded, sound

from liqtui.events import Rejected

FRAMES = [
    b'{"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":1672304486868,"data":[{"T":1672304486865,"s":"BTCUSDT",'
    b'"S":"Buy","v":"0.001","p":"16578.50","L":"PlusTick","i":"20f43950","BT":false,"seq":1783284617}]}',
    b'{"topic":"orderbook.200.BTCUSDT","type":"delta","ts":1680673821651,"data":{"s":"BTCUSDT","b":[["28555.20",'
    b'"0.677"]],"a":[["28555.30","0.225"]],"u":20683569,"seq":10916156553},"cts":1680673821650}',
    b'{"topic":"tickers.BTCUSDT","type":"delta","data":{"symbol":"BTCUSDT","markPrice":"84792.60","indexPrice":"84790",'
    b'"openInterest":"52664.6","singleOpenInterest":"26332.3","fundingRate":"0.0001","nextFundingTime":"1791100800000",'
    b'"fundingIntervalHour":"8"},"cs":820163808303,"ts":1791091006483}',
    b'{"topic":"allLiquidation.BTCUSDT","type":"snapshot","ts":1791565601482,"data":[{"T":1791565600992,"s":"BTCUSDT",'
    b'"S":"Buy","v":"0.006","p":"82396.90"}]}',
    b'{"topic":"liquidation.BTCUSD","type":"snapshot","ts":1680673944093,"data":{"updatedTime":1680673944093,"symbol":'
    b'"BTCUSD","side":"Sell","size":"6949","price":"0.5149"}}',
    b'{"success":false,"ret_msg":"error:handler not found,topic:x","conn_id":"c","req_id":"x","op":"subscribe"}',
]

DAY = bybit.history[0]
URLS = [
    r.url
    for i in (LINEAR, INVERSE)
    for r in (
        *bybit.listing_requests(), *bybit.state_requests(i), bybit.interest_history(i, DAY, before_ns=None),
        *(bybit.candles(i, DAY, before_ns=None, mark=mark) for mark in (False, True)),
    )
]  # fmt: skip
ROWS = [
    {"symbol": "BTCUSDT", "contractType": "LinearPerpetual", "status": "Trading", "baseCoin": "BTC",
     "quoteCoin": "USDT", "settleCoin": "USDT", "launchTime": "1", "deliveryTime": "0",
     "leverageFilter": {"maxLeverage": "100"},
     "priceFilter": {"tickSize": "0.1"}},
    {"symbol": "BTCUSDT", "riskLimitValue": "1", "maintenanceMargin": "0.005", "maxLeverage": "100", "mmDeduction": ""},
    {"openInterest": "1", "timestamp": "2", "buyRatio": "0.5", "sellRatio": "0.5", "fundingRateTimestamp": "1",
     "fundingRate": "0.1"},
    ["1799999940000", "82000", "82100", "81900", "82050", "1.5", "123075"],
]  # fmt: skip
BODIES = [json.dumps({"retCode": 0, "result": {"list": [row]}, "time": 5}).encode() for row in ROWS]


@given(st.binary() | st.text())
def test_random_bytes_and_text(raw: bytes | str) -> None:
    sound(bybit.decode(raw, NOW, LISTED))


@given(damaged(FRAMES) | reworded(FRAMES))
def test_frames_with_bytes_or_values_changed(raw: bytes) -> None:
    sound(bybit.decode(raw, NOW, LISTED))


@given(st.sampled_from(["publicTrade", "orderbook.200", "tickers", "allLiquidation", "liquidation"]), JSON)
def test_known_topics_with_any_content(topic: str, content: object) -> None:
    frame = {"topic": f"{topic}.BTCUSDT", "type": "delta", "ts": 1, "data": content}
    sound(bybit.decode(json.dumps(frame, separators=(",", ":")), NOW, LISTED))


@given(st.sampled_from(URLS) | st.text(), st.binary() | damaged(BODIES) | reworded(BODIES))
def test_any_body_for_any_url(url: str, body: bytes) -> None:
    sound(bybit.decode_reply(url, body, NOW, LISTED))


def test_a_hundred_thousand_brackets() -> None:
    for raw in (*BRACKETS, b'{"topic":"tickers.BTCUSDT","data":' + b"[" * 100_000):
        (event,) = bybit.decode(raw, NOW, LISTED)
        assert isinstance(event, Rejected)
        assert isinstance(bybit.decode_reply(URLS[0], raw, NOW, LISTED)[0], Rejected)
