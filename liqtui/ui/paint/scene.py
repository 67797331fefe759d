"""What the views of a pane have in common: where they may paint, what the map says on their price axis, and what each
of them must be able to do."""

from dataclasses import dataclass
from typing import ClassVar

from liqtui.ui.look import Line
from liqtui.ui.paint.grid import Grid
from liqtui.ui.paint.header import Moment
from liqtui.ui.paint.named import Named
from liqtui.ui.paint.scale import Floats, Scale
from liqtui.ui.state import PaneState
from liqtui.view import View

SIDE_FROM, SIDE_WIDTH = 100, 35
GUTTER = 6


@dataclass(frozen=True, slots=True)
class Layout:
    """A pane of this size: header above, readout below, side column on the right, and the body with its frame."""

    width: int
    height: int
    side: int
    """Columns of the side column; 0 where there is none."""
    framed: bool

    @property
    def box(self) -> int:
        """Where the body with its frame ends: before the side column, or the blank last column of the screen."""
        return self.width - self.side - 1

    @property
    def top(self) -> int:
        """First row inside the frame."""
        return 1 + self.framed

    @property
    def rows(self) -> int:
        """Rows inside the frame."""
        return self.height - 2 - 2 * self.framed

    @property
    def inside(self) -> int:
        """First column inside the frame."""
        return 2 * self.framed

    @property
    def left(self) -> int:
        """First column after a gutter of labels."""
        return GUTTER + self.inside

    @property
    def cells(self) -> int:
        """Columns after the gutter."""
        return self.box - self.left - self.framed


def lay_out(width: int, height: int) -> Layout:
    """Divide a pane: the side column goes first, then the frame."""
    return Layout(width, height, SIDE_WIDTH if width >= SIDE_FROM else 0, height >= 16 and width >= 60)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the map says on a price axis."""

    scale: Scale
    mark: float
    at: int
    """The cell the mark is drawn in; it may lie outside."""
    dense: Floats
    """Mass per 1 % of price [side, cell] of the leverages shown, in units."""
    full: float
    """The density that fills a bar."""
    named: list[Named]


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a picture is made of. `tick_ns`: a clock in real time, for what is eased."""

    grid: Grid
    layout: Layout
    view: View
    state: PaneState
    moment: Moment
    tick_ns: int
    shown: Shown | None
    """None where there is no map, or no price to look from."""


class Body:
    """One way to look at a View, inside the frame: with the price across, unless it says otherwise. A pane's painter
    owns one per view it has shown; it may remember what makes the next picture cheaper."""

    needs_map: ClassVar[bool] = True
    """There is nothing to paint without a map."""

    def cells(self, layout: Layout) -> int:
        """Cells of the price axis in a pane of this layout."""
        return layout.cells

    def paint(self, scene: Scene) -> None:
        raise NotImplementedError

    def price_at(self, layout: Layout, shown: Shown, x: int, y: int) -> float | None:  # noqa: ARG002 - where it goes up
        """The price of a cell of the pane; None where none is drawn."""
        column = x - layout.left
        return shown.scale.price(column + 0.5) if 0 <= column < shown.scale.cells else None

    def reading(self, scene: Scene) -> list[tuple[int, Line]] | None:  # noqa: ARG002 - of a view that reads its own
        """The cursor's line, parts by importance, where this view reads something else than the map; else None."""
        return None

    def measure(self, scene: Scene) -> str:
        """The scale in words, at the right end of the last line."""
        return "" if scene.shown is None else f"10 cells = {10 * scene.shown.scale.step * 100:.2g} %"
