"""Binance frames to events: one reader per kind of stream, found by the frame's first bytes."""

from collections.abc import Callable
from typing import Generic, TypeVar

import msgspec

from liqtui.events import (
    Ack,
    BookDelta,
    Event,
    Funding,
    Index,
    Level,
    Liquidation,
    Mark,
    OpenInterest,
    Refusal,
    Rejected,
    Side,
    Trade,
)
from liqtui.instruments import Instrument
from liqtui.venues import _binance_wire as wire
from liqtui.venues._binance_listing import check_market, contract_of
from liqtui.venues._text import printable
from liqtui.venues._wire import MS, number
from liqtui.venues.base import Listed

Row = TypeVar("Row")
Reader = Callable[[str, int, Listed], list[Event]]

HEAD = '{"stream":"'
"""How frames of a combined socket begin. Nothing depends on it: others take the slower way in."""
_NAME = len(HEAD)
_NAME_ENDS_BEFORE = _NAME + 64

IGNORED = {
    "bookTicker": "one level; the book says the same",
    "ticker": "last price and totals of a day",
    "miniTicker": "last price and totals of a day",
    "depth5": "the best levels again and again; the book has them",
    "depth10": "the best levels again and again; the book has them",
    "depth20": "the best levels again and again; the book has them",
    "rpiDepth": "the book with retail orders; two books of one contract would be confused",
    "compositeIndex": "what an index is made of",
    "tradingSession": "opening hours of stocks",
}
"""Streams we never ask for and which recordings hold: no events, on purpose. So are all candles: REST has them."""
_IGNORED_PREFIXES = ("kline_", "continuousKline_", "indexPriceKline_", "markPriceKline_")
_IGNORED_OF_ALL = ("!bookTicker", "!ticker", "!miniTicker", "!assetIndex", "!compositeIndex")

_envelope = msgspec.json.Decoder(wire.Envelope)


class _Reader(Generic[Row]):
    """Reads one kind of stream, from a combined socket or from a raw one."""

    def __init__(self, row: type[Row], events: Callable[[Row, int, Listed], list[Event]]) -> None:
        self._combined = msgspec.json.Decoder(wire.Streamed[row], strict=False)  # type: ignore[valid-type]
        self._raw = msgspec.json.Decoder(row, strict=False)
        self._events = events

    def combined(self, frame: str, recv_ns: int, listed: Listed) -> list[Event]:
        return self._events(self._combined.decode(frame).data, recv_ns, listed)

    def raw(self, frame: str, recv_ns: int, listed: Listed) -> list[Event]:
        return self._events(self._raw.decode(frame), recv_ns, listed)


def decode_frame(raw: bytes | str, recv_ns: int, listed: Listed) -> list[Event]:
    """One frame to events, in the order of the frame. Never raises: what cannot be read is one `Rejected`."""
    try:
        frame = raw if isinstance(raw, str) else raw.decode()
        if frame.startswith(HEAD):
            return _of_stream(frame[_NAME : frame.find('"', _NAME, _NAME_ENDS_BEFORE)], frame, recv_ns, listed)
        return _other(frame, recv_ns, listed)
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        return [Rejected(f"{printable(str(error))}: {printable(raw)}")]


def _of_stream(name: str, frame: str, recv_ns: int, listed: Listed) -> list[Event]:
    """`btcusdt@depth@100ms`, `!forceOrder@arr`: whose, what, how often."""
    whose, _, what = name.partition("@")
    kind = whose if whose.startswith("!") else what.partition("@")[0]
    reader = _READERS.get(kind)
    if reader is not None:
        return reader(frame, recv_ns, listed)
    if kind in IGNORED or kind.startswith((*_IGNORED_PREFIXES, *_IGNORED_OF_ALL)):
        return []
    if kind == "depthSnapshot":
        return _recorded_snapshot(whose, frame, recv_ns, listed)
    return [Rejected(f"unknown stream {printable(name)}: {printable(frame)}")]


