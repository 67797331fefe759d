"""A loopback exchange that speaks Bybit's wire: two categories, answers by request name, books that begin whole."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

EVERY_S = 0.02
SYMBOLS = {"linear": ("BTCUSDT", "LinearPerpetual", "USDT"), "inverse": ("BTCUSD", "InversePerpetual", "BTC")}


@dataclass
class BybitExchange:
    """The server: one book of numbers, faults to switch, and what was asked."""

    url: str = ""
    lose_changes: int = 0
    """So many of the next changes of the linear book are not sent."""
    restart: bool = False
    """The next change of the linear book is number 1, and whole."""
    unknown: set[str] = field(default_factory=set)
    """Topics without a handler."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    """(op, topic)."""
    number: int = 1_000
    pages: list[list[str]] = field(default_factory=list)
    """Coins of the linear contracts, where they are listed in pages."""
    listed: list[tuple[str, str]] = field(default_factory=list)
    """(category, cursor) of every question what is listed."""
    topics: dict[ServerConnection, list[str]] = field(default_factory=dict)

    def rest(self, socket: ServerConnection, request: Request) -> Response | None:
        parts = urlsplit(request.path)
        if not parts.path.startswith("/v5/market/"):
            return None
        rows: list[object] = []
        if parts.path.endswith("/instruments-info"):
            query = dict(parse_qsl(parts.query))
            symbol, kind, settle = SYMBOLS[query["category"]]
            self.listed.append((query["category"], query.get("cursor", "")))
            if query["category"] == "linear" and self.pages:
                return self.page(socket, query.get("cursor", ""))
            rows = [contract(symbol, kind, "BTC", symbol.removeprefix("BTC"), settle)]
        return socket.respond(200, json.dumps({"retCode": 0, "result": {"list": rows}, "time": now()}))

    def page(self, socket: ServerConnection, cursor: str) -> Response:
        """Cursors come encoded; one follows the last page, too, and an empty page follows that."""
        at = int(cursor.partition("=")[2] or 0)
        coins = self.pages[at] if at < len(self.pages) else []
        rows = [contract(f"{coin}USDT", "LinearPerpetual", coin, "USDT", "USDT") for coin in coins]
        result = {"list": rows, "nextPageCursor": f"page%3D{at + 1}" if coins else ""}
        return socket.respond(200, json.dumps({"retCode": 0, "result": result, "time": now()}))

    async def talk(self, socket: ServerConnection) -> None:
        self.topics[socket] = []
        speaker = asyncio.create_task(self.speak(socket))
        try:
            async for text in socket:
                frame = json.loads(text)
                if frame["op"] == "ping":
                    await socket.send('{"success":true,"ret_msg":"pong","conn_id":"x","req_id":"","op":"ping"}')
                    continue
                (topic,) = frame["args"]
                self.asked.append((frame["op"], topic))
                answer = {"success": True, "ret_msg": "", "conn_id": "x", "req_id": frame["req_id"], "op": frame["op"]}
                if topic in self.unknown:
                    answer |= {"success": False, "ret_msg": f"error:handler not found,topic:{topic}"}
                elif frame["op"] == "subscribe":
                    self.topics[socket].append(topic)
                else:
                    self.topics[socket].remove(topic)
                await socket.send(json.dumps(answer))
                if answer["success"] and frame["op"] == "subscribe" and topic.startswith("orderbook."):
                    await socket.send(self.book(topic, "snapshot"))
        except ConnectionClosed:
            pass
        finally:
            speaker.cancel()
            self.topics.pop(socket, None)

    def book(self, topic: str, kind: str) -> str:
        data = {"s": topic.rpartition(".")[2], "b": [["99.9", "2"]], "a": [["100.1", "2"]], "u": self.number, "seq": 1}
        return json.dumps({"topic": topic, "type": kind, "ts": now(), "data": data}, separators=(",", ":"))

    async def speak(self, socket: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                await asyncio.sleep(EVERY_S)
                for topic in list(self.topics[socket]):
                    text = self.frame(topic)
                    if text is not None:
                        await socket.send(text)

    def frame(self, topic: str) -> str | None:
        what, symbol = topic.partition(".")[0], topic.rpartition(".")[2]
        head = {"topic": topic, "type": "delta", "ts": now()}
        match what:
            case "tickers":
                return json.dumps(head | {"data": {"symbol": symbol, "markPrice": "100.0"}}, separators=(",", ":"))
            case "publicTrade":
                fill = {"T": now(), "s": symbol, "S": "Buy", "v": "1", "p": "100.0", "i": str(self.number), "BT": False}
                return json.dumps(head | {"data": [fill]}, separators=(",", ":"))
            case "orderbook" if symbol == "BTCUSDT":
                self.number = 1 if self.restart else self.number + 1
                self.restart = False
                lost, self.lose_changes = self.lose_changes > 0, max(0, self.lose_changes - 1)
                return None if lost else self.book(topic, "delta")
        return None


def contract(symbol: str, kind: str, coin: str, quote: str, settle: str) -> dict[str, object]:
    return {
        "symbol": symbol, "contractType": kind, "status": "Trading", "baseCoin": coin, "quoteCoin": quote,
        "settleCoin": settle, "priceFilter": {"tickSize": "0.1"}, "leverageFilter": {"maxLeverage": "100"},
    }  # fmt: skip


def now() -> int:
    return time.time_ns() // 10**6


@contextlib.asynccontextmanager
async def bybit_exchange() -> AsyncIterator[BybitExchange]:
    """The exchange, listening until the block ends."""
    there = BybitExchange()
    async with serve(there.talk, "127.0.0.1", 0, process_request=there.rest) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        there.url = f"127.0.0.1:{port}"
        yield there
