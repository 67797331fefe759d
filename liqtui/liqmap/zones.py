"""What a trader does with the map: where a stop lies beyond the clusters, where there is room to enter, and what an
order of a size would cost. Clusters, mass per bin and book levels in, prices out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from liqtui.events import Side
from liqtui.liqmap.clusters import MERGE, Cluster, smoothed
from liqtui.liqmap.grid import Floats, price_of

MARGIN = 0.0015
"""Log price a stop keeps from the edges of clusters: as far as two clusters must lie apart to be two."""
LEAST_DENSITY = 20.0
"""Of 100: a cluster thinner than this is not what one puts a stop behind, but none lies inside it either."""
REACH = 0.05
"""Entries are looked for within this log price of the mark."""
LOW = 0.15
"""Of the highest density in reach: what stays below is smooth."""
LEAST_LENGTH = 0.003
"""Log price: a shorter gap is none."""
MOST = 3
"""Stops and entries named per side: the nearest stops, the longest gaps."""
SIZES_USD = (100_000.0, 1_000_000.0)
"""Order sizes whose slippage is told."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a stop lies behind what would be swept first."""

    side: Side
    """Whose stop: a long's lies below the mark, a short's above."""
    price: float
    distance_pct: float
    """From the mark, signed percent."""
    low: float
    high: float
    """The clusters it lies behind, edge to edge."""
    density: float
    """Of the densest of them (0–100)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A smooth gap between clusters: little would be forced to trade while the price is in it."""

    side: Side
    """Which stock it lies in: LONG below the mark, SHORT above."""
    low: float
    high: float
    length_pct: float
    distance_pct: float
    """Of the bound nearer to the mark, signed percent."""
    density: float
    """Mean mass per bin inside, 100 being the highest in reach."""


