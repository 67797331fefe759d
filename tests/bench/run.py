"""Every bench in one run, one table: each figure beside its goal, met or missed, and why it was missed.

    python tests/bench/run.py [--json] [NAME…]

Speed is told as a ratio to a peer or to a limit, measured in the same run on the same machine; nothing here is a test,
and nothing fails when a goal is missed. The peers are the `bench` extra; without one, its rows say so.
"""

import argparse
import dataclasses
import importlib
import json
import os
import platform
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from result import Result, SkippedError

BENCHES = {
    "wire": "decode, normalise and apply recorded OKX frames",
    "replay": "a recorded file of 94,000 frames at full speed",
    "map": "what a trade costs the map",
    "learning": "what learning costs the map",
    "engine": "events, boundaries, Views, history",
    "load": "three venues at 20,000 events a second, summed",
    "gather": "CPU of the feeds by rate of events",
    "views": "a frame of each view of a pane",
    "screen": "the program in a terminal of 150x45",
    "watch": "the watch table with 300 rows",
    "link": "the demo over 50 kB/s and a round trip of 150 ms",
}


def main() -> None:
    """Run the benches asked for, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(BENCHES)} (default: all)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    asked = parser.parse_args()
    unknown = [name for name in asked.names if name not in BENCHES]
    if unknown:
        parser.error(f"no bench {unknown[0]!r}; there are: {', '.join(BENCHES)}")
    where = machine()
    if not asked.json:
        say(" · ".join(f"{name} {value}" for name, value in where.items()))
    found: dict[str, list[Result]] = {}
    for name in asked.names or BENCHES:
        found[name] = measured(name)
        if not asked.json:
            table(f"{name}: {BENCHES[name]}", found[name])
    if asked.json:
        rows = {name: [as_json(result) for result in results] for name, results in found.items()}
        say(json.dumps({"machine": where, "benches": rows}, ensure_ascii=False))
        return
    judged = [result.met for results in found.values() for result in results if result.met is not None]
    say(f"\n{sum(judged)} of {len(judged)} goals met · load {load()}")


def measured(name: str) -> list[Result]:
    """What a bench finds; a bench that cannot be run here is one row with the reason."""
    try:
        results: list[Result] = importlib.import_module(f"bench_{name}").run()
    except (SkippedError, ImportError) as error:
        return [Result(name, None, "", note=str(error))]
    except TimeoutError as error:
        return [Result(name, None, "", note=f"it did not get there; the screen was:\n{error}")]
    return results


def table(title: str, results: list[Result]) -> None:
    say(f"\n{title}")
    for result in results:
        judged = {None: "", True: "met", False: "MISSED"}[result.met]
        goal = "" if result.goal is None else str(result.goal)
        say(f"  {result.name:<46}{result.figure():>13}  {goal:<8} {judged:<7} {result.note}")
        if result.met is False:
            say(f"      why: {result.reason or 'not known: look at the load of the machine first'}")


def as_json(result: Result) -> dict[str, object]:
    goal = None if result.goal is None else str(result.goal)
    return {**dataclasses.asdict(result), "goal": goal, "met": result.met}


def machine() -> dict[str, str]:
    """When and on what."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "Python": platform.python_version(),
        "CPU": f"{os.cpu_count()} × {processor()}",
        "load": load(),
    }


def processor() -> str:
    """The CPU's own name, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def load() -> str:
    return f"{os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else "unknown"


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    start = time.monotonic()
    main()
    sys.stderr.write(f"{time.monotonic() - start:.0f} s\n")
