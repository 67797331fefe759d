"""A batch of trades as columns, made once and read by everything that counts them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from liqtui.events import Trade


class Columns(NamedTuple):
    """Trades by column: time (exchange, ns), price (quote), size (units), and whether the taker bought."""

    time_ns: NDArray[np.int64]
    price: NDArray[np.float64]
    size: NDArray[np.float64]
    buy: NDArray[np.bool_]

    def __bool__(self) -> bool:
        return len(self.time_ns) > 0

    @property
    def signed(self) -> NDArray[np.float64]:
        """Sizes with the taker's sign: bought plus, sold minus."""
        return np.where(self.buy, self.size, -self.size)

    def since(self, time_ns: int) -> "Columns":
        """Those whose exchange time is `time_ns` or later."""
        kept = self.time_ns >= time_ns
        if kept.all():
            return self
        return Columns(self.time_ns[kept], self.price[kept], self.size[kept], self.buy[kept])


def columns(trades: Sequence[Trade]) -> Columns:
    """The columns of `trades`, in their order."""
    n = len(trades)
    return Columns(
        np.fromiter((t.time_ns for t in trades), np.int64, n),
        np.fromiter((t.price for t in trades), np.float64, n),
        np.fromiter((t.size for t in trades), np.float64, n),
        np.fromiter((t.buy for t in trades), np.bool_, n),
    )


def concatenated(batches: Sequence[Columns]) -> Columns:
    """Several batches as one, in their order."""
    return Columns(*map(np.concatenate, zip(*batches, strict=True))) if batches else columns([])
