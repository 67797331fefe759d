"""Observed markets put together: share seen over time and distances, from every start, with intervals over markets."""

from collections.abc import Callable, Iterable, Sequence

from liqtui.lab.judge import Pair, mean
from liqtui.lab.observe import DISTANCES, LOOKS_S, STARTS, Sight, Watched
from liqtui.lab.report import LEAST_SEEDS, Entry, summary

SCHEMA = "liqtui.score.observed/1"


def report(watched: Iterable[Watched]) -> dict[str, object]:
    """What `liqtui score --sim --observed --json` prints."""
    by_start: dict[str, list[Watched]] = {}
    for one in sorted(watched, key=lambda w: (w.regime, w.number)):
        by_start.setdefault(one.start, []).append(one)
    return {
        "schema": SCHEMA,
        "seconds": LOOKS_S[-1],
        "units": {"distance": "Wasserstein-1, bp of log price within 12 % of the mark"},
        "notes": [
            "share: of open interest seen; near: of the true positions' size within 12 % of the mark",
            "positions: the true ones as they would be liquidated now; end: as they will be, margin still to be added,"
            " without who stops out on the way",
            "both sides of a market are averaged; who trades is asked: holders when they open, close, and in between",
            f"ci: 90 % bootstrap over markets, none under {LEAST_SEEDS}; no liquidation is told to the estimate",
        ],
        "starts": {start: start_report(by_start[start]) for start in STARTS if start in by_start},
    }


def start_report(markets: Sequence[Watched]) -> Entry:
    """All markets from one start, at each look."""
    return {
        "markets": len(markets),
        "regimes": sorted({one.regime for one in markets}),
        "holders": mean([float(one.holders) for one in markets]),
        "asked": mean([float(one.asked) for one in markets]),
        "looks": [_look([one.sights[number] for one in markets]) for number in range(len(markets[0].sights))],
    }


def _look(sights: Sequence[Sight]) -> Entry:
    def of(read: Callable[[Sight], Pair]) -> Entry:
        return summary([mean(list(read(one))) for one in sights])

    return {
        "at_s": sights[0].at_s,
        "share": of(lambda one: one.share),
        "near": of(lambda one: one.near),
        "overlap": of(lambda one: one.overlap),
        "distance": {name: of(_distance_of(name)) for name in DISTANCES},
        "positions": mean([float(one.positions) for one in sights]),
    }


def _distance_of(name: str) -> Callable[[Sight], Pair]:
    return lambda one: one.distance[name]
