"""Every recorded Gate frame is read, left out on purpose, or rejected by name, and the books hold together."""

from collections import Counter

from gate_frames import (
    INVERSE,
    LINEAR,
    NOW,
    about,
    captured,
    gate,
    historical,
    instrument,
    listing_of_2023,
    needs_frames,
)

from liqtui.events import BookDelta, Event, Funding, Index, Mark, OpenInterest, Trade
from liqtui.feeds.records import RecordKind
from liqtui.instruments import Instrument, Kind
from liqtui.market.book import Book

pytestmark = needs_frames


def test_twenty_one_seconds_of_2023() -> None:
    listed = listing_of_2023()
    kinds: Counter[str] = Counter()
    for record in captured():
        if record.k is RecordKind.RECV:
            events = gate.decode(record.b, NOW, listed)
            kinds.update(type(e).__name__ for e in events)
            kinds["frames"] += 1
            kinds["nothing"] += not events
    # 352 changes of books; nothing from 75 best quotes, a candle, and 22 answers that do not say to what.
    assert kinds == {"frames": 450, "BookDelta": 352, "nothing": 75 + 1 + 22}


def book_events(listed: dict[str, Instrument]) -> list[BookDelta]:
    """Whole books of REST and changes of the stream, in order of time."""
    events: list[Event] = []
    for record in captured():
        if record.k is RecordKind.RECV:
            events += gate.decode(record.b, NOW, listed)
        else:
            events += gate.decode_reply(record.u, record.b.encode(), NOW, listed)
    return [event for event in events if isinstance(event, BookDelta)]


def test_the_books_of_2023_begin_by_rest_and_no_change_is_missing() -> None:
    listed = listing_of_2023()
    books = {symbol: Book(one) for symbol, one in listed.items()}
    events = book_events(listed)
    assert Counter(event.snapshot for event in events) == {True: 10, False: 352}
    assert [broken for event in events if (broken := books[event.symbol].apply(event)) is not None] == []
    begun = [book for book in books.values() if book.valid]
    assert len(begun) == 10
    for book in begun:
        assert book.crossed() is None
        assert book.mid is not None


def test_a_change_that_is_missing_is_noticed() -> None:
    listed = listing_of_2023()
    events = book_events(listed)
    symbol, _ = Counter(event.symbol for event in events).most_common(1)[0]
    changes = [event for event in events if event.symbol == symbol]
    book, lost = Book(listed[symbol]), changes.pop(-2)
    words = [broken for event in changes if (broken := book.apply(event)) is not None]
    assert words == [f"book sequence jumped: {lost.seq} does not follow {changes[-2].seq}"]


def test_the_listing_of_2023() -> None:
    listed = listing_of_2023()
    assert len(listed) == 302
    assert listed["BTC_USDT"] == Instrument(
        venue="gate", symbol="BTC_USDT", base="BTC", quote="USDT", settle="USDT", kind=Kind.PERPETUAL, inverse=False,
        contract_size=0.0001, tick=0.1, family="BTC_USDT", index="BTC_USDT", listed_ns=None, expiry_ns=None,
        max_leverage=100.0, state="live",
    )  # fmt: skip
    assert (listed["KNC_USDT"].contract_size, listed["KNC_USDT"].tick) == (1.0, 0.0001)
    # Priced per coin however many a contract has, so nothing is multiplied.
    assert {s for s in listed if s[0] == "1"} <= {"1INCH_USDT"}


def events_of(*listed: Instrument) -> list[Event]:
    known = {i.symbol: i for i in listed}
    return [e for frame in historical() for e in gate.decode(frame, NOW, known)]


def test_eleven_frames_of_2020_to_2023() -> None:
    coins = {"ZRX_USD": 1.0, "TRX_USDT": 10.0, "ETC_USD": 1.0, "ETH_USDT": 0.01, "HT_USDT": 0.1, "BSV_USDT": 0.01}
    listed = [LINEAR, INVERSE, *(instrument(symbol, size) for symbol, size in coins.items())]
    known = {i.symbol: i for i in listed}
    per_frame = [Counter(type(e).__name__ for e in gate.decode(frame, NOW, known)) for frame in historical()]
    ticker = {"Mark": 1, "OpenInterest": 1, "Index": 1, "Funding": 1}
    assert per_frame == [
        {},  # a few levels of a book
        {},
        dict.fromkeys(ticker, 2),  # told twice in one frame
        {"Trade": 1},
        {},  # an answer
        {},
        {},
        ticker,  # wrapped once more than usual
        {},  # best quotes
        {"Trade": 3},
        ticker,
    ]


def test_a_sold_trade_is_negative_on_the_wire() -> None:
    # "size":-22 of 0.01 ETH
    assert events_of(instrument("ETH_USDT", 0.01)) == [
        Trade("ETH_USDT", 1_593_561_623 * 10**9, NOW, 225.5, about(0.22), False, "1696009")
    ]


def test_the_ticker_of_2023() -> None:
    *_, mark, interest, index, funding = events_of(LINEAR)
    at = 1_677_629_168_840_000_000
    assert mark == Mark("BTC_USDT", at, NOW, 23175.64)
    # 153,482,780 contracts of 0.0001 BTC
    assert interest == OpenInterest("BTC_USDT", at, NOW, about(15_348.278))
    assert index == Index("BTC_USDT", at, NOW, 23173.35)
    assert funding == Funding("BTC_USDT", at, NOW, 0.0001, None, None, partial=True)


def test_trades_of_2021_tell_the_millisecond() -> None:
    trades = [e for e in events_of(LINEAR) if isinstance(e, Trade)]
    assert [(t.time_ns, t.size, t.buy) for t in trades] == [
        (1_614_556_850_860_000_000, about(size), True) for size in (0.0001, 0.2, 0.0999)
    ]
