"""`once`: what a script reads from one map."""

import csv
import io
import json
import math
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from liqtui import export
from liqtui.events import FeedState, Side
from liqtui.instruments import Instrument, Kind
from liqtui.liqmap.clusters import Cluster
from liqtui.view import BackfillView, BookView, FeedView, Figure, Figures, Health, LadderView, MapView, Score, View

WIDTH = 0.0005
MARK = 60_000.0
PERP = Kind.PERPETUAL
LINEAR = Instrument("okx", "BTC-USDT-SWAP", "BTC", "USDT", "USDT", PERP, False, 0.01, 0.1, "BTC-USDT", "BTC-USDT")
NOW = 1_790_000_000_250_000_000
STAGES = ("1m", "joined")


def synthetic() -> View:
    """30 BTC open on each side. Longs: 4 BTC at 3 % below, 1 beyond the bins, 25 undrawn. Shorts: 6, 0, 24."""
    first = math.floor(math.log(MARK * 0.9) / WIDTH)
    mass = np.zeros((2, 2, 420), np.float32)
    at = math.floor(math.log(MARK * 0.97) / WIDTH) - first
    mass[Side.LONG, 0, at], mass[Side.LONG, 1, at] = 1.0, 3.0
    mass[Side.SHORT, 0, math.floor(math.log(MARK * 1.02) / WIDTH) - first] = 6.0
    mass.setflags(write=False)
    shown = MapView(WIDTH, first, (10.0, 50.0), mass, (1.0, 0.0), (25.0, 24.0), seeded=False)
    cluster = Cluster(Side.LONG, 58_100.0, 58_300.0, 58_200.0, -3.0, 4.0, 100.0, None)
    feed = FeedView("okx", FeedState.LIVE, NOW, "", None, 84_000_000, 0, 1, 2)
    health = Health((feed,), ("liquidations sampled",), (), BackfillView(9, 9, "joined", True, "", NOW))
    last, mark, interest = Figure(60_001.5, NOW), Figure(MARK, NOW), Figure(30.0, NOW)
    figures = Figures(last=last, mark=mark, open_interest=interest, imbalance=0.4)
    return View(7, 1, LINEAR, (LINEAR,), NOW, figures, shown, (cluster,), (), (), None, None, health)


def parsed(view: View) -> dict[str, Any]:
    out = json.loads(export.view_to_json_text(view))
    assert isinstance(out, dict)
    return out


def numbers(table: object) -> dict[str, list[float]]:
    assert isinstance(table, dict)
    return table


def test_the_keys_are_those_documented() -> None:
    assert list(parsed(synthetic())) == [
        "schema", "instrument", "venues", "time", "mark", "mark_source", "last", "open_interest", "undrawn", "outside",
        "unit", "bins", "clusters", "imbalance", "ladder", "observed", "score", "zones", "slippage", "cascade", "pace",
        "reliability", "jumps", "health",
    ]


def test_bins_carry_their_standard_deviation_where_it_is_known_and_none_where_the_mark_has_swept_since() -> None:
    view = synthetic()
    assert view.map is not None
    assert numbers(parsed(view)["bins"])["long_sd"] is None
    spread = np.full((2, 420), 0.5, np.float32)
    out = numbers(parsed(replace(view, map=replace(view.map, spread=spread)))["bins"])
    assert len(out["price"]) == len(out["long_sd"]) == len(out["short_sd"])
    told = {(long > 0.0, sd) for long, sd in zip(out["long"], out["long_sd"], strict=True)}
    assert told == {(True, 0.5), (False, 0.0)}


