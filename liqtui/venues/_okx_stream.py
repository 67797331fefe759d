"""OKX frames to events: one reader per channel, found by the frame's first bytes."""

import re
from collections.abc import Callable

import msgspec

from liqtui.events import (
    Ack,
    BookDelta,
    Event,
    Funding,
    Index,
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
from liqtui.venues import _okx_wire as wire
from liqtui.venues._okx_listing import instruments_of
from liqtui.venues._text import printable
from liqtui.venues._wire import MS, nanoseconds, number
from liqtui.venues.base import Listed

Reader = Callable[[str, int, Listed], list[Event]]

HEAD = '{"arg":{"channel":"'
"""How OKX's data frames begin. Nothing depends on it: frames that begin otherwise take the slower way in."""
_CHANNEL = len(HEAD)
_CHANNEL_ENDS_BEFORE = _CHANNEL + 32

IGNORED = {
    "tickers": "last price and best quotes: trades and books say the same; it has no mark and no open interest",
    "price-limit": "order price bounds",
    "bbo-tbt": "one level; as a snapshot it would replace the whole book",
    "books5": "five levels; as a snapshot it would replace the whole book",
    "trades-all": "the trades again, without OKX's merging",
    "estimated-price": "settlement estimate of the last hour",
    "adl-warning": "state of the insurance fund",
}
"""Channels we never ask for and which recordings hold: no events, on purpose."""

RETIRED = {
    "liquidations": "never a channel of OKX's: a recorder made it from REST until 2022",
}
"""Channels that are gone; their frames are rejected by name."""

_books = msgspec.json.Decoder(wire.Books, strict=False)
_trades = msgspec.json.Decoder(wire.Trades, strict=False)
_marks = msgspec.json.Decoder(wire.Marks, strict=False)
_indices = msgspec.json.Decoder(wire.Indices, strict=False)
_interests = msgspec.json.Decoder(wire.Interests, strict=False)
_fundings = msgspec.json.Decoder(wire.Fundings, strict=False)
_liquidations = msgspec.json.Decoder(wire.Liquidations, strict=False)
_instruments = msgspec.json.Decoder(wire.Instruments)
_envelope = msgspec.json.Decoder(wire.Envelope)

_NAMED_CHANNEL = re.compile(r"channel:([\w-]+)")
_NAMED_TARGET = re.compile(r"(?:instId|instType):([\w-]+)")


def decode_frame(raw: bytes | str, recv_ns: int, listed: Listed) -> list[Event]:
    """One frame to events, in the order of the frame. Never raises: what cannot be read is one `Rejected`."""
    try:
        frame = raw if isinstance(raw, str) else raw.decode()
        if frame.startswith(HEAD):
            reader = _READERS.get(frame[_CHANNEL : frame.find('"', _CHANNEL, _CHANNEL_ENDS_BEFORE)])
            if reader is not None:
                try:
                    return reader(frame, recv_ns, listed)
                except msgspec.ValidationError:
                    return _other(frame, recv_ns, listed)  # an answer may begin like data
        return _other(frame, recv_ns, listed)
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        return [Rejected(f"{printable(str(error))}: {printable(raw)}")]


def _other(frame: str, recv_ns: int, listed: Listed) -> list[Event]:
    """What does not begin like data of a channel we read."""
    if frame == "pong":
        return [Pong()]
    envelope = _envelope.decode(frame)
    if envelope.event:
        return _control(envelope)
    if envelope.table:
        return [Rejected(f"OKX v3 frame (retired 2021): {printable(envelope.table)}")]
    if envelope.arg is None:
        return [Rejected(f"neither data nor an answer: {printable(frame)}")]
    channel = envelope.arg.channel
    reader = _READERS.get(channel)
    if reader is not None:
        return reader(frame, recv_ns, listed)
    if channel in RETIRED:
        return [Rejected(f"channel {channel}: {RETIRED[channel]}")]
    return [Rejected(f"unknown channel {printable(channel)}: {printable(frame)}")]


def _control(envelope: wire.Envelope) -> list[Event]:
    code, text = printable(str(envelope.code)), printable(envelope.msg, 240)
    match envelope.event:
        case "subscribe" if envelope.arg is not None:
            return [Ack(printable(envelope.arg.key))]
        case "error" | "channel-conn-count-error":
            return [Refusal(_refused_key(envelope), code, text)]
        case "notice":
            return [Notice(code, text)]
        case "unsubscribe" | "channel-conn-count":
            return []  # nothing follows from either: who unsubscribed knows, and we have no limit to count against
    return [Rejected(f"unknown event {printable(envelope.event)}: {text}")]


def _refused_key(envelope: wire.Envelope) -> str | None:
    """`Wrong URL or channel:books,instId:X doesn't exist…` names what was refused; other errors do not [O]."""
    if envelope.arg is not None:
        return printable(envelope.arg.key)
    channel, target = _NAMED_CHANNEL.search(envelope.msg), _NAMED_TARGET.search(envelope.msg)
    return f"{channel[1]}:{target[1]}" if channel and target else None


def _read_trades(frame: str, recv_ns: int, listed: Listed) -> list[Event]:
    decoded = _trades.decode(frame)
    symbol = decoded.arg.symbol
    instrument = listed.get(symbol)
    if instrument is None:
        return []
    unit = instrument.contract_size
    events: list[Event] = []
    for t in decoded.data:  # mostly one: in Python 3.11 a comprehension would cost a call, a seventh of the frame
        events.append(Trade(symbol, t.ts * MS, recv_ns, t.price, t.size * unit, t.side == "buy", t.id))  # noqa: PERF401
    return events


def _read_books(frame: str, recv_ns: int, listed: Listed) -> list[Event]:
    decoded = _books.decode(frame)
    symbol = decoded.arg.symbol
    instrument = listed.get(symbol)
    if instrument is None:
        return []
    unit, snapshot = instrument.contract_size, decoded.action == "snapshot"
    return [
        BookDelta(symbol, b.ts * MS, recv_ns, b.bids, b.asks, unit, snapshot, b.seq, b.prev_seq)
        for b in decoded.data
    ]


def _read_marks(frame: str, recv_ns: int, listed: Listed) -> list[Event]:
    return [
        Mark(m.symbol, m.ts * MS, recv_ns, m.price) for m in _marks.decode(frame).data if m.symbol in listed
    ]


def _read_indices(frame: str, recv_ns: int, _: Listed) -> list[Event]:
    return [Index(printable(i.index), i.ts * MS, recv_ns, i.price) for i in _indices.decode(frame).data]


def _read_interests(frame: str, recv_ns: int, listed: Listed) -> list[Event]:
    return interests_of(_interests.decode(frame).data, recv_ns, listed)


def interests_of(rows: list[wire.InterestRow], recv_ns: int, listed: Listed) -> list[Event]:
    """Open interest in units: contracts × contract size, so dollars of face on an inverse contract."""
    return [
        OpenInterest(r.symbol, r.ts * MS, recv_ns, r.contracts * instrument.contract_size)
        for r in rows
        if (instrument := listed.get(r.symbol)) is not None
    ]


def _read_fundings(frame: str, recv_ns: int, listed: Listed) -> list[Event]:
    return fundings_of(_fundings.decode(frame).data, recv_ns, listed)


def fundings_of(rows: list[wire.FundingRow], recv_ns: int, listed: Listed) -> list[Event]:
    """Funding; `fundingTime` is when the present rate is paid, `nextFundingTime` one interval later [O]."""
    events: list[Event] = []
    for row in rows:
        if row.symbol not in listed:
            continue
        due, after, at = (nanoseconds(t) for t in (row.due, row.due_after, row.ts))
        interval = after - due if due is not None and after is not None and after > due else None
        events.append(Funding(row.symbol, at or recv_ns, recv_ns, number(row.rate), due, interval))
    return events


def _read_liquidations(frame: str, recv_ns: int, listed: Listed) -> list[Event]:
    """The channel carries every contract of its type; only exact names count (BTC-USD-SWAP is not BTC-USDT-SWAP)."""
    return [
        Liquidation(row.symbol, d.ts * MS, recv_ns, _liquidated(d), d.size * instrument.contract_size, d.price)
        for row in _liquidations.decode(frame).data
        if (instrument := listed.get(row.symbol)) is not None
        for d in row.details
    ]


def _liquidated(detail: wire.LiquidationDetail) -> Side:
    """The side that was liquidated: the position's, or in net mode the opposite of the forced order's."""
    match detail.position, detail.side:
        case ("long", _) | ("net" | "", "sell"):
            return Side.LONG
        case ("short", _) | ("net" | "", "buy"):
            return Side.SHORT
    raise ValueError(f"liquidated side unclear: posSide {detail.position!r}, side {detail.side!r}")


def _read_instruments(frame: str, recv_ns: int, _: Listed) -> list[Event]:
    return instruments_of(_instruments.decode(frame).data, recv_ns)


def _ignore(_frame: str, _recv_ns: int, _listed: Listed) -> list[Event]:
    return []


_READERS: dict[str, Reader] = {
    "books": _read_books,
    "books-l2-tbt": _read_books,
    "trades": _read_trades,
    "mark-price": _read_marks,
    "index-tickers": _read_indices,
    "open-interest": _read_interests,
    "funding-rate": _read_fundings,
    "liquidation-orders": _read_liquidations,
    "instruments": _read_instruments,
    **dict.fromkeys(IGNORED, _ignore),
}
