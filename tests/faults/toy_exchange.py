"""A tiny venue and its loopback exchange: the feeds' own vocabulary as JSON, and faults to switch."""

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec
from loopback import rest_host
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request as Handshake
from websockets.http11 import Response

from liqtui.events import (
    Ack,
    Bar,
    BookDelta,
    Candles,
    Event,
    InterestHistory,
    Level,
    Liquidation,
    Listing,
    Mark,
    Pong,
    Refusal,
    Rejected,
    Side,
    Tier,
    Tiers,
    Trade,
)
from liqtui.instruments import Instrument, Kind
from liqtui.venues.base import Bucket, HistoryPeriod, Keepalive, Limits, Request, Subscription

NS = 10**9
MINUTE = 1
"""Seconds of a toy minute, so that a joint takes no longer."""
PERIODS = (HistoryPeriod("8m", 8 * MINUTE, 160 * MINUTE), HistoryPeriod("1m", MINUTE, 40 * MINUTE))


def instrument(symbol: str, listed_ns: int | None = None, venue: str = "toy") -> Instrument:
    return Instrument(venue, symbol, symbol, "USD", "USD", Kind.PERPETUAL, False, 1.0, 0.1, symbol, symbol, listed_ns)


AAA, BBB = instrument("AAA"), instrument("BBB")


class Frame(msgspec.Struct, omit_defaults=True):
    """Every frame of the toy's wire."""

    t: str
    s: str = ""
    ns: int = 0
    p: float = 0.0
    seq: int = 0
    snap: bool = False
    key: str = ""
    msg: str = ""


class Ask(msgspec.Struct):
    op: str
    keys: list[str]


