"""A stock built from history: seeded, then moved bar by bar, with snapshots on the way."""

from collections.abc import Callable, Generator, Iterator, Sequence

import numpy as np

from liqtui.engine.past import PastBar
from liqtui.engine.snapshots import by_side, groups_of, rescaled, take, window
from liqtui.events import Bar
from liqtui.liqmap.ensemble import Ensemble
from liqtui.liqmap.stock import HistoryBar, Ohlc, Stock
from liqtui.view import Snapshot

SNAPSHOT_REACH_NS = 31 * 86_400 * 10**9
"""How far back the waterfall looks."""
_SECOND = 10**9


def built(new: Callable[[float], Stock], bars: Sequence[PastBar], interest_now: float | None) -> Stock:
    """What `building` comes to, at once."""
    work = building(new, bars, interest_now, None)
    while True:
        try:
            next(work)
        except StopIteration as end:
            stock: Stock = end.value
            return stock


def building(
    new: Callable[[float], Stock], bars: Sequence[PastBar], interest_now: float | None,
    snap: Callable[[Snapshot], None] | None,
) -> Generator[None, None, Stock]:
    """The stock at the end of `bars` (oldest first, at least one), a bar at a time; `new` makes an empty one at a
    price.

    The bars before the first known open interest are the profile it is seeded over. Where history knows none at all,
    `interest_now` is seeded over everything, and the past is told as if it had always been that; without it, too, the
    stock stays relative.
    """
    stock = new(bars[0].bar.open)
    first = next((i for i, bar in enumerate(bars) if bar.interest is not None), None)
    if first is None:
        if interest_now is None:
            yield from _moving(stock, bars, snap)
        else:
            yield from _seeding(stock, bars, interest_now, snap)
        return stock
    yield from stock.seeding([_history(bar) for bar in bars[: first + 1]], bars[first].interest or 0.0)
    yield from _moving(stock, bars[first + 1 :], snap)
    return stock


def move(stock: Stock, bar: PastBar) -> None:
    """Move the stock through one bar; open interest, where known, is reported at its end."""
    known = bar.interest is not None and stock.interest is not None
    change = (bar.interest or 0.0) - (stock.interest or 0.0) if known else None
    stock.bar(*_ohlc(bar.bar), bar.bar.volume or 0.0, change, _ohlc(bar.mark) if bar.mark else None,
              seconds=(bar.end_ns - bar.start_ns) / _SECOND)


def snapshot(stock: Stock | Ensemble, time_ns: int, path: tuple[float, float, float]) -> Snapshot:
    """The map of `stock` around the close of `path` (low, high, close of the mark)."""
    width = stock.ladder.width
    first_bin, bins = window(path[2], width)
    return take(time_ns, first_bin, stock.by_rung(first_bin, bins).mass, groups_of(stock.ladder.rungs), path)


def _seeding(
    stock: Stock, bars: Sequence[PastBar], interest: float, snap: Callable[[Snapshot], None] | None
) -> Iterator[None]:
    """Seed all of history with snapshots on the way, which the scale found at its end holds for, too."""
    if snap is None:
        yield from stock.seeding([_history(bar) for bar in bars], interest)
        return
    taken: list[Snapshot] = []
    yield from stock.seeding(_passing(stock, bars, taken.append), interest)
    _snap(stock, bars[-1], taken.append)
    *past, unscaled, last = taken
    before, after = (by_side(shot).sum(axis=1, dtype=np.float64) for shot in (unscaled, last))
    factor = np.divide(after, before, out=np.ones(2), where=before > 0.0)
    for shot in past:
        snap(rescaled(shot, factor))
        yield
    snap(last)


def _passing(stock: Stock, bars: Sequence[PastBar], snap: Callable[[Snapshot], None]) -> Iterator[HistoryBar]:
    """The bars, one after the other, and a snapshot when each of them has been worked."""
    newest = bars[-1].end_ns
    for bar in bars:
        yield _history(bar)
        if bar.end_ns > newest - SNAPSHOT_REACH_NS:
            _snap(stock, bar, snap)


def _moving(stock: Stock, bars: Sequence[PastBar], snap: Callable[[Snapshot], None] | None) -> Iterator[None]:
    newest = bars[-1].end_ns if bars else 0
    for bar in bars:
        move(stock, bar)
        if snap is not None and bar.end_ns > newest - SNAPSHOT_REACH_NS:
            _snap(stock, bar, snap)
        yield


def _snap(stock: Stock, bar: PastBar, snap: Callable[[Snapshot], None]) -> None:
    path = bar.mark or bar.bar
    snap(snapshot(stock, bar.end_ns, (path.low, path.high, path.close)))


def _history(bar: PastBar) -> HistoryBar:
    return HistoryBar(_ohlc(bar.bar), bar.bar.volume or 0.0, _ohlc(bar.mark) if bar.mark else None,
                      (bar.end_ns - bar.start_ns) / _SECOND)


def _ohlc(bar: Bar) -> Ohlc:
    return bar.open, bar.high, bar.low, bar.close
