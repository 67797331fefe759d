"""What the wires of several venues share: bounded numbers, times in milliseconds, multiplied coins."""

import re
from typing import Annotated

from msgspec import Meta, convert

Millis = Annotated[int, Meta(ge=0, le=9_000_000_000_000)]
"""Milliseconds since 1970 that still fit 64 bits as nanoseconds."""
Seconds = Annotated[int, Meta(ge=0, le=9_000_000_000)]
"""The same in seconds."""
Price = Annotated[float, Meta(gt=0, lt=1e18)]
Amount = Annotated[float, Meta(ge=0, lt=1e18)]
"""The bounds keep NaN and infinities out, which a string may spell."""
Number = Annotated[float, Meta(gt=-1e18, lt=1e18)]
MS = 1_000_000
"""Nanoseconds in a millisecond."""

_MULTIPLIED_BEHIND = re.compile(r"(.*[A-Z])(10{3,6})")
_MULTIPLIED = re.compile(r"(1(?:0{3,6}|M))([A-Z].*)")


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


def multiplied(coin: str) -> tuple[float, str]:
    """How many coins a venue's name of one stands for: `1000PEPE` is 1,000 PEPE, `1MBABYDOGE` a million BABYDOGE.

    `SHIB1000` is 1,000 SHIB. `1INCH` is one coin, called so.
    """
    if behind := _MULTIPLIED_BEHIND.fullmatch(coin):
        return float(behind[2]), behind[1]
    found = _MULTIPLIED.fullmatch(coin)
    if found is None:
        return 1.0, coin
    return (1e6 if found[1] == "1M" else float(found[1])), found[2]
