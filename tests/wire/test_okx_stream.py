"""OKX's frames as the wire has them in 2026, and what each one means in units."""

import json

import pytest
from okx_frames import DATED, INVERSE, LINEAR, LISTED, NOW, XPERP, okx

from liqtui.events import (
    Ack,
    BookDelta,
    Event,
    Funding,
    Index,
    Level,
    Liquidation,
    Listing,
    Mark,
    Notice,
    OpenInterest,
    Pong,
    Refusal,
    Rejected,
    Side,
    Trade,
)
from liqtui.instruments import Instrument, Kind


def one(frame: str | bytes, listed: dict[str, Instrument] = LISTED) -> Event:
    (event,) = okx.decode(frame, NOW, listed)
    return event


def data(channel: str, *rows: object, **arg: str) -> str:
    return json.dumps({"arg": {"channel": channel, **arg}, "data": rows}, separators=(",", ":"))


def liquidation(symbol: str, kind: str = "SWAP", **detail: str) -> dict[str, object]:
    told = {"bkLoss": "0", "bkPx": "82655.7", "ccy": "", "posSide": "long", "side": "sell", "sz": "8.55"}
    return {
        "details": [told | {"ts": "1791565600771"} | detail],
        "instFamily": "-".join(symbol.split("-")[:2]),
        "instId": symbol,
        "instType": kind,
        "uly": "-".join(symbol.split("-")[:2]),
    }


def test_a_trade_of_five_contracts_is_a_twentieth_of_a_bitcoin() -> None:
    frame = (
        '{"arg":{"channel":"trades","instId":"BTC-USDT-SWAP"},"data":[{"instId":"BTC-USDT-SWAP","tradeId":"148266905",'
        '"px":"48938.5","sz":"5","side":"buy","ts":"1640131236050","count":"1","seqId":1234}]}'
    )
    # 5 contracts × 0.01 BTC
    assert one(frame) == Trade(
        "BTC-USDT-SWAP", 1_640_131_236_050_000_000, NOW, 48938.5, 0.05, True, "148266905"
    )


def test_a_trade_of_three_inverse_contracts_is_three_hundred_dollars() -> None:
    row = {"instId": "BTC-USD-SWAP", "tradeId": "7", "px": "60000", "sz": "3", "side": "sell", "ts": "1700000000000"}
    event = one(data("trades", row, instId="BTC-USD-SWAP"))
    assert event == Trade("BTC-USD-SWAP", 1_700_000_000_000_000_000, NOW, 60000.0, 300.0, False, "7")


def test_book_levels_stay_in_contracts_and_bring_their_unit() -> None:
    frame = (
        '{"arg":{"channel":"books","instId":"BTC-USDT-SWAP"},"action":"snapshot","data":[{"asks":[["120.67","90.47","0",'
        '"6"]],"bids":[["120.66","28.44","0","3"]],"ts":"1790394877200","checksum":0,"seqId":32032594283,"prevSeqId":-1}]}'
    )
    assert one(frame) == BookDelta(
        symbol="BTC-USDT-SWAP", time_ns=1_790_394_877_200_000_000, recv_ns=NOW,
        bids=[Level(120.66, 28.44)], asks=[Level(120.67, 90.47)],
        unit=0.01, snapshot=True, seq=32_032_594_283, prev_seq=-1,
    )  # fmt: skip


def test_a_heartbeat_of_the_book_repeats_its_number_and_changes_nothing() -> None:
    row = {"asks": [], "bids": [], "ts": "1790394877200", "checksum": 0, "seqId": 55, "prevSeqId": 55}
    frame = {"arg": {"channel": "books", "instId": "BTC-USDT-SWAP"}, "action": "update", "data": [row]}
    assert one(json.dumps(frame)) == BookDelta(
        "BTC-USDT-SWAP", 1_790_394_877_200_000_000, NOW, [], [], 0.01, False, 55, 55
    )


def test_mark_and_index() -> None:
    mark = {"instId": "BTC-USDT-SWAP", "instType": "SWAP", "markPx": "82600.1", "ts": "1791565600000"}
    assert one(data("mark-price", mark, instId="BTC-USDT-SWAP")) == Mark(
        "BTC-USDT-SWAP", 1_791_565_600_000_000_000, NOW, 82600.1
    )
    index = {"instId": "BTC-USDT", "idxPx": "82611.5", "open24h": "1", "ts": "1791565600001"}
    assert one(data("index-tickers", index, instId="BTC-USDT")) == Index(
        "BTC-USDT", 1_791_565_600_001_000_000, NOW, 82611.5
    )


