"""The figures a View carries through time."""

import pytest
from engine_scene import MINUTE, SECOND, SYMBOL, T0, engine, mark, shown, trade

from liqtui.events import (
    Funding,
    FundingHistory,
    Index,
    InterestHistory,
    OpenInterest,
    RatioHistory,
    TakerHistory,
)
from liqtui.view import History

HOUR = 60 * MINUTE


def history() -> History:
    """Two pages of history, then three live minutes: open interest 10 → 13, mark 60,060 on an index of 60,000."""
    made = engine()
    made.take("okx", T0, [
        InterestHistory(SYMBOL, HOUR, [(T0 - 2 * HOUR, 8.0), (T0 - HOUR, 9.0)]),
        InterestHistory(SYMBOL, 5 * MINUTE, [(T0 - 5 * MINUTE, 9.5)]),
        FundingHistory(SYMBOL, [(T0 - 8 * HOUR, 1e-4)]),
        RatioHistory(SYMBOL, 5 * MINUTE, [(T0 - 10 * MINUTE, 1.2), (T0 - 5 * MINUTE, 1.25)]),
        TakerHistory(SYMBOL, 5 * MINUTE, [(T0 - 5 * MINUTE, 7.0, 3.0), (T0, 20.0, 10.0)]),
    ])
    for n in range(4):
        at = T0 + n * MINUTE + 30 * SECOND
        made.take("okx", at, [
            mark(at, 60_060.0), Index("BTC-USDT", at, at, 60_000.0), OpenInterest(SYMBOL, at, at, 10.0 + n),
            Funding(SYMBOL, at, at, 2e-4, None, 8 * HOUR), trade(at, 60_060.0, 2.0 + n),
        ])
    made.advance(T0 + 4 * MINUTE + SECOND)
    found = shown(made).history
    assert found is not None
    return found


def test_history_and_live_reports_are_one_series() -> None:
    interest = history().interest
    assert interest.value.tolist() == [8.0, 9.0, 9.5, 10.0, 11.0, 12.0, 13.0]
    assert interest.time_ns[-1] == T0 + 3 * MINUTE + 30 * SECOND, "dated to when it was true"
    assert not interest.value.flags.writeable


def test_funding_goes_on_from_what_was_settled_and_ratios_are_the_venues() -> None:
    found = history()
    assert found.funding.value.tolist() == pytest.approx([1e-4, 2e-4, 2e-4, 2e-4, 2e-4])
    assert found.ratio.value.tolist() == [1.2, 1.25]


def test_the_basis_is_mark_over_index() -> None:
    assert history().basis.value.tolist() == pytest.approx([0.001] * 4)


def test_takers_are_counted_by_the_venue_until_we_listen_then_by_whole_minutes() -> None:
    """The first minute may have begun before we did; of the next two 3 and 4 were bought, the last is not over."""
    delta = history().delta
    assert delta.value.tolist() == [4.0, 10.0, 3.0, 4.0]
    assert delta.time_ns.tolist() == [T0 - 5 * MINUTE, T0, T0 + 2 * MINUTE, T0 + 3 * MINUTE]
