"""Binance's frames as the wire has them in 2026, and what each one means in units."""

import json

import pytest
from binance_frames import CHINESE, DATED, ETHER, INVERSE, INVERSE_DATED, LINEAR, LISTED, NOW, PEPE, binance

from liqtui.events import (
    Ack,
    Event,
    Funding,
    Index,
    Liquidation,
    Listing,
    Mark,
    OpenInterest,
    Refusal,
    Rejected,
    Side,
    Tier,
    Tiers,
    TierUnit,
    Trade,
)

MS = 1_000_000
AT = 1_790_526_538_883


def streamed(name: str, data: object) -> str:
    return json.dumps({"stream": name, "data": data}, separators=(",", ":"), ensure_ascii=False)


def decoded(name: str, data: object) -> list[Event]:
    return binance.decode(streamed(name, data), NOW, LISTED)


def agg_trade(symbol: str = "BTCUSDT", price: str = "84551.10", size: str = "0.030", *, sold: bool = False) -> str:
    data = {
        "e": "aggTrade", "E": AT + 150, "a": 3466782974, "s": symbol, "p": price, "q": size, "nq": "0.010",
        "f": 8123344783, "l": 8123344783, "T": AT, "m": sold, "st": 2 if "USD_" in symbol else 1,
    }  # fmt: skip
    return streamed(f"{symbol.lower()}@aggTrade", data)


def order(symbol: str = "BTCUSDT", side: str = "SELL", market: int | None = 1, **more: str) -> dict[str, object]:
    what: dict[str, object] = {
        "s": symbol, "S": side, "o": "LIMIT", "f": "IOC", "q": "0.190", "p": "82338.30", "ap": "82651.90",
        "X": "FILLED", "l": "0.155", "z": "0.190", "T": AT, "ps": symbol, **more,
    }  # fmt: skip
    if market is not None:
        what["st"] = market
    return {"e": "forceOrder", "E": AT + 1000, "o": what}


def mark(symbol: str, **more: object) -> dict[str, object]:
    return {"e": "markPriceUpdate", "E": AT, "s": symbol, "p": "84551.5", "P": "84559.09", "st": 1, **more}


def test_a_trade_counts_retail_orders_in_and_is_dated_when_it_happened() -> None:
    # "q" has everything, "nq" leaves out retail orders; "T" is the trade, "E" the frame 150 ms later.
    assert binance.decode(agg_trade(), NOW, LISTED) == [
        Trade("BTCUSDT", AT * MS, NOW, 84551.10, 0.030, True, "3466782974")
    ]


def test_where_the_buyer_was_the_maker_the_taker_sold() -> None:
    (event,) = binance.decode(agg_trade(sold=True), NOW, LISTED)
    assert isinstance(event, Trade)
    assert not event.buy


@pytest.mark.parametrize(
    ("symbol", "dollars"), [("BTCUSD_PERP", 700.0), ("BTCUSD_250627", 700.0), ("ETHUSD_PERP", 70.0)]
)
def test_inverse_contracts_are_a_hundred_dollars_of_bitcoin_ten_of_others(symbol: str, dollars: float) -> None:
    (event,) = binance.decode(agg_trade(symbol, size="7"), NOW, LISTED)
    assert isinstance(event, Trade)
    assert (event.size, event.price) == (dollars, 84551.10)


def test_a_thousand_pepe_are_pepe() -> None:
    # 250 lots at 0.0081 are 2.025 USDT, however one counts: 250,000 PEPE at 0.0000081.
    (event,) = binance.decode(agg_trade("1000PEPEUSDT", "0.0081", "250"), NOW, LISTED)
    assert isinstance(event, Trade)
    assert event.size == 250_000.0
    assert event.price == pytest.approx(0.0000081)
    assert PEPE.quote_value(event.size, event.price) == pytest.approx(2.025)


def test_a_name_that_is_not_ascii() -> None:
    (event,) = binance.decode(agg_trade(CHINESE.symbol), NOW, LISTED)
    assert isinstance(event, Trade)
    assert event.symbol == "牛来USDT"
    assert binance.stream_of(event) == "牛来usdt@aggTrade"


