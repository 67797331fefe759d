"""Subscriptions on a clock of the test: quiet is not dead, and nothing is asked too often."""

import itertools

import pytest

from liqtui.events import FeedState
from liqtui.feeds.lines import Lines
from liqtui.feeds.settings import Timing
from liqtui.instruments import Instrument, Kind
from liqtui.venues import load, names
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
    lines.heard("book", 0.35)
    assert lines.state(0.4) == (FeedState.LIVE, "")
    assert lines.whole_for("X")


def test_asking_for_one_more_instrument_is_no_new_connection() -> None:
    lines = opened()
    lines.heard("mark", 1.5)
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


def test_a_mute_socket_is_stale_then_asked_anew_then_given_up() -> None:
    """All is acknowledged and nothing comes: said after 11 s, whatever the streams' own limits."""
    lines = opened()
    lines.heard("mark", 10.0)
    assert lines.quiet_limit_s() == 11.0
    assert (lines.state(20.9)[0], lines.revive(20.9)) == (FeedState.LIVE, False)
    assert lines.state(21.1) == (FeedState.STALE, "")
    assert not lines.overdue(22.1), "it is one thing, not one of every stream"
    assert lines.revive(22.1)
    assert lines.due(22.1) == ([MARK, BOOK, TRADES], [MARK, BOOK, TRADES])
    lines.asked([MARK, BOOK, TRADES], 22.1)
    for key in ("mark", "book", "trades"):
        lines.acked(key, 22.2)
    assert lines.state(27.9) == (FeedState.STALE, ""), "acknowledgements are not data"
    assert not lines.revive(27.9), "once"
    assert (lines.unheard(30.0), lines.unheard(40.1)) == (False, True), "no sooner than its mark may rest"


def test_a_mute_socket_that_speaks_again_is_live_and_may_be_revived_again() -> None:
    lines = opened()
    lines.heard("mark", 10.0)
    assert lines.revive(22.1)
    lines.asked([MARK, BOOK, TRADES], 22.1)
    for key in ("mark", "book", "trades"):
        lines.acked(key, 22.2)
        lines.heard(key, 22.5)
    assert lines.state(22.6) == (FeedState.LIVE, "")
    assert not lines.revive(35.0), "that did not help for long"
    assert lines.unheard(53.0)
    for second in range(35, 91):
        lines.heard("mark", float(second))
    assert lines.revive(102.1)


def test_a_socket_that_has_yet_to_speak_is_not_live() -> None:
    lines = opened()
    assert lines.state(2.0) == (FeedState.CONNECTING, "")
    assert lines.state(12.1) == (FeedState.STALE, "")
    quiet = Lines(TIMING)
    quiet.want([TRADES])
    quiet.opened(0.0)
    quiet.asked([TRADES], 0.0)
    quiet.acked("trades", 0.1)
    assert quiet.state(500.0) == (FeedState.LIVE, ""), "where any silence is fine there is nothing to wait for"


def trading(pause_s: float) -> tuple[Lines, float]:
    """A minute of marks every second and trades every `pause_s`; its end."""
    lines, next_trade = opened(), 0.0
    for tick in range(600):
        now = 1.0 + tick / 10
        if tick % 10 == 0:
            lines.heard("mark", now)
            lines.heard("book", now)
        if now >= next_trade:
            lines.heard("trades", now)
            next_trade = now + pause_s
    return lines, 60.9


def test_a_lively_stream_that_dies_alone_is_found_within_ten_seconds() -> None:
    lines, end = trading(0.5)
    last_trade, found = 60.5, []
    for tick in range(1, 150):
        now = end + tick / 10
        lines.heard("mark", now)
        lines.heard("book", now)
        found += [(round(now - last_trade, 1), words) for s, words in lines.overdue(now) if s.key == "trades"]
    assert found == [(10.1, "silent for 10 s")]
    assert lines.due(end + 15)[1] == [TRADES]
    lines.asked([TRADES], end + 15)
    lines.acked("trades", end + 15.1)
    assert lines.state(end + 15.2)[0] is FeedState.RESYNCING, "what should speak is not mended by an acknowledgement"
    lines.heard("trades", end + 16)
    assert lines.state(end + 16.1) == (FeedState.LIVE, "")


def test_a_lively_stream_that_never_comes_back_costs_the_socket() -> None:
    lines, now = trading(0.5)
    asked = 0
    while not lines.stubborn():
        now += 0.1
        assert now < 200
        for key in ("mark", "book"):
            lines.heard(key, now)
        _, ask = lines.due(now)
        asked += len(ask)
        lines.asked(ask, now)
        for subscription in ask:
            lines.acked(subscription.key, now)
        lines.overdue(now)
    assert lines.stubborn() == "trades stays silent"
    assert asked == 2


def test_a_thin_stream_may_rest_as_it_does() -> None:
    lines, end = trading(7.0)
    for tick in range(1, 600):
        now = end + tick / 10
        lines.heard("mark", now)
        lines.heard("book", now)
        assert not lines.overdue(now)


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


@pytest.mark.parametrize("name", names())
def test_every_socket_of_every_venue_is_found_mute_within_fifteen_seconds(name: str) -> None:
    symbol = "BTC-USDT-SWAP" if name == "okx" else "BTC"
    perpetual = Instrument(name, symbol, "BTC", "USDT", "USDT", Kind.PERPETUAL, False, 1.0, 0.1, "BTC-USDT", "BTC-USDT")
    by_url: dict[str, list[Subscription]] = {}
    for subscription in load(name).subscriptions([perpetual]):
        if subscription.poll is None:
            by_url.setdefault(subscription.url, []).append(subscription)
    for wanted in by_url.values():
        lines = Lines(TIMING)
        lines.want(wanted)
        lines.opened(0.0)
        lines.asked(wanted, 0.0)
        for subscription in wanted:
            lines.acked(subscription.key, 0.1)
        assert lines.state(14.0)[0] is FeedState.STALE
