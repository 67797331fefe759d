"""What commands share: configuration, names, narration, and waiting for a source."""

import argparse
import sys
import time
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, TypeVar

from liqtui.cli.exits import CliError, ExitCode

if TYPE_CHECKING:
    from liqtui.config import Loaded
    from liqtui.instruments import Instrument, Name
    from liqtui.view import Health, Source

T = TypeVar("T")
POLL_S = 0.05
GRACE_S = 4.0
"""How long a venue that refuses or does not answer may change its mind before a command gives up."""


def say(words: str) -> None:
    """A line of narration: stderr, so that stdout stays data."""
    print(f"liqtui: {words}", file=sys.stderr, flush=True)


def config_argument(parser: argparse.ArgumentParser) -> None:
    """`--config FILE`, as every command that reads the configuration takes it."""
    parser.add_argument("--config", metavar="FILE", help="configuration file (default: see `liqtui config path`)")


def configuration(args: argparse.Namespace, *, strict: bool = True) -> "Loaded":
    """The configuration in force; its problems are narrated.

    Raises:
        CliError: there are problems and the command is `strict`: a script should not run on half its settings.
    """
    from liqtui.config import load

    loaded = load(args.config)
    for problem in loaded.problems:
        say(problem)
    if loaded.problems and strict:
        raise CliError(ExitCode.USAGE, "the configuration is broken; mend it or name another with --config")
    return loaded


def name_of(text: str) -> "Name":
    """An instrument as typed.

    Raises:
        CliError: it is none, or of a venue there is not.
    """
    from liqtui import venues
    from liqtui.instruments import SUM_VENUE, parse_name

    try:
        name = parse_name(text)
    except ValueError as error:
        raise CliError(ExitCode.USAGE, str(error)) from None
    if name.venue not in (*venues.names(), SUM_VENUE):
        raise CliError(ExitCode.USAGE, f"no venue {name.venue!r}; there are: {', '.join(venues.names())}")
    return name


def venues_of(name: "Name", loaded: "Loaded") -> tuple[str, ...]:
    """The venues to ask for a name: its own, or those that a sum adds up."""
    from liqtui.instruments import SUM_VENUE

    return loaded.config.sum if name.venue == SUM_VENUE else (name.venue,)


def follow(source: "Source", name: "Name", deadline: float) -> str:
    """Make the instrument live, once its venue's listing has it; returns its full name.

    Raises:
        CliError: unknown or expired (with what is near or next), its venue cannot be reached, or no listing in time.
    """
    from liqtui.instruments import SUM_VENUE

    of = None if name.venue == SUM_VENUE else [name.venue]
    source.open_venues(of or ())

    def found() -> "Instrument | None":
        waits = any(of is None or venue in of for venue in source.awaited)
        try:
            source.watch(str(name))
            return source.catalogue.resolve(name, source.clock_ns())
        except LookupError as error:
            if waits:
                return None
            raise CliError(ExitCode.USAGE, str(error)) from None

    return awaited(source, found, deadline, "no listing of instruments in time", of or ()).name


def awaited(
    source: "Source", ask: Callable[[], T | None], deadline: float, late: str, venues: Collection[str] = ()
) -> T:
    """The first answer of `ask` that is not None, asked until `deadline` (monotonic seconds).

    Raises:
        CliError: UNREACHABLE while no feed (of `venues`, where some are named) has been live for `GRACE_S` and one
            says why; TIMEOUT with `late`.
    """
    started = time.monotonic()
    while (answer := ask()) is None:
        now = time.monotonic()
        refused = None if source.kind == "replay" else unreachable(source.status(), source.clock_ns(), venues)
        if refused and (now - started > GRACE_S or now > deadline):
            raise CliError(ExitCode.UNREACHABLE, refused)
        if now > deadline:
            raise CliError(ExitCode.TIMEOUT, late)
        time.sleep(POLL_S)
    return answer


def unreachable(health: "Health", now_ns: int, venues: Collection[str] = ()) -> str | None:
    """Why no venue (of `venues`, where some are named) can be reached, and for how long one that refuses does not want
    to be asked; None while one can or nothing is known yet."""
    told = [feed.trouble(now_ns, once=True) for feed in health.feeds if not venues or feed.venue in venues]
    return " · ".join(words for words in told if words) if told and all(told) else None


def tell(done: int, total: int, name: str) -> None:
    """Progress through simulated markets: rewritten in place on a terminal, else now and then a line."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done} of {total} markets ({name})\x1b[K" + ("\n" if done == total else ""))
    elif done == total or done % max(1, total // 10) == 0:
        sys.stderr.write(f"{done} of {total} markets\n")
    sys.stderr.flush()
