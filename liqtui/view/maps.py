"""The map, its past, the ladder, the book and the cascade, as a View carries them. Arrays are read-only."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liqtui.events import Side
from liqtui.liqmap.cascade import Cascades, Response

Array = NDArray[np.float32]

GROUPS = ("low", "mid", "high")
"""Leverage groups of the snapshots: below 10×, 10–40×, above 40×."""


@dataclass(frozen=True, slots=True)
class MapView:
    """The estimated stock by liquidation price, at one moment."""

    width: float
    """Width of a bin in log price (0.0005)."""
    first_bin: int
    """`floor(ln(price) / width)` of column 0."""
    rungs: tuple[float, ...]
    """Effective leverages, low to high."""
    mass: Array
    """[side, rung, bin]: weighted stock in units."""
    outside: tuple[float, float]
    """Per side: drawn stock whose liquidation price lies beyond the bins."""
    undrawn: tuple[float, float] | None
    """Per side: open interest that is never liquidated or not explained; None without open interest."""
    seeded: bool
    """The oldest stock was seeded over a volume profile, not observed being opened."""
    spread: Array | None = None
    """[side, bin] standard deviation of the mass over what is not known: turnover and ladder. None: not worked out."""

    def price_of(self, column: float) -> float:
        """Price at a column's lower edge."""
        return float(np.exp((self.first_bin + column) * self.width))

    def coverage(self, interest: float | None) -> float | None:
        """Share of `interest` (open interest in units) that is placed at a price, both sides together, at most 1; None
        where it is unknown or nothing, and of a relative map."""
        if self.undrawn is None or not interest:
            return None
        return min((float(self.mass.sum(dtype=np.float64)) + sum(self.outside)) / (2.0 * interest), 1.0)

    def column_of(self, price: float) -> int:
        return int(np.floor(np.log(price) / self.width)) - self.first_bin


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The map at a past moment, for the waterfall: coarser, on the same log-price grid."""

    time_ns: int
    first_bin: int
    """In bins of `MapView.width`; column k covers bins first_bin + k·stride …"""
    stride: int
    mass: NDArray[np.float16]
    """[side, group, column] in units × `scale`."""
    scale: float
    low: float
    high: float
    close: float
    """The mark's path since the snapshot before."""


@dataclass(frozen=True, slots=True)
class Liquidated:
    """One liquidation that really happened, at the mark of its time."""

    time_ns: int
    side: Side
    size: float
    usd: float
    mark: float
    venue: str


@dataclass(frozen=True, slots=True)
class LadderView:
    """The ladder: shares of openings by effective leverage, with intervals that hold the truth 8 times of 10."""

    leverage: tuple[float, ...]
    mean: NDArray[np.float64]
    """[side, rung], as `low` and `high`."""
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    identified: bool
    """The feed is complete and tells the level; if not, only the shape is learned and the level is the prior's."""
    events: float
    """Effective events it was learned from, with forgetting."""
    churn: tuple[tuple[float, float], ...]
    """Turnover shares χ and what each counts."""
    learned_ns: int | None
    """The end of the last minute it was learned from; None: it is the prior."""


@dataclass(frozen=True, slots=True)
class BookView:
    """Depth by price bin on the map's grid, units per bin, around the mid."""

    first_bin: int
    bids: Array
    asks: Array


@dataclass(frozen=True, slots=True)
class CascadeView:
    """Where a push from the mark would end, worked out at most once a second."""

    mark: float
    """The mark it starts from."""
    sell: Cascades
    buy: Cascades
    response: Response
    """What was learned of the market's answers to flow."""
    level_known: bool
    """The map's size is anchored by a feed that shows all liquidations; else the whole forecast is an estimate's."""
    mid: float
    """Of the book it walks."""
