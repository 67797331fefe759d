"""Clusters: what a trader would circle on the map."""

import math

import numpy as np
import pytest

from liqtui.events import Side
from liqtui.liqmap.clusters import MOST, Before, Cluster, find_clusters
from liqtui.liqmap.grid import WIDTH, Floats, price_of

FIRST = 20_000
BINS = 2_800
AT = 1_400
MARK = price_of(FIRST + AT + 0.5)


def empty() -> Floats:
    return np.zeros(BINS)


def hump(centre: int, height: float, half: int) -> Floats:
    """A triangle of mass about a column."""
    return np.maximum(0.0, height * (1.0 - np.abs(np.arange(BINS) - centre) / half))


def find(longs: Floats, shorts: Floats, before: Before | None = None) -> tuple[Cluster, ...]:
    return find_clusters(longs, shorts, FIRST, WIDTH, MARK, before)


def test_an_empty_map_has_no_clusters() -> None:
    assert find(empty(), empty()) == ()


def test_a_hump_is_one_cluster_named_by_its_peak() -> None:
    (cluster,) = find(hump(1_000, 10.0, 20), empty())
    assert cluster.side is Side.LONG
    assert cluster.peak == pytest.approx(price_of(FIRST + 1_000.5), rel=2 * WIDTH)
    assert cluster.low < cluster.peak < cluster.high < MARK
    # 400 bins of 0.05 % below the mark: e^−0.2 − 1 = −18.1 %
    assert cluster.distance_pct == pytest.approx((math.exp(-0.2) - 1) * 100, abs=0.1)
    assert cluster.density == 100.0


def test_edges_lie_where_density_falls_to_half_its_prominence() -> None:
    # A triangle 10 high with feet 20 bins out is 5 high 10 bins from its peak; the last bin at or above it counts.
    (cluster,) = find(hump(1_000, 10.0, 20), empty())
    assert math.log(cluster.low) / WIDTH - FIRST == pytest.approx(990, abs=1)
    assert math.log(cluster.high) / WIDTH - FIRST == pytest.approx(1_011, abs=1)


def test_mass_is_what_lies_between_the_edges() -> None:
    longs = hump(1_000, 10.0, 20)
    (cluster,) = find(longs, empty())
    low, high = (round(math.log(price) / WIDTH - FIRST) for price in (cluster.low, cluster.high))
    assert cluster.mass == pytest.approx(longs[low:high].sum())


def test_a_one_bin_spike_ranks_below_five_bins_of_six_tenths_its_height() -> None:
    longs = empty()
    longs[1_000] = 10.0
    longs[1_200:1_205] = 6.0
    first, second = find(longs, empty())
    # 5 · 6 = 30 against 10 in 0.25 %
    assert first.peak == pytest.approx(price_of(FIRST + 1_202.5), rel=3 * WIDTH)
    assert first.density == 100.0
    assert second.density == pytest.approx(100 * 10 / 30)


def test_peaks_closer_than_fifteen_basis_points_are_one() -> None:
    longs = empty()
    longs[1_000:1_003] = 10.0
    longs[1_005:1_008] = 9.0  # two empty bins between them: 0.10 %
    assert len(find(longs, empty())) == 1
    apart = empty()
    apart[1_000:1_003] = 10.0
    apart[1_013:1_016] = 9.0  # 0.5 %
    assert len(find(apart, empty())) == 2


def test_a_shoulder_is_no_peak_and_a_ripple_no_cluster() -> None:
    longs = hump(1_000, 10.0, 60)
    longs[1_030:1_033] *= 1.05
    assert len(find(longs, empty())) == 1


def test_a_valley_divides_two_peaks() -> None:
    longs = hump(1_000, 10.0, 30) + hump(1_060, 8.0, 30)
    left, right = find(longs, empty())
    assert left.high <= right.low
    assert right.density == pytest.approx(80.0, abs=2.0)


def test_both_sides_share_one_scale() -> None:
    long, short = find(hump(1_000, 10.0, 20), hump(1_800, 5.0, 20))
    assert (long.side, short.side) == (Side.LONG, Side.SHORT)
    assert long.density == 100.0
    assert short.density == pytest.approx(50.0)
    assert long.distance_pct < 0.0 < short.distance_pct


def test_a_cluster_at_the_edge_of_the_map_is_found() -> None:
    (cluster,) = find(hump(0, 10.0, 20), empty())
    assert cluster.low == pytest.approx(price_of(FIRST))


def test_growth_compares_the_same_prices_with_an_hour_ago() -> None:
    now = hump(1_000, 12.0, 20)
    before = np.array([hump(1_000, 10.0, 20), empty()])
    (cluster,) = find(now, empty(), Before(FIRST, before))
    assert cluster.growth_1h == pytest.approx(0.2)
    assert find(now, empty())[0].growth_1h is None
    assert find(now, empty(), Before(FIRST, np.zeros((2, BINS))))[0].growth_1h is None


def test_growth_reads_a_coarser_and_shifted_map_too() -> None:
    now = empty()
    now[1_000:1_040] = 3.0
    before = np.zeros((2, 100))
    before[0, :] = 8.0  # 2 per bin, in columns of 4 bins, from 60 bins earlier on
    (cluster,) = find(now, empty(), Before(FIRST + 940, before, stride=4))
    assert cluster.growth_1h == pytest.approx(0.5, abs=0.05)


def test_noise_does_not_flood_the_list_and_does_not_move_the_peaks() -> None:
    rng = np.random.default_rng(5)
    longs = hump(700, 10.0, 40) + hump(1_100, 6.0, 30)
    clean = find(longs, empty())
    noisy = find(longs + rng.uniform(0.0, 0.4, BINS), empty())
    assert len(find(rng.exponential(1.0, BINS), rng.exponential(1.0, BINS))) <= 2 * MOST
    for was, now in zip(clean, noisy[:2], strict=True):
        assert now.peak == pytest.approx(was.peak, rel=0.002)


def test_two_peaks_on_one_hill_are_two_clusters_parted_at_the_valley() -> None:
    """The higher one rises from nothing, so its edges are at half its height, beyond the other peak's hill."""
    shorts = empty()
    shorts[1_500:1_540] = 8.0
    shorts[1_500:1_510] = 10.0
    shorts[1_515:1_520] = 6.0
    shorts[1_530:1_540] = 9.0
    one, two = sorted(find(empty(), shorts), key=lambda cluster: cluster.peak)
    assert one.high == pytest.approx(two.low, rel=0.0026)
    assert one.peak < one.high <= two.low * 1.0001 < two.peak
