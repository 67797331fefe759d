"""Public positions on the screen: solid before the estimate, their share of open interest beside them, where there are
any."""

from dataclasses import replace

import numpy as np
import pytest

from liqtui.events import Side
from liqtui.ui.colour import Depth
from liqtui.ui.look import Look
from liqtui.ui.paint.bars import paint_bars
from liqtui.ui.paint.grid import Grid
from liqtui.ui.paint.observed import (
    Seen,
    observed_density,
    observed_rows,
    observed_title,
    paint_observed,
    paint_observed_across,
    tallest,
)
from liqtui.ui.paint.readout import read, readout
from liqtui.ui.paint.scale import density, fit_scale, rungs_shown
from liqtui.ui.paint.titles import title_words
from liqtui.ui.state import OBSERVED, PaneState
from liqtui.ui.theme import load_theme, shipped_folder
from liqtui.view import View

from .conftest import make_app, text_of, until
from .factory import NOW, FakeSource
from .observed_scene import with_observed

NAME = "okx:BTC-USDT-SWAP"
WIDTH = 31


@pytest.fixture(scope="module")
def seen(view: View) -> View:
    return with_observed(view)


def text(rows: list[list[tuple[str, int, int]]]) -> list[str]:
    return ["".join(part for part, _, _ in row) for row in rows]


async def test_the_overlay_is_offered_only_where_positions_are_public(view: View, seen: View) -> None:
    for shown, offered in ((view, 5), (seen, 6)):
        state = PaneState(NAME)
        names = []
        for _ in range(12):
            state.cycle_overlay(shown)
            names.append(state.overlay)
        assert len(set(names)) == offered
        assert (OBSERVED in names) == (shown is seen)
    state = PaneState(NAME, overlay=OBSERVED)
    state.cycle_overlay(view)  # another instrument came before the key
    assert state.overlay == ""
    assert OBSERVED not in title_words(view, PaneState(NAME, overlay=OBSERVED), 100)


async def test_the_screen_says_what_is_observed_and_how_much_of_open_interest(seen: View) -> None:
    app = make_app(FakeSource({NAME: seen}))
    async with app.run_test(size=(150, 45)) as pilot:
        await until(lambda: any("60,012" in line for line in text_of(app)))
        assert any("OBSERVED ▼ L 43 %  ▲ S 39 %" in line for line in text_of(app)), "whatever overlay is chosen"
        await pilot.press("o", "o", "o", "o", "o")
        await until(lambda: any("observed 41 % of OI" in line for line in text_of(app)))
        assert any("solid: observed positions · pale: estimate of all" in line for line in text_of(app))
        await pilot.press("left", "left", "left")
        await until(lambda: any("seen" in line and "est." in line for line in text_of(app)))


def test_observed_bars_are_solid_and_the_estimate_behind_them_pale(look: Look) -> None:
    """Estimated 2 rows, observed 1 row and a half: solid, then half a solid cell on pale ground; beside it pale alone,
    and a bar that is observed and not estimated."""
    grid = Grid(3, 3, look)
    longs = np.array([True, True, False])
    estimated, observed = np.array([16, 16, 0]), np.array([12, 0, 8])
    paint_bars(grid, 0, 0, 3, estimated, longs)
    paint_observed(grid, 0, 0, 3, Seen(estimated, longs, observed, longs))
    assert ["".join(map(chr, row)) for row in grid.ch.tolist()] == ["   ", "▄█ ", "███"]
    pale = grid.fg[1, 1]
    assert pale not in (look.long, look.text)
    assert grid.fg[2, 0] == grid.fg[1, 0] == look.long
    assert grid.bg[1, 0] == pale, "the estimate goes on above what is observed"
    assert grid.fg[2, 2] == look.short


def test_lying_bars_are_the_same_turned(look: Look) -> None:
    """Estimated 2 cells, observed 1 and a half, from the left."""
    grid, one = Grid(3, 1, look), np.array([False])
    paint_observed_across(grid, 0, 0, 3, Seen(np.array([16]), one, np.array([12]), one))
    assert "".join(map(chr, grid.ch[0].tolist())) == "█▌ "
    assert grid.fg[0, 0] == look.short
    assert grid.bg[0, 1] not in (look.background, look.short)


