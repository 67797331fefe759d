"""The way a price takes within a bar: open → nearer extreme → other extreme → close."""

from typing import NamedTuple

import numpy as np

from liqtui.liqmap.grid import Floats, spread_evenly


class Path(NamedTuple):
    """Corners of a bar's path, as positions on the grid (log price over width)."""

    start: float
    first: float
    second: float
    end: float

    @classmethod
    def of(cls, prices: tuple[float, float, float, float], width: float, falls_first: bool) -> "Path":
        """The corners of a bar (open, high, low, close); the extremes are widened to hold open and close."""
        start, high, low, end = (np.log(np.array(prices)) / width).tolist()
        high, low = max(start, high, low, end), min(start, high, low, end)
        return cls(start, low, high, end) if falls_first else cls(start, high, low, end)

    @property
    def legs(self) -> tuple[tuple[float, float], ...]:
        return (self.start, self.first), (self.first, self.second), (self.second, self.end)


def falls_first(prices: tuple[float, float, float, float]) -> bool:
    """Whether the low is the nearer extreme of a bar (open, high, low, close), in log price; a tie falls."""
    start, high, low, _ = prices
    return start * start <= high * low if low > 0.0 else True


def leg_volumes(path: Path, volume: float) -> tuple[float, float, float]:
    """A bar's volume on its three legs, by their lengths; a bar that does not move trades on the first."""
    lengths = [abs(b - a) for a, b in path.legs]
    whole = sum(lengths)
    if whole <= 0.0:
        return volume, 0.0, 0.0
    return volume * lengths[0] / whole, volume * lengths[1] / whole, volume * lengths[2] / whole


def path_volumes(path: Path, volume: float) -> tuple[int, Floats]:
    """The volume of the whole path per bin: first bin and volumes."""
    first = int(np.floor(min(path)))
    out = np.zeros(int(np.floor(max(path))) - first + 1)
    for (a, b), share in zip(path.legs, leg_volumes(path, volume), strict=True):
        if share > 0.0:
            at, volumes = spread_evenly(a, b, share)
            out[at - first : at - first + len(volumes)] += volumes
    return first, out
