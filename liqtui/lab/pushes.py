"""The proof of the cascade forecast: markets of known truth are pushed, and what the product said before is compared.

Every push is forecast from what the product knew before it (its estimated map, the public book, what it had learned of
the market's answers), and once more with the true map in place of the estimate, which tells errors of the rule from
errors of the map. Beside them: no cascade (the end is the trigger), a single walk of the forced size over the visible
depth (of the estimated map and of the true one), and that walk with what was learned, so that only feedback is missing.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from liqtui.lab.seeds import Purpose, seed
from liqtui.lab.world import World
from liqtui.liqmap.cascade import Book, Cascades, Response, cascades
from liqtui.liqmap.grid import Floats
from liqtui.sim.push import RUN, Push, push
from liqtui.sim.regimes import REGIMES
from liqtui.sim.settings import STEP_NS
from liqtui.view import Array, View

LIVED_S = 6_000.0
"""How long the product watches a market before it is pushed: some runs, and short of what `expiry` has to live."""
CLOSELY_S, CLOSE_BOOK_EVERY_S = 300.0, 0.2
"""At last it is watched in steps of 100 ms, as the exchange moves, with a book so often."""
LATEST_S = 300.0
"""A push waits at most so long for a run of the market's own to be over."""
BOOK_EVERY_S = 2.0
DISTANCES = (-0.045, -0.03, -0.02, -0.01, 0.01, 0.02, 0.03, 0.045)
STARTED = 0.001
"""A push starts a cascade if liquidations take the mark further by this share of its price, at least."""
MODEL, NONE, WALK, ONCE = "model", "no_cascade", "single_walk", "single_walk_learned"
TRUE_MAP, TRUE_WALK = "true_map", "true_map_single_walk"
PLAIN = Response(1.0, 1.0)
"""All of the visible depth stands, and the mark keeps all of the walk."""
RESAMPLES = 2_000


class Pushed(NamedTuple):
    """One push of a market: what was said before, what came of it."""

    regime: str
    number: int
    """Of the market among its regime's."""
    distance: float
    """Of the goal, as a share of the mark."""
    push: Push
    ends: dict[str, float]
    """The forecast end by name."""
    runaway: bool
    """The product called it one."""
    forced: float
    """The product's forecast of the forced size, base coin."""
    response: Response

    @property
    def started(self) -> bool:
        return self.push.added >= STARTED

    def error(self, name: str) -> float:
        """|forecast end − end| / |end − mark|."""
        return abs(self.ends[name] - self.push.end) / abs(self.push.end - self.push.start)


def run(
    regimes: Sequence[str] = tuple(REGIMES), markets: int = 2, *, purpose: Purpose = "test",
    distances: Iterable[float] = DISTANCES, way: str = RUN, lived_s: float = LIVED_S, first: int = 0,
) -> list[Pushed]:
    """Push `markets` markets of each regime to all distances; every push starts from the same moment of its market."""
    goals = tuple(distances)
    return [
        pushed
        for regime in regimes for number in range(first, first + markets)
        for pushed in _market(regime, number, purpose, goals, way, lived_s)
    ]


def report(pushed: Sequence[Pushed]) -> dict[str, object]:
    """Errors of all forecasts over the pushes that started a cascade and over the others, and paired differences.

    `beats`: median of (error of the other − error of the model) per push, with its 95 % bootstrap interval: above 0,
    the model is nearer. `true_map_beats`: likewise for the rule on the true map.
    """
    started, calm = [p for p in pushed if p.started], [p for p in pushed if not p.started]
    return {
        "n": len(pushed),
        "started": _group(started),
        "calm": _group(calm) | {"false_alarms": sum(_alarm(p) for p in calm), "runaways": sum(p.runaway for p in calm)},
        "runaways": {
            "true": sum(_ran(p) for p in pushed),
            "found": sum(p.runaway and _ran(p) for p in pushed),
            "called": sum(p.runaway for p in pushed),
        },
        "regimes": {
            name: _group([p for p in started if p.regime == name]) for name in dict.fromkeys(p.regime for p in pushed)
        },
    }


def _alarm(one: Pushed) -> bool:
    """A cascade was forecast by the same measure by which none came."""
    return abs(one.ends[MODEL] - one.push.trigger) >= 2 * STARTED * one.push.start


def _ran(one: Pushed) -> bool:
    """The push really ran away: it came at least twice as far as it would have come by itself."""
    return (one.push.end - one.push.start) / (one.push.trigger - one.push.start) >= 2.0


def _group(pushed: Sequence[Pushed]) -> dict[str, object]:
    if not pushed:
        return {"n": 0}
    errors = {name: np.array([p.error(name) for p in pushed]) for name in pushed[0].ends}
    return {
        "n": len(pushed),
        "median_error": {name: _interval(each) for name, each in errors.items()},
        "beats": {name: _interval(errors[name] - errors[MODEL]) for name in (NONE, WALK, ONCE)},
        "true_map_beats": {name: _interval(errors[name] - errors[TRUE_MAP]) for name in (NONE, TRUE_WALK)},
    }


def _interval(values: Floats) -> dict[str, float]:
    """Median and its 95 % bootstrap interval."""
    drawn = np.random.default_rng(0).choice(values, (RESAMPLES, len(values)))
    low, high = np.quantile(np.median(drawn, axis=1), (0.025, 0.975))
    return {"median": float(np.median(values)), "low": float(low), "high": float(high)}


def _market(
    regime: str, number: int, purpose: Purpose, distances: Sequence[float], way: str, lived_s: float
) -> list[Pushed]:
    world = World(regime, seed(purpose, regime, number), book_every_s=BOOK_EVERY_S)
    world.run(lived_s)
    world.closely(STEP_NS, CLOSE_BOOK_EVERY_S)
    world.run(CLOSELY_S)
    waited = 0.0
    while world.market.indices.shock is not None and waited < LATEST_S:
        world.run(5.0)
        waited += 5.0
    view = world.view()
    found = []
    for distance in distances:
        came = push(world.market, world.symbol, world.mark * (1.0 + distance), way)
        one = None if came is None else _pushed(world, view, came, regime, number, distance)
        found += [] if one is None else [one]
    return found


def _pushed(
    world: World, view: View, came: Push, regime: str, number: int, distance: float
) -> Pushed | None:
    """The forecasts of a push; None where the product has none."""
    said, shown, book, pipeline = view.cascade, view.map, view.book, world.engine.pipeline(world.name)
    mid = None if pipeline is None else pipeline.book.mid
    if said is None or shown is None or book is None or mid is None:
        return None
    seen = Book(book.bids, book.asks, mid)
    down = came.trigger < came.start
    true = world.true_map(shown.first_bin, shown.mass.shape[2], shown.width)
    own = shown.mass.sum(axis=1)

    def end(stock: Floats | Array, response: Response, feedback: bool) -> float:
        both = cascades(stock[0], stock[1], seen, shown.first_bin, shown.width, said.mark, response, feedback=feedback)
        return came.trigger if both is None else _end(both[0 if down else 1], came.trigger)

    model = (said.sell if down else said.buy).at(came.trigger)
    if model is None:
        return None
    ends = {
        MODEL: model.end, TRUE_MAP: end(true, said.response, True), NONE: came.trigger,
        WALK: end(own, PLAIN, False), TRUE_WALK: end(true, PLAIN, False), ONCE: end(own, said.response, False),
    }
    return Pushed(regime, number, distance, came, ends, model.runaway, model.forced, said.response)


def _end(found: Cascades, price: float) -> float:
    one = found.at(price)
    return price if one is None else one.end
