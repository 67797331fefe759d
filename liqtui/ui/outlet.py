"""Writing to a terminal that may be slow, or may have stopped reading, without ever waiting for it."""

import os
import threading
import time
from collections import deque
from collections.abc import Callable

CHUNK = 2048
PATIENCE = 0.1
"""Seconds of backlog after which frames are skipped."""
LEAST, MOST = 2_000, 16_000
"""Bounds of the backlog allowed, bytes."""
WEIGHT = 0.3
"""Share of the newest measurement in the drain rate."""
WAITED_S = 0.001
"""A write that takes so long waited for the terminal; one that does not only filled the kernel's buffer."""
LONG_S = 0.05
"""Buffers empty by fits and starts: what was taken in less says little."""
BUFFERS = 32_000
"""More than lies between here and a terminal: what is taken beyond it without waiting, a faster one takes."""
MARKS = 24
"""Bytes before and after a frame."""
SLOW = 500_000
"""Bytes a second below which a whole picture takes long enough to be seen coming, and is sent in portions."""


class Outlet:
    """Bytes on their way to a terminal, written by a thread of its own. The program only ever adds to the queue."""

    def __init__(self, fd: int, drained: Callable[[], None] = lambda: None) -> None:
        """`drained` is called, in the outlet's thread, whenever half of what may wait has become free."""
        self._fd, self._drained = fd, drained
        self._queue: deque[bytes] = deque()
        self._ready = threading.Condition()
        self._backlog = 0
        self._rate, self._measured = float(SLOW), False
        """Bytes a second the terminal takes: taken for fast until that was measured."""
        self._taken, self._since = 0, time.monotonic()
        """Bytes taken since a write last waited, and when that was."""
        self._full = False
        """There was always something to write since then."""
        self._closing = False
        self._broken = False
        self._thread = threading.Thread(target=self._run, name="liqtui-outlet", daemon=True)
        self._thread.start()

    @property
    def backlog(self) -> int:
        """Bytes queued that the terminal has not taken yet."""
        return self._backlog

    @property
    def allowed(self) -> int:
        """Bytes that may wait: what drains in a tenth of a second, 2–16 kB."""
        return int(min(max(self._rate * PATIENCE, LEAST), MOST))

    @property
    def room(self) -> int | None:
        """Bytes a frame may have now, its marks apart; None where the terminal is fast."""
        return None if self._rate >= SLOW else max(self.allowed - self._backlog - MARKS, 0)

    @property
    def behind(self) -> bool:
        """Frames are skipped: what may wait does, or half of it where a terminal is slow, so that there is room for a
        portion."""
        return self._backlog > (self.allowed if self._rate >= SLOW else self.allowed / 2)

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
                    self._full = False
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
            self._measure(taken, start, time.monotonic())
            rest = rest[taken:]
            with self._ready:
                before, self._backlog = self._backlog, max(self._backlog - taken, 0)
            if before > self.allowed / 2 >= self._backlog:
                self._drained()
        return True

    def _measure(self, taken: int, start: float, now: float) -> None:
        """Learn how fast the terminal is from a write of `taken` bytes. Between the ends of two writes that waited the
        buffers were never empty: what was taken meanwhile is what the terminal took."""
        self._taken += taken
        if now - start >= WAITED_S:
            if self._full and now - self._since < LONG_S:
                return
            if self._full:
                weight, self._measured = WEIGHT if self._measured else 1.0, True
                self._rate += weight * (self._taken / (now - self._since) - self._rate)
            self._full, self._taken, self._since = True, 0, now
        elif self._taken - self._rate * (now - self._since) > BUFFERS:
            self._rate *= 2
            self._taken, self._since = 0, now
