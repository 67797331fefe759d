"""Kraken's contracts and their margin levels."""

import math
import re

import msgspec

from liqtui.events import Event, Listing, Rejected, Tier, Tiers, TierUnit
from liqtui.instruments import Instrument, Kind
from liqtui.instruments.symbols import plain
from liqtui.venues._fields import ns_of
from liqtui.venues._kraken_wire import Contract
from liqtui.venues._text import printable

NAME = "kraken"
TYPES = ("futures_inverse", "flexible_futures", "futures_vanilla")
"""Futures; the rest of a listing is indices [O]."""
_SYMBOL = re.compile(r"[PF]([A-Z])_([A-Z0-9]{2,})([A-Z]{3})(_\d{6})?")
"""Perpetual or fixed, kind, coin, quote: `FI_XBTUSD_250627`."""

_contract = msgspec.json.Decoder(Contract)


class _Type(msgspec.Struct, gc=False):
    type: str = ""


_type = msgspec.json.Decoder(_Type)


def contracts_of(rows: list[msgspec.Raw]) -> list[Contract | Rejected]:
    """The futures among the rows of a listing; one that cannot be read does not cost the others."""
    found: list[Contract | Rejected] = []
    for row in rows:
        try:
            if _type.decode(row).type in TYPES:
                found.append(_contract.decode(row))
        except ValueError as error:
            found.append(Rejected(f"instrument {printable(str(error))}: {printable(bytes(row))}"))
    return found


def listing_of(rows: list[Contract | Rejected], recv_ns: int) -> list[Event]:
    """Every future that is listed, and why a row is not among them."""
    found: list[Instrument] = []
    rejected: list[Event] = []
    for row in rows:
        if isinstance(row, Rejected):
            rejected.append(row)
            continue
        try:
            found.append(instrument_of(row))
        except ValueError as error:
            rejected.append(Rejected(f"instrument {printable(str(error))}"))
    return [Listing(NAME, found, recv_ns), *rejected]


def instrument_of(row: Contract) -> Instrument:
    """The contract of a row. Whether it ends, its last trading time says, not its name.

    Raises:
        ValueError: its name is none of a future, or its size or step is missing.
    """
    symbol = row.symbol.upper()  # listings of 2022 wrote it small
    name = _SYMBOL.fullmatch(symbol)
    if name is None or row.size is None or row.tick is None:
        raise ValueError(f"{symbol!r}, contract size {row.size}, tick {row.tick}")
    if symbol.startswith("F") and row.expires is None:
        raise ValueError(f"{symbol} ends, and its listing does not say when")
    kind, coin, quote, _ = name.groups()
    inverse = row.type == "futures_inverse"
    initial = min((level.initial for level in row.levels), default=None)
    return Instrument(
        venue=NAME,
        symbol=symbol,
        base=plain(coin),
        quote=quote,
        settle=plain(coin) if inverse else quote,
        kind=Kind.PERPETUAL if row.expires is None else Kind.DATED,
        inverse=inverse,
        contract_size=row.size,
        tick=row.tick,
        family=f"{kind}_{coin}{quote}",
        index=f"{coin}{quote}",
        listed_ns=None if row.opened is None else ns_of(row.opened),
        expiry_ns=None if row.expires is None else ns_of(row.expires),
        max_leverage=None if initial is None else 1 / initial,
        state="live" if row.tradeable else "suspend",
    )


def tiers_of(row: Contract, instrument: Instrument) -> list[Event]:
    """The margin levels. A position's level counts for all of it [M]."""
    if not row.levels:
        return []
    counted = all(level.contracts is not None for level in row.levels)
    levels = sorted(row.levels, key=lambda level: (level.contracts if counted else level.value) or 0.0)
    floors = [(level.contracts if counted else level.value) or 0.0 for level in levels]
    tiers = [
        Tier(floor, cap, level.maintenance, 1 / level.initial)
        for level, floor, cap in zip(levels, floors, [*floors[1:], math.inf], strict=True)
    ]
    unit = TierUnit.CONTRACTS if counted else TierUnit.VALUE
    return [Tiers(instrument.family, instrument.inverse, tiers, instrument.kind, unit)]
