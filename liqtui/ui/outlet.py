"""Writing to a terminal that may be slow, or may have stopped reading, without ever waiting for it."""

import os
import threading
import time
from collections import deque

CHUNK = 2048
PATIENCE = 0.1
"""Seconds of backlog after which frames are skipped."""
LEAST, MOST = 2_000, 16_000
"""Bounds of the backlog allowed, bytes."""
WEIGHT = 0.3
"""Share of the newest measurement in the drain rate."""


class Outlet:
    """Bytes on their way to a terminal, written by a thread of its own. The program only ever adds to the queue."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._queue: deque[bytes] = deque()
        self._ready = threading.Condition()
        self._backlog = 0
        self._rate = MOST / PATIENCE
        self._closing = False
        self._broken = False
        self.written = 0
        """Bytes the terminal has taken."""
        self._thread = threading.Thread(target=self._run, name="liqtui-outlet", daemon=True)
        self._thread.start()

    @property
    def backlog(self) -> int:
        """Bytes queued that the terminal has not taken yet."""
        return self._backlog

    @property
    def allowed(self) -> int:
        """The backlog above which frames are skipped: what drains in a tenth of a second, 2–16 kB."""
        return int(min(max(self._rate * PATIENCE, LEAST), MOST))

    @property
    def behind(self) -> bool:
        return self._backlog > self.allowed

    def write(self, text: str) -> None:
        """Queue `text`. Never waits."""
        data = text.encode("utf-8", "replace")
        with self._ready:
            if self._broken or not data:
                return
            self._queue.append(data)
            self._backlog += len(data)
            self._ready.notify()

    def drop(self) -> None:
        """Forget what is still queued (on leaving: only the restoring of the terminal matters then)."""
        with self._ready:
            self._queue.clear()
            self._backlog = 0

    def close(self, patience: float) -> bool:
        """Let the queue drain for at most `patience` seconds; False when the terminal did not take it all."""
        with self._ready:
            self._closing = True
            self._ready.notify()
        self._thread.join(patience)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            with self._ready:
                while not self._queue and not self._closing:
                    self._ready.wait()
                if not self._queue:
                    return
                data = self._queue.popleft()
            if not self._send(data):
                return

    def _send(self, data: bytes) -> bool:
        """Write one piece in chunks, measuring how fast they are taken. False when the terminal is gone."""
        rest = memoryview(data)
        while rest:
            start = time.monotonic()
            try:
                taken = os.write(self._fd, rest[:CHUNK])
            except OSError:
                with self._ready:
                    self._broken, self._backlog = True, 0
                    self._queue.clear()
                return False
            spent = max(time.monotonic() - start, 1e-6)
            self._rate += WEIGHT * (taken / spent - self._rate)
            rest = rest[taken:]
            with self._ready:
                self._backlog = max(self._backlog - taken, 0)
                self.written += taken
        return True
