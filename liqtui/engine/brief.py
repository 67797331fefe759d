"""An instrument in a line: what the watch table shows of it, from a coarse map that costs little.

One stock of the middle turnover, bins of 25 bp and steps of a second; the ladder is its venue's, or the prior. History
is what closed candles tell: what opened between the last of them and the first live trade is missing. Strip and
clusters are read off the stock when the mark has come to another bin, and every few seconds: reading costs more than
stepping.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from liqtui.engine.build import built
from liqtui.engine.estimate import CACHED, Kin
from liqtui.engine.figures import figure_of, funding_of, interest_of, last_of
from liqtui.engine.kin import started
from liqtui.engine.past import Past
from liqtui.events import (
    Backfill,
    Candles,
    Event,
    Funding,
    InterestHistory,
    Liquidation,
    Mark,
    OpenInterest,
    Tiers,
    Trade,
)
from liqtui.instruments import Instrument
from liqtui.liqmap.closing import CHOSEN
from liqtui.liqmap.clusters import Cluster, find_clusters
from liqtui.liqmap.ensemble import CHURNS, MIDDLE, shares_of
from liqtui.liqmap.grid import Floats, bin_of
from liqtui.liqmap.intensity import imbalance
from liqtui.liqmap.ladder import Ladder
from liqtui.liqmap.margin import MarginRule
from liqtui.liqmap.stock import Stock
from liqtui.market.batch import columns
from liqtui.market.interest import Interest
from liqtui.market.liquidations import Liquidations
from liqtui.market.tape import Tape
from liqtui.venues.base import Venue
from liqtui.view import STRIP_BINS, STRIP_WIDTH, Array, BackfillView, Figure, Row

STEP_NS = 10**9
SIZE = 400
"""Entry bins: e^±0.5 about the mark. Of the few days that are looked at hardly anything was opened further away."""
REACH_BINS = 48
"""Clusters are looked for within so many bins of the mark: 12 %."""
HOUR_NS = 3_600 * 10**9
STALE_NS = 30 * 10**9
READ_NS = 5 * 10**9
"""What was read off the stock is good for so long, while the mark stays in its bin; what was liquidated, too."""
REPORT_NS = 60 * 10**9
"""The stock hears of open interest at most so often: a report costs a pass over all of it."""
REACH_NS = 5 * 86_400 * 10**9
"""How much of history the stock is built from: what was opened before is mostly closed, and each bar costs time that
nothing else is done in."""

Handler = Callable[[Any], None]


class _Reading(NamedTuple):
    """What a stock told of the prices about the mark."""

    stock: Stock
    bin: int
    """The mark's."""
    time_ns: int
    strip: Array
    nearest: Cluster | None
    balance: float | None


