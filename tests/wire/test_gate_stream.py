"""Gate's frames as the wire has them in 2026, and what each one means in units."""

import json

import pytest
from gate_frames import DATED, LINEAR, LISTED, NOW, about, gate, instrument

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
from liqtui.instruments import Instrument
from liqtui.market.book import Book

MS_NOW = 1_789_455_580_280
AT = MS_NOW * 10**6


def told(channel: str, result: object, listed: dict[str, Instrument] = LISTED, **more: object) -> list[Event]:
    frame = {"time": MS_NOW // 1000, "time_ms": MS_NOW, "channel": channel, "event": "update", "result": result} | more
    return gate.decode(json.dumps(frame), NOW, listed)


def obu(last: int, *, first: int | None = None, **levels: list[list[str]]) -> BookDelta:
    row: dict[str, object] = {"t": MS_NOW, "s": "ob.BTC_USDT.400", "u": last, **levels}
    row |= {"full": True} if first is None else {"U": first}
    (event,) = told("futures.obu", row)
    assert isinstance(event, BookDelta)
    return event


@pytest.mark.parametrize("size", [-108, "-108", -108.0])
def test_a_trade_of_108_contracts_is_a_hundredth_of_a_bitcoin_sold(size: object) -> None:
    # Numbers or strings: the wire became one of strings for contracts of fractions in 2026.
    row = {
        "size": size, "id": 27753479, "create_time": MS_NOW // 1000, "create_time_ms": MS_NOW, "price": "82600.5",
        "contract": "BTC_USDT",
    }  # fmt: skip
    assert told("futures.trades", [row]) == [
        Trade("BTC_USDT", AT, NOW, 82600.5, about(0.0108), False, "27753479")
    ]


def test_what_hands_a_liquidated_position_over_is_no_trade() -> None:
    row = {"size": 5, "id": 1, "create_time": 1, "price": "1", "contract": "BTC_USDT", "is_internal": True}
    assert told("futures.trades", [row]) == []


def test_a_contract_of_an_inverse_perpetual_is_a_dollar() -> None:
    row = {"size": 250, "id": 1, "create_time": 1_700_000_000, "price": "60000", "contract": "BTC_USD"}
    assert told("futures.trades", [row]) == [
        Trade("BTC_USD", 1_700_000_000 * 10**9, NOW, 60000.0, 250.0, True, "1")
    ]


def test_a_ticker() -> None:
    row = {
        "contract": "BTC_USDT", "last": "82600", "mark_price": "82600.1", "index_price": "82611.5",
        "funding_rate": "-0.000114", "total_size": "153482780", "quanto_base_rate": "",
    }  # fmt: skip
    assert told("futures.tickers", [row]) == [
        Mark("BTC_USDT", AT, NOW, 82600.1),
        OpenInterest("BTC_USDT", AT, NOW, about(15_348.278)),
        Index("BTC_USDT", AT, NOW, 82611.5),
        Funding("BTC_USDT", AT, NOW, -0.000114, None, None, partial=True),
    ]


def test_the_rate_of_a_ticker_leaves_the_time_that_rest_told() -> None:
    whole = Funding("BTC_USDT", 1, 1, 0.0001, 2, 3)
    (*_, rate) = told("futures.tickers", [{"contract": "BTC_USDT", "funding_rate": "0.0002"}])
    assert isinstance(rate, Funding)
    after = rate.after(whole)
    assert (after.rate, after.next_ns, after.interval_ns) == (0.0002, 2, 3)


def test_what_a_ticker_does_not_say_is_unknown_never_zero() -> None:
    row = {"contract": DATED.symbol, "mark_price": "0", "index_price": "", "funding_rate": "", "total_size": ""}
    assert told("futures.tickers", [row]) == []
    assert told("futures.tickers", [row | {"funding_rate": "0.1"}]) == []  # a dated contract has none


@pytest.mark.parametrize(("size", "side"), [("-124", Side.LONG), (124, Side.SHORT)])
def test_a_liquidation_carries_the_sign_of_the_order(size: object, side: Side) -> None:
    rows = [{"price": 215.1, "size": size, "time_ms": MS_NOW, "contract": "BTC_USDT"}]
    assert told("futures.public_liquidates", rows) == [
        Liquidation("BTC_USDT", AT, NOW, side, about(0.0124), 215.1)
    ]


def test_several_liquidations_at_once() -> None:
    rows = [{"price": "1", "size": size, "time_ms": MS_NOW, "contract": "BTC_USD"} for size in (-7, 8, 0)]
    events = told("futures.public_liquidates", rows)
    assert [(e.side, e.size) for e in events if isinstance(e, Liquidation)] == [(Side.LONG, 7.0), (Side.SHORT, 8.0)]


def test_a_book_begins_whole_and_follows_its_numbers() -> None:
    book = Book(LINEAR)
    whole = obu(125_033_675_974, b=[["77222.9", "600"], ["77222.5", "10"]], a=[["77235", "40"], ["77235.2", "7"]])
    assert whole.snapshot
    assert whole.bids[0] == Level(77222.9, 600.0)
    assert book.apply(whole) is None
    change = obu(125_033_676_003, first=125_033_675_975, b=[["77222.9", "648"]], a=[["77235.2", "0"]])
    assert book.apply(change) is None
    assert book.apply(obu(125_033_676_011, first=125_033_676_004)) is None  # numbers alone
    assert (book.best_bid, book.best_ask, len(book)) == (77222.9, 77235.0, 3)
    bids, _ = book.levels()
    assert bids.size[0] == about(0.0648)  # 648 contracts of 0.0001 BTC
    broken = book.apply(obu(125_033_676_099, first=125_033_676_050))
    assert broken == "book sequence jumped: 125033676049 does not follow 125033676011"


def test_answers() -> None:
    done, of = {"status": "success"}, ["ob.BTC_USDT.400"]
    assert told("futures.obu", done, event="subscribe", payload=of) == [Ack("futures.obu:ob.BTC_USDT.400")]
    assert told("futures.obu", done, event="unsubscribe", payload=of) == []
    assert told("futures.trades", done, event="subscribe") == []  # 2023: of what, it does not say
    assert told("futures.pong", None, event="") == [Pong()]


def test_refusals() -> None:
    error = {"code": 2, "message": "unknown contract NOPE_USDT"}
    assert told("futures.trades", None, event="subscribe", payload=["NOPE_USDT"], error=error) == [
        Refusal("futures.trades:NOPE_USDT", "2", "unknown contract NOPE_USDT")
    ]
    again = {"code": 2, "message": "Alert sub ob.BTC_USDT.400"}
    assert told("futures.obu", None, event="subscribe", payload=["ob.BTC_USDT.400"], error=again) == [
        Ack("futures.obu:ob.BTC_USDT.400")
    ]


def test_other_names_than_ascii_and_multiplied_ones() -> None:
    odd, thousand = instrument("币安人生_USDT", 10.0), instrument("1000X_USDT", 1000.0)
    listed = {i.symbol: i for i in (odd, thousand)}
    row = {"t": MS_NOW, "full": True, "s": "ob.币安人生_USDT.400", "u": 1, "b": [["0.016", "777"]]}
    assert told("futures.obu", row, listed) == [
        BookDelta("币安人生_USDT", AT, NOW, [Level(0.016, 777.0)], [], 10.0, True, 1, None)
    ]
    trade = {"size": 2, "id": 1, "create_time_ms": MS_NOW, "create_time": 1, "price": "5", "contract": "1000X_USDT"}
    assert told("futures.trades", [trade], listed) == [Trade("1000X_USDT", AT, NOW, 0.005, 2000.0, True, "1")]


def test_contracts_nobody_lists_are_left_out() -> None:
    for channel, row in {
        "futures.trades": {"size": 1, "id": 1, "create_time": 1, "price": "1", "contract": "X_USDT"},
        "futures.tickers": {"contract": "X_USDT", "mark_price": "1"},
        "futures.public_liquidates": {"contract": "X_USDT", "size": 1, "price": 1},
    }.items():
        assert told(channel, [row]) == []


@pytest.mark.parametrize(
    "frame",
    [
        b"\xff", "", "[]", "null", "{}", '{"channel":"spot.trades","event":"update","result":[]}',
        '{"channel":"futures.obu","event":"update","result":{"t":1,"s":"ob.BTC_USDT.400","u":5}}',
        '{"channel":"futures.tickers","event":"update","result":[{"contract":"BTC_USDT","mark_price":"nan"}]}',
        '{"channel":"futures.tickers","event":"update","result":[{"contract":"BTC_USDT","total_size":"-1"}]}',
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_rejected(frame: str | bytes) -> None:
    (event,) = gate.decode(frame, NOW, LISTED)
    assert isinstance(event, Rejected)
    assert event.reason.isprintable()
