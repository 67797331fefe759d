"""What we ask Bybit for: where, in how many requests, and how an answer is matched to its subscription."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from bybit_frames import DATED, INVERSE, INVERSE_DATED, LINEAR, LISTED, NOW, bybit

from liqtui.events import Ack, Index, Liquidation, Listing, Mark, Pong, Side, Trade
from liqtui.venues import load, names
from liqtui.venues.base import Request, Venue, VenueSettings
from liqtui.venues.bybit import create

DAY, HOUR, FIVE, MINUTE = bybit.history


def asked(request: Request) -> tuple[str, dict[str, str]]:
    parts = urlsplit(request.url)
    return parts.path, {k: v[0] for k, v in parse_qs(parts.query).items()}


def test_bybit_is_a_venue_found_by_its_file() -> None:
    venue: Venue = bybit
    assert venue.name == "bybit"
    assert "bybit" in names()
    assert load("bybit").hosts == {"stream.bybit.com", "api.bybit.com"}


def test_linear_and_inverse_contracts_have_sockets_of_their_own() -> None:
    urls = {s.symbol: s.url for s in bybit.subscriptions([LINEAR, INVERSE, DATED, INVERSE_DATED])}
    linear, inverse = "wss://stream.bybit.com/v5/public/linear", "wss://stream.bybit.com/v5/public/inverse"
    assert urls == {"BTCUSDT": linear, "BTCUSDT-27JUN25": linear, "BTCUSD": inverse, "BTCUSDU23": inverse}


def test_given_urls_replace_bybits() -> None:
    venue = create(VenueSettings(ws_url="ws://127.0.0.1:1/v5/public/", rest_url="http://127.0.0.1:1/"))
    assert venue.subscriptions([LINEAR])[0].url == "ws://127.0.0.1:1/v5/public/linear"
    assert venue.listing_requests()[0].url.startswith("http://127.0.0.1:1/v5/market/instruments-info?")
    with pytest.raises(ValueError, match="no region 'moon'"):
        create(VenueSettings(region="moon"))


def test_the_streams_of_a_contract_the_ticker_first() -> None:
    streams = bybit.subscriptions([LINEAR, LINEAR], prices_of=[DATED, LINEAR])
    assert [s.key for s in streams] == [
        "tickers.BTCUSDT", "tickers.BTCUSDT-27JUN25", "publicTrade.BTCUSDT", "orderbook.200.BTCUSDT",
        "allLiquidation.BTCUSDT",
    ]  # fmt: skip
    assert [s.control for s in streams] == [True, True, False, False, False]
    assert [s.silence_s for s in streams] == [15.0, 15.0, None, 60.0, None]


def test_one_wrong_topic_must_not_take_the_others_along() -> None:
    frames = [json.loads(f) for f in bybit.subscribe(bybit.subscriptions([LINEAR]))]
    assert frames[0] == {"req_id": "tickers.BTCUSDT", "op": "subscribe", "args": ["tickers.BTCUSDT"]}
    assert [f["args"] for f in frames] == [[s.key] for s in bybit.subscriptions([LINEAR])]
    (gone,) = bybit.unsubscribe(bybit.subscriptions([], [LINEAR]))
    assert json.loads(gone)["op"] == "unsubscribe"
    assert bybit.subscribe([]) == []


def test_the_topics_of_one_connection_stay_below_21000_characters() -> None:
    longest = max(len(s.key) for s in bybit.subscriptions([DATED])) + 20
    assert bybit.limits.subscriptions_per_connection * longest < 21_000


def test_an_answer_carries_the_key_of_the_subscription() -> None:
    streams = bybit.subscriptions([LINEAR, INVERSE])
    for stream, text in zip(streams, bybit.subscribe(streams), strict=True):
        echo = {"success": True, "ret_msg": "", "conn_id": "x", "req_id": json.loads(text)["req_id"], "op": "subscribe"}
        assert bybit.decode(json.dumps(echo), NOW, LISTED) == [Ack(stream.key)]


def test_the_stream_an_event_came_by() -> None:
    assert bybit.stream_of(Trade("BTCUSDT", 1, 1, 1.0, 1.0, True, "1")) == "publicTrade.BTCUSDT"
    assert bybit.stream_of(Mark("BTCUSDT", 1, 1, 1.0)) == "tickers.BTCUSDT"
    assert bybit.stream_of(Index(DATED.index, 1, 1, 1.0)) == "tickers.BTCUSDT-27JUN25"
    assert bybit.stream_of(Liquidation("BTCUSDT", 1, 1, Side.LONG, 1.0, 1.0)) == "allLiquidation.BTCUSDT"
    assert bybit.stream_of(Listing("bybit", [LINEAR], 1)) is None
    assert bybit.stream_of(Pong()) is None


def test_the_ping_is_bybits_own_and_comes_every_twenty_seconds() -> None:
    assert bybit.keepalive.idle_s == 20.0
    assert json.loads(bybit.keepalive.text)["op"] == "ping"


def test_liquidations_are_complete() -> None:
    assert not bybit.thinned_liquidations


def test_state_of_a_perpetual_and_of_a_dated_contract() -> None:
    of = {"category": "linear", "symbol": "BTCUSDT"}
    assert [(asked(r), r.optional) for r in bybit.state_requests(LINEAR)] == [
        (("/v5/market/risk-limit", of), False),
        (("/v5/market/tickers", of), False),
        (("/v5/market/funding/history", of | {"limit": "200"}), True),
        (("/v5/market/account-ratio", of | {"limit": "500", "period": "5min"}), True),
    ]
    paths = [asked(r) for r in bybit.state_requests(INVERSE_DATED)]
    assert [p for p, _ in paths] == ["/v5/market/risk-limit", "/v5/market/tickers", "/v5/market/account-ratio"]
    assert {q["category"] for _, q in paths} == {"inverse"}


def test_both_kinds_are_listed_in_pages_of_a_thousand() -> None:
    assert [asked(r) for r in bybit.listing_requests()] == [
        ("/v5/market/instruments-info", {"category": "linear", "limit": "1000"}),
        ("/v5/market/instruments-info", {"category": "inverse", "limit": "1000"}),
    ]


def test_history() -> None:
    of = {"category": "linear", "symbol": "BTCUSDT"}
    assert asked(bybit.candles(LINEAR, DAY, before_ns=None, mark=False)) == (
        "/v5/market/kline", of | {"interval": "D", "limit": "1000"},
    )  # fmt: skip
    assert asked(bybit.candles(LINEAR, HOUR, before_ns=None, mark=True)) == (
        "/v5/market/mark-price-kline", of | {"interval": "60", "limit": "1000"},
    )  # fmt: skip
    assert asked(bybit.interest_history(LINEAR, FIVE, before_ns=None)) == (
        "/v5/market/open-interest", of | {"intervalTime": "5min", "limit": "200"},
    )  # fmt: skip
    assert [p.name for p in bybit.history] == ["1D", "1H", "5m", "1m"]


def test_older_pages_end_before_what_is_known() -> None:
    noon_ns = 1_800_014_400_000_000_000
    assert asked(bybit.candles(LINEAR, MINUTE, before_ns=noon_ns, mark=False))[1]["end"] == "1800014399999"
    assert asked(bybit.interest_history(LINEAR, DAY, before_ns=noon_ns))[1]["endTime"] == "1800014399999"


def test_all_requests_share_one_limit() -> None:
    requests = [*bybit.listing_requests(), *bybit.state_requests(LINEAR)]
    assert {(r.bucket.name, r.bucket.calls, r.bucket.period_s) for r in requests} == {("market", 300, 5.0)}
