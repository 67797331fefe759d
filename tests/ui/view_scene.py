"""What tests of the views share: a picture of one, and scenes small enough to work out by hand."""

from dataclasses import replace

import numpy as np

from liqtui.engine.cascading import forecast
from liqtui.liqmap.cascade import Response
from liqtui.ui.colour import Depth
from liqtui.ui.look import Look
from liqtui.ui.paint.grid import Grid
from liqtui.ui.paint.header import Moment
from liqtui.ui.paint.pane import Painter
from liqtui.ui.state import PaneState
from liqtui.ui.theme import load_theme, shipped_folder
from liqtui.view import Figure, History, MapView, Series, Snapshot, View

from .factory import HOUR, MINUTE, NOW, SECOND, Market

WIDTH = 0.0005
MARK = 60_000.0
FIRST = int(np.floor(np.log(MARK) / WIDTH)) - 500
BINS = 1_000
SIZES = ((150, 44), (100, 29), (80, 23), (40, 11))
"""Of the pane; the footer is the screen's last row."""


def grid_of(given: View, look: Look, size: tuple[int, int] = (150, 44), painter: Painter | None = None,
            **chosen: object) -> Grid:
    """A picture of a View as one of the views."""
    state = PaneState("x", **chosen)  # type: ignore[arg-type]
    return (painter or Painter()).paint(given, state, size, look, Moment(NOW, "live"), 0)


def lines_of(given: View, look: Look, size: tuple[int, int] = (150, 44), **chosen: object) -> list[str]:
    return grid_of(given, look, size, None, **chosen).strings()


def body_of(given: View, look: Look, size: tuple[int, int] = (150, 44), **chosen: object) -> str:
    """What is left of the side column."""
    width = size[0] - 35 if size[0] >= 100 else size[0]
    return "\n".join(line[:width] for line in lines_of(given, look, size, **chosen))


def bin_of(price: float) -> int:
    """Column of the map below that a price lies in."""
    return int(np.floor(np.log(price) / WIDTH)) - FIRST


def standing(longs: dict[float, float], shorts: dict[float, float], snapshots: tuple[Snapshot, ...] = ()) -> View:
    """A View whose map holds those units at those prices, all at 25×, the mark at 60,000."""
    mass = np.zeros((2, 3, BINS), np.float32)
    for side, at in enumerate((longs, shorts)):
        for price, units in at.items():
            mass[side, 1, bin_of(price)] += units
    base = Market(minutes=20).view(10, snapshots=snapshots)
    figures = replace(base.figures, mark=Figure(MARK, NOW - SECOND))
    shown = MapView(WIDTH, FIRST, (5.0, 25.0, 50.0), mass, (0, 0), None, False)
    return replace(base, map=shown, figures=figures, clusters=(), liquidations=(), volume=None, book=None, jumps=())


def shot(time_ns: int, at: dict[float, float], path: tuple[float, float, float]) -> Snapshot:
    """What stood at a moment, half long and half short, and the mark's low, high and close until then."""
    mass = np.zeros((2, 3, BINS // 2), np.float16)
    for price, units in at.items():
        mass[:, 1, bin_of(price) // 2] = units / 2
    return Snapshot(time_ns, FIRST, 2, mass, 1.0, *path)


def with_cascade(view: View, kept: float = 0.35, stands: float = 0.5) -> View:
    """The View with the forecast the engine would give it, of a market that keeps so much of a walk."""
    assert view.map is not None
    assert view.book is not None
    assert view.figures.mark is not None
    mark = view.figures.mark.value
    return replace(view, cascade=forecast(view.map, view.book, mark, mark, Response(kept, stands), inverse=False,
                                          level_known=True))


def with_history(view: View) -> View:
    """The View with two days of figures through time: five minutes apart, funding every eight hours."""
    at = NOW - np.arange(576, 0, -1, dtype=np.int64) * 5 * MINUTE
    settled = NOW - np.arange(6, 0, -1, dtype=np.int64) * 8 * HOUR
    wave = np.sin(np.arange(576) / 50)
    return replace(view, history=History(
        Series(at, 138_000 + 1_500 * wave), Series(settled, np.array([1, 2, -1, -2, 1.5, 0.5]) * 1e-4),
        Series(at[::3], 1.2 + 0.1 * wave[::3]), Series(at, 0.0002 + 0.0004 * wave), Series(at, 20 * wave),
    ))


def look_at(depth: Depth, *, ascii_only: bool = False) -> Look:
    return Look(load_theme(shipped_folder() / "dark.toml"), depth, ascii_only=ascii_only)


def named(view: View, name: str, **changes: object) -> View:
    """One of the states a pane must cope with."""
    match name:
        case "no book":
            return replace(view, book=None, cascade=None, slippage=None)
        case "no open interest":
            return replace(view, cascade=None, history=None,
                           figures=replace(view.figures, open_interest=None, open_interest_usd=None))
        case "no history":
            return replace(view, snapshots=(), history=None, liquidations=())
        case "empty":
            return replace(view, map=None, clusters=(), snapshots=(), volume=None, book=None, cascade=None,
                           history=None)
    raise AssertionError(name)
