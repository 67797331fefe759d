"""Levels a gap jumped over, and a market faster than its reports."""

import math

import pytest

from liqtui.market.hurry import Hurry
from liqtui.market.jumps import Jump, Jumps

SECOND = 10**9
T0 = 1_790_000_000 * SECOND
WIDTH = 0.0005


def test_a_mark_that_leaps_a_quarter_of_a_percent_has_jumped_one_that_walks_there_has_not() -> None:
    jumps = Jumps(WIDTH)
    assert jumps.take(T0, [60_000]) == 0
    walk = [60_000 * math.exp(-0.0005 * i) for i in range(1, 6)]
    assert jumps.take(T0 + SECOND, walk) == pytest.approx(1.0)
    assert jumps.recent(T0 + SECOND) == ()
    leap = walk[-1] * math.exp(-0.0026)
    assert jumps.take(T0 + 2 * SECOND, [leap]) == pytest.approx(5.2)
    assert jumps.recent(T0 + 2 * SECOND) == (Jump(leap, walk[-1], False, T0 + SECOND, T0 + 2 * SECOND),)


@pytest.mark.parametrize(("silent_s", "jumped"), [(10, 0), (16, 1)])
def test_across_a_silence_less_is_a_jump(silent_s: int, jumped: int) -> None:
    jumps = Jumps(WIDTH)
    jumps.take(T0, [60_000])
    longest = jumps.take(T0 + silent_s * SECOND, [60_000 * math.exp(0.0012)])
    assert len(jumps.recent(T0 + silent_s * SECOND)) == jumped
    assert longest == (0 if jumped else pytest.approx(2.4)), "a silence is not the mark's usual stride"


def test_leaps_that_follow_each_other_the_same_way_are_one_jump() -> None:
    jumps = Jumps(WIDTH)
    jumps.take(T0, [60_000])
    jumps.take(T0 + SECOND, [59_800, 59_600])
    jumps.take(T0 + 2 * SECOND, [59_400])
    jumps.take(T0 + 3 * SECOND, [59_700])
    fall, rise = jumps.recent(T0 + 3 * SECOND)
    assert (fall.low, fall.high, fall.up, fall.since_ns, fall.time_ns) == (59_400, 60_000, False, T0, T0 + 2 * SECOND)
    assert (rise.low, rise.high, rise.up) == (59_400, 59_700, True)


def test_a_jump_is_told_for_an_hour_and_one_over_an_outage_until_history_fills_it() -> None:
    jumps = Jumps(WIDTH)
    jumps.take(T0, [60_000])
    jumps.take(T0 + SECOND, [59_000])
    jumps.take(T0 + 600 * SECOND, [58_000])
    later = T0 + 601 * SECOND
    assert len(jumps.recent(later)) == 2
    jumps.known(T0 + 660 * SECOND)
    assert [j.low for j in jumps.recent(later)] == [59_000], "a leap within a second is in no candle"
    assert jumps.recent(T0 + 3_601 * SECOND) == ()


def test_the_mid_that_stands_in_does_not_jump_to_the_mark() -> None:
    jumps = Jumps(WIDTH)
    jumps.take(T0, [60_000])
    jumps.forget()
    jumps.take(T0 + SECOND, [59_000])
    assert jumps.recent(T0 + SECOND) == ()


def test_the_share_near_the_mark_counts_what_overlaps_once() -> None:
    """Of the 4 % about the mark 1 % above it was jumped over twice, and 0.5 % further up; what lies beyond is none."""
    jumps, mark = Jumps(WIDTH), 60_000.0
    jumps.take(T0, [mark, mark * math.exp(0.01), mark, mark * math.exp(0.015), mark * math.exp(0.2)])
    assert jumps.share(mark, T0) == pytest.approx(0.02 / 0.04)
    assert jumps.share(mark * math.exp(0.5), T0) == 0
    down = Jumps(WIDTH)
    down.take(T0, [mark, mark * math.exp(0.01), mark])
    assert down.share(mark, T0) == pytest.approx(0.01 / 0.04)


def test_what_trades_between_two_reports_of_open_interest_is_held_and_fades() -> None:
    """2 of 1,000 units traded: 0.2 %; a minute later, with nothing more, 0.2 % ÷ e."""
    hurry = Hurry()
    hurry.trade(5.0)
    assert hurry.turned(T0) is None
    hurry.report(T0, 1_000.0)
    assert hurry.turned(T0) == 0.0, "what traded before the first report is not known to be between two"
    hurry.trade(1.5)
    hurry.trade(0.5)
    assert hurry.turned(T0 + SECOND) == pytest.approx(0.002)
    hurry.report(T0 + 3 * SECOND, 1_000.0)
    assert hurry.turned(T0 + 63 * SECOND) == pytest.approx(0.002 / math.e)
    hurry.stride(T0, 4.0)
    hurry.stride(T0 + SECOND, 1.0)
    assert hurry.strides(T0 + 60 * SECOND) == pytest.approx(4 / math.e)
