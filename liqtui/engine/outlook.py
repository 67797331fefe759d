"""What the market says of the map's use: pace, jumps, haste and how far all of it can be relied on."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from liqtui.engine.estimate import Estimate
from liqtui.events import FeedState, OpenInterest
from liqtui.liqmap.grid import WIDTH
from liqtui.liqmap.zones import Slippage, find_slippage
from liqtui.market.batch import Columns
from liqtui.market.book import Book
from liqtui.market.hurry import Hurry
from liqtui.market.jumps import Jump, Jumps
from liqtui.market.pace import Pace, PaceView
from liqtui.market.reliability import Facts, Reliability, reliability
from liqtui.view import SAMPLED, UNLEVELLED, FeedView, Liquidated

FAST = ("fast", "sparse mark")
"""Doubts that make a market a fast one."""


class Prospect(NamedTuple):
    """What an outlook has to say at a moment."""

    pace: PaceView | None
    jumps: tuple[Jump, ...]
    reliability: Reliability
    words: tuple[str, ...]
    """Caveats for the header and the problems screen."""


class Outlook:
    """Owns the pace, the jumps and the haste of one instrument; belongs to its pipeline. Moved at boundaries only."""

    def __init__(self) -> None:
        self.pace = Pace()
        self.jumps = Jumps(WIDTH)
        self.hurry = Hurry()
        self._feed, self._listened = True, False
        self._source = ""

    def hear(self, now_ns: int, on: bool) -> None:
        """The venue's sockets would, or would not, bring a liquidation from now on."""
        self._feed = on
        self._tune(now_ns)

    def listen(self, now_ns: int) -> None:
        """Liquidations of this instrument are subscribed."""
        self._listened = True
        self._tune(now_ns)

    @property
    def hearing(self) -> bool:
        """A liquidation would be heard now."""
        return self._feed and self._listened

    def _tune(self, now_ns: int) -> None:
        if self.hearing:
            self.pace.listen(now_ns)
        else:
            self.pace.deafen(now_ns)

    def step(
        self, now_ns: int, marks: Sequence[float], source: str, trades: Columns, reports: Sequence[OpenInterest],
    ) -> None:
        """What a step brought: the prices of the mark or what stands in for it, trades, and open interest."""
        if source != self._source:
            self._source = source
            self.jumps.forget()
        if marks:
            self.hurry.stride(now_ns, self.jumps.take(now_ns, marks))
        if trades:
            self.hurry.trade(float(trades.size.sum()))
        if reports:
            self.hurry.report(now_ns, reports[-1].size)

    def liquidated(self, now_ns: int, happened: Liquidated) -> None:
        """A liquidation was reported."""
        self.pace.take(now_ns, happened.time_ns, happened.side, happened.usd)

    def read(
        self, now_ns: int, mark: float | None, *, source: str, mark_stale: bool, sampled: bool, estimate: Estimate,
        interest_ns: int | None, feeds: Sequence[FeedView],
    ) -> Prospect:
        """All of it at a moment."""
        self.jumps.known(estimate.covered_ns)
        feed, feed_ns = _worst(feeds, now_ns)
        relative = estimate.stock is not None and estimate.stock.relative
        learner = estimate.learner
        told = reliability(Facts(
            mark_source=source,
            mark_stale=mark_stale,
            feed=feed,
            feed_ns=feed_ns,
            interest_ns=None if relative or interest_ns is None else max(now_ns - interest_ns, 0),
            assumed=estimate.assumed,
            history=_history(estimate),
            sampled=sampled,
            levelled=learner is None or learner.ladders.level_known,
            turned=self.hurry.turned(now_ns),
            strides=self.hurry.strides(now_ns),
            jumped=0.0 if mark is None else self.jumps.share(mark, now_ns),
        ))
        return Prospect(
            self.pace.read(now_ns) if self._listened else None,
            self.jumps.recent(now_ns),
            told,
            _words(source, mark_stale, sampled, estimate, {doubt.name for doubt in told.doubts}),
        )


def _words(
    source: str, mark_stale: bool, sampled: bool, estimate: Estimate, doubts: AbstractSet[str]
) -> tuple[str, ...]:
    """What a person must know before believing the picture."""
    said = (
        (source != "mark", f"mark unknown: {source}"),
        (mark_stale, "mark stale"),
        (estimate.assumed, "assumed m"),
        (estimate.stock is not None and estimate.stock.relative, "no OI: relative"),
        (estimate.joining, "joining history"),
        (estimate.settled, "settled: the contract has ended"),
        (not doubts.isdisjoint(FAST), "fast market"),
        ("jumped" in doubts, "levels jumped over"),
        (estimate.past_assumed, "past OI assumed"),
        (sampled, SAMPLED),
        ("level" in doubts, UNLEVELLED),
    )
    return tuple(words for holds, words in said if holds)


def slippage_of(book: Book, inverse: bool) -> Slippage | None:
    """What orders would cost; None without a book of two sides."""
    mid = book.mid if book.valid else None
    if mid is None:
        return None
    bids, asks = book.levels()
    return find_slippage(bids, asks, mid, inverse=inverse)


def _worst(feeds: Sequence[FeedView], now_ns: int) -> tuple[str, int]:
    """The feed that has been off for longest, in words, and for how long; nothing when all are live."""
    off = [feed for feed in feeds if feed.state not in (FeedState.LIVE, FeedState.CLOSED)]
    if not off:
        return "", 0
    worst = min(off, key=lambda feed: feed.since_ns)
    return f"{worst.venue} is {worst.state.value}", max(now_ns - worst.since_ns, 0)


def _history(estimate: Estimate) -> str:
    """Why history is not in the map, or not whole; nothing when it is."""
    backfill = estimate.backfill
    if backfill is None or not backfill.stage:
        return "no history"
    if estimate.joining or not backfill.finished:
        return "joining history"
    return "history is not whole" if backfill.problem else ""
