"""The stock as the screen needs it: weighted mass by liquidation bin."""

from dataclasses import dataclass

import numpy as np

from liqtui.liqmap.grid import Floats, Singles
from liqtui.liqmap.rows import FRESH, OLD, Rows


@dataclass(frozen=True, slots=True)
class Profile:
    """Weighted stock by liquidation price, in units, at one moment. Read-only."""

    first_bin: int
    mass: Singles
    """[side, rung, bin] from `first_bin` on."""
    outside: tuple[float, float]
    """Per side: drawn stock whose liquidation price lies beyond the bins."""
    inside: tuple[float, float]
    """Per side: drawn stock within the bins."""


def weigh(rows: Rows, old: Floats, fresh: Floats, first_bin: int, bins: int) -> Profile:
    """Read liquidation bins [first_bin, first_bin + bins) off entry rows.

    Args:
        rows: the cells.
        old: [side, rung] worth of a unit in the old layer.
        fresh: [side, rung] worth of a unit in the fresh layer.
        first_bin: first liquidation bin wanted.
        bins: how many.
    """
    places = first_bin - rows.first - rows.offsets
    mass = rows.old_at(places, bins)
    mass *= old[:, :, None].astype(np.float32)
    touched_low, touched_high = rows.touched
    starts = places.tolist() if touched_low < touched_high else []
    for s, of_side in enumerate(starts):
        for r, start in enumerate(of_side):
            low, high = max(0, start, touched_low), min(rows.size, start + bins, touched_high)
            if low < high:
                mass[s, r, low - start : high - start] += rows.fresh[low:high, s, r] * fresh[s, r]
    totals = rows.totals
    worth = (totals[:, OLD] * old + totals[:, FRESH] * fresh).sum(axis=1)
    inside = mass.reshape(2, -1).sum(axis=1, dtype=np.float64)
    mass.flags.writeable = False
    longs, shorts = inside.tolist()
    return Profile(
        first_bin, mass, (max(0.0, float(worth[0]) - longs), max(0.0, float(worth[1]) - shorts)), (longs, shorts)
    )
