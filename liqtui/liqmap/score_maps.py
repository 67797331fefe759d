"""What the map is compared with, as maps by liquidation bin: baselines that need no map, or the one everybody draws.

A frozen map is mass [side, bin] around the mark, longs below it and shorts above; what it says of a step is its mass in
the bins the mark swept. Units do not matter: every one of them gets its own scale per side.
"""

import math
from collections import deque
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from liqtui.events import Side
from liqtui.liqmap.grid import WIDTH, Floats, bin_of
from liqtui.liqmap.learning import HALF_LIFE_S, Level
from liqtui.liqmap.margin import ASSUMED_MAINTENANCE, linear
from liqtui.liqmap.score import poisson_deviance

MODEL = "model"
BASELINES = ("uniform", "excursion", "volume_profile", "oi_fixed", "yesterday")
PLACEBOS = ("shift_up", "shift_down", "mirrored", "yesterday_map")
EXPONENTS = np.arange(2, 17) / 4.0
"""The excursion is taken to one of these powers, whichever has forecast best so far."""
FIXED_LADDER = (10.0, 25.0, 50.0, 100.0)
"""What public maps assume everybody uses, in equal shares."""
MAX_LEVERAGE = 125.0
"""Of the largest venues; the maintenance rate is assumed from it."""
ASSUMED_RATE = ASSUMED_MAINTENANCE / MAX_LEVERAGE
PROFILE_HALF_LIFE_S = 86_400.0
DAY_S = 86_400.0
WINDOW = 240
"""Bins to both sides of the mark that a frozen map keeps: ±12 %."""
SHIFT = 0.01
SHIFT_BINS = round(math.log1p(SHIFT) / WIDTH)
_HALF = 4000  # bins to both sides of the first price: a factor of e² either way


class FrozenMap(NamedTuple):
    """A map before a step: mass by liquidation bin and side around the mark."""

    first_bin: int
    mass: Floats
    """[side, bin]"""

    def swept(self, low_bin: int, mark_bin: int, high_bin: int, shift: int = 0) -> Floats:
        """[side] longs from the low to the mark, shorts from the mark to the high, the map moved up by `shift` bins."""
        at = [min(max(b - shift - self.first_bin, 0), self.mass.shape[1]) for b in (low_bin, mark_bin, high_bin)]
        return np.array([self.mass[0, at[0] : at[1] + 1].sum(), self.mass[1, at[1] : at[2] + 1].sum()])

    def mirrored(self, mark_bin: int) -> "FrozenMap":
        """Longs reflected in log price about the mark become the shorts, and the other way round."""
        last = self.first_bin + self.mass.shape[1] - 1
        return FrozenMap(2 * mark_bin - last, self.mass[::-1, ::-1])

    def shifted(self, bins: int) -> "FrozenMap":
        """Moved up by so many bins."""
        return FrozenMap(self.first_bin + bins, self.mass)

    def around(self, mark_bin: int) -> Floats:
        """[side, bin] in the `2 * WINDOW + 1` bins around the mark; what the map does not cover is 0."""
        out = np.zeros((2, 2 * WINDOW + 1))
        at = mark_bin - WINDOW - self.first_bin
        low, high = max(at, 0), min(at + out.shape[1], self.mass.shape[1])
        if low < high:
            out[:, low - at : high - at] = self.mass[:, low:high]
        return out


def disguised(model: FrozenMap, yesterday: FrozenMap, mark_bin: int) -> dict[str, FrozenMap]:
    """The placebos: the model's own map in the wrong place, the wrong way round, or of the wrong day."""
    return {
        "shift_up": model.shifted(SHIFT_BINS),
        "shift_down": model.shifted(-SHIFT_BINS),
        "mirrored": model.mirrored(mark_bin),
        "yesterday_map": yesterday,
    }


class FixedMap:
    """A map of liquidation prices made with the fixed ladder: [side, bin] mass, in whatever is put in."""

    def __init__(self, price: float) -> None:
        self.first_bin = bin_of(price) - _HALF
        self.mass = np.zeros((2, 2 * _HALF))
        places = [np.log(linear(side, 1.0, np.array(FIXED_LADDER), ASSUMED_RATE)) for side in Side]
        self._offsets: NDArray[np.int64] = np.floor(np.array(places) / WIDTH).astype(np.int64)

    def open(self, first_bin: int, volumes: Floats) -> None:
        """Lay volumes by entry bin equally on the leverages."""
        shares = volumes / len(FIXED_LADDER)
        for side in Side:
            for offset in self._offsets[side].tolist():
                at = first_bin + offset - self.first_bin
                low, high = max(0, -at), min(len(shares), self.mass.shape[1] - at)
                if low < high:
                    self.mass[side, at + low : at + high] += shares[low:high]

    def swept(self, low: float, mark: float, high: float) -> Floats:
        """[side] longs between low and mark, shorts between mark and high."""
        return FrozenMap(self.first_bin, self.mass).swept(bin_of(low), bin_of(mark), bin_of(high))

    def consume(self, low: float, high: float) -> None:
        """No long is left at or above the low, no short at or below the high."""
        a, c = (min(max(bin_of(price) - self.first_bin, 0), self.mass.shape[1]) for price in (low, high))
        self.mass[0, a:] = 0.0
        self.mass[1, : c + 1] = 0.0


