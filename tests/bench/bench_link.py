"""The demo over a slow way, 50 kB/s and a round trip of 150 ms: keys, whole pictures, what waits, and the clock.

The way is `throttle.py`, and the times are those at the terminal's end of it: half a round trip to the program and
half a round trip back are in each. A frame is what the program marks as one; it begins when its first byte has come.
"""

import json
import math
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from bench_screen import JOINED_WITHIN_S, MAP_WITHIN_S, cursor_price, joined, shows_map
from gauges import environment
from link_program import BEAT_S
from result import Result, SkippedError, at_most
from terminal import HEIGHT, Screen, Terminal

from liqtui.ui.state import VIEWS

KB_S, ROUND_TRIP_MS = 50, 150
HERE = Path(__file__).parent
MOVES, TURNS, BURSTS, BURST = 60, 15, 6, 12
SETTLED_S = 20.0
PAUSE_S = 0.06
"""Between portions of a picture the way is never idle: after so long, all of it is there."""
STEADY_S = 0.7
"""What nothing has come for so long, is all."""
WHOLE_S = 2.5
"""What a whole picture may take: until then the last line may be the old one."""
PATIENCE_MS = 100.0
STOPS_MS = 250.0
"""A clock that stands so long is seen to stand."""


class Answer(NamedTuple):
    """Seconds from a key."""

    first: float
    """To the first byte of the frame that shows what it did."""
    whole: float
    """To the last before nothing more came: a picture may come in several frames."""


def run() -> list[Result]:
    """Times at the terminal, keys counted, and what the program noted of itself.

    Raises:
        SkippedError: there are no pseudo-terminals to measure in.
    """
    if not sys.platform.startswith("linux"):
        raise SkippedError("it wants pseudo-terminals")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        report = folder / "report.json"
        way = [sys.executable, str(HERE / "throttle.py"), "--kb-s", str(KB_S), "--round-trip", str(ROUND_TRIP_MS), "--"]
        program = [sys.executable, str(HERE / "link_program.py"), str(report), "demo"]
        environ = environment(folder) | {"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"}
        with Terminal(way + program, environ) as terminal:
            terminal.when(shows_map, MAP_WITHIN_S)
            terminal.when(lambda screen: joined(screen, 1), JOINED_WITHIN_S)
            time.sleep(SETTLED_S / 4)
            measured_from = time.monotonic()
            sent, start = terminal.bytes, time.monotonic()
            moves = [move(terminal, i) for i in range(MOVES)]
            turns = [turn(terminal, i) for i in range(TURNS)]
            pressed, moved = bursts(terminal)
            rate = (terminal.bytes - sent) / (time.monotonic() - start)
            os.kill(terminal.child.pid, signal.SIGTERM)
            terminal.child.wait(10.0)
        noted = json.loads(report.read_text())
    return [*times(moves, turns), *keys(pressed, moved), *inside(noted, measured_from),
            Result("bytes over the link meanwhile", rate / 1e3, "kB/s", at_most(KB_S))]  # fmt: skip


def times(moves: list[Answer], turns: list[Answer]) -> list[Result]:
    """The slowest of each kind beside its goal."""
    rows = []
    every = [*moves, *turns]
    for name, seconds, limit in (
        ("first changed cell after a key", [a.first for a in every], 350.0),
        ("a cursor move, whole", [a.whole for a in moves], 400.0),
        ("a whole new view", [a.whole for a in turns], 2500.0),
    ):
        note = f"slowest of {len(seconds)}; median {statistics.median(seconds) * 1e3:.0f}"
        rows.append(Result(name, max(seconds) * 1e3, "ms", at_most(limit), note=note))
    return rows


def keys(pressed: int, moved: int) -> list[Result]:
    note = f"{pressed} pressed in bursts of {BURST}, each while the whole picture is on its way"
    return [Result("keys lost", pressed - moved, "", at_most(0), note=note)]


