"""Gate frames to events: one reader per channel."""

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

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
    Pong,
    Refusal,
    Rejected,
    Side,
    Trade,
)
from liqtui.instruments import Instrument, Kind
from liqtui.venues import _gate_wire as wire
from liqtui.venues._text import printable
from liqtui.venues._wire import MS, multiplied, number, positive
from liqtui.venues.base import Listed

Reader = Callable[[wire.Frame, int, Listed], list[Event]]
Row = TypeVar("Row")

BOOK_LEVELS = 400

IGNORED = {
    "futures.book_ticker": "one level; as a snapshot it would replace the whole book",
    "futures.order_book": "a few levels; as a snapshot it would replace the whole book",
    "futures.candlesticks": "candles of the trades we have",
    "futures.contract_stats": "figures of a minute; open interest comes with the ticker",
    "futures.contract_info": "changed contracts; the listing is read every hour",
}
"""Channels we never ask for and which recordings hold: no events, on purpose."""

_frames = msgspec.json.Decoder(wire.Frame, strict=False)
_books = msgspec.json.Decoder(wire.Book, strict=False)
_updates = msgspec.json.Decoder(wire.BookUpdate, strict=False)


def decode_frame(raw: bytes | str, recv_ns: int, listed: Listed) -> list[Event]:
    """One frame to events, in the order of the frame. Never raises: what cannot be read is one `Rejected`."""
    try:
        frame = _frames.decode(raw)
        if frame.channel == "futures.pong":
            return [Pong()]
        if frame.event in ("subscribe", "unsubscribe") or frame.error is not None:
            return _control(frame)
        reader = _READERS.get(frame.channel)
        if reader is not None:
            return reader(frame, recv_ns, listed)
        if frame.channel in IGNORED:
            return []
        return [Rejected(f"unknown channel {printable(frame.channel)}: {printable(raw)}")]
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        return [Rejected(f"{printable(str(error))}: {printable(raw)}")]


def key_of(channel: str, payload: list[str]) -> str:
    """The name of a subscription: its channel and what it is of. Levels and frequencies of a book do not matter."""
    return printable(f"{channel}:{payload[0]}", 240)


def _control(frame: wire.Frame) -> list[Event]:
    """Answers. We ask for one contract at a time, and the answer repeats the payload; those of 2023 did not [F]."""
    key = key_of(frame.channel, frame.payload) if frame.payload else None
    error = frame.error
    if error is not None:
        if key is not None and error.message.startswith("Alert sub "):  # it is subscribed already [F]
            return [Ack(key)]
        return [Refusal(key, printable(str(error.code)), printable(error.message, 240))]
    return [Ack(key)] if frame.event == "subscribe" and key is not None else []


def _rows(frame: wire.Frame, row: type[Row]) -> list[Row]:
    """The rows of a result; a ticker frame of 2021 wrapped them once more [F]."""
    result = bytes(frame.result)
    if result.startswith(b"[["):
        nested = msgspec.json.decode(result, type=list[list[row]], strict=False)  # type: ignore[valid-type]
        return [one for several in nested for one in several]
    return msgspec.json.decode(result, type=list[row], strict=False)  # type: ignore[valid-type]


@lru_cache(maxsize=4096)
def price_scale(symbol: str) -> float:
    """What prices of a contract are divided by: 1,000 for one that is priced per thousand coins."""
    return multiplied(symbol.partition("_")[0])[0]


def _read_trades(frame: wire.Frame, recv_ns: int, listed: Listed) -> list[Event]:
    return [
        Trade(
            t.contract, (t.time_ms or t.time * 1000) * MS, recv_ns, t.price / price_scale(t.contract),
            abs(t.size) * instrument.contract_size, t.size > 0, str(t.id),
        )
        for t in _rows(frame, wire.TradeRow)
        if not t.internal and (instrument := listed.get(t.contract)) is not None
    ]  # fmt: skip


