"""The heat view: time across, price up; candles over the gradient of the map, and the map of now beside them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liqtui.ui import words
from liqtui.ui.colour import BOLD
from liqtui.ui.paint import across, bars, curves, gradient, upright
from liqtui.ui.paint.candles import Candles, Chart
from liqtui.ui.paint.grid import Grid
from liqtui.ui.paint.observed import Seen, observed_density, paint_observed_across
from liqtui.ui.paint.ramp import paint_ramp
from liqtui.ui.paint.scale import Scale, density, group_rungs, halved
from liqtui.ui.paint.scene import Body, Layout, Scene, Shown
from liqtui.ui.paint.titles import shown_group
from liqtui.ui.paint.waterfall import Frame, Waterfall, paint_dots, time_labels
from liqtui.ui.state import SPANS
from liqtui.view import Liquidated

_MINUTE = 60 * 10**9
_STEPS = (1, 2, 3, 5, 10, 15, 20, 30, 60)
"""Minutes a candle may take; longer ones take whole hours."""
LABEL_CELLS = 9
"""Columns between two labels of time, at least."""
AXIS_ROWS = 2


@dataclass(frozen=True, slots=True)
class Plan:
    """Which cells of a pane are whose."""

    axis: upright.Axis
    cells: int
    """Columns of time, right of the axis."""
    profile: int
    """Cells of the map of now, right of a line."""

    @property
    def left(self) -> int:
        return self.axis.x + 1

    @property
    def line(self) -> int:
        return self.left + self.cells


def plan(scene: Scene, shown: Shown) -> Plan:
    """A fifth of the width is for the map of now."""
    axis = upright.axis_of(scene.layout, shown, scene.view, scene.layout.top)
    room = scene.layout.box - scene.layout.framed - axis.x - 2
    profile = min(max(round(room * 0.2), 6), 26)
    return Plan(axis, room - profile, profile)


def fit_candles(span_ns: int, columns: int, now_ns: int) -> Frame:
    """Candles of a usual length that cover the span; the newest grows until its time is over."""
    minutes = span_ns / columns / _MINUTE
    step = next((n for n in _STEPS if n >= minutes), -(-int(np.ceil(minutes)) // 60) * 60) * _MINUTE
    return Frame(step, columns, now_ns // step)


class HeatBody(Body):
    """Remembers past columns of its gradient and its candles."""

    def __init__(self) -> None:
        self._falls: dict[int, Waterfall] = {}
        self._chart = Chart()

    def cells(self, layout: Layout) -> int:
        return max(layout.rows - AXIS_ROWS, 1)

    def paint(self, scene: Scene) -> None:
        shown = scene.shown
        assert shown is not None
        place = plan(scene, shown)
        frame = fit_candles(SPANS[scene.state.span], place.cells, scene.view.time_ns)
        self._gradient(scene, shown, place, frame)
        self._time(scene, place, frame)
        self._profile(scene, shown, place)
        upright.paint_axis_up(scene.grid, place.axis, shown, scene.view, scene.state)
        upright.paint_cursor_across(scene.grid, place.axis, scene.state, place.line, " ▀" + scene.grid.look.shades)

    def price_at(self, layout: Layout, shown: Shown, x: int, y: int) -> float | None:  # noqa: ARG002 - of all views
        return upright.Axis(0, layout.top, shown.scale).price_at(y)

    def measure(self, scene: Scene) -> str:
        if scene.shown is None:
            return ""
        frame = fit_candles(SPANS[scene.state.span], plan(scene, scene.shown).cells, scene.view.time_ns)
        minutes = frame.step_ns // _MINUTE
        candle = f"{minutes} min" if minutes < 60 else f"{minutes // 60} h"
        return f"candle = {candle}  10 rows = {10 * scene.shown.scale.step * 100:.2g} %"

    def _gradient(self, scene: Scene, shown: Shown, place: Plan, frame: Frame) -> None:
        grid, view, state = scene.grid, scene.view, scene.state
        look, x, y = grid.look, place.left, place.axis.y
        scale, fine = halved(shown.scale) if look.half_blocks else (shown.scale, 1)
        group = shown_group(view.map, state)
        assert view.map is not None
        now = density(view.map, group_rungs(group, view.map.rungs), scale, fine)  # snapshots know groups only
        fall = self._falls.setdefault(fine, Waterfall(fine, closed=True))
        image = fall.image(view.snapshots, frame, scale, group, (view.time_ns, now.sum(axis=0)))
        cap = state.heat.follow(gradient.robust_cap(image), scene.tick_ns, frozen=state.frozen)
        paint_ramp(scene, cap)
        level = gradient.levels(image, cap, len(look.heat if look.half_blocks else look.shades))[::-1, ::-1].T
        drawn = self._chart.candles(view.snapshots, frame, (view.time_ns, shown.mark))
        if look.half_blocks:
            colour = gradient.colours(look, level)
            _candle_colours(colour, drawn, scale, look.faint, look.long, look.short)
            gradient.half_blocks(grid, x, y, colour)
        else:
            gradient.shades(grid, x, y, level)
            _candle_glyphs(grid, x, y, drawn, scale)
        _hatch(grid, x, y, level)

        def spot(event: Liquidated) -> tuple[int, int] | None:
            column, cell = place.cells - 1 - frame.index(event.time_ns), shown.scale.column(event.mark)
            inside = 0 <= column < place.cells and 0 <= cell < shown.scale.cells
            return (place.axis.row(cell), x + column) if inside else None

        paint_dots(grid, view.liquidations, spot)

    def _time(self, scene: Scene, place: Plan, frame: Frame) -> None:
        """The axis below: a line, and round times ago."""
        grid, x, y = scene.grid, place.axis.x, place.axis.y + place.axis.rows
        grid.text(y, x, "└" + "─" * place.cells + "┴" + "─" * place.profile, grid.look.border)
        for ago, label in time_labels(place.cells, frame, 1, LABEL_CELLS).items():
            column = place.left + place.cells - 1 - ago
            start = min(column - len(label) // 2, place.line - len(label))
            grid.text(y, column, "┬", grid.look.border)
            if start > x:
                grid.text(y + 1, start, label, grid.look.muted)

    def _profile(self, scene: Scene, shown: Shown, place: Plan) -> None:
        """The map of now on the same rows, with the overlay that was chosen."""
        grid, look, state = scene.grid, scene.grid.look, scene.state
        axis, x = place.axis, place.line + 1
        both = shown.dense.sum(axis=0)[::-1]
        long = bars.heights(both, shown.full, place.profile)
        ladders = [look.long_ladder if one else look.short_ladder for one in (shown.dense[0] >= shown.dense[1])[::-1]]
        across.paint_across(grid, x, axis.y, place.profile, long, ladders)
        seen = observed_density(scene.view, state, shown.scale)
        if seen is not None:
            both_ways = Seen.of(shown.dense[:, ::-1], seen[:, ::-1], shown.full, place.profile)
            paint_observed_across(grid, x, axis.y, place.profile, both_ways)
        if state.laid_over:
            values = curves.overlay_values(state.laid_over, scene.view, shown.dense, shown.scale, shown.mark)
            if values is not None:
                across.paint_line(grid, x, axis.y, place.profile, values[::-1])
        upright.paint_mark_across(grid, axis, shown, x, x + place.profile)
        upright.paint_clusters_up(grid, place.line, axis, shown, scene.view)
        most = words.usd_short(scene.view.instrument.quote_value(shown.full, shown.mark)) if state.usd else "100"
        grid.text(axis.y + axis.rows + 1, x + place.profile - len(most), most, look.muted)


def _rows(scale: Scale, drawn: Candles) -> list[NDArray[np.int64]]:
    """Open, high, low, close as rows from the top, oldest first; −1 where nothing is known."""
    out = []
    for prices in drawn:
        known = np.isfinite(prices)
        place = np.floor(np.log(np.where(known, prices, 1.0)) / scale.step).astype(np.int64) - scale.first
        out.append(np.where(known, scale.cells - 1 - place, -1)[::-1])
    return out


def _candle_colours(
    colour: NDArray[np.int16], drawn: Candles, scale: Scale, wick: int, up: int, down: int
) -> None:
    """Candles into half rows of colour."""
    opens, highs, lows, closes = (rows.tolist() for rows in _rows(scale, drawn))
    rises = (drawn.close >= drawn.open)[::-1].tolist()
    for column, rise in enumerate(rises):
        if np.isnan(drawn.close[-1 - column]):
            continue
        colour[max(highs[column], 0) : max(lows[column] + 1, 0), column] = wick
        top, bottom = min(opens[column], closes[column]), max(opens[column], closes[column])
        colour[max(top, 0) : max(bottom + 1, 0), column] = up if rise else down


def _candle_glyphs(grid: Grid, x: int, y: int, drawn: Candles, scale: Scale) -> None:
    """Candles as lines, thin and heavy, where a row has one colour; broken where it fell, for eyes without colour."""
    look = grid.look
    opens, highs, lows, closes = (rows.tolist() for rows in _rows(scale, drawn))
    for column in range(len(drawn.close)):
        if np.isnan(drawn.close[-1 - column]):
            continue
        rise = drawn.close[-1 - column] >= drawn.open[-1 - column]
        for row in range(max(highs[column], 0), min(lows[column] + 1, scale.cells)):
            body = min(opens[column], closes[column]) <= row <= max(opens[column], closes[column])
            at = (y + row, x + column)
            grid.ch[at], grid.attr[at] = ord("│" if not body else "┃" if rise else "┇"), BOLD
            grid.fg[at] = look.path if not body else look.long if rise else look.short


def _hatch(grid: Grid, x: int, y: int, level: NDArray[np.int64]) -> None:
    """Columns without history, which say so once."""
    unknown = (level < 0).all(axis=0)
    columns, rows = int(unknown.sum()), len(level) // (2 if grid.look.half_blocks else 1)
    if not columns:
        return
    gradient.hatch(grid, x, y, columns, rows)
    said = next((s for s in (" no history before this ", " no history ") if len(s) + 2 <= columns), "")
    grid.text(y + rows // 2, x + (columns - len(said)) // 2, said, grid.look.muted)