def test_without_colours_a_shade_tells_the_estimate() -> None:
    mono = Look(load_theme(shipped_folder() / "dark.toml"), Depth.MONO)
    grid, one = Grid(2, 1, mono), np.array([True, True])
    paint_bars(grid, 0, 0, 1, np.array([8, 8]), one)
    paint_observed(grid, 0, 0, 1, Seen(np.array([8, 8]), one, np.array([8, 0]), one))
    assert "".join(map(chr, grid.ch[0].tolist())) == "█▒"


def test_a_single_large_position_does_not_flatten_the_rest(seen: View) -> None:
    assert seen.observed is not None
    assert seen.map is not None
    state = PaneState(NAME, overlay=OBSERVED)
    scale = fit_scale(state, 100, seen.map.width, 60_012.4)
    dense = density(seen.map, rungs_shown(0, seen.map.rungs), scale)
    mass = seen.observed.mass.copy()
    mass[Side.LONG, 5, seen.map.column_of(59_000.0)] += 1e6
    whale = replace(seen, observed=replace(seen.observed, mass=mass))
    assert tallest(whale, state, scale, dense) == pytest.approx(2 * dense.max())
    assert tallest(whale, PaneState(NAME), scale, dense) == dense.max()


def test_the_leverage_filter_holds_for_what_is_observed(seen: View) -> None:
    assert seen.map is not None
    state = PaneState(NAME, overlay=OBSERVED)
    scale = fit_scale(state, 300, seen.map.width, 60_012.4)
    parts = [observed_density(seen, replace(state, leverage=group), scale) for group in (1, 2, 3)]
    whole = observed_density(seen, state, scale)
    assert whole is not None
    assert sum(part.sum() for part in parts if part is not None) == pytest.approx(whole.sum())


def test_the_rows_of_the_side_column_are_calm_and_fit(view: View, seen: View, look: Look) -> None:
    assert seen.observed is not None
    rows = text(observed_rows(seen, look))
    assert rows[:2] == ["OBSERVED ▼ L 43 %  ▲ S 39 %", "  900 positions, 3m old"]
    assert rows[2].startswith("AGREES   ")
    assert rows[2].endswith(" bp")
    assert all(len(row) <= WIDTH for row in rows)
    agreed = seen.observed.agreement
    assert agreed is not None
    apart = replace(seen, observed=replace(seen.observed, agreement=replace(agreed, w1_bp=(190.0, 465.0))))
    assert text(observed_rows(apart, look))[2].endswith("190 / 465 bp"), "the widest there is"
    assert all(len(row) <= WIDTH for row in text(observed_rows(apart, look)))
    many = replace(seen, observed=replace(seen.observed, positions=12_345, share=None, agreement=None))
    assert text(observed_rows(many, look)) == [
        "OBSERVED open interest unknown", "  12,000 positions, 3m old",
    ]  # fmt: skip
    assert observed_title(many, PaneState(NAME, overlay=OBSERVED)) == "observed"
    assert observed_title(many, PaneState(NAME)) == ""
    assert observed_rows(view, look) == []


def test_the_cursor_tells_what_is_estimated_and_what_is_seen(view: View, seen: View, look: Look) -> None:
    assert seen.map is not None
    state = PaneState(NAME)
    scale = fit_scale(state, 100, seen.map.width, 60_012.4)
    state.cursor = 61_000.0

    def said(shown: View) -> str:
        reading = read(shown, state, scale, 60_012.4, 100.0)
        assert reading is not None
        return " ".join(text([part for _, part in readout(reading, False, 0, "BTC", NOW, look)]))

    assert " seen " in said(seen)
    assert "seen 0" not in said(view)
    empty = replace(seen, map=replace(seen.map, mass=np.zeros_like(seen.map.mass)))
    assert "nothing estimated here" in said(empty)
    assert said(empty).endswith("BTC")
