"""What the terminal shows, cell by cell, so that a frame sends only the cells that changed.

Textual sends whole lines from a widget's left edge; this sends the difference between what should be there and what
is. A frame that was skipped because the terminal is slow costs nothing: the next difference holds it.
"""

from collections.abc import Iterable
from functools import lru_cache

from rich.cells import cell_len
from rich.color import Color, ColorType
from rich.segment import Segment
from rich.style import Style

JUMP = 5
"""Unchanged cells that are sent again rather than jumped over: a jump costs about as much."""
Ink = tuple[str, str, str]
"""Attributes, foreground and background as SGR parameters; empty for the terminal's own."""
PLAIN: Ink = ("", "", "")
BOLD = "1"
"""Of a blank in the last column: it is not seen, but makes each line state its colours anew for what reads a screen
line by line, as `tmux capture-pane` does."""
_ATTRIBUTES = (("bold", BOLD), ("dim", "2"), ("italic", "3"), ("underline", "4"), ("reverse", "7"), ("strike", "9"))


class Glass:
    """Two pictures of the terminal: `put` changes what should be there, `frame` gives what makes it so."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._want_text = [[" "] * width for _ in range(height)]
        self._want_ink: list[list[Ink]] = [[PLAIN] * width for _ in range(height)]
        self._have_text: list[list[str] | None] = [None] * height
        self._have_ink: list[list[Ink]] = [[PLAIN] * width for _ in range(height)]
        self._dirty: set[int] = set(range(height))
        self._next = 0
        """The line that begins the next frame."""

    @property
    def dirty(self) -> bool:
        return bool(self._dirty)

    def put(self, y: int, x: int, segments: Iterable[Segment]) -> None:
        """Lay styled text over a line from column `x`; what lies beyond the edges is dropped."""
        if not 0 <= y < self.height:
            return
        texts, inks = self._want_text[y], self._want_ink[y]
        for text, style, control in segments:
            if control or not text:
                continue
            cells = list(text) if text.isascii() or cell_len(text) == len(text) else _wide(text)
            ink = PLAIN if style is None else ink_of(style)
            room = self.width - x
            if room <= 0:
                break
            if len(cells) > room:
                cells = [*cells[: room - 1], cells[room - 1] if cells[room] else " "]
            _part(texts, x, x + len(cells))
            texts[x : x + len(cells)] = cells
            inks[x : x + len(cells)] = [ink] * len(cells)
            x += len(cells)
        if x >= self.width and texts[-1] == " ":
            inks[-1] = (BOLD, *inks[-1][1:])
        self._dirty.add(y)

    def forget(self) -> None:
        """The terminal may show anything (resized, resumed): send everything next time."""
        self._have_text = [None] * self.height
        self._dirty.update(range(self.height))

    def frame(self, room: int | None = None) -> str:
        """Escape sequences that turn what is there into what should be; empty when it is so already. `room`: about how
        many bytes, whole lines of them; the lines that do not fit stay `dirty`, and come first the next time."""
        out: list[str] = []
        pen: Ink | None = None
        size = 0
        lines = sorted(self._dirty, key=lambda y: (y < self._next, y))
        for y in lines:
            line: list[str] = []
            after = pen
            for start, end in self._spans(y):
                after = self._draw(line, y, start, end, after)
            size += sum(len(piece.encode()) for piece in line) if room is not None else 0
            if room is not None and out and size > room:
                self._next = y
                break
            out += line
            pen = after
            self._have_text[y] = self._want_text[y][:]
            self._have_ink[y] = self._want_ink[y][:]
            self._dirty.discard(y)
        else:
            self._next = 0
        if out and pen != PLAIN:
            out.append("\x1b[0m")
        return "".join(out)

    def _spans(self, y: int) -> list[tuple[int, int]]:
        """Columns that differ, nearby ones joined."""
        have, want = self._have_text[y], self._want_text[y]
        if have is None:
            return [(0, self.width)]
        have_ink, want_ink = self._have_ink[y], self._want_ink[y]
        if have == want and have_ink == want_ink:
            return []
        spans: list[tuple[int, int]] = []
        for x in range(self.width):
            if have[x] == want[x] and (have_ink[x] is want_ink[x] or have_ink[x] == want_ink[x]):
                continue
            if spans and x - spans[-1][1] <= JUMP:
                spans[-1] = (spans[-1][0], x + 1)
            else:
                spans.append((x, x + 1))
        return spans

    def _draw(self, out: list[str], y: int, start: int, end: int, pen: Ink | None) -> Ink | None:
        texts, inks = self._want_text[y], self._want_ink[y]
        at = start
        while at > 0 and texts[at] == "":  # the second half of a wide character
            at -= 1
        out.append(f"\x1b[{y + 1};{at + 1}H")
        while at < end:
            ink = inks[at]
            stop = at + 1
            while stop < end and (inks[stop] is ink or inks[stop] == ink):
                stop += 1
            if ink != pen:
                out.append(_switch(pen, ink))
                pen = ink
            out.append("".join(texts[at:stop]))
            at = stop
        return pen


@lru_cache(maxsize=8192)
def ink_of(style: Style) -> Ink:
    """The SGR parameters of a style, colours at the depth they were given in."""
    attributes = ";".join(code for name, code in _ATTRIBUTES if getattr(style, name))
    return attributes, _colour(style.color, foreground=True), _colour(style.bgcolor, foreground=False)


def _colour(colour: Color | None, *, foreground: bool) -> str:
    if colour is None or colour.type is ColorType.DEFAULT:
        return ""
    return ";".join(colour.get_ansi_codes(foreground))


@lru_cache(maxsize=16384)
def _switch(before: Ink | None, after: Ink) -> str:
    """The shortest change of pen."""
    if before is None or before[0] != after[0] or (before[1] and not after[1]) or (before[2] and not after[2]):
        return f"\x1b[{';'.join(['0', *filter(None, after)])}m"
    codes = [new for old, new in zip(before, after, strict=True) if new != old]
    return f"\x1b[{';'.join(codes)}m"


def _wide(text: str) -> list[str]:
    """Cells of text with wide characters: the character, then an empty cell."""
    cells: list[str] = []
    for char in text:
        size = cell_len(char)
        if size:
            cells.extend([char, *[""] * (size - 1)])
    return cells


def _part(texts: list[str], start: int, end: int) -> None:
    """Blank the half of a wide character that remains where its other half is about to be written over."""
    if texts[start] == "":
        texts[start - 1] = " "
    if end < len(texts) and texts[end] == "":
        texts[end] = " "
