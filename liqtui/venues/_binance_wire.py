"""What Binance's futures send, as Structs. Prices and sizes are strings on the wire, times and ids numbers.

Upper and lower case are different fields (`e`/`E`, `s`/`S`, `t`/`T`). Wire facts [O] are from Binance's API reference
(developers.binance.com), [F] seen in recorded frames, [M] unverified.
"""

from typing import Generic, Literal, TypeVar

from msgspec import Raw, Struct, field

from liqtui.events import Level
from liqtui.venues._wire import Amount, Millis, Price

Row = TypeVar("Row")

UM, CM = 1, 2
"""`st`: since the integration of 2026-06-30 merged streams carry contracts of both markets, told apart by it [O]."""


class Streamed(Struct, Generic[Row], gc=False):
    """How a combined socket (`…/stream`) wraps what a stream says."""

    data: Row


class Failure(Struct, gc=False):
    """Why a request was refused."""

    code: int | str = ""
    msg: str = ""


class Envelope(Struct, gc=False):
    """Any frame that is a JSON object, before it is known what it is."""

    stream: str = ""
    kind: str = field(name="e", default="")
    result: list[str] | None = None
    id: int | str | None = None
    error: Failure | None = None
    code: int | str = ""
    msg: str = ""
    symbol: str = ""
    last_update: int | None = field(name="lastUpdateId", default=None)


# --- streams ----------------------------------------------------------------------------------------------------


class AggTradeRow(Struct, gc=False):
    """Fills of one taker order at one price within 100 ms. `m`: the buyer was the maker, so the taker sold.

    Fills by the insurance fund and by ADL are not among them [O]. `nq` leaves out retail orders (RPI); `q` has all.
    """

    symbol: str = field(name="s")
    price: Price = field(name="p")
    size: Amount = field(name="q")
    ts: Millis = field(name="T")
    sold: bool = field(name="m")
    last_fill: int = field(name="l")
    id: int | None = field(name="a", default=None)
    """Missing in a frame of 2019 [F]."""


class TradeRow(Struct, gc=False):
    """One fill. `X` is MARKET, INSURANCE_FUND, ADL or NA (a placeholder without price) [F]; absent until 2020 [F]."""

    symbol: str = field(name="s")
    id: int = field(name="t")
    price: Amount = field(name="p")
    size: Amount = field(name="q")
    ts: Millis = field(name="T")
    sold: bool = field(name="m")
    how: str = field(name="X", default="MARKET")


class DepthRow(Struct, gc=False):
    """What changed in the book between updates `U` and `u`; `pu` is the `u` of the event before."""

    symbol: str = field(name="s")
    first: int = field(name="U")
    last: int = field(name="u")
    previous: int = field(name="pu")
    bids: list[Level] = field(name="b")
    asks: list[Level] = field(name="a")
    made: Millis = field(name="E")
    ts: Millis | None = field(name="T", default=None)


class MarkRow(Struct, gc=False):
    """Mark, index and funding. Dated contracts have an empty or zero rate and `T` 0 [F]; COIN-M had no `i` [F]."""

    symbol: str = field(name="s")
    price: Price = field(name="p")
    ts: Millis = field(name="E")
    index: str = field(name="i", default="")
    rate: str = field(name="r", default="")
    due: Millis = field(name="T", default=0)


class IndexRow(Struct, gc=False):
    """The index of a COIN-M pair."""

    pair: str = field(name="i")
    price: Price = field(name="p")
    ts: Millis = field(name="E")


class Order(Struct, gc=False):
    """A forced order: `q`, `p` as it was sent, `z` filled at `ap` on average, `l` only its last fill."""

    symbol: str = field(name="s")
    side: Literal["BUY", "SELL"] = field(name="S")
    price: Price = field(name="p")
    paid: Amount = field(name="ap")
    filled: Amount = field(name="z")
    ts: Millis = field(name="T")
    market: int | None = field(name="st", default=None)


class ForceOrderRow(Struct, gc=False):
    """The last (since 2026-04 the largest) forced order of a contract within a second [O]."""

    order: Order = field(name="o")


