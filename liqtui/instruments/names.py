"""Names as people type them, and what is said of one that cannot be shown."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from liqtui.instruments.sums import SUM_VENUE, parts_of_sum, summed

DEFAULT_VENUE = "okx"


class Name(NamedTuple):
    """An instrument as a person names it: `BTC-USDT-SWAP` or `okx:BTC-USDT-250523`."""

    venue: str
    symbol: str

    def __str__(self) -> str:
        return f"{self.venue}:{self.symbol}"


def parse_name(text: str) -> Name:
    """Split `venue:SYMBOL`; without a venue the default one is meant. Symbols keep their case as listed; a sum's may be
    short, and comes out whole: `all:btc` is `all:BTC-USDT-SWAP`.

    Raises:
        ValueError: nothing is left of the name, or it holds white space or control characters.
    """
    venue, colon, symbol = text.strip().partition(":")
    if not colon:
        venue, symbol = DEFAULT_VENUE, venue
    if not venue or not symbol or any(c.isspace() or not c.isprintable() for c in venue + symbol):
        raise ValueError(f"not an instrument name: {text!r} (try BTC-USDT-SWAP or okx:BTC-USDT-SWAP)")
    venue = venue.lower()
    parts = parts_of_sum(symbol) if venue == SUM_VENUE else None
    return Name(venue, symbol if parts is None else summed(*parts).symbol)


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
