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


class UnknownInstrumentError(LookupError):
    """No venue lists this name. `nearest` holds the names a person may have meant."""

    def __init__(self, name: str, nearest: tuple[str, ...]) -> None:
        hint = f"; nearest: {', '.join(nearest)}" if nearest else ""
        super().__init__(f"no instrument {name}{hint}")
        self.name, self.nearest = name, nearest


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

    def series(self, instrument: Instrument, now_ns: int) -> tuple[Instrument, ...]:
        """The family's live contracts, perpetual first, then by expiry."""
        family = [
            i for i in self
            if i.venue == instrument.venue and i.family == instrument.family and not i.expired(now_ns)
        ]
        return tuple(sorted(family, key=_by_expiry))

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


def _by_expiry(instrument: Instrument) -> tuple[bool, int, str]:
    return instrument.kind is Kind.DATED, instrument.expiry_ns or 0, instrument.symbol


def _past(date_in_name: re.Match[str], now_ns: int) -> bool:
    """Whether the date a symbol ends with lies behind. Only words an error; no expiry is ever taken from a name."""
    try:
        day = datetime.strptime(date_in_name[1], "%y%m%d").replace(tzinfo=UTC)
    except ValueError:
        return False
    return day.timestamp() * 1e9 <= now_ns
