"""The simulated market itself: one step of 100 ms after the other, from a seed, with nothing of any network in it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from liqtui.sim.agents import DATED_SHARE, mean_lots_per_hour
from liqtui.sim.bars import CLOSE, MINUTE_NS, Bars, Minute
from liqtui.sim.book import Book
from liqtui.sim.contracts import UNDERLYINGS, Contract, lean
from liqtui.sim.crowd import Crowd
from liqtui.sim.history import funding_rate, live_through
from liqtui.sim.houses import OKX, House
from liqtui.sim.index import Indices
from liqtui.sim.margin import Array, bankruptcy_price
from liqtui.sim.past import carry, live_past
from liqtui.sim.positions import Exits, Reason
from liqtui.sim.regimes import Regime
from liqtui.sim.settings import STEP_NS, SimSettings
from liqtui.sim.shared import Shared
from liqtui.sim.shocks import LEADS, ShockPlan
from liqtui.sim.tape import NOBODY, Forced, Order, Orders, Step, Tape

LEAST_TRADES_PER_S = 8.0
TRADE_SHARE = {"SWAP": {"BTC": 0.45, "ETH": 0.35, "1000PEPE": 0.1}, "FUTURES": {"BTC": 0.05, "ETH": 0.05}}
IMPACT, ARBITRAGE_PER_S, FOLLOWED = 0.6, 0.8, 0.8
"""What stays of a walk through the book; how fast fair prices return to the index; what they follow of it at once."""
BASIS_MEMORY_S = 25.0
MARK_EVERY_NS = 200_000_000
TREND_MEMORY_S = 3_600.0
WANDER_KEPT = 0.9998
"""Of the premiums' own wandering, in 100 ms."""
RUN_ACTIVITY, RUN_TILT, RUN_HURRY = 4.0, 0.3, 1.7
"""While the market is run: volume, odds of the taker's side, and number of trades against ordinary times."""


