"""The price axis: columns of whole log bins, so that the picture stands still while the mark walks over it."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liqtui.liqmap.intensity import per_percent
from liqtui.ui.state import FIRST_RUNG, PaneState, default_zoom, group_of
from liqtui.view import MapView, Snapshot

_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
LABEL_GAP = 3
"""Blanks between two price labels, at least."""

STICKS = 0.25
"""Columns the mark may go beyond its own before its line follows."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scale:
    """`cells` columns of `bins` log bins each; column 0 starts at bin `first · bins`."""

    first: int
    cells: int
    bins: int
    width: float
    """Log price per bin."""

    @property
    def step(self) -> float:
        """Log price per column."""
        return self.bins * self.width

    def price(self, column: float) -> float:
        """Price at a column's lower edge (its middle at column + 0.5)."""
        return math.exp((self.first + column) * self.step)

    def place(self, price: float) -> float:
        """Where a price lies, in columns; may lie outside."""
        return math.log(price) / self.step - self.first

    def column(self, price: float) -> int:
        return math.floor(self.place(price))

    def holds(self, price: float) -> bool:
        return 0 <= self.place(price) < self.cells


def fit_scale(state: PaneState, cells: int, width: float, mark: float) -> Scale:
    """The axis of this pane. Re-centres only when the mark has left the middle half (or after `0`)."""
    if state.zoom is None:
        state.zoom = default_zoom(cells, width, state.reach)
    step = state.zoom * width
    here = math.log(mark)
    if state.centre is None or abs(here - state.centre) > cells * step / 4:
        state.centre = here
    first = math.floor(state.centre / step) - cells // 2
    return Scale(first, cells, state.zoom, width)


def steady(scale: Scale, mark: float, before: int | None) -> int:
    """The column the mark is drawn in: the one `before` until it has gone a quarter of a column beyond, so that a mark
    on an edge does not make its line jump to and fro."""
    place = scale.place(mark)
    if before is not None and before - STICKS <= place < before + 1 + STICKS:
        return before
    return math.floor(place)


def gather(mass: NDArray[np.floating], first_bin: float, stride: int, scale: Scale) -> Floats:
    """Sum `mass` [..., bin] (bins of `stride` log bins from `first_bin`) into the scale's columns, sharing a bin
    between two columns where an edge cuts it. 0 beyond the bins."""
    bins = mass.shape[-1]
    total = np.zeros((*mass.shape[:-1], bins + 1))
    np.cumsum(mass, axis=-1, dtype=np.float64, out=total[..., 1:])
    edges = ((scale.first + np.arange(scale.cells + 1)) * scale.bins - first_bin) / stride
    edges = np.clip(edges, 0, bins)
    low = np.minimum(edges.astype(np.int64), bins - 1)
    share = edges - low
    at = total[..., low] + (total[..., low + 1] - total[..., low]) * share
    return np.diff(at, axis=-1)


def density(view: MapView, rungs: slice, scale: Scale, fine: int = 1) -> Floats:
    """Mass per 1 % of price [side, column] of the chosen rungs, in units. `fine`: bins of the scale per bin of the
    map."""
    by_bin = view.mass[:, rungs].sum(axis=1, dtype=np.float64)
    return per_percent(gather(by_bin, view.first_bin * fine, fine, scale), scale.step)


def snapshot_density(snapshot: Snapshot, group: int | None, scale: Scale, fine: int = 1) -> Floats:
    """Mass per 1 % of price [side, column] of a snapshot (all groups, or one), in units. `fine` as in `density`."""
    mass = snapshot.mass if group is None else snapshot.mass[:, group : group + 1]
    by_bin = mass.sum(axis=1, dtype=np.float64) * snapshot.scale
    return per_percent(gather(by_bin, snapshot.first_bin * fine, snapshot.stride * fine, scale), scale.step)


def halved(scale: Scale) -> tuple[Scale, int]:
    """The scale with two cells for each, and how many of its bins make one of the map's (`fine`)."""
    return Scale(2 * scale.first, 2 * scale.cells, scale.bins, scale.width / 2), 2


def group_rungs(group: int | None, rungs: tuple[float, ...]) -> slice:
    """The rungs of one of `view.GROUPS`; None: all."""
    return rungs_shown(0 if group is None else group + 1, rungs)


def rungs_shown(leverage: int, rungs: tuple[float, ...]) -> slice:
    """The rungs a choice of `PaneState.leverage` shows: all, a group, or one."""
    if leverage == 0 or leverage >= FIRST_RUNG + len(rungs):
        return slice(0, len(rungs))
    if leverage >= FIRST_RUNG:
        return slice(leverage - FIRST_RUNG, leverage - FIRST_RUNG + 1)
    mine = [i for i, r in enumerate(rungs) if group_of(r) == leverage - 1]
    return slice(mine[0], mine[-1] + 1) if mine else slice(0, 0)


def round_prices(scale: Scale, width: int) -> list[float]:
    """Round prices on the axis, far enough apart for labels of `width`."""
    return prices_apart(scale, width + LABEL_GAP)


def prices_apart(scale: Scale, cells: int) -> list[float]:
    """Round prices on the axis, at least `cells` from each other."""
    low, high = scale.price(0), scale.price(scale.cells)
    need = high * math.expm1(scale.step * cells)
    power = 10.0 ** math.floor(math.log10(need))
    step = next(power * m for m in _ROUND if power * m >= need)
    start = math.ceil(low / step)
    return [n * step for n in range(start, math.floor(high / step) + 1)]
