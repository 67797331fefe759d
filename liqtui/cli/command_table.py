"""Every command with its parser: what help, reference and completion are made from."""

import argparse
import importlib
from collections.abc import Iterator
from typing import NamedTuple

from liqtui.cli import COMMANDS, SCREEN, parser_of


class Option(NamedTuple):
    """One option or argument."""

    flags: tuple[str, ...]
    """`--layout`; empty for an argument."""
    metavar: str
    """What follows it; empty for a switch."""
    choices: tuple[str, ...]
    telling: str


class Command(NamedTuple):
    """One command."""

    name: str
    """Empty for `liqtui` itself."""
    summary: str
    usage: str
    options: tuple[Option, ...]


def commands() -> Iterator[Command]:
    """The screen first, then the others in their order."""
    for name in (SCREEN, *COMMANDS):
        module = importlib.import_module(f"liqtui.cli.{name}")
        parser = parser_of(name)
        module.arguments(parser)
        usage = " ".join(parser.format_usage().removeprefix("usage: ").split())
        summary = "the screen on live markets" if name == SCREEN else module.SUMMARY
        actions = (action for action in parser._actions if not isinstance(action, argparse._HelpAction))
        yield Command("" if name == SCREEN else name, summary, usage, tuple(_option(action) for action in actions))


def _option(action: argparse.Action) -> Option:
    choices = tuple(map(str, action.choices or ()))
    metavar = action.metavar if isinstance(action.metavar, str) else ""
    if not metavar and action.nargs != 0:
        metavar = "|".join(choices) or action.dest.upper()
    return Option(tuple(action.option_strings), metavar, choices, action.help or "")
