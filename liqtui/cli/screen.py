"""`liqtui [INSTRUMENT…]`: the screen on live markets. Also opens it for `demo` and `replay`."""

import argparse
import os
import sys
from contextlib import AbstractContextManager, ExitStack
from typing import TYPE_CHECKING, get_args

from liqtui.cli.common import config_argument, configuration, name_of
from liqtui.cli.exits import CliError, ExitCode

if TYPE_CHECKING:
    from liqtui.config import Loaded
    from liqtui.ui.options import UiOptions
    from liqtui.view import Source


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "instruments", nargs="*", metavar="INSTRUMENT",
        help="what to show: BTC-USDT-SWAP, okx:BTC-USDT-250523 (default: the configuration's watch list)",
    )
    screen_arguments(parser)


def screen_arguments(parser: argparse.ArgumentParser) -> None:
    """What every command that opens the screen takes."""
    from liqtui.config import ColorChoice

    parser.add_argument("--theme", metavar="T", help="a theme's name (`liqtui themes`)")
    parser.add_argument("--color", choices=get_args(ColorChoice), help="colours the terminal can show (default: auto)")
    parser.add_argument("--fps", type=_fps, metavar="N", help="frames a second, 1–60 (default: 10, over SSH 4)")
    config_argument(parser)


def run(args: argparse.Namespace) -> int:
    from liqtui.cli import sources

    need_terminal()
    loaded = settings(args)
    sources.check(loaded)
    asked = loaded.config.connected(args.instruments or [loaded.config.instrument])
    return show(sources.live(loaded, ask=asked), ui_options(loaded, args.instruments, "live"))


def need_terminal() -> None:
    """Make sure there is something to draw on.

    Raises:
        CliError: there is not.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise CliError(ExitCode.USAGE, "the screen needs a terminal; for scripts: liqtui once BTC-USDT-SWAP --json")


def settings(args: argparse.Namespace) -> "Loaded":
    """Configuration with the command line's choices over it. Its problems do not keep the screen from opening."""
    loaded = configuration(args, strict=False)
    return loaded.override("command line", theme=args.theme, color=args.color, fps=args.fps)


def ui_options(loaded: "Loaded", instruments: list[str], kind: str) -> "UiOptions":
    """How the screen opens: the named instruments, else the configured ones."""
    from liqtui.ui.options import UiOptions

    config = loaded.config
    wanted = instruments or [config.instrument, *config.watch]
    return UiOptions(
        instruments=tuple(dict.fromkeys(str(name_of(text)) for text in wanted)),
        kind=kind,
        theme=config.theme,
        color=config.color,
        fps=config.fps,
        mouse=config.mouse,
        keys=config.keys,
        environ=dict(os.environ),
    )


def show(source: "AbstractContextManager[Source]", options: "UiOptions") -> int:
    """Run the screen until it is left; `source` is entered once the first frame is painted. Returns the exit code."""
    from liqtui.ui.run import run_app

    with ExitStack() as stack:
        return run_app(lambda: stack.enter_context(source), options)


def _fps(text: str) -> int:
    try:
        fps = int(text)
    except ValueError:
        fps = 0
    if not 1 <= fps <= 60:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 60")
    return fps
