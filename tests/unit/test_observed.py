"""Public positions on the map's bins, and how far an estimate agrees with them: arithmetic by hand."""

import math

import numpy as np
import pytest
from observed_scene import LONG, SHORT, position

from liqtui.liqmap.agreement import LEAST, agreement, counted_near, outwards
from liqtui.liqmap.grid import WIDTH, bin_of
from liqtui.liqmap.observed import Held, lay
from liqtui.liqmap.score_maps import WINDOW

DISTANCES = np.array([[0.5, 0.1, 0.02], [0.4, 0.09, 0.02]])
"""[side, rung]: some 2×, 10× and 40×."""
FIRST = bin_of(50.0)
BINS = bin_of(200.0) - FIRST


def held(*positions: tuple[str, object]) -> Held:
    table = Held()
    for number, (address, one) in enumerate(positions):
        table.put(address, one, number)  # type: ignore[arg-type]
    return table


def test_a_position_stands_in_the_bin_of_the_venues_own_liquidation_price() -> None:
    """2 BTC long die at 90, 3 short at 110, 1 short at 300, which is beyond the bins, and 4 long never."""
    table = held(
        ("a", position(LONG, 2.0, 90.0)), ("b", position(SHORT, 3.0, 110.0)), ("c", position(SHORT, 1.0, 300.0)),
        ("d", position(LONG, 4.0, None)),
    )
    laid = lay(table.columns(), DISTANCES, FIRST, BINS, WIDTH)
    by_side = laid.mass.sum(axis=1)
    assert by_side[LONG, bin_of(90.0) - FIRST] == 2.0
    assert by_side[SHORT, bin_of(110.0) - FIRST] == 3.0
    assert by_side.sum() == 5.0
    assert laid.outside == (0.0, 1.0)
    assert laid.undrawn == (4.0, 0.0)
    assert laid.held == (6.0, 4.0)


@pytest.mark.parametrize(
    ("side", "liquidation", "rung"),
    [
        (LONG, 60.0, 0),  # ln(100/60) = 0.51
        (LONG, 90.0, 1),  # 0.105
        (LONG, 79.0, 0),  # 0.236 is nearer 0.5 than 0.1 as a ratio: their geometric mean is 0.2236
        (LONG, 81.0, 1),  # 0.211
        (LONG, 98.5, 2),  # 0.015
        (SHORT, 112.0, 1),  # 0.113; the mean of 0.4 and 0.09 is 0.19
        (LONG, 105.0, 2),  # already above its entry: as near as can be
        (SHORT, 95.0, 2),
    ],
)
def test_its_rung_is_the_leverage_that_would_be_liquidated_so_far_from_its_entry(
    side: int, liquidation: float, rung: int
) -> None:
    """The leverage a trader set (20× here) says little of a cross position."""
    table = held(("a", position(LONG if side == 0 else SHORT, 1.0, liquidation)))
    laid = lay(table.columns(), DISTANCES, FIRST, BINS, WIDTH)
    assert laid.mass[side].sum(axis=1).argmax() == rung


def test_the_mark_takes_what_it_passes() -> None:
    """From 100 down to 90 and back: the long at 90 is gone, that at 89 and the one that never dies are not."""
    table = held(
        ("a", position(LONG, 1.0, 90.0)), ("b", position(LONG, 2.0, 89.0)), ("c", position(LONG, 4.0, None)),
        ("d", position(SHORT, 8.0, 100.5)), ("e", position(SHORT, 16.0, 101.0)),
    )
    table.sweep(90.0, 100.0)
    assert sorted(table.columns().size.tolist()) == [2.0, 4.0, 8.0, 16.0]
    table.sweep(89.5, 100.5)
    assert sorted(table.columns().size.tolist()) == [2.0, 4.0, 16.0]
    version = table.version
    table.sweep(89.5, 100.9)
    assert table.version == version, "nothing was passed"


