"""Deribit's socket: every recorded frame, liquidations among the trades, and the book's chain."""

import json

import pytest
from deribit_frames import DATED, LINEAR, LISTED, PERPETUAL, captured, contract, frame, listing_of_2021, venue
from recorded import NOW, historical, kinds, needs_frames

from liqtui.events import (
    Ack,
    BookDelta,
    Event,
    Funding,
    Index,
    Level,
    Liquidation,
    Mark,
    OpenInterest,
    Pong,
    Refusal,
    Rejected,
    Side,
    Trade,
)
from liqtui.feeds.records import Record, RecordKind
from liqtui.feeds.router import Router
from liqtui.market.book import Book

EIGHT_HOURS = 8 * 3_600 * 10**9


# --- real frames ------------------------------------------------------------------------------------------------


@needs_frames
def test_nine_seconds_of_2021() -> None:
    # 136 frames of ten options: an answer with 30 channels, 89 tickers, 46 books. No option is in the listing.
    frames = [record.b for record in captured(RecordKind.RECV)]
    assert kinds(venue, frames, listing_of_2021()) == {"Ack": 30, "nothing": 89 + 46}
    # Were they listed, every frame would be read.
    channels = [json.loads(frame).get("params", {}).get("channel", "") for frame in frames]
    symbols = {channel.split(".")[1] for channel in channels if channel}
    assert len(symbols) == 10
    listed = {s: contract(s, dated=True) for s in symbols}
    assert kinds(venue, frames, listed) == {
        "Ack": 30, "Mark": 89, "Index": 89, "OpenInterest": 89, "BookDelta": 46,
    }  # fmt: skip


@needs_frames
def test_the_chains_of_all_recorded_books_hold() -> None:
    books: dict[str, Book] = {}
    snapshots = changes = 0
    for record in captured(RecordKind.RECV):
        channel = json.loads(record.b).get("params", {}).get("channel", "")
        if not channel.startswith("book."):
            continue
        symbol = channel.split(".")[1]
        option = contract(symbol, dated=True)
        (delta,) = venue.decode(record.b, NOW, {symbol: option})
        assert isinstance(delta, BookDelta)
        book = books.setdefault(symbol, Book(option))
        assert book.apply(delta) is None
        assert book.valid
        assert book.crossed() is None
        snapshots, changes = snapshots + delta.snapshot, changes + (not delta.snapshot)
    assert (snapshots, changes, len(books)) == (10, 36, 10)


@needs_frames
def test_single_frames_of_2019_to_2022() -> None:
    listed = {**LISTED, "ETH-PERPETUAL": contract("ETH-PERPETUAL")}
    events = [e for raw in historical("deribit") for e in venue.decode(raw, NOW, listed)]
    assert kinds(venue, historical("deribit"), listed) == {
        "Trade": 2 + 1, "Liquidation": 1, "BookDelta": 1, "Mark": 1, "Index": 1, "OpenInterest": 1, "Funding": 1,
        "nothing": 5,  # four tickers and a book of options and their combinations
    }  # fmt: skip
    assert events[:2] == [
        Trade("BTC-PERPETUAL", 1_567_296_022_565_000_000, NOW, 9598.5, 2000.0, False, "39355898"),
        Trade("BTC-PERPETUAL", 1_567_296_022_565_000_000, NOW, 9598.5, 50.0, False, "39355899"),
    ]
    at = 1_564_617_600_273_000_000
    levels = [Level(217.8, 1895.0), Level(217.75, 712.0)], [Level(218.6, 179_803.0), Level(218.65, 7887.0)]
    assert events[2] == BookDelta("ETH-PERPETUAL", at, NOW, *levels, 1.0, True, 1_776_289_261, None)
    at = 1_564_617_604_229_000_000
    assert events[3:7] == [
        Mark("BTC-PERPETUAL", at, NOW, 10094.1),
        Index("btc_usd", at, NOW, 10091.15),
        OpenInterest("BTC-PERPETUAL", at, NOW, 66_128_281.0),  # dollars
        Funding("BTC-PERPETUAL", at, NOW, 0.0, None, EIGHT_HOURS),
    ]


