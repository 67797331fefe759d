"""Everyone who holds a position: isolated agents, cross-margin accounts and market makers, and the books kept on them.

A holder is known by a number: the row of an isolated position, and after those the cross accounts.

Every lot an agent buys a market maker sells and the other way round, so signed positions always add up to nothing
and the longs equal the shorts; that sum is the open interest.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from liqtui.sim.agents import DAY, Agents, opening_rates, pick_sides, repeat_counts
from liqtui.sim.contracts import Contract
from liqtui.sim.cross import NOTIONAL, CrossAccounts, CrossExits
from liqtui.sim.houses import House
from liqtui.sim.margin import Array
from liqtui.sim.openings import Openings
from liqtui.sim.positions import Exits, Index, Opening, Positions
from liqtui.sim.regimes import Regime

CROSS_ACCOUNTS = 700
MAKERS = 4
BALANCE_PULL = 1.0
"""How strongly makers' inventories turn new agents away."""
APPETITE_SPREAD = 0.3
"""Turnover drifts: a slow log-normal factor on how much is opened per volume."""
INVENTORY_HOURS = 0.5
"""Makers even out their inventories among themselves within about this time."""


class Crowd:
    """All holders of all contracts. Owned by the market; only it moves time forward here."""

    def __init__(
        self, contracts: Sequence[Contract], rng: np.random.Generator, regime: Regime, house: House,
        only: int | None = None,
    ) -> None:
        """`only`: the one contract isolated agents trade; None: all."""
        self.contracts = contracts
        self._rng, self._regime = rng, regime
        self.openings: Openings | None = None
        """Told of every opening, where somebody wants to know the truth."""
        self._ended = np.array([only is not None and c.number != only for c in contracts])
        perpetuals = [c for c in contracts if c.kind == "SWAP"]
        rule = house.rule(contracts)
        self.agents = Agents(contracts, rng, rule, regime.archetypes, regime.human_pick, whole=house.whole_leverage)
        self.positions = Positions(contracts, regime.capacity, rule)
        accounts = round(CROSS_ACCOUNTS * house.crowd)
        self.cross = CrossAccounts(
            (perpetuals[0], perpetuals[1]), accounts, rng, rule, NOTIONAL * house.notional, whole=house.whole_leverage
        )
        self.makers = np.zeros((len(contracts), MAKERS))
        """Signed lots, [contract, maker]."""
        self.held = np.zeros((2, len(contracts)))
        """Lots of agents and accounts, [side, contract]; longs first."""
        self.holders = np.zeros((2, len(contracts)))
        self._rates = opening_rates(contracts, regime.archetypes, regime.dated_share)
        self._listed_ns = np.array([c.listed_ns for c in contracts])
        self._appetite = 0.0

    @property
    def open_interest(self) -> Array:
        """One-sided, in lots: the longs of agents and makers (the shorts are as many)."""
        longs: Array = self.held[0] + np.maximum(self.makers, 0.0).sum(axis=1)
        return longs

    @property
    def account_ratio(self) -> Array:
        """Accounts that are long over accounts that are short."""
        ratio: Array = np.maximum(self.holders[0], 1.0) / np.maximum(self.holders[1], 1.0)
        return ratio

    def arrivals(self, hours: float, activity: float, now_ns: int, day_share: float = 1.0) -> tuple[Index, Index]:
        """Contract and archetype of the agents that open in a stretch of time.

        `day_share` thins day traders out of a distant past none of them would have outlived.
        """
        decay = np.exp(-hours / self._regime.appetite_memory_h)
        self._appetite = decay * self._appetite + np.sqrt(1 - decay**2) * self._rng.standard_normal()
        appetite = np.exp(APPETITE_SPREAD * self._appetite)
        mean = self._rates * (hours * activity * appetite)
        mean[:, DAY] *= day_share
        mean[(self._listed_ns > now_ns) | self._ended] = 0.0
        return repeat_counts(self._rng.poisson(mean))

    def choose_sides(self, contract: Index, trend: Array) -> Array:
        """Sides of new agents: they follow the trend (per contract, in −1…1); makers lean against one-sidedness."""
        total = self.held.sum(axis=0)
        lean = (self.held[0] - self.held[1]) / np.maximum(total, 1.0)
        odds = np.clip(0.5 + self._regime.long_bias + self._regime.trend_pull * trend - BALANCE_PULL * lean, 0.1, 0.9)
        return pick_sides(self._rng, odds[contract])

    def admit(self, new: Opening) -> tuple[Opening, Index]:
        """Open positions against the makers. Returns what was opened, and by which holders."""
        added, rows = self.positions.open(new)
        self._book(added.contract, added.sign, added.lots, 1.0)
        if self.openings is not None:
            self.openings.isolated(added)
        return added, rows

    def admit_cross(self, marks: Array, hours: float, now_ns: int) -> tuple[Array, Array, Index]:
        """Some idle cross accounts open both legs at the marks (per contract). Signs and lots, [leg, account], and the
        holders.
        """
        sign, lots, accounts = self.cross.open_some(marks[self.cross.legs], hours, now_ns)
        self._book(np.repeat(self.cross.legs, sign.shape[1]), sign.ravel(), lots.ravel(), 1.0)
        if self.openings is not None and sign.shape[1]:
            self.openings.cross(self.cross, marks, now_ns)
        return sign, lots, accounts + self._regime.capacity

    def sweep(self, low: Array, high: Array, path: Array, now_ns: int) -> Exits:
        """End what the marks and the clock end. `path`: marks [contract, point], for accounts with two legs."""
        exits, both = self.positions.sweep(low, high, now_ns), self.cross.sweep(path[self.cross.legs], now_ns)
        if both is not None:
            flat = _flatten(both, self.cross.legs, self._regime.capacity)
            exits = Exits._make(np.concatenate(pair) for pair in zip(exits, flat, strict=True))
        self._book(exits.contract, exits.sign, exits.lots, -1.0)
        return exits

    def settle(self, number: int) -> Exits:
        """A contract has ended: agents and makers hold nothing in it any more, and nobody opens."""
        exits = self.positions.settle(number)
        self.held[:, number] = self.holders[:, number] = 0.0
        self.makers[number] = 0.0
        self._ended[number] = True
        return exits

    def pay_funding(self, rates: Array, marks: Array) -> None:
        """One settlement, per contract (0 for dated ones)."""
        self.positions.pay_funding(rates, marks)
        legs = self.cross.legs
        self.cross.pay_funding(rates[legs], marks[legs])

    def freeze(self) -> None:
        """From here on nobody who is open now is liquidated: for telling what liquidations alone do."""
        self.positions.freeze()
        self.cross.freeze()

    def churn(self, hours: float, volume: Array) -> None:
        """Makers trade with each other: inventories wander with the volume (lots) and even out."""
        share = min(hours / INVENTORY_HOURS, 1.0)
        even = np.rint((self.makers.mean(axis=1, keepdims=True) - self.makers) * share)
        passed = np.rint(0.05 * self._rng.standard_normal((len(self.contracts), MAKERS)) * np.sqrt(volume)[:, None])
        moves = even + passed
        moves[:, 0] -= moves.sum(axis=1)
        self.makers += moves

    def _book(self, contract: Index, sign: Array, lots: Array, direction: float) -> None:
        """Agents of `sign` open (+1) or end (−1) positions; one maker per contract takes the other side."""
        if not len(lots):
            return
        count = len(self.contracts)
        cell = contract + count * (sign < 0)
        moved = direction * np.bincount(cell, lots, 2 * count).reshape(2, count)
        self.held += moved
        self.holders += direction * np.bincount(cell, minlength=2 * count).reshape(2, count)
        self.makers[np.arange(count), self._rng.integers(MAKERS, size=count)] += moved[1] - moved[0]


def _flatten(both: CrossExits, legs: NDArray[np.int64], first: int) -> Exits:
    """Legs of ended cross accounts as single positions; holders are counted from `first`."""
    accounts = both.sign.shape[1]
    return Exits(
        np.repeat(legs, accounts), both.sign.ravel(), both.lots.ravel(), both.entry.ravel(), both.margin.ravel(),
        np.tile(both.leverage, 2), both.trigger.ravel(), np.tile(both.reason, 2), np.tile(both.account + first, 2),
    )
