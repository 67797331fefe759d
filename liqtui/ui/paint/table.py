"""The watch table: a line about the list, titles, a row per instrument, and a line about the one under the cursor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from liqtui.instruments import DEFAULT_VENUE, Instrument
from liqtui.instruments.lists import WATCH
from liqtui.ui import words
from liqtui.ui.colour import BOLD, REVERSE, Pen
from liqtui.ui.colour import Row as Runs
from liqtui.ui.look import Line, Look
from liqtui.ui.paint.columns import (
    HEADS,
    WORDS,
    Columns,
    cell,
    fit_columns,
    head_of,
    home_of,
    left_out,
    length_of_name,
    name_line,
)
from liqtui.ui.paint.header import Moment, feed_line
from liqtui.ui.paint.spans import fit, width_of
from liqtui.ui.paint.strip import Strips
from liqtui.ui.ranking import LIQUIDITY, RISING, SYMBOL
from liqtui.ui.table_state import TableState
from liqtui.view import Health, Row

CHROME = 3
"""Lines that are no rows: the list, the titles, the cursor's."""
LEGEND = "estimate · each row relative to its own densest · not a direction"


@dataclass(frozen=True, slots=True)
class TableScene:
    """All that a picture of the table is made of."""

    width: int
    height: int
    look: Look
    moment: Moment
    state: TableState
    list_name: str
    listed: Sequence[str]
    """What is on the list, whatever the query leaves of it and however much has rows."""
    names: Sequence[str]
    """Rows in their order."""
    rows: Mapping[str, Row]
    why: Mapping[str, str]
    """Name → why it has no picture, of those on the screen."""
    instruments: Mapping[str, Instrument | None]
    """Likewise, as far as they are listed."""
    dropped: frozenset[str]
    """Still shown, but no longer on the list."""
    health: Health
    empty: str
    """What is said where there is no row at all."""

    @property
    def window(self) -> int:
        """Rows there is room for."""
        return max(self.height - CHROME, 1)


class TablePainter:
    """Remembers the rows as they were painted: those that have not changed are not painted again."""

    def __init__(self) -> None:
        self._strips = Strips()
        self._kept: dict[str, tuple[Row | None, object, Runs]] = {}
        self._for: tuple[Columns, Look] | None = None
        self._listed, self._home, self._longest = list[str](), "", 0
        self.columns: Columns = Columns((), 1)
        """Those of the last picture."""

    def paint(self, scene: TableScene) -> list[Runs]:
        """All lines, top to bottom."""
        shown = scene.names[scene.state.top : scene.state.top + scene.window]
        self._look_over(scene.listed)
        self.columns = fit_columns(scene.width, self._longest, scene.state.sort)
        if self._for != (self.columns, scene.look):
            self._for = self.columns, scene.look
            self._kept.clear()
        lines = [_title(scene), _heads(scene, self.columns)]
        self._kept = {name: self._row(scene, name) for name in shown}
        lines += [runs for _, _, runs in self._kept.values()]
        if not shown:
            lines.append(_words(scene.empty, scene))
        blank = _laid([], scene.width, scene.look, scene.look.background)
        lines += [blank] * (scene.height - 1 - len(lines))
        return [*lines[: scene.height - 1], _readout(scene, self.columns)]

    def _look_over(self, listed: Sequence[str]) -> None:
        """How much room names take: of all of them, so that a query does not move the columns."""
        if listed != self._listed:
            self._listed, self._home = list(listed), home_of(listed)
            self._longest = max((length_of_name(name, self._home) for name in listed), default=0)
            self._kept.clear()

    def _row(self, scene: TableScene, name: str) -> tuple[Row | None, object, Runs]:
        row, why, look = scene.rows.get(name), scene.why.get(name, ""), scene.look
        selected, dropped = name == scene.state.cursor, name in scene.dropped
        old = ""
        if row is not None and row.stale:
            heard = row.mark or row.last
            old = "no mark" if heard is None else words.age(scene.moment.now_ns - heard.time_ns)
        beside = selected, dropped, old, why
        kept = self._kept.get(name)
        if kept is not None and kept[0] is row and kept[1] == beside:
            return kept
        ground = look.raised if selected else look.background
        line = self._line(scene, name, row, why, old, selected=selected, ground=ground)
        return row, beside, _laid(line, scene.width, look, ground, pale=bool(old) or dropped)

    def _line(
        self, scene: TableScene, name: str, row: Row | None, why: str, old: str, *, selected: bool, ground: int
    ) -> "list[_Run]":
        look, width = scene.look, scene.width
        out: list[_Run] = [("▸" if selected else " ", look.accent, BOLD, ground)]
        at = 1
        for column, left, cells in self.columns.places():
            out.append((" " * (left - at), look.text, 0, ground))
            at = left + cells
            if column == SYMBOL:
                told = f" {old}" if old else ""
                colour = look.accent if selected else look.text
                known = scene.instruments.get(name)
                line = name_line(name, known, self._home, cells - len(told), look, colour, BOLD if selected else 0)
                out += [(text, fg, attr, ground) for text, fg, attr in [*line, (told, look.warn, 0)]]
                if row is None:
                    out.append((" " + words.clip(why, width - at - 1), look.muted, 0, ground))
                    break
            elif row is not None and column == LIQUIDITY:
                if row.strip is None:
                    out.append((words.fill(words.plain(why), cells), look.muted, 0, ground))
                else:
                    strip = self._strips.paint(name, row.strip, cells, look, ground)
                    out += [(text, fg, 0, bg) for text, fg, bg in strip]
            elif row is not None:
                out += [(text, fg, attr, ground) for text, fg, attr in cell(column, row, cells, look)]
        return out


