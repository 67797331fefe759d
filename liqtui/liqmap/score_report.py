"""The score of a bar file: every forecast run frozen over it, measured, and put into one table."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liqtui.events import Side
from liqtui.liqmap.grid import Floats
from liqtui.liqmap.learning import Interval
from liqtui.liqmap.score import LEAST_DAYS, LEAST_EVENTS, Days, Measures, Paired, measured, paired
from liqtui.liqmap.score_bars import SPREAD, Bar, BarMap, paths
from liqtui.liqmap.score_baselines import Baselines
from liqtui.liqmap.score_maps import BASELINES, MODEL, PLACEBOS

SCHEMA = "liqtui.score/1"
WARM_UP = 100
"""The first steps are learned from and not scored."""
SIDES = ("long", "short", "both")
NOT_ON_BARS = "a bar file holds no prices of single liquidations"
NULLS = {
    "capture10": NOT_ON_BARS,
    "lift": NOT_ON_BARS,
    "gain": NOT_ON_BARS,
    "spearman of both sides": "ranks are taken per side",
}
ASSUMPTIONS = (
    "level not identified: turnover is assumed and the feeds are capped; only the ladder's shape is learned",
    "open interest turned over: a learned share that grows with the bar's range, for lack of volume",
    "volume_profile: the same turnover stands in for volume",
    f"rungs widened by ±{SPREAD:.1%}: the file's venues have marks of their own",
)


@dataclass(frozen=True)
class Forecasts:
    """All forecasts of the scored steps, each made before its step was over. USD."""

    times_ms: NDArray[np.int64]
    liquidated: Floats
    """[step, side]"""
    means: dict[str, Floats]
    """[step, side] by name: the model, the baselines, the placebos."""
    ladder: Interval | None = None
    """[side, rung] as learned at the end; None where no ladder was learned for the score."""
    rungs: Floats | None = None

    @property
    def events(self) -> int:
        """Steps and sides in which something was liquidated: what a bar file has for events."""
        return int((self.liquidated > 0.0).sum())


def run(bars: Sequence[Bar], warm_up: int = WARM_UP) -> Forecasts:
    """Forecast and learn bar after bar (rolling origin); the first `warm_up` are not scored.

    Raises:
        ValueError: there is nothing left to score.
    """
    if len(bars) <= warm_up:
        raise ValueError(f"{len(bars)} bars: the first {warm_up} are warm-up, none is left to score")
    model, baselines = BarMap(bars[0]), Baselines(bars[0])
    names = (MODEL, *BASELINES, *PLACEBOS)
    means: dict[str, list[Floats]] = {name: [] for name in names}
    for number, (bar, path) in enumerate(zip(bars[1:], paths(bars)[1:], strict=True), 1):
        frozen = model.forecast(path)
        forecast = {MODEL: frozen.model.mean, **baselines.forecast(path), **frozen.placebos}
        if number >= warm_up:
            for name in names:
                means[name].append(forecast[name])
        liquidated = np.array(bar.liquidated)
        model.learn(liquidated, bar.interest_usd)
        baselines.learn(liquidated, bar.interest_usd)
    scored = bars[max(1, warm_up) :]
    return Forecasts(
        times_ms=np.array([bar.time_ms for bar in scored], dtype=np.int64),
        liquidated=np.array([bar.liquidated for bar in scored]),
        means={name: np.array(rows) for name, rows in means.items()},
        ladder=model.ladders.shares(),
        rungs=model.rungs,
    )


def report(forecasts: Forecasts, source: str) -> dict[str, object]:
    """What `liqtui score --json` prints. With too few events every number is None: nothing is claimed."""
    claims = forecasts.events >= LEAST_EVENTS
    y, days = forecasts.liquidated, Days(forecasts.times_ms)
    shaken = days.is_cascade(y)
    sides: dict[str, dict[str, object]] = {}
    for number, side in enumerate(SIDES):
        at = slice(None) if side == "both" else number
        sides[side] = {
            name: entry(forecasts, name, at, days, shaken) if claims else nothing()
            for name in (MODEL, *BASELINES)
        }
    others = (*BASELINES, *PLACEBOS) if claims else ()
    against = {name: paired(y, forecasts.means[MODEL], forecasts.means[name], days) for name in others}
    return {
        "schema": SCHEMA,
        "source": source,
        "n_steps": len(y),
        "n_events": forecasts.events,
        "n_days": len(days.labels),
        "n_cascade_days": len(np.unique(days.of_step[shaken])),
        "warm_up": WARM_UP,
        "sides": sides,
        "placebos": {
            name: {**(entry(forecasts, name, slice(None), days, shaken) if claims else nothing()),
                   "paired": pair_of(against[name]) if claims else None}
            for name in PLACEBOS
        },
        "baselines_paired": {name: pair_of(against[name]) if claims else None for name in BASELINES},
        "ladder": _ladder(forecasts.ladder, forecasts.rungs) if claims and forecasts.ladder else None,
        "nulls": NULLS,
        "assumptions": list(ASSUMPTIONS),
        "verdict": verdict(forecasts.events, against),
    }


def verdict(events: int, against: dict[str, Paired]) -> str:
    """One sentence: what the model's deviance per dollar beats outside the paired interval, and what not."""
    if events < LEAST_EVENTS:
        return f"nothing is claimed: {events} events, fewer than {LEAST_EVENTS}"
    if all(pair.interval is None for pair in against.values()):
        return f"nothing is claimed: fewer than {LEAST_DAYS} days, too few for an interval"
    left = [name for name, pair in against.items() if not pair.loses]
    if not left:
        return "every baseline and every placebo loses to the model outside its paired interval"
    return f"not beaten outside the paired interval: {', '.join(left)}"


