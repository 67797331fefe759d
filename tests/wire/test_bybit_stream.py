"""Bybit's frames as the wire has them in 2026, and what each one means in units."""

import json

import pytest
from bybit_frames import DATED, INVERSE, LINEAR, LISTED, NOW, bybit, instrument

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
from liqtui.market.book import Book

TS = 1_791_091_006_483
AT = TS * 10**6
HOUR_NS = 3600 * 10**9


def ticker(kind: str = "delta", symbol: str = "BTCUSDT", **told: str) -> list[Event]:
    frame = {"topic": f"tickers.{symbol}", "type": kind, "data": {"symbol": symbol, **told}, "cs": 1, "ts": TS}
    return bybit.decode(json.dumps(frame, separators=(",", ":")), NOW, LISTED)


def liquidations(*rows: dict[str, object]) -> list[Event]:
    told = {"T": TS, "v": "0.006", "p": "82396.90"}
    frame = {"topic": "allLiquidation.BTCUSDT", "type": "snapshot", "ts": TS, "data": [told | row for row in rows]}
    return bybit.decode(json.dumps(frame), NOW, LISTED)


def book(kind: str, u: int, bids: list[list[str]], asks: list[list[str]]) -> BookDelta:
    data = {"s": "BTCUSDT", "b": bids, "a": asks, "u": u, "seq": 10 * u}
    frame = {"topic": "orderbook.200.BTCUSDT", "type": kind, "ts": TS, "data": data, "cts": TS - 2}
    (event,) = bybit.decode(json.dumps(frame, separators=(",", ":")), NOW, LISTED)
    assert isinstance(event, BookDelta)
    return event


def test_a_trade_is_in_coin_and_names_the_taker() -> None:
    frame = (
        '{"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":1672304486868,"data":[{"T":1672304486865,"s":"BTCUSDT",'
        '"S":"Sell","v":"0.001","p":"16578.50","L":"PlusTick","i":"20f43950-d8dd","BT":false,"RPI":false,"seq":1}]}'
    )
    assert bybit.decode(frame, NOW, LISTED) == [
        Trade("BTCUSDT", 1_672_304_486_865_000_000, NOW, 16578.5, 0.001, False, "20f43950-d8dd")
    ]


def test_a_block_trade_did_not_move_through_the_book() -> None:
    row = {"T": TS, "s": "BTCUSDT", "S": "Buy", "v": "100", "p": "82000", "i": "a"}
    frame = {"topic": "publicTrade.BTCUSDT", "type": "snapshot", "ts": TS, "data": [row | {"BT": True}, row]}
    (event,) = bybit.decode(json.dumps(frame), NOW, LISTED)
    assert isinstance(event, Trade)


def test_a_delta_tells_only_what_changed() -> None:
    assert ticker(bid1Price="84792.60", bid1Size="1.302") == []
    assert ticker(markPrice="84790.1") == [Mark("BTCUSDT", AT, NOW, 84790.1)]
    assert ticker(indexPrice="84800.5") == [Index("BTCUSDT", AT, NOW, 84800.5)]


def test_open_interest_is_one_sided_whichever_way_it_is_told() -> None:
    one = OpenInterest("BTCUSDT", AT, NOW, 26_332.321)
    assert ticker(openInterest="52664.642", singleOpenInterest="26332.321") == [one]
    assert ticker(singleOpenInterest="26332.321") == [one]
    assert ticker(openInterest="52664.642") == [one]  # before June 2026: longs plus shorts
    assert ticker(openInterestValue="4e9") == []


def test_open_interest_of_an_inverse_contract_is_dollars() -> None:
    # 449,736,676 USD on both sides, "15747.08" BTC worth of them.
    assert ticker(symbol="BTCUSD", openInterest="449736676", openInterestValue="15747.08") == [
        OpenInterest("BTCUSD", AT, NOW, 224_868_338.0)
    ]


def test_funding_comes_whole_and_then_in_parts() -> None:
    (whole,) = ticker("snapshot", fundingRate="0.0001", nextFundingTime="1791100800000", fundingIntervalHour="8")
    due = 1_791_100_800_000_000_000
    assert whole == Funding("BTCUSDT", AT, NOW, 0.0001, due, 8 * HOUR_NS)
    (rate,) = ticker(fundingRate="-0.00002")
    assert rate == Funding("BTCUSDT", AT, NOW, -0.00002, None, None, partial=True)
    assert isinstance(rate, Funding)
    assert isinstance(whole, Funding)
    assert rate.after(whole) == Funding("BTCUSDT", AT, NOW, -0.00002, due, 8 * HOUR_NS, partial=True)
    (hourly,) = ticker(nextFundingTime="1791104400000", fundingIntervalHour="1")
    assert isinstance(hourly, Funding)
    assert hourly.after(rate.after(whole)).rate == -0.00002
    assert hourly.after(rate.after(whole)).interval_ns == HOUR_NS


