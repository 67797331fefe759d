"""What others cost in the same terminal, where nothing arrives: an empty Textual app, and btop where it is there."""

import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from gauges import Keys, cost, environment
from result import Result
from terminal import HEIGHT, Screen, Terminal

COUNTER = """
from textual.app import App
from textual.widgets import Static

class Counter(App):
    def compose(self):
        self.count = 0
        yield Static("count 0")

    def on_key(self, event):
        self.count += 1
        self.query_one(Static).update(f"count {self.count}")

Counter().run()
"""
"""As little as an app may be and still answer to a key."""
COUNT = re.compile(r"count (\d+)")
CHOSEN = re.compile(r"┘(\d+)/\d+└")
"""In btop's frame about the processes: which of them the cursor is on."""
WITHIN_S = 20.0


class Peer(NamedTuple):
    """A program and its keys."""

    name: str
    command: list[str]
    keys: Keys
    note: str


def peers(folder: Path) -> list[Result]:
    """Rows of each; one that says why where it is not there."""
    empty = Peer("empty Textual app", [sys.executable, "-c", COUNTER], Keys("l", "h", 20, found(COUNT)),
                 "one line, which counts keys")
    rows = measured(empty, folder)
    if (btop := shutil.which("btop")) is None:
        return [*rows, Result("btop", None, "", note="it is not installed")]
    return rows + measured(Peer("btop", [btop, "--utf-force"], Keys("\x1b[B", "\x1b[A", 4, found(CHOSEN)),
                                "as it comes, a picture every 2 s"), folder)  # fmt: skip


def measured(peer: Peer, folder: Path) -> list[Result]:
    with Terminal(peer.command, environment(folder)) as terminal:
        terminal.when(lambda screen: peer.keys.seen(screen) != "", WITHIN_S)
        return cost(terminal, peer.keys).rows(peer.name, None, peer.note)


def found(words: re.Pattern[str]) -> Callable[[Screen], str]:
    """What the first group of `words` is on the screen."""

    def seen(screen: Screen) -> str:
        matches = (words.search(screen.line(y)) for y in range(HEIGHT))
        return next((match[1] for match in matches if match is not None), "")

    return seen
