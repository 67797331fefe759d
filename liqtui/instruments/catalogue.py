"""All that is listed: found by name, walked by expiry, set side by side over venues."""

from collections.abc import Iterable, Iterator

from liqtui.instruments.contract import DOLLARS, NS_PER_DAY, Instrument, Kind
from liqtui.instruments.meant import lists_coin, nearest, successor
from liqtui.instruments.names import (
    DEFAULT_VENUE,
    ExpiredInstrumentError,
    Name,
    UnknownInstrumentError,
    parse_name,
)
from liqtui.instruments.sums import SUM_VENUE, parts_of_sum, summed
from liqtui.instruments.symbols import ending

FAR_NS = 2**63 - 1


class Catalogue:
    """All instruments of the venues at hand, by name. Immutable: a new listing makes a new catalogue."""

    def __init__(self, instruments: Iterable[Instrument] = ()) -> None:
        self._by_name = {(i.venue, i.symbol.upper()): i for i in instruments}
        self._by_coin: dict[str, list[Instrument]] = {}
        for instrument in self:
            self._by_coin.setdefault(instrument.base, []).append(instrument)

    def __len__(self) -> int:
        return len(self._by_name)

    def __iter__(self) -> Iterator[Instrument]:
        return iter(self._by_name.values())

    def get(self, venue: str, symbol: str) -> Instrument | None:
        return self._by_name.get((venue, symbol.upper()))

    def merged(self, instruments: Iterable[Instrument]) -> "Catalogue":
        """This catalogue with `instruments` added or replaced."""
        return Catalogue([*self, *instruments])

    def resolve(self, name: Name, now_ns: int) -> Instrument:
        """The live instrument of that name.

        Raises:
            ExpiredInstrumentError: it has ended; the error names the family's next contract.
            UnknownInstrumentError: nobody lists it; the error names the nearest ones.
        """
        if name.venue == SUM_VENUE:
            return self._sum(name, now_ns)
        found = self.get(*name)
        if found is not None and not found.expired(now_ns):
            return found
        if found is not None:
            raise ExpiredInstrumentError(str(name), found.expiry_ns, self.following(found, now_ns))
        ended = ending(name.symbol)
        if ended is not None and ended.day_ns <= now_ns:
            following = successor(ended, name.venue, tuple(self), now_ns)
            if following is not None or lists_coin(ended, name.venue, self):
                raise ExpiredInstrumentError(str(name), None, None if following is None else following.name)
        raise UnknownInstrumentError(str(name), nearest(name, self._live(now_ns)))

    def abreast(self, instrument: Instrument, now_ns: int) -> tuple[Instrument, ...]:
        """The same kind of contract of the same coin, one per venue in order of name: perpetuals beside a perpetual,
        contracts that end on the same UTC day beside a dated one, inverse ones beside an inverse one.

        A venue's contract in the instrument's own dollar is preferred, then `DOLLARS` in their order.
        """
        alike = [
            other for other in self.of_coin(instrument.base, now_ns)
            if other.kind is instrument.kind and other.inverse is instrument.inverse
            and _last_day(other) == _last_day(instrument)
        ]
        return tuple(
            instrument if venue == instrument.venue else first
            for venue in sorted({other.venue for other in alike})
            if (first := _foremost(alike, venue, instrument.quote)) is not None
        )

    def members(
        self, base: str, quote: str, venues: Iterable[str], now_ns: int, *, inverse: bool = False
    ) -> dict[str, tuple[Instrument, ...]]:
        """What a sum over venues is made of: of each venue its linear perpetual of the coin, in that quote if it has
        one, else in another dollar; with `inverse` its inverse perpetual, too. Of a venue without any: nothing."""
        perpetuals = [other for other in self.of_coin(base, now_ns) if other.kind is Kind.PERPETUAL]
        wanted = (False, True) if inverse else (False,)
        found: dict[str, tuple[Instrument, ...]] = {}
        for venue in venues:
            chosen = [
                _foremost([p for p in perpetuals if p.inverse is margin], venue, "USD" if margin else quote)
                for margin in wanted
            ]
            found[venue] = tuple(one for one in chosen if one is not None)
        return found

    def of_coin(self, base: str, now_ns: int) -> list[Instrument]:
        """The live contracts of a coin, all venues'."""
        return [i for i in self._by_coin.get(base, ()) if not i.expired(now_ns)]

    def _live(self, now_ns: int) -> list[Instrument]:
        return [instrument for instrument in self if not instrument.expired(now_ns)]

    def series(self, instrument: Instrument, now_ns: int) -> tuple[Instrument, ...]:
        """The instrument's perpetual (itself, where it is one), then the coin's live dated contracts on all venues.

        By the UTC day they end; of one day the instrument's own venue first, and its own margin; then venue by venue.
        """
        if instrument.kind is Kind.PERPETUAL:
            own = None if instrument.expired(now_ns) else instrument
        else:
            own = self._perpetual_of(instrument, now_ns)
        dated = [other for other in self.of_coin(instrument.base, now_ns) if other.kind is Kind.DATED]
        dated.sort(key=lambda other: (
            _end(other) // NS_PER_DAY, other.venue != instrument.venue, other.inverse is not instrument.inverse,
            other.venue, other.quote != instrument.quote, _end(other), other.symbol,
        ))
        return (*(() if own is None else (own,)), *dated)

    def family(self, instrument: Instrument, now_ns: int) -> tuple[Instrument, ...]:
        """The live contracts of the instrument's venue and family, perpetual first, then by expiry."""
        family = [
            other for other in self.of_coin(instrument.base, now_ns)
            if other.venue == instrument.venue and other.family == instrument.family
        ]
        return tuple(sorted(family, key=_by_expiry))

    def _sum(self, name: Name, now_ns: int) -> Instrument:
        """What is summed must be listed somewhere."""
        parts = parts_of_sum(name.symbol)
        if parts is not None:
            listed = self.members(*parts, {i.venue for i in self.of_coin(parts[0], now_ns)}, now_ns)
            ticks = [one.tick for group in listed.values() for one in group]
            if ticks:
                return summed(*parts, min(ticks))
        near = nearest(Name(DEFAULT_VENUE, name.symbol), self._live(now_ns))
        coins = [coin for offered in near if (coin := self._coin(offered)) is not None]
        raise UnknownInstrumentError(str(name), tuple(dict.fromkeys(f"{SUM_VENUE}:{coin}-USDT" for coin in coins)))

    def _coin(self, name: str) -> str | None:
        found = self.get(*parse_name(name))
        return None if found is None else found.base

    def _perpetual_of(self, dated: Instrument, now_ns: int) -> Instrument | None:
        """The perpetual beside a dated contract on its venue: of its family, else of its margin, else any."""
        perpetuals = [
            other for other in self.of_coin(dated.base, now_ns)
            if other.venue == dated.venue and other.kind is Kind.PERPETUAL
        ]
        return min(
            perpetuals,
            key=lambda other: (
                other.family != dated.family, other.inverse is not dated.inverse, other.quote != dated.quote,
                other.symbol,
            ),
            default=None,
        )

    def following(self, instrument: Instrument, now_ns: int) -> str | None:
        """The contract to go on with when this one has ended: the family's next, else its perpetual."""
        family = [other for other in self.family(instrument, now_ns) if other.symbol != instrument.symbol]
        return next((other.name for other in [*(o for o in family if o.kind is Kind.DATED), *family]), None)


