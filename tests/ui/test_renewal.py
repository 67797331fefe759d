"""Configuration and themes that change while the screen is open; keys that two want."""

import argparse
import os
from dataclasses import replace
from pathlib import Path

from liqtui.alerts.rule import parse_alert
from liqtui.cli.screen import ui_options
from liqtui.config import load
from liqtui.ui.app import LiqtuiApp
from liqtui.ui.keys import conflicts
from liqtui.ui.options import UiOptions
from liqtui.ui.profile import Profile
from liqtui.ui.renewal import Renewal
from liqtui.ui.theme import shipped_folder
from liqtui.ui.wardrobe import Wardrobe

from .conftest import text_of, until
from .factory import FakeSource

OPTIONS = UiOptions(environ={"TERM": "xterm"}, color="truecolor")


def touch(file: Path, text: str) -> None:
    """Written with a time of its own, however quick the test is."""
    file.write_text(text)
    os.utime(file, ns=(file.stat().st_atime_ns, file.stat().st_mtime_ns + 10**7))


def test_only_a_change_is_read_and_what_is_wrong_with_it_is_said(tmp_path: Path) -> None:
    file, themes = tmp_path / "config.toml", tmp_path / "themes"
    themes.mkdir()
    file.write_text("")
    reads: list[str] = []

    def read() -> tuple[UiOptions, tuple[str, ...]]:
        reads.append(file.read_text())
        return replace(OPTIONS, theme="light"), ("config.toml:1: unknown key",)

    renewal = Renewal(replace(OPTIONS, config_file=file, theme_folder=themes, renew=read))
    assert renewal.look() is None
    touch(file, "theme = 'light'")
    renewed = renewal.look()
    assert renewed is not None
    assert (renewed.options.theme, renewed.troubles) == ("light", ("config.toml:1: unknown key",))
    assert renewal.look() is None
    touch(themes / "mine.toml", "broken =")
    renewed = renewal.look()
    assert renewed is not None
    assert any("mine.toml" in told for told in renewed.troubles)
    (themes / "mine.toml").unlink()
    assert renewal.look() is not None, "a file that went is a change"
    assert len(reads) == 3


def test_a_watch_list_of_names_that_are_none_leaves_the_screen_as_it_was_and_is_said(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('theme = "light"')
    args = argparse.Namespace(config=str(file), color=None, fps=None, layout=None, theme=None)
    options = replace(ui_options(load(str(file)), args, [], "demo"), theme_folder=shipped_folder())
    renewal = Renewal(options)
    touch(file, 'theme = "dark"\nwatch = ["nowhere:BTC-USDT"]')
    renewed = renewal.look()
    assert renewed is not None
    assert renewed.options is options
    assert any("no venue 'nowhere'" in told for told in renewed.troubles)
    touch(file, 'theme = "dark"\nwatch = ["okx:BTC-USDT-SWAP"]')
    mended = renewal.look()
    assert mended is not None
    assert (mended.options.theme, mended.troubles) == ("dark", ())


async def test_theme_keys_and_alerts_change_on_the_open_screen(source: FakeSource, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("")
    changed = replace(
        OPTIONS, theme="light", keys={"pause": "P"}, alerts=(parse_alert("stale 15"),), theme_folder=shipped_folder()
    )
    options = replace(
        OPTIONS, theme_folder=shipped_folder(), config_file=file, renew=lambda: (changed, ()),
        instruments=("okx:BTC-USDT-SWAP",),
    )
    app = LiqtuiApp(lambda: source, options, tick_ns=lambda: 0)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(lambda: app.source is not None)
        assert app.look.theme.name == "dark"
        touch(file, "changed")
        await until(lambda: app.look.theme.name == "light")
        assert "read anew" in "\n".join(text_of(app))
        await pilot.press("P")
        await until(lambda: app.pane.state.paused is not None)
        await pilot.press("a")
        await until(lambda: "stale 15" in "\n".join(text_of(app)))


def test_a_theme_whose_file_went_while_the_palette_offered_it_is_the_default() -> None:
    options = replace(OPTIONS, theme_folder=shipped_folder(), theme="light")
    wardrobe = Wardrobe(options, Profile(options))
    wardrobe.wear("gone")
    assert wardrobe.look.theme.name == "dark"


def test_a_key_that_two_want_is_named_with_both() -> None:
    assert conflicts({}) == [], "as built in, no key is bound twice"
    assert conflicts({"pause": "u"}) == ["[keys] u is wanted by unit and by pause: one of them has no key"]
    assert conflicts({"pause": "?"}) == ["[keys] ? is wanted by pause and by help: one of them has no key"]
    assert conflicts({"pause": "u", "unit": "space"}) == [], "two that change places"


async def test_and_said_at_the_start(source: FakeSource) -> None:
    options = replace(OPTIONS, keys={"pause": "u"}, theme_folder=shipped_folder())
    app = LiqtuiApp(lambda: source, options, tick_ns=lambda: 0)
    async with app.run_test(size=(100, 30)):
        await until(lambda: "u is wanted by unit and by pause" in "\n".join(text_of(app)))
