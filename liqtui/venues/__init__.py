"""One file per exchange. `load` finds a venue by the name of its file; there is no registry."""

import importlib
import pkgutil

from liqtui.venues.base import Venue, VenueSettings


def names() -> tuple[str, ...]:
    """The venues there are, by file name."""
    modules = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name for name in modules if name != "base" and not name.startswith("_")))


def load(name: str, settings: VenueSettings | None = None) -> Venue:
    """The venue in `venues/<name>.py`.

    Raises:
        LookupError: there is no such venue.
    """
    if name not in names():
        raise LookupError(f"no venue {name!r}; there are: {', '.join(names())}")
    venue: Venue = importlib.import_module(f"liqtui.venues.{name}").create(settings or VenueSettings())
    return venue
