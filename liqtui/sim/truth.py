"""What no exchange publishes: every position and every liquidation of the simulated market."""

import json
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liqtui.sim.margin import Array
from liqtui.sim.market import Market


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
    )


def liquidation_map(market: Market, symbol: str, edges: Array) -> Array:
    """Base coin that liquidates between the price `edges`, [side, bin]."""
    held = positions(market, symbol)
    return np.stack([
        np.histogram(held.liquidation[held.side == side], edges, weights=held.size[held.side == side])[0]
        for side in (0, 1)
    ])


def as_json(market: Market, symbol: str) -> str:
    """Positions, open interest and liquidations of a contract, for a test that lives in another process.

    Raises:
        KeyError: it is not listed.
    """
    held, number = positions(market, symbol), market.number(symbol)
    lot = market.contracts[number].lot
    return json.dumps({
        "instId": symbol,
        "ts": market.now_ns // 1_000_000,
        "mark": float(market.marks[number]),
        "openInterest": float(market.open_interest[number]) * lot,
        "positions": {
            "side": held.side.tolist(),
            "size": np.round(held.size, 6).tolist(),
            "entry": held.entry.tolist(),
            "leverage": held.leverage.tolist(),
            "liquidation": np.where(np.isfinite(held.liquidation), held.liquidation, 0.0).tolist(),
            "cross": held.cross.tolist(),
            "hedged": held.hedged.tolist(),
        },
        "liquidations": [
            {"ts": f.time_ns // 1_000_000, "side": f.side, "size": f.lots * lot, "mark": f.mark, "trigger": f.trigger}
            for f in market.liquidations if f.contract == number
        ],
    })
