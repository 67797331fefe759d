"""A market of rows for the watch table, a clock that a test turns, and an application that shows them."""

import contextlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace

import numpy as np
from textual.pilot import Pilot

from liqtui.events import FeedState, Side
from liqtui.instruments import Instrument
from liqtui.liqmap.clusters import Cluster
from liqtui.ui.app import LiqtuiApp
from liqtui.view import STRIP_BINS, BackfillView, Figure, Health, Row

from .conftest import make_app, text_of, until
from .factory import HOUR, NOW, SECOND, FakeReplay, FakeSource, health, instrument

DONE = BackfillView(1, 1, "1H", False, "", None)
HALF = STRIP_BINS // 2
MARKET = (
    # coin, last, 24h, OI, ΔOI 1h, nearest, dens, imbalance, funding, liquidated (longs, shorts)
    ("BTC", 60_012.4, 0.012, 8.41e9, 0.008, -1.34, 100.0, 0.61, 0.00008, (0.9e6, 0.0)),
    ("ETH", 2_690.52, -0.004, 5.02e9, -0.011, 0.72, 91.0, 0.47, 0.00004, (0.2e6, 1.2e6)),
    ("SOL", 171.33, 0.031, 1.27e9, 0.024, -3.10, 66.0, 0.55, -0.0002, (0.0, 0.0)),
    ("PEPE", 0.00001234, -0.102, 3.1e8, 0.0, 4.05, 80.0, 0.38, 0.0001, (4_100.0, 0.0)),
    ("DOGE", 0.2291, 0.004, 9.9e8, None, -0.95, 74.0, 0.52, None, None),
)
TICKS = {"BTC": 0.1, "ETH": 0.01, "SOL": 0.01, "PEPE": 1e-8, "DOGE": 1e-4}
NAMES = tuple(f"okx:{coin}-USDT-SWAP" for coin, *_ in MARKET)
BTC, ETH, SOL, PEPE, DOGE = NAMES


def listed(names: Iterable[str] = NAMES) -> tuple[Instrument, ...]:
    out = []
    for name in names:
        venue, _, symbol = name.partition(":")
        out.append(instrument(symbol, venue=venue, tick=TICKS.get(symbol.partition("-")[0], 0.1)))
    return tuple(out)


def strip(peaks: dict[int, float], floor: float = 2.0) -> np.ndarray:
    """Mass everywhere but at the mark, and tops at some bins (0 the lowest price, 20 the mark's)."""
    bins = np.arange(STRIP_BINS)
    out = np.where(np.abs(bins - HALF + 0.5) < 2, 0.0, floor)
    for at, top in peaks.items():
        out += np.maximum(top - np.abs(bins - at) * top / 3, 0)
    return out.astype(np.float32)


def rows() -> dict[str, Row]:
    """A row of everything in the market, as it was a second ago."""
    out = {}
    for at, (one, line) in enumerate(zip(listed(), MARKET, strict=True)):
        _, last, change, interest, growth, away, dense, balance, funding, liquidated = line
        peak = last * (1 + away / 100)
        side = Side.LONG if away < 0 else Side.SHORT
        top = HALF + round(away / 0.25)
        price = Figure(last, NOW - SECOND)
        out[one.name] = Row(
            one, NOW - SECOND, price, change, price, False, interest, growth,
            None if funding is None else Figure(funding, NOW - SECOND), 8 * HOUR,
            strip({min(max(top, 1), 38): 40.0, 3 + at: 22.0, 33 - at: 30.0}),
            Cluster(side, peak * 0.999, peak * 1.001, peak, away, 100.0, dense, None), balance, liquidated, False, DONE,
        )
    return out


def crowd(count: int) -> dict[str, Row]:
    """That many rows, one coin each; the higher its number the less open interest."""
    pattern = rows()[BTC]
    out = {}
    for number in range(count):
        one = instrument(f"C{number:03}-USDT-SWAP")
        price = Figure(100.0 + number, NOW - SECOND)
        out[one.name] = replace(
            pattern, instrument=one, last=price, mark=price, open_interest_usd=1e9 / (number + 1),
            change_24h=(number % 7 - 3) / 100)
    return out


def source_of(
    known: dict[str, Row] | None = None, state: FeedState = FeedState.LIVE, reason: str = "", kind: str = "live"
) -> FakeSource:
    """A source that has these rows, and whose only venue is in a state."""
    there = rows() if known is None else known
    told: Health = health(NOW, state, reason)
    source = FakeSource({}, kind, told, tuple(row.instrument for row in there.values()))
    source.rows = there
    return source


def replayed(known: dict[str, Row]) -> FakeReplay:
    source = FakeReplay({})
    source.catalogue = source_of(known).catalogue
    source.rows, source.glanced = known, tuple(known)
    source.names = tuple(known)[:1]
    return source


class Clock:
    """Turned by the test."""

    def __init__(self) -> None:
        self.ns = 0

    def __call__(self) -> int:
        return self.ns

    def turn(self, seconds: float) -> None:
        self.ns += int(seconds * SECOND)


@contextlib.asynccontextmanager
async def watching(
    source: FakeSource, size: tuple[int, int] = (150, 45), **options: object
) -> AsyncIterator[tuple[LiqtuiApp, Pilot[None], Clock]]:
    """The watch table, open, on a list of all that the source has."""
    clock = Clock()
    app = make_app(source, **({"instruments": tuple(source.rows) or NAMES, "table": True} | options))
    app.table._tick_ns = clock
    async with app.run_test(size=size) as pilot:
        await until(lambda: app.source is not None)
        await pilot.pause()
        yield app, pilot, clock


async def later(app: LiqtuiApp, pilot: Pilot[None], clock: Clock, seconds: float) -> None:
    clock.turn(seconds)
    app.table.beat()
    await pilot.pause()


def order_of(app: LiqtuiApp) -> list[str]:
    """The coins on the screen, top to bottom."""
    lines = text_of(app)[2:-2]
    return [line[1:].split()[0].partition("-")[0] for line in lines if line[1:].strip()]


def chosen(app: LiqtuiApp) -> str:
    """The line of the cursor."""
    return next((line for line in text_of(app) if line.startswith("▸")), "")
