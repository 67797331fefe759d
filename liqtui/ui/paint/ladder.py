"""The ladder view: a price a row, longs left of it, shorts right, then the book and what was traded there."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liqtui.ui import words
from liqtui.ui.colour import BOLD, REVERSE
from liqtui.ui.paint import across, bars, curves, gradient, upright
from liqtui.ui.paint.scale import Floats, Scale, gather, snapshot_density
from liqtui.ui.paint.scene import Body, Layout, Scene, Shown
from liqtui.ui.paint.titles import shown_group
from liqtui.ui.state import SPANS
from liqtui.view import Snapshot, View

AROUND_ROWS = 2
"""The heads above and the ends of the scales below."""
FIGURE, GROWTH = 7, 6
"""Cells of a row's size beside its bar, and of its growth."""
FIGURES_FROM, GROWTH_FROM = 56, 68
"""Columns of a body that has room for them."""
HALF = 4
"""Eighths of a cell: as fine as the book and what was traded are told."""
NOTED = 0.05
"""Of the largest density: rows with less than this, now and then, have no growth worth telling."""
SLACK = 0.1
"""A snapshot may be older than the span by this part of it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Columns of a body, from left to right; where a width is 0, that column is not there."""

    left: int
    bar: int
    """Cells of the bars of longs, and of shorts."""
    figure: int
    price: int
    growth: int
    flow: int
    """Cells of the book, and of what was traded."""

    @property
    def prices(self) -> int:
        return self.left + self.bar + self.figure

    @property
    def shorts(self) -> int:
        return self.prices + self.price + self.figure

    @property
    def growths(self) -> int:
        return self.shorts + self.bar

    @property
    def book(self) -> int:
        return self.growths + self.growth + 1

    @property
    def volume(self) -> int:
        return self.book + self.flow + 1


