"""What Hyperliquid sends, as Structs. Most numbers are strings on the wire; msgspec turns them into floats.

Wire facts [O] are from Hyperliquid's API reference, [F] seen in recorded frames, [M] unverified.
"""

from typing import Annotated, Literal

from msgspec import Meta, Raw, Struct, field

from liqtui.venues._wire import Amount, Millis, Number, Price

Address = Annotated[str, Meta(pattern="^0x[0-9a-fA-F]{40}$")]


class Frame(Struct, gc=False):
    """Any message of the socket."""

    channel: str
    data: Raw = Raw(b"null")


class Stream(Struct, gc=False):
    """A subscription, as asked for and as echoed. Of a `candle` the interval is left out: we never ask for one."""

    type: str
    coin: str = ""

    @property
    def key(self) -> str:
        return f"{self.type}:{self.coin}"


class Answer(Struct, gc=False):
    """Channel `subscriptionResponse`."""

    method: str
    subscription: Stream


# --- streams ----------------------------------------------------------------------------------------------------


class TradeRow(Struct, gc=False):
    """One fill. `users` is buyer and seller; recordings made for others may lack it [F]."""

    coin: str
    side: Literal["A", "B"]
    price: Price = field(name="px")
    size: Amount = field(name="sz")
    time: Millis
    id: int = field(name="tid")
    users: tuple[Address, Address] | None = None


class LevelRow(Struct, gc=False):
    """A price, what rests there, in how many orders."""

    price: Price = field(name="px")
    size: Amount = field(name="sz")


class Book(Struct, gc=False):
    """Channel `l2Book`: bids, asks; 20 levels each, always whole."""

    coin: str
    time: Millis
    levels: tuple[list[LevelRow], list[LevelRow]]


class Context(Struct, gc=False):
    """State of one contract. `funding` is per hour, `openInterest` one-sided; any may be missing for a dead one."""

    funding: Number | None = None
    interest: Amount | None = field(name="openInterest", default=None)
    oracle: Price | None = field(name="oraclePx", default=None)
    mark: Price | None = field(name="markPx", default=None)


class ActiveContext(Struct, gc=False):
    """Channel `activeAssetCtx`. It says no time."""

    coin: str
    ctx: Context


# --- REST -------------------------------------------------------------------------------------------------------


class Listed(Struct, gc=False):
    """A contract of the universe."""

    name: str
    decimals: Annotated[int, Meta(ge=0, le=20)] = field(name="szDecimals")
    leverage: Annotated[float, Meta(gt=0, le=1000)] = field(name="maxLeverage")
    table: int | None = field(name="marginTableId", default=None)
    delisted: bool = field(name="isDelisted", default=False)


class MarginTier(Struct, gc=False):
    """Maximum leverage from a notional on, in dollars."""

    floor: Amount = field(name="lowerBound")
    leverage: Annotated[float, Meta(gt=0, le=1000)] = field(name="maxLeverage")


class MarginTable(Struct, gc=False):
    """The tiers of a table, lowest first."""

    tiers: list[MarginTier] = field(name="marginTiers")


class Universe(Struct, gc=False):
    """Answer to `meta`."""

    listed: list[Listed] = field(name="universe")
    tables: list[tuple[int, MarginTable]] = field(name="marginTables", default_factory=list)


class Candle(Struct, gc=False):
    """A row of `candleSnapshot`; volume in the coin."""

    opened: Millis = field(name="t")
    open: Price = field(name="o")
    high: Price = field(name="h")
    low: Price = field(name="l")
    close: Price = field(name="c")
    volume: Amount = field(name="v")


class Leverage(Struct, gc=False):
    """How a position is margined."""

    type: Literal["cross", "isolated"]
    value: Annotated[float, Meta(gt=0, le=1000)]


class Held(Struct, gc=False):
    """A position; `szi` is negative for a short."""

    coin: str
    size: Number = field(name="szi")
    leverage: Leverage
    entry: Price | None = field(name="entryPx", default=None)
    liquidation: Number | None = field(name="liquidationPx", default=None)


class HeldRow(Struct, gc=False):
    """A row of `assetPositions`."""

    position: Held


class Account(Struct, gc=False):
    """Answer to `clearinghouseState`."""

    rows: list[HeldRow] = field(name="assetPositions")
    time: Millis | None = None
