"""Cross-margin accounts: one margin under a BTC and an ETH perpetual, liquidated together."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from liqtui.sim.contracts import Contract
from liqtui.sim.margin import Array, never
from liqtui.sim.positions import FOREVER_NS, Index, Reason
from liqtui.sim.rules import MarginRule

HOUR_NS = 3_600_000_000_000
NOTIONAL, SPREAD, LEVERAGE, KEPT_H = 120_000.0, 1.0, 9.0, 30.0
LEAST_LEVERAGE, MOST_LEVERAGE = 1.5, 50.0
REPLACED_PER_HOUR = 0.5
"""Share of the idle accounts that open anew in an hour."""


class CrossExits(NamedTuple):
    """Accounts that ended: both legs of each, [leg, account]."""

    sign: Array
    lots: Array
    entry: Array
    margin: Array
    """Of the account, divided over the legs by notional."""
    leverage: Array
    trigger: Array
    reason: Index
    account: Index


class CrossAccounts:
    """All accounts as arrays [leg, account]; leg 0 is the first perpetual, leg 1 the second. Idle: no lots."""

    def __init__(
        self, legs: tuple[Contract, Contract], count: int, rng: np.random.Generator, rule: MarginRule,
        notional: float = NOTIONAL, *, whole: bool = False,
    ) -> None:
        """`whole`: the venue knows no leverage between whole numbers."""
        self._whole = whole
        self._rng, self._rule, self._notional = rng, rule, notional
        self.legs = np.array([c.number for c in legs])
        self.lot = np.array([[c.lot] for c in legs])
        self._most = min(MOST_LEVERAGE, float(rule.greatest(self.legs).min()))
        self.sign, self.lots, self.entry, self.maintenance = (np.zeros((2, count)) for _ in range(4))
        self._amount = np.zeros((2, count))
        self.margin, self.leverage = np.zeros(count), np.zeros(count)
        self._fixed, self._slope = np.zeros(count), np.zeros((2, count))
        self.opened_ns = np.zeros(count, np.int64)
        self.close_ns = np.full(count, FOREVER_NS, np.int64)

    @property
    def base(self) -> Array:
        """Sizes in base coin, [leg, account]."""
        size: Array = self.lots * self.lot
        return size

    def excess(self, prices: Array) -> Array:
        """Equity less requirement at prices [leg] or [leg, account], per account; at or below 0 it is taken."""
        left: Array = self._fixed + (self._slope * prices).sum(axis=0)
        return left

    def _weigh(self) -> None:
        """Excess is linear in both prices while both legs stay in their steps: margin − Σ s·q·E + Σ amount, plus
        Σ (s − m − f)·q·P. Kept until a position changes, or the step of one that counts by value.
        """
        base = self.base
        self._fixed = self.margin - (self.sign * base * self.entry).sum(axis=0) + self._amount.sum(axis=0)
        self._slope = base * (self.sign - self.maintenance - self._rule.fee)

    def _place(self, rows: Index, prices: Array) -> None:
        """Look up the steps of both legs of some accounts at prices [leg]."""
        for leg, number in enumerate(self.legs):
            lots = self.lots[leg, rows]
            held = self._rule.held(np.full(len(rows), number), lots, lots * self.lot[leg] * prices[leg])
            self.maintenance[leg, rows], self._amount[leg, rows] = held.maintenance, held.amount

    def sweep(self, path: Array, now_ns: int) -> CrossExits | None:
        """End the accounts that marks along `path` [leg, point] liquidate, or whose time has come; None: none."""
        active = self.lots[0] > 0
        if self._rule.by_value:
            self._place(np.flatnonzero(active), path[:, 0])
            self._weigh()
        taken = (self._fixed[:, None] + self._slope.T @ path) <= 0
        forced = active & taken.any(axis=1)
        ended = np.flatnonzero(forced | (active & (self.close_ns <= now_ns)))
        if not len(ended):
            return None
        return self._end(ended, forced[ended], path[:, taken[ended].argmax(axis=1)])

    def open_some(self, marks: Array, hours: float, now_ns: int) -> tuple[Array, Array, Index]:
        """Idle accounts open both legs at `marks` [leg]. Returns signs and lots opened, [leg, account], and whose."""
        idle = np.flatnonzero(self.lots[0] == 0)
        rows = idle[self._rng.random(len(idle)) < 1.0 - np.exp(-REPLACED_PER_HOUR * hours)]
        count = len(rows)
        if not count:
            return np.zeros((2, 0)), np.zeros((2, 0)), rows
        draws = self._rng.standard_normal((5, count))
        notional = self._notional * np.exp(SPREAD * draws[:2])
        lots = np.maximum(np.rint(notional / (marks[:, None] * self.lot)), 1.0)
        leverage = np.clip(LEVERAGE * np.exp(0.6 * draws[2]), LEAST_LEVERAGE, self._most)
        leverage = np.rint(leverage) if self._whole else leverage
        sign = np.where(self._rng.random((2, count)) < 0.5, 1.0, -1.0)
        self.sign[:, rows], self.lots[:, rows], self.entry[:, rows] = sign, lots, marks[:, None]
        self._place(rows, marks)
        self.leverage[rows] = leverage
        self.margin[rows] = (lots * self.lot * marks[:, None]).sum(axis=0) / leverage
        self.opened_ns[rows] = now_ns
        self.close_ns[rows] = now_ns + (KEPT_H * HOUR_NS * np.exp(draws[3])).astype(np.int64)
        self._weigh()
        return sign, lots, rows

    def freeze(self) -> None:
        """Accounts that are open now have margin for everything."""
        self.margin[self.lots[0] > 0] = np.inf
        self._weigh()

    def pay_funding(self, rates: Array, marks: Array) -> None:
        """Funding of both legs, [leg]."""
        self.margin -= (self.sign * self.base * (marks * rates)[:, None]).sum(axis=0)
        self._weigh()

    def liquidation_prices(self, marks: Array) -> Array:
        """Per leg, the price at which the account is taken while the other leg stays at its mark."""
        gap = self.excess(marks[:, None])
        with np.errstate(divide="ignore", invalid="ignore"):
            price = marks[:, None] - gap / self._slope
        losing = np.where(self.sign > 0, price < marks[:, None], price > marks[:, None])
        reachable = (self.lots > 0) & losing & (price > 0)
        return np.where(reachable, price, never(self.sign))

    def _end(self, rows: Index, forced: NDArray[np.bool_], at: Array) -> CrossExits:
        notional = self.lots[:, rows] * self.lot * self.entry[:, rows]
        share = notional / np.maximum(notional.sum(axis=0), 1e-12)
        exits = CrossExits(
            self.sign[:, rows].copy(), self.lots[:, rows].copy(), self.entry[:, rows].copy(),
            self.margin[rows] * share, self.leverage[rows].copy(), at,
            np.where(forced, Reason.LIQUIDATED, Reason.CLOSED).astype(np.int64), rows,
        )
        self.lots[:, rows] = 0.0
        self.close_ns[rows] = FOREVER_NS
        self._weigh()
        return exits
