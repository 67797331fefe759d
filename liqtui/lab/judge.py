"""One seed of one regime: run the market, look at the engine's map now and then, measure its distance to the truth."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from liqtui.lab.seeds import Purpose, seed
from liqtui.lab.world import START_NS, World
from liqtui.liqmap.clusters import find_clusters
from liqtui.liqmap.grid import WIDTH, bin_of
from liqtui.liqmap.score_maps import BASELINES, WINDOW
from liqtui.liqmap.score_truth import Covered, covered, mass_error, recall, wasserstein_bp
from liqtui.sim.openings import shares
from liqtui.sim.truth import TruePositions
from liqtui.view import View

Floats = NDArray[np.float64]
Pair = tuple[float | None, float | None]
"""Longs, shorts."""
MODEL = "model"
CEILING = "true_ladder"
"""The best a map with one ladder per side could be: true entries and sizes, spread by the stock's true ladder."""
NAMES = (MODEL, *BASELINES, CEILING)
LEVELLED = (MODEL, "oi_fixed")
"""Maps that are in units of the contract, so that their mass can be right or wrong."""
LOOKS_S = (3_605, 5_405, 7_205, 9_605)
"""When the map is looked at: just after a five-minute boundary, where the baselines are up to date."""


class Look(NamedTuple):
    """The map against the truth at one moment."""

    distance: dict[str, Pair]
    """Wasserstein-1 in bp, by map."""
    mass: dict[str, Pair]
    shown: Pair
    """Mass shown over true mass."""
    recall: dict[str, float | None]
    old: Pair
    """Share of the true mass that was opened before the run."""


@dataclass(slots=True)
class Judged:
    """One seed. Distances, errors and recalls are means over its looks."""

    regime: str
    number: int
    thin: bool
    """The feed shows one liquidation a second."""
    liquidated: tuple[int, int] = (0, 0)
    silent: float = 0.0
    """Share of the time the feed brought nothing."""
    looks: int = 0
    distance: dict[str, Pair] = field(default_factory=dict)
    mass: dict[str, Pair] = field(default_factory=dict)
    shown: Pair = (None, None)
    recall: dict[str, float | None] = field(default_factory=dict)
    old: Pair = (None, None)
    ladder: tuple[Covered, Covered] | None = None
    """At the last look; None where the View has no ladder."""
    identified: bool = False
    """The ladder's level is claimed, too, not its shape alone."""
    cpu_s: float = 0.0


def judge(purpose: Purpose, regime: str, number: int) -> Judged:
    """Run one seed. Even numbers have a feed that shows every liquidation, odd ones OKX's: one a second."""
    begun = time.process_time()
    thin = number % 2 == 1
    world = World(regime, seed(purpose, regime, number), thin=thin)
    result, looks = Judged(regime, number, thin), []
    for at_s in LOOKS_S:
        world.run(at_s - world.now_s)
        view = world.view()
        looks.append(look(world, view))
        _read_ladder(result, world, view)
    _average(result, looks)
    gone = [forced.side for forced in world.liquidations()]
    result.liquidated = gone.count(0), gone.count(1)
    end_ns = START_NS + LOOKS_S[-1] * 10**9
    quiet_ns = sum(max(0, min(s.end_ns, end_ns) - s.start_ns) for s in world.silences)
    result.silent = quiet_ns / (end_ns - START_NS)
    result.cpu_s = time.process_time() - begun
    return result


def look(world: World, view: View) -> Look:
    """Measure every map against what would really be liquidated within the window around the mark."""
    mark = world.mark
    first, width = bin_of(mark) - WINDOW, WIDTH
    true = _own_side(world.true_map(first, 2 * WINDOW + 1, width))
    old = _own_side(world.true_map(first, 2 * WINDOW + 1, width, until_ns=START_NS))
    maps = dict(_maps(world, view, mark, first))
    sides = {name: [(mass[s], true[s]) for s in (0, 1)] for name, mass in maps.items()}
    clusters = find_clusters(true[0], true[1], first, width, mark)
    return Look(
        distance={name: _pair(wasserstein_bp(a, b, width) for a, b in rows) for name, rows in sides.items()},
        mass={name: _pair(mass_error(a.sum(), b.sum()) for a, b in sides[name]) for name in LEVELLED},
        shown=_pair(float(a.sum() / b.sum()) if b.sum() > 0 else None for a, b in sides[MODEL]),
        recall={
            name: recall(clusters, view.clusters if name == MODEL else find_clusters(m[0], m[1], first, width, mark))
            for name, m in maps.items()
        },
        old=_pair(float(a.sum() / b.sum()) if b.sum() > 0 else None for a, b in zip(old, true, strict=True)),
    )


