"""Pace: the words for how fast liquidations come."""

import pytest

from liqtui.events import Side
from liqtui.market.pace import Pace, PaceView

SECOND = 10**9
MINUTE = 60 * SECOND
T0 = 1_790_000_000 * SECOND


def steadily(pace: Pace, start_ns: int, seconds: int, usd: float = 600.0, side: Side = Side.LONG) -> int:
    """A report every 10 s, of 60 USD a second where not said otherwise; returns when it ends."""
    for second in range(10, seconds + 1, 10):
        now = start_ns + second * SECOND
        pace.take(now, now, side, usd)
    return start_ns + seconds * SECOND


def listened(seconds: int = 4 * 3_600) -> tuple[Pace, int]:
    """Four hours of 60 USD a second. Right after a report the fast rate is 20 ÷ (1 − e^−⅓) = 70.6, before the next one
    50.6."""
    pace = Pace()
    pace.listen(T0)
    return pace, steadily(pace, T0, seconds)


def words(pace: Pace, start_ns: int, seconds: int) -> list[str | None]:
    """The word at every second, each said once."""
    said: list[str | None] = []
    for second in range(seconds + 1):
        word = pace.read(start_ns + second * SECOND).word
        if not said or word != said[-1]:
            said.append(word)
    return said


def test_nothing_is_said_before_twenty_minutes_were_heard_then_silence_is_calm_since_the_start() -> None:
    pace = Pace()
    assert pace.read(T0).word is None
    pace.listen(T0)
    before = pace.read(T0 + 20 * MINUTE - 1)
    assert (before.word, before.heard_ns) == (None, 20 * MINUTE - 5 * SECOND)
    pace_view = pace.read(T0 + 20 * MINUTE)
    assert (pace_view.word, pace_view.since_ns, pace_view.side) == ("calm", T0, None)


def test_a_steady_rate_is_usual_and_the_word_does_not_flicker_with_every_report() -> None:
    pace, _ = listened()
    view = pace.read(T0 + 4 * 3_600 * SECOND)
    assert view.word == "usual"
    assert view.usd_per_s == pytest.approx(70.6, abs=0.1)
    assert view.usual_usd_per_s == pytest.approx(60)
    pace, now = listened(3_600)
    said = set()
    for _ in range(60):
        now = steadily(pace, now, 10)
        said.update(words(pace, now, 9))
    assert said == {"usual"}


def test_a_burst_is_fast_then_subsides_then_is_over() -> None:
    """600,000 USD at once: fast = 20,000·e^(−t/30) + 60, slow = 1,000·e^(−t/600) + 60. At 110 s 571 is more than half
    of 892; at 130 s 322 is less than half of 865. The day's mean is now 60 + 600,000 ÷ 14,400 = 102, and 0.8 of it are
    undercut when 20,000·e^(−t/30) < 21 ± 10, from 190 to 230 s."""
    pace, now = listened()
    pace.take(now, now, Side.SHORT, 600_000)
    at = [now + s * SECOND for s in (5, 110, 130, 180, 240)]
    said = []
    for second in range(10, 241, 10):
        steadily(pace, now + (second - 10) * SECOND, 10)
        said += [pace.read(t) for t in at if now + (second - 10) * SECOND < t <= now + second * SECOND]
    assert [view.word for view in said] == ["fast", "fast", "subsiding", "subsiding", "usual"]
    assert said[0].since_ns == now
    assert said[0].side is Side.SHORT, "1,000 of 1,060 USD a second"


def test_ten_times_the_rate_rises_first_and_is_fast_once_the_ten_minutes_are_twice_the_day() -> None:
    """fast = 60 + 540·(1 − e^(−t/30)), slow = 60 + 540·(1 − e^(−t/600)): 457, 95 at 40 s; slow passes 120 at 71 s."""
    pace, now = listened()
    steadily(pace, now, 40, usd=6_000)
    assert pace.read(now + 40 * SECOND).word == "rising"
    steadily(pace, now + 40 * SECOND, 60, usd=6_000)
    assert pace.read(now + 100 * SECOND).word == "fast"


def test_a_third_of_the_usual_rate_is_calm_after_a_calm_and_usual_after_the_usual() -> None:
    """18 USD a second swing from 15.2 to 21.2: above a quarter of 60, where calm begins, below half, where it ends."""
    pace, now = listened()
    now = steadily(pace, now, 300, usd=180)
    assert pace.read(now).word == "usual"
    quiet = now + 60 * SECOND
    assert pace.read(quiet).word == "calm"
    now = steadily(pace, quiet, 300, usd=180)
    view = pace.read(now)
    assert view.word == "calm"
    assert view.since_ns is not None
    assert now < view.since_ns + 360 * SECOND < quiet + 360 * SECOND


def test_a_feed_that_is_not_heard_is_not_calm() -> None:
    pace, now = listened()
    pace.deafen(now)
    assert pace.read(now + 5 * MINUTE) == PaceView(None, None, None, None, None, 4 * 3_600 * SECOND)
    pace.take(now, now, Side.LONG, 1e6)
    pace.listen(now + 10 * MINUTE)
    assert pace.read(now + 11 * MINUTE - 1).word is None, "not before a minute is heard again"
    view = pace.read(now + 11 * MINUTE)
    assert (view.word, view.since_ns) == ("calm", now + 10 * MINUTE)
    assert view.heard_ns == (4 * 60 + 1) * MINUTE, "the break is not of the day"


def test_a_backlog_is_not_of_now() -> None:
    pace, now = listened()
    for ago in range(31, 600):
        pace.take(now, now - ago * SECOND, Side.LONG, 1e6)
    assert pace.read(now + 5 * SECOND).word == "usual"


def test_after_a_day_a_burst_is_forgotten() -> None:
    pace = Pace()
    pace.listen(T0)
    pace.take(T0, T0, Side.LONG, 1e9)
    day = 86_400 * SECOND
    assert (pace.read(T0 + day - 10 * MINUTE).usual_usd_per_s or 0) > 1e9 / 86_400
    view = pace.read(T0 + day)
    assert (view.word, view.usual_usd_per_s, view.heard_ns) == ("calm", 0, day)


def test_what_is_said_does_not_depend_on_how_often_it_is_asked() -> None:
    often, seldom = Pace(), Pace()
    for pace in (often, seldom):
        pace.listen(T0 + 1)
    for step in range(1, 6_000):
        now = T0 + step * 250_000_000
        if step % 37 == 0 or 3_000 < step < 3_100:
            for pace in (often, seldom):
                pace.take(now, now, Side(step % 2), 1_000.0 * (step % 11))
        often.read(now)
    assert often.read(now) == seldom.read(now)
