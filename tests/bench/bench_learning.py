"""What learning costs the map: a stock alone against the ensemble that learns, on the same live minutes.

Every step is 250 ms with 50 trades and a moving mark; a minute ends with what is learned from it. A map's whole cost a
second is four steps and what four Views read of it: profile, undrawn, clusters and zones. The share of learning is what
is spent beyond the one stock: the other stocks' steps and mixture, learning, weighing, and the band of uncertainty.
"""

import math
import time

import numpy as np
from bench_map import BINS, MAINTENANCE, PRICE, best_us
from result import Result, at_most

from liqtui.engine.learner import Learner
from liqtui.events import Liquidation, Side, TierUnit
from liqtui.liqmap.clusters import Before, find_clusters
from liqtui.liqmap.ensemble import CHURNS, GATHER_S, MIDDLE, Ensemble, new_stock, shares_of
from liqtui.liqmap.grid import WIDTH, Floats, bin_of
from liqtui.liqmap.ladder import Ladder
from liqtui.liqmap.margin import MarginRule, Schedule
from liqtui.liqmap.stock import HistoryBar, Stock
from liqtui.liqmap.zones import find_zones

TRADES, MINUTES, A_SECOND = 50, 8, 4
SECOND = 10**9
INTEREST = 30_000.0
FIRST = bin_of(PRICE) - BINS // 2
REACH = BINS // 2 - round(0.12 / WIDTH)
"""Clusters and zones are looked for within 12 % of the mark."""


class Market:
    """The same live steps for whoever is measured."""

    def __init__(self) -> None:
        rng = np.random.default_rng(4)
        steps = MINUTES * 240
        self.marks = PRICE * np.exp(0.002 * np.sin(np.arange(steps + 1) / 150) + rng.normal(0.0, 1e-4, steps + 1))
        self.prices = self.marks[1:, None] * np.exp(rng.normal(0.0, 1e-4, (steps, TRADES)))
        self.sizes = rng.exponential(0.1, (steps, TRADES))

    def step(self, i: int) -> tuple[float, float, float, Floats, Floats]:
        """Arguments of a stock's step."""
        before, after = float(self.marks[i]), float(self.marks[i + 1])
        return min(before, after), max(before, after), after, self.prices[i], self.sizes[i]


def run() -> list[Result]:
    """Both, side by side, and the share of learning in the map's cost a second."""
    market, ladder = Market(), the_ladder()
    alone_us, with_us, minute_us = math.inf, math.inf, math.inf
    for _ in range(3):
        learner = Learner(ladder.rungs, thinned=True)
        stock = lived(ladder, CHURNS[MIDDLE], shares_of(learner.ladders)[MIDDLE])
        ensemble = Ensemble(
            lived(ladder, CHURNS[MIDDLE], shares_of(learner.ladders)[MIDDLE]), learner.ladders,
            lambda churn, weights: lived(ladder, churn, weights),
        )
        stepped, ended = learning(market, ensemble, learner)
        alone_us = min(alone_us, plain(market, stock))
        with_us, minute_us = min(with_us, stepped), min(minute_us, ended)
    alone_view, more = views(stock, ensemble)
    mixture, band = anew(ensemble), best_us(lambda: ensemble.spread(FIRST, BINS), 5, 10)
    amortised = with_us + minute_us / 240
    off_s = A_SECOND * (alone_us + alone_view)
    parts = {
        "steps": A_SECOND * (with_us - alone_us), "Views": A_SECOND * more,
        "others' profile": mixture / GATHER_S, "minutes": minute_us / 60, "band": band / 60,
    }
    share = 100.0 * sum(parts.values()) / (off_s + sum(parts.values()))
    told = f"{off_s:,.0f} µs a second without; added: " + ", ".join(f"{name} {us:.0f}" for name, us in parts.items())
    most = max(parts, key=lambda name: parts[name])
    return [
        Result("trade, learning off", alone_us * 1e3 / TRADES, "ns", note=f"steps of {TRADES} trades, moving mark"),
        Result("trade, learning on", amortised * 1e3 / TRADES, "ns"),
        Result("step, learning off", alone_us, "µs"),
        Result("step, learning on", amortised, "µs", note="a minute's learning spread over its 240 steps"),
        Result("end of a minute", minute_us, "µs", note="turn, learn from the minute before, weigh"),
        Result("share of learning in the map's cost", share, "%", at_most(5.0), reason=f"most of it: {most}",
               note=told),
    ]


