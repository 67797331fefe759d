"""`liqtui` that can be told to hold still, and that notes every key; run by the keyboard tour.

argv[1]: a folder. When `ask` is there, with the size of the terminal in it, the picture is held and what a whole new
picture of it would be is put into `whole`, until `ask` is gone. While `quiet` is there the market stands still.
`keys.jsonl` has a line for every key: itself, and the widget and id of the binding that it had. `live.json`
has the keys that worked at any `ask`. Further arguments are `liqtui`'s.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from textual import events

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from link_program import WatchedDriver

import liqtui.ui.frames
from liqtui.cli import main
from liqtui.ui.app import LiqtuiApp
from liqtui.ui.frames import FrameApp
from liqtui.ui.glass import Glass
from liqtui.ui.keyboard import OrderedApp
from liqtui.ui.keys import live_bindings
from liqtui.view import View

LOOK_S = 0.02
TRIES = 400
"""What should be there and what is may differ for a moment, over a slow way for two seconds and a half; after eight
seconds it is held all the same."""
PATIENCE_S = 10.0


class HeldDriver(WatchedDriver):
    """Looks for `ask` and `quiet` fifty times a second."""

    folder: Path

    def start_application_mode(self) -> None:
        super().start_application_mode()
        self._tries = 0
        self._quiet = self._calmed = False
        self._live: set[tuple[str, str, str]] = set()
        self._loop.call_soon(self._look)

    def _look(self) -> None:
        app, ask = self._app, self.folder / "ask"
        assert isinstance(app, LiqtuiApp)
        self._quiet = (self.folder / "quiet").exists()
        if not self._calmed and app.source is not None:
            self._calmed = True
            for name in ("view", "row", "status", "clock_ns"):
                vars(app.source)[name] = standing(getattr(app.source, name), lambda: self._quiet)
        if ask.exists():
            self._tries += 1
            whole, agreed = whole_picture(app, ask.read_text())
            backlog = self.outlet.backlog if self.outlet is not None else 0
            if (agreed and not backlog) or self._tries >= TRIES:
                self._live |= working(app)
                put(self.folder / "live.json", json.dumps(sorted(self._live)))
                self._hold(ask, whole)
                self._tries = 0
        self._loop.call_later(LOOK_S, self._look)

    def _hold(self, ask: Path, whole: str) -> None:
        """Nothing is painted until `ask` is gone."""
        put(self.folder / "whole", whole)
        give_up = time.monotonic() + PATIENCE_S
        while ask.exists() and time.monotonic() < give_up:
            time.sleep(0.005)
        self._beat_at = time.monotonic()  # the clock stood still because it was told to


def put(path: Path, text: str) -> None:
    """Whole or not at all."""
    path.with_suffix(".new").write_text(text)
    path.with_suffix(".new").replace(path)


def standing(read: Callable[..., object], quiet: Callable[[], bool]) -> Callable[..., object]:
    """`read`, that says the same as before while it is quiet; of an instrument whose history is coming in, what is new.
    """
    said: dict[tuple[object, ...], object] = {}

    def answer(*of: object) -> object:
        if not quiet():
            said.clear()
            return read(*of)
        if of not in said:
            now = read(*of)
            coming = isinstance(now, View) and now.health.backfill is not None and not now.health.backfill.finished
            if now is None or coming:
                return now
            said[of] = now
        return said[of]

    return answer


def working(app: LiqtuiApp) -> set[tuple[str, str, str]]:
    """(widget, id, key) of every binding that works now."""
    return {(type(b.node).__name__, b.binding.id or "", b.binding.key) for b in live_bindings(app.screen)}


def note_keys(file: Path) -> None:
    """Have a line written for every key that is done."""
    take = OrderedApp._take_key

    async def noted(app: OrderedApp, event: events.Key) -> None:
        assert isinstance(app, LiqtuiApp)
        names = {key: (node, id) for node, id, key in working(app)}
        names.setdefault("ctrl+c", (type(app).__name__, "interrupt"))
        await take(app, event)
        with file.open("a") as lines:
            lines.write(json.dumps([event.key, *names.get(event.key, ("", ""))]) + "\n")

    OrderedApp._take_key = noted  # type: ignore[assignment, method-assign]


def whole_picture(app: object, wanted: str) -> tuple[str, bool]:
    """What paints the whole screen on an empty terminal; whether that is what has been sent by now, in the `wanted`
    size."""
    assert isinstance(app, FrameApp)
    size, fresh = app.screen.size, Glass(*app.screen.size)
    for y, strip in enumerate(app.screen._compositor.render_strips(size)):
        fresh.put(y, 0, list(strip))
    sent = app._glass
    agreed = (sent is not None and not sent.dirty and sent._have_text == fresh._want_text
              and sent._have_ink == fresh._want_ink)  # fmt: skip
    return fresh.frame(), agreed and wanted == f"{size.width} {size.height}"


if __name__ == "__main__":
    HeldDriver.folder = Path(sys.argv[1])
    HeldDriver.report = HeldDriver.folder / "report.json"
    note_keys(HeldDriver.folder / "keys.jsonl")
    vars(liqtui.ui.frames)["PatientDriver"] = HeldDriver
    sys.exit(main(sys.argv[2:]))
