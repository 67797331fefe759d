"""Recorded Bybit frames and the instruments they speak of, for the tests beside this file."""

import json
from pathlib import Path

import pytest

from liqtui.instruments import Instrument, Kind
from liqtui.venues.base import VenueSettings
from liqtui.venues.bybit import Bybit, create

FRAMES = Path(__file__).parents[3] / "shared" / "frames"

needs_frames = pytest.mark.skipif(not FRAMES.is_dir(), reason="the recorded frames are not beside this repository")

NOW = 1_800_000_000_000_000_000
"""A receive time after everything recorded and made up here."""

bybit: Bybit = create(VenueSettings())


def historical() -> list[str]:
    """Single frames of 2019 to 2025; most are of v2."""
    return [line for line in (FRAMES / "historical" / "bybit.jsonl").read_text().splitlines() if line.strip()]


def recent() -> list[str]:
    """Bybit's frames of 2026."""
    lines = map(json.loads, (FRAMES / "recent" / "frames.jsonl").read_text().splitlines())
    return [line["raw"] for line in lines if line["venue"] == "BYBIT"]


def instrument(symbol: str, *, inverse: bool = False, dated: bool = False, size: float = 1.0) -> Instrument:
    """A contract as Bybit lists it, with what decoding depends on."""
    base, quote = (symbol[:3], "USD") if inverse else (symbol.partition("USDT")[0], "USDT")
    return Instrument(
        venue="bybit",
        symbol=symbol,
        base=base,
        quote=quote,
        settle=base if inverse else quote,
        kind=Kind.DATED if dated else Kind.PERPETUAL,
        inverse=inverse,
        contract_size=size,
        tick=0.1,
        family=f"{base}-{quote}",
        index=symbol,
    )


LINEAR = instrument("BTCUSDT")
INVERSE = instrument("BTCUSD", inverse=True)
DATED = instrument("BTCUSDT-27JUN25", dated=True)
INVERSE_DATED = instrument("BTCUSDU23", inverse=True, dated=True)
LISTED = {i.symbol: i for i in (LINEAR, INVERSE, DATED, INVERSE_DATED)}
