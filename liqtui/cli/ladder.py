"""`liqtui ladder [INSTRUMENT]`: what has been learned of who opens with how much leverage."""

import argparse
import difflib
import json
from typing import TYPE_CHECKING

from liqtui.cli.common import name_of, say
from liqtui.cli.exits import CliError, ExitCode

if TYPE_CHECKING:
    from liqtui.events import Side
    from liqtui.feeds.ladders import Kept, LadderFiles
    from liqtui.instruments import Name
    from liqtui.view import LadderView

SUMMARY = "the ladders learned so far: show them, or forget them"
SCHEMA = "liqtui.ladder/1"
BAR = 30
"""Cells of the longest bar."""
OFFERED = 5


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Shares of openings by effective leverage, learned from the liquidations that happened while liqtui ran live. "
        "Without INSTRUMENT: all that are saved. A liqtui that runs while they are forgotten saves its own again."
    )
    parser.add_argument("instrument", nargs="?", metavar="INSTRUMENT", help="BTC-USDT-SWAP, okx:BTC-USDT-250523")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object")
    form.add_argument("--reset", action="store_true", help="forget this ladder, or all")


def run(args: argparse.Namespace) -> int:
    from liqtui.feeds.ladders import LadderFiles, ladder_folder

    files = LadderFiles(ladder_folder())
    name = None if args.instrument is None else name_of(args.instrument)
    if args.reset:
        return _reset(files, name)
    shown = _shown(files)
    if name is not None:
        shown = {full: row for full, row in shown.items() if full == _found(str(name), list(shown))}
    if args.json:
        print(json.dumps({"schema": SCHEMA, "ladders": [_row(full, *row) for full, row in shown.items()]}, indent=1))
        return ExitCode.OK
    if not shown:
        say(f"nothing is learned yet; {files.folder} is where it would be")
    print("\n".join(line for full, (_, view) in shown.items() for line in (*table(full, view), "")), end="")
    return ExitCode.OK


def table(name: str, ladder: "LadderView | None") -> list[str]:
    """One ladder for reading."""
    from liqtui.events import Side
    from liqtui.export.ladder import utc

    if ladder is None:
        return [f"{name}  of another version of the model; it will be learned anew"]
    when = "never" if ladder.learned_ns is None else utc(ladder.learned_ns)
    lines = [f"{name}  learned {when}   {ladder.events:,.1f} effective events"]
    if not ladder.identified:
        lines.append("level not identified: only the shape is learned, what a side adds up to is assumed")
    weights = "   ".join(f"{share:.0%} {weight:.0%}" for share, weight in ladder.churn)
    lines.append(f"turnover share χ and its weight: {weights}")
    most = float(ladder.high.max())
    for side in Side:
        lines += ["", f"{side.name.lower():7}{'SHARE':>8}{'80 % INTERVAL':>19}"]
        lines += _rungs(ladder, side, most)
        never = 1.0 - float(ladder.mean[side].sum())
        lines.append(f"{'never':>7}{never:>8.1%}")
    return lines


def _rungs(ladder: "LadderView", side: "Side", most: float) -> list[str]:
    """A row per rung: the bar ends at the share, the line at the upper end of its interval."""
    out = []
    rows = zip(ladder.leverage, *(part[side].tolist() for part in (ladder.mean, ladder.low, ladder.high)), strict=True)
    for leverage, mean, low, high in rows:
        bar, whisker = (round(BAR * end / most) if most > 0.0 else 0 for end in (mean, high))
        interval = f"{low:.1%} – {high:.1%}"
        drawn = "█" * bar + "─" * (whisker - bar)
        out.append(f"{leverage:>6.3g}×{mean:>8.1%}{interval:>19}  {drawn}".rstrip())
    return out


def _shown(files: "LadderFiles") -> "dict[str, tuple[Kept, LadderView | None]]":
    """Every saved ladder by full name, as the program would take it up; None where it would not.

    Raises:
        CliError: a file cannot be read.
    """
    from liqtui import venues
    from liqtui.engine.kin import Relative, kin_of, revived

    out: dict[str, tuple[Kept, LadderView | None]] = {}
    for venue in files.venues():
        if venue not in venues.names():
            continue
        kept, problem = files.load(venue)
        if problem:
            raise CliError(ExitCode.FAILURE, problem)
        thinned = venues.load(venue).thinned_liquidations
        alive = {one.learned.symbol: revived(one.learned, thinned) for one in kept}
        for one in kept:
            symbol = one.learned.symbol
            kin = kin_of(
                Relative(other.perpetual and other.family == one.family, other.learned.symbol, learner)
                for other in kept
                if other is not one and (learner := alive[other.learned.symbol]) is not None
            )
            learner = revived(one.learned, thinned, kin)
            out[f"{venue}:{symbol}"] = one, None if learner is None else learner.view()
    return out


def _row(name: str, kept: "Kept", ladder: "LadderView | None") -> dict[str, object]:
    """For scripts: the ladder as `once --json` has it; null where it is of another version of the model."""
    from liqtui.export.ladder import ladder_json

    return {"instrument": name, "family": kept.family, "ladder": ladder_json(ladder)}


def _reset(files: "LadderFiles", name: "Name | None") -> int:
    try:
        if name is None:
            gone = [f"{venue}:{symbol}" for venue in files.venues() for symbol in files.remove(venue, None)]
        else:
            saved = {f"{v}:{one.learned.symbol}": v for v in files.venues() for one in files.load(v)[0]}
            full = _found(str(name), list(saved))
            gone = [f"{name.venue}:{symbol}" for symbol in files.remove(saved[full], full.partition(":")[2])]
    except OSError as error:
        raise CliError(ExitCode.FAILURE, f"not forgotten: {error}") from error
    print(f"forgotten: {', '.join(gone)}" if gone else "there was nothing to forget")
    return ExitCode.OK


def _found(wanted: str, names: list[str]) -> str:
    """The saved name that is meant, whatever its case.

    Raises:
        CliError: there is none; with the nearest names.
    """
    by_upper = {name.upper(): name for name in names}
    found = by_upper.get(wanted.upper())
    if found is None:
        near = difflib.get_close_matches(wanted.upper(), by_upper, n=OFFERED, cutoff=0.5)
        hint = f"; nearest: {', '.join(by_upper[one] for one in near)}" if near else ""
        raise CliError(ExitCode.USAGE, f"no ladder of {wanted} is saved{hint}")
    return found
