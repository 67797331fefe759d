"""What the engine costs: an event, a boundary, a View, and the stock of a full backfill."""

import math
import time
from collections.abc import Sequence

import numpy as np
from bench_map import best_us
from result import Result

from liqtui.engine import STEP_NS, Engine
from liqtui.events import (
    Backfill,
    Bar,
    BookDelta,
    Candles,
    Event,
    Follow,
    InterestHistory,
    Level,
    Listing,
    Mark,
    OpenInterest,
    Tier,
    Tiers,
    Trade,
)
from liqtui.instruments import Instrument, Kind
from liqtui.venues.base import HistoryPeriod, VenueSettings
from liqtui.venues.okx import create

SYMBOL = "BTC-USDT-SWAP"
SECOND, DAY = 10**9, 86_400 * 10**9
NOW = 1_800_000_000 * SECOND // DAY * DAY
PRICE, INTEREST = 60_000.0, 30_000.0
STEPS, TRADES, BOOKS = 200, 50, 3
"""Live steps of 250 ms, and what arrives in each: 50 trades, 3 changes of the book by 20 levels, a mark."""


def run() -> list[Result]:
    """Times, without goals of their own: they say where the ratios of the screen come from."""
    venue = create(VenueSettings())
    instrument = Instrument(
        venue="okx", symbol=SYMBOL, base="BTC", quote="USDT", settle="USDT", kind=Kind.PERPETUAL, inverse=False,
        contract_size=0.01, tick=0.1, family="BTC-USDT", index="BTC-USDT", max_leverage=100.0,
    )  # fmt: skip
    engine = Engine([venue])
    pages = history(venue.history)
    schedule = Tiers("BTC-USDT", False, [
        Tier(1_000.0 * i, 1_000.0 * (i + 1), 0.004 * (i + 1), 100.0 / (i + 1)) for i in range(5)
    ])  # fmt: skip
    engine.take("okx", NOW, [
        Listing("okx", [instrument], NOW), schedule, Follow(SYMBOL, True), Backfill(SYMBOL, "", 0, 1),
        Mark(SYMBOL, NOW, NOW, PRICE), OpenInterest(SYMBOL, NOW, NOW, INTEREST), *pages,
    ])  # fmt: skip
    last = venue.history[-1].name
    backfill = best_us(lambda: engine.take("okx", NOW, [Backfill(SYMBOL, last, 1, 1)]), 3, 1)
    engine.take("okx", NOW, [Backfill(SYMBOL, "joined", 1, 1, joint_ns=NOW)])
    take_us, boundary_us = live(engine)
    bars = sum(len(page.bars) for page in pages if isinstance(page, Candles) and not page.mark)
    return [
        Result("stock of a full backfill", backfill / 1e3, "ms", note=f"{bars:,} bars, a snapshot at each"),
        Result("event taken", take_us, "µs", note="trades, books of 20 levels and marks, mixed 50 : 3 : 1"),
        Result("boundary", boundary_us, "µs", note=f"{TRADES} trades and a mark in 250 ms"),
        Result("publish", best_us(engine.publish, 5, 20) / 1e3, "ms", note="a View, four times a second"),
    ]


def live(engine: Engine) -> tuple[float, float]:
    """Microseconds an event and a boundary."""
    rng = np.random.default_rng(2)
    taken = worked = 0.0
    count = 0
    for step in range(1, STEPS + 1):
        boundary = NOW + step * STEP_NS
        events = arriving(rng, boundary - STEP_NS + 1, PRICE * math.exp(rng.normal(0.0, 0.001)))
        start = time.perf_counter()
        for event in events:
            engine.take("okx", boundary - 1, [event])
        middle = time.perf_counter()
        engine.advance(boundary)
        worked += time.perf_counter() - middle
        taken += middle - start
        count += len(events)
    return taken / count * 1e6, worked / STEPS * 1e6


def arriving(rng: np.random.Generator, at_ns: int, price: float) -> list[Event]:
    """What comes between two boundaries."""
    trades: list[Event] = [
        Trade(SYMBOL, at_ns, at_ns, price * math.exp(x), 0.1, x > 0, "1") for x in rng.normal(0.0, 1e-4, TRADES)
    ]
    books: list[Event] = [
        BookDelta(SYMBOL, at_ns, at_ns, levels(price, -1), levels(price, 1), 0.01, True, i, -1) for i in range(BOOKS)
    ]
    return [*trades, *books, Mark(SYMBOL, at_ns, at_ns, price)]


def levels(price: float, way: int) -> list[Level]:
    return [Level(price + way * 0.1 * i, 5.0) for i in range(1, 21)]


def history(periods: Sequence[HistoryPeriod]) -> list[Event]:
    """Candles, mark candles and open interest as deep as the venue keeps them, on one random walk."""
    rng = np.random.default_rng(3)
    pages: list[Event] = []
    for period in periods:
        step = period.seconds * SECOND
        count = period.depth_s // period.seconds
        walk = PRICE * np.exp(np.cumsum(rng.normal(0.0, 0.0006 * math.sqrt(period.seconds / 60), count + 1))[::-1])
        walk *= PRICE / walk[-1]
        first = NOW // step * step - count * step
        bars = [
            Bar(first + i * step, a, max(a, b) * 1.0005, min(a, b) * 0.9995, b, 20.0 * period.seconds / 60, True)
            for i, (a, b) in enumerate(zip(walk[:-1].tolist(), walk[1:].tolist(), strict=True))
        ]
        marks = [Bar(b.open_ns, b.open, b.high, b.low, b.close, None, True) for b in bars]
        pages += [Candles(SYMBOL, step, False, bars), Candles(SYMBOL, step, True, marks)]
        if period.seconds >= 300:
            points = [(bar.open_ns + step, INTEREST * (1 + 0.01 * math.sin(i))) for i, bar in enumerate(bars)]
            pages.append(InterestHistory(SYMBOL, step, points))
    return pages
