"""`liqtui score --sim --observed`: how much of public positions is seen; how far sight, estimate and truth agree."""

import json
import sys
from collections.abc import Sequence
from typing import Any

from liqtui.cli.common import tell
from liqtui.cli.exits import ExitCode

SEEDS = 3


def run(regimes: Sequence[str], seeds: int, jobs: int, *, as_json: bool) -> int:
    from liqtui.lab import observe, observe_report
    from liqtui.lab.run import spread

    todo, watched = observe.tasks("test", regimes, seeds), []
    for one in spread(todo, jobs, observe.watch):
        watched.append(one)
        tell(len(watched), len(todo), f"{one.regime} {one.number + 1}")
    found = observe_report.report(watched)
    sys.stdout.write(json.dumps(found, allow_nan=False) + "\n" if as_json else table(found))
    sys.stdout.flush()
    return ExitCode.OK


def table(found: dict[str, Any]) -> str:
    """The report for reading."""
    lines = [
        f"simulated markets of {found['seconds'] / 3600:.1f} h whose positions are public; distances are Wasserstein-1"
        " in bp of log price", *(f"  {note}" for note in found["notes"]),
    ]
    for name, start in found["starts"].items():
        lines += [
            "", f"{name}: {start['markets']} markets, {start['holders']:,.0f} positions at the end,"
            f" {start['asked']:,.0f} answers each",
            f"  {'after':8}{'share of OI':21}{'near the mark':21}{'observed':20}{'estimate':20}{'estimate':20}overlap",
            f"  {'':8}{'':21}{'':21}{'to positions':20}{'to positions':20}{'to observed':20}",
        ]
        lines += [_row(look) for look in start["looks"]]
    return "\n".join([*lines, ""])


def _row(look: dict[str, Any]) -> str:
    apart = look["distance"]
    cells = [f"{_told(look[name], 100, ' %'):21}" for name in ("share", "near")]
    cells += [f"{_told(apart[one], 1, ''):20}" for one in (
        "observed_positions", "estimate_positions", "estimate_observed")]
    minutes = f"{look['at_s'] // 60} min"
    return f"  {minutes:8}{''.join(cells)}{_told(look['overlap'], 100, ' %')}".rstrip()


def _told(entry: dict[str, Any], factor: float, unit: str) -> str:
    if entry["mean"] is None:
        return "–"
    ends = "" if entry["ci"] is None else f" [{entry['ci'][0] * factor:.0f} … {entry['ci'][1] * factor:.0f}]"
    return f"{entry['mean'] * factor:.0f}{unit}{ends}"
