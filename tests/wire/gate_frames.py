"""Recorded Gate frames and the instruments they speak of, for the tests beside this file."""

import json
from pathlib import Path
from typing import Any

import pytest

from liqtui.events import Listing
from liqtui.feeds.capture import capture_files, capture_records
from liqtui.feeds.records import Record, RecordKind
from liqtui.instruments import Instrument, Kind
from liqtui.venues.base import VenueSettings
from liqtui.venues.gate import Gate, create

FRAMES = Path(__file__).parents[3] / "shared" / "frames"

needs_frames = pytest.mark.skipif(not FRAMES.is_dir(), reason="the recorded frames are not beside this repository")

NOW = 1_800_000_000_000_000_000
"""A receive time after everything recorded and made up here."""

gate: Gate = create(VenueSettings())


def captured() -> list[Record]:
    """A capture of 2023-05-24, in order of time: frames received and answers to GETs."""
    hosts = dict.fromkeys(gate.hosts, gate.name)
    records = capture_records(capture_files(FRAMES / "cryptofeed" / "GATEIO_FUTURES"), hosts)
    return [r for r in records if r.k in (RecordKind.RECV, RecordKind.REPLY)]


def historical() -> list[str]:
    """Single frames of 2020 to 2023."""
    lines = (FRAMES / "historical" / "gate-io-futures.jsonl").read_text().splitlines()
    return [json.dumps(json.loads(line), separators=(",", ":")) for line in lines if line.strip()]


def listing_of_2023() -> dict[str, Instrument]:
    """Every perpetual Gate listed on 2023-05-24."""
    (reply,) = (r for r in captured() if r.u.endswith("/contracts"))
    (event,) = gate.decode_reply(reply.u, reply.b.encode(), NOW, {})
    assert isinstance(event, Listing)
    return {i.symbol: i for i in event.instruments}


def instrument(symbol: str, contract_size: float, *, inverse: bool = False) -> Instrument:
    """A contract as Gate lists it, with what decoding depends on."""
    base, quote, *date = symbol.split("_")
    return Instrument(
        venue="gate",
        symbol=symbol,
        base=base,
        quote=quote,
        settle=base if inverse else quote,
        kind=Kind.DATED if date else Kind.PERPETUAL,
        inverse=inverse,
        contract_size=contract_size,
        tick=0.1,
        family=f"{base}_{quote}",
        index=symbol,
    )


LINEAR = instrument("BTC_USDT", 0.0001)
INVERSE = instrument("BTC_USD", 1.0, inverse=True)
DATED = instrument("BTC_USDT_20270625", 0.0001)
LISTED = {i.symbol: i for i in (LINEAR, INVERSE, DATED)}


def about(figure: float) -> Any:
    """Equal to `figure` but for the rounding of a product."""
    return pytest.approx(figure)
