"""What Bybit v5 sends, as Structs. Numbers are strings on the wire; msgspec turns them into floats (`strict=False`).

Wire facts [O] are from Bybit's API reference (bybit-exchange.github.io/docs/v5), [F] seen in recorded frames,
[M] unverified.
"""

from typing import Literal

from msgspec import Raw, Struct, field

from liqtui.events import Level
from liqtui.venues._wire import Amount, Millis, Number, Price


class Envelope(Struct, gc=False):
    """Any frame that is JSON, before it is known what it is."""

    topic: str = ""
    op: str = ""
    success: bool | None = None
    message: str = field(name="ret_msg", default="")
    req_id: str = ""
    request: Raw = Raw(b"")
    """Answers of v2 quoted what was asked."""


# --- streams ----------------------------------------------------------------------------------------------------


class TradeRow(Struct, gc=False):
    """One fill; `S` is the taker's side. `BT`: a block trade, agreed on off the book."""

    time: Millis = field(name="T")
    symbol: str = field(name="s")
    side: Literal["Buy", "Sell"] = field(name="S")
    size: Amount = field(name="v")
    price: Price = field(name="p")
    id: str = field(name="i")
    block: bool = field(name="BT", default=False)


class Trades(Struct, gc=False):
    """Topic `publicTrade`: up to 1,024 fills [O]."""

    data: list[TradeRow]


class BookRow(Struct, gc=False):
    """Levels `[price, size]`. `u` counts up by one; 1 is a restart of the service and then a whole book [O]."""

    symbol: str = field(name="s")
    bids: list[Level] = field(name="b")
    asks: list[Level] = field(name="a")
    seq: int = field(name="u")


class Book(Struct, gc=False):
    """Topics `orderbook.50` (20 ms), `.200` (100 ms) and `.1000` (200 ms)."""

    type: Literal["snapshot", "delta"]
    ts: Millis
    data: BookRow


class TickerRow(Struct, gc=False):
    """State of a contract. A delta holds only what changed; REST has the same fields. Figures may be empty."""

    symbol: str
    mark: str = field(name="markPrice", default="")
    index: str = field(name="indexPrice", default="")
    both_sides: str = field(name="openInterest", default="")
    """Longs plus shorts: twice what other venues call open interest [O]."""
    one_side: str = field(name="singleOpenInterest", default="")
    """Since June 2026 [O]."""
    rate: str = field(name="fundingRate", default="")
    due: str = field(name="nextFundingTime", default="")
    hours: str = field(name="fundingIntervalHour", default="")


class Ticker(Struct, gc=False):
    """Topic `tickers`."""

    type: Literal["snapshot", "delta"]
    ts: Millis
    data: TickerRow


class LiquidationRow(Struct, gc=False):
    """One liquidation; `S` is the *position's* side, `p` the bankruptcy price, `v` the executed size [O]."""

    time: Millis = field(name="T")
    symbol: str = field(name="s")
    side: Literal["Buy", "Sell"] = field(name="S")
    size: Amount = field(name="v")
    price: Price = field(name="p")


class Liquidations(Struct, gc=False):
    """Topic `allLiquidation`: all of them, in batches of 500 ms [O]."""

    data: list[LiquidationRow]


class ThinnedRow(Struct, gc=False):
    """One liquidation as v5 told it until 2025; `side` is the position's, too [O]."""

    time: Millis = field(name="updatedTime")
    symbol: str
    side: Literal["Buy", "Sell"]
    size: Amount
    price: Price


class ThinnedLiquidation(Struct, gc=False):
    """Topic `liquidation`: at most one a second, replaced by `allLiquidation`."""

    data: ThinnedRow


# --- REST -------------------------------------------------------------------------------------------------------


class Reply(Struct, gc=False):
    """Any answer: `retCode` is 0 when it went well. `time` is the server's clock."""

    code: int | str = field(name="retCode")
    message: str = field(name="retMsg", default="")
    time: Millis = 0
    result: Raw = Raw(b"{}")


class Rows(Struct, gc=False):
    """What every result holds."""

    rows: Raw = field(name="list")
    cursor: str = field(name="nextPageCursor", default="")


class LeverageFilter(Struct, gc=False):
    highest: str = field(name="maxLeverage", default="")


class PriceFilter(Struct, gc=False):
    tick: str = field(name="tickSize", default="")


class InstrumentRow(Struct, gc=False):
    """A listed contract. `deliveryTime` is an expiry only of a dated one; a perpetual's is the end of its listing."""

    symbol: str
    kind: str = field(name="contractType", default="")
    status: str = ""
    base: str = field(name="baseCoin", default="")
    quote: str = field(name="quoteCoin", default="")
    settle: str = field(name="settleCoin", default="")
    listed: str = field(name="launchTime", default="")
    delivered: str = field(name="deliveryTime", default="")
    leverage: LeverageFilter = field(name="leverageFilter", default_factory=LeverageFilter)
    prices: PriceFilter = field(name="priceFilter", default_factory=PriceFilter)


class TierRow(Struct, gc=False):
    """One step: it reaches to `riskLimitValue` (quote; coin of an inverse contract)."""

    symbol: str
    cap: Amount = field(name="riskLimitValue")
    maintenance: str = field(name="maintenanceMargin")
    leverage: Price = field(name="maxLeverage")
    deduction: str = field(name="mmDeduction", default="")


class CandleRow(Struct, array_like=True, gc=False):
    """`[start, open, high, low, close, volume, turnover]`; volume in base, of an inverse contract in dollars."""

    start: Millis
    open: Price
    high: Price
    low: Price
    close: Price
    volume: Amount


class MarkCandleRow(Struct, array_like=True, gc=False):
    """`[start, open, high, low, close]`."""

    start: Millis
    open: Price
    high: Price
    low: Price
    close: Price


class InterestRow(Struct, gc=False):
    """Open interest at `timestamp`."""

    time: Millis = field(name="timestamp")
    both_sides: str = field(name="openInterest", default="")
    one_side: str = field(name="singleOpenInterest", default="")


class RatioRow(Struct, gc=False):
    """Shares of the accounts that hold longs and shorts; together 1."""

    time: Millis = field(name="timestamp")
    long: Amount = field(name="buyRatio")
    short: Amount = field(name="sellRatio")


class SettledRow(Struct, gc=False):
    """Past funding."""

    time: Millis = field(name="fundingRateTimestamp")
    rate: Number = field(name="fundingRate")