def test_rows_are_used_again_and_the_table_grows() -> None:
    table = Held()
    for number in range(3_000):
        table.put(f"a{number}", position(LONG, 1.0, 90.0), number)
    for number in range(2_999):
        table.drop(f"a{number}")
    table.put("late", position(SHORT, 5.0, 110.0), 7)
    found = table.columns()
    assert len(table) == len(found.size) == 2
    assert found.size.sum() == 6.0
    assert sorted(found.seen_ns.tolist()) == [7, 2_999]


# --- agreement --------------------------------------------------------------------------------------------------


def window(*masses: tuple[int, int, float]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """[side, bin] around the mark: (side, bins from the mark, mass)."""
    out = np.zeros((2, 2 * WINDOW + 1))
    for side, away, mass in masses:
        out[side, WINDOW + away] += mass
    return out


def test_two_maps_that_are_one_shifted_by_50_bp_are_50_bp_apart() -> None:
    """Ten bins of 5 bp; in cells of 25 bp nothing of the one lies where the other does."""
    a, b = window((0, -41, 1.0), (0, -141, 3.0)), window((0, -51, 1.0), (0, -151, 3.0))
    found = agreement(a, b, (LEAST, LEAST), (0.5, 0.5))
    assert found.w1_bp[0] == pytest.approx(50.0)
    assert found.overlap[0] == 0.0
    assert found.w1_bp[1] is None, "no shorts in either"
    same = agreement(a, a, (LEAST, 0), (0.5, 0.5))
    assert same.w1_bp[0] == 0.0
    assert same.overlap[0] == pytest.approx(1.0)
    assert same.spearman[0] == pytest.approx(1.0)


def test_overlap_is_the_share_in_the_same_cell() -> None:
    """3 of 4 against 1 of 2 in the near cell, 1 of 4 against 1 of 2 in the far one: 0.5 + 0.25."""
    a, b = window((1, 1, 3.0), (1, 100, 1.0)), window((1, 4, 1.0), (1, 96, 1.0))
    assert agreement(a, b, (0, LEAST), None).overlap[1] == pytest.approx(0.75)


def test_level_scales_what_is_seen_up_to_all_that_is_open() -> None:
    """12 estimated; 3 observed, and half of the open interest is seen: 12 / (3 / 0.5)."""
    found = agreement(window((0, -9, 12.0)), window((0, -9, 3.0)), (LEAST, 0), (0.5, 0.9))
    assert found.level[0] == pytest.approx(2.0)
    assert agreement(window((0, -9, 12.0)), window((0, -9, 3.0)), (LEAST, 0), None).level[0] is None


def test_of_few_positions_nothing_is_said() -> None:
    found = agreement(window((0, -9, 12.0)), window((0, -9, 3.0)), (LEAST - 1, 0), (0.5, 0.9))
    assert (found.w1_bp, found.overlap, found.spearman, found.level) == ((None, None),) * 4
    assert found.counted == (LEAST - 1, 0)


def test_counted_are_those_within_12_percent_on_their_own_side() -> None:
    here = bin_of(100.0)
    prices = [99.0, 88.8, 85.0, 101.0, 101.0, 112.0, 99.0]
    sides = np.array([0, 0, 0, 0, 1, 1, 1])
    bins = np.array([math.floor(math.log(price) / WIDTH) for price in prices])
    assert counted_near(bins, sides, here) == (2, 2)  # ln(0.888) = −0.119; the fourth and the last are passed


def test_outwards_begins_beside_the_mark() -> None:
    mass = window((0, -1, 1.0), (0, -WINDOW, 2.0), (0, 0, 9.0), (1, 1, 3.0), (1, WINDOW, 4.0), (1, 0, 9.0))
    for side, ends in ((LONG, (1.0, 2.0)), (SHORT, (3.0, 4.0))):
        out = outwards(mass, side)
        assert (out[0], out[-1], len(out), out.sum()) == (*ends, WINDOW, sum(ends))
