"""The bars of a sum parted by venue, and the venues in the cursor's line."""

from dataclasses import replace
from itertools import combinations, pairwise
from math import dist

import msgspec
import numpy as np
import pytest

from liqtui.events import Side
from liqtui.ui.colour import Depth, _oklab
from liqtui.ui.look import Look
from liqtui.ui.paint.grid import Grid
from liqtui.ui.paint.header import Moment
from liqtui.ui.paint.map import plan
from liqtui.ui.paint.pane import Painter
from liqtui.ui.paint.scale import Scale
from liqtui.ui.paint.scene import lay_out
from liqtui.ui.paint.spans import width_of
from liqtui.ui.paint.stack import Layer, layers_of, legend, paint_stack, shares_at, tops
from liqtui.ui.state import OVERLAYS, VENUES, PaneState, overlays_of
from liqtui.ui.theme import Theme, load_theme, shipped_folder
from liqtui.view import View

from .factory import NOW, PERPETUAL
from .venue_scene import SUM, part, summed_view

MOMENT = Moment(NOW, "live")
THEMES = [load_theme(file) for file in sorted(shipped_folder().glob("*.toml"))]
DARK = next(theme for theme in THEMES if theme.name == "dark")


def layers(*parts: tuple[str, float, int | None]) -> list[Layer]:
    return [Layer(venue, fades, np.array([float(mass)])) for venue, mass, fades in parts]


def bar(look: Look, tall: int, rows: int, *parts: tuple[str, float, int | None], long: bool = True) -> Grid:
    grid = Grid(1, rows, look)
    paint_stack(grid, 0, 0, rows, layers(*parts), np.array([tall]), np.array([long]))
    return grid


def test_a_bar_is_parted_as_its_venues_are() -> None:
    """52 : 31 : 17 of 40 eighths end at 20.8, 33.2 and 40."""
    found = layers(("binance", 52, None), ("bybit", 31, None), ("okx", 17, None))
    assert tops(found, np.array([40])).ravel().tolist() == [21, 33, 40]


def test_a_cell_two_venues_meet_in_shows_both(look: Look) -> None:
    """Of 16 eighths 11 are Binance's: a whole cell and three eighths of the next, OKX above it."""
    grid = bar(look, 16, 2, ("binance", 11, None), ("okx", 5, None))
    long = look.venues[Side.LONG]
    assert "".join(grid.strings()) == "▃█"
    assert (grid.fg[0, 0], grid.bg[0, 0]) == (long[0], long[1])
    assert grid.fg[1, 0] == long[0]


def test_shorts_have_their_own_colours(look: Look) -> None:
    grid = bar(look, 8, 1, ("binance", 1, None), long=False)
    assert grid.fg[0, 0] == look.venues[Side.SHORT][0]


def test_what_fades_is_hatched(look: Look) -> None:
    grid = bar(look, 32, 4, ("binance", 2, None), ("bybit", 2, 62))
    assert "".join(grid.strings()) == "▒▒██"


@pytest.mark.parametrize(("depth", "ascii_only", "drawn"), [
    (Depth.ANSI16, False, "▓▓░░██"), (Depth.MONO, False, "▓▓░░██"), (Depth.MONO, True, "++..##"),
    (Depth.TRUECOLOR, True, "++..##"),
])
def test_where_colours_are_too_few_each_venue_has_a_pattern(depth: Depth, ascii_only: bool, drawn: str) -> None:
    look = Look(DARK, depth, ascii_only=ascii_only)
    grid = bar(look, 48, 6, ("binance", 1, None), ("bybit", 1, None), ("okx", 1, None))
    assert "".join(grid.strings()) == drawn
    key = "".join(text for text, *_ in legend(layers(("binance", 1, None), ("bybit", 1, None)), look, 40))
    assert key == "█ binance  ░ bybit", "as the terminal's own glyphs, when they go out"


def test_the_legend_names_every_venue_and_what_fades(look: Look) -> None:
    found = layers(("binance", 1, None), ("bybit", 1, 62), ("hyperliquid", 1, None), ("okx", 1, None))
    line = legend(found, look, 100)
    assert "".join(text for text, *_ in line) == "▀▀ binance  ▀▀ bybit fades 62 %  ▀▀ hyperliquid  ▀▀ okx"
    assert line[0][1] == look.venues[Side.LONG][0]
    assert line[1][1] == look.venues[Side.SHORT][0]
    short = legend(found, look, 40)
    assert width_of(short) <= 40
    assert "".join(text for text, *_ in short).count("▀▀") == 4


