"""From settings to a session that runs."""

from collections.abc import Collection, Mapping
from pathlib import Path

from liqtui import venues as venue_files
from liqtui.config import Config
from liqtui.feeds.ladders import LadderFiles, ladder_folder
from liqtui.feeds.reader import open_recording
from liqtui.feeds.recorder import Recorder
from liqtui.feeds.shelf import Shelf
from liqtui.session.live import Session, Sums
from liqtui.session.replay import ReplaySession
from liqtui.venues.base import VenueSettings


def open_live(
    config: Config,
    *,
    venue_settings_override: Mapping[str, VenueSettings] | None = None,
    record_to: Path | None = None,
    kind: str = "live",
    ask: Collection[str] | None = None,
) -> Session:
    """Connect to venues, or to what `venue_settings_override` puts in their place; a demo knows no others.

    `ask`: the venues asked at once (None: those the configuration connects to, in a demo all); the others are when
    something of theirs is wanted.

    Raises:
        ValueError: a venue's settings make no sense.
        OSError: the recording cannot be made.
    """
    override, demo = venue_settings_override or {}, kind == "demo"
    known = override if demo else venue_files.names()
    settings = {name: override.get(name, config.venue(name)) for name in known}
    for name, chosen in settings.items():
        if chosen != VenueSettings():
            venue_files.load(name, chosen)
    asked = ask if ask is not None else settings if demo else config.connected()
    sums = Sums(tuple(name for name in config.sum if name in settings), config.sum_inverse)
    recorder = None if record_to is None else Recorder(record_to)
    if demo:
        return Session(settings, asked, kind, recorder, sums=sums)
    return Session(
        settings, asked, kind, recorder, cache_folder(), Shelf(LadderFiles(ladder_folder()), list(settings)), sums
    )


def open_replay(path: Path, *, speed: float) -> ReplaySession:
    """Play a recording; of a capture all parts.

    Raises:
        RecordingError: it is none.
        OSError: it cannot be read.
    """
    opened = [venue_files.load(name) for name in venue_files.names()]
    return ReplaySession(open_recording(path, opened), opened, speed)


def cache_folder() -> Path:
    """Where the last backfills are kept."""
    from platformdirs import user_cache_path

    return user_cache_path("liqtui", appauthor=False)