def test_the_ladder_is_told_with_its_intervals_and_null_before_the_first_map() -> None:
    assert parsed(synthetic())["ladder"] is None
    one = np.array([[0.5, 0.2], [0.4, 0.3]])
    ladder = LadderView((10.0, 50.0), one, one - 0.1, one + 0.1, False, 12.5, ((0.1, 0.25), (0.2, 0.75)), NOW)
    assert parsed(replace(synthetic(), ladder=ladder))["ladder"] == {
        "leverage": [10.0, 50.0],
        "long": {"mean": [0.5, 0.2], "low": [0.4, 0.1], "high": [0.6, 0.3]},
        "short": {"mean": [0.4, 0.3], "low": [0.3, 0.2], "high": [0.5, 0.4]},
        "level_identified": False,
        "events": 12.5,
        "churn": [{"share": 0.1, "weight": 0.25}, {"share": 0.2, "weight": 0.75}],
        "learned": "2026-09-21T14:13:20Z",
    }


def test_per_side_bins_outside_and_undrawn_make_the_open_interest() -> None:
    out = parsed(synthetic())
    for side in ("long", "short"):
        total = sum(numbers(out["bins"])[side])
        for rest in ("outside", "undrawn"):
            table = out[rest]
            assert isinstance(table, dict)
            total += table[side]
        assert total == pytest.approx(out["open_interest"], rel=1e-5)


def test_open_interest_reported_since_the_last_step_is_undrawn() -> None:
    view = synthetic()
    out = parsed(replace(view, figures=replace(view.figures, open_interest=Figure(31.0, NOW))))
    assert out["undrawn"] == {"long": 26.0, "short": 25.0}                  # 31 − 4 − 1 and 31 − 6 − 0


def test_longs_lie_below_the_mark_and_shorts_above() -> None:
    bins = numbers(parsed(synthetic())["bins"])
    longs = [price for price, size in zip(bins["price"], bins["long"], strict=True) if size]
    shorts = [price for price, size in zip(bins["price"], bins["short"], strict=True) if size]
    assert longs == [pytest.approx(58_200, rel=WIDTH)]
    assert shorts == [pytest.approx(61_200, rel=WIDTH)]
    assert bins["price"] == sorted(bins["price"])
    assert len(bins["price"]) < 420, "empty ends are left out"


def test_figures_clusters_and_health_are_told() -> None:
    out = parsed(synthetic())
    assert (out["schema"], out["instrument"]) == ("liqtui.map/2", "okx:BTC-USDT-SWAP")
    venue = out["venues"][0]
    assert (venue["name"], venue["state"], venue["shift_bp"], venue["weight"]) == ("okx", "live", 0.0, 1.0)
    assert venue["coverage"] == pytest.approx(11 / 60, rel=1e-6), "10 on the bins and 1 beyond, of 30 on each side"
    assert (out["mark"], out["last"], out["unit"], out["imbalance"]) == (60_000.0, 60_001.5, "BTC", 0.4)
    assert out["time"] == "2026-09-21T14:13:20.250Z"
    assert out["clusters"] == [
        {"side": "long", "low": 58_100.0, "high": 58_300.0, "peak": 58_200.0, "distance_pct": -3.0, "mass": 4.0,
         "density": 100.0, "growth_1h": None},
    ]
    health = out["health"]
    assert isinstance(health, dict)
    assert health["words"] == ["liquidations sampled"]
    assert (health["feeds"][0]["latency_ms"], health["feeds"][0]["next_try"]) == (84.0, None)


def test_what_is_unknown_is_null_and_a_map_without_open_interest_is_relative() -> None:
    view = synthetic()
    assert view.map is not None
    bare = replace(view, figures=Figures(), map=replace(view.map, undrawn=None), clusters=())
    out = parsed(bare)
    assert [out[key] for key in ("mark", "last", "open_interest", "undrawn", "imbalance")] == [None] * 5
    assert out["unit"] == "relative"
    assert parsed(replace(bare, map=None))["bins"] is None


def test_csv_is_the_bins() -> None:
    rows = list(csv.DictReader(io.StringIO(export.view_to_csv(synthetic()))))
    assert sum(float(row["long"]) for row in rows) == pytest.approx(4.0)
    assert sum(float(row["short"]) for row in rows) == pytest.approx(6.0)
    assert export.view_to_csv(replace(synthetic(), map=None)) == "price,long,short\n"


