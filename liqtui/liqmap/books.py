"""The books of a stock: every unit that came, went or was taken, per side and row, in float64."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from liqtui.liqmap.grid import Floats
from liqtui.liqmap.ladder import RUNGS

NEVER = RUNGS
"""Index of the row that is never liquidated: it has no cells, only a total."""


def rows() -> Floats:
    """Zeros [side, row]: the rungs, then the row that is never liquidated."""
    return np.zeros((2, RUNGS + 1))


@dataclass(slots=True)
class Books:
    """Sums since the stock began. For each side and row: stock = opened − closed − consumed − slid − settled."""

    opened: Floats = field(default_factory=rows)
    closed: Floats = field(default_factory=rows)
    consumed: Floats = field(default_factory=rows)
    """Liquidated by the sweep of the mark."""
    slid: Floats = field(default_factory=rows)
    """Left the window of entry bins: still open, no longer drawn."""
    settled: Floats = field(default_factory=rows)
    """Ended with the contract: neither closed nor liquidated."""

    @property
    def balance(self) -> Floats:
        """What the rows must hold."""
        return self.opened - self.closed - self.consumed - self.slid - self.settled

    def scale_sides(self, factors: Sequence[float]) -> None:
        """Multiply all entries of a side."""
        each = np.array(factors)[:, None]
        for book in (self.opened, self.closed, self.consumed, self.slid, self.settled):
            book *= each

    def copy(self) -> "Books":
        return Books(*(b.copy() for b in (self.opened, self.closed, self.consumed, self.slid, self.settled)))


@dataclass(slots=True)
class Pending:
    """What an interval has done so far. `old`: of what was open before; `fresh`: per unit of `alpha`."""

    consumed_old: Floats = field(default_factory=rows)
    consumed_fresh: Floats = field(default_factory=rows)
    closed_old: Floats = field(default_factory=rows)
    """The part of swept rows that had been closed before the sweep came."""
    closed_fresh: Floats = field(default_factory=rows)
    slid_old: Floats = field(default_factory=rows)
    slid_fresh: Floats = field(default_factory=rows)