def _other(frame: str, recv_ns: int, listed: Listed) -> list[Event]:
    """What does not begin like data of a combined socket: answers, data of a raw socket."""
    envelope = _envelope.decode(frame)
    if envelope.stream:
        return _of_stream(envelope.stream, frame, recv_ns, listed)
    if envelope.kind:
        reader = _RAW.get(envelope.kind)
        if reader is not None:
            return reader(frame, recv_ns, listed)
        if envelope.kind in _IGNORED_RAW:
            return []
        return [Rejected(f"unknown event {printable(envelope.kind)}: {printable(frame)}")]
    if envelope.error is not None:
        return [Refusal(None, printable(str(envelope.error.code)), printable(envelope.error.msg, 240))]
    if envelope.result is not None:
        return [Ack(printable(name)) for name in envelope.result]
    if envelope.msg:
        return [Refusal(None, printable(str(envelope.code)), printable(envelope.msg, 240))]
    if envelope.last_update is not None and not envelope.symbol:
        return [Rejected(f"a book that does not say whose it is: {printable(frame)}")]
    if envelope.last_update is not None:
        return book_of(envelope.symbol, frame, recv_ns, listed)
    if envelope.id is not None:
        return []  # `{"result":null,"id":1}` names no stream; the list that is asked for beside it does
    return [Rejected(f"neither data nor an answer: {printable(frame)}")]


# --- readers ----------------------------------------------------------------------------------------------------
# A linear contract of 1000PEPE is a thousand PEPE: sizes are multiplied, prices divided by its contract size (1 for
# ordinary ones). An inverse contract is so many dollars; its price is that of one coin.


def price_scale(instrument: Instrument) -> float:
    """What prices of the wire are divided by."""
    return 1.0 if instrument.inverse else instrument.contract_size


def _trades(row: wire.AggTradeRow, recv_ns: int, listed: Listed) -> list[Event]:
    one = listed.get(row.symbol)
    if one is None:
        return []
    price, size = row.price / price_scale(one), row.size * one.contract_size
    name = str(row.last_fill if row.id is None else row.id)
    return [Trade(row.symbol, row.ts * MS, recv_ns, price, size, not row.sold, name)]


def _fills(row: wire.TradeRow, recv_ns: int, listed: Listed) -> list[Event]:
    """Single fills, as old recordings have them. What the insurance fund and ADL take over is not traded freely."""
    one = listed.get(row.symbol)
    if one is None or row.how != "MARKET":
        return []
    if row.price <= 0:
        raise ValueError("a trade without a price")
    price, size = row.price / price_scale(one), row.size * one.contract_size
    return [Trade(row.symbol, row.ts * MS, recv_ns, price, size, not row.sold, str(row.id))]


def _books(row: wire.DepthRow, recv_ns: int, listed: Listed) -> list[Event]:
    one = listed.get(row.symbol)
    if one is None:
        return []
    bids, asks = levels_of(row.bids, one), levels_of(row.asks, one)
    time_ns = (row.made if row.ts is None else row.ts) * MS
    return [
        BookDelta(
            row.symbol, time_ns, recv_ns, bids, asks, one.contract_size, False, row.last, row.previous, row.first
        )
    ]


def levels_of(levels: list[Level], instrument: Instrument) -> list[Level]:
    """Levels at prices per unit; sizes stay the wire's."""
    scale = price_scale(instrument)
    return levels if scale == 1.0 else [Level(level.price / scale, level.size) for level in levels]


def book_of(symbol: str, body: str | bytes, recv_ns: int, listed: Listed) -> list[Event]:
    """A whole book as REST answers it. Changes that hold its number, or follow it, go on from there."""
    row, one = _book.decode(body), listed.get(symbol)
    return [] if one is None else [_snapshot(one, row, recv_ns)]


def _snapshot(one: Instrument, row: wire.BookReply, recv_ns: int) -> BookDelta:
    time_ns = recv_ns if row.ts is None else row.ts * MS
    bids, asks = levels_of(row.bids, one), levels_of(row.asks, one)
    return BookDelta(one.symbol, time_ns, recv_ns, bids, asks, one.contract_size, True, row.last)


def _recorded_snapshot(whose: str, frame: str, recv_ns: int, listed: Listed) -> list[Event]:
    """A recorder's copy of a REST snapshot, under the name of a stream Binance does not have [F]."""
    row, one = _streamed_book.decode(frame).data, listed.get(whose.upper())
    return [] if one is None else [_snapshot(one, row, recv_ns)]


