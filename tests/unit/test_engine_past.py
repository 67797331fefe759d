"""History in order: every stretch of time once, as fine as it is known, without hole or overlap."""

import itertools

from liqtui.engine.past import Past
from liqtui.events import Bar, Candles, InterestHistory

MINUTE = 60 * 10**9
HOUR = 60 * MINUTE


def page(period: int, first: int, count: int, *, mark: bool = False, last_confirmed: bool = True) -> Candles:
    bars = [
        Bar(first + i * period, 100.0, 101.0, 99.0, 100.0, None if mark else 1.0, last_confirmed or i < count - 1)
        for i in range(count)
    ]
    return Candles("X", period, mark, bars)


def test_fine_bars_take_over_where_a_coarse_bar_ends() -> None:
    past = Past()
    past.add(page(HOUR, 0, 4))
    past.add(page(5 * MINUTE, 2 * HOUR + 25 * MINUTE, 30))
    row = past.row()
    assert [b.end_ns - b.start_ns for b in row[:3]] == [HOUR] * 3
    assert all(a.end_ns == b.start_ns for a, b in itertools.pairwise(row))
    assert row[-1].end_ns == 2 * HOUR + 25 * MINUTE + 150 * MINUTE


def test_a_bar_that_still_grows_is_no_history() -> None:
    past = Past()
    past.add(page(MINUTE, 0, 3, last_confirmed=False))
    assert past.end_ns() == 2 * MINUTE


def test_behind_a_hole_only_the_newer_run_counts() -> None:
    past = Past()
    past.add(page(MINUTE, 0, 3))
    past.add(page(MINUTE, 10 * MINUTE, 2))
    assert [b.start_ns for b in past.row()] == [10 * MINUTE, 11 * MINUTE]


def test_fine_bars_that_do_not_meet_the_coarse_ones_wait() -> None:
    past = Past()
    past.add(page(HOUR, 0, 2))
    past.add(page(MINUTE, 2 * HOUR + 7 * MINUTE, 5))
    assert past.end_ns() == 2 * HOUR


def test_nothing_after_the_joint() -> None:
    past = Past()
    past.add(page(MINUTE, 0, 10))
    assert past.row(4 * MINUTE)[-1].end_ns == 4 * MINUTE


def test_open_interest_and_mark_meet_their_bar() -> None:
    past = Past()
    past.add(page(5 * MINUTE, 0, 3))
    past.add(page(5 * MINUTE, 0, 2, mark=True))
    past.add(InterestHistory("X", 5 * MINUTE, [(5 * MINUTE, 10.0), (10 * MINUTE, 12.0)]))
    row = past.row()
    assert [b.interest for b in row] == [10.0, 12.0, None]
    assert [b.mark is not None for b in row] == [True, True, False]


def test_minutes_know_the_open_interest_of_five_minutes_and_go_back_only_as_far_as_their_marks() -> None:
    past = Past()
    past.add(page(5 * MINUTE, 0, 4))
    past.add(page(MINUTE, 0, 20))
    past.add(page(MINUTE, 10 * MINUTE, 10, mark=True))
    past.add(InterestHistory("X", 5 * MINUTE, [(5 * MINUTE * i, 10.0 + i) for i in range(1, 5)]))
    row = past.row()
    assert [(b.end_ns - b.start_ns) // MINUTE for b in row] == [5, 5] + [1] * 10
    assert [b.interest for b in row if b.interest is not None] == [11.0, 12.0, 13.0, 14.0]
