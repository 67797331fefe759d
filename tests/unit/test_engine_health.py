"""What is said of a venue from the states of its connections."""

from liqtui.engine.health import HealthBook
from liqtui.events import FeedState, FeedStatus
from liqtui.view import FeedView

S = 10**9


def seen(*told: tuple[str, FeedState, str]) -> FeedView:
    book = HealthBook()
    for connection, state, reason in told:
        retry_ns = 42 * S if state is FeedState.REFUSED else None
        book.note("zinc", 0, FeedStatus("zinc", connection, 0, state, reason, retry_ns))
    return book.freeze((), None).feeds[0]


def test_a_venue_that_refuses_both_ways_is_refused() -> None:
    feed = seen(("zinc/rest", FeedState.REFUSED, "REST: HTTP 451"), ("zinc/1", FeedState.CONNECTING, "HTTP 503"))
    assert (feed.state, feed.reason, feed.retry_ns) == (FeedState.REFUSED, "REST: HTTP 451", 42 * S)
    assert feed.trouble(0) == "zinc refused: REST: HTTP 451; next try in 42 s"
    assert feed.trouble(0, once=True) == "zinc refused: REST: HTTP 451; try again in 42 s"


def test_while_its_sockets_speak_a_refusal_of_rest_is_a_gap_with_the_next_try() -> None:
    feed = seen(("zinc/rest", FeedState.REFUSED, "REST: HTTP 451"), ("zinc/1", FeedState.LIVE, ""))
    assert (feed.state, feed.reason, feed.retry_ns) == (FeedState.GAPPED, "REST: HTTP 451", 42 * S)
    assert feed.trouble(0) is None, "it brings something"


def test_a_mute_socket_is_worse_than_a_refusal_of_rest() -> None:
    feed = seen(("zinc/rest", FeedState.REFUSED, "REST: HTTP 451"), ("zinc/1", FeedState.STALE, "no data for 8 s"))
    assert (feed.state, feed.reason) == (FeedState.STALE, "no data for 8 s")


def test_a_socket_that_is_refused_is_told_beside_one_that_speaks() -> None:
    feed = seen(("zinc/1", FeedState.LIVE, ""), ("zinc/2", FeedState.REFUSED, "HTTP 403"))
    assert (feed.state, feed.reason) == (FeedState.REFUSED, "HTTP 403")


def test_an_instrument_hears_of_the_feeds_that_matter_to_it() -> None:
    book = HealthBook()
    for venue in ("copper", "zinc"):
        book.note(venue, 0, FeedStatus(venue, f"{venue}/1", 0, FeedState.LIVE))
    assert [feed.venue for feed in book.freeze((), None, ["zinc"]).feeds] == ["zinc"]
    assert len(book.freeze((), None).feeds) == 2
