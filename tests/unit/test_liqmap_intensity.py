"""Figures read off the map: density, cumulative curves, imbalance, drift."""

import numpy as np
import pytest

from liqtui.liqmap.grid import WIDTH, Floats, price_of
from liqtui.liqmap.intensity import cumulative, drift, imbalance, mass_between, near, per_percent

FIRST, BINS, AT = 20_000, 400, 200
MARK = price_of(FIRST + AT + 0.5)


def sides() -> tuple[Floats, Floats]:
    """One unit per bin: longs below the mark's bin, shorts above it."""
    longs, shorts = np.zeros(BINS), np.zeros(BINS)
    longs[:AT] = 1.0
    shorts[AT + 1 :] = 1.0
    return longs, shorts


def test_a_unit_in_every_bin_of_five_basis_points_is_twenty_per_percent() -> None:
    assert per_percent(np.ones(3), WIDTH).tolist() == [20.0, 20.0, 20.0]


def test_cumulative_curves_grow_outward_from_the_mark_and_end_at_all_mass() -> None:
    longs, shorts = sides()
    below, above = cumulative(longs, shorts, FIRST, WIDTH, MARK)
    assert below[AT - 1] == 1.0
    assert below[0] == AT
    assert above[AT + 1] == 1.0
    assert above[-1] == BINS - AT - 1
    assert (np.diff(below) <= 0.0).all()
    assert (np.diff(above) >= 0.0).all()
    assert not below[AT + 1 :].any()
    assert not above[:AT].any()


@pytest.mark.parametrize("columns_away", [-5_000, 5_000])
def test_a_mark_outside_the_columns_leaves_one_curve_whole(columns_away: int) -> None:
    longs, shorts = sides()
    below, above = cumulative(longs, shorts, FIRST, WIDTH, price_of(FIRST + columns_away))
    assert (below.max(), above.max()) == ((AT, 0.0) if columns_away > 0 else (0.0, BINS - AT - 1))


def test_mass_between_prices_counts_cut_bins_by_their_part() -> None:
    mass = np.ones(10)
    assert mass_between(mass, 0, WIDTH, price_of(2.5), price_of(5.25)) == pytest.approx(2.75)
    assert mass_between(mass, 0, WIDTH, price_of(-50), price_of(50)) == pytest.approx(10.0)
    assert mass_between(mass, 0, WIDTH, price_of(50), price_of(60)) == 0.0


def test_imbalance_is_the_share_of_longs_near_the_mark() -> None:
    longs, shorts = sides()
    assert imbalance(longs * 3.0, shorts, FIRST, WIDTH, MARK) == pytest.approx(0.75, abs=0.01)
    assert imbalance(longs, shorts * 0.0, FIRST, WIDTH, MARK) == 1.0
    assert imbalance(longs * 0.0, shorts * 0.0, FIRST, WIDTH, MARK) is None


def test_imbalance_does_not_look_beyond_its_reach() -> None:
    longs, shorts = sides()
    longs[: AT - 120] = 1_000.0  # more than 6 % below
    assert imbalance(longs, shorts, FIRST, WIDTH, MARK, within=0.05) == pytest.approx(0.5, abs=0.02)


def test_drift_tells_growth_near_the_price_from_dispersal() -> None:
    both = np.array(sides())
    now = near(both * 1.3, FIRST, WIDTH, MARK)
    before = near(both, FIRST, WIDTH, MARK)
    # 2 % down is 40.4 bins, 2 % up 39.6, less the mark's own bin
    assert before == pytest.approx(79.0, abs=0.1)
    assert drift(now, before) == pytest.approx(0.3)
    assert drift(now, None) is None
    assert drift(now, 0.0) is None
