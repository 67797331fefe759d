"""BitMEX frames to events: one reader per table."""

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
from liqtui.venues import _bitmex_wire as wire
from liqtui.venues._fields import ns_of
from liqtui.venues._text import printable
from liqtui.venues.base import Listed

MIDNIGHT_2000_NS = 946_684_800 * 10**9
"""An interval is a time after this one: `2000-01-01T08:00:00.000Z` is eight hours."""

_frame = msgspec.json.Decoder(wire.Frame)
_trades = msgspec.json.Decoder(list[wire.TradeRow])
_levels = msgspec.json.Decoder(list[wire.LevelRow])
_liquidations = msgspec.json.Decoder(list[wire.LiquidationRow])
_instruments = msgspec.json.Decoder(list[wire.InstrumentRow])


def decode_frame(raw: bytes | str, recv_ns: int, listed: Listed) -> list[Event]:
    """One frame to events, in the order of the frame. Never raises: what cannot be read is one `Rejected`."""
    if raw in ("pong", b"pong"):
        return [Pong()]
    try:
        frame = _frame.decode(raw)
        reader = _READERS.get(frame.table)
        if reader is not None:
            return reader(frame, recv_ns, listed)
        if frame.table:
            return [Rejected(f"unknown table {printable(frame.table)}: {printable(raw)}")]
        return _control(frame, raw)
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        return [Rejected(f"{printable(str(error))}: {printable(raw)}")]


def _control(frame: wire.Frame, raw: bytes | str) -> list[Event]:
    if frame.error:
        args = frame.request.args if frame.request is not None else ""
        asked = [args] if isinstance(args, str) else args
        key = printable(asked[0]) if len(asked) == 1 and asked[0] else None
        return [Refusal(key, str(frame.status or "error"), printable(frame.error, 240))]
    if frame.subscribe:
        return [Ack(printable(frame.subscribe))] if frame.success else []
    if frame.info or frame.unsubscribe:
        return []  # the welcome, and what we have left
    return [Rejected(f"neither data nor an answer: {printable(raw)}")]


def _read_trades(frame: wire.Frame, recv_ns: int, listed: Listed) -> list[Event]:
    """A `partial` repeats the last trades; only what is inserted is new."""
    if frame.action != "insert":
        return []
    return [
        Trade(t.symbol, ns_of(t.time), recv_ns, t.price, t.size * instrument.contract_size, t.side == "Buy", t.id)
        for t in _trades.decode(frame.data)
        if (instrument := listed.get(t.symbol)) is not None
    ]


def _read_book(frame: wire.Frame, recv_ns: int, listed: Listed) -> list[Event]:
    """Levels of one or more symbols. A `partial` is a snapshot, an empty one of the symbol that was asked for."""
    rows: dict[str, list[wire.LevelRow]] = {}
    if frame.action == "partial" and frame.filter is not None and frame.filter.symbol in listed:
        rows[frame.filter.symbol] = []
    for row in _levels.decode(frame.data):
        if row.symbol in listed:
            rows.setdefault(row.symbol, []).append(row)
    return [_delta(frame.action, levels, recv_ns, listed[symbol]) for symbol, levels in rows.items()]


def _delta(action: str, rows: list[wire.LevelRow], recv_ns: int, instrument: Instrument) -> Event:
    sides: dict[str, list[Level]] = {"Buy": [], "Sell": []}
    at = recv_ns
    for row in rows:
        if row.price is None:
            return Rejected("orderBookL2 names a level by id alone, as until 2022")
        sides[row.side].append(Level(row.price, 0.0 if action == "delete" else row.size))
        if row.time is not None:
            at = ns_of(row.time) if at == recv_ns else max(at, ns_of(row.time))
    return BookDelta(
        instrument.symbol, at, recv_ns, sides["Buy"], sides["Sell"], instrument.contract_size, action == "partial"
    )


def _read_liquidations(frame: wire.Frame, recv_ns: int, listed: Listed) -> list[Event]:
    """New liquidation orders. `update` and `delete` are their fills and ends; a `partial` holds orders told before."""
    if frame.action != "insert":
        return []
    return [
        Liquidation(
            row.symbol, recv_ns, recv_ns, Side.LONG if row.side == "Sell" else Side.SHORT,
            row.contracts * instrument.contract_size, row.price, row.id,
        )
        for row in _liquidations.decode(frame.data)
        if (instrument := listed.get(row.symbol)) is not None
    ]  # fmt: skip


def _read_instruments(frame: wire.Frame, recv_ns: int, listed: Listed) -> list[Event]:
    return [
        event
        for row in _instruments.decode(frame.data)
        if (instrument := listed.get(row.symbol)) is not None
        for event in state_events(row, recv_ns, instrument, change=frame.action == "update")
    ]


def state_events(
    row: wire.InstrumentRow, recv_ns: int, instrument: Instrument, *, change: bool = False
) -> list[Event]:
    """What a row says of mark, index, open interest and funding; a change says only what has changed."""
    at = recv_ns if row.time is None else ns_of(row.time)
    events: list[Event] = []
    if row.mark is not None:
        events.append(Mark(row.symbol, at, recv_ns, row.mark))
    if row.index_price is not None:
        events.append(Index(instrument.index, at, recv_ns, row.index_price))
    if row.contracts is not None:
        events.append(OpenInterest(row.symbol, at, recv_ns, row.contracts * instrument.contract_size))
    due = None if row.funding_due is None else ns_of(row.funding_due)
    if (row.funding is not None or due is not None) and instrument.kind is Kind.PERPETUAL:
        interval = None if row.funding_interval is None else ns_of(row.funding_interval) - MIDNIGHT_2000_NS
        events.append(Funding(row.symbol, at, recv_ns, row.funding, due, interval or None, partial=change))
    return events


_READERS: dict[str, Callable[[wire.Frame, int, Listed], list[Event]]] = {
    "trade": _read_trades,
    "orderBookL2": _read_book,
    "orderBookL2_25": _read_book,
    "liquidation": _read_liquidations,
    "instrument": _read_instruments,
}