def _marks(row: wire.MarkRow, recv_ns: int, listed: Listed) -> list[Event]:
    """Mark, index and funding of one frame; the mark first: it is whose stream this is."""
    one = listed.get(row.symbol)
    if one is None:
        return []
    at, scale = row.ts * MS, price_scale(one)
    events: list[Event] = [Mark(row.symbol, at, recv_ns, row.price / scale)]
    index = number(row.index)
    if index:
        events.append(Index(one.index, at, recv_ns, index / scale))
    events.append(funding_of(one, at, recv_ns, row.rate, row.due))
    return events


def funding_of(one: Instrument, at: int, recv_ns: int, rate: str, due: int) -> Funding:
    """The present rate. A dated contract pays none, whatever is written (empty, or zero with no time) [F]."""
    paid = number(rate) if due and one.expiry_ns is None else None
    return Funding(one.symbol, at, recv_ns, paid, due * MS if paid is not None else None, None)


def _all_marks(rows: list[wire.MarkRow], recv_ns: int, listed: Listed) -> list[Event]:
    return [event for row in rows for event in _marks(row, recv_ns, listed)]


def _indices(row: wire.IndexRow, recv_ns: int, _: Listed) -> list[Event]:
    return [Index(printable(row.pair), row.ts * MS, recv_ns, row.price)]


def _liquidations(row: wire.ForceOrderRow, recv_ns: int, listed: Listed) -> list[Event]:
    """What was filled and what was paid for it. The order sells what a long held: SELL is a long liquidated."""
    order = row.order
    one = listed.get(order.symbol)
    if one is None:
        return []
    check_market(one, order.market)
    if not order.filled:
        return []  # nothing was liquidated yet
    side = Side.LONG if order.side == "SELL" else Side.SHORT
    price = (order.paid or order.price) / price_scale(one)
    return [Liquidation(order.symbol, order.ts * MS, recv_ns, side, order.filled * one.contract_size, price)]


def interests_of(row: wire.InterestReply, recv_ns: int, listed: Listed) -> list[Event]:
    """Open interest in units."""
    one = listed.get(row.symbol)
    if one is None:
        return []
    at = recv_ns if row.ts is None else row.ts * MS
    return [OpenInterest(row.symbol, at, recv_ns, row.size * one.contract_size)]


_book = msgspec.json.Decoder(wire.BookReply, strict=False)
_streamed_book = msgspec.json.Decoder(wire.Streamed[wire.BookReply], strict=False)
_trade_reader = _Reader(wire.AggTradeRow, _trades)
_fill_reader = _Reader(wire.TradeRow, _fills)
_book_reader = _Reader(wire.DepthRow, _books)
_mark_reader = _Reader(wire.MarkRow, _marks)
_index_reader = _Reader(wire.IndexRow, _indices)
_order_reader = _Reader(wire.ForceOrderRow, _liquidations)
_contract_reader = _Reader(wire.ContractRow, contract_of)

_READERS: dict[str, Reader] = {
    "aggTrade": _trade_reader.combined,
    "trade": _fill_reader.combined,
    "depth": _book_reader.combined,
    "markPrice": _mark_reader.combined,
    "!markPrice": _Reader(list[wire.MarkRow], _all_marks).combined,
    "indexPrice": _index_reader.combined,
    "forceOrder": _order_reader.combined,
    "!forceOrder": _order_reader.combined,
    "!contractInfo": _contract_reader.combined,
    "openInterest": _Reader(wire.InterestReply, interests_of).combined,  # a recorder's copy of a REST answer [F]
}
_RAW: dict[str, Reader] = {
    "aggTrade": _trade_reader.raw,
    "trade": _fill_reader.raw,
    "depthUpdate": _book_reader.raw,
    "markPriceUpdate": _mark_reader.raw,
    "indexPriceUpdate": _index_reader.raw,
    "forceOrder": _order_reader.raw,
    "contractInfo": _contract_reader.raw,
}
_IGNORED_RAW = frozenset({"bookTicker", "24hrTicker", "24hrMiniTicker", "kline", "continuous_kline", "compositeIndex"})
