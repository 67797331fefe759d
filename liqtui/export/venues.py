"""The venues behind a map as JSON: what each brings to a sum, and its bins on the sum's grid."""

import numpy as np

from liqtui.events import FeedState, Side
from liqtui.export.numbers import Json, number, rounded, seconds
from liqtui.view import Absent, Array, Part, View


def venues_json(view: View) -> list[Json]:
    """A row per contract of a sum, and per chosen venue without one; of any other map its own venue's.

    `long` and `short`: what of it lies on the bins, as it counts. `coverage`: share of its open interest that its map
    places. `weight`: 1, less while nothing is heard of it.
    """
    if view.parts or view.absent:
        return [_part(part) for part in view.parts] + [_absent(gone) for gone in view.absent]
    return [_own(view)]


def parts_json(view: View, held: slice) -> list[Json]:
    """Every part's bins on the grid of the map's own: `held` are the columns that are told."""
    return [
        {
            "name": part.instrument.venue,
            "instrument": part.instrument.name,
            "long": _bins(part.mass, Side.LONG, held),
            "short": _bins(part.mass, Side.SHORT, held),
        }
        for part in view.parts
    ]


def _bins(mass: Array | None, side: Side, held: slice) -> list[float] | None:
    return None if mass is None else [rounded(float(size)) for size in mass[side, held]]


def _part(part: Part) -> Json:
    mass = part.mass
    return {
        "name": part.instrument.venue,
        "instrument": part.instrument.name,
        "mark": None if part.mark is None else number(part.mark.value),
        "shift_bp": None if part.shift is None else rounded(1e4 * part.shift),
        "open_interest": number(part.open_interest),
        "long": None if mass is None else rounded(float(mass[Side.LONG].sum(dtype=np.float64))),
        "short": None if mass is None else rounded(float(mass[Side.SHORT].sum(dtype=np.float64))),
        "coverage": number(part.coverage),
        "weight": rounded(part.weight),
        "age_s": seconds(part.age_ns),
        "state": part.state,
        "reason": part.reason or None,
    }


def _absent(gone: Absent) -> Json:
    nothing = dict.fromkeys(
        ("instrument", "mark", "shift_bp", "open_interest", "long", "short", "coverage", "weight", "age_s")
    )
    return {"name": gone.venue, **nothing, "state": gone.state, "reason": gone.reason or None}


def _own(view: View) -> Json:
    """The one venue of a map that is no sum."""
    figures, shown = view.figures, view.map
    sides = None if shown is None else shown.mass.sum(axis=(1, 2), dtype=np.float64)
    feed = next((f for f in view.health.feeds if f.venue == view.instrument.venue), None)
    interest = figures.open_interest
    coverage = None if shown is None or interest is None else shown.coverage(interest.value)
    return {
        "name": view.instrument.venue,
        "instrument": view.instrument.name,
        "mark": None if figures.mark is None else number(figures.mark.value),
        "shift_bp": 0.0,
        "open_interest": None if interest is None else number(interest.value),
        "long": None if sides is None else rounded(float(sides[Side.LONG])),
        "short": None if sides is None else rounded(float(sides[Side.SHORT])),
        "coverage": number(coverage),
        "weight": 1.0,
        "age_s": None if figures.mark is None else seconds(max(view.time_ns - figures.mark.time_ns, 0)),
        "state": str(FeedState.LIVE) if feed is None else str(feed.state),
        "reason": None if feed is None else feed.reason or None,
    }
