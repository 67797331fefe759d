"""Deribit's capture of 2021, its contracts, and frames made up in its shape, for the tests beside this file."""

import json

from recorded import FRAMES, NOW

from liqtui.events import Listing
from liqtui.feeds.capture import capture_files, capture_records
from liqtui.feeds.records import Record, RecordKind
from liqtui.instruments import Instrument, Kind
from liqtui.venues.base import VenueSettings
from liqtui.venues.deribit import Deribit, create

venue: Deribit = create(VenueSettings())


def captured(kind: RecordKind) -> list[Record]:
    """What the capture of 2021-07-22 holds of one kind: frames received, or answers to GETs."""
    hosts = dict.fromkeys(venue.hosts, venue.name)
    return [r for r in capture_records(capture_files(FRAMES / "cryptofeed" / "DERIBIT"), hosts) if r.k is kind]


def listing_of_2021() -> dict[str, Instrument]:
    """Every future of the capture's four listings."""
    found: dict[str, Instrument] = {}
    for reply in captured(RecordKind.REPLY):
        for event in venue.decode_reply(reply.u, reply.b.encode(), NOW, {}):
            assert isinstance(event, Listing)
            found |= {i.symbol: i for i in event.instruments}
    return found


def contract(symbol: str, *, inverse: bool = True, dated: bool = False) -> Instrument:
    """A contract with what decoding depends on."""
    base = symbol.replace("_", "-").partition("-")[0]
    quote = "USD" if inverse else "USDC"
    index = f"{base}_{quote}".lower()
    return Instrument(
        venue="deribit", symbol=symbol, base=base, quote=quote, settle=base if inverse else quote,
        kind=Kind.DATED if dated else Kind.PERPETUAL, inverse=inverse, contract_size=10.0 if inverse else 0.001,
        tick=0.5, family=index, index=index,
    )  # fmt: skip


PERPETUAL = contract("BTC-PERPETUAL")
DATED = contract("BTC-27JUN25", dated=True)
LINEAR = contract("BTC_USDC-PERPETUAL", inverse=False)
LISTED = {i.symbol: i for i in (PERPETUAL, DATED, LINEAR)}


def frame(channel: str, data: object) -> str:
    return json.dumps({"jsonrpc": "2.0", "method": "subscription", "params": {"channel": channel, "data": data}})