_Run = tuple[str, int, int, int]
"""Text, colour, attributes, ground."""


def _laid(line: "Sequence[_Run]", width: int, look: Look, ground: int, *, pale: bool = False) -> Runs:
    """A line in the terminal's colours, exactly `width` cells of it."""
    pen = _pale_pen if pale else _pen
    runs: list[tuple[str, Pen]] = []
    room = width
    for text, fg, attr, bg in [*line, (" " * width, look.text, 0, ground)]:
        if cut := words.cut(text, room):
            runs.append((cut, pen(look, fg, attr, bg)))
            room -= words.cells(cut)
    return look.out(tuple(runs))


@lru_cache(maxsize=4096)
def _pen(look: Look, fg: int, attr: int, bg: int) -> Pen:
    return look.pen(fg, attr, bg)


@lru_cache(maxsize=4096)
def _pale_pen(look: Look, fg: int, attr: int, bg: int) -> Pen:
    return Pen(look.faded[fg], look.faded[bg], attr | look.fade_attr)


def _spread(left: Line, right: Line, scene: TableScene, ground: int) -> Runs:
    """Two lines, one at each end."""
    room = scene.width - 2 - width_of(left) - width_of(right)
    whole: Line = [(" ", scene.look.text, 0), *left, (" " * max(room, 1), scene.look.text, 0), *right]
    return _laid([(text, fg, attr, ground) for text, fg, attr in whole], scene.width, scene.look, ground)


def _title(scene: TableScene) -> Runs:
    look, state, moment = scene.look, scene.state, scene.moment
    parts: list[tuple[int, Line]] = [
        (0, [("watch list" if scene.list_name == WATCH else words.plain(scene.list_name), look.title, look.title_attr)])
    ]
    if moment.kind != "live":
        parts.append((0, [(f" {moment.kind.upper()} ", look.accent, REVERSE)]))
    if moment.player:
        parts.append((2, [(moment.player, look.text, 0)]))
    if moment.paused_since_ns is not None:
        parts.append((0, [(f" PAUSED {words.age(moment.now_ns - moment.paused_since_ns)} ", look.warn, REVERSE)]))
    if state.typing or state.query:
        field: Line = [("/", look.accent, BOLD), (words.plain(state.query), look.text, BOLD)]
        parts.append((0, [*field, ("▌", look.accent, 0)] if state.typing else field))
        if state.typing:
            parts.append((3, [("enter keeps it, esc clears", look.muted, 0)]))
    parts.append((1, [(_count(scene), look.muted, 0)]))
    if state.sort or state.reverse:
        parts.append((3, [("by ", look.muted, 0), (f"{WORDS[state.sort]} {_arrow(state)}", look.text, 0)]))
    parts.append((4, [(LEGEND, look.faint, 0)]))
    feeds = [feed_line(scene.health, moment.now_ns, look, brief=brief) for brief in (False, True)]
    if moment.kind == "replay" and not scene.health.feeds:
        feeds = [[("recording", look.muted, 0)]]
    for shown in (*feeds, feeds[-1][:1]):
        room = scene.width - 3 - width_of(shown)
        line = fit(parts, room, 2)
        if width_of(line) <= room:
            return _spread(line, shown, scene, look.background)
    return _spread(fit(parts, scene.width - 2, 1), [], scene, look.background)


