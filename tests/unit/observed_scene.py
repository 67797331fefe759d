"""Public positions of a few addresses, and an engine that follows a venue which tells them."""

from collections.abc import Iterable

from liqtui.engine import Engine
from liqtui.events import Event, Follow, Listing, Mark, OpenInterest, Position, Positions, Side
from liqtui.instruments import Instrument, Kind
from liqtui.venues import load
from liqtui.view import View

SECOND = 10**9
MINUTE = 60 * SECOND
T0 = 1_790_000_040 * SECOND // MINUTE * MINUTE
NAME = "hyperliquid:BTC"
LONG, SHORT = Side.LONG, Side.SHORT


def instrument(symbol: str = "BTC") -> Instrument:
    return Instrument(
        venue="hyperliquid", symbol=symbol, base=symbol, quote="USD", settle="USDC", kind=Kind.PERPETUAL,
        inverse=False, contract_size=1.0, tick=0.1, family=symbol, index=symbol, max_leverage=40.0,
    )


def position(
    side: Side, size: float, liquidation: float | None, *, entry: float = 100.0, symbol: str = "BTC"
) -> Position:
    return Position(symbol, side, size, entry, 20.0, False, liquidation)


def holds(address: str, at_ns: int, *positions: Position) -> Positions:
    return Positions(address, at_ns, at_ns, list(positions))


def engine(mark: float = 100.0, interest: float | None = 50.0) -> Engine:
    """BTC and ETH listed, BTC followed, its mark known since `T0`."""
    made = Engine([load("hyperliquid")])
    made.take("hyperliquid", T0, [Listing("hyperliquid", [instrument(), instrument("ETH")], T0), Follow("BTC", True)])
    events: list[Event] = [Mark("BTC", T0, T0, mark)]
    events += [] if interest is None else [OpenInterest("BTC", T0, T0, interest)]
    made.take("hyperliquid", T0, events)
    made.advance(T0 + SECOND)
    return made


def told(made: Engine, at_ns: int, events: Iterable[Event]) -> None:
    """The engine takes events at a time and works a second on."""
    made.take("hyperliquid", at_ns, list(events))
    made.advance(at_ns + SECOND)


def shown(made: Engine, name: str = NAME) -> View:
    made.publish()
    view = made.view(name)
    assert view is not None
    return view
