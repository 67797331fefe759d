"""The charts: price, open interest, taker delta, funding, ratio, basis and term structure, a panel each."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from liqtui.ui import words
from liqtui.ui.colour import BOLD
from liqtui.ui.look import Line, Look
from liqtui.ui.paint import bars, gradient
from liqtui.ui.paint.grid import Grid
from liqtui.ui.paint.scene import Body, Layout, Scene, Shown
from liqtui.ui.paint.series import Curve, curves_of
from liqtui.ui.paint.side import sparkline
from liqtui.ui.paint.spans import fit, put
from liqtui.ui.paint.waterfall import Frame, time_labels
from liqtui.ui.state import SPANS, PaneState

COLUMNS_FROM = 60
"""Columns of a body that has room for two panels side by side."""
LEAST_ROWS = 5
"""Rows of a panel with a head, three rows of chart, and the time."""
NAME, SPARK_END = 8, 22
"""Cells of a name, and of the words after a sparkline, where panels have no room."""
SECOND = 10**9
APART = 3
"""Rows between two labels, at least."""
OVER = 0.1
"""Of the distance of two round values: what reaches so little beyond one needs no next one."""
BREAK = 6.0
"""Times the usual distance of two points from which on nothing is said of what was between them."""


class Panel(NamedTuple):
    """Cells of one chart."""

    x: int
    y: int
    width: int
    height: int


@dataclass(slots=True)
class Limits:
    """The vertical ends of a chart, on round values, so that they stand still."""

    low: float
    high: float

    @classmethod
    def of(cls, curve: Curve) -> "Limits":
        low, high = float(curve.value.min()), float(curve.value.max())
        if curve.signed:
            low, high = min(low, 0.0), max(high, 0.0)
        if high - low <= 1e-9 * max(abs(high), abs(low)):
            room = abs(high) * 1e-3 or 1.0
            low, high = low - room, high + room
        step = bars.round_step((high - low) / 4)
        return cls(math.floor(low / step + OVER) * step, math.ceil(high / step - OVER) * step)

    def hold(self, wanted: "Limits") -> bool:
        """A chart that would like other limits may keep these: nothing leaves them, and it is not lost in them."""
        inside = self.low <= wanted.low and wanted.high <= self.high
        return inside and wanted.high - wanted.low >= (self.high - self.low) / 2


class Framed(NamedTuple):
    """A curve and where it is drawn."""

    curve: Curve
    panel: Panel
    limits: Limits
    labels: dict[int, str]
    """Beside the rows of the chart."""

    @property
    def gutter(self) -> int:
        """Cells its labels need."""
        return max(map(len, self.labels.values()), default=1) + 1


class ChartsBody(Body):
    """Remembers what it drew: it draws at most once a second, and a curve only where it has moved."""

    needs_map: ClassVar[bool] = False

    def __init__(self) -> None:
        self._drawn: tuple[object, Grid] | None = None
        self._limits: dict[tuple[str, str, str, bool], Limits] = {}
        self._trouble = ""

    def paint(self, scene: Scene) -> None:
        state, layout, grid = scene.state, scene.layout, scene.grid
        key = (scene.view.time_ns // SECOND, scene.moment.now_ns // SECOND, scene.view.instrument, layout, grid.look,
               state.span, state.usd, state.cursor, state.frozen)
        area = np.s_[layout.top : layout.top + layout.rows, 1 + layout.framed : layout.box - layout.framed]
        if self._drawn is None or self._drawn[0] != key:
            fresh = Grid(grid.width, grid.height, grid.look)
            self._draw(scene, fresh)
            self._drawn = key, fresh
        drawn = self._drawn[1]
        grid.ch[area], grid.fg[area], grid.bg[area], grid.attr[area] = (
            drawn.ch[area], drawn.fg[area], drawn.bg[area], drawn.attr[area])

    def price_at(self, layout: Layout, shown: Shown, x: int, y: int) -> float | None:  # noqa: ARG002 - of all views
        return None

    def measure(self, scene: Scene) -> str:  # noqa: ARG002 - of all views
        return ""

    def _draw(self, scene: Scene, grid: Grid) -> None:
        layout, curves = scene.layout, curves_of(scene.view, scene.state, scene.moment.now_ns)
        left, width = 1 + layout.framed, layout.box - 2 * layout.framed - 1
        if not curves:
            said = words.clip("nothing is known of the past yet", width)
            grid.text(layout.top + layout.rows // 2, left + (width - len(said)) // 2, said, grid.look.muted)
            return
        panels = divide(len(curves), Panel(left, layout.top, width, layout.rows))
        if not panels or not self._can_plot():
            self._rows(grid, curves, Panel(left, layout.top, width, layout.rows))
            return
        framed = [self._framed(curve, panel, scene.state) for curve, panel in zip(curves, panels, strict=True)]
        for one in framed:
            gutter = max(other.gutter for other in framed if other.panel.x == one.panel.x)
            _paint(scene, grid, one, gutter)

    def _can_plot(self) -> bool:
        """Whether plotext is there: it has a compiled part, which not every machine can load."""
        if not self._trouble:
            try:
                import liqtui.ui.paint.plots  # noqa: F401 - a tenth of a second, where it was not loaded yet
            except (ImportError, OSError) as error:
                self._trouble = words.plain(str(error).partition("\n")[0]) or "plotext cannot be loaded"
        return not self._trouble

    def _rows(self, grid: Grid, curves: Sequence[Curve], area: Panel) -> None:
        """A line each: name, sparkline, value."""
        look, spark = grid.look, max(area.width - NAME - SPARK_END - 2, 8)
        for row, curve in enumerate(curves[: area.height]):
            places = np.linspace(curve.at[0], curve.at[-1], spark)
            points = tuple(np.interp(places, curve.at, curve.value).tolist())
            line: Line = [(f"{curve.name:<{NAME}}", look.accent, 0), (sparkline(points, spark), look.text, 0)]
            end = fit([(0, [("  " + curve.said, look.text, BOLD)]), (1, [(curve.more, look.muted, 0)]),
                       (0, [(curve.old, look.warn, 0)])], area.width - NAME - spark, 1)
            put(grid, area.y + row, area.x, line + end, area.width)
        if self._trouble and len(curves) < area.height:
            grid.text(area.y + area.height - 1, area.x, words.clip(self._trouble, area.width), look.warn)

    def _framed(self, curve: Curve, panel: Panel, state: PaneState) -> "Framed":
        """A curve with its limits: those it had while they hold it, or while scales are frozen."""
        key, wanted = (state.name, curve.name, state.span, state.usd), Limits.of(curve)
        if not (key in self._limits and (state.frozen or self._limits[key].hold(wanted))):
            self._limits[key] = wanted
        limits = self._limits[key]
        return Framed(curve, panel, limits, value_labels(curve, limits, panel.height - 2))


def divide(count: int, area: Panel) -> list[Panel]:
    """Panels for so many charts, left to right and down, the last one wide where one is left over; none where they
    would be too low."""
    columns = 2 if area.width >= COLUMNS_FROM and count > 1 else 1
    rows = -(-count // columns)
    if area.height // rows < LEAST_ROWS:
        return []
    out = []
    for at in range(count):
        row, column = divmod(at, columns)
        top, bottom = (area.y + area.height * n // rows for n in (row, row + 1))
        alone = at == count - 1 and column == 0
        left, right = area.width * column // columns, area.width if alone else area.width * (column + 1) // columns
        out.append(Panel(area.x + left, top, right - left, bottom - top))
    return out


def row_of(value: float, limits: Limits, rows: int) -> int:
    """The row, from the top, that a value lies in."""
    share = (value - limits.low) / (limits.high - limits.low)
    return rows - 1 - min(max(round(share * (2 * rows - 1)), 0), 2 * rows - 1) // 2


def value_labels(curve: Curve, limits: Limits, rows: int) -> dict[int, str]:
    """Round values beside their rows."""
    step = bars.round_step((limits.high - limits.low) / max(rows / APART, 1))
    first, last = math.ceil(limits.low / step - 1e-9), math.floor(limits.high / step + 1e-9)
    found = {row_of(n * step, limits, rows): curve.label(n * step) for n in range(first, last + 1)}
    if len(found) < 2:  # one value alone tells no scale
        found = {row_of(value, limits, rows): curve.label(value) for value in (limits.low, limits.high)}
    return found


def points_of(
    curve: Curve, limits: Limits, plot: Panel, start: float, end: float
) -> tuple[list[int], list[int], list[int]]:
    """A curve from `start` to `end` in quarters of cells: columns, heights, and the points that are not joined to the
    one before. Of the points in a half column the last stays."""
    across = np.rint((curve.at - start) / max(end - start, 1e-9) * (2 * plot.width - 1)).astype(np.int64)
    share = (curve.value - limits.low) / (limits.high - limits.low)
    up = np.rint(np.clip(share, 0, 1) * (2 * plot.height - 1)).astype(np.int64)
    apart = np.diff(curve.at)
    usual = float(np.median(apart)) if len(apart) else 0.0
    torn = np.append(False, apart > max(BREAK * usual, (end - start) / plot.width * 2))
    if curve.names or curve.steps:
        torn[:] = False
    if curve.steps:  # hold each value until the next
        across, up, torn = np.repeat(across, 2)[1:], np.repeat(up, 2)[:-1], np.repeat(torn, 2)[1:]
    else:
        last = np.append(across[1:] != across[:-1], True)
        first = np.flatnonzero(np.append(True, last[:-1]))
        torn = np.logical_or.reduceat(torn, first)
        across, up = across[last], up[last]
    return across.tolist(), up.tolist(), np.flatnonzero(torn).tolist()


def _paint(scene: Scene, grid: Grid, one: Framed, gutter: int) -> None:
    """A head, the values beside the chart, the chart, and the time below."""
    curve, panel, limits, labels = one
    state, rows = scene.state, panel.height - 2
    plot = Panel(panel.x + gutter + 1, panel.y + 1, panel.width - gutter - 2, rows)
    _head(grid, curve, panel)
    bars.paint_axis(grid, plot.x - 1, plot.y, rows, labels)
    zero = row_of(0.0, limits, rows)
    if curve.signed and limits.low <= 0 <= limits.high:
        grid.text(plot.y + zero, plot.x, "╌" * plot.width, grid.look.faint)
    now = scene.view.time_ns
    ends = (curve.at[0], curve.at[-1]) if curve.names else (now - SPANS[state.span], max(now, curve.at[-1]))
    points = points_of(curve, limits, plot, float(ends[0]), float(ends[1]))
    _curve(grid, curve, plot, points, zero)
    if curve.name == "PRICE" and state.cursor is not None and limits.low < state.cursor < limits.high:
        _cursor(grid, plot, row_of(state.cursor, limits, rows))
    _across(grid, curve, plot, state)


def _head(grid: Grid, curve: Curve, panel: Panel) -> None:
    """Name, newest value and what else there is to say, on a rule."""
    look = grid.look
    grid.text(panel.y, panel.x, "─" * (panel.width - 1), look.border)
    line = fit([
        (0, [(f" {curve.name}", look.accent, BOLD)]), (0, [(curve.said, look.text, BOLD), (curve.old, look.warn, 0)]),
        (1, [(curve.more, look.muted, 0)]),
    ], panel.width - 4, 2)
    put(grid, panel.y, panel.x + 1, [*line, (" ", look.muted, 0)], panel.width - 3)


def _curve(grid: Grid, curve: Curve, plot: Panel, points: tuple[list[int], list[int], list[int]], zero: int) -> None:
    """The line, hatched where nothing is known, and a dot where it is now (or at each contract)."""
    from liqtui.ui.paint.plots import line

    look = grid.look
    across, up, breaks = points
    text = line(tuple(across), tuple(up), tuple(breaks), (plot.width, plot.height), ascii_only=look.ascii_only)
    codes = np.frombuffer("".join(text).encode("utf-32-le"), np.uint32).reshape(plot.height, plot.width)
    area = np.s_[plot.y : plot.y + plot.height, plot.x : plot.x + plot.width]
    inked = codes != ord(" ")
    ink = np.full(codes.shape, look.accent, np.int16)
    if curve.signed:
        ink[: max(zero, 0) + 1], ink[max(zero, 0) + 1 :] = look.long, look.short
    grid.ch[area] = np.where(inked, codes, grid.ch[area])
    grid.fg[area] = np.where(inked, ink, grid.fg[area])
    for first, end in ((0, across[0] // 2), (across[-1] // 2 + 1, plot.width)):
        if end - first > 1:
            gradient.hatch(grid, plot.x + first, plot.y, end - first, plot.height)
    for point in range(len(across)) if curve.names else (-1,):
        at = plot.y + plot.height - 1 - up[point] // 2, plot.x + across[point] // 2
        grid.text(*at, "●", int(grid.fg[at]), BOLD)


def _cursor(grid: Grid, plot: Panel, row: int) -> None:
    """The cursor's price across the chart of prices."""
    cells = np.s_[plot.y + row, plot.x : plot.x + plot.width]
    blank = grid.ch[cells] == ord(" ")
    grid.ch[cells][blank] = ord("─")
    grid.fg[cells][blank] = grid.look.accent


def _across(grid: Grid, curve: Curve, plot: Panel, state: PaneState) -> None:
    """Under a chart: round times ago, or the contracts of a term structure."""
    y, look = plot.y + plot.height, grid.look
    if curve.names:
        _contracts(grid, curve, plot, y, look)
        return
    frame = Frame(SPANS[state.span] // plot.width, plot.width, 0)
    for ago, label in time_labels(plot.width, frame, 1, 10).items():
        column = plot.width - 1 - ago
        start = min(column - len(label) // 2, plot.width - len(label))
        if start >= 0:
            grid.text(y, plot.x + start, label, look.muted)


def _contracts(grid: Grid, curve: Curve, plot: Panel, y: int, look: Look) -> None:
    """Names under their points, those that have room; the last one always."""
    span = max(float(curve.at[-1] - curve.at[0]), 1e-9)
    free = plot.width
    for at, name in reversed(list(zip(curve.at.tolist(), curve.names, strict=True))):
        column = round((at - float(curve.at[0])) / span * (plot.width - 1))
        start = min(max(column - len(name) // 2, 0), plot.width - len(name))
        if start >= 0 and start + len(name) < free + (free == plot.width):
            grid.text(y, plot.x + start, name, look.muted)
            free = start
