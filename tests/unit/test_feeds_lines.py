"""Subscriptions on a clock of the test: quiet is not dead, and nothing is asked too often."""

import itertools

from liqtui.events import FeedState
from liqtui.feeds.lines import Lines
from liqtui.feeds.settings import Timing
from liqtui.venues.base import Subscription

TIMING = Timing()


def stream(key: str, silence_s: float | None, control: bool = False) -> Subscription:
    return Subscription(key, "wss://x.example", {}, "X", silence_s, control)


MARK, BOOK, TRADES = stream("mark", 30.0, True), stream("book", 150.0), stream("trades", None)


def opened() -> Lines:
    """A socket open since 0 s with all three acknowledged at 1 s."""
    lines = Lines(TIMING)
    lines.want([MARK, BOOK, TRADES])
    lines.opened(0.0)
    lines.asked(lines.due(0.0)[1], 0.0)
    for key in ("mark", "book", "trades"):
        assert lines.acked(key, 1.0) is None
    return lines


def test_live_once_all_is_acknowledged() -> None:
    lines = Lines(TIMING)
    lines.want([MARK, BOOK])
    lines.opened(0.0)
    lines.asked(lines.due(0.0)[1], 0.0)
    lines.acked("mark", 0.1)
    assert lines.state(0.2) == (FeedState.CONNECTING, "subscribing")
    assert not lines.whole_for("X")
    lines.acked("book", 0.3)
    assert lines.state(0.4) == (FeedState.LIVE, "")
    assert lines.whole_for("X")


def test_asking_for_one_more_instrument_is_no_new_connection() -> None:
    lines = opened()
    assert lines.state(2.0) == (FeedState.LIVE, "")
    lines.want([MARK, BOOK, TRADES, stream("more", None)])
    lines.asked(lines.due(2.0)[1], 2.0)
    assert lines.state(2.1) == (FeedState.LIVE, "")
    lines.opened(3.0)
    assert lines.state(3.1) == (FeedState.CONNECTING, "subscribing")


def test_a_silent_book_is_mended_while_the_mark_speaks() -> None:
    lines = opened()
    for second in range(2, 152):
        lines.heard("mark", float(second))
        assert not lines.overdue(float(second))
    lines.heard("mark", 152.0)
    assert [(s.key, words) for s, words in lines.overdue(152.0)] == [("book", "silent for 151 s")]
    assert lines.due(152.0) == ([BOOK], [BOOK]), "unsubscribed and subscribed, alone"
    assert lines.state(152.0)[0] is FeedState.RESYNCING
    lines.asked([BOOK], 152.0)
    lines.acked("book", 152.2)
    assert lines.state(152.3)[0] is FeedState.RESYNCING, "an acknowledgement is not data"
    lines.heard("book", 152.4)
    assert lines.state(152.5) == (FeedState.LIVE, "")


def test_a_socket_whose_control_is_silent_goes_stale_at_half_the_limit() -> None:
    lines = opened()
    lines.heard("mark", 10.0)
    assert lines.quiet_limit_s() == 30.0
    assert lines.state(24.0)[0] is FeedState.LIVE
    assert lines.state(26.0) == (FeedState.STALE, "nothing heard for 15 s")


def test_resyncs_of_a_book_come_at_once_then_ever_slower() -> None:
    """Pauses of 2, 4, 8 … s, a minute at most, however often the book complains."""
    lines, at = opened(), []
    for tick in range(3000):
        now = 10.0 + tick / 10
        lines.resync("book", "gap", now)
        _, ask = lines.due(now)
        if ask:
            at.append(round(now, 1))
            lines.asked(ask, now)
            lines.acked("book", now)
    pauses = [round(b - a) for a, b in itertools.pairwise(at)]
    assert at[0] == 10.0
    assert pauses[:7] == [2, 4, 8, 16, 32, 60, 60]


def test_what_is_no_longer_wanted_is_unsubscribed_and_the_rest_left_alone() -> None:
    lines = opened()
    other = stream("other", None)
    lines.want([MARK, TRADES, other])
    assert lines.due(5.0) == ([BOOK], [other])
    lines.dropped()
    lines.asked([other], 5.0)
    assert lines.due(5.1) == ([], [])
    assert lines.acked("book", 5.2) is None, "a late acknowledgement of what was asked is no mistake"


def test_data_of_a_stream_stands_for_its_missing_acknowledgement() -> None:
    lines = Lines(TIMING)
    lines.want([MARK])
    lines.opened(0.0)
    lines.asked(lines.due(0.0)[1], 0.0)
    lines.heard("mark", 1.0)
    assert not lines.overdue(6.0)
    assert lines.state(6.0) == (FeedState.LIVE, "")
