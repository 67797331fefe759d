"""What keeps one open socket asked, alive and watched, beside whoever reads it."""

import asyncio
import logging

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from liqtui.events import FeedState
from liqtui.feeds.lines import Lines
from liqtui.feeds.pace import Budget
from liqtui.feeds.records import RecordKind
from liqtui.feeds.settings import Timing
from liqtui.feeds.teller import Teller
from liqtui.venues.base import Venue

_log = logging.getLogger(__name__)
_HOUR_S = 3600.0


class Watch:
    """Of one socket: sends what is due, looks at silences, tells the state, and ends the socket where it is dead.

    A mute socket (acknowledgements and pongs, but no data) is said to be stale, then everything is asked for anew, then
    it is given up.
    """

    def __init__(self, socket: ClientConnection, lines: Lines, venue: Venue, teller: Teller, timing: Timing) -> None:
        self._socket, self._lines, self._venue, self._teller, self._timing = socket, lines, venue, teller, timing
        self._loop = asyncio.get_running_loop()
        self._budget = Budget(venue.limits.subscribes_per_hour, _HOUR_S)
        self._sent_at = self._loop.time()
        self._pinged_at: float | None = None
        self._ticked_ns = teller.now_ns()
        self._slept: tuple[int, float] | None = None
        self.dead = ""
        """Why the socket was ended here; empty while it was not."""

    @property
    def slept_ns(self) -> int | None:
        """Since when nothing was heard, where the program (or the machine) has slept and has but just woken: what a
        socket that is lost then had to say is missing since the beginning of the sleep."""
        self._look_at_the_time()
        if self._slept is None or self._loop.time() - self._slept[1] > self._timing.healthy_s:
            return None
        return self._slept[0]

    def heard(self) -> None:
        """Something came: an answer to our ping, or better."""
        self._pinged_at = None

    async def run(self) -> None:
        """Until cancelled, or until the socket has ended."""
        try:
            await self._ticks()
        except ConnectionClosed:
            pass  # whoever reads it knows why
        except Exception as error:  # without its watch a socket could be mute for ever
            _log.exception("%s: the watch failed", self._teller.name)
            self._end(f"internal error: {type(error).__name__}")

    async def _ticks(self) -> None:
        lines, teller = self._lines, self._teller
        while True:
            try:
                async with asyncio.timeout(self._timing.pong_s):
                    await self._subscribe()
                    await self._keep_alive()
            except TimeoutError:
                self._end("it takes nothing any more")
                return
            self._look_at_the_time()
            now = self._loop.time()
            for subscription, words in lines.overdue(now):
                teller.gap(subscription.symbol, subscription.key, words)
            if lines.revive(now):
                teller.gap(None, teller.name, f"{self._quiet(now)}; everything is asked for anew")
            teller.state(*self._state(now))
            teller.whole(lines)
            dead = self._deadly(now)
            if dead:
                self._end(dead)
                return
            await asyncio.sleep(self._timing.tick_s)

    def _look_at_the_time(self) -> None:
        now_ns = self._teller.now_ns()
        if now_ns - self._ticked_ns > self._timing.slept_s * 1e9:
            self._slept = self._ticked_ns, self._loop.time()
        self._ticked_ns = now_ns

    def _state(self, now: float) -> tuple[FeedState, str]:
        state, reason = self._lines.state(now)
        unheard = state is FeedState.CONNECTING and not reason and self._lines.spoke_at is not None
        return state, self._quiet(now) if unheard or state is FeedState.STALE else reason

    async def _subscribe(self) -> None:
        now = self._loop.time()
        drop, ask = self._lines.due(now)
        leaving = self._venue.unsubscribe(drop) if drop else []
        coming = self._venue.subscribe(ask) if ask else []
        if not self._budget.spend(len(leaving) + len(coming), now):
            return  # the hour's requests are used up; what is due stays due
        self._lines.dropped()
        self._lines.asked(ask, now)
        for text in (*leaving, *coming):
            await self._send(text)

    async def _keep_alive(self) -> None:
        keepalive = self._venue.keepalive
        if keepalive is not None and self._loop.time() - self._sent_at >= keepalive.idle_s:
            self._pinged_at = self._pinged_at or self._loop.time()  # of several unanswered ones the first counts
            await self._send(keepalive.text)

    async def _send(self, text: str) -> None:
        self._sent_at = self._loop.time()
        self._teller.put(RecordKind.SEND, text)
        await self._socket.send(text)

    def _deadly(self, now: float) -> str:
        """Why the socket is to be given up, or nothing."""
        if self._pinged_at is not None and now - self._pinged_at > self._timing.pong_s:
            return f"no answer to our ping for {now - self._pinged_at:.0f} s"
        return self._quiet(now) if self._lines.unheard(now) else self._lines.stubborn()

    def _quiet(self, now: float) -> str:
        since = self._lines.data_at if self._lines.spoke_at is None else self._lines.spoke_at
        return self._teller.quiet(now - since)

    def _end(self, words: str) -> None:
        self.dead = words
        self._teller.state(FeedState.STALE, words)
        self._socket.transport.abort()