def inside(noted: dict[str, list[list[float]]], since: float) -> list[Result]:
    """What waited in the program for the way, and the longest its clock stood still."""
    writes = [(before, after, allowed) for at, before, after, allowed in noted["writes"] if at >= since]
    gaps = [gap - BEAT_S for at, gap in noted["gaps"] if at >= since]
    waits = [PATIENCE_MS * after / allowed for _, after, allowed in writes]
    most, largest = max(after for _, after, _ in writes), max(after - before for before, after, _ in writes)
    return [
        Result("backlog, in time to drain it as measured", max(waits), "ms", at_most(PATIENCE_MS),
               "a line is sent whole, and the rate was taken for higher than it is",
               f"largest of {len(waits)} writes, p95 {p95(waits):.0f}; at most {most / 1e3:.1f} kB waited, "
               f"{most / KB_S:.0f} ms of the link's true rate; the largest write {largest / 1e3:.1f} kB"),
        Result("the program's clock stood still", max(gaps) * 1e3, "ms", at_most(STOPS_MS),
               "the first charts load plotext",
               f"longest of {len(gaps)} beats of {BEAT_S * 1e3:.0f} ms; p95 {p95(gaps) * 1e3:.0f} ms"),
    ]  # fmt: skip


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


# --- keys -------------------------------------------------------------------------------------------------------


def answer(terminal: Terminal, key: str, done: Callable[[Screen], bool]) -> Answer:
    """Press `key` and wait for the frame that makes `done` true."""
    begun, frames = time.perf_counter(), terminal.screen.frames

    def shown(screen: Screen) -> bool:
        nonlocal begun, frames
        if screen.frames != frames:
            begun, frames = time.perf_counter(), screen.frames
        return done(screen)

    pressed = time.perf_counter()
    at = terminal.when(shown, SETTLED_S, lambda: terminal.press(key))
    first = min(begun, at) - pressed
    while time.perf_counter() - terminal.last_at < PAUSE_S:
        time.sleep(0.002)
    return Answer(first, terminal.last_at - pressed)


def move(terminal: Terminal, i: int) -> Answer:
    """The cursor by one cell, at irregular moments."""
    time.sleep(0.2 + 0.3 * (i * 0.618 % 1))
    before = cursor_price(terminal.screen)
    return answer(terminal, "h" if i // 10 % 2 else "l", lambda screen: cursor_price(screen) not in ("", before))


def turn(terminal: Terminal, i: int) -> Answer:
    """The next view."""
    time.sleep(1.0 + 0.3 * (i * 0.618 % 1))
    view = VIEWS[(i + 1) % len(VIEWS)]
    return answer(terminal, "m", lambda screen: title(screen).startswith(view))


def title(screen: Screen) -> str:
    """The words in the frame of the picture."""
    for y in range(HEIGHT):
        _, corner, words = screen.line(y).partition("╭─ ")
        if corner:
            return words
    return ""


def bursts(terminal: Terminal) -> tuple[int, int]:
    """(pressed, counted) cursor moves, twelve at once behind a key that changes every cell of the picture."""
    price = settled(terminal)
    width = math.log(steps(terminal, "l") / price)  # one cell
    steps(terminal, "h")
    counted = 0
    for i in range(BURSTS):
        before = settled(terminal)
        after = steps(terminal, "T" + ("h" if i % 2 else "l") * BURST)
        counted += min(round(abs(math.log(after / before) / width)), BURST)
    return BURSTS * BURST, counted


def steps(terminal: Terminal, keys: str) -> float:
    terminal.press(keys)
    time.sleep(WHOLE_S)
    return settled(terminal)


def settled(terminal: Terminal) -> float:
    """The cursor's price once it has stood for a while; a word about the theme stands in its place for four seconds."""
    price, since = "", time.monotonic()
    while not price or time.monotonic() - since < STEADY_S:
        time.sleep(0.02)
        if (now := cursor_price(terminal.screen)) != price:
            price, since = now, time.monotonic()
    return float(price.replace(",", ""))
