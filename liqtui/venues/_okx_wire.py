"""What OKX v5 sends, as Structs. Numbers are strings on the wire; msgspec turns them into floats (`strict=False`).

Wire facts [O] are from OKX's API reference (www.okx.com/docs-v5), [F] seen in recorded frames, [M] unverified.
"""

from typing import Literal

from msgspec import Raw, Struct, field

from liqtui.events import Level
from liqtui.venues._wire import Amount, Millis, Price


class Arg(Struct, gc=False):
    """The subscription a frame belongs to, as OKX echoes it."""

    channel: str
    symbol: str = field(name="instId", default="")
    inst_type: str = field(name="instType", default="")

    @property
    def key(self) -> str:
        return f"{self.channel}:{self.symbol or self.inst_type}"


class Envelope(Struct, gc=False):
    """Any frame that is JSON, before it is known what it is."""

    arg: Arg | None = None
    event: str = ""
    code: str | int = ""
    msg: str = ""
    table: str = ""


# --- streams ----------------------------------------------------------------------------------------------------


class TradeRow(Struct, gc=False):
    """One trade; since 2024 OKX merges fills of one taker order at one price (`count`) [O]."""

    id: str = field(name="tradeId")
    price: Price = field(name="px")
    size: Amount = field(name="sz")
    side: Literal["buy", "sell"]
    ts: Millis


class Trades(Struct, gc=False):
    """Channel `trades`."""

    arg: Arg
    data: list[TradeRow]


class BookRow(Struct, gc=False):
    """Levels `[price, contracts, "0", orders]`; `checksum` is dead (constant 0 since 2026) and not read."""

    asks: list[Level]
    bids: list[Level]
    ts: Millis
    seq: int | None = field(name="seqId", default=None)
    prev_seq: int | None = field(name="prevSeqId", default=None)


class Books(Struct, gc=False):
    """Channels `books` (400 levels, 100 ms) and `books-l2-tbt`."""

    arg: Arg
    action: Literal["snapshot", "update"]
    data: list[BookRow]


class MarkRow(Struct, gc=False):
    """The mark price."""

    symbol: str = field(name="instId")
    price: Price = field(name="markPx")
    ts: Millis


class Marks(Struct, gc=False):
    """Channel `mark-price`."""

    data: list[MarkRow]


class IndexRow(Struct, gc=False):
    """An index price; `instId` is the index's name."""

    index: str = field(name="instId")
    price: Price = field(name="idxPx")
    ts: Millis


class Indices(Struct, gc=False):
    """Channel `index-tickers`."""

    data: list[IndexRow]


class InterestRow(Struct, gc=False):
    """Open interest in contracts, one-sided. `oiCcy` and `oiUsd` say the same in coin and dollars."""

    symbol: str = field(name="instId")
    contracts: Amount = field(name="oi")
    ts: Millis


class Interests(Struct, gc=False):
    """Channel `open-interest`."""

    data: list[InterestRow]


class FundingRow(Struct, gc=False):
    """The funding rate. Any figure may be missing or empty; frames of 2021 carry no `ts` [F]."""

    symbol: str = field(name="instId")
    rate: str = field(name="fundingRate", default="")
    due: str = field(name="fundingTime", default="")
    due_after: str = field(name="nextFundingTime", default="")
    ts: str = ""


class Fundings(Struct, gc=False):
    """Channel `funding-rate`."""

    data: list[FundingRow]


class LiquidationDetail(Struct, gc=False):
    """One forced order. `posSide` is empty or `net` for accounts in net mode [O]."""

    price: Price = field(name="bkPx")
    size: Amount = field(name="sz")
    side: str
    ts: Millis
    position: str = field(name="posSide", default="")


class LiquidationRow(Struct, gc=False):
    """Forced orders of one contract."""

    symbol: str = field(name="instId")
    details: list[LiquidationDetail]


class Liquidations(Struct, gc=False):
    """Channel `liquidation-orders`."""

    data: list[LiquidationRow]


class InstrumentRow(Struct, gc=False):
    """A listed contract. Before it opens most fields are empty [O]; listings of 2022 have no `instFamily` [F]."""

    symbol: str = field(name="instId")
    inst_type: str = field(name="instType", default="")
    underlying: str = field(name="uly", default="")
    family: str = field(name="instFamily", default="")
    settle: str = field(name="settleCcy", default="")
    value: str = field(name="ctVal", default="")
    multiplier: str = field(name="ctMult", default="")
    kind: str = field(name="ctType", default="")
    tick: str = field(name="tickSz", default="")
    lever: str = ""
    state: str = "live"
    listed: str = field(name="listTime", default="")
    expires: str = field(name="expTime", default="")
    rule: str = field(name="ruleType", default="")


class Instruments(Struct, gc=False):
    """Channel `instruments`."""

    data: list[InstrumentRow]


# --- REST -------------------------------------------------------------------------------------------------------


class Reply(Struct, gc=False):
    """Any answer: `code` is `"0"` when it went well."""

    code: str | int
    msg: str = ""
    data: Raw = Raw(b"[]")


class CandleRow(Struct, array_like=True, gc=False):
    """`[ts, o, h, l, c, vol (contracts), volCcy, volCcyQuote, confirm]`."""

    ts: Millis
    open: Price
    high: Price
    low: Price
    close: Price
    contracts: Amount
    coin: str
    quote: str
    confirm: str


class MarkCandleRow(Struct, array_like=True, gc=False):
    """`[ts, o, h, l, c, confirm]`."""

    ts: Millis
    open: Price
    high: Price
    low: Price
    close: Price
    confirm: str


class InterestHistoryRow(Struct, array_like=True, gc=False):
    """`[ts, oi (contracts), oiCcy, oiUsd]`."""

    ts: Millis
    contracts: Amount


class RatioRow(Struct, array_like=True, gc=False):
    """`[ts, long accounts / short accounts]`."""

    ts: Millis
    ratio: Amount


class TakerRow(Struct, array_like=True, gc=False):
    """`[ts, sold, bought]` in contracts: OKX puts the sold volume first [O]."""

    ts: Millis
    sold: Amount
    bought: Amount


class TierRow(Struct, gc=False):
    """One step of a maintenance schedule, sizes in contracts; an open end is empty."""

    floor: str = field(name="minSz")
    cap: str = field(name="maxSz")
    maintenance: Amount = field(name="mmr")
    leverage: Amount = field(name="maxLever")


class SettledRow(Struct, gc=False):
    """Past funding: `realizedRate` is what was paid, `fundingRate` what had been predicted [O]."""

    ts: Millis = field(name="fundingTime")
    predicted: str = field(name="fundingRate", default="")
    paid: str = field(name="realizedRate", default="")
