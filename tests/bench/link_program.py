"""`liqtui` that keeps a record of what it has queued for its terminal, and of its clock; run by the bench of links.

argv[1]: the file to write `{"writes": …, "gaps": …}` to when it ends; further arguments are `liqtui`'s.
"""

import json
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from liqtui.ui.run import REPAINT_HZ

os.environ.setdefault("TEXTUAL_FPS", REPAINT_HZ)  # read when Textual is imported, which is here and not in the program

import liqtui.ui.frames
from liqtui.cli import main
from liqtui.ui.driver import PatientDriver

BEAT_S = 0.01


class WatchedDriver(PatientDriver):
    """Notes at each write what is queued, and every 10 ms how long it was since the last time."""

    report: Path

    def start_application_mode(self) -> None:
        self._writes: list[tuple[float, int, int, int]] = []
        """When (`time.monotonic`), bytes queued before and after it, bytes that were allowed to be."""
        self._gaps: list[tuple[float, float]] = []
        """When, and seconds since the last."""
        self._beat_at = time.monotonic()
        super().start_application_mode()
        self._loop.call_soon(self._beat)

    def write(self, data: str) -> None:
        outlet = self.outlet
        before = 0 if outlet is None else outlet.backlog
        super().write(data)
        if outlet is not None:
            self._writes.append((time.monotonic(), before, outlet.backlog, outlet.allowed))

    def close(self) -> None:
        super().close()
        self.report.write_text(json.dumps({"writes": self._writes, "gaps": self._gaps}))

    def _beat(self) -> None:
        now = time.monotonic()
        self._gaps.append((now, now - self._beat_at))
        self._beat_at = now
        self._loop.call_later(BEAT_S, self._beat)


if __name__ == "__main__":
    WatchedDriver.report = Path(sys.argv[1])
    vars(liqtui.ui.frames)["PatientDriver"] = WatchedDriver
    sys.exit(main(sys.argv[2:]))
