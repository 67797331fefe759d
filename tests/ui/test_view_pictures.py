"""Views beyond the matrix: in ASCII and on a light ground, with what may be lacking, of odd coins, at every zoom."""

from dataclasses import replace

import pytest

from liqtui.ui.colour import Depth
from liqtui.ui.look import Look
from liqtui.ui.paint.header import Moment
from liqtui.ui.paint.pane import Painter
from liqtui.ui.state import VIEWS, PaneState
from liqtui.ui.theme import load_theme, shipped_folder
from liqtui.view import View

from .factory import HOUR, NOW, PEPE, Market, instrument
from .gallery import compare, written
from .view_scene import SIZES, look_at, named, with_cascade, with_history

NEW = VIEWS[1:]
"""The map has its own pictures of these, of the whole screen."""
SMALL = (80, 23)


@pytest.fixture(scope="module")
def whole(view: View) -> View:
    """A View with everything the views show."""
    return with_history(with_cascade(view, 0.6, 0.35))


def picture(view: View, look: Look, state: PaneState) -> str:
    rows = [look.out(row) for row in Painter().paint(view, state, SMALL, look, Moment(NOW, "live"), 0).rows()]
    return written(("".join(text for text, _ in row).rstrip() for row in rows), rows)


@pytest.mark.parametrize("name", NEW)
def test_ascii(whole: View, name: str) -> None:
    taken = picture(whole, look_at(Depth.ANSI16, ascii_only=True),
                    PaneState("x", view=name, cursor=59_000.0, overlay="cumulative"))
    assert taken.isascii()
    assert "?" not in taken
    compare(f"views/{name}-ascii", taken)


@pytest.mark.parametrize("name", NEW)
def test_the_light_theme_and_the_other_pair(whole: View, name: str) -> None:
    look = Look(load_theme(shipped_folder() / "light.toml"), Depth.TRUECOLOR, other_pair=True)
    compare(f"views/{name}-light", picture(whole, look, PaneState("x", view=name)))


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
