"""The palette of commands: every action by name, those without a key of their own, too."""

from pathlib import Path

import pytest
from textual import events

from liqtui.ui.overlays import Overlay
from liqtui.ui.palette import Deed, Palette, deeds_of, matching
from liqtui.ui.state import SPANS, VIEWS
from liqtui.view import View

from .conftest import make_app, press_at_once, text_of, until
from .factory import FakeReplay, FakeSource


def shown(app: object) -> str:
    return "\n".join(text_of(app))  # type: ignore[arg-type]


def named(*names: str) -> list[Deed]:
    return [Deed(name, "", lambda: None) for name in names]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["view heat", "theme light", "overlay", "leverage high"]), ("li", ["theme light"]),
        ("t li", ["theme light"]), ("HEAT", ["view heat"]), ("ver", ["overlay", "leverage high"]),
        ("vht", ["view heat"]), ("heat light", []), ("zq", []),
    ],
)
def test_a_few_letters_of_each_word_find_a_command(query: str, found: list[str]) -> None:
    deeds = named("view heat", "theme light", "overlay", "leverage high")
    assert [deed.name for deed in matching(query, deeds)] == found


async def test_every_live_action_is_there_with_its_keys_and_what_has_none(source: FakeSource) -> None:
    app = make_app(source)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(lambda: app.pane.view is not None)
        await pilot.pause()
        deeds = {deed.name: deed for deed in deeds_of(app)}
        live = {active.binding.id for active in app.screen.active_bindings.values()} - {"palette", "interrupt"}
        assert {str(name).replace(".", " ").replace("_", " ") for name in live} <= set(deeds)
        assert deeds["theme"].keys == "T"
        assert deeds["symbol next"].keys == "↓ j"
        assert deeds["symbol next"].telling == "Previous and next of the watch list"
        assert deeds["theme light"].keys == ""
        assert {f"view {view}" for view in VIEWS} | {f"span {span}" for span in SPANS} <= set(deeds)
        assert {"leverage all", "leverage low <10×", "overlay volume"} <= set(deeds)
        assert "replay step" not in deeds, "only what works now"


async def test_only_a_replay_offers_its_player(view: View) -> None:
    app = make_app(FakeReplay({"okx:BTC-USDT-SWAP": view}))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(lambda: app.pane.view is not None)
        await pilot.pause()
        assert "replay seek back" in {deed.name for deed in deeds_of(app)}


@pytest.mark.parametrize(
    ("typed", "done"),
    [
        ("view heat", lambda app: app.pane.state.view == "heat"),
        ("thm light", lambda app: app.look.theme.name == "light"),
        ("3d", lambda app: app.pane.state.span == "3d"), ("lev high", lambda app: app.pane.state.leverage == 3),
        ("panes two", lambda app: app.desk.count == 2), ("overl vol", lambda app: app.pane.state.overlay == "volume"),
        ("zoom in", lambda app: app.pane.state.zoom is not None), ("unit", lambda app: app.pane.state.usd),
    ],
)  # fmt: skip
async def test_enter_does_it_and_the_pane_has_the_keys_again(source: FakeSource, typed: str, done: object) -> None:
    app = make_app(source)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(lambda: app.pane.view is not None)
        await pilot.pause()
        await pilot.press("colon", *typed, "enter")
        await until(lambda: done(app))  # type: ignore[operator]
        assert app.focused is app.pane


async def test_what_opens_something_takes_the_keys_typed_after_it(source: FakeSource) -> None:
    app = make_app(source)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(lambda: app.pane.view is not None)
        await pilot.press("ctrl+p", *"search", "enter", *"pepe")
        await until(lambda: "/ pepe" in shown(app))


async def test_keys_that_come_all_at_once_are_taken_in_their_order(source: FakeSource) -> None:
    """As they come over a slow line, or from a script: nothing waits for the screen in between."""
    app = make_app(source)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(lambda: app.pane.view is not None)
        await pilot.pause()
        for key in ("colon", *"view", "down", "down", "down", "enter", "colon", *"search", "enter", *"pepe"):
            app.post_message(events.Key(key, key if len(key) == 1 else ":" if key == "colon" else None))
        await until(lambda: "/ pepe" in shown(app))
        assert app.pane.state.view == "heat", "after view, view previous and view map"


async def test_it_chooses_scrolls_closes_and_swallows_letters(source: FakeSource) -> None:
    app = make_app(source)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: app.pane.view is not None)
        await pilot.press("question_mark", "colon", *"q:/", "ctrl+p")
        await until(lambda: ": q:/" in shown(app))
        assert [type(one) for one in app.screen.query(Overlay)] == [Palette]
        await pilot.press("enter")
        assert "nothing is called that" in shown(app)
        await pilot.press("ctrl+u")
        await press_at_once(pilot, *["down"] * 99)
        await press_at_once(pilot, *["up"] * 99)
        await pilot.press(*"theme")
        await until(lambda: "▸ theme" in shown(app))
        await pilot.press("escape")
        await until(lambda: app.focused is app.pane)
        await pilot.press("slash", "ctrl+p", "colon")
        await until(lambda: "/ :" in shown(app))


async def test_a_list_is_looked_at_from_a_pane(source: FakeSource) -> None:
    lists = {"watch": ("okx:BTC-USDT-SWAP",), "majors": ("okx:ETH-USDT-SWAP", "okx:BTC-USDT-SWAP")}
    app = make_app(source, lists=lists)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(lambda: app.source is not None)
        await pilot.press(":", *"list majors", "enter")
        await until(lambda: bool(app.table.display))
        assert app.watch_list.list_name == "majors"


async def test_layouts_are_kept_under_names_and_turned_to(view: View, tmp_path: Path) -> None:
    """One pane with the map is kept as `work`, two with the heat in another theme as `night`; and back to `work`."""
    source = FakeSource(dict.fromkeys(("okx:BTC-USDT-SWAP", "okx:ETH-USDT-SWAP"), view))
    app = make_app(source, layout="last", layout_folder=tmp_path)
    async with app.run_test(size=(150, 45)) as pilot:
        await until(lambda: app.pane.view is not None)
        await pilot.press(":", *"layout work", "enter")
        await until(lambda: "layout work, from now on" in shown(app))
        await pilot.press("2", "m", "T", ":", *"save layout as night", "enter")
        await until(lambda: "layout night, from now on" in shown(app))
        panes = app.desk.panes
        await pilot.press("tab", ":", *"layout work", "enter")
        await until(lambda: app.desk.count == 1)
        assert (app.pane.state.view, app.look.theme.name) == ("map", "dark")
        assert app.focused is app.pane
        assert not any(pane.is_attached for pane in panes)
        await until(lambda: "60,012" in text_of(app)[0])
        await pilot.press(":", *"layout night", "enter")
        await until(lambda: app.desk.count == 2)
        assert ([pane.state.view for pane in app.desk.panes], app.look.theme.name) == (["heat", "map"], "light")
        await pilot.press("u")
        assert app.desk.panes[1].state.usd, "the second pane had the keys when it was left"
        assert sorted(path.stem for path in tmp_path.glob("*.json")) == ["night", "work"]


async def test_a_demo_keeps_no_layout_and_offers_none(source: FakeSource) -> None:
    app = make_app(source)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(lambda: app.source is not None)
        await pilot.press(":", *"layout work")
        await pilot.pause()
        assert "nothing is called that" in shown(app)