def entry(
    forecasts: Forecasts, name: str, at: slice | int, days: Days, shaken: NDArray[np.bool_]
) -> dict[str, object]:
    """What is measured of one forecast on one side, or on both; quiet and cascade days apart."""
    y, mu = forecasts.liquidated[:, at], forecasts.means[name][:, at]
    whole = measured(y, mu, days)
    parts = {}
    for kind, chosen in (("quiet", ~shaken), ("cascade", shaken)):
        part_days = Days(forecasts.times_ms[chosen])
        part = measured(y[chosen], mu[chosen], part_days) if chosen.any() else None
        parts[kind] = {
            "n_days": len(part_days.labels),
            "n_steps": int(chosen.sum()),
            "deviance": part.deviance if part else None,
            "ci": part.intervals["deviance"] if part else None,
        }
    return {**_flat(whole), **parts}


def _flat(measures: Measures) -> dict[str, object]:
    """An entry of what bars can be measured by."""
    return {
        "deviance": measures.deviance,
        "deviance_without_top5": measures.deviance_without_top5,
        "spearman": measures.spearman,
        "capture10": None,
        "lift": None,
        "gain": None,
        "ci": measures.intervals,
    }


def nothing() -> dict[str, object]:
    """An entry of which nothing is claimed."""
    return _flat(Measures(None, None, None, {"deviance": None, "deviance_without_top5": None, "spearman": None}))


def pair_of(pair: Paired) -> dict[str, object]:
    """How much more another forecast deviates than the model."""
    return {"deviance_more": pair.difference, "ci": pair.interval, "loses": pair.loses}


def _ladder(ladder: Interval, rungs: Floats | None) -> dict[str, object]:
    """The learned ladder as it is at the end, per side: shape only."""
    sides: dict[str, object] = {
        name: {part: values[side].tolist() for part, values in ladder._asdict().items()}
        for name, side in (("long", Side.LONG), ("short", Side.SHORT))
    }
    return {"leverage": None if rungs is None else rungs.tolist(), **sides, "level_identified": False}
