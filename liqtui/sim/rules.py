"""Venues' margin rules as they stand in their schedules: which step a size falls in, and where a position is taken."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from liqtui.sim.contracts import Tier
from liqtui.sim.margin import Array, liquidation_price, never

Index = NDArray[np.int64]


class Held(NamedTuple):
    """The step each position falls in."""

    maintenance: Array
    amount: Array
    leverage: Array
    """The greatest that is allowed."""


class MarginRule:
    """The schedules of a venue's contracts, one row each.

    By contracts, as OKX has it: the size alone says the step. By value, as Binance, Bybit and Hyperliquid have it: the
    notional at the mark does, and an amount per step keeps the requirement continuous; it then is the largest of what
    the steps ask for, rate × notional − amount.
    """

    def __init__(self, schedules: Sequence[Sequence[Tier]], *, by_value: bool, fee: float, lots: Sequence[int]) -> None:
        """`lots`: in a contract, for each. `fee`: counted against equity, a fraction of notional."""
        most = max(len(steps) for steps in schedules)
        padded = [[*steps, *[steps[-1]] * (most - len(steps))] for steps in schedules]
        unit = np.ones(len(schedules)) if by_value else np.array(lots, dtype=np.float64)
        self.by_value, self.fee = by_value, fee
        self._caps = np.array([[t.cap for t in steps] for steps in padded], dtype=np.float64) * unit[:, None]
        self._last = np.array([len(steps) - 1 for steps in schedules])
        self._rates = np.array([[t.maintenance for t in steps] for steps in padded])
        self._amounts = np.array([[t.amount for t in steps] for steps in padded])
        self._leverages = np.array([[t.max_leverage for t in steps] for steps in padded])

    def held(self, contract: Index, lots: Array, notional: Array) -> Held:
        """The step of each size; nobody is larger than the last one."""
        size = notional if self.by_value else lots
        row = np.minimum((size[:, None] > self._caps[contract]).sum(axis=1), self._last[contract])
        return Held(self._rates[contract, row], self._amounts[contract, row], self._leverages[contract, row])

    def greatest(self, contract: Index) -> Array:
        """The greatest leverage there is in each."""
        most: Array = self._leverages[contract].max(axis=1)
        return most

    def liquidation_price(
        self, contract: Index, sign: Array, base: Array, entry: Array, margin: Array, maintenance: Array
    ) -> Array:
        """Where an isolated position is taken; `maintenance` is that of its size, used where value does not count.

        By value, each step's own price is a candidate: the requirement is the largest of them all, so the first price
        on the losing way decides.
        """
        if not self.by_value:
            return liquidation_price(sign, base, entry, margin, maintenance, self.fee)
        way, size = sign[:, None], base[:, None]
        asked = 1.0 - way * (self._rates[contract] + self.fee)
        prices = ((base * entry - sign * margin)[:, None] - way * self._amounts[contract]) / (size * asked)
        first = np.where(sign > 0, prices.max(axis=1), prices.min(axis=1))
        return np.where(first > 0, first, never(sign))
