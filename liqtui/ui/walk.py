"""Steps from an instrument to its neighbours, which lead back to where they set out."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from liqtui.instruments import Instrument, utc_day
from liqtui.ui import words
from liqtui.ui.abreast import ends_of
from liqtui.ui.below import Strip
from liqtui.ui.watchlist import WatchList

if TYPE_CHECKING:
    from liqtui.view import Basis


class Walk:
    """The way one pane took through expiries and venues. Owned by the pane."""

    def __init__(self, watch_list: WatchList) -> None:
        self._watch_list = watch_list
        self._begun = ""
        """The name that steps through venues began at."""
        self._set_out = self._arrived = ""
        """Where the walk through the expiries set out, and where it is."""

    def expiry(self, name: str, by: int) -> str | None:
        """The expiry some steps from `name`; None where no other is listed."""
        names = [instrument.name for instrument in self._series(name)]
        if name not in names or len(names) < 2:
            return None
        self._arrived = names[(names.index(name) + by) % len(names)]
        return self._arrived

    def venue(self, name: str, by: int) -> str | None:
        """The same contract on another venue, or the sum over them; None where `name` stands alone."""
        names = self._abreast(name)
        return names[(names.index(name) + by) % len(names)] if len(names) > 1 else None

    def strip(self, name: str, basis: "Iterable[Basis]", now_ns: int) -> Strip | None:
        """The expiries that the keys step through, `name` among them, with days left and the basis of a year where it
        is known; None while it is not listed."""
        series = self._series(name)
        at = next((at for at, one in enumerate(series) if one.name == name), None)
        if at is None:
            return None
        yearly = {row.instrument.name: row.per_year for row in basis}
        own = self._set_out.partition(":")[0]
        return Strip(tuple(_stop(one, own, yearly.get(one.name), now_ns) for one in series), at)

    def standing(self, name: str) -> str:
        """Where among the venues `name` stands, in words."""
        return self._watch_list.standing(name, self._begun)

    def _series(self, name: str) -> list[Instrument]:
        """A contract for each day there is, in the order of the instrument the walk set out from: its venue's own
        where that lists one, else another's. (Other venues' of that day are a step through the venues away.)"""
        if name == self._arrived:
            series = _by_day(self._watch_list.series(self._set_out), name)
            if any(one.name == name for one in series):
                return series
        self._set_out = name
        return _by_day(self._watch_list.series(name), name)

    def _abreast(self, name: str) -> list[str]:
        """What stands beside `name`, seen from where the steps began: each venue has a dollar of its own, and steps
        should lead back."""
        for begun in (self._begun, name):
            names = [instrument.name for instrument in self._watch_list.abreast(begun)]
            if name in names:
                self._begun = begun
                return names
        return []


def _by_day(series: Iterable[Instrument], shown: str) -> list[Instrument]:
    """The first contract of each day, or the one shown."""
    days: dict[str | None, Instrument] = {}
    for one in series:
        day = None if one.expiry_ns is None else utc_day(one.expiry_ns)
        if day not in days or one.name == shown:
            days[day] = one
    return list(days.values())


def _stop(one: Instrument, own: str, per_year: float | None, now_ns: int) -> tuple[str, ...]:
    """`261225`, `33 d`, `+8.2 %/y`; the venue's name comes first where it is not the walk's `own`."""
    left = one.days_left(now_ns)
    said = [ends_of(one) if one.venue == own else f"{words.plain(one.venue)} {ends_of(one)}"]
    if left is not None:
        said.append(words.days(left))
    if per_year is not None:
        said.append(f"{words.signed(per_year * 100, 1)} %/y")
    return tuple(said)
