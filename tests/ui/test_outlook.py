"""Rows on what to make of the map: said calmly, and only where something is known."""

from dataclasses import replace

import pytest

from liqtui.events import Side
from liqtui.liqmap.zones import Entry, Fill, Slippage, Stop, Zones
from liqtui.market.jumps import Jump
from liqtui.market.pace import PaceView
from liqtui.market.reliability import Facts, reliability
from liqtui.ui.colour import Depth
from liqtui.ui.look import Line, Look
from liqtui.ui.paint.outlook import pace_rows, slippage_rows, trust_rows, zone_rows
from liqtui.ui.panels import problem_lines
from liqtui.ui.theme import load_themes
from liqtui.view import View

from .factory import MINUTE, NOW, SECOND

WIDTH = 31


@pytest.fixture(scope="module")
def look() -> Look:
    return Look(load_themes(None).pick("dark")[0], Depth.TRUECOLOR)


def told(rows: list[Line]) -> list[str]:
    return ["".join(text for text, _, _ in row) for row in rows]


@pytest.mark.parametrize(("pace", "row"), [
    (PaceView("calm", NOW - 4 * MINUTE, None, 0.0, 90.0, 60 * MINUTE), ["PACE   calm since 4 min"]),
    (PaceView("calm", NOW - 200 * MINUTE, Side.LONG, 0.0, 90.0, 600 * MINUTE), ["PACE   calm since 3 h"]),
    (PaceView("fast", NOW - 59 * SECOND, Side.LONG, 9e4, 90.0, 60 * MINUTE), ["PACE   fast ▼ longs"]),
    (PaceView("subsiding", NOW - 90 * MINUTE, Side.SHORT, 9e4, 90.0, 60 * MINUTE), ["PACE   subsiding ▲ shorts  90m"]),
    (PaceView(None, None, None, None, None, 4 * MINUTE), ["PACE   heard 4 of 20 min"]),
    (PaceView(None, None, None, None, None, 60 * MINUTE), []),
    (None, []),
])
def test_the_pace_is_a_word_and_since_when(view: View, look: Look, pace: PaceView | None, row: list[str]) -> None:
    assert told(pace_rows(replace(view, pace=pace), look, NOW)) == row
    assert all(len(text) <= WIDTH for text in row)


def test_reliability_names_its_worst_reasons_as_far_as_there_is_room(view: View, look: Look) -> None:
    def row(facts: Facts) -> list[str]:
        health = replace(view.health, reliability=reliability(facts))
        return told(trust_rows(replace(view, health=health, jumps=()), look, NOW, WIDTH))

    assert row(Facts()) == ["RELIABLE 100 %"]
    assert row(Facts(sampled=True)) == ["RELIABLE 90 %  sampled"]
    assert row(Facts(sampled=True, turned=0.002)) == ["RELIABLE 45 %  fast, sampled"]
    assert row(Facts(sampled=True, turned=0.002, jumped=0.02)) == ["RELIABLE 43 %  fast, sampled +1"]
    assert row(Facts(sampled=True, turned=0.002, assumed=True)) == ["RELIABLE 40 %  fast +2"]
    assert told(trust_rows(replace(view, map=None, jumps=()), look, NOW, WIDTH)) == []


def test_levels_jumped_over_are_told_with_their_age(view: View, look: Look) -> None:
    jump = Jump(59_210.0, 59_480.0, False, NOW - 5 * MINUTE, NOW - 4 * MINUTE)
    assert told(trust_rows(replace(view, jumps=(jump,)), look, NOW, WIDTH))[1] == "JUMPED 59,210–59,480  4 min ago"
    assert told(trust_rows(replace(view, jumps=(jump,)), look, NOW - 4 * MINUTE, WIDTH))[1].endswith("just now")


def test_the_largest_order_the_book_can_fill_is_priced(view: View, look: Look) -> None:
    def row(*fills: Fill) -> list[str]:
        return told(slippage_rows(replace(view, slippage=Slippage(fills, 1.0, 1.0)), look))

    small, large = Fill(1e5, 0.011, 0.012), Fill(1e6, 0.3456, None)
    assert row(small, large) == ["SLIP   $1M ▲ 0.35 %  ▼ too thin"]
    assert row(small, Fill(1e6, None, None)) == ["SLIP   $100k ▲ 0.01 %  ▼ 0.01 %"]
    assert row(Fill(1e5, None, None), Fill(1e6, None, None)) == []
    assert row(Fill(1e6, 0.004, 0.005)) == ["SLIP   $1M ▲ <0.01 % ▼ 0.01 %"], "a deep book costs little, not nothing"
    costs = slippage_rows(replace(view, slippage=Slippage((small,), 1.0, 1.0)), look)[0]
    assert {ink for _, ink, _ in costs}.isdisjoint({look.long, look.short}), "to pay is no gain"
    assert told(slippage_rows(replace(view, slippage=None), look)) == []


def test_a_gap_at_the_mark_is_told_by_where_it_ends_so_that_it_stands_still(view: View, look: Look) -> None:
    zones = Zones(
        (Stop(Side.LONG, 58_294.0, -2.86, 58_400.0, 58_500.0, 90.0),),
        (Entry(Side.LONG, 59_367.0, 59_990.0, 1.0, -0.03, 1.0), Entry(Side.SHORT, 60_415.0, 60_901.0, 0.8, 0.7, 1.0)),
    )
    assert told(zone_rows(replace(view, zones=zones), look, WIDTH)) == [
        "STOPS  ▼ L 58,294        −2.9 %", "SMOOTH ▲ 60,415–60,901", "       ▼ down to 59,367",
    ]
    assert zone_rows(replace(view, zones=None), look, WIDTH) == []


def test_the_problems_screen_multiplies_the_reasons_out(view: View, look: Look) -> None:
    health = replace(view.health, reliability=reliability(Facts(sampled=True, mark_stale=True)))
    said = told(problem_lines(health, NOW, 80, look))
    at = said.index("the map is reliable to 45 %")
    assert said[at + 1 : at + 3] == [
        "  × 0.50  the mark is not reported any more", "  × 0.90  the venue leaves out some liquidations",
    ]
