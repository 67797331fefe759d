"""A View of a venue whose positions are public: some hundred of them, drawn from what is really open."""

from dataclasses import replace

import numpy as np

from liqtui.events import Position, Side
from liqtui.liqmap.agreement import agreement, counted_near
from liqtui.liqmap.grid import bin_of
from liqtui.liqmap.observed import Held, Observed, lay
from liqtui.liqmap.score_maps import FrozenMap
from liqtui.view import View

from .factory import NOW, RUNGS, SECOND, WIDTH

DISTANCES = np.tile(np.log1p(1.0 / np.array(RUNGS)), (2, 1))


def with_observed(view: View, count: int = 900, share: float = 0.43) -> View:
    """The View with `count` positions seen, four of five of them where the estimate has its own, sizes lognormal."""
    assert view.map is not None
    assert view.figures.mark is not None
    rng, mass, held = np.random.default_rng(5), view.map.mass.sum(axis=1, dtype=np.float64), Held()
    mark = view.figures.mark.value
    for side in Side:
        bins = rng.choice(mass.shape[1], count // 2, p=mass[side] / mass[side].sum())
        sizes = rng.lognormal(0.0, 1.3, count // 2)
        sizes *= 1.25 * share * mass[side].sum() / sizes.sum()
        for number, (at, size) in enumerate(zip(bins.tolist(), sizes.tolist(), strict=True)):
            price = view.map.price_of(at + 0.5)
            never = number % 5 == 0
            entry = price * (1.05 if side is Side.LONG else 0.95)
            position = Position("BTC", side, size, entry, 20.0, True, None if never else price)
            held.put(f"{side}{number}", position, NOW - 200 * SECOND)
    columns = held.columns()
    laid = lay(columns, DISTANCES, view.map.first_bin, mass.shape[1], WIDTH)
    here, shares = bin_of(mark), (share, 0.9 * share)
    estimated, observed = (
        FrozenMap(view.map.first_bin, one.sum(axis=1, dtype=np.float64)).around(here)
        for one in (view.map.mass, laid.mass)
    )
    seen = Observed(
        view.map.first_bin, laid.mass, laid.outside, laid.undrawn, laid.held, shares, len(held), 2_000,
        200 * SECOND, 1_800 * SECOND,
        agreement(estimated, observed, counted_near(laid.bins, laid.sides, here), shares),
    )
    return replace(view, observed=seen)
