"""Run on a pty by the driver's tests: the real application on a market that changes every beat.

argv[1]: a file that always says `looks backlog time`, so that a test can look past the terminal.
"""

import sys
import time
from dataclasses import replace
from pathlib import Path

from textual._context import active_app

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from liqtui.ui.driver import PatientDriver
from liqtui.ui.options import UiOptions
from liqtui.ui.run import run_app
from liqtui.view import Figure, View
from ui.factory import FakeSource, Market

REPORT = Path(sys.argv[1])


class Ticking(FakeSource):
    """Every look at it is another View: the last price counts the looks, and the whole map changes."""

    def __init__(self) -> None:
        super().__init__({})
        self._plain = Market(minutes=60).view(50)
        self._looks = 0

    def view(self, name: str) -> View | None:
        self._looks += 1
        driver = active_app.get()._driver
        outlet = driver.outlet if isinstance(driver, PatientDriver) else None
        REPORT.write_text(f"{self._looks} {outlet.backlog if outlet is not None else 0} {time.monotonic()}")
        stock = self._plain.map
        assert stock is not None
        mass = stock.mass * (1 + 0.5 * ((self._looks * 37) % 100) / 100)
        figures = replace(self._plain.figures, last=Figure(float(self._looks), self.now_ns))
        return replace(self._plain, epoch=self._looks, figures=figures, map=replace(stock, mass=mass))


if __name__ == "__main__":
    sys.exit(run_app(Ticking, UiOptions(theme_folder=REPORT.parent)))
