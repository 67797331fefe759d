"""One market whose positions are public: how much the harvest sees, and how far sight, estimate and truth agree."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from liqtui.events import Side
from liqtui.lab.judge import Pair
from liqtui.lab.seeds import Purpose, seed
from liqtui.lab.world import World
from liqtui.liqmap.agreement import outwards
from liqtui.liqmap.grid import WIDTH, Floats, bin_of
from liqtui.liqmap.score_maps import WINDOW, FrozenMap
from liqtui.liqmap.score_truth import wasserstein_bp
from liqtui.sim.regimes import REGIMES

DAY_S = 86_400.0
STARTS = {"first start": 0.0, "after a day": DAY_S}
"""What earlier runs of the feeds have left: nothing, or the addresses of who has opened within a day."""
LOOKS_S = (305, 905, 1_805, 3_605, 5_405, 7_205, 9_605)
DISTANCES = ("observed_positions", "estimate_positions", "estimate_observed", "observed_end", "estimate_end")
"""Between what: the observed and the estimated map, the true positions as they would be liquidated now, and as they
will be in the end (margin still to be added, without who stops out on the way)."""


Compare = Callable[[Floats, Floats], float | None]


class Sight(NamedTuple):
    """What is seen at one moment."""

    at_s: int
    share: Pair
    """Of open interest."""
    near: Pair
    """Observed mass within 12 % of the mark over the true positions' there."""
    distance: dict[str, Pair]
    """Wasserstein-1 in bp, by `DISTANCES`."""
    overlap: Pair
    """Share of the estimated map in the same 25 bp as the observed one."""
    positions: int


@dataclass(slots=True)
class Watched:
    """One seed of one regime, from one start."""

    regime: str
    number: int
    start: str
    holders: int
    """True positions at the end."""
    asked: int
    sights: list[Sight]


Task = tuple[Purpose, str, int, str]


def tasks(purpose: Purpose, regimes: Sequence[str], seeds: int) -> list[Task]:
    """Every start of every regime's first seed, then of the second, and so on. Of dated contracts none: where
    positions are public nobody lists them."""
    perpetual = [name for name in regimes if REGIMES[name].kind == "SWAP"]
    return [(purpose, name, number, start) for number in range(seeds) for name in perpetual for start in STARTS]


def watch(task: Task) -> Watched:
    """Run one seed."""
    purpose, regime, number, start = task
    world = World(regime, seed(purpose, regime, number), public_s=STARTS[start])
    sights = []
    for at_s in LOOKS_S:
        world.run(at_s - world.now_s)
        sights.append(sight(world, at_s))
    assert world.harvest is not None
    return Watched(regime, number, start, len(world.positions().size), world.harvest.asked, sights)


def sight(world: World, at_s: int) -> Sight:
    """Measure the observed map against the estimate and the truth."""
    view, here = world.view(), bin_of(world.mark)
    first, bins = here - WINDOW, 2 * WINDOW + 1
    nothing: Pair = (None, None)
    seen = view.observed
    assert view.map is not None
    maps = {
        "estimate": FrozenMap(view.map.first_bin, view.map.mass.sum(axis=1, dtype=np.float64)).around(here),
        "positions": world.held_map(first, bins, WIDTH), "end": world.true_map(first, bins, WIDTH),
    }
    if seen is None:
        return Sight(at_s, (0.0, 0.0), (0.0, 0.0), dict.fromkeys(DISTANCES, nothing), nothing, 0)
    maps["observed"] = FrozenMap(seen.first_bin, seen.mass.sum(axis=1, dtype=np.float64)).around(here)
    pairs = {name: name.split("_") for name in DISTANCES}
    return Sight(
        at_s, seen.share or nothing, _both(maps["observed"], maps["positions"], _over),
        {name: _both(maps[one], maps[other], _apart) for name, (one, other) in pairs.items()},
        seen.agreement.overlap if seen.agreement is not None else nothing, seen.positions,
    )


def _both(a: Floats, b: Floats, compare: Compare) -> Pair:
    longs, shorts = (compare(outwards(a, side), outwards(b, side)) for side in Side)
    return longs, shorts


def _over(a: Floats, b: Floats) -> float | None:
    return float(a.sum() / b.sum()) if b.sum() > 0.0 else None


def _apart(a: Floats, b: Floats) -> float | None:
    return wasserstein_bp(a, b, WIDTH)
