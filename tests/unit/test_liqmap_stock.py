"""The stock, a step at a time: who is liquidated, who closes, who opens."""

import math

import numpy as np
import pytest

from liqtui.events import Side, TierUnit
from liqtui.liqmap import rows
from liqtui.liqmap.books import NEVER
from liqtui.liqmap.grid import WIDTH, Floats, bin_of
from liqtui.liqmap.ladder import RUNGS, Ladder, leverages
from liqtui.liqmap.margin import MarginRule, Schedule
from liqtui.liqmap.stock import HistoryBar, Stock

RULE = MarginRule(False, 0.01, Schedule.flat(0.004), TierUnit.CONTRACTS, 0.0, 60_000.0, False)
LADDER = Ladder.of(RULE, 125.0)
NONE = np.empty(0)


def stock(price: float = 60_000.0, *, interest: float | None = 10_000.0, churn: float = 0.2) -> Stock:
    new = Stock(LADDER, price, churn=churn)
    if interest is not None:
        new.report(interest)
    return new


def trades(*pairs: tuple[float, float]) -> tuple[Floats, Floats]:
    prices, sizes = zip(*pairs, strict=True)
    return np.array(prices, dtype=float), np.array(sizes, dtype=float)


def liquidation_price(side: Side, leverage: float, entry: float) -> float:
    s = 1.0 if side is Side.LONG else -1.0
    return entry * (1.0 - s / leverage) / (1.0 - s * 0.004)


def mass_between(s: Stock, side: Side, low: float, high: float, rung: int | None = None) -> float:
    first = bin_of(low)
    profile = s.by_rung(first, bin_of(high) - first + 1)
    mass = profile.mass[side] if rung is None else profile.mass[side, rung]
    return float(mass.sum(dtype=float))


def test_one_trade_opens_a_long_and_a_short_of_half_its_turnover() -> None:
    s = stock(interest=10_000.0)
    s.step(60_000, 60_000, 60_000, *trades((60_000.0, 100.0)))
    # χV/2 = 0.2 · 100 / 2 = 10 opened on each side, as many closed; the shares left are next to 1.
    books = s.books()
    assert books.opened == pytest.approx(np.full((2, RUNGS + 1), 10.0))
    longs, shorts = s.drawn()
    assert longs == pytest.approx(0.7 * 10.0, rel=1e-3)
    assert shorts == pytest.approx(0.7 * 10.0, rel=1e-3)


@pytest.mark.parametrize("side", Side)
def test_a_rung_is_drawn_at_its_liquidation_price(side: Side) -> None:
    s = stock()
    s.step(60_000, 60_000, 60_000, *trades((60_000.0, 100.0)))
    for rung, leverage in enumerate(leverages(125.0)):
        price = liquidation_price(side, float(leverage), 60_000.0)
        around = mass_between(s, side, price * (1 - 2 * WIDTH), price * (1 + 2 * WIDTH), rung)
        assert around == pytest.approx(float(s.held()[side, rung] * s.weights[side, rung]), rel=1e-6)


def test_the_mark_liquidates_longs_at_and_above_its_low_and_nothing_else() -> None:
    s = stock()
    s.step(60_000, 60_000, 60_000, *trades((60_000.0, 1_000.0)))
    before = s.held()
    low = 60_000 * 0.985
    swept = s.step(low, 60_000, low, NONE, NONE)
    for rung, leverage in enumerate(leverages(125.0)):
        hit = bin_of(liquidation_price(Side.LONG, float(leverage), 60_000.0)) >= bin_of(low) + 1
        safe = bin_of(liquidation_price(Side.LONG, float(leverage), 60_000.0)) < bin_of(low) - 1
        if hit:
            assert swept[Side.LONG, rung] == pytest.approx(before[Side.LONG, rung])
        if safe:
            assert swept[Side.LONG, rung] == 0.0
    assert not swept[Side.SHORT].any()


