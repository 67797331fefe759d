"""Panes beside each other: how many, where, which has the keys, and cursors that go together."""

import random
from dataclasses import replace

import pytest
from textual import events

from liqtui.instruments.lists import WATCH
from liqtui.ui.app import LiqtuiApp
from liqtui.ui.desk import columns
from liqtui.ui.lists import Lists
from liqtui.ui.paint.pane import Painter
from liqtui.ui.profile import Layout, SavedPane
from liqtui.ui.watchlist import WatchList
from liqtui.view import View

from .conftest import make_app, press_at_once, text_of, until
from .factory import ALL, ETH, PERPETUAL, QUARTERLY, WEEKLY, FakeReplay, FakeSource
from .test_keys import running, shown

BTC, SOL = "okx:BTC-USDT-SWAP", "okx:SOL-USDT-SWAP"
FOUR = ("okx:BTC-USDT-SWAP", "okx:ETH-USDT-SWAP", "okx:BTC-USDT-250523", "okx:BTC-USDT-250627")


@pytest.fixture
def four(view: View) -> FakeSource:
    """Four instruments with a View each; ETH's mark is a tenth above the others'."""
    views = {i.name: replace(view, instrument=i) for i in (PERPETUAL, ETH, WEEKLY, QUARTERLY)}
    mark = view.figures.mark
    assert mark is not None
    views[ETH.name] = replace(views[ETH.name], figures=replace(
        view.figures, mark=replace(mark, value=mark.value * 1.1)))
    return FakeSource(views)


def names(app: LiqtuiApp) -> list[str]:
    return [pane.state.name for pane in app.desk.shown]


def places(app: LiqtuiApp) -> list[tuple[int, int, int, int]]:
    """(x, y, width, height) of the panes on the screen."""
    return [(*pane.region.offset, *pane.region.size) for pane in app.desk.shown]


@pytest.mark.parametrize(("panes", "size", "across"), [
    (1, (150, 44), 1), (2, (150, 44), 2), (2, (120, 44), 2), (2, (100, 29), 1), (2, (80, 23), 1), (2, (120, 70), 1),
    (2, (100, 16), 2), (4, (150, 44), 2), (4, (80, 23), 2),
])
def test_two_stand_side_by_side_when_wide_and_are_stacked_when_tall(
    panes: int, size: tuple[int, int], across: int
) -> None:
    assert columns(panes, *size) == across


async def test_four_panes_fill_the_screen_and_begin_with_what_follows_on_the_watch_list(four: FakeSource) -> None:
    async with running(four, size=(80, 24), instruments=FOUR) as (app, pilot):
        await pilot.press("4")
        await pilot.pause()
        assert names(app) == list(FOUR)
        assert four.watched[-4:] == [FOUR[0], FOUR[1], FOUR[2], FOUR[3]]
        assert places(app) == [(0, 0, 40, 11), (40, 0, 40, 11), (0, 11, 40, 12), (40, 11, 40, 12)]
        text = shown(app)
        for name in FOUR:
            assert name.partition(":")[2] in text
        assert text.count("● live") == 4


async def test_two_panes(four: FakeSource) -> None:
    async with running(four, size=(150, 45), instruments=FOUR) as (app, pilot):
        await pilot.press("2")
        await pilot.pause()
        assert places(app) == [(0, 0, 75, 44), (75, 0, 75, 44)]
        await pilot.resize_terminal(100, 30)
        await pilot.pause()
        assert places(app) == [(0, 0, 100, 14), (0, 14, 100, 15)]
        assert names(app) == list(FOUR[:2])


async def test_when_the_watch_list_ends_expiries_of_the_same_underlying_follow(four: FakeSource) -> None:
    async with running(four, instruments=FOUR[:2]) as (app, pilot):
        await pilot.press("4")
        assert names(app) == list(FOUR)


async def test_panes_opened_before_the_listing_take_what_is_listed(four: FakeSource) -> None:
    four.kind = "demo"
    async with running(four, instruments=(BTC, SOL), panes=4) as (app, _):
        await until(lambda: names(app) == [BTC, "okx:BTC-USDT-250523", "okx:BTC-USDT-250627", "okx:ETH-USDT-SWAP"])


async def test_a_recording_has_only_its_own_instruments(view: View) -> None:
    source = FakeReplay({ETH.name: view})
    source.names = (ETH.name,)
    async with running(source, panes=2) as (app, _):
        await until(lambda: names(app) == [ETH.name, ETH.name])


async def test_keys_act_on_the_pane_that_has_them(four: FakeSource) -> None:
    async with running(four, instruments=FOUR) as (app, pilot):
        await pilot.press("4", "tab", "g", "tab", "t", "u", "shift+tab", "down")
        assert [p.state.leverage for p in app.desk.panes] == [0, 1, 0, 0]
        assert [p.state.span for p in app.desk.panes] == ["12h", "12h", "24h", "12h"]
        assert [p.state.usd for p in app.desk.panes] == [False, False, True, False]
        assert names(app) == [FOUR[0], FOUR[2], FOUR[2], FOUR[3]]
        assert app.focused is app.desk.panes[1]


