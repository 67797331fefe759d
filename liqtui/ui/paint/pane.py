"""One instrument's pane: header, map, axis, waterfall, side column and readout, put together."""

import math
from dataclasses import dataclass

import numpy as np

from liqtui.ui import words
from liqtui.ui.colour import BOLD
from liqtui.ui.look import Look
from liqtui.ui.paint import bars, curves, waterfall
from liqtui.ui.paint.grid import Grid
from liqtui.ui.paint.header import Moment, disconnected, paint_header, why_down
from liqtui.ui.paint.labels import paint_prices
from liqtui.ui.paint.named import Named, clusters_of, name_clusters, widened
from liqtui.ui.paint.readout import read, readout
from liqtui.ui.paint.scale import Floats, Scale, density, fit_scale, group_rungs, rungs_shown, steady
from liqtui.ui.paint.side import paint_side
from liqtui.ui.paint.spans import fit, put, width_of
from liqtui.ui.state import SPANS, PaneState, group_of
from liqtui.view import GROUPS, STANDING, MapView, View

SIDE_FROM, SIDE_WIDTH = 100, 35
FALL_FROM = (80, 23)
"""Smallest pane with a waterfall (the footer is the 24th row)."""
GUTTER = 6
MAP_WORDS = 20
"""Cells of its title the map keeps when there is much to warn of."""
LEGENDS = (
    "estimate · {unit} · all open positions · not a direction", "estimate · all open positions · not a direction",
    "estimate · not a direction",
)
FIRST_RUNG = 4
"""From here on `PaneState.leverage` is a single rung."""
RAMP = 8
"""Cells of the waterfall's colours in the lower edge."""
GROUP_WORDS = ("low <10×", "mid 10–40×", "high >40×")


@dataclass(frozen=True, slots=True)
class Plan:
    """Where things go in a pane of this size. Rows and columns of the pane."""

    width: int
    height: int
    side: int
    framed: bool
    top: int
    """First row of the bars."""
    bars: int
    fall: int
    hint: bool

    @property
    def box(self) -> int:
        """Where the map with its frame ends: before the side column, or the blank last column of the screen."""
        return self.width - self.side - 1

    @property
    def left(self) -> int:
        """First column of the map."""
        return GUTTER + 2 * self.framed

    @property
    def cells(self) -> int:
        return self.box - self.left - self.framed

    @property
    def fall_top(self) -> int:
        return self.top + self.bars + 2 + self.hint


def plan(width: int, height: int) -> Plan:
    """Divide a pane: the side column goes first, then the waterfall, then the frame."""
    side = SIDE_WIDTH if width >= SIDE_FROM else 0
    framed = height >= 16 and width >= 60
    hint = height >= 36
    rest = height - 2 - 2 * framed - 2 - hint
    has_fall = width >= FALL_FROM[0] and height >= FALL_FROM[1]
    tall = math.ceil(rest * 0.53) if has_fall else rest
    return Plan(width, height, side, framed, 1 + framed, max(tall, 1), rest - tall, hint)


