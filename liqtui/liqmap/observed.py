"""Positions that are public, by the price at which the venue will liquidate them: counted, not estimated."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from liqtui.events import Position, Side
from liqtui.liqmap.agreement import Agreement
from liqtui.liqmap.grid import Floats, Singles

Ints = NDArray[np.int64]
_START = 1_024
"""Rows a table begins with; it doubles when they are taken."""


class Columns(NamedTuple):
    """Positions, one element each."""

    side: Ints
    size: Floats
    """Units."""
    entry: Floats
    liquidation: Floats
    """Price; NaN: never."""
    seen_ns: Ints


class Held:
    """The open positions of one contract, one per address, in columns. A free row has size 0."""

    def __init__(self) -> None:
        self.version = 0
        """Grows with every change."""
        self._row: dict[str, int] = {}
        self._free: list[int] = []
        self._top = 0
        self._columns = _empty(_START)
        self._highest_long, self._lowest_short = 0.0, np.inf
        """No long is liquidated above the one, no short below the other; nearer bounds are found when it matters."""

    def __len__(self) -> int:
        return len(self._row)

    def put(self, address: str, position: Position, seen_ns: int) -> None:
        """What an address holds now, in place of what it held."""
        row = self._row.get(address)
        if row is None:
            row = self._row[address] = self._free.pop() if self._free else self._next()
        columns, price = self._columns, position.liquidation
        columns.side[row], columns.size[row], columns.entry[row] = position.side, position.size, position.entry
        columns.liquidation[row], columns.seen_ns[row] = np.nan if price is None else price, seen_ns
        if price is not None and position.side is Side.LONG:
            self._highest_long = max(self._highest_long, price)
        elif price is not None:
            self._lowest_short = min(self._lowest_short, price)
        self.version += 1

    def drop(self, address: str) -> None:
        """It holds nothing of this contract any more, or nobody knows."""
        row = self._row.pop(address, None)
        if row is not None:
            self._columns.size[row] = 0.0
            self._free.append(row)
            self.version += 1

    def sweep(self, low: float, high: float) -> None:
        """The mark went from `low` to `high`: longs liquidated at or above the low are gone, shorts at or below the
        high."""
        if self._highest_long < low and self._lowest_short > high:
            return
        of = self._columns
        long, there = of.side[: self._top] == Side.LONG, of.size[: self._top] > 0.0
        prices = of.liquidation[: self._top]
        gone = there & np.where(long, prices >= low, prices <= high)  # NaN: neither
        if gone.any():
            for address in [address for address, row in self._row.items() if gone[row]]:
                self.drop(address)
        left = there & ~gone & np.isfinite(prices)
        self._highest_long = float(prices[left & long].max(initial=0.0))
        self._lowest_short = float(prices[left & ~long].min(initial=np.inf))

    def columns(self) -> Columns:
        """Copies of the rows that hold something."""
        rows = np.flatnonzero(self._columns.size[: self._top] > 0.0)
        return Columns._make(column[rows] for column in self._columns)

    def _next(self) -> int:
        if self._top == len(self._columns.size):
            more = _empty(self._top)
            self._columns = Columns._make(np.concatenate(pair) for pair in zip(self._columns, more, strict=True))
        self._top += 1
        return self._top - 1


def _empty(rows: int) -> Columns:
    side, seen_ns = np.zeros((2, rows), np.int64)
    size, entry, liquidation = np.zeros((3, rows))
    return Columns(side, size, entry, liquidation, seen_ns)


class Laid(NamedTuple):
    """Positions on a map's bins. Read-only; per side where it is a pair, in units."""

    mass: Singles
    """[side, rung, bin]"""
    outside: tuple[float, float]
    """Liquidated beyond the bins."""
    undrawn: tuple[float, float]
    """Never liquidated."""
    held: tuple[float, float]
    """All of them."""
    bins: NDArray[np.int64]
    """[position] the liquidation bin of those that have one."""
    sides: NDArray[np.int64]
    """[position] their side."""


def lay(held: Columns, distances: Floats, first_bin: int, bins: int, width: float) -> Laid:
    """Positions by side, rung and liquidation bin.

    A position stands on the rung whose own positions are liquidated as far from their entry: that is its effective
    leverage, as the estimate has it, whatever its trader set. One that is liquidated on the winning side of its entry
    (margin was taken out, or lost elsewhere) stands on the highest.

    Args:
        held: the positions.
        distances: [side, rung] log price from entry to liquidation, falling with the rung.
        first_bin: of the map.
        bins: how many it has.
        width: of a bin in log price.
    """
    real = np.isfinite(held.liquidation)
    side, size = held.side[real], held.size[real]
    logs, entries = np.log(held.liquidation[real]), np.log(held.entry[real])
    away = np.where(side == Side.LONG, entries - logs, logs - entries)
    at = np.floor(logs / width).astype(np.int64)
    inside = (at >= first_bin) & (at < first_bin + bins)
    rungs = distances.shape[1]
    cell = (side * rungs + _rungs(away, side, distances)) * bins + at - first_bin
    mass = np.bincount(cell[inside], size[inside], 2 * rungs * bins).astype(np.float32).reshape(2, rungs, bins)
    mass.flags.writeable = False
    return Laid(
        mass, _by_side(side[~inside], size[~inside]), _by_side(held.side[~real], held.size[~real]),
        _by_side(held.side, held.size), at, side,
    )


def _rungs(away: Floats, side: Ints, distances: Floats) -> Ints:
    """The rung with the nearest distance, as a ratio; what is not positive is as near as can be."""
    logs = np.log(np.maximum(away, 1e-9))
    steps = np.log(np.maximum(distances, 1e-9))
    edges = -0.5 * (steps[:, 1:] + steps[:, :-1])  # rising
    found = np.zeros(len(away), np.int64)
    for one in Side:
        mine = side == one
        found[mine] = np.searchsorted(edges[one], -logs[mine])
    return found


def _by_side(side: Ints, size: Floats) -> tuple[float, float]:
    longs, shorts = np.bincount(side, size, 2).tolist()
    return longs, shorts


@dataclass(frozen=True, slots=True)
class Observed:
    """The public positions of one contract as they were last seen: on the bins of the View's map, never estimated.

    Sizes in units; pairs are longs, shorts.
    """

    first_bin: int
    mass: Singles
    """[side, rung, bin] by the venue's own liquidation price."""
    outside: tuple[float, float]
    """Liquidated beyond the bins."""
    undrawn: tuple[float, float]
    """Seen, and liquidated at no price."""
    held: tuple[float, float]
    """All that is seen."""
    share: tuple[float, float] | None
    """Of the open interest, at most 1 (what was closed since it was seen counts until it is seen again); None without
    open interest."""
    positions: int
    addresses: int
    """Whose answer is not too old, with or without a position here."""
    age_ns: int | None
    """Median since the positions were seen; None without any."""
    oldest_ns: int | None
    agreement: Agreement | None
    """With the estimated map; None without positions."""
