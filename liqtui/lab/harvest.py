"""The harvest of public positions in a simulated market: the feeds' own choice of whom to ask, answered at once."""

from collections.abc import Iterator

import numpy as np

from liqtui.events import Position, Positions, Side, Trade
from liqtui.feeds.addresses import Addresses, Kept
from liqtui.feeds.harvest import KEPT, SHARE
from liqtui.sim import truth
from liqtui.sim.contracts import Contract
from liqtui.sim.crowd import MAKERS
from liqtui.sim.market import Market
from liqtui.sim.tape import NOBODY, Tape
from liqtui.venues.base import VenueSettings
from liqtui.venues.hyperliquid import create

HYPERLIQUID = create(VenueSettings())
"""Whose limits are kept; nothing is sent."""
SECOND = 10**9


class Harvest:
    """What a venue's feeds would learn of one contract's positions. Owned by a `World`; deterministic.

    A holder keeps its address; the makers, on the other side of every trade, have one each.
    """

    def __init__(self, market: Market, contract: Contract, now_ns: int, known_s: float) -> None:
        """`known_s`: who has opened within so many seconds before is known from an earlier run of the feeds."""
        self.addresses = Addresses()
        self.asked = 0
        self._market, self._contract = market, contract
        self._asked_ns = now_ns
        request = HYPERLIQUID.positions_request("")
        self._per_s = SHARE * request.bucket.calls / request.weight / request.bucket.period_s
        self._due = 0.0
        held = truth.positions(market, contract.symbol)
        young = np.flatnonzero(held.opened_ns >= now_ns - known_s * SECOND)
        worth = held.size * held.entry
        largest = young[np.argsort(-worth[young], kind="stable")][:KEPT]
        self.addresses.restore(
            [Kept(f"h{held.holder[i]}", float(worth[i]), 0.0, 1.0, int(held.opened_ns[i])) for i in largest], now_ns
        )

    def parties(self, tape: Tape) -> Iterator[tuple[str, str]]:
        """Buyer and seller of each trade of a tape."""
        for number, (taker, buy) in enumerate(zip(tape.taker.tolist(), tape.buy.tolist(), strict=True), tape.first_id):
            maker = f"m{number % MAKERS}"
            took = f"m{(number + 1) % MAKERS}" if taker == NOBODY else f"h{taker}"
            yield (took, maker) if buy else (maker, took)

    def hear(self, trade: Trade) -> None:
        """A trade that the feed told."""
        for address in trade.parties or ():
            self.addresses.traded(address, trade.size * trade.price, trade.time_ns)

    def answers(self, now_ns: int) -> Iterator[Positions]:
        """What was asked since the last call, at the pace of the venue's weight."""
        self._due += self._per_s * (now_ns - self._asked_ns) / SECOND
        self._asked_ns, count = now_ns, int(self._due)
        self._due -= count
        chosen = self.addresses.pick(now_ns, count)
        if not chosen:
            return
        crosses = self._market.crowd.cross.liquidation_prices(self._market.marks[self._market.crowd.cross.legs])
        for address in chosen:
            held = self._maker(int(address[1:])) if address[0] == "m" else self._holder(int(address[1:]), crosses)
            self.addresses.answered(address, sum(one.size * one.entry for one in held), now_ns)
            self.asked += 1
            yield Positions(address, now_ns, now_ns, held)

    def _holder(self, holder: int, crosses: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> list[Position]:
        """What an isolated agent or a cross account holds of the contract. `crosses`: prices [leg, account]."""
        table, cross, number = self._market.crowd.positions, self._market.crowd.cross, self._contract.number
        account = holder - self._market.regime.capacity
        if account < 0:
            if table.lots[holder] <= 0 or table.contract[holder] != number:
                return []
            size = float(table.lots[holder]) * self._contract.lot
            sign, entry, price = (float(c[holder]) for c in (table.sign, table.entry, table.liquidation))
            return [self._position(sign, size, entry, float(table.leverage[holder]), price, isolated=True)]
        legs = np.flatnonzero(cross.legs == number)
        if not len(legs) or cross.lots[legs[0], account] <= 0:
            return []
        leg = legs[0], account
        sign, size, entry, price = (float(c[leg]) for c in (cross.sign, cross.base, cross.entry, crosses))
        return [self._position(sign, size, entry, float(cross.leverage[account]), price, isolated=False)]

    def _maker(self, maker: int) -> list[Position]:
        """A maker's inventory; it has margin for anything."""
        lots = float(self._market.crowd.makers[self._contract.number, maker])
        if not lots:
            return []
        mark = float(self._market.marks[self._contract.number])
        return [self._position(lots, abs(lots) * self._contract.lot, mark, 1.0, 0.0, isolated=False)]

    def _position(
        self, sign: float, size: float, entry: float, leverage: float, price: float, *, isolated: bool
    ) -> Position:
        side = Side.LONG if sign > 0 else Side.SHORT
        known = price if 0.0 < price < np.inf else None
        return Position(self._contract.symbol, side, size, entry, leverage, isolated, known)
