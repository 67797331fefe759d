"""Whatever bytes come, decoding gives events and never raises."""

import json

from binance_frames import INVERSE, LINEAR, LISTED, NOW, binance
from hypothesis import given
from hypothesis import strategies as st
from wire_fuzz import JSON, sound

from liqtui.events import Rejected

FRAMES = [
    b'{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1790526539033,"a":3466782974,"s":"BTCUSDT","p":"84551.10"'
    b',"q":"0.030","nq":"0.030","f":8123344783,"l":8123344783,"T":1790526538883,"m":false,"st":1}}',
    b'{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1790526538985,"T":1790526538981,"s":"BTCUSDT","ps":'
    b'"BTCUSDT","U":11,"u":15,"pu":10,"b":[["1000.00","139.491"]],"a":[["82548.60","0.000"]],"st":1}}',
    b'{"stream":"btcusdt@markPrice@1s","data":{"e":"markPriceUpdate","E":1790526539000,"s":"BTCUSDT","p":"84551.1","ap":'
    b'"84551.1","P":"84559.09","i":"84590.87","r":"0.00000801","T":1790553600000,"st":1}}',
    b'{"stream":"!forceOrder@arr","data":{"e":"forceOrder","E":1791565603055,"o":{"s":"BTCUSDT","S":"SELL","o":"LIMIT",'
    b'"f":"IOC","q":"0.190","p":"82338.30","ap":"82651.90","X":"FILLED","l":"0.155","z":"0.190","T":1791565602120,'
    b'"ps":"BTCUSDT","st":1}}}',
    b'{"stream":"!contractInfo","data":{"e":"contractInfo","E":1,"s":"BTCUSDT","dt":4133404800000,"cs":"TRADING","bks":['
    b'{"bs":1,"bnf":0,"bnc":300000,"mmr":0.004,"cf":0,"mi":101,"ma":150}],"st":1}}',
    b'{"result":["btcusdt@aggTrade"],"id":1}',
    b'{"error":{"code":2,"msg":"Invalid request"},"id":7}',
]
KINDS = st.sampled_from(["aggTrade", "trade", "depth", "markPrice@1s", "forceOrder", "openInterest", "depthSnapshot"])


@given(st.binary() | st.text())
def test_random_bytes_and_text(raw: bytes | str) -> None:
    sound(binance.decode(raw, NOW, LISTED))


@given(st.sampled_from(FRAMES), st.data())
def test_real_frames_with_bytes_changed_and_cut_off(frame: bytes, data: st.DataObject) -> None:
    changed = bytearray(frame)
    for _ in range(data.draw(st.integers(1, 3))):
        changed[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
    sound(binance.decode(bytes(changed[: data.draw(st.integers(0, len(frame)))]), NOW, LISTED))
    sound(binance.decode(bytes(changed), NOW, LISTED))


@given(KINDS, JSON)
def test_known_streams_with_any_content(kind: str, content: object) -> None:
    sound(binance.decode(json.dumps({"stream": f"btcusdt@{kind}", "data": content}), NOW, LISTED))


REQUESTS = [
    *binance.listing_requests(),
    *(request for one in (LINEAR, INVERSE) for request in binance.state_requests(one)),
    binance.candles(LINEAR, binance.history[0], before_ns=None, mark=False),
    binance.candles(LINEAR, binance.history[2], before_ns=None, mark=False),
    binance.candles(LINEAR, binance.history[0], before_ns=None, mark=True),
    binance.interest_history(INVERSE, binance.history[0], before_ns=None),
    *(s.snapshot for s in binance.subscriptions([LINEAR]) if s.snapshot is not None),
]
URLS = [request.url for request in REQUESTS]


@given(st.sampled_from(URLS) | st.text(), st.binary())
def test_any_body_for_any_url(url: str, body: bytes) -> None:
    sound(binance.decode_reply(url, body, NOW, LISTED))


@given(st.sampled_from(URLS), JSON)
def test_answers_with_any_content(url: str, content: object) -> None:
    sound(binance.decode_reply(url, json.dumps(content).encode(), NOW, LISTED))
    sound(binance.decode_reply(url, json.dumps({"symbols": [content]}).encode(), NOW, LISTED))


def test_a_hundred_thousand_brackets() -> None:
    for raw in (b"[" * 100_000, b'{"data":' * 100_000, b'{"stream":"btcusdt@aggTrade","data":' + b"[" * 100_000):
        (event,) = binance.decode(raw, NOW, LISTED)
        assert isinstance(event, Rejected)
