"""The pane's widget: its keys, and when to paint. What it shows is `PaneState` and the newest View."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.message import Message
from textual.strip import Strip

from liqtui.instruments import ExpiredInstrumentError, Instrument
from liqtui.ui import words
from liqtui.ui.bindings import PANE_KEYS
from liqtui.ui.colour import Row
from liqtui.ui.look import Look
from liqtui.ui.player import change_speed, position, seek, transport_of
from liqtui.ui.rows import Rows, strip_of
from liqtui.ui.splash import SMALLEST, Waiting, splash, too_small
from liqtui.ui.state import IDLE, PaneState, overlays_of
from liqtui.ui.walk import Walk
from liqtui.ui.watchlist import WatchList

if TYPE_CHECKING:
    from liqtui.ui.paint.grid import Grid
    from liqtui.ui.paint.header import Moment
    from liqtui.ui.paint.pane import Painter
    from liqtui.view import Source, View

NOTICE_NS = 4 * 10**9


class Pane(Rows, can_focus=True, inherit_bindings=False):
    """One instrument. Owned by the desk, which gives it the source, the look and the beat."""

    BINDINGS: ClassVar = PANE_KEYS

    class Pointed(Message):
        """A key or the mouse moved the cursor, or took it away."""

    def __init__(
        self, state: PaneState, watch_list: WatchList, tick_ns: Callable[[], int] = time.monotonic_ns
    ) -> None:
        super().__init__()
        self.state = state
        self.source: Source | None = None
        self.trouble = ""
        """Why the chosen instrument cannot be shown."""
        self._said = ""
        """What of it the source said."""
        self.speaks = True
        """Says what holds for the whole screen: that it is a demo, where a recording is."""
        self._watch_list, self._tick_ns = watch_list, tick_ns
        self._next_name: str | None = None
        self._walk = Walk(watch_list)
        self._stepped = False
        """Another venue was stepped to, and nothing was said of it yet."""
        self._look: Look | None = None
        self._painter: Painter | None = None
        self._grid: Grid | None = None
        self._painted: tuple[View, object] | None = None
        """The View that was painted and what else the picture rests on. The View itself, for as long as its picture
        stands: an id alone would be given to another one as soon as it is gone."""
        self._changes = 0

    @property
    def view(self) -> "View | None":
        """What the pane is a picture of now."""
        return self.state.paused or (self.source.view(self.state.name) if self.source is not None else None)

    # --- the beat ---------------------------------------------------------------------------------------------

    def connect(self, source: "Source") -> None:
        """The source is open: watch the chosen instrument."""
        self.source = source
        self.choose(self.state.name)

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

    def beat(self) -> None:
        """Paint what is new. Costs nothing when nothing is, or nobody sees it."""
        if self._look is None or not self.size or not self.display:
            return
        if self.source is not None and self._heard() != self._said:
            self.choose(self.state.name)  # the listing is in, and knows better
        if self.state.notice and self._tick_ns() >= self.state.notice_until_ns:
            self.state.notice = ""
            self._changes += 1
        width, height = self.size
        view = None if self.trouble else self.view
        if view is None or width < SMALLEST[0] or height < SMALLEST[1]:
            self._words(self._opening(width, height, self._look))
        else:
            self._picture(view)

    def render_line(self, y: int) -> Strip:
        if not self._strips and self._look is not None:  # the very first frame: sooner than the resize event
            self._rows = self._opening(self.size.width, self.size.height, self._look)
            self._strips = [strip_of(row) for row in self._rows]
        return super().render_line(y)

    def _opening(self, width: int, height: int, look: Look) -> list[Row]:
        if width < SMALLEST[0] or height < SMALLEST[1]:
            return too_small(width, height, look)
        return splash(width, height, look, self._waiting())

    def _words(self, rows: list[Row]) -> None:
        self._grid = self._painted = None
        self.show(rows)

    def _picture(self, view: "View") -> None:
        from liqtui.ui.paint.pane import Painter  # numpy: not before there is something to draw

        assert self._look is not None
        moment = self._moment()
        if view.instrument.expired(moment.now_ns):
            self._expired(view.instrument, moment.now_ns)
        if self._stepped and view.map is not None:
            self._stepped = False
            self._note(self._walk.standing(self.state.name))
        now = (self._changes, moment.now_ns // 10**9, self.size, self._look)
        same = self._painted is not None and self._painted[0] is view and self._painted[1] == now
        if same and not (self.state.bars.moving or self.state.heat.moving):
            return
        if self._painter is None:
            self._painter = Painter()
        self._painted = view, now
        grid = self._painter.paint(view, self.state, (self.size.width, self.size.height), self._look, moment,
                                   self._tick_ns())
        changed = grid.changed(self._grid)
        self._grid = grid
        if len(changed) == grid.height:
            self.show(grid.rows())
            return
        for y in changed:
            self.show_row(y, grid.row(y))

    def on_resize(self) -> None:
        self._refit()
        self.changed()

    def on_click(self, event: events.Click) -> None:
        """With a mouse: the cursor goes where one clicks."""
        price = self._painter.price_at(event.x, event.y) if self._painter is not None else None
        if price is not None:
            self._point(price)

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
        health, venue = source.status(), self._venue
        if venue in source.venues:
            health = replace(health, feeds=tuple(feed for feed in health.feeds if feed.venue == venue))
        return Waiting(self.state.name, self._watch_list.kind, source.clock_ns(), health, self.trouble, hint)

    @property
    def _venue(self) -> str:
        return self.state.name.partition(":")[0]

    def _heard(self) -> str:
        """What the source says against the instrument. While its venue has not said what it lists, how the venue is
        doing is shown instead."""
        if self.source is None or self._venue in self.source.awaited:
            return ""
        return self.source.trouble(self.state.name) or ""

    # --- which instrument -------------------------------------------------------------------------------------

    def choose(self, name: str, *, abreast: bool = False) -> None:
        """Show an instrument; what the catalogue says against it goes on the screen. `abreast`: it is the same contract
        on another venue, or the sum of them."""
        self.trouble, self._said, self._next_name = "", "", None
        if name != self.state.name:
            self._stepped = abreast
        self.state.show(name, abreast=abreast)
        if self.source is not None:
            try:
                self._watch_list.watch(name)
            except ExpiredInstrumentError as error:
                self.trouble, self._next_name = str(error), error.next
            except (LookupError, ValueError) as error:
                self.trouble = str(error)
            else:
                self.trouble = self._heard()
                self._watch_list.note(name)
            self._said = self._heard()
        self.changed()
        if self.is_attached:
            self.screen.refresh_bindings()

    def _expired(self, instrument: Instrument, now_ns: int) -> None:
        """The contract shown has ended: say so, and offer the next of its family."""
        assert self.source is not None
        following = self.source.catalogue.following(instrument, now_ns)
        offer = f"; enter opens {following}" if following else ""
        self.state.notice = f"{words.plain(instrument.symbol)} has expired{offer}"
        self.state.notice_until_ns = self._tick_ns() + NOTICE_NS
        if following != self._next_name:
            self._next_name = following
            self.screen.refresh_bindings()

    def action_symbol(self, by: int) -> None:
        names = self._watch_list.names()
        at = names.index(self.state.name) if self.state.name in names else -by
        if len(names) > 1:
            self.choose(names[(at + by) % len(names)])

    def action_expiry(self, by: int) -> None:
        following = self._walk.expiry(self.state.name, by)
        if following is None:
            self.say("no other expiry is listed")
        else:
            self.choose(following)

    def action_venue(self, by: int) -> None:
        if self.source is None:
            self.say("the listing is not there yet")
            return
        self.source.open_venues(self.source.venues)
        following, asking = self._walk.venue(self.state.name, by), self.source.awaited
        if following is None:
            self.say("no other venue lists it" + (f"; still asking {', '.join(asking)}" if asking else ""))
        else:
            self.choose(following, abreast=True)

    def action_next_contract(self) -> None:
        if self._next_name is not None:
            self.choose(self._next_name)

    # --- what is seen of it -----------------------------------------------------------------------------------

    def say(self, notice: str) -> None:
        """One line under the map for a few seconds."""
        self._note(notice)
        self.changed()

    def _note(self, notice: str) -> None:
        self.state.notice, self.state.notice_until_ns = notice, self._tick_ns() + NOTICE_NS
        self._changes += 1

    def action_cursor(self, by: int) -> None:
        shown = self._painter.shown if self._painter is not None else None
        if shown is None:
            return
        scale, start = shown.scale, shown.mark if self.state.cursor is None else self.state.cursor
        column = min(max(scale.column(start) + by, 0), scale.cells - 1)
        self._point(scale.price(column + 0.5))

    def _point(self, price: float | None) -> None:
        self.state.cursor = price
        self.changed()
        self.post_message(self.Pointed())

    @property
    def away(self) -> float | None:
        """How far the cursor is from the mark, a fraction; None without cursor or picture."""
        shown = self._painter.shown if self._painter is not None else None
        return None if shown is None or self.state.cursor is None else self.state.cursor / shown.mark - 1

    def follow(self, away: float | None) -> None:
        """Put the cursor as far from the mark as another pane's; it stays in its column while that is right."""
        shown = self._painter.shown if self._painter is not None else None
        if shown is None:
            return
        wanted = None if away is None else shown.mark * (1 + away)
        before = self.state.cursor
        if wanted is None or before is None:
            moved = wanted is not before
        else:
            moved = shown.scale.column(wanted) != shown.scale.column(before)
        if moved:
            self.state.cursor = wanted
            self.changed()

    def action_leverage(self) -> None:
        view = self.view
        self.state.cycle_leverage(len(view.map.rungs) if view is not None and view.map is not None else 0)
        self.changed()

    def action_span(self) -> None:
        self.state.cycle_span()
        if not self.state.frozen:
            self.state.heat.forget()
        self.changed()

    def action_zoom(self, steps: int) -> None:
        if self.state.zoom_by(steps):
            self.state.centre = None
        self.changed()

    def action_recentre(self) -> None:
        self.state.recentre()
        self.changed()

    def action_view(self, by: int) -> None:
        self._refit()
        self.state.turn(by)
        self.changed()
        self.screen.refresh_bindings()

    @property
    def reach(self) -> float | None:
        """Log price from edge to edge, if zooming chose it."""
        shown = self._painter.shown if self._painter is not None else None
        return self.state.reach if shown is None else self.state.chosen_reach(shown.scale.cells, shown.scale.width)

    def _refit(self) -> None:
        """The price axis gets another number of cells."""
        shown = self._painter.shown if self._painter is not None else None
        if shown is not None:
            self.state.refit(shown.scale.cells, shown.scale.width)
        else:
            self.state.zoom = None
            self.state.forget_scales()

    def action_unit(self) -> None:
        self.state.usd = not self.state.usd
        self.changed()

    def action_overlay(self) -> None:
        self.state.cycle_overlay(self.view)
        self.changed()

    def action_freeze(self) -> None:
        self.state.frozen = not self.state.frozen
        self.changed()

    def action_clear(self) -> None:
        self.state.notice = ""
        self._point(None)

    def action_pause(self) -> None:
        """Hold the picture; in a replay hold the recording itself."""
        player = transport_of(self.source)
        if player is not None:
            player.pause(not player.paused)
        elif self.state.paused is not None:
            self.state.paused = None
        elif self.source is not None:
            self.state.paused = self.view
            self.state.paused_ns = self.source.clock_ns()
        self.changed()

    # --- a replay ---------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's
        if action in IDLE.get(self.state.view, ()):
            return False
        if action == "overlay":
            return len(overlays_of(self.view, self.state.view)) > 1
        if action in ("step", "seek", "speed"):
            return transport_of(self.source) is not None
        if action == "next_contract":
            return self._next_name is not None
        return True

    def action_step(self, by: int) -> None:
        if (player := transport_of(self.source)) is not None:
            player.step(by)
            self.changed()

    def action_seek(self, by: int) -> None:
        if (player := transport_of(self.source)) is not None and self.source is not None:
            seek(player, self.source.clock_ns(), by)
            self.changed()

    def action_speed(self, by: int) -> None:
        if (player := transport_of(self.source)) is not None:
            change_speed(player, by)
            self.changed()
