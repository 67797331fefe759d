"""`[` and `]` through the expiries of a coin on all venues."""

from liqtui.ui.app import LiqtuiApp

from .conftest import make_app, until
from .factory import PERPETUAL, QUARTERLY, WEEKLY, FakeReplay, FakeSource
from .venue_scene import BINANCE, DERIBIT_WEEKLY, LISTED, SUM

ROUND = [WEEKLY.name, DERIBIT_WEEKLY.name, QUARTERLY.name]


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


async def test_the_walk_goes_round_through_all_venues_and_back_the_same_way() -> None:
    """OKX's and Deribit's contracts of one day: each comes first in its own order, and neither keeps the walk."""
    source = FakeSource({}, instruments=LISTED)
    seen = await walked(make_app(source, instruments=(PERPETUAL.name,)), *"]]]]", *"[[[[")
    assert seen == [*ROUND, PERPETUAL.name, *ROUND[::-1], PERPETUAL.name]


async def test_page_keys_walk_for_keyboards_without_brackets() -> None:
    source = FakeSource({}, instruments=LISTED)
    seen = await walked(make_app(source, instruments=(BINANCE.name,)), "pagedown", "pagedown", "pageup")
    assert seen == [DERIBIT_WEEKLY.name, WEEKLY.name, DERIBIT_WEEKLY.name], "own venue has none: by name of venue"


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