class Toy:
    """The venue. Control stream: the mark."""

    hosts = frozenset({"127.0.0.1", "toy.example"})
    thinned_liquidations = False
    liquidation_fee = 0.0

    def __init__(
        self, ws_url: str = "ws://127.0.0.1:1", rest_url: str = "http://127.0.0.1:1", *, silence_s: float = 0.6,
        idle_s: float | None = None, per_connection: int = 100, subscribes_per_hour: int = 1000,
        calls: int = 1000, period_s: float = 1.0, name: str = "toy",
    ) -> None:
        self.name = name
        self.ws_url, self.rest_url, self.silence_s = ws_url, rest_url, silence_s
        self.keepalive = None if idle_s is None else Keepalive("ping", idle_s)
        self.limits = Limits(50, subscribes_per_hour, 3, per_connection, 100_000)
        self.history: Sequence[HistoryPeriod] = PERIODS
        self.bucket = Bucket("all", calls, period_s)

    def subscriptions(
        self, instruments: Sequence[Instrument], prices_of: Sequence[Instrument] = ()
    ) -> list[Subscription]:
        keys = {f"mark:{i.symbol}": i.symbol for i in [*instruments, *prices_of]}
        keys |= {f"{s}:{i.symbol}": i.symbol for i in instruments for s in ("trade", "book")}
        return [
            Subscription(
                key, self.ws_url, {"key": key}, symbol, None if key.startswith("trade") else self.silence_s,
                key.startswith("mark"),
            )
            for key, symbol in keys.items()
        ]

    def subscribe(self, subscriptions: Sequence[Subscription]) -> list[str]:
        return self._frames("subscribe", subscriptions)

    def unsubscribe(self, subscriptions: Sequence[Subscription]) -> list[str]:
        return self._frames("unsubscribe", subscriptions)

    def _frames(self, op: str, subscriptions: Sequence[Subscription]) -> list[str]:
        keys, most = [s.key for s in subscriptions], self.limits.args_per_request
        return [msgspec.json.encode(Ask(op, keys[i : i + most])).decode() for i in range(0, len(keys), most)]

    def stream_of(self, event: Event) -> str | None:
        kinds: dict[type[Event], str] = {Trade: "trade", BookDelta: "book", Mark: "mark"}
        kind = kinds.get(type(event))
        return None if kind is None else f"{kind}:{getattr(event, 'symbol', '')}"

    def decode(self, raw: bytes | str, recv_ns: int, listed: Mapping[str, Instrument]) -> list[Event]:
        if raw == "pong":
            return [Pong()]
        if raw == "bomb":
            raise RuntimeError("a decoder's mistake")
        try:
            f = msgspec.json.decode(raw, type=Frame)
        except msgspec.MsgspecError as error:
            return [Rejected(str(error))]
        match f.t:
            case "ack":
                return [Ack(f.key)]
            case "refuse":
                return [Refusal(f.key or None, "60018", f.msg)]
            case "trade" if f.s in listed:
                return [Trade(f.s, f.ns, recv_ns, f.p, 1.0, True, str(f.seq))]
            case "mark" if f.s in listed:
                return [Mark(f.s, f.ns, recv_ns, f.p)]
            case "liq" if f.s in listed:
                return [Liquidation(f.s, f.ns, recv_ns, Side.LONG, 1.0, f.p)]
            case "book" if f.s in listed:
                return [BookDelta(f.s, f.ns, recv_ns, [Level(f.p, 1.0)], [], 1.0, f.snap, f.seq, f.seq - 1)]
        return []

    # --- REST ---------------------------------------------------------------------------------------------------

    def get(self, path: str, optional: bool = False, **query: object) -> Request:
        text = urlencode({k: v for k, v in query.items() if v is not None})
        return Request(f"{self.rest_url}/{path}?{text}", self.bucket, optional)

    def listing_requests(self) -> list[Request]:
        return [self.get("listing")]

    def state_requests(self, instrument: Instrument) -> list[Request]:
        return [self.get("tiers", s=instrument.symbol)]

    def candles(self, instrument: Instrument, period: HistoryPeriod, *, before_ns: int | None, mark: bool) -> Request:
        return self.get("marks" if mark else "candles", s=instrument.symbol, p=period.seconds, before=before_ns)

    def interest_history(self, instrument: Instrument, period: HistoryPeriod, *, before_ns: int | None) -> Request:
        return self.get("interest", s=instrument.symbol, p=period.seconds, before=before_ns)

    def decode_reply(self, url: str, body: bytes, recv_ns: int, listed: Mapping[str, Instrument]) -> list[Event]:
        path, query = urlsplit(url).path, dict(parse_qsl(urlsplit(url).query))
        try:
            match path:
                case "/listing":
                    return [Listing(self.name, msgspec.json.decode(body, type=list[Instrument]), recv_ns)]
                case "/tiers":
                    return [Tiers(query["s"], False, [Tier(0, 1e9, 0.004, 100)], Kind.PERPETUAL)]
                case "/interest":
                    points = msgspec.json.decode(body, type=list[tuple[int, float]])
                    return [InterestHistory(query["s"], int(query["p"]) * NS, points)]
                case "/candles" | "/marks":
                    bars = msgspec.json.decode(body, type=list[Bar])
                    return [Candles(query["s"], int(query["p"]) * NS, path == "/marks", bars)]
        except msgspec.MsgspecError as error:
            return [Rejected(str(error))]
        return [Rejected(f"nobody reads {path}")]


