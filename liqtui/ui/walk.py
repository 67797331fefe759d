"""Steps from an instrument to its neighbours, which lead back to where they set out."""

from liqtui.ui.watchlist import WatchList


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
        names = self._series(name)
        if name not in names or len(names) < 2:
            return None
        self._arrived = names[(names.index(name) + by) % len(names)]
        return self._arrived

    def venue(self, name: str, by: int) -> str | None:
        """The same contract on another venue, or the sum over them; None where `name` stands alone."""
        names = self._abreast(name)
        return names[(names.index(name) + by) % len(names)] if len(names) > 1 else None

    def standing(self, name: str) -> str:
        """Where among the venues `name` stands, in words."""
        return self._watch_list.standing(name, self._begun)

    def _series(self, name: str) -> list[str]:
        """The expiries in the order of the instrument the walk set out from. Each instrument has an order of its own,
        its venue first: by that of the present one two venues' contracts of one day would lead to each other for ever.
        """
        if name == self._arrived:
            names = [instrument.name for instrument in self._watch_list.series(self._set_out)]
            if name in names:
                return names
        self._set_out = name
        return [instrument.name for instrument in self._watch_list.series(self._set_out)]

    def _abreast(self, name: str) -> list[str]:
        """What stands beside `name`, seen from where the steps began: each venue has a dollar of its own, and steps
        should lead back."""
        for begun in (self._begun, name):
            names = [instrument.name for instrument in self._watch_list.abreast(begun)]
            if name in names:
                self._begun = begun
                return names
        return []
