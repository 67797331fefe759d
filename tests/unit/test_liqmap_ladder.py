"""The ladder: which leverages, which shares, and how far each rung's liquidations lie from entry."""

import math

import numpy as np
import pytest

from liqtui.events import Side, Tier, Tiers, TierUnit
from liqtui.instruments import Instrument, Kind
from liqtui.liqmap.grid import WIDTH, bin_of, price_of, spread_evenly
from liqtui.liqmap.ladder import RUNGS, Ladder, leverages, position_sizes, prior_weights
from liqtui.liqmap.margin import MarginRule, Schedule


def rule(*steps: tuple[float, float, float, float], inverse: bool = False, price: float = 60_000.0) -> MarginRule:
    instrument = Instrument(
        venue="okx", symbol="X", base="BTC", quote="USD", settle="USD", kind=Kind.PERPETUAL, inverse=inverse,
        contract_size=100.0 if inverse else 0.01, tick=0.1, family="X", index="X",
    )
    return MarginRule.of(instrument, Tiers("X", inverse, [Tier(*step) for step in steps]), 0.0, price)


ONE_TIER = ((0.0, 1e12, 0.004, 125.0),)


def centre(ladder: Ladder, side: Side, rung: int) -> float:
    """Mean distance from entry, in log price. A tap stands for whole bins: from an entry's bin to another's."""
    taps = ladder.taps[side, rung].astype(float)
    return float((taps * (ladder.offsets[side, rung] + np.arange(len(taps)))).sum() * ladder.width)


def test_bins_are_five_basis_points_of_log_price() -> None:
    assert bin_of(math.exp(7.00025)) == 14_000
    assert bin_of(math.exp(6.99975)) == 13_999
    assert bin_of(price_of(14_000.5)) == 14_000


def test_volume_along_a_move_is_spread_by_the_part_of_each_bin_it_crosses() -> None:
    # From 10.5 to 13.0 bins: half a bin, a bin, a bin, nothing of bin 13; 5 units over 2.5 bins are 2 per bin.
    first, volumes = spread_evenly(13.0, 10.5, 5.0)
    assert first == 10
    assert volumes.tolist() == pytest.approx([1.0, 2.0, 2.0, 0.0])


def test_twenty_four_rungs_from_two_to_the_cap() -> None:
    assert leverages(None)[[0, -1]] == pytest.approx([2.0, 125.0])
    assert leverages(50.0)[[0, -1]] == pytest.approx([2.0, 50.0])
    assert len(leverages(20.0)) == RUNGS
    ratios = leverages(None)[1:] / leverages(None)[:-1]
    assert ratios == pytest.approx(np.full(RUNGS - 1, ratios[0]))


def test_prior_falls_with_leverage_and_leaves_a_share_that_is_never_liquidated() -> None:
    rungs = leverages(None)
    weights = prior_weights(rungs, never=0.3)
    assert weights.sum() == pytest.approx(0.7)
    # ∝ L^−1.5: from 2× to 125× the share falls by 62.5^1.5 = 494
    assert weights[0] / weights[-1] == pytest.approx(62.5**1.5)


def test_half_of_open_interest_lies_in_positions_above_the_median_size() -> None:
    sizes = position_sizes(median=100_000.0, sigma=2.0)
    assert float(np.median(sizes)) == pytest.approx(100_000.0, rel=1e-6)
    assert (sizes < 100_000.0 * math.exp(-2.0)).mean() == pytest.approx(0.1587, abs=0.005)


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("inverse", [False, True])
def test_with_one_tier_a_rung_lies_where_the_formula_says(side: Side, inverse: bool) -> None:
    ladder = Ladder.of(rule(*ONE_TIER, inverse=inverse), 125.0)
    s = 1.0 if side is Side.LONG else -1.0
    for rung, leverage in enumerate(ladder.rungs):
        if inverse:
            expected = math.log((1 + s * 0.004) / (1 + s / leverage))
        else:
            expected = math.log((1 - s / leverage) / (1 - s * 0.004))
        assert centre(ladder, side, rung) == pytest.approx(expected, abs=1e-9 + 1e-7 * abs(expected) / WIDTH)


def test_every_kernel_keeps_all_mass() -> None:
    steps = ((0, 500, 0.004, 125), (500, 2_000, 0.01, 50), (2_000, 9_000, 0.05, 10), (9_000, 1e9, 0.125, 4))
    ladder = Ladder.of(rule(*steps), 125.0)
    assert ladder.taps.sum(axis=2) == pytest.approx(np.ones((2, RUNGS)), abs=1e-6)
    assert (ladder.taps >= 0.0).all()


def test_large_positions_are_liquidated_sooner_so_a_low_rung_is_a_narrow_band() -> None:
    # Half of open interest (positions above 100,000 = 1.667 BTC = 166.7 contracts) has m = 1 %, half 0.4 %.
    ladder = Ladder.of(rule((0, 166.7, 0.004, 125), (166.7, 1e9, 0.01, 50)), 125.0)
    near_two = math.log(0.5 / 0.99), math.log(0.5 / 0.996)
    assert centre(ladder, Side.LONG, 0) == pytest.approx(sum(near_two) / 2, abs=WIDTH / 10)
    assert int((ladder.taps[0, 0] > 0.1).sum()) >= 2
    # 125× is not to be had in the second tier: a spike at m = 0.4 %, at most two bins.
    assert int((ladder.taps[0, -1] > 0.0).sum()) <= 2
    assert centre(ladder, Side.LONG, RUNGS - 1) == pytest.approx(math.log(0.992 / 0.996), abs=1e-6)


def test_longs_lie_below_and_shorts_above_their_entry() -> None:
    ladder = Ladder.of(rule(*ONE_TIER), 125.0)
    assert (ladder.offsets[Side.LONG] + ladder.taps.shape[2] <= 0).all()
    assert (ladder.offsets[Side.SHORT] > 0).all()


def test_the_reference_price_turns_notional_into_contracts() -> None:
    # The tier edge of 166.7 contracts of 0.01 BTC is 100,000 USD at 60,000 but 1,667 USD at 1,000: then nearly all
    # open interest is in the higher tier, and liquidated sooner.
    steps = ((0, 166.7, 0.004, 125), (166.7, 1e9, 0.02, 125))
    dear = Ladder.of(rule(*steps, price=60_000.0), 125.0)
    cheap = Ladder.of(rule(*steps, price=1_000.0), 125.0)
    assert centre(cheap, Side.LONG, 5) > centre(dear, Side.LONG, 5) + 0.005


def test_the_ladder_ends_at_the_highest_leverage_any_tier_allows() -> None:
    assert Ladder.of(rule((0, 100, 0.01, 50), (100, 1e9, 0.02, 20)), 100.0).rungs[-1] == pytest.approx(50.0)
    assert Ladder.of(rule((0, 100, 0.01, 50), (100, 1e9, 0.02, 20)), 30.0).rungs[-1] == pytest.approx(30.0)


def test_a_flat_schedule_has_no_largest_size() -> None:
    flat = MarginRule(False, 1.0, Schedule.flat(0.005), TierUnit.VALUE, 0.0, 100.0, True)
    assert Ladder.of(flat, 20.0).assumed
