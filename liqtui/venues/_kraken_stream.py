"""Kraken Futures frames to events: one reader per feed."""

from collections.abc import Callable

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
from liqtui.instruments import Instrument, Kind
from liqtui.venues import _kraken_wire as wire
from liqtui.venues._text import printable
from liqtui.venues._wire import MS
from liqtui.venues.base import Listed

HOUR_NS = 3_600 * 10**9
TRADED = ("fill", "liquidation")
"""Types of trade that meet the book. A block is arranged aside; assignments and terminations hand positions over."""
IGNORED = {
    "heartbeat": "says that the socket lives, which its own pings do",
    "ticker_lite": "last and best prices",
    "trade_snapshot": "the last trades told again: history has them",
}
"""Feeds that carry nothing new: no events, on purpose."""

_frame = msgspec.json.Decoder(wire.Frame)
_trade = msgspec.json.Decoder(wire.Trade)
_snapshot = msgspec.json.Decoder(wire.Snapshot)
_change = msgspec.json.Decoder(wire.Change)
_ticker = msgspec.json.Decoder(wire.Ticker)


def decode_frame(raw: bytes | str, recv_ns: int, listed: Listed) -> list[Event]:
    """One frame to events, in the order of the frame. Never raises: what cannot be read is one `Rejected`."""
    try:
        frame = _frame.decode(raw)
        if frame.event:
            return _control(frame)
        if frame.feed in IGNORED:
            return []
        reader = _READERS.get(frame.feed)
        if reader is None:
            return [Rejected(f"unknown feed {printable(frame.feed)}: {printable(raw)}")]
        instrument = listed.get(frame.product)
        return [] if instrument is None else reader(raw, recv_ns, instrument)
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        return [Rejected(f"{printable(str(error))}: {printable(raw)}")]


def _control(frame: wire.Frame) -> list[Event]:
    match frame.event:
        case "subscribed":
            return [Ack(printable(f"{frame.feed}:{product}")) for product in frame.products]
        case "info" | "unsubscribed":
            return []
        case "alert" | "error" | "subscribed_failed":
            key = f"{frame.feed}:{frame.products[0]}" if frame.feed and len(frame.products) == 1 else None
            return [Refusal(None if key is None else printable(key), frame.event, printable(frame.message, 240))]
    return [Rejected(f"unknown event {printable(frame.event)}: {printable(frame.message)}")]


def _read_trade(raw: bytes | str, recv_ns: int, instrument: Instrument) -> list[Event]:
    """A trade, and where it is one the liquidation: `side` is the taker's, who is the liquidated."""
    trade = _trade.decode(raw)
    if trade.type not in TRADED:
        return []
    at, size = trade.time * MS, trade.size * instrument.contract_size
    events: list[Event] = [
        Trade(instrument.symbol, at, recv_ns, trade.price, size, trade.side == "buy", trade.id)
    ]
    if trade.type == "liquidation":
        side = Side.LONG if trade.side == "sell" else Side.SHORT
        events.append(Liquidation(instrument.symbol, at, recv_ns, side, size, trade.price, trade.id))
    return events


def _read_snapshot(raw: bytes | str, recv_ns: int, instrument: Instrument) -> list[Event]:
    book = _snapshot.decode(raw)
    bids, asks = ([Level(level.price, level.size) for level in side] for side in (book.bids, book.asks))
    at = recv_ns if book.time is None else book.time * MS
    return [BookDelta(instrument.symbol, at, recv_ns, bids, asks, instrument.contract_size, True, book.seq)]


def _read_change(raw: bytes | str, recv_ns: int, instrument: Instrument) -> list[Event]:
    """One level; its number is one more than that of the change before."""
    change = _change.decode(raw)
    level = [Level(change.price, change.size)]
    bids, asks = (level, []) if change.side == "buy" else ([], level)
    at = recv_ns if change.time is None else change.time * MS
    unit = instrument.contract_size
    return [BookDelta(instrument.symbol, at, recv_ns, bids, asks, unit, False, change.seq, change.seq - 1)]


def _read_ticker(raw: bytes | str, recv_ns: int, instrument: Instrument) -> list[Event]:
    """Mark, index, open interest and, of a perpetual, funding per hour."""
    ticker = _ticker.decode(raw)
    at, symbol = ticker.time * MS, instrument.symbol
    events: list[Event] = []
    if ticker.mark is not None:
        events.append(Mark(symbol, at, recv_ns, ticker.mark))
    if ticker.index is not None:
        events.append(Index(instrument.index, at, recv_ns, ticker.index))
    if ticker.contracts is not None:
        events.append(OpenInterest(symbol, at, recv_ns, ticker.contracts * instrument.contract_size))
    if ticker.funding is not None and instrument.kind is Kind.PERPETUAL:
        due = None if ticker.funding_due is None else ticker.funding_due * MS
        events.append(Funding(symbol, at, recv_ns, ticker.funding, due, HOUR_NS))
    return events


_READERS: dict[str, Callable[[bytes | str, int, Instrument], list[Event]]] = {
    "trade": _read_trade,
    "book_snapshot": _read_snapshot,
    "book": _read_change,
    "ticker": _read_ticker,
}
