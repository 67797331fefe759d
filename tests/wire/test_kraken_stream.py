"""Kraken Futures' socket: every recorded frame, types of trade, a book numbered one by one."""

import json

import pytest
from kraken_frames import DATED, INVERSE, LINEAR, LISTED, contract, venue
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
    Refusal,
    Rejected,
    Side,
    Trade,
)
from liqtui.market.book import Book

HOUR_NS = 3_600 * 10**9


# --- real frames ------------------------------------------------------------------------------------------------


@needs_frames
def test_single_frames_of_2019_to_2023() -> None:
    symbols = ("FI_LTCUSD_190426", "PI_LTCUSD", "FI_XBTUSD_190927", "PI_ETHUSD", "PI_BCHUSD")
    listed = {s: contract(s) for s in symbols}
    frames = historical("cryptofacilities")
    assert len(frames) == 8
    assert kinds(venue, frames, listed) == {
        "BookDelta": 3, "Trade": 2, "Liquidation": 1, "Mark": 3, "Index": 3, "OpenInterest": 3, "Funding": 3,
    }  # fmt: skip
    gone, ticker, fill, snapshot, change, liquidation, *_ = [venue.decode(raw, NOW, listed) for raw in frames]
    # "qty":0 on the side "sell", and in 2019 no time
    assert gone == [BookDelta("FI_LTCUSD_190426", NOW, NOW, [], [Level(60.58, 0.0)], 1.0, False, 2139287, 2139286)]
    at = 1_554_076_800_695_000_000
    assert ticker == [
        Mark("PI_LTCUSD", at, NOW, 60.38),
        Index("LTCUSD", at, NOW, 60.31),
        OpenInterest("PI_LTCUSD", at, NOW, 631_360.0),
        Funding("PI_LTCUSD", at, NOW, 0.000104908704166667, 1_554_091_200_000_000_000, HOUR_NS),
    ]
    assert fill == [
        Trade("FI_XBTUSD_190927", 1_567_296_042_739_000_000, NOW, 9680.0, 166.0, False,
              "06842286-3a57-412c-8cb5-b61db36903d3")
    ]  # fmt: skip
    levels = [Level(64.27, 2978.0), Level(64.26, 5000.0)], [Level(64.28, 1.0), Level(64.31, 9216.0)]
    assert snapshot == [BookDelta("PI_LTCUSD", 1_567_296_000_518_000_000, NOW, *levels, 1.0, True, 360370)]
    assert change == [
        BookDelta("PI_LTCUSD", 1_567_296_042_131_000_000, NOW, [Level(64.24, 0.0)], [], 1.0, False, 361432, 361431)
    ]
    at, uid = 1_593_620_853_613_000_000, "e7f3a144-5c04-4ed6-999e-5922cd0b6160"
    assert liquidation == [
        Trade("PI_ETHUSD", at, NOW, 231.6, 250.0, True, uid),
        Liquidation("PI_ETHUSD", at, NOW, Side.SHORT, 250.0, 231.6, uid),  # bought to close a short
    ]


@needs_frames
def test_the_relative_rate_is_the_fraction_of_the_absolute_one() -> None:
    for raw in historical("cryptofacilities"):
        row = json.loads(raw)
        if row["feed"] == "ticker":  # of an inverse contract: an amount of coin per dollar and hour
            assert row["funding_rate"] * row["index"] == pytest.approx(row["relative_funding_rate"], rel=0.01)


# --- trades -----------------------------------------------------------------------------------------------------


def trade(**more: object) -> str:
    row = {"feed": "trade", "product_id": "PI_XBTUSD", "uid": "u", "side": "sell", "type": "fill", "seq": 1,
           "time": 1_593_620_853_613, "qty": 250, "price": 231.6}  # fmt: skip
    return json.dumps({**row, **more})


@pytest.mark.parametrize(("side", "liquidated"), [("sell", Side.LONG), ("buy", Side.SHORT)])
def test_who_was_liquidated(side: str, liquidated: Side) -> None:
    events = venue.decode(trade(type="liquidation", side=side), NOW, LISTED)
    assert [e.side for e in events if isinstance(e, Liquidation)] == [liquidated]
    assert not venue.thinned_liquidations


@pytest.mark.parametrize("kind", ["assignment", "termination", "block"])
def test_positions_handed_over_and_blocks_are_no_trades_of_the_book(kind: str) -> None:
    assert venue.decode(trade(type=kind), NOW, LISTED) == []


