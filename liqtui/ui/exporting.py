"""What `x` takes out of the screen: into a file of its own, or onto the clipboard."""

import os
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from liqtui.ui import clipboard, words
from liqtui.ui.bindings import EXPORT_KEYS
from liqtui.ui.colour import BOLD
from liqtui.ui.keys import keycap, live_bindings
from liqtui.ui.look import Line, Look
from liqtui.ui.options import UiOptions
from liqtui.ui.overlays import Field, Overlay
from liqtui.ui.panels import panel
from liqtui.ui.rows import Rows

if TYPE_CHECKING:
    from textual.screen import Screen

    from liqtui.ui.app import LiqtuiApp
    from liqtui.ui.svg import Picture
    from liqtui.view import View

TABLE = "watch"
"""In place of a venue before the name of a list: the watch table."""
LONGEST_NAME = 80
"""Characters of an instrument in the name of a file."""
_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write what is shown."""

    name: str
    telling: str
    ending: str
    """Of the file's name."""


FORMS = (
    Form("csv", "CSV: price, longs, shorts, bin by bin", ".csv"),
    Form("json", "JSON: the whole map with all figures, as `liqtui once`", ".json"),
    Form("svg", "SVG: a picture of the screen as it is", ".svg"),
    Form("ladder", "CSV: longs, shorts, book and volume by price", "_ladder.csv"),
    Form("clusters", "CSV: the clusters", "_clusters.csv"),
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What there was to see when it was asked for."""

    name: str
    """Of the instrument, as `venue:SYMBOL`."""
    time_ns: int
    view: "View | None"
    prices: tuple[float, float] | None
    """The lowest and the highest in the picture; None where it has no price axis."""
    picture: "Picture"

    @property
    def title(self) -> str:
        """What it is, for a person."""
        venue, _, symbol = words.plain(self.name).partition(":")
        return f"watch table, list {symbol}" if venue == TABLE else f"{symbol}, {venue}"

    @property
    def forms(self) -> tuple[Form, ...]:
        """What it can be written as: without a map only the picture."""
        whole = self.view is not None and self.view.map is not None
        return tuple(form for form in FORMS if whole or form.name == "svg")

    @property
    def stem(self) -> str:
        """Of a file's name, before the form's ending: `okx-BTC-USDT-SWAP_20250522T100000Z`."""
        name = _UNFIT.sub("-", self.name)[:LONGEST_NAME].strip("-.")
        return f"{name}_{datetime.fromtimestamp(self.time_ns // 10**9, UTC):%Y%m%dT%H%M%SZ}"

    def text(self, form: Form, *, whole: bool) -> str:
        """In one of `FORMS`. `whole`: all bins of a table, not only those in the picture.

        Raises:
            LookupError: there is no map yet.
        """
        if form.name == "svg":
            from liqtui.ui.svg import svg_of

            return svg_of(self.picture, f"{self.name} {datetime.fromtimestamp(self.time_ns // 10**9, UTC):%F %T} UTC")
        if self.view is None or self.view.map is None:
            raise LookupError("no map yet")
        from liqtui import export  # numpy: there is a View by now

        if form.name == "json":
            return export.view_to_json_text(self.view)
        return export.FORMS[form.name](self.view, None if whole else self.prices)


class Exports:
    """Owned by the app. Nothing here waits for a disk or a terminal."""

    def __init__(
        self, options: Callable[[], UiOptions], write: Callable[[str], None], say: Callable[[str], None],
        complain: Callable[[str], None],
    ) -> None:
        """`options`: those in force. `write`: to the terminal. `say`, `complain`: how it went, from any thread."""
        self._options, self._write = options, write
        self._say, self._complain = say, complain
        self.last = ""
        """What came of the last one."""

    @property
    def folder(self) -> Path:
        """Where files go: the configured folder, else the one the program was started in."""
        return (self._options().export_folder or Path.cwd()).expanduser()

    def save(self, form: Form, taken: Taken) -> None:
        self._start(self._save, form, taken)

    def copy(self, form: Form, taken: Taken) -> None:
        self._start(self._copy, form, taken)

    def _start(self, work: Callable[[Form, Taken], str], form: Form, taken: Taken) -> None:
        threading.Thread(target=self._run, args=(work, form, taken), name="liqtui-export", daemon=True).start()

    def _run(self, work: Callable[[Form, Taken], str], form: Form, taken: Taken) -> None:
        try:
            self.last = work(form, taken)
        except (OSError, LookupError, clipboard.ClipboardError) as error:
            self.last = f"{form.name} not {'saved' if work == self._save else 'copied'}: {error}"
            self._complain(self.last)
        else:
            self._say(self.last)

    def _save(self, form: Form, taken: Taken) -> str:
        text, folder = taken.text(form, whole=True), self.folder
        try:
            path = write_new(folder, taken.stem, form.ending, text)
        except OSError as error:
            raise OSError(f"{folder}: {error.strerror or error}") from error
        return f"saved {path.name} in {_short(folder)} ({size(text)})"

    def _copy(self, form: Form, taken: Taken) -> str:
        options, text = self._options(), taken.text(form, whole=False)
        clipboard.copy(text, options.clipboard, options.environ, self._write)
        return f"copied {size(text)} to the clipboard, if the terminal allows it"


def take(app: "LiqtuiApp") -> Taken:
    """What the screen shows now, with nothing over it."""
    app.action_close()
    app.paint_footer()
    now_ns = 0 if app.source is None else app.source.clock_ns()
    picture = picture_of(app.screen, app.look)
    if app.table.display:
        return Taken(f"{TABLE}:{app.watch_list.list_name}", now_ns, None, None, picture)
    view, axis = app.pane.view, app.pane.axis
    prices = None if axis is None else (axis.scale.price(0), axis.scale.price(axis.scale.cells))
    return Taken(app.pane.state.name, now_ns if view is None else view.time_ns, view, prices, picture)


def picture_of(screen: "Screen[object]", look: Look) -> "Picture":
    """The rows on a screen as they are, but for what lies over them."""
    from liqtui.ui.svg import Picture  # not needed before the first paint

    runs = []
    for widget in screen.query(Rows):
        if isinstance(widget, Overlay) or not widget.display:
            continue
        left, top, _, height = widget.region
        for y, row in enumerate(widget.rows[:height], top):
            places = accumulate((words.cells(text) for text, _ in row), initial=left)
            runs += [(x, y, text, pen) for x, (text, pen) in zip(places, row, strict=False)]
    width, height = screen.size
    return Picture(width, height, tuple(runs), look.colours[look.background], look.colours[look.text], look.theme.light)


def write_new(folder: Path, stem: str, ending: str, text: str) -> Path:
    """Write a file that was not there before, whole or not at all: where there is one of that name, with a number.

    Raises:
        OSError: it cannot be written.
    """
    draft = folder / f".{stem}{ending}.{os.getpid()}.{threading.get_ident()}"
    try:
        with draft.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        number = 1
        while True:
            path = folder / f"{stem}{f'_{number}' if number > 1 else ''}{ending}"
            try:
                path.open("x").close()  # nobody else takes the name meanwhile
                break
            except FileExistsError:
                number += 1
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink()
        raise
    return path


def size(text: str) -> str:
    """Of a text as UTF-8: `3.2 kB`."""
    kilo = len(text.encode()) / 1000
    return f"{kilo:.1f} kB" if kilo < 9.95 else f"{kilo:,.0f} kB"


def _short(folder: Path) -> str:
    """A folder as a person writes it."""
    with suppress(ValueError, RuntimeError):
        return str(Path("~") / folder.relative_to(Path.home()))
    return str(folder)


class Chooser(Field, inherit_bindings=True):
    """A letter chooses the form: a small one saves, its capital copies. There is no line to write on."""

    BINDINGS: ClassVar = EXPORT_KEYS
    LONGEST: ClassVar = 0

    def __init__(self, exports: Exports, taken: Taken, close: Callable[[], None]) -> None:
        super().__init__(f"export · {taken.title}")
        self._exports, self._taken, self._close = exports, taken, close

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only the forms there are."""
        return action != "put" or parameters[0] in [form.name for form in self._taken.forms]

    def typed(self) -> None:
        """Other letters do nothing here."""

    def action_put(self, name: str, copy: bool = False) -> None:
        form = next(form for form in FORMS if form.name == name)
        (self._exports.copy if copy else self._exports.save)(form, self._taken)
        self._close()

    def _paint(self, look: Look) -> None:
        width = self.place(1)[0]
        lines = self._lines(width - 4, look)
        width, height = self.place(len(lines))
        self.show(panel(self.title, lines[:height], width, look))

    def _lines(self, width: int, look: Look) -> list[Line]:
        caps = {active.binding.id: keycap(active.binding.key) for active in live_bindings(self.screen)}
        out: list[Line] = [[("save  copy", look.muted, 0)], *(
            [(f"{caps.get(f'export.{form.name}', ''):^4}  ", look.accent, BOLD),
             (f"{caps.get(f'copy.{form.name}', ''):^4}  ", look.accent, BOLD),
             (words.clip(form.telling, width - 12), look.text, 0)] for form in self._taken.forms
        )]
        out += [[], *([(line, look.muted, 0)] for line in words.wrap(self._said(), width))]
        if self._exports.last:
            out += [[], *([(line, look.text, 0)] for line in words.wrap(words.plain(self._exports.last), width))]
        return out

    def _said(self) -> str:
        try:
            folder = words.plain(_short(self._exports.folder))
        except OSError:
            folder = "the current directory, which is gone"
        table = ": of a table the prices in the picture" if len(self._taken.forms) > 1 else ""
        return f"Saved into {folder}; nothing is written over. Copied to the clipboard through the terminal{table}."