def test_clusters_are_a_row_each_and_unknown_growth_an_empty_cell() -> None:
    assert export.clusters_to_csv(synthetic()) == (
        "side,low,high,peak,distance_pct,mass,density,growth_1h\nlong,58100.0,58300.0,58200.0,-3.0,4.0,100.0,\n"
    )


def test_the_ladder_adds_book_and_volume_and_leaves_empty_what_is_not_seen() -> None:
    """Longs lie in one bin at −3 %, shorts in one at +2 %: ln(1.02 / 0.97) / 0.0005 = 100.6, 101 or 102 rows. The book
    is seen over two of them; between its outermost orders nothing is nothing."""
    view = synthetic()
    assert view.map is not None
    lowest = int(np.flatnonzero(view.map.mass.any(axis=(0, 1)))[0])
    bids, asks, volume = np.zeros(420, np.float32), np.zeros(420, np.float32), np.full(420, 7.0, np.float32)
    bids[lowest + 10 - 5], asks[lowest + 12 - 5] = 2.0, 3.0
    book = BookView(view.map.first_bin + 5, bids, asks)
    rows = list(csv.DictReader(io.StringIO(export.ladder_to_csv(replace(view, book=book, volume=volume)))))
    assert len(rows) in (101, 102)
    assert [(row["bids"], row["asks"]) for row in rows[9:14]] == [
        ("", ""), ("2.0", "0.0"), ("0.0", "0.0"), ("0.0", "3.0"), ("", ""),
    ]
    assert (rows[0]["long"], rows[-1]["short"], rows[0]["traded"]) == ("4.0", "6.0", "7.0")
    assert all(a["high"] == b["low"] for a, b in pairwise(rows))
    bare = export.ladder_to_csv(view).splitlines()
    assert bare[0] == "low,high,long,short,bids,asks,traded"
    assert bare[1].endswith(",4.0,0.0,,,")
    assert export.ladder_to_csv(replace(view, map=None)) == "low,high,long,short,bids,asks,traded\n"


def test_the_table_says_the_same_to_a_person() -> None:
    table = export.view_to_table(synthetic())
    for words in ("okx:BTC-USDT-SWAP", "mark 60,000", "58,200", "-3.00", "! liquidations sampled"):
        assert words in table
    assert "no clusters" in export.view_to_table(replace(synthetic(), clusters=()))


def test_a_map_says_what_it_still_lacks() -> None:
    view = synthetic()
    assert export.missing(view, STAGES) is None
    assert export.missing(replace(view, map=None), STAGES) == "no map yet"
    assert export.missing(replace(view, figures=Figures()), STAGES) == "no price yet"
    loading = replace(view.health, backfill=BackfillView(3, 9, "1H", False, "", NOW))
    assert export.missing(replace(view, health=loading), STAGES) == "of the history 3 of 9 parts are in"
    stale = replace(view.health, feeds=(replace(view.health.feeds[0], state=FeedState.STALE, reason="silent 12 s"),))
    assert export.missing(replace(view, health=stale), STAGES) == "okx is stale: silent 12 s"


def test_the_score_is_what_is_claimed_and_why_the_rest_is_not() -> None:
    view = synthetic()
    assert parsed(view)["score"] is None
    score = Score(NOW, 12, 37, None, None, None, None, "37 of 100 events", (("feed outage", 2),))
    found = parsed(replace(view, figures=replace(view.figures, score=score)))["score"]
    assert found == {
        "since": parsed(view)["time"], "n_steps": 12, "n_events": 37, "capture10": None, "lift": None,
        "deviance": {"model": None, "excursion": None}, "reason": "37 of 100 events", "skipped": {"feed outage": 2},
    }
    claimed = replace(score, n_events=240, capture10=0.41, lift=4.1, deviance=0.7, deviance_excursion=1.9, reason="")
    told = parsed(replace(view, figures=replace(view.figures, score=claimed)))["score"]
    assert isinstance(told, dict)
    assert (told["capture10"], told["lift"], told["reason"]) == (0.41, 4.1, None)
    assert told["deviance"] == {"model": 0.7, "excursion": 1.9}