def test_the_layers_are_the_sum_and_keep_their_place_whoever_is_the_largest(view: View) -> None:
    whole = summed_view(view)
    assert whole.map is not None
    scale = Scale(whole.map.first_bin // 2, 900, 2, whole.map.width)
    found = layers_of(whole, scale)
    assert [layer.venue for layer in found] == ["binance", "bybit", "okx"]
    assert sum(layer.mass.sum() for layer in found) == pytest.approx(whole.map.mass.sum(), rel=0.2)
    turned = layers_of(replace(whole, parts=whole.parts[::-1]), scale)
    assert [layer.venue for layer in turned] == ["binance", "bybit", "okx"]


def test_two_contracts_of_a_venue_are_one_layer(view: View) -> None:
    whole = summed_view(view)
    inverse = replace(part(view, "okx"), instrument=msgspec.structs.replace(PERPETUAL, inverse=True))
    assert whole.map is not None
    scale = Scale(whole.map.first_bin // 2, 900, 2, whole.map.width)
    both = layers_of(replace(whole, parts=(*whole.parts, inverse)), scale)
    assert [layer.venue for layer in both] == ["binance", "bybit", "okx"]
    assert both[2].mass.sum() == pytest.approx(2 * layers_of(whole, scale)[2].mass.sum(), rel=1e-6)


def test_only_a_sum_has_the_overlay_and_only_the_map_draws_it(view: View) -> None:
    assert VENUES not in overlays_of(view, "map")
    assert overlays_of(summed_view(view), "map")[-1] == VENUES == OVERLAYS[-1]
    assert VENUES not in overlays_of(summed_view(view), "heat")


@pytest.mark.parametrize("size", [(150, 44), (100, 29), (80, 23), (40, 10)])
def test_the_overlay_names_itself_and_its_venues_at_every_size(view: View, look: Look, size: tuple[int, int]) -> None:
    state = PaneState(SUM.name, overlay=VENUES)
    grid = Painter().paint(summed_view(view), state, size, look, MOMENT, 0)
    text = "\n".join(grid.strings())
    assert "by venue" in text
    rows = plan(lay_out(*size), legend=True)
    assert grid.strings()[rows.top - 1].count("▀▀") == 3
    longs, shorts = look.venues
    drawn = set(grid.fg[rows.top : rows.top + rows.bars].ravel().tolist())
    assert {*longs[:3], *shorts[:3]} <= drawn


def test_over_a_map_of_one_venue_nothing_is_laid_and_nothing_is_claimed(view: View, look: Look) -> None:
    plain = Painter().paint(view, PaneState("x"), (100, 29), look, MOMENT, 0).strings()
    assert Painter().paint(view, PaneState("x", overlay=VENUES), (100, 29), look, MOMENT, 0).strings() == plain


def test_with_one_leverage_chosen_the_split_is_that_of_all_and_says_so(view: View, look: Look) -> None:
    state = PaneState(SUM.name, overlay=VENUES, leverage=3)
    shown = Painter().paint(summed_view(view), state, (150, 44), look, MOMENT, 0).strings()
    assert "high >40×" in shown[1]
    assert "by venue (as all leverages are)" in shown[1]


def test_the_cursor_tells_which_venues_make_up_what_stands_there(view: View, look: Look) -> None:
    state = PaneState(SUM.name, cursor=58_469.0)
    line = Painter().paint(summed_view(view), state, (150, 44), look, MOMENT, 0).strings()[-1]
    assert "binance 52 %   okx 31 %   bybit 17 %" in line
    narrow = Painter().paint(summed_view(view), replace(state), (80, 23), look, MOMENT, 0).strings()[-1]
    assert "binance 52 %" in narrow, "the largest before the leverages"
    assert "binance" not in Painter().paint(view, replace(state), (150, 44), look, MOMENT, 0).strings()[-1]


def test_a_share_under_one_percent_is_left_out(view: View) -> None:
    whole = summed_view(view)
    assert whole.map is not None
    tiny = tuple(
        replace(one, mass=one.mass * np.float32(0.001)) if one.instrument.venue == "bybit" and one.mass is not None
        else one for one in whole.parts
    )
    top = int(whole.map.mass[Side.LONG].sum(axis=0).argmax())
    here = Scale(whole.map.first_bin + top, 1, 1, whole.map.width)
    told = shares_at(replace(whole, parts=tiny), here, Side.LONG)
    assert [venue for venue, _ in told] == ["binance", "okx"]
    assert told[0][1] == pytest.approx(0.52 / 0.83, abs=0.002)


@pytest.mark.parametrize("theme", THEMES, ids=lambda t: t.name)
@pytest.mark.parametrize("depth", [Depth.TRUECOLOR, Depth.ANSI256])
@pytest.mark.parametrize("other", [False, True])
def test_venues_are_told_apart_and_their_side_stays_plain(theme: Theme, depth: Depth, other: bool) -> None:
    """In OKLab: neighbours by 0.14, any two of the first four by 0.13, any two at all by 0.06; greens lie at a < 0 and
    reds at a > 0, blues at b < 0 and oranges at b > 0."""
    look = Look(theme, depth, other_pair=other)
    green = "green" in look.pair
    for side, colours in zip(Side, look.venues, strict=True):
        labs = [_oklab(look.colours[colour]) for colour in colours]  # type: ignore[arg-type]
        assert len(labs) == 6
        assert min(dist(a, b) for a, b in pairwise(labs)) >= 0.14
        assert min(dist(a, b) for a, b in combinations(labs[:4], 2)) >= 0.13
        assert min(dist(a, b) for a, b in combinations(labs, 2)) >= 0.06
        axis = 1 if green else 2
        assert all((lab[axis] < 0) is (side is Side.LONG) for lab in labs)


def test_a_theme_without_venue_colours_tells_them_apart_by_its_ladders() -> None:
    bare = type(DARK)(**{name: getattr(DARK, name) for name in DARK.__struct_fields__} | {
        "truecolor": type(DARK.truecolor)(**{
            name: getattr(DARK.truecolor, name) for name in DARK.truecolor.__struct_fields__ if "venues" not in name
        }),
    })
    look = Look(bare, Depth.TRUECOLOR)
    assert all(len(set(colours)) == 6 for colours in look.venues)
    assert set(look.venues[Side.LONG]) <= set(look.long_ladder)
