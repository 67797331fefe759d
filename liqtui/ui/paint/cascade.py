"""The cascade view: for a push to every price, where it would end; below, what it would force, against the book."""

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from liqtui.engine.cascading import forecast
from liqtui.liqmap.cascade import One
from liqtui.ui import words
from liqtui.ui.colour import BOLD
from liqtui.ui.look import Line, Look
from liqtui.ui.paint import bars, curves
from liqtui.ui.paint.grid import Grid
from liqtui.ui.paint.labels import paint_prices
from liqtui.ui.paint.scale import Floats, Scale, rungs_shown
from liqtui.ui.paint.scene import Body, Layout, Scene, Shown
from liqtui.ui.state import PaneState
from liqtui.view import CascadeView, View

FORCED_FROM = 12
"""Rows of a body from which on what is forced has a place."""
HEADROOM = 1.25
"""Times the furthest push in view: up to there an end is drawn."""
EXTRAPOLATED = "▒"
SEEN = 2
"""Eighths from which on what is added shows in the cell in which the push ends."""
NO_BOOK = "no order book: where a push would end is not known"
NO_SIZE = "open interest is not known: the map says how much more, not how much"
NOT_YET = "not worked out yet"


class Columns(NamedTuple):
    """A `CascadeView` by the columns of a scale; NaN where no push is worked out. Ends in quote, sizes in base coin."""

    trigger: Floats
    end: Floats
    forced: Floats
    runaway: NDArray[np.bool_]
    extrapolated: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Plan:
    """Which rows of a pane are whose."""

    top: int
    ends: int
    forced: int

    @property
    def axis(self) -> int:
        return self.top + self.ends

    @property
    def forced_top(self) -> int:
        return self.axis + 2


def plan(layout: Layout) -> Plan:
    """Three fifths are for where it ends; where the body is low, all."""
    rest = max(layout.rows - 2, 1)
    ends = math.ceil(rest * 0.6) if layout.rows >= FORCED_FROM else rest
    return Plan(layout.top, ends, rest - ends)


def columns_of(found: CascadeView, scale: Scale) -> Columns:
    """What becomes of a push to the middle of each column, between those worked out on either side."""
    log = (scale.first + np.arange(scale.cells) + 0.5) * scale.step
    out = Columns(np.exp(log), *(np.full(scale.cells, np.nan) for _ in range(2)),
                  *(np.zeros(scale.cells, np.bool_) for _ in range(2)))
    for way in (found.sell, found.buy):
        order = slice(None, None, 1 if way.trigger[-1] > way.trigger[0] else -1)
        at = np.log(way.trigger[order])
        inside = (log >= at[0]) & (log <= at[-1])
        out.end[inside] = np.exp(np.interp(log[inside], at, np.log(way.end[order])))
        out.forced[inside] = np.interp(log[inside], at, way.forced[order])
        nearest = np.abs(log[inside, None] - at[None, :]).argmin(axis=1)
        out.runaway[inside] = way.runaway[order][nearest]
        out.extrapolated[inside] = way.extrapolated[order][nearest]
    return out


