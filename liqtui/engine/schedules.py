"""The maintenance schedules that were told, by venue and kind of contract."""

from liqtui.events import Tiers
from liqtui.instruments import Instrument, Kind


class Schedules:
    """Owned by the engine."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str, bool, Kind | None], Tiers] = {}

    def take(self, venue: str, event: Tiers) -> bool:
        """File a schedule; False: one that was brought along (`as_of`) never replaces one that the venue told."""
        key = venue, event.family, event.inverse, event.kind
        known = self._told.get(key)
        if known is not None and event.as_of and not known.as_of:
            return False
        self._told[key] = event
        return True

    def of(self, instrument: Instrument) -> list[Tiers]:
        """Those that hold for an instrument."""
        return [one for (venue, *_), one in self._told.items() if venue == instrument.venue and holds(one, instrument)]


def holds(tiers: Tiers, instrument: Instrument) -> bool:
    """Whether a schedule of an instrument's venue is about it."""
    kind = tiers.kind is None or tiers.kind is instrument.kind
    return kind and instrument.family == tiers.family and instrument.inverse == tiers.inverse