@dataclass(frozen=True, slots=True)
class Zones:
    """Stops, nearest first, and entries, longest first."""

    stops: tuple[Stop, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Fill:
    """An order of `usd` filled from the book at once: average price against the mid, percent, what it costs is plus.

    None: the book that is visible does not hold as much.
    """

    usd: float
    buy_pct: float | None
    sell_pct: float | None


@dataclass(frozen=True, slots=True)
class Slippage:
    """What orders of some sizes would cost now, and how much of the book is visible."""

    fills: tuple[Fill, ...]
    asks_usd: float
    """All a buyer can see."""
    bids_usd: float


def find_zones(
    longs: ArrayLike, shorts: ArrayLike, first_bin: int, width: float, mark: float, clusters: Sequence[Cluster]
) -> Zones:
    """Stops and entries of a map.

    Args:
        longs: mass per bin [n] in units, from `first_bin` on.
        shorts: likewise.
        first_bin: bin of column 0.
        width: of a bin in log price.
        mark: price.
        clusters: of the same map.
    """
    mass = np.asarray(longs, dtype=np.float64) + np.asarray(shorts, dtype=np.float64)
    return Zones(find_stops(clusters, mark), find_entries(mass, first_bin, width, mark, clusters))


def find_stops(clusters: Sequence[Cluster], mark: float) -> tuple[Stop, ...]:
    """Per side the nearest stops: `MARGIN` beyond the far edge of a cluster; where the next cluster leaves no room for
    that margin on both sides, behind that one, too."""
    stops = []
    for side in Side:
        sign = -1.0 if side is Side.LONG else 1.0
        # near and far edge as distance from the mark in log price, outward positive
        spans = sorted(
            (sign * math.log((c.high if side is Side.LONG else c.low) / mark),
             sign * math.log((c.low if side is Side.LONG else c.high) / mark), c.density)
            for c in clusters if c.side is side
        )
        chains: list[tuple[float, float, float]] = []
        for near, far, density in spans:
            if chains and near < chains[-1][1] + 2.0 * MARGIN:
                start, end, densest = chains[-1]
                chains[-1] = start, max(end, far), max(densest, density)
            else:
                chains.append((near, far, density))
        mine = [
            _stop(side, mark, sign, near, far, density)
            for near, far, density in chains if density >= LEAST_DENSITY and far + MARGIN > 0.0
        ]
        stops += mine[:MOST]
    return tuple(sorted(stops, key=lambda stop: (abs(stop.distance_pct), stop.side)))


def find_entries(
    mass: Floats, first_bin: int, width: float, mark: float, clusters: Sequence[Cluster]
) -> tuple[Entry, ...]:
    """The longest smooth stretch between any two neighbours among the clusters and the mark, longest first.

    Args:
        mass: of both sides per bin [n], from `first_bin` on.
        first_bin: bin of column 0.
        width: of a bin in log price.
        mark: price.
        clusters: of the same map.
    """
    density = smoothed(mass, max(1, round(MERGE / width)))
    at = math.log(mark) / width - first_bin
    start, end = max(math.floor(at - REACH / width), 0), min(math.ceil(at + REACH / width), len(density))
    highest = float(density[start:end].max(initial=0.0))
    if highest <= 0.0:
        return ()
    smooth = density <= LOW * highest
    walls = [(at, at), *((_column(c.low, width, first_bin), _column(c.high, width, first_bin)) for c in clusters)]
    walls.sort()
    found: list[Entry] = []
    reached = walls[0][1]
    for low, high in walls[1:]:
        begin, until = max(math.ceil(reached - 1e-6), start), min(math.floor(low + 1e-6), end)
        reached = max(reached, high)
        first, last = _longest(smooth, begin, until)
        if (last - first) * width >= LEAST_LENGTH - 1e-9:
            found.append(_entry(first, last, first_bin, width, mark, 100.0 * float(mass[first:last].mean()) / highest))
    found.sort(key=lambda entry: (-entry.length_pct, entry.low))
    return tuple(e for side in Side for e in [one for one in found if one.side is side][:MOST])


def find_slippage(
    bids: tuple[Floats, Floats], asks: tuple[Floats, Floats], mid: float, *, inverse: bool,
    sizes_usd: Sequence[float] = SIZES_USD,
) -> Slippage:
    """What orders would cost that take the book as it stands.

    Args:
        bids: prices [n], best first, and what rests there in units [n] (base coin; USD face of an inverse contract).
        asks: likewise.
        mid: halfway between the best of both.
        inverse: units are USD.
        sizes_usd: of the orders; a quote that is a dollar by another name is taken at par.
    """
    (bid, bid_usd), (ask, ask_usd) = (
        (price, size if inverse else size * price) for price, size in (bids, asks)
    )
    fills = []
    for usd in sizes_usd:
        bought, sold = _average(ask, ask_usd, usd), _average(bid, bid_usd, usd)
        fills.append(Fill(
            usd,
            None if bought is None else (bought / mid - 1.0) * 100.0,
            None if sold is None else (1.0 - sold / mid) * 100.0,
        ))
    return Slippage(tuple(fills), float(ask_usd.sum()), float(bid_usd.sum()))


def _average(price: Floats, usd: Floats, wanted: float) -> float | None:
    """Average price of `wanted` dollars taken from levels, best first: dollars over coins."""
    sums = np.cumsum(usd)
    if not len(sums) or sums[-1] < wanted:
        return None
    last = int(np.searchsorted(sums, wanted))
    before = float(sums[last - 1]) if last else 0.0
    coins = float((usd[:last] / price[:last]).sum()) + (wanted - before) / float(price[last])
    return wanted / coins


def _stop(side: Side, mark: float, sign: float, near: float, far: float, density: float) -> Stop:
    price = mark * math.exp(sign * (far + MARGIN))
    low, high = sorted((mark * math.exp(sign * near), mark * math.exp(sign * far)))
    return Stop(side, price, (price / mark - 1.0) * 100.0, low, high, density)


def _entry(first: int, last: int, first_bin: int, width: float, mark: float, density: float) -> Entry:
    low, high = price_of(first_bin + first, width), price_of(first_bin + last, width)
    side = Side.SHORT if low >= mark else Side.LONG
    nearer = low if side is Side.SHORT else high
    return Entry(side, low, high, (high / low - 1.0) * 100.0, (nearer / mark - 1.0) * 100.0, density)


def _column(price: float, width: float, first_bin: int) -> float:
    return math.log(price) / width - first_bin


def _longest(smooth: NDArray[np.bool_], begin: int, until: int) -> tuple[int, int]:
    """Start and end of the longest run of True within begin … until, the first of equals."""
    if begin >= until:
        return begin, begin
    edges = np.flatnonzero(np.diff(smooth[begin:until].astype(np.int8), prepend=0, append=0))
    if not len(edges):
        return begin, begin
    starts, ends = edges[::2], edges[1::2]
    best = int((ends - starts).argmax())
    return begin + int(starts[best]), begin + int(ends[best])
