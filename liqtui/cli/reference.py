"""`liqtui reference`: everything about the command line on one page, made from the commands themselves."""

import argparse
import sys
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from liqtui.cli.exits import EXPLAINED, ExitCode

if TYPE_CHECKING:
    from liqtui.cli.command_table import Command

SUMMARY = "all commands, options, keys and settings on one page (--man: as a manual page)"
WIDTH = 100


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--man", action="store_true", help="in the form man(1) reads: reference --man > liqtui.1")


def run(args: argparse.Namespace) -> int:
    from liqtui.cli.command_table import commands

    table = list(commands())
    lines = _manual(table) if args.man else _page(table)
    sys.stdout.write("\n".join(lines) + "\n")
    return ExitCode.OK


def _page(table: "list[Command]") -> Iterator[str]:
    yield from ("NAME", "    liqtui — a live liquidation map in your terminal", "", "COMMANDS")
    for command in table:
        yield ""
        yield from _wrapped(command.usage, 2, 8)
        yield from _wrapped(f"{command.summary}.", 6)
        for name, telling in _options(command):
            yield f"      {name}"
            yield from _wrapped(telling, 12)
    yield from ("", "KEYS")
    for caps, name, telling in _keys():
        yield from _wrapped(f"{caps:<14}{name:<20}{telling}", 2, 36)
    yield from ("", "SETTINGS")
    for name, telling in _settings():
        yield from _wrapped(f"{name:<18}{telling}", 2, 20)
    yield from ("", "EXIT CODES", *(f"  {line}" for line in EXPLAINED.splitlines()[1:]))


def _manual(table: "list[Command]") -> Iterator[str]:
    from liqtui import __version__

    yield f'.TH LIQTUI 1 "" "liqtui {__version__}"'
    yield from (".SH NAME", "liqtui \\- a live liquidation map in your terminal", ".SH SYNOPSIS")
    for command in table:
        yield from (".B " + _roff(command.usage), ".br")
    yield ".SH COMMANDS"
    for command in table:
        yield from (".SS " + _roff(f"liqtui {command.name}".rstrip()), _roff(f"{command.summary}."))
        for name, telling in _options(command):
            yield from (".TP", ".B " + _roff(name), _roff(telling))
    yield ".SH KEYS"
    for caps, name, telling in _keys():
        yield from (".TP", ".B " + _roff(f"{caps} ({name})"), _roff(telling))
    yield ".SH SETTINGS"
    for name, telling in _settings():
        yield from (".TP", ".B " + _roff(name), _roff(telling))
    yield ".SH EXIT STATUS"
    for line in EXPLAINED.splitlines()[1:]:
        yield from (_roff(line.strip()), ".br")


def _options(command: "Command") -> Iterator[tuple[str, str]]:
    for option in command.options:
        yield " ".join(part for part in (", ".join(option.flags), option.metavar) if part), option.telling


def _keys() -> Iterator[tuple[str, str, str]]:
    from liqtui.cli.keys import tables

    for _, rows in tables({}):
        yield from rows


def _settings() -> Iterator[tuple[str, str]]:
    from liqtui.config import describe

    for name, telling, default in describe():
        shown = "unset" if default is None else "empty" if default in ((), {}) else str(default)
        yield name, f"{telling} (default: {shown})"


def _wrapped(text: str, indent: int, hanging: int | None = None) -> list[str]:
    after = " " * (indent if hanging is None else hanging)
    return textwrap.wrap(text, WIDTH, initial_indent=" " * indent, subsequent_indent=after) or [""]


def _roff(text: str) -> str:
    """Text that roff takes as it is: no control line, no escape."""
    safe = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{safe}" if safe.startswith((".", "'")) else safe
