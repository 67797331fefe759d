"""The rows of the watch table an engine keeps."""

from collections.abc import Callable, Iterable, Iterator

from liqtui.engine.brief import STEP_NS, Brief
from liqtui.engine.estimate import Kin
from liqtui.engine.failures import Failures
from liqtui.events import Event, Tiers
from liqtui.instruments import Instrument
from liqtui.venues.base import Venue
from liqtui.view import Row

Key = tuple[str, str]


class Briefs:
    """Owned by the engine. A row costs a step and a reading a second, each at its own boundary of four."""

    def __init__(self, every_ns: int, failures: Failures) -> None:
        """`every_ns`: between two boundaries."""
        self._failures = failures
        self._boundaries = STEP_NS // every_ns
        self._every_ns = every_ns
        self._of: dict[Key, Brief] = {}
        self._rows: dict[str, Row] = {}

    def __len__(self) -> int:
        return len(self._of)

    @property
    def names(self) -> tuple[str, ...]:
        """`venue:SYMBOL` of every row, in the order they were opened."""
        return tuple(f"{venue}:{symbol}" for venue, symbol in list(self._of))

    def open(
        self, instrument: Instrument, venue: Venue, now_ns: int, kin: Kin, tiers: Iterable[Tiers],
        told_by: tuple[str, str | None],
    ) -> Brief:
        """Keep a row of an instrument from now on. `told_by`: as `Brief`'s."""
        brief = Brief(instrument, venue, now_ns, kin, told_by)
        for schedule in tiers:
            brief.take(schedule)
        self._of[instrument.venue, instrument.symbol] = brief
        return brief

    def close(self, key: Key) -> None:
        self._of.pop(key, None)
        self._rows.pop(f"{key[0]}:{key[1]}", None)

    def get(self, key: Key) -> Brief | None:
        return self._of.get(key)

    def take(self, key: Key, now_ns: int, event: Event) -> bool:
        """Whether a row is kept of that instrument; it has the event then."""
        brief = self._of.get(key)
        if brief is None:
            return False
        try:
            brief.take(event)
        except Exception as error:
            self._failures.note(now_ns, brief.instrument.name, f"a {type(event).__name__} of its row", error)
        return True

    def each(self, of: Callable[[Brief], bool]) -> Iterator[Brief]:
        return (brief for brief in self._of.values() if of(brief))

    @property
    def staged(self) -> bool:
        return any(brief.staged for brief in self._of.values())

    def step(self, boundary_ns: int) -> None:
        """A boundary: the rows whose turn it is are worked and read; read, too, are those that a leap in time has left
        behind. There is none while something is staged, so live and replay work the same at the same boundaries."""
        turn = boundary_ns // self._every_ns % self._boundaries
        for place, brief in enumerate(self._of.values()):
            its_turn = place % self._boundaries == turn
            try:
                if its_turn:
                    brief.step(boundary_ns)
                if its_turn or boundary_ns - brief.read_ns > STEP_NS:
                    self._rows[brief.instrument.name] = brief.row(boundary_ns)
            except Exception as error:
                self._failures.note(boundary_ns, brief.instrument.name, "its row", error)

    def row(self, name: str) -> Row | None:
        return self._rows.get(name)
