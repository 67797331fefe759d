"""BitMEX's contracts and frames made up in its shape, for the tests beside this file."""

import json

from liqtui.instruments import Instrument, Kind
from liqtui.venues.base import VenueSettings
from liqtui.venues.bitmex import Bitmex, create

venue: Bitmex = create(VenueSettings())


def contract(symbol: str, units: float, *, inverse: bool = False, dated: bool = False) -> Instrument:
    """A contract with what decoding depends on."""
    quote = "USD" if inverse else "USDT"
    return Instrument(
        venue="bitmex", symbol=symbol, base="BTC", quote=quote, settle="BTC" if inverse else "USDT",
        kind=Kind.DATED if dated else Kind.PERPETUAL, inverse=inverse, contract_size=units, tick=0.5,
        family=f"XBT{quote}", index=".BXBT" if inverse else ".BXBTT",
    )  # fmt: skip


XBTUSD = contract("XBTUSD", 1.0, inverse=True)
DATED = contract("XBTM25", 1.0, inverse=True, dated=True)
LINEAR = contract("XBTUSDT", 1e-6)
LISTED = {i.symbol: i for i in (XBTUSD, DATED, LINEAR)}

ROW: dict[str, object] = {
    "symbol": "XBTUSD", "rootSymbol": "XBT", "state": "Open", "typ": "FFWCSX", "listing": "2016-05-04T12:00:00.000Z",
    "expiry": None, "underlying": "XBT", "quoteCurrency": "USD", "referenceSymbol": ".BXBT", "lotSize": 100,
    "tickSize": 0.5, "multiplier": -100000000, "settlCurrency": "XBt", "isQuanto": False, "isInverse": True,
    "initMargin": 0.01, "maintMargin": 0.005, "riskLimit": 20000000000, "riskStep": 10000000000,
    "fundingTimestamp": "2025-01-30T20:00:00.000Z", "fundingInterval": "2000-01-01T08:00:00.000Z",
    "fundingRate": 0.0001, "markPrice": 104000.5, "indicativeSettlePrice": 104001.25, "openInterest": 500000000,
    "timestamp": "2025-01-30T16:00:01.500Z",
}  # fmt: skip
LINEAR_ROW: dict[str, object] = {
    **ROW, "symbol": "XRPUSDT", "underlying": "XRP", "quoteCurrency": "USDT", "referenceSymbol": ".BXRPT",
    "tickSize": 0.0001, "multiplier": 10000, "settlCurrency": "USDt", "isInverse": False,
    "riskLimit": 1000000000000, "riskStep": 1000000000000,
}  # fmt: skip


def frame(table: str, action: str, *rows: dict[str, object], **more: object) -> str:
    return json.dumps({"table": table, "action": action, "data": rows, **more})
