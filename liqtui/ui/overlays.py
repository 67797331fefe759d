"""Widgets that lie over the map: a scrolling panel (help, problems) and the search field."""

from collections.abc import Callable
from typing import ClassVar

from textual import events

from liqtui.instruments import Instrument
from liqtui.ui.bindings import OVERLAY_KEYS, SCROLL_KEYS, SEARCH_KEYS
from liqtui.ui.keyboard import written
from liqtui.ui.look import Line, Look
from liqtui.ui.panels import panel, search_lines
from liqtui.ui.rows import Rows

WIDEST = 96
CHROME = 2
"""Rows a frame takes."""


class Overlay(Rows, can_focus=True, inherit_bindings=False):
    """A framed panel in the middle of the screen. Esc closes it; the app owns what is in it."""

    DEFAULT_CSS = "Overlay { layer: above; position: absolute; }"
    BINDINGS: ClassVar = OVERLAY_KEYS

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = title
        self._look: Look | None = None

    def place(self, lines: int) -> tuple[int, int]:
        """Take as many rows as `lines` needs, centred; returns (width, rows of content)."""
        screen = self.screen.size
        width = min(screen.width - 2, WIDEST)
        height = min(lines + CHROME, screen.height - 2)
        self.styles.width, self.styles.height = width, height
        self.styles.offset = ((screen.width - width) // 2, max((screen.height - 1 - height) // 2, 0))
        return width, height - CHROME

    def repaint(self, look: Look) -> None:
        """Paint anew; a panel closed meanwhile (keys and refreshes may still be on their way to it) stays as it is."""
        self._look = look
        if self.is_attached:
            self._paint(look)

    def _paint(self, look: Look) -> None:
        raise NotImplementedError


class Scroll(Overlay, inherit_bindings=True):
    """Lines that may be more than fit."""

    BINDINGS: ClassVar = SCROLL_KEYS

    def __init__(self, title: str, lines: Callable[[int, Look], list[Line]], close_key: str) -> None:
        super().__init__(title)
        self._lines = lines
        self.close_key = close_key
        """The action that opened it also closes it; handled by the app."""
        self._top, self._page = 0, 1

    def _paint(self, look: Look) -> None:
        width = min(self.screen.size.width - 2, WIDEST)
        lines = self._lines(width, look)
        width, height = self.place(len(lines))
        self._top = max(0, min(self._top, len(lines) - height))
        self._page = max(height - 1, 1)
        below = len(lines) - height - self._top
        more = [f"▲ {self._top} lines" if self._top else "", f"▼ {below} more lines" if below > 0 else ""]
        shown = lines[self._top : self._top + height]
        self.show(panel(self.title, shown, width, look, "  ".join(filter(None, more))))

    def action_page(self, pages: int) -> None:
        self.action_scroll(pages * self._page)

    def action_scroll(self, rows: int) -> None:
        self._top = max(0, self._top + rows)
        if self._look is not None:
            self.repaint(self._look)


class Field(Overlay, inherit_bindings=True):
    """An overlay with a line of text: letters go into it."""

    LONGEST: ClassVar = 40

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.text = ""

    def typed(self) -> None:
        """The text has changed."""
        raise NotImplementedError

    def check_consume_key(self, key: str, character: str | None) -> bool:  # noqa: ARG002 - Textual's
        return character is not None and character.isprintable()

    def take_key(self, event: events.Key) -> bool:
        text = written(self.text, event)
        if text is not None:
            self.write(text)
        return text is not None

    def take_paste(self, text: str) -> None:
        self.write(self.text + text)

    def write(self, text: str) -> None:
        """Have this text in the field, as much of it as there is room for."""
        self.text = text[: self.LONGEST]
        self.typed()

    def again(self) -> None:
        """Paint anew, if there was anything to see before."""
        if self._look is not None:
            self.repaint(self._look)


class Search(Field, inherit_bindings=True):
    """The search field: Enter shows what is chosen."""

    BINDINGS: ClassVar = SEARCH_KEYS
    RESULTS = 14

    def __init__(
        self, find: Callable[[str], list[Instrument]], opened: Callable[[Instrument], None],
        interest: Callable[[list[Instrument]], dict[str, float]], clock_ns: Callable[[], int],
        listed: Callable[[], tuple[object, tuple[str, ...]]], summed: Callable[[Instrument], int],
    ) -> None:
        """`listed`: what is searched, another object whenever it grew, and the venues that have yet to say theirs.
        `summed`: of how many venues a sum is."""
        super().__init__("search all instruments")
        self._find, self._opened, self._interest, self._clock_ns = find, opened, interest, clock_ns
        self._listed, self._known, self._summed = listed, listed(), summed
        self._chosen = 0
        self._found: list[Instrument] = []

    def on_mount(self) -> None:
        self._found = self._find("")

    def renew(self) -> None:
        """Listings may have come since: what is chosen stays so."""
        known = self._listed()
        if known == self._known:
            return
        self._known = known
        chosen = self._found[self._chosen] if self._chosen else None  # the first was chosen by nobody
        self._found = self._find(self.text)
        self._chosen = self._found.index(chosen) if chosen in self._found else 0
        self.again()

    def typed(self) -> None:
        self._chosen, self._found = 0, self._find(self.text)
        self.again()

    def _paint(self, look: Look) -> None:
        width, height = self.place(self.RESULTS + 2)
        shown = self._found[: self.RESULTS * 4]
        lines = search_lines(
            self.text, self._found, self._chosen, self._interest(shown), self._clock_ns(),
            (width - 4, max(height - 2, 1)), look, self._known[1], self._summed,
        )
        lines += [[] for _ in range(height - len(lines))]
        self.show(panel(self.title, lines[:height], width, look))

    def action_choose(self, rows: int) -> None:
        self._chosen = max(0, min(self._chosen + rows, len(self._found) - 1))
        self.again()

    def action_open(self) -> None:
        if self._found:
            self._opened(self._found[self._chosen])
