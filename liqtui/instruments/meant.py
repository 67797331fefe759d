"""What a person may have meant by a name that nobody lists."""

import difflib
from collections.abc import Collection, Iterable, Sequence

from liqtui.instruments.contract import Instrument, Kind
from liqtui.instruments.names import Name
from liqtui.instruments.symbols import Ending, coin_and_quote, ending, squashed

OFFERED = 5
ELSEWHERE = 3
"""How many of them may be the very symbol on other venues."""
LOOKS_ALIKE = 0.5


def nearest(name: Name, live: Collection[Instrument]) -> tuple[str, ...]:
    """Names of contracts that look like `name`, best first: that symbol on other venues, then the named venue's, then
    others'."""
    wanted = name.symbol.upper()
    same = sorted(i.name for i in live if i.symbol.upper() == wanted)[:ELSEWHERE]
    here = {i.symbol.upper(): i.name for i in live if i.venue == name.venue}
    close = difflib.get_close_matches(wanted, here, n=OFFERED, cutoff=LOOKS_ALIKE)
    holding = _holding(squashed(wanted), live, name.venue)
    own = [i.name for i in holding if i.venue == name.venue]
    return tuple(dict.fromkeys([*same, *own, *(here[s] for s in close), *(i.name for i in holding)]))[:OFFERED]


def _holding(letters: str, live: Iterable[Instrument], venue: str) -> list[Instrument]:
    """Contracts whose letters hold these, closest first; perpetuals first, and those of the venue named."""
    ranked = []
    for instrument in live:
        symbol, pair = squashed(instrument.symbol), f"{instrument.base}{instrument.quote}".upper()
        exact = letters in (symbol, pair, instrument.base.upper())
        if exact or letters in symbol:
            starts = symbol.startswith(letters) or instrument.base.upper().startswith(letters)
            order = (
                not exact, not starts, instrument.kind is Kind.DATED, instrument.venue != venue, len(symbol),
                instrument.name,
            )
            ranked.append((order, instrument))
    return [instrument for _, instrument in sorted(ranked, key=lambda one: one[0])]


def successor(ended: Ending, venue: str, listed: Sequence[Instrument], now_ns: int) -> Instrument | None:
    """The contract to go on with after one that is no longer listed, by what its symbol says of it.

    The next dated contract of the same wording on its venue; where the venue never words them so, of a venue that
    does; else one in the same quote: dated, or the perpetual. None where the coin has no live contract.
    """
    coin, quote = coin_and_quote(ended.stem)
    ranked = []
    for instrument in listed:
        if instrument.base.upper() != coin or instrument.expired(now_ns):
            continue
        worded = ended.worded_like(ending(instrument.symbol))
        here = instrument.venue == venue
        if not here and not worded:
            continue
        order = (
            not worded, not here, bool(quote) and quote not in (instrument.quote, instrument.settle),
            instrument.kind is Kind.PERPETUAL, instrument.expiry_ns or 0, instrument.name,
        )
        ranked.append((order, instrument))
    return min(ranked, key=lambda one: one[0])[1] if ranked else None


def lists_coin(ended: Ending, venue: str, listed: Iterable[Instrument]) -> bool:
    """Whether a venue lists, or listed, anything of the coin a symbol names: what it names may have been there."""
    coin, _ = coin_and_quote(ended.stem)
    return any(instrument.venue == venue and instrument.base.upper() == coin for instrument in listed)