@pytest.mark.parametrize("opens", ["slash", "question_mark", "exclamation_mark", "colon", "a", "x"])
async def test_what_was_laid_over_gives_the_keys_back_to_the_pane_that_had_them(four: FakeSource, opens: str) -> None:
    async with running(four, panes=2) as (app, pilot):
        for at in (0, 1):
            await pilot.press(opens, "escape")
            assert (app.pane, app.focused) == (app.desk.panes[at], app.desk.panes[at])
            await pilot.press("tab")


async def test_keys_typed_faster_than_panes_are_made_reach_the_right_one(four: FakeSource) -> None:
    async with running(four, instruments=FOUR) as (app, _):
        for key in ("4", "tab", "tab", "t"):
            app.post_message(events.Key(key, None if key == "tab" else key))
        await until(lambda: len(app.desk.panes) == 4 and app.desk.panes[2].state.span == "24h")
        assert app.focused is app.desk.panes[2]


async def test_the_pane_with_the_keys_stands_out_by_sign_and_colour(four: FakeSource) -> None:
    async with running(four, instruments=FOUR) as (app, pilot):
        assert text_of(app)[0].startswith(" BTC")
        await pilot.press("2", "tab")
        await pilot.pause()
        assert text_of(app)[0].startswith(" BTC-USDT-SWAP")
        assert text_of(app)[0][75:].startswith("▸ETH-USDT-SWAP")
        looks = [pane._look for pane in app.desk.panes]
        assert [look.frame == look.accent for look in looks if look is not None] == [False, True]


async def test_one_pane_is_the_one_that_had_the_keys_and_four_are_the_same_again(four: FakeSource) -> None:
    async with running(four, instruments=FOUR) as (app, pilot):
        await pilot.press("4", "tab", "tab", "t", "1")
        await pilot.pause()
        assert names(app) == [FOUR[2]]
        assert places(app) == [(0, 0, 150, 44)]
        await pilot.press("4")
        await pilot.pause()
        assert sorted(names(app)) == sorted(FOUR)
        assert names(app)[0] == FOUR[2]
        assert app.pane.state.span == "24h"
        assert [place[:2] for place in places(app)] == [(0, 0), (75, 0), (0, 22), (75, 22)]


async def test_z_shows_one_pane_full_and_back(four: FakeSource) -> None:
    async with running(four, instruments=FOUR) as (app, pilot):
        await pilot.press("4", "tab", "z")
        await pilot.pause()
        assert places(app) == [(0, 0, 150, 44)]
        assert "CLUSTERS" in shown(app)
        assert text_of(app)[0].startswith("▸ETH-USDT-SWAP")  # there are others
        assert names(app) == [FOUR[1]]
        await pilot.press("tab")
        assert names(app) == [FOUR[2]]
        await pilot.press("z")
        await pilot.pause()
        assert names(app) == list(FOUR)
        assert app.pane is app.desk.panes[2]


async def test_linked_cursors_are_as_many_percent_from_each_mark(four: FakeSource) -> None:
    async with running(four, instruments=FOUR) as (app, pilot):
        await pilot.press("2")
        await until(lambda: shown(app).count("▲6") == 2)
        await pilot.press("y")
        assert "the same percent from each mark" in shown(app)
        await pilot.press(*["left"] * 8)
        first, other = app.desk.panes
        await until(lambda: other.state.cursor is not None)
        away, cell = first.away, 0.0015
        assert away is not None
        assert other.away == pytest.approx(away, abs=cell)
        assert text_of(app)[-2][75:].startswith(" ⇄  cursor ")
        await pilot.press("escape")
        await until(lambda: other.state.cursor is None)
        await pilot.press("y", "left")
        await pilot.pause(0.2)
        assert other.state.cursor is None


async def test_with_a_mouse_the_keys_and_the_cursor_go_where_one_clicks(four: FakeSource) -> None:
    async with running(four, instruments=FOUR) as (app, pilot):
        await pilot.press("4")
        await until(lambda: shown(app).count("● live") == 4)
        await pilot.click(offset=(100, 30))
        await until(lambda: app.pane is app.desk.panes[3])
        assert app.focused is app.pane
        await until(lambda: app.pane.state.cursor is not None)


async def test_what_is_shown_is_asked_for_anew_before_another_instrument(four: FakeSource) -> None:
    """A source gives up what was asked for longest ago: that must not be what another pane shows."""
    async with running(four, instruments=FOUR) as (app, pilot):
        await pilot.press("4", "tab", "slash", *"pepe", "enter")
        assert names(app)[1] == "okx:PEPE-USDT-SWAP"
        assert four.watched[-4:] == [FOUR[0], FOUR[2], FOUR[3], "okx:PEPE-USDT-SWAP"]


