"""How a number is written in JSON and CSV."""

import math

DIGITS = 9
"""Significant digits; the map itself is float32."""

Json = dict[str, object]


def number(value: float | None) -> float | None:
    """Rounded; null where it is unknown or not finite."""
    return None if value is None or not math.isfinite(value) else rounded(float(value))


def rounded(value: float, digits: int = DIGITS) -> float:
    """To significant digits: as many as a map is known to, unless fewer are asked for."""
    return float(f"{value:.{digits}g}")


def seconds(ns: int | None) -> float | None:
    """Of a span of time, to the millisecond."""
    return None if ns is None else round(ns / 1e9, 3)
