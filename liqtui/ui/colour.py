"""Colours a terminal can show: how deep it goes, ladders of intensity, and the look a theme gives at that depth."""

import enum
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

Colour = str | int | None
"""`#rrggbb`, an index of the 16 or 256 colours, or None for the terminal's own."""

LEVELS = 32
"""Steps of a truecolor ladder; more cost bytes and show nothing."""

_TRUECOLOR_TERMS = ("kitty", "ghostty", "alacritty", "foot", "wezterm", "contour", "direct")
_XTERM16 = (
    "#000000", "#cd0000", "#00cd00", "#cdcd00", "#0000ee", "#cd00cd", "#00cdcd", "#e5e5e5",
    "#7f7f7f", "#ff0000", "#00ff00", "#ffff00", "#5c5cff", "#ff00ff", "#00ffff", "#ffffff",
)
_CUBE = (0, 95, 135, 175, 215, 255)


class Depth(enum.StrEnum):
    """How many colours the terminal shows."""

    TRUECOLOR = "truecolor"
    ANSI256 = "256"
    ANSI16 = "16"
    MONO = "mono"


class Pen(NamedTuple):
    """How a run of cells is drawn."""

    fg: Colour
    bg: Colour
    attr: int = 0


BOLD, DIM, REVERSE = 1, 2, 4
"""Bits of `Pen.attr`."""

Row = tuple[tuple[str, Pen], ...]
"""One line of the screen, run-length coded: (text, pen)."""


def detect_depth(choice: str, environ: Mapping[str, str]) -> Depth:
    """The depth of this terminal. `choice` other than `auto` (from --color or the configuration) settles it.

    OpenSSH does not forward COLORTERM, so the terminal's name counts too. Inside tmux `screen` means 256 colours.
    """
    if choice != "auto":
        return Depth(choice)
    term = environ.get("TERM", "")
    if environ.get("NO_COLOR") or term in ("", "dumb"):
        return Depth.MONO
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return Depth.TRUECOLOR
    if any(name in term for name in _TRUECOLOR_TERMS):
        return Depth.TRUECOLOR
    if "256" in term or (environ.get("TMUX") and term.startswith(("screen", "tmux"))):
        return Depth.ANSI256
    return Depth.ANSI16


def wants_ascii(environ: Mapping[str, str]) -> bool:
    """Whether the terminal cannot be trusted with more than ASCII: the Linux console, or a plain C locale."""
    locale = environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG") or ""
    return environ.get("TERM") == "linux" or locale in ("C", "POSIX")


def rgb(colour: str | int) -> tuple[int, int, int]:
    """Red, green, blue of a colour (of the first 16, xterm's defaults)."""
    if isinstance(colour, str):
        return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
    if colour < 16:
        return rgb(_XTERM16[colour])
    if colour >= 232:
        grey = 8 + 10 * (colour - 232)
        return grey, grey, grey
    cube = colour - 16
    return _CUBE[cube // 36], _CUBE[cube // 6 % 6], _CUBE[cube % 6]


def ladder(stops: Sequence[str]) -> tuple[str, ...]:
    """`LEVELS` colours through `stops`, evenly spaced and even to the eye (interpolated in OKLab)."""
    labs = [_oklab(stop) for stop in stops]
    out = []
    for step in range(LEVELS):
        at = step / (LEVELS - 1) * (len(stops) - 1)
        low = min(int(at), len(stops) - 2)
        out.append(_from_oklab(_between(labs[low], labs[low + 1], at - low)))
    return tuple(out)


def mix(colour: str, other: str, share: float) -> str:
    """`share` of `other` mixed into `colour`."""
    return _from_oklab(_between(_oklab(colour), _oklab(other), share))


def _between(a: Sequence[float], b: Sequence[float], share: float) -> tuple[float, float, float]:
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share)


def _linear(channel: int) -> float:
    c = channel / 255
    return c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4


def _oklab(colour: str) -> tuple[float, float, float]:
    """Björn Ottosson's OKLab of an sRGB colour."""
    r, g, b = (_linear(c) for c in rgb(colour))
    long = math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    medium = math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _from_oklab(lab: Sequence[float]) -> str:
    light, a, b = lab
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    return "#" + "".join(f"{_byte(c):02x}" for c in linear)


def _byte(linear: float) -> int:
    c = min(max(linear, 0.0), 1.0)
    c = 12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055
    return round(c * 255)