def test_open_interest_comes_from_the_contracts_not_from_the_dollars() -> None:
    row = {"instId": "BTC-USDT-SWAP", "instType": "SWAP", "oi": "2500000", "oiCcy": "25000", "oiUsd": "2065000000"}
    row["ts"] = "1791565600000"
    # 2,500,000 contracts × 0.01 BTC
    assert one(data("open-interest", row, instId="BTC-USDT-SWAP")) == OpenInterest(
        "BTC-USDT-SWAP", 1_791_565_600_000_000_000, NOW, 25_000.0
    )


def test_an_x_perp_is_paid_funding_every_eight_hours() -> None:
    row = {
        "formulaType": "withRate", "fundingRate": "-0.00042", "fundingTime": "1785888000000", "instType": "FUTURES",
        "instId": "BTC-USD_UM_XPERP-310404", "method": "current_period", "nextFundingRate": "",
        "nextFundingTime": "1785916800000", "ts": "1785870840000",
    }  # fmt: skip
    assert one(data("funding-rate", row, instId=XPERP.symbol)) == Funding(
        XPERP.symbol, 1_785_870_840_000_000_000, NOW, -0.00042, 1_785_888_000_000_000_000, 8 * 3600 * 10**9
    )


@pytest.mark.parametrize("said", [{}, {"fundingRate": "", "fundingTime": "", "nextFundingTime": ""}])
def test_funding_that_is_not_said_is_unknown_never_zero(said: dict[str, str]) -> None:
    event = one(data("funding-rate", {"instId": DATED.symbol, **said}, instId=DATED.symbol))
    assert event == Funding(DATED.symbol, NOW, NOW, None, None, None)


@pytest.mark.parametrize("rate", ["nan", "inf", "0x10", "lots"])
def test_funding_that_is_no_number_is_rejected(rate: str) -> None:
    row = {"instId": LINEAR.symbol, "fundingRate": rate}
    assert isinstance(one(data("funding-rate", row, instId=LINEAR.symbol)), Rejected)


@pytest.mark.parametrize(
    ("position", "order", "liquidated"),
    [
        ("long", "sell", Side.LONG),
        ("short", "buy", Side.SHORT),
        ("net", "sell", Side.LONG),
        ("net", "buy", Side.SHORT),
        ("", "sell", Side.LONG),
        ("", "buy", Side.SHORT),
    ],
)
def test_the_side_that_was_liquidated(position: str, order: str, liquidated: Side) -> None:
    frame = data("liquidation-orders", liquidation("BTC-USDT-SWAP", posSide=position, side=order), instType="SWAP")
    # 8.55 contracts × 0.01 BTC at the bankruptcy price
    assert one(frame) == Liquidation(
        "BTC-USDT-SWAP", 1_791_565_600_771_000_000, NOW, liquidated, 8.55 * 0.01, 82655.7
    )


def test_a_liquidation_of_no_known_side_is_rejected() -> None:
    frame = data("liquidation-orders", liquidation("BTC-USDT-SWAP", posSide="net", side=""), instType="SWAP")
    assert isinstance(one(frame), Rejected)


def test_contracts_that_share_a_prefix_are_not_mixed() -> None:
    rows = [liquidation(s, sz="3") for s in ("BTC-USD-SWAP", "BTC-USDT-SWAP", "BTC-USDC-SWAP")]
    frame = data("liquidation-orders", *rows, instType="SWAP")
    only = okx.decode(frame, NOW, {LINEAR.symbol: LINEAR})
    both = okx.decode(frame, NOW, {i.symbol: i for i in (LINEAR, INVERSE)})
    assert [(e.symbol, e.size) for e in only if isinstance(e, Liquidation)] == [("BTC-USDT-SWAP", 0.03)]
    assert [(e.symbol, e.size) for e in both if isinstance(e, Liquidation)] == [
        ("BTC-USD-SWAP", 300.0),  # dollars
        ("BTC-USDT-SWAP", 0.03),  # bitcoin
    ]


