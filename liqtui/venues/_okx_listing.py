"""OKX's listings to instruments."""

from liqtui.events import Event, Listing, Rejected
from liqtui.instruments import Instrument, Kind
from liqtui.venues._okx_wire import InstrumentRow
from liqtui.venues._text import printable, speakable
from liqtui.venues._wire import nanoseconds, number

NAME = "okx"


def inst_type(symbol: str) -> str:
    """The type OKX files a derivative under. X-Perps are filed under FUTURES."""
    return "SWAP" if symbol.endswith("-SWAP") else "FUTURES"


def instruments_of(rows: list[InstrumentRow], recv_ns: int) -> list[Event]:
    """A `Listing` of the swaps and futures among `rows`, and a `Rejected` for each that cannot be read.

    Spot pairs and options are left out: nobody is liquidated there by a published rule. So are contracts that are
    announced but not specified yet (OKX leaves their contract value empty until minutes before they open [O]).
    """
    found: list[Instrument] = []
    rejected: list[Event] = []
    derivatives = [r for r in rows if r.inst_type in ("SWAP", "FUTURES")]
    for row in derivatives:
        try:
            if row.value and row.tick:
                found.append(_instrument(row))
        except ValueError as error:
            rejected.append(Rejected(f"instrument {printable(row.symbol)}: {printable(str(error))}"))
    return [Listing(NAME, found, recv_ns), *rejected] if derivatives else []


def _instrument(row: InstrumentRow) -> Instrument:
    underlying = row.underlying or row.family
    base, dash, quote = underlying.partition("-")
    value, multiplier, tick = number(row.value), number(row.multiplier), number(row.tick)
    contract_size = (value or 0) * (1 if multiplier is None else multiplier)
    known = base and dash and row.symbol and speakable(row.symbol, underlying, row.family, row.settle)
    if not known or contract_size <= 0 or tick is None or tick <= 0:
        raise ValueError(f"underlying {underlying!r}, contract size {contract_size}, tick {tick}")
    perpetual = row.inst_type == "SWAP" or row.rule == "xperp" or "_XPERP-" in row.symbol
    return Instrument(
        venue=NAME,
        symbol=row.symbol,
        base=base,
        quote=quote,
        settle=row.settle,
        kind=Kind.PERPETUAL if perpetual else Kind.DATED,
        inverse=row.kind == "inverse",
        contract_size=contract_size,
        tick=tick,
        family=row.family or underlying,
        index=underlying,
        listed_ns=nanoseconds(row.listed),
        # An X-Perp's `expTime` lies years ahead and is moved; it is paid funding and is not an expiry to trade by.
        expiry_ns=None if perpetual else nanoseconds(row.expires),
        max_leverage=number(row.lever),
        state=printable(row.state, 20),
    )