def test_capitals_matter() -> None:
    # `m`/`M`, `t`/`T`, `s`/`S`: a trade whose lower-case fields are missing has none.
    data = {"E": AT, "A": 1, "S": "BTCUSDT", "P": "1", "Q": "1", "L": 1, "t": AT, "M": False}
    (event,) = decoded("btcusdt@aggTrade", data)
    assert isinstance(event, Rejected)


def test_single_fills_by_the_insurance_fund_and_placeholders_are_no_trades() -> None:
    fill = {"e": "trade", "E": AT, "T": AT, "s": "BTCUSDT", "t": 7, "p": "0", "q": "0", "m": True}
    for how in ("INSURANCE_FUND", "ADL", "NA"):
        assert decoded("btcusdt@trade", fill | {"X": how}) == []
    assert decoded("btcusdt@trade", fill | {"X": "MARKET", "p": "5", "q": "2"}) == [
        Trade("BTCUSDT", AT * MS, NOW, 5.0, 2.0, False, "7")
    ]


def test_a_mark_comes_with_index_and_funding() -> None:
    events = decoded("btcusdt@markPrice@1s", mark("BTCUSDT", i="84590.87", r="0.00000801", T=AT + 1000, ap="84551.1"))
    assert events == [
        Mark("BTCUSDT", AT * MS, NOW, 84551.5),
        Index("BTCUSDT", AT * MS, NOW, 84590.87),
        Funding("BTCUSDT", AT * MS, NOW, 0.00000801, (AT + 1000) * MS, None),
    ]
    assert binance.stream_of(events[0]) == "btcusdt@markPrice@1s"


@pytest.mark.parametrize("rate", ["", "0.00000000"])
def test_a_dated_contract_pays_no_funding_whatever_is_written(rate: str) -> None:
    events = decoded("btcusdt_250627@markPrice@1s", mark(DATED.symbol, i="84590.87", r=rate, T=0))
    assert events[-1] == Funding(DATED.symbol, AT * MS, NOW, None, None, None)


def test_an_inverse_mark_of_before_the_joining_has_no_index() -> None:
    events = decoded("btcusd_perp@markPrice@1s", mark(INVERSE.symbol, r="0.0001", T=AT + 1000))
    assert [type(e) for e in events] == [Mark, Funding]
    assert decoded("btcusd@indexPrice@1s", {"e": "indexPriceUpdate", "E": AT, "i": "BTCUSD", "p": "9429.4"}) == [
        Index(INVERSE.index, AT * MS, NOW, 9429.4)
    ]


def test_mark_and_index_of_a_thousand_pepe_are_those_of_one() -> None:
    name = PEPE.symbol
    marked, index, _ = decoded("1000pepeusdt@markPrice@1s", mark(name, i="84552", r="0.0001", T=AT))
    assert isinstance(marked, Mark)
    assert isinstance(index, Index)
    assert marked.price == pytest.approx(84.5515)
    assert index.price == pytest.approx(84.552)


def test_marks_of_all_contracts_are_those_of_the_listed_ones() -> None:
    rows = [mark("BTCUSDT", i="1"), mark("NOBODY", i="1"), mark("BTCUSD_PERP", i="1", st=2)]
    events = decoded("!markPrice@arr@1s", rows)
    assert [e.symbol for e in events if isinstance(e, Mark)] == ["BTCUSDT", "BTCUSD_PERP"]


# --- liquidations -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["btcusdt@forceOrder", "!forceOrder@arr"])
def test_a_sold_order_liquidates_a_long_for_what_was_filled_at_what_was_paid(name: str) -> None:
    # z × ap, neither the last fill "l" nor the order's price "p".
    assert decoded(name, order()) == [Liquidation("BTCUSDT", AT * MS, NOW, Side.LONG, 0.190, 82651.90)]


def test_a_bought_order_liquidates_a_short() -> None:
    (event,) = decoded("btcusdt@forceOrder", order(side="BUY"))
    assert isinstance(event, Liquidation)
    assert event.side is Side.SHORT


