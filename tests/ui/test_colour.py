"""How many colours a terminal shows, and whether ladders climb."""

import pytest

from liqtui.ui.colour import Depth, detect_depth, ladder, rgb, wants_ascii
from liqtui.ui.look import Look, to_ascii
from liqtui.ui.theme import Theme, load_theme, shipped_folder

from .test_colour_proof import lightness

THEMES = [load_theme(file) for file in sorted(shipped_folder().glob("*.toml"))]


@pytest.mark.parametrize(("choice", "environ", "depth"), [
    ("truecolor", {"NO_COLOR": "1", "TERM": "xterm"}, Depth.TRUECOLOR),
    ("mono", {"COLORTERM": "truecolor", "TERM": "xterm"}, Depth.MONO),
    ("auto", {"NO_COLOR": "1", "COLORTERM": "truecolor", "TERM": "xterm-256color"}, Depth.MONO),
    ("auto", {"NO_COLOR": "", "COLORTERM": "truecolor", "TERM": "xterm"}, Depth.TRUECOLOR),
    ("auto", {"COLORTERM": "24bit", "TERM": "xterm"}, Depth.TRUECOLOR),
    ("auto", {"TERM": "xterm-kitty"}, Depth.TRUECOLOR),
    ("auto", {"TERM": "xterm-ghostty"}, Depth.TRUECOLOR),
    ("auto", {"TERM": "alacritty"}, Depth.TRUECOLOR),
    ("auto", {"TERM": "foot"}, Depth.TRUECOLOR),
    ("auto", {"TERM": "wezterm"}, Depth.TRUECOLOR),
    ("auto", {"TERM": "xterm-256color"}, Depth.ANSI256),
    ("auto", {"TERM": "screen", "TMUX": "/tmp/tmux"}, Depth.ANSI256),
    ("auto", {"TERM": "screen"}, Depth.ANSI16),
    ("auto", {"TERM": "xterm", "TMUX": "/tmp/tmux"}, Depth.ANSI16),
    ("auto", {"TERM": "linux"}, Depth.ANSI16),
    ("auto", {"TERM": "dumb"}, Depth.MONO),
    ("auto", {}, Depth.MONO),
])
def test_depth_is_found_without_colorterm(choice: str, environ: dict[str, str], depth: Depth) -> None:
    assert detect_depth(choice, environ) is depth


@pytest.mark.parametrize(("environ", "ascii_only"), [
    ({"LANG": "C"}, True), ({"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"}, True), ({"TERM": "linux"}, True),
    ({"LANG": "C.UTF-8"}, False), ({"LANG": "C", "LC_ALL": "en_US.UTF-8"}, False), ({}, False),
])
def test_only_a_plain_c_locale_and_the_console_get_ascii(environ: dict[str, str], ascii_only: bool) -> None:
    assert wants_ascii(environ) is ascii_only


def test_lightness_of_black_grey_and_white() -> None:
    assert lightness("#000000") == pytest.approx(0, abs=0.01)
    assert lightness("#777777") == pytest.approx(50, abs=0.5)
    assert lightness(231) == pytest.approx(100, abs=0.01)


def test_256_colours_are_a_cube_and_a_grey_ramp() -> None:
    assert rgb(16) == (0, 0, 0)
    assert rgb(214) == (255, 175, 0)  # 16 + 36·5 + 6·3 + 0
    assert rgb(244) == (128, 128, 128)


def test_a_ladder_keeps_its_ends() -> None:
    steps = ladder(["#0b0e13", "#ff5d68"])
    assert (len(steps), steps[0], steps[-1]) == (32, "#0b0e13", "#ff5d68")


@pytest.mark.parametrize("theme", THEMES, ids=lambda t: t.name)
@pytest.mark.parametrize("name", ["long", "short", "other_long", "other_short", "heat"])
@pytest.mark.parametrize("depth", [Depth.TRUECOLOR, Depth.ANSI256, Depth.ANSI16])
def test_every_ladder_climbs_in_lightness(theme: Theme, name: str, depth: Depth) -> None:
    steps = getattr(theme.colours(depth), name)
    shown = ladder(steps) if depth is Depth.TRUECOLOR else steps
    climb = [lightness(step) * (-1 if theme.light else 1) for step in shown if step != -1]
    assert climb == sorted(climb)


@pytest.mark.parametrize("theme", THEMES, ids=lambda t: t.name)
def test_words_can_be_read_on_their_ground(theme: Theme) -> None:
    ground = lightness(theme.truecolor.background)
    assert abs(lightness(theme.truecolor.text) - ground) > 60
    assert abs(lightness(theme.truecolor.muted) - ground) > 35


def test_what_is_drawn_has_an_ascii_counterpart(look: Look) -> None:
    drawn = "▁▂▃▄▅▆▇█▀░▒▓│─━╭╮╰╯├┬┴┼┊●◐◌•▲▼−·×…╱±←→✕"
    assert "?" not in to_ascii(drawn)
    assert len(to_ascii(drawn)) == len(drawn)
