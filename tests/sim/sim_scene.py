"""One market that has lived for five minutes, shared by the tests that only look at it."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from liqtui.sim.market import Market
from liqtui.sim.settings import SimSettings
from liqtui.sim.tape import Step

START_NS = 1_791_547_234_500_000_000
"""2026-10-09 12:00:34.5 UTC, a Friday."""
LIVED_S = 290


@dataclass(frozen=True)
class Lived:
    market: Market
    steps: list[Step]
    marks: NDArray[np.float64]
    """[step, contract]: the marks at the end of each step."""


@cache
def lived_market() -> Lived:
    market = Market(SimSettings(seed=11), START_NS)
    steps, marks = [], []
    for _ in range(LIVED_S * 10):
        steps.append(market.step())
        marks.append(market.marks)
    return Lived(market, steps, np.array(marks))
