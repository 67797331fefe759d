"""What comes back at the next start: the panes, what each shows, and the colours. One small file per layout."""

import re
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from liqtui.files import Kept
from liqtui.instruments import parse_name
from liqtui.ui.options import UiOptions
from liqtui.ui.state import OVERLAYS, SPANS, VIEWS, PaneState, shared_leverage

USUAL = "last"
"""The layout of those who name none."""
MOST_BYTES = 64_000
TABLE = "watch"
"""No name of a layout: it means the watch table."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_SUFFIX = ".json"
_Words = Annotated[str, Meta(max_length=100)]


def is_name(text: str) -> bool:
    """Whether a layout can be called that: digits alone are a number of panes."""
    return not text.isdigit() and text != TABLE and _NAME.fullmatch(text) is not None


class SavedPane(msgspec.Struct, frozen=True, kw_only=True):
    """What was chosen to be seen in one pane, without what depends on the price of the day."""

    instrument: _Words
    view: _Words = VIEWS[0]
    span: _Words = PaneState("").span
    leverage: Annotated[int, Meta(ge=0, le=100)] = 0
    usd: bool = False
    overlay: _Words = ""
    reach: Annotated[float, Meta(gt=0, lt=10)] | None = None

    @classmethod
    def of(cls, state: PaneState, reach: float | None) -> "SavedPane":
        """`reach`: log price from edge to edge, where zooming chose it."""
        return cls(
            instrument=state.name, view=state.view, span=state.span, leverage=state.leverage, usd=state.usd,
            overlay=state.overlay, reach=reach,
        )

    def state(self) -> PaneState:
        """A pane's choices; what this version does not know is as usual."""
        state = PaneState(self.instrument, leverage=self.leverage, usd=self.usd, reach=self.reach)
        state.view = self.view if self.view in VIEWS else state.view
        state.span = self.span if self.span in SPANS else state.span
        state.overlay = self.overlay if self.overlay in OVERLAYS else state.overlay
        return state


class SavedTable(msgspec.Struct, frozen=True, kw_only=True):
    """The watch table."""

    shown: bool = False
    """It lies before the panes."""
    list: _Words = ""
    sort: _Words = ""
    """The column sorted by; empty: as listed."""
    reverse: bool = False


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """The whole screen."""

    schema: Literal["liqtui.layout/1"] = "liqtui.layout/1"
    panes: Annotated[tuple[SavedPane, ...], Meta(min_length=1, max_length=4)]
    shown: Literal[1, 2, 4] = 1
    focus: Annotated[int, Meta(ge=0, le=3)] = 0
    full: bool = False
    linked: bool = False
    table: SavedTable = SavedTable()
    theme: _Words = ""
    """Chosen by key; empty: the configured one."""
    pair: _Words = ""
    """Of colours, by name; empty: the theme's first."""
    configured_theme: _Words = ""
    configured_instrument: _Words = ""
    """What the configuration said then: where it says something else now, that is the later choice."""

    def showing(self, named: Sequence[str]) -> "Layout":
        """The same with `named` instruments in the first panes; one that is shown already comes with its pane."""
        panes = list(self.panes)
        for at, name in enumerate(named[: self.shown]):
            there = next((i for i in range(at, len(panes)) if panes[i].instrument == name), None)
            if there is not None:
                panes.insert(at, panes.pop(there))
            elif at < len(panes):
                panes[at] = replace(panes[at], instrument=name, leverage=shared_leverage(panes[at].leverage))
            else:
                panes.append(SavedPane(instrument=name))
        return replace(self, panes=tuple(panes), focus=0 if named else self.focus)


