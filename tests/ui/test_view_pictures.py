"""Pictures of the views, kept as text in `pictures/views/`: every view at every size, in every state, at every depth of
colour. A change is looked at before it is taken: LIQTUI_TAKE_PICTURES=1, then read the difference."""

import os
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from liqtui.events import FeedState
from liqtui.ui.colour import Depth
from liqtui.ui.look import Look
from liqtui.ui.paint.header import Moment
from liqtui.ui.paint.pane import Painter
from liqtui.ui.state import VIEWS, PaneState
from liqtui.ui.theme import load_theme, shipped_folder
from liqtui.view import View

from .factory import HOUR, NOW, PEPE, SECOND, Market, health, instrument
from .view_scene import SIZES, look_at, named, with_cascade, with_history

PICTURES = Path(__file__).parent / "pictures" / "views"
NEW = VIEWS[1:]
"""The map has its own pictures, of the whole screen."""
SMALL = (80, 23)


@pytest.fixture(scope="module")
def whole(view: View) -> View:
    """A View with everything the views show."""
    return with_history(with_cascade(view, 0.6, 0.35))


def picture(view: View, look: Look, size: tuple[int, int], moment: Moment, state: PaneState) -> str:
    """The characters of each line, then for each line a checksum of its colours."""
    rows = [look.out(row) for row in Painter().paint(view, state, size, look, moment, 0).rows()]
    sums = [zlib.crc32("|".join(f"{len(text)}{pen}" for text, pen in row).encode()) for row in rows]
    lines = ["".join(text for text, _ in row).rstrip() for row in rows]
    return "\n".join([*lines, "", *(f"{n:08x}" for n in sums), ""])


def compare(name: str, taken: str) -> None:
    kept = PICTURES / f"{name}.txt"
    if os.environ.get("LIQTUI_TAKE_PICTURES"):
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(taken, "utf-8")
    assert taken == kept.read_text("utf-8")


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1] + 1}")
@pytest.mark.parametrize("name", NEW)
def test_live(whole: View, look: Look, name: str, size: tuple[int, int]) -> None:
    state = PaneState("x", view=name, cursor=59_000.0)
    compare(f"{name}-{size[0]}x{size[1] + 1}", picture(whole, look, size, Moment(NOW, "live"), state))


@pytest.mark.parametrize("state", ["stale", "disconnected", "empty", "paused", "replay"])
@pytest.mark.parametrize("name", NEW)
def test_states(whole: View, look: Look, name: str, state: str) -> None:
    view, moment = whole, Moment(NOW, "live")
    match state:
        case "stale":
            view, moment = replace(whole, health=health(NOW, FeedState.STALE)), Moment(NOW + 40 * SECOND, "live")
        case "disconnected":
            view = replace(whole, health=health(NOW, FeedState.REFUSED, "connection reset"))
        case "empty":
            view = named(whole, "empty")
        case "paused":
            moment = Moment(NOW + 12 * SECOND, "live", paused_since_ns=NOW)
        case "replay":
            moment = Moment(NOW, "replay", "2025-05-22 10:00:00 ▸ ×4 50 %")
    chosen = PaneState("x", view=name, usd=state == "paused", overlay="cumulative", frozen=state == "paused")
    compare(f"{name}-{state}", picture(view, look, SMALL, moment, chosen))


@pytest.mark.parametrize("depth", [Depth.ANSI256, Depth.ANSI16, Depth.MONO])
@pytest.mark.parametrize("name", NEW)
def test_depths(whole: View, name: str, depth: Depth) -> None:
    state = PaneState("x", view=name, cursor=59_000.0, span="4h")
    compare(f"{name}-{depth}", picture(whole, look_at(depth), SMALL, Moment(NOW, "live"), state))


@pytest.mark.parametrize("name", NEW)
def test_ascii(whole: View, name: str) -> None:
    taken = picture(whole, look_at(Depth.ANSI16, ascii_only=True), SMALL, Moment(NOW, "live"),
                    PaneState("x", view=name, cursor=59_000.0, overlay="cumulative"))
    assert taken.isascii()
    assert "?" not in taken
    compare(f"{name}-ascii", taken)


@pytest.mark.parametrize("name", NEW)
def test_the_light_theme_and_the_other_pair(whole: View, name: str) -> None:
    look = Look(load_theme(shipped_folder() / "light.toml"), Depth.TRUECOLOR, other_pair=True)
    compare(f"{name}-light", picture(whole, look, SMALL, Moment(NOW, "live"), PaneState("x", view=name)))


@pytest.mark.parametrize("lacking", ["no book", "no open interest", "no history", "empty"])
@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("size", SIZES)
def test_nothing_that_may_be_missing_is_missed(
    whole: View, look: Look, name: str, lacking: str, size: tuple[int, int]
) -> None:
    view = named(whole, lacking)
    for state in (PaneState("x", view=name), PaneState("x", view=name, cursor=59_000.0, usd=True, overlay="book")):
        grid = Painter().paint(view, state, size, look, Moment(NOW, "live"), 0)
        assert {len(line) for line in grid.strings()} == {size[0]}


@pytest.fixture(scope="module")
def odd() -> tuple[View, View]:
    """A coin of a hundred-thousandth of a dollar, and an inverse contract."""
    tiny = Market(minutes=40, price=1.2345678e-5).view(30)
    inverse = Market(minutes=40).view(30)
    return (
        with_history(with_cascade(replace(tiny, instrument=PEPE))),
        with_history(with_cascade(replace(inverse, instrument=instrument("BTC-USD-SWAP", inverse=True)))),
    )


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("usd", [False, True])
def test_prices_of_twelve_cells_and_sizes_in_dollars_leave_room_for_a_picture(
    odd: tuple[View, View], look: Look, name: str, usd: bool
) -> None:
    for view in odd:
        for size in SIZES:
            state = PaneState("x", view=name, usd=usd)
            lines = Painter().paint(view, state, size, look, Moment(NOW, "live"), 0).strings()
            assert {len(line) for line in lines} == {size[0]}
            assert any(c in "█▀▄▌" for line in lines for c in line[: size[0] - 35 * (size[0] >= 100)])


@pytest.mark.parametrize("name", VIEWS)
def test_every_span_zoom_and_leverage_paints(whole: View, look: Look, name: str) -> None:
    painter, state = Painter(), PaneState("x", view=name, cursor=59_000.0)
    for span in ("1h", "24h", "7d", "30d"):
        for zoom in (1, 6, 40):
            for leverage in (0, 1, 3, 4, 20):
                state.span, state.zoom, state.leverage = span, zoom, leverage
                painter.paint(whole, state, SMALL, look, Moment(NOW + HOUR, "live"), 0)


@pytest.mark.parametrize("name", VIEWS)
def test_a_sum_without_ladder_history_or_cascade_paints(whole: View, look: Look, name: str) -> None:
    summed = replace(whole, ladder=None, history=None, cascade=None, instrument=instrument("BTC-USDT", venue="all"))
    for size in SIZES:
        lines = Painter().paint(summed, PaneState("x", view=name), size, look, Moment(NOW, "live"), 0).strings()
        assert {len(line) for line in lines} == {size[0]}
