"""What we ask OKX for: where, in how many requests, and how an answer is matched to its subscription."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from okx_frames import DATED, INVERSE, LINEAR, LISTED, NOW, XPERP, instrument, okx

from liqtui.events import Ack, FundingHistory, Liquidation, Listing, Side, Trade
from liqtui.venues.base import Request, VenueSettings
from liqtui.venues.okx import create

DAY, HOUR, FIVE, MINUTE = okx.history


def asked(request: Request) -> tuple[str, dict[str, str]]:
    parts = urlsplit(request.url)
    return parts.path, {k: v[0] for k, v in parse_qs(parts.query).items()}


@pytest.mark.parametrize(
    ("region", "ws_host", "rest_host"),
    [
        ("", "ws.okx.com:8443", "www.okx.com"),
        ("www", "ws.okx.com:8443", "www.okx.com"),
        ("eea", "wseea.okx.com:8443", "eea.okx.com"),
        ("us", "wsus.okx.com:8443", "us.okx.com"),
    ],
)
def test_each_region_has_its_hosts(region: str, ws_host: str, rest_host: str) -> None:
    venue = create(VenueSettings(region=region))
    assert venue.subscriptions([LINEAR])[0].url == f"wss://{ws_host}/ws/v5/public"
    assert urlsplit(venue.listing_requests()[0].url).netloc == rest_host


def test_a_captured_frame_of_any_region_is_ours() -> None:
    assert okx.hosts == {
        "ws.okx.com", "www.okx.com", "wseea.okx.com", "eea.okx.com", "wsus.okx.com", "us.okx.com",
    }  # fmt: skip


def test_an_unknown_region_names_the_choices() -> None:
    with pytest.raises(ValueError, match="'moon'; choose one of www, eea, us"):
        create(VenueSettings(region="moon"))


def test_given_urls_replace_those_of_the_region() -> None:
    venue = create(VenueSettings(region="eea", ws_url="ws://127.0.0.1:1/ws", rest_url="http://127.0.0.1:1/"))
    assert venue.subscriptions([LINEAR])[0].url == "ws://127.0.0.1:1/ws"
    assert venue.listing_requests()[0].url == "http://127.0.0.1:1/api/v5/public/instruments?instType=SWAP"


def test_the_streams_of_a_perpetual() -> None:
    assert [s.key for s in okx.subscriptions([LINEAR])] == [
        "mark-price:BTC-USDT-SWAP",
        "trades:BTC-USDT-SWAP",
        "books:BTC-USDT-SWAP",
        "open-interest:BTC-USDT-SWAP",
        "funding-rate:BTC-USDT-SWAP",
        "index-tickers:BTC-USDT",
        "liquidation-orders:SWAP",
        "instruments:SWAP",
    ]


def test_a_dated_contract_has_no_funding_and_an_x_perp_has() -> None:
    keys = {s.key for s in okx.subscriptions([DATED, XPERP])}
    assert "funding-rate:BTC-USD-220527" not in keys
    assert "funding-rate:BTC-USD_UM_XPERP-310404" in keys
    assert {k for k in keys if k.startswith(("liquidation", "instruments"))} == {
        "liquidation-orders:FUTURES",
        "instruments:FUTURES",
    }


def test_no_stream_is_asked_for_twice() -> None:
    keys = [s.key for s in okx.subscriptions([LINEAR, INVERSE, DATED, LINEAR], prices_of=[LINEAR, XPERP])]
    assert len(keys) == len(set(keys))
    assert keys.count("index-tickers:BTC-USD") == 1  # shared by the swap and the dated contract
    # Of those we only want prices of, only the mark.
    assert [k for k in keys if "XPERP" in k] == ["mark-price:BTC-USD_UM_XPERP-310404"]


def test_liquidations_are_asked_for_by_type_alone() -> None:
    requests = {s.key: s.request for s in okx.subscriptions([LINEAR])}
    assert requests["liquidation-orders:SWAP"] == {"channel": "liquidation-orders", "instType": "SWAP"}
    assert requests["books:BTC-USDT-SWAP"] == {"channel": "books", "instId": "BTC-USDT-SWAP"}


def test_the_mark_proves_the_connection_and_liquidations_may_be_silent() -> None:
    streams = {s.key.partition(":")[0]: s for s in okx.subscriptions([LINEAR])}
    assert [name for name, s in streams.items() if s.control] == ["mark-price"]
    assert {name for name, s in streams.items() if s.silence_s is None} == {
        "trades", "liquidation-orders", "instruments",
    }  # fmt: skip
    assert streams["mark-price"].silence_s == 15


def test_hundreds_of_streams_take_few_requests() -> None:
    many = [instrument(f"COIN{n}-USDT-SWAP", 1.0) for n in range(300)]
    streams = okx.subscriptions(many)
    frames = okx.subscribe(streams)
    assert len(frames) == 5  # 300 × 6 + 2 streams, 400 to a request
    assert all(len(frame) < 64 * 1024 for frame in frames)
    messages = [json.loads(frame) for frame in frames]
    assert {m["op"] for m in messages} == {"subscribe"}
    assert [a for m in messages for a in m["args"]] == [s.request for s in streams]
    assert okx.subscribe([]) == []


def test_long_names_do_not_make_a_request_too_long() -> None:
    many = [instrument(f"{'X' * 300}{n}-USDT-SWAP", 1.0) for n in range(400)]
    frames = okx.unsubscribe(okx.subscriptions([], prices_of=many))
    assert len(frames) == 3  # 400 arguments of about 360 bytes
    assert all(len(frame) < 64 * 1024 for frame in frames)
    assert all(json.loads(frame)["op"] == "unsubscribe" for frame in frames)


def test_an_answer_and_its_data_carry_the_key_of_the_subscription() -> None:
    for stream in okx.subscriptions([LINEAR, DATED]):
        echo = json.dumps({"event": "subscribe", "arg": stream.request, "connId": "a4d3ae55"})
        assert okx.decode(echo, NOW, LISTED) == [Ack(stream.key)]


def test_the_stream_an_event_came_by() -> None:
    assert okx.stream_of(Trade("BTC-USDT-SWAP", 1, 1, 1.0, 1.0, True, "1")) == "trades:BTC-USDT-SWAP"
    assert okx.stream_of(Liquidation("BTC-USDT-SWAP", 1, 1, Side.LONG, 1.0, 1.0)) == "liquidation-orders:SWAP"
    assert okx.stream_of(Liquidation(XPERP.symbol, 1, 1, Side.LONG, 1.0, 1.0)) == "liquidation-orders:FUTURES"
    assert okx.stream_of(Listing("okx", [DATED], 1)) == "instruments:FUTURES"
    assert okx.stream_of(Listing("okx", [], 1)) is None
    assert okx.stream_of(Ack("trades:BTC-USDT-SWAP")) is None
    assert okx.stream_of(FundingHistory("BTC-USDT-SWAP", [])) is None


def test_state_of_a_swap() -> None:
    requests = okx.state_requests(LINEAR)
    assert [(asked(r), r.optional) for r in requests] == [
        (
            (
                "/api/v5/public/position-tiers",
                {"instType": "SWAP", "tdMode": "cross", "instFamily": "BTC-USDT"},
            ),
            False,
        ),
        (("/api/v5/public/open-interest", {"instType": "SWAP", "instId": "BTC-USDT-SWAP"}), False),
        (("/api/v5/public/mark-price", {"instType": "SWAP", "instId": "BTC-USDT-SWAP"}), False),
        (("/api/v5/public/funding-rate", {"instId": "BTC-USDT-SWAP"}), False),
        (("/api/v5/public/funding-rate-history", {"instId": "BTC-USDT-SWAP", "limit": "100"}), True),
        (
            (
                "/api/v5/rubik/stat/contracts/long-short-account-ratio-contract",
                {"instId": "BTC-USDT-SWAP", "period": "5m", "limit": "100"},
            ),
            True,
        ),
        (
            (
                "/api/v5/rubik/stat/taker-volume-contract",
                {"instId": "BTC-USDT-SWAP", "period": "5m", "limit": "100", "unit": "1"},
            ),
            True,
        ),
    ]


def test_a_dated_contract_is_not_asked_for_funding_and_an_x_perp_is_asked_as_a_future() -> None:
    assert not [r for r in okx.state_requests(DATED) if "funding" in r.url]
    tiers, *_ = okx.state_requests(XPERP)
    assert asked(tiers)[1] == {"instType": "FUTURES", "tdMode": "cross", "instFamily": "BTC-USD_UM_XPERP"}
    assert [r for r in okx.state_requests(XPERP) if "funding" in r.url]


def test_days_begin_at_midnight_utc_in_candles_marks_and_open_interest() -> None:
    # OKX's "1D" begins at 16:00 UTC.
    candles = asked(okx.candles(LINEAR, DAY, before_ns=None, mark=False))
    marks = asked(okx.candles(LINEAR, DAY, before_ns=None, mark=True))
    interest = asked(okx.interest_history(LINEAR, DAY, before_ns=None))
    assert candles == ("/api/v5/market/candles", {"instId": "BTC-USDT-SWAP", "bar": "1Dutc", "limit": "300"})
    assert marks == ("/api/v5/market/mark-price-candles", {"instId": "BTC-USDT-SWAP", "bar": "1Dutc", "limit": "100"})
    assert interest == (
        "/api/v5/rubik/stat/contracts/open-interest-history",
        {"instId": "BTC-USDT-SWAP", "period": "1Dutc", "limit": "100"},
    )


def test_older_pages() -> None:
    noon_ns = 1_800_014_400_000_000_000
    assert asked(okx.candles(LINEAR, FIVE, before_ns=noon_ns, mark=False))[1]["after"] == "1800014400000"
    # Open interest known before noon stands in rows whose five minutes began before 11:55.
    assert asked(okx.interest_history(LINEAR, FIVE, before_ns=noon_ns))[1]["end"] == "1800014100000"


def test_history_stays_inside_what_the_candle_endpoints_keep() -> None:
    assert [p.name for p in okx.history] == ["1D", "1H", "5m", "1m"]
    assert all(p.depth_s / p.seconds <= 1440 for p in okx.history)


def test_requests_of_one_endpoint_share_a_limit() -> None:
    first = okx.candles(LINEAR, HOUR, before_ns=None, mark=False)
    second = okx.candles(XPERP, MINUTE, before_ns=1, mark=False)
    assert first.bucket == second.bucket
    assert (first.bucket.calls, first.bucket.period_s) == (40, 2.0)
    assert okx.candles(LINEAR, HOUR, before_ns=None, mark=True).bucket != first.bucket
