"""The cascade forecast of a View as JSON."""

from liqtui.export.numbers import Json, rounded
from liqtui.liqmap.cascade import Cascades, One
from liqtui.view import CascadeView

PERCENTS = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.5, 10.0)
"""Triggers told, percent of price from the mark."""


def cascade_json(shown: CascadeView | None) -> Json | None:
    """Both ways: pushes to round distances, and the nearest trigger that runs away. Sizes in base coin.

    `level_known` is false where the venue's feed leaves liquidations out: sizes are then an estimate's, unanchored.
    """
    if shown is None:
        return None
    return {
        "mark": rounded(shown.mark),
        "level_known": shown.level_known,
        "kept": rounded(shown.response.kept),
        "stands": rounded(shown.response.stands),
        "sell": _way(shown.sell, shown.mark, -0.01),
        "buy": _way(shown.buy, shown.mark, 0.01),
    }


def _way(found: Cascades, mark: float, percent: float) -> Json:
    pushes = (found.at(mark * (1.0 + far * percent)) for far in PERCENTS)
    first = found.first_runaway
    return {
        "triggers": [_one(one, mark) for one in pushes if one is not None],
        "first_runaway": None if first is None else _one(first, mark),
    }


def _one(one: One, mark: float) -> Json:
    return {
        "trigger": rounded(one.trigger),
        "distance_pct": round((one.trigger / mark - 1.0) * 100.0, 6),
        "forced": rounded(one.forced),
        "end": rounded(one.end),
        "amplification": rounded(one.amplification),
        "runaway": one.runaway,
        "extrapolated": one.extrapolated,
    }
