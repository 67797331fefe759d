"""The command line: one module per command, each with `SUMMARY`, `arguments(parser)` and `run(args)`.

Nothing heavy is imported here; a command imports what it needs when it runs. stdout is data, stderr is narration.
"""

import argparse
import importlib
import os
import signal
import sys
from types import FrameType

from liqtui.cli.exits import EXPLAINED, CliError, ExitCode

COMMANDS = (
    "demo", "replay", "record", "once", "score", "ladder", "instruments", "themes", "keys", "doctor", "config",
    "reference", "completion",
)
SCREEN = "screen"
_TAKES_VALUE = ("--layout", "--theme", "--color", "--fps", "--config")


def main(argv: list[str] | None = None) -> int:
    """Run `argv` (without the program's name); returns the exit code."""
    command, rest = _split(sys.argv[1:] if argv is None else argv)
    module = importlib.import_module(f"liqtui.cli.{command}")
    parser = parser_of(command)
    module.arguments(parser)
    args = parser.parse_args(rest)
    try:
        signal.signal(signal.SIGTERM, _terminated)
        return int(module.run(args))
    except CliError as error:
        print(f"liqtui: {error}", file=sys.stderr)
        return int(error.code)
    except KeyboardInterrupt:
        return int(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter complains at its end
        return int(ExitCode.OK)


def _split(argv: list[str]) -> tuple[str, list[str]]:
    """The command and its arguments; options may come before it. Without one, the screen is meant."""
    skip = False
    for i, token in enumerate(argv):
        if skip:
            skip = False
        elif token.startswith("-"):
            skip = token in _TAKES_VALUE
        elif token in COMMANDS:
            return token, [*argv[:i], *argv[i + 1 :]]
        else:
            break
    return SCREEN, list(argv)


def parser_of(command: str) -> argparse.ArgumentParser:
    """The parser of a command (`SCREEN`: of the program itself), still without the command's own arguments."""
    if command == SCREEN:
        modules = ((name, importlib.import_module(f"liqtui.cli.{name}").SUMMARY) for name in COMMANDS)
        commands = "\n".join(f"  liqtui {name:12} {summary}" for name, summary in modules)
        parser = argparse.ArgumentParser(
            prog="liqtui",
            description="A live liquidation map in your terminal.",
            epilog=f"commands (each has --help):\n{commands}\n\n{EXPLAINED}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        parser.add_argument("--version", action="version", version=f"liqtui {_version()}")
        return parser
    summary: str = importlib.import_module(f"liqtui.cli.{command}").SUMMARY
    return argparse.ArgumentParser(
        prog=f"liqtui {command}",
        description=summary[0].upper() + summary[1:] + ".",
        epilog=EXPLAINED,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _version() -> str:
    from liqtui import __version__

    return __version__


def _terminated(signum: int, _frame: FrameType | None) -> None:
    """Leave by the door, so that files and child processes are closed."""
    raise SystemExit(128 + signum)
