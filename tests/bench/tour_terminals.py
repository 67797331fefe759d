"""Where the keyboard tour runs: in a tmux, or at the end of a slow way, where it is also measured what a key takes."""

import json
import os
import shlex
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from fcntl import ioctl
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ui.terminal import Display, Terminal

HERE = Path(__file__).parent
PROGRAM, WAY = HERE / "tour_program.py", HERE / "throttle.py"
WITHIN_S = 40.0
SIZE, SMALL = (150, 45), (100, 30)
SIGNS = {
    "slash": "/", "exclamation_mark": "!", "question_mark": "?", "colon": ":", "left_square_bracket": "[",
    "right_square_bracket": "]", "left_curly_bracket": "{", "right_curly_bracket": "}", "plus": "+", "minus": "-",
    "equals_sign": "=", "comma": ",", "full_stop": ".", "less_than_sign": "<", "greater_than_sign": ">",
    "left_parenthesis": "(", "right_parenthesis": ")", "space": " ",
}
TMUX_KEYS = {
    "up": "Up", "down": "Down", "left": "Left", "right": "Right", "pageup": "PPage", "pagedown": "NPage",
    "escape": "Escape", "enter": "Enter", "tab": "Tab", "shift+tab": "BTab", "delete": "DC", "home": "Home",
    "end": "End", "backspace": "BSpace", "shift+left": "S-Left", "shift+right": "S-Right",
}
BYTES = {
    "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "pageup": "\x1b[5~", "pagedown": "\x1b[6~",
    "escape": "\x1b", "enter": "\r", "tab": "\t", "shift+tab": "\x1b[Z", "delete": "\x1b[3~", "home": "\x1b[H",
    "end": "\x1b[F", "backspace": "\x7f", "shift+left": "\x1b[1;2D", "shift+right": "\x1b[1;2C",
}
KEY_S, ESCAPE_S = 0.04, 0.2
"""Until a key has come; Esc is taken for itself only when nothing follows it for a while."""
STEADY_S = 0.25
"""What nothing has come for so long, is all."""
NOTHING_S = 1.5
"""What has changed nothing for so long, changes nothing."""


MOST_TOLD = 4
"""Lines that are told to be wrong."""


class Answer(NamedTuple):
    """Seconds from a key."""

    key: str
    first: float | None
    """To the first cell that changed; None: none did."""
    whole: float
    """To the last."""


class Tour:
    """The program in a terminal of its own. `sent` keys were sent to it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.size = folder, SIZE
        self.sent = 0
        self.where = ""
        """The context whose keys are pressed."""
        self.begun = 0.0
        """When the first picture was whole (`time.monotonic`)."""

    @property
    def environ(self) -> dict[str, str]:
        homes = {f"XDG_{name}_HOME": str(self.folder) for name in ("CONFIG", "CACHE", "DATA", "STATE")}
        return {**homes, "COLORTERM": "truecolor", "LIQTUI_EXPORT_FOLDER": str(self.folder)}

    def press(self, key: str) -> None:
        """Press it, and wait until it has come."""
        raise NotImplementedError

    def display(self) -> Display:
        """What the terminal shows now."""
        raise NotImplementedError

    def text(self) -> str:
        display = self.display()
        return "\n".join(display.line(y) for y in range(self.size[1]))

    def code(self) -> int | None:
        """The exit code, once it has ended."""
        raise NotImplementedError

    def resize(self, size: tuple[int, int]) -> None:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def quiet(self, *, on: bool) -> None:
        """Have the market stand still, or go on."""
        (self.folder / "quiet").touch() if on else (self.folder / "quiet").unlink(missing_ok=True)

    def until(self, words: str) -> None:
        give_up = time.monotonic() + WITHIN_S
        while words not in (text := self.text()):
            assert time.monotonic() < give_up, text
            assert self.code() is None, text
            time.sleep(0.1)

    def check(self, after: str) -> None:
        """It lives, and the terminal shows what a whole new picture would."""
        ask, whole = self.folder / "ask", self.folder / "whole"
        ask.write_text(f"{self.size[0]} {self.size[1]}")  # a new size is passed on a quarter of a second later
        give_up = time.monotonic() + WITHIN_S
        while not whole.exists():
            assert self.code() is None, f"it ended after {after}:\n{self.text()}"
            assert time.monotonic() < give_up, f"it hangs after {after}"
            self.display()
            time.sleep(0.005)
        should, there = Display(*self.size), Display(*self.size)
        should.feed(whole.read_text())
        for _ in range(50):  # what was sent may be on its way
            there = self.display()
            if seen(should) == seen(there):
                break
            time.sleep(0.02)
        whole.unlink()
        ask.unlink()
        stale: list[str] = []
        for y, rows in enumerate(zip(seen(should), seen(there), strict=True)):
            wrong = [(x, *cells) for x, cells in enumerate(zip(*rows, strict=True)) if cells[0] != cells[1]]
            if wrong:
                stale.append(f"{y}: {should.line(y)}\n{y}: {there.line(y)}\n{len(wrong)} cells: {wrong[:3]}")
        told = "\n".join(stale[:MOST_TOLD])
        assert not stale, f"after {after}, what should be there and what is, in {len(stale)} lines:\n{told}"

    def start(self, words: str) -> None:
        """Wait until the screen shows `words`, whole."""
        self.until(words)
        self.check("the start")
        self.begun = time.monotonic()

    def taken(self) -> list[tuple[str, str, str]]:
        """Every key that was done: itself, and the widget and id of the binding it had."""
        file = self.folder / "keys.jsonl"
        return [tuple(json.loads(line)) for line in file.read_text().splitlines()] if file.exists() else []

    def worked(self) -> set[tuple[str, str, str]]:
        """(widget, id, key) of every binding that worked at any time."""
        return {tuple(one) for one in json.loads((self.folder / "live.json").read_text())}


class TmuxTour(Tour):
    """In a tmux."""

    def __init__(self, folder: Path, command: Sequence[str]) -> None:
        super().__init__(folder)
        self._socket = str(folder / "tmux")
        self._environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "xterm-256color", "LANG": "C.UTF-8"}
        given = shlex.join(f"{k}={v}" for k, v in self.environ.items())
        program = shlex.join([sys.executable, str(PROGRAM), str(folder), *command])
        (folder / "tmux.conf").write_text("set -g status off\nset -s escape-time 0\n"
                                          "set -g default-terminal tmux-256color\n")
        self._tmux("-f", str(folder / "tmux.conf"), "new-session", "-d", "-x", str(SIZE[0]), "-y", str(SIZE[1]),
                   f"env {given} {program}; echo $? >{shlex.quote(str(folder / 'code'))}; sleep 1000")

    def _tmux(self, *words: str) -> str:
        return subprocess.run(
            ["tmux", "-S", self._socket, *words], env=self._environ, check=True, capture_output=True, text=True,
        ).stdout

    def press(self, key: str) -> None:
        self.sent += 1
        if key in SIGNS or len(key) == 1:
            self._tmux("send-keys", "-l", SIGNS.get(key, key))
        else:
            self._tmux("send-keys", TMUX_KEYS.get(key) or key.replace("ctrl+", "C-"))
        time.sleep(ESCAPE_S if key == "escape" else KEY_S)

    def display(self) -> Display:
        there = Display(*self.size)
        for y, line in enumerate(self._tmux("capture-pane", "-p", "-e", "-N").split("\n")[: self.size[1]]):
            there.feed(f"\x1b[{y + 1};1H{line}")  # with the pen of the line before
        return there

    def code(self) -> int | None:
        file = self.folder / "code"
        code = file.read_text() if file.exists() else ""
        return int(code) if code else None

    def resize(self, size: tuple[int, int]) -> None:
        self._tmux("resize-window", "-x", str(size[0]), "-y", str(size[1]))
        self.size = size

    def close(self) -> None:
        self._tmux("kill-server")


class NoticingDisplay(Display):
    """Knows when cells changed (`time.monotonic`)."""

    first_at: float | None = None
    """The first since this was None."""
    last_at = 0.0

    def _put(self, char: str) -> None:
        x, row = self._x, self.cells[self._y]
        before = row[x]
        super()._put(char)
        if row[x] != before:
            self.last_at = time.monotonic()
            self.first_at = self.first_at or self.last_at


class LinkTour(Tour):
    """At the end of a slow way. While it is quiet, a key is pressed when nothing changes any more, and whatever changes
    then is its doing."""

    def __init__(self, folder: Path, command: Sequence[str]) -> None:
        super().__init__(folder)
        self.answers: list[Answer] = []
        given = {"HOME": str(folder), "SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22", **self.environ}
        self._terminal = Terminal(WAY, "--", sys.executable, str(PROGRAM), str(folder), *command, size=SIZE,
                                  environ=given)
        self._code: int | None = None
        self._quiet_at = 0.0
        self._see()

    def _see(self) -> None:
        self._display = self._terminal.display = NoticingDisplay(*self.size)

    def press(self, key: str) -> None:
        quiet = (self.folder / "quiet").exists()
        if quiet:
            self._settle()
        self.sent += 1
        self._display.first_at, pressed = None, time.monotonic()
        self._terminal.press(BYTES.get(key) or SIGNS.get(key) or (chr(ord(key[-1]) & 31) if "ctrl+" in key else key))
        if not quiet:
            self._terminal.read(ESCAPE_S if key == "escape" else KEY_S)
            return
        while self._display.first_at is None and time.monotonic() < pressed + NOTHING_S:
            self._terminal.read(0.001)
        self._settle()
        first, last, key = self._display.first_at, self._display.last_at, f"{key} in {self.where}"
        self.answers.append(
            Answer(key, None, 0.0) if first is None else Answer(key, first - pressed, last - pressed))

    def quiet(self, *, on: bool) -> None:
        super().quiet(on=on)
        self._quiet_at = time.monotonic()

    def check(self, after: str) -> None:
        """While the market goes on there is always something on its way: it stands still meanwhile."""
        if (self.folder / "quiet").exists():
            super().check(after)
            return
        self.quiet(on=True)
        super().check(after)
        self.quiet(on=False)

    def _settle(self) -> None:
        begun = time.monotonic()
        while time.monotonic() - max(self._display.last_at, self._quiet_at) < STEADY_S:
            self._terminal.read(0.01)
            assert time.monotonic() - begun < WITHIN_S, f"it never stands still:\n{self.text()}"

    def display(self) -> Display:
        if self._code is None:
            self._terminal.read(0.02)
        return self._display

    def code(self) -> int | None:
        if self._code is None:
            self._code = self._terminal.exit_code(0.01)
        return self._code

    def resize(self, size: tuple[int, int]) -> None:
        ioctl(self._terminal.fd, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self.size = size
        self._see()

    def close(self) -> None:
        self._terminal.close()


def seen(display: Display) -> list[list[tuple[str, str]]]:
    """Cells as they are seen: a blank has no ink but its ground, and what was never written is blank."""
    return [[_seen(text, pen) for text, pen in row] for row in display.cells]


def _seen(text: str, pen: str) -> tuple[str, str]:
    attributes, _, rest = pen.partition("]")
    fg, _, bg = ("", "", "") if pen == "?" else rest.partition("/")
    fg, bg = "" if fg == "39" else fg, "" if bg == "49" else bg
    return (" ", bg) if text in (" ", "?") and (text == " " or pen == "?") else (text, f"{attributes} {fg}/{bg}")
