"""The terminal driver: Textual's, with writes that never wait and a terminal that is always given back."""

import contextlib
import signal
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Any

from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver

from liqtui.ui.keyboard import KeyParser
from liqtui.ui.outlet import Outlet

if TYPE_CHECKING:
    from textual.app import App

vars(linux_driver)["XTermParser"] = KeyParser
LAST_WORDS = 0.5
"""Seconds a terminal is given to take the sequences that restore it."""


class PatientDriver(LinuxDriver):
    """Writes through an `Outlet`, so a frozen SSH client cannot hold the event loop. SIGTERM and SIGHUP leave the
    application by its own way out, which restores the terminal."""

    def __init__(
        self, app: "App[Any]", *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._outlet: Outlet | None = None
        self.on_drained: Callable[[], None] = lambda: None
        """Called in the event loop when the terminal can take more."""
        self._handlers: dict[int, Any] = {}

    @property
    def behind(self) -> bool:
        """The terminal has not taken what it was sent: skip frames."""
        return self._outlet is not None and self._outlet.behind

    @property
    def outlet(self) -> Outlet | None:
        return self._outlet

    def write(self, data: str) -> None:
        if self._outlet is not None:
            self._outlet.write(data)

    def start_application_mode(self) -> None:
        assert self._file is not None
        self._outlet = Outlet(self._file.fileno(), self._drained)
        for number in (signal.SIGTERM, signal.SIGHUP):
            self._handlers[number] = signal.signal(number, self._leave)
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def stop_application_mode(self) -> None:
        if self._outlet is not None and self._outlet.behind:
            self._outlet.drop()
        super().stop_application_mode()

    def close(self) -> None:
        super().close()
        if self._outlet is not None:
            self._outlet.close(LAST_WORDS)
            self._outlet = None
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers.clear()

    def _drained(self) -> None:
        """In the outlet's thread: there is room for more of the picture."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody paints any more
            self._loop.call_soon_threadsafe(self.on_drained)

    def _leave(self, number: int, _frame: FrameType | None) -> None:
        self._loop.call_soon_threadsafe(self._app.exit, None, 128 + number)