class Brief:
    """One row of the watch table. Single-threaded; belongs to the engine."""

    def __init__(
        self, instrument: Instrument, venue: Venue, opened_ns: int, kin: Kin, told_by: tuple[str, str | None]
    ) -> None:
        """`kin`: asked for a ladder whenever a stock is made. `told_by`: venue and key of the stream that tells its
        liquidations."""
        self.instrument, self.told_by = instrument, told_by
        self.staged = False
        """Something waits for the next step."""
        self._venue, self._kin = venue, kin
        self._tape, self._interest = Tape(), Interest()
        self._past: Past | None = Past()
        """Pages of history, until those that were asked for this row are in the stock."""
        self._liquidations = Liquidations(instrument)
        self._mark: Mark | None = None
        self._funding: Funding | None = None
        self._tiers: Tiers | None = None
        self._stock: Stock | None = None
        self._reading: _Reading | None = None
        self._hour: tuple[int, tuple[float, float]] | None = None
        """When the liquidations of the hour were summed up, and what they came to."""
        self._closed: Figure | None = None
        """The last close of history, until something live has a price."""
        self._backfill: BackfillView | None = None
        self._trades: list[Trade] = []
        self._marks: list[float] = []
        self._report: float | None = None
        self._reported_ns = 0
        self._stepped_ns = self.read_ns = opened_ns
        """When something was worked last, and when the line was read last."""
        self._on: dict[type[Event], Handler] = {
            Trade: self._on_trade,
            Mark: self._on_mark,
            OpenInterest: self._on_interest,
            Funding: self._on_funding,
            Liquidation: self._on_liquidation,
            Tiers: self._on_tiers,
            Candles: self._on_history,
            InterestHistory: self._on_history,
            Backfill: self._on_backfill,
        }

    @property
    def mark(self) -> float | None:
        """The newest mark, or the last trade where there is none."""
        if self._mark is not None:
            return self._mark.price
        last = self._tape.last
        return last.price if last is not None else None if self._closed is None else self._closed.value

    def take(self, event: Event) -> None:
        """File an event for the next step."""
        handler = self._on.get(type(event))
        if handler is not None:
            handler(event)

    def listen(self, now_ns: int) -> None:
        """Liquidations are subscribed: no report means there was none."""
        self._liquidations.listen(now_ns)

    def relist(self, instrument: Instrument) -> None:
        """The listing changed."""
        self.instrument = instrument

    # --- events -------------------------------------------------------------------------------------------------

    def _on_trade(self, event: Trade) -> None:
        self._trades.append(event)
        self.staged = True

    def _on_mark(self, event: Mark) -> None:
        self._mark = event
        self._marks.append(event.price)
        self.staged = True

    def _on_interest(self, event: OpenInterest) -> None:
        self._interest.take([event])
        self._report = event.size
        self.staged = True

    def _on_funding(self, event: Funding) -> None:
        self._funding = event.after(self._funding)

    def _on_liquidation(self, event: Liquidation) -> None:
        self._liquidations.take([event])
        self._hour = None

    def _on_tiers(self, event: Tiers) -> None:
        self._tiers = event

    def _on_history(self, event: Candles | InterestHistory) -> None:
        if self._past is not None:
            self._past.add(event)
        if isinstance(event, InterestHistory):
            self._interest.seed(event.points)
        elif not event.mark:
            self._tape.seed([bar for bar in event.bars if bar.confirmed], event.period_ns)

    def _on_backfill(self, event: Backfill) -> None:
        """The row's own history, or before it that of a whole map."""
        if self._past is None:
            return
        stage = event.stage or (self._backfill.stage if self._backfill is not None else "")
        self._backfill = BackfillView(
            event.done, event.total, stage, event.stage == "joined" or (self._backfill or _NONE).finished,
            event.problem, event.fetched_ns,
        )
        bars = self._past.row() if event.stage and not (event.stage == CACHED and self._stock is not None) else []
        if bars:
            newest = bars[-1]
            self._closed = Figure(newest.bar.close, newest.end_ns)
            interest = self._interest.size
            self._stock = built(self._empty, [b for b in bars if b.start_ns >= newest.end_ns - REACH_NS], interest)
            if interest is not None and newest.interest is None:
                self._stock.report(interest)
            if event.brief:
                self._past = None

    @property
    def _history_comes(self) -> bool:
        """What is opened meanwhile is nothing beside it."""
        return self._stock is None and (self._backfill is None or not (self._backfill.done or self._backfill.problem))

    # --- time ---------------------------------------------------------------------------------------------------

    def step(self, boundary_ns: int) -> None:
        """Work what was staged. Without it nothing changes: a replay jumps over such boundaries."""
        if not self.staged:
            return
        seconds, self._stepped_ns = (boundary_ns - self._stepped_ns) / 1e9, boundary_ns
        trades, self._trades = self._trades, []
        marks, self._marks = self._marks, []
        self.staged = False
        before = self.mark
        self._tape.take(trades)
        price = self.mark
        if price is None or self._history_comes:
            return
        report = None
        if self._report is not None and boundary_ns - self._reported_ns >= REPORT_NS:
            report, self._report, self._reported_ns = self._report, None, boundary_ns
        if self._stock is None:
            self._stock = self._empty(price)
        way = marks or [price if before is None or self._mark is not None else before, price]
        batch = columns(trades)
        self._stock.step(min(way), max(way), way[-1], batch.price, batch.size, interest=report, seconds=seconds)

    def row(self, now_ns: int) -> Row:
        """The line as it is now."""
        self.read_ns = now_ns
        price, stock, instrument = self.mark, self._stock, self.instrument
        read = None if stock is None or price is None else self._read(stock, price, now_ns)
        interest = interest_of(self._interest)
        mark = figure_of(self._mark)
        return Row(
            instrument=instrument,
            time_ns=now_ns,
            last=last_of(self._tape) or self._closed,
            change_24h=self._tape.change(now_ns),
            mark=mark,
            stale=mark is None or now_ns - mark.time_ns > STALE_NS,
            open_interest_usd=(
                None if interest is None or price is None else instrument.quote_value(interest.value, price)
            ),
            open_interest_change_1h=self._interest.change(now_ns, HOUR_NS),
            funding=funding_of(self._funding),
            funding_interval_ns=None if self._funding is None else self._funding.interval_ns,
            strip=None if read is None else read.strip,
            nearest=None if read is None or price is None else _seen_from(price, read.nearest),
            imbalance=None if read is None else read.balance,
            liquidated_1h=self._liquidated(now_ns),
            relative=stock is None or stock.relative,
            backfill=self._backfill,
        )

    def _liquidated(self, now_ns: int) -> tuple[float, float] | None:
        """USD per side within the hour, as of a moment ago."""
        if self._liquidations.heard_since_ns is None:
            return None
        if self._hour is None or now_ns - self._hour[0] >= READ_NS:
            self._hour = now_ns, self._liquidations.hour(now_ns)
        return self._hour[1]

    def _read(self, stock: Stock, price: float, now_ns: int) -> _Reading:
        """Strip, nearest cluster and imbalance: those of a moment ago, where they still hold."""
        middle, known = bin_of(price, STRIP_WIDTH), self._reading
        if known is not None and known.stock is stock and known.bin == middle and now_ns - known.time_ns < READ_NS:
            return known
        first = middle - REACH_BINS
        longs, shorts = mass = stock.by_rung(first, 2 * REACH_BINS).mass.sum(axis=1)
        near = slice(REACH_BINS - STRIP_BINS // 2, REACH_BINS + STRIP_BINS // 2)
        strip = mass[:, near].sum(axis=0).astype(np.float32)
        strip.flags.writeable = False
        clusters = find_clusters(longs, shorts, first, STRIP_WIDTH, price)
        nearest = min(clusters, key=lambda cluster: abs(cluster.distance_pct), default=None)
        balance = imbalance(longs, shorts, first, STRIP_WIDTH, price)
        self._reading = _Reading(stock, middle, now_ns, strip, nearest, balance)
        return self._reading

    def _empty(self, price: float) -> Stock:
        rule = MarginRule.of(self.instrument, self._tiers, self._venue.liquidation_fee, price)
        ladder = Ladder.of(rule, self.instrument.max_leverage, STRIP_WIDTH)
        ladders = started(ladder.rungs, self._venue.thinned_liquidations, self._kin()).ladders
        weights: Floats = shares_of(ladders)[MIDDLE]
        return Stock(ladder, price, churn=CHURNS[MIDDLE], weights=weights, size=SIZE, closing=CHOSEN)


_NONE = BackfillView(0, 0, "", False, "", None)


def _seen_from(price: float, cluster: Cluster | None) -> Cluster | None:
    """A cluster, as far from the mark as it is now."""
    return None if cluster is None else replace(cluster, distance_pct=(cluster.peak / price - 1.0) * 100.0)