class CascadeBody(Body):
    """Remembers the forecast of some leverages only, which a View does not carry, and the scale of what is forced."""

    def __init__(self) -> None:
        self._part: tuple[CascadeView, int, CascadeView | None] | None = None
        self._full = 0.0

    def paint(self, scene: Scene) -> None:
        shown = scene.shown
        assert shown is not None
        rows, found = plan(scene.layout), self._found(scene.view, scene.state)
        drawn = None if found is None else columns_of(found, shown.scale)
        if found is None or drawn is None:
            self._unknown(scene, rows)
        else:
            self._ends(scene, shown, rows, found, drawn)
            if rows.forced:
                self._forced(scene, shown, rows, found, drawn)
        paint_prices(scene.grid, scene.layout.left, rows.axis, shown.scale, scene.view, shown.named, shown.mark,
                     shown.at)
        if drawn is not None:
            _mark_runaways(scene, rows, drawn)
        _cursor(scene, shown, rows)

    def reading(self, scene: Scene) -> list[tuple[int, Line]] | None:
        state, look, found = scene.state, scene.grid.look, self._found(scene.view, scene.state)
        if state.cursor is None or found is None or scene.shown is None or not scene.shown.scale.holds(state.cursor):
            return None
        scale, mark = scene.shown.scale, scene.shown.mark
        price = scale.price(scale.column(state.cursor) + 0.5)
        digits = 0 if price >= 1000 else words.decimals_of(scene.view.instrument.tick)
        parts: list[tuple[int, Line]] = [
            (0, [("cursor ", look.muted, 0), (words.price(price, digits), look.accent, BOLD)]),
            (0, [(words.percent(price / mark - 1), look.text, 0)]),
        ]
        one = (found.sell if price < found.mark else found.buy).at(price)
        if one is None:
            return [*parts, (1, [("no push is worked out to here", look.muted, 0)])]
        return parts + _told(one, found, state, scene.view, look, digits)

    def _found(self, view: View, state: PaneState) -> CascadeView | None:
        """The View's forecast, or that of the leverages shown alone."""
        whole = view.cascade
        if not state.leverage or whole is None or view.map is None or view.book is None:
            return whole
        if self._part is None or self._part[0] is not whole or self._part[1] != state.leverage:
            rungs = rungs_shown(state.leverage, view.map.rungs)
            some = replace(view.map, mass=view.map.mass[:, rungs], rungs=view.map.rungs[rungs])
            made = forecast(some, view.book, whole.mark, whole.mid, whole.response,
                            inverse=view.instrument.inverse, level_known=whole.level_known)
            self._part = whole, state.leverage, made
        return self._part[2]

    def _ends(self, scene: Scene, shown: Shown, rows: Plan, found: CascadeView, drawn: Columns) -> None:
        """How far from the mark it ends: first the push itself, then what the cascade adds."""
        grid, look, x = scene.grid, scene.grid.look, scene.layout.left
        top = top_of(shown.scale)
        known = np.isfinite(drawn.end)
        pushed = bars.heights(np.where(known, np.abs(drawn.trigger / found.mark - 1), 0.0), top, rows.ends)
        ended = bars.heights(np.where(known, np.abs(drawn.end / found.mark - 1), 0.0), top, rows.ends)
        longs = drawn.trigger < found.mark
        _paint_ends(grid, x, rows, pushed, ended, longs, drawn)
        if 0 <= shown.at < shown.scale.cells:
            line = np.s_[rows.top : rows.axis, x + shown.at]
            blank = grid.ch[line] == ord(" ")
            grid.ch[line][blank] = ord("┊")
            grid.fg[line][blank] = look.faint
        bars.paint_axis(grid, x - 1, rows.top, rows.ends, percent_labels(rows.ends, top))
        beyond = known & (np.abs(drawn.end / found.mark - 1) > top)
        for column in np.flatnonzero(beyond).tolist():
            grid.text(rows.top, x + column, "▲", look.warn, BOLD)
        _caption(grid, x, rows.top, shown, ("where a push would end, % from the mark", "ends, % from the mark"))

    def _forced(self, scene: Scene, shown: Shown, rows: Plan, found: CascadeView, drawn: Columns) -> None:
        """What a push would force to sell or buy; the line is what the book shows up to there."""
        grid, state, view = scene.grid, scene.state, scene.view
        x, y = scene.layout.left, rows.forced_top
        amounts = np.nan_to_num(drawn.forced, nan=0.0)
        if not (state.frozen and self._full > 0):
            self._full = bars.round_top(float(amounts.max(initial=0.0)))
        bars.paint_bars(grid, x, y, rows.forced, bars.heights(amounts, self._full, rows.forced),
                        drawn.trigger < found.mark)
        depth = book_ahead(view, shown.scale)
        if depth is not None and self._full > 0:
            inside = np.where(depth <= self._full, depth, np.nan)
            curves.paint_curve(grid, x, y, rows.forced, inside, self._full)
        labels = bars.value_labels(rows.forced, self._full, lambda v: _end(v, state, found.mark))
        bars.paint_axis(grid, x - 1, y, rows.forced, labels)
        unit = "USD" if state.usd else words.plain(view.instrument.base)
        _caption(grid, x, y, shown, (f"forced, {unit} · line: the book up to there", f"forced, {unit} · line: book"))

    def _unknown(self, scene: Scene, rows: Plan) -> None:
        """Why there is no forecast."""
        view = scene.view
        why = NO_BOOK if view.book is None else NOT_YET
        if view.map is not None and view.map.undrawn is None:
            why = NO_SIZE
        said = words.clip(why, scene.layout.cells)
        start = scene.layout.left + (scene.layout.cells - len(said)) // 2
        scene.grid.text(rows.top + rows.ends // 2, start, said, scene.grid.look.muted)


def top_of(scale: Scale) -> float:
    """The distance from the mark, as a fraction, that fills the rows: it changes with the zoom alone."""
    return HEADROOM * math.expm1(scale.cells * scale.step / 2)


def percent_labels(rows: int, top: float) -> dict[int, str]:
    """Round percents beside the rows whose upper edge they mark, at least three apart."""
    step = next((s for s in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100) if s / 100 / top * rows >= 3), 500)
    out = {}
    for n in range(1, int(top * 100 / step) + 1):
        row = rows - round(n * step / 100 / top * rows)
        if row >= 0:
            out[row] = f"{n * step:g} %"
    return out


def book_ahead(view: View, scale: Scale) -> Floats | None:
    """What the book shows from its middle up to each column, in base coin; NaN beyond what is seen."""
    if view.book is None:
        return None
    depth = curves.depth_ahead(view.book, scale)
    if view.instrument.inverse:
        depth = depth / np.exp((scale.first + np.arange(scale.cells) + 0.5) * scale.step)
    return depth


