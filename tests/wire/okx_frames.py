"""Recorded OKX frames and the instruments they speak of, for the tests beside this file."""

import json
from pathlib import Path

import pytest

from liqtui.events import Listing
from liqtui.feeds.capture import capture_files, capture_records
from liqtui.feeds.records import Record, RecordKind
from liqtui.instruments import Instrument, Kind
from liqtui.venues.base import VenueSettings
from liqtui.venues.okx import Okx, create

FRAMES = Path(__file__).parents[3] / "shared" / "frames"

needs_frames = pytest.mark.skipif(not FRAMES.is_dir(), reason="the recorded frames are not beside this repository")

NOW = 1_800_000_000_000_000_000
"""A receive time after everything recorded and made up here."""

okx: Okx = create(VenueSettings())


def captured(kind: RecordKind) -> list[Record]:
    """What a capture of 2022-05-13 holds of one kind: frames received, or answers to GETs."""
    hosts = dict.fromkeys(okx.hosts, okx.name)
    return [r for r in capture_records(capture_files(FRAMES / "cryptofeed" / "OKX"), hosts) if r.k is kind]


def recorded_frames() -> list[str]:
    """The 410 frames of the capture."""
    return [record.b for record in captured(RecordKind.RECV)]


def historical(name: str) -> list[str]:
    """Single frames of many years; the newest file wraps them with the time they came."""
    lines = [json.loads(line) for line in (FRAMES / "historical" / name).read_text().splitlines() if line.strip()]
    return [json.dumps(frame.get("message", frame), separators=(",", ":")) for frame in lines]


def recent() -> list[str]:
    """OKX's frames of 2025 and 2026."""
    lines = map(json.loads, (FRAMES / "recent" / "frames.jsonl").read_text().splitlines())
    return [line["raw"] for line in lines if line["venue"] == "OKX"]


def listing_of_2022() -> dict[str, Instrument]:
    """Every swap and future OKX listed on 2022-05-13."""
    found: dict[str, Instrument] = {}
    for reply in captured(RecordKind.REPLY):
        for event in okx.decode_reply(reply.u, reply.b.encode(), NOW, {}):
            assert isinstance(event, Listing)
            found |= {i.symbol: i for i in event.instruments}
    return found


def instrument(symbol: str, contract_size: float, *, inverse: bool = False, family: str = "") -> Instrument:
    """A contract as OKX lists it, with what decoding depends on."""
    parts = symbol.split("-")
    underlying = f"{parts[0]}-{parts[1].removesuffix('_UM_XPERP')}"
    perpetual = symbol.endswith("-SWAP") or "_XPERP" in symbol
    return Instrument(
        venue="okx",
        symbol=symbol,
        base=parts[0],
        quote=underlying.partition("-")[2],
        settle=parts[0] if inverse else underlying.partition("-")[2],
        kind=Kind.PERPETUAL if perpetual else Kind.DATED,
        inverse=inverse,
        contract_size=contract_size,
        tick=0.1,
        family=family or underlying,
        index=underlying,
    )


LINEAR = instrument("BTC-USDT-SWAP", 0.01)
INVERSE = instrument("BTC-USD-SWAP", 100.0, inverse=True)
DATED = instrument("BTC-USD-220527", 100.0, inverse=True)
XPERP = instrument("BTC-USD_UM_XPERP-310404", 0.0001, family="BTC-USD_UM_XPERP")
LISTED = {i.symbol: i for i in (LINEAR, INVERSE, DATED, XPERP)}
