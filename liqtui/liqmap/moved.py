"""Maps of several venues on one grid: each is moved by how far its mark is from the reference's."""

import math
from collections.abc import Sequence

import numpy as np

from liqtui.liqmap.grid import Singles


def moved(mass: Singles, first_bin: int, shift: float, into: tuple[int, int]) -> Singles:
    """Bins moved along the price axis by any part of a bin.

    What lay in one bin lies in two afterwards, in proportion to the overlap: nothing is lost but beyond the ends.

    Args:
        mass: [..., bins]; column k of the last axis is bin `first_bin + k` of the grid.
        first_bin: of `mass`.
        shift: by how many bins.
        into: first bin and number of bins of the answer.

    Returns:
        [..., into[1]].
    """
    whole = math.floor(shift)
    over = np.float32(shift - whole)
    out = np.zeros((*mass.shape[:-1], into[1]), np.float32)
    for offset, share in ((whole, 1 - over), (whole + 1, over)):
        start = first_bin + offset - into[0]
        low, high = max(start, 0), min(start + mass.shape[-1], into[1])
        if share and low < high:
            out[..., low:high] += share * mass[..., low - start : high - start]
    return out


def nearest_rungs(rungs: Sequence[float], among: Sequence[float]) -> list[int]:
    """For each leverage the place of the nearest of `among`, as ratios go."""
    logs = np.log(np.asarray(among))
    return [int(np.abs(logs - math.log(rung)).argmin()) for rung in rungs]
