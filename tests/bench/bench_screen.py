"""The program in a pseudo-terminal of 150x45: first paint, keys, bytes, CPU and memory while 5,000 events/s arrive, in
one pane and in four, beside an empty Textual app and btop.

The simulated exchange is a process of its own and not counted. What arrives is counted by a second client of it that
asks for what the program asks for.
"""

import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from gauges import Goal, Keys, configuration, cost, environment
from peers import peers
from result import Result, SkippedError, at_least, at_most
from terminal import HEIGHT, Screen, Terminal
from websockets.sync.client import connect

from liqtui.events import Listing
from liqtui.instruments import Instrument
from liqtui.sim.process import Endpoints, running
from liqtui.venues.base import VenueSettings
from liqtui.venues.okx import create

STARTS = 9
EVENTS_PER_S = 5_000
SYMBOL = "BTC-USDT-SWAP"
EMPTY_APP = "from textual.app import App; App().run()"
MAP_WITHIN_S, JOINED_WITHIN_S, SETTLED_S = 30.0, 120.0, 20.0
CURSOR = re.compile(r"cursor ([\d,.]+)")


GOALS = {1: Goal(30.0, 15.0, 150.0), 4: Goal(80.0, 25.0, 150.0)}


def run() -> list[Result]:
    """Ratios and limits of the screen.

    Raises:
        SkippedError: there are no pseudo-terminals to measure in.
    """
    if not sys.platform.startswith("linux"):
        raise SkippedError("it reads /proc")
    with tempfile.TemporaryDirectory() as folder:
        ours = [*under_load(Path(folder), 1), *under_load(Path(folder), 4)]
        return [*starts(Path(folder)), *ours, *peers(Path(folder))]


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
    return configuration(folder, Endpoints("ws://127.0.0.1:9/ws/v5/public", "http://127.0.0.1:9"), [SYMBOL])


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
            until_joined(terminal, panes)
            spent = cost(terminal, Keys("l", "h", 20, cursor_price))
    what = "one pane" if panes == 1 else f"{panes} panes"
    return [
        *spent.rows(what, GOALS[panes], f"{events_per_s:,.0f} events/s arriving, joined"),
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


def cursor_price(screen: Screen) -> str:
    """The price the readout names; nothing while there is no cursor."""
    found = (CURSOR.search(screen.line(y)) for y in range(HEIGHT))
    return next((match[1] for match in found if match is not None), "")


def until_joined(terminal: Terminal, panes: int) -> None:
    """Wait until the panes are fetching their history, until none is any more, and while what rests on it is built."""
    terminal.when(lambda screen: any("joining" in screen.line(y) for y in range(HEIGHT)), MAP_WITHIN_S)
    terminal.when(lambda screen: joined(screen, panes), JOINED_WITHIN_S)
    time.sleep(SETTLED_S)


def joined(screen: Screen, panes: int) -> bool:
    """History and the live stream are one: no map's title speaks of either any more."""
    titles = "".join(line for y in range(HEIGHT) if "╭─ map" in (line := screen.line(y)))
    return titles.count("╭─ map") == panes and "backfill" not in titles and "joining" not in titles
