"""Hyperliquid's listing and contracts, for the tests beside this file."""

import json

from liqtui.instruments import Instrument, Kind
from liqtui.venues.base import VenueSettings
from liqtui.venues.hyperliquid import Hyperliquid, create

venue: Hyperliquid = create(VenueSettings())


def contract(symbol: str, units: float = 1.0) -> Instrument:
    """A contract with what decoding depends on."""
    base = symbol[1:] if units > 1 else symbol
    return Instrument(
        venue="hyperliquid", symbol=symbol, base=base, quote="USD", settle="USDC", kind=Kind.PERPETUAL, inverse=False,
        contract_size=units, tick=0.1, family=symbol, index=base,
    )  # fmt: skip


BTC, ETH, PEPE = contract("BTC"), contract("ETH"), contract("kPEPE", 1000.0)
LISTED = {i.symbol: i for i in (BTC, ETH, PEPE)}

UNIVERSE = {
    "universe": [
        {"szDecimals": 5, "name": "BTC", "maxLeverage": 40, "marginTableId": 56},
        {"szDecimals": 4, "name": "ETH", "maxLeverage": 25, "marginTableId": 55},
        {"szDecimals": 1, "name": "MATIC", "maxLeverage": 20, "marginTableId": 20, "isDelisted": True},
        {"szDecimals": 0, "name": "kPEPE", "maxLeverage": 10, "marginTableId": 10},
    ],
    "marginTables": [
        [55, {"description": "tiered 25x", "marginTiers": [
            {"lowerBound": "0.0", "maxLeverage": 25}, {"lowerBound": "100000000.0", "maxLeverage": 15}]}],
        [56, {"description": "tiered 40x", "marginTiers": [
            {"lowerBound": "0.0", "maxLeverage": 40}, {"lowerBound": "150000000.0", "maxLeverage": 20}]}],
    ],
    "collateralToken": 0,
}  # fmt: skip


def frame(channel: str, data: object) -> str:
    return json.dumps({"channel": channel, "data": data})
