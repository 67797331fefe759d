"""The experiment: outside flow pushes a market, once with nobody liquidated and once as it is.

First on a copy in which every position is frozen (nobody is liquidated): outsiders push until the mark has reached the
goal, then nothing more. Then the same flow, step by step, meets the market as it is. What the mark reaches with nobody
liquidated is the trigger, what it reaches otherwise is the end: the difference is the liquidations' own. Everything
else reacts in both: makers refill and withdraw, stops and take-profits work, arbitrage follows. The market's own runs
are kept away.
"""

import copy
import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from liqtui.sim.contracts import Contract
from liqtui.sim.index import SHOCK_SECONDS, Shock
from liqtui.sim.market import Market

RUN, ORDERS = "run", "orders"
"""One-sided flow into the whole market, which the index shows and makers withdraw from (the exchange's own kind of
run), or an outsider's market orders in this contract alone."""
CALM_S, LATEST_S = 10.0, 90.0
"""The mark's extreme is looked for until it has stood for so long, at most so long after the last outside order."""
GIVE_UP_S = 120.0
BITE = 0.0005
"""The outsider's orders walk so far in the book per step, in log price, less when the goal is nearer."""


class Push(NamedTuple):
    """What a push came to. Prices are marks, sizes base coin."""

    way: str
    start: float
    trigger: float
    """The extreme with nobody liquidated."""
    end: float
    """The extreme as the market is."""
    forced: float
    """Liquidated in this contract, on the side that was pushed against."""
    seconds: float
    """How long outsiders pushed."""

    @property
    def added(self) -> float:
        """What liquidations added, against the start: (end − trigger) / start, positive further out."""
        return math.copysign(1.0, self.trigger - self.start) * (self.end - self.trigger) / self.start


def push(market: Market, symbol: str, goal: float, way: str = RUN) -> Push | None:
    """Push a contract's mark to `goal`; the market given stays as it is. None where outsiders could not.

    Raises:
        KeyError: it is not listed.
    """
    number = market.number(symbol)
    start, direction = float(market.marks[number]), 1.0 if goal > market.marks[number] else -1.0
    frozen = _Outsider(copy.deepcopy(market), number, direction, way)
    pace = abs(math.log(goal / start)) / SHOCK_SECONDS
    flow: list[float] = []
    while not frozen.beyond(goal):
        if len(flow) * frozen.step_s > GIVE_UP_S:
            return None
        flow.append(pace if way == RUN else frozen.bite(goal))
        frozen.step(flow[-1], freeze=True)
    real = _Outsider(copy.deepcopy(market), number, direction, way)
    for amount in flow:
        real.step(amount)
    for waited in range(round(LATEST_S / frozen.step_s)):
        if min(waited * frozen.step_s, real.stood_s) >= CALM_S:
            break
        frozen.step(None, freeze=True)
        real.step(None)
    return Push(way, start, frozen.extreme, real.extreme, real.forced, len(flow) * frozen.step_s)


@dataclass(slots=True)
class _Outsider:
    """Someone who pushes a copy of a market, and how far its mark came."""

    market: Market
    number: int
    direction: float
    way: str
    extreme: float = 0.0
    step_s: float = 0.0
    stood_s: float = 0.0
    """How long ago the mark was at its extreme."""
    _before: int = 0

    def __post_init__(self) -> None:
        self.market.shocks.next_s = math.inf
        self.market.indices.shock = None
        self.extreme = float(self.market.marks[self.number])
        self.step_s = self.market.settings.step_ns / 1e9
        self._before = len(self.market.liquidations)

    @property
    def forced(self) -> float:
        """Base coin liquidated so far of the side that loses by the push."""
        side = 0 if self.direction < 0 else 1
        new = self.market.liquidations[self._before :]
        return sum(f.lots for f in new if f.contract == self.number and f.side == side) * self._contract.lot

    @property
    def _contract(self) -> Contract:
        return self.market.contracts[self.number]

    def beyond(self, goal: float) -> bool:
        return (self.extreme - goal) * self.direction >= 0.0

    def bite(self, goal: float) -> float:
        """Lots that walk `BITE` into the book, or as far as the goal is from the mark."""
        book = self.market.books[self.number]
        side = book.asks if self.direction > 0 else book.bids
        far = min(BITE, abs(math.log(goal / self.market.marks[self.number])))
        distance = np.abs(np.log(side.keys * side.sign / book.mid))
        return float(np.interp(far, distance, np.cumsum(side.lots)))

    def step(self, amount: float | None, *, freeze: bool = False) -> None:
        """One step of the market, with so much outside flow (log price a second of a run, lots of orders)."""
        market, indices = self.market, self.market.indices
        if freeze:
            market.crowd.freeze()
        indices.shock = None
        if amount is not None and self.way == RUN:
            coin = self._contract.underlying
            at = float(indices.log[coin])
            indices.shock = Shock(coin, at, at + self.direction * amount * SHOCK_SECONDS, market.now_s)
        elif amount is not None and amount >= 1.0:
            market.order(self.number, int(self.direction * amount))
        market.step()
        mark = float(market.marks[self.number])
        self.stood_s += self.step_s
        if (mark - self.extreme) * self.direction > 0.0:
            self.extreme, self.stood_s = mark, 0.0
