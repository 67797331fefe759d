"""The recorded 93,954 frames of Binance's busiest contract, at full speed: the wire alone, then the whole engine.

345 s of 2024 with every change of the book, every best quote and every trade. There is no mark, open interest or
candle in it: the map is relative and the mid stands in for the mark. Nothing of it may be lost.
"""

import gc
import gzip
import importlib
import json
import math
import time
from pathlib import Path
from typing import Any

from result import Result, SkippedError, at_least, at_most

from liqtui.engine import Engine
from liqtui.events import BookDelta, Event, Follow, Rejected, Trade
from liqtui.feeds.records import Record, RecordKind, encode_note
from liqtui.feeds.router import Router
from liqtui.instruments import Instrument
from liqtui.venues import load

FILE = Path(__file__).parents[3] / "shared" / "frames" / "hftbacktest" / "binance-um-btcusdt-20240808.gz"
REST = "https://fapi.binance.com/fapi/v1"
LISTING = json.dumps({"symbols": [{
    "symbol": "BTCUSDT", "pair": "BTCUSDT", "contractType": "PERPETUAL", "deliveryDate": 4133404800000,
    "status": "TRADING", "baseAsset": "BTC", "quoteAsset": "USDT", "marginAsset": "USDT",
    "filters": [{"filterType": "PRICE_FILTER", "tickSize": "0.10"}],
}]})  # fmt: skip
ROUNDS = 5


def run() -> list[Result]:
    """What a frame costs, and how much faster than its own time the file plays.

    Raises:
        SkippedError: there are no recorded frames.
    """
    records = read_records()
    frames = [record for record in records if record.k is RecordKind.RECV]
    seconds = (frames[-1].ns - frames[0].ns) / 1e9
    spent, counted = played(records)
    assert counted["rejected"] == 0, "every frame is understood"
    note = f"{len(frames):,} frames of {seconds:.0f} s in {spent:.1f} s of CPU; {counted['trades']:,} trades, "
    return [
        *wire_rows(frames),
        Result(
            "whole engine: recorded time over CPU time", seconds / spent, "×", at_least(20.0),
            note=note + f"{counted['books']:,} changes of the book, {counted['broken']} gaps; a relative map",
        ),
        Result("frame through the engine", spent / len(frames) * 1e6, "µs", note="Views published every 250 ms"),
        Result("lost", float(counted["trades"] != 21_313 or counted["books"] != 6_552), "", at_most(0.0),
               note="of 21,313 trades and 6,552 books"),
    ]  # fmt: skip


def wire_rows(frames: list[Record]) -> list[Result]:
    """Decoding alone, against the parser alone."""
    try:
        orjson: Any = importlib.import_module("orjson")
    except ImportError:
        return [Result("decode over orjson.loads", None, "×", note="orjson is not installed")]
    venue, listed = load("binance"), listing()
    mine = fastest(lambda: [venue.decode(record.b, record.ns, listed) for record in frames])
    bare = fastest(lambda: [orjson.loads(record.b) for record in frames])
    each = 1e6 / len(frames)
    return [Result(
        "decode over orjson.loads", mine / bare, "×", at_most(2.0),
        note=f"{mine * each:.2f} µs a frame, orjson {bare * each:.2f}; {len(frames):,} frames, best of {ROUNDS}",
    )]  # fmt: skip


def fastest(work: Any) -> float:
    """Seconds, the best of some rounds."""
    best = math.inf
    for _ in range(ROUNDS):
        gc.collect()
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def played(records: list[Record]) -> tuple[float, dict[str, int]]:
    """CPU seconds of the whole way from bytes to Views, and what was told."""
    counted = dict.fromkeys(("trades", "books", "rejected", "broken"), 0)

    def broken(_venue: str, _symbol: str, _reason: str) -> None:
        counted["broken"] += 1

    engine = Engine([load("binance")], resync=broken)
    router = Router([load("binance")], engine)
    start = time.process_time()
    for record in records:
        count(router.route(record), counted)
        engine.advance(record.ns)
        if engine.stepped:
            engine.publish()
    spent = time.process_time() - start
    view = engine.view("binance:BTCUSDT")
    assert view is not None
    assert view.map is not None
    assert view.map.undrawn is None, "without open interest it is relative, and says so"
    return spent, counted


def count(events: list[Event], into: dict[str, int]) -> None:
    for event in events:
        kind = type(event)
        into["trades"] += kind is Trade
        into["books"] += kind is BookDelta
        into["rejected"] += kind is Rejected


def read_records() -> list[Record]:
    """The file as our feeds would have recorded it."""
    if not FILE.exists():
        raise SkippedError("the recorded frames are not beside this repository")
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
        Record(start, RecordKind.REPLY, "binance/rest", f"{REST}/exchangeInfo", LISTING),
        Record(start, RecordKind.NOTE, "binance/watch", "", encode_note(Follow("BTCUSDT", True))),
        *rows,
    ]


def listing() -> dict[str, Instrument]:
    """What decoding needs to know of the contract."""
    venue = load("binance")
    events = venue.decode_reply(f"{REST}/exchangeInfo", LISTING.encode(), 1, {})
    return {one.symbol: one for event in events for one in getattr(event, "instruments", [])}
