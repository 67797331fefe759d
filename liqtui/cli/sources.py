"""Where a command's data comes from: live venues, a simulated exchange started for it, or a recording."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from liqtui.cli.exits import CliError, ExitCode

if TYPE_CHECKING:
    from liqtui.config import Loaded
    from liqtui.session import ReplaySession, Session


@contextmanager
def live(loaded: "Loaded", *, record_to: Path | None = None) -> Iterator["Session"]:
    """The venues of the configuration, connected until the block ends."""
    from liqtui.session import open_live

    try:
        session = open_live(loaded.config, record_to=record_to)
    except (ValueError, LookupError) as error:
        raise CliError(ExitCode.USAGE, str(error)) from error
    except OSError as error:
        raise CliError(ExitCode.FAILURE, str(error)) from error
    try:
        yield session
    finally:
        session.close()


@contextmanager
def demo(loaded: "Loaded", *, seed: int | None = None) -> Iterator["Session"]:
    """A simulated exchange in its own process, and the same program connected to it."""
    from liqtui.session import open_live
    from liqtui.sim.process import running

    with running(seed=seed) as exchange:
        session = open_live(loaded.config, venue_settings_override=exchange.settings, kind="demo")
        try:
            yield session
        finally:
            session.close()


@contextmanager
def replay(files: list[str], *, speed: float) -> Iterator["ReplaySession"]:
    """Recordings, played as one."""
    paths = [Path(file) for file in files]
    for path in paths:
        if not path.is_file():
            raise CliError(ExitCode.USAGE, f"no recording {path}")
    from liqtui.session import open_replay

    try:
        session = open_replay(paths, speed=speed)
    except (OSError, ValueError) as error:
        raise CliError(ExitCode.FAILURE, f"{paths[0]}: {error}") from error
    try:
        yield session
    finally:
        session.close()