@dataclass
class Exchange:
    """The toy's server: what it should do wrong, and what was asked of it."""

    ws_url: str = ""
    rest_url: str = ""
    # faults
    mute: bool = False
    """Acknowledge, then say nothing."""
    silent_streams: set[str] = field(default_factory=set)
    no_ack: set[str] = field(default_factory=set)
    extra_ack: str = ""
    refuse_keys: dict[str, str] = field(default_factory=dict)
    refuse_status: int = 0
    refuse_after: str = ""
    rest_status: list[int] = field(default_factory=list)
    """Statuses of the next REST answers; 200 after them."""
    refuse_history: int = 0
    """Status of every answer about history."""
    rest_down: bool = False
    rest_headers: str = ""
    late_candles_s: float = 0.0
    """A closed candle appears so late."""
    every_s: float = 0.05
    page: int = 10
    listed: list[Instrument] = field(default_factory=lambda: [AAA, BBB])
    history_from_ns: int = 0
    trades: bool = True
    # what happened
    asked: list[Ask] = field(default_factory=list)
    connects: list[float] = field(default_factory=list)
    gets: list[tuple[float, str, dict[str, str]]] = field(default_factory=list)
    pings: int = 0
    told: dict[str, list[Frame]] = field(default_factory=lambda: defaultdict(list))
    sockets: set[ServerConnection] = field(default_factory=set)
    streams: dict[ServerConnection, set[str]] = field(default_factory=dict)
    seq: int = 0

    async def say(self, frame: Frame | str) -> None:
        """Send to everybody."""
        text = frame if isinstance(frame, str) else msgspec.json.encode(frame).decode()
        for socket in list(self.sockets):
            with contextlib.suppress(ConnectionClosed):
                await socket.send(text)

    def check(self, _: ServerConnection, request: Handshake) -> Response | None:
        self.connects.append(time.monotonic())
        if not self.refuse_status:
            return None
        answer = _.respond(self.refuse_status, "no\n")
        if self.refuse_after:
            answer.headers["Retry-After"] = self.refuse_after
        return answer

    async def talk(self, socket: ServerConnection) -> None:
        self.sockets.add(socket)
        self.streams[socket] = set()
        speaker = asyncio.create_task(self._speak(socket))
        try:
            async for text in socket:
                if text == "ping":
                    self.pings += 1
                    if not self.mute:
                        await socket.send("pong")
                    continue
                ask = msgspec.json.decode(text, type=Ask)
                self.asked.append(ask)
                await self._obey(socket, ask)
        except ConnectionClosed:
            pass
        finally:
            speaker.cancel()
            self.sockets.discard(socket)
            self.streams.pop(socket, None)

    async def _obey(self, socket: ServerConnection, ask: Ask) -> None:
        if ask.op == "unsubscribe":
            self.streams[socket] -= set(ask.keys)
            return
        if self.extra_ack:
            await socket.send(msgspec.json.encode(Frame("ack", key=self.extra_ack)))
        for key in ask.keys:
            if key in self.refuse_keys:
                await socket.send(msgspec.json.encode(Frame("refuse", key=key, msg=self.refuse_keys[key])))
                continue
            if key not in self.no_ack:
                await socket.send(msgspec.json.encode(Frame("ack", key=key)))
            self.streams[socket].add(key)
            if key.startswith("book"):
                await socket.send(msgspec.json.encode(Frame("book", key.partition(":")[2], seq=self.seq, snap=True)))

    async def _speak(self, socket: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                await asyncio.sleep(self.every_s)
                for key in sorted(self.streams[socket]):
                    kind, _, symbol = key.partition(":")
                    quiet = self.mute or key in self.silent_streams or key in self.no_ack
                    if quiet or (kind == "trade" and not self.trades):
                        continue
                    self.seq += 1
                    frame = Frame(kind, symbol, time.time_ns(), 100.0, self.seq)
                    self.told[key].append(frame)
                    await socket.send(msgspec.json.encode(frame).decode())

    # --- REST ---------------------------------------------------------------------------------------------------

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while line := await reader.readline():
                while (await reader.readline()).strip():
                    pass
                parts = urlsplit(line.split()[1].decode())
                query = dict(parse_qsl(parts.query))
                self.gets.append((time.monotonic(), parts.path, query))
                if self.rest_down:
                    break
                status = self.rest_status.pop(0) if self.rest_status else 200
                if self.refuse_history and parts.path in ("/candles", "/marks", "/interest"):
                    status = self.refuse_history
                body = self._body(parts.path, query) if status == 200 else b"no"
                head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n{self.rest_headers}\r\n"
                writer.write(head.encode() + body)
                await writer.drain()

    def _body(self, path: str, query: dict[str, str]) -> bytes:
        if path == "/listing":
            return msgspec.json.encode(self.listed)
        if path == "/tiers":
            return b"{}"
        period, now = int(query["p"]) * NS, time.time_ns()
        before = int(query.get("before") or now)
        newest = (before - 1) // period * period
        opens = [t for t in (newest - i * period for i in range(self.page)) if t >= self.history_from_ns]
        if path == "/interest":
            points = [(t, 1000.0) for t in sorted(opens) if t <= now]
            return msgspec.json.encode(points)
        late = int(self.late_candles_s * NS)
        bars = [
            Bar(t, 100, 101, 99, 100, 1.0, t + period + late <= now) for t in sorted(opens) if t + late <= now
        ]
        return msgspec.json.encode(bars)


@contextlib.asynccontextmanager
async def exchange() -> AsyncIterator[Exchange]:
    """A running toy exchange on loopback."""
    toy = Exchange()
    sockets = serve(toy.talk, "127.0.0.1", 0, process_request=toy.check, compression=None, close_timeout=0.2)
    async with rest_host(toy.answer) as toy.rest_url, sockets as ws:
        toy.ws_url = f"ws://127.0.0.1:{next(iter(ws.sockets)).getsockname()[1]}"
        yield toy
