"""Bybit frames to events: one reader per topic, found by the frame's first bytes."""

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
from liqtui.venues import _bybit_wire as wire
from liqtui.venues._text import printable
from liqtui.venues._wire import MS, moment, number, positive
from liqtui.venues.base import Listed

Reader = Callable[[str, int, Listed], list[Event]]

HEAD = '{"topic":"'
"""How Bybit's data frames begin. Nothing depends on it: frames that begin otherwise take the slower way in."""
_TOPIC = len(HEAD)

IGNORED = {
    "orderbook.1": "one level; as a snapshot it would replace the whole book",
    "orderbook.rpi": "the book with orders that only retail meets",
    "kline": "candles of the trades we have",
    "insurance": "balance of the insurance fund",
    "adlAlert": "state of the insurance fund",
    "priceLimit": "order price bounds",
}
"""Topics we never ask for and which recordings may hold: no events, on purpose."""

RETIRED = {
    "liquidation": "Bybit v2 (retired 2023)",
    "trade": "Bybit v2 (retired 2023)",
    "orderBookL2_25": "Bybit v2 (retired 2023)",
    "orderBook_200": "Bybit v2 (retired 2023)",
    "instrument_info": "Bybit v2 (retired 2023)",
}
"""Topics that are gone; their frames are rejected by name."""

_trades = msgspec.json.Decoder(wire.Trades, strict=False)
_books = msgspec.json.Decoder(wire.Book, strict=False)
_tickers = msgspec.json.Decoder(wire.Ticker, strict=False)
_liquidations = msgspec.json.Decoder(wire.Liquidations, strict=False)
_thinned = msgspec.json.Decoder(wire.ThinnedLiquidation, strict=False)
_envelope = msgspec.json.Decoder(wire.Envelope)


def decode_frame(raw: bytes | str, recv_ns: int, listed: Listed) -> list[Event]:
    """One frame to events, in the order of the frame. Never raises: what cannot be read is one `Rejected`."""
    try:
        frame = raw if isinstance(raw, str) else raw.decode()
        if frame.startswith(HEAD):
            reader = _READERS.get(frame[_TOPIC : frame.find(".", _TOPIC, _TOPIC + 16)])
            if reader is not None:
                return reader(frame, recv_ns, listed)
        return _other(frame, recv_ns, listed)
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        return [Rejected(f"{printable(str(error))}: {printable(raw)}")]


def _other(frame: str, recv_ns: int, listed: Listed) -> list[Event]:
    """What does not begin like data of a topic we read."""
    envelope = _envelope.decode(frame)
    if envelope.topic:
        name = envelope.topic.partition(".")[0]
        if name in IGNORED:
            return []
        if name in RETIRED:
            return [Rejected(f"topic {name}: {RETIRED[name]}")]
        reader = _READERS.get(name)
        if reader is not None:
            return reader(frame, recv_ns, listed)
        return [Rejected(f"unknown topic {printable(envelope.topic)}: {printable(frame)}")]
    if envelope.request:
        return [Rejected("answer of Bybit v2 (retired 2023)")]
    return _control(envelope, frame)


def _control(envelope: wire.Envelope, frame: str) -> list[Event]:
    """Answers. We ask for one topic at a time and name the request after it, so an answer names its topic."""
    text = printable(envelope.message, 240)
    match envelope.op:
        case "ping" | "pong":  # the answer to our ping is called "ping"; `ret_msg` says pong
            return [Pong()]
        case "subscribe" if envelope.success or "already subscribed" in envelope.message:
            return [Ack(printable(envelope.req_id))] if envelope.req_id else []
        case "subscribe":
            return [Refusal(_refused_key(envelope), "subscribe", text)]
        case "unsubscribe":
            return []  # who unsubscribed knows
    if envelope.success is False:
        return [Refusal(None, printable(envelope.op), text)]
    return [Rejected(f"neither data nor an answer: {printable(frame)}")]


def _refused_key(envelope: wire.Envelope) -> str | None:
    """`error:handler not found,topic:orderbook.500.BTCUSDT` names the topic, too."""
    return printable(envelope.req_id or envelope.message.partition("topic:")[2]) or None


# A contract of 1000PEPE is a thousand PEPE: sizes are multiplied, prices divided by its contract size. For ordinary
# contracts, and for inverse ones, that is 1.