def _read_tickers(frame: wire.Frame, recv_ns: int, listed: Listed) -> list[Event]:
    """Mark first. The rate is told without its time, which REST tells."""
    events: list[Event] = []
    at = frame.millis * MS
    for row in _rows(frame, wire.TickerRow):
        instrument = listed.get(row.contract)
        if instrument is None:
            continue
        contracts = number(str(row.contracts))
        if contracts is not None and contracts < 0:
            raise ValueError(f"open interest {contracts}")
        rate = number(row.rate)
        events += state_of(instrument, at, recv_ns, positive(row.mark), positive(row.index), contracts)
        if rate is not None and instrument.kind is Kind.PERPETUAL:
            events.append(Funding(row.contract, at, recv_ns, rate, None, None, partial=True))
    return events


def state_of(
    instrument: Instrument, time_ns: int, recv_ns: int, mark: float | None, index: float | None,
    contracts: float | None,
) -> list[Event]:
    """Mark, index and open interest of a contract, as far as they are told."""
    scale = price_scale(instrument.symbol)
    events: list[Event] = []
    if mark is not None:
        events.append(Mark(instrument.symbol, time_ns, recv_ns, mark / scale))
    if contracts is not None:
        events.append(OpenInterest(instrument.symbol, time_ns, recv_ns, contracts * instrument.contract_size))
    if index is not None:
        events.append(Index(instrument.index, time_ns, recv_ns, index / scale))
    return events


def _read_book(frame: wire.Frame, recv_ns: int, listed: Listed) -> list[Event]:
    """`ob.BTC_USDT.400`: the whole book, then changes that begin one after the last."""
    row = _books.decode(frame.result)
    symbol = row.stream.removeprefix("ob.").rpartition(".")[0]
    instrument = listed.get(symbol)
    if instrument is None:
        return []
    if not row.full and row.first is None:
        raise ValueError("a change of the book without its first number")
    scale = price_scale(symbol)
    bids, asks = _per_coin(row.bids, scale), _per_coin(row.asks, scale)
    before = None if row.full or row.first is None else row.first - 1
    unit = instrument.contract_size
    return [BookDelta(symbol, row.ts * MS, recv_ns, bids, asks, unit, row.full, row.last, before)]


def _per_coin(levels: list[Level], scale: float) -> list[Level]:
    """Levels at prices per coin; sizes stay the wire's."""
    return levels if scale == 1.0 else [Level(level.price / scale, level.size) for level in levels]


def levels_of(rows: list[wire.PriceSize], symbol: str) -> list[Level]:
    """The levels of the older channel and of REST."""
    scale = price_scale(symbol)
    return [Level(row.price / scale, row.size) for row in rows]


def _read_book_update(frame: wire.Frame, recv_ns: int, listed: Listed) -> list[Event]:
    """Changes of a book that comes by REST: the first one after it may hold its number."""
    row = _updates.decode(frame.result)
    instrument = listed.get(row.symbol)
    if instrument is None:
        return []
    bids, asks = levels_of(row.bids, row.symbol), levels_of(row.asks, row.symbol)
    unit = instrument.contract_size
    return [
        BookDelta(row.symbol, row.ts * MS, recv_ns, bids, asks, unit, False, row.last, row.first - 1, row.first)
    ]


def _read_liquidations(frame: wire.Frame, recv_ns: int, listed: Listed) -> list[Event]:
    """The size has the sign of the *order*: what sells closes a long."""
    return [
        Liquidation(
            r.contract, (r.time_ms or r.time * 1000 or frame.millis) * MS, recv_ns,
            Side.LONG if r.size < 0 else Side.SHORT, abs(r.size) * instrument.contract_size,
            r.price / price_scale(r.contract),
        )
        for r in _rows(frame, wire.LiquidationRow)
        if r.size and (instrument := listed.get(r.contract)) is not None
    ]  # fmt: skip


_READERS: dict[str, Reader] = {
    "futures.trades": _read_trades,
    "futures.tickers": _read_tickers,
    "futures.obu": _read_book,
    "futures.order_book_update": _read_book_update,
    "futures.public_liquidates": _read_liquidations,
}
