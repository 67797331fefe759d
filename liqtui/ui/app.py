"""The application: panes, a footer, what lies over them, and the source that fills them."""

import gc
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

import msgspec
from textual import events
from textual.app import ComposeResult
from textual.dom import DOMNode
from textual.screen import Screen

from liqtui.instruments import Instrument
from liqtui.ui.alerted import Alerted
from liqtui.ui.alerting import Alerts
from liqtui.ui.bindings import APP_KEYS
from liqtui.ui.desk import Desk
from liqtui.ui.exporting import Chooser, Exports, take
from liqtui.ui.footer import Footer, Plain
from liqtui.ui.frames import FrameApp
from liqtui.ui.keyboard import OrderedApp
from liqtui.ui.keys import briefly, conflicts, footer_row, live_commands
from liqtui.ui.layouts import layout_deeds, new_layout
from liqtui.ui.lists import ListFile, Lists
from liqtui.ui.look import Line, Look
from liqtui.ui.options import UiOptions
from liqtui.ui.overlays import Field, Overlay, Scroll, Search
from liqtui.ui.palette import Deed, Palette, deeds_of
from liqtui.ui.pane import Pane
from liqtui.ui.panels import help_lines, problems_of
from liqtui.ui.profile import Layout, Profile
from liqtui.ui.renewal import EVERY_S, Renewal, Renewed
from liqtui.ui.rows import lay_out
from liqtui.ui.searching import search_of
from liqtui.ui.table import Table
from liqtui.ui.wardrobe import Wardrobe
from liqtui.ui.watchlist import WatchList
from liqtui.ui.welcome import Welcome

if TYPE_CHECKING:
    from textual.actions import ActionParseResult

    from liqtui.view import Source

INTERRUPTED = 130
OPENING = ("search", "search_all", "watch", "help", "problems", "alerts", "palette", "export")
"""Actions that lay something over the panes."""
TROUBLES = 100
KEEP_S = 30.0
"""The layout is kept this often, and at the end."""


