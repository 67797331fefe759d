"""REST answers as OKX answers: pages without holes, errors with its codes, limits that bite."""

import itertools
import json
from typing import Any

import pytest
from sim_scene import lived_market

from liqtui.sim.faces._okx_rest import LIMITS, Rest

BTC = "BTC-USDT-SWAP"


@pytest.fixture
def rest() -> Rest:
    return Rest(lived_market().market)


def rows(rest: Rest, path: str, now_s: float = 0.0, **query: str) -> list[Any]:
    answer = rest.answer(path, query, now_s)
    assert answer.status == 200, answer
    reply = json.loads(answer.body)
    assert reply["code"] == "0", reply
    found: list[Any] = reply["data"]
    return found


@pytest.mark.parametrize(("path", "page"), [
    ("market/candles", 300), ("market/history-candles", 100), ("market/mark-price-candles", 100),
    ("market/history-mark-price-candles", 100),
])
def test_pages_of_candles_join_without_hole_or_overlap(rest: Rest, path: str, page: int) -> None:
    times: list[int] = []
    query = {"instId": BTC, "bar": "5m", "limit": "300"}
    for turn in range(4):
        found = rows(rest, path, 10.0 * turn, **query)
        assert len(found) == page
        times += [int(row[0]) for row in found]
        query["after"] = found[-1][0]
    assert times == list(range(times[0], times[0] - 300_000 * len(times), -300_000))


def test_open_interest_pages_by_end_as_deep_as_okx_keeps_it(rest: Rest) -> None:
    for period, seconds, days in (("5m", 300, 3), ("1H", 3_600, 5), ("1D", 86_400, 100), ("1Dutc", 86_400, 100)):
        query = {"instId": BTC, "period": period, "limit": "100"}
        times: list[int] = []
        for turn in range(20):
            found = rows(rest, "rubik/stat/contracts/open-interest-history", 10.0 * turn, **query)
            if not found:
                break
            times += [int(row[0]) for row in found]
            query["end"] = found[-1][0]
        assert len(times) == pytest.approx(days * 86_400 / seconds, abs=1)
        assert times == list(range(times[0], times[0] - seconds * 1_000 * len(times), -seconds * 1_000))


def test_nothing_was_open_before_a_contract_was_listed(rest: Rest) -> None:
    for row in rows(rest, "public/instruments", instType="FUTURES"):
        query = {"instId": row["instId"], "period": "1Dutc", "limit": "100"}
        days = rows(rest, "rubik/stat/contracts/open-interest-history", **query)
        assert int(days[-1][0]) > int(row["listTime"]) - 86_400_000, "the first day may be a part of one"


def test_only_the_bar_going_on_is_unconfirmed(rest: Rest) -> None:
    confirms = [row[-1] for row in rows(rest, "market/candles", instId=BTC, bar="1m", limit="50")]
    assert confirms == ["0"] + ["1"] * 49


def test_numbers_are_strings(rest: Rest) -> None:
    for row in rows(rest, "market/candles", instId=BTC, bar="1H") + rows(rest, "public/open-interest", instType="SWAP"):
        assert all(isinstance(value, str) for value in (row.values() if isinstance(row, dict) else row))


def test_tiers_ask_more_of_larger_positions_and_futures_have_their_own(rest: Rest) -> None:
    swap, futures = (
        rows(rest, "public/position-tiers", instType=kind, tdMode="cross", instFamily="BTC-USDT")
        for kind in ("SWAP", "FUTURES")
    )
    assert [float(t["mmr"]) for t in swap] == sorted(float(t["mmr"]) for t in swap)
    assert all(a["maxSz"] == b["minSz"] for a, b in itertools.pairwise(swap))
    assert float(swap[0]["mmr"]) == 0.004
    assert float(futures[0]["mmr"]) == 0.005


def test_funding_history_reaches_three_months(rest: Rest) -> None:
    times = [int(r["fundingTime"]) for r in rows(rest, "public/funding-rate-history", instId=BTC)]
    assert len(times) == 100
    assert all(a - b == 8 * 3_600_000 for a, b in itertools.pairwise(times))


@pytest.mark.parametrize(("path", "query", "status", "code"), [
    ("market/candles", {}, 400, "50014"),
    ("market/candles", {"instId": "DOGE-USDT-SWAP"}, 200, "51001"),
    ("market/candles", {"instId": BTC, "bar": "7m"}, 400, "51000"),
    ("market/candles", {"instId": BTC, "after": "x"}, 400, "51000"),
    ("public/open-interest", {}, 400, "50014"),
    ("public/open-interest", {"instType": "COIN"}, 400, "51000"),
    ("public/position-tiers", {"instType": "SWAP", "tdMode": "cross", "instFamily": "X-Y"}, 200, "51014"),
    ("rubik/stat/contracts/open-interest-history", {"instId": BTC, "period": "15m"}, 400, "51000"),
    ("public/nothing", {}, 404, "404"),
])
def test_errors_have_okx_codes(rest: Rest, path: str, query: dict[str, str], status: int, code: str) -> None:
    answer = rest.answer(path, query, 0.0)
    assert answer.status == status
    assert json.loads(answer.body)["code"] == code


@pytest.mark.parametrize(("path", "calls"), LIMITS.items())
def test_one_call_too_many_is_refused_with_50011(rest: Rest, path: str, calls: int) -> None:
    query = {"instId": BTC, "instType": "SWAP", "tdMode": "cross", "instFamily": "BTC-USDT", "limit": "1"}
    statuses = [rest.answer(path, query, 0.0).status for _ in range(calls + 1)]
    assert statuses == [200] * calls + [429]
    assert json.loads(rest.answer(path, query, 0.1).body)["code"] == "50011"
    assert rest.answer(path, query, 2.0).status == 200
