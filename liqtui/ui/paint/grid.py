"""A grid of cells to paint on, and what changed since the last one."""

import numpy as np
from numpy.typing import NDArray

from liqtui.ui.cells import cells, cut
from liqtui.ui.colour import DIM, REVERSE, Pen, Row
from liqtui.ui.look import Look

NOTHING = 0
"""In the second cell of a wide sign."""
BLANK = ord(" ")


class Grid:
    """Cells of one pane: a code point, two colours (numbers of the look's table) and attributes each.

    A sign two cells wide stands in the first of them; the second holds `NOTHING`.
    """

    def __init__(self, width: int, height: int, look: Look) -> None:
        self.width, self.height, self.look = width, height, look
        self.ch: NDArray[np.uint32] = np.full((height, width), BLANK, np.uint32)
        self.fg: NDArray[np.int16] = np.full((height, width), look.text, np.int16)
        self.bg: NDArray[np.int16] = np.full((height, width), look.background, np.int16)
        self.attr: NDArray[np.uint8] = np.zeros((height, width), np.uint8)
        self.pale: NDArray[np.bool_] = np.zeros((height, width), np.bool_)
        """Cells drawn faded."""

    def text(self, y: int, x: int, string: str, fg: int, attr: int = 0, bg: int | None = None) -> int:
        """Write on one line, clipped at the grid's edges. Returns where the text ends."""
        codes = _codes(string)
        end = x + len(codes)
        lo, hi = max(x, 0), min(end, self.width)
        if 0 <= y < self.height and lo < hi:
            self._lay(y, lo, codes[lo - x : hi - x], cut_off=end > hi and codes[hi - x] == NOTHING)
            self.fg[y, lo:hi] = fg
            self.attr[y, lo:hi] = attr
            if bg is not None:
                self.bg[y, lo:hi] = bg
        return end

    def over(self, y: int, x: int, glyph: str) -> None:
        """A glyph of a line laid over what is there; a full block keeps its colour behind it."""
        if self.ch[y, x] == ord("█"):
            self.bg[y, x] = self.fg[y, x]
            self.fg[y, x] = self.look.background
        else:
            self.fg[y, x] = self.look.accent
        self.ch[y, x] = ord(glyph)

    def _lay(self, y: int, x: int, codes: NDArray[np.uint32], *, cut_off: bool) -> None:
        """Put codes down. Of a sign that loses one of its two cells, the other becomes blank."""
        row, end = self.ch[y], x + len(codes)
        if row[x] == NOTHING:
            row[x - 1] = BLANK
        if end < self.width and row[end] == NOTHING:
            row[end] = BLANK
        row[x:end] = codes
        if row[x] == NOTHING:
            row[x] = BLANK
        if cut_off:
            row[end - 1] = BLANK

    def box(self, x: int, y: int, width: int, height: int, title: str = "", right: str = "") -> None:
        """A frame with a title on the left and words on the right of its upper edge."""
        look = self.look
        inner = width - 2
        self.text(y, x, "╭" + "─" * inner + "╮", look.frame)
        self.text(y + height - 1, x, "╰" + "─" * inner + "╯", look.frame)
        for row in range(y + 1, y + height - 1):
            self.text(row, x, "│", look.frame)
            self.text(row, x + width - 1, "│", look.frame)
        if title:
            self.text(y, x + 2, f" {cut(title, inner - 4)} ", look.muted)
        if right and cells(title) + cells(right) + 7 < inner:
            self.text(y, x + width - 4 - cells(right), f" {right} ", look.warn)

    def changed(self, before: "Grid | None") -> list[int]:
        """The rows that differ from `before`; all of them where size or look do."""
        if before is None or before.look is not self.look or before.ch.shape != self.ch.shape:
            return list(range(self.height))
        differs = (
            (self.ch != before.ch) | (self.bg != before.bg) | (self.attr != before.attr) | (self.pale != before.pale)
            | ((self.fg != before.fg) & ~self._blank())
        )
        return [int(y) for y in np.flatnonzero(differs.any(axis=1))]

    def row(self, y: int) -> Row:
        """Row `y`, run-length coded."""
        fg, bg, attr, pale, ch = self.fg[y], self.bg[y], self.attr[y], self.pale[y], self.ch[y]
        blank = (ch == BLANK) & (attr & REVERSE == 0)
        key = bg.astype(np.int64) << 32 | pale.astype(np.int64) << 24 | attr.astype(np.int64) << 16
        key |= _ink(fg, blank)
        cuts = np.flatnonzero(key[1:] != key[:-1]) + 1
        text = ch.tobytes().decode("utf-32-le")
        runs, start = [], 0
        for end in [*cuts.tolist(), self.width]:
            runs.append((text[start:end].replace("\0", ""), self._pen(start, y, int(key[start]) & 0xFFFF)))
            start = end
        return self.look.out(tuple(runs))

    def rows(self) -> list[Row]:
        """All rows, run-length coded."""
        return [self.row(y) for y in range(self.height)]

    def strings(self) -> list[str]:
        """The characters alone, for tests and for eyes."""
        return ["".join(text for text, _ in row) for row in self.rows()]

    def _blank(self) -> NDArray[np.bool_]:
        """Cells whose foreground is not seen."""
        blank: NDArray[np.bool_] = (self.ch == BLANK) & (self.attr & REVERSE == 0)
        return blank

    def _pen(self, x: int, y: int, ink: int) -> Pen:
        look = self.look
        attr = int(self.attr[y, x]) | (DIM if ink in look.dim_inks else 0)
        if self.pale[y, x]:
            return Pen(look.faded[ink], look.faded[int(self.bg[y, x])], attr | look.fade_attr)
        return Pen(look.colours[ink], look.colours[int(self.bg[y, x])], attr)


def _ink(fg: NDArray[np.int16], blank: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Foregrounds where blanks take the colour before them, so that they do not break a run."""
    at = np.where(blank, 0, np.arange(len(fg)))
    np.maximum.accumulate(at, out=at)
    return fg[at].astype(np.int64)


def _codes(text: str) -> NDArray[np.uint32]:
    """A code for every cell of `text`."""
    if cells(text) != len(text):
        text = "".join(char + "\0" * (cells(char) - 1) for char in text)
    return np.frombuffer(text.encode("utf-32-le"), np.uint32)
