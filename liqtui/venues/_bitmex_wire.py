"""What BitMEX sends, as Structs: tables of rows, the same over the socket and over HTTP.

Wire facts [O] are from BitMEX's API reference, [F] seen in recorded frames, [M] unverified.
"""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Raw, Struct, field

from liqtui.venues._wire import Amount, Number, Price

Rate = Annotated[float, Meta(gt=0, le=1)]


class Asked(Struct, gc=False):
    """A request, as answers repeat it."""

    op: str = ""
    args: list[str] | str = ""


class Filter(Struct, gc=False):
    """What a table was asked to be about."""

    symbol: str = ""


class Frame(Struct, gc=False):
    """Any message."""

    table: str = ""
    action: str = ""
    data: Raw = Raw(b"[]")
    filter: Filter | None = None
    info: str = ""
    success: bool | None = None
    subscribe: str = ""
    unsubscribe: str = ""
    error: str = ""
    status: int | None = None
    request: Asked | None = None


class TradeRow(Struct, gc=False):
    """One fill, in contracts."""

    symbol: str
    side: Literal["Buy", "Sell"]
    size: Amount
    price: Price
    time: datetime = field(name="timestamp")
    id: str = field(name="trdMatchID")


class LevelRow(Struct, gc=False):
    """A level of `orderBookL2`. Until 2022 changes named it by an opaque id alone [F]; since 2023 by its price [S]."""

    symbol: str
    side: Literal["Buy", "Sell"]
    price: Price | None = None
    size: Amount = 0.0
    time: datetime | None = field(name="timestamp", default=None)


class LiquidationRow(Struct, gc=False):
    """A liquidation order: `side` is the order's, `leavesQty` the contracts it still works for. It says no time [F]."""

    id: str = field(name="orderID")
    symbol: str
    side: Literal["Buy", "Sell"]
    price: Price
    contracts: Amount = field(name="leavesQty")


class InstrumentRow(Struct, gc=False):
    """A contract, or what has changed of it: whatever is absent or null is not said."""

    symbol: str
    time: datetime | None = field(name="timestamp", default=None)
    mark: Price | None = field(name="markPrice", default=None)
    index_price: Price | None = field(name="indicativeSettlePrice", default=None)
    contracts: Amount | None = field(name="openInterest", default=None)
    funding: Number | None = field(name="fundingRate", default=None)
    funding_due: datetime | None = field(name="fundingTimestamp", default=None)
    funding_interval: datetime | None = field(name="fundingInterval", default=None)


class Contract(InstrumentRow, gc=False):
    """A contract with its specification."""

    state: str = ""
    type: str = field(name="typ", default="")
    underlying: str = ""
    quote: str = field(name="quoteCurrency", default="")
    settle: str = field(name="settlCurrency", default="")
    multiplier: Number | None = None
    tick: Price | None = field(name="tickSize", default=None)
    inverse: bool = field(name="isInverse", default=False)
    quanto: bool = field(name="isQuanto", default=False)
    reference: str = field(name="referenceSymbol", default="")
    listed: datetime | None = field(name="listing", default=None)
    expires: datetime | None = field(name="expiry", default=None)
    initial: Rate | None = field(name="initMargin", default=None)
    maintenance: Rate | None = field(name="maintMargin", default=None)
    risk_limit: Amount | None = field(name="riskLimit", default=None)
    risk_step: Amount | None = field(name="riskStep", default=None)


# --- REST -------------------------------------------------------------------------------------------------------


class Fault(Struct, gc=False):
    """Why a request failed."""

    message: str = ""
    name: str = ""


class Refused(Struct, gc=False):
    """An error body."""

    error: Fault


class Bucket(Struct, gc=False):
    """A row of `trade/bucketed`, dated to its end; volume in contracts. Without trades prices may be null."""

    symbol: str
    ends: datetime = field(name="timestamp")
    open: Price | None = None
    high: Price | None = None
    low: Price | None = None
    close: Price | None = None
    contracts: Amount | None = field(name="volume", default=None)


class FundingRow(Struct, gc=False):
    """A row of `funding`."""

    symbol: str
    time: datetime = field(name="timestamp")
    rate: Number = field(name="fundingRate")
