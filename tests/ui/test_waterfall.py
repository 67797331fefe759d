"""The waterfall: time steps, hatching, the price path, dots."""

import numpy as np
import pytest

from liqtui.events import Side
from liqtui.ui.look import Look
from liqtui.ui.paint import gradient, waterfall
from liqtui.ui.paint.grid import Grid
from liqtui.ui.paint.scale import Scale
from liqtui.ui.state import SPANS
from liqtui.view import Liquidated, Snapshot

from .factory import HOUR, MINUTE, NOW

WIDTH = 0.0005
SCALE = Scale(11_000, 10, 2, WIDTH)
"""Ten cells of 0.1 % from e^11 ≈ 59,874."""


def shot(time_ns: int, cell: int, mass: float, close_cell: int) -> Snapshot:
    """All mass in one cell (two bins, one snapshot column), half long, half short; the mark in another."""
    columns = np.zeros((2, 3, 10), np.float16)
    columns[:, 1, cell] = mass / 2
    price = SCALE.price(close_cell + 0.5)
    return Snapshot(time_ns, 22_000, 2, columns, 1.0, price, price, price)


def test_steps_are_round_and_rows_are_added_per_step_not_per_tick() -> None:
    frame = waterfall.fit_frame(12 * HOUR, 36, NOW, pairs=True)
    assert frame.step_ns == 20 * MINUTE
    assert waterfall.fit_frame(12 * HOUR, 36, NOW + 19 * MINUTE, pairs=True) == frame
    later = waterfall.fit_frame(12 * HOUR, 36, NOW + 40 * MINUTE, pairs=True)
    assert later.last == frame.last + 2  # two steps share a row, so rows move whole


def test_a_bucket_shows_the_last_snapshot_before_its_end_and_nothing_before_history() -> None:
    frame = waterfall.Frame(HOUR, 4, NOW // HOUR)
    shots = (shot(NOW - 2 * HOUR, 3, 8.0, 5), shot(NOW - HOUR + 1, 4, 16.0, 5))
    image = waterfall.Waterfall().image(shots, frame, SCALE, None)
    per_percent = 1 / (2 * WIDTH * 100)
    assert image[0, 4] == pytest.approx(16.0 * per_percent)
    assert image[1, 4] == pytest.approx(16.0 * per_percent)
    assert image[2, 3] == pytest.approx(8.0 * per_percent)
    assert np.isnan(image[3]).all()


def test_a_leverage_group_is_its_part_of_the_snapshot() -> None:
    frame = waterfall.Frame(HOUR, 1, NOW // HOUR)
    fall = waterfall.Waterfall()
    assert fall.image((shot(NOW, 3, 8.0, 5),), frame, SCALE, 1)[0, 3] > 0
    assert fall.image((shot(NOW, 3, 8.0, 5),), frame, SCALE, 0)[0, 3] == 0


def test_the_path_joins_closes_without_gaps() -> None:
    frame = waterfall.Frame(HOUR, 3, NOW // HOUR)
    shots = (shot(NOW - 2 * HOUR, 0, 1, 1), shot(NOW - HOUR, 0, 1, 7), shot(NOW, 0, 1, 4))
    track = waterfall.path(shots, frame, SCALE, (NOW, SCALE.price(4.5)))
    assert track.tolist() == [[4, 4, 4], [5, 7, 7], [1, 6, 1]]


def test_intensity_is_monotone_capped_and_unknown_is_not_zero() -> None:
    image = np.array([[0.0, 1.0, 5.0, 10.0, 99.0, np.nan]])
    level = gradient.levels(image, 10.0, 32)[0].tolist()
    assert level[0] == 0
    assert level[1] <= level[2] <= level[3] == level[4] == 31
    assert level[5] == -1


def test_one_spike_does_not_dim_the_rest() -> None:
    image = np.ones((20, 50))
    image[0, 0] = 1000.0
    assert gradient.robust_cap(image) == 1.0


def test_two_steps_share_a_row_in_half_blocks(look: Look) -> None:
    grid = Grid(2, 1, look)
    level = np.array([[31, 5], [0, 5]])
    waterfall.paint_waterfall(grid, 0, 0, 1, level, np.full((2, 3), -1))
    assert grid.strings() == ["▀ "]
    assert (grid.fg[0, 0], grid.bg[0, 0]) == (look.heat[31], look.heat[0])
    assert grid.bg[0, 1] == look.heat[5]


def test_no_history_is_hatched_and_says_so(look: Look) -> None:
    grid = Grid(40, 4, look)
    level = np.full((8, 40), -1)
    level[:4] = 3
    waterfall.paint_waterfall(grid, 0, 0, 4, level, np.full((8, 3), -1))
    assert "╱" not in "".join(grid.strings()[:2])
    assert "╱╱╱" in grid.strings()[2]
    assert "no history" in "".join(grid.strings()[2:])


def test_a_liquidation_is_a_dot_where_it_happened(look: Look) -> None:
    grid = Grid(10, 3, look)
    frame = waterfall.Frame(HOUR, 6, NOW // HOUR)
    event = Liquidated(NOW - 3 * HOUR, Side.SHORT, 1.0, 6e4, SCALE.price(7.5), "okx")
    waterfall.paint_liquidations(grid, 0, 0, (event,), frame, SCALE, 2)
    assert grid.strings()[1] == "       ●  "
    assert grid.fg[1, 7] == look.short


def test_time_labels_are_round() -> None:
    frame = waterfall.Frame(20 * MINUTE, 34, 0)
    assert waterfall.time_labels(17, frame, 2) == {
        0: "now", 3: "−2h", 6: "−4h", 9: "−6h", 12: "−8h", 15: "−10h"}


def test_half_hours_are_told_as_a_trader_says_them_and_days_only_among_days() -> None:
    frame = waterfall.Frame(5 * MINUTE, 24, 0)
    assert waterfall.time_labels(12, frame, 2) == {0: "now", 3: "−30m", 6: "−1h", 9: "−1h30"}
    frame = waterfall.Frame(3 * HOUR, 24, 0)
    assert waterfall.time_labels(12, frame, 2)[4] == "−1d"


def test_a_span_is_shown_and_hardly_more() -> None:
    for span in SPANS.values():
        for steps in (10, 16, 20, 34, 48):
            frame = waterfall.fit_frame(span, steps, NOW, pairs=True)
            assert span <= frame.step_ns * steps <= 1.1 * span


def test_the_running_bucket_is_the_map_above_so_that_a_sweep_is_seen_in_both() -> None:
    frame = waterfall.Frame(HOUR, 4, NOW // HOUR)
    swept = np.zeros(10)
    image = waterfall.Waterfall().image((shot(NOW - 1, 3, 8.0, 5),), frame, SCALE, None, (NOW, swept))
    assert not image[0].any()
