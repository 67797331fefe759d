"""`liqtui score FILE`: how right the map has been, against everything it has to beat."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from liqtui.cli import score_sim
from liqtui.cli.exits import CliError, ExitCode

SUMMARY = "how right the map has been, on bars with liquidations"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FILE", nargs="?",
        help="CSV with ts_ms, open, high, low, close, oi_usd, long_liq_usd, short_liq_usd; oldest bar first",
    )
    parser.add_argument("--json", action="store_true", help="everything, for scripts")
    score_sim.arguments(parser)


def run(args: argparse.Namespace) -> int:
    if args.sim or args.file is None:
        if not args.sim or args.file is not None:
            raise CliError(ExitCode.USAGE, "name either a FILE or --sim")
        return score_sim.run(args)
    from liqtui.liqmap import score_bars, score_report

    try:
        text = Path(args.file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise CliError(ExitCode.USAGE, f"cannot read {args.file}: {reason}") from None
    try:
        forecasts = score_report.run(score_bars.parse(text))
    except ValueError as error:
        raise CliError(ExitCode.USAGE, f"{args.file}: {error}") from None
    report = score_report.report(forecasts, Path(args.file).name)
    sys.stdout.write(json.dumps(report, allow_nan=False) + "\n" if args.json else table(report))
    sys.stdout.flush()
    return ExitCode.OK


def table(report: dict[str, Any]) -> str:
    """The report for reading: deviance per dollar and rank correlation with their 90 % intervals, n beside them."""
    lines = [
        f"{report['source']}: {report['n_steps']} steps on {report['n_days']} days, {report['n_events']} events"
        f" (a side of a step with liquidations); the first {report['warm_up']} steps are warm-up",
        "",
        f"{'':16}{'deviance per dollar, both sides':34}{'without top 5':15}"
        f"{'Spearman long':24}{'Spearman short':24}",
    ]
    sides = report["sides"]
    for name in sides["both"]:
        both, longs, shorts = sides["both"][name], sides["long"][name], sides["short"][name]
        lines.append(
            f"{name:16}{_with_interval(both, 'deviance'):34}{_number(both['deviance_without_top5']):15}"
            f"{_with_interval(longs, 'spearman'):24}{_with_interval(shorts, 'spearman'):24}"
        )
    lines += ["", f"{'placebo':16}{'deviance per dollar':34}more than the model, paired"]
    for name, entry in report["placebos"].items():
        pair = entry["paired"]
        more = "–" if pair is None else f"{_number(pair['deviance_more'])} {_interval(pair['ci'])}"
        lines.append(f"{name:16}{_with_interval(entry, 'deviance'):34}{more}")
    lines.append("")
    for kind in ("quiet", "cascade"):
        part = sides["both"]["model"].get(kind)
        if part:
            lines.append(f"{kind} days: model {_number(part['deviance'])} {_interval(part['ci'])},"
                         f" {part['n_days']} days, {part['n_steps']} steps")
    lines += [f"not measured: {name} ({reason})" for name, reason in report["nulls"].items()]
    lines += [f"assumed: {words}" for words in report["assumptions"]]
    return "\n".join([*lines, "", report["verdict"], ""])


def _with_interval(entry: dict[str, Any], measure: str) -> str:
    return f"{_number(entry[measure])} {_interval(entry['ci'][measure])}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _interval(ends: tuple[float, float] | None) -> str:
    return "" if ends is None else f"[{ends[0]:.2f} … {ends[1]:.2f}]"
