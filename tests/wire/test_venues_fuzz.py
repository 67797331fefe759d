"""Whatever bytes come to Hyperliquid, Deribit, BitMEX and Kraken, decoding gives events and never raises."""

import json
from collections.abc import Mapping

import bitmex_frames as bitmex
import deribit_frames as deribit
import hyperliquid_frames as hyperliquid
import kraken_frames as kraken
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recorded import NOW
from wire_fuzz import JSON, sound

from liqtui.events import Rejected
from liqtui.instruments import Instrument
from liqtui.venues.base import Venue

USERS = '["0x' + "a" * 40 + '","0x' + "b" * 40 + '"]'
FRAMES: dict[str, list[str]] = {
    "hyperliquid": [
        '{"channel":"trades","data":[{"coin":"BTC","side":"A","px":"80639.0","sz":"0.00022","time":1788490042052,'
        '"hash":"0x0","tid":1095884267920331,"users":' + USERS + "}]}",
        '{"channel":"l2Book","data":{"coin":"BTC","time":1,"levels":[[{"px":"105055.0","sz":"3.0","n":5}],[]]}}',
        '{"channel":"activeAssetCtx","data":{"coin":"BTC","ctx":{"funding":"0.0000052974","openInterest":"36295.80812",'
        '"oraclePx":"80684.7","markPx":"80640.0"}}}',
        '{"channel":"error","data":"Invalid subscription {\\"type\\":\\"l2Book\\",\\"coin\\":\\"X\\"}"}',
    ],
    "deribit": [
        '{"jsonrpc":"2.0","method":"subscription","params":{"channel":"trades.BTC-PERPETUAL.100ms","data":[{"trade_id":'
        '"66460463","timestamp":1584058044032,"price":4469.5,"liquidation":"T","instrument_name":"BTC-PERPETUAL",'
        '"direction":"sell","amount":1120}]}}',
        '{"jsonrpc":"2.0","method":"subscription","params":{"channel":"book.BTC-PERPETUAL.100ms","data":{"type":"change",'
        '"timestamp":1626993725864,"prev_change_id":1,"instrument_name":"BTC-PERPETUAL","change_id":2,"bids":[["delete",'
        '0.001,0.0]],"asks":[]}}}',
        '{"jsonrpc":"2.0","method":"subscription","params":{"channel":"ticker.BTC-PERPETUAL.100ms","data":{"timestamp":'
        '1564617604229,"open_interest":66128281,"mark_price":10094.1,"instrument_name":"BTC-PERPETUAL","index_price":'
        '10091.15,"current_funding":0}}}',
        '{"jsonrpc":"2.0","id":1,"result":["trades.BTC-PERPETUAL.100ms"]}',
    ],
    "bitmex": [
        bitmex.frame("instrument", "partial", bitmex.ROW),
        '{"table":"orderBookL2","action":"insert","data":[{"symbol":"XBTUSD","id":8791115350,"side":"Buy","size":20000,'
        '"price":42362,"timestamp":"2022-02-14T08:06:54.742Z"}]}',
        '{"table":"liquidation","action":"insert","data":[{"orderID":"dd9cea25","symbol":"XBTUSD","side":"Buy","price":'
        '10106,"leavesQty":9214}]}',
        '{"status":400,"error":"Unknown table: foo","request":{"op":"subscribe","args":["foo"]}}',
    ],
    "kraken": [
        '{"feed":"trade","product_id":"PI_XBTUSD","uid":"e7f3a144","side":"buy","type":"liquidation","seq":253796,'
        '"time":1593620853613,"qty":250,"price":231.6}',
        '{"feed":"book","product_id":"PI_XBTUSD","side":"buy","seq":361432,"price":64.24,"qty":0,"timestamp":1567296042}',
        '{"time":1617235200598,"feed":"ticker","product_id":"PI_XBTUSD","index":196.82,"openInterest":2239386,'
        '"markPrice":197.05,"relative_funding_rate":0.000156359265625,"next_funding_rate_time":1617249600000}',
        '{"event":"subscribed","feed":"trade","product_ids":["PI_XBTUSD"]}',
    ],
}
VENUES: dict[str, tuple[Venue, Mapping[str, Instrument]]] = {
    "hyperliquid": (hyperliquid.venue, hyperliquid.LISTED),
    "deribit": (deribit.venue, deribit.LISTED),
    "bitmex": (bitmex.venue, bitmex.LISTED),
    "kraken": (kraken.venue, kraken.LISTED),
}
BODIES: dict[str, list[object]] = {
    "hyperliquid": [
        hyperliquid.UNIVERSE,
        [hyperliquid.UNIVERSE, [{"markPx": "1"}] * 4],
        [{"t": 1, "o": "1", "h": "1", "l": "1", "c": "1", "v": "1"}],
        {"assetPositions": [{"position": {"coin": "BTC", "szi": "1", "entryPx": "1", "leverage": {
            "type": "cross", "value": 2}}}], "time": 1},
    ],
    "deribit": [{"result": [{"instrument_name": "X", "kind": "future"}]}, {"result": {"status": "ok", "ticks": [1]}}],
    "bitmex": [[bitmex.ROW, bitmex.LINEAR_ROW], {"error": {"message": "no", "name": "x"}}],
    "kraken": [{"instruments": [kraken.PI_ROW, kraken.PF_ROW]}, {"candles": [{"time": 1, "open": "1"}]}],
}  # fmt: skip
NAMES = sorted(VENUES)