def the_ladder() -> Ladder:
    rule = MarginRule(False, 0.01, Schedule.flat(MAINTENANCE), TierUnit.CONTRACTS, 0.0, PRICE, False)
    return Ladder.of(rule, 125.0)


def lived(ladder: Ladder, churn: float, weights: Floats) -> Stock:
    """A stock with five days behind it."""
    stock = new_stock(ladder, PRICE, churn, weights)
    stock.seed([HistoryBar((PRICE, PRICE * 1.02, PRICE * 0.98, PRICE), 100_000.0)] * 5, INTEREST)
    return stock


def interest(i: int) -> float | None:
    """A report every 3 seconds."""
    return INTEREST * (1.0 + 1e-4 * math.sin(i)) if i % 12 == 0 else None


def plain(market: Market, stock: Stock) -> float:
    """Microseconds a step of a stock alone."""
    stepped = 0.0
    for i in range(MINUTES * 240):
        stock.by_rung(FIRST, BINS)
        start = time.perf_counter()
        stock.step(*market.step(i), interest=interest(i))
        stepped += time.perf_counter() - start
    return stepped / (MINUTES * 240) * 1e6


def learning(market: Market, ensemble: Ensemble, learner: Learner) -> tuple[float, float]:
    """Microseconds a step of the ensemble, and at the end of a minute."""
    stepped = ended = 0.0
    for i in range(MINUTES * 240):
        ensemble.by_rung(FIRST, BINS)  # a View at every step: what it was given has to be swept, too
        start = time.perf_counter()
        learner.swept(i * SECOND // 4, ensemble.step(*market.step(i), interest=interest(i)))
        stepped += time.perf_counter() - start
        if i % 40 == 0:
            learner.liquidated([Liquidation("X", i * SECOND // 4, 0, Side(i // 40 % 2), 2.0, PRICE)])
        if i % 240 == 239:
            start = time.perf_counter()
            learner.minute((i + 1) * SECOND // 4, ensemble, fit=True)
            ended += time.perf_counter() - start
    return stepped / (MINUTES * 240) * 1e6, ended / MINUTES * 1e6


def views(stock: Stock, ensemble: Ensemble) -> tuple[float, float]:
    """Microseconds of what a View reads of a stock's map, and what an ensemble's costs more (in turn, best of each)."""
    by_side = stock.by_rung(FIRST, BINS).mass.sum(axis=1)
    before, near = Before(FIRST, by_side), slice(REACH, -REACH)

    def alone() -> None:
        stock.by_rung(FIRST, BINS)
        stock.undrawn()

    def together() -> None:
        ensemble.undrawn(ensemble.by_rung(FIRST, BINS))

    def rest() -> None:
        longs, shorts = stock.by_rung(FIRST, BINS).mass.sum(axis=1)
        clusters = find_clusters(longs[near], shorts[near], FIRST + REACH, WIDTH, PRICE, before)
        find_zones(longs[near], shorts[near], FIRST + REACH, WIDTH, PRICE, clusters)

    costs = [math.inf, math.inf]
    for _ in range(40):
        costs = [min(cost, best_us(work, 1, 20)) for cost, work in zip(costs, (alone, together), strict=True)]
    return best_us(rest, 5, 20), costs[1] - costs[0]


def anew(ensemble: Ensemble) -> float:
    """Microseconds to mix the others' profile again, each time they have moved."""
    def work() -> None:
        ensemble.each(lambda _: None)
        ensemble.by_rung(FIRST, BINS)

    return best_us(work, 5, 20) - best_us(lambda: ensemble.by_rung(FIRST, BINS), 5, 20)
