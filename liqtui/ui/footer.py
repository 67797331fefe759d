"""The screen without keys of its own, and its last line."""

from collections.abc import Callable

from textual.screen import Screen

from liqtui.ui.rows import Rows


class Plain(Screen[None], inherit_bindings=False):
    """A screen with no keys of its own."""

    DEFAULT_CSS = "Plain { layers: base above; overflow: hidden; background: ansi_default; }"


class Footer(Rows):
    """One line of what can be done now."""

    DEFAULT_CSS = "Footer { height: 1; dock: bottom; }"

    def __init__(self, paint: Callable[[], None]) -> None:
        super().__init__()
        self._paint = paint

    def on_resize(self) -> None:
        self._paint()
