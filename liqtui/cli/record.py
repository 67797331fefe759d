"""`liqtui record -o FILE INSTRUMENT…`: raw frames and REST replies with their receive times."""

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from liqtui.cli.common import POLL_S, config_argument, configuration, follow, name_of, say

if TYPE_CHECKING:
    from liqtui.view import Source

SUMMARY = "write raw frames and REST replies to a file until stopped"
START_S = 15.0
REPORT_S = 10.0


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="gzip JSON lines; must not exist yet")
    parser.add_argument("instruments", nargs="+", metavar="INSTRUMENT", help="what to record")
    config_argument(parser)


def run(args: argparse.Namespace) -> int:
    from liqtui.cli import sources
    from liqtui.cli.exits import CliError, ExitCode

    loaded = configuration(args)
    names = [name_of(text) for text in args.instruments]
    path = target(args.output, loaded.config.record_folder)
    if path.exists():
        raise CliError(ExitCode.USAGE, f"{path} exists; a recording never overwrites one")
    if not path.parent.is_dir():
        raise CliError(ExitCode.USAGE, f"no folder {path.parent}")
    with sources.live(loaded, record_to=path, ask={name.venue for name in names}) as source:
        deadline = time.monotonic() + START_S
        followed = [follow(source, name, deadline) for name in names]
        say(f"recording {', '.join(followed)} to {path}; Ctrl+C ends it")
        report_at = time.monotonic() + REPORT_S
        while not (source.unwritten or source.status().words):
            time.sleep(POLL_S)
            if time.monotonic() >= report_at:
                report_at += REPORT_S
                say(_report(source, path))
        for words in source.status().words:  # the feeds have ended by a failure of our own
            say(words)
    return ExitCode.FAILURE


def target(output: str, folder: str | None) -> Path:
    """Where the recording goes: a bare file name goes into the configured folder, where there is one."""
    path = Path(output).expanduser()
    return Path(folder).expanduser() / path if folder and path.parent == Path(".") else path


def _report(source: "Source", path: Path) -> str:
    feeds = "  ".join(
        f"{feed.venue} {feed.state}{f' ({feed.reason})' if feed.reason else ''}, {feed.gaps} gaps,"
        f" {feed.reconnects} reconnects"
        for feed in source.status().feeds
    )
    size = f"{path.stat().st_size / 1e6:.1f} MB" if path.exists() else f"{path} is gone (moved, removed)"
    return f"{size}  {feeds}"
