"""Colours measured: gradients climb in lightness at every depth, pairs stay apart for eyes that lack a kind of cone.

Lightness is CIE L*, distance ΔE2000 (Sharma, Wu, Dalal 2005), D65. Eyes without long, medium or short cones are
simulated with the matrices of Machado, Oliveira, Fernandes 2009 at severity 1, in linear RGB. Of the 16 colours,
which a terminal's owner chooses, xterm's are taken. `pytest -s` prints the tables.
"""

import math
import sys
from collections.abc import Sequence
from itertools import combinations, pairwise

import pytest

from liqtui.ui.colour import Colour, Depth, rgb
from liqtui.ui.look import Look
from liqtui.ui.theme import Theme, load_theme, shipped_folder

Lab = tuple[float, float, float]
Matrix = tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]

EYES: dict[str, Matrix] = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
THEMES = [load_theme(file) for file in sorted(shipped_folder().glob("*.toml"))]
COLOURED = [Depth.TRUECOLOR, Depth.ANSI256, Depth.ANSI16]
APART = 40.0
"""ΔE2000 of blue and orange, for every eye."""
VENUES_APART = 10.0
"""ΔE2000 of two venues that touch in a bar: two patches side by side are told apart from about 2, told which is which
from about 10."""
RAMP = 0.2
"""CIE L* by which an eye may see a truecolor step go back: eight bits a channel round by as much."""


def linear(colour: str | int) -> Lab:
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (n / 255 for n in rgb(colour)))
    return r, g, b


def applied(matrix: Matrix, v: Sequence[float]) -> Lab:
    x, y, z = (sum(m * c for m, c in zip(row, v, strict=True)) for row in matrix)
    return x, y, z


def lab(colour: Colour, eye: str = "usual") -> Lab:
    """CIELAB of a colour as an eye sees it."""
    assert colour is not None
    seen = [min(max(c, 0.0), 1.0) for c in applied(EYES[eye], linear(colour))]
    xyz = applied(((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750),
                   (0.0193339, 0.1191920, 0.9503041)), seen)  # fmt: skip
    x, y, z = (_root(c / white) for c, white in zip(xyz, (0.95047, 1.0, 1.08883), strict=True))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def lightness(colour: Colour) -> float:
    """CIE L*, 0–100, to the usual eye."""
    return lab(colour)[0]


def _root(t: float) -> float:
    return math.cbrt(t) if t > (6 / 29) ** 3 else t / (3 * (6 / 29) ** 2) + 4 / 29


