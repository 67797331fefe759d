"""The watch table in a pseudo-terminal of 150x45: 300 rows at 1 Hz while 5,000 events/s arrive.

The venue is `exchange.py`: processes of its own, not counted. What arrives is what its sockets took.
"""

import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench_screen import (
    PRESSES,
    WATCHED_S,
    Goal,
    configuration,
    environment,
    listing,
    proportional_memory,
    watched,
)
from result import Result, SkippedError, at_least, at_most
from terminal import HEIGHT, Screen, Terminal

from liqtui.sim.process import Endpoints

ROWS, EVENTS_PER_S = 300, 5_000
GOAL = Goal(40.0, 25.0)
LISTED_WITHIN_S, HISTORY_WITHIN_S = 60.0, 300.0
WHOLE = re.compile(r"\d % [LS] ")
"""Of a row that has its history: the share of the larger side."""
SETTLED_S = 5.0


def run() -> list[Result]:
    """What the table costs, and how soon a key is seen.

    Raises:
        SkippedError: there are no pseudo-terminals to measure in.
    """
    if not sys.platform.startswith("linux"):
        raise SkippedError("it reads /proc")
    with tempfile.TemporaryDirectory() as folder, exchange() as (there, sent):
        symbols = [one.symbol for one in listing(there) if one.expiry_ns is None]
        command = [sys.executable, "-m", "liqtui", "--layout", "watch", "--config"]
        file = configuration(Path(folder), there, symbols)
        with Terminal([*command, str(file)], environment(Path(folder))) as terminal:
            terminal.when(lambda screen: f"{ROWS} rows" in screen.line(0), LISTED_WITHIN_S)
            history_s = until_whole(terminal)
            time.sleep(SETTLED_S)
            before, started = sent(), time.monotonic()
            cpu, written, share = watched(terminal)
            arriving = (sent() - before) / (time.monotonic() - started)
            presses = press_keys(terminal)
            memory_mb = proportional_memory(terminal.child.pid) / 1e6
    rate = f"{arriving:,.0f} events/s arriving at {ROWS} rows"
    p50, p99 = (statistics.quantiles(presses, n=100)[i] * 1e3 for i in (49, 98))
    return [
        Result("watch: key to repaint, p50", p50, "ms", note=f"{len(presses)} cursor moves; {rate}"),
        Result("watch: key to repaint, p99", p99, "ms", at_most(30.0), note=f"slowest {max(presses) * 1e3:.0f} ms"),
        Result("watch: bytes to the terminal", written / 1e3, "kB/s", at_most(GOAL.kb_per_s), note=rate),
        Result("watch: CPU of the program", cpu * 100, "%", at_most(GOAL.cpu_percent),
               note=f"of a core, {WATCHED_S:.0f} s; {share}"),
        Result("watch: memory", memory_mb, "MB", note="proportional set size"),
        Result("watch: history of all rows", history_s, "s", note="OKX's limits: 10 pages of open interest in 2 s"),
        Result("watch: events arriving", arriving, "/s", at_least(0.9 * EVENTS_PER_S),
               "the exchange got too little of the machine"),
    ]  # fmt: skip


@contextmanager
def exchange() -> Iterator[tuple[Endpoints, "Sent"]]:
    """The venue, and how many events its sockets have taken so far."""
    command = [sys.executable, str(Path(__file__).with_name("exchange.py")), str(ROWS), str(EVENTS_PER_S)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        urls = json.loads(process.stdout.readline())
        yield Endpoints(urls["ws"], urls["rest"]), Sent(process)
        process.stdin.close()


class Sent:
    """Asks the exchange what it has sent."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def __call__(self) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def until_whole(terminal: Terminal) -> float:
    """Seconds until the last rows have their history, too; the first ones are shown then."""
    started = time.monotonic()
    terminal.press("\x1b[F")
    terminal.when(lambda screen: all(WHOLE.search(screen.line(y)) for y in range(2, HEIGHT - 2)), HISTORY_WITHIN_S)
    took = time.monotonic() - started
    terminal.when(lambda screen: marked(screen) == 2, 10.0, lambda: terminal.press("\x1b[H"))
    return took


def press_keys(terminal: Terminal) -> list[float]:
    """Seconds from a press to the bytes that show the cursor on its new row, at irregular moments."""
    times = []
    for i in range(PRESSES):
        time.sleep(0.03 + 0.05 * (i * 0.618 % 1))
        before, key = marked(terminal.screen), "k" if i // 30 % 2 else "j"

        def moved(screen: Screen, before: int = before) -> bool:
            return marked(screen) not in (-1, before)

        def press(key: str = key) -> None:
            terminal.press(key)

        pressed = time.perf_counter()
        times.append(terminal.when(moved, 10.0, press) - pressed)
    return times


def marked(screen: Screen) -> int:
    """The line of the cursor; -1 while it is on its way."""
    lines = [y for y in range(2, HEIGHT - 1) if screen.rows[y][0] == "▸"]
    return lines[0] if len(lines) == 1 else -1
