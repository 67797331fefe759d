"""BitMEX's contracts: what a contract is worth, and the margin it asks for."""

import math

import msgspec

from liqtui.events import Event, Listing, Rejected, Tier, Tiers, TierUnit
from liqtui.instruments import Instrument, Kind
from liqtui.instruments.symbols import plain
from liqtui.venues._bitmex_wire import Contract
from liqtui.venues._fields import ns_of
from liqtui.venues._text import printable, speakable

NAME = "bitmex"
PERPETUAL, DATED = "FFWCSX", "FFCCSX"
"""Types of contract [O]; the rest is spot, options, indices and perpetuals on currencies and stocks."""
MINOR = {"XBt": 1e8, "USDt": 1e6}
"""Minor units in one of a settlement currency: satoshi in a bitcoin."""
COIN = {"XBt": "BTC", "USDt": "USDT"}
MAX_TIERS = 400

_rows = msgspec.json.Decoder(list[msgspec.Raw])
_contract = msgspec.json.Decoder(Contract)


def contracts_of(body: bytes) -> list[Contract | Rejected]:
    """The rows of an answer about instruments; one that cannot be read does not cost the others."""
    found: list[Contract | Rejected] = []
    for row in _rows.decode(body):
        try:
            found.append(_contract.decode(row))
        except ValueError as error:
            found.append(Rejected(f"instrument {printable(str(error))}: {printable(bytes(row))}"))
    return found


def listing_of(rows: list[Contract | Rejected], recv_ns: int) -> list[Event]:
    """The linear and inverse futures among `rows`.

    A quanto contract is worth a fixed amount of bitcoin per dollar of another coin: neither coins nor dollars. It is
    left out, as its size has no unit here.
    """
    found: list[Instrument] = []
    rejected: list[Event] = []
    for row in rows:
        if isinstance(row, Rejected):
            rejected.append(row)
        elif row.type in (PERPETUAL, DATED) and not row.quanto and row.state in ("Open", "Closed", ""):
            try:
                found.append(instrument_of(row))
            except ValueError as error:
                rejected.append(Rejected(f"instrument {printable(row.symbol)}: {printable(str(error))}"))
    return [Listing(NAME, found, recv_ns), *rejected]


def instrument_of(row: Contract) -> Instrument:
    """The contract of a row.

    Raises:
        ValueError: its names cannot be shown, or its value is in a currency we cannot count.
    """
    names = (row.symbol, row.underlying, row.quote, row.settle, row.reference)
    minor = MINOR.get(row.settle)
    if not (row.symbol and row.underlying and row.quote and speakable(*names)):
        raise ValueError(f"names {names!r}")
    if minor is None or not row.multiplier or row.tick is None:
        raise ValueError(f"settles in {row.settle!r}, multiplier {row.multiplier}, tick {row.tick}")
    perpetual = row.type == PERPETUAL
    return Instrument(
        venue=NAME,
        symbol=row.symbol,
        base=plain(row.underlying),
        quote=plain(row.quote),
        settle=COIN[row.settle],
        kind=Kind.PERPETUAL if perpetual else Kind.DATED,
        inverse=row.inverse,
        # The multiplier is what a contract is worth at a price of 1, in minor units; negative where inverse.
        contract_size=abs(row.multiplier) / minor,
        tick=row.tick,
        family=f"{row.underlying}{row.quote}",
        index=row.reference or row.underlying,
        listed_ns=None if row.listed is None else ns_of(row.listed),
        expiry_ns=None if perpetual or row.expires is None else ns_of(row.expires),
        max_leverage=None if row.initial is None else 1 / row.initial,
        state="live" if row.state in ("Open", "") else "suspend",
    )


def tiers_of(row: Contract, instrument: Instrument) -> list[Event]:
    """The linear rule: each `riskStep` of value beyond `riskLimit` adds the base maintenance rate to both margins [O].

    The rate of a position's tier counts for all of it [M]. It ends where the initial margin reaches the whole value.
    """
    minor = MINOR.get(row.settle)
    if row.initial is None or row.maintenance is None or not row.risk_limit or not row.risk_step or minor is None:
        return []
    limit, step = row.risk_limit / minor, row.risk_step / minor
    steps = min(MAX_TIERS, max(1, math.ceil((1 - row.initial) / row.maintenance)))
    tiers = [
        Tier(
            floor=limit + (n - 1) * step if n else 0.0,
            cap=limit + n * step if n + 1 < steps else math.inf,
            maintenance=row.maintenance * (n + 1),
            max_leverage=1 / (row.initial + n * row.maintenance),
        )
        for n in range(steps)
    ]
    return [Tiers(instrument.family, instrument.inverse, tiers, instrument.kind, TierUnit.VALUE)]
