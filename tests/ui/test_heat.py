"""The heat view: what stands where, and that the picture stands still."""

from dataclasses import replace

import numpy as np
import pytest

from liqtui.events import Side
from liqtui.ui.colour import Depth
from liqtui.ui.look import Look
from liqtui.ui.paint.candles import Chart
from liqtui.ui.paint.grid import Grid
from liqtui.ui.paint.header import Moment
from liqtui.ui.paint.heat import fit_candles
from liqtui.ui.paint.pane import Painter
from liqtui.ui.paint.waterfall import Frame
from liqtui.ui.state import SPANS, PaneState
from liqtui.view import Figure, Liquidated, Snapshot, View

from .factory import HOUR, MINUTE, NOW, SECOND
from .view_scene import MARK, SIZES, body_of, grid_of, lines_of, look_at, shot, standing

FLAT = (MARK, MARK, MARK)


def row_at(grid: Grid, price: str) -> int:
    return next(y for y, line in enumerate(grid.strings()) if line[2:].lstrip(" ▸").startswith(price))


def test_the_row_of_a_price_at_the_column_of_a_time_shows_what_the_snapshot_had_there() -> None:
    """80 units stood at 59,000 until two hours ago, and nothing at 61,000 until then."""
    old = [shot(NOW - n * 5 * MINUTE, {59_000.0: 80.0}, FLAT) for n in range(144, 23, -1)]
    new = [shot(NOW - n * 5 * MINUTE, {61_000.0: 80.0}, FLAT) for n in range(23, -1, -1)]
    look = look_at(Depth.TRUECOLOR)
    grid = grid_of(standing({}, {61_000.0: 80.0}, tuple(old + new)), look, view="heat")
    axis = grid.strings()[row_at(grid, "59,000")].index("┤")
    newest = grid.strings()[row_at(grid, "59,000")].index("│", axis + 1) - 1
    candle = 10 * MINUTE

    def heat(price: str, ago_ns: int) -> bool:
        """Whether the row has the brightest of the gradient so long ago."""
        cell = row_at(grid, price), newest - ago_ns // candle
        return look.heat[-1] in (grid.fg[cell], grid.bg[cell])

    assert heat("59,000", 6 * HOUR)
    assert heat("59,000", 3 * HOUR)
    assert not heat("59,000", HOUR)
    assert heat("61,000", HOUR)
    assert heat("61,000", 0), "the newest column is the map of now"
    assert not heat("61,000", 3 * HOUR)


