"""The next socket of a connection that its venue ends at a certain age: made ready beside the old one."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from websockets.asyncio.client import ClientConnection

from liqtui.events import Ack, BookDelta, Event, Index, Trade
from liqtui.venues.base import Subscription, Venue

Identity = tuple[str, str, object]


def identities(events: Iterable[Event]) -> list[Identity]:
    """What tells data of two sockets apart: the number of a trade or of a book's change, else the time of a figure."""
    found: list[Identity] = []
    for event in events:
        if isinstance(event, Trade):
            found.append(("Trade", event.symbol, event.id))
        elif isinstance(event, BookDelta):
            found.append(("BookDelta", event.symbol, event.seq))
        else:
            whose = event.index if isinstance(event, Index) else getattr(event, "symbol", "")
            found.append((type(event).__name__, whose, getattr(event, "time_ns", None)))
    return found


class Relief:
    """A socket that listens beside the old one. What it hears is held until it takes over; nothing is told twice."""

    def __init__(
        self, venue: Venue, wanted: list[Subscription], connect: Callable[[], Awaitable[ClientConnection]],
        peek: Callable[[str], list[Event]], note: Callable[[str], object],
    ) -> None:
        """`peek` decodes a frame and tells nobody; `note` writes down what is sent."""
        self.wanted = {s.key: s for s in wanted}
        self.held: list[str] = []
        self._venue, self._connect, self._peek, self._note = venue, connect, peek, note
        self._missing = set(self.wanted)
        self._socket: ClientConnection | None = None

    @property
    def socket(self) -> ClientConnection:
        assert self._socket is not None, "used before it was made ready"
        return self._socket

    async def ready(self, overlap_s: float) -> None:
        """Open, subscribe, hear of every subscription, then listen for `overlap_s` more: what the old one has not told
        by then is held here, however much later it is there.

        Raises:
            OSError, WebSocketException: it could not be opened, or was closed again.
        """
        self._socket = await self._connect()
        for text in self._venue.subscribe(list(self.wanted.values())):
            self._note(text)
            await self._socket.send(text)
        loop = asyncio.get_running_loop()
        while self._missing:
            self._hold(await self._socket.recv(decode=False))
        end = loop.time() + overlap_s
        while (left := end - loop.time()) > 0:
            try:
                async with asyncio.timeout(left):
                    self._hold(await self._socket.recv(decode=False))
            except TimeoutError:
                return

    async def close(self) -> None:
        if self._socket is not None:
            await self._socket.close()

    def _hold(self, raw: bytes) -> None:
        text = raw.decode("utf-8", "replace")
        events = self._peek(text)
        key = self._venue.stream_of(events[0]) if events else None
        if key is None:
            self._missing -= {event.key for event in events if isinstance(event, Ack)}
        else:
            self._missing.discard(key)
            self.held.append(text)
