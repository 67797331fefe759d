"""One map over venues: the parts are the sum, each is its venue's own map moved, and what falls silent fades."""

import json
import math
from collections.abc import Iterable

import numpy as np
import pytest
from engine_scene import MINUTE, SECOND, T0
from sum_scene import INTEREST, MARKS, SYMBOLS, go_on, listed, market, part, tell, three, whole

from liqtui import export
from liqtui.engine import Engine
from liqtui.engine.pipeline import Pipeline
from liqtui.engine.summing import Sum
from liqtui.events import (
    Backfill,
    BookDelta,
    FeedState,
    FeedStatus,
    Follow,
    Level,
    Liquidation,
    Listing,
    Mark,
    OpenInterest,
    Side,
    Summed,
)
from liqtui.instruments import Kind
from liqtui.liqmap.moved import moved
from liqtui.venues import load
from liqtui.view import View


def total(view: View) -> float:
    assert view.map is not None
    assert view.map.undrawn is not None
    return float(view.map.mass.sum(dtype=np.float64)) + sum(view.map.outside) + sum(view.map.undrawn)


def test_a_map_moved_by_part_of_a_bin_keeps_its_mass_and_its_middle() -> None:
    """4 units in bin 10, moved by 2.25 bins: 3 in bin 12 and 1 in bin 13, whose middle is 12.25."""
    laid = moved(np.array([[0.0, 4.0, 0.0]], np.float32), 9, 2.25, (8, 8))
    assert laid[0].tolist() == [0, 0, 0, 0, 3.0, 1.0, 0, 0]
    back = moved(laid, 8, -2.25, (8, 8))
    assert back.sum() == pytest.approx(4.0)
    assert (back[0] * np.arange(8)).sum() / 4.0 == pytest.approx(2.0)


def test_the_parts_are_the_sum_and_each_is_its_own_map_moved() -> None:
    made = three()
    go_on(made, T0 + 10 * SECOND)
    view = whole(made)
    assert view.map is not None
    bins = view.map.mass.sum(axis=1)
    parts = [p.mass for p in view.parts if p.mass is not None]
    assert len(parts) == 3
    np.testing.assert_allclose(np.sum(parts, axis=0), bins, rtol=1e-5, atol=1e-6 * bins.max())
    for venue, symbol in SYMBOLS.items():
        own, one = whole(made, f"{venue}:{symbol}").map, part(view, venue)
        assert own is not None
        assert one.shift is not None
        assert one.mass is not None
        grid = view.map.first_bin, view.map.mass.shape[-1]
        laid = moved(own.mass.sum(axis=1), own.first_bin, one.shift / own.width, grid)
        np.testing.assert_allclose(one.mass, laid, atol=1e-6 * bins.max())


def test_the_venue_with_the_most_open_interest_is_the_reference_and_the_others_move_to_its_mark() -> None:
    """Binance at 60,030: OKX's map moves up by ln(60,030 / 60,000) = 5.0 bp, Bybit's by ln(60,030 / 59,988) = 7.0."""
    made = three()
    go_on(made, T0 + 10 * SECOND)
    view = whole(made)
    assert view.figures.mark is not None
    assert view.figures.mark.value == MARKS["binance"]
    shifts = {p.instrument.venue: 1e4 * (p.shift or 0.0) for p in view.parts}
    assert shifts["binance"] == pytest.approx(0.0, abs=1e-9)
    assert shifts["okx"] == pytest.approx(5.0, abs=0.01)
    assert shifts["bybit"] == pytest.approx(7.0, abs=0.01)
    assert [p.instrument.venue for p in view.parts] == ["binance", "bybit", "okx"], "the largest first"


def test_a_larger_contract_that_comes_later_is_the_reference_and_all_are_measured_from_it_at_once() -> None:
    """Binance, 5 and 7 bp above the others, is heard last; what they were off Bybit's mark says nothing of its own."""
    made = Engine([load(venue) for venue in SYMBOLS])
    made.take("all", T0, [Summed("BTC-USDT-SWAP", list(SYMBOLS))])
    market(made, "okx")
    market(made, "bybit")
    go_on(made, T0 + 10 * SECOND, "binance")
    assert part(whole(made), "okx").shift == pytest.approx(math.log(59_988 / 60_000))
    market(made, "binance")
    go_on(made, T0 + 11 * SECOND)
    shifts = {p.instrument.venue: 1e4 * (p.shift or 0.0) for p in whole(made).parts}
    assert shifts["binance"] == 0.0
    assert shifts["okx"] == pytest.approx(5.0, abs=0.01)
    assert shifts["bybit"] == pytest.approx(7.0, abs=0.01)


