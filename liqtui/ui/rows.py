"""A Line-API widget that shows rows and repaints only those that changed."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from liqtui.ui.cells import cells
from liqtui.ui.colour import BOLD, DIM, REVERSE, Colour, Pen, Row


class Rows(Widget):
    """Shows rows of coloured runs, as given. `show` compares them with what is there."""

    DEFAULT_CSS = "Rows { width: 1fr; height: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Row] = []
        self._strips: list[Strip] = []
        self.answering = False
        """What answers a key is painted and not seen yet: whatever else there is to paint can wait for that."""

    @property
    def rows(self) -> tuple[Row, ...]:
        """What it shows."""
        return tuple(self._rows)

    def show(self, rows: list[Row]) -> None:
        """Replace all rows; those that differ are repainted."""
        if len(rows) != len(self._rows):
            self._rows, self._strips = rows, [strip_of(row) for row in rows]
            self.refresh()
            return
        for y, row in enumerate(rows):
            if row != self._rows[y]:
                self.show_row(y, row)

    def show_row(self, y: int, row: Row) -> None:
        """Replace one row and repaint it."""
        self._rows[y], self._strips[y] = row, strip_of(row)
        self.refresh(Region(0, y, self.size.width, 1))

    def answer(self) -> None:
        """What is painted now answers a key."""
        self.answering = self.call_after_refresh(self._answered)

    def _answered(self) -> None:
        self.answering = False

    def opening(self) -> list[Row]:
        """What it shows in the very first frame, which comes sooner than the resize event."""
        return []

    def render_line(self, y: int) -> Strip:
        if not self._strips:
            self._rows = self.opening()
            self._strips = [strip_of(row) for row in self._rows]
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows as they are: nothing of a style sheet is drawn round or over them."""
        width, (left, right) = self.size.width, crop.column_span
        lines = (self.render_line(y).adjust_cell_length(width) for y in crop.line_range)
        return [line.crop(left, right) for line in lines]


def lay_out(screen: Screen[object], paint: Iterable[Callable[[], None]]) -> None:
    """Put what was moved where it belongs, and paint it: now and not with the next frame, for the next key may ask what
    stands there. Nothing is sent half done."""
    with screen.app.batch_update():
        screen._refresh_layout()
        for paint_one in paint:
            paint_one()


class _Line(Strip):
    """A line that need not be divided is its own whole. Textual's would remember itself as its only part, a ring that
    nothing but a full garbage collection undoes, which holds up keys for 15 ms."""

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        places = list(cuts)
        return [self] if places == [self.cell_length] else super().divide(places)


def strip_of(row: Row) -> Strip:
    """A row as Textual draws it."""
    return _Line([Segment(text, style_of(pen)) for text, pen in row], sum(cells(text) for text, _ in row))


@lru_cache(maxsize=4096)
def style_of(pen: Pen) -> Style:
    """A pen as Rich writes it, colours left at the depth they have."""
    return Style(
        color=_rich(pen.fg), bgcolor=_rich(pen.bg), bold=bool(pen.attr & BOLD) or None,
        dim=bool(pen.attr & DIM) or None, reverse=bool(pen.attr & REVERSE) or None,
    )


def _rich(colour: Colour) -> Color | None:
    if colour is None:
        return None
    return Color.parse(colour) if isinstance(colour, str) else Color.from_ansi(colour)
