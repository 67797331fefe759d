"""What we ask Gate for, and what its REST answers, as its API reference shows them, mean in units."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from gate_frames import DATED, INVERSE, LINEAR, LISTED, NOW, about, gate, instrument

from liqtui.events import (
    Ack,
    Bar,
    BookDelta,
    Candles,
    Event,
    Funding,
    FundingHistory,
    Index,
    InterestHistory,
    Level,
    Liquidation,
    Listing,
    Mark,
    OpenInterest,
    RatioHistory,
    Refusal,
    Rejected,
    Side,
    Tier,
    Tiers,
    TierUnit,
    Trade,
)
from liqtui.instruments import Instrument, Kind
from liqtui.liqmap.margin import MarginRule
from liqtui.venues import load, names
from liqtui.venues.base import Request, Venue, VenueSettings
from liqtui.venues.gate import create

DAY, HOUR, FIVE, MINUTE = gate.history
NS = 10**9
SEC = NOW // NS
"""`NOW` in seconds: 08:00 UTC."""


def answers(request: Request | str, body: object) -> list[Event]:
    url = request if isinstance(request, str) else request.url
    return gate.decode_reply(url, json.dumps(body).encode(), NOW, LISTED)


def answer(request: Request | str, body: object) -> Event:
    (event,) = answers(request, body)
    return event


def asked(request: Request) -> tuple[str, dict[str, str]]:
    parts = urlsplit(request.url)
    return parts.path, {k: v[0] for k, v in parse_qs(parts.query).items()}


# --- requests ---------------------------------------------------------------------------------------------------


def test_gate_is_a_venue_found_by_its_file() -> None:
    venue: Venue = gate
    assert venue.name == "gate"
    assert "gate" in names()
    assert load("gate").hosts == {"fx-ws.gateio.ws", "api.gateio.ws", "fx-api.gateio.ws"}
    with pytest.raises(ValueError, match="no region 'moon'"):
        create(VenueSettings(region="moon"))
    local = create(VenueSettings(ws_url="ws://127.0.0.1:1/v4/ws/", rest_url="http://127.0.0.1:1/"))
    assert local.subscriptions([INVERSE])[0].url == "ws://127.0.0.1:1/v4/ws/btc"
    assert local.listing_requests()[0].url == "http://127.0.0.1:1/api/v4/futures/usdt/contracts"


def test_the_streams_of_a_perpetual() -> None:
    streams = gate.subscriptions([LINEAR, LINEAR], prices_of=[INVERSE])
    assert [s.key for s in streams] == [
        "futures.tickers:BTC_USDT", "futures.tickers:BTC_USD", "futures.trades:BTC_USDT",
        "futures.obu:ob.BTC_USDT.400", "futures.public_liquidates:BTC_USDT",
    ]  # fmt: skip
    assert [s.control for s in streams] == [True, True, False, False, False]
    assert {s.symbol: s.url for s in streams} == {
        "BTC_USDT": "wss://fx-ws.gateio.ws/v4/ws/usdt", "BTC_USD": "wss://fx-ws.gateio.ws/v4/ws/btc",
    }  # fmt: skip
    frames = [json.loads(frame) for frame in gate.subscribe(streams)]
    assert frames[0] == {"time": 1, "channel": "futures.tickers", "event": "subscribe", "payload": ["BTC_USDT"]}
    assert frames[3]["payload"] == ["ob.BTC_USDT.400"]
    assert json.loads(gate.unsubscribe(streams)[0])["event"] == "unsubscribe"


def test_a_dated_contract_has_no_liquidations_and_a_book_that_begins_by_rest() -> None:
    streams = {s.request["channel"]: s for s in gate.subscriptions([DATED])}
    assert list(streams) == ["futures.tickers", "futures.trades", "futures.order_book_update"]
    assert {s.url for s in streams.values()} == {"wss://fx-ws.gateio.ws/v4/ws/delivery/usdt"}
    book = streams["futures.order_book_update"]
    assert json.loads(book.request["payload"]) == [DATED.symbol, "100ms", "100"]
    assert book.snapshot is not None
    assert asked(book.snapshot) == (
        "/api/v4/delivery/usdt/order_book", {"contract": DATED.symbol, "limit": "100", "with_id": "true"},
    )  # fmt: skip


def test_an_answer_and_data_carry_the_key_of_the_subscription() -> None:
    streams = gate.subscriptions([LINEAR, DATED])
    for stream, text in zip(streams, gate.subscribe(streams), strict=True):
        echo = json.loads(text) | {"result": {"status": "success"}}
        assert gate.decode(json.dumps(echo), NOW, LISTED) == [Ack(stream.key)]
    keys = {s.key for s in streams}
    for symbol in (LINEAR.symbol, DATED.symbol):
        for event in (
            Trade(symbol, 1, 1, 1.0, 1.0, True, ""), BookDelta(symbol, 1, 1, [], [], 1.0, True),
            Mark(symbol, 1, 1, 1.0), Index(symbol, 1, 1, 1.0),
        ):  # fmt: skip
            assert gate.stream_of(event) in keys
    assert gate.stream_of(Liquidation("BTC_USDT", 1, 1, Side.LONG, 1.0, 1.0)) in keys
    assert gate.stream_of(Ack("futures.trades:BTC_USDT")) is None


def test_history_is_a_number_of_rows_or_a_span_never_both() -> None:
    newest = asked(gate.candles(LINEAR, HOUR, before_ns=None, mark=True))
    assert newest == (
        "/api/v4/futures/usdt/candlesticks", {"contract": "mark_BTC_USDT", "interval": "1h", "limit": "1000"},
    )  # fmt: skip
    _, older = asked(gate.candles(LINEAR, MINUTE, before_ns=NOW, mark=False))
    assert older == {
        "contract": "BTC_USDT", "interval": "1m", "from": str(SEC - 60_000), "to": str(SEC - 1),
    }  # fmt: skip


def test_pages_of_open_interest_join_without_a_hole() -> None:
    path, query = asked(gate.interest_history(LINEAR, FIVE, before_ns=NOW))
    assert (path, query["limit"]) == ("/api/v4/futures/usdt/contract_stats", "99")
    begin = int(query["from"])
    # The last of 99 rows begins 98 periods on and ends one period before what is known.
    assert begin + 98 * 300 + 300 == SEC - 300
    assert gate.interest_history(DATED, FIVE, before_ns=None).optional


def test_state() -> None:
    assert [asked(r)[0] for r in gate.state_requests(LINEAR)] == [
        "/api/v4/futures/usdt/risk_limit_tiers", "/api/v4/futures/usdt/contracts/BTC_USDT",
        "/api/v4/futures/usdt/funding_rate",
    ]  # fmt: skip
    assert [asked(r)[0] for r in gate.state_requests(DATED)] == [
        "/api/v4/delivery/usdt/risk_limit_tiers", f"/api/v4/delivery/usdt/contracts/{DATED.symbol}",
    ]  # fmt: skip
    odd = gate.state_requests(instrument("币安人生_USDT", 10.0))[1]
    assert odd.url.isascii()


# --- answers ----------------------------------------------------------------------------------------------------

ROW = {
    "name": "BTC_USDT", "type": "direct", "quanto_multiplier": "0.0001", "order_price_round": "0.1",
    "leverage_max": "200", "maintenance_rate": "0.003", "in_delisting": False, "status": "trading",
    "create_time": 1574035200, "mark_price": "82600.1", "index_price": "82611.5", "funding_rate": "0.0001",
    "funding_interval": 28800, "funding_next_apply": SEC + 14_400, "position_size": 153482780,
}  # fmt: skip


def listed(market: str, *rows: dict[str, object]) -> list[Instrument]:
    event = answer(f"https://api.gateio.ws/api/v4/{market}/contracts", list(rows))
    assert isinstance(event, Listing)
    return event.instruments


def test_a_dated_contract_ends_when_its_listing_says() -> None:
    row = ROW | {"name": "BTC_USDT_20250627", "underlying": "BTC_USDT", "expire_time": 1_751_011_200}
    (found,) = listed("delivery/usdt", row)
    assert (found.kind, found.family, found.base, found.expiry_ns) == (
        Kind.DATED, "BTC_USDT", "BTC", 1_751_011_200 * NS,
    )  # fmt: skip
    assert found.listed_ns == 1_574_035_200 * NS


def test_an_inverse_perpetual_counts_dollars_and_a_quanto_is_left_out() -> None:
    row = ROW | {"name": "BTC_USD", "type": "inverse", "quanto_multiplier": "0"}
    (found,) = listed("futures/btc", row, ROW | {"name": "ETH_USD", "quanto_multiplier": "0.000001"})
    assert (found.symbol, found.inverse, found.contract_size, found.settle, found.unit) == (
        "BTC_USD", True, 1.0, "BTC", "USD",
    )  # fmt: skip


def test_multiplied_and_odd_names_and_states() -> None:
    thousand, odd, going = listed(
        "futures/usdt",
        ROW | {"name": "1000X_USDT", "quanto_multiplier": "10"},
        ROW | {"name": "币安人生_USDT"},
        ROW | {"name": "X_USDT", "in_delisting": True},
    )
    assert (thousand.base, thousand.contract_size, thousand.tick) == ("X", 10_000.0, 0.0001)
    assert (odd.base, going.state) == ("币安人生", "delisting")


def test_what_cannot_be_read_is_named() -> None:
    _, rejected = answers(gate.listing_requests()[0], [ROW | {"quanto_multiplier": "0"}])
    assert isinstance(rejected, Rejected)
    assert rejected.reason.startswith("instrument BTC_USDT: ")


def test_what_is_true_now() -> None:
    assert answers(gate.state_requests(LINEAR)[1], ROW) == [
        Mark("BTC_USDT", NOW, NOW, 82600.1),
        OpenInterest("BTC_USDT", NOW, NOW, about(15_348.278)),
        Index("BTC_USDT", NOW, NOW, 82611.5),
        Funding("BTC_USDT", NOW, NOW, 0.0001, (SEC + 14_400) * NS, 28_800 * NS),
    ]


def tier(risk: str, rate: str, leverage: str, deduction: str | None) -> dict[str, object]:
    row: dict[str, object] = {"risk_limit": risk, "maintenance_rate": rate, "leverage_max": leverage, "tier": 1}
    return row | ({} if deduction is None else {"deduction": deduction})


@pytest.mark.parametrize("told", [("0", "250"), (None, None)])
def test_risk_limits_and_where_a_long_is_liquidated(told: tuple[str | None, str | None]) -> None:
    # As BTC_USDT had them in August 2026: 500,000 × (0.35 % − 0.3 %) = 250, told or not.
    rows = [tier("1000000", "0.0035", "150", told[1]), tier("500000", "0.003", "200", told[0])]
    tiers = answer(gate.state_requests(LINEAR)[0], rows)
    assert isinstance(tiers, Tiers)
    assert (tiers.family, tiers.unit, tiers.kind) == ("BTC_USDT", TierUnit.VALUE, Kind.PERPETUAL)
    assert tiers.tiers == [
        Tier(0.0, 500_000.0, 0.003, 200.0, 0.0),
        Tier(500_000.0, 1_000_000.0, 0.0035, 150.0, about(250.0)),
    ]
    rule = MarginRule.of(LINEAR, tiers, gate.liquidation_fee, 100_000.0)
    # One coin, 20×: (100,000 × 0.95) / (1 − 0.3 % − 0.075 %). Eight: (95,000 − 250 / 8) / (1 − 0.35 % − 0.075 %).
    assert rule.liquidation_price(Side.LONG, 100_000.0, 20.0, 1.0) == about(95_000 / 0.99625)
    assert rule.liquidation_price(Side.LONG, 100_000.0, 20.0, 8.0) == about((95_000 - 31.25) / 0.99575)


def test_candles_in_contracts_and_mark_candles_without() -> None:
    row = {"t": SEC - 60, "v": 20_000, "c": "82050", "h": "82100", "l": "81900", "o": "82000", "sum": "164000"}
    growing = row | {"t": SEC}
    told = answer(gate.candles(LINEAR, MINUTE, before_ns=None, mark=False), [growing, row])
    closed = Bar((SEC - 60) * NS, 82000.0, 82100.0, 81900.0, 82050.0, 2.0, True)
    assert isinstance(told, Candles)
    assert told.bars[0] == closed
    assert [bar.confirmed for bar in told.bars] == [True, False]
    mark = answer(gate.candles(LINEAR, MINUTE, before_ns=None, mark=True), [{**row, "v": 0}])
    assert isinstance(mark, Candles)
    assert (mark.symbol, mark.mark, mark.bars[0].volume) == ("BTC_USDT", True, None)


def test_figures_of_a_period_are_known_when_it_has_ended() -> None:
    rows = [
        {"time": SEC - 600, "open_interest": 150_000_000, "lsr_account": 1.25, "open_interest_usd": 1},
        {"time": SEC - 299, "open_interest": 160_000_000, "lsr_account": 2},
    ]
    newest, older = (gate.interest_history(LINEAR, FIVE, before_ns=before) for before in (None, NOW))
    history = InterestHistory("BTC_USDT", 300 * NS, [((SEC - 300) * NS, 15_000.0)])
    assert answers(newest, rows) == [history, RatioHistory("BTC_USDT", 300 * NS, [((SEC - 300) * NS, 1.25)])]
    assert answers(older, rows) == [history]


def test_past_funding() -> None:
    rows = [{"t": SEC, "r": "0.0002"}, {"t": SEC - 28_800, "r": "-0.0001"}]
    assert answer(gate.state_requests(LINEAR)[2], rows) == FundingHistory(
        "BTC_USDT", [((SEC - 28_800) * NS, -0.0001), (NOW, 0.0002)]
    )


def test_the_whole_book_of_a_dated_contract() -> None:
    body = {"id": 203083287, "current": SEC + 0.384, "update": SEC + 0.35, "asks": [{"s": 803, "p": "1.2"}], "bids": []}
    book = next(s.snapshot for s in gate.subscriptions([DATED]) if s.snapshot is not None)
    assert answer(book, body) == BookDelta(
        DATED.symbol, NOW + 384_000_000, NOW, [], [Level(1.2, 803.0)], 0.0001, True, 203083287
    )


@pytest.mark.parametrize(("size", "side"), [(124, Side.LONG), (-124, Side.SHORT)])
def test_past_liquidations_carry_the_sign_of_the_position(size: int, side: Side) -> None:
    url = "https://api.gateio.ws/api/v4/futures/usdt/liq_orders?contract=BTC_USDT"
    row = {"contract": "BTC_USDT", "time": SEC, "size": size, "order_price": "82000", "fill_price": "82246", "left": 0}
    assert answer(url, [row]) == Liquidation("BTC_USDT", NOW, NOW, side, about(0.0124), 82246.0)


def test_errors_and_nonsense() -> None:
    request = gate.candles(LINEAR, HOUR, before_ns=None, mark=False)
    unknown = {"label": "CONTRACT_NOT_FOUND", "message": "no"}
    assert answer(request, unknown) == Refusal(None, "CONTRACT_NOT_FOUND", "no")
    for body in (b"", b"<html>", b"{}", b'[{"t":"x"}]'):
        (event,) = gate.decode_reply(request.url, body, NOW, LISTED)
        assert isinstance(event, Rejected)
    assert answer("https://api.gateio.ws/api/v4/futures/usdt/insurance", []) == Rejected(
        "nobody reads /api/v4/futures/usdt/insurance"
    )
    for wanted in [*gate.state_requests(LINEAR), gate.interest_history(LINEAR, DAY, before_ns=None)]:
        body = json.dumps(ROW if "/contracts/" in wanted.url else []).encode()
        assert gate.decode_reply(wanted.url, body, NOW, {}) == []
