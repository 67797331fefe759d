"""OKX's REST answers, page by page, in units and in the order of time."""

import json

import pytest
from okx_frames import DATED, INVERSE, LINEAR, LISTED, NOW, XPERP, okx

from liqtui.events import (
    Bar,
    Candles,
    Event,
    Funding,
    FundingHistory,
    InterestHistory,
    Mark,
    OpenInterest,
    RatioHistory,
    Refusal,
    Rejected,
    TakerHistory,
    Tier,
    Tiers,
)
from liqtui.instruments import Kind
from liqtui.venues.base import Request

DAY, HOUR, FIVE, MINUTE = okx.history
MIN_NS = 60 * 10**9


def answer(request: Request, rows: object, recv_ns: int = NOW, *, code: str = "0", msg: str = "") -> Event:
    body = json.dumps({"code": code, "msg": msg, "data": rows}).encode()
    (event,) = okx.decode_reply(request.url, body, recv_ns, LISTED)
    return event


def test_candles_count_volume_in_units_and_flag_the_growing_bar() -> None:
    rows = [
        ["1799999940000", "82000", "82100", "81900", "82050", "1500", "15", "1230750", "0"],
        ["1799999880000", "81950", "82010", "81940", "82000", "200", "2", "163960", "1"],
    ]
    request = okx.candles(LINEAR, MINUTE, before_ns=None, mark=False)
    assert answer(request, rows) == Candles(
        "BTC-USDT-SWAP",
        MIN_NS,
        False,
        [
            Bar(1_799_999_880_000_000_000, 81950.0, 82010.0, 81940.0, 82000.0, 2.0, True),  # 200 × 0.01 BTC
            Bar(1_799_999_940_000_000_000, 82000.0, 82100.0, 81900.0, 82050.0, 15.0, False),
        ],
    )


def test_candles_of_an_inverse_contract_count_dollars() -> None:
    rows = [["1799999940000", "82000", "82100", "81900", "82050", "1500", "1.83", "150000", "1"]]
    event = answer(okx.candles(INVERSE, HOUR, before_ns=1, mark=False), rows)
    assert isinstance(event, Candles)
    assert event.bars[0].volume == 150_000.0  # 1,500 × 100 USD


def test_mark_candles_have_no_volume() -> None:
    rows = [["1799971200000", "82000", "82100", "81900", "82050", "1"]]
    assert answer(okx.candles(LINEAR, DAY, before_ns=None, mark=True), rows) == Candles(
        "BTC-USDT-SWAP",
        86_400 * 10**9,
        True,
        [Bar(1_799_971_200_000_000_000, 82000.0, 82100.0, 81900.0, 82050.0, None, True)],
    )


def test_open_interest_is_known_when_its_period_has_ended() -> None:
    # Three five-minute rows; the newest ends one second after we ask.
    rows = [
        ["1799999701000", "2500200", "25002", "2050000000"],
        ["1799999401000", "2500100", "25001", "2050000000"],
        ["1799999101000", "2500000", "25000", "2050000000"],
    ]
    assert answer(okx.interest_history(LINEAR, FIVE, before_ns=None), rows) == InterestHistory(
        "BTC-USDT-SWAP",
        5 * MIN_NS,
        [(1_799_999_401_000_000_000, 25_000.0), (1_799_999_701_000_000_000, 25_001.0)],
    )


def test_open_interest_of_an_inverse_contract_is_its_face() -> None:
    event = answer(okx.interest_history(INVERSE, DAY, before_ns=None), [["1799884800000", "8824028", "9450.48", "1"]])
    assert isinstance(event, InterestHistory)
    assert event.points == [(1_799_971_200_000_000_000, 882_402_800.0)]


def test_tiers_are_sorted_and_stay_in_contracts() -> None:
    rows = [
        {"tier": "2", "minSz": "4000.0001", "maxSz": "", "mmr": "0.01", "imr": "0.11", "maxLever": "9"},
        {"tier": "1", "minSz": "0", "maxSz": "4000", "mmr": "0.004", "imr": "0.1", "maxLever": "10"},
    ]
    tiers_of_xperp, *_ = okx.state_requests(XPERP)
    assert answer(tiers_of_xperp, rows) == Tiers(
        "BTC-USD_UM_XPERP",
        False,
        [Tier(0.0, 4000.0, 0.004, 10.0), Tier(4000.0001, float("inf"), 0.01, 9.0)],
        Kind.PERPETUAL,
    )