def test_that_a_contract_falls_silent_is_noticed_at_the_boundary_at_which_it_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """15 s after the last mark, in a leap of a replay over what was silent as live, step by step."""
    made, worked, step = three(), list[int](), Sum.step

    def noted(own: Sum, now_ns: int, pipelines: Iterable[Pipeline]) -> None:
        worked.append(now_ns - T0)
        step(own, now_ns, pipelines)

    monkeypatch.setattr(Sum, "step", noted)
    go_on(made, T0 + 10 * SECOND)
    made.advance(T0 + 50 * SECOND)
    assert [at / SECOND for at in worked if at > 11 * SECOND] == [25.25, 50.0]


def test_a_premium_is_smoothed_over_a_minute() -> None:
    """OKX leaps 10 bp: after 60 s the sum has followed by 1 − 1/e of it."""
    made = three()
    go_on(made, T0 + 10 * SECOND)
    before = part(whole(made), "okx").shift or 0.0
    for second in range(11, 72):
        at = T0 + second * SECOND
        for venue, price in MARKS.items():
            price *= math.exp(0.001) if venue == "okx" else 1.0
            tell(made, venue, at, Mark(SYMBOLS[venue], at, at, price))
    made.advance(T0 + 71 * SECOND)
    after = part(whole(made), "okx").shift or 0.0
    assert (before - after) * 1e4 == pytest.approx(10 * (1 - math.exp(-1)), abs=0.15)


def test_open_interest_is_the_sum_and_drawn_plus_undrawn_make_it_on_both_sides() -> None:
    made = three()
    go_on(made, T0 + 10 * SECOND)
    view = whole(made)
    assert view.figures.open_interest is not None
    assert view.figures.open_interest.value == pytest.approx(sum(INTEREST.values()))
    assert total(view) == pytest.approx(2 * sum(INTEREST.values()), rel=1e-5)


def test_a_venue_that_falls_silent_stays_for_15_s_then_halves_every_5_minutes_and_says_so() -> None:
    made = three()
    go_on(made, T0 + 10 * SECOND)
    fresh = part(whole(made), "bybit")
    assert (fresh.state, fresh.weight) == ("live", 1.0)
    go_on(made, T0 + 30 * SECOND, "bybit")
    stale = part(whole(made), "bybit")
    assert stale.state == "stale"
    assert stale.weight == pytest.approx(0.5 ** (5 / 300), abs=0.003), "15 s free, 5 s of fading"
    assert any("bybit fades" in words for words in whole(made).health.words)
    go_on(made, T0 + 325 * SECOND, "bybit")
    half = part(whole(made), "bybit")
    assert half.weight == pytest.approx(0.5, abs=0.01)
    own = whole(made, "bybit:BTCUSDT").map
    assert own is not None
    assert half.mass is not None
    assert half.mass.sum() == pytest.approx(own.mass.sum() / 2, rel=0.02)
    go_on(made, T0 + 30 * MINUTE, "bybit")
    gone = whole(made)
    assert part(gone, "bybit").state == "gone"
    assert part(gone, "bybit").mass is None
    assert gone.figures.open_interest is not None
    assert gone.figures.open_interest.value == pytest.approx(4_000.0)
    tell(made, "bybit", T0 + 30 * MINUTE, Mark("BTCUSDT", T0 + 30 * MINUTE, T0 + 30 * MINUTE, MARKS["bybit"]))
    made.advance(T0 + 30 * MINUTE + SECOND)
    assert part(whole(made), "bybit").weight == 1.0


