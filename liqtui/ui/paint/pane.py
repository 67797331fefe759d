"""One instrument's pane: header, side column, frame and readout, and in the frame the view that was chosen."""

from liqtui.ui import words
from liqtui.ui.below import answered, hinted
from liqtui.ui.colour import BOLD
from liqtui.ui.look import Line, Look
from liqtui.ui.paint.cascade import CascadeBody
from liqtui.ui.paint.charts import ChartsBody
from liqtui.ui.paint.grid import Grid
from liqtui.ui.paint.header import Moment, disconnected, paint_header, why_down
from liqtui.ui.paint.heat import HeatBody
from liqtui.ui.paint.ladder import LadderBody
from liqtui.ui.paint.map import MapBody
from liqtui.ui.paint.named import clusters_of, name_clusters, widened
from liqtui.ui.paint.observed import tallest
from liqtui.ui.paint.readout import read, readout
from liqtui.ui.paint.scale import density, fit_scale, rungs_shown, steady
from liqtui.ui.paint.scene import Body, Layout, Scene, Shown, lay_out
from liqtui.ui.paint.side import paint_side
from liqtui.ui.paint.spans import fit, put, width_of
from liqtui.ui.paint.titles import caveats, chosen_words, legend_words, title_words, unframed
from liqtui.ui.state import PaneState
from liqtui.view import View

TITLE_CELLS = 20
"""What the title keeps of what was chosen when there is much to warn of."""
BODIES: dict[str, type[Body]] = {
    "map": MapBody, "heat": HeatBody, "ladder": LadderBody, "cascade": CascadeBody, "charts": ChartsBody,
}
"""The painter of each of `state.VIEWS`."""


