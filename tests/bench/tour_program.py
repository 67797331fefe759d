"""`liqtui` that can be told to hold still; run by the keyboard tour.

argv[1]: a folder. When `ask` is there, with the size of the terminal in it, the picture is held and what a whole new
picture of it would be is put into `whole`, until `ask` is gone. Further arguments are `liqtui`'s.
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import liqtui.ui.frames
from liqtui.cli import main
from liqtui.ui.driver import PatientDriver
from liqtui.ui.frames import FrameApp
from liqtui.ui.glass import Glass

LOOK_S = 0.02
TRIES = 50
"""What should be there and what is may differ for a moment; after a second it is held all the same."""
PATIENCE_S = 10.0


class HeldDriver(PatientDriver):
    """Looks for `ask` fifty times a second."""

    folder: Path

    def start_application_mode(self) -> None:
        super().start_application_mode()
        self._tries = 0
        self._loop.call_soon(self._look)

    def _look(self) -> None:
        ask = self.folder / "ask"
        if ask.exists():
            self._tries += 1
            whole, agreed = whole_picture(self._app, ask.read_text())
            backlog = self.outlet.backlog if self.outlet is not None else 0
            if (agreed and not backlog) or self._tries >= TRIES:
                self._hold(ask, whole)
                self._tries = 0
        self._loop.call_later(LOOK_S, self._look)

    def _hold(self, ask: Path, whole: str) -> None:
        """Nothing is painted until `ask` is gone."""
        (self.folder / "held").write_text(whole)
        (self.folder / "held").replace(self.folder / "whole")
        give_up = time.monotonic() + PATIENCE_S
        while ask.exists() and time.monotonic() < give_up:
            time.sleep(0.005)


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
    vars(liqtui.ui.frames)["PatientDriver"] = HeldDriver
    sys.exit(main(sys.argv[2:]))
