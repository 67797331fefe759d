"""`liqtui score --sim`: how near the map is to the truth, in markets whose truth is known."""

import argparse
import json
import os
import sys
from typing import Any

from liqtui.cli import score_observed
from liqtui.cli.common import tell
from liqtui.cli.exits import CliError, ExitCode
from liqtui.sim.settings import REGIME_NAMES

SEEDS = 20


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sim", action="store_true", help="simulated markets whose truth is known, instead of a file")
    parser.add_argument(
        "--regime", action="append", choices=REGIME_NAMES, metavar="R",
        help=f"with --sim, only these (repeatable): {', '.join(REGIME_NAMES)}",
    )
    parser.add_argument(
        "--observed", action="store_true",
        help="with --sim, markets whose positions are public: how much of them is seen, and whether the map agrees",
    )
    parser.add_argument(
        "--seeds", type=int, metavar="N",
        help=f"with --sim, test seeds per regime (default {SEEDS}; {score_observed.SEEDS} with --observed)",
    )
    parser.add_argument("--jobs", type=int, metavar="N", help="with --sim, processes (default: one per core)")


def run(args: argparse.Namespace) -> int:
    from liqtui.lab import report
    from liqtui.lab import run as lab

    usual = score_observed.SEEDS if args.observed else SEEDS
    seeds = usual if args.seeds is None else args.seeds
    jobs = (os.cpu_count() or 1) if args.jobs is None else args.jobs
    if seeds < 1 or jobs < 1:
        raise CliError(ExitCode.USAGE, "--seeds and --jobs must be at least 1")
    wanted = [name for name in REGIME_NAMES if not args.regime or name in args.regime]
    if args.observed:
        return score_observed.run(wanted, seeds, jobs, as_json=args.json)
    todo = lab.tasks("test", wanted, seeds)
    judged = []
    for one in lab.run(todo, jobs):
        judged.append(one)
        tell(len(judged), len(todo), f"{one.regime} {one.number + 1}")
    found = report.report(judged)
    sys.stdout.write(json.dumps(found, allow_nan=False) + "\n" if args.json else table(found))
    sys.stdout.flush()
    return ExitCode.OK


def table(found: dict[str, Any]) -> str:
    """The report for reading."""
    lines = [f"simulated markets of {found['seconds'] / 3600:.1f} h; distance to the true map is Wasserstein-1 in bp"
             " of log price, lower is nearer", *(f"  {note}" for note in found["notes"]), ""]
    for name, regime in found["regimes"].items():
        lines += [*_regime(name, regime), ""]
    return "\n".join([*lines, *found["verdict"], ""])


def _regime(name: str, regime: dict[str, Any]) -> list[str]:
    gone, silent = regime["liquidations"], regime["silent"]
    lines = [
        f"{name}: {regime['seeds']} seeds, liquidated {gone['long']:,} longs and {gone['short']:,} shorts"
        + (f", no feed for {silent:.0%} of the time" if silent else ""),
        f"  {'':16}{'long':24}{'short':24}{'model less it, long':30}{'short':24}",
    ]
    sides = regime["sides"]
    for key in sides["long"]:
        rows = [sides[side][key] for side in ("long", "short")]
        cells = "".join(f"{_with_interval(row, '.1f'):24}" for row in rows)
        pairs = "".join(f"{_pair(row['paired']):30}" for row in rows if "paired" in row)
        lines.append(f"  {key:16}{cells}{pairs}".rstrip())
    shown, error = regime["shown_over_true"], regime["mass_error"]["model"]
    lines += [
        f"  mass shown over true: long {_with_interval(shown['long'])}, short {_with_interval(shown['short'])};"
        f" error {_number(error['long']['mean'])} / {_number(error['short']['mean'])}",
        "  largest clusters found: " + ", ".join(
            f"{key} {_with_interval(entry)}" if key == "model" else f"{key} {_number(entry['mean'])}"
            for key, entry in regime["recall"].items()
        ),
        "  ladder in its 80 % intervals: " + "; ".join(
            f"{words} {_coverage(regime['coverage'][key])}"
            for key, words in (("identified", "level and shape"), ("shape_only", "shape alone"))
        ),
    ]
    return lines


def _coverage(entry: dict[str, Any]) -> str:
    if entry["share"] is None:
        return "–"
    low, high = entry["wilson"]
    return f"{entry['share']:.2f} [{low:.2f} … {high:.2f}] of {entry['cells']} cells, n = {entry['n']} sides"


def _pair(pair: dict[str, Any]) -> str:
    if pair["difference"] is None:
        return "–"
    word = "nearer" if pair["nearer"] else "FARTHER"
    sure = "" if pair["clearly"] or not pair["nearer"] else "?"
    ends = "" if pair["ci"] is None else f" [{pair['ci'][0]:.0f} … {pair['ci'][1]:.0f}]"
    return f"{pair['difference']:+.1f}{ends} {word}{sure}"


def _with_interval(entry: dict[str, Any], form: str = ".2f") -> str:
    ends = "" if entry["ci"] is None else f" [{entry['ci'][0]:{form}} … {entry['ci'][1]:{form}}]"
    return f"{_number(entry['mean'], form)}{ends}"


def _number(value: float | None, form: str = ".2f") -> str:
    return "–" if value is None else format(value, form)
