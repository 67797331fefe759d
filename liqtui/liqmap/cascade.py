"""Cascade: where a push would end, once those it liquidates have sold (or bought) into the book.

A shock that by itself takes the mark to p liquidates the stock between the mark and p. Those orders walk the book
beyond p; the mark keeps a part of that walk, sweeps on, and what it sweeps walks on, to the fixed point

    end = p + kept · walk(p, forced(end) ÷ stands)          (distances in log price, outward from the mark)

`kept` and `stands` are facts of venue and market, learned elsewhere from public data: the mark follows a smoothed index
basis and makers come back (`kept`), and part of what a book shows is gone when the price gets there (`stands`). All
sizes are in base coin; maps and books of several venues may be added before they come here.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from liqtui.liqmap.grid import Floats

REACH = 0.12
"""Triggers are worked out up to this log price from the mark: as far as clusters are named."""
RUNAWAY = 2.0
"""From this amplification on a cascade is called a runaway."""
LEAST_RUN = 0.0025
"""Log price that liquidations must add to be called a runaway: doubling a tenth of a percent is no event."""
FAR = 8.0
"""Log price: further than anything walks."""
NEAREST = 0.5
"""Bins to the first trigger, at least: how far a push of nothing is carried has no meaning."""
OUTER = 0.25
"""Beyond the visible book its density is taken to be that of this outer part of it."""
WAVES = 40
"""So often what was swept walks on in steps; who has not come to rest by then is looked up edge by edge."""
NEARBY, FAR_STRIDE = 48, 8
"""Rest is looked for on so many edges, then on every eighth one."""
_CLOSE = 1e-6


class Response(NamedTuple):
    """How a market answers forced orders."""

    kept: float
    """Share of a walk through the book that the mark keeps, 0…1."""
    stands: float
    """Share of the visible depth that is still there when a running price reaches it, above 0."""


class One(NamedTuple):
    """One push; as in `Cascades`."""

    trigger: float
    forced: float
    end: float
    amplification: float
    runaway: bool
    extrapolated: bool


class Cascades(NamedTuple):
    """One direction, [trigger], outward from the mark. Prices in quote, sizes in base coin."""

    trigger: Floats
    forced: Floats
    """Liquidated between the mark and the end."""
    end: Floats
    amplification: Floats
    """(end − mark) / (trigger − mark)."""
    runaway: NDArray[np.bool_]
    """Amplification ≥ 2, or more is forced than all the book shows, by at least `LEAST_RUN`."""
    extrapolated: NDArray[np.bool_]
    """The walk ends where no book is seen."""

    @property
    def first_runaway(self) -> One | None:
        """The nearest trigger that runs away."""
        found = np.flatnonzero(self.runaway)
        return One(*(column[found[0]].item() for column in self)) if len(found) else None

    def at(self, price: float) -> "One | None":
        """A push to any price between the first trigger and the last, by the triggers about it; None beyond them."""
        sign = 1.0 if self.trigger[-1] > self.trigger[0] else -1.0
        place = sign * (self.trigger - price)
        after = int(np.searchsorted(place, 0.0))
        if after == len(place) or (after == 0 and place[0] > 0.0):
            return None
        before = max(0, after - 1)
        gap = float(self.trigger[after] - self.trigger[before])
        share = (price - float(self.trigger[before])) / gap if gap else 0.0
        forced, end, grown = (
            float(column[before] + share * (column[after] - column[before]))
            for column in (self.forced, self.end, self.amplification)
        )
        nearest = after if share >= 0.5 else before
        return One(price, forced, end, grown, bool(self.runaway[nearest]), bool(self.extrapolated[nearest]))


class Book(NamedTuple):
    """Depth by bin on the map's grid, in base coin, and the mid it was seen at."""

    bids: ArrayLike
    asks: ArrayLike
    mid: float


def in_base(face: ArrayLike, first_bin: int, width: float) -> Floats:
    """Face of an inverse contract per bin (last axis), in quote, as base coin: divided by the middle of each bin."""
    faces = np.asarray(face, dtype=np.float64)
    coins: Floats = faces * np.exp(-(first_bin + 0.5 + np.arange(faces.shape[-1])) * width)
    return coins


def cascades(
    longs: ArrayLike, shorts: ArrayLike, book: Book, first_bin: int, width: float, mark: float, response: Response,
    reach: float = REACH, feedback: bool = True,
) -> tuple[Cascades, Cascades] | None:
    """What becomes of a push to every trigger, down and up; None where a side of the book shows nothing.

    Args:
        longs: stock per bin [n] in base coin, by liquidation price, from `first_bin` on.
        shorts: likewise.
        book: depth on the same bins.
        first_bin: `floor(ln(price) / width)` of column 0; the mark lies within the columns.
        width: of a bin in log price.
        mark: price the push starts from. When the mark is at p, the book is at p · mid / mark.
        response: how the market answers.
        reach: log price from the mark up to which triggers are worked out; one per bin.
        feedback: whether what the walk sweeps walks on; without it, what the push itself sweeps walks once.
    """
    start, middle = math.log(mark) / width - first_bin, math.log(book.mid) / width - first_bin
    columns = np.size(longs)
    last = (width, response, reach, feedback)
    down = _one_way(np.asarray(longs)[::-1], np.asarray(book.bids)[::-1], columns - start, columns - middle, *last)
    up = _one_way(np.asarray(shorts), np.asarray(book.asks), start, middle, *last)
    if down is None or up is None:
        return None
    return _priced(down, mark, -1.0), _priced(up, mark, 1.0)


