"""The harvest of public positions in a simulated market: the feeds' own choice of whom to ask, answered at once."""

from collections.abc import Iterator

import numpy as np

from liqtui.events import Position, Positions, Side, Trade
from liqtui.feeds.addresses import Addresses, Kept
from liqtui.feeds.harvest import ELSEWHERE, KEPT, SHARE
from liqtui.sim import truth
from liqtui.sim.contracts import Contract
from liqtui.sim.market import Market
from liqtui.sim.people import People
from liqtui.sim.tape import Tape
from liqtui.venues.base import VenueSettings
from liqtui.venues.hyperliquid import create

HYPERLIQUID = create(VenueSettings())
"""Whose limits are kept; nothing is sent."""
SECOND = 10**9


class Harvest:
    """What a venue's feeds would learn of one contract's positions. Owned by a `World`; deterministic."""

    def __init__(self, market: Market, contract: Contract, now_ns: int, known_s: float) -> None:
        """`known_s`: who has opened within so many seconds before is known from an earlier run of the feeds."""
        self.addresses = Addresses()
        self.asked = 0
        self._people, self._contract, self._asked_ns = People(market), contract, now_ns
        request = HYPERLIQUID.positions_request("")
        self._per_s = SHARE * request.bucket.calls / request.weight / request.bucket.period_s
        self._due = 0.0
        held = truth.positions(market, contract.symbol)
        young = np.flatnonzero(held.opened_ns >= now_ns - known_s * SECOND)
        worth = held.size * held.entry
        largest = young[np.argsort(-worth[young], kind="stable")][:KEPT]
        names = self._people.addresses
        self.addresses.restore(
            [Kept(names[held.holder[i]], float(worth[i]), 0.0, 1.0, int(held.opened_ns[i])) for i in largest], now_ns
        )

    def parties(self, tape: Tape) -> Iterator[tuple[str, str]]:
        """Buyer and seller of each trade of a tape."""
        names = self._people.addresses
        sides = [column.tolist() for column in self._people.parties(self._contract, tape)]
        for taker, maker, buy in zip(*sides, tape.buy.tolist(), strict=True):
            yield (names[taker], names[maker]) if buy else (names[maker], names[taker])

    def hear(self, trade: Trade) -> None:
        """A trade that the feed told."""
        for address in trade.parties or ():
            self.addresses.traded(address, trade.size * trade.price, trade.time_ns)

    def answers(self, now_ns: int) -> Iterator[Positions]:
        """What was asked since the last call, at the pace of the venue's weight."""
        self._due += self._per_s * (now_ns - self._asked_ns) / SECOND
        self._asked_ns, count = now_ns, int(self._due)
        self._due -= count
        for address in self.addresses.pick(now_ns, count):
            held = [
                Position(
                    one.contract.symbol, Side.LONG if one.size > 0 else Side.SHORT, abs(one.size), one.entry,
                    one.leverage, one.margin is not None, one.liquidation,
                )
                for one in self._people.account(address).positions
            ]
            here = sum(one.size * one.entry for one in held if one.symbol == self._contract.symbol)
            all_of_it = sum(one.size * one.entry for one in held)
            self.addresses.answered(address, here + ELSEWHERE * (all_of_it - here), now_ns)
            self.asked += 1
            yield Positions(address, now_ns, now_ns, held)
