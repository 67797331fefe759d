"""Reliability: one figure, a product of stated factors, each with its words."""

import pytest

from liqtui.market.reliability import Facts, reliability

MINUTE = 60 * 10**9


def test_where_nothing_is_in_doubt_it_is_a_hundred() -> None:
    assert reliability(Facts()) == reliability(Facts(turned=0.001, strides=3.0))
    assert (reliability(Facts()).percent, reliability(Facts()).doubts) == (100, ())


@pytest.mark.parametrize(("facts", "name", "percent"), [
    (Facts(mark_source="mid"), "no mark", 70),
    (Facts(mark_source="last close"), "no mark", 50),
    (Facts(mark_stale=True), "mark stale", 50),
    (Facts(feed="okx is stale"), "feed", 80),
    (Facts(feed="okx is refused", feed_ns=10 * MINUTE), "feed", 40),
    (Facts(feed="okx is refused", feed_ns=600 * MINUTE), "feed", 10),
    (Facts(interest_ns=None), "no OI", 60),
    (Facts(interest_ns=4 * MINUTE), "OI stale", 80),
    (Facts(assumed=True), "assumed m", 90),
    (Facts(history="no history"), "history", 60),
    (Facts(history="joining history"), "history", 80),
    (Facts(sampled=True), "sampled", 90),
    (Facts(levelled=False), "level", 90),
    (Facts(turned=0.00125), "fast", 80),            # 0.1 % ÷ 0.125 %
    (Facts(turned=0.5), "fast", 50),
    (Facts(strides=4.0), "sparse mark", 75),        # 3 ÷ 4
    (Facts(strides=40.0), "sparse mark", 70),
    (Facts(jumped=0.2), "jumped", 80),
    (Facts(jumped=0.001), "jumped", 95),
])
def test_each_doubt_lowers_it_by_its_factor(facts: Facts, name: str, percent: int) -> None:
    told = reliability(facts)
    assert ([doubt.name for doubt in told.doubts], told.percent) == ([name], percent)


def test_doubts_multiply_and_the_worst_comes_first() -> None:
    told = reliability(Facts(sampled=True, turned=0.00125, jumped=0.1))
    assert told.percent == 65                       # 0.9 × 0.8 × 0.9 = 0.648
    assert [doubt.name for doubt in told.doubts] == ["fast", "sampled", "jumped"]
