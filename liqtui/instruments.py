"""What is traded: instruments as venues list them, names as people type them, and expiry series."""

import difflib
import enum
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

DEFAULT_VENUE = "okx"
NAMES_OFFERED = 5
DOLLARS = ("USDT", "USDC", "USD")
"""What counts as a dollar, the most traded first."""
SUM_VENUE = "all"
"""Whose instruments are sums: `all:BTC-USDT-SWAP` is what the venues' perpetuals of a coin come to together."""
NS_PER_DAY = 86_400 * 10**9
_DATE_IN_NAME = re.compile(r"[-_](\d{6})$")


class Kind(enum.StrEnum):
    """Whether a contract ends. An X-Perp is listed among the futures and is perpetual all the same."""

    PERPETUAL = "perpetual"
    DATED = "dated"


class Instrument(msgspec.Struct, frozen=True):
    """One derivative contract as its venue lists it.

    Sizes everywhere else are in *units*: base coin for a linear contract, USD face for an inverse one.
    """

    venue: str
    symbol: str
    """The venue's own name, kept to the letter: `BTC-USDT-SWAP`, `BTC-USD_UM_XPERP-310404`."""
    base: str
    quote: str
    settle: str
    kind: Kind
    inverse: bool
    contract_size: float
    """Units per contract: base coin (linear) or USD face (inverse)."""
    tick: float
    family: str
    """Contracts that share tiers and an underlying: `BTC-USDT`."""
    index: str
    """The venue's name of the index the mark follows: `BTC-USDT`."""
    listed_ns: int | None = None
    expiry_ns: int | None = None
    """End of trading, UTC ns, from the listing. None for a perpetual."""
    max_leverage: float | None = None
    state: str = "live"

    @property
    def name(self) -> str:
        """`okx:BTC-USDT-SWAP`, as the command line takes it."""
        return f"{self.venue}:{self.symbol}"

    @property
    def unit(self) -> str:
        """What a size of this contract counts: the base coin, or the quote of an inverse face."""
        return self.quote if self.inverse else self.base

    def expired(self, now_ns: int) -> bool:
        return self.state == "expired" or (self.expiry_ns is not None and self.expiry_ns <= now_ns)

    def days_left(self, now_ns: int) -> float | None:
        """Days to expiry; None for a perpetual."""
        return None if self.expiry_ns is None else (self.expiry_ns - now_ns) / NS_PER_DAY

    def quote_value(self, units: float, price: float) -> float:
        """Notional of `units` in quote currency at `price`."""
        return units if self.inverse else units * price


class Name(NamedTuple):
    """An instrument as a person names it: `BTC-USDT-SWAP` or `okx:BTC-USDT-250523`."""

    venue: str
    symbol: str

    def __str__(self) -> str:
        return f"{self.venue}:{self.symbol}"


def parse_name(text: str) -> Name:
    """Split `venue:SYMBOL`; without a venue the default one is meant. Symbols keep their case as listed.

    Raises:
        ValueError: nothing is left of the name, or it holds white space or control characters.
    """
    venue, colon, symbol = text.strip().partition(":")
    if not colon:
        venue, symbol = DEFAULT_VENUE, venue
    if not venue or not symbol or any(c.isspace() or not c.isprintable() for c in venue + symbol):
        raise ValueError(f"not an instrument name: {text!r} (try BTC-USDT-SWAP or okx:BTC-USDT-SWAP)")
    return Name(venue.lower(), symbol)


def summed(base: str, quote: str, tick: float = 0.0) -> Instrument:
    """The sum of the perpetuals of a coin over venues, as an instrument; `quote`: the dollar that is preferred."""
    return Instrument(
        venue=SUM_VENUE, symbol=f"{base}-{quote}-SWAP", base=base, quote=quote, settle=quote, kind=Kind.PERPETUAL,
        inverse=False, contract_size=1.0, tick=tick, family=f"{base}-{quote}", index="",
    )


def parts_of_sum(symbol: str) -> tuple[str, str] | None:
    """Coin and dollar of a sum's symbol, `BTC-USDT-SWAP` (for short `BTC-USDT`, `BTCUSDT` or `BTC`), or None."""
    words = symbol.upper().removesuffix("-SWAP").split("-")
    if len(words) == 1:
        dollar = next((d for d in DOLLARS if words[0].endswith(d) and words[0] != d), "")
        words = [words[0].removesuffix(dollar), dollar or DOLLARS[0]]
    return (words[0], words[1]) if len(words) == 2 and words[0] and words[1] in DOLLARS else None


class UnknownInstrumentError(LookupError):
    """No venue lists this name. `nearest` holds the names a person may have meant."""

    def __init__(self, name: str, nearest: tuple[str, ...]) -> None:
        hint = f"; nearest: {', '.join(nearest)}" if nearest else ""
        super().__init__(f"no instrument {name}{hint}")
        self.name, self.nearest = name, nearest


