"""All there is about alerts while the screen is open: those set, where they are kept, and what they set off."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from liqtui.alerts.book import AlertBook, Fired
from liqtui.ui.alarm import Alarm
from liqtui.ui.alerting import AlertFile, Alerts
from liqtui.ui.options import UiOptions

if TYPE_CHECKING:
    from liqtui.view import Source


class Alerted:
    """Owned by the app."""

    def __init__(self, options: UiOptions, write: Callable[[str], None], complain: Callable[[str], None]) -> None:
        """`write`: sequences to the terminal. `complain`: something of it failed; may be called from a thread."""
        self._options, self._write, self._complain = options, write, complain
        self._book = AlertBook(options.alerts)
        self._file = None if options.alert_file is None else AlertFile(options.alert_file)
        self._alarm = Alarm(options.alarm, options.environ, write, complain)
        self.trouble = ""
        """Why those kept could not be read."""
        if self._file is not None:
            kept, self.trouble = self._file.load()
            for alert in kept:
                self._book.add(alert)

    def look(self, source: "Source", shown: Iterable[str]) -> list[Fired]:
        """What fires now: of what is shown, and of what an alert names and is live for another reason."""
        if not self._book.alerts:
            return []
        names = dict.fromkeys([*shown, *(alert.instrument for alert in self._book.alerts)])
        views = [view for name in names if (view := source.view(name)) is not None]
        fired = [one for view in views for one in self._book.look(view)]
        self._alarm.ring(fired)
        return fired

    def panel(self, name: str, source: "Source", cursor: float | None) -> Alerts:
        """The panel, while the instrument `name` is shown, with the cursor at a price or without."""
        return Alerts(self._book, self._options.alerts, name, self._changed, source.clock_ns, cursor)

    def renew(self, options: UiOptions) -> None:
        """The configuration has changed: its alerts are replaced, those set on the screen stay."""
        for alert in self._options.alerts:
            if alert not in options.alerts:  # one that has fired and stays must not fire anew
                self._book.remove(alert)
        for alert in options.alerts:
            self._book.add(alert)
        self._options = options
        self._alarm = Alarm(options.alarm, options.environ, self._write, self._complain)

    def _changed(self) -> None:
        if self._file is not None:
            own = [alert for alert in self._book.alerts if alert not in self._options.alerts]
            if trouble := self._file.save(own):
                self._complain(trouble)
