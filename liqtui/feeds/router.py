"""From a record to the events the engine takes: the one path shared by live feeds and replays."""

import logging
from collections.abc import Sequence

import msgspec

from liqtui.events import Event, Liquidation, Listing, Rejected, Trade
from liqtui.feeds.records import Record, RecordKind, Sink, decode_note
from liqtui.instruments import Instrument
from liqtui.venues.base import RepeatsTrades, Venue

_log = logging.getLogger(__name__)

LIQUIDATIONS_REMEMBERED = 10_000
"""Per venue. After a subscription some venues push their last liquidations again; each counts once."""

Seen = tuple[str, int, int, float, float, str]


class Router:
    """Decodes records and hands their events to the sink.

    Owns what decoding needs to remember: the listings heard so far, and the liquidations already told. A replay of
    the same records through a fresh router gives the same calls of `Sink.take`.
    """

    def __init__(self, venues: Sequence[Venue], sink: Sink) -> None:
        self._sink = sink
        self._venues: dict[str, Venue] = {}
        self._listed: dict[str, dict[str, Instrument]] = {}
        self._told: dict[str, dict[Seen, None]] = {}
        self._repeating: dict[str, int] = {}
        self._traded: dict[str, dict[tuple[str, str], None]] = {}
        self.fresh: list[Event] = []
        """What the sink was told of the record worked last."""
        for venue in venues:
            self.add(venue)

    def add(self, venue: Venue) -> None:
        """Its records are decoded, too, from now on."""
        self._venues[venue.name] = venue
        self._listed[venue.name], self._told[venue.name] = {}, {}
        if isinstance(venue, RepeatsTrades):
            self._repeating[venue.name], self._traded[venue.name] = venue.trades_remembered, {}

    def route(self, record: Record) -> list[Event]:
        """Work one record; the answer is all it decoded to, repeated liquidations included (the watchdog's food)."""
        if record.k is RecordKind.RECV or record.k is RecordKind.REPLY:
            events = self._decode(record)
            if record.s < 300:  # an HTTP error says something to who asked, nothing about the market
                self._hand_over(record.venue, record.ns, self._fresh(record.venue, events))
            return events
        if record.k is RecordKind.NOTE:
            events = _note(record)
            self._hand_over(record.venue, record.ns, events)
            return events
        return []

    def peek(self, record: Record) -> list[Event]:
        """What a received frame holds, told to nobody and remembered nowhere."""
        venue = self._venues[record.venue]
        try:
            return venue.decode(record.b, record.ns, self._listed[venue.name])
        except Exception as error:
            return [Rejected(f"{type(error).__name__}: {error}")]

    def _decode(self, record: Record) -> list[Event]:
        venue = self._venues.get(record.venue)
        if venue is None:
            return [Rejected(f"no venue {record.venue!r} is known")]
        listed = self._listed[venue.name]
        try:
            if record.k is RecordKind.RECV:
                events = venue.decode(record.b, record.ns, listed)
            else:
                events = venue.decode_reply(record.u, record.b.encode(), record.ns, listed)
        except Exception as error:  # bytes of strangers must not stop the loop, whatever a decoder overlooked
            _log.exception("decoder of %s failed", venue.name)
            return [Rejected(f"{type(error).__name__}: {error}")]
        for event in events:
            if type(event) is Listing:
                listed.update((i.symbol, i) for i in event.instruments)
        return events

    def _fresh(self, venue: str, events: list[Event]) -> list[Event]:
        """`events` without the liquidations, and where a venue repeats them the trades, that were told before."""
        if venue in self._repeating and any(type(event) is Trade for event in events):
            events = self._fresh_trades(venue, events)
        if not any(type(event) is Liquidation for event in events):
            return events
        told, fresh = self._told[venue], list[Event]()
        for event in events:
            if isinstance(event, Liquidation):
                key = (event.symbol, event.time_ns, int(event.side), event.size, event.price, event.id)
                if key in told:
                    continue
                told[key] = None
                if len(told) > LIQUIDATIONS_REMEMBERED:
                    del told[next(iter(told))]
            fresh.append(event)
        return fresh

    def _fresh_trades(self, venue: str, events: list[Event]) -> list[Event]:
        traded, fresh = self._traded[venue], list[Event]()
        for event in events:
            if isinstance(event, Trade):
                key = (event.symbol, event.id)
                if key in traded:
                    continue
                traded[key] = None
                if len(traded) > self._repeating[venue]:
                    del traded[next(iter(traded))]
            fresh.append(event)
        return fresh

    def _hand_over(self, venue: str, ns: int, events: list[Event]) -> None:
        self.fresh = events
        if not events:
            return
        try:
            self._sink.take(venue, ns, events)
        except Exception:  # one event the engine cannot digest must not end the feed of all others
            _log.exception("the engine failed on %s", ", ".join(sorted({type(e).__name__ for e in events})))


def _note(record: Record) -> list[Event]:
    try:
        return [decode_note(record.b)]
    except msgspec.MsgspecError as error:
        return [Rejected(f"note: {error}")]