class UnknownVenueError(LookupError):
    """Nobody here speaks to a venue of that name."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"no venue {name!r}; there are: {', '.join(known)}")


class ExpiredInstrumentError(LookupError):
    """The contract has ended (or is gone from the listing). `next` is the family's next contract."""

    def __init__(self, name: str, expiry_ns: int | None, following: str | None) -> None:
        when = f" on {utc_day(expiry_ns)}" if expiry_ns is not None else ", and is no longer listed"
        hint = f"; next: {following}" if following else "; its family lists no later contract"
        super().__init__(f"{name} has expired{when}{hint}")
        self.name, self.expiry_ns, self.next = name, expiry_ns, following


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
            raise ExpiredInstrumentError(str(name), found.expiry_ns, self._following(found.venue, found.family, now_ns))
        dated = _DATE_IN_NAME.search(name.symbol)
        family = name.symbol[: dated.start()].upper() if dated else ""
        if dated and self._has_family(name.venue, family) and _past(dated, now_ns):
            raise ExpiredInstrumentError(str(name), None, self._following(name.venue, family, now_ns))
        raise UnknownInstrumentError(str(name), self.nearest(name, now_ns))

    def nearest(self, name: Name, now_ns: int) -> tuple[str, ...]:
        """Up to five live names that look like `name`, best first."""
        live = {i.symbol.upper(): i.name for i in self if i.venue == name.venue and not i.expired(now_ns)}
        wanted = name.symbol.upper()
        starts = sorted((s for s in live if s.startswith(wanted)), key=lambda s: (len(s), s))
        close = difflib.get_close_matches(wanted, live, n=NAMES_OFFERED, cutoff=0.5)
        return tuple(live[s] for s in dict.fromkeys([*starts, *close]))[:NAMES_OFFERED]

    def abreast(self, instrument: Instrument, now_ns: int) -> tuple[Instrument, ...]:
        """The same kind of contract of the same coin, one per venue in order of name: perpetuals beside a perpetual,
        contracts that end on the same UTC day beside a dated one, inverse ones beside an inverse one.

        A venue's contract in the instrument's own dollar is preferred, then `DOLLARS` in their order.
        """
        alike = [
            other for other in self.of_coin(instrument.base, now_ns)
            if other.inverse is instrument.inverse and _last_day(other) == _last_day(instrument)
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

    def series(self, instrument: Instrument, now_ns: int) -> tuple[Instrument, ...]:
        """The family's live contracts, perpetual first, then by expiry."""
        family = [
            i for i in self
            if i.venue == instrument.venue and i.family == instrument.family and not i.expired(now_ns)
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
        near = self.nearest(Name(DEFAULT_VENUE, name.symbol), now_ns)
        coins = [coin for offered in near if (coin := self._coin(offered)) is not None]
        raise UnknownInstrumentError(str(name), tuple(dict.fromkeys(f"{SUM_VENUE}:{coin}-USDT" for coin in coins)))

    def _coin(self, name: str) -> str | None:
        found = self.get(*parse_name(name))
        return None if found is None else found.base

    def _has_family(self, venue: str, family: str) -> bool:
        return any(i.venue == venue and i.family.upper() == family for i in self)

    def _following(self, venue: str, family: str, now_ns: int) -> str | None:
        later = [
            i for i in self
            if i.venue == venue and i.family.upper() == family.upper() and not i.expired(now_ns)
        ]
        dated = sorted((i for i in later if i.kind is Kind.DATED), key=_by_expiry)
        return next((i.name for i in dated or later), None)


def utc_day(ns: int) -> str:
    """The UTC day of a time in ns: `2025-05-23`."""
    return datetime.fromtimestamp(ns / 1e9, UTC).strftime("%Y-%m-%d")


def until(ns: int) -> str:
    """Time to go: `3h12m`, `12m`, `45 s`; a second begun counts whole."""
    seconds = -(-max(ns, 0) // 10**9)
    if seconds >= 86_400:
        return f"{seconds // 86_400}d{seconds % 86_400 // 3600:02d}h"
    if seconds >= 3_600:
        return f"{seconds // 3600}h{seconds % 3600 // 60:02d}m"
    return f"{seconds // 60}m" if seconds >= 120 else f"{seconds} s"


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
    return instrument.kind is Kind.DATED, instrument.expiry_ns or 0, instrument.symbol


def _past(date_in_name: re.Match[str], now_ns: int) -> bool:
    """Whether the date a symbol ends with lies behind. Only words an error; no expiry is ever taken from a name."""
    try:
        day = datetime.strptime(date_in_name[1], "%y%m%d").replace(tzinfo=UTC)
    except ValueError:
        return False
    return day.timestamp() * 1e9 <= now_ns
