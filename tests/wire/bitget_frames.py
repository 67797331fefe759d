"""Recorded Bitget frames and the instruments they speak of, for the tests beside this file."""

from pathlib import Path
from typing import Any

import pytest

from liqtui.instruments import Instrument, Kind
from liqtui.venues.base import VenueSettings
from liqtui.venues.bitget import Bitget, create

FRAMES = Path(__file__).parents[3] / "shared" / "frames"

needs_frames = pytest.mark.skipif(not FRAMES.is_dir(), reason="the recorded frames are not beside this repository")

NOW = 1_800_000_000_000_000_000
"""A receive time after everything recorded and made up here."""

bitget: Bitget = create(VenueSettings())


def historical(name: str) -> list[str]:
    """Single frames: of v2 (2024), of v3 (2026)."""
    return [line for line in (FRAMES / "historical" / name).read_text().splitlines() if line.strip()]


def instrument(symbol: str, *, inverse: bool = False, dated: bool = False, size: float = 1.0) -> Instrument:
    """A contract as Bitget lists it, with what decoding depends on."""
    quote = "USD" if inverse else "USDT"
    base = symbol.partition("USD")[0]
    return Instrument(
        venue="bitget",
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


def about(figure: float) -> Any:
    """Equal to `figure` but for the rounding of a product."""
    return pytest.approx(figure)


LINEAR = instrument("BTCUSDT")
INVERSE = instrument("BTCUSD", inverse=True)
DATED = instrument("BTCUSDM25", inverse=True, dated=True)
LISTED = {i.symbol: i for i in (LINEAR, INVERSE, DATED)}
