"""What happens in a step of the simulated market: orders, trades, liquidations."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from liqtui.sim.book import Ints

NOBODY = -1
"""The taker of a trade that opens and closes nothing: the churn of those who hold no position for long."""


@dataclass(slots=True, unsafe_hash=True)
class Order:
    """A taker's order on its way: signed lots. `paid`: the mean price, in ticks, once it has traded."""

    number: int
    lots: int
    holder: int = NOBODY
    paid: float = field(default=0.0, compare=False)


class Tape(NamedTuple):
    """The trades of one contract in a step, in order. `buy`: the taker bought. Sizes in lots, prices in ticks."""

    time_ms: Ints
    ticks: Ints
    lots: Ints
    buy: NDArray[np.bool_]
    first_id: int
    taker: Ints
    """Which holder took; `NOBODY`: churn."""


class Forced(NamedTuple):
    """One liquidation, as it truly happened."""

    time_ns: int
    contract: int
    side: int
    """0: a long was liquidated, 1: a short."""
    lots: int
    bankruptcy: float
    trigger: float
    mark: float
    leverage: float
    order: Order
    """What closed it; traded by the time a step tells of it."""


@dataclass(slots=True)
class Step:
    """What one step brought."""

    start_ns: int
    end_ns: int
    tapes: list[Tape | None]
    liquidations: list[Forced]
    """All of them, at the step's start."""
    reported: list[Forced]
    """Those the public feed shows."""
    marked: bool
    """Whether marks were set at the step's end."""
    settled: list[int]
    """Contracts that ended at the step's start."""


@dataclass(slots=True)
class Orders:
    """Taker orders waiting for the next step, and the liquidations among them."""

    waiting: list[Order] = field(default_factory=list)
    forced: list[Forced] = field(default_factory=list)
