"""Margin arithmetic from a position's cash flows, written apart from the model's so that each can test the other.

All arrays broadcast. `sign` is +1 for a long and −1 for a short, `base` the size in base coin, `margin` the quote
coin the position holds: what was paid in, plus what was added, minus funding paid.
"""

import numpy as np
from numpy.typing import NDArray

from liqtui.sim.contracts import LIQUIDATION_FEE

Array = NDArray[np.float64]
NEVER_BELOW, NEVER_ABOVE = 0.0, np.inf


def never(sign: Array) -> Array:
    """A price that is never reached on the losing side."""
    return np.where(sign > 0, NEVER_BELOW, NEVER_ABOVE)


def liquidation_price(
    sign: Array, base: Array, entry: Array, margin: Array, maintenance: Array, fee: float = LIQUIDATION_FEE
) -> Array:
    """The price where equity meets the requirement: margin + s·q·(P − E) = (m + f)·q·P, solved for P."""
    price = (base * entry - sign * margin) / (base * (1.0 - sign * (maintenance + fee)))
    return np.where(price > 0, price, never(sign))


def bankruptcy_price(sign: Array, base: Array, entry: Array, margin: Array) -> Array:
    """The price where nothing of the margin is left."""
    price: Array = np.maximum(entry - sign * margin / base, 0.0)
    return price