def _last_day(instrument: Instrument) -> int | None:
    """The UTC day trading ends, counted from 1970; None for a perpetual (and where a listing does not say)."""
    return None if instrument.expiry_ns is None else instrument.expiry_ns // NS_PER_DAY


def _foremost(among: Iterable[Instrument], venue: str, quote: str) -> Instrument | None:
    """A venue's contract in a quote. One that trades before one that does not; another dollar where none is in `quote`
    and that is a dollar itself (a price in euros cannot stand in)."""
    order = [quote, *(dollar for dollar in DOLLARS if quote in DOLLARS and dollar != quote)]
    if quote == "USD":  # whoever quotes in dollars has nothing else, and says nothing of which token to prefer
        order = list(DOLLARS)
    ranked = [
        (other.state != "live", rank, other.symbol, other)
        for other in among
        if other.venue == venue and (rank := _rank(other, order)) is not None
    ]
    return min(ranked, key=lambda one: one[:3])[3] if ranked else None


def _rank(instrument: Instrument, order: list[str]) -> int | None:
    """The place of a contract's money in `order`. What a venue quotes in dollars may settle in a token of them."""
    return min((order.index(money) for money in (instrument.quote, instrument.settle) if money in order), default=None)


def _by_expiry(instrument: Instrument) -> tuple[bool, int, str]:
    return instrument.kind is Kind.DATED, _end(instrument), instrument.symbol


def _end(instrument: Instrument) -> int:
    """When trading ends, to sort by; what a listing does not say comes last."""
    return FAR_NS if instrument.expiry_ns is None else instrument.expiry_ns
