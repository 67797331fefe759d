"""The simulated exchange on a port: WebSocket and REST of OKX, paced by the wall clock."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl, urlsplit

from websockets.asyncio.server import ServerConnection
from websockets.asyncio.server import serve as listen
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from liqtui.sim import truth
from liqtui.sim.faults import DEFAULT_SECONDS, Fault, Faults
from liqtui.sim.limiter import Window
from liqtui.sim.market import Market
from liqtui.sim.publisher import Due, Publisher
from liqtui.sim.rest import Answer, Rest
from liqtui.sim.session import Session, acknowledgement, error
from liqtui.sim.settings import SimSettings

WS_PATH = "/ws/v5/public"
API = "/api/v5/"
CONNECTS_PER_S = 3
SLICE_S = 0.01
"""Frames leave in slices of this length, each at its own time."""
BREAK_EVERY = 20
SLOW_REPLY_S = 2.0
MAX_REQUEST_BYTES = 1 << 16
ADVICE = "Please use the correct URL, channel and parameters referring to API document."
PHRASES = {200: "OK", 400: "Bad Request", 404: "Not Found", 429: "Too Many Requests", 503: "Service Unavailable"}


class Exchange:
    """A running simulated exchange. `market` is the truth, `faults` what can be broken."""

    def __init__(self, settings: SimSettings) -> None:
        self._settings = settings
        self._start_ns = settings.start_ns if settings.start_ns is not None else time.time_ns()
        self._began_s = time.monotonic()
        self.market = Market(settings, self._start_ns)
        self.faults = Faults()
        self.port = settings.port
        self._rest = Rest(self.market)
        self._publisher = Publisher(self.market)
        self._sessions: set[Session] = set()
        self._connects = Window(CONNECTS_PER_S, 1.0)

    @property
    def ws_url(self) -> str:
        return f"ws://{self._settings.host}:{self.port}{WS_PATH}"

    @property
    def rest_url(self) -> str:
        return f"http://{self._settings.host}:{self.port}"

    # --- time ---------------------------------------------------------------------------------------------------

    def _clock_ms(self) -> float:
        """The simulated clock: the wall's, from where it started."""
        return self._start_ns / 1e6 + (time.monotonic() - self._began_s) * 1e3

    async def run(self) -> None:
        """Move the market with the clock, for ever."""
        waiting: list[Due] = []
        ticks = 0
        while True:
            while self.market.now_ns / 1e6 <= self._clock_ms():
                waiting += self._publisher.frames(self.market.step())
                await asyncio.sleep(0)
            now_ms = self._clock_ms()
            ready = 0
            while ready < len(waiting) and waiting[ready].time_ms <= now_ms:
                ready += 1
            self._publisher.deliver(waiting[:ready])
            del waiting[:ready]
            self._apply_faults(ticks)
            ticks += 1
            for session in list(self._sessions):
                session.flush()
            await asyncio.sleep(SLICE_S)

    async def watch_idle(self) -> None:
        """Close clients that have been silent for too long, as OKX does."""
        while True:
            await asyncio.sleep(min(1.0, self._settings.idle_s / 4))
            now_s = asyncio.get_running_loop().time()
            for session in list(self._sessions):
                if now_s - session.heard_s > self._settings.idle_s and self.faults.now is not Fault.STALL:
                    await session.close(4004, "No data received in 30s.")

    def _apply_faults(self, ticks: int) -> None:
        fresh, now = self.faults.take_fresh(), self.faults.now
        if fresh in (Fault.DROP, Fault.REFUSE):
            for session in list(self._sessions):
                session.cut()
        if fresh is Fault.GAP:
            self._publisher.skipped_books = {c.number for c in self.market.contracts}
        for session in self._sessions:
            session.read(stalled=now is Fault.STALL)
            if now is Fault.MALFORMED and ticks % BREAK_EVERY == 0:
                session.break_something()

    # --- WebSocket ----------------------------------------------------------------------------------------------

    async def talk(self, connection: ServerConnection) -> None:
        """Serve one client until it leaves."""
        session = Session(connection, self.faults)
        self._sessions.add(session)
        try:
            async for message in connection:
                session.heard_s = asyncio.get_running_loop().time()
                self._hear(session, message)
                session.flush()
        except ConnectionClosed:
            pass
        finally:
            self._sessions.discard(session)
            self._publisher.forget(session)

    def _hear(self, session: Session, message: str | bytes) -> None:
        if message == "ping":
            session.answer("pong")
            return
        try:
            request = json.loads(message)
            op, arguments = request["op"], request["args"]
            known = op in ("subscribe", "unsubscribe") and isinstance(arguments, list) and arguments
        except (ValueError, KeyError, TypeError):
            known = False
        if not known:
            session.answer(error("60012", f"Invalid request: {_clipped(message)}"))
        elif not session.may_request(asyncio.get_running_loop().time()):
            session.answer(error("60014", "Requests too frequent"))
        else:
            for argument in arguments:
                self._change(session, op, argument)

    def _change(self, session: Session, op: str, argument: object) -> None:
        understood = self._publisher.understood(argument)
        if understood is None:
            shown = ",".join(f"{k}:{v}" for k, v in argument.items()) if isinstance(argument, dict) else str(argument)
            session.answer(error("60018", f"Wrong URL or {shown} doesn't exist. {ADVICE}"))
            return
        topic = understood["channel"], understood.get("instId") or understood["instType"]
        session.answer(acknowledgement(op, understood))
        if op == "subscribe":
            self._publisher.add(session, topic)
        else:
            self._publisher.remove(session, topic)

    # --- HTTP ---------------------------------------------------------------------------------------------------

    async def receive(self, _: ServerConnection, request: Request) -> Response | None:
        """Answer a GET; None lets the WebSocket handshake go on."""
        parts = urlsplit(request.path)
        query = dict(parse_qsl(parts.query))
        if parts.path.startswith("/sim/"):
            return _response(self._control(parts.path.removeprefix("/sim/"), query))
        if self.faults.now is Fault.REFUSE:
            return _response(Answer(503, '{"code":"50001","data":[],"msg":"Service temporarily unavailable"}'))
        if self.faults.now is Fault.SLOW:
            await asyncio.sleep(SLOW_REPLY_S)
        if parts.path.startswith(API):
            while self.faults.now is Fault.STALL:
                await asyncio.sleep(0.1)
            return _response(self._rest.answer(parts.path.removeprefix(API), query, time.monotonic()))
        if parts.path != WS_PATH or "upgrade" not in request.headers.get("Connection", "").lower():
            return _response(Answer(404, '{"code":"404","data":[],"msg":"Not Found"}'))
        if not self._connects.admits(time.monotonic()):
            return _response(Answer(429, '{"code":"50011","data":[],"msg":"Too Many Requests"}'))
        return None

    def _control(self, what: str, query: dict[str, str]) -> Answer:
        """`/sim/truth` and `/sim/fault`, which no exchange has."""
        if what == "truth":
            try:
                return Answer(200, truth.as_json(self.market, query.get("instId", "")))
            except KeyError:
                return Answer(404, '{"error":"no such instrument"}')
        if what == "fault":
            try:
                kind, seconds = Fault(query.get("kind", "")), float(query.get("seconds", DEFAULT_SECONDS))
            except ValueError:
                return Answer(400, json.dumps({"error": "unknown fault", "kinds": [f.value for f in Fault]}))
            self.faults.set(kind, seconds)
            return Answer(200, json.dumps({"kind": kind.value, "seconds": seconds}))
        return Answer(404, '{"error":"truth and fault are what there is"}')