def test_several_liquidations_of_one_contract_in_one_frame() -> None:
    row = liquidation("BTC-USDT-SWAP")
    details = row["details"]
    assert isinstance(details, list)
    details.append(details[0] | {"sz": "100", "posSide": "short", "side": "buy"})
    events = okx.decode(data("liquidation-orders", row, instType="SWAP"), NOW, LISTED)
    assert [(e.side, e.size) for e in events if isinstance(e, Liquidation)] == [
        (Side.LONG, pytest.approx(0.0855)),
        (Side.SHORT, 1.0),
    ]


def test_a_new_contract_arrives_by_the_instruments_stream() -> None:
    row = {
        "instType": "FUTURES", "instId": "BTC-USD_UM_XPERP-310404", "uly": "BTC-USD", "instFamily": "BTC-USD_UM_XPERP",
        "settleCcy": "USD", "ctVal": "0.0001", "ctMult": "1", "ctValCcy": "BTC", "ctType": "linear", "lever": "10",
        "tickSz": "0.1", "lotSz": "1", "minSz": "1", "state": "live", "ruleType": "xperp",
        "listTime": "1775289600000", "expTime": "1933056000000",
    }  # fmt: skip
    announced = {"instType": "FUTURES", "instId": "", "instFamily": "BTC-USD", "ctVal": "", "state": "preopen"}
    listing = one(data("instruments", row, announced, instType="FUTURES"), {})
    assert isinstance(listing, Listing)
    (xperp,) = listing.instruments
    assert (xperp.kind, xperp.expiry_ns, xperp.inverse) == (Kind.PERPETUAL, None, False)
    assert (xperp.base, xperp.quote, xperp.settle, xperp.contract_size) == ("BTC", "USD", "USD", 0.0001)
    assert (xperp.family, xperp.index, xperp.max_leverage) == ("BTC-USD_UM_XPERP", "BTC-USD", 10.0)


@pytest.mark.parametrize("field", ["instId", "uly", "instFamily", "settleCcy"])
def test_no_name_of_a_listing_brings_control_characters(field: str) -> None:
    row = {"instType": "SWAP", "instId": "A-USDT-SWAP", "uly": "A-USDT", "ctVal": "1", "tickSz": "0.1"}
    listing, rejected = okx.decode(data("instruments", row | {field: "A-\x1b[31mUSDT"}, instType="SWAP"), NOW, {})
    assert isinstance(listing, Listing)
    assert listing.instruments == []
    assert isinstance(rejected, Rejected)
    assert rejected.reason.isprintable()


@pytest.mark.parametrize("size", ["many", "0", "-1", "nan", "inf"])
def test_an_unreadable_contract_costs_only_itself(size: str) -> None:
    good = {"instType": "SWAP", "instId": "A-USDT-SWAP", "uly": "A-USDT", "ctVal": "1", "tickSz": "0.1"}
    bad = good | {"instId": "B-USDT-SWAP", "ctVal": size}
    listing, rejected = okx.decode(data("instruments", good, bad, instType="SWAP"), NOW, {})
    assert isinstance(listing, Listing)
    assert [i.symbol for i in listing.instruments] == ["A-USDT-SWAP"]
    assert isinstance(rejected, Rejected)
    assert "B-USDT-SWAP" in rejected.reason


def test_answers_to_subscribing() -> None:
    one_contract = '{"event":"subscribe","arg":{"channel":"trades","instId":"BTC-USDT-SWAP"},"connId":"a4d3ae55"}'
    one_type = '{"event":"subscribe","arg":{"channel":"liquidation-orders","instType":"SWAP"},"connId":"a4d3ae55"}'
    unsubscribed = '{"event":"unsubscribe","arg":{"channel":"books","instId":"BTC-USDT-SWAP"},"connId":"a4d3ae55"}'
    assert one(one_contract) == Ack("trades:BTC-USDT-SWAP")
    assert one(one_type) == Ack("liquidation-orders:SWAP")
    turned = '{"arg":{"channel":"trades","instId":"BTC-USDT-SWAP"},"event":"subscribe"}'
    assert one(turned) == Ack("trades:BTC-USDT-SWAP")
    assert okx.decode(unsubscribed, NOW, LISTED) == []
    assert one("pong") == one(b"pong") == Pong()


