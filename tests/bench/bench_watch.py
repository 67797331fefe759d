"""The watch table in a pseudo-terminal of 150x45: 300 rows at 1 Hz while 5,000 events/s arrive.

The venue is `exchange.py`: processes of its own, not counted. What arrives is what its sockets took.
"""

import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench_screen import listing
from gauges import Goal, Keys, configuration, cost, environment
from result import Result, SkippedError, at_least
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
            spent = cost(terminal, Keys("j", "k", 30, marked))
            arriving = (sent() - before) / (time.monotonic() - started)
    return [
        *spent.rows("watch", GOAL, f"{arriving:,.0f} events/s arriving at {ROWS} rows"),
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
    terminal.when(lambda screen: marked(screen) == "2", 10.0, lambda: terminal.press("\x1b[H"))
    return took


def marked(screen: Screen) -> str:
    """The line of the cursor; nothing while it is on its way."""
    lines = [y for y in range(2, HEIGHT - 1) if screen.rows[y][0] == "▸"]
    return f"{lines[0]}" if len(lines) == 1 else ""