@asynccontextmanager
async def serve(settings: SimSettings) -> AsyncIterator[Exchange]:
    """A simulated exchange in this process, for as long as the block runs."""
    exchange = Exchange(settings)
    async with listen(
        exchange.talk, settings.host, settings.port, process_request=exchange.receive, compression=None,
        ping_interval=None, logger=_silent_logger(), max_size=MAX_REQUEST_BYTES, server_header=None, close_timeout=0.5,
    ) as server:
        exchange.port = next(iter(server.sockets)).getsockname()[1]
        async with asyncio.TaskGroup() as work:
            tasks = [work.create_task(exchange.run()), work.create_task(exchange.watch_idle())]
            try:
                yield exchange
            finally:
                exchange.faults.set(Fault.NONE)
                for task in tasks:
                    task.cancel()


def _silent_logger() -> logging.Logger:
    """Clients that come and go in the middle of a handshake are no news."""
    logger = logging.getLogger("liqtui.sim.websockets")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger


def _response(answer: Answer) -> Response:
    body = answer.body.encode()
    headers = Headers([
        ("Content-Type", "application/json"), ("Content-Length", str(len(body))), ("Connection", "close"),
    ])
    return Response(answer.status, PHRASES[answer.status], headers, body)


def _clipped(message: str | bytes) -> str:
    text = message if isinstance(message, str) else message.decode("utf-8", "replace")
    return text[:100]
