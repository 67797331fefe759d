"""What Bitget v3 (UTA) sends, as Structs. Numbers are strings on the wire.

Wire facts [O] are from Bitget's API reference (www.bitget.com/api-doc/uta), [F] seen in recorded frames, [S] reported
by others, [M] unverified.
"""

from typing import Literal

from msgspec import Raw, Struct, field

from liqtui.events import Level
from liqtui.venues._wire import Amount, Millis, Number, Price


class Arg(Struct, gc=False):
    """The subscription a frame belongs to, as Bitget echoes it. v2 said `channel` and `instId`."""

    kind: str = field(name="instType", default="")
    topic: str = ""
    symbol: str = ""
    channel: str = ""

    @property
    def key(self) -> str:
        return f"{self.topic}:{self.symbol or self.kind}"


class Frame(Struct, gc=False):
    """Any frame that is JSON."""

    arg: Arg | None = None
    event: str = ""
    action: str = ""
    code: str | int = ""
    message: str = field(name="msg", default="")
    ts: Millis = 0
    data: Raw = Raw(b"[]")


class TradeRow(Struct, gc=False):
    """One fill; `S` is the taker's side."""

    id: str = field(name="i")
    price: Price = field(name="p")
    size: Amount = field(name="v")
    side: Literal["buy", "sell"] = field(name="S")
    time: Millis = field(name="T")


class BookRow(Struct, gc=False):
    """Levels `[price, size]`. `pseq` is the `seq` before; 0 in a whole book [F]."""

    asks: list[Level] = field(name="a")
    bids: list[Level] = field(name="b")
    seq: int
    before: int = field(name="pseq")
    ts: Millis


class TickerRow(Struct, gc=False):
    """State of a contract, always whole; REST has the same fields. Figures may be empty."""

    symbol: str = ""
    mark: str = field(name="markPrice", default="")
    index: str = field(name="indexPrice", default="")
    interest: str = field(name="openInterest", default="")
    rate: str = field(name="fundingRate", default="")
    due: str = field(name="nextFundingTime", default="")
    ts: str = ""


class LiquidationRow(Struct, gc=False):
    """One liquidation: `side` is the *position's*, `amount` its value in quote [F]."""

    symbol: str
    side: Literal["buy", "sell"]
    price: Price
    amount: Amount
    ts: Millis


# --- REST -------------------------------------------------------------------------------------------------------


class Reply(Struct, gc=False):
    """Any answer: `code` is `"00000"` when it went well."""

    code: str | int
    message: str = field(name="msg", default="")
    time: Millis = field(name="requestTime", default=0)
    data: Raw = Raw(b"null")


class InstrumentRow(Struct, gc=False):
    """A listed contract."""

    symbol: str
    category: str = ""
    base: str = field(name="baseCoin", default="")
    quote: str = field(name="quoteCoin", default="")
    tick: str = field(name="priceMultiplier", default="")
    kind: str = field(name="type", default="perpetual")
    status: str = ""
    delivered: str = field(name="deliveryTime", default="")
    launched: str = field(name="launchTime", default="")
    leverage: str = field(name="maxLeverage", default="")


class TierRow(Struct, gc=False):
    """One step of value in quote [O]."""

    floor: Amount = field(name="minTierValue")
    cap: Amount = field(name="maxTierValue")
    leverage: Price
    maintenance: Amount = field(name="mmr")


class CandleRow(Struct, array_like=True, gc=False):
    """`[start, open, high, low, close, volume, turnover]`."""

    start: Millis
    open: Price
    high: Price
    low: Price
    close: Price
    volume: str = ""
    turnover: str = ""


class RateRow(Struct, gc=False):
    """The present funding rate; the interval is in hours."""

    symbol: str
    rate: str = field(name="fundingRate", default="")
    hours: str = field(name="fundingRateInterval", default="")
    due: str = field(name="nextUpdate", default="")


class SettledRow(Struct, gc=False):
    """Past funding."""

    time: Millis = field(name="fundingRateTimestamp")
    rate: Number = field(name="fundingRate")


class Settled(Struct, gc=False):
    """A page of it."""

    rows: list[SettledRow] = field(name="resultList")
