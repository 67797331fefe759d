"""What is kept of the map through time: fewer snapshots of the old, none of the mark's way lost."""

import numpy as np

from liqtui.engine.snapshots import Snapshots
from liqtui.view import Snapshot

MINUTE = 60 * 10**9
T0 = 1_700_000_000 * 10**9 // (60 * MINUTE) * 60 * MINUTE


def shot(minute: int, low: float, high: float) -> Snapshot:
    return Snapshot(T0 + minute * MINUTE, 0, 2, np.zeros((2, 3, 4), np.float16), 1.0, low, high, (low + high) / 2)


def test_a_snapshot_that_stays_says_how_far_the_mark_went_since_the_one_before_that_stays() -> None:
    """A spike in the eighth minute is in the wick of the five minutes that end with the tenth, after ten hours, too."""
    kept = Snapshots()
    for minute in range(601):
        kept.add(shot(minute, 90.0 if minute == 8 else 99.0, 120.0 if minute == 6 else 101.0))
    old = [s for s in kept.all() if s.time_ns <= T0 + 20 * MINUTE]
    assert [(s.time_ns - T0) // MINUTE for s in old] == [0, 5, 10, 15, 20]
    assert [(s.low, s.high) for s in old] == [
        (99.0, 101.0), (99.0, 101.0), (90.0, 120.0), (99.0, 101.0), (99.0, 101.0)]


def test_a_snapshot_that_stays_as_it_is_is_not_copied() -> None:
    kept, one = Snapshots(), shot(0, 99.0, 101.0)
    kept.add(one)
    assert kept.all() == (one,)
    assert kept.all()[0] is one
