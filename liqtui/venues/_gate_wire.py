"""What Gate v4 futures send, as Structs. Numbers come as numbers or strings, whatever the year; all are read as floats.

Wire facts [O] are from Gate's API reference (www.gate.com/docs/developers/futures), [F] seen in recorded frames,
[S] reported by others, [M] unverified.
"""

from msgspec import Raw, Struct, field

from liqtui.events import Level
from liqtui.venues._wire import Amount, Millis, Number, Price, Seconds


class Error(Struct, gc=False):
    """Why a request failed."""

    code: int | str = ""
    message: str = ""


class Frame(Struct, gc=False):
    """Any frame. `event` is subscribe, unsubscribe, update or all; answers name the channel, newer ones the payload."""

    channel: str
    event: str = ""
    time: Seconds = 0
    time_ms: Millis = 0
    result: Raw = Raw(b"null")
    error: Error | None = None
    payload: list[str] | None = None

    @property
    def millis(self) -> int:
        """When it was made; frames before 2023 say it in seconds [F]."""
        return self.time_ms or self.time * 1000


# --- streams ----------------------------------------------------------------------------------------------------


class TradeRow(Struct, gc=False):
    """One fill; sold sizes are negative. Internal ones hand a liquidated position over, outside the book [O]."""

    contract: str
    size: Number
    price: Price
    id: int | str
    time: Seconds = field(name="create_time")
    time_ms: Millis = field(name="create_time_ms", default=0)
    internal: bool = field(name="is_internal", default=False)


class TickerRow(Struct, gc=False):
    """State of a contract, always whole. `total_size` is open interest in contracts, one-sided."""

    contract: str
    mark: str = field(name="mark_price", default="")
    index: str = field(name="index_price", default="")
    rate: str = field(name="funding_rate", default="")
    contracts: str | float = field(name="total_size", default="")


class PriceSize(Struct, gc=False):
    """A level of the older book channel and of REST."""

    price: Price = field(name="p")
    size: Amount = field(name="s")


class BookUpdate(Struct, gc=False):
    """Channel `futures.order_book_update`: changes numbered `U` to `u`; the whole book comes by REST."""

    symbol: str = field(name="s")
    ts: Millis = field(name="t")
    first: int = field(name="U")
    last: int = field(name="u")
    asks: list[PriceSize] = field(name="a", default_factory=list)
    bids: list[PriceSize] = field(name="b", default_factory=list)


class Book(Struct, gc=False):
    """Channel `futures.obu`: whole (`full`) at first, then changes numbered `U` to `u`; some change nothing [F]."""

    stream: str = field(name="s")
    ts: Millis = field(name="t")
    last: int = field(name="u")
    first: int | None = field(name="U", default=None)
    full: bool = False
    asks: list[Level] = field(name="a", default_factory=list)
    bids: list[Level] = field(name="b", default_factory=list)


class LiquidationRow(Struct, gc=False):
    """One forced order: of a liquidated long it sells, its size is negative. `price` is the order's [S]."""

    contract: str
    size: Number
    price: Price
    time_ms: Millis = 0
    time: Seconds = 0


# --- REST -------------------------------------------------------------------------------------------------------


class Refused(Struct, gc=False):
    """An error body."""

    label: str
    message: str = ""


class ContractRow(Struct, gc=False):
    """A listed contract and its state. Inverse contracts write a multiplier of 0: they are of 1 USD [O]."""

    name: str
    type: str = ""
    underlying: str = ""
    """Of a dated contract."""
    multiplier: str = field(name="quanto_multiplier", default="")
    tick: str = field(name="order_price_round", default="")
    leverage: str = field(name="leverage_max", default="")
    created: Number = field(name="create_time", default=0)
    expires: Seconds = field(name="expire_time", default=0)
    delisting: bool = field(name="in_delisting", default=False)
    status: str = ""
    mark: str = field(name="mark_price", default="")
    index: str = field(name="index_price", default="")
    rate: str = field(name="funding_rate", default="")
    interval_s: int = field(name="funding_interval", default=0)
    due_s: Number = field(name="funding_next_apply", default=0)
    contracts: Amount | None = field(name="position_size", default=None)
    """Open interest: all longs [O]."""


class TierRow(Struct, gc=False):
    """One step: it reaches to `risk_limit`, value in the settlement coin."""

    cap: Amount = field(name="risk_limit")
    maintenance: Amount = field(name="maintenance_rate")
    leverage: Price = field(name="leverage_max")
    deduction: Amount | None = None
    contract: str = ""


class CandleRow(Struct, gc=False):
    """A candle; `v` in contracts, absent of the mark price."""

    start: Seconds = field(name="t")
    open: Price = field(name="o")
    high: Price = field(name="h")
    low: Price = field(name="l")
    close: Price = field(name="c")
    contracts: Amount | None = field(name="v", default=None)


class StatsRow(Struct, gc=False):
    """A period's figures."""

    time: Seconds
    contracts: Amount | None = field(name="open_interest", default=None)
    ratio: Amount | None = field(name="lsr_account", default=None)
    """Accounts that hold longs over those that hold shorts."""


class SettledRow(Struct, gc=False):
    """Past funding."""

    time: Seconds = field(name="t")
    rate: Number = field(name="r")


class Snapshot(Struct, gc=False):
    """The whole book; `id` is the number of the last change in it."""

    id: int
    current: Number
    asks: list[PriceSize]
    bids: list[PriceSize]


class LiquidatedRow(Struct, gc=False):
    """A past liquidation: here the size has the sign of the *position* [S]."""

    contract: str
    time: Seconds
    size: Number
    filled: Price | None = field(name="fill_price", default=None)
    price: Price | None = field(name="order_price", default=None)
