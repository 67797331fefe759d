"""Alerts on the screen: those set here and in the configuration, where the ones set here are kept, and the panel."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import msgspec

from liqtui.alerts.book import AlertBook
from liqtui.alerts.rule import KINDS, Alert, parse_alert
from liqtui.files import Kept
from liqtui.ui import words
from liqtui.ui.bindings import ALERT_KEYS
from liqtui.ui.colour import BOLD
from liqtui.ui.look import Line, Look
from liqtui.ui.overlays import Field
from liqtui.ui.panels import panel

MOST = 100
"""Alerts kept."""
MOST_BYTES = 64_000


class AlertFile:
    """Where alerts are kept that were set on the screen: a JSON list of their words. Trouble is said, not raised."""

    def __init__(self, path: Path) -> None:
        self._file = Kept(path, MOST_BYTES)

    def load(self) -> tuple[list[Alert], str]:
        """The alerts as they were left, and what there is to say about it."""
        try:
            return self._file.read(_alerts_of) or [], ""
        except (OSError, ValueError) as error:
            return [], f"alerts not read from {self._file.path}: {error}"

    def save(self, alerts: Sequence[Alert]) -> str:
        """Write them, whole or not at all. Returns what went wrong."""
        try:
            self._file.write(msgspec.json.encode([str(alert) for alert in alerts[:MOST]]))
        except OSError as error:
            return f"alerts not kept in {self._file.path}: {error.strerror or error}"
        return ""


def _alerts_of(raw: bytes) -> list[Alert]:
    return [parse_alert(text) for text in msgspec.json.decode(raw, type=list[str])[:MOST]]


class Alerts(Field, inherit_bindings=True):
    """A line to set an alert, those that are set, and what has fired."""

    BINDINGS: ClassVar = ALERT_KEYS
    LONGEST: ClassVar = 80
    LOG = 8
    """Rows of what has fired."""

    def __init__(
        self, book: AlertBook, fixed: Sequence[Alert], name: str, changed: Callable[[], None],
        clock_ns: Callable[[], int], cursor: float | None,
    ) -> None:
        """`fixed`: those of the configuration; `name`: the instrument shown; `changed`: one was set or taken away;
        `cursor`: the price it is at, which is set where nothing is typed."""
        super().__init__("alerts")
        self._book, self._fixed, self._about = book, frozenset(fixed), name
        self._changed, self._clock_ns = changed, clock_ns
        self._offered = "" if cursor is None else f"price {words.rough(cursor).replace(',', '')}"
        self._chosen = 0
        self._trouble = ""

    def typed(self) -> None:
        self._trouble = ""
        self.again()

    def action_set(self) -> None:
        """Set what is typed, for the instrument shown unless it names another or `*`; a number alone is a price."""
        text = self.text.strip() or self._offered
        if not text:
            return
        if text.replace(",", "").replace(".", "").isdecimal():
            text = f"price {text.replace(',', '')}"
        try:
            alert = parse_alert(text)
            if text.split()[0].casefold() in KINDS:
                alert = Alert(alert.kind, alert.numbers, self._about)
        except ValueError as error:
            self._trouble = str(error)
            self.again()
            return
        self._book.add(alert)
        self._changed()
        self.write("")

    def action_choose(self, rows: int) -> None:
        self._chosen = max(0, min(self._chosen + rows, len(self._book.alerts) - 1))
        self.again()

    def action_drop(self) -> None:
        """Take away the one that is chosen; those of the configuration stay."""
        if not self._book.alerts:
            return
        alert = self._book.alerts[min(self._chosen, len(self._book.alerts) - 1)]
        if alert in self._fixed:
            self._trouble = "that one is the configuration's: take it out there"
        else:
            self._book.remove(alert)
            self._changed()
        self._chosen = max(0, min(self._chosen, len(self._book.alerts) - 1))
        self.again()

    def _paint(self, look: Look) -> None:
        width = self.place(1)[0]
        lines = self._lines(width - 4, look)
        width, height = self.place(len(lines))
        self.show(panel(self.title, lines[:height], width, look))

    def _lines(self, width: int, look: Look) -> list[Line]:
        out: list[Line] = [[("set ", look.accent, BOLD), (words.plain(self.text), look.text, BOLD),
                             ("▌", look.accent, 0)]]
        if self._offered and not self.text:
            out[0].append((f" {self._offered}, at the cursor", look.faint, 0))
        if self._trouble:
            out += [[(line, look.warn, 0)] for line in words.wrap(words.plain(self._trouble), width)]
        elif not self.text:
            hint = f"for {words.plain(self._about)}; before it a symbol, or * for any"
            out.append([(words.clip(hint, width), look.muted, 0)])
        matching = [kind for name, kind in KINDS.items() if not self.text or name.startswith(self._word())]
        for kind in matching:
            room = max(width - 26, 1)  # of one alone there is room for all of it
            lines = words.wrap(kind.telling, room) if len(matching) == 1 else [words.clip(kind.telling, room)]
            out += [[(f"  {kind.usage if at == 0 else '':<24}", look.accent, 0), (line, look.muted, 0)]
                    for at, line in enumerate(lines)]
        out.append([])
        for at, alert in enumerate(self._book.alerts):
            mine, own = at == self._chosen, alert not in self._fixed
            out.append([
                ("▸ " if mine else "  ", look.accent, 0),
                (words.clip(words.plain(str(alert)), width - 20), look.accent if mine else look.text, 0),
                ("" if own else "  configuration", look.muted, 0),
            ])
        if not self._book.alerts:
            out.append([("no alert is set", look.muted, 0)])
        out.append([])
        for fired in list(self._book.log)[: -self.LOG - 1 : -1]:
            when = datetime.fromtimestamp(fired.time_ns / 1e9, UTC).strftime("%H:%M:%S")
            told = f"{fired.instrument}: {fired.words}"
            out.append([(f"{when}  ", look.muted, 0), (words.clip(words.plain(told), width - 10), look.text, 0)])
        if not self._book.log:
            out.append([("none has fired yet; times will be UTC", look.muted, 0)])
        return out

    def _word(self) -> str:
        """The kind as far as it is typed: the last word that could be one."""
        typed = [word.casefold() for word in self.text.split()[:2]] or [""]
        return next((word for word in reversed(typed) if any(kind.startswith(word) for kind in KINDS)), typed[0])
