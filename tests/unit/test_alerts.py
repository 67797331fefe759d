"""Alerts: how they are written, when they come true, and that they do not flicker."""

import re
from dataclasses import replace

import numpy as np
import pytest
from test_cli_export import MARK, NOW, synthetic

from liqtui.alerts.book import AlertBook, Fired
from liqtui.alerts.rule import Alert, parse_alert
from liqtui.events import FeedState, Side
from liqtui.market.pace import PaceView
from liqtui.view import NOT_LISTED, Absent, FeedView, Figure, LiquidatedTotals, Snapshot, View

SECOND = 10**9
MINUTE = 60 * SECOND


def at(seconds: float, mark: float = MARK) -> View:
    view = synthetic()
    now = NOW + int(seconds * SECOND)
    return replace(view, time_ns=now, figures=replace(view.figures, mark=Figure(mark, now)))


def book(*words: str) -> AlertBook:
    return AlertBook([parse_alert(each) for each in words])


def fired(told: list[Fired]) -> list[str]:
    return [one.words for one in told]


@pytest.mark.parametrize(
    ("text", "alert"),
    [
        ("near 0.3", Alert("near", (0.3, 50.0))),
        ("near 0.3% 80", Alert("near", (0.3, 80.0))),
        ("BTC-USDT-SWAP liquidated $1M", Alert("liquidated", (1e6,), "BTC-USDT-SWAP")),
        ("* stale 15", Alert("stale", (15.0,))),
        ("subsiding", Alert("subsiding", ())),
        ("okx:ETH-USDT-SWAP price 2,500.5", Alert("price", (2500.5,), "okx:ETH-USDT-SWAP")),
    ],
)
def test_an_alert_is_a_few_words(text: str, alert: Alert) -> None:
    assert parse_alert(text) == alert
    assert parse_alert(str(alert)) == alert, "and is written as it is read"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("neer 0.3", "did you mean 'near PERCENT"),
        ("near", "near PERCENT"),
        ("imbalance 1.2", "0.5–1"),
        ("liquidated lots", "liquidated USD"),
        ("price nan", "price PRICE"),
        ("", "There are"),
    ],
)
def test_what_is_no_alert_says_how_it_is_written(text: str, hint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(hint)):
        parse_alert(text)


def test_the_mark_near_a_cluster_fires_once_and_again_only_after_it_was_away_and_the_cooldown() -> None:
    """The one cluster lies 3 % below: an alert at 3 % holds, one at 2.9 % does not."""
    watch = book("near 3.0", "near 2.9")
    assert fired(watch.look(at(0))) == ["mark 3.00 % from the ▼ L cluster at 58,200"]
    assert watch.look(at(1)) == []
    assert watch.look(at(600)) == [], "still there: nothing new"
    far = at(601)
    away = replace(far, clusters=(replace(far.clusters[0], distance_pct=-4.0),))
    assert watch.look(away) == []
    assert len(watch.look(at(602))) == 1
    again = at(604)
    watch.look(replace(at(603), clusters=away.clusters))
    assert watch.look(again) == [], "within five minutes of the last time"


def test_a_price_that_is_crossed_fires_in_either_direction_and_the_first_view_crosses_nothing() -> None:
    watch = book(f"price {MARK + 50}")
    assert watch.look(at(0, MARK + 100)) == []
    assert fired(watch.look(at(1, MARK))) == [f"mark fell through {MARK + 50:,.10g}"]
    assert watch.look(at(2, MARK)) == []
    assert fired(watch.look(at(400, MARK + 60))) == [f"mark rose through {MARK + 50:,.10g}"]


def test_liquidations_in_a_minute() -> None:
    watch, view = book("liquidated 1M"), at(0)
    quiet = replace(view.figures, liquidated=LiquidatedTotals((400e3, 500e3), (0.0, 0.0), NOW))
    loud = replace(view.figures, liquidated=LiquidatedTotals((900e3, 200e3), (0.0, 0.0), NOW))
    assert watch.look(replace(view, figures=quiet)) == []
    assert fired(watch.look(replace(at(1), figures=loud))) == ["$1,100,000 liquidated in a minute, most of it longs"]


