"""How a number is written in JSON and CSV."""

import math

DIGITS = 9
"""Significant digits; the map itself is float32."""

Json = dict[str, object]


def number(value: float | None) -> float | None:
    """Rounded; null where it is unknown or not finite."""
    return None if value is None or not math.isfinite(value) else rounded(float(value))


def rounded(value: float) -> float:
    """To as many digits as a map is known to."""
    return float(f"{value:.{DIGITS}g}")
