"""`liqtui once INSTRUMENT`: one map to stdout, for scripts."""

import argparse
import math
import sys
import time
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from liqtui.cli.common import POLL_S, awaited, config_argument, configuration, follow, name_of, say
from liqtui.cli.exits import ExitCode

if TYPE_CHECKING:
    from liqtui.config import Loaded
    from liqtui.instruments import Name
    from liqtui.view import Source, View

SUMMARY = "one map to stdout, for scripts"
ANSWER_S = 15.0
"""An answer comes within this time, or exit code 4."""
RESERVE_S = 1.0
"""Kept for printing and closing."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("instrument", metavar="INSTRUMENT", help="BTC-USDT-SWAP, okx:BTC-USDT-250523")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", dest="form", action="store_const", const="json", help="the whole map")
    form.add_argument("--csv", dest="form", action="store_const", const="csv", help="price,long,short per bin")
    form.add_argument("--table", dest="form", action="store_const", const="table", help="for reading (default)")
    origin = parser.add_mutually_exclusive_group()
    origin.add_argument("--replay", metavar="FILE", help="the map at the end of a recording")
    origin.add_argument("--demo", action="store_true", help="of the simulated exchange")
    config_argument(parser)
    parser.set_defaults(form="table")


def run(args: argparse.Namespace) -> int:
    from liqtui.cli import export

    deadline = time.monotonic() + ANSWER_S - RESERVE_S
    loaded = configuration(args)
    name = name_of(args.instrument)
    with _source(args, loaded) as source:
        view = _complete(source, name, deadline)
    write = {"json": export.view_to_json_text, "csv": export.view_to_csv, "table": export.view_to_table}[args.form]
    sys.stdout.write(write(view))
    sys.stdout.flush()
    missing = export.missing(view, replayed=bool(args.replay))
    if missing:
        say(f"the data are not complete: {missing}")
        return ExitCode.PARTIAL
    return ExitCode.OK


def _source(args: argparse.Namespace, loaded: "Loaded") -> "AbstractContextManager[Source]":
    from liqtui.cli import sources

    if args.replay:
        return sources.replay([args.replay], speed=math.inf)
    return sources.demo(loaded) if args.demo else sources.live(loaded)


def _complete(source: "Source", name: "Name", deadline: float) -> "View":
    """The first View whose history is in; at the deadline, whatever map there is."""
    from liqtui.cli.export import missing

    full = follow(source, name, deadline)

    def whole() -> "View | None":
        view = source.view(full)
        if view is None or view.map is None:
            return None
        return view if time.monotonic() > deadline or missing(view) is None else None

    return awaited(source, whole, deadline + POLL_S, f"no map of {full} within {ANSWER_S:.0f} s")
