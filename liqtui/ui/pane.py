"""The pane's widget: which instrument it shows, and what its keys change of it."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.message import Message

from liqtui.instruments import ExpiredInstrumentError, Instrument
from liqtui.ui import words
from liqtui.ui.abreast import venues_behind
from liqtui.ui.below import Strip, lasting
from liqtui.ui.bindings import BOTH_KEYS, PANE_KEYS
from liqtui.ui.canvas import Canvas
from liqtui.ui.player import MOVES, Played
from liqtui.ui.state import IDLE, VIEWS, PaneState, overlays_of
from liqtui.ui.walk import Walk
from liqtui.ui.watchlist import WatchList

if TYPE_CHECKING:
    from liqtui.view import Source

FEW = 3
"""Venues that are named one by one."""


class Pane(Canvas, Played, can_focus=True, inherit_bindings=False):
    """One instrument and its keys. Owned by the desk, which gives it the source, the look and the beat."""

    BINDINGS: ClassVar = PANE_KEYS + BOTH_KEYS

    class Pointed(Message):
        """A key or the mouse moved the cursor, or took it away."""

    def __init__(
        self, state: PaneState, watch_list: WatchList, tick_ns: Callable[[], int] = time.monotonic_ns
    ) -> None:
        super().__init__(state, watch_list, tick_ns)
        self._said = ""
        """What the source said against the instrument."""
        self._walk = Walk(watch_list)
        self._standing: Callable[[], None] | None = None
        """Says where among its neighbours stands what was stepped to, once more when there is a picture of it."""

    def connect(self, source: "Source") -> None:
        """The source is open: watch the chosen instrument."""
        self.source = source
        self.choose(self.state.name)

    def beat(self) -> None:
        if self.source is not None and self.display:
            self._look_around(self.source)
        state = self.state
        if (state.notice or state.strip) and self._standing is None and self._tick_ns() >= state.notice_until_ns:
            self._note("")
        super().beat()

    def on_resize(self) -> None:
        self._refit()
        self.changed()

    def on_click(self, event: events.Click) -> None:
        """With a mouse: the cursor goes where one clicks."""
        price = self._painter.price_at(event.x, event.y) if self._painter is not None else None
        if price is not None:
            self._point(price)

    # --- which instrument -------------------------------------------------------------------------------------

    def _look_around(self, source: "Source") -> None:
        """Is there something to say about the instrument that was not there before?"""
        if self._heard() != self._said:
            self.choose(self.state.name)  # the listing is in, and knows better
        view = None if self.trouble else self.view
        if view is None:
            return
        if view.instrument.expired(now_ns := source.clock_ns()):
            self._expired(source, view.instrument, now_ns)
        if self._standing is not None and view.map is not None:
            self._standing()
            self._standing = None

    def _heard(self) -> str:
        """What the source says against the instrument. While its venue (of a sum any of those it adds up) has not said
        what it lists, how they are doing is shown instead."""
        source = self.source
        if source is None or not venues_behind(self.state.venue, source.sums).isdisjoint(source.awaited):
            return ""
        return source.trouble(self.state.name) or ""

    def choose(self, name: str, *, abreast: bool = False, standing: Callable[[], None] | None = None) -> None:
        """Show an instrument; what the catalogue says against it goes on the screen. `abreast`: it is the same contract
        on another venue, or the sum of them. `standing`: says where it stands, now and when there is a picture."""
        self.trouble, self._said, self._next_name = "", "", None
        if name != self.state.name:
            self._standing = standing
        pointed = self.state.cursor
        self.state.show(name, abreast=abreast)
        if self.state.cursor != pointed:
            self.post_message(self.Pointed())
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
        if self._standing is not None:
            self._standing()
        self.changed()
        if self.is_attached:
            self.screen.refresh_bindings()

    def _expired(self, source: "Source", instrument: Instrument, now_ns: int) -> None:
        """The contract shown has ended: say so, and offer the next of its family."""
        following = source.catalogue.following(instrument, now_ns)
        offer = f"; enter opens {following}" if following else ""
        self.state.notice = f"{words.plain(instrument.symbol)} has expired{offer}"
        self.state.notice_until_ns = self._tick_ns() + lasting(offer)
        if following != self._next_name:
            self._next_name = following
            self.screen.refresh_bindings()

    def action_symbol(self, by: int) -> None:
        names = self._watch_list.names()
        at = names.index(self.state.name) if self.state.name in names else -by
        if len(names) > 1:
            self.choose(names[(at + by) % len(names)])

    def action_expiry(self, by: int) -> None:
        if self.source is None:
            self.say("the listing is not there yet")
            return
        self.source.open_venues(self.source.venues)
        following = self._walk.expiry(self.state.name, by)
        if following is None:
            self.say(self._asking() or "no other expiry is listed")
        else:
            self.choose(following, standing=self._tell_expiries)

    def action_venue(self, by: int) -> None:
        if self.source is None:
            self.say("the listing is not there yet")
            return
        self.source.open_venues(self.source.venues)
        following = self._walk.venue(self.state.name, by)
        if following is None:
            self.say(self._asking() or "no other venue lists it")
        else:
            self.choose(following, abreast=True, standing=lambda: self._note(self._walk.standing(self.state.name)))

    def _tell_expiries(self) -> None:
        assert self.source is not None
        view = self.view
        basis = () if view is None else view.figures.basis
        self._note(self._asking(), self._walk.strip(self.state.name, basis, self.source.clock_ns()))

    def _asking(self) -> str:
        """Who has yet to say what they list; empty when all have."""
        asked = self.source.awaited if self.source is not None else ()
        return f"asking {', '.join(asked) if len(asked) <= FEW else f'{len(asked)} venues'} …" if asked else ""

    def action_next_contract(self) -> None:
        if self._next_name is not None:
            self.choose(self._next_name)

    # --- what is seen of it -----------------------------------------------------------------------------------

    def say(self, notice: str) -> None:
        """One line under the map for a few seconds."""
        self._standing = None
        self._note(notice)
        self.changed()

    def _note(self, notice: str, strip: Strip | None = None) -> None:
        self.state.notice, self.state.strip = notice, strip
        self.state.notice_until_ns = self._tick_ns() + lasting(notice if strip is None else f"{notice}{strip.stops}")
        self._changes += 1

    def hint(self, hints: tuple[tuple[str, str], ...]) -> None:
        """Keys that are named while there is nothing to answer."""
        if hints != self.state.hints:
            self.state.hints = hints
            self.changed()

    def action_cursor(self, by: int) -> None:
        shown = self.axis
        if shown is None:
            return
        scale, start = shown.scale, shown.mark if self.state.cursor is None else self.state.cursor
        column = min(max(scale.column(start) + by, 0), scale.cells - 1)
        self._point(scale.price(column + 0.5))

    def _point(self, price: float | None) -> None:
        """The cursor goes there, and what it reads takes the place of what answered an earlier key."""
        self._standing = None
        self._note("")
        self.state.cursor = price
        self.changed()
        self.post_message(self.Pointed())

    @property
    def away(self) -> float | None:
        """How far the cursor is from the mark, a fraction; None without cursor or picture."""
        shown = self.axis
        return None if shown is None or self.state.cursor is None else self.state.cursor / shown.mark - 1

    def follow(self, away: float | None) -> None:
        """Put the cursor as far from the mark as another pane's; it stays in its column while that is right."""
        shown = self.axis
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
        self._respan()

    def see(self, *, view: str = "", span: str = "", leverage: int | None = None, overlay: str | None = None) -> None:
        """Show this of the instrument, each as `PaneState` has it; what is not given stays."""
        state = self.state
        if view:
            self.action_view(VIEWS.index(view) - VIEWS.index(state.view))
        if leverage is not None:
            state.leverage = leverage
            state.forget_scales()
        state.overlay = state.overlay if overlay is None else overlay
        if span:
            state.span = span
            self._respan()
        self.changed()

    def _respan(self) -> None:
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
        shown = self.axis
        return self.state.reach if shown is None else self.state.chosen_reach(shown.scale.cells, shown.scale.width)

    def _refit(self) -> None:
        """The price axis gets another number of cells."""
        shown = self.axis
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

    def action_list(self) -> None:
        """Add the instrument to the watch list, or drop it."""
        self.say(self._watch_list.toggle(self.state.name))

    def action_clear(self) -> None:
        self._point(None)

    def hold(self, now_ns: int) -> None:
        self.state.paused, self.state.paused_ns = None if self.state.paused is not None else self.view, now_ns

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's
        if action in IDLE.get(self.state.view, ()):
            return False
        if action == "overlay":
            return len(overlays_of(self.view, self.state.view)) > 1
        if action in MOVES:
            return self.plays
        if action == "next_contract":
            return self._next_name is not None
        return True