@pytest.mark.parametrize(
    ("message", "key"),
    [
        (
            "Wrong URL or channel:books,instId:BTC-USDT-250523 doesn't exist. Please use the correct URL, channel and "
            "parameters referring to API document.",
            "books:BTC-USDT-250523",
        ),
        ("Wrong URL or channel:liquidation-orders,instType:SWAPS doesn't exist.", "liquidation-orders:SWAPS"),
        ("Invalid request", None),
    ],
)
def test_a_refusal_names_what_it_refuses(message: str, key: str | None) -> None:
    frame = json.dumps({"event": "error", "code": "60018", "msg": message, "connId": "a4d3ae55"})
    assert one(frame) == Refusal(key, "60018", message)


def test_notice_of_an_upgrade() -> None:
    text = "The connection will soon be closed for a service upgrade. Please reconnect."
    frame = json.dumps({"event": "notice", "code": "64008", "msg": text, "connId": "a4d3ae55"})
    assert one(frame) == Notice("64008", text)


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        ('{"table":"swap/trade","data":[]}', "OKX v3 frame (retired 2021): swap/trade"),
        ('{"arg":{"channel":"liquidations","instId":"X","generated":true},"data":[]}', "channel liquidations: never"),
        ('{"arg":{"channel":"moon-phase","instId":"X"},"data":[]}', "unknown channel moon-phase"),
        ('{"event":"party"}', "unknown event party"),
        ('{"data":[]}', "neither data nor an answer"),
        ('{"arg":{"channel":"trades","instId":"BTC-USDT-SWAP"},"data":[{"px":"-1"}]}', "Expected"),
        ("not json", "JSON is malformed"),
        ("", ""),
    ],
)
def test_what_cannot_be_read_is_rejected_with_its_reason(frame: str, reason: str) -> None:
    event = one(frame)
    assert isinstance(event, Rejected)
    assert event.reason.startswith(reason)


@pytest.mark.parametrize("price", ["nan", "inf", "-1", "0", "1e400"])
def test_no_price_is_not_a_number(price: str) -> None:
    row = {"instId": LINEAR.symbol, "markPx": price, "ts": "1791565600000"}
    assert isinstance(one(data("mark-price", row, instId=LINEAR.symbol)), Rejected)
    level = {"asks": [[price if price != "0" else "nan", "1", "0", "1"]], "bids": [], "ts": "1"}
    frame = {"arg": {"channel": "books", "instId": LINEAR.symbol}, "action": "update", "data": [level]}
    assert isinstance(one(json.dumps(frame)), Rejected)


def test_hostile_text_reaches_neither_terminal_nor_log() -> None:
    escape = '{"event":"error","code":"1","msg":"\\u001b[2J\\u202egone","connId":"x"}'
    assert one(escape) == Refusal(None, "1", "[2Jgone")
    rejected = one("\x1b[2J" + "x" * 100_000)
    assert isinstance(rejected, Rejected)
    assert rejected.reason.isprintable()
    assert len(rejected.reason) < 300


def test_neither_order_of_keys_nor_white_space_matters() -> None:
    row = {"ts": "1791565600000", "side": "buy", "sz": "5", "px": "82600", "tradeId": "1", "instId": LINEAR.symbol}
    plain = {"arg": {"channel": "trades", "instId": LINEAR.symbol}, "data": [row]}
    turned = {"data": [row], "arg": {"instId": LINEAR.symbol, "channel": "trades"}}
    expected = okx.decode(json.dumps(plain, separators=(",", ":")), NOW, LISTED)
    assert len(expected) == 1
    for frame in (json.dumps(plain), json.dumps(turned), json.dumps(turned, indent=2)):
        assert okx.decode(frame, NOW, LISTED) == okx.decode(frame.encode(), NOW, LISTED) == expected


def test_contracts_nobody_lists_are_left_out() -> None:
    row = {"instId": "ETH-USDT", "tradeId": "1", "px": "2000", "sz": "1", "side": "buy", "ts": "1791565600000"}
    assert okx.decode(data("trades", row, instId="ETH-USDT"), NOW, LISTED) == []


@pytest.mark.parametrize("channel", ["tickers", "price-limit", "bbo-tbt", "books5", "trades-all"])
def test_channels_nobody_asks_for_give_nothing(channel: str) -> None:
    assert okx.decode(data(channel, {}, instId=LINEAR.symbol), NOW, LISTED) == []
