"""What is asked of Binance: where each stream lives since 2026, and what each question costs."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from binance_frames import CHINESE, DATED, INVERSE, INVERSE_DATED, LINEAR, LISTED, NOW, PEPE, binance, linear

from liqtui.events import Ack, Trade
from liqtui.instruments import Instrument
from liqtui.venues.base import Request, VenueSettings
from liqtui.venues.binance import FIGURES, FUNDING, WEIGHT, create

PUBLIC = "wss://fstream.binance.com/public/stream"
MARKET = "wss://fstream.binance.com/market/stream"
COIN_M = "wss://dstream.binance.com/stream"

DAY, HOUR, FIVE, MINUTE = binance.history


def where(*instruments: Instrument) -> dict[str, str]:
    return {s.key: s.url for s in binance.subscriptions(instruments) if s.poll is None}


def query(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}


def test_books_live_on_public_everything_else_on_market() -> None:
    # On the wrong one a stream is acknowledged and never says a word.
    assert where(LINEAR) == {
        "btcusdt@markPrice@1s": MARKET,
        "btcusdt@aggTrade": MARKET,
        "btcusdt@forceOrder": MARKET,
        "!contractInfo": MARKET,
        "btcusdt@depth@100ms": PUBLIC,
    }


def test_coin_m_has_one_place_for_all_and_its_index_is_a_stream_of_its_own() -> None:
    assert where(INVERSE) == dict.fromkeys(
        [
            "btcusd_perp@markPrice@1s", "btcusd_perp@aggTrade", "btcusd_perp@depth@100ms", "btcusd_perp@forceOrder",
            "btcusd@indexPrice@1s", "!contractInfo",
        ],
        COIN_M,
    )  # fmt: skip


def test_the_merged_stream_of_contracts_is_asked_for_once() -> None:
    # Since the markets were joined either host tells of both: twice would count twice.
    both = binance.subscriptions([LINEAR, INVERSE])
    assert [s.url for s in both if s.key == "!contractInfo"] == [MARKET]
    assert not any(s.key.startswith("!forceOrder") for s in both)


def test_contracts_of_one_pair_share_their_index() -> None:
    keys = [s.key for s in binance.subscriptions([INVERSE, INVERSE_DATED])]
    assert keys.count("btcusd@indexPrice@1s") == 1
    assert len(keys) == len(set(keys))


def test_of_other_contracts_only_the_mark_is_asked_for() -> None:
    keys = {s.key for s in binance.subscriptions([DATED], prices_of=[LINEAR])}
    assert {k for k in keys if "btcusdt@" in k} == {"btcusdt@markPrice@1s"}
    assert binance.subscriptions([]) == []


def test_marks_come_every_second_and_are_missed_soon() -> None:
    control = [s for s in binance.subscriptions([LINEAR, INVERSE]) if s.control]
    assert [s.key for s in control] == ["btcusdt@markPrice@1s", "btcusd_perp@markPrice@1s"]
    assert {s.silence_s for s in control} == {10.0}


def test_the_whole_book_is_asked_for_where_the_stream_has_only_changes() -> None:
    books = [s.snapshot for s in binance.subscriptions([LINEAR, INVERSE]) if s.snapshot is not None]
    assert [b.url for b in books] == [
        "https://fapi.binance.com/fapi/v1/depth?symbol=BTCUSDT&limit=1000",
        "https://dapi.binance.com/dapi/v1/depth?symbol=BTCUSD_PERP&limit=1000",
    ]
    assert [b.weight for b in books] == [20, 20]


def test_open_interest_has_no_stream_and_is_polled_inside_one_budget_for_both_markets() -> None:
    polls = [s.poll for s in binance.subscriptions([LINEAR, INVERSE]) if s.poll is not None]
    assert [p.request.url for p in polls] == [
        "https://fapi.binance.com/fapi/v1/openInterest?symbol=BTCUSDT",
        "https://dapi.binance.com/dapi/v1/openInterest?symbol=BTCUSD_PERP",
    ]
    assert {p.request.bucket for p in polls} == {WEIGHT}
    assert WEIGHT.calls * 60 / WEIGHT.period_s <= 2400
    spent = sum(p.request.weight * 60 / p.every_s for p in polls)
    assert spent <= WEIGHT.calls / 10


def test_a_request_is_followed_by_the_question_for_the_list() -> None:
    wanted = [s for s in binance.subscriptions([LINEAR]) if s.url == MARKET]
    request, question = (json.loads(text) for text in binance.subscribe(wanted))
    assert request["method"] == "SUBSCRIBE"
    assert request["params"] == [s.key for s in wanted]
    assert question["method"] == "LIST_SUBSCRIPTIONS"
    # Its answer acknowledges exactly what was asked for.
    answer = json.dumps({"result": request["params"], "id": question["id"]})
    assert binance.decode(answer, NOW, LISTED) == [Ack(s.key) for s in wanted]
    (leaving,) = (json.loads(text) for text in binance.unsubscribe(wanted))
    assert (leaving["method"], leaving["params"]) == ("UNSUBSCRIBE", request["params"])
    assert binance.subscribe([]) == []


def test_many_streams_go_in_few_messages() -> None:
    # Ten messages a second are allowed, and none longer than 4,096 bytes.
    many = [s for s in binance.subscriptions([LINEAR]) if s.url == MARKET] * 50
    messages = binance.subscribe(many)
    assert len(messages) == 2 + 1
    long = binance.subscriptions([linear(f"{'LONG' * 20}{n}USDT") for n in range(50)])
    messages = binance.subscribe([s for s in long if s.url == MARKET])
    assert max(len(text.encode()) for text in messages) <= 4096
    asked = [name for text in messages[:-1] for name in json.loads(text)["params"]]
    assert asked == [s.key for s in long if s.url == MARKET]


def test_names_of_streams_are_in_lower_case_and_may_be_chinese() -> None:
    keys = {s.key for s in binance.subscriptions([CHINESE])}
    assert "牛来usdt@aggTrade" in keys
    assert Trade(CHINESE.symbol, 0, 0, 1.0, 1.0, True, "").symbol == "牛来USDT"
    request = binance.candles(CHINESE, DAY, before_ns=None, mark=False)
    assert request.url.isascii()
    assert query(request)["symbol"] == CHINESE.symbol


@pytest.mark.parametrize(("one", "host"), [(LINEAR, "https://fapi.binance.com/fapi/v1/"), (INVERSE, "https://dapi.binance.com/dapi/v1/")])
def test_candles_end_a_millisecond_before_what_is_known(one: Instrument, host: str) -> None:
    newest = binance.candles(one, HOUR, before_ns=None, mark=False)
    assert newest.url == f"{host}klines?symbol={one.symbol}&interval=1h&limit=1000"
    assert (newest.bucket, newest.weight) == (WEIGHT, 5)
    older = binance.candles(one, HOUR, before_ns=1_700_000_000_000_000_000, mark=True)
    assert older.url.startswith(f"{host}markPriceKlines?")
    assert query(older)["endTime"] == "1699999999999"


def test_open_interest_of_the_past_costs_calls_of_its_own() -> None:
    linear = binance.interest_history(LINEAR, FIVE, before_ns=None)
    assert linear.url == "https://fapi.binance.com/futures/data/openInterestHist?symbol=BTCUSDT&period=5m&limit=500"
    assert linear.bucket == FIGURES
    assert query(binance.interest_history(DATED, DAY, before_ns=None))["symbol"] == "BTCUSDT_250627"


def test_coin_m_asks_for_figures_by_pair() -> None:
    request = binance.interest_history(INVERSE, DAY, before_ns=1_700_000_000_000_000_000)
    assert urlsplit(request.url).netloc == "dapi.binance.com"
    assert query(request) == {
        "pair": "BTCUSD", "contractType": "PERPETUAL", "period": "1d", "limit": "500", "endTime": "1699999999999",
    }  # fmt: skip


def test_a_dated_coin_m_contract_has_only_its_present_figure() -> None:
    # A quarter's figures go on from one contract to the next, unmarked: they would be another contract's.
    request = binance.interest_history(INVERSE_DATED, DAY, before_ns=None)
    assert request.url == "https://dapi.binance.com/dapi/v1/openInterest?symbol=BTCUSD_250627"
    assert not any("/futures/data/" in r.url for r in binance.state_requests(INVERSE_DATED))


def test_no_depth_of_history_is_beyond_the_thirty_days_that_are_kept() -> None:
    assert all(p.depth_s < 30 * 86_400 for p in binance.history)
    assert [p.seconds for p in binance.history] == [86_400, 3_600, 300, 60]


def test_what_is_true_now() -> None:
    paths = [urlsplit(r.url).path.rpartition("/")[2] for r in binance.state_requests(LINEAR)]
    assert paths == ["premiumIndex", "fundingRate", "globalLongShortAccountRatio"]
    buckets = {urlsplit(r.url).path.rpartition("/")[2]: r.bucket for r in binance.state_requests(LINEAR)}
    assert (buckets["fundingRate"], buckets["globalLongShortAccountRatio"]) == (FUNDING, FIGURES)
    assert "fundingRate" not in str(binance.state_requests(DATED)), "a dated contract pays none"


def test_both_markets_are_listed() -> None:
    assert [r.url for r in binance.listing_requests()] == [
        "https://fapi.binance.com/fapi/v1/exchangeInfo", "https://dapi.binance.com/dapi/v1/exchangeInfo",
    ]  # fmt: skip


def test_one_address_may_stand_for_all_hosts() -> None:
    here = create(VenueSettings(ws_url="ws://127.0.0.1:9/", rest_url="http://127.0.0.1:8/"))
    urls = {s.url for s in here.subscriptions([LINEAR, INVERSE]) if s.poll is None}
    assert urls == {"ws://127.0.0.1:9/public/stream", "ws://127.0.0.1:9/market/stream", "ws://127.0.0.1:9/stream"}
    assert here.candles(PEPE, DAY, before_ns=None, mark=False).url.startswith("http://127.0.0.1:8/fapi/v1/klines?")
    assert {"127.0.0.1", "fstream.binance.com", "dapi.binance.com"} <= here.hosts


def test_binance_has_no_regions() -> None:
    with pytest.raises(ValueError, match="no region 'us'"):
        create(VenueSettings(region="us"))


def test_connections_end_after_a_day_and_the_server_pings() -> None:
    assert binance.limits.connection_s == 86_400.0
    assert binance.keepalive is None