class LiqtuiApp(OrderedApp, FrameApp, inherit_bindings=False):
    """The screen of liqtui. `open_source` is called in a thread once the first frame is painted, because opening
    imports the model and the feeds; the app closes the source when it ends."""

    BINDINGS: ClassVar = APP_KEYS

    def __init__(
        self, open_source: "Callable[[], Source]", options: UiOptions,
        tick_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        super().__init__()
        self.options = options
        self.source: Source | None = None
        self._open_source = open_source
        self.profile = Profile(options)
        self.wardrobe = Wardrobe(options, self.profile)
        self._alerted = Alerted(options, self._to_terminal, self._complain)
        file = None if options.list_file is None else ListFile(options.list_file)
        lists = Lists(options.all_lists, options.instruments if options.named else (), file)
        told = [self.profile.trouble, self._alerted.trouble, lists.trouble, *conflicts(options.keys)]
        before = (words for words in (*options.problems, *self.wardrobe.troubles, *told) if words)
        self._troubles = deque(before, maxlen=TROUBLES)
        """What went wrong before there was anything to see, then what did since; of much the last."""
        self.watch_list = WatchList(lists, options.kind, lambda: self.desk.names)
        self.desk = Desk(self.profile.layout, self.watch_list, tick_ns)
        self.exports = Exports(lambda: self.options, self._to_terminal, self._tell, self._complain)
        self.table = Table(self.watch_list, self.profile.layout.table, tick_ns, self._picked, self.action_watch)
        self._footer = Footer(self.paint_footer)
        self._overlay: Overlay | None = None
        self._welcome = Welcome(options.welcome_file)

    @property
    def look(self) -> Look:
        """How everything is painted now."""
        return self.wardrobe.look

    @property
    def pane(self) -> Pane:
        """The pane that has the keys."""
        return self.desk.active

    @property
    def front(self) -> Pane | Table:
        """What has the keys while nothing lies over it."""
        return self.table if self.table.display else self.desk.active

    def say(self, notice: str) -> None:
        """One line for a few seconds, in what has the keys."""
        self.front.say(notice)

    # --- life -------------------------------------------------------------------------------------------------

    def get_default_screen(self) -> Screen[None]:
        return Plain(id="_default")

    def compose(self) -> ComposeResult:
        yield self.desk
        yield self.table
        yield self._footer

    def on_mount(self) -> None:
        self.set_keymap(self.options.keys)
        self.desk.dress(self.look)
        self.table.dress(self.look)
        self.face(table=self.profile.layout.table.shown)
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.paint_footer())
        self.call_after_refresh(self._start)

    def _start(self) -> None:
        gc.freeze()
        gc.enable()
        threading.Thread(target=self._open, name="liqtui-open", daemon=True).start()
        self.desk.start(self.options.frames)
        if self._troubles:
            self.say(briefly(self._troubles, live_commands(self.screen)))
        self.set_interval(1 / self.options.frames, self._beat)
        self.set_interval(KEEP_S, self._keep_meanwhile)
        renewal = Renewal(self.options)
        self.set_interval(EVERY_S, lambda: self._renew(renewal.look()))

    def _open(self) -> None:
        try:
            source = self._open_source()
            import liqtui.ui.paint.pane  # numpy, off the first frame's way
        except Exception as error:
            self.call_from_thread(self._failed, error)
            return
        gc.collect()
        gc.freeze()  # what was imported stays: looking through it again and again would hold up keys for 20–40 ms
        if self.is_running:
            self.call_from_thread(self._opened, source)
        else:
            source.close()
        with suppress(ImportError, OSError):  # charts say so themselves
            import liqtui.ui.paint.plots  # noqa: F401 - a tenth of a second that a key would wait

    def _opened(self, source: "Source") -> None:
        self.source = source
        self.watch_list.connect(source)
        self.table.connect(source)
        if not self.table.display:
            self.desk.connect(source)

    def _failed(self, error: Exception) -> None:
        """The source could not be opened: a word on the screen, not a traceback."""
        for front in (self.desk, self.table):
            front.fail(str(error) or type(error).__name__)

    def _beat(self) -> None:
        if isinstance(self._overlay, Scroll) and self._overlay.close_key == "problems":
            self._overlay.repaint(self.look)
        if isinstance(self._overlay, Search):
            self._overlay.renew()
        self.table.beat()
        self._look_for_alerts()
        self.send_frame()

    # --- alerts -----------------------------------------------------------------------------------------------

    def _look_for_alerts(self) -> None:
        if self.source is None:
            return
        fired = self._alerted.look(self.source, self.desk.names)
        for one in fired:
            self.say(f"⚑ {one.instrument.partition(':')[2]}: {one.words}")
        if fired and isinstance(self._overlay, Alerts):
            self._overlay.again()

    async def action_alerts(self) -> None:
        if self.source is not None:
            cursor = None if self.table.display else self.pane.state.cursor
            await self._cover(self._alerted.panel(self.looked_at, self.source, cursor))

    def _complain(self, trouble: str) -> None:
        """A word in the pane and among the problems; from any thread."""
        self._troubles.append(trouble)
        self._tell(trouble)

    def _tell(self, words: str) -> None:
        """A word in the pane; from any thread."""
        self.call_later(self.say, words)

    def _to_terminal(self, sequences: str) -> None:
        if self._driver is not None:
            self._driver.write(sequences)

    # --- what changes on disk ---------------------------------------------------------------------------------

    def _renew(self, renewed: Renewed | None) -> None:
        """Configuration or themes were changed: what can change while it runs does, and what is broken is said."""
        if renewed is None:
            return
        before, options = self.options, renewed.options
        self.options = options
        if options.keys != before.keys:
            self.set_keymap(options.keys)
        self._alerted.renew(options)
        self.watch_list.lists.configure(options.all_lists)
        trouble = self.wardrobe.renew(renewed.themes, options.theme if options.theme != before.theme else "")
        self.dress()
        unpicked = [trouble] if trouble and not renewed.troubles else []
        troubles = [*renewed.troubles, *conflicts(options.keys), *unpicked]
        self._troubles += troubles
        self.say(" · ".join(troubles) or "the configuration was read anew")

    def keep(self) -> str:
        """Keep the layout for the next start. Returns what went wrong."""
        return self.profile.keep(self.layout)

    @property
    def layout(self) -> Layout:
        """What the screen is now, but for colours."""
        return msgspec.structs.replace(self.desk.saved(), table=self.table.saved())

    def _keep_meanwhile(self) -> None:
        layout = self.layout
        threading.Thread(target=self.profile.keep, args=(layout,), name="liqtui-keep", daemon=True).start()

    def on_resize(self, _: events.Resize) -> None:
        if self._overlay is not None:
            self.call_after_refresh(self._overlay.repaint, self.look)

    def paint_footer(self) -> None:
        """What can be done now, in the last line."""
        if not self._footer.is_attached:
            return
        commands = live_commands(self.screen)
        if width := self._footer.size.width:
            self._footer.show([footer_row(commands, width, self.look)])
        if self.screen.focused is self.pane:
            self.pane.hint(self._welcome.hints(commands))

    async def run_action(
        self, action: "str | ActionParseResult", default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """What every key and the palette come down to."""
        done = await super().run_action(action, default_namespace, namespaces)
        if done and isinstance(action, str) and self._welcome.acted(action):
            self.paint_footer()
        return done

    # --- what lies over ---------------------------------------------------------------------------------------

    async def _cover(self, overlay: Overlay) -> None:
        """Lay `overlay` over the pane. When this returns it has the keys: what was typed after the key that opened it
        is typed into it."""
        self.action_close()
        self._overlay = overlay
        with self.batch_update():  # nobody sees it empty
            await self.screen.mount(overlay)
            self.screen.set_focus(overlay)
            overlay.repaint(self.look)

    def action_close(self) -> None:
        if self._overlay is not None:
            overlay, self._overlay = self._overlay, None
            self.screen.set_focus(self.front)  # first: what is removed with the focus gives it to whatever is next
            overlay.remove()

    async def _toggle(self, name: str, about: str, lines: "Callable[[int, Look], list[Line]]") -> None:
        if isinstance(self._overlay, Scroll) and self._overlay.close_key == name:
            self.action_close()
        else:
            await self._cover(Scroll(f"{name}{about}", lines, name))

    async def action_help(self) -> None:
        commands, shown_as = live_commands(self.screen), "watch" if self.table.display else self.pane.state.view
        await self._toggle("help", f" · {shown_as}", lambda width, look: help_lines(commands, width, look, shown_as))

    async def action_problems(self) -> None:
        await self._toggle("problems", "", lambda width, look: problems_of(
            self.source, self.looked_at, self._troubles, width, look))

    async def action_search(self) -> None:
        """Of what the table shows, or of all there is."""
        if self.table.display and self._overlay is None:
            self.table.start_typing()
        else:
            await self.action_search_all()

    async def action_search_all(self) -> None:
        source = self.source
        if source is None:
            self.say("the listing is not there yet")
            return
        await self._cover(search_of(source, self.watch_list.recent, self._chosen))

    def _chosen(self, instrument: Instrument) -> None:
        self.action_close()
        self._picked(instrument.name)

    async def action_palette(self, text: str = "") -> None:
        self.action_close()  # what can be done is what the pane can
        deeds = [*deeds_of(self), *layout_deeds(self)]
        await self._cover(Palette(deeds, self._do, lambda query: new_layout(self, query), text))

    async def _do(self, deed: Deed) -> None:
        self.action_close()
        done = deed.do()
        if done is not None:
            await done

    async def action_export(self) -> None:
        await self._cover(Chooser(self.exports, take(self), self.action_close))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's
        """A line of text is closed before something else is opened: what is written there is not lost by a slip."""
        typing = isinstance(self._overlay, Field) or (self.table.state.typing and action != "search_all")
        return not (typing and action in OPENING)

    # --- the watch table --------------------------------------------------------------------------------------

    def action_watch(self) -> None:
        """The watch table before the panes, or the panes again."""
        self.action_close()
        self._turn_to(table=not self.table.display)

    def show_list(self, name: str) -> None:
        """The watch table, on this list."""
        self.face(table=True)
        self.table.look_at(name)

    def _picked(self, name: str) -> None:
        """Show an instrument in the pane, wherever it was chosen."""
        if self.desk.source is None:  # it will be connected, and ask for what is chosen
            self.pane.state.show(name)
            self._turn_to(table=False)
        else:
            self._turn_to(table=False)
            self.pane.choose(name)

    def _turn_to(self, *, table: bool) -> None:
        """Have the other in front, in its place and painted, before the next key."""
        if table != self.table.display:
            self.face(table=table)
            lay_out(self.screen, [self.table.on_resize]) if table else self.desk.lay_out()

    def face(self, *, table: bool) -> None:
        """Have the table or the panes in front. What is behind keeps what it has, and paints nothing."""
        self.desk.display = not table
        self.table.reveal(on=table)
        if not table and self.source is not None and self.desk.source is None:
            self.desk.connect(self.source)
        self.screen.set_focus(self.front)
        self.screen.refresh_bindings()

    @property
    def looked_at(self) -> str:
        """The instrument that a person looks at."""
        return (self.table.state.cursor if self.table.display else "") or self.pane.state.name

    # --- the rest of the keys ---------------------------------------------------------------------------------

    def action_theme(self) -> None:
        self.wear(self.wardrobe.following)

    def wear(self, theme: str) -> None:
        """Change to a theme; it comes back at the next start."""
        self.wardrobe.wear(theme)
        self.dress()
        self.say(f"theme {self.look.theme.name}")

    def action_pair(self) -> None:
        self.wardrobe.swap()
        self.dress()
        self.say(f"longs and shorts in {self.look.pair}")

    def dress(self) -> None:
        """Paint everything as it is to look now."""
        self.desk.dress(self.look)
        self.table.dress(self.look)
        self.paint_footer()
        if self._overlay is not None:
            self._overlay.repaint(self.look)

    async def action_quit(self) -> None:
        self.exit(return_code=0)

    def action_interrupt(self) -> None:
        self.exit(return_code=INTERRUPTED)
