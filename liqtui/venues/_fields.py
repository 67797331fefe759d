"""Types of wire fields that several venues share, times as ns, names of coins."""

from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta

Millis = Annotated[int, Meta(ge=0, le=9_000_000_000_000)]
"""Milliseconds since 1970 that still fit 64 bits as nanoseconds."""
Price = Annotated[float, Meta(gt=0, lt=1e18)]
Amount = Annotated[float, Meta(ge=0, lt=1e18)]
"""The bounds keep NaN and infinities out, which a string may spell."""
Number = Annotated[float, Meta(gt=-1e18, lt=1e18)]
MS = 1_000_000
"""Nanoseconds in a millisecond."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLENNIUM = 2000


def ns_of(when: datetime) -> int:
    """A UTC time in ns, exact to the microsecond.

    Raises:
        ValueError: it says no zone, or lies before 2000 or after 2200.
    """
    if when.tzinfo is None or not _MILLENNIUM <= when.year <= _MILLENNIUM + 200:
        raise ValueError(f"not a UTC time of our days: {when.isoformat()}")
    since = when - _EPOCH
    return ((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds) * 1_000


def iso(ns: int) -> str:
    """`2025-06-27T12:00:00.000Z`."""
    return datetime.fromtimestamp(ns // MS / 1e3, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_OWN_NAMES = {"XBT": "BTC", "XDG": "DOGE"}


def plain(coin: str) -> str:
    """A coin by the name most venues use: BitMEX and Kraken call bitcoin XBT."""
    return _OWN_NAMES.get(coin, coin)
