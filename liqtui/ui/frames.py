"""An application whose frames send only the cells that changed, and that sends none while the terminal is behind."""

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.app import App
from textual.screen import Screen

from liqtui.ui.driver import PatientDriver
from liqtui.ui.glass import Glass

if TYPE_CHECKING:
    from rich.console import RenderableType


class FrameApp(App[None], inherit_bindings=False):
    """Stands between Textual and the terminal. Knows nothing of what is drawn."""

    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__(driver_class=PatientDriver, ansi_color=True)
        self._glass: Glass | None = None
        self._glass_of: object = None

    def _display(self, screen: Screen[object], renderable: "RenderableType | None") -> None:
        """Textual's way to the terminal: only the cells that changed go out, and no frame at all while the terminal
        has not taken what it was sent (the next difference holds what was skipped)."""
        driver = self._driver
        if not isinstance(driver, PatientDriver) or not isinstance(renderable, ChopsUpdate | LayoutUpdate):
            super()._display(screen, renderable)
            return
        if self._batch_count or not self._running or self._closed:
            return
        glass = self._glass_for(driver)
        for y, x, segments in _lines(renderable):
            glass.put(y, x, segments)
        self.send_frame()
        self.post_display_hook()

    def send_frame(self) -> None:
        """Send what has changed, as much of it as the terminal can take now; the rest when it has taken that."""
        driver, glass = self._driver, self._glass
        if glass is None or not isinstance(driver, PatientDriver) or not glass.dirty or driver.behind:
            return
        frame = glass.frame(None if driver.outlet is None else driver.outlet.room)
        if frame:
            if self._sync_available:
                frame = f"\x1b[?2026h{frame}\x1b[?2026l"
            driver.write(frame)

    def _glass_for(self, driver: PatientDriver) -> Glass:
        size = self.screen.size
        if self._glass is None or (self._glass.width, self._glass.height) != (size.width, size.height):
            self._glass = Glass(size.width, size.height)
        if self._glass_of is not driver.outlet:
            self._glass.forget()
            self._glass_of = driver.outlet
            driver.on_drained = self.send_frame
        return self._glass


def _lines(update: CompositorUpdate) -> list[tuple[int, int, list[Segment]]]:
    """(row, column, segments) of everything an update draws."""
    out: list[tuple[int, int, list[Segment]]] = []
    if isinstance(update, LayoutUpdate):
        for y, strips in enumerate(update.strips, update.region.y):
            x = update.region.x
            for strip in strips:
                out.append((y, x, list(strip)))
                x += strip.cell_length
    elif isinstance(update, ChopsUpdate):
        touched: dict[int, list[tuple[int, int]]] = {}
        for y, start, end in update.spans:
            touched.setdefault(y, []).append((start, end))
        for y, spans in touched.items():
            for x, chop in update.chops[y].items():  # beside what is to be drawn lie its neighbours, as they were
                if chop is not None and any(start < x + chop.cell_length and x < end for start, end in spans):
                    out.append((y, x, list(chop)))
    return out
