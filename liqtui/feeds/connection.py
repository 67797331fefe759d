"""One WebSocket kept alive: connect, subscribe, listen, watch, back off, again."""

import asyncio
import logging
import random
from collections.abc import Callable, Iterable

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidProxyStatus, InvalidStatus, WebSocketException

from liqtui.events import Ack, BookDelta, Event, FeedState, FeedStatus, Gap, Refusal
from liqtui.feeds.intake import Intake
from liqtui.feeds.lines import Lines
from liqtui.feeds.network import error_words, is_loopback, plain
from liqtui.feeds.pace import Backoff, Budget, Limiter
from liqtui.feeds.records import RecordKind
from liqtui.feeds.refusals import REFUSALS, Refusals, http_words, retry_after_s
from liqtui.feeds.relief import Identity, Relief, identities
from liqtui.feeds.settings import Timing
from liqtui.venues.base import SendsHeaders, Subscription, Venue

_log = logging.getLogger(__name__)
_HOUR_S = 3600.0
_PROTOCOL_PING_S = 20.0
_FAILURES = (OSError, WebSocketException, ImportError, ValueError)
"""Of opening a socket: the network, the handshake, a proxy that needs a missing library or has a broken URL."""


def gathering(gather_s: float) -> type[ClientConnection]:
    """A socket that reads at most every `gather_s` while frames come thick, so that those sent one by one are woken up
    for together.

    What comes after a calm is read at once; bytes that follow on its heels make the kernel collect for a while. A slow
    stream is never paused: that would double what its frames cost.
    """

    class _Gathering(ClientConnection):
        _read_at = 0.0

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            now = self.loop.time()
            thick, self._read_at = now - self._read_at < gather_s / 2, now
            if thick and self.response is not None and not self.transport.is_closing():
                self.transport.pause_reading()
                self.loop.call_later(gather_s, self._read_on)

        def _read_on(self) -> None:
            if not self.transport.is_closing():
                self.transport.resume_reading()

    return _Gathering


