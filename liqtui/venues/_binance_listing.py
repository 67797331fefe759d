"""Binance's listings to instruments, and the maintenance schedules known of them."""

from collections.abc import Mapping

import msgspec

from liqtui.events import Event, Listing, Rejected, Tier, Tiers, TierUnit
from liqtui.instruments import Instrument, Kind
from liqtui.venues._binance_tiers import AS_OF, bundled
from liqtui.venues._binance_wire import CM, UM, BracketRow, ContractRow, ExchangeInfo, SymbolRow
from liqtui.venues._text import printable, speakable
from liqtui.venues._wire import MS, multiplied, number

NAME = "binance"

PERPETUAL_DELIVERY = 4_133_404_800_000
"""The delivery date of what is never delivered: 2100-12-25 [F]."""

_STATES = {
    "TRADING": "live",
    "PENDING_TRADING": "preopen",
    "DELIVERED": "expired",
    "CLOSE": "expired",
}
"""Binance's words that mean something here; all others are shown in lower case (`settling`, `delivering`, …)."""

_symbol = msgspec.json.Decoder(SymbolRow)
_info = msgspec.json.Decoder(ExchangeInfo)


def state_of(status: str) -> str:
    """A contract's state in our words."""
    return _STATES.get(status, printable(status.lower(), 20))


def listing_of(body: bytes, recv_ns: int) -> list[Event]:
    """`/exchangeInfo` of either market: a `Listing`, the bundled `Tiers`, a `Rejected` for each unreadable contract.

    Raises:
        ValueError: it is something else.
    """
    found: list[Instrument] = []
    rejected: list[Event] = []
    for raw in _info.decode(body).symbols:
        try:
            row = _symbol.decode(raw)
            if row.kind and row.pair:  # what never traded or is long gone has neither
                found.append(_instrument(row))
        except ValueError as error:
            rejected.append(Rejected(f"instrument: {printable(str(error))}: {printable(bytes(raw), 60)}"))
    kinds = {(i.family, i.kind): i for i in found if not i.inverse}
    return [Listing(NAME, found, recv_ns), *filter(None, map(_bundled, kinds.values())), *rejected]


def _bundled(instrument: Instrument) -> Tiers | None:
    tiers = bundled(instrument.family, instrument.kind)
    return Tiers(instrument.family, False, tiers, instrument.kind, TierUnit.VALUE, AS_OF) if tiers else None


def _instrument(row: SymbolRow) -> Instrument:
    inverse = row.face is not None
    multiple, base = (1.0, row.base) if inverse else multiplied(row.base)
    size = row.face if row.face is not None else multiple
    tick = next((number(f.tick) for f in row.filters if f.kind == "PRICE_FILTER"), None)
    known = base and row.quote and speakable(row.symbol, row.pair, row.base, row.quote, row.settle)
    if not known or not 0 < size < 1e18 or tick is None or tick <= 0:
        raise ValueError(f"base {row.base!r}, quote {row.quote!r}, contract size {size}, tick {tick}")
    kind = Kind.PERPETUAL if "PERPETUAL" in row.kind else Kind.DATED
    schedule = [] if inverse else bundled(row.pair, kind)
    return Instrument(
        venue=NAME,
        symbol=row.symbol,
        base=base,
        quote=row.quote,
        settle=row.settle,
        kind=kind,
        inverse=inverse,
        contract_size=size,
        tick=tick if multiple == 1.0 else float(f"{tick / multiple:.12g}"),  # without the noise of dividing
        family=row.pair,
        index=row.pair,
        listed_ns=row.onboard * MS or None,
        expiry_ns=_expiry(kind, row.delivery),
        max_leverage=max((tier.max_leverage for tier in schedule), default=None),
        state=state_of(row.status or row.contract_status),
    )


def _expiry(kind: Kind, delivery: int) -> int | None:
    """End of trading in ns. A perpetual's date is the sentinel, or when it will be delisted: that is its state's."""
    return delivery * MS if kind is Kind.DATED and 0 < delivery != PERPETUAL_DELIVERY else None


def contract_of(row: ContractRow, recv_ns: int, listed: Mapping[str, Instrument]) -> list[Event]:
    """What `!contractInfo` says of a contract we know: its state, its expiry, its brackets.

    A contract that is new comes with the next listing: this stream names neither its coins nor its size.
    """
    instrument = listed.get(row.symbol)
    if instrument is None:
        return []
    check_market(instrument, row.market)
    changed = msgspec.structs.replace(
        instrument,
        state=state_of(row.status),
        expiry_ns=_expiry(instrument.kind, row.delivery) or instrument.expiry_ns,
    )
    if not row.brackets:
        return [Listing(NAME, [changed], recv_ns)]
    tiers = sorted((_tier(b) for b in row.brackets), key=lambda tier: tier.floor)
    highest = max(tier.max_leverage for tier in tiers)
    changed = msgspec.structs.replace(changed, max_leverage=highest or changed.max_leverage)
    told = Tiers(instrument.family, instrument.inverse, tiers, instrument.kind, TierUnit.VALUE)
    return [Listing(NAME, [changed], recv_ns), told]


def _tier(row: BracketRow) -> Tier:
    return Tier(row.floor, row.cap, row.maintenance, row.leverage, row.amount)


def check_market(instrument: Instrument, market: int | None) -> None:
    """Streams of all contracts carry both markets: a frame's `st` must be that of the contract it names.

    Raises:
        ValueError: it is not.
    """
    if market is not None and market != (CM if instrument.inverse else UM):
        raise ValueError(f"{instrument.symbol} is said to be of market st={market}")