@needs_frames
def test_a_liquidation_of_march_2020() -> None:
    # "direction":"sell","liquidation":"T","amount":1120: the seller was the forced taker, so a long of 1,120 USD.
    trade, liquidation = (
        e for raw in historical("deribit") if '"liquidation"' in raw for e in venue.decode(raw, NOW, LISTED)
    )
    at = 1_584_058_044_032_000_000
    assert trade == Trade("BTC-PERPETUAL", at, NOW, 4469.5, 1120.0, False, "66460463")
    assert liquidation == Liquidation("BTC-PERPETUAL", at, NOW, Side.LONG, 1120.0, 4469.5, "66460463")


# --- liquidations -----------------------------------------------------------------------------------------------


def trades(*rows: dict[str, object], symbol: str = "BTC-PERPETUAL") -> str:
    base = {"trade_seq": 1, "timestamp": 1_584_058_044_032, "tick_direction": 3, "price": 4469.5, "amount": 10,
            "instrument_name": symbol, "index_price": 4805.41, "direction": "sell"}  # fmt: skip
    return frame(f"trades.{symbol}.100ms", [{**base, "trade_id": str(n), **row} for n, row in enumerate(rows)])


@pytest.mark.parametrize(
    ("direction", "flag", "sides"),
    [
        ("sell", "T", [Side.LONG]),
        ("buy", "T", [Side.SHORT]),
        ("sell", "M", [Side.SHORT]),
        ("buy", "M", [Side.LONG]),
        ("sell", "MT", [Side.SHORT, Side.LONG]),
        ("buy", "MT", [Side.LONG, Side.SHORT]),
    ],
)
def test_who_was_liquidated(direction: str, flag: str, sides: list[Side]) -> None:
    events = venue.decode(trades({"direction": direction, "liquidation": flag}), NOW, LISTED)
    assert [e.side for e in events if isinstance(e, Liquidation)] == sides
    assert len([e for e in events if isinstance(e, Trade)]) == 1


def test_equal_fills_of_one_moment_all_count_and_repeated_ones_do_not() -> None:
    class Sink:
        def __init__(self) -> None:
            self.events: list[Event] = []

        def take(self, venue: str, ns: int, events: list[Event]) -> None:
            self.events += events

        def advance(self, ns: int) -> None:
            pass

    sink = Sink()
    router = Router([venue], sink)
    body = json.dumps({"result": [{
        "instrument_name": "BTC-PERPETUAL", "kind": "future", "base_currency": "BTC", "quote_currency": "USD",
        "contract_size": 10, "tick_size": 0.5, "settlement_period": "perpetual",
    }]})  # fmt: skip
    url = venue.listing_requests()[0].url
    router.route(Record(NOW, RecordKind.REPLY, "deribit/rest", url, body))
    twice = trades({"liquidation": "T"}, {"liquidation": "T"})
    for _ in range(2):
        router.route(Record(NOW, RecordKind.RECV, "deribit/1", "wss://x", twice))
    assert len([e for e in sink.events if isinstance(e, Liquidation)]) == 2


def test_all_liquidations_are_told() -> None:
    assert not venue.thinned_liquidations


# --- books and tickers ------------------------------------------------------------------------------------------


def test_a_deleted_level_has_no_size_and_a_gap_breaks_the_chain() -> None:
    book = Book(PERPETUAL)
    levels: list[list[list[object]]] = [[["new", 100.0, 50], ["new", 99.5, 20]], [["delete", 100.0, 0]], []]
    for type_, id_, previous, bids, broken in (
        ("snapshot", 5, None, levels[0], False),
        ("change", 7, 5, levels[1], False),
        ("change", 9, 8, levels[2], True),
    ):
        data = {"type": type_, "timestamp": 1, "instrument_name": "BTC-PERPETUAL", "change_id": id_, "bids": bids,
                "asks": [], **({} if previous is None else {"prev_change_id": previous})}  # fmt: skip
        (delta,) = venue.decode(frame("book.BTC-PERPETUAL.100ms", data), NOW, LISTED)
        assert isinstance(delta, BookDelta)
        assert (book.apply(delta) is not None) == broken
        if not broken:
            assert book.best_bid == (100.0 if id_ == 5 else 99.5)


