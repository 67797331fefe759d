"""What Deribit sends, as Structs. Numbers are numbers, mostly; nothing of options is described.

Wire facts [O] are from Deribit's API reference, [F] seen in recorded frames, [M] unverified.
"""

from typing import Literal

from msgspec import Raw, Struct, field

from liqtui.venues._wire import Amount, Millis, Number, Price


class Fault(Struct, gc=False):
    """Why a request failed."""

    code: int
    message: str = ""


class Params(Struct, gc=False):
    """Of a notification: its channel and data, or the type of a heartbeat."""

    channel: str = ""
    data: Raw = Raw(b"null")
    type: str = ""


class Frame(Struct, gc=False):
    """Any message: JSON-RPC, notification or answer."""

    id: int | str | None = None
    method: str = ""
    params: Params | None = None
    result: Raw = Raw(b"")
    error: Fault | None = None


class Reply(Struct, gc=False):
    """An answer over HTTP."""

    result: Raw = Raw(b"")
    error: Fault | None = None


# --- streams ----------------------------------------------------------------------------------------------------


class TradeRow(Struct, gc=False):
    """One fill. `amount` is dollars of an inverse contract, coins of a linear one [O]."""

    id: str = field(name="trade_id")
    symbol: str = field(name="instrument_name")
    time: Millis = field(name="timestamp")
    price: Price
    amount: Amount
    direction: Literal["buy", "sell"]
    liquidation: Literal["T", "M", "MT"] | None = None


Change = tuple[Literal["new", "change", "delete"], Amount, Amount]
"""`[action, price, amount]`; the amount of what is deleted is 0 [F]."""


class Book(Struct, gc=False):
    """Channel `book`. Frames before 2020 say no type; without a predecessor they are snapshots [F]."""

    symbol: str = field(name="instrument_name")
    time: Millis = field(name="timestamp")
    id: int = field(name="change_id")
    bids: list[Change]
    asks: list[Change]
    previous: int | None = field(name="prev_change_id", default=None)
    type: Literal["snapshot", "change"] | None = None


class Ticker(Struct, gc=False):
    """Channel `ticker`. Funding is there for perpetuals only."""

    symbol: str = field(name="instrument_name")
    time: Millis = field(name="timestamp")
    mark: Price | None = field(name="mark_price", default=None)
    index: Price | None = field(name="index_price", default=None)
    interest: Amount | None = field(name="open_interest", default=None)
    funding: Number | None = field(name="current_funding", default=None)


# --- REST -------------------------------------------------------------------------------------------------------


class Contract(Struct, gc=False):
    """A listed contract. Listings of 2021 say neither `future_type` nor index nor settlement currency [F]."""

    symbol: str = field(name="instrument_name")
    kind: str
    base: str = field(name="base_currency")
    quote: str = field(name="quote_currency")
    size: Price = field(name="contract_size")
    tick: Price = field(name="tick_size")
    period: str = field(name="settlement_period", default="")
    type: str = field(name="future_type", default="")
    settle: str = field(name="settlement_currency", default="")
    index: str = field(name="price_index", default="")
    leverage: Amount | None = field(name="max_leverage", default=None)
    listed: int | None = field(name="creation_timestamp", default=None)
    expires: int | None = field(name="expiration_timestamp", default=None)
    active: bool = field(name="is_active", default=True)


class Chart(Struct, gc=False):
    """Candles as columns, oldest first. `volume` is coins, `cost` quote; `status`: `ok`, or `no_data`."""

    status: str
    ticks: list[Millis] = field(default_factory=list)
    open: list[Price] = field(default_factory=list)
    high: list[Price] = field(default_factory=list)
    low: list[Price] = field(default_factory=list)
    close: list[Price] = field(default_factory=list)
    volume: list[Amount] = field(default_factory=list)
    cost: list[Amount] = field(default_factory=list)
