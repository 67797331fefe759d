"""A tour of every key in a real terminal (tmux): nothing breaks, and after each key the terminal shows what a whole new
picture at that moment would, colours and all.

    python tests/bench/tour.py

Says how many keys of each context it pressed; ends with what is wrong at the first key after which something is. Run by
hand: it takes a minute or two. A context of bindings that is not in `OPENS` is taken to work in a pane.
"""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from textual.binding import Binding

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ui.terminal import Display

from liqtui.ui.bindings import CONTEXTS
from liqtui.ui.state import VIEWS

PROGRAM = Path(__file__).parent / "tour_program.py"
WITHIN_S = 40.0
SIZE, SMALL = (150, 45), (100, 30)
TMUX_KEYS = {
    "up": "Up", "down": "Down", "left": "Left", "right": "Right", "pageup": "PPage", "pagedown": "NPage",
    "space": "Space", "escape": "Escape", "enter": "Enter", "tab": "Tab", "shift+tab": "BTab", "delete": "DC",
    "home": "Home", "end": "End", "backspace": "BSpace",
}
SIGNS = {
    "slash": "/", "exclamation_mark": "!", "question_mark": "?", "colon": ":", "left_square_bracket": "[",
    "right_square_bracket": "]", "left_curly_bracket": "{", "right_curly_bracket": "}", "plus": "+", "minus": "-",
    "equals_sign": "=", "comma": ",", "full_stop": ".", "less_than_sign": "<", "greater_than_sign": ">",
    "left_parenthesis": "(", "right_parenthesis": ")",
}
OPENS = {"watch table": ["w"], "search": ["slash"], "alerts": ["a"], "commands": ["colon"], "export": ["x"],
         "help and problems": ["question_mark"], "panels": ["exclamation_mark"]}
"""What lies over the panes, and the keys to it; all else works in a pane."""
KEY_S, ESCAPE_S = 0.04, 0.2
"""Until a key has come; Esc is taken for itself only when nothing follows it for a while."""
LEAVES = {"q": 0, "ctrl+c": 130}
IN_EVERY_VIEW = ("right", "plus", "u", "o", "g", "t", "f", "minus", "0", "escape")


