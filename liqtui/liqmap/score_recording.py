"""The score of a recording: the judged steps of one instrument, measured and put into the table bar files have."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from liqtui.liqmap import score_observed
from liqtui.liqmap.grid import Floats
from liqtui.liqmap.observed import Observed
from liqtui.liqmap.score import LEAST_DAYS, LEAST_EVENTS, Days, Paired, paired
from liqtui.liqmap.score_maps import BASELINES, MODEL, PLACEBOS
from liqtui.liqmap.score_report import SCHEMA, SIDES, Forecasts, entry, nothing, pair_of, verdict
from liqtui.liqmap.score_steps import LEAST_BINS, NAMES, STEP_S, TENTH, UNIFORM_SHARE, WARM_UP, StepScore, Table

ASSUMPTIONS = (
    "level not identified: every forecast has its own scale per side, learned from the steps before",
    "a liquidation lies where the mark was at its exchange time",
    f"gain is in nats per liquidation; {UNIFORM_SHARE:.0%} of every forecast lies evenly over the swept bins",
    "yesterday_map: in the first 24 h the oldest map stands in",
)


def report(
    steps: Sequence[StepScore], source: str, instrument: str, said: Sequence[str] = (), seen: Sequence[Observed] = ()
) -> dict[str, object]:
    """What `liqtui score RECORDING --json` prints of one instrument: the schema of bar files, in steps of five minutes.

    Args:
        steps: oldest first, those that are not scored among them.
        source: name of the file.
        instrument: its full name.
        said: what else a person must know of the recording.
        seen: the positions that were public, at every step's end.
    """
    table = Table.of(steps)
    events, wide, placed = int(table.events.sum()), float(table.wide.sum()), float(table.placed.sum())
    known = Forecasts(
        times_ms=table.times_ns[table.levelled] // 1_000_000,
        liquidated=table.liquidated[table.levelled],
        means={name: table.means[table.levelled, number] for number, name in enumerate(NAMES)},
    )
    claims = events >= LEAST_EVENTS
    measured = claims and bool(known.liquidated.any())
    days = Days(known.times_ms)
    y = known.liquidated
    shaken = days.is_cascade(y) if len(y) else np.zeros(0, dtype=np.bool_)
    whole = Days(table.times_ns // 1_000_000)

    def of(name: str, at: slice | int) -> dict[str, object]:
        """One forecast on one side: how much, then where."""
        found = entry(known, name, at, days, shaken) if measured else nothing()
        return _with_places(found, table, whole, name, at) if claims else found

    against: dict[str, Paired] = {}
    if measured:
        against = {name: paired(y, known.means[MODEL], known.means[name], days) for name in (*BASELINES, *PLACEBOS)}
    pairs = {name: pair_of(pair) for name, pair in against.items()}
    sides = {
        side: {name: of(name, slice(None) if side == "both" else number) for name in (MODEL, *BASELINES)}
        for number, side in enumerate(SIDES)
    }
    return {
        "schema": SCHEMA,
        "source": source,
        "instrument": instrument,
        "n_steps": len(table.times_ns),
        "n_events": events,
        "n_events_in_swept_bins": round(placed, 3),
        "n_events_in_wide_steps": round(wide, 3),
        "n_days": len(whole.labels),
        "n_cascade_days": len(np.unique(days.of_step[shaken])),
        "step_seconds": STEP_S,
        "warm_up": WARM_UP,
        "skipped": dict(sorted(Counter(step.reason for step in steps if step.reason).items())),
        "sides": sides,
        "placebos": {name: {**of(name, slice(None)), "paired": pairs.get(name)} for name in PLACEBOS},
        "baselines_paired": {name: pairs.get(name) for name in BASELINES},
        "observed": score_observed.report(seen),
        "ladder": None,
        "nulls": _nulls(events, wide, placed, len(y), len(whole.labels)),
        "assumptions": [*ASSUMPTIONS, *said],
        "verdict": verdict(events, against),
    }


def _with_places(
    found: dict[str, object], table: Table, days: Days, name: str, at: slice | int
) -> dict[str, object]:
    """An entry with what single liquidations tell: capture, lift, and the model's gain over this forecast."""
    number, intervals = NAMES.index(name), dict.fromkeys(("capture10", "lift", "gain"))
    out: dict[str, object] = dict(found)
    seen, placed = (_of_side(values, at) for values in (table.seen, table.placed))
    if table.wide[:, at].sum() >= LEAST_EVENTS:
        captured = _of_side(table.captured[:, number], at)
        out["capture10"], interval = float(captured.sum() / seen.sum()), days.ratio(captured, seen)
        out["lift"] = float(captured.sum() / seen.sum()) / TENTH
        intervals |= {"capture10": interval, "lift": interval and (interval[0] / TENTH, interval[1] / TENTH)}
    if name != MODEL and placed.sum() >= LEAST_EVENTS:
        gained = _of_side(table.logs[:, NAMES.index(MODEL)] - table.logs[:, number], at)
        out["gain"] = float(gained.sum() / placed.sum())
        intervals |= {"gain": days.ratio(gained, placed)}
    known = found["ci"]
    out["ci"] = {**(known if isinstance(known, dict) else {}), **intervals}
    return out


def _of_side(values: Floats, at: slice | int) -> Floats:
    """[step] of values [step, side]: one side's, or the sum of both."""
    chosen: Floats = values[:, at]
    return chosen if chosen.ndim == 1 else chosen.sum(axis=1)


def _nulls(events: int, wide: float, placed: float, levelled: int, days: int) -> dict[str, str]:
    """What is not measured, and why."""
    out = {"gain of the model": "it is measured against the others", "spearman of both sides": "ranks are per side",
           "ladder": "the score does not learn it; see `once --json`"}
    if events < LEAST_EVENTS:
        return {**out, "every measure": f"{events} events, fewer than {LEAST_EVENTS}"}
    few = f"fewer than {LEAST_EVENTS}"
    if not levelled:
        out["deviance"] = f"the first {WARM_UP} steps are for learning levels"
    if placed < LEAST_EVENTS:
        out["gain"] = f"{placed:.0f} liquidations in swept bins, {few}; of a side likewise"
    if wide < LEAST_EVENTS:
        wide_steps = f"steps of {LEAST_BINS} swept bins"
        out["capture10, lift"] = f"{wide:.0f} liquidations in {wide_steps}, {few}; of a side likewise"
    if days < LEAST_DAYS:
        out["ci"] = f"{days} days, fewer than {LEAST_DAYS}"
    return out
