"""What passes between the wire and the engine, one record each: the line of a recording and the unit of a replay."""

import enum
from typing import Protocol

import msgspec

from liqtui.events import Backfill, Event, FeedStatus, Follow, Gap, Learned, Summed, Worked


class RecordKind(enum.StrEnum):
    """What a record is about."""

    RECV = "recv"
    """A frame came in."""
    SEND = "send"
    """A frame went out."""
    REQUEST = "request"
    """A REST GET went out."""
    REPLY = "reply"
    """Its answer."""
    CONNECT = "connect"
    """A socket opened."""
    DISCONNECT = "disconnect"
    """A socket closed; the body says why."""
    BEAT = "beat"
    """The recorder lives: a stretch of beats without frames was calm, one without beats was not recorded."""
    NOTE = "note"
    """A `FeedStatus`, `Gap`, `Backfill`, `Follow`, `Learned`, `Summed` or `Worked` of our own, as tagged JSON."""


NO_ANSWER = 599


class Record(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One line of a recording: a JSON object with these short keys."""

    ns: int
    """Receive (or send) time, integer ns UTC, never smaller than the line before."""
    k: RecordKind
    c: str = ""
    """Venue and connection: `okx/1`, `okx/rest`."""
    u: str = ""
    """URL of the socket or of the request."""
    b: str = ""
    """Raw text of the frame or body; bytes that are not UTF-8 are replaced by U+FFFD."""
    s: int = 200
    """HTTP status of a reply; `NO_ANSWER` where there was none and the body says why."""

    @property
    def venue(self) -> str:
        return self.c.partition("/")[0]


Note = FeedStatus | Gap | Backfill | Follow | Learned | Summed | Worked
"""Events made by the feeds themselves; recorded, so that a replay shows them at their time."""

_encoder = msgspec.json.Encoder()
_record_decoder = msgspec.json.Decoder(Record)
_note_decoder: msgspec.json.Decoder[Note] = msgspec.json.Decoder(Note)


def encode_line(record: Record) -> bytes:
    """The record as one line, newline included."""
    return _encoder.encode(record) + b"\n"


def decode_line(line: bytes | str) -> Record:
    """The record of one line.

    Raises:
        msgspec.MsgspecError: the line is not a record.
    """
    return _record_decoder.decode(line)


def encode_note(note: Note) -> str:
    """The body of a note."""
    return _encoder.encode(note).decode()


def decode_note(body: str) -> Note:
    """The event of a note's body.

    Raises:
        msgspec.MsgspecError: it is none of ours.
    """
    return _note_decoder.decode(body)


class Sink(Protocol):
    """Who takes the events: the engine. Called from one thread, in the order of the records."""

    def take(self, venue: str, recv_ns: int, events: list[Event]) -> None:
        """What one record said. `recv_ns` never goes back."""
        ...

    def advance(self, now_ns: int) -> None:
        """The clock moved: every 250 ms boundary up to `now_ns` may be worked."""
        ...
