"""The numbers beside a summed map."""

from collections.abc import Sequence

import numpy as np

from liqtui.engine.shape import Shape
from liqtui.engine.summing import Added
from liqtui.liqmap.grid import Floats
from liqtui.liqmap.zones import Slippage, find_slippage
from liqtui.view import Figure, Figures, LiquidatedTotals

FUNDING_NS = 8 * 3_600 * 10**9
"""The interval the funding of a sum is told for: venues pay every hour, or four, or eight."""


def figures_of(prices: Figures | None, counted: Sequence[Added], shape: Shape, now_ns: int) -> Figures:
    """Prices are the reference's, whether its own map is in the sum yet or not; sizes are added; rates count by open
    interest."""
    if prices is None or not counted:
        return Figures()
    every = [one.view.figures for one in counted]
    interest, times = sum(one.interest for one in counted), [f.open_interest.time_ns for f in every if f.open_interest]
    mark = prices.mark
    deep = [f for one, f in zip(counted, every, strict=True) if f.depth_usd is not None and one.fresh]
    depths = [f.depth_usd for f in deep if f.depth_usd is not None]
    last = [f.last_liquidation for f in every if f.last_liquidation is not None]
    return Figures(
        last=prices.last,
        change_24h=prices.change_24h,
        mark=mark,
        mark_source=prices.mark_source,
        index=prices.index,
        open_interest=Figure(interest, min(times)) if times else None,
        open_interest_usd=interest * mark.value if mark is not None else None,
        open_interest_change_24h=_change(counted),
        funding=_funding(counted),
        funding_interval_ns=FUNDING_NS,
        cvd=_cvd(counted),
        buy_share=_buy_share(counted, now_ns),
        depth_usd=(sum(bids for bids, _ in depths), sum(asks for _, asks in depths)) if depths else None,
        depth_whole=(all(f.depth_whole[0] for f in deep), all(f.depth_whole[1] for f in deep)),
        liquidated=_liquidated(counted),
        last_liquidation=max(last, key=lambda one: one.time_ns, default=None),
        imbalance=shape.imbalance,
        drift=shape.drift,
    )


def slippage_of(counted: Sequence[Added]) -> Slippage | None:
    """What orders would cost that take the best of all books, each moved so that its mid lies on that of the largest:
    what prices differ by between venues is a premium, nothing to be earned or paid. None without a book."""
    open_books = [
        (one, book, book.mid) for one in counted
        if one.fresh and (book := one.member.pipeline.book).valid and book.mid is not None
    ]
    bids: list[Floats] = []
    asks: list[Floats] = []
    for one, book, mid in open_books:
        for into, side in zip((bids, asks), book.levels(), strict=True):
            coins = side.size / side.price if one.member.instrument.inverse else side.size
            into.append(np.stack([side.price * (open_books[0][2] / mid), coins]))
    if not open_books:
        return None
    bid, ask = np.concatenate(bids, axis=1), np.concatenate(asks, axis=1)
    bid, ask = bid[:, np.argsort(-bid[0])], ask[:, np.argsort(ask[0])]
    return find_slippage((bid[0], bid[1]), (ask[0], ask[1]), open_books[0][2], inverse=False)


def _change(counted: Sequence[Added]) -> float | None:
    """Open interest now over a day ago − 1; None unless all of it is known."""
    changes = [one.view.figures.open_interest_change_24h for one in counted]
    then = [one.interest / (1.0 + change) for one, change in zip(counted, changes, strict=True) if change is not None]
    return sum(one.interest for one in counted) / sum(then) - 1.0 if then and len(then) == len(counted) else None


def _funding(counted: Sequence[Added]) -> Figure | None:
    """By open interest, for eight hours; of the contracts that say how often they pay."""
    rows = [
        (one.interest, f.funding.value * FUNDING_NS / f.funding_interval_ns, f.funding.time_ns)
        for one in counted if (f := one.view.figures).funding is not None and f.funding_interval_ns
    ]
    weight = sum(interest for interest, _, _ in rows)
    if not weight:
        return None
    return Figure(sum(interest * rate for interest, rate, _ in rows) / weight, min(at for _, _, at in rows))


def _cvd(counted: Sequence[Added]) -> tuple[float, ...]:
    """Over the minutes that all of them know, in base coin; who has just begun to be heard is not waited for."""
    rows = [(one, one.view.figures.cvd) for one in counted if one.fresh and one.view.figures.cvd]
    if not rows:
        return ()
    longest = max(len(cvd) for _, cvd in rows)
    rows = [(one, cvd) for one, cvd in rows if 2 * len(cvd) >= longest]
    minutes = min(len(cvd) for _, cvd in rows)
    total = np.zeros(minutes)
    for one, cvd in rows:
        before = cvd[-minutes - 1] if len(cvd) > minutes else 0.0
        total += (np.array(cvd[-minutes:]) - before) * one.per_unit
    return tuple(total.tolist())


def _buy_share(counted: Sequence[Added], now_ns: int) -> float | None:
    taken = np.array([np.array(one.member.pipeline.flow.taken(now_ns)) * one.per_unit for one in counted if one.fresh])
    total = float(taken.sum())
    return float(taken[:, 0].sum()) / total if total > 0.0 else None


def _liquidated(counted: Sequence[Added]) -> LiquidatedTotals | None:
    """Known since the last of those that tell was heard."""
    told = [f.liquidated for one in counted if (f := one.view.figures).liquidated is not None]
    heard = [totals for totals in told if totals is not None]
    if not heard:
        return None
    minute, day = (np.sum([getattr(t, name) for t in heard], axis=0).tolist() for name in ("minute", "day"))
    return LiquidatedTotals((minute[0], minute[1]), (day[0], day[1]), max(t.heard_since_ns for t in heard))
