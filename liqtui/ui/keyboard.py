"""Keys one after the other, however fast they come: each has done all it does before the next one is looked at."""

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from textual import events
from textual._xterm_parser import XTermParser
from textual.app import App

ALT, ESC = "alt+", "\x1b"
INTRODUCERS = "[O]PX^_"
"""What begins a sequence of a terminal after Esc."""


@runtime_checkable
class TakesText(Protocol):
    """A widget that may have a line of text to write into."""

    def take_key(self, event: events.Key) -> bool:
        """Write, if it is a key for the text; whether it was."""

    def take_paste(self, text: str) -> None:
        """Write all of it, if there is a line to write into."""


def written(text: str, event: events.Key) -> str | None:
    """The text after a key that is for it; None: it is for something else."""
    match event.key:
        case "backspace":
            return text[:-1]
        case "ctrl+u":
            return ""
        case "ctrl+w":
            return text.rstrip().rpartition(" ")[0]
    return text + event.character if event.character is not None and event.is_printable else None


class OrderedApp(App[None], inherit_bindings=False):
    """Hands keys out itself. Textual sends a key through the queues of the focused widget and all around it back to the
    application, and looks for its binding only then: by that time the next key, with a binding that has priority or
    another widget to go to, may have taken the focus elsewhere, and the first one is lost."""

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key):
            self.app_focus = True  # a terminal that sends keys has the focus, whatever it said
            await self._take_key(event)
        elif isinstance(event, events.Paste):
            if isinstance(self.focused, TakesText):
                self.focused.take_paste("".join(c for c in event.text if c.isprintable()))
        else:
            await super().on_event(event)

    async def _take_key(self, event: events.Key) -> None:
        """Bindings with priority work while text is typed, the others with what is not for the text. Alt with a key
        that has no binding is Esc and that key: a terminal sends the same for both."""
        if await self._check_bindings(event.key, priority=True):
            return
        _, alt, key = event.key.rpartition(ALT)
        if not alt and isinstance(self.focused, TakesText) and self.focused.take_key(event):
            return
        if not await self._check_bindings(event.key) and alt and event.character is not None:
            await self._take_key(events.Key("escape", None))
            await self._take_key(events.Key(key, event.character))


class KeyParser(XTermParser):
    """Textual's, but that Esc and a key that comes with it are told as Alt with that key, always and at once. Textual
    waits for what may follow, and takes some for others, such as Esc and f for a word to the right."""

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        if len(sequence) == 2 and sequence[0] == ESC and (sequence[1].isprintable() or sequence[1] in "\r\t"):
            if sequence[1] in INTRODUCERS:  # more may follow; if nothing does, it comes here again, with `alt`
                return
            alt, sequence = True, sequence[1]
        for event in super()._sequence_to_key_events(sequence):
            yield events.Key(ALT + event.key, event.character) if alt else event
