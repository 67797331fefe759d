"""`liqtui score FILE`: how right the map has been, against everything it has to beat."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from liqtui.cli import score_sim
from liqtui.cli.exits import CliError, ExitCode

SUMMARY = "how right the map has been, on bars with liquidations or in a recording"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FILE", nargs="?",
        help="a recording; or a CSV, oldest first, with ts_ms, open, high, low, close, oi_usd, long_liq_usd, "
             "short_liq_usd",
    )
    parser.add_argument("--instrument", metavar="NAME", help="only this one of a recording")
    parser.add_argument("--json", action="store_true", help="everything, for scripts: a line per instrument")
    score_sim.arguments(parser)


def run(args: argparse.Namespace) -> int:
    from liqtui.feeds.reader import is_recording

    if args.sim or args.file is None:
        if not args.sim or args.file is not None:
            raise CliError(ExitCode.USAGE, "name either a FILE or --sim")
        return score_sim.run(args)
    path = Path(args.file).expanduser()
    try:
        recorded = is_recording(path)
    except OSError as error:
        raise CliError(ExitCode.USAGE, f"cannot read {path}: {error.strerror}") from None
    if args.instrument and not recorded:
        raise CliError(ExitCode.USAGE, f"{path.name} holds bars of one market: there is no instrument to choose")
    reports = _of_recording(path, args.instrument) if recorded else [_of_bars(path)]
    texts = [json.dumps(report, allow_nan=False) + "\n" if args.json else table(report) for report in reports]
    sys.stdout.write("".join(texts) if args.json else "\n\n".join(texts))
    sys.stdout.flush()
    return ExitCode.OK


def _of_bars(path: Path) -> dict[str, Any]:
    from liqtui.liqmap import score_bars, score_report

    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise CliError(ExitCode.USAGE, f"cannot read {path}: {reason}") from None
    try:
        return score_report.report(score_report.run(score_bars.parse(text)), path.name)
    except ValueError as error:
        raise CliError(ExitCode.USAGE, f"{path}: {error}") from None


def _of_recording(path: Path, chosen: str | None) -> list[dict[str, Any]]:
    """A report of every instrument that was followed, or of the chosen one: the recording through the engine."""
    from liqtui import venues as venue_files
    from liqtui.cli.common import name_of
    from liqtui.engine import Engine
    from liqtui.feeds.reader import RecordingError, open_recording
    from liqtui.feeds.replay import replay_all
    from liqtui.liqmap import score_recording
    from liqtui.liqmap.observed import Observed
    from liqtui.liqmap.score_steps import StepScore

    venues = [venue_files.load(name) for name in venue_files.names()]
    wanted = None if chosen is None else name_of(chosen)
    steps: dict[str, list[StepScore]] = {}
    seen: dict[str, list[Observed]] = {}
    try:
        recording = open_recording(path, venues)
        engine = Engine(
            venues, follow_all=not recording.watched,
            judged=lambda instrument, step: steps.setdefault(instrument.name, []).append(step),
            sighted=lambda instrument, sight: seen.setdefault(instrument.name, []).append(sight),
        )
        replay_all(recording, venues, engine)
    except OSError as error:
        raise CliError(ExitCode.USAGE, f"cannot read {path}: {error.strerror or error}") from None
    except RecordingError as error:
        raise CliError(ExitCode.USAGE, str(error)) from None
    engine.finish()
    names = list(dict.fromkeys([*steps, *(instrument.name for instrument in engine.followed())]))
    if wanted is not None:
        try:
            name = engine.catalogue.resolve(wanted, recording.span_ns[1]).name
        except LookupError as error:
            raise CliError(ExitCode.USAGE, str(error)) from None
        if name not in names:
            raise CliError(ExitCode.USAGE, f"{name} is not in this recording; it has {', '.join(names) or 'none'}")
        names = [name]
    if not names:
        raise CliError(ExitCode.USAGE, f"{path}: no instrument in it can be followed")
    said = ["the recording's end is missing"] if recording.truncated else []
    return [score_recording.report(steps.get(name, []), path.name, name, said, seen.get(name, [])) for name in names]


def table(report: dict[str, Any]) -> str:
    """The report for reading: deviance per dollar and rank correlation with their 90 % intervals, n beside them."""
    lines = _head(report)
    sides = report["sides"]
    if any(entry["deviance"] is not None for entry in sides["both"].values()):
        lines += _amounts(report)
    lines += [*_places(report), *_observed(report.get("observed"))]
    lines.append("")
    for kind in ("quiet", "cascade"):
        part = sides["both"]["model"].get(kind)
        if part:
            lines.append(f"{kind} days: model {_number(part['deviance'])} {_interval(part['ci'])},"
                         f" {part['n_days']} days, {part['n_steps']} steps")
    lines += [f"not measured: {name} ({reason})" for name, reason in report["nulls"].items()]
    lines += [f"assumed: {words}" for words in report["assumptions"]]
    return "\n".join([*lines, "", report["verdict"], ""])


def _amounts(report: dict[str, Any]) -> list[str]:
    """How much was liquidated, given the path: every forecast against what happened."""
    lines = [
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
    return lines


def _head(report: dict[str, Any]) -> list[str]:
    """What was scored, and how much of it."""
    steps = f"{report['n_steps']} steps on {report['n_days']} days, {report['n_events']} events"
    warm_up = f"the first {report['warm_up']} steps are warm-up"
    if "instrument" not in report:
        return [f"{report['source']}: {steps} (a side of a step with liquidations); {warm_up}"]
    lines = [f"{report['source']}, {report['instrument']}: {steps} (liquidations reported); {warm_up} for levels"]
    if report["skipped"]:
        lines.append("not scored: " + ", ".join(f"{n} steps, {reason}" for reason, n in report["skipped"].items()))
    return lines


def _places(report: dict[str, Any]) -> list[str]:
    """Where in the swept bins the liquidations lay; nothing for bars, which do not know."""
    named = {**report["sides"]["both"], **report["placebos"]}
    if all(entry["capture10"] is None and entry["gain"] is None for entry in named.values()):
        return []
    lines = ["", f"{'where':16}{'capture@10 %':28}{'lift':10}model's gain, nats per liquidation"]
    for name, entry in named.items():
        lines.append(f"{name:16}{_with_interval(entry, 'capture10'):28}{_number(entry['lift']):10}"
                     f"{_with_interval(entry, 'gain')}")
    return lines


def _observed(found: dict[str, Any] | None) -> list[str]:
    """How much of public positions was seen, and how far the map agreed with them."""
    if found is None:
        return []
    rows = (("share", "of open interest seen"), ("w1_bp", "bp from the map to them (Wasserstein-1, 12 %)"),
            ("overlap", "of both in the same 25 bp"), ("spearman", "rank correlation over these"),
            ("level", "map's size over theirs, scaled up to all that is open"))
    lines = ["", f"observed positions, {found['n_looks']} looks, {found['positions']:.0f} on average; long, short"]
    for key, words in rows:
        longs, shorts = (_number(found[key][side]["mean"]) for side in ("long", "short"))
        lines.append(f"  {longs:>8} {shorts:>8}  {words}")
    return lines


def _with_interval(entry: dict[str, Any], measure: str) -> str:
    return f"{_number(entry[measure])} {_interval(entry['ci'][measure])}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _interval(ends: tuple[float, float] | None) -> str:
    return "" if ends is None else f"[{ends[0]:.2f} … {ends[1]:.2f}]"
