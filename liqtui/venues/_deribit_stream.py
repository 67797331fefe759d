"""Deribit frames to events: one reader per kind of channel."""

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
    Notice,
    OpenInterest,
    Pong,
    Refusal,
    Rejected,
    Side,
    Trade,
)
from liqtui.instruments import Instrument, Kind
from liqtui.venues import _deribit_wire as wire
from liqtui.venues._text import printable
from liqtui.venues._wire import MS
from liqtui.venues.base import Listed

SUBSCRIBE, UNSUBSCRIBE, PING = 1, 2, 3
"""Ids of our requests, by which their answers are known."""
FUNDING_NS = 8 * 3_600 * 10**9
"""The rate is stated for eight hours and paid continuously [O]."""
INTERVAL = "100ms"

_frame = msgspec.json.Decoder(wire.Frame)
_channels = msgspec.json.Decoder(list[str])
_trades = msgspec.json.Decoder(list[wire.TradeRow])
_book = msgspec.json.Decoder(wire.Book)
_ticker = msgspec.json.Decoder(wire.Ticker)


def decode_frame(raw: bytes | str, recv_ns: int, listed: Listed) -> list[Event]:
    """One frame to events, in the order of the frame. Never raises: what cannot be read is one `Rejected`."""
    try:
        frame = _frame.decode(raw)
        if frame.error is not None:
            return [Refusal(None, str(frame.error.code), printable(frame.error.message, 240))]
        if frame.method == "heartbeat":
            return []  # nobody asked for them: we ping, and drop the line ourselves where no answer comes
        if frame.params is None:
            return _answer(frame)
        kind, _, rest = frame.params.channel.partition(".")
        reader = _READERS.get(kind)
        if reader is None:
            return [Rejected(f"unknown channel {printable(frame.params.channel)}: {printable(raw)}")]
        instrument = listed.get(rest.rpartition(".")[0])
        return [] if instrument is None else reader(frame.params.data, recv_ns, instrument)
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        return [Rejected(f"{printable(str(error))}: {printable(raw)}")]


def _answer(frame: wire.Frame) -> list[Event]:
    """A subscription is answered with the channels that exist; the others are not mentioned [S]."""
    if frame.id == PING:
        return [Pong()]
    if frame.id == UNSUBSCRIBE:
        return []
    result = bytes(frame.result)
    if not result.startswith(b"["):
        return [Notice("answer", printable(result, 240))]
    return [Ack(printable(channel)) for channel in _channels.decode(result)]


def _read_trades(data: msgspec.Raw, recv_ns: int, instrument: Instrument) -> list[Event]:
    """Trades, and the liquidations among them: each forced fill is both."""
    events: list[Event] = []
    for t in _trades.decode(data):
        at = t.time * MS
        events.append(Trade(instrument.symbol, at, recv_ns, t.price, t.amount, t.direction == "buy", t.id))
        events += [
            Liquidation(instrument.symbol, at, recv_ns, side, t.amount, t.price, t.id) for side in liquidated(t)
        ]
    return events


def liquidated(trade: wire.TradeRow) -> list[Side]:
    """Who was forced: the taker (T), the maker (M), or both (MT). `direction` is the taker's."""
    if trade.liquidation is None:
        return []
    taker, maker = (Side.LONG, Side.SHORT) if trade.direction == "sell" else (Side.SHORT, Side.LONG)
    return {"T": [taker], "M": [maker], "MT": [maker, taker]}[trade.liquidation]


def _read_book(data: msgspec.Raw, recv_ns: int, instrument: Instrument) -> list[Event]:
    book = _book.decode(data)
    bids, asks = (
        [Level(price, 0.0 if action == "delete" else amount) for action, price, amount in side]
        for side in (book.bids, book.asks)
    )
    snapshot = book.type == "snapshot" or (book.type is None and book.previous is None)
    return [
        BookDelta(instrument.symbol, book.time * MS, recv_ns, bids, asks, 1.0, snapshot, book.id, book.previous)
    ]


def _read_ticker(data: msgspec.Raw, recv_ns: int, instrument: Instrument) -> list[Event]:
    return ticker_events(_ticker.decode(data), recv_ns, instrument)


def ticker_events(ticker: wire.Ticker, recv_ns: int, instrument: Instrument) -> list[Event]:
    """Mark, index, open interest and, of a perpetual, funding."""
    at, symbol = ticker.time * MS, instrument.symbol
    events: list[Event] = []
    if ticker.mark is not None:
        events.append(Mark(symbol, at, recv_ns, ticker.mark))
    if ticker.index is not None:
        events.append(Index(instrument.index, at, recv_ns, ticker.index))
    if ticker.interest is not None:
        events.append(OpenInterest(symbol, at, recv_ns, ticker.interest))
    if ticker.funding is not None and instrument.kind is Kind.PERPETUAL:
        events.append(Funding(symbol, at, recv_ns, ticker.funding, None, FUNDING_NS))
    return events


_READERS: dict[str, Callable[[msgspec.Raw, int, Instrument], list[Event]]] = {
    "trades": _read_trades,
    "book": _read_book,
    "ticker": _read_ticker,
}