class Public:
    """`oi_fixed`, the usual public map: what open interest grew by, at the fixed ladder, until price gets there."""

    def __init__(self, price: float, interest: float | None = None) -> None:
        """`price`: where the map is centred. `interest`: open interest now, if it is known."""
        self.map = FixedMap(price)
        self._interest = interest

    def take(self, first_bin: int, volumes: Floats, interest: float | None, path: tuple[float, float, float]) -> None:
        """A step is over.

        Args:
            first_bin: of the volumes.
            volumes: traded per entry bin; growth is laid where they lie.
            interest: open interest at its end; None: not reported.
            path: the mark's low, high and close.
        """
        low, high, close = path
        self.map.consume(low, high)
        if interest is None:
            return
        before, self._interest = self._interest, interest
        if before is None:
            return
        traded = float(volumes.sum())
        if interest > before and traded > 0.0:
            self.map.open(first_bin, volumes * ((interest - before) / traded))
            self.map.consume(close, close)
        elif interest < before:
            self.map.mass *= interest / before


class Excursion:
    """`excursion`: liquidated ∝ (swept distance)^k, k whichever of `EXPONENTS` has forecast best so far."""

    def __init__(self) -> None:
        self._scale = Level()
        self._lost = np.zeros(len(EXPONENTS))

    @property
    def best(self) -> int:
        """Which exponent."""
        return int(self._lost.argmin())

    def forecast(self, away: Floats) -> Floats:
        """USD [exponent, side] liquidated in a step in which price went this far in log price, [side]."""
        means: Floats = self._scale.scale() * away ** EXPONENTS[:, None]
        return means

    def learn(self, away: Floats, liquidated: Floats, seconds: float) -> None:
        """A step that went so far is over: what was liquidated, USD [side]."""
        self._lost *= 0.5 ** (seconds / HALF_LIFE_S)
        self._lost += poisson_deviance(liquidated, self.forecast(away)).sum(axis=1)
        self._scale.learn(away ** EXPONENTS[:, None], liquidated, seconds)

    def density(self, best: int) -> Floats:
        """[bin] mass of the first, second … bin beyond the mark's: `n^k − (n − 1)^k`."""
        steps: Floats = np.diff(np.arange(WINDOW + 1.0) ** EXPONENTS[best])
        return steps


class Yesterday:
    """`yesterday`: what was liquidated per swept log price over the day before."""

    def __init__(self) -> None:
        self._day: deque[tuple[float, Floats, Floats]] = deque()

    def learn(self, away: Floats, liquidated: Floats, seconds: float) -> None:
        """A step that went so far [side], what was liquidated [side], and how long it took."""
        self._day.append((seconds, away, liquidated))

    def rate(self) -> Floats:
        """[side] liquidated per log price."""
        while len(self._day) > 1 and sum(seconds for seconds, _, _ in self._day) > DAY_S:
            self._day.popleft()
        swept = sum((away for _, away, _ in self._day), np.zeros(2))
        sizes = sum((size for _, _, size in self._day), np.zeros(2))
        return sizes / np.where(swept > 0.0, swept, 1.0)


class BaselineMaps:
    """The baselines of one instrument, moved a step (or a bar of history) at a time. Deterministic.

    Units: sizes as they come; USD where `learn` says so.
    """

    def __init__(self, price: float) -> None:
        self.excursion = Excursion()
        self.yesterday = Yesterday()
        self._profile, self._public = FixedMap(price), Public(price)

    def restart_from(self, history: "BaselineMaps") -> None:
        """Volume and open interest are those of newer history; what was learned stays. `history` is used up."""
        self._profile, self._public = history._profile, history._public

    def step(
        self, first_bin: int, volumes: Floats, interest: float | None, path: tuple[float, float, float], seconds: float
    ) -> None:
        """A step or a bar is over.

        Args:
            first_bin: of the volumes.
            volumes: traded per bin of price.
            interest: open interest at its end, if it was reported.
            path: the mark's low, high and close.
            seconds: its length.
        """
        self._profile.mass *= 0.5 ** (seconds / PROFILE_HALF_LIFE_S)
        if len(volumes):
            self._profile.open(first_bin, volumes)
        self._public.take(first_bin, volumes, interest, path)

    def learn(self, away: Floats, liquidated: Floats, seconds: float) -> None:
        """A step is over in which price went so far in log price [side] and this was liquidated, USD [side]."""
        self.excursion.learn(away, liquidated, seconds)
        self.yesterday.learn(away, liquidated, seconds)

    def frozen(self, mark: float) -> dict[str, FrozenMap]:
        """Every baseline as a map around the mark, longs below its bin and shorts above."""
        at = bin_of(mark)
        beyond = np.zeros((2, 2 * WINDOW + 1))
        beyond[Side.LONG, :WINDOW] = beyond[Side.SHORT, WINDOW + 1 :] = 1.0
        powers, density = np.zeros_like(beyond), self.excursion.density(self.excursion.best)
        powers[Side.LONG, :WINDOW], powers[Side.SHORT, WINDOW + 1 :] = density[::-1], density
        charts = {
            "uniform": beyond,
            "excursion": powers,
            "volume_profile": beyond * FrozenMap(self._profile.first_bin, self._profile.mass).around(at),
            "oi_fixed": beyond * FrozenMap(self._public.map.first_bin, self._public.map.mass).around(at),
            "yesterday": beyond * self.yesterday.rate()[:, None],
        }
        return {name: FrozenMap(at - WINDOW, mass) for name, mass in charts.items()}
