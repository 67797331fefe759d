"""A tiny Hyperliquid on loopback: its wire, its REST, what addresses hold, and what it should do wrong."""

import asyncio
import contextlib
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from live_feeds import Memory, until
from loopback import rest_host
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from liqtui.events import Listing
from liqtui.instruments import Catalogue, Instrument

UNIVERSE = {
    "universe": [{"szDecimals": 5, "name": "BTC", "maxLeverage": 40, "marginTableId": 56}],
    "marginTables": [[56, {"marginTiers": [{"lowerBound": "0.0", "maxLeverage": 40}]}]],
}
CONTEXT = {"funding": "0.00001", "openInterest": "5", "oraclePx": "100", "markPx": "100"}
SECONDS = {"1d": 86_400, "1h": 3_600, "5m": 300, "1m": 60}


def address(letter: str) -> str:
    return "0x" + letter * 40


def holding(size: float, liquidation: float | None, coin: str = "BTC") -> dict[str, Any]:
    """A position entered at 100 with 20×; a short is negative."""
    return {
        "coin": coin, "szi": str(size), "entryPx": "100", "leverage": {"type": "cross", "value": 20},
        "liquidationPx": None if liquidation is None else str(liquidation),
    }  # fmt: skip


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
    held: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Address → its positions, as the wire has them; who is not here is flat."""
    statuses: list[int] = field(default_factory=list)
    """Of the next answers about addresses; 200 after them."""
    young: bool = False
    """It has candles of the last hour only."""
    asked: Counter[str] = field(default_factory=Counter)
    """Addresses asked for, refused or not."""

    async def trade(self, buyer: str = "a", seller: str = "b") -> None:
        """Five coins at 100; who trades is named by a letter."""
        users = [address(buyer), address(seller)]
        self.trades.append({"coin": "BTC", "side": "B", "px": "100", "sz": "5", "time": time.time_ns() // 10**6,
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
                status = 200
                if asked["type"] == "clearinghouseState":
                    self.asked[asked["user"]] += 1
                    status = self.statuses.pop(0) if self.statuses else 200
                body = json.dumps(self._body(asked)).encode() if status == 200 else b"no"
                writer.write(b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n" % (status, len(body)) + body)
                await writer.drain()

    def _body(self, asked: dict[str, Any]) -> object:
        match asked["type"]:
            case "meta":
                return UNIVERSE
            case "metaAndAssetCtxs":
                return [UNIVERSE, [CONTEXT]]
            case "clearinghouseState":
                rows = [{"type": "oneWay", "position": row} for row in self.held.get(asked["user"], [])]
                return {"assetPositions": rows, "time": time.time_ns() // 10**6}
        wanted = asked["req"]
        step = SECONDS[wanted["interval"]] * 1000
        first = max(wanted["startTime"], (time.time_ns() // 10**6 - 3_600_000) * self.young)
        last = min(wanted["endTime"], time.time_ns() // 10**6) // step * step
        return [
            {"t": t, "o": "100", "h": "101", "l": "99", "c": "100", "v": "1"}
            for t in range(first // step * step, last + 1, step)
        ]


@contextlib.asynccontextmanager
async def chain() -> AsyncIterator[Chain]:
    it = Chain()
    sockets = serve(it.talk, "127.0.0.1", 0, compression=None, close_timeout=0.2)
    async with rest_host(it.answer) as it.rest_url, sockets as ws:
        it.ws_url = f"ws://127.0.0.1:{next(iter(ws.sockets)).getsockname()[1]}/ws"
        yield it


async def listed(memory: Memory) -> Instrument:
    await until(lambda: memory.all(Listing))
    found = Catalogue(memory.all(Listing)[0].instruments).get("hyperliquid", "BTC")
    assert found is not None
    return found
