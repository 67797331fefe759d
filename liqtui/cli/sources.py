"""Where a command's data comes from: live venues, a simulated exchange started for it, or a recording."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from liqtui.cli.common import say
from liqtui.cli.exits import CliError, ExitCode

if TYPE_CHECKING:
    from liqtui.config import Loaded
    from liqtui.session import ReplaySession, Session


def check(loaded: "Loaded") -> None:
    """Look at the venues' settings before anything is opened.

    Raises:
        CliError: they make no sense, such as a region a venue does not have.
    """
    from liqtui import venues

    for name, settings in loaded.config.venues.items():
        try:
            venues.load(name, settings)
        except ValueError as error:
            raise CliError(ExitCode.USAGE, str(error)) from None


@contextmanager
def live(
    loaded: "Loaded", *, record_to: Path | None = None, ask: Collection[str] | None = None
) -> Iterator["Session"]:
    """The venues, connected until the block ends: at once those the configuration names (those of `ask`, where it is
    given), the others when something of theirs is wanted."""
    from liqtui.session import open_live

    check(loaded)
    try:
        session = open_live(loaded.config, record_to=record_to, ask=ask)
    except OSError as error:
        raise CliError(ExitCode.FAILURE, str(error)) from error
    try:
        yield session
    finally:
        session.close()
        for words in session.unwritten:
            say(words)


@contextmanager
def demo(
    loaded: "Loaded", *, seed: int | None = None, regime: str | None = None, ask: Collection[str] = ()
) -> Iterator["Session"]:
    """Simulated venues in a process of their own, and the same program connected to them: those of `ask` that can be
    simulated, else all.
    """
    from liqtui.session import open_live
    from liqtui.sim.process import SimulatorError, running
    from liqtui.sim.settings import VENUE_NAMES, SimSettings
    from liqtui.venues.base import VenueSettings

    options = () if regime is None else ("--regime", regime)
    try:
        venues = [name for name in VENUE_NAMES if name in ask] or VENUE_NAMES
        with running(SimSettings().seed if seed is None else seed, *options, venues=venues) as there:
            simulated = {name: VenueSettings(ws_url=at.ws, rest_url=at.rest) for name, at in there.items()}
            session = open_live(loaded.config, venue_settings_override=simulated, kind="demo")
            try:
                yield session
            finally:
                session.close()
    except SimulatorError as error:
        raise CliError(ExitCode.FAILURE, f"the simulated exchange did not start: {error}") from error


@contextmanager
def replay(file: str, *, speed: float) -> Iterator["ReplaySession"]:
    """A recording, or the folder of a capture, played from its start."""
    path = existing(file)
    from liqtui.feeds.reader import RecordingError
    from liqtui.session import open_replay

    try:
        session = open_replay(path, speed=speed)
    except (OSError, RecordingError) as error:
        raise CliError(ExitCode.FAILURE, f"{path}: {error}") from error
    try:
        yield session
    finally:
        session.close()


def existing(file: str) -> Path:
    """The path of a recording.

    Raises:
        CliError: there is none.
    """
    path = Path(file).expanduser()
    if not path.exists():
        raise CliError(ExitCode.USAGE, f"no recording {path}")
    return path
