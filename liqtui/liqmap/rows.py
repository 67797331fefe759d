"""The cells behind a stock: unweighted rows in entry coordinates, opened and swept by slices.

Cell [side, rung, j] of a layer holds what is liquidated in bin `first + j + offset(side, rung)`: a rung is a constant
shift in log price, so a batch of trades is one addition for all rungs and sides, and a sweep is one block per side.
"""

import numpy as np
from numpy.typing import NDArray

from liqtui.events import Side
from liqtui.liqmap.grid import SIZE, Floats, Singles
from liqtui.liqmap.ladder import RUNGS, Ladder

OLD, FRESH = 0, 1
"""Layers: what was open at the last report of open interest, and what has been opened since."""
_BLOCK = 40_000
"""Cells a sweep gathers at once; a larger one goes rung by rung."""
_LONG_KERNEL = 48
"""With more taps than this a batch is opened entry bin by entry bin, with fewer as one product of matrices."""


class Rows:
    """The cells of one stock. Owned by `Stock`, which knows what a unit in them is worth."""

    def __init__(self, ladder: Ladder, first_bin: int, size: int = SIZE) -> None:
        self.first = first_bin
        self.size = size
        self.offsets = ladder.offsets
        self.old: Singles = np.zeros((2, RUNGS, size), dtype=np.float32)
        """[side, rung, entry]: what was open at the last report of open interest."""
        self.fresh: Floats = np.zeros((size, 2, RUNGS))
        """[entry, side, rung]: what has been opened since; entries first, so that a batch of trades is one piece of
        memory, and float64, for it grows by thousands of small steps."""
        self._held = np.zeros((2, 2, RUNGS))
        """[side, layer, rung] what the cells hold, kept along in float64, but for what has been placed since."""
        self._placed = 0.0
        """Added to every fresh row since `_held` was made."""
        self.touched = (size, 0)
        """Cells [from, to) of the fresh layer that may hold something."""
        taps = ladder.taps.shape[2]
        self._taps = taps
        self._by_tap = np.ascontiguousarray(ladder.taps.reshape(2 * RUNGS, taps).T)
        self._reversed = np.ascontiguousarray(ladder.taps[:, :, ::-1].reshape(2 * RUNGS, taps).T)
        reach = (ladder.taps > 0.0) * np.arange(1, taps + 1)
        self._top = int((ladder.offsets[0] + reach[0].max(axis=1)).max())
        self._bottom = int(ladder.offsets[1].min())
        self._by_entry = self.fresh.reshape(size, 2 * RUNGS)
        self._flat_old, self._flat_fresh = self.old.reshape(-1), self.fresh.reshape(-1)
        self._rows = np.arange(2 * RUNGS).reshape(2, RUNGS, 1)
        self._edge = [first_bin - 4 * size, first_bin + 5 * size]
        """No long is liquidated at or above the first, no short below the second: the known-empty window."""

    @property
    def nearest(self) -> int:
        """Bins a price can move without reaching anything opened on the way."""
        return max(0, min(-self._top, self._bottom))

    @property
    def totals(self) -> Floats:
        """[side, layer, rung], float64: what the cells hold."""
        totals = self._held.copy()
        totals[:, FRESH] += self._placed
        return totals

    def old_at(self, starts: NDArray[np.int64], count: int) -> Singles:
        """[side, rung, count] of the old layer from `starts` [side, rung] on; nothing beyond the window."""
        if int(starts.min()) >= 0 and int(starts.max()) + count <= self.size:
            return self._flat_old.take(self._rows * self.size + starts[:, :, None] + np.arange(count))
        out: Singles = np.zeros((2, RUNGS, count), dtype=np.float32)
        for side, of_side in enumerate(starts.tolist()):
            for rung, start in enumerate(of_side):
                low, high = max(0, start), min(self.size, start + count)
                if low < high:
                    out[side, rung, low - start : high - start] = self.old[side, rung, low:high]
        return out

    def add(self, first_bin: int, volumes: Floats, whole: float) -> float:
        """Open `volumes` per entry bin, `whole` together, on every rung and both sides.

        Returns:
            The part that could not be placed because its bins lie outside the window.
        """
        at = first_bin - self.first
        n = len(volumes)
        last = self.size - self._taps + 1
        if at < 0 or at + n > last:
            low, high = min(max(0, -at), n), max(0, min(n, last - at))
            if high <= low:
                return whole
            inside = float(volumes[low:high].sum())
            return self.add(first_bin + low, volumes[low:high], inside) + whole - inside
        taps = self._taps
        to = at + n + taps - 1
        if taps > _LONG_KERNEL:
            for i, volume in enumerate(volumes.tolist()):
                if volume:
                    self._by_entry[at + i : at + i + taps] += self._by_tap * volume
        else:
            padded = np.zeros(n + 2 * taps - 2)
            padded[taps - 1 : taps - 1 + n] = volumes
            windows: Floats = np.ndarray((n + taps - 1, taps), np.float64, padded, 0, (8, 8))
            self._by_entry[at:to] += np.ascontiguousarray(windows) @ self._reversed
        self._placed += whole
        self.touched = min(self.touched[0], at), max(self.touched[1], to)
        self._edge[0] = max(self._edge[0], first_bin + n - 1 + self._top)
        self._edge[1] = min(self._edge[1], first_bin + self._bottom)
        return 0.0

    def sweep(self, side: Side, at_bin: int) -> Floats | None:
        """Take out all longs liquidated at or above a bin, or all shorts at or below it.

        Returns:
            What was taken, [layer, rung]; None where nothing is known to lie there.
        """
        if side is Side.LONG:
            low, high = at_bin, self._edge[0]
            self._edge[0] = min(high, low)
        else:
            low, high = self._edge[1], at_bin + 1
            self._edge[1] = max(low, high)
        if low >= high:
            return None
        starts = low - self.first - self.offsets[side]
        count = high - low
        if int(starts.min()) < 0 or int(starts.max()) + count > self.size or count * RUNGS > _BLOCK:
            taken = self._sweep_slices(side, starts, count)
        else:
            taken = np.zeros((2, RUNGS))
            entries = starts[:, None] + np.arange(count)
            _take(self._flat_old, self._rows[side] * self.size + entries, taken[OLD])
            if self.touched[0] < self.touched[1]:
                _take(self._flat_fresh, self._rows[side] + entries * (2 * RUNGS), taken[FRESH])
        held = self._held[side]
        held[FRESH] += self._placed
        np.minimum(taken, held, out=taken)
        held -= taken
        held[FRESH] -= self._placed
        return taken

    def _sweep_slices(self, side: Side, starts: NDArray[np.int64], count: int) -> Floats:
        taken = np.zeros((2, RUNGS))
        for rung, start in enumerate(starts.tolist()):
            low, high = max(0, start), max(0, start + count)
            for layer, cells in ((OLD, self.old[side, rung, low:high]), (FRESH, self.fresh[low:high, side, rung])):
                taken[layer, rung] = cells.sum(dtype=np.float64)
                cells[...] = 0.0
        return taken

    def merge(self, ratios: Floats) -> None:
        """Add the fresh layer, times a ratio per side, to the old one and start a new fresh layer."""
        low, high = self.touched
        if low < high:
            fresh = self.fresh[low:high]
            self.old[:, :, low:high] += (fresh * ratios[:, None]).transpose(1, 2, 0)
            fresh[...] = 0.0
        self._held[:, OLD] += (self._held[:, FRESH] + self._placed) * ratios[:, None]
        self._held[:, FRESH] = self._placed = 0.0
        self.touched = (self.size, 0)

    def scale_old(self, side: Side, factor: float) -> None:
        """Multiply a side's old layer, when its lazy scale has drifted too far from 1."""
        self.old[side] *= np.float32(factor)
        self._held[side, OLD] *= factor

    def thin(self, side: Side, mark_bin: int, kept: Floats) -> Floats:
        """Keep a share of the old layer by distance from the mark: `kept[d]` of what is liquidated d bins beyond it.

        Returns:
            What was taken out, [rung].
        """
        by_bin = (kept[::-1] if side is Side.LONG else kept).astype(np.float32)
        first = mark_bin - len(kept) + 1 if side is Side.LONG else mark_bin
        starts = first - self.first - self.offsets[side]
        taken = np.zeros(RUNGS)
        if int(starts.min()) >= 0 and int(starts.max()) + len(kept) <= self.size:
            places = (self._rows[side] * self.size + starts[:, None]) + np.arange(len(kept))
            cells = self._flat_old.take(places)
            left = cells * by_bin
            self._flat_old[places] = left
            np.subtract(cells, left, out=cells)
            cells.sum(axis=1, dtype=np.float64, out=taken)
        else:
            for rung, start in enumerate(starts.tolist()):
                low, high = max(0, start), min(self.size, start + len(kept))
                if low < high:
                    row = self.old[side, rung, low:high]
                    before = float(row.sum(dtype=np.float64))
                    row *= by_bin[low - start : high - start]
                    taken[rung] = before - float(row.sum(dtype=np.float64))
        self._held[side, OLD] -= taken
        return taken

    def keep(self, side: Side, kept: Floats) -> Floats:
        """Keep a share [rung] of each row's old layer.

        Returns:
            What was taken out, [rung].
        """
        self.old[side] *= kept[:, None].astype(np.float32)
        taken: Floats = self._held[side, OLD] * (1.0 - kept)
        self._held[side, OLD] -= taken
        return taken

    def recount(self) -> None:
        """Take the totals from the cells again, so that rounding never accumulates."""
        self._held, self._placed = self.sums(), 0.0

    def sums(self) -> Floats:
        """[side, layer, rung]: what the cells hold, summed in float64."""
        return np.stack([self.old.sum(axis=2, dtype=np.float64), self.fresh.sum(axis=0)], axis=1)

    def bytes(self) -> bytes:
        """Everything held, for comparing two stocks."""
        return self.totals.tobytes() + self.old.tobytes() + self.fresh.tobytes()

    def clear(self) -> None:
        self.old[...] = 0.0
        self.fresh[...] = 0.0
        self._held[...] = self._placed = 0.0
        self.touched = (self.size, 0)

    def slide(self, first_bin: int) -> Floats:
        """Move the window to begin at another bin.

        Returns:
            What left it, [side, layer, rung].
        """
        shift = first_bin - self.first
        before = self.sums()
        _shift(self.old, shift)
        _shift(self.fresh.transpose(1, 2, 0), shift)
        self.first = first_bin
        low, high = max(0, self.touched[0] - shift), min(self.size, self.touched[1] - shift)
        self.touched = (low, high) if low < high else (self.size, 0)
        self.recount()
        return before - self._held


def _take(cells: NDArray[np.floating], places: NDArray[np.int64], taken: Floats) -> None:
    """Empty the cells at `places` [rung, n] and put their sums into `taken` [rung]."""
    cells.take(places).sum(axis=1, dtype=np.float64, out=taken)
    if taken.any():
        cells[places] = 0.0


def _shift(cells: NDArray[np.floating], shift: int) -> None:
    """Move cells along their last axis by `shift` towards its start; what comes in is empty."""
    if abs(shift) >= cells.shape[-1]:
        cells[...] = 0.0
    elif shift > 0:
        cells[..., :-shift] = cells[..., shift:].copy()
        cells[..., -shift:] = 0.0
    elif shift < 0:
        cells[..., -shift:] = cells[..., :shift].copy()
        cells[..., :-shift] = 0.0