def test_falling_back_does_not_bring_the_liquidated_back() -> None:
    s = stock()
    s.step(60_000, 60_000, 60_000, *trades((60_000.0, 1_000.0)))
    s.step(57_000, 60_000, 57_000, NONE, NONE)
    s.step(57_000, 60_000, 60_000, NONE, NONE)
    assert mass_between(s, Side.LONG, 57_000, 61_000) == 0.0
    again = s.step(57_000, 60_000, 57_000, NONE, NONE)
    assert not again[Side.LONG].any()


def test_a_position_opened_beyond_its_liquidation_price_is_gone_at_once() -> None:
    # Bought at 61,000 while the mark is 60,000: a 125× long from 61,000 is liquidated at 60,755, above the mark.
    s = stock()
    s.step(60_000, 60_000, 60_000, *trades((61_000.0, 100.0)))
    assert s.held()[Side.LONG, RUNGS - 1] == pytest.approx(0.0, abs=1e-12)
    assert s.held()[Side.LONG, 0] == pytest.approx(10.0, rel=1e-2)
    assert mass_between(s, Side.LONG, 60_000, 70_000) == 0.0


@pytest.mark.parametrize("change", [-60.0, -10.0, 0.0, 10.0, 60.0])
def test_a_report_makes_opens_and_closes_exactly_what_the_rule_says(change: float) -> None:
    s = stock(interest=10_000.0)
    for _ in range(5):
        s.step(60_000, 60_000, 60_000, *trades((60_000.0, 30.0), (60_010.0, 10.0)))
    before = s.interest or 0.0
    s.report(before + change)
    # V = 200, χV = 40, T = max(40, |ΔOI|)
    turnover = max(40.0, abs(change))
    books = s.books()
    for side in Side:
        assert books.opened[side] == pytest.approx(np.full(RUNGS + 1, (turnover + change) / 2))
    assert s.interest == before + change


def test_rising_and_falling_open_interest_treat_both_sides_alike() -> None:
    for change in (-30.0, 25.0):
        s = stock(interest=10_000.0)
        s.step(60_000, 60_000, 60_000, *trades((60_000.0, 100.0)), interest=10_000.0 + change)
        books = s.books()
        assert books.opened[Side.LONG] == pytest.approx(books.opened[Side.SHORT])
        assert books.closed[Side.LONG] == pytest.approx(books.closed[Side.SHORT])


def test_open_interest_that_halves_without_trades_closes_half_of_everything() -> None:
    s = stock(interest=10_000.0)
    s.step(60_000, 60_000, 60_000, *trades((60_000.0, 1_000.0)), interest=10_000.0)
    before = s.drawn()
    s.report(5_000.0)
    assert s.drawn() == pytest.approx((before[0] / 2, before[1] / 2))


def test_open_interest_that_grows_without_trades_is_opened_at_the_mark() -> None:
    s = stock(interest=10_000.0)
    s.report(10_100.0)
    assert s.books().opened[:, 0] == pytest.approx([100.0, 100.0])
    assert s.drawn() == pytest.approx((70.0, 70.0))


def test_liquidations_beyond_the_closes_are_matched_by_openings_on_that_side() -> None:
    s = stock(interest=10_000.0)
    s.step(60_000, 60_000, 60_000, *trades((60_000.0, 20_000.0)), interest=10_000.0)
    start = s.books()
    # A fall of 10 % liquidates far more longs than the 2 units the next trades would close.
    swept = s.step(54_000, 60_000, 54_000, *trades((54_000.0, 20.0)), interest=10_000.0)
    forced = float((swept[Side.LONG] * s.weights[Side.LONG]).sum())
    assert forced > 100.0
    end = s.books()
    # ΔOI = 0, T = 4: opens 2 and closes 2, of which forced ≥ 100: voluntary 0, opens 2 + (forced − 2) = forced.
    assert end.opened[Side.LONG, NEVER] - start.opened[Side.LONG, NEVER] == pytest.approx(forced)
    assert end.opened[Side.SHORT, NEVER] - start.opened[Side.SHORT, NEVER] == pytest.approx(2.0)
    assert end.closed[Side.LONG, NEVER] - start.closed[Side.LONG, NEVER] == pytest.approx(0.0, abs=1e-6)


