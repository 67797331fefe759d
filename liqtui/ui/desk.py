"""The panes of the screen: how many, where, which has the keys, and whether their cursors go together."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import events
from textual.app import ComposeResult
from textual.timer import Timer
from textual.widget import Widget

from liqtui.ui.bindings import DESK_KEYS
from liqtui.ui.look import Look
from liqtui.ui.pane import Pane
from liqtui.ui.profile import Layout, SavedPane
from liqtui.ui.rows import lay_out
from liqtui.ui.splash import SMALLEST
from liqtui.ui.state import PaneState
from liqtui.ui.watchlist import WatchList

if TYPE_CHECKING:
    from liqtui.view import Source

HALF_WIDTH = 60
"""Columns from which two panes stand side by side: as many as a frame needs."""


def columns(count: int, width: int, height: int) -> int:
    """In how many columns `count` panes stand: two side by side where each is wide enough for a frame, or where they
    would be too low for a picture one above the other; four in two."""
    if count != 2:
        return 1 if count == 1 else 2
    wide = width >= max(2 * HALF_WIDTH, 2 * height)
    return 2 if wide or height < 2 * SMALLEST[1] else 1


class Desk(Widget, inherit_bindings=False):
    """Up to four panes; those that are not shown keep what they were. The first is at the top left.

    A beat paints one pane, in turn, so that a key never waits for more than one picture.
    """

    DEFAULT_CSS = "Desk { width: 1fr; height: 1fr; layout: grid; overflow: hidden; }"
    BINDINGS: ClassVar = DESK_KEYS

    def __init__(self, layout: Layout, watch_list: WatchList, tick_ns: Callable[[], int]) -> None:
        """`layout`: as it begins; where it has too few panes, more are made. `tick_ns`: a clock in real time."""
        super().__init__()
        self._watch_list, self._tick_ns = watch_list, tick_ns
        self._begin(layout)
        self.source: Source | None = None
        self._offered: tuple[str, ...] = ()
        self._look: Look | None = None
        self._frames = self._beats = 0
        self._timer: Timer | None = None
        self._turn = 0

    def _begin(self, layout: Layout) -> None:
        self.count = layout.shown
        """How many panes stand beside each other."""
        self.full, self.linked = layout.full, layout.linked
        self.panes = [Pane(saved.state(), self._watch_list, self._tick_ns) for saved in layout.panes]
        for pane in self.panes:
            pane.state.linked = layout.linked
        self.active = self.panes[min(layout.focus, self.count - 1, len(self.panes) - 1)]
        """The pane that has the keys."""
        self._guessed: dict[Pane, str] = {}
        """Panes whose instrument was chosen for them before anything was listed."""
        self._following: set[Pane] = set()
        """Panes whose cursor is about to follow."""
        self._fill()

    async def restore(self, layout: Layout) -> None:
        """Other panes in place of these."""
        before = self.panes
        self._begin(layout)
        await self.mount(*self.panes)
        self.screen.set_focus(self.active)
        await self.remove_children(before)
        if self.source is not None:
            self.connect(self.source)
        self._arrange()

    @property
    def shown(self) -> list[Pane]:
        """The panes on the screen, as one reads."""
        return [self.active] if self.full else self.panes[: self.count]

    @property
    def names(self) -> list[str]:
        """Of the instruments on the screen."""
        return [pane.state.name for pane in self.shown]

    def saved(self) -> Layout:
        """What is chosen now, but for colours. Panes whose instrument nobody chose will be guessed again."""
        chosen = [p for p in self.panes if self._guessed.get(p) != p.state.name]
        return Layout(
            panes=tuple(SavedPane.of(pane.state, pane.reach) for pane in chosen), shown=self.count,
            focus=self.panes.index(self.active), full=self.full, linked=self.linked,
        )

    def compose(self) -> ComposeResult:
        yield from self.panes

    def on_mount(self) -> None:
        self._arrange()

    def on_resize(self) -> None:
        self._arrange()

    # --- the beat ---------------------------------------------------------------------------------------------

    def start(self, frames: int) -> None:
        """Look for what is new `frames` times a second in every pane."""
        self._frames = frames
        self._arrange()

    def connect(self, source: "Source") -> None:
        """The source is open: watch what is shown."""
        self.source = source
        for pane in self.shown:
            pane.connect(source)

    def fail(self, trouble: str) -> None:
        """There is no source, and will be none."""
        for pane in self.panes:
            pane.trouble = trouble
            pane.changed()

    def dress(self, look: Look, *, paint: bool = True) -> None:
        """Another theme, depth or pair. `paint`: now, or as soon as the panes are where they belong."""
        self._look = look
        for at, pane in enumerate(self.shown):  # one that is shown full is still one of several
            pane.dress(look if self.count == 1 else look.among(focused=pane is self.active), speaks=at == 0,
                       paint=paint)

    def say(self, notice: str) -> None:
        """One line in the pane that has the keys."""
        self.active.say(notice)

    def _beat(self) -> None:
        self._ask()
        if not self.display:
            return
        shown = self.shown
        if any(pane.answering for pane in shown):
            return
        self._turn = (self._turn + 1) % len(shown)
        self._paint(shown[self._turn])

    def _paint(self, pane: Pane) -> None:
        self._following.discard(pane)
        self._bring(pane)
        pane.beat()

    def _ask(self) -> None:
        """What does the source offer by now?"""
        source = self.source
        if source is None:
            return
        if source.names != self._offered:
            self._offered = source.names
            self._watch_list.take(source.names)
            self._guessed = {p: p.state.name for p in self.shown if p.state.name not in source.names}
        if self._guessed and (self._offered or (len(source.catalogue) and not source.awaited)):
            guessed, self._guessed = self._guessed, {}
            chosen = next((pane for pane in self.panes if pane not in guessed), self.panes[0]).state.name
            for pane in [pane for pane, name in guessed.items() if pane.state.name == name]:
                others = [other.state.name for other in self.panes if other is not pane]
                pane.choose(self._watch_list.following(chosen, others))

    # --- how many, and where ----------------------------------------------------------------------------------

    async def action_split(self, count: Literal[1, 2, 4]) -> None:
        """Show `count` panes, among them the one that has the keys; new ones begin with what follows on the list."""
        if count == self.count and not self.full:
            return
        self.full, self.count = False, count
        if (at := self.panes.index(self.active)) >= count:
            self.panes.insert(count - 1, self.panes.pop(at))
            self.move_child(self.active, before=self.panes[count])
        if new := self._fill():
            await self.mount(*new)
        for pane in self.shown:
            if self.source is not None and pane is not self.active:
                pane.connect(self.source)
        self._arrange()
        self.lay_out()

    def action_turn(self, by: int) -> None:
        """The keys go to the next pane."""
        panes = self.panes[: self.count]
        self._focus(panes[(panes.index(self.active) + by) % len(panes)])

    def action_full(self) -> None:
        """This pane alone, and back."""
        self.full = not self.full
        self._arrange()
        self.lay_out()

    def action_link(self) -> None:
        """The cursors go together, or no longer."""
        for pane in self.shown if self.linked else ():
            self._bring(pane)
        self.linked = not self.linked
        for pane in self.panes:
            pane.state.linked = self.linked
            pane.changed()
        self._lead()
        self.say("cursors linked: the same percent from each mark" if self.linked else "cursors no longer linked")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's
        return action not in ("turn", "full", "link") or self.count > 1

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """With a mouse: the keys go where one clicks. What had the focus before the last key has lost it again."""
        pane = event.widget
        if isinstance(pane, Pane) and pane is not self.active and pane is self.screen.focused:
            self._focus(pane)

    def on_pane_pointed(self) -> None:
        """The cursor moved."""
        self._lead()

    def _lead(self) -> None:
        """Those linked with the cursor follow it, each in a turn of its own."""
        if self.linked:
            for pane in self.shown:
                if pane is not self.active and pane not in self._following:
                    self._following.add(pane)
                    self.call_later(self._paint, pane)

    def _bring(self, pane: Pane) -> None:
        """Have the pane's cursor where that of the pane with the keys leads it."""
        if self.linked and pane is not self.active and pane in self.shown:
            pane.follow(self.active.away)

    def _focus(self, pane: Pane) -> None:
        self._bring(pane)
        self.active = pane
        self.screen.set_focus(pane)
        if self.full:
            self._arrange()
            self.lay_out()
        elif self._look is not None:
            self.dress(self._look)

    def _fill(self) -> list[Pane]:
        """Make panes until there are enough; returns the new ones."""
        new = []
        while len(self.panes) < self.count:
            taken = [pane.state.name for pane in self.panes]
            name = self._watch_list.following(self.active.state.name, taken)
            pane = Pane(PaneState(name, linked=self.linked), self._watch_list, self._tick_ns)
            if self._watch_list.source is None:
                self._guessed[pane] = pane.state.name
            self.panes.append(pane)
            new.append(pane)
        return new

    def lay_out(self) -> None:
        """Have the panes where they belong, and painted, before the next key."""
        lay_out(self.screen, [pane.on_resize for pane in self.shown])
        self._lead()

    def _arrange(self) -> None:
        """Put the panes where they belong, and beat as often as there are panes."""
        shown = self.shown
        for pane in self.panes:
            pane.display = pane in shown
        across = columns(len(shown), *self.size)
        self.styles.grid_size_columns, self.styles.grid_size_rows = across, len(shown) // across
        if self._look is not None:
            self.dress(self._look, paint=False)
        if self._frames and self._beats != (beats := self._frames * len(shown)):
            if self._timer is not None:
                self._timer.stop()
            self._beats, self._timer = beats, self.set_interval(1 / beats, self._beat)
        self.screen.refresh_bindings()
