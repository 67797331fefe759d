"""What the screen shows as an SVG: every cell where it is, in its colours, as text that can be selected.

Bars and gradients are drawn as shapes, for fonts do not agree on block characters; their text lies over them unseen.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from liqtui.ui.cells import cells
from liqtui.ui.colour import BOLD, DIM, REVERSE, Colour, Pen, mix, rgb

WIDTH, HEIGHT, BASELINE = 8, 16, 12
"""Of a cell, in pixels."""
FONT_SIZE = 13.29
"""Whose signs are a cell wide in fonts that have 0.602 em for each."""
FONTS = "'DejaVu Sans Mono','Fira Code',Menlo,Consolas,monospace"
PALE = 0.4
"""Of a dim ink, the share of the ground in it."""
LIGHT, DARK = ("#ffffff", "#1c1c1c"), ("#0c0c0c", "#d4d4d4")
"""Ground and ink of a terminal whose own colours are not known."""

Box = tuple[int, int, int, int]
"""Left, top, width and height in eighths of a cell."""
_LEFT, _RIGHT = (0, 4), (4, 4)
_TOP, _BOTTOM = (0, 4), (4, 4)


def _quarters(*places: tuple[tuple[int, int], tuple[int, int]]) -> tuple[Box, ...]:
    return tuple((x, y, width, height) for (x, width), (y, height) in places)


_NW, _NE, _SW, _SE = (_LEFT, _TOP), (_RIGHT, _TOP), (_LEFT, _BOTTOM), (_RIGHT, _BOTTOM)
_SHAPES: dict[str, tuple[Box, ...]] = {
    **{char: ((0, 8 - n, 8, n),) for n, char in enumerate("▁▂▃▄▅▆▇█", 1)},
    **{char: ((0, 0, n, 8),) for n, char in enumerate("▏▎▍▌▋▊▉", 1)},
    "▀": ((0, 0, 8, 4),), "▐": ((4, 0, 4, 8),), "▔": ((0, 0, 8, 1),), "▕": ((7, 0, 1, 8),),
    "░": ((0, 0, 8, 8),), "▒": ((0, 0, 8, 8),), "▓": ((0, 0, 8, 8),),
    "▘": _quarters(_NW), "▝": _quarters(_NE), "▖": _quarters(_SW), "▗": _quarters(_SE),
    "▚": _quarters(_NW, _SE), "▞": _quarters(_NE, _SW), "▛": _quarters(_NW, _NE, _SW), "▜": _quarters(_NW, _NE, _SE),
    "▙": _quarters(_NW, _SW, _SE), "▟": _quarters(_NE, _SW, _SE),
}
_SHADES = {"░": 0.75, "▒": 0.5, "▓": 0.25}
"""Share of the ground in a shade."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The runs of cells on a screen, line by line."""

    width: int
    height: int
    runs: tuple[tuple[int, int, str, Pen], ...]
    """(column, line, text, pen); what is on no run is blank."""
    ground: Colour
    ink: Colour
    """What the theme has; None: the terminal's own."""
    light: bool


def svg_of(picture: Picture, title: str) -> str:
    """The picture as a file of its own."""
    return _Drawing(picture).text(title)


class _Drawing:
    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        ground, ink = LIGHT if picture.light else DARK
        self._ground, self._ink = _hex(picture.ground, ground), _hex(picture.ink, ink)
        self._grounds: defaultdict[str, list[str]] = defaultdict(list)
        self._shapes: defaultdict[str, list[str]] = defaultdict(list)
        self._lines: defaultdict[int, list[tuple[int, str, str]]] = defaultdict(list)
        """Column, class and text of what is on a line."""
        self._classes: dict[str, str] = {}
        for x, y, text, pen in picture.runs:
            self._run(x, y, text if text.isprintable() else "".join(c if c.isprintable() else "?" for c in text), pen)

    def text(self, title: str) -> str:
        width, height = self._picture.width * WIDTH, self._picture.height * HEIGHT
        styles = "".join(f".{name}{{{rule}}}" for rule, name in self._classes.items())
        return "\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
            f' font-family="{FONTS}" font-size="{FONT_SIZE}">',
            f"<title>{_escaped(title)}</title><style>text{{white-space:pre}}{styles}</style>",
            f'<path fill="{self._ground}" d="M0 0h{width}v{height}h-{width}z"/><g shape-rendering="crispEdges">',
            *(f'<path fill="{fill}" d="{"".join(boxes)}"/>' for fill, boxes in self._grounds.items()),
            *(f'<path fill="{fill}" d="{"".join(boxes)}"/>' for fill, boxes in self._shapes.items()),
            '</g><g xml:space="preserve">',
            *(self._line(y, sorted(parts)) for y, parts in sorted(self._lines.items())),
            "</g></svg>\n",
        ])

    def _run(self, x: int, y: int, text: str, pen: Pen) -> None:
        ink, ground = _hex(pen.fg, self._ink), _hex(pen.bg, self._ground)
        if pen.attr & REVERSE:
            ink, ground = ground, ink
        if pen.attr & DIM:
            ink = mix(ink, ground, PALE)
        if ground != self._ground:
            self._grounds[ground].append(_box(x * WIDTH, y * HEIGHT, cells(text) * WIDTH, HEIGHT))
        seen = self._class(f"fill:{ink}" + (";font-weight:bold" if pen.attr & BOLD else ""))
        for char, same in groupby(text):
            part = "".join(same)
            shape = _SHAPES.get(char)
            if shape is not None:
                fill = mix(ink, ground, _SHADES[char]) if char in _SHADES else ink
                self._shape(fill, x, y, len(part), shape)
            self._lines[y].append((x, "" if char == " " else seen if shape is None else self._unseen, part))
            x += cells(part)

    def _shape(self, fill: str, x: int, y: int, count: int, boxes: Sequence[Box]) -> None:
        for left, top, width, height in boxes:
            wide = width == 8  # a row of them is one box
            for at in range(1 if wide else count):
                self._shapes[fill].append(_box(
                    (x + at) * WIDTH + left, y * HEIGHT + top * 2, WIDTH * count if wide else width, height * 2
                ))

    @property
    def _unseen(self) -> str:
        return self._class("fill-opacity:0")

    def _class(self, rule: str) -> str:
        return self._classes.setdefault(rule, f"c{len(self._classes)}")

    def _line(self, y: int, parts: Sequence[tuple[int, str, str]]) -> str:
        """One line of text, every sign at its cell; blanks take any class, so that there are few changes of it."""
        spans: list[tuple[str, str]] = []
        places: list[int] = []
        for x, name, text in parts:
            if spans and (name in ("", spans[-1][0]) or not spans[-1][0]):
                spans[-1] = (spans[-1][0] or name, spans[-1][1] + text)
            else:
                spans.append((name, text))
            for char in text:
                places.append(x * WIDTH)
                x += cells(char)
        body = "".join(
            f'<tspan class="{name}">{_escaped(text)}</tspan>' if name else _escaped(text) for name, text in spans
        )
        return f'<text y="{y * HEIGHT + BASELINE}" x="{" ".join(map(str, places))}">{body}</text>'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _box(x: int, y: int, width: int, height: int) -> str:
    return f"M{x} {y}h{width}v{height}h-{width}z"


def _hex(colour: Colour, own: str) -> str:
    if colour is None:
        return own
    return colour if isinstance(colour, str) else "#{:02x}{:02x}{:02x}".format(*rgb(colour))
