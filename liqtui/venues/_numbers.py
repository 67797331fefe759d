"""Figures as exchanges write them: strings that may be empty, milliseconds, bounds that keep nonsense out."""

from typing import Annotated

from msgspec import Meta, convert

Millis = Annotated[int, Meta(ge=0, le=9_000_000_000_000)]
"""Milliseconds since 1970 that still fit 64 bits as nanoseconds."""
Price = Annotated[float, Meta(gt=0, lt=1e18)]
Amount = Annotated[float, Meta(ge=0, lt=1e18)]
"""Sizes. The bounds keep NaN and infinities out, which a string may spell."""

Number = Annotated[float, Meta(gt=-1e18, lt=1e18)]
MS = 1_000_000
"""Nanoseconds in a millisecond."""


def number(text: str) -> float | None:
    """A figure that may be missing: empty is unknown, never 0.

    Raises:
        ValueError: it is something else than a finite number.
    """
    return convert(text, Number, strict=False) if text else None


def nanoseconds(millis: str) -> int | None:
    """A time that may be missing, in ns.

    Raises:
        ValueError: it is no time.
    """
    return convert(millis, Millis, strict=False) * MS if millis else None


def positive(text: str) -> float | None:
    """A price or factor that may be missing; venues write 0 where they have none.

    Raises:
        ValueError: it is something else than a finite number.
    """
    value = number(text)
    return value if value is not None and value > 0 else None


def moment(millis: str) -> int | None:
    """A time that may be missing, in ns; venues write 0 where there is none.

    Raises:
        ValueError: it is no time.
    """
    return nanoseconds(millis) or None
