"""`[` and `]` through the expiries of a coin on all venues."""

from dataclasses import replace

from liqtui.ui.app import LiqtuiApp
from liqtui.ui.below import Strip, answered
from liqtui.ui.look import Look
from liqtui.ui.state import PaneState
from liqtui.view import View

from .conftest import make_app, text_of, until
from .factory import DAY, NOW, PERPETUAL, QUARTERLY, WEEKLY, FakeReplay, FakeSource, replace_struct
from .venue_scene import BINANCE, DERIBIT_WEEKLY, LISTED, SUM


async def walked(app: LiqtuiApp, *keys: str) -> list[str]:
    """The names shown after each key."""
    seen = []
    async with app.run_test(size=(100, 30)) as pilot:
        await until(lambda: app.source is not None and app.pane.source is not None)
        assert app.source is not None
        recorded = list(app.source.names)
        await until(lambda: not recorded or app.watch_list.names() == recorded)
        for key in keys:
            await pilot.press(key)
            seen.append(app.pane.state.name)
    return seen


async def test_the_walk_goes_round_by_day_and_back_the_same_way() -> None:
    """OKX and Deribit list a contract of one day: a step is a day, and the walk that set out at OKX stops at its own.
    A day that only Deribit lists is a stop, too."""
    friday = replace_struct(DERIBIT_WEEKLY, {"symbol": "BTC_USDC-30MAY25", "expiry_ns": NOW + 8 * DAY})
    source = FakeSource({}, instruments=(*LISTED, friday))
    seen = await walked(make_app(source, instruments=(PERPETUAL.name,)), *"]]]]", *"[[[[")
    there = [WEEKLY.name, friday.name, QUARTERLY.name]
    assert seen == [*there, PERPETUAL.name, *there[::-1], PERPETUAL.name]


async def test_all_venues_are_asked_for_their_expiries() -> None:
    source = FakeSource({}, instruments=(PERPETUAL,))
    source.venues = ("okx", "deribit")
    app = make_app(source, instruments=(PERPETUAL.name,))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(lambda: app.pane.source is not None)
        await pilot.press("]")
        assert source.opened == ["okx", "deribit"]
        assert "no other expiry is listed" in text_of(app)[-2]
        source.awaited = ("deribit",)
        await pilot.press("]")
        assert "asking deribit …" in text_of(app)[-2]


async def test_the_strip_tells_the_expiries_days_left_and_the_basis_of_a_year(view: View) -> None:
    """3 % of basis over 36.5 days is 30 % a year; a day that another venue lists has its name."""
    rows = tuple(replace(row, per_year=0.30) for row in view.figures.basis if row.instrument == QUARTERLY)
    assert rows
    told = replace(view, instrument=WEEKLY, figures=replace(view.figures, basis=rows))
    friday = replace_struct(DERIBIT_WEEKLY, {"symbol": "BTC_USDC-30MAY25", "expiry_ns": NOW + 8 * DAY})
    source = FakeSource({PERPETUAL.name: view, WEEKLY.name: told}, instruments=(*LISTED, friday))
    source.views = {name: replace(one, series=source.catalogue.series(one.instrument, NOW))
                    for name, one in source.views.items()}
    app = make_app(source, instruments=(PERPETUAL.name,))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(lambda: "60,012" in text_of(app)[0])
        await pilot.press("]")
        await until(lambda: "%/y" in text_of(app)[-2])
        assert " perp · ▸250523 22 h · deribit 250530 8 d · 250627 36 d +30.0 %/y " in text_of(app)[-2]


def test_a_strip_gives_up_words_before_stops_and_keeps_the_one_chosen_whole(look: Look) -> None:
    stops = (("perp",), ("261127", "5 d", "+5.1 %/y"), ("261225", "33 d", "+8.2 %/y"), ("270326", "124 d"), ("270625",))
    state = PaneState("okx:A", strip=Strip(stops, 2))
    for room, told in (
        (80, "perp · 261127 5 d +5.1 %/y · ▸261225 33 d +8.2 %/y · 270326 124 d · 270625"),
        (70, "perp · 261127 5 d · ▸261225 33 d +8.2 %/y · 270326 124 d · 270625"),
        (60, "perp · 261127 · ▸261225 33 d +8.2 %/y · 270326 · 270625"),
        (54, "… 261127 5 d · ▸261225 33 d +8.2 %/y · 270326 124 d …"),
        (45, "… ▸261225 33 d +8.2 %/y · 270326 124 d …"),
        (28, "… ▸261225 33 d +8.2 %/y …"),
    ):
        assert "".join(text for text, _, _ in answered(state, look, room)) == told


async def test_page_keys_walk_for_keyboards_without_brackets() -> None:
    source = FakeSource({}, instruments=LISTED)
    seen = await walked(make_app(source, instruments=(BINANCE.name,)), "pagedown", "pagedown", "pageup")
    assert seen == [DERIBIT_WEEKLY.name, QUARTERLY.name, DERIBIT_WEEKLY.name], "own venue has none: by name of venue"


async def test_a_walk_begins_anew_where_something_else_was_chosen() -> None:
    """From the sum by way of Deribit's contract, then that one opened by name: its own perpetual lies behind it."""
    source = FakeSource({}, instruments=LISTED)
    app = make_app(source, instruments=(SUM.name,))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(lambda: app.pane.source is not None)
        await pilot.press("]", "[")
        assert app.pane.state.name == SUM.name
        app.pane.choose(QUARTERLY.name)
        await pilot.press("]")
        assert app.pane.state.name == PERPETUAL.name


async def test_of_a_recording_only_what_is_in_it() -> None:
    source = FakeReplay({})
    source.catalogue = FakeSource({}, instruments=LISTED).catalogue
    source.names = (PERPETUAL.name, DERIBIT_WEEKLY.name)
    app = make_app(source, instruments=(PERPETUAL.name,))
    assert await walked(app, "]", "]", "]") == [DERIBIT_WEEKLY.name, PERPETUAL.name, DERIBIT_WEEKLY.name]
