"""What there is to look at: the watch list, what was looked at lately, and what stands beside an instrument."""

from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from liqtui.instruments import Instrument, parse_name
from liqtui.ui.abreast import ring, standing

if TYPE_CHECKING:
    from liqtui.view import Source


class WatchList:
    """Names as `venue:SYMBOL`, in the order of the up and down keys. Owned by the desk; all panes share it."""

    def __init__(self, names: Iterable[str], kind: str, shown: Callable[[], Iterable[str]] = tuple) -> None:
        """`kind`: of the source, until it is open. `shown`: the names on the screen, which stay live."""
        self.kind = kind
        self.recent: list[str] = []
        """Names looked at this session, latest first."""
        self.source: Source | None = None
        self._names, self._shown = list(names), shown
        self._closed = False
        """Nothing but the names on it can be shown."""

    def connect(self, source: "Source") -> None:
        """The source is open."""
        self.source, self.kind = source, source.kind

    def take(self, names: Iterable[str]) -> None:
        """The source has instruments of its own (a recording): they are the watch list."""
        self._names = list(names)
        self._closed = bool(self._names)

    def names(self) -> list[str]:
        """The watch list (in the demo what of it is listed there); with one name on it, all perpetuals."""
        if self.kind == "demo" and self.source is not None and len(self.source.catalogue):
            listed = [name for name in self._names if self._listed(name) is not None]
            return listed or self._names
        if len(self._names) > 1 or self._closed or self.source is None:
            return self._names
        return list(dict.fromkeys([*self._names, *self._perpetuals()]))

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