class BracketRow(Struct, gc=False):
    """A step of a maintenance schedule: notional floor and cap, rate, `cum`, largest leverage."""

    floor: Amount = field(name="bnf")
    cap: Amount = field(name="bnc")
    maintenance: Amount = field(name="mmr")
    amount: float = field(name="cf", default=0.0)
    leverage: Amount = field(name="ma", default=0.0)


class ContractRow(Struct, gc=False):
    """A contract whose state or brackets changed; `bks` only when they did [O]."""

    symbol: str = field(name="s")
    status: str = field(name="cs")
    delivery: Millis = field(name="dt", default=0)
    brackets: list[BracketRow] | None = field(name="bks", default=None)
    market: int | None = field(name="st", default=None)


# --- REST (and what recorders make of it) -----------------------------------------------------------------------


class BookReply(Struct, gc=False):
    """`/depth`: levels `[price, size]` as of `lastUpdateId`. USD-M does not say whose it is, COIN-M does [F]."""

    last: int = field(name="lastUpdateId")
    bids: list[Level]
    asks: list[Level]
    ts: Millis | None = field(name="T", default=None)
    symbol: str = ""


class InterestReply(Struct, gc=False):
    """`/openInterest`: base units of a linear contract, contracts of an inverse one; one-sided."""

    symbol: str
    size: Amount = field(name="openInterest")
    ts: Millis | None = field(name="time", default=None)


class PremiumRow(Struct, gc=False):
    """`/premiumIndex`: mark, index and funding, any of them empty on a dated contract."""

    symbol: str
    mark: str = field(name="markPrice", default="")
    index: str = field(name="indexPrice", default="")
    rate: str = field(name="lastFundingRate", default="")
    due: Millis = field(name="nextFundingTime", default=0)
    ts: Millis = field(name="time", default=0)


class KlineRow(Struct, array_like=True, gc=False):
    """`[open time, o, h, l, c, volume, close time, volume 2, trades, taker bought, …]`; sizes as the trades have them.

    USD-M counts in base, COIN-M in contracts.
    """

    ts: Millis
    open: Price
    high: Price
    low: Price
    close: Price
    volume: Amount
    closes: Millis
    volume_2: str
    trades: int
    bought: Amount


class MarkKlineRow(Struct, array_like=True, gc=False):
    """The same columns of the mark price; volumes are zeros."""

    ts: Millis
    open: Price
    high: Price
    low: Price
    close: Price
    volume: str
    closes: Millis


class InterestRow(Struct, gc=False):
    """`/futures/data/openInterestHist`: base units (USD-M), contracts (COIN-M), at `timestamp`."""

    size: Amount = field(name="sumOpenInterest")
    ts: Millis = field(name="timestamp")


class RatioRow(Struct, gc=False):
    """`/futures/data/globalLongShortAccountRatio`: long accounts over short accounts."""

    ratio: Amount = field(name="longShortRatio")
    ts: Millis = field(name="timestamp")


class FundingRow(Struct, gc=False):
    """`/fundingRate`: what was paid. `rateType` Special (2026) is a payment between the regular ones [O]."""

    rate: str = field(name="fundingRate")
    ts: Millis = field(name="fundingTime")


class Filter(Struct, gc=False):
    """A rule for orders; only the price step is read."""

    kind: str = field(name="filterType")
    tick: str = field(name="tickSize", default="")


class SymbolRow(Struct, gc=False):
    """A listed contract. COIN-M says `contractStatus` and `contractSize` (USD) where USD-M says `status`."""

    symbol: str
    pair: str = ""
    kind: str = field(name="contractType", default="")
    base: str = field(name="baseAsset", default="")
    quote: str = field(name="quoteAsset", default="")
    settle: str = field(name="marginAsset", default="")
    delivery: Millis = field(name="deliveryDate", default=0)
    onboard: Millis = field(name="onboardDate", default=0)
    status: str = ""
    contract_status: str = field(name="contractStatus", default="")
    face: float | None = field(name="contractSize", default=None)
    filters: list[Filter] = []


class ExchangeInfo(Struct, gc=False):
    """`/exchangeInfo`; each contract is read for itself, so that a strange one costs only itself."""

    symbols: list[Raw]