async def test_panes_too_small_say_what_they_need(four: FakeSource) -> None:
    async with running(four, instruments=FOUR, size=(78, 19)) as (app, pilot):
        await pilot.press("4")
        await pilot.pause()
        assert shown(app).count("needs 40×9, has 39×9") == 4


async def test_panes_that_wait_show_which_has_the_keys(view: View) -> None:
    async with running(FakeSource({}), instruments=FOUR, panes=2) as (app, pilot):
        await pilot.press("tab")
        await until(lambda: text_of(app)[0][75:].startswith("▸ETH-USDT-SWAP"))
        assert text_of(app)[0].startswith(" BTC-USDT-SWAP")
        assert shown(app).count("okx connecting") == 2


async def test_footer_and_help_list_what_panes_can_do_only_when_there_are_some(four: FakeSource) -> None:
    async with running(four, instruments=FOUR) as (app, pilot):
        assert "1 2 4 panes" in text_of(app)[-1]
        for words in ("next pane", "full", "link"):
            assert words not in text_of(app)[-1]
        await pilot.press("2")
        await pilot.pause()
        for words in ("Tab next pane", "z full", "y link"):
            assert words in text_of(app)[-1]


async def test_a_pane_is_painted_only_when_its_view_is_new(
    four: FakeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted: list[str] = []
    plain = Painter.paint

    def paint(self: Painter, view: View, *rest: object) -> object:
        painted.append(view.instrument.name)
        return plain(self, view, *rest)  # type: ignore[arg-type]

    app = make_app(four, instruments=FOUR, panes=4)
    async with app.run_test(size=(150, 45)) as pilot:
        await until(lambda: shown(app).count("● live") == 4)
        await pilot.pause(0.2)
        monkeypatch.setattr(Painter, "paint", paint)
        four.views[FOUR[1]] = replace(four.views[FOUR[1]], epoch=721)
        await until(lambda: bool(painted))
        await pilot.pause(0.3)
        assert painted == [FOUR[1]]


async def test_panes_that_went_with_their_layout_are_not_guessed_for_when_the_listing_comes(view: View) -> None:
    source = FakeSource({BTC: view}, instruments=())
    app = make_app(source)
    async with app.run_test(size=(150, 45)) as pilot:
        await until(lambda: app.source is not None)
        await pilot.press("2")
        app.desk._guessed[app.desk.panes[1]] = app.desk.panes[1].state.name  # as if nothing had been listed
        await app.desk.restore(Layout(panes=(SavedPane(instrument=BTC),)))
        assert app.desk._guessed == {}


def test_what_follows_on_a_watch_list(view: View) -> None:
    watch_list = WatchList(Lists({WATCH: (BTC, ETH.name, SOL)}), "live")
    assert watch_list.following(BTC, [BTC]) == ETH.name
    assert watch_list.following(BTC, [BTC, ETH.name]) == SOL
    assert watch_list.following(SOL, [SOL]) == BTC
    assert watch_list.following(BTC, [BTC, ETH.name, SOL]) == BTC  # nothing is listed yet
    watch_list.connect(FakeSource({BTC: view}, instruments=ALL))
    assert watch_list.following(BTC, [BTC, ETH.name, SOL]) == WEEKLY.name


@pytest.mark.parametrize("seed", range(3))
async def test_any_keys_at_any_size_leave_the_panes_in_order(four: FakeSource, seed: int) -> None:
    rng = random.Random(seed)
    keys = ("1", "2", "4", "4", "tab", "tab", "shift+tab", "z", "y", "left", "down", "g", "escape")
    async with running(four, size=(120, 36), instruments=FOUR) as (app, pilot):
        pressed = []
        for _ in range(8):
            for key in (rng.choice(keys) for _ in range(rng.randint(1, 6))):
                pressed.append(key)
                app.post_message(events.Key(key, key if len(key) == 1 else None))
            if rng.random() < 0.4:
                await pilot.resize_terminal(*rng.choice(((80, 24), (120, 36), (60, 40), (20, 5))))
            await pilot.pause(0.05)
            desk = app.desk
            assert app.focused is desk.active, pressed
            assert len(desk.shown) == (1 if desk.full else desk.count), pressed
            assert desk.active in desk.shown, pressed
            assert [pane for pane in desk.panes if pane.display] == sorted(desk.shown, key=desk.panes.index), pressed
            covered = sum(pane.region.area for pane in desk.shown)
            assert covered == desk.region.area, pressed


async def test_keys_of_one_burst_are_done_in_the_pane_they_were_pressed_in(four: FakeSource) -> None:
    async with running(four, instruments=FOUR) as (app, pilot):
        await press_at_once(pilot, "4", "tab", "tab", "m", "shift+tab")
        assert app.pane is app.desk.panes[1]
        assert [pane.state.view for pane in app.desk.panes] == ["map", "map", "heat", "map"]
        await press_at_once(pilot, "y", "left", "tab", "y")
        assert all(pane.state.cursor is not None for pane in app.desk.panes), "all followed before they were let go"
