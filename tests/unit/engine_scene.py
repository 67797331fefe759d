"""One contract, its events, and an engine that follows it."""

from liqtui.engine import Engine
from liqtui.events import Bar, Follow, Listing, Mark, Side, Trade
from liqtui.instruments import Instrument, Kind
from liqtui.venues import load
from liqtui.view import View

SECOND = 10**9
MINUTE = 60 * SECOND
T0 = 1_700_000_040 * SECOND // MINUTE * MINUTE
NAME = "okx:BTC-USDT-SWAP"
SYMBOL = "BTC-USDT-SWAP"


def instrument(symbol: str = SYMBOL, expiry_ns: int | None = None) -> Instrument:
    return Instrument(
        venue="okx", symbol=symbol, base="BTC", quote="USDT", settle="USDT",
        kind=Kind.DATED if expiry_ns else Kind.PERPETUAL, inverse=False, contract_size=0.01, tick=0.1,
        family="BTC-USDT", index="BTC-USDT", expiry_ns=expiry_ns, max_leverage=100.0,
    )


def trade(time_ns: int, price: float, size: float = 1.0) -> Trade:
    return Trade(SYMBOL, time_ns, time_ns + 5_000_000, price, size, True, str(time_ns))


def mark(time_ns: int, price: float) -> Mark:
    return Mark(SYMBOL, time_ns, time_ns, price)


def engine(*instruments: Instrument) -> Engine:
    made = Engine([load("okx")])
    listed = list(instruments) or [instrument()]
    made.take("okx", T0, [Listing("okx", listed, T0)])
    made.take("okx", T0, [Follow(i.symbol, True) for i in listed])
    return made


def shown(made: Engine, name: str = NAME) -> View:
    made.publish()
    view = made.view(name)
    assert view is not None
    return view


def opened(made: Engine) -> float:
    """Units opened on the long side as the row that is never liquidated counts them."""
    pipeline = made.pipeline(NAME)
    assert pipeline is not None
    assert pipeline.estimate.stock is not None
    return float(pipeline.estimate.stock.middle.books().opened[Side.LONG, -1])


def minute_bars(trades: list[Trade], first: int, end: int) -> list[Bar]:
    """The candles an exchange makes of these trades."""
    bars = []
    for start in range(first, end, MINUTE):
        of = [t for t in trades if start <= t.time_ns < start + MINUTE]
        prices = [t.price for t in of]
        bars.append(Bar(start, prices[0], max(prices), min(prices), prices[-1], sum(t.size for t in of), True))
    return bars