def test_swaps_and_futures_of_one_family_have_their_own_tiers() -> None:
    row = {"tier": "1", "minSz": "0", "maxSz": "500", "mmr": "0.004", "imr": "0.008", "maxLever": "125"}
    of_swap, of_future = (answer(okx.state_requests(i)[0], [row]) for i in (INVERSE, DATED))
    assert isinstance(of_swap, Tiers)
    assert isinstance(of_future, Tiers)
    assert (of_swap.family, of_swap.kind, of_swap.inverse) == ("BTC-USD", Kind.PERPETUAL, True)
    assert (of_future.family, of_future.kind, of_future.inverse) == ("BTC-USD", Kind.DATED, True)


def test_what_is_true_now() -> None:
    _, interest, mark, funding, *_ = okx.state_requests(LINEAR)
    told = {"instType": "SWAP", "instId": "BTC-USDT-SWAP", "ts": "1799999999000"}
    at = 1_799_999_999_000_000_000
    assert answer(interest, [told | {"oi": "2500000", "oiCcy": "25000", "oiUsd": "2"}]) == OpenInterest(
        "BTC-USDT-SWAP", at, NOW, 25_000.0
    )
    assert answer(mark, [told | {"markPx": "82600.1"}]) == Mark("BTC-USDT-SWAP", at, NOW, 82600.1)
    due = {"fundingRate": "0.0001", "fundingTime": "1800000000000", "nextFundingTime": "1800014400000"}
    assert answer(funding, [told | due]) == Funding(
        "BTC-USDT-SWAP", at, NOW, 0.0001, 1_800_000_000_000_000_000, 4 * 3600 * 10**9
    )


def test_past_funding_is_what_was_paid() -> None:
    rows = [
        {"fundingTime": "1799971200000", "fundingRate": "0.0002", "realizedRate": "0.00019"},
        {"fundingTime": "1799942400000", "fundingRate": "0.0001", "realizedRate": ""},
    ]
    history = next(r for r in okx.state_requests(LINEAR) if "funding-rate-history" in r.url)
    assert answer(history, rows) == FundingHistory(
        "BTC-USDT-SWAP", [(1_799_942_400_000_000_000, 0.0001), (1_799_971_200_000_000_000, 0.00019)]
    )


def test_ratio_and_taker_volume_are_known_when_their_period_has_ended() -> None:
    *_, ratio, taker = okx.state_requests(LINEAR)
    at = 1_799_999_400_000_000_000
    assert answer(ratio, [["1799999100000", "1.25"]]) == RatioHistory("BTC-USDT-SWAP", 5 * MIN_NS, [(at, 1.25)])
    # OKX says sold, then bought: 300 and 500 contracts of 0.01 BTC.
    assert answer(taker, [["1799999100000", "300", "500"]]) == TakerHistory(
        "BTC-USDT-SWAP", 5 * MIN_NS, [(at, 5.0, 3.0)]
    )


def test_an_empty_page_is_the_end_of_history() -> None:
    assert answer(okx.candles(LINEAR, HOUR, before_ns=1, mark=False), []) == Candles(
        "BTC-USDT-SWAP", 3600 * 10**9, False, []
    )


def test_an_error_in_the_body_is_a_refusal() -> None:
    request = okx.candles(LINEAR, HOUR, before_ns=None, mark=False)
    assert answer(request, [], code="51000", msg="Parameter bar error") == Refusal(None, "51000", "Parameter bar error")
    busy = okx.decode_reply(request.url, b'{"msg":"Too Many Requests","code":"50011"}', NOW, LISTED)
    assert busy == [Refusal(None, "50011", "Too Many Requests")]


@pytest.mark.parametrize("body", [b"", b"<html>502 Bad Gateway</html>", b"[]", b'{"code":"0","data":[["x"]]}'])
def test_nonsense_is_rejected(body: bytes) -> None:
    request = okx.candles(LINEAR, HOUR, before_ns=None, mark=False)
    (event,) = okx.decode_reply(request.url, body, NOW, LISTED)
    assert isinstance(event, Rejected)


def test_a_path_nobody_reads_is_rejected_by_name() -> None:
    url = "https://www.okx.com/api/v5/market/platform-24-volume"
    assert okx.decode_reply(url, b'{"code":"0","data":[]}', NOW, LISTED) == [
        Rejected("nobody reads /api/v5/market/platform-24-volume")
    ]


def test_contracts_nobody_lists_are_left_out() -> None:
    for request in [*okx.state_requests(LINEAR), okx.interest_history(LINEAR, DAY, before_ns=None)]:
        assert okx.decode_reply(request.url, b'{"code":"0","msg":"","data":[]}', NOW, {}) == []
