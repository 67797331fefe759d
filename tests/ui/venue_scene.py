"""One coin on four venues, three of which are added up: a View of the sum, and what is listed."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from liqtui.events import FeedState
from liqtui.instruments import DOLLARS, Instrument, Kind, summed
from liqtui.view import Absent, BackfillView, FeedView, Figure, Health, Part, View

from .factory import ALL, NOW, PERPETUAL, SECOND, WEEKLY, FakeSource, replace_struct

SUM = summed("BTC", DOLLARS[0], tick=0.1)
SHARES = {"binance": 0.52, "okx": 0.31, "bybit": 0.17}
"""Of the open interest, and of every bin of the map."""
SHIFT_BP = {"binance": 0.0, "okx": 5.0, "bybit": -2.0}


def perpetual(venue: str, symbol: str, quote: str = "USDT") -> Instrument:
    return Instrument(
        venue, symbol, "BTC", quote, quote, Kind.PERPETUAL, False, 0.001, 0.1, symbol, symbol, None, None, 125.0,
    )


BINANCE, BYBIT = perpetual("binance", "BTCUSDT"), perpetual("bybit", "BTCUSDT")
HYPERLIQUID = perpetual("hyperliquid", "BTC", "USDC")
DOLLAR_COIN = perpetual("binance", "BTCUSDC", "USDC")
DERIBIT_WEEKLY = replace_struct(WEEKLY, {"venue": "deribit", "symbol": "BTC_USDC-23MAY25", "quote": "USDC"})
LISTED = (*ALL, BINANCE, BYBIT, HYPERLIQUID, DOLLAR_COIN, DERIBIT_WEEKLY)
CONTRACTS = {"binance": BINANCE, "okx": PERPETUAL, "bybit": BYBIT}


def feed(venue: str, state: FeedState = FeedState.LIVE, reason: str = "", retry_ns: int | None = None) -> FeedView:
    return FeedView(venue, state, NOW - 12 * SECOND, reason, retry_ns, 84_000_000, 0, 0, 0)


def part(view: View, venue: str, **changes: object) -> Part:
    """What a venue brings: its share of the map; `weight` below 1 fades it."""
    assert view.map is not None
    assert view.figures.mark is not None
    shift = SHIFT_BP[venue] / 1e4
    weight = float(str(changes.get("weight", 1.0)))
    mass = (view.map.mass.sum(axis=1) * SHARES[venue] * weight).astype(np.float32)
    mark = Figure(view.figures.mark.value * float(np.exp(-shift)), NOW)
    plain = Part(
        CONTRACTS[venue], mark, shift, 140_120.0 * SHARES[venue], mass, (0.0, 0.0), 0.97, 1.0, SECOND // 2,
        "live", "", None, BackfillView(5, 5, "joined", True, "", NOW),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def summed_view(
    view: View, bad: Mapping[str, Mapping[str, object]] | None = None, absent: tuple[Absent, ...] = (),
    feeds: tuple[FeedView, ...] | None = None, words: tuple[str, ...] = (),
) -> View:
    """The sum of three venues. `bad`: what is wrong with some."""
    parts = tuple(part(view, venue, **(bad or {}).get(venue, {})) for venue in SHARES)
    assert view.map is not None
    bins = sum(one.mass for one in parts if one.mass is not None)
    whole = view.map.mass.sum(axis=1)
    left = np.divide(bins, whole, out=np.zeros_like(whole), where=whole > 0)
    shown = replace(view.map, mass=view.map.mass * left[:, None, :])
    health = Health(feeds or tuple(feed(venue) for venue in SHARES), words, (), None, view.health.reliability)
    return replace(
        view, instrument=SUM, series=(SUM, *view.series[1:]), map=shown, parts=parts, absent=absent, health=health,
        figures=replace(view.figures, basis=()),
    )


class VenueSource(FakeSource):
    """All venues have told what they list."""

    venues = ("binance", "bybit", "deribit", "hyperliquid", "okx")
    sums: tuple[str, ...] = ("binance", "okx", "bybit")

    def __init__(self, view: View) -> None:
        own = {one.name: replace(view, instrument=one) for one in (*CONTRACTS.values(), HYPERLIQUID, WEEKLY,
                                                                   DERIBIT_WEEKLY)}
        super().__init__({SUM.name: summed_view(view), **own}, instruments=LISTED)
