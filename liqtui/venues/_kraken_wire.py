"""What Kraken Futures sends, as Structs. Numbers are numbers; times are milliseconds on the socket, ISO over HTTP.

Wire facts [O] are from Kraken's API reference, [F] seen in recorded frames, [M] unverified.
"""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from liqtui.venues._wire import Amount, Millis, Number, Price

Margin = Annotated[float, Meta(gt=0, le=10)]


class Frame(Struct, gc=False):
    """Any message: data of a feed, or an event."""

    feed: str = ""
    event: str = ""
    product: str = field(name="product_id", default="")
    products: list[str] = field(name="product_ids", default_factory=list)
    message: str = ""


# --- streams ----------------------------------------------------------------------------------------------------


class Trade(Struct, gc=False):
    """Feed `trade`: one fill, in contracts."""

    product: str = field(name="product_id")
    id: str = field(name="uid")
    side: Literal["buy", "sell"]
    type: str
    time: Millis
    size: Amount = field(name="qty")
    price: Price


class LevelRow(Struct, gc=False):
    """A level of a snapshot."""

    price: Price
    size: Amount = field(name="qty")


class Snapshot(Struct, gc=False):
    """Feed `book_snapshot`."""

    product: str = field(name="product_id")
    seq: int
    bids: list[LevelRow]
    asks: list[LevelRow]
    time: Millis | None = field(name="timestamp", default=None)


class Change(Struct, gc=False):
    """Feed `book`: one level. In 2019 it said no time [F]."""

    product: str = field(name="product_id")
    side: Literal["buy", "sell"]
    seq: int
    price: Price
    size: Amount = field(name="qty")
    time: Millis | None = field(name="timestamp", default=None)


class Ticker(Struct, gc=False):
    """Feed `ticker`. `funding_rate` is an amount per contract and hour, `relative_funding_rate` the fraction [O]."""

    product: str = field(name="product_id")
    time: Millis
    mark: Price | None = field(name="markPrice", default=None)
    index: Price | None = None
    contracts: Amount | None = field(name="openInterest", default=None)
    funding: Number | None = field(name="relative_funding_rate", default=None)
    funding_due: Millis | None = field(name="next_funding_rate_time", default=None)


# --- REST -------------------------------------------------------------------------------------------------------


class Level(Struct, gc=False):
    """A margin level, from a number of contracts (inverse) or of dollars (linear) on."""

    initial: Margin = field(name="initialMargin")
    maintenance: Margin = field(name="maintenanceMargin")
    contracts: Amount | None = None
    value: Amount | None = field(name="numNonContractUnits", default=None)


class Contract(Struct, gc=False):
    """A listed contract. Only dated ones say a `lastTradingTime` [S]."""

    symbol: str
    type: str = ""
    tick: Price | None = field(name="tickSize", default=None)
    size: Price | None = field(name="contractSize", default=None)
    tradeable: bool = True
    opened: datetime | None = field(name="openingDate", default=None)
    expires: datetime | None = field(name="lastTradingTime", default=None)
    levels: list[Level] = field(name="marginLevels", default_factory=list)


class Candle(Struct, gc=False):
    """A row of a chart; prices and the volume, in contracts, are strings."""

    time: Millis
    open: Price
    high: Price
    low: Price
    close: Price
    contracts: Amount = field(name="volume")


class Chart(Struct, gc=False):
    """Answer of `/api/charts/v1`."""

    candles: list[Candle]
