"""The measures of the score, by arithmetic that can be followed, and when nothing is claimed."""

import math

import numpy as np
import pytest

from liqtui.liqmap.grid import Floats
from liqtui.liqmap.score import (
    FLOOR_USD,
    LARGEST,
    Days,
    measured,
    paired,
    poisson_deviance,
    ranks,
    spearman,
)

HOUR_MS = 3_600_000
RNG = np.random.default_rng(7)


def hours(days: int) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return np.arange(24 * days, dtype=np.int64) * HOUR_MS


def noisy(days: int, error: float = 0.3) -> tuple[Floats, Floats]:
    """Sizes [step, side] and forecasts that are off by a factor."""
    generator = np.random.default_rng(days)
    y = np.exp(generator.normal(13.0, 1.5, size=(24 * days, 2)))
    return y, y * np.exp(generator.normal(0.0, error, size=y.shape))


def test_a_right_forecast_has_no_deviance() -> None:
    assert poisson_deviance(2e6, 2e6) == 0.0


def test_twice_too_much_costs_what_poisson_says() -> None:
    # 2·(y·ln(y/2y) − (y − 2y)) = 2y·(1 − ln 2) = 0.6137 y
    assert poisson_deviance(1e6, 2e6) == pytest.approx(2e6 * (1.0 - math.log(2.0)))


def test_forecasts_below_ten_thousand_dollars_count_as_that() -> None:
    assert FLOOR_USD == 10_000.0
    assert poisson_deviance(1e6, 0.0) == poisson_deviance(1e6, 10_000.0)
    assert poisson_deviance(0.0, 3.0) == pytest.approx(20_000.0)  # nothing happened: 2·(μ − 0)


def test_ties_share_their_mean_rank() -> None:
    assert ranks(np.array([5.0, 1.0, 5.0, 9.0])).tolist() == [2.5, 1.0, 2.5, 4.0]


def test_spearman_is_the_textbook_one() -> None:
    # d² = 0, 1, 1, 0, 0 → 1 − 6·2 / (5·24) = 0.9
    assert spearman(np.array([1.0, 2, 3, 4, 5]), np.array([10.0, 30, 20, 40, 50])) == pytest.approx(0.9)
    assert spearman(np.ones(5), np.arange(5.0)) is None


def test_deviance_per_dollar_is_over_all_dollars() -> None:
    y = np.array([[1e6, 0.0], [3e6, 0.0]])
    mu = np.array([[2e6, 1e4], [3e6, 1e4]])
    whole = measured(y, mu, Days(hours(1)[:2]))
    # 0.6137e6 for the first, 2e4 for each of two quiet short sides, over 4e6 dollars.
    assert whole.deviance == pytest.approx((2e6 * (1.0 - math.log(2.0)) + 4e4) / 4e6)


def test_without_the_largest_five_a_single_miss_is_forgiven() -> None:
    y = np.full(48, 1e6)
    mu = y.copy()
    y[10] = 1e8
    found = measured(y, mu, Days(hours(2)))
    assert found.deviance is not None
    assert found.deviance > 1.0
    assert found.deviance_without_top5 == 0.0
    assert LARGEST == 5


def test_fewer_than_five_days_have_no_interval_and_five_have() -> None:
    y, mu = noisy(4)
    assert set(measured(y, mu, Days(hours(4))).intervals.values()) == {None}
    y, mu = noisy(5)
    found = measured(y[:, 0], mu[:, 0], Days(hours(5)))
    for name in ("deviance", "deviance_without_top5", "spearman"):
        interval, value = found.intervals[name], getattr(found, name)
        assert interval is not None
        assert interval[0] < value < interval[1]


def test_a_forecast_that_is_worse_every_day_loses_outside_the_paired_interval() -> None:
    y, mu = noisy(12)
    worse = paired(y, mu, 3.0 * mu, Days(hours(12)))
    assert worse.loses
    assert worse.difference > 0.0
    same = paired(y, mu, mu, Days(hours(12)))
    assert not same.loses
    assert same.difference == 0.0


def test_three_days_prove_nothing_however_bad_the_other_is() -> None:
    y, mu = noisy(3)
    assert not paired(y, mu, 9.0 * mu, Days(hours(3))).loses


def test_cascade_days_are_those_far_above_the_median_day() -> None:
    y = np.full((24 * 5, 2), 1e5)
    y[30] = 1e8
    shaken = Days(hours(5)).is_cascade(y)
    assert shaken.sum() == 24
    assert shaken[24:48].all()


def test_intervals_are_the_same_every_time() -> None:
    y, mu = noisy(8)
    assert measured(y, mu, Days(hours(8))) == measured(y, mu, Days(hours(8)))
