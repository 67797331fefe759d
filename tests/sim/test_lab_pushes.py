"""The cascade forecast against a market that is really pushed: a small version of the proof."""

from functools import cache
from typing import Any

import pytest

from liqtui.lab import pushes
from liqtui.lab.pushes import MODEL, NONE, TRUE_MAP, TRUE_WALK, Pushed
from liqtui.liqmap.cascade import Response
from liqtui.sim.push import RUN, Push


@cache
def crowd() -> tuple[Pushed, ...]:
    """A crowd of high leverage, watched for seven minutes, then pushed four ways."""
    return tuple(pushes.run(["crowd"], 1, lived_s=200.0, distances=(-0.045, -0.03, 0.02, 0.045)))


@cache
def told() -> dict[str, Any]:
    return pushes.report(crowd())


def test_every_push_is_forecast_before_it_happens() -> None:
    assert len(crowd()) == 4
    for one in crowd():
        outward = 1.0 if one.distance > 0 else -1.0
        for end in one.ends.values():
            assert (end - one.push.trigger) * outward >= -1e-6 * end
        assert 0.02 <= one.response.kept <= 1.0 > one.response.stands > 0.05


def test_on_the_true_map_the_rule_is_within_a_fifth_and_nearer_than_no_cascade_and_than_a_single_walk() -> None:
    started = told()["started"]
    assert started["n"] >= 2
    error = {name: each["median"] for name, each in started["median_error"].items()}
    assert error[TRUE_MAP] <= 0.2
    assert error[TRUE_MAP] < min(error[NONE], error[TRUE_WALK])


def test_the_report_counts_every_push_once() -> None:
    told_ = told()
    assert told_["n"] == told_["started"]["n"] + told_["calm"]["n"] == 4
    assert told_["regimes"]["crowd"]["n"] == told_["started"]["n"]


def made(start: float, trigger: float, end: float, forecast: float) -> Pushed:
    ends = dict.fromkeys(crowd()[0].ends, trigger) | {MODEL: forecast}
    return Pushed("crowd", 0, -0.01, Push(RUN, start, trigger, end, 10.0, 7.0), ends, False, 9.0, Response(0.2, 0.5))


def test_errors_are_shares_of_the_way_the_mark_really_went() -> None:
    one = made(100.0, 99.0, 98.0, 98.5)
    assert one.error(MODEL) == pytest.approx(0.25)
    assert one.error(NONE) == pytest.approx(0.5)
    assert one.push.added == pytest.approx(0.01)
    assert one.started
    assert not made(100.0, 99.0, 98.95, 98.5).started, "0.05 % of price is no cascade"


def test_a_cascade_that_did_not_come_is_a_false_alarm() -> None:
    calm = pushes.report([made(100.0, 99.0, 99.0, 98.0), made(100.0, 99.0, 99.0, 98.95)])["calm"]
    assert isinstance(calm, dict)
    assert calm["false_alarms"] == 1


def test_nothing_pushed_is_a_report_of_nothing() -> None:
    assert pushes.report([])["started"] == {"n": 0}
