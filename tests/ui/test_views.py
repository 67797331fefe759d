"""Turning from view to view: the keys, what stays, and what only some views can do."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from liqtui.ui.app import LiqtuiApp
from liqtui.ui.keys import live_commands
from liqtui.ui.paint.pane import BODIES
from liqtui.ui.state import VIEWS, PaneState
from liqtui.view import Figure, View

from .conftest import make_app, text_of, until
from .factory import NOW, FakeSource
from .view_scene import with_cascade, with_history

NAME = "okx:BTC-USDT-SWAP"


@contextlib.asynccontextmanager
async def running(view: View, size: tuple[int, int] = (150, 45)) -> AsyncIterator[tuple[LiqtuiApp, Pilot[None]]]:
    app = make_app(FakeSource({NAME: with_history(with_cascade(view))}))
    async with app.run_test(size=size) as pilot:
        await until(lambda: any("▲60,012" in line for line in text_of(app)))
        yield app, pilot


def title(app: LiqtuiApp) -> str:
    return text_of(app)[1]


def commands(app: LiqtuiApp) -> set[str]:
    return {command.id for command in live_commands(app.screen)}


async def test_m_turns_through_all_views_and_back_to_the_map(view: View) -> None:
    async with running(view) as (app, pilot):
        for name in [*VIEWS[1:], VIEWS[0]]:
            await pilot.press("m")
            assert app.pane.state.view == name
            assert f"─ {name} ·" in title(app)
        await pilot.press("M")
        assert app.pane.state.view == VIEWS[-1]


async def test_the_cursor_is_one_price_in_every_view(view: View) -> None:
    async with running(view) as (app, pilot):
        await pilot.press(*["h"] * 10)
        price = app.pane.state.cursor
        assert price is not None
        for _ in VIEWS:
            await pilot.press("m")
            assert app.pane.state.cursor == price
            assert "cursor 5" in text_of(app)[-2]


@pytest.mark.parametrize("turns", [1, 2, 3])
async def test_h_and_l_are_a_lower_and_a_higher_price_whatever_the_axis(view: View, turns: int) -> None:
    async with running(view) as (app, pilot):
        await pilot.press(*["m"] * turns, "h")
        low = app.pane.state.cursor
        await pilot.press("l", "right")
        high = app.pane.state.cursor
        assert low is not None
        assert high is not None
        assert low < 60_012 < high or low < high
        await pilot.press("left", "left")
        assert app.pane.state.cursor == pytest.approx(low)


async def test_keys_that_mean_nothing_in_a_view_are_not_offered(view: View) -> None:
    async with running(view) as (app, pilot):
        assert {"span", "overlay", "zoom.in"} <= commands(app)
        await pilot.press("m", "m", "m")
        assert commands(app).isdisjoint({"span", "overlay"}), "a cascade has no time axis and no overlays"
        span = app.pane.state.span
        await pilot.press("t")
        assert app.pane.state.span == span
        await pilot.press("m")
        assert commands(app).isdisjoint({"zoom.in", "overlay"}), "charts have no price axis"
        assert "span" in commands(app)
        await pilot.press("m")
        assert {"span", "overlay", "zoom.in"} <= commands(app)


async def test_help_is_about_the_view(view: View) -> None:
    async with running(view) as (app, pilot):
        await pilot.press("m", "question_mark")
        await pilot.pause()
        assert "Candles are the mark" in "\n".join(text_of(app))


async def test_a_click_puts_the_cursor_where_the_price_is(view: View) -> None:
    async with running(view) as (app, pilot):
        await pilot.press("m")
        row = next(y for y, line in enumerate(text_of(app)) if "│ 62,000┤" in line)
        await pilot.click(offset=(60, row))
        assert app.pane.state.cursor == pytest.approx(62_000, rel=0.002)
        await pilot.press("m", "m", "m")
        await pilot.click(offset=(60, row))
        assert app.pane.state.cursor == pytest.approx(62_000, rel=0.002), "charts have no price to click on"


async def test_pausing_holds_every_view(view: View) -> None:
    async with running(view) as (app, pilot):
        await pilot.press("m", "space")
        source = app.source
        assert isinstance(source, FakeSource)
        moved = replace(view, epoch=9, figures=replace(view.figures, mark=Figure(61_500.0, NOW)))
        source.views[NAME] = moved
        app.pane.beat()
        await pilot.pause()
        assert any("▸60,012" in line for line in text_of(app))


async def test_nothing_but_numpy_waits_for_the_first_picture(view: View) -> None:
    assert tuple(BODIES) == VIEWS
    for body in BODIES.values():
        body()


def test_what_was_zoomed_to_stays_in_view_when_the_axis_has_another_number_of_cells() -> None:
    """105 columns of one bin of 0.05 % are 5.25 %; on 40 rows that is nearest to 3 bins a row, and back."""
    state = PaneState("x", zoom=1)
    state.refit(105, 0.0005)
    assert state.reach == pytest.approx(0.0525)
    assert state.zoom is None
    from liqtui.ui.state import default_zoom

    assert default_zoom(40, 0.0005, state.reach) == 3
    state.zoom = 3
    state.refit(40, 0.0005)
    assert state.reach == pytest.approx(0.0525), "what was chosen, not what came of it"


def test_the_usual_zoom_is_each_views_own() -> None:
    state = PaneState("x", zoom=2)
    state.refit(110, 0.0005)
    assert state.reach is None