def test_drawn_and_undrawn_are_the_open_interest() -> None:
    s = stock(interest=10_000.0)
    s.step(60_000, 60_000, 60_000, *trades((60_000.0, 5_000.0)), interest=10_200.0)
    undrawn = s.undrawn()
    assert undrawn is not None
    for drawn, rest in zip(s.drawn(), undrawn, strict=True):
        assert drawn + rest == pytest.approx(10_200.0, rel=1e-9)


def test_new_weights_reweigh_old_stock_at_once() -> None:
    s = stock()
    s.step(60_000, 60_000, 60_000, *trades((60_000.0, 1_000.0)))
    weights = np.zeros(RUNGS)
    weights[3] = 0.5
    s.weights = weights
    profile = s.by_rung(bin_of(30_000), 3_000)
    assert profile.mass[:, [r for r in range(RUNGS) if r != 3]].sum() == 0.0
    assert s.drawn()[0] == pytest.approx(0.5 * s.held()[0, 3])


def test_weights_that_leave_nothing_for_the_never_liquidated_are_refused() -> None:
    with pytest.raises(ValueError, match="shares"):
        stock().weights = np.full(RUNGS, 1.0 / RUNGS)


def test_new_weights_may_not_draw_more_than_is_open() -> None:
    s = stock(interest=100.0, churn=1.0)
    for _ in range(200):
        s.step(60_000, 60_000, 60_000, *trades((60_000.0, 100.0)), interest=100.0)
    s.step(54_000, 60_000, 54_000, *trades((54_000.0, 2.0)), interest=50.0)
    low = np.zeros(RUNGS)
    low[0] = 0.98
    s.weights = low
    assert s.drawn()[0] <= 50.0 * (1 + 1e-6)


def test_without_open_interest_the_stock_is_relative_and_halves_in_a_day() -> None:
    s = stock(interest=None)
    s.step(60_000, 60_000, 60_000, *trades((60_000.0, 100.0)))
    assert s.relative
    assert s.undrawn() is None
    start = s.drawn()
    for _ in range(24):
        s.step(60_000, 60_000, 60_000, NONE, NONE, seconds=3_600.0)
    assert s.drawn() == pytest.approx((start[0] / 2, start[1] / 2), rel=1e-6)


def test_the_first_report_keeps_what_was_seen_and_leaves_the_rest_undrawn() -> None:
    s = stock(interest=None)
    s.step(60_000, 60_000, 60_000, *trades((60_000.0, 100.0)))
    s.report(10_000.0)
    assert not s.relative
    assert s.drawn()[0] == pytest.approx(7.0, rel=1e-4)
    assert (s.undrawn() or (0.0, 0.0))[0] == pytest.approx(9_993.0, rel=1e-4)


def test_seeding_lays_the_first_open_interest_over_the_profile_before_it() -> None:
    s = stock(interest=None)
    flat = (60_000.0, 60_050.0, 59_950.0, 60_000.0)
    s.seed([HistoryBar(flat, 500.0), HistoryBar(flat, 700.0)], 20_000.0)
    assert s.seeded
    assert s.interest == 20_000.0
    assert s.held()[:, NEVER] == pytest.approx([20_000.0, 20_000.0])
    assert s.drawn() == pytest.approx((14_000.0, 14_000.0), rel=1e-3)


def test_seeding_leaves_out_what_the_path_has_liquidated_since() -> None:
    s = stock(interest=None)
    fall = (60_000.0, 60_000.0, 54_000.0, 54_000.0)
    s.seed([HistoryBar((60_000.0, 60_050.0, 59_950.0, 60_000.0), 500.0), HistoryBar(fall, 1.0)], 20_000.0)
    assert s.drawn()[Side.LONG] < 0.95 * s.drawn()[Side.SHORT]
    assert mass_between(s, Side.LONG, 54_000, 60_000) == 0.0