def _maps(world: World, view: View, mark: float, first: int) -> Iterator[tuple[str, Floats]]:
    """The model's map and the baselines', [side, bin] from `first` on."""
    shown = view.map
    assert shown is not None  # history is in before anything is looked at
    at = first - shown.first_bin
    yield MODEL, _own_side(shown.mass.sum(axis=1, dtype=np.float64)[:, at : at + 2 * WINDOW + 1])
    baselines = world.baselines()
    for name, frozen in (baselines.frozen(mark) if baselines is not None else {}).items():
        yield name, frozen.around(first + WINDOW)
    yield CEILING, _own_side(_spread(world.positions(), first, 2 * WINDOW + 1))


def _spread(held: TruePositions, first: int, bins: int) -> Floats:
    """[side, bin] what is open by entry, and each entry spread over where all of its side is liquidated."""
    out = np.zeros((2, bins))
    dies = ~held.stops & np.isfinite(held.final) & (held.final > 0)
    for side in (0, 1):
        rows = dies & (held.side == side)
        if not rows.any():
            continue
        entries = np.floor(np.log(held.entry[rows]) / WIDTH).astype(np.int64)
        away = np.rint(np.log(held.final[rows] / held.entry[rows]) / WIDTH).astype(np.int64)
        sizes = held.size[rows]
        spread = np.convolve(
            np.bincount(entries - entries.min(), sizes), np.bincount(away - away.min(), sizes / sizes.sum())
        )
        at = np.arange(len(spread)) + entries.min() + away.min() - first
        inside = (at >= 0) & (at < bins)
        out[side, at[inside]] = spread[inside]
    return out


def _own_side(mass: Floats) -> Floats:
    """Longs strictly below the mark's bin and shorts strictly above it, as the baselines have them."""
    out = mass.copy()
    out[0, WINDOW:] = 0.0
    out[1, : WINDOW + 1] = 0.0
    return out


def _read_ladder(result: Judged, world: World, view: View) -> None:
    """Whether the true shares of openings lie in the ladder's intervals. Where its level is not claimed, it is scaled
    to the true one, so that the shape alone is judged.
    """
    ladder = view.ladder
    if ladder is None:
        return
    true = shares(world.openings(), np.asarray(ladder.leverage), with_stops=False)
    sides = []
    for side in (0, 1):
        mean = float(np.sum(ladder.mean[side]))
        level = 1.0 if ladder.identified or mean <= 0.0 else float(np.nansum(true[side])) / mean
        sides.append(covered(true[side], np.asarray(ladder.low[side]) * level, np.asarray(ladder.high[side]) * level))
    result.ladder, result.identified = (sides[0], sides[1]), ladder.identified


def _average(result: Judged, looks: list[Look]) -> None:
    result.looks = len(looks)
    result.distance = {name: _means([one.distance.get(name, (None, None)) for one in looks]) for name in NAMES}
    result.mass = {name: _means([one.mass[name] for one in looks]) for name in LEVELLED}
    result.shown, result.old = _means([one.shown for one in looks]), _means([one.old for one in looks])
    result.recall = {name: mean([one.recall.get(name) for one in looks]) for name in NAMES}


def _means(pairs: list[Pair]) -> Pair:
    return mean([pair[0] for pair in pairs]), mean([pair[1] for pair in pairs])


def mean(values: list[float | None]) -> float | None:
    """Of what is known."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _pair(values: Iterator[float | None]) -> Pair:
    longs, shorts = values
    return longs, shorts
