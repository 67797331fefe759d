"""All seeds put together: distances with intervals, what beats what, and where the model fails and why."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from liqtui.lab.judge import CEILING, LEVELLED, LOOKS_S, MODEL, NAMES, Judged, Pair, mean
from liqtui.liqmap.score_maps import BASELINES
from liqtui.liqmap.score_truth import LARGEST, LEAST_SHARE, WITHIN_BP, wilson

SCHEMA = "liqtui.score.sim/1"
SIDES = ("long", "short", "both")
LEAST_SEEDS = 5
"""With fewer seeds there is no interval."""
DRAWS, COVER, SEED = 2_000, 0.9, 20
ORDINARY = ("quiet", "trend", "chop", "hedged", "crowd")
LEAST_RECALL = 0.8
COVERED = (0.7, 0.9)
"""What 80 % intervals are to cover."""
FEW, BLIND, MOSTLY_OLD = 100, 0.05, 0.8
"""What is given as a reason: fewer liquidations of a side and seed, more of the time without feed, more of the true map
opened before the feed was heard.
"""
Range = tuple[float, float]
Entry = dict[str, object]


def report(judged: Iterable[Judged]) -> dict[str, object]:
    """What `liqtui score --sim --json` prints."""
    by_regime: dict[str, list[Judged]] = {}
    for one in sorted(judged, key=lambda j: j.number):
        by_regime.setdefault(one.regime, []).append(one)
    regimes = {name: regime_report(seeds) for name, seeds in by_regime.items()}
    return {
        "schema": SCHEMA,
        "seconds": LOOKS_S[-1],
        "looks_s": list(LOOKS_S),
        "units": {"w1": "bp of log price", "shares": "of the true value"},
        "notes": [
            "w1: Wasserstein-1 per side within 12 % of the mark, mean over the looks of a seed, then over seeds",
            f"ci: 90 % bootstrap over seeds, none under {LEAST_SEEDS}; coverage: Wilson 90 %, n = seeds × sides",
            f"coverage: rungs with a true share of openings of {LEAST_SHARE:.0%} or more, without who stops out first",
            f"recall: of the {LARGEST} largest true clusters, peaks within {WITHIN_BP:g} bp",
            f"{CEILING}: not to be beaten, no baseline; true entries and sizes, spread by the stock's true ladder",
            "feed: odd seeds show one liquidation a second (OKX's rule), even ones all of them",
        ],
        "regimes": regimes,
        "verdict": verdict(by_regime, regimes),
    }


def regime_report(seeds: Sequence[Judged]) -> Entry:
    """One regime."""
    gone = [sum(one.liquidated[side] for one in seeds) for side in (0, 1)]
    return {
        "seeds": len(seeds),
        "liquidations": {"long": gone[0], "short": gone[1]},
        "silent": float(np.mean([one.silent for one in seeds])),
        "old": _both_sides(seeds, lambda one: one.old),
        "sides": {side: _distances(seeds, side) for side in SIDES},
        "mass_error": {name: _both_sides(seeds, _mass_of(name)) for name in LEVELLED},
        "shown_over_true": _both_sides(seeds, lambda one: one.shown),
        "recall": {name: summary([one.recall[name] for one in seeds]) for name in NAMES},
        "coverage": {
            "identified": coverage([one for one in seeds if one.identified]),
            "shape_only": coverage([one for one in seeds if not one.identified]),
            "all": coverage(seeds),
        },
        "failures": failures(seeds),
        "cpu_s": float(np.mean([one.cpu_s for one in seeds])),
    }


def _distances(seeds: Sequence[Judged], side: str) -> dict[str, Entry]:
    model = _of_side(seeds, MODEL, side)
    out: dict[str, Entry] = {MODEL: summary(model)}
    for name in (*BASELINES, CEILING):
        other = _of_side(seeds, name, side)
        out[name] = {**summary(other), "paired": paired(model, other)}
    return out


def _of_side(seeds: Sequence[Judged], name: str, side: str) -> list[float | None]:
    """W1 per seed; both sides: their mean, where both are known."""
    pairs = [one.distance[name] for one in seeds]
    if side != "both":
        return [pair[SIDES.index(side)] for pair in pairs]
    return [None if pair[0] is None or pair[1] is None else (pair[0] + pair[1]) / 2 for pair in pairs]


def paired(model: Sequence[float | None], other: Sequence[float | None]) -> Entry:
    """The model's distance less another's on the same seeds: below zero the model is nearer, `clearly` if its whole
    interval is.
    """
    known = [a - b for a, b in zip(model, other, strict=True) if a is not None and b is not None]
    if not known:
        return {"n": 0, "difference": None, "ci": None, "nearer": None, "clearly": None}
    ends, middle = interval(known), float(np.mean(known))
    return {
        "n": len(known), "difference": middle, "ci": ends, "nearer": middle < 0.0,
        "clearly": None if ends is None else ends[1] < 0.0,
    }


def interval(values: Sequence[float]) -> Range | None:
    """90 % bootstrap interval of the mean over seeds."""
    if len(values) < LEAST_SEEDS:
        return None
    drawn = np.random.default_rng(SEED).choice(np.asarray(values), (DRAWS, len(values))).mean(axis=1)
    low, high = np.quantile(drawn, [0.5 - COVER / 2, 0.5 + COVER / 2])
    return float(low), float(high)


def coverage(seeds: Sequence[Judged]) -> Entry:
    """Share of ladder cells whose interval holds the truth. The cells of one side of one seed hang together, so each
    side of each seed counts as one trial.
    """
    sides = [side for one in seeds if one.ladder is not None for side in one.ladder if side.cells]
    hits = sum(side.hits / side.cells for side in sides)
    return {
        "n": len(sides), "cells": sum(side.cells for side in sides),
        "share": hits / len(sides) if sides else None, "wilson": wilson(hits, len(sides)),
    }


def failures(seeds: Sequence[Judged]) -> list[str]:
    """Where the model is not the nearest, finds too few clusters or covers wrongly, with what may explain it."""
    name, out = seeds[0].regime, []
    for number, side in enumerate(SIDES[:2]):
        model = _of_side(seeds, MODEL, side)
        for baseline in BASELINES:
            pair = paired(model, _of_side(seeds, baseline, side))
            if pair["nearer"] is False:
                why = reasons(seeds, number)
                out.append(f"{name}: {baseline} is nearer for {side}s by {pair['difference']:.0f} bp"
                           + (f" ({'; '.join(why)})" if why else ""))
    found = mean([one.recall[MODEL] for one in seeds])
    if name in ORDINARY and found is not None and found < LEAST_RECALL:
        best = mean([one.recall[CEILING] for one in seeds])
        out.append(f"{name}: {found:.2f} of the {LARGEST} largest clusters are found, fewer than {LEAST_RECALL:g}"
                   + (f" (with the true ladder: {best:.2f})" if best is not None else ""))
    share = coverage(seeds)["share"]
    if isinstance(share, float) and not COVERED[0] <= share <= COVERED[1]:
        out.append(f"{name}: the ladder's 80 % intervals hold the truth in {share:.0%} of cells")
    return out


def reasons(seeds: Sequence[Judged], side: int) -> list[str]:
    """What the numbers say may have kept the model from learning this side."""
    events = float(np.mean([one.liquidated[side] for one in seeds]))
    silent, old = float(np.mean([one.silent for one in seeds])), mean([one.old[side] for one in seeds])
    shown = mean([one.shown[side] for one in seeds])
    found = []
    if events < FEW:
        found.append(f"{events:.0f} liquidations a seed to learn from")
    if silent > BLIND:
        found.append(f"no feed for {silent:.0%} of the time")
    if old is not None and old > MOSTLY_OLD:
        found.append(f"{old:.0%} of the true map was opened before the feed was heard")
    if shown is not None and not 0.5 < shown < 2.0:
        found.append(f"it shows {shown:.1f} of the true mass")
    return found


def verdict(by_regime: dict[str, list[Judged]], regimes: dict[str, Entry]) -> list[str]:
    """One line for all, then one for each failure."""
    won = [name for name, seeds in by_regime.items() if _nearest(seeds)]
    lines = [f"nearer to the truth than every baseline on both sides in {len(won)} of {len(by_regime)} regimes"
             + (f": {', '.join(won)}" if won else "")]
    for entry in regimes.values():
        found = entry["failures"]
        lines += found if isinstance(found, list) else []
    return lines


def _nearest(seeds: Sequence[Judged]) -> bool:
    """Whether the model is nearer, in the mean, than every baseline on both sides."""
    return all(
        paired(_of_side(seeds, MODEL, side), _of_side(seeds, name, side))["nearer"] is not False
        for side in SIDES[:2] for name in BASELINES
    )


def _mass_of(name: str) -> Callable[[Judged], Pair]:
    return lambda one: one.mass[name]


def _both_sides(seeds: Sequence[Judged], read: Callable[[Judged], Pair]) -> dict[str, Entry]:
    return {side: summary([read(one)[number] for one in seeds]) for number, side in enumerate(SIDES[:2])}


def summary(values: Sequence[float | None]) -> Entry:
    """Mean of what is known, with its interval."""
    known = [value for value in values if value is not None]
    return {"n": len(known), "mean": mean(list(values)), "ci": interval(known)}
