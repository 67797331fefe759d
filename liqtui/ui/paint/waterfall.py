"""The map through time: newest on top, a row added per time step, the price path drawn through it."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liqtui.events import Side
from liqtui.ui.colour import BOLD
from liqtui.ui.paint import gradient
from liqtui.ui.paint.grid import Grid
from liqtui.ui.paint.scale import Floats, Scale, snapshot_density
from liqtui.view import Liquidated, Snapshot

_SECOND, _MINUTE = 10**9, 60 * 10**9
_ROUND_MINUTES = (1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1440, 2880, 4320, 7200, 10_080, 14_400)
_GRAINS = ((600 * _SECOND, 10 * _SECOND), (7200 * _SECOND, 30 * _SECOND))
_COARSE = 300 * _SECOND
FEW_ROWS = 12


@dataclass(frozen=True, slots=True)
class Frame:
    """Which times the rows show: `steps` buckets of `step_ns`, newest (bucket number `last`) first."""

    step_ns: int
    steps: int
    last: int

    def index(self, time_ns: int) -> int:
        """Bucket of a time, counted from the newest; negative is the future."""
        return self.last - time_ns // self.step_ns


def fit_frame(span_ns: int, steps: int, now_ns: int, *, pairs: bool) -> Frame:
    """Buckets that cover `span_ns` and hardly more; with `pairs` two buckets always share a row."""
    need = -(-span_ns // max(steps, 1))
    grain = next((grain for below, grain in _GRAINS if need <= below), _COARSE)
    step = -(-need // grain) * grain
    last = now_ns // step
    return Frame(step, steps, last | 1 if pairs else last)


class Waterfall:
    """Computes the picture and remembers what does not change: a past bucket is summed up once."""

    def __init__(self, fine: int = 1, *, closed: bool = False) -> None:
        """`fine`: bins of the scales it is asked for per bin of the map. `closed`: a bucket shows the snapshot of the
        very moment it ends, as a candle closes with it."""
        self._fine, self._open = fine, int(not closed)
        self._columns: dict[tuple[int, int | None], tuple[Snapshot, Floats]] = {}
        self._axis: Scale | None = None

    def image(
        self, snapshots: tuple[Snapshot, ...], frame: Frame, scale: Scale, group: int | None,
        now: tuple[int, Floats] | None = None,
    ) -> Floats:
        """Density [bucket, column], newest first; NaN before history. `now`: the time and density of the map above,
        which the running bucket shows, so that a sweep is seen in both at once."""
        if scale != self._axis:
            self._axis, self._columns = scale, {}
        out = np.full((frame.steps, scale.cells), np.nan)
        times = [s.time_ns for s in snapshots]
        used = {}
        for row in range(frame.steps):
            end = (frame.last - row + 1) * frame.step_ns
            at = bisect_right(times, end - self._open) - 1
            if at < 0:
                break
            shot = snapshots[at]
            key = (shot.time_ns, group)
            known, column = self._columns.get(key, (None, out[row]))
            if known is not shot:  # a finer stage of history replaces the snapshot of a moment
                column = snapshot_density(shot, group, scale, self._fine).sum(axis=0)
            used[key] = shot, column
            out[row] = column
        self._columns = used
        if now is not None:
            out[: max(frame.index(now[0]), 0) + 1] = now[1]
        return out


def path(snapshots: tuple[Snapshot, ...], frame: Frame, scale: Scale, now: tuple[int, float]) -> NDArray[np.int64]:
    """Per bucket [low, high, close] columns of the mark's line, which joins the closes of buckets next to each other
    (a bucket's own range is dark already: it was swept); −1 where nothing is known."""
    closes = np.full(frame.steps, np.nan)
    for shot in reversed(snapshots):
        row = frame.index(shot.time_ns)
        if row >= frame.steps:
            break
        if row >= 0 and np.isnan(closes[row]):
            closes[row] = shot.close
    closes[: max(frame.index(now[0]), 0) + 1] = now[1]
    out = np.full((frame.steps, 3), -1, np.int64)
    newer: int | None = None
    for row in range(frame.steps):
        if np.isnan(closes[row]):
            continue
        here = scale.column(float(closes[row]))
        other = here if newer is None else newer
        out[row] = min(here, other + 1), max(here, other - 1), here
        newer = here
    return out


def time_labels(rows: int, frame: Frame, per_row: int, apart: int | None = None) -> dict[int, str]:
    """`now`, then round times ago, at least `apart` rows (or columns) from each other; three, where few are two."""
    row_ns = per_row * frame.step_ns
    least = (apart or (3 if rows >= FEW_ROWS else 2)) * row_ns
    every = next((n * _MINUTE for n in _ROUND_MINUTES if n * _MINUTE >= least), _ROUND_MINUTES[-1] * _MINUTE)
    labels = {0: "now"}
    for ago in range(every, rows * row_ns, every):
        row = round(ago / row_ns)
        if row < rows:
            labels[row] = "−" + _ago(ago, every)
    return labels


def paint_waterfall(
    grid: Grid, x: int, y: int, rows: int, level: NDArray[np.int64], track: NDArray[np.int64]
) -> None:
    """Half-blocks, two buckets a row; or shades, one bucket a row, where colours are few."""
    if grid.look.half_blocks:
        _half_blocks(grid, x, y, rows, level, track)
    else:
        _shades(grid, x, y, rows, level, track)


def paint_liquidations(
    grid: Grid, x: int, y: int, events: tuple[Liquidated, ...], frame: Frame, scale: Scale, per_row: int
) -> None:
    """Dots where liquidations really happened."""

    def place(event: Liquidated) -> tuple[int, int] | None:
        row, column = frame.index(event.time_ns), scale.column(event.mark)
        inside = 0 <= row < frame.steps and 0 <= column < scale.cells
        return (y + row // per_row, x + column) if inside else None

    paint_dots(grid, events, place)


def paint_dots(
    grid: Grid, events: tuple[Liquidated, ...], place: Callable[[Liquidated], tuple[int, int] | None]
) -> None:
    """Dots at the cells (row, column) that `place` says; the big ones are bigger."""
    if not events:
        return
    look = grid.look
    big = float(np.percentile([e.usd for e in events], 90))
    for event in events:
        at = place(event)
        if at is not None:
            grid.ch[at], grid.attr[at] = ord("●" if event.usd >= big else "•"), BOLD
            grid.fg[at] = look.long if event.side is Side.LONG else look.short


def _ago(ns: int, every: int) -> str:
    """`40m`, `1h30`, `8h`; days where the labels are whole days apart."""
    minutes = ns // _MINUTE
    if every % (1440 * _MINUTE) == 0:
        return f"{minutes // 1440}d"
    if minutes < 60:
        return f"{minutes}m"
    return f"{minutes // 60}h{minutes % 60:02d}" if minutes % 60 else f"{minutes // 60}h"


def _half_blocks(grid: Grid, x: int, y: int, rows: int, level: NDArray[np.int64], track: NDArray[np.int64]) -> None:
    look, colour = grid.look, gradient.colours(grid.look, level)
    for bucket, (low, high, close) in enumerate(track[: len(colour)]):
        colour[bucket, max(low, 0) : max(high + 1, 0)] = look.faint
        if 0 <= close < colour.shape[1]:
            colour[bucket, close] = look.path
    gradient.half_blocks(grid, x, y, colour[: 2 * rows])
    _hatch(grid, x, y, level[1 : 2 * rows : 2] < 0)


def _shades(grid: Grid, x: int, y: int, rows: int, level: NDArray[np.int64], track: NDArray[np.int64]) -> None:
    look, cells = grid.look, level.shape[1]
    gradient.shades(grid, x, y, level[:rows])
    for row, (low, high, close) in enumerate(track[:rows]):
        a, b = x + min(max(low, 0), cells), x + min(max(high + 1, 0), cells)
        grid.ch[y + row, a:b], grid.fg[y + row, a:b] = ord("─"), look.path
        if 0 <= close < cells:
            grid.ch[y + row, x + close], grid.attr[y + row, x + close] = ord("┃"), BOLD
    _hatch(grid, x, y, level[:rows] < 0)


def _hatch(grid: Grid, x: int, y: int, unknown: NDArray[np.bool_]) -> None:
    """Rows without history, which say so once."""
    rows = np.flatnonzero(unknown.all(axis=1))
    cells = unknown.shape[1]
    for row in rows:
        gradient.hatch(grid, x, y + int(row), cells, 1)
    if len(rows):
        words = " no history " if cells < 60 else " no history before this "
        grid.text(y + int(rows[len(rows) // 2]), x + (cells - len(words)) // 2, words, grid.look.muted)