class Tour:
    """The demo in a tmux of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._socket = str(folder / "tmux")
        kept = {"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "xterm-256color", "LANG": "C.UTF-8"}
        homes = {f"XDG_{name}_HOME": str(folder) for name in ("CONFIG", "CACHE", "DATA", "STATE")}
        settings = {"COLORTERM": "truecolor", "LIQTUI_EXPORT_FOLDER": str(folder)}
        given = shlex.join(f"{k}={v}" for k, v in {**homes, **settings}.items())
        program = shlex.join([sys.executable, str(PROGRAM), str(folder), "demo"])
        (folder / "tmux.conf").write_text("set -g status off\nset -s escape-time 0\n"
                                          "set -g default-terminal tmux-256color\n")
        self._environ = kept
        self._tmux("-f", str(folder / "tmux.conf"), "new-session", "-d", "-x", str(SIZE[0]), "-y", str(SIZE[1]),
                   f"env {given} {program}; echo $? >{shlex.quote(str(folder / 'code'))}; sleep 1000")
        self.size = SIZE

    def _tmux(self, *words: str) -> str:
        return subprocess.run(
            ["tmux", "-S", self._socket, *words], env=self._environ, check=True, capture_output=True, text=True,
        ).stdout

    def press(self, key: str) -> None:
        if key in SIGNS or len(key) == 1:
            self._tmux("send-keys", "-l", SIGNS.get(key, key))
        else:
            self._tmux("send-keys", TMUX_KEYS.get(key) or key.replace("ctrl+", "C-"))
        time.sleep(ESCAPE_S if key == "escape" else KEY_S)

    def text(self) -> str:
        return self._tmux("capture-pane", "-p")

    def until(self, words: str) -> None:
        give_up = time.monotonic() + WITHIN_S
        while words not in (text := self.text()):
            assert time.monotonic() < give_up, text
            assert self.code() is None, text
            time.sleep(0.1)

    def code(self) -> int | None:
        """The exit code, once it has ended."""
        file = self.folder / "code"
        code = file.read_text() if file.exists() else ""
        return int(code) if code else None

    def resize(self, size: tuple[int, int]) -> None:
        self._tmux("resize-window", "-x", str(size[0]), "-y", str(size[1]))
        self.size = size

    def check(self, after: str) -> None:
        """It lives, and the terminal shows what a whole new picture would."""
        ask, whole = self.folder / "ask", self.folder / "whole"
        ask.write_text(f"{self.size[0]} {self.size[1]}")  # tmux passes a new size on a quarter of a second later
        give_up = time.monotonic() + WITHIN_S
        while not whole.exists():
            assert self.code() is None, f"it ended after {after}:\n{self.text()}"
            assert time.monotonic() < give_up, f"it hangs after {after}"
            time.sleep(0.005)
        should, there = Display(*self.size), Display(*self.size)
        should.feed(whole.read_text())
        lines = []
        for _ in range(20):  # tmux may not have drawn what it was sent
            lines = self._tmux("capture-pane", "-p", "-e", "-N").split("\n")[: self.size[1]]
            there = Display(*self.size)
            for y, line in enumerate(lines):
                there.feed(f"\x1b[{y + 1};1H{line}")  # with the pen of the line before
            if seen(should) == seen(there):
                break
            time.sleep(0.02)
        whole.unlink()
        ask.unlink()
        stale = []
        for y, rows in enumerate(zip(seen(should), seen(there), strict=True)):
            if wrong := [(x, *cells) for x, cells in enumerate(zip(*rows, strict=True)) if cells[0] != cells[1]]:
                stale.append(f"{y}: {should.line(y)}\n{y}: {there.line(y)}\n{len(wrong)} cells: {wrong[:3]}")
        assert not stale, f"after {after}, what should be there and what is:\n" + "\n".join(stale)

    def close(self) -> None:
        self._tmux("kill-server")


def seen(display: Display) -> list[list[tuple[str, str]]]:
    """Cells as they are seen: a blank has no ink but its ground, and what was never written is blank."""
    return [[_seen(text, pen) for text, pen in row] for row in display.cells]


def _seen(text: str, pen: str) -> tuple[str, str]:
    attributes, _, rest = pen.partition("]")
    fg, _, bg = ("", "", "") if pen == "?" else rest.partition("/")
    fg, bg = "" if fg == "39" else fg, "" if bg == "49" else bg
    return (" ", bg) if text in (" ", "?") and (text == " " or pen == "?") else (text, f"{attributes} {fg}/{bg}")


def keys_of(context: str) -> list[str]:
    return [key for b in CONTEXTS[context] if isinstance(b, Binding) for key in b.key.split(",") if key not in LEAVES]


def every_key(tour: Tour) -> None:
    """Each in each context that has it."""
    start = time.monotonic()
    tour.until("CLUSTERS")
    tour.check("the start")
    for context in CONTEXTS:
        for key in keys_of(context):
            for opener in OPENS.get(context, []):
                tour.press(opener)
            tour.press(key)
            tour.check(f"{key} in {context}")
            if context in OPENS or (context == "everywhere" and key not in ("T", "c")):
                tour.press("escape")
                tour.check(f"escape after {key} in {context}")
        say(f"{context}: {len(keys_of(context))} keys, {time.monotonic() - start:.0f} s")


def every_view(tour: Tour) -> None:
    """Keys of a picture in each view, of one pane, two and four; then another size and back."""
    start = time.monotonic()
    for panes in ("1", "2", "4"):
        tour.press(panes)
        for _ in VIEWS:
            tour.press("m")
            for key in IN_EVERY_VIEW:
                tour.press(key)
            tour.check(f"a view with {panes} panes")
    for size in (SMALL, SIZE):
        tour.resize(size)
        tour.check(f"resizing to {size}")
    say(f"{len(VIEWS)} views in 1, 2 and 4 panes: {3 * len(VIEWS) * len(IN_EVERY_VIEW)} keys, "
        f"{time.monotonic() - start:.0f} s")  # fmt: skip


def leaves(tour: Tour, key: str, code: int) -> None:
    """The key ends it with that exit code."""
    tour.until("quit")
    tour.press(key)
    give_up = time.monotonic() + WITHIN_S
    while tour.code() is None and time.monotonic() < give_up:
        time.sleep(0.05)
    assert tour.code() == code, f"{key}: exit code {tour.code()}, should be {code}:\n{tour.text()}"
    assert "Traceback" not in tour.text(), tour.text()
    say(f"{key} leaves with {code}")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    if shutil.which("tmux") is None:
        say("skipped: there is no tmux to press keys in")
        return
    for key, code in LEAVES.items():
        with tempfile.TemporaryDirectory() as folder:
            tour = Tour(Path(folder))
            try:
                if key == "q":
                    every_key(tour)
                    every_view(tour)
                leaves(tour, key, code)
            except AssertionError as error:
                sys.exit(str(error))
            finally:
                tour.close()
    say("nothing broke, and nothing stale was left on the screen")


if __name__ == "__main__":
    main()