def _paint_ends(
    grid: Grid, x: int, rows: Plan, pushed: NDArray[np.int64], ended: NDArray[np.int64], longs: NDArray[np.bool_],
    drawn: Columns,
) -> None:
    """Columns of two parts, in eighths: the push pale, what is added bright, textured beyond the visible book."""
    look = grid.look
    pale, bright, unsure = (_inks(look, longs, step) for step in (0.25, 1.0, 0.65))
    bright = np.where(drawn.runaway, np.int16(look.warn), np.where(drawn.extrapolated, unsure, bright))
    above = np.arange(rows.ends - 1, -1, -1)[:, None] * 8
    low, high = np.clip(pushed[None, :] - above, 0, 8), np.clip(ended[None, :] - above, 0, 8)
    area = np.s_[rows.top : rows.axis, x : x + len(pushed)]
    added = (high > low) & ((low == 0) | (high - low >= SEEN) & (high < 8))
    glyph = np.where(added, bars.EIGHTHS[high], bars.EIGHTHS[low])
    texture = added & (low == 0) & (high == 8) & drawn.extrapolated[None, :]
    both = (low > 0) & (low < 8) & (high == 8)  # a cell where the push ends and the rest begins
    if look.half_blocks:
        grid.bg[area] = np.where(both, bright[None, :], grid.bg[area])
    else:  # few colours: the push is a shade, by whole cells, what is added a block
        added |= both
        pushed_cells = np.where(low >= 4, ord(look.shades[1]), ord(" "))
        glyph = np.where(added, np.where(both, bars.EIGHTHS[8], glyph), pushed_cells)
    grid.ch[area] = np.where(texture, ord(EXTRAPOLATED), glyph)
    grid.fg[area] = np.where(added, bright[None, :], pale[None, :])


def _inks(look: Look, longs: NDArray[np.bool_], step: float) -> NDArray[np.int16]:
    """The colour of each column, so far up its side's ladder."""
    long, short = (ladder[round(step * (len(ladder) - 1))] for ladder in (look.long_ladder, look.short_ladder))
    return np.where(longs, np.int16(long), np.int16(short))


def _mark_runaways(scene: Scene, rows: Plan, drawn: Columns) -> None:
    """On the axis: the pushes that run away."""
    grid, look, x = scene.grid, scene.grid.look, scene.layout.left
    for column in np.flatnonzero(drawn.runaway).tolist():
        grid.text(rows.axis, x + column, "▀" if look.half_blocks else "=", look.warn)


def _cursor(scene: Scene, shown: Shown, rows: Plan) -> None:
    state, grid = scene.state, scene.grid
    if state.cursor is None or not shown.scale.holds(state.cursor):
        return
    x = scene.layout.left + shown.scale.column(state.cursor)
    for y in (*range(rows.top, rows.axis), *range(rows.forced_top, rows.forced_top + rows.forced)):
        if grid.ch[y, x] in (ord(" "), ord("┊")):
            grid.text(y, x, "│", grid.look.accent)
    grid.text(rows.axis, x, "┼", grid.look.accent)


def _caption(grid: Grid, x: int, y: int, shown: Shown, said: tuple[str, ...]) -> None:
    """Words in the middle of a row, where they stand still: over lines, but not over bars."""
    for text in said:
        start = x + (shown.scale.cells - len(text)) // 2
        cells = grid.ch[y, start - 1 : start + len(text) + 1]
        if start >= x and not np.isin(cells, [*bars.EIGHTHS[1:], *map(ord, grid.look.shades.strip()), ord("▲")]).any():
            grid.text(y, start, text, grid.look.muted)
            return


def _told(
    one: One, found: CascadeView, state: PaneState, view: View, look: Look, digits: int
) -> list[tuple[int, Line]]:
    """What becomes of one push."""
    down = one.trigger < found.mark
    forced = _size(one.forced, state, found.mark) + ("" if state.usd else f" {words.plain(view.instrument.base)}")
    beyond = "~" if one.extrapolated else ""
    parts: list[tuple[int, Line]] = [
        (1, [("ends ", look.muted, 0), (beyond + words.price(one.end, digits), look.text, BOLD),
             (f" {words.percent(one.end / found.mark - 1)}", look.long if down else look.short, 0)]),
        (1, [(f"×{one.amplification:.2f}", look.warn if one.runaway else look.text, 0)]),
        (2, [("sells " if down else "buys ", look.muted, 0), (forced, look.text, 0)]),
    ]
    if one.runaway:
        parts.append((1, [("runaway", look.warn, BOLD)]))
    if one.extrapolated:
        parts.append((3, [("ends beyond the visible book", look.muted, 0)]))
    if not found.level_known:
        parts.append((4, [("size estimated", look.muted, 0)]))
    return parts


def _size(amount: float, state: PaneState, mark: float) -> str:
    return words.usd_short(amount * mark) if state.usd else words.amount(amount)


def _end(amount: float, state: PaneState, mark: float) -> str:
    return words.usd_short(amount * mark) if state.usd else words.compact(amount)

