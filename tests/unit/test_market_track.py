"""A figure through time: what is kept of it, and for how long."""

import numpy as np

from liqtui.market.track import HOUR_NS, MINUTE_NS, Track

T0 = 1_700_000_000 * 10**9 // HOUR_NS * HOUR_NS
DAY = 24 * HOUR_NS


def by_the_minute(track: Track, minutes: int) -> int:
    """A point a minute, each worth its number; returns the time of the last."""
    for n in range(1, minutes + 1):
        track.take(T0 + n * MINUTE_NS, float(n))
    return T0 + minutes * MINUTE_NS


def test_the_recent_past_is_kept_by_the_minute_the_old_by_the_hour_and_a_month_is_enough() -> None:
    track = Track()
    now = by_the_minute(track, 40 * 1440)
    times, values = track.read()
    assert len(times) <= 240 + 68 * 12 + 27 * 24 + 256
    apart = np.diff(times)
    assert (apart[times[1:] > now - 4 * HOUR_NS] == MINUTE_NS).all()
    assert (apart[times[1:] < now - 4 * DAY] == HOUR_NS).all()
    assert now - times[0] <= 30 * DAY + 5 * HOUR_NS
    assert values[-1] == 40 * 1440
    assert (values == (times - T0) / MINUTE_NS).all(), "each point still says what it said"


def test_amounts_are_added_up_when_they_are_thinned() -> None:
    track = Track(summed=True)
    for n in range(1, 20 * 1440 + 1):
        track.take(T0 + n * MINUTE_NS, 1.0)
    times, values = track.read()
    assert values.sum() == 20 * 1440
    assert len(times) < 5_000
    assert values[0] == 60.0


def test_history_comes_in_any_order_and_does_not_replace_what_was_heard() -> None:
    track = Track()
    track.take(T0 + DAY, 5.0)
    track.seed([(T0 + DAY, 4.0), (T0, 1.0)])
    track.seed([(T0 + HOUR_NS, 2.0)])
    track.take(T0 + HOUR_NS, 9.0)
    times, values = track.read()
    assert times.tolist() == [T0, T0 + HOUR_NS, T0 + DAY]
    assert values.tolist() == [1.0, 2.0, 5.0]
    assert not values.flags.writeable


def test_nothing_changed_is_the_same_arrays() -> None:
    track = Track()
    track.take(T0, 1.0)
    assert track.read() is track.read()
