"""Hyperliquid frames to events: one reader per channel."""

from collections.abc import Callable

import msgspec

from liqtui.events import (
    Ack,
    BookDelta,
    Event,
    Funding,
    Index,
    Level,
    Mark,
    Notice,
    OpenInterest,
    Pong,
    Refusal,
    Rejected,
    Trade,
)
from liqtui.venues import _hyperliquid_wire as wire
from liqtui.venues._text import printable
from liqtui.venues._wire import MS
from liqtui.venues.base import Listed

IGNORED = {
    "bbo": "one level; as a snapshot it would replace the whole book",
    "candle": "candles come by REST; live ones are made of trades",
    "allMids": "last mids of everything, no marks",
}
"""Channels we never ask for and which recordings hold: no events, on purpose."""

HOUR_NS = 3_600 * 10**9

_frame = msgspec.json.Decoder(wire.Frame)
_answer = msgspec.json.Decoder(wire.Answer)
_stream = msgspec.json.Decoder(wire.Stream)
_words = msgspec.json.Decoder(str)
_trades = msgspec.json.Decoder(list[wire.TradeRow], strict=False)
_book = msgspec.json.Decoder(wire.Book, strict=False)
_context = msgspec.json.Decoder(wire.ActiveContext, strict=False)


def decode_frame(raw: bytes | str, recv_ns: int, listed: Listed) -> list[Event]:
    """One frame to events, in the order of the frame. Never raises: what cannot be read is one `Rejected`."""
    try:
        frame = _frame.decode(raw)
        reader = _READERS.get(frame.channel)
        if reader is not None:
            return reader(frame.data, recv_ns, listed)
        if frame.channel in IGNORED:
            return []
        return [Rejected(f"unknown channel {printable(frame.channel)}: {printable(raw)}")]
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        return [Rejected(f"{printable(str(error))}: {printable(raw)}")]


def _read_trades(data: msgspec.Raw, recv_ns: int, listed: Listed) -> list[Event]:
    """A `kPEPE` trade is of 1,000 PEPE for the price of 1,000; here it is of PEPE at the price of one."""
    return [
        Trade(t.coin, t.time * MS, recv_ns, t.price / unit, t.size * unit, t.side == "B", str(t.id), t.users)
        for t in _trades.decode(data)
        if (instrument := listed.get(t.coin)) is not None
        for unit in (instrument.contract_size,)
    ]


def _read_book(data: msgspec.Raw, recv_ns: int, listed: Listed) -> list[Event]:
    book = _book.decode(data)
    instrument = listed.get(book.coin)
    if instrument is None:
        return []
    unit = instrument.contract_size
    bids, asks = ([Level(level.price / unit, level.size) for level in side] for side in book.levels)
    return [BookDelta(book.coin, book.time * MS, recv_ns, bids, asks, unit, True)]


def _read_context(data: msgspec.Raw, recv_ns: int, listed: Listed) -> list[Event]:
    active = _context.decode(data)
    return context_events(active.coin, active.ctx, recv_ns, listed)


def context_events(coin: str, context: wire.Context, recv_ns: int, listed: Listed) -> list[Event]:
    """Mark, oracle, open interest and funding. The wire says no time, so it is ours; funding is paid on the hour."""
    instrument = listed.get(coin)
    if instrument is None:
        return []
    unit = instrument.contract_size
    events: list[Event] = []
    if context.mark is not None:
        events.append(Mark(coin, recv_ns, recv_ns, context.mark / unit))
    if context.oracle is not None:
        events.append(Index(instrument.index, recv_ns, recv_ns, context.oracle / unit))
    if context.interest is not None:
        events.append(OpenInterest(coin, recv_ns, recv_ns, context.interest * unit))
    if context.funding is not None:
        due = (recv_ns // HOUR_NS + 1) * HOUR_NS
        events.append(Funding(coin, recv_ns, recv_ns, context.funding, due, HOUR_NS))
    return events


def _read_answer(data: msgspec.Raw, _recv_ns: int, _listed: Listed) -> list[Event]:
    answer = _answer.decode(data)
    return [Ack(printable(answer.subscription.key))] if answer.method == "subscribe" else []


def _read_error(data: msgspec.Raw, _recv_ns: int, _listed: Listed) -> list[Event]:
    """`Invalid subscription {"type":…}` refuses it; that one is there already, or gone already, is no trouble."""
    text = _words.decode(data)
    words, brace, subscription = text.partition("{")
    words = printable(words.rstrip(": ") or text, 240)
    key = None
    if brace:
        try:
            key = printable(_stream.decode(f"{{{subscription}").key)
        except msgspec.MsgspecError:
            key = None
    if words.startswith("Already subscribed") and key is not None:
        return [Ack(key)]
    if words.startswith("Already unsubscribed"):
        return [Notice("error", printable(text, 240))]
    return [Refusal(key, "error", printable(text, 240) if key is None else words)]


def _read_pong(_data: msgspec.Raw, _recv_ns: int, _listed: Listed) -> list[Event]:
    return [Pong()]


_READERS: dict[str, Callable[[msgspec.Raw, int, Listed], list[Event]]] = {
    "trades": _read_trades,
    "l2Book": _read_book,
    "activeAssetCtx": _read_context,
    "subscriptionResponse": _read_answer,
    "error": _read_error,
    "pong": _read_pong,
}