def test_a_whole_ticker_without_funding_says_that_it_is_unknown() -> None:
    (funding,) = ticker("snapshot", fundingRate="", nextFundingTime="0")
    assert funding == Funding("BTCUSDT", AT, NOW, None, None, None)


def test_a_dated_contract_has_no_funding_and_its_delivery_time_is_words() -> None:
    told = {"markPrice": "84000", "deliveryTime": "2025-06-27T08:00:00Z", "fundingRate": "", "nextFundingTime": ""}
    assert ticker("snapshot", DATED.symbol, **told) == [Mark(DATED.symbol, AT, NOW, 84000.0)]


@pytest.mark.parametrize("nothing", ["", "0", "0.00"])
def test_a_mark_that_is_not_there_is_unknown_never_zero(nothing: str) -> None:
    assert ticker(markPrice=nothing, indexPrice=nothing) == []


@pytest.mark.parametrize(("said", "side"), [("Buy", Side.LONG), ("Sell", Side.SHORT)])
def test_a_liquidation_carries_the_side_of_the_position(said: str, side: Side) -> None:
    # Buy: a long was liquidated. On Binance and OKX the same word would mean a short.
    assert liquidations({"s": "BTCUSDT", "S": said}) == [Liquidation("BTCUSDT", AT, NOW, side, 0.006, 82396.9)]


def test_a_batch_of_liquidations_and_one_in_dollars() -> None:
    events = liquidations({"s": "BTCUSDT", "S": "Buy"}, {"s": "BTCUSD", "S": "Buy", "v": "5000"})
    assert [(e.symbol, e.size) for e in events if isinstance(e, Liquidation)] == [("BTCUSDT", 0.006), ("BTCUSD", 5000)]


def test_a_book_follows_its_numbers_until_one_is_missing() -> None:
    kept = Book(LINEAR)
    assert kept.apply(book("snapshot", 100, [["82000", "1"], ["81999", "2"]], [["82001", "3"]])) is None
    assert kept.apply(book("delta", 101, [["81999", "0"]], [["82002", "4"]])) is None
    assert (kept.best_bid, kept.best_ask, len(kept)) == (82000.0, 82001.0, 3)
    assert kept.apply(book("delta", 103, [], [["82001", "5"]])) == "book sequence jumped: 102 does not follow 101"
    assert not kept.valid


def test_number_one_is_a_book_that_begins_anew() -> None:
    kept = Book(LINEAR)
    kept.apply(book("snapshot", 100, [["82000", "1"]], [["82001", "3"]]))
    restart = book("delta", 1, [["81000", "1"]], [["81001", "1"]])
    assert restart.snapshot
    assert kept.apply(restart) is None
    assert (kept.best_bid, len(kept)) == (81000.0, 2)
    assert kept.apply(book("delta", 2, [["81000", "2"]], [])) is None


def test_one_level_is_no_book() -> None:
    frame = '{"topic":"orderbook.1.BTCUSDT","type":"snapshot","ts":1,"data":{"s":"BTCUSDT","b":[],"a":[],"u":1}}'
    assert bybit.decode(frame, NOW, LISTED) == []


def test_answers() -> None:
    ok = '{"success":true,"ret_msg":"","conn_id":"x","req_id":"tickers.BTCUSDT","op":"subscribe"}'
    assert bybit.decode(ok, NOW, LISTED) == [Ack("tickers.BTCUSDT")]
    again = ok.replace("true", "false").replace('""', '"error:already subscribed,topic:tickers.BTCUSDT"')
    assert bybit.decode(again, NOW, LISTED) == [Ack("tickers.BTCUSDT")]
    assert bybit.decode(ok.replace("subscribe", "unsubscribe"), NOW, LISTED) == []
    unnamed = '{"success":true,"ret_msg":"subscribe","conn_id":"x","op":"subscribe"}'
    assert bybit.decode(unnamed, NOW, LISTED) == []


