"""Bitget frames to events: one reader per topic."""

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
    Pong,
    Refusal,
    Rejected,
    Side,
    Trade,
)
from liqtui.instruments import Instrument, Kind
from liqtui.venues import _bitget_wire as wire
from liqtui.venues._text import printable
from liqtui.venues._wire import MS, moment, number, positive
from liqtui.venues.base import Listed

Reader = Callable[[wire.Frame, str, int, Listed], list[Event]]

IGNORED = {
    "books1": "one level; as a snapshot it would replace the whole book",
    "books5": "five levels; as a snapshot it would replace the whole book",
    "books50": "fifty levels; as a snapshot it would replace the whole book",
    "kline": "candles of the trades we have",
}
"""Topics we never ask for and which recordings may hold: no events, on purpose."""

_frames = msgspec.json.Decoder(wire.Frame, strict=False)
_trades = msgspec.json.Decoder(list[wire.TradeRow], strict=False)
_books = msgspec.json.Decoder(list[wire.BookRow], strict=False)
_tickers = msgspec.json.Decoder(list[wire.TickerRow])
_liquidations = msgspec.json.Decoder(list[wire.LiquidationRow], strict=False)


def decode_frame(raw: bytes | str, recv_ns: int, listed: Listed) -> list[Event]:
    """One frame to events, in the order of the frame. Never raises: what cannot be read is one `Rejected`."""
    try:
        if raw in ("pong", b"pong"):
            return [Pong()]
        frame = _frames.decode(raw)
        arg = frame.arg
        if arg is not None and arg.channel:
            return [Rejected(f"Bitget v2 frame (v3 took its place): {printable(arg.channel)}")]
        if frame.event:
            return _control(frame)
        if arg is None:
            return [Rejected(f"neither data nor an answer: {printable(raw)}")]
        if arg.kind == "spot" or arg.topic in IGNORED:
            return []
        reader = _READERS.get(arg.topic)
        if reader is None:
            return [Rejected(f"unknown topic {printable(arg.topic)}: {printable(raw)}")]
        return reader(frame, arg.symbol, recv_ns, listed)
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        return [Rejected(f"{printable(str(error))}: {printable(raw)}")]


def _control(frame: wire.Frame) -> list[Event]:
    key = None if frame.arg is None or not frame.arg.topic else printable(frame.arg.key)
    match frame.event:
        case "subscribe" if key is not None:
            return [Ack(key)]
        case "error":
            return [Refusal(key, printable(str(frame.code)), printable(frame.message, 240))]
        case "unsubscribe":
            return []  # who unsubscribed knows
    return [Rejected(f"unknown event {printable(frame.event)}: {printable(frame.message)}")]


def units(instrument: Instrument, size: float, price: float) -> float:
    """A size of the wire in units.

    Linear: coins, or thousands of them. Coin-margined contracts are counted in coins, too [F]; their face is what
    those are worth.
    """
    return size * price if instrument.inverse else size * instrument.contract_size


def scale_of(instrument: Instrument) -> float:
    """What prices are divided by: 1,000 for one that is priced per thousand coins."""
    return 1.0 if instrument.inverse else instrument.contract_size


def _read_trades(frame: wire.Frame, symbol: str, recv_ns: int, listed: Listed) -> list[Event]:
    """A `snapshot` is what was traded before the subscription: history has that."""
    instrument = listed.get(symbol)
    if instrument is None or frame.action == "snapshot":
        return []
    scale = scale_of(instrument)
    return [
        Trade(symbol, t.time * MS, recv_ns, t.price / scale, units(instrument, t.size, t.price), t.side == "buy", t.id)
        for t in sorted(_trades.decode(frame.data), key=lambda t: t.time)
    ]


def _read_books(frame: wire.Frame, symbol: str, recv_ns: int, listed: Listed) -> list[Event]:
    """Changes name their predecessor. Levels of a coin-margined contract become dollars here: their unit is a price."""
    instrument = listed.get(symbol)
    if instrument is None:
        return []
    whole = frame.action == "snapshot"
    unit = 1.0 if instrument.inverse else instrument.contract_size
    return [
        BookDelta(
            symbol, row.ts * MS, recv_ns, _levels(row.bids, instrument), _levels(row.asks, instrument), unit, whole,
            row.seq, None if whole else row.before,
        )
        for row in _books.decode(frame.data)
    ]  # fmt: skip


def _levels(levels: list[Level], instrument: Instrument) -> list[Level]:
    if instrument.inverse:
        return [Level(level.price, level.size * level.price) for level in levels]
    scale = instrument.contract_size
    return levels if scale == 1.0 else [Level(level.price / scale, level.size) for level in levels]


def _read_tickers(frame: wire.Frame, symbol: str, recv_ns: int, listed: Listed) -> list[Event]:
    instrument = listed.get(symbol)
    if instrument is None:
        return []
    return [e for row in _tickers.decode(frame.data) for e in events_of(row, instrument, frame.ts * MS, recv_ns)]


def events_of(row: wire.TickerRow, instrument: Instrument, time_ns: int, recv_ns: int) -> list[Event]:
    """What a ticker tells: the mark first. Dated contracts write a funding of 0 [F]; they have none.

    Open interest of a coin-margined contract is worth what the mark says.
    """
    symbol, scale = instrument.symbol, scale_of(instrument)
    mark, index, interest = positive(row.mark), positive(row.index), number(row.interest)
    events: list[Event] = []
    if mark is not None:
        events.append(Mark(symbol, time_ns, recv_ns, mark / scale))
    if interest is not None and interest < 0:
        raise ValueError(f"open interest {interest}")
    if interest is not None and (mark is not None or not instrument.inverse):
        events.append(OpenInterest(symbol, time_ns, recv_ns, units(instrument, interest, mark or 0.0)))
    if instrument.kind is Kind.PERPETUAL and row.rate:
        events.append(Funding(symbol, time_ns, recv_ns, number(row.rate), moment(row.due), None, partial=True))
    if index is not None:
        events.append(Index(instrument.index, time_ns, recv_ns, index / scale))
    return events


def _read_liquidations(frame: wire.Frame, _: str, recv_ns: int, listed: Listed) -> list[Event]:
    """`side` is the position's: buy is a long. `amount` is value in quote: dollars of face, or coins times price."""
    events: list[Event] = []
    for row in _liquidations.decode(frame.data):
        instrument = listed.get(row.symbol)
        if instrument is None:
            continue
        scale = scale_of(instrument)
        size = row.amount if instrument.inverse else row.amount / row.price * scale
        side = Side.LONG if row.side == "buy" else Side.SHORT
        events.append(Liquidation(row.symbol, row.ts * MS, recv_ns, side, size, row.price / scale))
    return events


_READERS: dict[str, Reader] = {
    "publicTrade": _read_trades,
    "books": _read_books,
    "ticker": _read_tickers,
    "liquidation": _read_liquidations,
}
