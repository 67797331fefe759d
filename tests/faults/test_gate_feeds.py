"""The feeds on Gate's wire: answers that repeat what was asked, books that begin whole, sizes asked for as they are."""

import contextlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from live_feeds import running, until
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from liqtui.events import Ack, BookDelta, FeedState, Listing, Mark, Side
from liqtui.events import Liquidation as Forced
from liqtui.venues.base import VenueSettings
from liqtui.venues.gate import create

ROW = {"name": "BTC_USDT", "type": "direct", "quanto_multiplier": "0.0001", "order_price_round": "0.1"}
DATA: dict[str, object] = {
    "futures.tickers": [{"contract": "BTC_USDT", "mark_price": "100", "total_size": "5"}],
    "futures.obu": {"full": True, "s": "ob.BTC_USDT.400", "t": 1, "u": 7, "b": [["99.9", "1.5"]], "a": []},
    "futures.public_liquidates": [{"contract": "BTC_USDT", "size": "-2.5", "price": 99.5, "time_ms": 5}],
}


@dataclass
class GateExchange:
    """The server: it answers, and sends one frame of data for each subscription and for each ping."""

    url: str = ""
    headers: list[str | None] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def rest(self, socket: ServerConnection, request: Request) -> Response | None:
        if not request.path.startswith("/api/v4/"):
            return None
        return socket.respond(200, json.dumps([ROW] if request.path.endswith("/futures/usdt/contracts") else []))

    async def talk(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        self.headers.append(socket.request.headers.get("X-Gate-Size-Decimal"))
        self.paths.append(socket.request.path)
        async for text in socket:
            frame = json.loads(text)
            channel, now = frame["channel"], time.time_ns() // 10**6
            head = {"time": now // 1000, "time_ms": now, "channel": channel}
            await socket.send(json.dumps(head | frame | {"result": {"status": "success"}, "event": "subscribe"}))
            if channel in DATA:
                await socket.send(json.dumps(head | {"event": "update", "result": DATA[channel]}))


@contextlib.asynccontextmanager
async def gate_exchange() -> AsyncIterator[GateExchange]:
    there = GateExchange()
    async with serve(there.talk, "127.0.0.1", 0, process_request=there.rest) as server:
        there.url = f"127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
        yield there


async def test_a_socket_that_asks_for_fractions_and_hears_every_stream() -> None:
    async with gate_exchange() as there:
        venue = create(VenueSettings(ws_url=f"ws://{there.url}/v4/ws", rest_url=f"http://{there.url}"))
        async with running(venue) as (feeds, memory):
            await until(lambda: [i for listing in memory.all(Listing) for i in listing.instruments])
            (instrument,) = (i for listing in memory.all(Listing) for i in listing.instruments)
            feeds.watch(instrument)
            await until(lambda: FeedState.LIVE in memory.states("gate/1"))
            await until(lambda: memory.all(Mark) and memory.all(BookDelta) and memory.all(Forced))
            assert {a.key for a in memory.all(Ack)} == {s.key for s in venue.subscriptions([instrument])}
            assert (there.headers, there.paths) == (["1"], ["/v4/ws/usdt"])
            (book,), (forced,) = memory.all(BookDelta), memory.all(Forced)
            assert (book.snapshot, book.seq, book.bids[0].size * book.unit) == (True, 7, 1.5 * 0.0001)
            assert (forced.side, forced.size) == (Side.LONG, 2.5 * 0.0001)
