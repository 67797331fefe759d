"""Zones: stops beyond clusters, gaps to enter in, and what an order costs."""

import math

import numpy as np
import pytest

from liqtui.events import Side
from liqtui.liqmap.clusters import Cluster
from liqtui.liqmap.grid import price_of
from liqtui.liqmap.zones import find_entries, find_slippage, find_stops

WIDTH = 0.0005
MARK = 60_000.0
MARGIN = math.exp(0.0015)


def cluster(low: float, high: float, density: float = 100.0, side: Side | None = None) -> Cluster:
    side = (Side.LONG if high < MARK else Side.SHORT) if side is None else side
    return Cluster(side, low, high, (low + high) / 2, 0.0, 1.0, density, None)


def test_a_long_puts_its_stop_below_the_longs_a_short_above_the_shorts() -> None:
    above, below = find_stops([cluster(58_000, 58_500), cluster(61_200, 61_900)], MARK)
    assert (below.side, above.side) == (Side.LONG, Side.SHORT), "the nearer one first"
    assert below.price == pytest.approx(57_913.07, abs=0.01)                # 58,000 × e^−0.0015
    assert above.price == pytest.approx(61_992.92, abs=0.01)                # 61,900 × e^+0.0015
    assert [below.low, below.high] == pytest.approx([58_000, 58_500])
    assert below.distance_pct == pytest.approx(-3.478, abs=1e-3)            # 57,913.07 ÷ 60,000 − 1


@pytest.mark.parametrize(("next_high", "stops"), [
    (57_900, [57_500 / MARGIN]),                   # ln(58,000 ÷ 57,900) = 0.17 %: no room for 0.15 % on both sides
    (57_800, [58_000 / MARGIN, 57_500 / MARGIN]),  # ln(58,000 ÷ 57,800) = 0.35 %: there is
])
def test_a_stop_never_lies_between_clusters_that_adjoin(next_high: float, stops: list[float]) -> None:
    found = find_stops([cluster(57_500, next_high), cluster(58_000, 58_500)], MARK)
    assert [stop.price for stop in found] == pytest.approx(stops)


def test_a_thin_cluster_earns_no_stop_but_none_is_put_into_it_either() -> None:
    assert find_stops([cluster(58_000, 58_500, density=10)], MARK) == ()
    (stop,) = find_stops([cluster(57_500, 57_950, density=10), cluster(58_000, 58_500)], MARK)
    assert stop.price == pytest.approx(57_500 / MARGIN)
    assert stop.density == 100


def test_the_nearest_three_stops_of_a_side_are_named_nearest_first() -> None:
    lows = (50_000, 52_000, 54_000, 56_000, 58_000)
    found = find_stops([cluster(low, low + 200) for low in lows], MARK)
    assert [round(stop.price * MARGIN) for stop in found] == [58_000, 56_000, 54_000]


def mapped(first_bin: int) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], list[Cluster]]:
    """Clusters of 10 a bin in columns 100–105 and 150–155 with a swell of 5 a bin in 120–125; the mark at 200."""
    mass = np.zeros(400)
    mass[100:106] = mass[150:156] = 10.0
    mass[120:126] = 5.0
    spans = [(100, 106), (150, 156)]
    return mass, [cluster(price_of(first_bin + a, WIDTH), price_of(first_bin + b, WIDTH), side=Side.LONG)
                  for a, b in spans]


def test_the_longest_smooth_stretch_between_two_neighbours_is_the_entry() -> None:
    """Smoothed over 3 bins, smooth up to 1.5 = 15 % of 10. One bin beside a cluster has 10 ÷ 3 = 3.3, one beside the
    swell 5 ÷ 3 = 1.7. So from 106 to 150 what is smooth is 107–118 (12 bins) and 127–148 (22 bins); from 156 to the
    mark 157–199 (43 bins)."""
    first_bin = 21_800
    mass, clusters = mapped(first_bin)
    near, far = find_entries(mass, first_bin, WIDTH, price_of(first_bin + 200, WIDTH), clusters)
    assert near.low == pytest.approx(price_of(first_bin + 157, WIDTH))
    assert near.high == pytest.approx(price_of(first_bin + 200, WIDTH))
    assert near.length_pct == pytest.approx(100 * math.expm1(43 * WIDTH))
    assert far.low == pytest.approx(price_of(first_bin + 127, WIDTH))
    assert far.high == pytest.approx(price_of(first_bin + 149, WIDTH))
    assert far.distance_pct == pytest.approx(100 * math.expm1(-51 * WIDTH))
    assert (far.side, far.density) == (Side.LONG, 0.0)


def test_beyond_the_last_cluster_nothing_is_a_gap_and_a_short_one_is_none() -> None:
    first_bin = 21_800
    mass, clusters = mapped(first_bin)
    found = find_entries(mass, first_bin, WIDTH, price_of(first_bin + 161, WIDTH), clusters)
    assert [round(math.log(e.low) / WIDTH) - first_bin for e in found] == [127], "157–160 are 4 bins, 0.2 %"
    assert find_entries(np.zeros(400), first_bin, WIDTH, price_of(first_bin + 200, WIDTH), []) == ()


def levels(*rows: tuple[float, float]) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], ...]:
    return tuple(np.array(column, dtype=np.float64) for column in zip(*rows, strict=True))


@pytest.mark.parametrize("inverse", [False, True])
def test_an_order_costs_its_average_price_against_the_mid(inverse: bool) -> None:
    """Asks of 50,000 USD at 100 and 101,000 at 101: 100,000 USD buy 500 + 50,000 ÷ 101 = 995.05 coins, at 100.49751
    on average; the mid is 99.5. Of 99,000 USD of bids none can sell 100,000."""
    sizes = ((50_000, 101_000), (99_000,)) if inverse else ((500, 1_000), (1_000,))
    asks, bids = levels((100, sizes[0][0]), (101, sizes[0][1])), levels((99, sizes[1][0]))
    told = find_slippage((bids[0], bids[1]), (asks[0], asks[1]), 99.5, inverse=inverse, sizes_usd=(10_000, 100_000))
    small, large = told.fills
    assert [small.buy_pct, small.sell_pct] == pytest.approx([0.502513, 0.502513])   # 0.5 ÷ 99.5
    assert large.buy_pct == pytest.approx(1.002525, abs=1e-6)
    assert large.sell_pct is None
    assert (told.asks_usd, told.bids_usd) == (151_000, 99_000)