class Connection:
    """One socket of a venue and the subscriptions on it. Lives in the feeds' loop; `run` goes on until cancelled."""

    def __init__(
        self, name: str, url: str, venue: Venue, intake: Intake, gate: Limiter, rng: random.Random, timing: Timing,
        missed: Callable[["Connection", float], None], begun: Callable[[Subscription], None],
    ) -> None:
        """`missed` is told when the socket is open again, and for how many seconds it was not; `begun` of the first
        data of each subscription since it was asked for."""
        self.name, self.url = name, url
        self._missed, self._begun = missed, begun
        self.lines = Lines(timing)
        self._venue, self._intake, self._gate, self._timing = venue, intake, gate, timing
        self._rng = rng
        self._failures = Backoff(timing.backoff_s, timing.backoff_max_s, rng)
        self._refusals = Refusals(venue.limits, timing, rng)
        self._told: tuple[FeedState, str] | None = None
        self._books: dict[str, str] = {}
        self._whole: set[str] = set()
        self._budget = Budget(venue.limits.subscribes_per_hour, _HOUR_S)
        self._sent_at = 0.0
        self._pinged_at: float | None = None
        self._dead = ""
        self._lost_at: float | None = None
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
        self._whole.clear()

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
                self._tell(FeedState.CONNECTING, reason)
                started = self._loop.time()
                state = FeedState.CONNECTING
                try:
                    socket = await self._open_in_turn()
                except _FAILURES as error:
                    reason, status, after_s = _explain(error)
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
                self._tell(state, reason, retry_s)
                await asyncio.sleep(retry_s)
        finally:
            self._tell(FeedState.CLOSED, "")

    async def _open_in_turn(self) -> ClientConnection:
        async with self._gate.slot():
            return await self._open()

    async def _open(self) -> ClientConnection:
        return await connect(
            self.url,
            compression=None,
            additional_headers=self._venue.headers if isinstance(self._venue, SendsHeaders) else None,
            proxy=None if is_loopback(self.url) else True,
            max_size=self._venue.limits.max_frame_bytes,
            max_queue=None,  # bounded by the reads: each is at most 256 KiB and worked off before the next
            open_timeout=self._timing.open_s,
            close_timeout=self._timing.close_s,
            ping_interval=None if self._venue.keepalive else _PROTOCOL_PING_S,
            create_connection=gathering(self._timing.gather_s),
        )

    # --- an open socket -----------------------------------------------------------------------------------------

    async def _serve(self, socket: ClientConnection, before: str) -> str:
        """Use the socket until it ends; the answer is why it did."""
        now = self._loop.time()
        self._intake.put(RecordKind.CONNECT, self.name, self.url)
        if self._lost_at is not None:
            words = f"{now - self._lost_at:.1f} s not heard: {before}"
            self._intake.note(self.name, Gap(None, self.name, self._intake.now_ns(), words))
            self._missed(self, now - self._lost_at)
        self.lines.opened(now)
        self._whole.clear()
        self._budget = Budget(self._venue.limits.subscribes_per_hour, _HOUR_S)
        self._sent_at = now
        self._pinged_at, self._dead = None, ""
        reason = "closed here"
        try:
            while True:
                reason, younger = await self._use(socket)
                if younger is None:
                    break
                socket = younger
        finally:
            self._lost_at = self._loop.time()
            self._intake.heard[self._venue.name].broken()
            self._intake.put(RecordKind.DISCONNECT, self.name, self.url, reason)
            if self._dead:
                socket.transport.abort()
            else:
                await socket.close()
        return reason

    async def _use(self, socket: ClientConnection) -> tuple[str, ClientConnection | None]:
        """Listen until it ends; the answer is why it did, and the socket that has taken over, if one has."""
        tasks = [asyncio.create_task(self._watch(socket), name=f"{self.name} watch")]
        age_s = self._venue.limits.connection_s
        if age_s is not None:
            tasks.append(asyncio.create_task(self._relieve(socket, age_s), name=f"{self.name} relief"))
        try:
            while True:
                self._frame((await socket.recv(decode=False)).decode("utf-8", "replace"))
        except ConnectionClosed as error:
            relief, self._relief = self._relief, None
            if relief is not None and not self._dead:
                self._take_over(relief)
                return "", relief.socket
            return self._dead or _close_words(error), None
        except WebSocketException as error:
            return error_words(error), None
        finally:
            for task in tasks:
                task.cancel()

    async def _relieve(self, old: ClientConnection, age_s: float) -> None:
        """Before the venue ends `old` for its age, have another socket ready; then end it ourselves.

        Where that fails the venue ends it, and it is opened again like any other.
        """
        await asyncio.sleep(age_s * self._rng.uniform(0.90, 0.95))
        while True:
            relief = Relief(
                self._venue, self.lines.asked_for(), self._open_in_turn,
                lambda text: self._intake.peek(self.name, self.url, text),
                lambda text: self._intake.put(RecordKind.SEND, self.name, self.url, text),
            )
            self._telling, handed_over = set(), False
            try:
                async with asyncio.timeout(self._timing.relief_s):
                    await relief.ready(self._timing.overlap_s)
                if set(relief.wanted) == {s.key for s in self.lines.asked_for()}:
                    self._relief, handed_over = relief, True
                    await old.close()
                    return
            except _FAILURES as error:
                _log.info("%s: no relief: %s", self.name, error_words(error))
            finally:
                if not handed_over:
                    self._telling = None
                    await relief.close()
            await asyncio.sleep(self._timing.relief_s)

    def _take_over(self, relief: Relief) -> None:
        """The younger socket goes on: what it held and the old one has not told, in order."""
        now = self._loop.time()
        self._intake.put(RecordKind.CONNECT, self.name, self.url)
        if set(relief.wanted) != {s.key for s in self.lines.asked_for()}:
            self.lines.opened(now)  # wanted changed in this very moment: ask for all of it
        self._sent_at = now
        self._doubles, self._telling = self._telling or set(), None
        self._loop.call_later(self._timing.overlap_s, self._doubles.clear)
        for text in relief.held:
            self._frame(text)

    def _told_before(self, text: str) -> bool:
        """Whether the socket before this one has told all of a frame."""
        seen = identities(self._intake.peek(self.name, self.url, text))
        return bool(seen) and self._doubles.issuperset(seen)

    def _frame(self, text: str) -> None:
        """Take in one frame. Text that was not UTF-8 is repaired by now, so that a recording decodes to the same."""
        if self._doubles and self._told_before(text):
            return
        events = self._intake.put(RecordKind.RECV, self.name, self.url, text)
        if self._telling is not None:
            self._telling.update(identities(events))
        now = self._loop.time()
        self._pinged_at = None
        if not events:
            return
        head = events[0]
        key = self._venue.stream_of(head)
        if key is None:
            self._control(events, now)
            return
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
                    self._gap(None, event.key, words)
            elif isinstance(event, Refusal) and event.key is not None:
                words = plain(f"{event.code} {event.message}")
                if self.lines.refuse(event.key, words):
                    self._gap(None, event.key, f"refused: {words}")

    async def _watch(self, socket: ClientConnection) -> None:
        """Every tick: send what is due, look at silences, tell the state. Ends a dead socket, and one it fails on."""
        try:
            await self._ticks(socket)
        except ConnectionClosed:
            pass  # whoever reads it knows why
        except Exception as error:  # without its watch a socket could be mute for ever
            _log.exception("%s: the watch failed", self.name)
            self._end(socket, f"internal error: {type(error).__name__}")

    async def _ticks(self, socket: ClientConnection) -> None:
        while True:
            try:
                async with asyncio.timeout(self._timing.pong_s):
                    await self._subscribe(socket)
                    await self._keep_alive(socket)
            except TimeoutError:
                self._end(socket, "it takes nothing any more")
                return
            now = self._loop.time()
            for subscription, words in self.lines.overdue(now):
                self._gap(subscription.symbol, subscription.key, words)
            self._tell(*self.lines.state(now))
            self._tell_whole()
            dead = self._deadly_silence(now)
            if dead:
                self._end(socket, dead)
                return
            await asyncio.sleep(self._timing.tick_s)

    async def _subscribe(self, socket: ClientConnection) -> None:
        now = self._loop.time()
        drop, ask = self.lines.due(now)
        leaving = self._venue.unsubscribe(drop) if drop else []
        coming = self._venue.subscribe(ask) if ask else []
        if not self._budget.spend(len(leaving) + len(coming), now):
            return  # the hour's requests are used up; what is due stays due
        self.lines.dropped()
        self.lines.asked(ask, now)
        for text in (*leaving, *coming):
            await self._send(socket, text)

    async def _keep_alive(self, socket: ClientConnection) -> None:
        keepalive = self._venue.keepalive
        if keepalive is not None and self._loop.time() - self._sent_at >= keepalive.idle_s:
            self._pinged_at = self._pinged_at or self._loop.time()  # of several unanswered ones the first counts
            await self._send(socket, keepalive.text)

    async def _send(self, socket: ClientConnection, text: str) -> None:
        self._sent_at = self._loop.time()
        self._intake.put(RecordKind.SEND, self.name, self.url, text)
        await socket.send(text)

    def _deadly_silence(self, now: float) -> str:
        """Why the socket is to be given up, or nothing. A silent stream beside speaking ones is not a reason."""
        if self._pinged_at is not None and now - self._pinged_at > self._timing.pong_s:
            return f"no answer to our ping for {now - self._pinged_at:.0f} s"
        limit = self.lines.quiet_limit_s()
        if limit is not None and now - self.lines.data_at > limit:
            return f"all streams silent for {now - self.lines.data_at:.0f} s"
        return ""

    def _end(self, socket: ClientConnection, words: str) -> None:
        self._dead = words
        self._tell(FeedState.STALE, words)
        socket.transport.abort()

    # --- telling ------------------------------------------------------------------------------------------------

    def _tell(self, state: FeedState, reason: str, retry_s: float | None = None) -> None:
        if (state, reason) == self._told and retry_s is None:
            return
        self._told = (state, reason)
        now_ns = self._intake.now_ns()
        retry_ns = None if retry_s is None else now_ns + int(retry_s * 1e9)
        status = FeedStatus(self._venue.name, self.name, now_ns, state, reason, retry_ns)
        self._intake.note(self.name, status)

    def _tell_whole(self) -> None:
        """Note the symbols whose streams have just become whole: from now on nothing of them is missed."""
        heard = self._intake.heard[self._venue.name]
        for symbol in self.lines.symbols() - self._whole:
            if self.lines.whole_for(symbol):
                self._whole.add(symbol)
                heard.whole_ns.setdefault(symbol, self._intake.now_ns() + heard.ahead_ns)

    def _gap(self, symbol: str | None, stream: str, reason: str) -> None:
        self._intake.note(self.name, Gap(symbol, stream, self._intake.now_ns(), reason))


def _explain(error: Exception) -> tuple[str, int, float | None]:
    """Words for a failed opening, the venue's HTTP status (0: none), and the seconds it told us to wait."""
    if isinstance(error, InvalidStatus):
        status = error.response.status_code
        return http_words(status), status, retry_after_s(error.response.headers)
    if isinstance(error, InvalidProxyStatus):
        return f"proxy: {http_words(error.response.status_code)}", 0, None
    return error_words(error), 0, None


def _close_words(error: ConnectionClosed) -> str:
    if error.rcvd is not None:
        return plain(f"closed by the venue: {error.rcvd.code} {error.rcvd.reason}")
    if error.sent is not None:
        return plain(f"given up: {error.sent.code} {error.sent.reason}")
    return "connection lost"
