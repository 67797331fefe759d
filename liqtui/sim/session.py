"""One client of a simulated venue: what it listens to, and the bytes on their way to it."""

import asyncio

from websockets.asyncio.server import ServerConnection
from websockets.protocol import State

from liqtui.sim.faces.base import Face, Topic, frame
from liqtui.sim.faults import Fault, Faults
from liqtui.sim.limiter import Window

MOST_WAITING = 16 << 20
"""Bytes a client may leave unread before it is cut off."""
TRICKLE_BYTES = 40
"""What a slow socket gets every 10 ms: 4 kB/s."""


class Session:
    """A connection after its handshake. Frames go straight to its transport, so what all receive is encoded once."""

    def __init__(self, connection: ServerConnection, face: Face, faults: Faults) -> None:
        self._connection = connection
        self._face, self._faults = face, faults
        self.path = connection.request.path if connection.request is not None else ""
        self.topics: set[Topic] = set()
        self.requests = None if face.asks is None else Window(*face.asks)
        self._queue: list[bytes] = []
        self._slow = bytearray()
        self._farewell: tuple[int, str] | None = None
        self._loop = asyncio.get_running_loop()
        self.heard_s = self.told_s = self.pinged_s = self._loop.time()
        self._broken = 0

    def answer(self, text: str) -> None:
        """Send an acknowledgement, an error or a pong."""
        if self._faults.now is not Fault.STALL:
            self._queue.append(frame(text.encode()))

    def push(self, framed: bytes) -> None:
        """Send data, already framed."""
        if self._faults.now not in (Fault.STALL, Fault.MUTE):
            self._queue.append(framed)

    def flush(self) -> None:
        """Hand what waits to the socket."""
        if not self._queue and not self._slow:
            return
        transport, fault = self._connection.transport, self._faults.now
        gone = transport.is_closing() or self._connection.state is not State.OPEN  # a polite client has said goodbye
        if gone or fault is Fault.STALL:
            self._queue.clear()
            return
        if transport.get_write_buffer_size() > MOST_WAITING or len(self._slow) > MOST_WAITING:
            transport.abort()
            return
        data = b"".join(self._queue)
        self._queue.clear()
        if self._slow or fault is Fault.SLOW:
            self._slow += data
            size = TRICKLE_BYTES if fault is Fault.SLOW else len(self._slow)
            data = bytes(self._slow[:size])
            del self._slow[:size]
        transport.write(data)
        self.told_s = self._loop.time()

    def ping(self, now_s: float) -> None:
        """Send the WebSocket's own ping."""
        self.pinged_s = now_s
        self._queue.append(frame(b"", opcode=9))

    def break_something(self) -> None:
        """Put a frame in between that no exchange should send."""
        self._broken += 1
        if self._broken % 7 == 0:
            self._queue.append(frame(b"\x00\xff\xfe", opcode=2))
        else:
            self._queue.append(frame(self._face.broken[self._broken % len(self._face.broken)].encode()))

    def read(self, stalled: bool) -> None:
        """Stop or go on reading what the client sends."""
        transport = self._connection.transport
        if transport.is_closing():
            return
        if stalled:
            transport.pause_reading()
        else:
            transport.resume_reading()

    def cut(self) -> None:
        """Close without a word."""
        self._connection.transport.abort()

    def hang_up(self, code: int, reason: str) -> None:
        """Close at the next look around."""
        self._farewell = code, reason

    async def leave(self) -> None:
        """Close if somebody said so."""
        if self._farewell is not None:
            self.flush()
            await self._connection.close(*self._farewell)
