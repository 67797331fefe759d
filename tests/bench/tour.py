"""A tour of every key in a real terminal: nothing breaks, every binding that ever works is pressed where it works, and
after each key the terminal shows what a whole new picture at that moment would, colours and all.

    python tests/bench/tour.py [--link]

In tmux; with `--link` at the end of a way of 50 kB/s with a round trip of 150 ms, and then it is also told how long
each key takes there. Says how many keys of each context it pressed; ends with what is wrong at the first key after
which something is. Run by hand: it takes two minutes, over the way ten. A context of bindings that is not in `OPENS` is
taken to work in a pane.
"""

import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bench_link import inside
from result import Result, at_most
from run import table
from textual.binding import Binding
from tour_terminals import SIZE, SMALL, Answer, LinkTour, TmuxTour, Tour

from liqtui.config import Config
from liqtui.session import open_live
from liqtui.sim.process import running
from liqtui.ui.bindings import CONTEXTS
from liqtui.ui.state import VIEWS
from liqtui.venues.base import VenueSettings

OPENS = {
    "watch table": [["w"]], "map and watch table": [[], ["w"]], "search": [["slash"]], "alerts": [["a"]],
    "commands": [["colon"]], "export": [["x"]], "help and problems": [["question_mark"], ["exclamation_mark"]],
    "panels": [["question_mark"], ["slash"], ["a"], ["colon"], ["x"]],
}
"""What lies over the panes, and the keys to it; all else works in a pane."""
TYPES = {("alerts", "enter"): "subsiding", ("commands", "enter"): "theme light"}
"""What is typed before."""
LEAVES = {"q": 0, "ctrl+c": 130}
IN_EVERY_VIEW = ("right", "plus", "u", "o", "g", "t", "f", "minus", "0", "escape")
ENDED = "BTC-USDT-250516"
"""A contract that has expired."""
RECORDED_S, LEAVE_S = 6.0, 40.0


class Passed:
    """What was pressed and what worked, on all tours together."""

    def __init__(self) -> None:
        self.pressed: set[tuple[str, str, str]] = set()
        self.worked: set[tuple[str, str, str]] = set()
        self.sent = self.taken = 0
        self.answers: list[Answer] = []
        self.rows: list[Result] = []

    def take(self, tour: Tour) -> None:
        """What there is to say of a tour at its end."""
        keys = tour.taken()
        self.sent, self.taken = self.sent + tour.sent, self.taken + len(keys)
        self.pressed |= {(widget, name, key) for key, widget, name in keys if name}
        self.worked |= tour.worked()
        if isinstance(tour, LinkTour):
            self.answers += tour.answers
            self.rows += inside(json.loads((tour.folder / "report.json").read_text()), tour.begun)

    def verdict(self) -> None:
        """Every binding was pressed where it worked, and no key was lost.

        Raises:
            AssertionError: it was not so; the message says what was missed.
        """
        missed = sorted(f"{key} ({name}) in {widget}" for widget, name, key in self.worked - self.pressed)
        ever = {(name, key) for _, name, key in self.pressed}
        never = sorted(f"{key} ({name}) in {where}" for where, name, key in bound() if (name, key) not in ever)
        assert not missed, f"worked and were not pressed: {', '.join(missed)}"
        assert not never, f"never worked: {', '.join(never)}"
        assert self.sent == self.taken, f"{self.sent} keys were sent, {self.taken} were done"
        say(f"{self.sent} keys sent, none lost; {len(self.pressed)} bindings pressed, all that ever worked")


def bound() -> Iterator[tuple[str, str, str]]:
    """(context, id, key) of every binding."""
    for context, bindings in CONTEXTS.items():
        for b in bindings:
            if isinstance(b, Binding):
                yield from ((context, b.id or "", key) for key in b.key.split(","))


def every_key(tour: Tour, contexts: Sequence[str], wanted: Callable[[str], bool]) -> None:
    """Each in each place that has it, of bindings whose id is `wanted`."""
    for context in contexts:
        start, count = time.monotonic(), 0
        keys = [key for where, name, key in bound() if where == context and key not in LEAVES and wanted(name)]
        tour.where = context
        for opener in OPENS.get(context, [[]]):
            for key in keys:
                for typed in (*opener, *TYPES.get((context, key), "")):
                    tour.press("space" if typed == " " else typed)
                tour.press(key)
                count += 1
                tour.check(f"{key} in {context}{' after ' if opener else ''}{' '.join(opener)}")
                if opener or (context == "everywhere" and key not in ("T", "c")):
                    tour.press("escape")
                    tour.check(f"escape after {key} in {context}")
        say(f"{context}: {count} keys, {time.monotonic() - start:.0f} s")


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


