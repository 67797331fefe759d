"""The ladder view: its rows are the map, its columns say what they are."""

from dataclasses import replace

import numpy as np
import pytest
from msgspec import structs
from rich.cells import cell_len

from liqtui.ui.colour import Depth
from liqtui.ui.look import Look
from liqtui.ui.paint.grid import Grid
from liqtui.ui.paint.ladder import depth_of, growth_words, plan, row_digits
from liqtui.ui.paint.pane import Painter
from liqtui.ui.paint.scale import Scale
from liqtui.ui.paint.scene import lay_out
from liqtui.ui.state import PaneState
from liqtui.view import BookView, View

from .factory import HOUR, NOW
from .view_scene import (
    BINS,
    FIRST,
    MARK,
    SIZES,
    WIDTH,
    bin_of,
    body_of,
    grid_of,
    lines_of,
    look_at,
    named,
    shot,
    standing,
)

FLAT = (MARK, MARK, MARK)


def row_of(grid: Grid, price: str) -> int:
    return next(y for y, line in enumerate(grid.strings()) if f" {price} " in line[20:60])


def test_the_book_is_told_to_half_a_cell(look: Look) -> None:
    """Orders come and go: 40.0 and 40.3 coins of 50 are one picture, in which a row with hardly any has something."""
    def drawn(coins: float) -> str:
        book = np.full(BINS, coins / 40, np.float32)
        view = replace(standing({58_000.0: 80.0}, {}), book=BookView(FIRST, book, book * 0))
        grid = grid_of(view, look, view="ladder")
        return "".join(grid.strings()[5])

    assert drawn(40.0) == drawn(40.3)
    assert drawn(40.0) != drawn(30.0)


def test_the_rows_add_up_to_the_map(view: View, look: Look) -> None:
    """In dollars at the mark: what the figures of the long rows say is the map below the mark, as far as it is seen."""
    painter = Painter()
    lines = grid_of(view, look, painter=painter, view="ladder", usd=True).strings()
    shown, units = painter.shown, {"M": 1e6, "k": 1e3, "B": 1e9}
    assert shown is not None
    assert view.map is not None
    told = 0.0
    for line in lines[3:-3]:
        left = line[2 : line.index(",") - 2].strip(" │█▏▎▍▌▋▊▉╌▸")
        if left.startswith("$"):
            told += float(left[1:-1]) * units[left[-1]]
    first = shown.scale.first * shown.scale.bins - view.map.first_bin
    longs = view.map.mass[0, :, first : first + shown.scale.cells * shown.scale.bins].sum(dtype=np.float64)
    assert told == pytest.approx(longs * shown.mark, rel=0.02), "each is rounded to two figures"


def test_longs_stand_left_of_the_price_and_shorts_right(look: Look) -> None:
    grid = grid_of(standing({59_000.0: 80.0}, {61_000.0: 40.0}), look, view="ladder")
    short, long = (line for line in grid.strings() if "█" in line[:112])
    assert short.index("60,931") < short.index(" 50 ") < short.index("█"), "40 at 61,000 are half of 80 at 59,000"
    assert long.index("█") < long.index("100") < long.index("58,953")


def test_growth_is_against_what_stood_a_span_ago(look: Look) -> None:
    """80 units now where 64 were twelve hours ago: a quarter more; 4 hours ago there were 100."""
    shots = (
        shot(NOW - 13 * HOUR, {59_000.0: 9.0}, FLAT), shot(NOW - 12 * HOUR - 1, {59_000.0: 64.0}, FLAT),
        shot(NOW - 4 * HOUR, {59_000.0: 100.0}, FLAT),
    )
    view = standing({59_000.0: 80.0}, {}, shots)
    assert "▲25" in body_of(view, look, view="ladder")
    assert "Δ 12h" in body_of(view, look, view="ladder")
    assert "▼20" in body_of(view, look, view="ladder", span="4h")
    day = body_of(view, look, view="ladder", span="24h")
    assert "▲" not in day.replace("▲ shorts", "").replace("▲ +1.24", "").replace("▲0.8", "")
    assert "╱╱╱╱╱╱" in day, "history does not reach back a day"


@pytest.mark.parametrize(("now", "before", "words"), [
    (80.0, 64.0, "▲25"), (64.0, 80.0, "▼20"), (80.0, 80.1, "━ 0"), (5.0, 0.0, "new"), (0.0, 5.0, "gone"),
    (100.0, 1.0, "new"),
])
def test_growth_in_words(now: float, before: float, words: str) -> None:
    assert growth_words(now, before) == words


