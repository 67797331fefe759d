"""Bitget's frames, recorded and as the wire has them in 2026, and what each one means in units."""

import json

import pytest
from bitget_frames import DATED, INVERSE, LINEAR, LISTED, NOW, about, bitget, historical, instrument, needs_frames

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

TS = 1_777_358_881_009
AT = TS * 10**6


def told(
    topic: str, *rows: object, symbol: str = "BTCUSDT", kind: str = "usdt-futures", action: str = "update",
    listed: dict[str, Instrument] = LISTED,
) -> list[Event]:  # fmt: skip
    arg = {"instType": kind, "topic": topic, "symbol": symbol}
    frame = {"action": action, "arg": arg, "data": rows, "ts": TS}
    return bitget.decode(json.dumps(frame), NOW, listed)


@needs_frames
def test_four_frames_of_2026() -> None:
    listed = LISTED | {s: instrument(s) for s in ("APEUSDT", "IPUSDT")}
    trade, book, best, liquidations = (bitget.decode(f, NOW, listed) for f in historical("bitget-futures_v3.jsonl"))
    assert trade == [Trade("BTCUSDT", 1_777_358_881_008_000_000, NOW, 76631.3, 0.01, True, "1432912492051054592")]
    (whole,) = book
    assert isinstance(whole, BookDelta)
    assert (whole.snapshot, whole.seq, whole.prev_seq) == (True, 483_814_309_734, None)
    assert whole.bids == [Level(76742.8, 2.8986), Level(76742.7, 0.0001)]
    assert best == []  # one level
    # Value in quote: 13.70319 USDT at 0.1649 are 83.1 APE, 143.33 at 0.50028 are 286.5 IP. "buy" is a long.
    assert liquidations == [
        Liquidation("APEUSDT", 1_777_358_886_549_000_000, NOW, Side.LONG, about(83.1), 0.1649),
        Liquidation("IPUSDT", 1_777_358_876_983_000_000, NOW, Side.LONG, about(286.5), 0.500280739469),
    ]


@needs_frames
def test_six_frames_of_v2_are_rejected_by_name() -> None:
    decoded = [bitget.decode(f, NOW, LISTED) for f in historical("bitget-futures.jsonl")]
    reasons = [e.reason for (e,) in decoded if isinstance(e, Rejected)]
    channels = ("trade", "trade", "books", "ticker", "ticker", "books15")
    assert reasons == [f"Bitget v2 frame (v3 took its place): {channel}" for channel in channels]


def test_trades_from_before_the_subscription_are_left_out() -> None:
    row = {"i": "1", "p": "76631.3", "v": "0.01", "S": "sell", "T": str(TS), "isRPI": "no"}
    assert told("publicTrade", row, action="snapshot") == []
    assert told("publicTrade", row) == [Trade("BTCUSDT", AT, NOW, 76631.3, 0.01, False, "1")]


def test_a_ticker() -> None:
    row = {
        "symbol": "BTCUSDT", "markPrice": "76631.1", "indexPrice": "76640", "openInterest": "30123.5",
        "fundingRate": "0.0001", "nextFundingTime": "1777363200000",
    }  # fmt: skip
    assert told("ticker", row, action="snapshot") == [
        Mark("BTCUSDT", AT, NOW, 76631.1),
        OpenInterest("BTCUSDT", AT, NOW, 30123.5),
        Funding("BTCUSDT", AT, NOW, 0.0001, 1_777_363_200_000_000_000, None, partial=True),
        Index("BTCUSDT", AT, NOW, 76640.0),
    ]


def test_a_dated_contract_writes_a_funding_of_nought_and_has_none() -> None:
    row = {"markPrice": "80000", "indexPrice": "", "openInterest": "2.5", "fundingRate": "0", "nextFundingTime": "0"}
    # 2.5 coins, worth 200,000 dollars of face.
    assert told("ticker", row, symbol=DATED.symbol, kind="coin-futures") == [
        Mark(DATED.symbol, AT, NOW, 80000.0),
        OpenInterest(DATED.symbol, AT, NOW, 200_000.0),
    ]


def test_open_interest_in_coin_without_a_mark_is_not_known_in_dollars() -> None:
    assert told("ticker", {"openInterest": "2.5"}, symbol=INVERSE.symbol, kind="coin-futures") == []


@pytest.mark.parametrize(("said", "side"), [("buy", Side.LONG), ("sell", Side.SHORT)])
def test_a_liquidation_carries_the_side_of_the_position_and_its_value_in_quote(said: str, side: Side) -> None:
    row = {"symbol": "BTCUSDT", "side": said, "price": "80000", "amount": "4000", "ts": str(TS)}
    assert told("liquidation", row) == [Liquidation("BTCUSDT", AT, NOW, side, 0.05, 80000.0)]
    coin = row | {"symbol": "BTCUSD"}
    assert told("liquidation", coin, kind="coin-futures") == [Liquidation("BTCUSD", AT, NOW, side, 4000.0, 80000.0)]


