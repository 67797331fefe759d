"""A loopback exchange that speaks Binance's wire: its paths, its answers, its books apart from their changes."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from loopback import rest_host
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request as Handshake
from websockets.http11 import Response

BOOKS, MARKETS, COIN_M = "/public/stream", "/market/stream", "/stream"
EVERY_S = 0.02


def lives_on(name: str, path: str) -> bool:
    """Whether a stream speaks there. Elsewhere it is acknowledged and silent, as it is in truth."""
    if "usd_" in name or "usd@" in name:
        return path == COIN_M
    return path == (BOOKS if "@depth" in name else MARKETS) or name.startswith("!")


def symbol_row(symbol: str, pair: str, **more: object) -> dict[str, object]:
    base = pair.removesuffix("USDT").removesuffix("USD")
    return {
        "symbol": symbol, "pair": pair, "contractType": "PERPETUAL", "deliveryDate": 4133404800000, "onboardDate": 1,
        "baseAsset": base, "quoteAsset": pair.removeprefix(base), "marginAsset": "USDT",
        "filters": [{"filterType": "PRICE_FILTER", "tickSize": "0.1"}], **more,
    }  # fmt: skip


LISTINGS = {
    "/fapi/v1/exchangeInfo": [symbol_row("BTCUSDT", "BTCUSDT", status="TRADING")],
    "/dapi/v1/exchangeInfo": [symbol_row("BTCUSD_PERP", "BTCUSD", contractStatus="TRADING", contractSize=100)],
}


@dataclass
class BinanceExchange:
    """The server: one book of numbers, faults to switch, and what was asked."""

    ws_url: str = ""
    rest_url: str = ""
    lose_changes: int = 0
    """So many of the next changes are not sent."""
    old_books: int = 0
    """So many of the next whole books are older than all changes that were sent."""
    number: int = 1_000
    trade: int = 0
    gets: list[str] = field(default_factory=list)
    asked: list[tuple[str, str, list[str]]] = field(default_factory=list)
    """(path, method, streams)."""
    late: set[asyncio.Task[None]] = field(default_factory=set)
    streams: dict[ServerConnection, list[str]] = field(default_factory=dict)
    trades_told: list[int] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    refuse_status: int = 0
    late_s: float = 0.0
    """The oldest socket of each path hears everything so much later."""

    def check(self, socket: ServerConnection, _: Handshake) -> Response | None:
        return socket.respond(self.refuse_status, "no\n") if self.refuse_status else None

    async def talk(self, socket: ServerConnection) -> None:
        path = socket.request.path if socket.request is not None else ""
        self.opened.append(path)
        self.streams[socket] = []
        try:
            async for text in socket:
                frame = json.loads(text)
                names, method = frame.get("params", []), frame["method"]
                self.asked.append((path, method, names))
                result: list[str] | None = None
                if method == "SUBSCRIBE":
                    self.streams[socket] += [name for name in names if name not in self.streams[socket]]
                elif method == "UNSUBSCRIBE":
                    self.streams[socket] = [name for name in self.streams[socket] if name not in names]
                else:
                    result = self.streams[socket]
                await socket.send(json.dumps({"result": result, "id": frame["id"]}))
        except ConnectionClosed:
            pass
        finally:
            self.streams.pop(socket, None)

    async def speak(self) -> None:
        """One market for all sockets: every stream's frame is the same on each."""
        while True:
            await asyncio.sleep(EVERY_S)
            now = time.time_ns() // 10**6
            before, self.number = self.number, self.number + 3
            self.trade += 1
            lost, self.lose_changes = self.lose_changes > 0, max(0, self.lose_changes - 1)
            for name in {name for names in self.streams.values() for name in names}:
                symbol, _, what = name.partition("@")
                data = self._frame(symbol.upper(), what, now, before)
                if data is None or (lost and what.startswith("depth")):
                    continue
                text = json.dumps({"stream": name, "data": data}, separators=(",", ":"))
                for socket, names in list(self.streams.items()):
                    path = socket.request.path if socket.request is not None else ""
                    if name in names and lives_on(name, path):
                        await self._send(socket, path, text)
            self.trades_told.append(self.trade)

    async def _send(self, socket: ServerConnection, path: str, text: str) -> None:
        oldest = next(s for s in self.streams if s.request is not None and s.request.path == path)
        if self.late_s and socket is oldest:
            later = asyncio.create_task(self._send_late(socket, text))
            self.late.add(later)
            later.add_done_callback(self.late.discard)
            return
        with contextlib.suppress(ConnectionClosed):
            await socket.send(text)

    async def _send_late(self, socket: ServerConnection, text: str) -> None:
        await asyncio.sleep(self.late_s)
        with contextlib.suppress(ConnectionClosed):
            await socket.send(text)

    def _frame(self, symbol: str, what: str, now: int, before: int) -> dict[str, object] | None:
        base: dict[str, object] = {"E": now, "s": symbol}
        match what:
            case "aggTrade":
                fills = {"a": self.trade, "f": self.trade, "l": self.trade}
                return base | fills | {"e": "aggTrade", "p": "100.0", "q": "1", "T": now, "m": False}
            case "markPrice@1s":
                return base | {"e": "markPriceUpdate", "p": "100.0", "i": "100.0", "r": "0.0001", "T": now + 1000}
            case "depth@100ms":
                numbers = {"U": before + 1, "u": self.number, "pu": before}
                return base | numbers | {"e": "depthUpdate", "T": now, "b": [["99.9", "2"]], "a": [["100.1", "2"]]}
        return None

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while line := await reader.readline():
                while (await reader.readline()).strip():
                    pass
                parts = urlsplit(line.split()[1].decode())
                self.gets.append(parts.path)
                body = json.dumps(self._body(parts.path, dict(parse_qsl(parts.query)))).encode()
                writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
                await writer.drain()

    def _body(self, path: str, query: dict[str, str]) -> object:
        if path in LISTINGS:
            return {"symbols": LISTINGS[path]}
        match path.rpartition("/")[2]:
            case "depth":
                number = self.number
                if self.old_books:
                    self.old_books -= 1
                    number = 5
                return {"lastUpdateId": number, "bids": [["99.8", "1"]], "asks": [["100.2", "1"]]}
            case "openInterest":
                return {"symbol": query["symbol"], "openInterest": "1000", "time": time.time_ns() // 10**6}
            case "premiumIndex":
                return {"symbol": query["symbol"], "markPrice": "100", "time": time.time_ns() // 10**6}
        return []


@contextlib.asynccontextmanager
async def binance_exchange() -> AsyncIterator[BinanceExchange]:
    """A running one on loopback."""
    there = BinanceExchange()
    sockets = serve(there.talk, "127.0.0.1", 0, process_request=there.check, compression=None, close_timeout=0.2)
    async with rest_host(there.answer) as there.rest_url, sockets as ws:
        there.ws_url = f"ws://127.0.0.1:{next(iter(ws.sockets)).getsockname()[1]}"
        speaker = asyncio.create_task(there.speak())
        try:
            yield there
        finally:
            speaker.cancel()