def _read_trades(frame: str, recv_ns: int, listed: Listed) -> list[Event]:
    """Block trades are left out: they were agreed on elsewhere and did not move through the book."""
    return [
        Trade(t.symbol, t.time * MS, recv_ns, t.price / unit, t.size * unit, t.side == "Buy", t.id)
        for t in _trades.decode(frame).data
        if not t.block and (instrument := listed.get(t.symbol)) is not None
        for unit in (instrument.contract_size,)
    ]


def _read_book(frame: str, recv_ns: int, listed: Listed) -> list[Event]:
    """`u` grows by one, so a delta's predecessor is known; `u` 1 is a whole book whatever its type says."""
    book = _books.decode(frame)
    row = book.data
    instrument = listed.get(row.symbol)
    if instrument is None or book.topic.removesuffix(f".{row.symbol}") in IGNORED:
        return []
    unit, snapshot = instrument.contract_size, book.type == "snapshot" or row.seq == 1
    bids, asks = _per_coin(row.bids, unit), _per_coin(row.asks, unit)
    before = None if snapshot else row.seq - 1
    return [BookDelta(row.symbol, book.ts * MS, recv_ns, bids, asks, unit, snapshot, row.seq, before)]


def _per_coin(levels: list[Level], unit: float) -> list[Level]:
    """Levels at prices per coin; sizes stay the wire's."""
    return levels if unit == 1.0 else [Level(level.price / unit, level.size) for level in levels]


def _read_ticker(frame: str, recv_ns: int, listed: Listed) -> list[Event]:
    ticker = _tickers.decode(frame)
    return events_of(ticker.data, ticker.ts * MS, recv_ns, listed, partial=ticker.type == "delta")


def events_of(row: wire.TickerRow, time_ns: int, recv_ns: int, listed: Listed, *, partial: bool) -> list[Event]:
    """What a ticker tells of a contract: the mark first, and nothing of what it leaves out."""
    instrument = listed.get(row.symbol)
    if instrument is None:
        return []
    unit = instrument.contract_size
    events: list[Event] = []
    if (mark := positive(row.mark)) is not None:
        events.append(Mark(row.symbol, time_ns, recv_ns, mark / unit))
    if (interest := one_sided(row.one_side, row.both_sides)) is not None:
        events.append(OpenInterest(row.symbol, time_ns, recv_ns, interest * unit))
    if instrument.kind is Kind.PERPETUAL and (row.rate or row.due or row.hours or not partial):
        hours = positive(row.hours)
        interval = None if hours is None else int(hours * 3600) * 10**9
        due = moment(row.due)
        events.append(Funding(row.symbol, time_ns, recv_ns, number(row.rate), due, interval, partial))
    if (index := positive(row.index)) is not None:
        events.append(Index(instrument.index, time_ns, recv_ns, index / unit))
    return events


def one_sided(one_side: str, both_sides: str) -> float | None:
    """Open interest as other venues count it: what is told one-sided, else half of both sides.

    Raises:
        ValueError: it is no size.
    """
    told, both = number(one_side), number(both_sides)
    size = told if told is not None else None if both is None else both / 2
    if size is not None and size < 0:
        raise ValueError(f"open interest {size}")
    return size


def _read_liquidations(frame: str, recv_ns: int, listed: Listed) -> list[Event]:
    """`S` is the side of the position: Buy is a long that was liquidated."""
    return [
        _liquidation(r, recv_ns, instrument)
        for r in _liquidations.decode(frame).data
        if (instrument := listed.get(r.symbol)) is not None
    ]


def _read_thinned(frame: str, recv_ns: int, listed: Listed) -> list[Event]:
    """What v5 had before `allLiquidation`, at most one a second; v2 used the name for another form."""
    try:
        r = _thinned.decode(frame).data
    except msgspec.ValidationError:
        return [Rejected(f"topic liquidation: {RETIRED['liquidation']}: {printable(frame)}")]
    instrument = listed.get(r.symbol)
    return [] if instrument is None else [_liquidation(r, recv_ns, instrument)]


def _liquidation(row: wire.LiquidationRow | wire.ThinnedRow, recv_ns: int, instrument: Instrument) -> Liquidation:
    unit = instrument.contract_size
    side = Side.LONG if row.side == "Buy" else Side.SHORT
    return Liquidation(row.symbol, row.time * MS, recv_ns, side, row.size * unit, row.price / unit)


_READERS: dict[str, Reader] = {
    "publicTrade": _read_trades,
    "orderbook": _read_book,
    "tickers": _read_ticker,
    "allLiquidation": _read_liquidations,
    "liquidation": _read_thinned,
}