def _count(scene: TableScene) -> str:
    shown, listed = len(scene.names), len(scene.listed)
    if scene.state.query or shown < listed:
        return f"{shown:,} of {listed:,}"
    return f"{listed:,} row{'s' * (listed != 1)}"


def _arrow(state: TableState) -> str:
    rising = (state.sort in RISING or not state.sort) is not state.reverse
    return "↑" if rising else "↓"


def _heads(scene: TableScene, columns: Columns) -> Runs:
    look, line, at = scene.look, list[_Run](), 0
    for column, left, width in columns.places():
        mine = column == scene.state.sort
        title = head_of(column, width, _arrow(scene.state) if mine else "")
        line.append((" " * (left - at), look.text, 0, look.background))
        line.append((title, look.accent if mine else look.muted, BOLD if mine else 0, look.background))
        at = left + width
    return _laid(line, scene.width, look, look.background)


def _words(text: str, scene: TableScene) -> Runs:
    line = [(f"  {words.clip(words.plain(text), scene.width - 4)}", scene.look.muted, 0, scene.look.background)]
    return _laid(line, scene.width, scene.look, scene.look.background)


def _readout(scene: TableScene, columns: Columns) -> Runs:
    """The answer to the last key; else the row under the cursor: its whole name, why it is not whole, the nearest
    cluster's price, and what there was no column for."""
    look, state = scene.look, scene.state
    if state.notice:
        return _spread([(words.clip(words.plain(state.notice), scene.width - 2), look.warn, 0)], [], scene,
                       look.background)
    name, row = state.cursor, scene.rows.get(state.cursor)
    where = _where(scene)
    room = scene.width - 3 - len(where)
    if not name:
        return _spread([], [(where, look.muted, 0)], scene, look.background)
    told = words.plain(name.removeprefix(f"{DEFAULT_VENUE}:"))
    parts: list[tuple[int, Line]] = [(0, [(words.clip(told, room), look.text, BOLD)])]
    if name in scene.dropped:
        parts.append((0, [("dropped: b takes it back", look.warn, 0)]))
    if why := scene.why.get(name):
        free = max(room - width_of(parts[0][1]) - 3, 12)
        parts.append((1, [(words.clip(words.plain(why), free), look.warn, 0)]))
    if row is not None:
        for at, column in enumerate(left_out(columns), 2):
            value = [span for span in cell(column, row, 1 << 8, look) if span[0].strip()]
            parts.append((at, [(f"{HEADS[column][0]} ", look.muted, 0), *value]))
        if row.nearest is not None:
            cluster = row.nearest
            peak = f"{'▼ L' if cluster.distance_pct < 0 else '▲ S'} {words.rough(cluster.peak)}"
            parts.append((len(HEADS), [("nearest ", look.muted, 0), (peak, look.text, 0)]))
    return _spread(fit(parts, room, 3 if room >= 60 else 2), [(where, look.muted, 0)], scene, look.background)


def _where(scene: TableScene) -> str:
    """Which rows are on the screen, where they are not all."""
    first, last, count = scene.state.top + 1, scene.state.top + scene.window, len(scene.names)
    return f"{first}–{min(last, count)} of {count}" if count > scene.window else ""
