"""Each simulated venue can be broken by itself: what its clients see, over real sockets, while the others go on."""

import asyncio
import contextlib
import itertools
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus

from liqtui.events import Rejected
from liqtui.sim.exchange import Exchange
from liqtui.sim.server import simulate
from liqtui.sim.settings import VENUE_NAMES, SimSettings
from liqtui.venues import load
from liqtui.venues.base import Keepalive, Request, VenueSettings

PATIENCE_S = 20.0
"""For what must come."""
BITCOIN = {"okx": "BTC-USDT-SWAP", "binance": "BTCUSDT", "bybit": "BTCUSDT", "hyperliquid": "BTC"}


class Client:
    """A client of one venue that listens to bitcoin's book and asks for what the venue lists."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.venue = load(exchange.name, VenueSettings(ws_url=exchange.ws_url, rest_url=exchange.rest_url))

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[ClientConnection]:
        contract = next(c for c in self.exchange.market.contracts if c.symbol == BITCOIN[self.exchange.name])
        listed = {i.symbol: i for e in await self.ask(self.listing) for i in getattr(e, "instruments", ())}
        streams = self.venue.subscriptions([listed[contract.symbol]])
        book = next(s for s in streams if "book" in s.key.lower() or "depth" in s.key)
        async with connect(book.url, compression=None, proxy=None) as socket:
            for text in self.venue.subscribe([book]):
                await socket.send(text)
            yield socket

    @property
    def listing(self) -> Request:
        return self.venue.listing_requests()[0]

    async def ask(self, request: Request) -> list[Any]:
        answer = await self.http(request)
        assert answer.status_code == 200, answer.text
        return list(self.venue.decode_reply(request.url, answer.content, time.time_ns(), {}))

    async def http(self, request: Request) -> httpx.Response:
        url = request.url.partition("#")[0]
        async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_S) as http:
            return await (http.post(url, content=request.body) if request.body else http.get(url))

    async def fault(self, **query: str) -> None:
        """Break something until it is mended, however slow the machine."""
        async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_S) as http:
            answer = await http.get(f"{self.exchange.rest_url}/sim/fault", params={"seconds": "600"} | query)
        assert answer.status_code == 200


async def data(socket: ClientConnection, seconds: float, enough: int = 1 << 30) -> list[str]:
    """Frames of the book that come within a time, or until there are enough."""
    frames: list[str] = []
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while len(frames) < enough:
                text = await socket.recv()
                frames += [text] if isinstance(text, str) and len(text) > 400 else []
    return frames


async def test_every_fault_on_every_venue() -> None:
    """The same drill on all venues at once: none stops another."""

    async def go_through(client: Client) -> None:
        await client.exchange.opened.wait()
        for drill in (mutes, skips, breaks, dies, refuses):
            await drill(client)

    async with simulate(SimSettings(seed=3, venues=VENUE_NAMES)) as exchanges:
        await asyncio.gather(*(go_through(Client(exchange)) for exchange in exchanges.values()))


async def mutes(client: Client) -> None:
    """The socket stays open, requests and pings are answered, and no data comes; then it comes again."""
    async with client.listening() as socket:
        assert await data(socket, PATIENCE_S, enough=1)
        await client.fault(kind="mute")
        await data(socket, 0.1)
        alive = client.venue.keepalive
        await socket.send(alive.text if isinstance(alive, Keepalive) else '{"method":"LIST_SUBSCRIPTIONS","id":9}')
        answers = [await asyncio.wait_for(socket.recv(), PATIENCE_S)]
        assert len(answers[0]) < 400
        assert await client.ask(client.listing), "REST is well"
        assert await data(socket, 0.3) == []
        await client.fault(kind="none")
        assert await data(socket, PATIENCE_S, enough=1)


async def skips(client: Client) -> None:
    """A change of the book is left out: the chain breaks once. Hyperliquid's whole books have no chain to break."""
    async with client.listening() as socket:
        frames = await data(socket, PATIENCE_S, enough=1)
        listed = {i.symbol: i for e in await client.ask(client.listing) for i in getattr(e, "instruments", ())}

        def holes() -> int:
            books = [e for text in frames for e in client.venue.decode(text, time.time_ns(), listed)]
            return sum(b.prev_seq is not None and b.prev_seq != a.seq for a, b in itertools.pairwise(books))  # type: ignore[attr-defined]

        await client.fault(kind="gap")
        chained, began = client.exchange.name != "hyperliquid", time.monotonic()
        while chained and not holes() and time.monotonic() < began + PATIENCE_S:  # what was on its way comes first
            frames += await data(socket, PATIENCE_S, enough=1)
        frames += await data(socket, PATIENCE_S, enough=2)
        assert holes() == chained


async def breaks(client: Client) -> None:
    """Among sound frames come broken ones, which the decoder rejects and nothing else."""
    rejected = 0
    async with client.listening() as socket:
        await client.fault(kind="malformed")
        while rejected < 2:
            events = client.venue.decode(await asyncio.wait_for(socket.recv(), PATIENCE_S), 0, {})
            rejected += sum(isinstance(e, Rejected) for e in events)
        await client.fault(kind="none")


async def dies(client: Client) -> None:
    """Killed: the socket is cut and nobody gets in, by socket or by REST, until it is back."""
    async with client.listening() as socket:
        await client.fault(kind="drop")
        with pytest.raises(ConnectionClosed):
            await data(socket, PATIENCE_S)
    with pytest.raises((ConnectionError, EOFError, InvalidMessage)):
        await connect(client.exchange.ws_url or "", proxy=None)
    with pytest.raises(httpx.TransportError):
        await client.http(client.listing)
    await client.fault(kind="none")
    async with client.listening() as socket:
        assert await data(socket, PATIENCE_S, enough=1)


async def refuses(client: Client) -> None:
    """Each status a venue may refuse with, to sockets and REST alike."""
    for status in (403, 418, 429, 451, 503):
        await client.fault(kind="refuse", status=str(status))
        with pytest.raises(InvalidStatus) as refused:
            await connect(client.exchange.ws_url, proxy=None)
        assert refused.value.response.status_code == status
        answer = await client.http(client.listing)
        assert answer.status_code == status
        json.loads(answer.content)
    await client.fault(kind="none")
    assert await client.ask(client.listing)
