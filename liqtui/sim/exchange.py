"""One simulated venue on a port: who is let in, who is answered, what is broken while a fault is on."""

import asyncio
import json
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from liqtui.sim import truth
from liqtui.sim.door import Door
from liqtui.sim.faces import address_path
from liqtui.sim.faces.base import Answer, Call, Due, Face
from liqtui.sim.faults import DEFAULT_SECONDS, REFUSALS, Fault, Faults
from liqtui.sim.limiter import Window
from liqtui.sim.market import Market
from liqtui.sim.session import Session
from liqtui.sim.settings import SimSettings
from liqtui.sim.tape import Step

BREAK_EVERY = 20
SLOW_REPLY_S = 2.0


class Exchange:
    """A running simulated venue. `market` is the truth, `faults` what can be broken."""

    def __init__(self, name: str, settings: SimSettings) -> None:
        self.name = name
        self.faults = Faults()
        self.opened = asyncio.Event()
        """Its market has been made."""
        self.port = 0
        self._settings = settings
        self._path = address_path(name)
        self._sessions: set[Session] = set()
        self._waiting: list[Due] = []
        self._ticks = 0
        self._face: Face
        self._connects: Window

    def open(self, face: Face) -> None:
        """Let in who waits."""
        self._face, self._connects = face, Window(*face.connects)
        self.opened.set()

    @property
    def market(self) -> Market:
        return self._face.market

    @property
    def ws_url(self) -> str:
        return f"ws://{self._settings.host}:{self.port}{self._path}"

    @property
    def rest_url(self) -> str:
        return f"http://{self._settings.host}:{self.port}"

    # --- time ---------------------------------------------------------------------------------------------------

    def take(self, step: Step) -> None:
        """What a step of the market has to say waits for its time."""
        self._waiting += self._face.frames(step)

    def send(self, now_ms: float) -> None:
        """Send what is due."""
        ready = 0
        while ready < len(self._waiting) and self._waiting[ready].time_ms <= now_ms:
            ready += 1
        self._face.deliver(self._waiting[:ready])
        del self._waiting[:ready]
        self._apply_faults()
        for session in list(self._sessions):
            session.flush()

    async def look_around(self) -> None:
        """Ping who is due a ping; close who has been silent for too long, or was told to go."""
        now_s = asyncio.get_running_loop().time()
        for session in list(self._sessions):
            idle, quiet, ping_s = self._face.idle, self._face.quiet, self._face.ping_s
            limit_s = self._settings.idle_s if self._settings.idle_s is not None else idle[0] if idle else 0.0
            if idle and now_s - session.heard_s > limit_s and self.faults.now is not Fault.STALL:
                session.hang_up(*idle[1:])
            if quiet and now_s - session.told_s > quiet[0] and self.faults.now is not Fault.STALL:
                session.hang_up(*quiet[1:])
            if ping_s is not None and now_s - session.pinged_s > ping_s:
                session.ping(now_s)
            await session.leave()

    def _apply_faults(self) -> None:
        fresh, now = self.faults.take_fresh(), self.faults.now
        if fresh in (Fault.DROP, Fault.REFUSE):
            for session in list(self._sessions):
                session.cut()
        if fresh is Fault.GAP:
            self._face.skip_books()
        self._ticks += 1
        for session in self._sessions:
            session.read(stalled=now is Fault.STALL)
            if now is Fault.MALFORMED and self._ticks % BREAK_EVERY == 0:
                session.break_something()

    # --- WebSocket ----------------------------------------------------------------------------------------------

    async def talk(self, connection: ServerConnection) -> None:
        """Serve one client until it leaves."""
        session = Session(connection, self._face, self.faults)
        self._sessions.add(session)
        try:
            async for message in connection:
                session.heard_s = asyncio.get_running_loop().time()
                self._face.hear(session, message, session.heard_s)
                session.flush()
        except ConnectionClosed:
            pass
        finally:
            self._sessions.discard(session)
            self._face.forget(session)

    # --- HTTP ---------------------------------------------------------------------------------------------------

    async def receive(self, connection: ServerConnection, request: Request) -> Response | None:
        """Answer a request; None lets the WebSocket handshake go on."""
        await self.opened.wait()
        parts = urlsplit(request.path)
        query = dict(parse_qsl(parts.query))
        if parts.path.startswith("/sim/"):
            return _response(self._control(parts.path.removeprefix("/sim/"), query))
        fault = self.faults.now
        if fault is Fault.DROP:
            connection.transport.abort()
            return _response(self._face.refusal(503))  # nobody hears it
        if fault is Fault.REFUSE:
            return _response(self._face.refusal(self.faults.status))
        if fault is Fault.SLOW:
            await asyncio.sleep(SLOW_REPLY_S)
        loop = asyncio.get_running_loop()
        if "upgrade" not in request.headers.get("Connection", "").lower() or not self._face.is_socket(parts.path):
            while self.faults.now is Fault.STALL:
                await asyncio.sleep(0.1)
            body = connection.body if isinstance(connection, Door) else b""
            return _response(self._face.answer(Call(parts.path, query, body, loop.time())))
        return None if self._connects.admits(loop.time()) else _response(self._face.refusal(429))

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
                status = int(query.get("status", REFUSALS[0]))
            except ValueError:
                return Answer(400, json.dumps({"error": "unknown fault", "kinds": [f.value for f in Fault]}))
            if status not in REFUSALS:
                return Answer(400, json.dumps({"error": "unknown status", "statuses": REFUSALS}))
            self.faults.set(kind, seconds, status)
            return Answer(200, json.dumps({"kind": kind.value, "seconds": seconds}))
        return Answer(404, '{"error":"truth and fault are what there is"}')


def _response(answer: Answer) -> Response:
    body = answer.body.encode()
    headers = Headers([
        ("Content-Type", "application/json"), ("Content-Length", str(len(body))), ("Connection", "close"),
        *answer.headers,
    ])
    return Response(answer.status, HTTPStatus(answer.status).phrase, headers, body)
