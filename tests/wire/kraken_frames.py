"""Kraken's contracts and listing, for the tests beside this file."""

from liqtui.instruments import Instrument, Kind
from liqtui.venues.base import VenueSettings
from liqtui.venues.kraken import Kraken, create

venue: Kraken = create(VenueSettings())


def contract(symbol: str) -> Instrument:
    """A contract with what decoding depends on."""
    kind, core = symbol[1], symbol.split("_")[1]
    inverse, dated = kind == "I", symbol.startswith("F")
    base = {"XBT": "BTC"}.get(core[:-3], core[:-3])
    return Instrument(
        venue="kraken", symbol=symbol, base=base, quote="USD", settle=base if inverse else "USD",
        kind=Kind.DATED if dated else Kind.PERPETUAL, inverse=inverse, contract_size=1.0, tick=0.5,
        family=f"{kind}_{core}", index=core,
    )  # fmt: skip


INVERSE, LINEAR, DATED = contract("PI_XBTUSD"), contract("PF_XBTUSD"), contract("FI_XBTUSD_250627")
LISTED = {i.symbol: i for i in (INVERSE, LINEAR, DATED)}

PI_ROW: dict[str, object] = {
    "symbol": "PI_XBTUSD", "type": "futures_inverse", "underlying": "rr_xbtusd", "tickSize": 0.5, "contractSize": 1,
    "tradeable": True, "openingDate": "2018-08-31T00:00:00.000Z", "marginLevels": [
        {"contracts": 0, "initialMargin": 0.02, "maintenanceMargin": 0.01},
        {"contracts": 500000, "initialMargin": 0.04, "maintenanceMargin": 0.02}],
}  # fmt: skip
PF_ROW: dict[str, object] = {
    "symbol": "PF_XBTUSD", "type": "flexible_futures", "tickSize": 1, "contractSize": 1, "tradeable": True,
    "openingDate": "2022-03-22T13:15:36Z", "base": "BTC", "quote": "USD", "pair": "BTC:USD", "marginLevels": [
        {"numNonContractUnits": 0.0, "initialMargin": 0.01, "maintenanceMargin": 0.005},
        {"numNonContractUnits": 1000000.0, "initialMargin": 0.02, "maintenanceMargin": 0.01},
        {"numNonContractUnits": 3000000.0, "initialMargin": 0.04, "maintenanceMargin": 0.02}],
}  # fmt: skip
