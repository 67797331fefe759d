"""Who is who where positions are public, as on Hyperliquid: an address for every holder of the simulated crowd, and
what each of them holds.

An isolated trader's address is that of a row of the table: when the position has ended, the next one in that row is the
same trader's. Whoever trades without ever holding anything for long has an address, too, and is flat.
"""

from hashlib import blake2s
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from liqtui.sim.book import Ints
from liqtui.sim.contracts import Contract
from liqtui.sim.crowd import MAKERS
from liqtui.sim.margin import Array
from liqtui.sim.market import Market
from liqtui.sim.tape import NOBODY, Tape

SCALPERS = 300
HOLDERS_TRADE = 0.3
"""Share of the churn that holders make by going in and out again; the rest is scalpers'."""
MAKERS_LEVERAGE = 10.0
DEEP_POCKET = 50e6
"""What a maker's or a hedger's account holds beyond the requirement, in quote."""


class Held(NamedTuple):
    """One position as its holder sees it. Size (signed) and prices are those of the wire."""

    contract: Contract
    size: float
    entry: float
    leverage: float
    margin: float | None
    """Of an isolated one."""
    liquidation: float | None
    """None where no price takes it."""


class Account(NamedTuple):
    """What an address has: quote that all cross positions share, and its positions."""

    pocket: float
    positions: list[Held]


FLAT = Account(0.0, [])


class People:
    """The holders of a market by address. Isolated traders, then cross accounts, then makers, then scalpers."""

    def __init__(self, market: Market) -> None:
        self._market = market
        crowd = market.crowd
        self._rows = len(crowd.positions.lots)
        self._accounts = crowd.cross.lots.shape[1]
        self._makers = self._rows + self._accounts
        self._scalpers = self._makers + MAKERS
        count = self._scalpers + SCALPERS
        self.addresses = ["0x" + blake2s(f"holder {n}".encode(), digest_size=20).hexdigest() for n in range(count)]
        self._known = {address: n for n, address in enumerate(self.addresses)}
        self._rng = np.random.default_rng(market.start_ns // 10**9)

    def parties(self, contract: Contract, tape: Tape) -> tuple[Ints, Ints]:
        """Taker and maker of each trade, as numbers of `addresses`."""
        count = len(tape.taker)
        takers = np.where(tape.taker == NOBODY, self._churners(contract, count), tape.taker)
        return takers, self._makers + self._rng.integers(MAKERS, size=count)

    def _churners(self, contract: Contract, count: int) -> Ints:
        """Who goes in and out again: scalpers and, the larger the likelier, holders."""
        out = self._scalpers + self._rng.integers(SCALPERS, size=count)
        table = self._market.crowd.positions
        rows = table.open_rows
        rows = rows[table.contract[rows] == contract.number]
        wanted = np.flatnonzero(self._rng.random(count) < HOLDERS_TRADE)
        if len(rows) and len(wanted):
            weight = np.cumsum(np.sqrt(table.lots[rows]))
            out[wanted] = rows[np.searchsorted(weight, self._rng.random(len(wanted)) * weight[-1])]
        return out

    def account(self, address: str) -> Account:
        """What an address has now; nobody we know, and whoever is flat: nothing."""
        number = self._known.get(address.lower(), NOBODY)
        if number == NOBODY or number >= self._scalpers:
            return FLAT
        if number < self._rows:
            return self._isolated(number)
        return self._cross(number - self._rows) if number < self._makers else self._maker(number - self._makers)

    def holders(self, number: int) -> tuple[list[str], NDArray[np.float64]]:
        """Everybody's addresses and signed sizes in one contract, makers too: they add up to nothing."""
        crowd, lot = self._market.crowd, self._market.contracts[number].lot
        rows = crowd.positions.open_rows
        rows = rows[crowd.positions.contract[rows] == number]
        leg = np.flatnonzero(crowd.cross.legs == number)
        signed = crowd.cross.sign[leg[0]] * crowd.cross.lots[leg[0]] if len(leg) else np.zeros(0)
        accounts = np.flatnonzero(signed)
        who = np.concatenate([rows, self._rows + accounts, self._makers + np.arange(MAKERS)])
        lots = np.concatenate([
            crowd.positions.sign[rows] * crowd.positions.lots[rows], signed[accounts], crowd.makers[number],
        ])
        return [self.addresses[n] for n in who.tolist()], lots * lot

    def _isolated(self, row: int) -> Account:
        """Who hedges elsewhere keeps enough in the account for any price."""
        table = self._market.crowd.positions
        if table.lots[row] <= 0:
            return FLAT
        contract, hedged = self._market.contracts[int(table.contract[row])], bool(table.hedged[row])
        size = float(table.sign[row] * table.lots[row]) * contract.lot
        margin = None if hedged else float(table.margin[row])
        liquidation = _reachable(float(table.liquidation[row]))
        held = Held(contract, size, float(table.entry[row]), float(table.leverage[row]), margin, liquidation)
        return Account(DEEP_POCKET if hedged else 0.0, [held])

    def _cross(self, account: int) -> Account:
        cross, market = self._market.crowd.cross, self._market
        if cross.lots[0, account] <= 0:
            return FLAT
        prices = cross.liquidation_prices(market.marks[cross.legs])[:, account]
        sizes = cross.sign[:, account] * cross.base[:, account]
        leverage = float(cross.leverage[account])
        return Account(float(cross.margin[account]), [
            Held(
                market.contracts[number], float(sizes[leg]), float(cross.entry[leg, account]), leverage, None,
                _reachable(float(prices[leg])),
            )
            for leg, number in enumerate(cross.legs.tolist())
        ])

    def _maker(self, maker: int) -> Account:
        """A maker's inventory turns over within the hour, so its entry is the mark."""
        market = self._market
        inventory: Array = market.crowd.makers[:, maker]
        return Account(DEEP_POCKET, [
            Held(
                c, float(inventory[c.number]) * c.lot, float(market.marks[c.number]), MAKERS_LEVERAGE, None, None
            )
            for c in market.contracts if inventory[c.number]
        ])


def _reachable(price: float) -> float | None:
    return price if 0 < price < np.inf else None
