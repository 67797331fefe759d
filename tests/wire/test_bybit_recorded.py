"""Every recorded Bybit frame is read, left out on purpose, or rejected by name. None is lost."""

from collections import Counter

from bybit_frames import INVERSE, INVERSE_DATED, LINEAR, NOW, bybit, historical, instrument, needs_frames, recent

from liqtui.events import BookDelta, Funding, Index, Liquidation, Mark, OpenInterest, Pong, Rejected, Side, Trade

pytestmark = needs_frames

OTHERS = [instrument(s) for s in ("BTCPERP", "PIPPINUSDT", "STRKUSDT", "ADAUSDT")]
XRP = instrument("XRPUSD", inverse=True)
LISTED = {i.symbol: i for i in (LINEAR, INVERSE, INVERSE_DATED, XRP, *OTHERS)}


def test_nineteen_frames_of_v2_are_rejected_by_name_and_eight_of_v5_are_read() -> None:
    frames = historical()
    decoded = [bybit.decode(frame, NOW, LISTED) for frame in frames]
    rejected = [e.reason.partition(":")[0] for events in decoded for e in events if isinstance(e, Rejected)]
    assert Counter(rejected) == {
        "topic trade": 4, "topic orderBookL2_25": 5, "topic orderBook_200": 2, "topic instrument_info": 4,
        "topic liquidation": 3, "answer of Bybit v2 (retired 2023)": 1,
    }  # fmt: skip
    assert all("Bybit v2 (retired 2023)" in e.reason for events in decoded for e in events if isinstance(e, Rejected))
    # One level of the best quotes is nothing: `orderbook.1`.
    assert [frame[:31] for frame, events in zip(frames, decoded, strict=True) if not events] == [
        '{"topic":"orderbook.1.BTCUSDT",'
    ]
    kinds = Counter(type(e).__name__ for events in decoded for e in events)
    assert kinds == {
        "Rejected": 19, "Trade": 3, "BookDelta": 1, "Mark": 3, "OpenInterest": 3, "Funding": 2, "Index": 3,
        "Liquidation": 2,
    }  # fmt: skip


def events_of(kind: type) -> list[object]:
    return [e for frame in historical() for e in bybit.decode(frame, NOW, LISTED) if type(e) is kind]


def test_open_interest_is_half_of_what_bybit_wrote() -> None:
    # 449,736,676 USD of BTCUSD, both sides, were "15747.08" BTC: 28,560 USD each, the mark of that frame.
    assert round(449_736_676 / 15_747.08, 2) == 28_560.0
    at = 1_680_673_822
    assert events_of(OpenInterest) == [
        OpenInterest("BTCUSD", at * 10**9 + 577_000_000, NOW, 224_868_338.0),
        OpenInterest("BTCUSDU23", at * 10**9 + 99_000_000, NOW, 2_273_588.0),
        OpenInterest("BTCUSDT", at * 10**9 - 230_000_000, NOW, 26_387.264),
    ]


def test_a_dated_contract_has_a_mark_and_an_index_and_no_funding() -> None:
    (frame,) = (f for f in historical() if "tickers.BTCUSDU23" in f)
    events = bybit.decode(frame, NOW, LISTED)
    assert [type(e) for e in events] == [Mark, OpenInterest, Index]
    assert [e.price for e in events if isinstance(e, Mark | Index)] == [29023.6, 28566.94]


def test_funding_of_2023() -> None:
    assert [(f.symbol, f.rate, f.next_ns, f.partial) for f in events_of(Funding) if isinstance(f, Funding)] == [
        ("BTCUSD", 0.0001, 1_680_681_600_000_000_000, False),
        ("BTCUSDT", 0.0001, 1_680_681_600_000_000_000, False),
    ]


def test_trades_of_an_inverse_contract_are_dollars() -> None:
    trades = [t for t in events_of(Trade) if isinstance(t, Trade)]
    assert [(t.size, t.price, t.buy) for t in trades] == [
        (5823.0, 28560.5, True), (3.0, 28560.5, True), (5593.0, 28560.5, True),
    ]  # fmt: skip


def test_a_book_that_begins() -> None:
    (book,) = events_of(BookDelta)
    assert isinstance(book, BookDelta)
    assert (book.symbol, book.snapshot, book.seq, book.prev_seq) == ("BTCPERP", True, 20_683_568, None)
    assert (book.bids[0].price, book.asks[0].size) == (28555.2, 0.225)


def test_liquidations_say_whose_position_it_was() -> None:
    # "Sell" is a short that was liquidated; XRPUSD is inverse, its size dollars.
    assert events_of(Liquidation) == [
        Liquidation("XRPUSD", 1_680_673_944_093_000_000, NOW, Side.SHORT, 6949.0, 0.5149),
        Liquidation("PIPPINUSDT", 1_740_480_207_110_000_000, NOW, Side.SHORT, 2846.0, 0.02456),
    ]


def test_frames_of_2026() -> None:
    assert [bybit.decode(frame, NOW, LISTED) for frame in recent()] == [
        [Liquidation("STRKUSDT", 1_791_091_285_156_000_000, NOW, Side.LONG, 2084.9, 0.05165)],
        [Liquidation("ADAUSDT", 1_786_014_946_933_000_000, NOW, Side.SHORT, 13248.0, 0.1915)],
        [],  # a ticker of which only the bid changed
        [Pong()],
    ]
