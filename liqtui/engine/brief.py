"""An instrument in a line: what the watch table shows of it, from a coarse map that costs little.

One stock of the middle turnover, bins of 25 bp and steps of a second; the ladder is its venue's, or the prior. History
is what closed candles tell: what opened between the last of them and the first live trade is missing.
"""

from collections.abc import Callable
from typing import Any

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
SIZE = 640
"""Entry bins: e^±0.8 about the mark."""
REACH_BINS = 48
"""Clusters are looked for within so many bins of the mark: 12 %."""
HOUR_NS = 3_600 * 10**9
STALE_NS = 30 * 10**9

Handler = Callable[[Any], None]


class Brief:
    """One row of the watch table. Single-threaded; belongs to the engine."""

    def __init__(self, instrument: Instrument, venue: Venue, opened_ns: int, kin: Kin) -> None:
        """`kin`: asked for a ladder whenever a stock is made."""
        self.instrument = instrument
        self.staged = False
        """Something waits for the next step."""
        self._venue, self._kin = venue, kin
        self._tape, self._interest, self._past = Tape(), Interest(), Past()
        self._liquidations = Liquidations(instrument)
        self._mark: Mark | None = None
        self._funding: Funding | None = None
        self._tiers: Tiers | None = None
        self._stock: Stock | None = None
        self._closed: Figure | None = None
        """The last close of history, until something live has a price."""
        self._backfill: BackfillView | None = None
        self._trades: list[Trade] = []
        self._marks: list[float] = []
        self._report: float | None = None
        self.stepped_ns = opened_ns
        """The last boundary."""
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

    def _on_tiers(self, event: Tiers) -> None:
        self._tiers = event

    def _on_history(self, event: Candles | InterestHistory) -> None:
        self._past.add(event)
        if isinstance(event, InterestHistory):
            self._interest.seed(event.points)
        elif not event.mark:
            self._tape.seed([bar for bar in event.bars if bar.confirmed], event.period_ns)

    def _on_backfill(self, event: Backfill) -> None:
        stage = event.stage or (self._backfill.stage if self._backfill is not None else "")
        self._backfill = BackfillView(
            event.done, event.total, stage, event.stage == "joined" or (self._backfill or _NONE).finished,
            event.problem, event.fetched_ns,
        )
        bars = self._past.row() if event.stage and not (event.stage == CACHED and self._stock is not None) else []
        if bars:
            self._closed = Figure(bars[-1].bar.close, bars[-1].end_ns)
            interest = self._interest.size
            self._stock = built(self._empty, bars, interest)
            if interest is not None and bars[-1].interest is None:
                self._stock.report(interest)

    # --- time ---------------------------------------------------------------------------------------------------

    def step(self, boundary_ns: int) -> None:
        """Work what was staged."""
        seconds, self.stepped_ns = (boundary_ns - self.stepped_ns) / 1e9, boundary_ns
        if not self.staged:
            return
        trades, self._trades = self._trades, []
        marks, self._marks = self._marks, []
        report, self._report = self._report, None
        self.staged = False
        before = self.mark
        self._tape.take(trades)
        price = self.mark
        if price is None:
            return
        if self._stock is None:
            self._stock = self._empty(price)
        way = marks or [price if before is None or self._mark is not None else before, price]
        batch = columns(trades)
        self._stock.step(min(way), max(way), way[-1], batch.price, batch.size, interest=report, seconds=seconds)

    def row(self, now_ns: int) -> Row:
        """The line as it is now."""
        price, stock, instrument = self.mark, self._stock, self.instrument
        strip, nearest, balance = None, None, None
        if stock is not None and price is not None:
            strip, nearest, balance = _read(stock, price)
        interest = interest_of(self._interest)
        hour = self._liquidations.hour(now_ns) if self._liquidations.heard_since_ns is not None else None
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
            strip=strip,
            nearest=nearest,
            imbalance=balance,
            liquidated_1h=hour,
            relative=stock is None or stock.relative,
            backfill=self._backfill,
        )

    def _empty(self, price: float) -> Stock:
        rule = MarginRule.of(self.instrument, self._tiers, self._venue.liquidation_fee, price)
        ladder = Ladder.of(rule, self.instrument.max_leverage, STRIP_WIDTH)
        ladders = started(ladder.rungs, self._venue.thinned_liquidations, self._kin()).ladders
        weights: Floats = shares_of(ladders)[MIDDLE]
        return Stock(ladder, price, churn=CHURNS[MIDDLE], weights=weights, size=SIZE, closing=CHOSEN)


_NONE = BackfillView(0, 0, "", False, "", None)


def _read(stock: Stock, price: float) -> tuple[Array, Cluster | None, float | None]:
    """Strip, nearest cluster and imbalance."""
    middle = bin_of(price, STRIP_WIDTH)
    first = middle - REACH_BINS
    longs, shorts = mass = stock.by_rung(first, 2 * REACH_BINS).mass.sum(axis=1)
    near = slice(REACH_BINS - STRIP_BINS // 2, REACH_BINS + STRIP_BINS // 2)
    strip = mass[:, near].sum(axis=0).astype(np.float32)
    strip.flags.writeable = False
    clusters = find_clusters(longs, shorts, first, STRIP_WIDTH, price)
    nearest = min(clusters, key=lambda cluster: abs(cluster.distance_pct), default=None)
    return strip, nearest, imbalance(longs, shorts, first, STRIP_WIDTH, price)