class Profile:
    """One run's layout: what it begins with and what is kept of it. Owned by the app."""

    def __init__(self, options: UiOptions) -> None:
        self._options = options
        self._file: LayoutFile | None = None
        saved, self.trouble = None, ""
        self._theme_named = options.theme_named
        if options.layout is not None:
            self._file = LayoutFile(options.layout_folder or layout_folder(), options.layout)
            saved, self.trouble = self._file.load()
        self.theme = self.pair = ""
        """Chosen by key, now or in an earlier run."""
        self._take_colours(saved)
        self.layout = self._beginning(saved)
        """What the screen begins with."""

    @property
    def theme_wanted(self) -> str:
        """The name of the theme to begin with."""
        return self._theme_named or self.theme or self._options.theme

    @property
    def name(self) -> str:
        """Of the layout in use; empty where none is kept."""
        return "" if self._file is None else self._file.name

    @property
    def names(self) -> list[str]:
        """Of those that were kept."""
        return [] if self._file is None else self._file.names()

    def turn_to(self, name: str, now: Layout) -> tuple[Layout | None, str]:
        """Keep what the screen is `now`, and go on with another layout: as it was left, and what there is to say."""
        assert self._file is not None
        self.keep(now)
        file = LayoutFile(self._file.folder, name)
        saved, trouble = file.load()
        if saved is not None:
            self._file, self._theme_named = file, None  # the theme of the command line was for what it opened
            self._take_colours(saved)
        return saved, trouble

    def save_as(self, name: str, now: Layout) -> str:
        """Keep what the screen is `now`, and go on under another name. Returns what went wrong."""
        assert self._file is not None
        self._file = LayoutFile(self._file.folder, name)
        return self.keep(now)

    def _take_colours(self, saved: Layout | None) -> None:
        if saved is not None:
            self.pair = saved.pair
            self.theme = saved.theme if saved.configured_theme == self._options.theme else ""

    def keep(self, layout: Layout) -> str:
        """Keep what the screen is now, if anything is to be kept. Returns what went wrong."""
        if self._file is None:
            return ""
        return self._file.save(replace(
            layout, theme=self.theme, pair=self.pair, configured_theme=self._options.theme,
            configured_instrument=self._options.configured,
        ))

    def _beginning(self, saved: Layout | None) -> Layout:
        options = self._options
        table = options.table if options.panes is None and not options.named else bool(options.table)
        if saved is None:
            first = SavedPane(instrument=options.instruments[0])
            return Layout(panes=(first,), shown=options.panes or 1, table=SavedTable(shown=bool(table)))
        named = options.instruments if options.named else ()
        if not named and options.configured != saved.configured_instrument:
            named = (options.configured,)
        shown = options.panes or saved.shown
        listed = replace(saved.table, shown=saved.table.shown if table is None else table)
        return replace(saved, shown=shown, full=saved.full and options.panes is None, table=listed).showing(named)


class LayoutFile:
    """Where a layout is kept. What cannot be read or written is said in words, never raised."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name
        self._file = _file(folder, name)
        self._kept: Layout | None = None
        self._lock = threading.Lock()

    def load(self) -> tuple[Layout | None, str]:
        """The layout as it was left (a new one begins as the usual one), and what there is to say about it."""
        layout, trouble = _read(self._file)
        self._kept = layout
        if layout is None and not trouble and self.name != USUAL:
            layout, _ = _read(_file(self.folder, USUAL))
            known = ", ".join(name for name in self.names() if name != USUAL)
            trouble = f"layout {self.name} is new{f' (there are: {known})' if known else ''}; it is kept when you leave"
        return layout, trouble

    def save(self, layout: Layout) -> str:
        """Write it, whole or not at all; a file that could not be read is put aside. Returns what went wrong."""
        if layout == self._kept:
            return ""
        with self._lock:
            return self._save(layout)

    def _save(self, layout: Layout) -> str:
        try:
            self._file.write(msgspec.json.format(msgspec.json.encode(layout)) + b"\n")
        except OSError as error:
            return f"layout not kept in {self._file.path}: {error.strerror or error}"
        self._kept = layout
        return ""

    def names(self) -> list[str]:
        """Of all layouts that are kept beside it."""
        try:
            return sorted(path.stem for path in self.folder.glob(f"*{_SUFFIX}"))
        except OSError:
            return []


def _file(folder: Path, name: str) -> Kept:
    return Kept(folder / f"{name}{_SUFFIX}", MOST_BYTES)


def _read(file: Kept) -> tuple[Layout | None, str]:
    try:
        return file.read(_layout_of), ""
    except (OSError, ValueError) as error:
        return None, f"layout not read from {file.path}: {error}; it starts anew"


def _layout_of(raw: bytes) -> Layout:
    layout = msgspec.json.decode(raw, type=Layout)
    for pane in layout.panes:
        parse_name(pane.instrument)
    return layout


def layout_folder() -> Path:
    """Where layouts are kept."""
    from platformdirs import user_state_path

    return user_state_path("liqtui", appauthor=False) / "layouts"
