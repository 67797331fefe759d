"""One WebSocket kept alive: connect, subscribe, listen, watch, back off, again."""

import asyncio
import logging
import random
from collections.abc import Callable, Iterable

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, WebSocketException

from liqtui.events import Ack, BookDelta, Event, FeedState, Refusal
from liqtui.feeds.intake import Intake
from liqtui.feeds.lines import Lines
from liqtui.feeds.network import error_words, plain
from liqtui.feeds.pace import Backoff, Limiter
from liqtui.feeds.records import RecordKind
from liqtui.feeds.refusals import REFUSALS, Refusals
from liqtui.feeds.relief import Identity, Relief, identities
from liqtui.feeds.settings import Timing
from liqtui.feeds.sockets import FAILURES, close_words, explain, open_socket
from liqtui.feeds.teller import Teller
from liqtui.feeds.watch import Watch
from liqtui.venues.base import Subscription, Venue

_log = logging.getLogger(__name__)


class Connection:
    """One socket of a venue and the subscriptions on it. Lives in the feeds' loop; `run` goes on until cancelled."""

    def __init__(
        self, name: str, url: str, venue: Venue, intake: Intake, gate: Limiter, rng: random.Random, timing: Timing,
        missed: Callable[["Connection", float], None], begun: Callable[[Subscription], None],
    ) -> None:
        """`missed` is told when data comes again after an interruption, and of how many seconds there was none; `begun`
        of the first data of each subscription since it was asked for."""
        self.name, self.url = name, url
        self._missed, self._begun = missed, begun
        self.lines = Lines(timing)
        self._teller = Teller(name, url, venue.name, intake)
        self._venue, self._gate, self._timing, self._rng = venue, gate, timing, rng
        self._failures = Backoff(timing.backoff_s, timing.backoff_max_s, rng)
        self._refusals = Refusals(venue.limits, timing, rng)
        self._books: dict[str, str] = {}
        self._watch: Watch | None = None
        """Of the socket that is open, or was last."""
        self._lost_ns: int | None = None
        """When the stream was interrupted, by the clock that goes on while the machine sleeps; None once data has come
        since."""
        self._relief: Relief | None = None
        """Stands ready to take over."""
        self._telling: set[Identity] | None = None
        """What this socket tells while a younger one listens, too; None: none does."""
        self._doubles: set[Identity] = set()
        """What the socket before this one has told at its end: not to be told again."""
        self._loop = asyncio.get_running_loop()

    def want(self, subscriptions: Iterable[Subscription]) -> None:
        """Subscribe to these and to nothing else."""
        self.lines.want(subscriptions)
        self._teller.begin()

    def resync(self, symbol: str, reason: str) -> bool:
        """Ask for the book of `symbol` anew. False where this socket has none."""
        key = self._books.get(symbol)
        if key is None or key not in self.lines:
            return False
        self.lines.resync(key, reason, self._loop.time())
        return True

    async def run(self) -> None:
        """Connect, and connect again, until cancelled."""
        reason = ""
        try:
            while True:
                self._teller.state(FeedState.CONNECTING, reason)
                started = self._loop.time()
                state = FeedState.CONNECTING
                try:
                    socket = await self._open_in_turn()
                except FAILURES as error:
                    reason, status, after_s = explain(error)
                    if status in REFUSALS:
                        state, retry_s = FeedState.REFUSED, self._refusals.wait_s(status, after_s)
                    else:
                        retry_s = max(self._failures.delay(), after_s or 0.0)
                else:
                    reason = await self._serve(socket, reason)
                    self._refusals.reset()
                    if self._loop.time() - started > self._timing.healthy_s:
                        self._failures.reset()
                    retry_s = self._failures.delay()
                self._teller.state(state, reason, retry_s)
                await asyncio.sleep(retry_s)
        finally:
            self._teller.state(FeedState.CLOSED, "")

    def _lost_s(self) -> float:
        """Since the stream was interrupted."""
        return 0.0 if self._lost_ns is None else (self._teller.now_ns() - self._lost_ns) / 1e9

    async def _open_in_turn(self) -> ClientConnection:
        async with self._gate.slot():
            return await open_socket(self.url, self._venue, self._timing)

    # --- an open socket -----------------------------------------------------------------------------------------

    async def _serve(self, socket: ClientConnection, before: str) -> str:
        """Use the socket until it ends; the answer is why it did."""
        now = self._loop.time()
        self._teller.put(RecordKind.CONNECT)
        if self._lost_ns is not None:
            self._teller.gap(None, self.name, f"{self._lost_s():.1f} s not heard: {before}")
        self.lines.opened(now)
        self._teller.begin()
        reason = "closed here"
        try:
            while True:
                reason, younger = await self._use(socket)
                if younger is None:
                    break
                socket = younger
        finally:
            dead = self._watch is not None and self._watch.dead
            if self._lost_ns is None:
                silent_s = self._loop.time() - self.lines.data_at if dead else 0.0
                self._lost_ns = self._teller.now_ns() - int(silent_s * 1e9)
                if self._watch is not None and (slept_ns := self._watch.slept_ns) is not None:
                    self._lost_ns = min(self._lost_ns, slept_ns)
            self._teller.heard.broken()
            self._teller.put(RecordKind.DISCONNECT, reason)
            if dead:
                socket.transport.abort()
            else:
                await socket.close()
        return reason

    async def _use(self, socket: ClientConnection) -> tuple[str, ClientConnection | None]:
        """Listen until it ends; the answer is why it did, and the socket that has taken over, if one has."""
        self._watch = watch = Watch(socket, self.lines, self._venue, self._teller, self._timing)
        tasks = [asyncio.create_task(watch.run(), name=f"{self.name} watch")]
        age_s = self._venue.limits.connection_s
        if age_s is not None:
            tasks.append(asyncio.create_task(self._relieve(socket, age_s), name=f"{self.name} relief"))
        try:
            while True:
                self._frame((await socket.recv(decode=False)).decode("utf-8", "replace"))
        except ConnectionClosed as error:
            if self._relief is not None and not watch.dead:
                relief, self._relief = self._relief, None
                self._take_over(relief)
                return "", relief.socket
            return watch.dead or close_words(error), None
        except WebSocketException as error:
            return error_words(error), None
        finally:
            for task in tasks:
                task.cancel()
            await self._dismiss()

    async def _dismiss(self) -> None:
        """The younger socket that has not taken over is of no use: what both would have told is not known any more."""
        relief, self._relief = self._relief, None
        if relief is not None:
            self._telling = None
            await relief.close()

    async def _relieve(self, old: ClientConnection, age_s: float) -> None:
        """Before the venue ends `old` for its age, have another socket ready; then end it ourselves.

        Where that fails the venue ends it, and it is opened again like any other.
        """
        await asyncio.sleep(age_s * self._rng.uniform(0.90, 0.95))
        while True:
            relief = Relief(
                self._venue, self.lines.asked_for(), self._open_in_turn, self._teller.peek,
                lambda text: self._teller.put(RecordKind.SEND, text),
            )
            self._telling, handed_over = set(), False
            try:
                async with asyncio.timeout(self._timing.relief_s):
                    await relief.ready(self._timing.overlap_s)
                if set(relief.wanted) == {s.key for s in self.lines.asked_for()}:
                    self._relief, handed_over = relief, True
                    await old.close()
                    return
            except FAILURES as error:
                _log.info("%s: no relief: %s", self.name, error_words(error))
            finally:
                if not handed_over:
                    self._telling = None
                    await relief.close()
            await asyncio.sleep(self._timing.relief_s)

    def _take_over(self, relief: Relief) -> None:
        """The younger socket goes on: what it held and the old one has not told, in order."""
        self._teller.put(RecordKind.CONNECT)
        if set(relief.wanted) != {s.key for s in self.lines.asked_for()}:
            self.lines.opened(self._loop.time())  # wanted changed in this very moment: ask for all of it
        self._doubles, self._telling = self._telling or set(), None
        self._loop.call_later(self._timing.overlap_s, self._doubles.clear)
        for text in relief.held:
            self._frame(text)

    def _told_before(self, text: str) -> bool:
        """Whether the socket before this one has told all of a frame."""
        seen = identities(self._teller.peek(text))
        return bool(seen) and self._doubles.issuperset(seen)

    def _frame(self, text: str) -> None:
        """Take in one frame. Text that was not UTF-8 is repaired by now, so that a recording decodes to the same."""
        if self._doubles and self._told_before(text):
            return
        events = self._teller.put(RecordKind.RECV, text)
        if self._telling is not None:
            self._telling.update(identities(events))
        now = self._loop.time()
        if self._watch is not None:
            self._watch.heard()
        if not events:
            return
        head = events[0]
        key = self._venue.stream_of(head)
        if key is None:
            self._control(events, now)
            return
        if self._lost_ns is not None:
            missed_s, self._lost_ns = self._lost_s(), None
            self._missed(self, missed_s)
        first = self.lines.heard(key, now)
        if first is not None:
            self._begun(first)
        if type(head) is BookDelta and head.snapshot:
            self._books[head.symbol] = key

    def _control(self, events: list[Event], now: float) -> None:
        for event in events:
            if isinstance(event, Ack):
                words = self.lines.acked(event.key, now)
                if words is not None:
                    self._teller.gap(None, event.key, words)
            elif isinstance(event, Refusal) and event.key is not None:
                words = plain(f"{event.code} {event.message}")
                if self.lines.refuse(event.key, words):
                    self._teller.gap(None, event.key, f"refused: {words}")
