"""One coin at three venues, each with a map of its own, and an engine that adds them up."""

from collections.abc import Sequence

from engine_scene import MINUTE, SECOND, T0
from msgspec import structs

from liqtui.engine import Engine
from liqtui.events import (
    Backfill,
    Bar,
    BookDelta,
    Candles,
    Event,
    FeedState,
    FeedStatus,
    Follow,
    InterestHistory,
    Level,
    Listing,
    Mark,
    OpenInterest,
    Summed,
    Tier,
    Tiers,
    Trade,
)
from liqtui.instruments import Instrument, Kind
from liqtui.venues import load
from liqtui.view import Part, View

SUM = "all:BTC-USDT-SWAP"
SYMBOLS = {"okx": "BTC-USDT-SWAP", "binance": "BTCUSDT", "bybit": "BTCUSDT"}
MARKS = {"okx": 60_000.0, "binance": 60_030.0, "bybit": 59_988.0}
"""Binance 5 bp above OKX, Bybit 2 below."""
INTEREST = {"okx": 1_000.0, "binance": 3_000.0, "bybit": 2_000.0}


def listed(venue: str) -> Instrument:
    return Instrument(
        venue=venue, symbol=SYMBOLS[venue], base="BTC", quote="USDT", settle="USDT", kind=Kind.PERPETUAL,
        inverse=False, contract_size=1.0, tick=0.1, family="BTC-USDT", index="BTC-USDT", max_leverage=100.0,
    )


def market(
    made: Engine, venue: str, instrument: Instrument | None = None, mark: float | None = None,
    interest: float | None = None, brief: bool = False,
) -> None:
    """Half an hour of history between ±1.7 % of the mark, a book, open interest, and the live stream joined."""
    one = instrument or listed(venue)
    price, open_now = mark or MARKS[venue], INTEREST[venue] if interest is None else interest
    symbol = one.symbol
    bars = [
        Bar(T0 - (30 - i) * MINUTE, price, price * 1.017, price * 0.983, price, 100.0, True) for i in range(30)
    ]
    rates = Tiers(one.family, one.inverse, [Tier(0, 1e12, 0.004, 100)])
    made.take(venue, T0, [Listing(venue, [one], T0), Follow(symbol, True)])
    made.take(venue, T0, [Follow(symbol, True, brief=True)] if brief else [])
    made.take(venue, T0, [rates, Backfill(symbol, "", 0, 1), Mark(symbol, T0, T0, price)])
    known = InterestHistory(symbol, MINUTE, [(bar.open_ns + MINUTE, open_now) for bar in bars])
    made.take(venue, T0, [known, Candles(symbol, MINUTE, False, bars)])
    made.take(venue, T0, [Backfill(symbol, "1m", 1, 1), Backfill(symbol, "joined", 1, 1, joint_ns=T0)])
    bids, asks = [Level(price - 1, 10.0)], [Level(price + 1, 10.0)]
    made.take(venue, T0, [
        BookDelta(symbol, T0, T0, bids, asks, 1.0, True, 1, -1), Trade(symbol, T0, T0, price, 0.1, True, "1"),
        OpenInterest(symbol, T0, T0, open_now), FeedStatus(venue, f"{venue}/1", T0, FeedState.LIVE),
    ])


def three(venues: Sequence[str] = ("okx", "binance", "bybit")) -> Engine:
    made = Engine([load(venue) for venue in SYMBOLS])
    made.take("all", T0, [Summed("BTC-USDT-SWAP", list(venues))])
    for venue in SYMBOLS:
        market(made, venue)
    ether = structs.replace(listed("okx"), venue="kraken", symbol="PF_ETHUSD", base="ETH", family="ETH-USD")
    made.take("kraken", T0, [Listing("kraken", [ether], T0)])
    made.advance(T0 + SECOND)
    return made


def go_on(made: Engine, until_ns: int, *silent: str) -> None:
    """Every venue repeats its mark each second, but those that are silent."""
    second = T0 + SECOND
    while second <= until_ns:
        for venue, symbol in SYMBOLS.items():
            if venue not in silent:
                tell(made, venue, second, Mark(symbol, second, second, MARKS[venue]))
        second += SECOND
    made.advance(until_ns)


def tell(made: Engine, venue: str, at: int, *events: Event) -> None:
    made.take(venue, at, list(events))


def whole(made: Engine, name: str = SUM) -> View:
    made.publish()
    view = made.view(name)
    assert view is not None
    return view


def part(view: View, venue: str) -> Part:
    return next(part for part in view.parts if part.instrument.venue == venue)