def test_while_the_references_history_is_coming_the_sum_of_the_others_has_its_prices() -> None:
    """Binance has the most open interest, so the map lies around its mark before its own part of it is there."""
    made = Engine([load(venue) for venue in SYMBOLS])
    made.take("all", T0, [Summed("BTC-USDT-SWAP", list(SYMBOLS))])
    market(made, "okx")
    symbol, mark = SYMBOLS["binance"], MARKS["binance"]
    made.take("binance", T0, [Listing("binance", [listed("binance")], T0), Follow(symbol, True)])
    made.take("binance", T0, [
        Backfill(symbol, "", 0, 9), Mark(symbol, T0, T0, mark), OpenInterest(symbol, T0, T0, INTEREST["binance"]),
    ])
    made.advance(T0 + SECOND)
    view = whole(made)
    assert view.map is not None
    assert (part(view, "binance").state, part(view, "binance").mass) == ("history", None)
    assert view.figures.mark is not None
    assert view.figures.mark.value == mark
    assert view.figures.open_interest is not None
    assert view.figures.open_interest.value == INTEREST["okx"], "what is in the map"


def test_when_the_reference_falls_silent_another_takes_over_and_the_map_moves_as_a_whole() -> None:
    """Bybit has the most of those left: everything moves to its mark, 7 bp lower."""
    made = three()
    go_on(made, T0 + 10 * SECOND)
    before = whole(made)
    go_on(made, T0 + 40 * SECOND, "binance")
    after = whole(made)
    assert after.figures.mark is not None
    assert after.figures.mark.value == MARKS["bybit"]
    for venue in SYMBOLS:
        moved_by = (part(after, venue).shift or 0.0) - (part(before, venue).shift or 0.0)
        assert 1e4 * moved_by == pytest.approx(-7.0, abs=0.01)


def test_a_chosen_venue_without_the_contract_is_named_with_the_reason() -> None:
    made = three(("okx", "binance", "bybit", "gate", "kraken"))
    tell(made, "gate", T0 + SECOND, FeedStatus("gate", "gate/rest", T0, FeedState.REFUSED, "HTTP 451", T0 + MINUTE))
    made.advance(T0 + 2 * SECOND)
    gone = {one.venue: one for one in whole(made).absent}
    assert (gone["gate"].state, gone["gate"].reason, gone["gate"].retry_ns) == ("refused", "HTTP 451", T0 + MINUTE)
    assert gone["kraken"].state == "not listed"
    reliability = whole(made).health.reliability
    assert reliability is not None
    assert "missing" in [doubt.name for doubt in reliability.doubts]


def test_a_map_without_open_interest_cannot_be_added_and_says_so() -> None:
    made = Engine([load(venue) for venue in SYMBOLS])
    made.take("all", T0, [Summed("BTC-USDT-SWAP", list(SYMBOLS))])
    market(made, "okx")
    made.take("bybit", T0, [])
    market_without(made)
    made.advance(T0 + SECOND)
    view = whole(made)
    assert part(view, "bybit").state == "relative"
    assert part(view, "bybit").mass is None
    assert total(view) == pytest.approx(2 * INTEREST["okx"], rel=1e-5)


def market_without(made: Engine) -> None:
    """Bybit's trades and marks, but nothing of its open interest."""
    from liqtui.events import Follow, Listing, Trade

    one = listed("bybit")
    made.take("bybit", T0, [Listing("bybit", [one], T0), Follow(one.symbol, True), Mark(one.symbol, T0, T0, 60_000.0)])
    made.take("bybit", T0, [Trade(one.symbol, T0, T0, 60_000.0, 1.0, True, "1")])


def test_an_inverse_contract_joins_only_when_asked_its_face_divided_by_the_price() -> None:
    """60 M USD of face at 60,000 are 1,000 BTC."""
    inverse = listed("bybit").__class__(
        venue="bybit", symbol="BTCUSD", base="BTC", quote="USD", settle="BTC", kind=Kind.PERPETUAL, inverse=True,
        contract_size=1.0, tick=0.5, family="BTCUSD", index="BTCUSD", max_leverage=100.0,
    )
    made = three()
    market(made, "bybit", inverse, mark=60_000.0, interest=60e6)
    made.advance(T0 + 2 * SECOND)
    assert len(whole(made).parts) == 3
    made.take("all", T0 + 2 * SECOND, [Summed("BTC-USDT-SWAP", list(SYMBOLS), inverse=True)])
    made.advance(T0 + 3 * SECOND)
    view = whole(made)
    assert len(view.parts) == 4
    own = next(p for p in view.parts if p.instrument.inverse)
    assert own.open_interest == pytest.approx(1_000.0)
    assert total(view) == pytest.approx(2 * 7_000.0, rel=0.02), "faces of other prices are other coins"


