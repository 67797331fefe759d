"""The order book: when its chain holds, when it does not, and what it says."""

import math

import pytest

from liqtui.events import BookDelta, Level
from liqtui.instruments import Instrument, Kind
from liqtui.market import book as book_module
from liqtui.market.book import Book

PERP = Kind.PERPETUAL
LINEAR = Instrument("okx", "BTC-USDT-SWAP", "BTC", "USDT", "USDT", PERP, False, 0.01, 0.1, "BTC-USDT", "BTC-USDT")
INVERSE = Instrument("okx", "BTC-USD-SWAP", "BTC", "USD", "BTC", PERP, True, 100.0, 0.1, "BTC-USD", "BTC-USD")
Rows = list[tuple[float, float]]


def delta(
    bids: Rows,
    asks: Rows,
    *,
    seq: int | None = None,
    prev: int | None = None,
    snapshot: bool = False,
    unit: float = 0.01,
) -> BookDelta:
    bid, ask = ([Level(price, size) for price, size in rows] for rows in (bids, asks))
    return BookDelta("BTC-USDT-SWAP", 1, 2, bid, ask, unit, snapshot, seq, prev)


def opened(seq: int | None = 10) -> Book:
    """60,000.0 × 500 contracts | 60,000.2 × 300 contracts; a contract is 0.01 BTC."""
    book = Book(LINEAR)
    rows_bid: Rows = [(60_000.0, 500.0), (59_900.0, 100.0)]
    rows_ask: Rows = [(60_000.2, 300.0), (60_700.0, 50.0)]
    assert book.apply(delta(rows_bid, rows_ask, seq=seq, prev=-1, snapshot=True)) is None
    return book


def test_a_snapshot_gives_the_best_prices_and_their_middle() -> None:
    book = opened()
    assert (book.best_bid, book.best_ask) == (60_000.0, 60_000.2)
    assert book.mid == pytest.approx(60_000.1)
    assert len(book) == 4


def test_a_change_replaces_adds_and_deletes_levels() -> None:
    book = opened()
    assert book.apply(delta([(60_000.0, 0.0), (60_000.1, 7.0)], [], seq=11, prev=10)) is None
    assert book.best_bid == 60_000.1
    assert len(book) == 4


def test_contracts_become_coins_once_and_coins_become_quote() -> None:
    depth = opened().depth_within(1.0)
    assert depth is not None
    assert depth.bids == pytest.approx(6.0)                       # (500 + 100) × 0.01 BTC
    assert depth.asks == pytest.approx(3.0)                       # 60,700 is 1.17 % away
    assert depth.bids_quote == pytest.approx(5 * 60_000 + 1 * 59_900)
    assert depth.asks_quote == pytest.approx(3 * 60_000.2)


def test_depth_is_a_part_of_it_where_the_levels_end_before_one_percent() -> None:
    """The bids that are sent end at 59,900, 0.17 % below the mid; the asks at 60,700, 1.17 % above it."""
    assert opened().reaches(1.0) == (False, True)
    assert opened().reaches(0.1) == (True, True)
    assert Book(LINEAR).reaches(1.0) == (False, False)


def test_an_inverse_book_counts_dollars_of_face() -> None:
    book = Book(INVERSE)
    book.apply(delta([(60_000.0, 5.0)], [(60_001.0, 2.0)], snapshot=True, unit=100.0))
    depth = book.depth_within(1.0)
    assert depth is not None
    assert depth == (500.0, 200.0, 500.0, 200.0)


def test_a_number_that_does_not_follow_makes_the_book_invalid_until_the_next_snapshot() -> None:
    book = opened()
    reason = book.apply(delta([(60_000.0, 1.0)], [], seq=13, prev=12))
    assert reason is not None
    assert "12 does not follow 10" in reason
    assert not book.valid
    assert book.mid is None
    assert book.depth_within(1.0) is None
    assert book.apply(delta([(60_000.0, 1.0)], [], seq=14, prev=13)) is None, "said once"
    assert book.apply(delta([(1.0, 1.0)], [(2.0, 1.0)], seq=20, prev=-1, snapshot=True)) is None
    assert book.valid
    assert book.mid == 1.5


def test_a_heartbeat_keeps_the_number() -> None:
    book = opened()
    assert book.apply(delta([], [], seq=10, prev=10)) is None
    assert book.apply(delta([(59_999.0, 1.0)], [], seq=11, prev=10)) is None
    assert book.valid


def test_a_reset_restarts_low_and_the_chain_goes_on_from_there() -> None:
    book = opened()
    assert book.apply(delta([], [(60_000.3, 1.0)], seq=3, prev=10)) is None
    assert book.apply(delta([], [(60_000.4, 1.0)], seq=5, prev=3)) is None
    assert book.valid


def test_frames_of_2022_carry_no_numbers_and_are_taken_on_trust() -> None:
    book = opened(seq=None)
    assert book.apply(delta([(60_000.1, 1.0)], [])) is None
    assert book.best_bid == 60_000.1


def test_changes_before_the_first_snapshot_say_nothing() -> None:
    book = Book(LINEAR)
    assert book.apply(delta([(60_000.0, 1.0)], [], seq=2, prev=1)) is None
    assert not book.valid
    assert book.best_bid is None


def test_a_crossed_book_is_not_believed() -> None:
    book = opened()
    book.apply(delta([(60_000.3, 1.0)], [], seq=11, prev=10))
    assert book.mid is None
    reason = book.crossed()
    assert reason is not None
    assert "60000.3" in reason
    assert not book.valid


def test_a_level_without_a_price_is_left_out() -> None:
    book = opened()
    book.apply(delta([(0.0, 5.0)], [(0.0, 5.0)], seq=11, prev=10))
    assert book.best_bid == 60_000.0
    assert book.best_ask == 60_000.2
    assert len(book) == 4


def test_a_book_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book_module, "MAX_LEVELS", 50)
    book = opened(seq=None)
    gone: Rows = [(float(p), 0.0) for p in range(1, 100)]
    assert book.apply(delta(gone, [])) is None, "deleted levels are swept out, not counted"
    endless: Rows = [(float(p), 1.0) for p in range(1, 100)]
    reason = book.apply(delta(endless, []))
    assert reason is not None
    assert not book.valid


def test_bins_hold_what_rests_between_their_log_prices() -> None:
    width = 0.0005
    first = math.floor(math.log(59_000) / width)
    bids, asks = opened().bins(width, first, 80)
    assert bids.sum() == pytest.approx(6.0)
    assert asks.sum() == pytest.approx(3.5)
    at_best = math.floor(math.log(60_000.0) / width) - first
    assert bids[at_best] == pytest.approx(5.0)
    assert opened().bins(width, first, 2)[0].sum() == 0.0, "outside the asked bins"


def test_changes_that_wait_for_a_snapshot_are_not_kept_for_ever() -> None:
    book = Book(LINEAR)
    for number in range(book_module.MAX_EARLY + 10):
        change = BookDelta("BTC-USDT-SWAP", 1, 2, [], [], 1.0, False, number + 1, number, number)
        assert book.apply(change) is None
    # The first ten are gone: a snapshot that needs them is no beginning.
    assert book.apply(delta([(1.0, 1.0)], [], seq=3, snapshot=True)) == "book sequence jumped: 10 does not follow 3"
