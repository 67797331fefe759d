"""Whatever bytes come, decoding gives events and never raises."""

import json

from gate_frames import DATED, LINEAR, LISTED, NOW, gate
from hypothesis import given
from hypothesis import strategies as st
from wire_fuzz import BRACKETS, JSON, damaged, reworded, sound

from liqtui.events import Rejected

HEAD = b'{"time":1789455580,"time_ms":1789455580280,"event":"update","channel":"futures.'
FRAMES = [
    HEAD + b'trades","result":[{"size":"-108","id":27753479,"create_time":1545136464,"create_time_ms":1545136464123,'
    b'"price":"96.4","contract":"BTC_USDT","is_internal":false}]}',
    HEAD + b'tickers","result":[{"contract":"BTC_USDT","last":"118.4","mark_price":"118.35","index_price":"118.36",'
    b'"funding_rate":"-0.000114","total_size":"73648"}]}',
    HEAD + b'obu","result":{"t":1789455580261,"full":true,"s":"ob.BTC_USDT.400","u":125033675974,'
    b'"b":[["77222.9","600"]],"a":[["77235","40"]]}}',
    HEAD + b'order_book_update","result":{"U":203083177,"a":[{"p":"0.2983","s":0}],"b":[],"s":"BTC_USDT","t":1,"u":3}}',
    HEAD + b'public_liquidates","result":[{"price":215.1,"size":"-124","time_ms":1541486601123,'
    b'"contract":"BTC_USDT"}]}',
    b'{"time":1,"channel":"futures.obu","event":"subscribe","payload":["ob.BTC_USDT.50"],"error":{"code":2,"message":'
    b'"Alert sub ob.BTC_USDT.50"},"result":{"status":"fail"}}',
]
DAY = gate.history[0]
URLS = [
    r.url
    for i in (LINEAR, DATED)
    for r in (
        *gate.listing_requests(), *gate.state_requests(i), gate.interest_history(i, DAY, before_ns=None),
        *(gate.candles(i, DAY, before_ns=None, mark=mark) for mark in (False, True)),
        *(s.snapshot for s in gate.subscriptions([i]) if s.snapshot is not None),
    )
] + ["https://api.gateio.ws/api/v4/futures/usdt/liq_orders?contract=BTC_USDT"]  # fmt: skip
CONTRACT = {
    "name": "BTC_USDT", "type": "direct", "quanto_multiplier": "0.0001", "order_price_round": "0.1",
    "leverage_max": "200", "create_time": 1.5, "mark_price": "1", "funding_rate": "0.1", "funding_interval": 28800,
    "funding_next_apply": 1684944000, "position_size": 5, "expire_time": 1751011200,
}  # fmt: skip
ROW = {
    "t": 1684930140, "v": 0, "c": "0.1", "h": "0.1", "l": "0.1", "o": "0.1", "r": "0.1", "time": 5,
    "contract": "BTC_USDT", "open_interest": 5, "lsr_account": 1.5, "risk_limit": "1", "maintenance_rate": "0.1",
    "leverage_max": "5", "size": -3, "fill_price": "1",
}  # fmt: skip
BOOK = {"id": 5, "current": 1.5, "asks": [{"p": "1", "s": 5}], "bids": []}
BODIES = [json.dumps(body).encode() for body in ([CONTRACT], CONTRACT, [ROW], BOOK, {"label": "X", "message": "no"})]


@given(st.binary() | st.text())
def test_random_bytes_and_text(raw: bytes | str) -> None:
    sound(gate.decode(raw, NOW, LISTED))


@given(damaged(FRAMES) | reworded(FRAMES))
def test_frames_with_bytes_or_values_changed(raw: bytes) -> None:
    sound(gate.decode(raw, NOW, LISTED))


@given(st.sampled_from(["trades", "tickers", "obu", "order_book_update", "public_liquidates"]), JSON)
def test_known_channels_with_any_content(channel: str, content: object) -> None:
    frame = {"channel": f"futures.{channel}", "event": "update", "result": content}
    sound(gate.decode(json.dumps(frame), NOW, LISTED))


@given(st.sampled_from(URLS) | st.text(), st.binary() | damaged(BODIES) | reworded(BODIES))
def test_any_body_for_any_url(url: str, body: bytes) -> None:
    sound(gate.decode_reply(url, body, NOW, LISTED))


def test_a_hundred_thousand_brackets() -> None:
    for raw in (*BRACKETS, b'{"channel":"futures.obu","result":' + b"[" * 100_000):
        (event,) = gate.decode(raw, NOW, LISTED)
        assert isinstance(event, Rejected)
        assert isinstance(gate.decode_reply(URLS[0], raw, NOW, LISTED)[0], Rejected)
