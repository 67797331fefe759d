"""Distances to the truth, by hand."""

import numpy as np
import pytest

from liqtui.events import Side
from liqtui.liqmap.clusters import Cluster
from liqtui.liqmap.score_truth import covered, mass_error, recall, wasserstein_bp, wilson


def peak_at(price: float, mass: float, side: Side = Side.LONG) -> Cluster:
    return Cluster(side, price * 0.999, price * 1.001, price, 0.0, mass, 100.0, None)


def test_a_cluster_moved_by_three_bins_of_five_basis_points_is_fifteen_away() -> None:
    true, shown = np.zeros(10), np.zeros(10)
    true[2], shown[5] = 7.0, 400.0
    assert wasserstein_bp(shown, true, 0.0005) == pytest.approx(15.0)
    assert wasserstein_bp(true, shown, 0.0005) == pytest.approx(15.0)


def test_half_of_the_mass_moved_counts_half() -> None:
    assert wasserstein_bp([1.0, 0.0, 0.0, 1.0], [2.0, 0.0, 0.0, 0.0], 0.0005) == pytest.approx(7.5)


def test_what_is_too_large_everywhere_is_in_the_right_place_but_not_of_the_right_mass() -> None:
    true = np.array([1.0, 2.0, 3.0])
    assert wasserstein_bp(3.0 * true, true, 0.0005) == pytest.approx(0.0, abs=1e-12)
    assert mass_error(18.0, 6.0) == pytest.approx(2.0)
    assert mass_error(3.0, 6.0) == pytest.approx(0.5)


def test_an_empty_map_is_at_no_distance_and_nothing_true_has_no_error() -> None:
    assert wasserstein_bp(np.zeros(4), np.ones(4), 0.0005) is None
    assert mass_error(1.0, 0.0) is None


def test_the_five_largest_true_clusters_have_to_be_found_within_a_quarter_of_a_percent() -> None:
    true = [peak_at(100.0 + k, mass=10.0 + k) for k in range(6)]  # 100 is the smallest of six: it does not count
    found = [peak_at(101.2, 1.0), peak_at(102.3, 1.0), peak_at(103.0, 1.0, Side.SHORT), peak_at(105.0, 1.0)]
    # 101.2 is 19.8 bp from 101: found; 102.3 is 29.4 bp from 102: not; 103 is of the other side: not; 105: found
    assert recall(true, found) == pytest.approx(2 / 5)
    assert recall([], found) is None


def test_rungs_with_next_to_no_openings_are_not_judged() -> None:
    true = np.array([0.005, 0.10, 0.20, np.nan])
    low, high = np.array([0.5, 0.05, 0.21, 0.0]), np.array([0.6, 0.10, 0.30, 1.0])
    assert covered(true, low, high) == (2, 1)


def test_wilson_of_eight_in_ten() -> None:
    """z² = 2.7055: middle (0.8 + 0.13528) / 1.27055 = 0.7361, half 1.2946 · √(0.016 + 0.006764) = 0.1953."""
    ends = wilson(8, 10)
    assert ends is not None
    assert list(ends) == pytest.approx([0.5408, 0.9314], abs=2e-4)
    assert wilson(0, 0) is None
    none, all_of_it = wilson(0, 5), wilson(5, 5)
    assert none is not None
    assert all_of_it is not None
    assert none[0] == 0.0 < none[1]
    assert all_of_it[0] < 1.0 == all_of_it[1]
