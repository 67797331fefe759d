"""Where everything live comes in: stamped, recorded, routed — in one order, on one clock, in one thread."""

from collections.abc import Callable, Sequence

from liqtui.events import Event, Mark, Trade
from liqtui.feeds.recorder import Recorder
from liqtui.feeds.records import Note, Record, RecordKind, Sink, encode_note
from liqtui.feeds.router import Router
from liqtui.venues.base import Venue

Listener = Callable[[list[Event]], None]


class Heard:
    """What the live stream of one venue has told about its time: what joins history to it."""

    def __init__(self) -> None:
        self.first_trade_ns: dict[str, int] = {}
        """Exchange time of the first trade of a symbol since its stream is whole."""
        self.last_trade_ns: dict[str, int] = {}
        self.whole_ns: dict[str, int] = {}
        """Exchange time from which all streams of a symbol are acknowledged: no trade after it is missed."""
        self.ahead_ns = 0
        """The venue's clock minus ours, from the newest trade or mark (transit counts as ours)."""

    def note(self, events: list[Event], recv_ns: int) -> None:
        head = events[0]
        if isinstance(head, Trade):
            self.first_trade_ns.setdefault(head.symbol, head.time_ns)
            last = events[-1]
            if isinstance(last, Trade):
                self.last_trade_ns[last.symbol] = last.time_ns
                self.ahead_ns = last.time_ns - recv_ns
        elif isinstance(head, Mark):
            self.ahead_ns = head.time_ns - recv_ns

    def broken(self) -> None:
        """The stream was interrupted: what comes next is a new first."""
        for times in (self.first_trade_ns, self.last_trade_ns, self.whole_ns):
            times.clear()

    def forget(self, symbol: str) -> None:
        """Its streams are given up."""
        for times in (self.first_trade_ns, self.last_trade_ns, self.whole_ns):
            times.pop(symbol, None)


class Intake:
    """Gives every record its time, writes it down and hands it on. Owned by `Feeds`; used from its thread only."""

    def __init__(
        self, venues: Sequence[Venue], sink: Sink, recorder: Recorder | None, clock: Callable[[], int]
    ) -> None:
        self._router = Router(venues, sink)
        self._sink = sink
        self._recorder = recorder
        self._clock = clock
        self._now = 0
        self.heard = {venue.name: Heard() for venue in venues}
        self._listeners: dict[str, Listener] = {}

    def listen(self, venue: str, listener: Listener) -> None:
        """Tell `listener` what frames of a venue tell from now on; repetitions tell nothing."""
        self._listeners[venue] = listener

    def add(self, venue: Venue) -> None:
        """One more venue will be heard."""
        self._router.add(venue)
        self.heard[venue.name] = Heard()

    def now_ns(self) -> int:
        """Our time, ns UTC; it stands still where the system's clock goes back."""
        self._now = max(self._now, self._clock())
        return self._now

    def put(self, kind: RecordKind, connection: str, url: str, body: str = "", status: int = 200) -> list[Event]:
        """Take in one record; the answer is what it decoded to."""
        record = Record(self.now_ns(), kind, connection, url, body, status)
        if self._recorder is not None:
            self._recorder.write(record)
        events = self._router.route(record)
        if events and kind is RecordKind.RECV:
            self.heard[record.venue].note(events, record.ns)
            if self._listeners and (listener := self._listeners.get(record.venue)) is not None:
                listener(self._router.fresh)
        return events

    def peek(self, connection: str, url: str, body: str) -> list[Event]:
        """What a frame holds. It is neither recorded nor told."""
        return self._router.peek(Record(self.now_ns(), RecordKind.RECV, connection, url, body))

    def note(self, connection: str, event: Note) -> None:
        """Tell the engine, and the recording, something of our own."""
        self.put(RecordKind.NOTE, connection, "", encode_note(event))

    def advance(self) -> None:
        self._sink.advance(self.now_ns())

    def beat(self) -> None:
        if self._recorder is not None:
            self.put(RecordKind.BEAT, "", "")