class Market:
    """One venue's contracts, books, prices and crowd. `step` moves them all; everything else only looks.

    Alone it has the indices to itself; with others (`step_together`) it shares them, and arbitrage ties their prices.
    A dated contract that reaches its expiry is settled: trading stops, and its positions end, neither closed nor
    liquidated.
    """

    def __init__(
        self, settings: SimSettings, start_ns: int, house: House = OKX, shared: Shared | None = None
    ) -> None:
        self.house, self.settings = house, settings
        self.shared = Shared(settings, start_ns, (house,)) if shared is None else shared
        self.regime = regime = house.regime(self.shared.regime)
        streams = self.shared.streams(house)
        self._rng = streams.market
        listed = house.listed(start_ns, regime.expires_h)
        self.contracts = lean(listed, regime.kind) if settings.lean else listed
        self.subject = next((c.number for c in self.contracts if c.kind == regime.kind), 0)
        """The contract the regime is about."""
        only = self.subject if settings.lean else None
        self.start_ns = self.now_ns = self.shared.start_ns
        self._set_step(settings.step_ns)
        self.settled = np.zeros(len(self.contracts), np.bool_)
        """Which contracts have ended."""
        coins = np.array([u.price for u in UNDERLYINGS])
        self._coin = np.array([c.underlying for c in self.contracts])
        self._perpetuals = [c.number for c in self.contracts if c.kind == "SWAP"]
        self._ticks = np.array([c.ticks_per_quote for c in self.contracts], dtype=np.float64)
        self.hourly_lots = _hourly_lots(self.contracts, coins[self._coin], regime)
        past = live_past(self.contracts, self.hourly_lots, self.shared.past, streams.past, house.premium)
        self.crowd = Crowd(self.contracts, streams.crowd, regime, house, only)
        self.records, self.funding = live_through(self.crowd, past, streams.past, house)
        last = past.segments[-1].trade[:, CLOSE, -1]
        self.marks = past.segments[-1].mark[:, CLOSE, -1].copy()
        minute = Minute(self.start_ns // MINUTE_NS * MINUTE_NS, last, self.marks)
        self.bars = Bars(self.contracts, past.segments, minute)
        if not self.shared.is_open:
            leads = LEADS if only is None else (self.contracts[only].underlying,)
            self.shared.open(float(past.activity[-1][-60:].mean()), self._step_s, leads)
        self.premium = past.premium.copy()
        self._wander = np.zeros(len(self.contracts))
        self._slow = self.marks.copy()
        self.books = [
            Book(
                c, float(last[c.number]), streams.book, depth=regime.depth, steps=settings.step_ns // STEP_NS,
                watched=only in (None, c.number),
            )
            for c in self.contracts
        ]
        self.liquidations: list[Forced] = []
        """Every liquidation since the exchange opened, unthinned."""
        self.last_ticks = [round(float(p) * c.ticks_per_quote) for p, c in zip(last, self.contracts, strict=True)]
        self.last_lots = [1] * len(self.contracts)
        self._reports = house.reports(len(self.contracts))
        self._orders, self._sent = Orders(), Orders()
        self._ended: list[int] = []
        self._next_ids = [1_000_000] * len(self.contracts)
        """Of each contract's trades, without a hole: who counts them knows whether one is missing."""
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
    def indices(self) -> Indices:
        return self.shared.indices

    @property
    def shocks(self) -> ShockPlan:
        return self.shared.shocks

    @property
    def open_interest(self) -> Array:
        """Per contract, one-sided, in lots."""
        return self.crowd.open_interest

    @property
    def funding_rates(self) -> Array:
        """The rates of the current interval, per contract; 0 for dated ones."""
        perpetual = np.array([c.kind == "SWAP" for c in self.contracts], dtype=np.float64)
        return funding_rate(self.premium, perpetual, self.house.funding_ns)

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
        """Move the market, alone with its indices, on by `SimSettings.step_ns`."""
        return step_together([self])[0]

    def join(self, now_ns: int) -> None:
        """Begin at a later time than the start: the other markets have gone ahead."""
        self.now_ns = now_ns

    def begin(self) -> None:
        """First part of a step: what ends, ends, and the orders of the last step set out."""
        start = self.now_ns
        if start // MINUTE_NS * MINUTE_NS > self.bars.minute.start_ns:
            self.bars.turn(start // MINUTE_NS * MINUTE_NS)
            self.records.add(start, self.open_interest, self.crowd.account_ratio)
        self._ended = self._settle(start)
        self._sent, self._orders = self._orders, Orders()

    def run(self) -> None:
        """Start a shock when one is due: toward this market's crowd."""
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

    def stands(self, before: Array) -> Array:
        """How far each coin's perpetual stands above where its index would have it, as a log; 0: none is listed."""
        out = np.zeros(len(before))
        mids = np.array([book.mid for book in self.books]) / self._ticks
        above = np.log(mids / before[self._coin]) - (self._carried + self._wander)
        out[self._coin[self._perpetuals]] = above[self._perpetuals]
        return out

    def finish(self, before: Array) -> Step:
        """Last part of a step. `before`: the indices before they moved."""
        start, end = self.now_ns, self.now_ns + self._step_ns
        orders = self._sent
        self._move_prices(before)
        self._arrive(orders)
        tapes = self._trade(orders.waiting, start)
        self.crowd.churn(self._step_s / 3600, np.array([0.0 if t is None else float(t.lots.sum()) for t in tapes]))
        self._steps += 1
        self.now_ns = end
        marked = self._steps % self._mark_steps == 0
        if marked:
            self._set_marks(end)
        every = self.house.funding_ns
        if end // every > start // every:
            self._settle_funding(end // every * every)
        told = self._reports.told(orders.forced, start) if self.settings.thin else orders.forced
        return Step(start, end, tapes, orders.forced, told, marked, self._ended)

    def order(self, number: int, lots: int) -> None:
        """An outsider's market order (signed lots) for the next step; nobody here opens or closes by it."""
        self._orders.waiting.append(Order(number, lots))

    def _trades_per_s(self, only: int | None) -> Array:
        """Of each contract, 0 where nobody watches."""
        dated = self.regime.dated_share / DATED_SHARE
        share = np.array([
            TRADE_SHARE[c.kind][c.base] * (1.0 if c.kind == "SWAP" else dated) * (only in (None, c.number))
            for c in self.contracts
        ])
        return share * max(self.settings.rate - self.house.quoted_per_s, LEAST_TRADES_PER_S)

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
            self._orders.waiting = [order for order in self._orders.waiting if order.number != number]
        return due

    @property
    def _carried(self) -> Array:
        """Log premium each contract ought to have by its carry and by the venue's habit."""
        return carry(self.contracts, np.array([self.now_ns]))[:, 0] + self.house.premium

    def _move_prices(self, before: Array) -> None:
        """The indices have taken a step; fair prices follow, makers place their books."""
        carried, after = self._carried, self.indices.prices
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

    def _arrive(self, orders: Orders) -> None:
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
            added, rows = self.crowd.admit(
                self.crowd.agents.draw(contract, kind, sign, touch / self._ticks[contract], now)
            )
            orders.waiting += [
                Order(int(k), int(s * q), int(row))
                for k, s, q, row in zip(added.contract, added.sign, added.lots, rows, strict=True)
            ]
        sign, lots, holders = self.crowd.admit_cross(self.marks, hours, self.now_ns)
        for leg, number in enumerate(self.crowd.cross.legs):
            orders.waiting += [
                Order(int(number), int(q), int(who)) for q, who in zip(sign[leg] * lots[leg], holders, strict=True)
            ]

    def _trade(self, waiting: list[Order], start_ns: int) -> list[Tape | None]:
        """Churn and the waiting orders go through the books."""
        tapes: list[Tape | None] = []
        tilt = 0.5 + (RUN_TILT * self.indices.running.direction if self.indices.running else 0.0)
        activity = self._activity
        hurry = RUN_HURRY if self.indices.running else 1.0
        counts = self._rng.poisson(np.where(self.settled, 0.0, self._trade_rate) * self._step_s * hurry).tolist()
        sent: list[list[Order]] = [[] for _ in self.contracts]
        for order in waiting:
            sent[order.number].append(order)
        for book, count in zip(self.books, counts, strict=True):
            number = book.contract.number
            tapes.append(self._trade_one(book, count, sent[number], tilt, activity, start_ns // 1_000_000))
        return tapes

    def _trade_one(
        self, book: Book, count: int, sent: list[Order], tilt: float, activity: float, start_ms: int
    ) -> Tape | None:
        if not count and not sent:
            return None
        rng, number, before = self._rng, book.contract.number, book.mid
        mean = float(self.hourly_lots[number]) / 3600 * activity / max(float(self._trade_rate[number]), 1e-9)
        lots = np.maximum(mean * np.exp(rng.standard_normal(count) - 0.5), 1.0).astype(np.int64)
        buy = rng.random(count) < tilt
        ticks = np.empty(count, np.int64)
        ticks[buy], ticks[~buy] = book.asks.take_each(lots[buy]), book.bids.take_each(lots[~buy])
        parts = [(ticks, lots, buy, np.full(count, NOBODY))]
        for order in sent:
            fills = (book.asks if order.lots > 0 else book.bids).take(abs(order.lots))
            order.paid = float(fills.ticks @ fills.lots) / abs(order.lots)
            size = len(fills.lots)
            parts.append((fills.ticks, fills.lots, np.full(size, order.lots > 0), np.full(size, order.holder)))
        ticks, lots, buy, taker = (np.concatenate(column) for column in zip(*parts, strict=True))
        book.fair += IMPACT * (book.mid - before)
        times = start_ms + np.sort(rng.integers(0, self._step_ns // 1_000_000, len(ticks)))
        tape = Tape(times, ticks, lots, buy, self._next_ids[number], taker)
        self._next_ids[number] += len(ticks)
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
        sent = [
            Order(int(k), -int(s * q), int(who))
            for k, s, q, who in zip(exits.contract, exits.sign, exits.lots, exits.holder, strict=True)
        ]
        self._orders.waiting += sent
        gone, closing = exits.pick(forced), [order for order, is_forced in zip(sent, forced, strict=True) if is_forced]
        base = gone.lots * self.crowd.positions.lot[gone.contract]
        worthless = bankruptcy_price(gone.sign, base, gone.entry, gone.margin)
        for row in range(len(gone.lots)):
            number = int(gone.contract[row])
            self._orders.forced.append(Forced(
                now_ns, number, 0 if gone.sign[row] > 0 else 1, int(gone.lots[row]), float(worthless[row]),
                float(gone.trigger[row]), float(self.marks[number]), float(gone.leverage[row]), closing[row],
            ))
        self.liquidations += self._orders.forced

    def _settle_funding(self, settled_ns: int) -> None:
        rates = self.funding_rates
        self.crowd.pay_funding(rates, self.marks)
        self.funding.times.append(settled_ns)
        self.funding.rates.append(rates)


def step_together(markets: Sequence[Market]) -> list[Step]:
    """Move markets that share their indices. The first one's crowd draws the runs; all lead the indices by their size.
    """
    for market in markets:
        market.begin()
    first, indices = markets[0], markets[0].indices
    first.run()
    before = indices.prices
    listed = [np.isin(np.arange(len(before)), [c.underlying for c in m.contracts]) * m.house.size for m in markets]
    stands = sum(weight * m.stands(before) for weight, m in zip(listed, markets, strict=True))
    indices.advance(stands / np.maximum(sum(listed), 1e-9), first.now_s)
    return [market.finish(before) for market in markets]


def _hourly_lots(listed: Sequence[Contract], prices: Array, regime: Regime) -> Array:
    """Ordinary volume of each contract in an hour: what agents open, and the makers' churn around it."""
    opened = mean_lots_per_hour(listed, prices, regime.archetypes, regime.dated_share)
    return opened / regime.turnover
