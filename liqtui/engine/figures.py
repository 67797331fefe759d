"""The numbers beside the map, read off the market state when a View is made."""

from collections.abc import Mapping

from liqtui.engine.snapshots import by_side as snapshot_by_side
from liqtui.events import Funding, FundingHistory, Index, Mark, RatioHistory
from liqtui.instruments import Instrument
from liqtui.liqmap.intensity import drift, imbalance, near
from liqtui.market.basis import basis, per_year
from liqtui.market.book import Book
from liqtui.market.interest import Interest
from liqtui.market.liquidations import Liquidations
from liqtui.market.tape import Tape
from liqtui.view import Array, Basis, Figure, LiquidatedTotals, MapView, Snapshot

DEPTH_PERCENT = 1.0
Marks = Mapping[tuple[str, str], float]
"""Known marks, by venue and symbol."""


def last_of(tape: Tape) -> Figure | None:
    """The last trade's price."""
    return None if tape.last is None else Figure(tape.last.price, tape.last.time_ns)


def interest_of(interest: Interest) -> Figure | None:
    """Open interest in units, and when it was true."""
    return None if interest.size is None or interest.time_ns is None else Figure(interest.size, interest.time_ns)


def depth_of(book: Book) -> tuple[float, float] | None:
    """Book within 1 % of the mid, in quote: bids, asks."""
    depth = book.depth_within(DEPTH_PERCENT) if book.valid else None
    return None if depth is None else (depth.bids_quote, depth.asks_quote)


def totals_of(liquidations: Liquidations, now_ns: int) -> LiquidatedTotals | None:
    """Liquidated dollars per side; None before the feed was heard."""
    if liquidations.heard_since_ns is None:
        return None
    minute, day = liquidations.minute(now_ns), liquidations.day(now_ns)
    return LiquidatedTotals((minute.longs, minute.shorts), (day.longs, day.shorts), liquidations.heard_since_ns)


def basis_of(
    series: tuple[Instrument, ...], marks: Marks, index: Index | None, now_ns: int
) -> tuple[Basis, ...]:
    """Each contract of the series whose mark is known, against the index; other venues' against the same one."""
    if index is None or index.price <= 0:
        return ()
    rows = []
    for contract in series:
        mark = marks.get((contract.venue, contract.symbol))
        if mark is None:
            continue
        days, off = contract.days_left(now_ns), basis(mark, index.price)
        rows.append(Basis(contract, mark, off, per_year(off, days), days))
    return tuple(rows)


def imbalance_of(shown: MapView, mark: float) -> float | None:
    """Long mass ÷ all mass within 5 % of the mark."""
    longs, shorts = shown.mass.sum(axis=1)
    return imbalance(longs, shorts, shown.first_bin, shown.width, mark)


def drift_of(by_side: Array, shown: MapView, then: Snapshot, mark: float) -> float | None:
    """Mass within 2 % of the mark now over that of an earlier snapshot around the same price, less 1."""
    width = shown.width * then.stride
    earlier = near(snapshot_by_side(then), then.first_bin / then.stride, width, mark)
    return drift(near(by_side, shown.first_bin, shown.width, mark), earlier)


def figure_of(event: Mark | Index | None) -> Figure | None:
    """A price and when it was true."""
    return None if event is None else Figure(event.price, event.time_ns)


def funding_of(event: Funding | None) -> Figure | None:
    """The funding rate; None where the contract has none."""
    return None if event is None or event.rate is None else Figure(event.rate, event.time_ns)


def funding_interval_of(event: Funding | None, settled: FundingHistory | None) -> int | None:
    """What the venue says, else the time between its last two settlements; None where neither is known."""
    if event is None or event.interval_ns is not None or settled is None or len(settled.points) < 2:
        return None if event is None else event.interval_ns
    (before, _), (last, _) = settled.points[-2:]
    return last - before


def ratio_of(history: RatioHistory | None) -> Figure | None:
    """The newest long/short ratio."""
    return None if history is None or not history.points else Figure(history.points[-1][1], history.points[-1][0])