def test_trades_and_books_of_a_coin_margined_contract_are_worth_dollars() -> None:
    row = {"i": "1", "p": "80000", "v": "0.25", "S": "buy", "T": str(TS)}
    assert told("publicTrade", row, symbol="BTCUSD", kind="coin-futures") == [
        Trade("BTCUSD", AT, NOW, 80000.0, 20_000.0, True, "1")
    ]
    levels = {"a": [["80010", "0"]], "b": [["80000", "0.5"]], "seq": 5, "pseq": 4, "ts": str(TS)}
    assert told("books", levels, symbol="BTCUSD", kind="coin-futures") == [
        BookDelta("BTCUSD", AT, NOW, [Level(80000.0, 40_000.0)], [Level(80010.0, 0.0)], 1.0, False, 5, 4)
    ]


def test_a_book_follows_its_numbers_until_one_is_missing() -> None:
    def change(seq: int, before: int, action: str = "update") -> BookDelta:
        row = {"a": [["80010", "1"]], "b": [["80000", "1"]], "seq": seq, "pseq": before, "checksum": 1, "ts": str(TS)}
        (event,) = told("books", row, action=action)
        assert isinstance(event, BookDelta)
        return event

    book = Book(LINEAR)
    assert book.apply(change(483_814_309_734, 0, "snapshot")) is None
    assert book.apply(change(483_814_309_800, 483_814_309_734)) is None
    assert book.apply(change(483_814_309_999, 483_814_309_900)) == (
        "book sequence jumped: 483814309900 does not follow 483814309800"
    )


def test_a_thousand_coins_are_coins_at_the_price_of_one() -> None:
    bonk = instrument("1000BONKUSDT", size=1000.0)
    listed = {bonk.symbol: bonk}
    row = {"i": "1", "p": "0.02", "v": "3", "S": "buy", "T": str(TS)}
    forced = {"symbol": bonk.symbol, "side": "buy", "price": "0.02", "amount": "0.06", "ts": str(TS)}
    ticker = {"markPrice": "0.02", "openInterest": "5"}
    per_coin = 0.02 / 1000
    assert told("publicTrade", row, symbol=bonk.symbol, listed=listed) == [
        Trade(bonk.symbol, AT, NOW, per_coin, 3000.0, True, "1")
    ]
    assert told("liquidation", forced, listed=listed) == [
        Liquidation(bonk.symbol, AT, NOW, Side.LONG, about(3000.0), per_coin)
    ]
    assert told("ticker", ticker, symbol=bonk.symbol, listed=listed) == [
        Mark(bonk.symbol, AT, NOW, per_coin),
        OpenInterest(bonk.symbol, AT, NOW, 5000.0),
    ]


def test_answers() -> None:
    arg = '"arg":{"instType":"usdt-futures","topic":"ticker","symbol":"BTCUSDT"}'
    assert bitget.decode("pong", NOW, LISTED) == bitget.decode(b"pong", NOW, LISTED) == [Pong()]
    assert bitget.decode(f'{{"event":"subscribe",{arg},"connId":"c"}}', NOW, LISTED) == [Ack("ticker:BTCUSDT")]
    assert bitget.decode(f'{{"event":"unsubscribe",{arg}}}', NOW, LISTED) == []
    refused = f'{{"event":"error",{arg},"code":30001,"msg":"instType:usdt-futures doesn\'t exist"}}'
    assert bitget.decode(refused, NOW, LISTED) == [
        Refusal("ticker:BTCUSDT", "30001", "instType:usdt-futures doesn't exist")
    ]
    whole = '{"event":"subscribe","arg":{"instType":"usdt-futures","topic":"liquidation"}}'
    assert bitget.decode(whole, NOW, LISTED) == [Ack("liquidation:usdt-futures")]


def test_spot_pairs_of_the_same_name_and_contracts_nobody_lists_are_left_out() -> None:
    row = {"i": "1", "p": "1", "v": "1", "S": "buy", "T": "1"}
    assert told("publicTrade", row, kind="spot") == []
    assert told("publicTrade", row, symbol="XUSDT") == []
    assert told("ticker", {"markPrice": "1"}, symbol="XUSDT") == []


@pytest.mark.parametrize(
    "frame",
    [
        b"\xff", "", "[]", "null", "{}", "ping", '{"event":"login"}',
        '{"arg":{"instType":"usdt-futures","topic":"weather"},"data":[]}',
        '{"arg":{"instType":"usdt-futures","topic":"ticker","symbol":"BTCUSDT"},"data":[{"markPrice":"inf"}]}',
        '{"arg":{"instType":"usdt-futures","topic":"ticker","symbol":"BTCUSDT"},"data":[{"openInterest":"-1"}]}',
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_rejected(frame: str | bytes) -> None:
    (event,) = bitget.decode(frame, NOW, LISTED)
    assert isinstance(event, Rejected)
    assert event.reason.isprintable()