def test_a_stock_without_history_before_it_is_not_called_seeded() -> None:
    s = stock(interest=None)
    s.seed([], 1_000.0)
    assert not s.seeded
    assert s.undrawn() == (1_000.0, 1_000.0)


def test_settlement_ends_everything_neither_closed_nor_liquidated() -> None:
    s = stock()
    s.step(60_000, 60_000, 60_000, *trades((60_000.0, 1_000.0)), interest=10_050.0)
    before, held = s.books(), s.held()
    s.settle()
    after = s.books()
    assert not s.held().any()
    assert s.drawn() == (0.0, 0.0)
    assert after.settled == pytest.approx(held)
    assert after.closed == pytest.approx(before.closed)
    assert after.consumed == pytest.approx(before.consumed)


def test_what_lies_beyond_the_profile_is_counted_outside() -> None:
    s = stock()
    s.step(60_000, 60_000, 60_000, *trades((60_000.0, 1_000.0)))
    near = s.by_rung(bin_of(58_000), bin_of(62_000) - bin_of(58_000))
    for side in Side:
        assert near.outside[side] > 0.0
        assert float(near.mass[side].sum(dtype=float)) + near.outside[side] == pytest.approx(s.drawn()[side], rel=1e-6)


def test_a_price_that_travels_far_takes_its_window_along_and_counts_what_it_leaves() -> None:
    s = Stock(LADDER, 60_000.0, size=4_000)
    s.report(10_000.0)
    s.step(60_000, 60_000, 60_000, *trades((60_000.0, 10_000.0)), interest=10_000.0)
    held = s.held()[Side.LONG, 0]
    price = 60_000.0
    while price < 600_000.0:
        s.step(price, price * 1.01, price * 1.01, NONE, NONE)
        price *= 1.01
    books = s.books()
    assert books.slid[Side.LONG, 0] == pytest.approx(held, rel=1e-4)
    assert books.balance == pytest.approx(s.held(), abs=0.1)
    assert (s.undrawn() or (0, 0))[Side.LONG] == pytest.approx(10_000.0, rel=1e-6)


def test_a_trade_absurdly_far_from_the_mark_is_open_but_not_drawn() -> None:
    s = stock()
    s.step(60_000, 60_000, 60_000, *trades((60_000.0, 10.0), (0.01, 10.0), (1e9, 10.0)))
    books = s.books()
    assert books.slid[:, :NEVER] == pytest.approx(np.full((2, RUNGS), 2.0), rel=1e-3)
    assert books.balance == pytest.approx(s.held(), abs=1e-6)


def test_the_same_calls_give_the_same_bytes() -> None:
    def run() -> bytes:
        rng = np.random.default_rng(7)
        s = stock()
        price = 60_000.0
        for i in range(100):
            after = price * math.exp(rng.normal(0.0, 0.001))
            prices = price * np.exp(rng.normal(0.0, 0.0005, 50))
            report = 10_000.0 + rng.normal() if i % 7 == 0 else None
            s.step(min(price, after), max(price, after), after, prices, rng.exponential(1.0, 50), interest=report)
            price = after
        return s.state_bytes()

    assert run() == run()


