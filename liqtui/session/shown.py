"""Which names are on the screen, and which instruments each needs. No threads, no clock: times are the caller's."""

from collections.abc import Iterator
from dataclasses import dataclass

from liqtui.instruments import Instrument, Name

MOST_SHOWN = 4
"""Names kept live at once, a sum counting as one; the one looked at longest ago gives way."""


@dataclass(slots=True)
class _Entry:
    wanted: Name
    instruments: tuple[Instrument, ...]
    seen_at: float


class Shown:
    """Names and their instruments. An instrument is live as long as any name needs it."""

    def __init__(self, most: int = MOST_SHOWN) -> None:
        self._most = most
        self._entries: dict[str, _Entry] = {}

    def put(self, name: str, wanted: Name, instruments: tuple[Instrument, ...], now: float) -> None:
        """`name` is shown from now on, and was the last to be looked at; the one too many is dropped."""
        self._entries[name] = _Entry(wanted, instruments, now)
        while len(self._entries) > self._most:
            others = (other for other in self._entries if other != name)
            del self._entries[min(others, key=lambda other: self._entries[other].seen_at)]

    def seen(self, name: str, now: float) -> None:
        """Somebody looks at `name`."""
        entry = self._entries.get(name)
        if entry is not None:
            entry.seen_at = now

    def wanted(self) -> Iterator[tuple[str, Name]]:
        """Every name, as it is shown and as it was asked for."""
        for name, entry in self._entries.items():
            yield name, entry.wanted

    def of(self, name: str) -> tuple[Instrument, ...]:
        """What `name` needs."""
        return self._entries[name].instruments

    def grow(self, name: str, instruments: tuple[Instrument, ...]) -> None:
        """A listing says that `name` needs these now."""
        self._entries[name].instruments = instruments

    def instruments(self) -> dict[str, Instrument]:
        """All that must be live, by name."""
        return {i.name: i for entry in self._entries.values() for i in entry.instruments}