def plan(layout: Layout, label: int) -> Plan:
    """Divide the width: `label` cells for a price, a third of the rest for book and volume."""
    left = 1 + layout.framed
    room = layout.box - layout.framed - left
    figure = FIGURE if room >= FIGURES_FROM else 0
    growth = GROWTH if room >= GROWTH_FROM else 0
    rest = room - label - 2 * figure - growth - 2
    flow = min(max(rest // 5, 3), 18)
    return Plan(left, (rest - 2 * flow) // 2, figure, label, growth, flow)


class LadderBody(Body):
    """Remembers nothing: a ladder is of now."""

    def cells(self, layout: Layout) -> int:
        return max(layout.rows - AROUND_ROWS, 1)

    def paint(self, scene: Scene) -> None:
        shown, layout = scene.shown, scene.layout
        assert shown is not None
        digits = row_digits(shown.scale, shown.mark)
        label = max(len(words.price(shown.scale.price(shown.scale.cells), digits)), 5) + 2
        place = plan(layout, label)
        axis = upright.Axis(place.prices, layout.top + 1, shown.scale)
        self._bars(scene, shown, place, axis)
        if place.growth:
            self._growth(scene, shown, place, axis)
        self._flow(scene, shown, place, axis)
        self._prices(scene, shown, place, axis, digits)
        self._heads(scene, shown, place, axis)

    def price_at(self, layout: Layout, shown: Shown, x: int, y: int) -> float | None:  # noqa: ARG002 - of all views
        return upright.Axis(0, layout.top + 1, shown.scale).price_at(y)

    def measure(self, scene: Scene) -> str:
        return "" if scene.shown is None else f"row = {scene.shown.scale.step * 100:.2g} %"

    def _bars(self, scene: Scene, shown: Shown, place: Plan, axis: upright.Axis) -> None:
        """Longs to the left, shorts to the right, and beside the price how much it is."""
        grid, look, state = scene.grid, scene.grid.look, scene.state
        for side, x, ladder in ((0, place.left, look.long_ladder), (1, place.shorts, look.short_ladder)):
            dense = shown.dense[side][::-1]
            long = bars.heights(dense, shown.full, place.bar)
            across.paint_across(grid, x, axis.y, place.bar, long, [ladder] * axis.rows, leftward=not side)
            if not place.figure:
                continue
            for row in np.flatnonzero(dense > 0).tolist():
                share = dense[row] / shown.full if shown.full > 0 else 0.0
                if state.usd:
                    text = words.usd_short(scene.view.instrument.quote_value(
                        float(dense[row]) * shown.scale.step * 100, shown.mark))
                else:
                    text = f"{min(share, 1) * 100:.0f}"
                if text not in ("0", "$0"):
                    x_text = place.prices - len(text) - 1 if not side else place.prices + place.price + 1
                    grid.text(axis.y + row, x_text, text, look.text if share >= 0.5 else look.muted)
        if state.laid_over:
            values = curves.overlay_values(state.laid_over, scene.view, shown.dense, shown.scale, shown.mark)
            if values is not None:
                top, below = float(np.nanmax(values, initial=0.0)), np.arange(axis.rows) <= shown.at
                for mine, x, leftward in ((below, place.left, True), (~below, place.shorts, False)):
                    across.paint_line(grid, x, axis.y, place.bar, np.where(mine, values, np.nan)[::-1], top,
                                      leftward=leftward)

    def _growth(self, scene: Scene, shown: Shown, place: Plan, axis: upright.Axis) -> None:
        """What each row has gained or lost over the span."""
        grid, look, view, state = scene.grid, scene.grid.look, scene.view, scene.state
        then = standing_at(view, SPANS[state.span])
        if then is None:
            gradient.hatch(grid, place.growths, axis.y, place.growth, axis.rows)
            return
        before = snapshot_density(then, shown_group(view.map, state), shown.scale).sum(axis=0)
        now, least = shown.dense.sum(axis=0), NOTED * shown.full
        for cell in np.flatnonzero((now >= least) | (before >= least)).tolist():
            text = growth_words(float(now[cell]), float(before[cell]))
            ink = look.text if abs(now[cell] - before[cell]) > 0.5 * before[cell] else look.muted
            grid.text(axis.row(cell), place.growths + place.growth - len(text), text, ink)

    def _flow(self, scene: Scene, shown: Shown, place: Plan, axis: upright.Axis) -> None:
        """The book's depth and the traded volume in each row; hatched where they are not seen."""
        grid, look, view = scene.grid, scene.grid.look, scene.view
        for x, values, ink in (
            (place.book, depth_of(view, shown.scale), look.muted),
            (place.volume, volume_of(view, shown.scale), look.faint),
        ):
            if values is None:
                gradient.hatch(grid, x, axis.y, place.flow, axis.rows)
                continue
            seen = np.isfinite(values)
            for cell in np.flatnonzero(~seen).tolist():
                gradient.hatch(grid, x, axis.row(cell), place.flow, 1)
            amounts = np.where(seen, values, 0.0)
            long = bars.heights(amounts[::-1], bars.round_top(float(amounts.max(initial=0.0))), place.flow)
            long = np.where(long > HALF, (long + HALF // 2) // HALF * HALF, long)  # orders come and go all the time
            across.paint_across(grid, x, axis.y, place.flow, long, [(ink,)] * axis.rows)

    def _prices(self, scene: Scene, shown: Shown, place: Plan, axis: upright.Axis, digits: int) -> None:
        grid, look, state = scene.grid, scene.grid.look, scene.state
        end = place.volume + place.flow
        upright.paint_mark_across(grid, axis, shown, place.left, end)
        upright.paint_cursor_across(grid, axis._replace(x=place.left - 1), state, end, " ╌╱")
        cursor = shown.scale.column(state.cursor) if state.cursor is not None else None
        clustered = upright.cluster_inks(shown, look)
        for cell in range(axis.rows):
            text = f"{words.price(shown.scale.price(cell + 0.5), digits):^{place.price}}"
            ink, attr = clustered.get(cell, look.muted), 0
            if cell == shown.at:
                mark = words.price(shown.mark, 0 if shown.mark >= 1000 else digits)
                text, ink, attr = f"{f'▸{mark}◂':^{place.price}}", look.accent, BOLD
            if cell == cursor:
                ink, attr = look.accent, REVERSE
            grid.text(axis.row(cell), place.prices, text, ink, attr)

    def _heads(self, scene: Scene, shown: Shown, place: Plan, axis: upright.Axis) -> None:
        """What the columns are, above; how far their scales go, below."""
        grid, look, view, state = scene.grid, scene.grid.look, scene.view, scene.state
        row, end = axis.y - 1, axis.y + axis.rows
        unit = words.plain(view.instrument.unit)
        grid.text(row, place.prices - 1 - len("▼ longs"), "▼ longs", look.long)
        grid.text(row, place.prices, f"{'price':^{place.price}}", look.muted)
        grid.text(row, place.prices + place.price + 1, "▲ shorts", look.short)
        if place.growth:
            head = f"Δ {state.span}"
            grid.text(row, place.growths + place.growth - len(head), head, look.muted)
        full = "100"
        if state.usd:
            full = words.usd_short(view.instrument.quote_value(shown.full * shown.scale.step * 100, shown.mark))
        grid.text(end, place.left, full, look.muted)
        grid.text(end, place.shorts + place.bar - len(full), full, look.muted)
        for x, head, values in (
            (place.book, "book", depth_of(view, shown.scale)),
            (place.volume, "traded 24h" if place.flow >= 10 else "24h", volume_of(view, shown.scale)),
        ):
            grid.text(row, x, words.clip(head, place.flow), look.muted)
            most = 0.0 if values is None else bars.round_top(float(np.nanmax(values, initial=0.0)))
            if most > 0:
                said = words.usd_short(view.instrument.quote_value(most, shown.mark)) if state.usd else (
                    f"{words.compact(most)} {unit}")
                said = said if words.cells(said) <= place.flow else said.split(" ")[0]
                grid.text(end, x + place.flow - words.cells(said), said[: place.flow], look.muted)


def row_digits(scale: Scale, mark: float) -> int:
    """Digits after the point that tell the prices of two rows apart."""
    return max(0, 1 - int(np.floor(np.log10(mark * scale.step))))


def standing_at(view: View, span_ns: int) -> Snapshot | None:
    """What stood a span ago; None where history does not reach back so far."""
    wanted = view.time_ns - span_ns
    shot = next((one for one in reversed(view.snapshots) if one.time_ns <= wanted), None)
    return shot if shot is not None and wanted - shot.time_ns <= SLACK * span_ns + 300 * 10**9 else None


def growth_words(now: float, before: float) -> str:
    """`▲12`, `▼9`, in percent; what was not there is `new`, what is gone `gone`."""
    if before <= 0:
        return "new"
    percent = round((now / before - 1) * 100)
    if percent <= -100:
        return "gone"
    if percent > 999:
        return "new"
    return "━ 0" if percent == 0 else f"{'▲' if percent > 0 else '▼'}{abs(percent)}"


def depth_of(view: View, scale: Scale) -> Floats | None:
    """What rests in each row of the book, in units; NaN beyond what of it is seen, None without one."""
    if view.book is None:
        return None
    both = gather(view.book.bids, view.book.first_bin, 1, scale) + gather(view.book.asks, view.book.first_bin, 1, scale)
    there: NDArray[np.intp] = np.flatnonzero(both > 0)
    if not len(there):
        return None
    both[: there[0]] = both[there[-1] + 1 :] = np.nan
    return both


def volume_of(view: View, scale: Scale) -> Floats | None:
    """What was traded in each row, in units; None where nothing is known."""
    if view.volume is None or view.map is None:
        return None
    return gather(view.volume, view.map.first_bin, 1, scale)
