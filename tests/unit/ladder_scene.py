"""Ladders that have been learned, as an earlier run left them."""

import numpy as np

from liqtui.engine.learner import Learner
from liqtui.events import Learned
from liqtui.feeds.ladders import Kept
from liqtui.liqmap.ensemble import CHURNS
from liqtui.liqmap.grid import Floats
from liqtui.liqmap.ladder import leverages

RUNGS = leverages(100.0)
MINUTE = 60 * 10**9
LEARNED_NS = 1_700_000_000 * 10**9 // MINUTE * MINUTE


def crowd(leverage: float) -> Floats:
    """[rung] A crowd about one leverage, adding up to 0.6."""
    shape: Floats = np.exp(-0.5 * (np.log(RUNGS / leverage) / 0.5) ** 2)
    shape *= 0.6 / shape.sum()
    return shape


def learner(leverage: float = 50.0, steps: int = 300, thinned: bool = True) -> Learner:
    """One that has seen a crowd at this leverage liquidated, in minutes that swept a few rungs each."""
    made = Learner(RUNGS, thinned=thinned)
    generator, truth = np.random.default_rng(3), crowd(leverage)
    for _ in range(steps):
        swept = generator.gamma(1.0, 100.0, (2, len(RUNGS))) * (generator.random((2, len(RUNGS))) < 0.1)
        sizes = generator.poisson((truth * swept).sum(axis=1)).astype(np.float64)
        made.ladders.learn(np.tile(swept, (len(CHURNS), 1, 1)), sizes, 60.0)
    made.learned_ns = LEARNED_NS
    return made


def learned(symbol: str, time_ns: int = LEARNED_NS, leverage: float = 50.0, steps: int = 300) -> Learned:
    saved = learner(leverage, steps).saved(symbol)
    return Learned(symbol, time_ns, saved.rungs, saved.state)


def kept(symbol: str, time_ns: int = LEARNED_NS, events: float = 100.0, state: str = "0") -> Kept:
    """What a file holds of an instrument; `state` need not be one where only files are looked at."""
    family = "-".join(symbol.split("-")[:2])
    return Kept(Learned(symbol, time_ns, RUNGS.tolist(), state), family, symbol.endswith("SWAP"), events)
