"""Binance's books: changes from a socket, the whole from REST, one chain of numbers."""

import json
from collections.abc import Iterable

import pytest
from binance_frames import (
    INVERSE,
    LINEAR,
    LISTED,
    NOW,
    PEPE,
    binance,
    capture,
    five_minutes_of_2024,
    listing_of_2021,
    needs_frames,
)

from liqtui.events import BookDelta, Event, Level
from liqtui.feeds.records import RecordKind
from liqtui.instruments import Instrument
from liqtui.market.book import Book

URL = "https://fapi.binance.com/fapi/v1/depth?symbol=BTCUSDT&limit=1000"


def change(
    first: int, last: int, previous: int, bid: str = "100", size: str = "1", symbol: str = "BTCUSDT"
) -> BookDelta:
    data = {
        "e": "depthUpdate", "E": 1790526538985, "T": 1790526538981, "s": symbol, "ps": symbol,
        "U": first, "u": last, "pu": previous, "b": [[bid, size]], "a": [], "st": 1,
    }  # fmt: skip
    frame = json.dumps({"stream": f"{symbol.lower()}@depth@100ms", "data": data}, separators=(",", ":"))
    (event,) = binance.decode(frame, NOW, LISTED)
    assert isinstance(event, BookDelta)
    return event


def whole(last: int, symbol: str = "BTCUSDT") -> BookDelta:
    body = json.dumps({"lastUpdateId": last, "E": 1, "T": 1790526538000, "bids": [["99", "2"]], "asks": [["101", "3"]]})
    (event,) = binance.decode_reply(URL.replace("BTCUSDT", symbol), body.encode(), NOW, LISTED)
    assert isinstance(event, BookDelta)
    return event


def worked(*deltas: BookDelta, instrument: Instrument = LINEAR) -> tuple[Book, list[str]]:
    book = Book(instrument)
    return book, [words for delta in deltas if (words := book.apply(delta)) is not None]


def test_changes_say_which_numbers_they_hold_and_which_they_follow() -> None:
    assert change(11, 15, 9) == BookDelta(
        "BTCUSDT", 1_790_526_538_981_000_000, NOW, [Level(100.0, 1.0)], [], 1.0, False, 15, 9, 11
    )


def test_changes_that_came_before_the_whole_book_are_kept_for_it() -> None:
    book, broken = worked(change(1, 5, 0, "98"), change(6, 9, 5, "97"), change(10, 14, 9, "96"), whole(8))
    assert (book.valid, broken) == (True, [])
    # 1–5 is in the whole book already; 6–9 spans its number 8; 10–14 follows.
    assert list(book.levels()[0].price) == [99.0, 97.0, 96.0]


def test_the_first_change_may_follow_directly() -> None:
    book, broken = worked(whole(8), change(9, 12, 8))
    assert (book.best_bid, broken) == (100.0, [])


def test_the_first_change_may_span_the_number() -> None:
    book, broken = worked(whole(8), change(7, 12, 6))
    assert (book.best_bid, broken) == (100.0, [])


def test_late_changes_that_are_in_the_whole_book_are_left_out() -> None:
    book, broken = worked(whole(8), change(3, 7, 2, "99", "0"), change(8, 12, 7))
    assert (list(book.levels()[0].price), broken) == ([100.0, 99.0], [])


def test_a_whole_book_older_than_all_changes_is_no_beginning() -> None:
    book, broken = worked(change(20, 25, 19), whole(8))
    assert not book.valid
    assert broken == ["book sequence jumped: 19 does not follow 8"]
    assert book.apply(whole(22)) is None
    assert book.best_bid == 100.0, "the change it broke at was kept for the next one"


def test_only_the_first_change_may_span() -> None:
    book, broken = worked(whole(8), change(7, 12, 6), change(11, 15, 10))
    assert not book.valid
    assert broken == ["book sequence jumped: 10 does not follow 12"]


def test_a_missing_change_breaks_the_chain_once() -> None:
    book, broken = worked(whole(8), change(9, 12, 8), change(15, 18, 14), change(19, 20, 18))
    assert len(broken) == 1
    assert book.apply(whole(17)) is None
    assert book.valid, "15–18 spans 17, 19–20 follows"


def test_sizes_of_an_inverse_book_are_contracts_of_a_hundred_dollars() -> None:
    delta = change(11, 15, 9, symbol="BTCUSD_PERP")
    assert delta.unit == 100.0
    book, _ = worked(whole(12, "BTCUSD_PERP"), delta, instrument=INVERSE)
    assert list(book.levels()[0].size) == [100.0, 200.0]


def test_a_thousand_pepe_are_pepe() -> None:
    # 0.0081 USDT for a thousand is 0.0000081 for one; 7 lots are 7,000 PEPE.
    bid = change(12, 15, 9, "0.0081", "7", symbol="1000PEPEUSDT")
    book, _ = worked(whole(12, "1000PEPEUSDT"), bid, instrument=PEPE)
    bids = book.levels()[0]
    assert (bids.price[-1], bids.size[-1]) == (pytest.approx(0.0000081), 7000.0)


def followed(events: Iterable[Event], listed: dict[str, Instrument]) -> tuple[dict[str, Book], list[str]]:
    """Books of all symbols, and every break and crossing."""
    books: dict[str, Book] = {}
    trouble = []
    for count, event in enumerate(events):
        if isinstance(event, BookDelta):
            book = books.setdefault(event.symbol, Book(listed[event.symbol]))
            trouble.append(book.apply(event))
            if count % 100 == 0:
                trouble.append(book.crossed())
    return books, [words for words in trouble if words is not None]


@needs_frames
@pytest.mark.parametrize(("market", "symbols"), [("BINANCE_FUTURES", 4), ("BINANCE_DELIVERY", 10)])
def test_every_recorded_book_begins_and_none_has_a_hole(market: str, symbols: int) -> None:
    listed = listing_of_2021(market)
    events = (
        event
        for r in capture(market)
        for event in (
            binance.decode(r.b, r.ns, listed) if r.k is RecordKind.RECV
            else binance.decode_reply(r.u, r.b.encode(), r.ns, listed) if r.k is RecordKind.REPLY
            else []
        )
    )  # fmt: skip
    books, trouble = followed(events, listed)
    assert trouble == []
    assert len(books) == symbols
    for book in books.values():
        assert book.valid
        assert book.crossed() is None


@needs_frames
def test_the_book_of_2024_begins_between_its_changes() -> None:
    # 6,551 changes; what belongs to no socket is the answer to the question for the whole book.
    events = (
        event
        for ns, frame in five_minutes_of_2024()
        if "@depth" in frame[:40] or not frame.startswith('{"stream"')
        for event in (
            binance.decode(frame, ns, LISTED) if frame.startswith('{"stream"')
            else binance.decode_reply(URL, frame.encode(), ns, LISTED)
        )
    )  # fmt: skip
    books, trouble = followed(events, LISTED)
    assert trouble == []
    assert books["BTCUSDT"].valid
