"""`liqtui config show|path|init`: what is set, where, and a file to start from."""

import argparse
import textwrap
from typing import TYPE_CHECKING

from liqtui.cli.common import config_argument, configuration

if TYPE_CHECKING:
    from liqtui.config import Loaded

SUMMARY = "show what is set and where it came from, say where the file is, or write one to start from"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("show", "path", "init"), help="what to do")
    config_argument(parser)


def run(args: argparse.Namespace) -> int:
    from liqtui.cli.exits import CliError, ExitCode
    from liqtui.config import config_path

    path = config_path(args.config)
    if args.action == "path":
        print(path)
        return ExitCode.OK
    if args.action == "init":
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(sample())
        except FileExistsError:
            raise CliError(ExitCode.FAILURE, f"{path} exists and stays as it is") from None
        except OSError as error:
            raise CliError(ExitCode.FAILURE, f"cannot write {path}: {error.strerror}") from None
        print(path)
        return ExitCode.OK
    loaded = configuration(args, strict=False)
    print(shown(loaded), end="")
    return ExitCode.USAGE if loaded.problems else ExitCode.OK


def shown(loaded: "Loaded") -> str:
    """Every key with its value and, in a comment, where it came from. Itself TOML, but for what is unset."""
    from liqtui.config import values

    rows = [
        (f"# {key}" if value is None else f"{key} = {toml(value)}", origin) for key, value, origin in values(loaded)
    ]
    width = max(len(left) for left, _ in rows)
    return "".join(f"{left:{width}}  # {origin}\n" for left, origin in rows)


def sample() -> str:
    """A file that documents every key and sets none."""
    from liqtui.config import describe

    lines = ["# liqtui. Every key is shown with its default; take the # away to change it.", ""]
    for name, words, default in describe():
        lines += textwrap.wrap(words, 100, initial_indent="# ", subsequent_indent="# ")
        if name == "venues":
            lines += ["# [venues.okx]", '# region = "www"', ""]
        elif name == "lists":
            lines += ["# [lists]", '# majors = ["BTC-USDT-SWAP", "ETH-USDT-SWAP", "bybit:SOLUSDT"]', ""]
        elif name == "keys":
            lines += ["# [keys]", '# help = "question_mark"', ""]
        else:
            lines += [f"# {name} = {'' if default is None else toml(default)}".rstrip(), ""]
    return "\n".join(lines[:-1]) + "\n"


def toml(value: object) -> str:
    """A string, number, truth value or list of strings as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml(part) for part in value)}]"
    return str(value)
