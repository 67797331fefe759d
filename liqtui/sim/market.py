"""The simulated market itself: one step of 100 ms after the other, from a seed, with nothing of any network in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from liqtui.sim.agents import DATED_SHARE, mean_lots_per_hour
from liqtui.sim.bars import CLOSE, MINUTE_NS, Bars, Minute
from liqtui.sim.book import Book, Ints
from liqtui.sim.contracts import UNDERLYINGS, Contract, contracts, lean
from liqtui.sim.crowd import Crowd
from liqtui.sim.history import FUNDING_NS, funding_rate, live_through
from liqtui.sim.index import Indices
from liqtui.sim.margin import Array, bankruptcy_price
from liqtui.sim.past import carry, live_past
from liqtui.sim.positions import Exits, Reason
from liqtui.sim.regimes import Regime, regime_of
from liqtui.sim.settings import STEP_NS, SimSettings
from liqtui.sim.shocks import LEADS, ShockPlan

QUOTED_PER_S = 112.0
"""Frames a second that are not trades: six books, marks, two indices, open interest."""
LEAST_TRADES_PER_S = 8.0
TRADE_SHARE = {"SWAP": {"BTC": 0.45, "ETH": 0.35}, "FUTURES": {"BTC": 0.05, "ETH": 0.05}}
IMPACT, ARBITRAGE_PER_S, FOLLOWED = 0.6, 0.8, 0.8
"""What stays of a walk through the book; how fast fair prices return to the index; what they follow of it at once."""
BASIS_MEMORY_S = 25.0
MARK_EVERY_NS = 200_000_000
TREND_MEMORY_S = 3_600.0
WANDER_KEPT = 0.9998
"""Of the premiums' own wandering, in 100 ms."""
REPORT_EVERY_NS = 1_000_000_000
RUN_ACTIVITY, RUN_TILT, RUN_HURRY = 4.0, 0.3, 1.7
"""While the market is run: volume, odds of the taker's side, and number of trades against ordinary times."""


class Tape(NamedTuple):
    """The trades of one contract in a step, in order. `buy`: the taker bought. Sizes in lots, prices in ticks."""

    time_ms: Ints
    ticks: Ints
    lots: Ints
    buy: NDArray[np.bool_]
    first_id: int


class Forced(NamedTuple):
    """One liquidation, as it truly happened."""

    time_ns: int
    contract: int
    side: int
    """0: a long was liquidated, 1: a short."""
    lots: int
    bankruptcy: float
    trigger: float
    mark: float
    leverage: float


@dataclass(slots=True)
class Step:
    """What one step brought."""

    start_ns: int
    end_ns: int
    tapes: list[Tape | None]
    liquidations: list[Forced]
    """All of them, at the step's start."""
    reported: list[Forced]
    """Those the public feed shows."""
    marked: bool
    """Whether marks were set at the step's end."""
    settled: list[int]
    """Contracts that ended at the step's start."""


@dataclass(slots=True)
class _Orders:
    """Taker orders waiting for the next step: (contract, signed lots)."""

    waiting: list[tuple[int, int]] = field(default_factory=list)
    forced: list[Forced] = field(default_factory=list)


