"""The true ladder: what was opened since somebody asked, and where each position would be liquidated in the end.

Effective leverage is read off the end, not off what the trader picked: whoever adds margin once on the way is
liquidated like one who took less leverage. A stop before the liquidation price, or a hedge, and there will be none.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from liqtui.sim.contracts import LIQUIDATION_FEE
from liqtui.sim.cross import CrossAccounts
from liqtui.sim.margin import Array, liquidation_price, never
from liqtui.sim.positions import Index, Opening

Flags = NDArray[np.bool_]


class TrueOpenings(NamedTuple):
    """Openings of one contract, one element each, in order of time."""

    side: Index
    """0 long, 1 short."""
    size: Array
    """Base coin."""
    leverage: Array
    """Effective, as the liquidation in the end implies it; 0: never liquidated (hedged, or margin for any price)."""
    stops: Flags
    """Leaves by a stop before it could be liquidated."""
    opened_ns: Index

    def pick(self, rows: Flags) -> "TrueOpenings":
        return TrueOpenings._make(column[rows] for column in self)


class Openings:
    """Keeps every opening it is told of. All contracts together; `of` reads one."""

    def __init__(self, lot: Array) -> None:
        """`lot`: base coin per lot, by contract."""
        self._lot = lot
        self._contracts: list[Index] = [np.zeros(0, np.int64)]
        nothing = np.zeros(0)
        none = np.zeros(0, np.int64)
        self._kept = [TrueOpenings(none, nothing, nothing, np.zeros(0, np.bool_), none)]

    def isolated(self, new: Opening) -> None:
        """Isolated positions that were opened."""
        base = new.lots * self._lot[new.contract]
        margin = in_the_end(new.sign, new.margin, new.topup, new.extra)
        price = liquidation_price(new.sign, base, new.entry, margin, new.maintenance)
        dies = np.isfinite(price) & (price > 0) & ~new.hedged
        leverage = np.where(dies, base * new.entry / margin, 0.0)
        self._contracts.append(new.contract)
        self._kept.append(
            TrueOpenings(_side(new.sign), base, leverage, new.stop != never(new.sign), new.opened_ns)
        )

    def cross(self, accounts: CrossAccounts, marks: Array, now_ns: int) -> None:
        """Both legs of the accounts opened just now, as if the other leg stayed at its mark."""
        rows = np.flatnonzero((accounts.opened_ns == now_ns) & (accounts.lots[0] > 0))
        prices = accounts.liquidation_prices(marks[accounts.legs])[:, rows]
        for leg, number in enumerate(accounts.legs):
            sign, entry = accounts.sign[leg, rows], accounts.entry[leg, rows]
            required = accounts.maintenance[leg, rows] + LIQUIDATION_FEE
            dies = np.isfinite(prices[leg]) & (prices[leg] > 0)
            share = sign * (1.0 - np.where(dies, prices[leg], 0.0) * (1.0 - sign * required) / entry)
            leverage = np.where(dies & (share > 0), 1.0 / np.where(share > 0, share, 1.0), 0.0)
            self._contracts.append(np.full(len(rows), number))
            self._kept.append(TrueOpenings(
                _side(sign), accounts.base[leg, rows], leverage, np.zeros(len(rows), np.bool_), accounts.opened_ns[rows]
            ))

    def of(self, number: int) -> TrueOpenings:
        """What was opened in one contract."""
        mine = np.concatenate(self._contracts) == number
        return TrueOpenings._make(np.concatenate(column) for column in zip(*self._kept, strict=True)).pick(mine)


def in_the_end(sign: Array, margin: Array, topup: Array, extra: Array) -> Array:
    """The margin a position holds when it comes to the worst: the top-up still to come is in it."""
    return np.where(topup != never(sign), margin + extra, margin)


def shares(opened: TrueOpenings, rungs: Array, *, with_stops: bool) -> Array:
    """Share of what each side opened that is liquidated at each rung, [side, rung]; a side without openings: nan.

    Every opening belongs to the nearest rung in log leverage; what is below the lowest rung by more than half a step
    is on none, nor are those that are never liquidated and, unless `with_stops`, those who stop out first.
    """
    logs = np.log(rungs)
    half = (logs[1] - logs[0]) / 2
    counted = opened.leverage >= np.exp(logs[0] - half)
    if not with_stops:
        counted &= ~opened.stops
    nearest = np.searchsorted((logs[1:] + logs[:-1]) / 2, np.log(np.where(counted, opened.leverage, 1.0)))
    out = np.full((2, len(rungs)), np.nan)
    for side in (0, 1):
        mine = opened.side == side
        total = opened.size[mine].sum()
        if total > 0:
            rows = mine & counted
            out[side] = np.bincount(nearest[rows], opened.size[rows], len(rungs)) / total
    return out


def _side(sign: Array) -> Index:
    return np.where(sign > 0, 0, 1)
