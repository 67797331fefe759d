"""`liqtui [INSTRUMENT…]`: the screen on live markets. Also opens it for `demo` and `replay`."""

import argparse
import os
import sys
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from liqtui.cli.common import config_argument, configuration, name_of
from liqtui.cli.exits import CliError, ExitCode

if TYPE_CHECKING:
    from liqtui.config import Loaded
    from liqtui.ui.options import UiOptions
    from liqtui.view import Source


Panes = Literal[1, 2, 4]
TABLE = "watch"
"""The layout that is the watch table."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "instruments", nargs="*", metavar="INSTRUMENT",
        help="what to show: BTC-USDT-SWAP, okx:BTC-USDT-250523 (default: the configuration's watch list)",
    )
    screen_arguments(parser, layouts=True)


def screen_arguments(parser: argparse.ArgumentParser, *, layouts: bool = False) -> None:
    """What every command that opens the screen takes. `layouts`: they come back and are kept."""
    from liqtui.config import ColorChoice

    panes = "1|2|4|watch|NAME" if layouts else "1|2|4|watch"
    kept = "; NAME: a layout that comes back and is kept under that name" if layouts else ""
    parser.add_argument(
        "--layout", metavar=panes, choices=None if layouts else [*map(str, get_args(Panes)), TABLE],
        help=f"how many panes, or the watch table{kept}")
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
    return show(sources.live(loaded, ask=asked), ui_options(loaded, args, args.instruments, "live"))


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
    return loaded.override("command line", color=args.color, fps=args.fps)


def layout_of(text: str | None) -> tuple[Panes | None, str]:
    """What `--layout` means: how many panes, and the name of the layout that comes back and is kept.

    Raises:
        CliError: it is neither a number of panes nor a name.
    """
    from liqtui.ui.profile import USUAL, is_name

    if text is None or text == TABLE:
        return None, USUAL
    for panes in get_args(Panes):
        if text == str(panes):
            return panes, USUAL
    if not is_name(text):
        raise CliError(
            ExitCode.USAGE, f"--layout {text}: 1, 2 or 4 panes, {TABLE}, or a name of letters, digits, - and _"
        )
    return None, text


def ui_options(loaded: "Loaded", args: argparse.Namespace, instruments: list[str], kind: str) -> "UiOptions":
    """How the screen opens: the named instruments, else the configured ones. Only a live screen has a layout that
    comes back."""
    from platformdirs import user_state_path

    from liqtui.alerts.rule import parse_alert
    from liqtui.instruments.lists import WATCH, member_of
    from liqtui.sim.settings import WATCH as WATCH_OF_DEMO
    from liqtui.ui.alarm import AlarmSettings
    from liqtui.ui.options import UiOptions

    config, (panes, layout) = loaded.config, layout_of(args.layout)
    listed = WATCH_OF_DEMO if kind == "demo" and loaded.origin("watch") == "default" else config.watch
    watch = tuple(dict.fromkeys(str(name_of(text)) for text in [config.instrument, *listed]))
    state = user_state_path("liqtui", appauthor=False)
    return UiOptions(
        instruments=tuple(dict.fromkeys(str(name_of(text)) for text in instruments)) or watch,
        named=bool(instruments),
        lists={WATCH: watch, **{name: tuple(map(member_of, of)) for name, of in config.lists.items()}},
        list_file=state / "lists.json" if kind == "live" else None,
        table=args.layout == TABLE or None,
        configured=str(name_of(config.instrument)),
        kind=kind,
        panes=panes,
        layout=layout if kind == "live" else None,
        welcome_file=state / "welcomed",
        theme=config.theme,
        theme_named=args.theme,
        color=config.color,
        fps=config.fps,
        mouse=config.mouse,
        keys=config.keys,
        alerts=tuple(parse_alert(text) for text in config.alerts),
        alert_file=state / "alerts.json" if kind == "live" else None,
        alarm=AlarmSettings(config.alert_bell, config.alert_notify, config.alert_command),
        export_folder=Path(config.export_folder) if config.export_folder else None,
        clipboard=config.clipboard,
        environ=dict(os.environ),
        problems=loaded.problems,
        config_file=loaded.path,
        renew=lambda: _renewed(args, instruments, kind),
    )


def _renewed(
    args: argparse.Namespace, instruments: list[str], kind: str
) -> "tuple[UiOptions | None, tuple[str, ...]]":
    """The options as the configuration has them by now, with the command line over it as before; None where it names
    what cannot be shown: a screen that is open stays open."""
    from liqtui.config import load

    loaded = load(args.config).override("command line", color=args.color, fps=args.fps)
    try:
        return ui_options(loaded, args, instruments, kind), loaded.problems
    except CliError as error:
        return None, (*loaded.problems, f"{loaded.path}: {error}")


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