class Market:
    """Contracts, books, prices and the crowd. `step` moves them all; everything else only looks.

    A dated contract that reaches its expiry is settled: trading stops, and its positions end, neither closed nor
    liquidated.
    """

    def __init__(self, settings: SimSettings, start_ns: int) -> None:
        seeds = np.random.SeedSequence(settings.seed).spawn(5)
        past_rng, crowd_rng, self._rng, book_rng, index_rng = (np.random.default_rng(s) for s in seeds)
        self.settings, self.regime = settings, regime_of(settings.regime, settings.seed)
        regime = self.regime
        listed = contracts(start_ns, regime.expires_h)
        self.contracts = lean(listed, regime.kind) if settings.lean else listed
        self.subject = next(c.number for c in self.contracts if c.kind == regime.kind)
        """The contract the regime is about."""
        only = self.subject if settings.lean else None
        self.start_ns = self.now_ns = start_ns // STEP_NS * STEP_NS
        self._set_step(settings.step_ns)
        self.settled = np.zeros(len(self.contracts), np.bool_)
        """Which contracts have ended."""
        coins = np.array([u.price for u in UNDERLYINGS])
        self._coin = np.array([c.underlying for c in self.contracts])
        self._perpetuals = [c.number for c in self.contracts if c.kind == "SWAP"]
        self._ticks = np.array([c.ticks_per_quote for c in self.contracts], dtype=np.float64)
        self.hourly_lots = _hourly_lots(self.contracts, coins[self._coin], regime)
        past = live_past(self.contracts, self.hourly_lots, self.start_ns, past_rng, regime.volatility)
        self.crowd = Crowd(self.contracts, crowd_rng, regime, only)
        self.records, self.funding = live_through(self.crowd, past, past_rng)
        last = past.segments[-1].trade[:, CLOSE, -1]
        self.marks = past.segments[-1].mark[:, CLOSE, -1].copy()
        minute = Minute(self.start_ns // MINUTE_NS * MINUTE_NS, last, self.marks)
        self.bars = Bars(self.contracts, past.segments, minute)
        self.indices = Indices(past.index, float(past.activity[-1][-60:].mean()), index_rng, self._step_s, regime)
        self.premium = past.premium.copy()
        self._wander = np.zeros(len(self.contracts))
        self._slow = self.marks.copy()
        self.books = [
            Book(
                c, float(last[c.number]), book_rng, depth=regime.depth, steps=settings.step_ns // STEP_NS,
                watched=only in (None, c.number),
            )
            for c in self.contracts
        ]
        self.shocks = ShockPlan(index_rng, regime, LEADS if only is None else (self.contracts[only].underlying,))
        self.liquidations: list[Forced] = []
        """Every liquidation since the exchange opened, unthinned."""
        self.last_ticks = [round(float(p) * c.ticks_per_quote) for p, c in zip(last, self.contracts, strict=True)]
        self.last_lots = [1] * len(self.contracts)
        self._reported_ns = [0] * len(self.contracts)
        self._orders = _Orders()
        self._next_id = 1_000_000
        self._steps = 0
        self._trade_rate = self._trades_per_s(only)

    # --- what is true now ---------------------------------------------------------------------------------------

    @property
    def now_s(self) -> float:
        """Seconds since the exchange opened."""
        return (self.now_ns - self.start_ns) / 1e9

    def number(self, symbol: str) -> int:
        """Row of a contract.

        Raises:
            KeyError: it is not listed.
        """
        return {c.symbol: c.number for c in self.contracts}[symbol]

    @property
    def open_interest(self) -> Array:
        """Per contract, one-sided, in lots."""
        return self.crowd.open_interest

    @property
    def funding_rates(self) -> Array:
        """The rates of the current interval, per contract; 0 for dated ones."""
        perpetual = np.array([c.kind == "SWAP" for c in self.contracts], dtype=np.float64)
        return funding_rate(self.premium, perpetual)

    # --- time ---------------------------------------------------------------------------------------------------

    def pace(self, step_ns: int) -> None:
        """From here on steps of this length: a market that has lived in coarse ones is looked at closely."""
        self.settings = replace(self.settings, step_ns=step_ns)
        self._set_step(step_ns)
        self.indices.pace(self._step_s)
        for book in self.books:
            book.pace(step_ns // STEP_NS)

    def _set_step(self, step_ns: int) -> None:
        self._step_ns, self._step_s = step_ns, step_ns / 1e9
        self._mark_steps = max(1, MARK_EVERY_NS // step_ns)

    def step(self) -> Step:
        """Move the market on by `SimSettings.step_ns`."""
        start, end = self.now_ns, self.now_ns + self._step_ns
        if start // MINUTE_NS * MINUTE_NS > self.bars.minute.start_ns:
            self.bars.turn(start // MINUTE_NS * MINUTE_NS)
            self.records.add(start, self.open_interest, self.crowd.account_ratio)
        settled = self._settle(start)
        orders, self._orders = self._orders, _Orders()
        self._run()
        self._move_prices()
        self._arrive(orders)
        tapes = self._trade(orders.waiting, start)
        self.crowd.churn(self._step_s / 3600, np.array([0.0 if t is None else float(t.lots.sum()) for t in tapes]))
        self._steps += 1
        self.now_ns = end
        marked = self._steps % self._mark_steps == 0
        if marked:
            self._set_marks(end)
        if end // FUNDING_NS > start // FUNDING_NS:
            self._settle_funding(end // FUNDING_NS * FUNDING_NS)
        return Step(start, end, tapes, orders.forced, self._report(orders.forced), marked, settled)

    def order(self, number: int, lots: int) -> None:
        """An outsider's market order (signed lots) for the next step; nobody here opens or closes by it."""
        self._orders.waiting.append((number, lots))

    def _trades_per_s(self, only: int | None) -> Array:
        """Of each contract, 0 where nobody watches."""
        dated = self.regime.dated_share / DATED_SHARE
        share = np.array([
            TRADE_SHARE[c.kind][c.base] * (1.0 if c.kind == "SWAP" else dated) * (only in (None, c.number))
            for c in self.contracts
        ])
        return share * max(self.settings.rate - QUOTED_PER_S, LEAST_TRADES_PER_S)

    @property
    def _activity(self) -> float:
        """How busy the market is; 1 in ordinary times."""
        return min(self.indices.heat, 2.5) * self.regime.activity * (RUN_ACTIVITY if self.indices.running else 1.0)

    def _settle(self, now_ns: int) -> list[int]:
        """End the contracts whose time has come; orders still on the way for them are void."""
        due = [
            c.number for c in self.contracts
            if c.expiry_ns is not None and c.expiry_ns <= now_ns and not self.settled[c.number]
        ]
        for number in due:
            self.settled[number] = True
            self.crowd.settle(number)
            self._orders.waiting = [order for order in self._orders.waiting if order[0] != number]
        return due

    def _run(self) -> None:
        """Start a shock when one is due."""
        if not self.shocks.due(self.now_s):
            return
        coin = self.shocks.underlying()
        number = next(c.number for c in self.contracts if c.underlying == coin and c.kind == "SWAP")
        if self.contracts[self.subject].underlying == coin and not self.settled[self.subject]:
            number = self.subject
        table = self.crowd.positions
        rows = table.open_rows
        rows = rows[table.contract[rows] == number]
        prices, sign = table.liquidation[rows], table.sign[rows]
        self.indices.shock = self.shocks.begin(
            float(self.marks[number]), float(self.indices.prices[coin]), prices[sign > 0], prices[sign < 0], self.now_s
        )

    def _move_prices(self) -> None:
        """The indices take a step, fair prices follow, makers place their books."""
        before = self.indices.prices
        mids = np.array([book.mid for book in self.books]) / self._ticks
        carried = carry(self.contracts, np.array([self.now_ns]))[:, 0]
        stands = np.log(mids / before[self._coin]) - (carried + self._wander)
        self.indices.advance(stands[self._perpetuals], self.now_s)
        after = self.indices.prices
        steps, noise = self._step_ns // STEP_NS, self._rng.standard_normal(len(self.contracts))
        self._wander = WANDER_KEPT**steps * self._wander + 1e-6 * np.sqrt(steps) * noise
        due = after[self._coin] * np.exp(carried + self._wander) * self._ticks
        moved = (after / before)[self._coin] ** FOLLOWED
        goal = None if self.indices.running is None else self.regime.presence
        for book in self.books:
            k = book.contract.number
            if self.settled[k]:
                continue
            book.fair *= float(moved[k])
            book.fair += (float(due[k]) - book.fair) * ARBITRAGE_PER_S * self._step_s
            book.attend(goal)
            book.arrange()

    def _arrive(self, orders: _Orders) -> None:
        """New agents send their orders and open at what they will roughly pay: the touch."""
        hours = self._step_s / 3600
        contract, kind = self.crowd.arrivals(hours, self._activity, self.now_ns)
        self._slow += (self.marks - self._slow) * (self._step_s / TREND_MEMORY_S)
        if len(contract):
            sign = self.crowd.choose_sides(contract, np.tanh(np.log(self.marks / self._slow) / 0.01))
            touch = np.array([
                (self.books[k].asks if s > 0 else self.books[k].bids).touch for k, s in zip(contract, sign, strict=True)
            ])
            now = np.full(len(contract), self.now_ns)
            added = self.crowd.admit(self.crowd.agents.draw(contract, kind, sign, touch / self._ticks[contract], now))
            orders.waiting += [
                (int(k), int(s * q)) for k, s, q in zip(added.contract, added.sign, added.lots, strict=True)
            ]
        sign, lots = self.crowd.admit_cross(self.marks, hours, self.now_ns)
        for leg, number in enumerate(self.crowd.cross.legs):
            orders.waiting += [(int(number), int(q)) for q in sign[leg] * lots[leg]]

    def _trade(self, waiting: list[tuple[int, int]], start_ns: int) -> list[Tape | None]:
        """Churn and the waiting orders go through the books."""
        tapes: list[Tape | None] = []
        tilt = 0.5 + (RUN_TILT * self.indices.running.direction if self.indices.running else 0.0)
        activity = self._activity
        hurry = RUN_HURRY if self.indices.running else 1.0
        counts = self._rng.poisson(np.where(self.settled, 0.0, self._trade_rate) * self._step_s * hurry).tolist()
        sent: list[list[int]] = [[] for _ in self.contracts]
        for number, lots in waiting:
            sent[number].append(lots)
        for book, count in zip(self.books, counts, strict=True):
            number = book.contract.number
            tapes.append(self._trade_one(book, count, sent[number], tilt, activity, start_ns // 1_000_000))
        return tapes

    def _trade_one(
        self, book: Book, count: int, sent: list[int], tilt: float, activity: float, start_ms: int
    ) -> Tape | None:
        if not count and not sent:
            return None
        rng, number, before = self._rng, book.contract.number, book.mid
        mean = float(self.hourly_lots[number]) / 3600 * activity / max(float(self._trade_rate[number]), 1e-9)
        lots = np.maximum(mean * np.exp(rng.standard_normal(count) - 0.5), 1.0).astype(np.int64)
        buy = rng.random(count) < tilt
        ticks = np.empty(count, np.int64)
        ticks[buy], ticks[~buy] = book.asks.take_each(lots[buy]), book.bids.take_each(lots[~buy])
        parts = [(ticks, lots, buy)]
        for order in sent:
            fills = (book.asks if order > 0 else book.bids).take(abs(order))
            parts.append((fills.ticks, fills.lots, np.full(len(fills.lots), order > 0)))
        ticks, lots, buy = (np.concatenate(column) for column in zip(*parts, strict=True))
        book.fair += IMPACT * (book.mid - before)
        times = start_ms + np.sort(rng.integers(0, self._step_ns // 1_000_000, len(ticks)))
        tape = Tape(times, ticks, lots, buy, self._next_id)
        self._next_id += len(ticks)
        self.last_ticks[number], self.last_lots[number] = int(ticks[-1]), int(lots[-1])
        self.bars.minute.add_trades(number, ticks / self._ticks[number], lots, float(lots[buy].sum()))
        return tape

    def _set_marks(self, now_ns: int) -> None:
        """Mark = index × smoothed basis; then whoever the mark ends is ended, and their orders wait."""
        index = self.indices.prices[self._coin]
        basis = np.log(np.array([book.mid for book in self.books]) / self._ticks / index)
        self.premium += (basis - self.premium) * (self._mark_steps * self._step_s / BASIS_MEMORY_S)
        marks = np.rint(index * np.exp(self.premium) * self._ticks) / self._ticks
        self.marks = np.where(self.settled, self.marks, marks)
        self.bars.minute.add_marks(self.marks)
        exits = self.crowd.sweep(self.marks, self.marks, self.marks[:, None], now_ns)
        self._send(exits, now_ns)

    def _send(self, exits: Exits, now_ns: int) -> None:
        if not len(exits.lots):
            return
        forced = exits.reason == Reason.LIQUIDATED
        self._orders.waiting += [
            (int(k), -int(s * q)) for k, s, q in zip(exits.contract, exits.sign, exits.lots, strict=True)
        ]
        gone = exits.pick(forced)
        base = gone.lots * self.crowd.positions.lot[gone.contract]
        worthless = bankruptcy_price(gone.sign, base, gone.entry, gone.margin)
        for row in range(len(gone.lots)):
            number = int(gone.contract[row])
            self._orders.forced.append(Forced(
                now_ns, number, 0 if gone.sign[row] > 0 else 1, int(gone.lots[row]), float(worthless[row]),
                float(gone.trigger[row]), float(self.marks[number]), float(gone.leverage[row]),
            ))
        self.liquidations += self._orders.forced

    def _report(self, forced: list[Forced]) -> list[Forced]:
        """OKX's rule: at most one liquidation per contract and second, here the largest of the moment."""
        if not self.settings.thin:
            return forced
        reported = []
        for number in sorted({f.contract for f in forced}):
            largest = max((f for f in forced if f.contract == number), key=lambda f: f.lots)
            if largest.time_ns - self._reported_ns[number] >= REPORT_EVERY_NS:
                self._reported_ns[number] = largest.time_ns
                reported.append(largest)
        return reported

    def _settle_funding(self, settled_ns: int) -> None:
        rates = self.funding_rates
        self.crowd.pay_funding(rates, self.marks)
        self.funding.times.append(settled_ns)
        self.funding.rates.append(rates)


def _hourly_lots(listed: Sequence[Contract], prices: Array, regime: Regime) -> Array:
    """Ordinary volume of each contract in an hour: what agents open, and the makers' churn around it."""
    opened = mean_lots_per_hour(listed, prices, regime.archetypes, regime.dated_share)
    return opened / regime.turnover