class _Outward(NamedTuple):
    """Distances in log price, outward from the mark."""

    trigger: Floats
    forced: Floats
    end: Floats
    runaway: NDArray[np.bool_]
    extrapolated: NDArray[np.bool_]


def _one_way(
    stock: NDArray[np.floating], depth: NDArray[np.floating], start: float, middle: float, width: float,
    response: Response, reach: float, feedback: bool,
) -> _Outward | None:
    """Columns grow outward; `start` and `middle` are the positions of mark and mid on them."""
    stock_at, swept = _summed(stock, start, width)
    book = _extended(*_summed(depth, middle, width))
    if book is None:
        return None
    at, cum, seen = book
    edge = math.floor(start) + 1.0 - start
    edge += 1.0 if edge < NEAREST else 0.0
    trigger = (edge + np.arange(max(1, math.floor(reach / width)))) * width
    trigger = trigger[trigger <= stock_at[-1]]
    eaten = np.interp(trigger, at, cum)

    def pushed_on(from_: Floats, eaten: Floats, reached: Floats) -> Floats:
        """Where those who start at `from_` are once all that is swept on the way to `reached` has walked."""
        walked = np.interp(eaten + np.interp(reached, stock_at, swept) / response.stands, cum, at) - from_
        further: Floats = np.minimum(from_ + response.kept * walked, stock_at[-1])
        return further

    before, end = trigger, pushed_on(trigger, eaten, trigger)
    waves = 1
    while feedback and waves < WAVES and float((end - before).max(initial=0.0)) >= _CLOSE:
        before, end = end, pushed_on(trigger, eaten, end)
        waves += 1
    late = np.flatnonzero(end - before >= _CLOSE) if feedback else np.zeros(0, np.intp)
    for stride, looks in ((1, NEARBY), (FAR_STRIDE, len(stock_at) // FAR_STRIDE + 2)):
        if not len(late):
            break
        first = np.searchsorted(stock_at, end[late]) - 1
        columns = stock_at[np.minimum(first[:, None] + stride * np.arange(looks), len(stock_at) - 1)]
        over = pushed_on(trigger[late, None], eaten[late, None], columns) - columns
        end[late], rested = _first_rest(end[late], columns, over)
        late = late[~rested]
    forced = np.interp(end, stock_at, swept)
    further = np.interp(eaten + forced / response.stands, cum, at)
    added = end - trigger
    past_all = (trigger <= seen) & (end > seen) & (forced >= cum[-2] * response.stands)
    return _Outward(
        trigger, forced, end, (added >= LEAST_RUN) & ((end >= RUNAWAY * trigger) | past_all), further > seen
    )


def _extended(at: Floats, ahead: Floats) -> tuple[Floats, Floats, float] | None:
    """A side's depth as distances and what lies up to each, strictly growing, with a far point that continues its
    outer quarter; and the distance up to which it is seen. None where it shows nothing.
    """
    shown = float(ahead[-1])
    if shown <= 0.0:
        return None
    seen = float(at[int(np.searchsorted(ahead, shown))])
    density = (shown - float(np.interp(seen * (1.0 - OUTER), at, ahead))) / (OUTER * seen)
    grows = np.append(True, np.diff(ahead) > 0.0)
    return np.append(at[grows], seen + FAR), np.append(ahead[grows], shown + FAR * density), seen


def _first_rest(reached: Floats, edges: Floats, over: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """The nearest distance beyond `reached` [row] from which nothing pushes on, and whether there is one.

    `edges` [row, edge] begin at or before it; `over` is how much further than an edge one is pushed that reached it.
    Between two of them the excess is taken to be straight. Who does not rest is pushed on to the last edge at least.
    """
    rests = (over <= 0.0) & (edges > reached[:, None])
    rested: NDArray[np.bool_] = np.logical_or.reduce(rests, axis=1)
    after = np.where(rested, rests.argmax(axis=1), edges.shape[1] - 1)
    each = np.arange(len(reached))
    high, low = over[each, after], np.maximum(over[each, after - 1], 0.0)
    share = np.where(low - high > 0.0, low / np.where(low - high > 0.0, low - high, 1.0), 1.0)
    last, before = edges[each, after], edges[each, after - 1]
    between = np.where(rested, before + share * (last - before), last)
    return np.maximum(reached, between), rested


def _summed(mass: NDArray[np.floating], start: float, width: float) -> tuple[Floats, Floats]:
    """Mass met from a position outward: distances in log price (bin edges), and what lies up to each. Bins are even."""
    first = min(max(math.floor(start), 0), len(mass) - 1)
    outward = mass[first:].astype(np.float64)
    edges = (first + 1.0 - start + np.arange(len(outward))) * width
    outward[0] *= min(1.0, max(0.0, first + 1.0 - start))
    return np.append(0.0, edges), np.append(0.0, np.cumsum(outward))


def _priced(found: _Outward, mark: float, direction: float) -> Cascades:
    trigger, end = mark * np.exp(direction * found.trigger), mark * np.exp(direction * found.end)
    return Cascades(
        trigger, found.forced, end, (end - mark) / (trigger - mark), found.runaway, found.extrapolated
    )
