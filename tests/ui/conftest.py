"""What the screen's tests share: one market, its View, and an application that has it on the screen."""

import asyncio
from collections.abc import Callable

import pytest
from textual import events
from textual.pilot import Pilot

from liqtui.ui.app import LiqtuiApp
from liqtui.ui.colour import Depth
from liqtui.ui.look import Look
from liqtui.ui.options import UiOptions
from liqtui.ui.theme import load_theme, shipped_folder
from liqtui.view import View

from .factory import FakeSource, Market


@pytest.fixture(scope="session")
def market() -> Market:
    return Market()


@pytest.fixture(scope="session")
def view(market: Market) -> View:
    return market.view()


@pytest.fixture(scope="session")
def look() -> Look:
    return Look(load_theme(shipped_folder() / "dark.toml"), Depth.TRUECOLOR)


@pytest.fixture
def source(view: View) -> FakeSource:
    return FakeSource({"okx:BTC-USDT-SWAP": view})


def make_app(source: FakeSource, tmp_path_factory: object = None, **options: object) -> LiqtuiApp:
    """An application on `source`, whose eased scales see no time pass."""
    given = {"instruments": ("okx:BTC-USDT-SWAP", "okx:ETH-USDT-SWAP"), "color": "truecolor", "kind": source.kind,
             "environ": {"TERM": "xterm"}, "theme_folder": shipped_folder()} | options
    return LiqtuiApp(lambda: source, UiOptions(**given), tick_ns=lambda: 0)  # type: ignore[arg-type]


async def until(true: Callable[[], bool], patience: float = 15.0) -> None:
    """Wait for something other threads or messages bring about."""
    for _ in range(int(patience / 0.01)):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came true")


async def settle(pilot: Pilot[None]) -> None:
    """Wait until all that was pressed is done, laid out and painted: on what there is left to do, and not on a clock or
    on how busy the process is, as `pilot.pause` does. Another round brings nothing else."""
    app, before = pilot.app, None
    for _ in range(100):
        await pilot._wait_for_screen()  # every widget has handled what had come
        app.screen._on_timer_update()
        now = [list(strip) for strip in app.screen._compositor.render_strips()]
        if now == before:
            return
        before = now
    raise AssertionError("it never comes to rest")


async def press_at_once(pilot: Pilot[None], *keys: str) -> None:
    """All of them in one burst, without waiting for the screen in between as `pilot.press` does (50 ms for each)."""
    for key in keys:
        pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
    await settle(pilot)


def text_of(app: LiqtuiApp) -> list[str]:
    """What the screen shows, line by line."""
    return [strip.text for strip in app.screen._compositor.render_strips()]