def test_imbalance_counts_for_both_sides() -> None:
    """0.4 are longs: 0.6 are shorts."""
    assert fired(book("imbalance 0.6").look(at(0))) == ["shorts are 60 % within 5 % of the mark"]
    assert book("imbalance 0.7").look(at(0)) == []


def test_a_feed_that_is_stale_for_long_enough() -> None:
    watch, view = book("stale 15"), at(20)
    off = FeedView("okx", FeedState.STALE, NOW, "no data", None, None, 0, 0, 0)
    assert watch.look(at(1)) == []
    told = watch.look(replace(view, health=replace(view.health, feeds=(off,))))
    assert fired(told) == ["okx is stale: no data, 20 s"]


def test_a_venue_that_is_missing_of_a_sum_is_stale_and_one_that_has_no_such_contract_is_not() -> None:
    watch, view = book("stale 15"), at(20)
    off = FeedView("gate", FeedState.REFUSED, NOW, "HTTP 451", None, None, 0, 0, 0)
    feeds = off, replace(off, venue="kraken")
    absent = Absent("kraken", NOT_LISTED, "it lists no BTC perpetual", None)
    view = replace(view, health=replace(view.health, feeds=feeds))
    assert watch.look(replace(view, absent=(absent,))) == []
    missing = replace(at(21), health=view.health, absent=(absent, Absent("gate", "refused", "HTTP 451", None)))
    assert fired(watch.look(missing)) == ["gate is refused: HTTP 451, 21 s"]


def test_funding_is_told_for_eight_hours_whatever_the_interval() -> None:
    """0.02 % an hour is 0.16 % for eight."""
    watch, view = book("funding 0.1"), at(0)
    hourly = replace(view.figures, funding=Figure(-0.0002, NOW), funding_interval_ns=3600 * SECOND)
    assert fired(watch.look(replace(view, figures=hourly))) == ["funding −0.1600 % for 8 h"]


def test_a_cluster_that_has_grown_since_some_minutes_ago() -> None:
    """4 BTC where 2 were: +100 %."""
    watch, view = book("grows 50 15"), at(0)
    assert view.map is not None
    cluster = view.clusters[0]
    first = view.map.first_bin - view.map.first_bin % 2
    mass = np.zeros((2, 3, 220), np.float16)
    place = (int(np.floor(np.log(cluster.peak) / view.map.width)) - first) // 2
    mass[Side.LONG, 0, place] = 2.0
    then = Snapshot(view.time_ns - 15 * MINUTE, first, 2, mass, 1.0, MARK, MARK, MARK)
    told = watch.look(replace(view, snapshots=(then,)))
    assert fired(told) == ["the ▼ L cluster at 58,200 has grown by 100 % in 15 min"]
    old = replace(then, time_ns=view.time_ns - 30 * MINUTE)
    assert book("grows 50 15").look(replace(view, snapshots=(old,))) == [], "what was half an hour ago is no answer"


def test_a_rush_that_subsides() -> None:
    watch, view = book("subsiding"), at(0)
    fast = PaceView("fast", NOW, Side.LONG, 1e4, 1e3, 3600 * SECOND)
    assert watch.look(replace(view, pace=fast)) == []
    assert len(watch.look(replace(at(1), pace=replace(fast, word="subsiding")))) == 1


def test_an_alert_is_about_its_instrument_by_name_or_symbol_and_an_older_view_says_nothing() -> None:
    name = synthetic().instrument.name
    symbol = name.partition(":")[2]
    assert len(book(f"{symbol} near 3").look(at(0))) == 1
    assert len(book(f"{name} near 3").look(at(0))) == 1
    assert book("binance:BTCUSDT near 3").look(at(0)) == []
    watch = book("near 3")
    watch.look(replace(at(10), clusters=()))
    assert watch.look(at(5)) == []


def test_alerts_are_added_and_taken_away_and_what_fired_is_remembered() -> None:
    watch = book("near 3")
    watch.add(parse_alert("near 3"))
    assert len(watch.alerts) == 1
    watch.look(at(0))
    assert [str(one.alert) for one in watch.log] == ["near 3 50"]
    watch.remove(parse_alert("near 3"))
    assert watch.alerts == []
    assert watch.look(at(1000)) == []
