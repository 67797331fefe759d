"""What the map has to beat on bars: forecasts that need no map, or the map everybody draws.

Each sees what the model may see (the past and the path of the bar) and has its own scale per side, fitted online by the
model's rule with the model's forgetting.
"""

from collections import deque

import numpy as np

from liqtui.events import Side
from liqtui.liqmap.grid import WIDTH, Floats, bin_of
from liqtui.liqmap.learning import HALF_LIFE_S, Level
from liqtui.liqmap.margin import linear
from liqtui.liqmap.path import Path, falls_first, path_volumes
from liqtui.liqmap.score import poisson_deviance
from liqtui.liqmap.score_bars import ASSUMED_RATE, Bar, BarPath

BASELINES = ("uniform", "excursion", "volume_profile", "oi_fixed", "yesterday")
EXPONENTS = np.arange(2, 17) / 4.0
"""The excursion is taken to one of these powers, whichever has forecast best so far."""
FIXED_LADDER = (10.0, 25.0, 50.0, 100.0)
"""What public maps assume everybody uses, in equal shares."""
PROFILE_HALF_LIFE_S = 86_400.0
DAY_S = 86_400.0
_HALF = 4000  # bins to both sides of the first price: a factor of e² either way


class FixedMap:
    """A map of liquidation prices made with the fixed ladder: [side, bin] mass, in whatever is put in."""

    def __init__(self, price: float) -> None:
        self._first = bin_of(price) - _HALF
        self.mass = np.zeros((2, 2 * _HALF))
        places = [np.log(linear(side, 1.0, np.array(FIXED_LADDER), ASSUMED_RATE)) for side in Side]
        self._offsets = np.floor(np.array(places) / WIDTH).astype(np.int64)

    def open(self, path: BarPath, amount: float) -> None:
        """Lay an amount along a bar's path, equally on the leverages."""
        corners = path.open, path.high, path.low, path.close
        first, volumes = path_volumes(Path.of(corners, WIDTH, falls_first(corners)), amount / len(FIXED_LADDER))
        for side in Side:
            for offset in self._offsets[side].tolist():
                at = first + offset - self._first
                if at >= 0 and at + len(volumes) <= self.mass.shape[1]:
                    self.mass[side, at : at + len(volumes)] += volumes

    def swept(self, low: float, mark: float, high: float) -> Floats:
        """[side] longs between low and mark, shorts between mark and high."""
        a, b, c = (min(max(bin_of(price) - self._first, 0), self.mass.shape[1]) for price in (low, mark, high))
        return np.array([self.mass[0, a : b + 1].sum(), self.mass[1, b : c + 1].sum()])

    def consume(self, low: float, high: float) -> None:
        """No long is left at or above the low, no short at or below the high."""
        a, c = (min(max(bin_of(price) - self._first, 0), self.mass.shape[1]) for price in (low, high))
        self.mass[0, a:] = 0.0
        self.mass[1, : c + 1] = 0.0


class Baselines:
    """All baselines run side by side over the bars of a file."""

    def __init__(self, first: Bar) -> None:
        self._mark = first.close
        self._interest = first.interest_usd / first.close
        self._scales = {name: Level() for name in BASELINES}
        self._raw: dict[str, Floats] = {}
        self._lost = np.zeros(len(EXPONENTS))
        self._profile, self._public = FixedMap(first.close), FixedMap(first.close)
        self._day: deque[tuple[float, Floats, Floats]] = deque()
        self._path = BarPath(self._mark, self._mark, self._mark, self._mark, 60.0)

    def forecast(self, path: BarPath) -> dict[str, Floats]:
        """USD liquidated per side in a bar that takes this path, by baseline."""
        self._path, mark = path, self._mark
        away = np.maximum(0.0, np.log([mark / path.low, path.high / mark]))
        self._profile.mass *= 0.5 ** (path.seconds / PROFILE_HALF_LIFE_S)
        self._profile.open(path, np.log(path.high / path.low) * self._interest)
        self._raw = {
            "uniform": away,
            "excursion": away ** EXPONENTS[:, None],
            "volume_profile": self._profile.swept(path.low, mark, path.high),
            "oi_fixed": self._public.swept(path.low, mark, path.high),
            "yesterday": self._rate() * away,
        }
        scaled = {name: self._scales[name].scale() * raw for name, raw in self._raw.items()}
        self._powers = scaled["excursion"]
        return {**scaled, "excursion": self._powers[int(self._lost.argmin())]}

    def learn(self, liquidated: Floats, interest_usd: float) -> None:
        """The bar that was forecast is over."""
        path = self._path
        self._lost *= 0.5 ** (path.seconds / HALF_LIFE_S)
        self._lost += poisson_deviance(liquidated, self._powers).sum(axis=1)
        for name, raw in self._raw.items():
            self._scales[name].learn(raw, liquidated, path.seconds)
        self._day.append((path.seconds, self._raw["uniform"], liquidated))
        interest = interest_usd / path.close
        self._public.consume(path.low, path.high)
        change, self._interest = interest - self._interest, interest
        if change > 0.0:
            self._public.open(path, change)
            self._public.consume(path.close, path.close)
        else:
            self._public.mass *= interest / (interest - change) if interest > change else 0.0
        self._mark = path.close

    def _rate(self) -> Floats:
        """[side] liquidated per swept log price over the day before."""
        while len(self._day) > 1 and sum(seconds for seconds, _, _ in self._day) > DAY_S:
            self._day.popleft()
        swept = sum((away for _, away, _ in self._day), np.zeros(2))
        sizes = sum((size for _, _, size in self._day), np.zeros(2))
        return sizes / np.where(swept > 0.0, swept, 1.0)
