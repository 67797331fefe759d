"""The alerts that are set, and when each fires: once as its bound is passed, not again before it was back inside and
the cooldown is over."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from liqtui.alerts.rule import Alert

if TYPE_CHECKING:
    from liqtui.view import View

COOLDOWN_NS = 300 * 10**9
OVER = 0.8
"""An alert that has fired is ready again when its level is back below this: it does not flicker about the bound."""
KEPT = 500


@dataclass(frozen=True, slots=True)
class Fired:
    """An alert that came true."""

    time_ns: int
    instrument: str
    alert: Alert
    words: str
    data: dict[str, float | str]
    """What was measured, for a command that is told."""


@dataclass(slots=True)
class _Standing:
    """One alert at one instrument."""

    inside: bool = False
    """It has fired and its level has not been back yet."""
    fired_ns: int | None = None


class AlertBook:
    """Owned by the screen, which shows it every View it is told of. Times are those of the Views."""

    def __init__(self, alerts: Sequence[Alert] = ()) -> None:
        self.alerts: list[Alert] = list(dict.fromkeys(alerts))
        self.log: deque[Fired] = deque(maxlen=KEPT)
        """Oldest first."""
        self._standing: dict[tuple[Alert, str], _Standing] = {}
        self._marks: dict[str, tuple[int, float]] = {}

    def add(self, alert: Alert) -> None:
        """Set it; one that is set already stays as it is."""
        if alert not in self.alerts:
            self.alerts.append(alert)

    def remove(self, alert: Alert) -> None:
        if alert in self.alerts:
            self.alerts.remove(alert)
        for key in [key for key in self._standing if key[0] == alert]:
            del self._standing[key]

    def look(self, view: "View") -> list[Fired]:
        """What comes true with this View. One that was looked at before, or is older, says nothing."""
        name, mark = view.instrument.name, view.figures.mark
        seen_ns, before = self._marks.get(name, (-1, None))
        if view.time_ns <= seen_ns:
            return []
        fired = [one for alert in self.alerts if alert.about(name) and (one := self._judge(alert, view, before))]
        if mark is not None:
            self._marks[name] = view.time_ns, mark.value
        self.log.extend(fired)
        return fired

    def _judge(self, alert: Alert, view: "View", before: float | None) -> Fired | None:
        from liqtui.alerts.look import level_of  # numpy: there is a View by now

        level = level_of(alert, view, before)
        if level is None:
            return None
        standing = self._standing.setdefault((alert, view.instrument.name), _Standing())
        if standing.inside:
            standing.inside = level.value >= OVER
            return None
        if level.value < 1.0:
            return None
        standing.inside = True
        if standing.fired_ns is not None and view.time_ns - standing.fired_ns < COOLDOWN_NS:
            return None
        standing.fired_ns = view.time_ns
        return Fired(view.time_ns, view.instrument.name, alert, level.words, level.data)