def test_the_book_beyond_what_is_seen_is_hatched(look: Look) -> None:
    """Depth within 2 % of the mark; a row further out is unknown, not empty."""
    near = np.abs(np.arange(BINS) - bin_of(MARK)) < 0.02 / WIDTH
    rests = np.where(near, 5.0, 0).astype(np.float32)
    below = np.arange(BINS) < bin_of(MARK)
    book = BookView(FIRST, np.where(below, rests, 0).astype(np.float32), np.where(below, 0, rests).astype(np.float32))
    view = replace(standing({59_000.0: 80.0}, {}), book=book)
    scale = Scale(FIRST // 6, BINS // 6, 6, WIDTH)
    depth = depth_of(view, scale)
    assert depth is not None
    assert depth[scale.column(MARK * 1.01)] == pytest.approx(30.0)
    assert np.isnan(depth[scale.column(MARK * 1.05)])
    grid = grid_of(view, look, view="ladder")
    x = grid.strings()[2].index("book")
    assert grid.strings()[3][x] == "╱"
    assert grid.strings()[row_of(grid, "59,844")][x] == "█"


def test_without_a_book_its_column_is_hatched(view: View, look: Look) -> None:
    grid = grid_of(named(view, "no book"), look, view="ladder")
    x = grid.strings()[2].index("book")
    assert all(grid.strings()[y][x] in "╱─" for y in range(3, 40))


def test_the_marks_row_says_the_mark(view: View, look: Look) -> None:
    lines = lines_of(view, look, view="ladder")
    assert sum("▸60,012◂" in line for line in lines) == 1


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("overlay", ["", "cumulative", "realized", "book"])
def test_every_size_has_prices_between_longs_and_shorts(
    view: View, look: Look, size: tuple[int, int], overlay: str
) -> None:
    lines = lines_of(view, look, size, view="ladder", overlay=overlay, cursor=59_500.0)
    assert (len(lines), {len(line) for line in lines}) == (size[1], {size[0]})
    head = next(line for line in lines if "longs" in line and "price" in line)
    assert head.index("longs") < head.index("price") < head.index("shorts") < head.index("book")


def test_bars_to_the_left_end_in_eighths_where_colours_allow_it() -> None:
    """An eighth short of a cell is a block's rest: a left part in the ground's colour on the bar's."""
    view = standing({59_000.0: 80.0, 58_500.0: 38.0}, {})
    for depth, partial in ((Depth.TRUECOLOR, "▏▎▍▌▋▊▉"), (Depth.ANSI16, "▐")):
        look = look_at(depth)
        grid = grid_of(view, look, view="ladder")
        line = next(y for y, text in enumerate(grid.strings()) if " 48 " in text)
        x = grid.strings()[line].index("█") - 1
        assert grid.strings()[line][x] in partial
        if depth is Depth.TRUECOLOR:
            assert grid.fg[line, x] == look.background
            assert grid.bg[line, x] in look.long_ladder


def test_rows_are_told_apart_by_their_prices() -> None:
    assert row_digits(Scale(0, 10, 6, 0.0005), 60_000.0) == 0
    assert row_digits(Scale(0, 10, 6, 0.0005), 3.0) == 4
    assert row_digits(Scale(0, 10, 1, 0.0005), 1.2e-5) == 10


def test_the_columns_fit_the_body_at_every_width() -> None:
    for width in range(40, 260):
        layout = lay_out(width, 40)
        place = plan(layout, 9)
        assert place.volume + place.flow <= layout.box - layout.framed
        assert place.bar >= 6


def test_the_unit_of_a_coin_with_wide_signs_ends_with_its_column(view: View, look: Look) -> None:
    ox = replace(view, instrument=structs.replace(view.instrument, base="牛来"))
    for width in range(100, 150):
        lines = [grid_of(one, look, (width, 40), view="ladder").strings()[-3] for one in (ox, view)]
        assert len({cell_len(line.partition("│╭")[0].partition("││")[0]) for line in lines}) == 1, lines


def test_overlays_that_are_columns_are_not_laid_over(view: View) -> None:
    state = PaneState("x", view="ladder", overlay="book")
    assert state.laid_over == ""
    state.cycle_overlay(view)
    assert state.overlay == "cumulative"
    state.cycle_overlay(view)
    assert state.overlay == "realized"
