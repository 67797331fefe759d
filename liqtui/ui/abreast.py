"""What stands beside an instrument: the same contract on other venues, and the sum over them. Pure; knows no screen."""

from collections.abc import Collection
from datetime import UTC, datetime

from liqtui.instruments import DOLLARS, SUM_VENUE, Catalogue, Instrument, Kind, parse_name, summed

NEVER_SUMMED = "dated contracts are never summed"


def short_name(instrument: Instrument) -> str:
    """What an instrument is called where its venue stands beside it: its symbol; a sum `all:BTC-USDT`."""
    return instrument.name.removesuffix("-SWAP") if instrument.venue == SUM_VENUE else instrument.symbol


def ends_of(instrument: Instrument) -> str:
    """`perp`, `250627`, or `250627i` of an inverse contract."""
    ends = instrument.expiry_ns
    when = "perp" if ends is None else datetime.fromtimestamp(ends / 1e9, UTC).strftime("%y%m%d")
    return when + "i" * instrument.inverse


def ring(catalogue: Catalogue, name: str, sums: Collection[str], now_ns: int) -> tuple[Instrument, ...]:
    """The sum, then venue by venue in order of name; for a dated contract those that end on its day, and no sum. Empty
    where nobody lists `name`.

    `sums`: the venues that a sum adds up; one of them must list a linear dollar perpetual of the coin.
    """
    try:
        origin = catalogue.resolve(parse_name(name), now_ns)
    except (LookupError, ValueError):
        return ()
    beside = catalogue.abreast(origin, now_ns)
    if origin.kind is Kind.DATED:
        return beside
    whole = origin if origin.venue == SUM_VENUE else summed(origin.base, DOLLARS[0])
    return (whole, *beside) if venues_summed(catalogue, whole, sums, now_ns) else beside


def venues_summed(catalogue: Catalogue, whole: Instrument, sums: Collection[str], now_ns: int) -> int:
    """Of how many of the venues `sums` a sum has a linear perpetual, as far as is listed."""
    members = catalogue.members(whole.base, whole.quote, sums, now_ns)
    return sum(1 for found in members.values() if found)


def venues_behind(venue: str, sums: Collection[str]) -> set[str]:
    """The venues whose feeds an instrument of `venue` rests on: that one, or those that a sum adds up."""
    return {*sums} if venue == SUM_VENUE else {venue}


def summable(catalogue: Catalogue, sums: Collection[str], now_ns: int) -> list[Instrument]:
    """The sums of the coins that two of the venues `sums` or more have a linear dollar perpetual of."""
    venues: dict[str, set[str]] = {}
    for one in catalogue:
        linear = one.kind is Kind.PERPETUAL and not one.inverse and one.venue in sums
        if linear and (one.quote in DOLLARS or one.settle in DOLLARS) and not one.expired(now_ns):
            venues.setdefault(one.base, set()).add(one.venue)
    return [summed(coin, DOLLARS[0]) for coin, listing in venues.items() if len(listing) > 1]


def standing(
    catalogue: Catalogue, shown: Instrument, beside: Collection[Instrument], sums: Collection[str],
    awaited: Collection[str], now_ns: int,
) -> str:
    """`sum of 3 venues`, `venue binance (2 of 5)`; and who has yet to say what they list."""
    if shown.venue == SUM_VENUE:
        count = venues_summed(catalogue, shown, sums, now_ns)
        said = [f"sum of {count} venue{'s' * (count != 1)}"]
    else:
        venues = [other.venue for other in beside if other.venue != SUM_VENUE]
        said = [f"venue {shown.venue} ({venues.index(shown.venue) + 1} of {len(venues)})"]
    if shown.kind is Kind.DATED:
        said.append(NEVER_SUMMED)
    if awaited:
        said.append(f"still asking {', '.join(sorted(awaited))}")
    return " · ".join(said)
