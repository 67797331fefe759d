"""A program in a pseudo-terminal that is drained as a terminal drains it, and what stands on its screen."""

import codecs
import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

WIDTH, HEIGHT = 150, 45
_ESCAPE = re.compile(
    r"\x1b(?:\[([?>=<]?[0-9;:]*)[ !\"$']?([@-~])"  # cursor, colours, modes
    r"|[()][A-Z0-9]|[=>78cM]|P[^\x1b]*\x1b\\|\][^\x07\x1b]*\x07)"
)
_SYNC_ASKED, _SYNC_KNOWN = b"\x1b[?2026$p", b"\x1b[?2026;2$y"


class Screen:
    """What stands where. Knows cursor positions, line ends and text of single-cell characters, which is all we send."""

    def __init__(self) -> None:
        self.rows = [[" "] * WIDTH for _ in range(HEIGHT)]
        self.frames = 0
        """Frames begun, counted where the program marks them (synchronized output)."""
        self.lowest = -1
        """The lowest line written to so far: the last one of a first full paint, which goes top down."""
        self._row = self._column = 0
        self._rest = ""

    def feed(self, text: str) -> None:
        text, at = self._rest + text, 0
        self._rest = ""
        while at < len(text):
            if text[at] != "\x1b":
                end = text.find("\x1b", at)
                self._put(text[at : end if end >= 0 else len(text)])
                at = end if end >= 0 else len(text)
                continue
            match = _ESCAPE.match(text, at)
            if match is None:
                if len(text) - at < 64:  # the rest of the sequence is on its way
                    self._rest = text[at:]
                    return
                at += 1
                continue
            self._obey(match)
            at = match.end()

    def line(self, y: int) -> str:
        return "".join(self.rows[y])

    def _obey(self, match: re.Match[str]) -> None:
        arguments, final = match[1] or "", match[2]
        if final in ("H", "f"):
            row, _, column = arguments.partition(";")
            self._row, self._column = int(row or 1) - 1, int(column or 1) - 1
        elif final in ("A", "B", "C", "D"):
            by = int(arguments or 1) * (1 if final in "BC" else -1)
            self._row += by * (final in "AB")
            self._column += by * (final in "CD")
        elif arguments == "?2026":
            self.frames += final == "h"
        elif final == "J":
            self.rows = [[" "] * WIDTH for _ in range(HEIGHT)]

    def _put(self, text: str) -> None:
        for char in text:
            if char == "\r":
                self._column = 0
            elif char == "\n":
                self._row += 1
            elif char >= " ":
                if self._row < HEIGHT and self._column < WIDTH:
                    self.rows[self._row][self._column] = char
                    self.lowest = max(self.lowest, self._row)
                self._column += 1


class Terminal:
    """A child process with a terminal of 150x45. `when` waits for something to stand on the screen."""

    def __init__(self, command: list[str], environ: dict[str, str]) -> None:
        self.screen = Screen()
        self.bytes = 0
        """Read from the program so far."""
        self._done: Callable[[Screen], bool] | None = None
        self._done_at = 0.0
        self._happened = threading.Event()
        self._lock = threading.Lock()
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
        self.started = self.last_at = time.perf_counter()
        """When it was started, and when something last came from it."""
        self.child = subprocess.Popen(
            command, env=environ, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        )
        os.close(theirs)
        self._reader = threading.Thread(target=self._drain, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.child.pid, signal.SIGTERM)
        try:
            self.child.wait(5.0)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        self._reader.join(5.0)
        os.close(self._ours)

    def press(self, key: str) -> None:
        os.write(self._ours, key.encode())

    def when(self, done: Callable[[Screen], bool], timeout_s: float, act: Callable[[], None] | None = None) -> float:
        """Do `act`; the `perf_counter` at which the bytes that made `done` true had been read.

        Raises:
            TimeoutError: it did not come true; the message is the screen.
        """
        with self._lock:
            self._happened.clear()
            self._done = done
            if act is None and done(self.screen):
                self._done = None
                return time.perf_counter()
        if act is not None:
            act()
        if not self._happened.wait(timeout_s):
            raise TimeoutError("\n".join(self.screen.line(y).rstrip() for y in range(HEIGHT)))
        return self._done_at

    def _drain(self) -> None:
        decoder, tail = codecs.getincrementaldecoder("utf-8")("replace"), b""
        while True:
            select.select([self._ours], [], [])
            try:
                data = os.read(self._ours, 1 << 16)
            except OSError:  # the program has gone
                return
            if not data:
                return
            self.last_at = at = time.perf_counter()
            if _SYNC_ASKED in tail + data:
                os.write(self._ours, _SYNC_KNOWN)
            tail = (tail + data)[1 - len(_SYNC_ASKED) :]
            with self._lock:
                self.bytes += len(data)
                self.screen.feed(decoder.decode(data))
                if self._done is not None and self._done(self.screen):
                    self._done, self._done_at = None, at
                    self._happened.set()