def urls(name: str) -> list[str]:
    """Every question a venue knows to ask."""
    venue, listed = VENUES[name]
    one = next(iter(listed.values()))
    requests = [*venue.listing_requests(), *venue.state_requests(one)]
    requests += [r for p in venue.history if (r := venue.candles(one, p, before_ns=NOW, mark=False)) is not None]
    found = [request.url for request in requests]
    if name == "hyperliquid":
        found.append(hyperliquid.venue.positions_request("0x" + "a" * 40).url)
    return found


def mutated(data: st.DataObject, raw: bytes) -> bytes:
    changed = bytearray(raw)
    for _ in range(data.draw(st.integers(1, 3))):
        changed[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    return bytes(changed[: data.draw(st.integers(0, len(raw)) | st.just(len(raw)))])


@pytest.mark.parametrize("name", NAMES)
def test_the_frames_to_be_changed_are_good_ones(name: str) -> None:
    venue, listed = VENUES[name]
    for frame in FRAMES[name]:
        events = venue.decode(frame, NOW, listed)
        assert events
        assert not any(isinstance(event, Rejected) for event in events)


@pytest.mark.parametrize("name", NAMES)
@given(st.binary() | st.text() | JSON.map(json.dumps))
@settings(max_examples=60)
def test_random_bytes_text_and_json(name: str, raw: bytes | str) -> None:
    venue, listed = VENUES[name]
    sound(venue.decode(raw, NOW, listed))
    for url in urls(name):
        sound(venue.decode_reply(url, raw if isinstance(raw, bytes) else raw.encode("utf-8", "replace"), NOW, listed))


@pytest.mark.parametrize("name", NAMES)
@given(st.data())
@settings(max_examples=100)
def test_good_frames_with_bytes_changed_and_cut_off(name: str, data: st.DataObject) -> None:
    venue, listed = VENUES[name]
    sound(venue.decode(mutated(data, data.draw(st.sampled_from(FRAMES[name])).encode()), NOW, listed))


@pytest.mark.parametrize("name", NAMES)
@given(st.data())
@settings(max_examples=60)
def test_good_answers_with_bytes_changed_for_any_question(name: str, data: st.DataObject) -> None:
    venue, listed = VENUES[name]
    body = mutated(data, json.dumps(data.draw(st.sampled_from(BODIES[name]))).encode())
    sound(venue.decode_reply(data.draw(st.sampled_from(urls(name)) | st.text()), body, NOW, listed))


@pytest.mark.parametrize("name", NAMES)
def test_a_hundred_thousand_brackets(name: str) -> None:
    venue, listed = VENUES[name]
    for raw in (b"[" * 100_000, b'{"data":' * 100_000, b'{"params":' * 100_000, b'{"table":' + b"[" * 100_000):
        (event,) = venue.decode(raw, NOW, listed)
        assert isinstance(event, Rejected)
