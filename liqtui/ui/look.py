"""A theme at one colour depth and pair: the table of colours everything is painted from."""

import copy

from liqtui.ui.cells import cells
from liqtui.ui.colour import BOLD, DIM, Colour, Depth, Pen, Row, ladder, mix
from liqtui.ui.theme import Theme, TrueColours

Span = tuple[str, int, int]
Line = list[Span]
"""Coloured words before a look has its say: text, number of a colour in `Look.colours`, attributes."""
FADE = 0.6
_NAMES = ("background", "raised", "text", "muted", "faint", "border", "accent", "good", "warn", "bad", "path")
_ASCII = dict(
    zip(
        map(ord, "▁▂▃▄▅▆▇█▀░▒▓│┃┇┊╎─━╌╭╮╰╯├┤┬┴┼●◐◌○•◆▲▼−·×…╱±←→↑↓✕▸▌–—≥┄▏▎▍▋▊▉▐◂⇄Δ▖▗▘▝▙▚▛▜▞▟└◀▶⚑"),
        "__.::||#\".:+||:::-=-+++++++++*oooo*^v-.x./~<>^vx>|-->-...###|<=d**********+<>!",
        strict=True,
    )
)


class Look:
    """Colours by number, so that painting is numpy on small integers. `colours[look.text]` is a terminal colour.

    Made once per theme, depth and pair; never changed after.
    """

    def __init__(self, theme: Theme, depth: Depth, *, ascii_only: bool = False, other_pair: bool = False) -> None:
        self.theme, self.depth, self.ascii_only, self.other_pair = theme, depth, ascii_only, other_pair
        self.colours: list[Colour] = []
        table = theme.colours(depth)
        named = {name: self._add(_colour(getattr(table, name, "default"))) for name in _NAMES}
        self.background, self.raised, self.text = named["background"], named["raised"], named["text"]
        self.muted, self.faint, self.border = named["muted"], named["faint"], named["border"]
        self.accent, self.good, self.warn = named["accent"], named["good"], named["warn"]
        self.bad, self.path = named["bad"], named["path"]
        prefix = "other_" if other_pair else ""
        self.long_ladder = self._ladder(table, prefix + "long")
        self.short_ladder = self._ladder(table, prefix + "short")
        self.heat = self._ladder(table, "heat")
        self.long, self.short = self.long_ladder[-1], self.short_ladder[-1]
        self.venues = self._venues(table, prefix + "long"), self._venues(table, prefix + "short")
        """Colours of a side to tell venues apart, in turn; one where there are too few."""
        self.shades: str = getattr(table, "shades", " ░▒▓█")
        self.half_blocks = depth in (Depth.TRUECOLOR, Depth.ANSI256) and not ascii_only
        """Two time steps a row; otherwise shades tell the intensity, one step a row."""
        self.faded = self._fade()
        self.dim_inks = frozenset((self.faint, self.border)) if depth is Depth.MONO else frozenset()
        """Inks that are told from text by the dim attribute, where there are no colours."""
        self.focused: bool | None = None
        """Whether this is the pane that has the keys, or one beside it; None where there is no other."""
        self.frame, self.bar = self.border, self.background
        """Of a pane's frames, and the ground of its first line."""
        self.title, self.title_attr = self.accent, BOLD
        """Of an instrument's name in its pane's first line."""
        self._placed: dict[bool, Look] = {}

    @property
    def pair(self) -> str:
        return self.theme.other_pair if self.other_pair else self.theme.pair

    def among(self, *, focused: bool) -> "Look":
        """This look in one of several panes: the one that has the keys stands out."""
        if focused not in self._placed:
            look = self._placed[focused] = copy.copy(self)
            look.focused = focused
            if focused:
                look.frame, look.bar = self.accent, self.raised
            else:
                look.title, look.title_attr = self.text, 0
        return self._placed[focused]

    def pen(self, fg: int, attr: int = 0, bg: int | None = None) -> Pen:
        """A pen of numbered colours."""
        attr |= DIM if fg in self.dim_inks else 0
        return Pen(self.colours[fg], self.colours[self.background if bg is None else bg], attr)

    def out(self, row: Row) -> Row:
        """The row as this terminal can show it: ASCII where nothing else can be trusted."""
        if not self.ascii_only:
            return row
        return tuple((to_ascii(text), pen) for text, pen in row)

    def _add(self, colour: Colour) -> int:
        self.colours.append(colour)
        return len(self.colours) - 1

    def _ladder(self, table: object, name: str) -> tuple[int, ...]:
        steps = getattr(table, name, None) or [-1]
        if isinstance(table, TrueColours):
            steps = ladder(steps)
        return tuple(self._add(_colour(step)) for step in steps)

    def _venues(self, table: object, side: str) -> tuple[int, ...]:
        own = getattr(table, f"{side}_venues", None)
        if own:
            return tuple(self._add(_colour(colour)) for colour in own)
        ladder_ = self.short_ladder if side.endswith("short") else self.long_ladder
        if self.depth not in (Depth.TRUECOLOR, Depth.ANSI256):
            return ladder_[-1:]
        last = len(ladder_) - 1  # brightest, darker, brighter again: neighbours differ
        return tuple(ladder_[round(last * at)] for at in (1.0, 0.35, 0.7, 0.2, 0.85, 0.5))

    def _fade(self) -> tuple[Colour, ...]:
        """The same table paled toward the background: a picture that is no longer live."""
        ground = self.colours[self.background]
        if self.depth is Depth.TRUECOLOR and isinstance(ground, str):
            return tuple(mix(c, ground, FADE) if isinstance(c, str) else c for c in self.colours)
        return tuple(self.colours)

    @property
    def fade_attr(self) -> int:
        """What else pales a picture where colours cannot be mixed."""
        return 0 if self.depth is Depth.TRUECOLOR else DIM


def to_ascii(text: str) -> str:
    """`text` with the screen's glyphs in ASCII; every cell of what has no counterpart becomes `?`."""
    if text.isascii():
        return text
    known = text.translate(_ASCII)
    return known if known.isascii() else "".join(c if c.isascii() else "?" * cells(c) for c in known)


def _colour(value: str | int) -> Colour:
    return None if value in ("default", -1) else value
