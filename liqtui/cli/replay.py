"""`liqtui replay FILE`: a recording, live again."""

import argparse
import math

SUMMARY = "a recording, live again: pause, step, seek, speed"


def arguments(parser: argparse.ArgumentParser) -> None:
    from liqtui.cli.screen import screen_arguments

    parser.add_argument("file", metavar="FILE", help="what `liqtui record` wrote")
    parser.add_argument("--speed", type=speed, default=1.0, metavar="N|max", help="times real time (default: 1)")
    screen_arguments(parser)


def run(args: argparse.Namespace) -> int:
    from liqtui.cli import screen, sources

    screen.need_terminal()
    loaded = screen.settings(args)
    sources.existing(args.file)
    options = screen.ui_options(loaded, args, [], "replay")
    return screen.show(sources.replay(args.file, speed=args.speed), options)


def speed(text: str) -> float:
    """A factor of real time; `max` is as fast as it goes."""
    if text == "max":
        return math.inf
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not 0 < factor < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a speed above 0 nor `max`")
    return factor