def test_old_trades_of_a_snapshot_are_not_new() -> None:
    snapshot = json.dumps({"feed": "trade_snapshot", "product_id": "PI_XBTUSD", "trades": [json.loads(trade())]})
    assert venue.decode(snapshot, NOW, LISTED) == []


def test_sizes_are_dollars_of_inverse_and_coins_of_linear_contracts() -> None:
    (linear,) = venue.decode(trade(product_id="PF_XBTUSD", qty=0.025), NOW, LISTED)
    assert isinstance(linear, Trade)
    assert (linear.size, LINEAR.unit, INVERSE.unit) == (0.025, "BTC", "USD")


# --- books and tickers ------------------------------------------------------------------------------------------


def test_each_change_is_numbered_one_more() -> None:
    book = Book(INVERSE)
    start = {"feed": "book_snapshot", "product_id": "PI_XBTUSD", "timestamp": 1, "seq": 7, "tickSize": None,
             "bids": [{"price": 100.0, "qty": 5}], "asks": [{"price": 101.0, "qty": 5}]}  # fmt: skip
    step = {"feed": "book", "product_id": "PI_XBTUSD", "side": "buy", "price": 100.5, "qty": 3, "timestamp": 2}
    for row, broken in ((start, False), ({**step, "seq": 8}, False), ({**step, "seq": 10}, True)):
        (delta,) = venue.decode(json.dumps(row), NOW, LISTED)
        assert isinstance(delta, BookDelta)
        assert (book.apply(delta) is not None) == broken
    assert not book.valid


def test_a_dated_contract_has_no_funding_and_what_is_not_said_is_left_out() -> None:
    row = {"feed": "ticker", "product_id": DATED.symbol, "time": 1, "markPrice": 2, "relative_funding_rate": 0.1,
           "openInterest": None, "maturityTime": 1_751_036_400_000}  # fmt: skip
    assert venue.decode(json.dumps(row), NOW, LISTED) == [Mark(DATED.symbol, 10**6, NOW, 2.0)]


# --- the wire itself --------------------------------------------------------------------------------------------


def test_one_feed_and_many_products_a_message() -> None:
    streams = venue.subscriptions([INVERSE, DATED], prices_of=[LINEAR])
    messages = [json.loads(text) for text in venue.subscribe(streams)]
    assert messages == [
        {"event": "subscribe", "feed": "ticker", "product_ids": ["PI_XBTUSD", "FI_XBTUSD_250627", "PF_XBTUSD"]},
        {"event": "subscribe", "feed": "trade", "product_ids": ["PI_XBTUSD", "FI_XBTUSD_250627"]},
        {"event": "subscribe", "feed": "book", "product_ids": ["PI_XBTUSD", "FI_XBTUSD_250627"]},
    ]
    acks = [a for m in messages for a in venue.decode(json.dumps({**m, "event": "subscribed"}), NOW, {})]
    assert {a.key for a in acks if isinstance(a, Ack)} == {s.key for s in streams}
    (left,) = map(json.loads, venue.unsubscribe(streams[:1]))
    assert venue.decode(json.dumps({**left, "event": "unsubscribed"}), NOW, {}) == []


def test_greetings_and_errors() -> None:
    assert venue.keepalive is None  # the library's own pings keep it open
    assert venue.decode('{"event":"info","version":1}', NOW, {}) == []
    assert venue.decode('{"event":"error","message":"Invalid product id"}', NOW, {}) == [
        Refusal(None, "error", "Invalid product id")
    ]
    wrong = '{"event":"alert","feed":"book","product_ids":["PI_NOPE"],"message":"Bad"}'
    assert venue.decode(wrong, NOW, {}) == [Refusal("book:PI_NOPE", "alert", "Bad")]
    for text in ('{"feed":"open_orders"}', '{"event":"challenge"}'):
        (event,) = venue.decode(text, NOW, LISTED)
        assert isinstance(event, Rejected)


def test_the_stream_an_event_came_by() -> None:
    for text, stream in (
        (trade(type="liquidation"), "trade:PI_XBTUSD"),
        (json.dumps({"feed": "ticker", "product_id": "PI_XBTUSD", "time": 1, "markPrice": 2}), "ticker:PI_XBTUSD"),
    ):
        assert {venue.stream_of(event) for event in venue.decode(text, NOW, LISTED)} == {stream}