def ticker(symbol: str, **more: object) -> str:
    return frame(f"ticker.{symbol}.100ms", {"timestamp": 1_000, "instrument_name": symbol, **more})


def test_a_dated_contract_has_no_funding() -> None:
    events = venue.decode(ticker(DATED.symbol, mark_price=1.5, current_funding=0.0), NOW, LISTED)
    assert events == [Mark("BTC-27JUN25", 1_000_000_000, NOW, 1.5)]


def test_what_a_ticker_does_not_say_is_left_out() -> None:
    assert venue.decode(ticker(PERPETUAL.symbol, mark_price=None, open_interest=None), NOW, LISTED) == []


def test_amounts_of_a_linear_contract_are_coins() -> None:
    (trade,) = venue.decode(trades({"amount": 0.025}, symbol=LINEAR.symbol), NOW, LISTED)
    assert isinstance(trade, Trade)
    assert trade.size == 0.025


# --- the wire itself --------------------------------------------------------------------------------------------


def test_streams_are_of_100_ms_because_raw_ones_need_a_login() -> None:
    streams = venue.subscriptions([DATED], prices_of=[PERPETUAL])
    assert [s.key for s in streams] == [
        "ticker.BTC-27JUN25.100ms", "ticker.BTC-PERPETUAL.100ms", "trades.BTC-27JUN25.100ms", "book.BTC-27JUN25.100ms",
    ]  # fmt: skip
    (text,) = venue.subscribe(streams)
    asked = json.loads(text)
    assert (asked["jsonrpc"], asked["method"]) == ("2.0", "public/subscribe")
    assert asked["params"]["channels"] == [s.key for s in streams]
    answer = json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": asked["params"]["channels"]})
    assert venue.decode(answer, NOW, {}) == [Ack(s.key) for s in streams]
    (leave,) = map(json.loads, venue.unsubscribe(streams))
    assert venue.decode(json.dumps({"jsonrpc": "2.0", "id": leave["id"], "result": ["x"]}), NOW, {}) == []
    assert len(venue.subscribe(venue.subscriptions([contract(f"C{n}-PERPETUAL") for n in range(80)]))) == 3


def test_our_ping_is_a_test_and_heartbeats_are_no_data() -> None:
    asked = json.loads(venue.keepalive.text)
    assert asked["method"] == "public/test"
    answer = json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": {"version": "1.2.26"}, "testnet": False})
    assert venue.decode(answer, NOW, {}) == [Pong()]
    beat = '{"jsonrpc":"2.0","method":"heartbeat","params":{"type":"test_request"}}'
    assert venue.decode(beat, NOW, {}) == []


def test_errors_and_unknown_channels() -> None:
    wrong = '{"jsonrpc":"2.0","id":1,"error":{"message":"too_many_requests","code":10028},"testnet":false}'
    assert venue.decode(wrong, NOW, {}) == [Refusal(None, "10028", "too_many_requests")]
    (event,) = venue.decode(frame("quote.BTC-PERPETUAL", {}), NOW, LISTED)
    assert isinstance(event, Rejected)


def test_the_stream_an_event_came_by() -> None:
    for text in (trades({}), trades({"liquidation": "M"}), ticker("BTC-PERPETUAL", mark_price=1)):
        channel = json.loads(text)["params"]["channel"]
        assert {venue.stream_of(event) for event in venue.decode(text, NOW, LISTED)} == {channel}
    assert venue.stream_of(Pong()) is None
