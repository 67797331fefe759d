"""The program in a pseudo-terminal of 150x45: first paint, keys, bytes, CPU and memory while 5,000 events/s arrive, in
one pane and in four.

The simulated exchange is a process of its own and not counted. What arrives is counted by a second client of it that
asks for what the program asks for.
"""

import json
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

from result import Result, SkippedError, at_least, at_most
from terminal import HEIGHT, Screen, Terminal
from websockets.sync.client import connect

from liqtui.events import Listing
from liqtui.instruments import Instrument
from liqtui.sim.process import Endpoints, running
from liqtui.venues.base import VenueSettings
from liqtui.venues.okx import create

STARTS = 9
PRESSES = 240
WATCHED_S = 25.0
EVENTS_PER_S = 5_000
SYMBOL = "BTC-USDT-SWAP"
EMPTY_APP = "from textual.app import App; App().run()"
MAP_WITHIN_S, JOINED_WITHIN_S = 30.0, 120.0
CURSOR = re.compile(r"cursor ([\d,.]+)")


class Goal(NamedTuple):
    """What the screen may cost."""

    kb_per_s: float
    cpu_percent: float


GOALS = {1: Goal(30.0, 15.0), 4: Goal(80.0, 25.0)}


def run() -> list[Result]:
    """Ratios and limits of the screen.

    Raises:
        SkippedError: there are no pseudo-terminals to measure in.
    """
    if not sys.platform.startswith("linux"):
        raise SkippedError("it reads /proc")
    with tempfile.TemporaryDirectory() as folder:
        return [*starts(Path(folder)), *under_load(Path(folder), 1), *under_load(Path(folder), 4)]


# --- start ------------------------------------------------------------------------------------------------------


def starts(folder: Path) -> list[Result]:
    """From exec to the last line of the first full paint, interleaved with an empty Textual app, and to the map."""
    environ = environment(folder)
    programs = {
        "empty": [sys.executable, "-c", EMPTY_APP],
        "demo": [sys.executable, "-m", "liqtui", "demo"],
        "live": [sys.executable, "-m", "liqtui", "--config", str(unreachable(folder))],
    }
    times: dict[str, list[float]] = {name: [] for name in [*programs, "map"]}
    for round_ in range(STARTS + 1):
        for name, command in programs.items():
            with Terminal(command, environ) as terminal:
                painted = terminal.when(lambda screen: screen.lowest == HEIGHT - 1, 20.0) - terminal.started
                mapped = terminal.when(shows_map, MAP_WITHIN_S) - terminal.started if name == "demo" else 0.0
            if round_ == 0:
                continue  # the first start fills the caches of the disk
            times[name].append(painted)
            if name == "demo":
                times["map"].append(mapped)
    empty, demo, live, mapped = (statistics.median(times[name]) for name in times)
    paired = [
        statistics.median(a / b for a, b in zip(times[name], times["empty"], strict=True)) for name in ("demo", "live")
    ]
    note = f"median of {STARTS}: %.0f ms, an empty Textual app {empty * 1e3:.0f}"
    return [
        Result("demo: start to first paint over an empty app", paired[0], "×", at_most(1.5), note=note % (demo * 1e3)),
        Result("live: start to first paint over an empty app", paired[1], "×", at_most(1.5), note=note % (live * 1e3)),
        Result("demo: start to the map", mapped, "s", at_most(3.0), note="the simulated exchange starts meanwhile"),
    ]


def unreachable(folder: Path) -> Path:
    """A configuration whose venue is not there: starting the program must not depend on a network."""
    return configuration(folder, Endpoints("ws://127.0.0.1:9/ws/v5/public", "http://127.0.0.1:9"))


def shows_map(screen: Screen) -> bool:
    """The map has columns, and the side its clusters."""
    lines = [screen.line(y) for y in range(HEIGHT)]
    return any("CLUSTERS" in line for line in lines) and any("█" in line for line in lines)


# --- under load -------------------------------------------------------------------------------------------------


def under_load(folder: Path, panes: int) -> list[Result]:
    """5,000 events a second over all panes: keys, bytes, CPU and memory."""
    with loaded_exchange(panes) as (there, events_per_s):
        file = configuration(folder, there, symbols(listing(there)))
        command = [sys.executable, "-m", "liqtui", "--config", str(file), "--layout", f"{panes}"]
        with Terminal(command, environment(folder)) as terminal:
            terminal.when(lambda screen: joined(screen, panes), MAP_WITHIN_S + JOINED_WITHIN_S)
            cpu, sent, share = watched(terminal)
            presses = press_keys(terminal)
            memory_mb = proportional_memory(terminal.child.pid) / 1e6
    rate = f"{events_per_s:,.0f} events/s arriving, joined"
    p50, p99 = (statistics.quantiles(presses, n=100)[i] * 1e3 for i in (49, 98))
    what, goal = "one pane" if panes == 1 else f"{panes} panes", GOALS[panes]
    return [
        Result(f"{what}: key to repaint, p50", p50, "ms", note=f"{len(presses)} cursor moves; {rate}"),
        Result(f"{what}: key to repaint, p99", p99, "ms", at_most(30.0), note=f"slowest {max(presses) * 1e3:.0f} ms"),
        Result(f"{what}: bytes to the terminal", sent / 1e3, "kB/s", at_most(goal.kb_per_s), note=rate),
        Result(f"{what}: CPU of the program", cpu * 100, "%", at_most(goal.cpu_percent),
               note=f"of a core, {WATCHED_S:.0f} s; {share}"),
        Result(f"{what}: memory", memory_mb, "MB", at_most(150.0), note="proportional set size"),
        Result(f"{what}: events arriving", events_per_s, "/s", at_least(0.9 * EVENTS_PER_S),
               "the simulated exchange got too little of the machine"),
    ]  # fmt: skip


