"""The watch table's widget: its keys, which rows it asks for, and when to paint. What it shows is `TableState`."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import events

from liqtui.ui.abreast import venues_behind
from liqtui.ui.below import lasting
from liqtui.ui.bindings import BOTH_KEYS, TABLE_KEYS
from liqtui.ui.find import fits
from liqtui.ui.keyboard import written
from liqtui.ui.look import Look
from liqtui.ui.player import MOVES, Played, position, transport_of
from liqtui.ui.profile import SavedTable
from liqtui.ui.ranking import SORTS, Order
from liqtui.ui.reasons import reason_of
from liqtui.ui.rows import Rows
from liqtui.ui.splash import Waiting, splash, too_small
from liqtui.ui.table_state import TableState
from liqtui.ui.watchlist import WatchList

if TYPE_CHECKING:
    from liqtui.instruments import Instrument
    from liqtui.ui.colour import Row as Runs
    from liqtui.ui.paint.table import TablePainter
    from liqtui.view import Health, Row, Source

SECOND = 10**9
LINGER_NS = 600 * SECOND
"""Rows are kept so long after the table was left: history of hundreds of them takes a minute to fetch."""
MOST_ROWS = 600
"""Of a longer list the first ones have rows."""
LONGEST = 40
"""Letters of the query."""
TITLES = 2
"""Lines above the rows."""
WHILE_TYPING = ("move", "page", "end", "leave", "open")
"""Actions of keys that are no letters."""


class Table(Rows, Played, can_focus=True, inherit_bindings=False):
    """Every instrument of a list in a row. Owned by the app, which gives it the source, the look and the beat."""

    DEFAULT_CSS = "Table { width: 1fr; height: 1fr; display: none; }"
    BINDINGS: ClassVar = TABLE_KEYS + BOTH_KEYS
    CALLED: ClassVar = {"search": ("filter", "Leave only rows that fit what is typed")}

    def __init__(
        self, watch_list: WatchList, saved: SavedTable, tick_ns: Callable[[], int], opened: Callable[[str], None],
        left: Callable[[], None],
    ) -> None:
        """`opened`: told the instrument that is to be shown in the pane; `left`: back to the panes. `tick_ns`: a clock
        in real time."""
        super().__init__()
        self.source: Source | None = None
        self.state = TableState()
        self.trouble = ""
        """Why there is nothing to show, and will be nothing."""
        self._watch_list, self._tick_ns, self._opened, self._left = watch_list, tick_ns, opened, left
        self._order = Order()
        self.restore(saved)
        self._resort = False
        """A key asked for another order."""
        self._listed: list[str] = []
        """What is on the list, and what was dropped from it since it was turned to."""
        self._dropped: set[str] = set()
        self._glanced: list[str] = []
        """What the source was asked for rows of."""
        self._live: Mapping[str, Row] = {}
        self._look: Look | None = None
        self._painter: TablePainter | None = None
        self._read_ns = self._left_ns = -LINGER_NS
        self._changes = self._painted = 0

    def restore(self, saved: SavedTable) -> None:
        """The list and the order as they were left."""
        self.state.sort, self.state.reverse = saved.sort if saved.sort in SORTS else "", saved.reverse
        lists = self._watch_list.lists
        if lists.known(saved.list) and not lists.named:
            lists.current = saved.list

    def saved(self) -> SavedTable:
        """What is chosen now."""
        current = self._watch_list.lists.current
        return SavedTable(shown=bool(self.display), list=current, sort=self.state.sort, reverse=self.state.reverse)

    # --- the beat ---------------------------------------------------------------------------------------------

    def connect(self, source: "Source") -> None:
        """The source is open."""
        self.source = source
        self.changed()

    def fail(self, trouble: str) -> None:
        """There is no source, and will be none."""
        self.trouble = trouble
        self.changed()

    def dress(self, look: Look) -> None:
        """Another theme, depth or pair."""
        self._look = look
        self.changed()

    def reveal(self, *, on: bool) -> None:
        """Come to the front, or leave it."""
        self.display = on
        self._left_ns = self._tick_ns()
        self._dropped.clear()
        self.state.typing, self.state.query, self.state.paused = False, "", None
        self._read_ns = -LINGER_NS
        self._again()

    def say(self, notice: str) -> None:
        """One line below the rows for a few seconds."""
        self.state.notice, self.state.notice_until_ns = notice, self._tick_ns() + lasting(notice)
        self.changed()

    def changed(self) -> None:
        """A key or a resize changed what should be seen: paint now."""
        self._changes += 1
        self.beat()
        self.answer()

    def beat(self) -> None:
        """Ask for the rows of the list, read them once a second, paint what is new."""
        now = self._tick_ns()
        if not self.display:
            self._give_up(now)
            return
        if self.state.notice and now >= self.state.notice_until_ns:
            self.state.notice = ""
            self._changes += 1
        if self._look is None or not self.size:
            return
        if self.source is None or too_small(*self.size):
            self.show(self.opening())
            return
        if due := now - self._read_ns >= SECOND or not self._listed:
            self._read(self.source, now)
        if due or self._changes != self._painted:
            self._painted = self._changes
            self._settle(now)
            self._paint(self.source, self._look)

    def opening(self) -> "list[Runs]":
        if self._look is None:
            return []
        title = f"watch table · {self._watch_list.list_name}"
        return splash(*self.size, self._look, Waiting(title, self._watch_list.kind, 0, None, self.trouble))

    def _give_up(self, now: int) -> None:
        """Nobody has looked for a while: have no rows."""
        if self._glanced and self.source is not None and now - self._left_ns > LINGER_NS:
            self._glanced = []
            self.source.glance(())

    def _read(self, source: "Source", now: int) -> None:
        """What is on the list, and its rows, as they are now."""
        self._read_ns = now
        self._watch_list.take(source.names)
        on_list = self._watch_list.rows()
        self._dropped -= set(on_list)
        if self._dropped:  # they stay where they were
            kept = [name for name in self._listed if name in on_list or name in self._dropped]
            on_list = list(dict.fromkeys([*kept, *on_list]))
        self._listed = on_list
        wanted = self._listed[:MOST_ROWS]
        if wanted != self._glanced:
            self._glanced = wanted
            source.glance(wanted)
        self._live = {name: row for name in wanted if (row := source.row(name)) is not None}

    @property
    def _shown(self) -> "Mapping[str, Row]":
        return self._live if self.state.paused is None else self.state.paused

    def _settle(self, now: int) -> None:
        """Put the rows in their places, and the cursor in its."""
        state, before = self.state, self._order.names
        names = self._glanced
        if state.query:
            names = [name for name in names if fits(state.query, name, self._instrument(name))]
        self._order.renew(names, self._shown, state.sort, now, reverse=state.reverse, at_once=self._resort)
        self._resort = False
        state.place(self._order.names, before, self.window)

    @property
    def window(self) -> int:
        """Rows there is room for."""
        return max(self.size.height - TITLES - 1, 1)

    def _instrument(self, name: str) -> "Instrument | None":
        venue, _, symbol = name.partition(":")
        return None if self.source is None else self.source.catalogue.get(venue, symbol)

    def _paint(self, source: "Source", look: Look) -> None:
        from liqtui.ui.paint.header import Moment  # numpy: not before there is something to draw
        from liqtui.ui.paint.table import TablePainter, TableScene

        state, player, now_ns = self.state, transport_of(source), source.clock_ns()
        held_ns = None if state.paused is None else state.paused_ns
        played = "" if player is None else position(player, now_ns)
        rows, names = self._shown, self._order.names
        visible = {*names[state.top : state.top + self.window], state.cursor} - {""}
        scene = TableScene(
            self.size.width, self.size.height, look, Moment(now_ns, self._watch_list.kind, played, held_ns), state,
            self._watch_list.list_name, self._listed, names, rows,
            {name: reason_of(source, name, rows.get(name)) for name in visible},
            {name: self._instrument(name) for name in visible}, frozenset(self._dropped),
            self._health(source), self._nothing,
        )
        if self._painter is None:
            self._painter = TablePainter()
        self.show(self._painter.paint(scene))

    def _health(self, source: "Source") -> "Health":
        """Of the venues that are on the list."""
        health = source.status()
        named = {name.partition(":")[0] for name in self._glanced}
        behind = {venue for one in named for venue in venues_behind(one, source.sums)}
        return replace(health, feeds=tuple(feed for feed in health.feeds if feed.venue in behind))

    @property
    def _nothing(self) -> str:
        if self.state.query:
            return f"nothing here is called {self.state.query}"
        return "nothing is on this list: b in a pane adds its instrument, l turns to the next list"

    # --- keys -------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's
        if self.state.typing:
            return action in WHILE_TYPING
        return self.plays if action in MOVES else True

    def check_consume_key(self, key: str, character: str | None) -> bool:  # noqa: ARG002 - Textual's
        return self.state.typing and character is not None and character.isprintable()

    def take_key(self, event: events.Key) -> bool:
        """While a query is typed: letters go into it. Enter ends that, and so does a key that moves the cursor."""
        query = written(self.state.query, event) if self.state.typing else None
        if query is not None:
            self._ask(query)
        return query is not None

    def take_paste(self, text: str) -> None:
        if self.state.typing:
            self._ask(self.state.query + text)

    def start_typing(self) -> None:
        """Letters narrow the rows from now on."""
        self.state.typing = True
        self._ask(self.state.query)
        self.screen.refresh_bindings()

    def _stop_typing(self) -> None:
        self.state.typing = False
        self.screen.refresh_bindings()

    def _ask(self, query: str) -> None:
        self.state.query = query[:LONGEST]
        self.state.home()
        self._again()

    def _again(self) -> None:
        """The order is another one."""
        self._resort = True
        self.changed()

    def action_move(self, by: int) -> None:
        self._stop_typing()
        self.state.move(by, self._order.names)
        self.changed()

    def action_page(self, by: int) -> None:
        self.action_move(by * self.window)

    def action_end(self, by: int) -> None:
        self.action_move(by * len(self._order.names))

    def action_open(self) -> None:
        if self.state.typing:
            self._stop_typing()
            self.changed()
        elif self.state.cursor:
            self._opened(self.state.cursor)

    def action_leave(self) -> None:
        if self.state.typing or self.state.query:
            self._stop_typing()
            self._ask("")
        else:
            self._left()

    def action_sort(self) -> None:
        self.state.next_sort()
        self._again()

    def sort_by(self, column: str) -> None:
        """One of `SORTS`; said again, the other way round."""
        self.state.sort, self.state.reverse = column, column == self.state.sort and not self.state.reverse
        self.state.home()
        self._again()

    def action_reverse(self) -> None:
        self.state.reverse = not self.state.reverse
        self.state.home()
        self._again()

    def action_turn(self, by: int) -> None:
        names, current = self._watch_list.offered(), self._watch_list.list_name
        at = names.index(current) if current in names else -by
        if len(names) > 1:
            self.look_at(names[(at + by) % len(names)])
        else:
            self.say("there is no other list" if self.source is None or not self.source.awaited else
                     f"no other list yet: still asking {', '.join(self.source.awaited)}")

    def look_at(self, name: str) -> None:
        """The rows of another list."""
        self._watch_list.look_at(name)
        self._listed, self.state.query, self.state.paused = [], "", None
        self._dropped.clear()
        self.state.home()
        self._again()

    def action_list(self) -> None:
        """Add the row's instrument to the list that is edited, or drop it; dropped, it stays in sight for a while."""
        if not (name := self.state.cursor):
            return
        before = name in self._watch_list.rows()
        said = self._watch_list.toggle(name)
        if before and name not in self._watch_list.rows():
            self._dropped.add(name)
        self._dropped.discard("" if name not in self._watch_list.rows() else name)
        self.say(said)

    def hold(self, now_ns: int) -> None:
        self.state.paused, self.state.paused_ns = None if self.state.paused is not None else self._live, now_ns

    # --- the mouse --------------------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """A title sorts by its column; a row takes the cursor, and clicked again it opens."""
        line = event.y - TITLES
        names = self._order.names[self.state.top : self.state.top + self.window]
        if line == -1 and self._painter is not None:
            for column, left, width in self._painter.columns.places():
                if left <= event.x < left + width:
                    self.sort_by(column)
        elif 0 <= line < len(names):
            if names[line] == self.state.cursor:
                self._opened(names[line])
            else:
                self.state.cursor, self.state.touched = names[line], True
                self.changed()

    def on_resize(self) -> None:
        self.changed()
