"""What a program in a terminal costs, whatever it shows: how soon a key is seen, bytes, CPU, memory."""

import json
import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from result import Result, SkippedError, at_most
from terminal import Screen, Terminal

from liqtui.sim.process import Endpoints

PRESSES = 240
WATCHED_S = 25.0
KEY_MS = 30.0


class Goal(NamedTuple):
    """What a screen may cost."""

    kb_per_s: float
    cpu_percent: float
    memory_mb: float | None = None


class Keys(NamedTuple):
    """Two keys that undo each other, and where on the screen one sees what they did."""

    there: str
    back: str
    turn: int
    """After so many the other one."""
    seen: Callable[[Screen], str]
    """What differs after each key; nothing while it is on its way."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one program in one terminal."""

    presses: list[float]
    """Seconds from each key to the bytes that show what it did."""
    bytes_per_s: float
    screen: float
    """CPU seconds a second of the main thread, which is the screen's."""
    rest: float
    """Likewise of all others."""
    memory: float
    """Bytes, as a proportional set."""

    def rows(self, what: str, goal: Goal | None, note: str) -> list[Result]:
        """The figures beside their goals; without, as those of somebody else."""
        p50, p99 = (statistics.quantiles(self.presses, n=100)[i] * 1e3 for i in (49, 98))
        slowest = f"slowest of {len(self.presses)}: {max(self.presses) * 1e3:.0f} ms"
        limits = [None] * 4 if goal is None else [KEY_MS, *goal]
        key, most, cpu, memory = (None if limit is None else at_most(limit) for limit in limits)
        shares = f"screen {100 * self.screen:.1f}, other threads {100 * self.rest:.1f}"
        return [
            Result(f"{what}: key to repaint, p50", p50, "ms", note=note),
            Result(f"{what}: key to repaint, p99", p99, "ms", key, note=slowest),
            Result(f"{what}: bytes to the terminal", self.bytes_per_s / 1e3, "kB/s", most, note=note),
            Result(f"{what}: CPU of the program", (self.screen + self.rest) * 100, "%", cpu,
                   note=f"of a core, {WATCHED_S:.0f} s; {shares}"),
            Result(f"{what}: memory", self.memory / 1e6, "MB", memory, note="proportional set size"),
        ]  # fmt: skip


def cost(terminal: Terminal, keys: Keys) -> Cost:
    """Watch it while nobody presses a key, then press them."""
    pid = terminal.child.pid
    before, sent, start = cpu_seconds(pid), terminal.bytes, time.monotonic()
    time.sleep(WATCHED_S)
    after, seconds = cpu_seconds(pid), time.monotonic() - start
    screen, rest = ((now - then) / seconds for now, then in zip(after, before, strict=True))
    bytes_per_s = (terminal.bytes - sent) / seconds
    return Cost(press(terminal, keys), bytes_per_s, screen, rest, proportional_memory(pid))


def press(terminal: Terminal, keys: Keys) -> list[float]:
    """Seconds from each press to the bytes that show it, at irregular moments."""
    times = []
    for i in range(PRESSES):
        time.sleep(0.03 + 0.05 * (i * 0.618 % 1))
        before, key = keys.seen(terminal.screen), keys.back if i // keys.turn % 2 else keys.there

        def done(screen: Screen, before: str = before) -> bool:
            return keys.seen(screen) not in ("", before)

        def act(key: str = key) -> None:
            terminal.press(key)

        pressed = time.perf_counter()
        times.append(terminal.when(done, 10.0, act) - pressed)
    return times


def cpu_seconds(pid: int) -> tuple[float, float]:
    """CPU seconds of the main thread, and of all others."""
    ticks, main, others = os.sysconf("SC_CLK_TCK"), 0.0, 0.0
    for task in Path(f"/proc/{pid}/task").iterdir():
        user, system = (task / "stat").read_text().rpartition(")")[2].split()[11:13]
        spent = (int(user) + int(system)) / ticks
        if int(task.name) == pid:
            main += spent
        else:
            others += spent
    return main, others


def proportional_memory(pid: int) -> float:
    """Bytes: the proportional set size."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return float(line.split()[1]) * 1024
    raise SkippedError("the kernel does not tell proportional set sizes")


def configuration(folder: Path, there: Endpoints, watch: Sequence[str]) -> Path:
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
