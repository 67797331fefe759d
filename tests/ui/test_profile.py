"""The layout comes back at the next start, and whatever is wrong with its file keeps nothing from starting."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from liqtui.ui.app import LiqtuiApp
from liqtui.ui.options import UiOptions
from liqtui.ui.profile import USUAL, Layout, LayoutFile, Profile, SavedPane
from liqtui.ui.run import run_app
from liqtui.ui.theme import shipped_folder
from liqtui.view import View

from .conftest import text_of, until
from .factory import ETH, PERPETUAL, QUARTERLY, WEEKLY, FakeSource
from .test_keys import running, shown

FOUR = tuple(instrument.name for instrument in (PERPETUAL, ETH, WEEKLY, QUARTERLY))
BTC, PEPE = FOUR[0], "okx:PEPE-USDT-SWAP"


@pytest.fixture
def four(view: View) -> FakeSource:
    return FakeSource({i.name: replace(view, instrument=i) for i in (PERPETUAL, ETH, WEEKLY, QUARTERLY)})


def options(folder: Path, **changes: object) -> UiOptions:
    return UiOptions(**{"layout": USUAL, "layout_folder": folder, "instruments": FOUR, **changes})  # type: ignore[arg-type]


def names(app: LiqtuiApp) -> list[str]:
    return [pane.state.name for pane in app.desk.shown]


def saved(*instruments: str, **changes: object) -> Layout:
    panes = tuple(SavedPane(instrument=name) for name in instruments)
    given = {"configured_theme": "dark", "configured_instrument": BTC} | changes
    return Layout(panes=panes, **given)  # type: ignore[arg-type]


def begins(folder: Path, **changes: object) -> Layout:
    return Profile(options(folder, **changes)).layout


async def test_panes_and_what_each_shows_come_back(four: FakeSource, tmp_path: Path) -> None:
    kept: dict[str, Any] = {"layout": USUAL, "layout_folder": tmp_path, "instruments": FOUR}
    async with running(four, **kept) as (app, pilot):
        await until(lambda: "▲60,012" in shown(app))
        await pilot.press("4", "tab", "t", "o", "u", "tab", "g", "minus", "minus", "tab", "up", "T", "y")
        assert app.keep() == ""
        zoom = app.desk.panes[2].state.zoom
    async with running(four, **kept) as (app, pilot):
        await until(lambda: shown(app).count("● live") == 4)
        first, second, third, fourth = (pane.state for pane in app.desk.panes)
        assert names(app) == [FOUR[0], FOUR[1], FOUR[2], FOUR[2]]
        assert (second.span, second.overlay, second.usd) == ("24h", "cumulative", True)
        assert (third.leverage, third.zoom) == (1, zoom)
        assert first == replace(first, span="12h", usd=False, leverage=0, overlay="", linked=True)
        assert app.focused is app.desk.panes[3]
        assert fourth.linked
        assert app.look.theme.name == "light"


async def test_leaving_keeps_the_layout(four: FakeSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[LiqtuiApp] = []
    monkeypatch.setattr(LiqtuiApp, "run", lambda self, **_: left.append(self))
    assert run_app(lambda: four, options(tmp_path, panes=2)) == 0
    layout, trouble = LayoutFile(tmp_path, USUAL).load()
    assert trouble == ""
    assert layout is not None
    assert [pane.instrument for pane in layout.panes] == [BTC]
    assert layout.shown == 2


async def test_what_was_guessed_before_the_listing_is_not_kept(tmp_path: Path) -> None:
    unlisted = FakeSource({}, instruments=())
    async with running(unlisted, layout=USUAL, layout_folder=tmp_path, instruments=FOUR[:2], panes=4) as (app, pilot):
        await pilot.press("tab")
        app.keep()
    layout, _ = LayoutFile(tmp_path, USUAL).load()
    assert layout is not None
    assert (layout.shown, layout.focus, [pane.instrument for pane in layout.panes]) == (4, 1, [BTC])


def test_the_command_line_wins_over_the_layout(tmp_path: Path) -> None:
    LayoutFile(tmp_path, USUAL).save(saved(*FOUR, shown=4, focus=3, theme="light"))
    assert [p.instrument for p in begins(tmp_path).panes] == list(FOUR)
    named = begins(tmp_path, instruments=(PEPE,), named=True)
    assert [p.instrument for p in named.panes] == [PEPE, *FOUR[1:]]
    assert (named.shown, named.focus) == (4, 0)
    assert begins(tmp_path, panes=2).shown == 2
    assert Profile(options(tmp_path, theme_named="blue-orange")).theme_wanted == "blue-orange"
    assert Profile(options(tmp_path)).theme_wanted == "light"


def test_a_theme_that_is_gone_is_said_once(tmp_path: Path) -> None:
    LayoutFile(tmp_path, USUAL).save(saved(BTC, theme="mine"))
    for told in (True, False):
        app = LiqtuiApp(lambda: FakeSource({}), options(tmp_path, theme_folder=shipped_folder()))
        assert app.look.theme.name == "dark"
        assert any("no theme 'mine'" in words for words in app._troubles) is told
        app.keep()


def test_an_instrument_named_comes_with_the_pane_that_showed_it(tmp_path: Path) -> None:
    week = SavedPane(instrument=ETH.name, span="7d")
    LayoutFile(tmp_path, USUAL).save(Layout(
        panes=(SavedPane(instrument=BTC), week), shown=2, configured_theme="dark", configured_instrument=BTC))
    assert begins(tmp_path, instruments=(ETH.name,), named=True).panes == (week, SavedPane(instrument=BTC))


def test_what_the_configuration_says_since_is_the_later_choice(tmp_path: Path) -> None:
    LayoutFile(tmp_path, USUAL).save(saved(ETH.name, theme="light"))
    assert begins(tmp_path).panes[0].instrument == ETH.name
    assert begins(tmp_path, configured=PEPE).panes[0].instrument == PEPE
    assert Profile(options(tmp_path, theme="blue-orange")).theme_wanted == "blue-orange"


def test_a_new_name_begins_as_the_usual_layout_and_says_so(tmp_path: Path) -> None:
    LayoutFile(tmp_path, USUAL).save(saved(*FOUR, shown=4))
    LayoutFile(tmp_path, "swing").save(saved(PEPE))
    profile = Profile(options(tmp_path, layout="scalp"))
    assert profile.layout.shown == 4
    assert profile.trouble == "layout scalp is new (there are: swing); it is kept when you leave"
    assert profile.keep(profile.layout) == ""
    assert Profile(options(tmp_path, layout="scalp")).trouble == ""
    assert begins(tmp_path, layout="swing").panes[0].instrument == PEPE


@pytest.mark.parametrize("broken", [
    "", "{", "[]", '{"schema": "liqtui.layout/1", "panes": []}', '{"schema": "liqtui.layout/9", "panes": [{}]}',
    '{"panes": [{"instrument": "a b"}]}', '{"panes": [{"instrument": "BTC-USDT-SWAP", "leverage": -1}]}', " " * 70_000,
])
def test_a_broken_file_is_put_aside_and_said(tmp_path: Path, broken: str) -> None:
    file = tmp_path / "last.json"
    file.write_text(broken)
    profile = Profile(options(tmp_path))
    assert profile.layout == Layout(panes=(SavedPane(instrument=BTC),))
    assert profile.trouble.startswith(f"layout not read from {file}: ")
    assert profile.keep(profile.layout) == ""
    assert (tmp_path / "last.broken").read_text() == broken
    assert Profile(options(tmp_path)).trouble == ""


async def test_what_is_wrong_with_the_file_is_on_the_screen(four: FakeSource, tmp_path: Path) -> None:
    (tmp_path / "last.json").write_text("{")
    async with running(four, layout=USUAL, layout_folder=tmp_path) as (app, pilot):
        await until(lambda: "layout not read from" in text_of(app)[-2])
        await pilot.press("exclamation_mark")
        await pilot.pause()
        assert "it starts anew" in shown(app)


def test_what_this_version_does_not_know_is_as_usual() -> None:
    state = SavedPane(instrument=BTC, view="tomorrow", span="2y", overlay="moon").state()
    assert (state.view, state.span, state.overlay) == ("map", "12h", "")


def test_where_nothing_can_be_written_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    trouble = LayoutFile(tmp_path / "file", USUAL).save(saved(BTC))
    assert trouble == f"layout not kept in {tmp_path / 'file' / 'last.json'}: File exists"


def test_without_a_name_nothing_is_read_or_written(tmp_path: Path) -> None:
    LayoutFile(tmp_path, USUAL).save(saved(*FOUR, shown=4))
    before = (tmp_path / "last.json").read_bytes()
    profile = Profile(options(tmp_path, layout=None))
    assert profile.layout.shown == 1
    profile.keep(profile.layout)
    assert (tmp_path / "last.json").read_bytes() == before
