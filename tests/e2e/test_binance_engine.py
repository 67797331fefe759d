"""Five real minutes of Binance, 93,954 frames, through decoder and engine: nothing lost, a whole book, a map."""

import gzip
import json
from pathlib import Path

import pytest

from liqtui.engine import Engine
from liqtui.events import BookDelta, Event, Follow, Rejected, Trade
from liqtui.feeds.records import Record, RecordKind, encode_note
from liqtui.feeds.router import Router
from liqtui.venues import load

FILE = Path(__file__).parents[3] / "shared" / "frames" / "hftbacktest" / "binance-um-btcusdt-20240808.gz"
REST = "https://fapi.binance.com/fapi/v1"
LISTING = {
    "symbols": [
        {
            "symbol": "BTCUSDT", "pair": "BTCUSDT", "contractType": "PERPETUAL", "deliveryDate": 4133404800000,
            "status": "TRADING", "baseAsset": "BTC", "quoteAsset": "USDT", "marginAsset": "USDT",
            "filters": [{"filterType": "PRICE_FILTER", "tickSize": "0.10"}],
        }
    ]
}  # fmt: skip


def records() -> list[Record]:
    """The file as our feeds would have recorded it: its one REST answer lies between the frames, without its URL."""
    rows: list[Record] = []
    with gzip.open(FILE, "rt") as lines:
        for line in lines:
            ns, _, frame = line.rstrip("\n").partition(" ")
            if frame.startswith('{"stream"'):
                rows.append(Record(int(ns), RecordKind.RECV, "binance/1", "wss://fstream.binance.com/stream", frame))
            else:
                rows.append(Record(int(ns), RecordKind.REPLY, "binance/rest", f"{REST}/depth?symbol=BTCUSDT", frame))
    start = rows[0].ns
    return [
        Record(start, RecordKind.REPLY, "binance/rest", f"{REST}/exchangeInfo", json.dumps(LISTING)),
        Record(start, RecordKind.NOTE, "binance/watch", "", encode_note(Follow("BTCUSDT", True))),
        *rows,
    ]


@pytest.mark.skipif(not FILE.exists(), reason="the recorded frames are not beside this repository")
def test_five_minutes_of_the_busiest_contract() -> None:
    broken: list[str] = []
    engine = Engine([load("binance")], resync=lambda _, symbol, reason: broken.append(f"{symbol} {reason}"))
    router = Router([load("binance")], engine)
    told: list[Event] = []
    for record in records():
        told += router.route(record)
        engine.advance(record.ns)
    assert broken == []
    assert not any(isinstance(event, Rejected) for event in told)
    assert sum(isinstance(event, Trade) for event in told) == 21_313
    assert sum(isinstance(event, BookDelta) for event in told) == 6_551 + 1
    engine.publish()
    view = engine.view("binance:BTCUSDT")
    assert view is not None
    assert view.map is not None
    # The file has no mark, no open interest and no candles: the mark is the mid, and the map is relative.
    assert (view.figures.mark_source, view.figures.open_interest) == ("mid", None)
    assert view.map.mass.sum() > 0
    assert view.book is not None
