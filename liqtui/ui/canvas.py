"""What a pane shows, and when it is painted: the newest View as `PaneState` would have it, or words while it waits."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from liqtui.ui.abreast import venues_behind
from liqtui.ui.below import answered, hinted
from liqtui.ui.colour import Row
from liqtui.ui.look import Look
from liqtui.ui.player import position, transport_of
from liqtui.ui.rows import Rows
from liqtui.ui.splash import Waiting, splash, too_small
from liqtui.ui.state import PaneState
from liqtui.ui.watchlist import WatchList

if TYPE_CHECKING:
    from liqtui.ui.paint.grid import Grid
    from liqtui.ui.paint.header import Moment
    from liqtui.ui.paint.pane import Painter
    from liqtui.ui.paint.scene import Shown
    from liqtui.view import Source, View


class Canvas(Rows):
    """One instrument. What is to be seen is chosen by who owns it, in `state`."""

    def __init__(
        self, state: PaneState, watch_list: WatchList, tick_ns: Callable[[], int] = time.monotonic_ns
    ) -> None:
        super().__init__()
        self.state = state
        self.source: Source | None = None
        self.trouble = ""
        """Why the chosen instrument cannot be shown."""
        self.speaks = True
        """Says what holds for the whole screen: that it is a demo, where a recording is."""
        self._watch_list, self._tick_ns = watch_list, tick_ns
        self._next_name: str | None = None
        """What follows a contract that has ended."""
        self._look: Look | None = None
        self._painter: Painter | None = None
        self._grid: Grid | None = None
        self._painted: tuple[View, object] | None = None
        """The View that was painted and what else the picture rests on. The View itself, for as long as its picture
        stands: an id alone would be given to another one as soon as it is gone."""
        self._changes = 0

    @property
    def view(self) -> "View | None":
        """What this is a picture of now."""
        return self.state.paused or (self.source.view(self.state.name) if self.source is not None else None)

    @property
    def axis(self) -> "Shown | None":
        """What the last picture says on its price axis; None where it had none."""
        return self._painter.shown if self._painter is not None else None

    def dress(self, look: Look, *, speaks: bool = True, paint: bool = True) -> None:
        """Another theme, depth or pair, or another place among the panes. `paint`: now, or with the next beat."""
        if look is not self._look or speaks != self.speaks:
            self._look, self.speaks = look, speaks
            self._changes += 1
            if paint:
                self.beat()

    def changed(self) -> None:
        """A key or a resize changed what should be seen: paint now."""
        self._changes += 1
        self.beat()
        self.answer()

    def beat(self) -> None:
        """Paint what is new. Costs nothing when nothing is, or nobody sees it."""
        if self._look is None or not self.size or not self.display:
            return
        view = None if self.trouble else self.view
        if view is None or too_small(*self.size):
            self._grid = self._painted = None
            self.show(self.opening())
        else:
            self._picture(view, self._look)

    def opening(self) -> list[Row]:
        look, (width, height) = self._look, self.size
        if look is None:
            return []
        below = answered(self.state, look, width - 2)
        if not below and look.focused is not False and len(self.state.hints) > 1:  # nothing is there to point at yet
            below = hinted(self.state, look, width - 2)
        return splash(width, height, look, self._waiting(), below)

    def _picture(self, view: "View", look: Look) -> None:
        from liqtui.ui.paint.pane import Painter  # numpy: not before there is something to draw

        moment = self._moment()
        now = (self._changes, moment.now_ns // 10**9, self.size, look)
        same = self._painted is not None and self._painted[0] is view and self._painted[1] == now
        if same and not (self.state.bars.moving or self.state.heat.moving):
            return
        if self._painter is None:
            self._painter = Painter()
        self._painted = view, now
        size = (self.size.width, self.size.height)
        grid = self._painter.paint(view, self.state, size, look, moment, self._tick_ns())
        changed = grid.changed(self._grid)
        self._grid = grid
        if len(changed) == grid.height:
            self.show(grid.rows())
            return
        for y in changed:
            self.show_row(y, grid.row(y))

    def _moment(self) -> "Moment":
        from liqtui.ui.paint.header import Moment  # see above

        assert self.source is not None
        state, player = self.state, transport_of(self.source)
        now = self.source.clock_ns()
        said = "" if player is None else position(player, now)
        paused_ns = state.paused_ns if state.paused is not None else None
        return Moment(now, self._watch_list.kind, said, paused_ns, self.speaks)

    def _waiting(self) -> Waiting:
        source = self.source
        if source is None:
            return Waiting(self.state.name, self._watch_list.kind, 0, None, self.trouble)
        hint = f"enter opens {self._next_name}" if self._next_name else "/ searches all instruments"
        health, behind = source.status(), venues_behind(self.state.venue, source.sums)
        if not behind.isdisjoint(source.venues):
            health = replace(health, feeds=tuple(feed for feed in health.feeds if feed.venue in behind))
        return Waiting(self.state.name, self._watch_list.kind, source.clock_ns(), health, self.trouble, hint)
