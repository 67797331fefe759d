"""Whatever bytes come, decoding gives events and never raises."""

import json

from hypothesis import given
from hypothesis import strategies as st
from okx_frames import LINEAR, LISTED, NOW, okx
from wire_fuzz import JSON, sound

from liqtui.events import Rejected

DAY = okx.history[0]

TRADE = (
    b'{"arg":{"channel":"trades","instId":"BTC-USDT-SWAP"},"data":[{"instId":"BTC-USDT-SWAP","tradeId":"148266905",'
    b'"px":"48938.5","sz":"5","side":"buy","ts":"1640131236050"}]}'
)
BOOK = (
    b'{"arg":{"channel":"books","instId":"BTC-USDT-SWAP"},"action":"update","data":[{"asks":[["120.67","9","0","6"]],'
    b'"bids":[["120.66","2","0","3"]],"ts":"1790394877200","checksum":0,"seqId":2,"prevSeqId":1}]}'
)
LIQUIDATION = (
    b'{"arg":{"channel":"liquidation-orders","instType":"SWAP"},"data":[{"details":[{"bkLoss":"0","bkPx":"82655.7",'
    b'"ccy":"","posSide":"long","side":"sell","sz":"8.55","ts":"1791565600771"}],"instId":"BTC-USDT-SWAP"}]}'
)
FUNDING = (
    b'{"arg":{"channel":"funding-rate","instId":"BTC-USDT-SWAP"},"data":[{"fundingRate":"-0.0004","fundingTime":'
    b'"1785888000000","nextFundingTime":"1785916800000","instId":"BTC-USDT-SWAP","ts":"1785870840000"}]}'
)
ERROR = b'{"event":"error","code":"60018","msg":"Wrong URL or channel:books,instId:X doesn\'t exist.","connId":"a"}'

CHANNELS = st.sampled_from(["books", "trades", "mark-price", "open-interest", "funding-rate", "instruments"])


@given(st.binary() | st.text())
def test_random_bytes_and_text(raw: bytes | str) -> None:
    sound(okx.decode(raw, NOW, LISTED))


@given(st.sampled_from([TRADE, BOOK, LIQUIDATION, FUNDING, ERROR]), st.data())
def test_real_frames_with_bytes_changed_and_cut_off(frame: bytes, data: st.DataObject) -> None:
    changed = bytearray(frame)
    for _ in range(data.draw(st.integers(1, 3))):
        changed[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
    sound(okx.decode(bytes(changed[: data.draw(st.integers(0, len(frame)))]), NOW, LISTED))
    sound(okx.decode(bytes(changed), NOW, LISTED))


@given(CHANNELS, JSON)
def test_known_channels_with_any_content(channel: str, content: object) -> None:
    frame = {"arg": {"channel": channel, "instId": LINEAR.symbol}, "action": "update", "data": content}
    sound(okx.decode(json.dumps(frame), NOW, LISTED))


REQUESTS = (
    *okx.listing_requests(),
    *okx.state_requests(LINEAR),
    okx.candles(LINEAR, DAY, before_ns=None, mark=False),
    okx.candles(LINEAR, DAY, before_ns=None, mark=True),
    okx.interest_history(LINEAR, DAY, before_ns=None),
)
URLS = [request.url for request in REQUESTS]


@given(st.sampled_from(URLS) | st.text(), st.binary())
def test_any_body_for_any_url(url: str, body: bytes) -> None:
    sound(okx.decode_reply(url, body, NOW, LISTED))


@given(st.sampled_from(URLS), JSON)
def test_answers_with_any_content(url: str, content: object) -> None:
    body = json.dumps({"code": "0", "msg": "", "data": content}).encode()
    sound(okx.decode_reply(url, body, NOW, LISTED))


def test_a_hundred_thousand_brackets() -> None:
    for raw in (b"[" * 100_000, b'{"arg":' * 100_000, b'{"arg":{"channel":"books"},"data":' + b"[" * 100_000):
        (event,) = okx.decode(raw, NOW, LISTED)
        assert isinstance(event, Rejected)
