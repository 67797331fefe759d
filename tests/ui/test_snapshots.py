"""Pictures of the screen, kept as text in `pictures/`: sizes, states, colours. A change is looked at before it is
taken: run once with LIQTUI_TAKE_PICTURES=1, then read the difference.

A picture is the characters of each line, then for each line a checksum of its colours.
"""

import os
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from liqtui.events import FeedState
from liqtui.view import Absent, BackfillView, View

from .conftest import make_app, press_at_once, text_of, until
from .factory import ETH, HOUR, NOW, PERPETUAL, QUARTERLY, SECOND, WEEKLY, FakeSource, health
from .venue_scene import SUM, VenueSource, summed_view

PICTURES = Path(__file__).parent / "pictures"
NAME = "okx:BTC-USDT-SWAP"


def source_in(state: str, view: View) -> FakeSource:
    """A source in one of the states a trader meets."""
    if state == "empty":
        backfill = BackfillView(43, 120, "1H", False, "", NOW - 3 * HOUR)
        return FakeSource({}, status=health(NOW, FeedState.CONNECTING, backfill=backfill))
    source = FakeSource({NAME: view})
    if state == "stale":
        source.now_ns += 40 * SECOND
        source.views[NAME] = replace(view, health=health(NOW, FeedState.STALE))
    if state == "disconnected":
        source.now_ns += 5 * SECOND
        source.views[NAME] = replace(view, health=health(NOW, FeedState.REFUSED, "connection reset"))
    return source


async def picture(
    source: FakeSource, size: tuple[int, int], state: str, keys: tuple[str, ...] = (), **options: object
) -> str:
    """The screen once it has settled in a state, and `keys` were pressed."""
    app = make_app(source, **options)
    async with app.run_test(size=size) as pilot:
        wanted = "history" if state == "empty" else "60,012"
        await until(lambda: any(wanted in line for line in text_of(app)))
        await until(lambda: "help" in text_of(app)[-1] or size[0] < 80)
        if state == "paused":
            await pilot.press("space")
            await press_at_once(pilot, "left", 14)
        await pilot.press(*keys)
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
    sums = [zlib.crc32("|".join(f"{len(s.text)}{s.style}" for s in strip).encode()) for strip in strips]
    return "\n".join([*(strip.text for strip in strips), "", *(f"{n:08x}" for n in sums), ""])


def compare(name: str, taken: str) -> None:
    kept = PICTURES / f"{name}.txt"
    if os.environ.get("LIQTUI_TAKE_PICTURES"):
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(taken, "utf-8")
    assert taken == kept.read_text("utf-8")


@pytest.mark.parametrize("size", [(150, 45), (100, 30), (80, 24), (40, 12)], ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("state", ["live", "stale", "empty", "paused", "disconnected"])
async def test_picture(view: View, state: str, size: tuple[int, int]) -> None:
    compare(f"{state}-{size[0]}x{size[1]}", await picture(source_in(state, view), size, state))


@pytest.mark.parametrize(("theme", "color"), [
    ("light", "truecolor"), ("blue-orange", "256"), ("dark", "256"), ("dark", "16"), ("dark", "mono")])
async def test_picture_in_other_colours(view: View, theme: str, color: str) -> None:
    source = source_in("live", view)
    compare(f"{theme}-{color}", await picture(source, (100, 30), "live", theme=theme, color=color))


async def test_picture_in_ascii(view: View) -> None:
    taken = await picture(source_in("paused", view), (100, 30), "paused", environ={"LANG": "C", "TERM": "linux"},
                          color="auto")
    assert taken.isascii()
    compare("ascii", taken)


@pytest.mark.parametrize("size", [(150, 45), (100, 30), (80, 24)], ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("panes", [2, 4])
async def test_picture_of_panes(view: View, panes: int, size: tuple[int, int]) -> None:
    compare(f"panes{panes}-{size[0]}x{size[1]}", await picture_of_panes(view, size, panes, "tab"))


async def test_picture_of_one_of_four_shown_full(view: View) -> None:
    compare("panes4-full", await picture_of_panes(view, (100, 30), 4, "tab", "z"))


async def test_picture_of_linked_cursors(view: View) -> None:
    compare("panes2-linked", await picture_of_panes(view, (100, 30), 2, "left", "left", "left", "tab", "y", "escape",
                                                    "h", "h", "h", "h", "h", "h"))


async def picture_of_panes(view: View, size: tuple[int, int], panes: int, *keys: str) -> str:
    shown = (PERPETUAL, ETH, WEEKLY, QUARTERLY)
    source = FakeSource({i.name: replace(view, instrument=i) for i in shown})
    return await picture(source, size, "live", keys, panes=panes, instruments=tuple(i.name for i in shown))


@pytest.mark.parametrize(("size", "color"), [
    ((150, 45), "truecolor"), ((100, 30), "256"), ((80, 24), "truecolor"), ((80, 24), "mono"), ((40, 12), "256"),
], ids=lambda value: value if isinstance(value, str) else f"{value[0]}x{value[1]}")
async def test_picture_of_a_sum_by_venue(view: View, size: tuple[int, int], color: str) -> None:
    """Bybit fell silent, and Gate refuses."""
    source = VenueSource(view)
    stale = {"bybit": {"state": "stale", "age_ns": 222 * SECOND, "weight": 0.62}}
    source.views[SUM.name] = summed_view(view, stale, (Absent("gate", "refused", "HTTP 451", NOW + 45 * SECOND),))
    taken = await picture(source, size, "live", ("o",) * 5, instruments=(SUM.name,), color=color)
    compare(f"sum-{size[0]}x{size[1]}-{color}", taken)
