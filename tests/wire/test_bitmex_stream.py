"""BitMEX's socket: every recorded frame, units of its contracts, its queue of liquidations."""

import json

import pytest
from bitmex_frames import DATED, LINEAR, LISTED, ROW, XBTUSD, contract, frame, venue
from recorded import NOW, historical, kinds, needs_frames

from liqtui.events import (
    Ack,
    BookDelta,
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
from liqtui.market.book import Book

HOUR = 3_600 * 10**9


# --- real frames ------------------------------------------------------------------------------------------------


@needs_frames
def test_single_frames_of_2019_to_2022() -> None:
    listed = {
        **LISTED, "ETHM19": contract("ETHM19", 1.0, dated=True), "EOSM19": contract("EOSM19", 1.0, dated=True),
        "XBTZ21": contract("XBTZ21", 1.0, inverse=True, dated=True),
    }  # fmt: skip
    frames = historical("bitmex")
    assert len(frames) == 9
    assert kinds(venue, frames, listed) == {
        "Trade": 1,
        "BookDelta": 2 + 1 + 1,  # a partial of two contracts, an empty one, an insert
        "Rejected": 2,  # update and delete name a level by its id alone
        "nothing": 3,  # last and best prices of ETHM19, interest of the quanto ETHUSD, the end of a liquidation
    }
    events = [e for raw in frames for e in venue.decode(raw, NOW, listed)]
    assert events[0] == Trade(
        "XBTUSD", 1_559_347_219_163_000_000, NOW, 8544.5, 1000.0, False, "f73b6f28-075a-3548-a81c-8c843afd2746"
    )
    asks = [Level(88846.5, 501.0), Level(9780.5, 40.0), Level(8586.0, 61227.0)]
    assert events[2] == BookDelta("XBTUSD", NOW, NOW, [], asks, 1.0, True)
    assert events[5] == BookDelta("XBTZ21", NOW, NOW, [], [], 1.0, True)
    # One and the same id, 8791115350, is 88,846.5 in 2019 and 42,362 in 2022: no formula gives the price of an id.
    at = 1_644_826_014_742_000_000
    assert events[6] == BookDelta("XBTUSD", at, NOW, [Level(42362.0, 20000.0)], [], 1.0, False)
    assert {e.reason for e in events if isinstance(e, Rejected)} == {
        "orderBookL2 names a level by id alone, as until 2022"
    }


# --- liquidations -----------------------------------------------------------------------------------------------

ORDER: dict[str, object] = {"orderID": "dd9cea25", "symbol": "XBTUSD", "side": "Buy", "price": 10106, "leavesQty": 9214}


@pytest.mark.parametrize(("side", "liquidated"), [("Sell", Side.LONG), ("Buy", Side.SHORT)])
def test_the_side_is_the_orders_and_the_size_is_in_contracts(side: str, liquidated: Side) -> None:
    (event,) = venue.decode(frame("liquidation", "insert", {**ORDER, "side": side}), NOW, LISTED)
    assert event == Liquidation("XBTUSD", NOW, NOW, liquidated, 9214.0, 10106.0, "dd9cea25")
    linear = {**ORDER, "symbol": "XBTUSDT", "leavesQty": 1_500_000}
    (event,) = venue.decode(frame("liquidation", "insert", linear), NOW, LISTED)
    assert isinstance(event, Liquidation)
    assert event.size == 1.5  # bitcoin


@pytest.mark.parametrize("action", ["partial", "update", "delete"])
def test_an_order_counts_once_when_it_appears(action: str) -> None:
    assert venue.decode(frame("liquidation", action, ORDER), NOW, LISTED) == []


# --- books, trades, instruments ---------------------------------------------------------------------------------


def level(price: float, side: str, size: int | None = None) -> dict[str, object]:
    row: dict[str, object] = {"symbol": "XBTUSD", "id": 1, "side": side, "price": price,
                              "timestamp": "2023-03-26T23:46:27.829Z"}  # fmt: skip
    return row if size is None else {**row, "size": size}


def test_a_book_by_price_as_since_2023() -> None:
    book = Book(XBTUSD)
    for action, rows, best in (
        ("partial", [level(100.0, "Buy", 7), level(99.5, "Buy", 8), level(100.5, "Sell", 9)], 100.0),
        ("update", [level(99.5, "Buy", 80)], 100.0),
        ("insert", [level(100.2, "Buy", 1)], 100.2),
        ("delete", [level(100.2, "Buy", 1), level(100.0, "Buy")], 99.5),  # deletions say the last size, or none
    ):
        (delta,) = venue.decode(frame("orderBookL2", action, *rows), NOW, LISTED)
        assert isinstance(delta, BookDelta)
        assert book.apply(delta) is None
        assert (book.best_bid, book.best_ask) == (best, 100.5)
        assert delta.time_ns == 1_679_874_387_829_000_000


def test_changes_before_the_partial_are_left_out_by_the_book() -> None:
    book = Book(XBTUSD)
    (delta,) = venue.decode(frame("orderBookL2", "insert", level(100.0, "Buy", 7)), NOW, LISTED)
    assert isinstance(delta, BookDelta)
    assert book.apply(delta) is None
    assert not book.valid


def test_old_trades_of_a_partial_are_not_new() -> None:
    row: dict[str, object] = {"timestamp": "2019-06-01T00:00:19.163Z", "symbol": "XBTUSDT", "side": "Buy",
                              "size": 2_000_000, "price": 8544.5, "trdMatchID": "f7"}  # fmt: skip
    assert venue.decode(frame("trade", "partial", row), NOW, LISTED) == []
    (trade,) = venue.decode(frame("trade", "insert", row), NOW, LISTED)
    assert trade == Trade("XBTUSDT", 1_559_347_219_163_000_000, NOW, 8544.5, 2.0, True, "f7")


def test_the_state_of_a_perpetual_and_what_changes_of_it() -> None:
    at, due = 1_738_252_801_500_000_000, 1_738_267_200_000_000_000
    assert venue.decode(frame("instrument", "partial", ROW), NOW, LISTED) == [
        Mark("XBTUSD", at, NOW, 104000.5),
        Index(".BXBT", at, NOW, 104001.25),
        OpenInterest("XBTUSD", at, NOW, 500_000_000.0),  # one contract is one dollar
        Funding("XBTUSD", at, NOW, 0.0001, due, 8 * HOUR),
    ]
    change: dict[str, object] = {"symbol": "XBTUSDT", "openInterest": 3_000_000}
    assert venue.decode(frame("instrument", "update", change), NOW, LISTED) == [OpenInterest("XBTUSDT", NOW, NOW, 3.0)]
    later: dict[str, object] = {"symbol": "XBTUSD", "fundingTimestamp": "2025-01-31T04:00:00.000Z"}
    (told,) = venue.decode(frame("instrument", "update", later), NOW, LISTED)
    assert told == Funding("XBTUSD", NOW, NOW, None, due + 8 * HOUR, None, partial=True)
    assert told.after(Funding("XBTUSD", at, NOW, 0.0001, due, 8 * HOUR)).rate == 0.0001
    nothing: dict[str, object] = {"symbol": "XBTUSD", "markPrice": None, "fundingRate": None}
    assert venue.decode(frame("instrument", "update", nothing), NOW, LISTED) == []
    dated: dict[str, object] = {"symbol": DATED.symbol, "fundingRate": 0.0}
    assert venue.decode(frame("instrument", "update", dated), NOW, LISTED) == []


# --- the wire itself --------------------------------------------------------------------------------------------


def test_topics_and_their_answers() -> None:
    streams = venue.subscriptions([XBTUSD], prices_of=[LINEAR])
    assert [s.key for s in streams] == [
        "instrument:XBTUSD", "instrument:XBTUSDT", "trade:XBTUSD", "orderBookL2:XBTUSD", "liquidation:XBTUSD",
    ]  # fmt: skip
    (asked,) = map(json.loads, venue.subscribe(streams))
    assert asked == {"op": "subscribe", "args": [s.key for s in streams]}
    answer = {"success": True, "subscribe": "trade:XBTUSD", "request": asked}
    assert venue.decode(json.dumps(answer), NOW, {}) == [Ack("trade:XBTUSD")]
    (left,) = map(json.loads, venue.unsubscribe(streams[:1]))
    assert venue.decode(json.dumps({"success": True, "unsubscribe": "trade:XBTUSD", "request": left}), NOW, {}) == []
    assert len(venue.subscribe(venue.subscriptions([contract(f"C{n}", 1.0) for n in range(10)]))) == 2


def test_greetings_pongs_and_errors() -> None:
    assert venue.keepalive.text == "ping"
    assert venue.decode("pong", NOW, {}) == [Pong()]
    assert venue.decode('{"info":"Welcome to the BitMEX Realtime API.","version":"2"}', NOW, {}) == []
    error = {"status": 400, "error": "Unknown table: foo", "request": {"op": "subscribe", "args": ["foo:XBTUSD"]}}
    assert venue.decode(json.dumps(error), NOW, {}) == [Refusal("foo:XBTUSD", "400", "Unknown table: foo")]
    (event,) = venue.decode(frame("quote", "insert"), NOW, LISTED)
    assert isinstance(event, Rejected)


def test_the_stream_an_event_came_by() -> None:
    for text in (
        frame("instrument", "partial", ROW), frame("liquidation", "insert", ORDER),
        frame("orderBookL2", "partial", filter={"symbol": "XBTUSD"}),
    ):  # fmt: skip
        head, *_ = venue.decode(text, NOW, LISTED)
        assert venue.stream_of(head) == f"{json.loads(text)['table']}:XBTUSD"
