"""`liqtui once INSTRUMENT`: one map to stdout, for scripts."""

import argparse
import math
import sys
import time
from typing import TYPE_CHECKING

from liqtui.cli.common import POLL_S, awaited, config_argument, configuration, follow, name_of, say, venues_of
from liqtui.cli.exits import CliError, ExitCode

if TYPE_CHECKING:
    from liqtui.instruments import Name
    from liqtui.view import Source, View

SUMMARY = "one map to stdout, for scripts"
ANSWER_S = 15.0
"""An answer comes within this time, or exit code 4."""
SUM_S = 2.0
"""Times as long a sum may take: it waits for the slowest of its venues, and works the history of them all."""
RESERVE_S = 1.0
"""Kept for printing and closing."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("instrument", metavar="INSTRUMENT", help="BTC-USDT-SWAP, okx:BTC-USDT-250523, all:BTC-USDT")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", dest="form", action="store_const", const="json", help="the whole map")
    form.add_argument("--csv", dest="form", action="store_const", const="csv", help="price,long,short per bin")
    form.add_argument("--clusters", dest="form", action="store_const", const="clusters", help="the clusters as CSV")
    form.add_argument(
        "--ladder", dest="form", action="store_const", const="ladder", help="stock, book, traded per bin as CSV")
    form.add_argument("--table", dest="form", action="store_const", const="table", help="for reading (default)")
    origin = parser.add_mutually_exclusive_group()
    origin.add_argument("--replay", metavar="FILE", help="the map at the end of a recording")
    origin.add_argument("--demo", action="store_true", help="of the simulated exchange")
    parser.add_argument("--parts", action="store_true", help="of a sum, with --json: each venue's bins, too")
    config_argument(parser)
    parser.set_defaults(form="table")


def run(args: argparse.Namespace) -> int:
    from liqtui import export
    from liqtui.cli import sources

    loaded = configuration(args)
    name = name_of(args.instrument)
    if args.parts and args.form != "json":
        raise CliError(ExitCode.USAGE, "--parts goes with --json")
    if args.replay:
        view = _last(args.replay, name, _deadline(ANSWER_S))
    else:
        ask = venues_of(name, loaded)
        with sources.demo(loaded, ask=ask) if args.demo else sources.live(loaded, ask=ask) as source:
            view = _whole(source, name, _patience_s(name))  # from when simulated venues have started
    if args.form == "json":
        sys.stdout.write(export.view_to_json_text(view, parts=args.parts))
    else:
        sys.stdout.write(export.FORMS.get(args.form, export.view_to_table)(view))
    sys.stdout.flush()
    missing = None if args.replay else export.missing(view, _stages(name))
    if missing:
        say(f"the data are not complete: {missing}")
        return ExitCode.PARTIAL
    return ExitCode.OK


def _patience_s(name: "Name") -> float:
    """Within which an answer comes."""
    from liqtui.instruments import SUM_VENUE

    return ANSWER_S * (SUM_S if name.venue == SUM_VENUE else 1.0)


def _deadline(patience_s: float) -> float:
    """Monotonic seconds."""
    return time.monotonic() + patience_s - RESERVE_S


def _whole(source: "Source", name: "Name", patience_s: float) -> "View":
    """The first View with all history in its map; at the deadline, whatever map there is.

    Sockets or REST alone make a map, too: only where neither brings anything the venue is unreachable.
    """
    from liqtui.engine.estimate import CACHED
    from liqtui.engine.price import CLOSE
    from liqtui.export import missing

    deadline = _deadline(patience_s)
    full, stages = follow(source, name, deadline), _stages(name)
    late = f"no map of {full} within {patience_s:.0f} s"

    def begun() -> "View | None":
        view = source.view(full)
        if view is None or view.map is None:
            return None
        backfill = view.health.backfill
        fetched = backfill is not None and backfill.stage not in ("", CACHED)
        return view if fetched or view.figures.mark_source != CLOSE else None

    def whole() -> "View | None":
        view = source.view(full)
        if view is None or view.map is None:
            return None
        lacking, backfill = missing(view, stages), view.health.backfill
        settled = lacking is None or (backfill is not None and lacking == backfill.problem)  # a refusal will not pass
        return view if settled or time.monotonic() > deadline else None

    awaited(source, begun, deadline, late)
    while (view := whole()) is None and time.monotonic() < deadline + 2 * POLL_S:
        time.sleep(POLL_S)
    if view is None:
        raise CliError(ExitCode.TIMEOUT, late)
    return view


def _last(file: str, name: "Name", deadline: float) -> "View":
    """The View at the end of a recording."""
    from liqtui.cli import sources
    from liqtui.engine import STEP_NS

    late = f"{file} cannot be played within {ANSWER_S:.0f} s"
    with sources.replay(file, speed=math.inf) as source:
        awaited(source, lambda: source.finished or None, deadline, late)
        full = follow(source, name, deadline)
        if trouble := source.trouble(full):
            raise CliError(ExitCode.USAGE, trouble)
        end_ns = source.span_ns[1]

        def final() -> "View | None":
            view = source.view(full)
            return view if view is not None and view.time_ns > end_ns - STEP_NS else None

        return awaited(source, final, deadline, f"no map of {full} in {file}")


def _stages(name: "Name") -> tuple[str, ...]:
    """The stages at which all history is in the map: the venue's finest, and the joint with the live stream."""
    from liqtui import venues
    from liqtui.instruments import SUM_VENUE

    if name.venue == SUM_VENUE:
        return ("joined",)
    return venues.load(name.venue).history[-1].name, "joined"