def test_liquidations_of_all_venues_are_the_sums_own_at_the_references_prices() -> None:
    made = three()
    go_on(made, T0 + 5 * SECOND)
    at = T0 + 5 * SECOND
    for venue, symbol in SYMBOLS.items():
        tell(made, venue, at, Liquidation(symbol, at, at, Side.LONG, 2.0, 59_000.0))
    made.advance(at + SECOND)
    view = whole(made)
    assert sorted(one.venue for one in view.liquidations) == ["binance", "bybit", "okx"]
    for one in view.liquidations:
        assert one.mark == pytest.approx(MARKS["binance"], rel=1e-6)
    assert view.figures.liquidated is not None
    assert view.figures.liquidated.minute[Side.LONG] == pytest.approx(3 * 2.0 * 59_000.0)


def test_what_is_summed_no_longer_has_no_view() -> None:
    made = three()
    whole(made)
    made.take("all", T0 + SECOND, [Summed("BTC-USDT-SWAP", [])])
    made.advance(T0 + 2 * SECOND)
    made.publish()
    assert made.view("all:BTC-USDT-SWAP") is None


def test_a_replay_adds_up_every_coin_of_two_venues_unasked() -> None:
    made = Engine([load(venue) for venue in SYMBOLS], sum_all=True)
    market(made, "okx")
    assert made.sums() == ()
    market(made, "bybit")
    assert [one.name for one in made.sums()] == ["all:BTC-USDT-SWAP"]
    made.take("okx", T0, [OpenInterest("BTC-USDT-SWAP", T0, T0, 1_000.0)])
    made.advance(T0 + SECOND)
    assert len(whole(made).parts) == 2


def test_in_json_the_parts_are_the_sum_bin_by_bin_and_each_venue_says_how_it_stands() -> None:
    made = three(("okx", "binance", "bybit", "kraken"))
    go_on(made, T0 + 30 * SECOND, "bybit")
    out = json.loads(export.view_to_json_text(whole(made), parts=True))
    longs = np.array([part["long"] for part in out["parts"]])
    shorts = np.array([part["short"] for part in out["parts"]])
    np.testing.assert_allclose(longs.sum(axis=0), out["bins"]["long"], rtol=1e-6, atol=1e-6 * longs.max())
    np.testing.assert_allclose(shorts.sum(axis=0), out["bins"]["short"], rtol=1e-6, atol=1e-6 * shorts.max())
    rows = {row["name"]: row for row in out["venues"]}
    assert list(rows) == ["binance", "bybit", "okx", "kraken"]
    assert (rows["okx"]["state"], rows["bybit"]["state"], rows["kraken"]["state"]) == ("live", "stale", "not listed")
    assert rows["okx"]["shift_bp"] == pytest.approx(5.0, abs=0.01)
    assert rows["bybit"]["age_s"] == 30.0
    assert rows["kraken"]["long"] is None
    drawn = sum(row["long"] for row in rows.values() if row["long"] is not None)
    assert drawn == pytest.approx(sum(out["bins"]["long"]), rel=1e-6)
    assert export.missing(whole(made), ("joined",)) == "bybit is stale: its price is not reported any more"


def test_a_venue_that_has_not_said_what_it_lists_is_on_its_way() -> None:
    made = three(("okx", "binance", "bybit", "gate"))
    assert [(one.venue, one.state) for one in whole(made).absent] == [("gate", "connecting")]


def test_an_order_over_all_books_never_costs_less_than_nothing() -> None:
    """OKX's book leaps 10 bp ahead of its smoothed premium: its bids would lie above everybody's asks. Each book's mid
    is laid on the largest's instead: 10 coins at 1 USD from the mid of 60,030 are 0.17 bp for 100 k dollars."""
    made = three()
    go_on(made, T0 + 10 * SECOND)
    at, price = T0 + 10 * SECOND, MARKS["okx"] * math.exp(0.001)
    bids, asks = [Level(price - 1, 10.0)], [Level(price + 1, 10.0)]
    tell(made, "okx", at, BookDelta("BTC-USDT-SWAP", at, at, bids, asks, 1.0, True, 2, -1))
    made.advance(at + SECOND)
    slippage = whole(made).slippage
    assert slippage is not None
    small = slippage.fills[0]
    assert small.usd == 1e5
    for cost in (small.buy_pct, small.sell_pct):
        assert cost == pytest.approx(100 / 60_030, rel=1e-3)
