"""What the map has to beat on bars: forecasts that need no map, or the map everybody draws.

Each sees what the model may see (the past and the path of the bar) and has its own scale per side, fitted online by the
model's rule with the model's forgetting.
"""

import numpy as np

from liqtui.liqmap.grid import WIDTH, Floats
from liqtui.liqmap.learning import Level
from liqtui.liqmap.path import Path, falls_first, path_volumes
from liqtui.liqmap.score_bars import Bar, BarPath
from liqtui.liqmap.score_maps import BASELINES, PROFILE_HALF_LIFE_S, Excursion, FixedMap, Public, Yesterday


def laid(path: BarPath, amount: float) -> tuple[int, Floats]:
    """An amount along a bar's path: first bin, and how much in each."""
    corners = path.open, path.high, path.low, path.close
    return path_volumes(Path.of(corners, WIDTH, falls_first(corners)), amount)


class Baselines:
    """All baselines run side by side over the bars of a file."""

    def __init__(self, first: Bar) -> None:
        self._mark = first.close
        self._interest = first.interest_usd / first.close
        self._scales = {name: Level() for name in BASELINES if name != "excursion"}
        self._raw: dict[str, Floats] = {}
        self._excursion, self._yesterday = Excursion(), Yesterday()
        self._profile, self._public = FixedMap(first.close), Public(first.close, self._interest)
        self._path = BarPath(self._mark, self._mark, self._mark, self._mark, 60.0)

    def forecast(self, path: BarPath) -> dict[str, Floats]:
        """USD liquidated per side in a bar that takes this path, by baseline."""
        self._path, mark = path, self._mark
        away = np.maximum(0.0, np.log([mark / path.low, path.high / mark]))
        self._profile.mass *= 0.5 ** (path.seconds / PROFILE_HALF_LIFE_S)
        self._profile.open(*laid(path, np.log(path.high / path.low) * self._interest))
        self._raw = {
            "uniform": away,
            "volume_profile": self._profile.swept(path.low, mark, path.high),
            "oi_fixed": self._public.map.swept(path.low, mark, path.high),
            "yesterday": self._yesterday.rate() * away,
        }
        scaled = {name: self._scales[name].scale() * raw for name, raw in self._raw.items()}
        scaled["excursion"] = self._excursion.forecast(away)[self._excursion.best]
        return {name: scaled[name] for name in BASELINES}

    def learn(self, liquidated: Floats, interest_usd: float) -> None:
        """The bar that was forecast is over."""
        path, away = self._path, self._raw["uniform"]
        for name, raw in self._raw.items():
            self._scales[name].learn(raw, liquidated, path.seconds)
        self._excursion.learn(away, liquidated, path.seconds)
        self._yesterday.learn(away, liquidated, path.seconds)
        self._interest = interest_usd / path.close
        self._public.take(*laid(path, 1.0), self._interest, (path.low, path.high, path.close))
        self._mark = path.close