def test_inverse_liquidations_are_contracts() -> None:
    (event,) = decoded("btcusd_perp@forceOrder", order(INVERSE.symbol, market=2, z="12"))
    assert isinstance(event, Liquidation)
    assert (event.size, event.price) == (1200.0, 82651.90)


def test_an_order_of_which_nothing_was_filled_liquidated_nobody() -> None:
    assert decoded("btcusdt@forceOrder", order(z="0", X="NEW")) == []


def test_an_order_without_an_average_is_at_its_own_price() -> None:
    (event,) = decoded("btcusdt@forceOrder", order(ap="0"))
    assert isinstance(event, Liquidation)
    assert event.price == 82338.30


def test_an_unknown_side_is_no_side() -> None:
    (event,) = decoded("btcusdt@forceOrder", order(side="LONG"))
    assert isinstance(event, Rejected)


def test_binance_says_that_it_leaves_liquidations_out() -> None:
    assert binance.thinned_liquidations


# --- two markets in one stream ----------------------------------------------------------------------------------


def test_both_markets_come_by_either_host_and_are_told_apart() -> None:
    events = decoded("!forceOrder@arr", order(market=1))
    events += decoded("!forceOrder@arr", order(INVERSE.symbol, market=2, z="12"))
    told = [(e.symbol, e.size) for e in events if isinstance(e, Liquidation)]
    assert told == [("BTCUSDT", 0.190), ("BTCUSD_PERP", 1200.0)]


def test_a_frame_of_the_wrong_market_is_rejected() -> None:
    (event,) = decoded("!forceOrder@arr", order("BTCUSDT", market=2))
    assert isinstance(event, Rejected)
    assert event.reason.startswith("BTCUSDT is said to be of market st=2")


def test_frames_of_before_the_joining_name_no_market() -> None:
    assert len(decoded("btcusdt@forceOrder", order(market=None))) == 1


def contract(symbol: str, **more: object) -> dict[str, object]:
    return {
        "e": "contractInfo", "E": AT, "s": symbol, "ps": symbol, "ct": "PERPETUAL", "dt": 4133404800000,
        "ot": 1569398400000, "cs": "TRADING", **more,
    }  # fmt: skip


def test_a_contract_that_is_settling() -> None:
    (event,) = decoded("!contractInfo", contract("BTCUSDT_250627", cs="SETTLING", dt=1751011200000, st=1))
    assert isinstance(event, Listing)
    (changed,) = event.instruments
    assert (changed.state, changed.expiry_ns, changed.symbol) == ("settling", DATED.expiry_ns, DATED.symbol)


def test_brackets_come_only_when_they_change() -> None:
    assert [type(e) for e in decoded("!contractInfo", contract("BTCUSDT", st=1))] == [Listing]
    brackets = [
        {"bs": 2, "bnf": 300000, "bnc": 800000, "mmr": 0.005, "cf": 300, "mi": 51, "ma": 100},
        {"bs": 1, "bnf": 0, "bnc": 300000, "mmr": "0.004", "cf": 0, "mi": 101, "ma": 150},
    ]
    listing, tiers = decoded("!contractInfo", contract("BTCUSDT", st=1, bks=brackets))
    assert isinstance(listing, Listing)
    assert listing.instruments[0].max_leverage == 150.0
    assert tiers == Tiers(
        "BTCUSDT", False,
        [Tier(0.0, 300_000.0, 0.004, 150.0, 0.0), Tier(300_000.0, 800_000.0, 0.005, 100.0, 300.0)],
        LINEAR.kind, TierUnit.VALUE,
    )  # fmt: skip


def test_a_new_contract_waits_for_the_listing() -> None:
    assert decoded("!contractInfo", contract("NEWUSDT")) == []


# --- answers ----------------------------------------------------------------------------------------------------


def test_an_acknowledgement_names_no_stream_so_it_acknowledges_none() -> None:
    assert binance.decode('{"result":null,"id":1}', NOW, LISTED) == []
    assert binance.decode('{"id":1000,"result":null}', NOW, LISTED) == []