def test_candles_open_where_the_last_closed_and_reach_as_far_as_the_mark_went() -> None:
    frame = Frame(10 * MINUTE, 3, NOW // (10 * MINUTE))
    shots = (
        shot(NOW - 15 * MINUTE, {}, (59_900, 60_100, 60_000)),
        shot(NOW - 5 * MINUTE, {}, (60_000, 60_400, 60_300)),
        shot(NOW, {}, (60_200, 60_500, 60_250)),
    )
    open_, high, low, close = Chart().candles(shots, frame, (NOW + MINUTE, 60_600.0))
    assert close.tolist() == [60_600, 60_250, 60_000]
    assert open_.tolist() == [60_250, 60_000, 60_000]
    assert (high[1], low[1]) == (60_500, 60_000)
    assert (high[0], low[0]) == (60_600, 60_250), "the running one, from the last close to the mark of now"


def test_history_by_the_hour_fills_the_candles_of_an_hour() -> None:
    """From 60,000 at nine to 60,600 at ten, in candles of twenty minutes: each has the hour's reach."""
    frame = Frame(20 * MINUTE, 4, NOW // (20 * MINUTE))
    shots = (shot(NOW - HOUR, {}, (59_800, 60_100, 60_000)), shot(NOW, {}, (59_900, 60_700, 60_600)))
    _, high, low, close = Chart().candles(shots, frame, (NOW + MINUTE, 60_600.0))
    assert close[1:].tolist() == pytest.approx([60_600, 60_400, 60_200])
    assert (high[1:] == 60_700).all()
    assert (low[1:] == 59_900).all()


def test_a_candle_is_green_where_the_mark_rose_and_red_where_it_fell(look: Look) -> None:
    shots = tuple(
        shot(NOW - n * 10 * MINUTE, {57_500.0: 9.0}, (MARK, MARK * 1.01, MARK * (1.01 if n % 2 else 1.0)))
        for n in range(60, -1, -1)
    )
    grid = grid_of(standing({57_500.0: 9.0}, {}, shots), look, view="heat")
    inks = {*grid.fg[:, 10:80].ravel().tolist(), *grid.bg[:, 10:80].ravel().tolist()}
    assert {look.long, look.short, look.faint} <= inks


def test_without_colours_a_candle_that_fell_is_broken() -> None:
    """Up to 61,000 three hours ago, and down to 59,000 since."""
    def moved(ago: int, price: float, before: float) -> Snapshot:
        return shot(NOW - ago * HOUR, {}, (min(price, before), max(price, before), price))

    steps = (moved(4, 60_000.0, 60_000.0), moved(3, 61_000.0, 60_000.0), moved(1, 59_000.0, 61_000.0))
    view = standing({}, {62_000.0: 80.0}, steps)
    text = "\n".join(grid_of(view, look_at(Depth.MONO), view="heat", span="4h").strings())
    assert text.count("┃") >= 2
    assert text.count("┇") >= 4


@pytest.mark.parametrize("span", list(SPANS))
def test_the_candles_of_a_span_are_of_a_usual_length_and_cover_it(span: str) -> None:
    for columns in (22, 40, 66, 86, 130):
        frame = fit_candles(SPANS[span], columns, NOW)
        assert frame.step_ns * columns >= SPANS[span]
        minutes = frame.step_ns // MINUTE
        assert minutes in (1, 2, 3, 5, 10, 15, 20, 30) or minutes % 60 == 0


def test_a_tick_moves_no_column_and_a_new_candle_moves_them_by_one(view: View) -> None:
    first = fit_candles(SPANS["12h"], 80, NOW)
    assert fit_candles(SPANS["12h"], 80, NOW + 9 * MINUTE) == first
    assert fit_candles(SPANS["12h"], 80, NOW + 10 * MINUTE).last == first.last + 1


def test_the_rows_stand_still_until_the_mark_leaves_the_middle_half(view: View, look: Look) -> None:
    """40 rows of 0.3 % are 12 %: its middle half ends 3 % from where the mark stood."""
    painter, state, rows = Painter(), PaneState("x", view="heat"), []
    assert view.figures.mark is not None
    for far in (0.0, 0.01, -0.02, 0.025, 0.04):
        moved = replace(view, figures=replace(view.figures, mark=Figure(view.figures.mark.value * (1 + far), NOW)))
        painter.paint(moved, state, (150, 44), look, Moment(NOW, "live"), 0)
        assert painter.shown is not None
        rows.append(painter.shown.scale.first)
    assert len(set(rows[:4])) == 1
    assert rows[4] > rows[0]


def test_a_liquidation_is_a_dot_at_its_price_and_time(look: Look) -> None:
    shots = tuple(shot(NOW - n * 10 * MINUTE, {57_500.0: 9.0}, FLAT) for n in range(100, -1, -1))
    event = Liquidated(NOW - 3 * HOUR - SECOND, Side.SHORT, 1.0, 6e4, 61_000.0, "okx")
    grid = grid_of(replace(standing({57_500.0: 9.0}, {}, shots), liquidations=(event,)), look, view="heat")
    y = row_at(grid, "61,000")
    two_hours_ago = grid.strings()[-3].index("−2h") + 1
    assert grid.strings()[y].index("●") == two_hours_ago - 7, "in the candle that ended three hours ago"
    assert grid.fg[y, grid.strings()[y].index("●")] == look.short


def test_what_has_no_history_is_hatched_and_says_so(look: Look) -> None:
    body = body_of(standing({59_000.0: 9.0}, {}), look, view="heat")
    assert "╱╱╱" in body
    assert "no history before this" in body


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("overlay", ["", "cumulative", "volume", "book", "realized"])
def test_the_map_of_now_stands_beside_it_at_every_size(
    view: View, look: Look, size: tuple[int, int], overlay: str
) -> None:
    lines = lines_of(view, look, size, view="heat", overlay=overlay, cursor=59_500.0)
    assert (len(lines), {len(line) for line in lines}) == (size[1], {size[0]})
    assert "▸60,012" in "".join(lines)
    assert "█" in "".join(lines)
    assert "now" in "".join(lines)


def test_the_cursor_is_a_row_and_reads_the_map(view: View, look: Look) -> None:
    lines = lines_of(view, look, view="heat", cursor=59_000.0)
    at = next(line for line in lines if "────────" in line and "58,9" in line)
    price = at[2:].split("┤")[0].strip(" │")
    assert f"cursor {price}" in lines[-1]


def test_a_picture_is_cheap_to_paint_again(view: View, look: Look) -> None:
    painter = Painter()
    first = grid_of(view, look, painter=painter, view="heat")
    assert grid_of(view, look, painter=painter, view="heat").changed(first) == []
    running = next(iter(painter._bodies["heat"]._falls.values()))  # type: ignore[attr-defined]
    assert len(running._columns) > 50, "past columns are summed up once"


def test_swept_prices_are_dark_from_then_on(view: View) -> None:
    """The gradient around the mark of now holds nothing: it was swept."""
    look = look_at(Depth.TRUECOLOR)
    painter = Painter()
    grid_of(view, look, painter=painter, view="heat")
    shown = painter.shown
    assert shown is not None
    assert np.allclose(shown.dense[:, shown.at], 0, atol=shown.full * 0.15)