def delta_e(one: Lab, other: Lab) -> float:
    """CIEDE2000 with kL = kC = kH = 1."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    stretch = 1.5 - 0.5 * math.sqrt(mean**7 / (mean**7 + 25**7))
    c1, c2 = math.hypot(a1 * stretch, b1), math.hypot(a2 * stretch, b2)
    h1, h2 = (math.degrees(math.atan2(b, a * stretch)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    l_mean, c_mean = (l1 + l2) / 2, (c1 + c2) / 2
    h_mean = h1 + h2 if c1 * c2 == 0 else (h1 + turn / 2) % 360
    t = (1 - 0.17 * _cos(h_mean - 30) + 0.24 * _cos(2 * h_mean) + 0.32 * _cos(3 * h_mean + 6)
         - 0.20 * _cos(4 * h_mean - 63))  # fmt: skip
    by_l = (l2 - l1) / (1 + 0.015 * (l_mean - 50) ** 2 / math.sqrt(20 + (l_mean - 50) ** 2))
    by_c = (c2 - c1) / (1 + 0.045 * c_mean)
    by_h = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2)) / (1 + 0.015 * c_mean * t)
    blues = 60 * math.exp(-(((h_mean - 275) / 25) ** 2))
    twist = -2 * math.sqrt(c_mean**7 / (c_mean**7 + 25**7)) * math.sin(math.radians(blues))
    return math.sqrt(by_l**2 + by_c**2 + by_h**2 + twist * by_c * by_h)


def _cos(degrees: float) -> float:
    return math.cos(math.radians(degrees))


def test_measures_agree_with_published_ones() -> None:
    """Three of Sharma's pairs, sRGB's red in CIELAB, and greys, which no cone is needed for."""
    assert delta_e((50, 2.6772, -79.7751), (50, 0, -82.7485)) == pytest.approx(2.0425, abs=1e-4)
    assert delta_e((50, 2.5, 0), (73, 25, -18)) == pytest.approx(27.1492, abs=1e-4)
    assert delta_e((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514)) == pytest.approx(0.9082, abs=1e-4)
    assert lab("#ff0000") == pytest.approx((53.24, 80.09, 67.20), abs=0.02)
    for eye in EYES:
        assert lab("#777777", eye) == pytest.approx(lab("#777777"), abs=0.01)


def told(look: Look, words: str) -> None:
    """One line of a table, for who runs this with `-s`."""
    sys.stdout.write(f"{look.theme.name:>12} {look.depth:>9} {look.pair:>11} {words}\n")


def shown(look: Look, numbers: Sequence[int]) -> list[str | int]:
    return [colour for number in numbers if (colour := look.colours[number]) is not None]


@pytest.mark.parametrize("depth", COLOURED)
@pytest.mark.parametrize("theme", THEMES, ids=lambda t: t.name)
def test_gradients_climb_in_lightness(theme: Theme, depth: Depth) -> None:
    """From the ground to the far end of lightness, for the usual eye; at truecolor for all eyes."""
    for other in (False, True):
        look = Look(theme, depth, other_pair=other)
        gradients = {"heat": look.heat, "long": look.long_ladder, "short": look.short_ladder}
        for name, numbers in gradients.items():
            colours = shown(look, numbers)
            steps = [lightness(colour) * (-1 if theme.light else 1) for colour in colours]
            least = min((b - a for a, b in pairwise(steps)), default=0.0)
            told(look, f"{name:>5}: {len(steps):>2} steps, L* {abs(steps[0]):5.1f} to {abs(steps[-1]):5.1f}, "
                 f"least step {least:4.1f}")  # fmt: skip
            assert steps == sorted(steps)
            if depth is Depth.ANSI16:
                continue  # a shade tells the step, its colour only helps
            assert least > 0
            for eye in EYES:
                seen = [lab(colour, eye)[0] * (-1 if theme.light else 1) for colour in colours]
                back = max((a - b for a, b in pairwise(seen)), default=0.0)
                assert depth is not Depth.TRUECOLOR or back <= RAMP, (name, eye, back)


@pytest.mark.parametrize("depth", COLOURED)
@pytest.mark.parametrize("theme", THEMES, ids=lambda t: t.name)
def test_blue_and_orange_are_far_apart_for_every_eye(theme: Theme, depth: Depth) -> None:
    for other in (False, True):
        look = Look(theme, depth, other_pair=other)
        ends = look.colours[look.long], look.colours[look.short]
        apart = {eye: delta_e(*(lab(end, eye) for end in ends)) for eye in EYES}
        told(look, f"{ends[0]!s:>8} {ends[1]!s:>8} " + " ".join(f"{eye} {value:5.1f}" for eye, value in apart.items()))
        if look.pair == "blue/orange":
            assert min(apart.values()) >= APART
        assert apart["usual"] >= APART


@pytest.mark.parametrize("depth", [Depth.TRUECOLOR, Depth.ANSI256])
@pytest.mark.parametrize("theme", THEMES, ids=lambda t: t.name)
def test_venues_that_touch_are_told_apart_by_every_eye(theme: Theme, depth: Depth) -> None:
    for other in (False, True):
        look = Look(theme, depth, other_pair=other)
        for side, numbers in zip(("long", "short"), look.venues, strict=True):
            colours = shown(look, numbers)
            for eye in EYES:
                labs = [lab(colour, eye) for colour in colours]
                touching = min(delta_e(a, b) for a, b in pairwise(labs))
                any_two = min(delta_e(a, b) for a, b in combinations(labs, 2))
                told(look, f"{side:>5} {eye:>7}: touching ≥ {touching:4.1f}, any two ≥ {any_two:4.1f}")
                assert touching >= VENUES_APART
