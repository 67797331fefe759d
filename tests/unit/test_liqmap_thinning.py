"""A feed of at most one liquidation a second: how much of what happens it shows. λ = forecast ÷ mean size."""

import math

import pytest

from liqtui.liqmap.thinning import Thinning


def heard(*sizes: float) -> Thinning:
    made = Thinning()
    for size in sizes:
        made.reported(size)
    return made


def test_a_second_that_expects_one_shows_one_with_63_percent() -> None:
    thinning = heard(1.0, 3.0)  # 2 on average
    thinning.forecast(7, 2.0)
    # λ = 1: (1 − e⁻¹) / 1
    assert thinning.turn() == pytest.approx(0.6321, abs=1e-4)


def test_parts_of_a_second_are_one_second() -> None:
    thinning = heard(2.0)
    for _ in range(4):
        thinning.forecast(7, 0.5)
    assert thinning.turn() == pytest.approx(1.0 - math.exp(-1.0))


def test_a_quiet_time_is_shown_nearly_whole_and_a_cascade_hardly() -> None:
    quiet, cascade = heard(2.0), heard(2.0)
    quiet.forecast(7, 0.02)
    cascade.forecast(7, 40.0)
    # λ = 0.01: 1 − 0.005; λ = 20: one of twenty.
    assert quiet.turn() == pytest.approx(0.995, abs=1e-4)
    assert cascade.turn() == pytest.approx(0.05)


def test_a_minute_is_shown_by_what_its_seconds_show_together() -> None:
    thinning = heard(2.0)
    thinning.forecast(7, 2.0)
    thinning.forecast(8, 40.0)
    # 2 · 0.6321 + 2 · (1 − e⁻²⁰) = 3.264 of 42
    assert thinning.turn() == pytest.approx(3.2642 / 42.0, rel=1e-4)


def test_before_a_report_has_told_how_large_one_is_or_where_none_is_due_all_is_taken_as_shown() -> None:
    thinning = Thinning()
    thinning.forecast(7, 40.0)
    assert thinning.turn() == 1.0
    thinning.reported(2.0)
    assert thinning.turn() == 1.0


def test_each_minute_is_judged_by_itself() -> None:
    thinning = heard(2.0)
    thinning.forecast(7, 40.0)
    thinning.turn()
    thinning.forecast(60, 2.0)
    assert thinning.turn() == pytest.approx(1.0 - math.exp(-1.0))
