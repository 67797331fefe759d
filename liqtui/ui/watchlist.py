"""What there is to look at: the watch list, what was looked at lately, and what stands beside an instrument."""

from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from liqtui.instruments import Catalogue, Instrument, parse_name
from liqtui.instruments.lists import RECORDED
from liqtui.ui.abreast import ring, standing
from liqtui.ui.lists import Lists

if TYPE_CHECKING:
    from liqtui.view import Source


class WatchList:
    """Names as `venue:SYMBOL`, in the order of the up and down keys. Owned by the app; table and panes share it."""

    def __init__(self, lists: Lists, kind: str, shown: Callable[[], Iterable[str]] = tuple) -> None:
        """`kind`: of the source, until it is open. `shown`: the names on the screen, which stay live."""
        self.kind = kind
        self.recent: list[str] = []
        """Names looked at this session, latest first."""
        self.source: Source | None = None
        self.lists = lists
        self._names, self._shown = list[str](), shown
        """Of a recording."""
        self._closed = False
        """Nothing but the names of the recording can be shown."""

    def connect(self, source: "Source") -> None:
        """The source is open."""
        self.source, self.kind = source, source.kind
        source.open_venues(self.lists.venues(self.lists.current))

    def take(self, names: Iterable[str]) -> None:
        """The source has instruments of its own (a recording): they are the watch list."""
        self._names = list(names)
        self._closed = bool(self._names)

    def names(self) -> list[str]:
        """The list that is looked at; with one name on it, all perpetuals (but of those the demo has left of it)."""
        names = self.members()
        if len(names) > 1 or self._closed or self.source is None or self.kind == "demo":
            return names
        return list(dict.fromkeys([*names, *self._perpetuals()]))

    def members(self) -> list[str]:
        """What is on the list that is looked at; in the demo what of it is listed there."""
        source = self.source
        if self._closed:
            return self._names
        if source is None:
            return self.lists.members(self.lists.current, Catalogue(), 0)
        names = self.lists.members(self.lists.current, source.catalogue, source.clock_ns())
        if self.kind == "demo" and len(source.catalogue):
            return [name for name in names if self._listed(name) is not None] or names
        return names

    def rows(self) -> list[str]:
        """What the watch table shows: of a recording also what had a row while it was recorded."""
        source = self.source
        return list(dict.fromkeys([*self._names, *source.glanced])) if self._closed and source else self.members()

    @property
    def list_name(self) -> str:
        """What the list that is looked at is called."""
        return RECORDED if self._closed else self.lists.current

    def offered(self) -> list[str]:
        """Names of all lists. A recording has but one."""
        source = self.source
        if source is None or self._closed:
            return [self.list_name]
        return self.lists.offered(source.catalogue, source.clock_ns())

    def look_at(self, name: str) -> None:
        """Another list, one of those offered."""
        if self.source is not None and not self._closed:
            self.lists.current = name
            self.source.open_venues(self.lists.venues(name))

    def toggle(self, name: str) -> str:
        """Add an instrument to the list, or drop it. Returns what was done, in words."""
        if self.source is None or self._closed:
            return "a recording has no list to add to" if self._closed else "the listing is not there yet"
        return self.lists.toggle(name, self.source.catalogue, self.source.clock_ns())

    def following(self, name: str, taken: Collection[str]) -> str:
        """What a new pane shows: the next of the watch list after `name` that is not `taken`; else an expiry of the
        same underlying, else a perpetual, else `name` again."""
        names = self.names()
        at = names.index(name) + 1 if name in names else 0
        wanted = [*names[at:], *names[:at]]
        if not self._closed:
            wanted += [instrument.name for instrument in self.series(name)] + self._perpetuals()
        fallback = names[0] if self._closed and name not in names else name
        return next((other for other in wanted if other not in taken), fallback)

    def series(self, name: str) -> tuple[Instrument, ...]:
        """All expiries of an instrument's underlying, itself among them, in the order of the keys; of a recording what
        is in it. Empty while nothing is listed."""
        if self.source is None:
            return ()
        view, instrument = self.source.view(name), self._listed(name)
        if view is not None:
            found = view.series
        else:
            found = self.source.catalogue.series(instrument, self.source.clock_ns()) if instrument else ()
        return tuple(one for one in found if not self._closed or one.name in self._names)

    def abreast(self, name: str) -> tuple[Instrument, ...]:
        """The same contract on all venues, and their sum, in the order of the keys; of a recording what is in it."""
        source = self.source
        if source is None:
            return ()
        beside = ring(source.catalogue, name, source.sums, source.clock_ns())
        return tuple(one for one in beside if not self._closed or one.name in self._names)

    def standing(self, name: str, begun: str) -> str:
        """Where among the venues a name stands, seen from where one began to step through them."""
        source, beside = self.source, self.abreast(begun)
        shown = next((one for one in beside if one.name == name), None)
        if source is None or shown is None:
            return ""
        return standing(source.catalogue, shown, beside, source.sums, source.awaited, source.clock_ns())

    def _listed(self, name: str) -> Instrument | None:
        """What a name is in the listing, if it has not ended."""
        assert self.source is not None
        try:
            return self.source.catalogue.resolve(parse_name(name), self.source.clock_ns())
        except LookupError:
            return None

    def watch(self, name: str) -> None:
        """Make an instrument live. A source gives up what was asked for longest ago: what is shown is asked for anew.

        Raises:
            ExpiredInstrumentError, LookupError, ValueError: as `view.Source.watch`.
        """
        if self.source is None:
            return
        for other in self._shown():
            if other != name:
                with suppress(LookupError, ValueError):  # its own pane says so
                    self.source.watch(other)
        self.source.watch(name)

    def note(self, name: str) -> None:
        """It was looked at."""
        self.recent[:] = [name, *(other for other in self.recent if other != name)]

    def _perpetuals(self) -> list[str]:
        catalogue = self.source.catalogue if self.source is not None else ()
        return sorted(instrument.name for instrument in catalogue if instrument.expiry_ns is None)