def of_the_demo(tour: Tour) -> None:
    """Everything but what only a recording has."""
    tour.start("CLUSTERS")
    tour.quiet(on=isinstance(tour, LinkTour))
    contexts = ["export", *(context for context in CONTEXTS if context != "export")]  # while there is a map to export
    every_key(tour, contexts, lambda name: not name.startswith("replay."))
    tour.quiet(on=False)
    every_view(tour)


def of_a_recording(tour: Tour) -> None:
    """What only a recording has."""
    tour.start("CLUSTERS")
    every_key(tour, ["map and watch table"], lambda name: name == "pause" or name.startswith("replay."))


def of_an_ended_contract(tour: Tour) -> None:
    """The next one."""
    tour.start("has expired")
    tour.press("enter")
    tour.until("CLUSTERS")
    tour.check("enter on an expired contract")


def leaves(tour: Tour, key: str) -> None:
    """The key ends it with its exit code."""
    tour.quiet(on=False)
    tour.until("quit")
    tour.press(key)
    give_up = time.monotonic() + LEAVE_S
    while tour.code() is None and time.monotonic() < give_up:
        time.sleep(0.05)
    assert tour.code() == LEAVES[key], f"{key}: exit code {tour.code()}, should be {LEAVES[key]}:\n{tour.text()}"
    assert "Traceback" not in tour.text(), tour.text()
    say(f"{key} leaves with {LEAVES[key]}")


def record(file: Path) -> None:
    """Some seconds of the demo."""
    name = "okx:BTC-USDT-SWAP"
    with running(venues=("okx",)) as there:
        at = there["okx"]
        session = open_live(Config(), venue_settings_override={"okx": VenueSettings(ws_url=at.ws, rest_url=at.rest)},
                            record_to=file, kind="demo")
        try:
            give_up = time.monotonic() + LEAVE_S
            while session.awaited and time.monotonic() < give_up:
                time.sleep(0.05)
            session.watch(name)
            while ((view := session.view(name)) is None or view.map is None) and time.monotonic() < give_up:
                time.sleep(0.05)
            time.sleep(RECORDED_S)
        finally:
            session.close()


def times(answers: Sequence[Answer]) -> list[Result]:
    """From a key to the first cell that changed, and to the last."""
    first = sorted((a.first, a.key) for a in answers if a.first is not None)
    whole = sorted((a.whole, a.key) for a in answers if a.first is not None)
    none = ", ".join(dict.fromkeys(a.key for a in answers if a.first is None))
    cuts, last = (statistics.quantiles([took for took, _ in one], n=100, method="inclusive") for one in (first, whole))
    return [
        Result("first changed cell, half of the keys", cuts[49] * 1e3, "ms", at_most(350),
               note=f"of {len(first)} that changed one; {len(answers) - len(first)} did not: {none}"),
        Result("first changed cell, 99 of 100 keys", cuts[98] * 1e3, "ms", at_most(350), note=slowest(first)),
        Result("the last of them, 99 of 100 keys", last[98] * 1e3, "ms",
               note=f"history that comes in for another instrument is in it; {slowest(whole)}"),
    ]


def slowest(took: Sequence[tuple[float, str]]) -> str:
    return "slowest: " + ", ".join(f"{key} {seconds * 1e3:.0f}" for seconds, key in took[-8:])


def main() -> None:
    link = "--link" in sys.argv[1:]
    if not link and shutil.which("tmux") is None:
        say("skipped: there is no tmux to press keys in")
        return
    passed = Passed()
    with tempfile.TemporaryDirectory() as top:
        recording = Path(top) / "demo.jsonl.gz"
        record(recording)
        legs: list[tuple[Sequence[str], Callable[[Tour], None], str]] = [
            (["demo"], of_the_demo, "q"), (["replay", str(recording)], of_a_recording, "ctrl+c"),
            (["demo", ENDED], of_an_ended_contract, "q"),
        ]
        for at, (command, walk, last) in enumerate(legs):
            folder = Path(top) / str(at)
            folder.mkdir()
            tour: Tour = (LinkTour if link else TmuxTour)(folder, command)
            try:
                walk(tour)
                leaves(tour, last)
                passed.take(tour)
            except AssertionError as error:
                sys.exit(str(error))
            finally:
                tour.close()
    if link:
        table("every key, over 50 kB/s and a round trip of 150 ms", [*times(passed.answers), *passed.rows])
    try:
        passed.verdict()
    except AssertionError as error:
        sys.exit(str(error))
    say("nothing broke, and nothing stale was left on the screen")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
