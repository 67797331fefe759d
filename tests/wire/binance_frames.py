"""Recorded Binance frames and the instruments they speak of, for the tests beside this file."""

import gzip
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from liqtui.events import Listing
from liqtui.feeds.capture import capture_files, capture_records
from liqtui.feeds.records import Record, RecordKind
from liqtui.instruments import Instrument, Kind
from liqtui.venues.base import VenueSettings
from liqtui.venues.binance import Binance, create

SHARED = Path(__file__).parents[3] / "shared"
FRAMES = SHARED / "frames"

needs_frames = pytest.mark.skipif(not FRAMES.is_dir(), reason="the recorded frames are not beside this repository")

NOW = 1_800_000_000_000_000_000
"""A receive time after everything recorded and made up here."""

binance: Binance = create(VenueSettings())


def captured(market: str, kind: RecordKind) -> list[Record]:
    """What the capture of BINANCE_FUTURES or BINANCE_DELIVERY holds of one kind."""
    return [r for r in capture(market) if r.k is kind]


def capture(market: str) -> list[Record]:
    """The whole capture (31 s of July 2021), in order."""
    hosts = dict.fromkeys(binance.hosts, binance.name)
    return list(capture_records(capture_files(FRAMES / "cryptofeed" / market), hosts))


def listing_of_2021(market: str) -> dict[str, Instrument]:
    """Every contract of a market in July 2021."""
    found: dict[str, Instrument] = {}
    for reply in captured(market, RecordKind.REPLY):
        for event in binance.decode_reply(reply.u, reply.b.encode(), NOW, {}):
            if isinstance(event, Listing):
                found |= {i.symbol: i for i in event.instruments}
    return found


def historical(market: str) -> list[str]:
    """Single frames of 2019 to 2021."""
    return [line for line in (FRAMES / "historical" / f"{market}.jsonl").read_text().splitlines() if line.strip()]


def recent() -> list[dict[str, str]]:
    """Frames of 2025 and 2026: `{kind, raw, …}`."""
    lines = map(json.loads, (FRAMES / "recent" / "frames.jsonl").read_text().splitlines())
    return [line for line in lines if line["venue"].startswith("BINANCE")]


def five_minutes_of_2024(frames: int | None = None) -> Iterator[tuple[int, str]]:
    """Receive time and frame of BTCUSDT on 2024-08-08; the first `frames` of 93,954."""
    with gzip.open(FRAMES / "hftbacktest" / "binance-um-btcusdt-20240808.gz", "rt") as lines:
        for line in islice(lines, frames):
            ns, _, frame = line.rstrip("\n").partition(" ")
            yield int(ns), frame


def linear(symbol: str, *, multiple: float = 1.0, expiry_ns: int | None = None) -> Instrument:
    """A USD-M contract with what decoding depends on."""
    pair = symbol.partition("_")[0]
    quote = pair[-4:]
    base = pair[:-4] if multiple == 1.0 else pair[:-4].removeprefix(f"{multiple:.0f}")
    kind = Kind.PERPETUAL if expiry_ns is None else Kind.DATED
    return Instrument(
        "binance", symbol, base, quote, quote, kind, False, multiple, 0.1, pair, pair, expiry_ns=expiry_ns
    )


def inverse(symbol: str, face: float, *, expiry_ns: int | None = None) -> Instrument:
    """A COIN-M contract with what decoding depends on."""
    pair = symbol.partition("_")[0]
    kind = Kind.PERPETUAL if expiry_ns is None else Kind.DATED
    base = pair.removesuffix("USD")
    return Instrument("binance", symbol, base, "USD", base, kind, True, face, 0.1, pair, pair, expiry_ns=expiry_ns)


LINEAR = linear("BTCUSDT")
DATED = linear("BTCUSDT_250627", expiry_ns=1_751_011_200_000_000_000)
PEPE = linear("1000PEPEUSDT", multiple=1000.0)
CHINESE = linear("牛来USDT")
INVERSE = inverse("BTCUSD_PERP", 100.0)
INVERSE_DATED = inverse("BTCUSD_250627", 100.0, expiry_ns=1_751_011_200_000_000_000)
ETHER = inverse("ETHUSD_PERP", 10.0)
LISTED = {i.symbol: i for i in (LINEAR, DATED, PEPE, CHINESE, INVERSE, INVERSE_DATED, ETHER)}
