"""The price grid: bins of equal width in log price, and how a path of prices lies on them."""

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

WIDTH = 0.0005
"""Width of a bin in log price of a watched instrument: 5 basis points."""
SIZE = 6000
"""Entry bins a stock keeps: e^±1.5 about the mark, so a position may be entered at 0.22…4.5 times it."""


def bin_of(price: float, width: float = WIDTH) -> int:
    """The bin `floor(ln(price) / width)` a price (> 0) lies in."""
    return math.floor(math.log(price) / width)


def price_of(position: float, width: float = WIDTH) -> float:
    """The price at a position on the grid; a whole number is a bin's lower edge."""
    return math.exp(position * width)


def spread_evenly(start: float, end: float, volume: float) -> tuple[int, Floats]:
    """`volume` laid evenly between two positions on the grid (in bins, any order).

    Returns:
        The first bin touched and the volume per bin from there on; the sum is `volume`.
    """
    low, high = (start, end) if start <= end else (end, start)
    first, last = math.floor(low), math.floor(high)
    if first == last:
        return first, np.array([volume])
    covered = np.ones(last - first + 1)
    covered[0] = first + 1 - low
    covered[-1] = high - last
    covered *= volume / (high - low)
    return first, covered
