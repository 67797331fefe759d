"""What a person has chosen to see in the watch table. Apart from the widget, so that painting is a function of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from liqtui.ui.ranking import SORTS

if TYPE_CHECKING:
    from liqtui.view import Row


@dataclass(slots=True)
class TableState:
    """The widget changes it on keys; painting reads it."""

    sort: str = ""
    """One of `SORTS`."""
    reverse: bool = False
    query: str = ""
    """Rows that do not match it are left out."""
    typing: bool = False
    """Letters go into the query."""
    cursor: str = ""
    """The name of the row that has it: it stays with its instrument, wherever that goes."""
    top: int = 0
    """The first row on the screen."""
    touched: bool = False
    """The cursor was moved: the window goes after it. Before that it gives up a row that leaves the window."""
    paused: "Mapping[str, Row] | None" = None
    """The rows held by `space`."""
    paused_ns: int = 0
    notice: str = ""
    """One line that answers the last key."""
    notice_until_ns: int = 0

    def move(self, by: int, names: Sequence[str]) -> None:
        """The cursor goes so many rows; beyond an end it stays there."""
        if names:
            self.cursor = names[min(max(self.at(names) + by, 0), len(names) - 1)]
            self.touched = True

    def at(self, names: Sequence[str]) -> int:
        """Which row the cursor is on; the first where its instrument is not shown."""
        return names.index(self.cursor) if self.cursor in names else 0

    def home(self) -> None:
        """Back to the first row: what is sorted or narrowed anew is read from its top."""
        self.cursor, self.top, self.touched = "", 0, False

    def place(self, names: Sequence[str], before: Sequence[str], height: int) -> None:
        """Rows were sorted, came or went (`before`: those there were): keep the cursor on its instrument, and that in
        the window of `height` rows. Where it is gone, the cursor takes the row that came up to its place."""
        if not names:
            self.cursor, self.top = "", 0
            return
        if self.cursor not in names:
            at = before.index(self.cursor) if self.cursor in before else 0
            self.cursor = names[min(at, len(names) - 1)]
        at, last = names.index(self.cursor), max(len(names) - height, 0)
        self.top = min(max(self.top, 0), last)
        if not self.top <= at < self.top + height:
            if self.touched:
                self.top = min(max(at if at < self.top else at - height + 1, 0), last)
            else:
                self.cursor, self.top = names[0], 0

    def next_sort(self) -> None:
        self.sort, self.reverse = SORTS[(SORTS.index(self.sort) + 1) % len(SORTS)], False
        self.home()