class Painter:
    """Paints Views of one pane; remembers past buckets of its waterfall. Owned by the pane's widget."""

    def __init__(self) -> None:
        self._fall = waterfall.Waterfall()
        self.scale: Scale | None = None
        """The price axis of the last picture, and the pane's column it starts at."""
        self.left = 0
        self._mark_at: int | None = None

    def paint(
        self, view: View, state: PaneState, size: tuple[int, int], look: Look, moment: Moment, tick_ns: int
    ) -> Grid:
        """The whole pane at `size` (columns, rows). `tick_ns`: a clock in real time, for what is eased."""
        grid = Grid(*size, look)
        layout = plan(*size)
        paint_header(grid, view, moment)
        mark = view.figures.mark or view.figures.last
        if view.map is None or mark is None:
            self._empty(grid, layout, view)
            self._side(grid, layout, view, [], moment)
            return grid
        scale = fit_scale(state, layout.cells, view.map.width, mark.value)
        self._mark_at = at = steady(scale, mark.value, self._mark_at if scale == self.scale else None)
        self.scale, self.left = scale, layout.left
        wide, more = widened(scale)
        rungs = rungs_shown(state.leverage, view.map.rungs)
        around = density(view.map, rungs, wide)
        dense = around[:, more : more + scale.cells]
        full = state.bars.follow(float(dense.max(initial=0.0)), tick_ns, frozen=state.frozen)
        self._frame(grid, layout, view, state)
        clusters = clusters_of(view.map, rungs, mark.value) if state.leverage else view.clusters
        named = name_clusters(clusters, wide, around, scale, full)
        self._side(grid, layout, view, named, moment)
        self._map(grid, layout, view, state, scale, dense, full, mark.value, at, named)
        if layout.fall:
            self._waterfall(grid, layout, view, state, scale, dense, full, mark.value, at, tick_ns)
        self._cursor(grid, layout, state, scale)
        self._readout(grid, layout, view, state, scale, mark.value, full, moment)
        if disconnected(view.health):
            grid.pale[layout.top : layout.fall_top + layout.fall, layout.left : layout.left + layout.cells] = True
        return grid

    def _side(self, grid: Grid, layout: Plan, view: View, named: list[Named], moment: Moment) -> None:
        if layout.side:
            paint_side(grid, layout.box, 1, layout.side, layout.height - 2, view, named, moment.now_ns)

    def _frame(self, grid: Grid, layout: Plan, view: View, state: PaneState) -> None:
        if not layout.framed:
            return
        room = layout.box - 12
        warned = caveats(view, room - MAP_WORDS)
        if len(f"map · {chosen_words(view, state)}") + len(warned) > room:
            warned = caveats(view, room - MAP_WORDS, standing=False)
        title = title_words(view, state, room - len(warned))
        grid.box(1, 1, layout.box - 1, layout.height - 2, title, warned)
        unit = "estimated USD" if state.usd else "relative"
        legend = next((s for text in LEGENDS if len(s := text.format(unit=unit)) + 7 <= layout.box), "")
        if legend:
            grid.text(layout.height - 2, 3, f" {legend} ", grid.look.muted)

    def _ramp(self, grid: Grid, layout: Plan, most: str) -> None:
        """In the lower edge: the waterfall's colours from nothing to the density the brightest stands for."""
        look, row = grid.look, layout.height - 2
        x = layout.box - RAMP - len(most) - 7
        if not layout.framed or x < 3 or (grid.ch[row, x - 1 : layout.box - 2] != ord("─")).any():
            return
        grid.text(row, x, " 0 " + " " * RAMP + f" {most} ", look.muted)
        for cell in range(RAMP):
            step = (cell + 1) / RAMP
            if look.half_blocks:
                grid.text(row, x + 3 + cell, "█", look.heat[round(step * (len(look.heat) - 1))])
            else:
                shade = round(step * (len(look.shades) - 1))
                grid.text(row, x + 3 + cell, look.shades[shade], look.heat[min(shade, len(look.heat) - 1)])

    def _map(
        self, grid: Grid, layout: Plan, view: View, state: PaneState, scale: Scale, dense: Floats, full: float,
        mark: float, at: int, named: list[Named],
    ) -> None:
        look, x, y = grid.look, layout.left, layout.top
        both = dense.sum(axis=0)
        longs = dense[0] >= dense[1]
        if 0 <= at < scale.cells:
            grid.ch[y : y + layout.bars, x + at] = ord("┊")
        tall = bars.heights(both, full, layout.bars)
        line = grid.ch[y : y + layout.bars, x : x + scale.cells].copy()
        bars.paint_bars(grid, x, y, layout.bars, tall, longs)
        area = grid.ch[y : y + layout.bars, x : x + scale.cells]
        blank = (area == ord(" ")) & (line == ord("┊"))
        area[blank] = ord("┊")
        grid.fg[y : y + layout.bars, x : x + scale.cells][blank] = look.faint
        labels = bars.relative_labels(layout.bars)
        if state.usd:
            labels = bars.value_labels(
                layout.bars, full, lambda v: words.usd_short(view.instrument.quote_value(v, mark)))
        bars.paint_axis(grid, x - 1, y, layout.bars, labels)
        if state.overlay:
            values = curves.overlay_values(state.overlay, view, dense, scale, mark)
            if values is not None:
                curves.paint_curve(grid, x, y, layout.bars, values)
        paint_prices(grid, layout.left, y + layout.bars, scale, view, named, mark, at)
        if not both.any():
            said = "nothing estimated in view at this leverage" if state.leverage else "nothing estimated in view"
            said = words.clip(said, scale.cells)
            grid.text(y + layout.bars // 2, x + (scale.cells - len(said)) // 2, said, look.muted)
        if layout.hint:
            self._hint(grid, layout, at)

    def _hint(self, grid: Grid, layout: Plan, at: int) -> None:
        """Under the axis: which side is liquidated which way."""
        look, row = grid.look, layout.top + layout.bars + 2
        left, right = "◂ longs are liquidated going left", "shorts are liquidated going right ▸"
        if at > len(left) + 3:
            grid.text(row, layout.left + max(at - len(left) - 3, 0), left.replace("◂", "←"), look.faint)
        if layout.cells - at > len(right) + 3:
            grid.text(row, layout.left + at + 3, right.replace("▸", "→"), look.faint)

    def _waterfall(
        self, grid: Grid, layout: Plan, view: View, state: PaneState, scale: Scale, dense: Floats, full: float,
        mark: float, at: int, tick_ns: int,
    ) -> None:
        look, pairs = grid.look, grid.look.half_blocks
        per_row = 2 if pairs else 1
        frame = waterfall.fit_frame(SPANS[state.span], layout.fall * per_row, view.time_ns, pairs=pairs)
        group = shown_group(view.map, state)
        if state.leverage >= FIRST_RUNG and view.map is not None:  # snapshots know groups only
            dense = density(view.map, group_rungs(group, view.map.rungs), scale)
        image = self._fall.image(view.snapshots, frame, scale, group, (view.time_ns, dense.sum(axis=0)))
        cap = state.heat.follow(waterfall.robust_cap(image), tick_ns, frozen=state.frozen)
        most = f"{cap / full * 100:.0f}" if full > 0 else "100"
        if state.usd:
            most = words.usd_short(view.instrument.quote_value(cap, mark))
        self._ramp(grid, layout, most)
        steps = len(look.heat) if pairs else len(look.shades)
        level = waterfall.levels(image, cap, steps)
        track = waterfall.path(view.snapshots, frame, scale, (view.time_ns, scale.price(at + 0.5)))
        y = layout.fall_top
        waterfall.paint_waterfall(grid, layout.left, y, layout.fall, level, track)
        waterfall.paint_liquidations(grid, layout.left, y, view.liquidations, frame, scale, per_row)
        bars.paint_axis(grid, layout.left - 1, y, layout.fall, waterfall.time_labels(layout.fall, frame, per_row))

    def _cursor(self, grid: Grid, layout: Plan, state: PaneState, scale: Scale) -> None:
        if state.cursor is None or not scale.holds(state.cursor):
            return
        x = layout.left + scale.column(state.cursor)
        look = grid.look
        body = np.s_[layout.top : layout.top + layout.bars, x]
        free = np.isin(grid.ch[body], [ord(" "), ord("┊")])
        grid.ch[body][free] = ord("│")
        grid.fg[body][free] = look.accent
        grid.ch[layout.top + layout.bars, x] = ord("┼")
        grid.fg[layout.top + layout.bars, x] = look.accent
        for row in range(layout.fall_top, layout.fall_top + layout.fall):
            if grid.ch[row, x] in (ord(" "), ord("▀"), *map(ord, look.shades)):
                grid.ch[row, x], grid.fg[row, x] = ord("│"), look.accent

    def _readout(
        self, grid: Grid, layout: Plan, view: View, state: PaneState, scale: Scale, mark: float, full: float,
        moment: Moment,
    ) -> None:
        look, row = grid.look, layout.height - 1
        tail = f"10 cells = {10 * scale.step * 100:.2g} % "
        room = grid.width - 2 - (len(tail) + 2 if grid.width >= 60 else 0)
        if grid.width >= 60:
            grid.text(row, grid.width - len(tail), tail, look.muted)
        if state.notice:
            put(grid, row, 1, [(words.clip(state.notice, room), look.warn, 0)])
            return
        reading = read(view, state, scale, mark, full)
        if reading is None:
            down = why_down(view, moment)
            warned = down or ("" if layout.framed else unframed(view, state, room))
            put(grid, row, 1, [(warned, look.warn, 0) if warned else ("← → cursor", look.faint, 0)])
            return
        digits = words.decimals_of(view.instrument.tick)
        digits = 0 if reading.price >= 1000 else digits
        unit = words.plain(view.instrument.unit)
        parts = readout(reading, state.usd, digits, unit, moment.now_ns, look)
        put(grid, row, 1, fit(parts, room, 3 if grid.width >= 100 else 2), room)

    def _empty(self, grid: Grid, layout: Plan, view: View) -> None:
        """A View without a map yet: say what it waits for."""
        look = grid.look
        if layout.framed:
            grid.box(1, 1, layout.box - 1, layout.height - 2, "map")
        backfill = view.health.backfill
        lines = [("no map yet" if view.map is None else "waiting for a price", look.text, BOLD)]
        if backfill is not None and not backfill.finished:
            lines.append((f"history {backfill.stage} {backfill.done}/{backfill.total}", look.muted, 0))
        lines.extend((words.plain(w), look.warn, 0) for w in view.health.words)
        y = layout.height // 2 - len(lines) // 2
        for at, line in enumerate(lines):
            put(grid, y + at, max((layout.box - width_of([line])) // 2, 1), [line], layout.box - 2)


def _titles(view: View, state: PaneState) -> list[tuple[int, str]]:
    """(importance, words) of what the map shows; what was chosen by key comes before 3."""
    parts = [
        (1 if state.leverage else 4, leverage_words(view.map, state)),
        (1, "est. USD per 1 %") if state.usd else (3, "relative"),
    ]
    if state.frozen:
        parts.append((2, "scale frozen"))
    if state.overlay:
        parts.append((1, curves.overlay_title(state)))
    return [*parts, (5, f"{state.span} of history")]


def title_words(view: View, state: PaneState, room: int) -> str:
    """`map · all leverage · relative · 12h of history`; where that does not fit, what was chosen by key stays."""
    parts = [(0, "map"), *_titles(view, state)]
    while len(parts) > 1 and len(" · ".join(text for _, text in parts)) > room:
        parts.remove(max(parts))
    return " · ".join(text for _, text in parts)


def chosen_words(view: View, state: PaneState) -> str:
    """What was chosen by key, as `title_words` says it; empty where nothing was."""
    return " · ".join(text for importance, text in _titles(view, state) if importance < 3)


def unframed(view: View, state: PaneState, room: int) -> str:
    """The one line of a pane without a frame: what to know before believing it, and what was chosen."""
    chosen, warned = chosen_words(view, state), caveats(view, room, standing=False)
    if chosen and len(chosen) + len(warned) + 3 <= room:
        return f"{chosen} · {warned}" if warned else chosen
    return warned or words.clip(chosen, room) or caveats(view, room)


def leverage_words(view: MapView | None, state: PaneState) -> str:
    """What the bars show; for one rung also what the waterfall can show of it."""
    if state.leverage == 0 or view is None:
        return "all leverage"
    if state.leverage < 4 or state.leverage >= 4 + len(view.rungs):
        return GROUP_WORDS[(state.leverage - 1) % 3]
    rung = view.rungs[state.leverage - 4]
    return f"{rung:.3g}× (waterfall: {GROUPS[group_of(rung)]})"


def shown_group(view: MapView | None, state: PaneState) -> int | None:
    """The snapshot group of a leverage choice; None for all."""
    if state.leverage == 0 or view is None:
        return None
    if state.leverage < 4 or state.leverage >= 4 + len(view.rungs):
        return (state.leverage - 1) % 3
    return group_of(view.rungs[state.leverage - 4])


def caveats(view: View, room: int, *, standing: bool = True) -> str:
    """What a person must know before believing the picture, as many as fit; `standing`: also what is always so."""
    said = [words.plain(w) for w in view.health.words if standing or w not in STANDING]
    backfill = view.health.backfill
    if backfill is not None and not backfill.finished:
        said.insert(0, f"backfill {backfill.stage} {backfill.done}/{backfill.total}")
    text = " · ".join(said)
    while said and len(text) > room:
        said.pop()
        text = " · ".join([*said, "…"]) if said else ""
    return text