@contextmanager
def loaded_exchange(panes: int) -> Iterator[tuple[Endpoints, float]]:
    """A simulated exchange whose rate is set so that 5,000 events/s arrive at who watches that many instruments."""
    with running(11, "--rate", str(EVENTS_PER_S)) as there:
        first = arriving(there["okx"], panes)
    with running(11, "--rate", f"{EVENTS_PER_S * EVENTS_PER_S / first:.0f}") as there:
        yield there["okx"], arriving(there["okx"], panes)


def arriving(there: Endpoints, panes: int, seconds: float = 4.0) -> float:
    """Events a second of what the program subscribes to, as its own decoder counts them."""
    venue = create(VenueSettings(ws_url=there.ws, rest_url=there.rest))
    listed = {i.symbol: i for i in listing(there)}
    watched = [listed[symbol] for symbol in symbols(listed.values())[:panes]]
    families = {i.family for i in watched}
    series = [i for i in listed.values() if i.family in families and i not in watched]
    count = 0
    with connect(there.ws, compression=None, proxy=None) as socket:
        for text in venue.subscribe(venue.subscriptions(watched, series)):
            socket.send(text)
        time.sleep(0.5)
        start = time.monotonic()
        while (now := time.monotonic()) - start < seconds:
            count += len(venue.decode(socket.recv(), time.time_ns(), listed))
    return count / (now - start)


def listing(there: Endpoints) -> tuple[Instrument, ...]:
    """What the simulated exchange lists."""
    venue = create(VenueSettings(ws_url=there.ws, rest_url=there.rest))
    found: list[Instrument] = []
    for request in venue.listing_requests():
        with urlopen(request.url, timeout=10) as reply:
            for event in venue.decode_reply(request.url, reply.read(), time.time_ns(), {}):
                found += event.instruments if isinstance(event, Listing) else ()
    return tuple(found)


def symbols(listed: Iterable[Instrument]) -> list[str]:
    """What is watched, pane by pane: the most traded perpetuals first, then contracts that end."""
    return [SYMBOL, *sorted((i.symbol for i in listed if i.symbol != SYMBOL), key=lambda s: ("SWAP" not in s, s))]


def joined(screen: Screen, panes: int) -> bool:
    """History and the live stream are one: no map's title speaks of either any more."""
    titles = "".join(line for y in range(HEIGHT) if "map ·" in (line := screen.line(y)))
    return titles.count("map ·") == panes and "backfill" not in titles and "joining" not in titles


def watched(terminal: Terminal) -> tuple[float, float, str]:
    """Cores used and bytes sent a second while nobody presses a key, and how the cores were shared."""
    pid = terminal.child.pid
    before, sent, start = cpu_seconds(pid), terminal.bytes, time.monotonic()
    time.sleep(WATCHED_S)
    after, seconds = cpu_seconds(pid), time.monotonic() - start
    screen, rest = ((now - then) / seconds for now, then in zip(after, before, strict=True))
    share = f"screen {100 * screen:.1f}, feeds and engine {100 * rest:.1f}"
    return screen + rest, (terminal.bytes - sent) / seconds, share


def cpu_seconds(pid: int) -> tuple[float, float]:
    """CPU seconds of the main thread, which is the screen's, and of all others."""
    ticks, main, others = os.sysconf("SC_CLK_TCK"), 0.0, 0.0
    for task in Path(f"/proc/{pid}/task").iterdir():
        user, system = (task / "stat").read_text().rpartition(")")[2].split()[11:13]
        spent = (int(user) + int(system)) / ticks
        if int(task.name) == pid:
            main += spent
        else:
            others += spent
    return main, others


def press_keys(terminal: Terminal) -> list[float]:
    """Seconds from a press to the bytes that show the cursor at its new price, at irregular moments."""
    times = []
    for i in range(PRESSES):
        time.sleep(0.03 + 0.05 * (i * 0.618 % 1))
        before, key = cursor_price(terminal.screen), "h" if i // 20 % 2 else "l"

        def moved(screen: Screen, before: str = before) -> bool:
            return cursor_price(screen) not in ("", before)

        def press(key: str = key) -> None:
            terminal.press(key)

        pressed = time.perf_counter()
        times.append(terminal.when(moved, 10.0, press) - pressed)
    return times


def cursor_price(screen: Screen) -> str:
    """The price the readout names; nothing while there is no cursor."""
    found = (CURSOR.search(screen.line(y)) for y in range(HEIGHT))
    return next((match[1] for match in found if match is not None), "")


def proportional_memory(pid: int) -> float:
    """Bytes: the proportional set size."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return float(line.split()[1]) * 1024
    raise SkippedError("the kernel does not tell proportional set sizes")


# --- surroundings -----------------------------------------------------------------------------------------------


def configuration(folder: Path, there: Endpoints, watch: Sequence[str] = (SYMBOL,)) -> Path:
    """A configuration file whose venue is a simulated exchange."""
    file = folder / "bench.toml"
    venue = f"[venues.okx]\nws_url = {json.dumps(there.ws)}\nrest_url = {json.dumps(there.rest)}\n"
    file.write_text(f"watch = {json.dumps(watch)}\n{venue}")
    return file


def environment(folder: Path) -> dict[str, str]:
    """Of somebody at a truecolor terminal who has never configured anything."""
    ours = ("PYTHON", "LIQTUI_", "XDG_", "SSH_", "TMUX", "NO_COLOR", "TEXTUAL")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    homes = {f"XDG_{name}_HOME": str(folder) for name in ("CONFIG", "CACHE", "DATA", "STATE")}
    return {**environ, **homes, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