def test_long_kernels_open_bin_by_bin_to_the_same_stock(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = Schedule(np.array([0.0, 200.0]), np.array([0.004, 0.02]), np.zeros(2), np.array([125.0, 50.0]))
    ladder = Ladder.of(MarginRule(False, 0.01, steps, TierUnit.CONTRACTS, 0.0, 60_000.0, False), 125.0)
    profiles = []
    for longest in (0, 10_000):
        monkeypatch.setattr(rows, "_LONG_KERNEL", longest)
        s = Stock(ladder, 60_000.0)
        s.report(10_000.0)
        s.step(60_000, 60_000, 60_000, *trades((60_000.0, 10.0), (60_100.0, 0.5), (59_800.0, 3.0)))
        profiles.append(s.by_rung(bin_of(30_000), 3_000).mass)
    assert profiles[0] == pytest.approx(profiles[1], rel=1e-6)
    assert profiles[0].any()


def test_looking_does_not_change_the_stock() -> None:
    s = stock()
    s.step(60_000, 60_000, 60_000, *trades((60_000.0, 100.0)))
    before = s.state_bytes()
    s.by_rung(bin_of(50_000), 1_000)
    s.books()
    s.drawn()
    assert s.state_bytes() == before


# --- bars -------------------------------------------------------------------------------------------------------


def test_a_bar_opens_along_its_whole_path() -> None:
    s = stock(churn=0.2)
    s.bar(60_000, 60_300, 59_900, 60_200, 100.0, 0.0)
    assert s.books().opened == pytest.approx(np.full((2, RUNGS + 1), 10.0))
    shorts_2x = s.by_rung(bin_of(80_000), 2_000).mass[Side.SHORT, 0]
    spread = np.flatnonzero(shorts_2x)
    # 59,900 … 60,300 are 13.3 bins; a tap more for the kernel
    assert 13 <= spread[-1] - spread[0] <= 15


def test_longs_opened_on_the_way_down_are_caught_by_the_same_bar() -> None:
    s = stock()
    swept = s.bar(60_000, 60_000, 57_000, 57_000, 1_000.0, 0.0)
    # A 125× long is liquidated 0.4 % below entry: only the last 0.4 % of a 5 % fall survive.
    assert swept[Side.LONG, -1] == pytest.approx(100.0 * (1 - 0.4 / 5.1), rel=0.02)
    assert not swept[Side.SHORT].any()


def test_shorts_of_a_falling_bar_survive_its_start() -> None:
    # Shorts opened near the low have their liquidation below the bar's open, which the price left before.
    s = stock()
    s.bar(60_000, 60_000, 57_000, 57_000, 1_000.0, 0.0)
    assert mass_between(s, Side.SHORT, 57_100, 59_900) > 0.0


def test_a_bar_takes_the_nearer_extreme_first() -> None:
    # Up 0.5 % first, then down 5 %: longs opened at the top are caught; the reverse order would leave them.
    s = stock()
    s.bar(60_000, 60_300, 57_000, 60_000, 1_000.0, 0.0)
    # After the fall the price returns to its open: no short below it survives.
    assert mass_between(s, Side.SHORT, 50_000, 59_900) == 0.0
    assert mass_between(s, Side.LONG, 60_000, 70_000) == 0.0


def test_the_mark_decides_not_the_last_price() -> None:
    # The last price spikes to 55,000, the mark only to 59,000.
    spike, calm = stock(), stock()
    for s in (spike, calm):
        s.step(60_000, 60_000, 60_000, *trades((60_000.0, 1_000.0)), interest=10_000.0)
    taken = spike.bar(60_000, 60_000, 55_000, 60_000, 1.0, 0.0)
    spared = calm.bar(60_000, 60_000, 55_000, 60_000, 1.0, 0.0, (60_000, 60_000, 59_000, 60_000))
    assert spared[Side.LONG].sum() < 0.7 * taken[Side.LONG].sum()
    assert mass_between(calm, Side.LONG, 55_000, 58_900) > 0.0


def test_minutes_without_open_interest_are_made_right_by_the_hours_report() -> None:
    s = stock(interest=10_000.0)
    for _ in range(60):
        s.bar(60_000, 60_010, 59_990, 60_000, 100.0)
    s.report(10_400.0)
    # V = 6,000, χV = 1,200, ΔOI = 400: opens 800
    assert s.books().opened == pytest.approx(np.full((2, RUNGS + 1), 800.0))


def test_a_day_that_turns_open_interest_over_many_times_keeps_no_more_than_there_is() -> None:
    s = stock(interest=1_000.0)
    s.bar(60_000, 60_100, 59_900, 60_000, 100_000.0, 0.0)
    # χV/2 = 10,000 opened and closed against 1,000 open
    assert s.held()[:, NEVER] == pytest.approx([1_000.0, 1_000.0], rel=1e-3)
    assert s.overdrawn == 0
