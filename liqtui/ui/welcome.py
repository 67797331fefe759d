"""What a new user is told: the keys worth knowing, in one line, until one of them was pressed."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from textual.binding import Binding

from liqtui.ui.bindings import APP_KEYS, PANE_KEYS
from liqtui.ui.keys import Command

WORTH = ("help", "search", "view", "cursor.lower", "palette")
"""Keys by id, the most useful first."""
LEAVES, USUAL = "clear", "cursor.lower"
"""What takes the line away, and what is named when it is gone."""
_BINDINGS = [binding for binding in (*APP_KEYS, *PANE_KEYS) if isinstance(binding, Binding)]
_NAMES = {binding.description for binding in _BINDINGS if binding.id in (*WORTH, LEAVES)}
_ACTIONS = {binding.action for binding in _BINDINGS if binding.description in _NAMES}


class Welcome:
    """Owned by the app. That the line was read is kept as an empty file."""

    def __init__(self, file: Path | None) -> None:
        """`file`: where that is kept; None: nobody is welcomed."""
        self._file = file
        self.open = False
        with suppress(OSError):
            self.open = file is not None and not file.exists()

    def hints(self, commands: Sequence[Command]) -> tuple[tuple[str, str], ...]:
        """Keys of those that work now, and what they do."""
        by_id = {command.id: command for command in commands}
        wanted = WORTH if self.open else (USUAL,)
        hints = [(" ".join(by_id[one].keys), by_id[one].name) for one in wanted if one in by_id]
        if self.open and LEAVES in by_id:
            hints.append((" ".join(by_id[LEAVES].keys), "hides this"))
        return tuple(hints)

    def acted(self, action: str) -> bool:
        """Something was done; returns whether that was the last the line was needed for."""
        if not self.open or action not in _ACTIONS:
            return False
        self.open = False
        if self._file is not None:
            with suppress(OSError):
                self._file.parent.mkdir(parents=True, exist_ok=True)
                self._file.touch()
        return True