@pytest.mark.parametrize("req_id", ["", "orderbook.500.BTCUSDT"])
def test_a_refusal_names_the_topic(req_id: str) -> None:
    message = "error:handler not found,topic:orderbook.500.BTCUSDT"
    frame = json.dumps({"success": False, "ret_msg": message, "conn_id": "x", "req_id": req_id, "op": "subscribe"})
    assert bybit.decode(frame, NOW, LISTED) == [Refusal("orderbook.500.BTCUSDT", "subscribe", message)]


def test_the_answer_to_our_ping_is_called_ping() -> None:
    pong = '{"success":true,"ret_msg":"pong","conn_id":"x","req_id":"","op":"ping"}'
    assert bybit.decode(pong, NOW, LISTED) == [Pong()]
    assert bybit.decode('{"op":"pong","args":["1675418560633"],"conn_id":"x"}', NOW, LISTED) == [Pong()]


def test_contracts_nobody_lists_are_left_out() -> None:
    assert ticker("snapshot", "ETHUSDT", markPrice="2000") == []
    assert liquidations({"s": "ETHUSDT", "S": "Buy"}) == []


def test_a_thousand_pepe_are_pepe_at_the_price_of_one() -> None:
    pepe = instrument("1000PEPEUSDT", size=1000.0)
    told = {"symbol": pepe.symbol, "markPrice": "0.0125", "singleOpenInterest": "7"}
    row = {"T": TS, "s": pepe.symbol, "S": "Buy", "v": "3", "p": "0.012", "i": "a"}
    levels = {"s": pepe.symbol, "b": [["0.012", "5"]], "a": [], "u": 9}
    frames = [
        {"topic": "tickers.1000PEPEUSDT", "type": "delta", "ts": TS, "data": told},
        {"topic": "publicTrade.1000PEPEUSDT", "ts": TS, "data": [row]},
        {"topic": "allLiquidation.1000PEPEUSDT", "ts": TS, "data": [row]},
        {"topic": "orderbook.200.1000PEPEUSDT", "type": "snapshot", "ts": TS, "data": levels},
    ]
    events = [e for frame in frames for e in bybit.decode(json.dumps(frame), NOW, {pepe.symbol: pepe})]
    price = 0.012 / 1000
    assert events == [
        Mark(pepe.symbol, AT, NOW, 0.0125 / 1000),
        OpenInterest(pepe.symbol, AT, NOW, 7000.0),
        Trade(pepe.symbol, AT, NOW, price, 3000.0, True, "a"),
        Liquidation(pepe.symbol, AT, NOW, Side.LONG, 3000.0, price),
        BookDelta(pepe.symbol, AT, NOW, [Level(price, 5.0)], [], 1000.0, True, 9, None),  # size × unit when it is read
    ]


def test_other_names_than_ascii() -> None:
    odd = instrument("牛来USDT")
    frame = '{"topic":"tickers.牛来USDT","type":"delta","ts":1,"data":{"symbol":"牛来USDT","markPrice":"2"}}'
    assert bybit.decode(frame, NOW, {odd.symbol: odd}) == [Mark("牛来USDT", 1_000_000, NOW, 2.0)]


def test_data_that_begins_otherwise_is_read_all_the_same() -> None:
    frame = {"ts": TS, "type": "delta", "data": {"symbol": "BTCUSD", "markPrice": "2"}, "topic": "tickers.BTCUSD"}
    assert bybit.decode(json.dumps(frame).encode(), NOW, LISTED) == [Mark(INVERSE.symbol, AT, NOW, 2.0)]


@pytest.mark.parametrize(
    "frame",
    [
        b"\xff", "", "[]", "{}", "null", '{"topic":"tickers.BTCUSDT"}', '{"topic":"weather.BTCUSDT","data":{}}',
        '{"topic":"tickers.BTCUSDT","type":"delta","ts":1,"data":{"symbol":"BTCUSDT","markPrice":"nan"}}',
        '{"topic":"tickers.BTCUSDT","type":"delta","ts":1,"data":{"symbol":"BTCUSDT","openInterest":"-1"}}',
        '{"topic":"publicTrade.BTCUSDT","data":[{"T":1,"s":"BTCUSDT","S":"buy","v":"1","p":"1","i":"a"}]}',
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_rejected(frame: str | bytes) -> None:
    (event,) = bybit.decode(frame, NOW, LISTED)
    assert isinstance(event, Rejected)
    assert event.reason.isprintable()
