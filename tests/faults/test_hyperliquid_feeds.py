"""The feeds on Hyperliquid's wire, on loopback: questions are POSTed, pages have two ends, old trades count once."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from live_feeds import Memory, running, until
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from liqtui.events import Backfill, Candles, FeedState, Listing, Mark, OpenInterest, Rejected, Tiers, Trade
from liqtui.instruments import Catalogue, Instrument
from liqtui.venues.base import VenueSettings
from liqtui.venues.hyperliquid import create

UNIVERSE = {
    "universe": [{"szDecimals": 5, "name": "BTC", "maxLeverage": 40, "marginTableId": 56}],
    "marginTables": [[56, {"marginTiers": [{"lowerBound": "0.0", "maxLeverage": 40}]}]],
}
CONTEXT = {"funding": "0.00001", "openInterest": "5", "oraclePx": "100", "markPx": "100"}
SECONDS = {"1d": 86_400, "1h": 3_600, "5m": 300, "1m": 60}


@dataclass
class Chain:
    """A tiny Hyperliquid: each trades stream begins with all trades so far."""

    ws_url: str = ""
    rest_url: str = ""
    lines: list[str] = field(default_factory=list)
    questions: list[dict[str, Any]] = field(default_factory=list)
    trades: list[dict[str, Any]] = field(default_factory=list)
    listeners: set[ServerConnection] = field(default_factory=set)
    pings: int = 0

    async def trade(self) -> None:
        users = ["0x" + "a" * 40, "0x" + "b" * 40]
        self.trades.append({"coin": "BTC", "side": "B", "px": "100", "sz": "1", "time": time.time_ns() // 10**6,
                            "tid": len(self.trades), "users": users})  # fmt: skip
        for socket in list(self.listeners):
            await self.say(socket, "trades", self.trades[-1:])

    async def say(self, socket: ServerConnection, channel: str, data: object) -> None:
        with contextlib.suppress(ConnectionClosed):
            await socket.send(json.dumps({"channel": channel, "data": data}))

    async def talk(self, socket: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for text in socket:
                asked = json.loads(text)
                if asked["method"] == "ping":
                    self.pings += 1
                    await self.say(socket, "pong", None)
                    continue
                await self.say(socket, "subscriptionResponse", asked)
                match asked["subscription"]["type"]:
                    case "trades":
                        await self.say(socket, "trades", self.trades)
                        self.listeners.add(socket)
                    case "activeAssetCtx":
                        await self.say(socket, "activeAssetCtx", {"coin": "BTC", "ctx": CONTEXT})
        self.listeners.discard(socket)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while line := await reader.readline():
                length = 0
                while header := (await reader.readline()).strip().lower():
                    name, _, value = header.partition(b":")
                    length = int(value) if name == b"content-length" else length
                asked = json.loads(await reader.readexactly(length))
                self.lines.append(line.decode().strip())
                self.questions.append(asked)
                body = json.dumps(self._body(asked)).encode()
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
                await writer.drain()
        writer.close()

    def _body(self, asked: dict[str, Any]) -> object:
        match asked["type"]:
            case "meta":
                return UNIVERSE
            case "metaAndAssetCtxs":
                return [UNIVERSE, [CONTEXT]]
        wanted = asked["req"]
        step = SECONDS[wanted["interval"]] * 1000
        last = min(wanted["endTime"], time.time_ns() // 10**6) // step * step
        return [
            {"t": t, "o": "100", "h": "101", "l": "99", "c": "100", "v": "1"}
            for t in range(wanted["startTime"] // step * step, last + 1, step)
        ]


@contextlib.asynccontextmanager
async def chain() -> AsyncIterator[Chain]:
    it = Chain()
    rest = await asyncio.start_server(it.answer, "127.0.0.1", 0)
    async with serve(it.talk, "127.0.0.1", 0, compression=None, close_timeout=0.2) as ws:
        it.ws_url = f"ws://127.0.0.1:{next(iter(ws.sockets)).getsockname()[1]}/ws"
        it.rest_url = f"http://127.0.0.1:{rest.sockets[0].getsockname()[1]}"
        try:
            yield it
        finally:
            rest.close()


async def listed(memory: Memory) -> Instrument:
    await until(lambda: memory.all(Listing))
    found = Catalogue(memory.all(Listing)[0].instruments).get("hyperliquid", "BTC")
    assert found is not None
    return found


async def test_questions_are_posted_and_history_needs_neither_marks_nor_interest() -> None:
    async with chain() as it, running(create(VenueSettings(ws_url=it.ws_url, rest_url=it.rest_url))) as (feeds, memory):
        feeds.watch(await listed(memory))
        await until(lambda: "1m" in memory.stages())
        assert memory.stages()[:4] == ["1D", "1H", "5m", "1m"]
        assert set(it.lines) == {"POST /info HTTP/1.1"}, "the fragment is never sent"
        pages = [q["req"] for q in it.questions if q["type"] == "candleSnapshot"]
        assert all(page["startTime"] < page["endTime"] for page in pages)
        assert len(pages) <= 8, "a page or two for each period"
        assert {page.period_ns // 10**9 for page in memory.all(Candles)} == set(SECONDS.values())
        assert not any(page.mark for page in memory.all(Candles))
        assert memory.all(Tiers)[0].tiers[0].maintenance == 0.0125
        assert memory.all(Mark)
        assert memory.all(OpenInterest)
        assert not any(report.problem for report in memory.all(Backfill))
        assert not memory.all(Rejected)


async def test_trades_told_again_on_a_new_socket_count_once() -> None:
    async with chain() as it, running(create(VenueSettings(ws_url=it.ws_url, rest_url=it.rest_url))) as (feeds, memory):
        feeds.watch(await listed(memory))
        await until(lambda: FeedState.LIVE in memory.states("hyperliquid/1"))
        await it.trade()
        await it.trade()
        await until(lambda: len(memory.all(Trade)) == 2)
        (socket,) = it.listeners
        await socket.close(1000, "as it does")
        await until(lambda: it.listeners and socket not in it.listeners)
        await it.trade()
        await until(lambda: len(memory.all(Trade)) >= 3)
        assert [t.id for t in memory.all(Trade)] == ["0", "1", "2"]
        assert memory.all(Trade)[0].parties == ("0x" + "a" * 40, "0x" + "b" * 40)
