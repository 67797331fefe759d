"""Times in ISO, as some venues write them."""

from datetime import UTC, datetime

from liqtui.venues._wire import MS

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