class Painter:
    """Paints Views of one pane. Owned by the pane's widget; owns a body for every view that was shown."""

    def __init__(self) -> None:
        self._bodies: dict[str, Body] = {}
        self._mark_at: int | None = None
        self._layout: Layout | None = None
        self._body: Body | None = None
        self.shown: Shown | None = None
        """What the last picture says on its price axis; None where it had none."""

    def paint(
        self, view: View, state: PaneState, size: tuple[int, int], look: Look, moment: Moment, tick_ns: int
    ) -> Grid:
        """The whole pane at `size` (columns, rows). `tick_ns`: a clock in real time, for what is eased."""
        grid, layout = Grid(*size, look), lay_out(*size)
        if state.view not in self._bodies:
            self._bodies[state.view] = BODIES[state.view]()
        body = self._bodies[state.view]
        shown = self._shown(view, state, body.cells(layout), tick_ns)
        self._layout, self._body, self.shown = layout, body, shown
        scene = Scene(grid, layout, view, state, moment, tick_ns, shown)
        paint_header(grid, view, moment, listed=layout.side > 0)
        if shown is None and body.needs_map:
            self._empty(scene)
            self._side(scene)
            return grid
        self._frame(scene)
        self._side(scene)
        body.paint(scene)
        self._readout(scene, body)
        if disconnected(view, moment.now_ns):
            grid.pale[layout.top : layout.top + layout.rows, layout.inside : layout.left + layout.cells] = True
            grid.pale[layout.top : layout.height - 2, layout.box :] = True  # figures of the side column are as old
        return grid

    def price_at(self, x: int, y: int) -> float | None:
        """The price at a cell of the last picture; None where none is drawn."""
        if self._body is None or self._layout is None or self.shown is None:
            return None
        return self._body.price_at(self._layout, self.shown, x, y)

    def _shown(self, view: View, state: PaneState, cells: int, tick_ns: int) -> Shown | None:
        mark = view.figures.mark or view.figures.last
        if view.map is None or mark is None:
            return None
        scale = fit_scale(state, cells, view.map.width, mark.value)
        before = self._mark_at if self.shown is not None and scale == self.shown.scale else None
        self._mark_at = at = steady(scale, mark.value, before)
        wide, more = widened(scale)
        rungs = rungs_shown(state.leverage, view.map.rungs)
        around = density(view.map, rungs, wide)
        dense = around[:, more : more + scale.cells]
        full = state.bars.follow(tallest(view, state, scale, dense), tick_ns, frozen=state.frozen)
        clusters = clusters_of(view.map, rungs, mark.value) if state.leverage else view.clusters
        return Shown(scale, mark.value, at, dense, full, name_clusters(clusters, wide, around, scale, full))

    def _side(self, scene: Scene) -> None:
        layout, named = scene.layout, scene.shown.named if scene.shown is not None else []
        if layout.side:
            paint_side(scene.grid, layout.box, 1, layout.side, layout.height - 2, scene.view, named,
                       scene.moment.now_ns)

    def _frame(self, scene: Scene) -> None:
        grid, layout, view, state = scene.grid, scene.layout, scene.view, scene.state
        if not layout.framed:
            return
        room = layout.box - 12
        chosen = len(" · ".join(filter(None, [state.view, chosen_words(view, state)])))
        warned = caveats(view, room - min(chosen, TITLE_CELLS))
        if chosen + words.cells(warned) > room:
            warned = caveats(view, room - TITLE_CELLS, standing=False)
        title = title_words(view, state, room - words.cells(warned))
        grid.box(1, 1, layout.box - 1, layout.height - 2, title, warned)
        legend = legend_words(view, state, layout.box - 7)
        if legend:
            grid.text(layout.height - 2, 3, f" {legend} ", grid.look.muted)

    def _readout(self, scene: Scene, body: Body) -> None:
        grid, view, state = scene.grid, scene.view, scene.state
        look, row = grid.look, scene.layout.height - 1
        tail = f"{body.measure(scene)} "
        room = grid.width - 2 - (len(tail) + 2 if grid.width >= 60 else 0)
        if grid.width >= 60:
            grid.text(row, grid.width - len(tail), tail, look.muted)
        if line := answered(state, look, room):
            put(grid, row, 1, line)
            return
        parts = body.reading(scene) or self._reading(scene)
        if parts is None:
            down = why_down(view, scene.moment)
            warned = down or ("" if scene.layout.framed else unframed(view, state, room))
            hint = hinted(state, look, room) if look.focused is not False else []
            put(grid, row, 1, [(warned, look.warn, 0)] if warned else hint)
            return
        if state.linked:
            parts = [(0, [("⇄", look.accent, BOLD)]), *parts]
        put(grid, row, 1, fit(parts, room, 3 if grid.width >= 100 else 2), room)

    def _reading(self, scene: Scene) -> list[tuple[int, Line]] | None:
        """What the map says at the cursor."""
        view, state, shown = scene.view, scene.state, scene.shown
        reading = read(view, state, shown.scale, shown.mark, shown.full) if shown is not None else None
        if reading is None:
            return None
        digits = 0 if reading.price >= 1000 else words.decimals_of(view.instrument.tick)
        unit = words.plain(view.instrument.unit)
        return readout(reading, state.usd, digits, unit, scene.moment.now_ns, scene.grid.look)

    def _empty(self, scene: Scene) -> None:
        """A View without a map yet: say what it waits for."""
        grid, layout, view = scene.grid, scene.layout, scene.view
        look = grid.look
        if layout.framed:
            grid.box(1, 1, layout.box - 1, layout.height - 2, scene.state.view)
        backfill = view.health.backfill
        lines = [("no map yet" if view.map is None else "waiting for a price", look.text, BOLD)]
        if backfill is not None and not backfill.finished:
            lines.append((f"history {backfill.stage} {backfill.done}/{backfill.total}", look.muted, 0))
        lines.extend((words.plain(w), look.warn, 0) for w in view.health.words)
        y = layout.height // 2 - len(lines) // 2
        for at, line in enumerate(lines):
            put(grid, y + at, max((layout.box - width_of([line])) // 2, 1), [line], layout.box - 2)
        put(grid, layout.height - 1, 1, answered(scene.state, look, grid.width - 2))
