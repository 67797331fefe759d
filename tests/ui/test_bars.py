"""The map: heights in eighths, sides, scale, axis."""

import numpy as np
import pytest

from liqtui.events import Side
from liqtui.liqmap.clusters import Cluster
from liqtui.ui.look import Look
from liqtui.ui.paint import bars
from liqtui.ui.paint.grid import Grid
from liqtui.ui.paint.named import chosen, name_clusters, widened
from liqtui.ui.paint.scale import Scale, fit_scale, gather, round_prices, rungs_shown, steady
from liqtui.ui.state import Eased, PaneState

SECOND = 10**9


def test_half_the_intensity_is_half_the_height_in_eighths() -> None:
    assert bars.heights(np.array([0.0, 50.0, 100.0, 250.0]), 100.0, 10).tolist() == [0, 40, 80, 80]


def test_a_bar_of_43_eighths_is_five_full_cells_and_three_eighths(look: Look) -> None:
    grid = Grid(1, 10, look)
    bars.paint_bars(grid, 0, 0, 10, np.array([43]), np.array([True]))
    assert "".join(grid.strings()) == "    ▃█████"


def test_longs_take_the_long_ladder_and_brighten_upwards(look: Look) -> None:
    grid = Grid(2, 4, look)
    bars.paint_bars(grid, 0, 0, 4, np.array([32, 32]), np.array([True, False]))
    assert grid.fg[0, 0] == look.long_ladder[-1]
    assert grid.fg[0, 1] == look.short_ladder[-1]
    assert grid.fg[3, 0] == look.long_ladder[len(look.long_ladder) // 5]


def test_labels_stand_beside_the_rows_they_name() -> None:
    assert bars.relative_labels(20) == {15: "25", 10: "50", 5: "75", 0: "100"}
    assert bars.relative_labels(4) == {2: "50", 0: "100"}
    assert bars.value_labels(4, 10.0, lambda v: f"${v:.0f}") == {2: "$5", 0: "$10"}


def test_gathering_keeps_all_mass_and_shares_cut_bins() -> None:
    mass = np.array([1.0, 2.0, 4.0, 8.0])
    assert gather(mass, 0, 1, Scale(0, 2, 2, 0.0005)).tolist() == [3.0, 12.0]
    assert gather(mass, 1, 1, Scale(0, 3, 2, 0.0005)).tolist() == [1.0, 6.0, 8.0]
    assert gather(np.array([6.0]), 0, 3, Scale(0, 2, 2, 0.0005)).tolist() == [4.0, 2.0]


def test_the_picture_stands_still_while_the_mark_is_in_the_middle_half() -> None:
    state = PaneState("okx:BTC-USDT-SWAP", zoom=2)
    first = fit_scale(state, 100, 0.0005, 60_000.0)
    assert first.column(60_000.0) == 50
    assert fit_scale(state, 100, 0.0005, 60_000.0 * 1.0245) == first  # 24.2 cells of 0.1 % to the right
    moved = fit_scale(state, 100, 0.0005, 60_000.0 * 1.026)
    assert moved != first
    assert moved.column(60_000.0 * 1.026) == 50
    assert moved.first - first.first == 25  # ln 1.026 = 25.7 cells: moved by whole ones


def test_columns_are_whole_bins_whatever_the_zoom() -> None:
    for zoom in (1, 3, 8):
        scale = fit_scale(PaneState("x", zoom=zoom), 80, 0.0005, 2_690.5)
        assert scale.first == int(np.floor(np.log(2_690.5) / 0.0005 / zoom)) - 40


def test_round_prices_have_room_for_their_labels() -> None:
    scale = fit_scale(PaneState("x"), 107, 0.0005, 60_012.4)
    prices = round_prices(scale, 6)
    assert prices == [57_000.0, 58_000.0, 59_000.0, 60_000.0, 61_000.0, 62_000.0, 63_000.0]
    tiny = fit_scale(PaneState("x"), 107, 0.0005, 0.00001234)
    assert all(b > a for a, b in zip(round_prices(tiny, 10), round_prices(tiny, 10)[1:], strict=False))


def test_leverage_choices_are_all_groups_then_rungs() -> None:
    rungs = (2.0, 5.0, 10.0, 25.0, 50.0, 125.0)
    assert rungs_shown(0, rungs) == slice(0, 6)
    assert [rungs_shown(n, rungs) for n in (1, 2, 3)] == [slice(0, 2), slice(2, 4), slice(4, 6)]
    assert rungs_shown(4, rungs) == slice(0, 1)
    assert rungs_shown(9, rungs) == slice(5, 6)


def test_the_scale_ignores_ten_percent_and_eases_over_a_second() -> None:
    scale = Eased()
    assert scale.follow(100.0, 0) == 100.0
    assert scale.follow(109.0, SECOND) == 100.0
    assert scale.follow(120.0, 2 * SECOND) == 100.0
    assert scale.follow(120.0, 2 * SECOND + SECOND // 2) == pytest.approx(110.0)
    assert scale.moving
    assert scale.follow(120.0, 3 * SECOND) == 120.0
    assert not scale.moving


def test_a_frozen_scale_does_not_move() -> None:
    scale = Eased()
    scale.follow(100.0, 0)
    assert scale.follow(500.0, SECOND, frozen=True) == 100.0


def test_a_growing_peak_is_not_cut_off() -> None:
    bars = PaneState("x").bars
    bars.follow(100.0, 0)
    bars.follow(104.0, 1)
    assert bars.follow(104.0, 1 + 10**9) == 104.0


def test_a_scale_follows_what_grows_at_every_paint() -> None:
    """History comes in: the peak grows by 3 % ten times a second, 1.03 ** 30 = 2.43 times in three seconds."""
    bars = PaneState("x").bars
    for paint in range(31):
        wanted = 100.0 * 1.03**paint
        shown = bars.follow(wanted, paint * SECOND // 10)
        assert shown > wanted / 1.25
    assert shown > 190.0


def test_a_peak_that_would_be_cut_off_by_a_fifth_is_shown_whole_at_once() -> None:
    bars = PaneState("x").bars
    bars.follow(100.0, 0)
    assert bars.follow(124.0, SECOND // 10) < 101.0
    assert bars.follow(300.0, 2 * SECOND // 10) == 300.0
    assert not bars.moving


def test_the_marks_line_does_not_jump_while_the_mark_trembles_on_an_edge() -> None:
    scale = Scale(1000, 100, 1, 0.001)
    assert steady(scale, scale.price(50.1), None) == 50
    assert steady(scale, scale.price(49.9), 50) == 50
    assert steady(scale, scale.price(50.1), 49) == 49
    assert steady(scale, scale.price(50.4), 49) == 50


def cluster(peak: float, density: float, side: Side = Side.LONG) -> Cluster:
    return Cluster(side, peak * 0.999, peak * 1.001, peak, (peak / 60_000 - 1) * 100, 1.0, density, None)


def test_clusters_in_the_picture_come_first_and_are_as_dense_as_their_bars_are_high() -> None:
    scale = fit_scale(PaneState("x"), 100, 0.0005, 60_000.0)
    wide, more = widened(scale)
    dense = np.zeros((2, wide.cells))
    near, far, farther = (wide.price(wide.column(p) + 0.5) for p in (58_000.0, 56_000.0, 54_000.0))
    for price, height in ((near, 5.0), (far, 20.0), (farther, 30.0)):
        dense[Side.LONG, wide.column(price)] = height
    found = tuple(cluster(p, 100.0) for p in (farther, far, near))
    full = float(dense[:, more : more + scale.cells].max())
    named = name_clusters(found, wide, dense, scale, full)
    assert [(n.height, n.inside) for n in named] == [(600.0, False), (400.0, False), (100.0, True)]
    assert [n.cluster.peak for n in chosen(named, Side.LONG, 2)] == [near, far]


def test_a_cluster_the_leverage_shown_has_nothing_of_is_not_named() -> None:
    scale = fit_scale(PaneState("x"), 100, 0.0005, 60_000.0)
    wide, _ = widened(scale)
    assert name_clusters((cluster(58_000.0, 100.0),), wide, np.zeros((2, wide.cells)), scale, 1.0) == []
