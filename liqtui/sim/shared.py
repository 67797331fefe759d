"""What all venues of one simulation have in common: the coins' indices, their past and the runs on them."""

from collections.abc import Sequence
from zlib import crc32

import numpy as np

from liqtui.sim.houses import OKX, House
from liqtui.sim.index import Indices
from liqtui.sim.past import live_indices
from liqtui.sim.regimes import regime_of
from liqtui.sim.settings import STEP_NS, SimSettings
from liqtui.sim.shocks import ShockPlan

_THIRD_COIN, _THIRD_KEY = 2, 17
"""The third coin has draws of its own, so that the others' do not change with it."""


class Streams:
    """The random streams of one venue's market."""

    def __init__(self, seeds: Sequence[np.random.SeedSequence]) -> None:
        self.past, self.crowd, self.market, self.book, self.index = (np.random.default_rng(s) for s in seeds)


class Shared:
    """The indices and who runs them. The first market made with it opens it; `market.step_together` moves it."""

    indices: Indices
    shocks: ShockPlan

    def __init__(self, settings: SimSettings, start_ns: int, houses: Sequence[House] = (OKX,)) -> None:
        self.start_ns = start_ns // STEP_NS * STEP_NS
        self.regime = regime_of(settings.regime, settings.seed)
        self._seed = settings.seed
        coins = {c.underlying for house in houses for c in house.listed(start_ns, self.regime.expires_h)}
        self._third = np.random.default_rng([_THIRD_KEY, settings.seed]) if _THIRD_COIN in coins else None
        self._first = Streams(np.random.SeedSequence(settings.seed).spawn(5))
        self.past = live_indices(self.start_ns, self._first.past, self.regime.volatility, self._third)
        self.is_open = False

    def streams(self, house: House) -> Streams:
        """The streams of a venue. OKX goes on with those the indices began with."""
        if house is OKX:
            return self._first
        return Streams(np.random.SeedSequence([self._seed, crc32(house.name.encode())]).spawn(5))

    def open(self, heat: float, step_s: float, leads: Sequence[int]) -> None:
        """Begin the present. `heat`: how busy the last hour was. `leads`: the coins that lead runs, in turn."""
        rng = self._first.index
        self.indices = Indices(self.past.prices, heat, rng, step_s, self.regime, self._third)
        self.shocks = ShockPlan(rng, self.regime, leads)
        self.is_open = True