def test_the_list_of_what_is_subscribed_acknowledges() -> None:
    frame = '{"result":["btcusdt@forceOrder","btcusdt@markPrice@1s"],"id":1}'
    assert binance.decode(frame, NOW, LISTED) == [Ack("btcusdt@forceOrder"), Ack("btcusdt@markPrice@1s")]


@pytest.mark.parametrize(
    "frame",
    [
        '{"error":{"code":2,"msg":"Invalid request: unknown\\u001b stream"},"id":7}',
        '{"code":2,"msg":"Invalid request: unknown\\u001b stream","id":7}',
    ],
)
def test_a_refusal_in_either_of_two_forms(frame: str) -> None:
    assert binance.decode(frame, NOW, LISTED) == [Refusal(None, "2", "Invalid request: unknown stream")]


# --- what else there is -----------------------------------------------------------------------------------------


def test_a_raw_socket_says_the_same_without_the_stream() -> None:
    combined = agg_trade()
    raw = json.dumps(json.loads(combined)["data"])
    assert binance.decode(raw, NOW, LISTED) == binance.decode(combined, NOW, LISTED)
    assert binance.decode(json.dumps(order()), NOW, LISTED) == decoded("btcusdt@forceOrder", order())
    assert binance.decode('{"e":"bookTicker","u":1,"s":"BTCUSDT"}', NOW, LISTED) == []


def test_best_levels_are_not_changes_of_the_book() -> None:
    # The same `"e":"depthUpdate"`, and nothing of it would fit the chain: only the stream's name tells.
    data = {"e": "depthUpdate", "E": AT, "T": AT, "s": "BTCUSDT", "U": 1, "u": 2, "pu": 0, "b": [["1", "1"]], "a": []}
    assert decoded("btcusdt@depth5@500ms", data) == []
    assert decoded("btcusdt@rpiDepth@500ms", data) == []
    assert len(decoded("btcusdt@depth@100ms", data)) == len(decoded("btcusdt@depth", data)) == 1


@pytest.mark.parametrize(
    "name",
    ["btcusdt@bookTicker", "!bookTicker", "btcusdt@kline_1m", "!ticker@arr", "btcusdt_perpetual@continuousKline_1m"],
)
def test_streams_nobody_asked_for_are_left_out_on_purpose(name: str) -> None:
    assert decoded(name, {"anything": 1}) == []


def test_what_nobody_knows_is_rejected_by_name() -> None:
    (event,) = decoded("btcusdt@newThing", {})
    assert isinstance(event, Rejected)
    assert "unknown stream btcusdt@newThing" in event.reason
    (event,) = binance.decode('{"e":"newThing"}', NOW, LISTED)
    assert isinstance(event, Rejected)


def test_a_book_that_does_not_say_whose_it_is() -> None:
    (event,) = binance.decode('{"lastUpdateId":5,"bids":[],"asks":[]}', NOW, LISTED)
    assert isinstance(event, Rejected)
    (book,) = binance.decode('{"lastUpdateId":5,"symbol":"BTCUSD_PERP","bids":[],"asks":[]}', NOW, LISTED)
    assert binance.stream_of(book) == "btcusd_perp@depth@100ms"


def test_prices_that_are_none() -> None:
    for price in ("NaN", "inf", "-1", "0", "", "1e400"):
        (event,) = binance.decode(agg_trade(price=price), NOW, LISTED)
        assert isinstance(event, Rejected), price


def test_streams_of_events() -> None:
    assert binance.stream_of(OpenInterest("BTCUSDT", 0, 0, 1.0)) == "openInterest:BTCUSDT"
    assert binance.stream_of(Index("BTCUSD", 0, 0, 1.0)) == "btcusd@indexPrice@1s"
    probe = Liquidation(INVERSE_DATED.symbol, 0, 0, Side.LONG, 0.0, 0.0)
    assert binance.stream_of(probe) == "btcusd_250627@forceOrder"
    assert binance.stream_of(Ack("x")) is None
    assert ETHER.contract_size == 10.0
