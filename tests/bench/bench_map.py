"""What a trade costs the map: ours against `np.add.at` and against a list of positions.

All three open the same trades on 24 rungs and both sides, with the same tiers:

* liqtui: `Stock.open`, one addition for all rungs and sides in entry coordinates; `Stock.step` is the whole step.
* np.add.at: the liquidation bins of all trades, added by numpy to each rung of each side (its fast path; one call over
  all rows is slower). It places each rung on one bin (no kernel), so it does less than we do.
* position list: what a straightforward program does. For every trade, rung and side: the exact liquidation price by the
  venue's formula, then the position of that side, rung and liquidation bin is looked up in a dict and appended, or
  grown with its entry averaged.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from result import Result, at_least, at_most

from liqtui.events import Side, TierUnit
from liqtui.liqmap.clusters import Before, find_clusters
from liqtui.liqmap.grid import WIDTH, Floats, bin_of
from liqtui.liqmap.ladder import Ladder
from liqtui.liqmap.margin import MarginRule, Schedule
from liqtui.liqmap.stock import HistoryBar, Stock

BATCH = 1_000
PRICE = 60_000.0
MAINTENANCE = 0.004
BINS = 2_800
NONE = np.empty(0)


@dataclass(slots=True)
class Position:
    """An entry of the naive list."""

    entry: float
    size: float


class PositionList:
    """The straightforward way: every trade opens a position per rung and side, kept by its liquidation bin."""

    def __init__(self, rungs: Floats) -> None:
        self.rungs = rungs.tolist()
        self.positions: dict[tuple[Side, int, int], Position] = {}

    def open(self, prices: list[float], sizes: list[float]) -> None:
        for price, size in zip(prices, sizes, strict=True):
            for side, s in ((Side.LONG, 1.0), (Side.SHORT, -1.0)):
                for rung, leverage in enumerate(self.rungs):
                    liquidation = price * (1.0 - s / leverage) / (1.0 - s * MAINTENANCE)
                    key = side, rung, math.floor(math.log(liquidation) / WIDTH)
                    held = self.positions.get(key)
                    if held is None:
                        self.positions[key] = Position(price, size)
                    else:
                        held.entry = (held.entry * held.size + price * size) / (held.size + size)
                        held.size += size


class AddAt:
    """The bins of all trades once, then `np.add.at` into each rung of each side."""

    def __init__(self, ladder: Ladder) -> None:
        self.first = bin_of(PRICE) - 3_000
        self.offsets = ladder.offsets.reshape(-1).tolist()
        self.cells = np.zeros((len(self.offsets), 6_000))

    def open(self, prices: Floats, sizes: Floats) -> None:
        bins = np.floor(np.log(prices) / WIDTH).astype(np.int64) - self.first
        for row, offset in zip(self.cells, self.offsets, strict=True):
            np.add.at(row, bins + offset, sizes)


def best_us(work: Callable[[], object], rounds: int, calls: int) -> float:
    """Microseconds per call, the best of several rounds."""
    best = math.inf
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(calls):
            work()
        best = min(best, (time.perf_counter() - start) / calls)
    return best * 1e6


def measure() -> dict[str, float]:
    rng = np.random.default_rng(1)
    rule = MarginRule(False, 0.01, Schedule.flat(MAINTENANCE), TierUnit.CONTRACTS, 0.0, PRICE, False)
    ladder = Ladder.of(rule, 125.0)
    prices = PRICE * np.exp(rng.normal(0.0, 0.0005, BATCH))
    sizes = rng.exponential(0.1, BATCH)
    stock = Stock(ladder, PRICE)
    day = [HistoryBar((PRICE, PRICE * 1.02, PRICE * 0.98, PRICE), 100_000.0)] * 5
    stock.seed(day, 30_000.0)

    naive, added = PositionList(ladder.rungs), AddAt(ladder)
    few, few_sizes = prices[:50].tolist(), sizes[:50].tolist()
    naive.open(few, few_sizes)
    out = {
        "open_ns_per_trade": best_us(lambda: stock.open(prices, sizes), 7, 300) * 1e3 / BATCH,
        "step_ns_per_trade": best_us(lambda: stock.step(PRICE, PRICE, PRICE, prices, sizes), 7, 300) * 1e3 / BATCH,
        "add_at_ns_per_trade": best_us(lambda: added.open(prices, sizes), 5, 3) * 1e3 / BATCH,
        "list_ns_per_trade": best_us(lambda: naive.open(few, few_sizes), 5, 3) * 1e3 / len(few),
        "empty_step_us": best_us(lambda: stock.step(PRICE, PRICE, PRICE, NONE, NONE), 7, 1_000),
        "step_of_one_trade_us": best_us(lambda: stock.step(PRICE, PRICE, PRICE, prices[:1], sizes[:1]), 7, 500),
        "report_us": best_us(lambda: stock.report(30_000.0), 7, 300),
    }
    out["times_faster_than_add_at"] = out["add_at_ns_per_trade"] / out["open_ns_per_trade"]
    out["times_faster_than_list"] = out["list_ns_per_trade"] / out["open_ns_per_trade"]
    out["open_ns_per_trade_many_tiers"] = many_tiers(prices, sizes)
    out.update(walks(stock, rng))
    out.update(reads(stock))
    return out


def many_tiers(prices: Floats, sizes: Floats) -> float:
    """Nanoseconds a trade where positions of different size lie far apart (a small coin's tiers, 1 % to 25 %)."""
    schedule = Schedule(
        floors=np.array([0.0, 10_000.0, 50_000.0, 200_000.0, 1_000_000.0]) / (PRICE * 0.01),
        rates=np.array([0.01, 0.025, 0.05, 0.125, 0.25]),
        amounts=np.zeros(5),
        max_leverages=np.array([50.0, 20.0, 10.0, 4.0, 2.0]),
    )
    ladder = Ladder.of(MarginRule(False, 0.01, schedule, TierUnit.CONTRACTS, 0.0, PRICE, False), 50.0)
    stock = Stock(ladder, PRICE)
    stock.report(30_000.0)
    return best_us(lambda: stock.open(prices, sizes), 5, 100) * 1e3 / BATCH


def walks(stock: Stock, rng: np.random.Generator) -> dict[str, float]:
    """Steps of a moving market: 20 trades each, the mark moving and sweeping; minute bars with a report each."""
    at = [PRICE]
    prices, sizes = np.exp(rng.normal(0.0, 0.0002, 20)), rng.exponential(0.1, 20)

    def step() -> None:
        before, at[0] = at[0], PRICE * math.exp(0.9 * math.log(at[0] / PRICE) + rng.normal(0.0, 0.0003))
        stock.step(min(before, at[0]), max(before, at[0]), at[0], prices * at[0], sizes)

    def bar() -> None:
        before, at[0] = at[0], PRICE * math.exp(0.9 * math.log(at[0] / PRICE) + rng.normal(0.0, 0.0007))
        high, low = max(before, at[0]) * 1.0003, min(before, at[0]) * 0.9997
        stock.bar(before, high, low, at[0], 50.0, 0.5, (before, high, low, at[0]))

    return {"moving_step_us": best_us(step, 5, 500), "minute_bar_us": best_us(bar, 5, 300)}


def reads(stock: Stock) -> dict[str, float]:
    """What a View costs: the profile of 2,800 bins and its clusters."""
    first = bin_of(PRICE) - BINS // 2
    profile = stock.by_rung(first, BINS)
    longs, shorts = profile.mass.sum(axis=1)
    before = Before(first, np.stack([longs, shorts]))
    return {
        "profile_us": best_us(lambda: stock.by_rung(first, BINS), 5, 100),
        "clusters_us": best_us(lambda: find_clusters(longs, shorts, first, WIDTH, PRICE, before), 5, 100),
    }


def run() -> list[Result]:
    """Ratios in batches of 1,000 trades, and what the parts of a step and a View cost."""
    found = measure()
    ours, added, listed = (found[f"{name}_ns_per_trade"] for name in ("open", "add_at", "list"))
    each = f"{ours:.1f} ns a trade in batches of {BATCH:,},"
    return [
        Result("trade: faster than np.add.at", added / ours, "×", at_least(7.0), note=f"{each} np.add.at {added:,.0f}"),
        Result("trade: faster than a list of positions", listed / ours, "×", at_least(1_000.0),
               note=f"{each} the list {listed:,.0f}"),
        Result("trade, tiers far apart", found["open_ns_per_trade_many_tiers"], "ns"),
        Result("step of 1,000 trades, per trade", found["step_ns_per_trade"], "ns"),
        Result("step without trades", found["empty_step_us"], "µs", at_most(50.0)),
        Result("step of one trade", found["step_of_one_trade_us"], "µs"),
        Result("step of 20 trades in a moving market", found["moving_step_us"], "µs"),
        Result("open interest reported", found["report_us"], "µs"),
        Result("a bar of history", found["minute_bar_us"], "µs"),
        Result("profile of 2,800 bins", found["profile_us"], "µs", at_most(300.0)),
        Result("clusters of 2,800 bins", found["clusters_us"], "µs", at_most(1_000.0)),
    ]  # fmt: skip
