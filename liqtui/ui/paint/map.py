"""The map and its waterfall: price across, relative intensity upwards, and the same through time below."""

import math
from dataclasses import dataclass

import numpy as np

from liqtui.ui import words
from liqtui.ui.paint import bars, curves, gradient, waterfall
from liqtui.ui.paint.labels import paint_prices
from liqtui.ui.paint.observed import Seen, observed_density, paint_observed
from liqtui.ui.paint.ramp import paint_ramp
from liqtui.ui.paint.scale import Floats, density, group_rungs
from liqtui.ui.paint.scene import Body, Layout, Scene, Shown
from liqtui.ui.paint.spans import put
from liqtui.ui.paint.stack import layers_of, legend, paint_stack, stacked
from liqtui.ui.paint.titles import shown_group
from liqtui.ui.state import FIRST_RUNG, SPANS

FALL_FROM, FALL_CELLS = (60, 20), 80 * 23
"""Smallest pane with a waterfall, and how many cells it must have: those of 80×24 with a footer."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Which rows of a pane are whose."""

    top: int
    """First row of the bars."""
    bars: int
    fall: int
    hint: bool

    @property
    def fall_top(self) -> int:
        return self.top + self.bars + 2 + self.hint


def plan(layout: Layout, *, legend: bool = False) -> Plan:
    """Divide the body; where it is low the waterfall goes. `legend`: a row above the bars tells their colours."""
    hint = layout.height >= 36
    rest = layout.rows - 2 - hint - legend
    has_fall = layout.width >= FALL_FROM[0] and layout.height >= FALL_FROM[1]
    has_fall &= layout.width * layout.height >= FALL_CELLS
    tall = math.ceil(rest * 0.53) if has_fall else rest
    return Plan(layout.top + legend, max(tall, 1), rest - tall, hint)


class MapBody(Body):
    """Remembers past buckets of its waterfall."""

    def __init__(self) -> None:
        self._fall = waterfall.Waterfall()

    def paint(self, scene: Scene) -> None:
        assert scene.shown is not None
        rows = plan(scene.layout, legend=stacked(scene.view, scene.state))
        self._map(scene, scene.shown, rows)
        if rows.fall:
            self._waterfall(scene, scene.shown, rows)
        self._cursor(scene, scene.shown, rows)

    def _map(self, scene: Scene, shown: Shown, rows: Plan) -> None:
        grid, layout, view, state = scene.grid, scene.layout, scene.view, scene.state
        look, x, y, scale, at = grid.look, layout.left, rows.top, shown.scale, shown.at
        both = shown.dense.sum(axis=0)
        longs = shown.dense[0] >= shown.dense[1]
        if 0 <= at < scale.cells:
            grid.ch[y : y + rows.bars, x + at] = ord("┊")
        tall = bars.heights(both, shown.full, rows.bars)
        line = grid.ch[y : y + rows.bars, x : x + scale.cells].copy()
        if stacked(view, state):
            layers = layers_of(view, scale)
            paint_stack(grid, x, y, rows.bars, layers, tall, longs)
            put(grid, y - 1, x, legend(layers, look, scale.cells), scale.cells)
        else:
            bars.paint_bars(grid, x, y, rows.bars, tall, longs)
        seen = observed_density(view, state, scale)
        if seen is not None:
            paint_observed(grid, x, y, rows.bars, Seen.of(shown.dense, seen, shown.full, rows.bars))
        area = grid.ch[y : y + rows.bars, x : x + scale.cells]
        blank = (area == ord(" ")) & (line == ord("┊"))
        area[blank] = ord("┊")
        grid.fg[y : y + rows.bars, x : x + scale.cells][blank] = look.faint
        labels = bars.relative_labels(rows.bars)
        if state.usd:
            labels = bars.value_labels(
                rows.bars, shown.full, lambda v: words.usd_short(view.instrument.quote_value(v, shown.mark)))
        bars.paint_axis(grid, x - 1, y, rows.bars, labels)
        if state.laid_over:
            values = curves.overlay_values(state.laid_over, view, shown.dense, scale, shown.mark)
            if values is not None:
                curves.paint_curve(grid, x, y, rows.bars, values)
        paint_prices(grid, x, y + rows.bars, scale, view, shown.named, shown.mark, at)
        if not both.any():
            said = "nothing estimated in view at this leverage" if state.leverage else "nothing estimated in view"
            said = words.clip(said, scale.cells)
            grid.text(y + rows.bars // 2, x + (scale.cells - len(said)) // 2, said, look.muted)
        if rows.hint:
            self._hint(scene, rows, at)

    def _hint(self, scene: Scene, rows: Plan, at: int) -> None:
        """Under the axis: which side is liquidated which way. At the edges, so that it stands still under the mark."""
        grid, layout = scene.grid, scene.layout
        look, row = grid.look, rows.top + rows.bars + 2
        left, right = "← longs are liquidated going left", "shorts are liquidated going right →"
        if at > len(left) + 3:
            grid.text(row, layout.left, left, look.faint)
        if layout.cells - at > len(right) + 3:
            grid.text(row, layout.left + layout.cells - len(right), right, look.faint)

    def _waterfall(self, scene: Scene, shown: Shown, rows: Plan) -> None:
        grid, layout, view, state, scale = scene.grid, scene.layout, scene.view, scene.state, shown.scale
        look, pairs = grid.look, grid.look.half_blocks
        per_row = 2 if pairs else 1
        frame = waterfall.fit_frame(SPANS[state.span], rows.fall * per_row, view.time_ns, pairs=pairs)
        group = shown_group(view.map, state)
        dense: Floats = shown.dense
        if state.leverage >= FIRST_RUNG and view.map is not None:  # snapshots know groups only
            dense = density(view.map, group_rungs(group, view.map.rungs), scale)
        image = self._fall.image(view.snapshots, frame, scale, group, (view.time_ns, dense.sum(axis=0)))
        cap = state.heat.follow(gradient.robust_cap(image), scene.tick_ns, frozen=state.frozen)
        paint_ramp(scene, cap)
        steps = len(look.heat) if pairs else len(look.shades)
        level = gradient.levels(image, cap, steps)
        track = waterfall.path(view.snapshots, frame, scale, (view.time_ns, scale.price(shown.at + 0.5)))
        y = rows.fall_top
        waterfall.paint_waterfall(grid, layout.left, y, rows.fall, level, track)
        waterfall.paint_liquidations(grid, layout.left, y, view.liquidations, frame, scale, per_row)
        bars.paint_axis(grid, layout.left - 1, y, rows.fall, waterfall.time_labels(rows.fall, frame, per_row))

    def _cursor(self, scene: Scene, shown: Shown, rows: Plan) -> None:
        grid, state, scale = scene.grid, scene.state, shown.scale
        if state.cursor is None or not scale.holds(state.cursor):
            return
        x = scene.layout.left + scale.column(state.cursor)
        look = grid.look
        body = np.s_[rows.top : rows.top + rows.bars, x]
        free = np.isin(grid.ch[body], [ord(" "), ord("┊")])
        grid.ch[body][free] = ord("│")
        grid.fg[body][free] = look.accent
        grid.ch[rows.top + rows.bars, x] = ord("┼")
        grid.fg[rows.top + rows.bars, x] = look.accent
        for row in range(rows.fall_top, rows.fall_top + rows.fall):
            if grid.ch[row, x] in (ord(" "), ord("▀"), *map(ord, look.shades)):
                grid.ch[row, x], grid.fg[row, x] = ord("│"), look.accent
