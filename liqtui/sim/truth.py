"""What no exchange publishes: every position and every liquidation of the simulated market."""

import json
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liqtui.sim.margin import Array, never
from liqtui.sim.market import Market
from liqtui.sim.openings import in_the_end


@dataclass(frozen=True, slots=True)
class TruePositions:
    """All agents' positions of one contract (market makers not included), one element each."""

    side: NDArray[np.int64]
    """0 long, 1 short."""
    size: Array
    """Base coin."""
    entry: Array
    leverage: Array
    margin: Array
    """Quote. A leg of a cross account shows the whole account's."""
    liquidation: Array
    """The mark that liquidates it; 0 (long) or inf (short) if none does."""
    cross: NDArray[np.bool_]
    hedged: NDArray[np.bool_]
    opened_ns: NDArray[np.int64]
    stops: NDArray[np.bool_]
    """Leaves by a stop before it could be liquidated."""
    final: Array
    """The mark that liquidates it in the end: what margin it adds on the way is in it. As `liquidation` otherwise."""
    holder: NDArray[np.int64]
    """Whose it is, as `crowd` counts holders."""


def positions(market: Market, symbol: str) -> TruePositions:
    """Who is open in a contract, now.

    Raises:
        KeyError: it is not listed.
    """
    number = market.number(symbol)
    table, cross = market.crowd.positions, market.crowd.cross
    rows = table.open_rows
    rows = rows[table.contract[rows] == number]
    leg = np.flatnonzero(cross.legs == number)
    accounts = np.flatnonzero(cross.lots[0] > 0) if len(leg) else np.zeros(0, np.int64)
    at = int(leg[0]) if len(leg) else 0
    prices = cross.liquidation_prices(market.marks[cross.legs])
    sign = np.concatenate([table.sign[rows], cross.sign[at, accounts]])
    none = np.zeros(len(accounts), np.bool_)
    margin = in_the_end(table.sign[rows], table.margin[rows], table.topup[rows], table.extra[rows])
    final = np.where(
        table.hedged[rows], table.liquidation[rows],
        table.rule.liquidation_price(
            table.contract[rows], table.sign[rows], table.base(rows), table.entry[rows], margin, table.maintenance[rows]
        ),
    )
    return TruePositions(
        np.where(sign > 0, 0, 1),
        np.concatenate([table.base(rows), cross.base[at, accounts]]),
        np.concatenate([table.entry[rows], cross.entry[at, accounts]]),
        np.concatenate([table.leverage[rows], cross.leverage[accounts]]),
        np.concatenate([table.margin[rows], cross.margin[accounts]]),
        np.concatenate([table.liquidation[rows], prices[at, accounts]]),
        np.concatenate([np.zeros(len(rows), np.bool_), ~none]),
        np.concatenate([table.hedged[rows], none]),
        np.concatenate([table.opened_ns[rows], cross.opened_ns[accounts]]),
        np.concatenate([table.stop[rows] != never(table.sign[rows]), none]),
        np.concatenate([final, prices[at, accounts]]),
        np.concatenate([rows, accounts + market.regime.capacity]),
    )


def liquidation_map(market: Market, symbol: str, edges: Array) -> Array:
    """Base coin that liquidates between the price `edges`, [side, bin]."""
    held = positions(market, symbol)
    return np.stack([
        np.histogram(held.liquidation[held.side == side], edges, weights=held.size[held.side == side])[0]
        for side in (0, 1)
    ])


def final_map(market: Market, symbol: str, edges: Array, until_ns: int | None = None) -> Array:
    """As `liquidation_map`, of what would really be liquidated if the mark went there: margin still to be added is in
    it, and who stops out on the way is not. [side, bin] of the positions opened before a time, or all.
    """
    held = positions(market, symbol)
    asked = ~held.stops & (held.opened_ns < (market.now_ns + 1 if until_ns is None else until_ns))
    rows = [(held.side == side) & asked for side in (0, 1)]
    return np.stack([np.histogram(held.final[row], edges, weights=held.size[row])[0] for row in rows])


def as_json(market: Market, symbol: str) -> str:
    """Positions, open interest and liquidations of a contract, for a test that lives in another process. Sizes and
    prices are of single coins, also where the contract counts thousands.

    Raises:
        KeyError: it is not listed.
    """
    held, number = positions(market, symbol), market.number(symbol)
    unit = market.contracts[number].multiple
    lot = market.contracts[number].lot * unit
    return json.dumps({
        "instId": symbol,
        "ts": market.now_ns // 1_000_000,
        "mark": float(market.marks[number]) / unit,
        "openInterest": float(market.open_interest[number]) * lot,
        "positions": {
            "side": held.side.tolist(),
            "size": np.round(held.size * unit, 6).tolist(),
            "entry": (held.entry / unit).tolist(),
            "leverage": held.leverage.tolist(),
            "liquidation": np.where(np.isfinite(held.liquidation), held.liquidation / unit, 0.0).tolist(),
            "cross": held.cross.tolist(),
            "hedged": held.hedged.tolist(),
        },
        "liquidations": [
            {"ts": f.time_ns // 1_000_000, "side": f.side, "size": f.lots * lot, "mark": f.mark / unit,
             "trigger": f.trigger / unit}
            for f in market.liquidations if f.contract == number
        ],
    })
