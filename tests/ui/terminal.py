"""A small terminal for tests: understands what the screen writes, and can refuse to read."""

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from pathlib import Path

from liqtui.ui.cells import cells

_CSI = re.compile(r"\x1b\[([0-9;?<>=]*)([@-~])|\x1b[()][A-Z0-9]|\x1b[=>78]|\x1b\][^\x07]*\x07|\x1b\[[0-9;?]*\$p")

_TERMINALS_OWN = ("COLUMNS", "LINES", "NO_COLOR", "TMUX", "SSH_CONNECTION", "SSH_TTY", "LC_ALL", "LC_CTYPE")


class Display:
    """Cells of text with their pens, from a stream of cursor addressing, SGR and text."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.cells = [[("?", "?")] * width for _ in range(height)]
        self._rest = ""
        self._x = self._y = 0
        self._attributes: set[str] = set()
        self._fg = self._bg = ""

    def feed(self, data: str) -> None:
        data, at = self._rest + data, 0
        cut = data.rfind("\x1b")
        whole = cut < 0 or _CSI.match(data, cut) is not None
        data, self._rest = (data, "") if whole else (data[:cut], data[cut:])
        while at < len(data):
            if match := _CSI.match(data, at):
                at = match.end()
                if match[2] == "H":
                    self._y, self._x = (int(n) - 1 for n in (match[1] or "1;1").split(";"))
                elif match[2] == "m":
                    self._pen(match[1].split(";"))
                continue
            if data[at] >= " " and self._x < self.width and self._y < self.height:
                self._put(data[at])
            at += 1

    def _put(self, char: str) -> None:
        """A wide character takes two cells; written over in part, it is gone."""
        row, size = self.cells[self._y], cells(char)
        pen = f"{sorted(self._attributes)}{self._fg}/{self._bg}"
        if row[self._x][0] == "":
            row[self._x - 1] = (" ", row[self._x - 1][1])
        if self._x + size < self.width and row[self._x + size][0] == "":
            row[self._x + size] = (" ", row[self._x + size][1])
        for at, text in enumerate([char, ""][:size]):
            row[self._x + at] = (text, pen)
        self._x += size

    def line(self, y: int) -> str:
        return "".join(text for text, _ in self.cells[y])

    def _pen(self, codes: list[str]) -> None:
        while codes:
            code = codes.pop(0)
            if code in ("0", ""):
                self._attributes, self._fg, self._bg = set(), "", ""
            elif code in ("38", "48"):
                kind = codes.pop(0)
                value = ";".join([kind, *(codes.pop(0) for _ in range(3 if kind == "2" else 1))])
                self._fg, self._bg = (value, self._bg) if code == "38" else (self._fg, value)
            elif code in ("1", "2", "7"):
                self._attributes.add(code)
            elif code[0] in "39" and len(code) == 2:
                self._fg = code
            else:
                self._bg = code


class Terminal:
    """A program on a pty of its own, which this side may stop reading."""

    def __init__(self, script: Path, *args: str, size: tuple[int, int] = (100, 30),
                 environ: dict[str, str] | None = None) -> None:
        self.display = Display(*size)
        self.raw = ""
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
            kept = {k: v for k, v in os.environ.items() if k not in _TERMINALS_OWN}
            given = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"} | (environ or {})
            os.execve(sys.executable, [sys.executable, str(script), *args], kept | given)

    def read(self, seconds: float, until: str = "") -> bool:
        """Take what comes for so long, or until the display shows `until`."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            ready, _, _ = select.select([self.fd], [], [], 0.02)
            if ready:
                try:
                    data = self._decode(os.read(self.fd, 65_536))
                except OSError:
                    return not until
                self.raw += data
                self.display.feed(data)
            if until and any(until in self.display.line(y) for y in range(self.display.height)):
                return True
        return not until

    def press(self, keys: str) -> None:
        os.write(self.fd, keys.encode())

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def exit_code(self, seconds: float, *, reading: bool = True) -> int | None:
        """The exit code once it has ended; None when it has not within that time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if reading:
                self.read(0.05)
            else:
                time.sleep(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid = 0
                return os.waitstatus_to_exitcode(status)
        return None

    def close(self) -> None:
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)
