"""Pictures of whole screens beyond the matrix: other themes, ASCII, nothing there yet, panes, a sum by venue."""

from dataclasses import replace

import pytest

from liqtui.events import FeedState
from liqtui.view import Absent, BackfillView, View

from .conftest import make_app, press_at_once, until
from .factory import ETH, HOUR, NOW, PERPETUAL, QUARTERLY, SECOND, WEEKLY, FakeSource, health
from .gallery import compare, photograph
from .venue_scene import SUM, VenueSource, summed_view


async def picture(source: FakeSource, size: tuple[int, int], keys: tuple[str, ...] = (), **options: object) -> str:
    """The screen once `keys` were pressed."""
    app = make_app(source, **options)
    async with app.run_test(size=size) as pilot:
        await until(lambda: app.source is not None)
        await press_at_once(pilot, *keys)
        return await photograph(pilot)


@pytest.mark.parametrize(("theme", "color"), [("light", "truecolor"), ("blue-orange", "256")])
async def test_picture_in_other_colours(source: FakeSource, theme: str, color: str) -> None:
    compare(f"{theme}-{color}", await picture(source, (100, 30), theme=theme, color=color))


@pytest.mark.parametrize("size", [(150, 45), (80, 24), (40, 12)], ids=lambda s: f"{s[0]}x{s[1]}")
async def test_picture_before_there_is_a_view(size: tuple[int, int]) -> None:
    loading = BackfillView(43, 120, "1H", False, "", NOW - 3 * HOUR)
    source = FakeSource({}, status=health(NOW, FeedState.CONNECTING, backfill=loading))
    compare(f"waiting-{size[0]}x{size[1]}", await picture(source, size))


async def test_picture_in_ascii(source: FakeSource) -> None:
    taken = await picture(source, (100, 30), ("space", *("left",) * 14), environ={"LANG": "C", "TERM": "linux"},
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
    return await picture(source, size, keys, panes=panes, instruments=tuple(i.name for i in shown))


@pytest.mark.parametrize(("size", "color"), [
    ((150, 45), "truecolor"), ((100, 30), "256"), ((80, 24), "truecolor"), ((80, 24), "mono"), ((40, 12), "256"),
], ids=lambda value: value if isinstance(value, str) else f"{value[0]}x{value[1]}")
async def test_picture_of_a_sum_by_venue(view: View, size: tuple[int, int], color: str) -> None:
    """Bybit fell silent, and Gate refuses."""
    source = VenueSource(view)
    stale = {"bybit": {"state": "stale", "age_ns": 222 * SECOND, "weight": 0.62}}
    source.views[SUM.name] = summed_view(view, stale, (Absent("gate", "refused", "HTTP 451", NOW + 45 * SECOND),))
    taken = await picture(source, size, ("o",) * 5, instruments=(SUM.name,), color=color)
    compare(f"sum-{size[0]}x{size[1]}-{color}", taken)
