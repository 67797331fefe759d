"""Keys one after the other, however fast they come: each has done all it does before the next one is looked at."""

from typing import Protocol, runtime_checkable

from textual import events
from textual.app import App


@runtime_checkable
class TakesText(Protocol):
    """A widget that may have a line of text to write into."""

    def take_key(self, event: events.Key) -> bool:
        """Write, if it is a key for the text; whether it was."""

    def take_paste(self, text: str) -> None:
        """Write all of it, if there is a line to write into."""


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
                self.focused.take_paste(event.text)
        else:
            await super().on_event(event)

    async def _take_key(self, event: events.Key) -> None:
        """Bindings with priority work while text is typed, the others with what is not for the text."""
        if await self._check_bindings(event.key, priority=True):
            return
        if isinstance(self.focused, TakesText) and self.focused.take_key(event):
            return
        await self._check_bindings(event.key)
