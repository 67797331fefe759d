"""Positions near their liquidation close sooner: how much sooner, and that every unit of it is booked."""

import numpy as np
import pytest

from liqtui.events import Side, TierUnit
from liqtui.liqmap.books import NEVER
from liqtui.liqmap.closing import CHOSEN, REACH, UNIFORM, Closing
from liqtui.liqmap.grid import WIDTH
from liqtui.liqmap.ladder import Ladder
from liqtui.liqmap.margin import MarginRule, Schedule
from liqtui.liqmap.stock import Stock

RULE = MarginRule(False, 0.01, Schedule.flat(0.004), TierUnit.CONTRACTS, 0.0, 60_000.0, False)
LADDER = Ladder.of(RULE, 125.0)


def lived(closing: Closing, bars: int = 60) -> Stock:
    """A stock after a walk of minutes in which 0.5 % of open interest turned over each."""
    stock = Stock(LADDER, 60_000.0, churn=1.0, closing=closing)
    stock.report(10_000.0)
    generator, price = np.random.default_rng(5), 60_000.0
    for _ in range(bars):
        close = price * float(np.exp(generator.normal(0.0, 0.001)))
        stock.bar(price, max(price, close) * 1.0005, min(price, close) * 0.9995, close, 50.0, 0.0)
        price = close
    return stock


def test_the_hazard_falls_with_distance_and_ends_where_it_says() -> None:
    excess = CHOSEN.excess(WIDTH)
    assert len(excess) == round(REACH / WIDTH)
    assert (np.diff(excess) < 0.0).all()
    # 0.04 · (1 / (0.01 + 0.005) − 1 / 0.105) = 2.286 at 1 % from liquidation.
    assert excess[20] == pytest.approx(2.286, rel=0.03)
    assert excess[-1] == pytest.approx(0.0, abs=0.003)
    assert len(UNIFORM.excess(WIDTH)) == 0


@pytest.mark.parametrize("closing", [UNIFORM, CHOSEN], ids=["uniform", "near first"])
def test_every_unit_is_booked(closing: Closing) -> None:
    stock = lived(closing)
    assert stock.books().balance == pytest.approx(stock.held(), abs=1e-5 * 10_000.0)
    assert stock.held().min() >= 0.0


def test_those_near_liquidation_go_first_and_those_far_away_stay() -> None:
    even, near = lived(UNIFORM).held(), lived(CHOSEN).held()
    for side in Side:
        ratio = near[side, :NEVER] / even[side, :NEVER]
        assert ratio[0] == pytest.approx(1.0, abs=1e-3)  # 2×: half the price away
        assert ratio[18] < 0.92  # 51×, 1.6 % away
        assert near[side, NEVER] == pytest.approx(even[side, NEVER], rel=1e-3)


BRIEF = Closing(brief=0.1)


def test_high_leverage_is_held_for_a_shorter_time_by_the_distance_at_the_opening() -> None:
    """0.1 · (1/(d + 0.005) − 1/0.305) at 0.6 %, 3.7 % and 10.1 %, those of 100×, 25× and 10×; nothing from 30 % on."""
    more = BRIEF.briefness(np.array([0.006, 0.037, 0.101, 0.3, 0.7]))
    assert more == pytest.approx([8.76, 2.05, 0.616, 0.0, 0.0], abs=0.01)
    assert len(UNIFORM.briefness(np.array([0.006]))) == 0


def test_high_rungs_close_sooner_wherever_price_is_and_every_unit_is_booked() -> None:
    even, brief = lived(UNIFORM), lived(BRIEF)
    assert brief.books().balance == pytest.approx(brief.held(), abs=1e-5 * 10_000.0)
    ratio = brief.held() / even.held()
    for side in Side:
        # Beyond 40× the walk sweeps; who is left there is young, and has had less time to close.
        assert (np.diff(ratio[side, :17]) <= 1e-9).all(), "the higher the leverage the less is left"
        assert ratio[side, 0] == pytest.approx(1.0, abs=1e-3)  # 2×
        assert ratio[side, 16] < 0.85  # 36×
        assert ratio[side, NEVER] == pytest.approx(1.0, rel=1e-3)
    closed = brief.books().closed - even.books().closed
    assert (closed[:, 10:NEVER].sum(axis=1) > 0.0).all(), "they closed, and were not liquidated"


def test_what_is_drawn_stays_within_the_open_interest() -> None:
    stock = lived(CHOSEN)
    assert stock.overdrawn == 0
    assert max(stock.drawn()) < 10_000.0


def test_a_spread_kernel_keeps_its_place_and_its_mass() -> None:
    wide = Ladder.of(RULE, 125.0, spread=0.001)
    assert wide.taps.sum(axis=2) == pytest.approx(np.ones(wide.taps.shape[:2]))
    taps = np.arange(wide.taps.shape[2])
    for side in Side:
        middle = wide.offsets[side] + (wide.taps[side] * taps).sum(axis=1)
        sharp = LADDER.offsets[side] + (LADDER.taps[side] * np.arange(LADDER.taps.shape[2])).sum(axis=1)
        assert middle == pytest.approx(sharp, abs=0.05)
    assert (wide.taps > 0.0).sum(axis=2).min() >= 4  # ±0.1 % is four bins of 5 bp


def test_the_slow_closing_of_live_reports_comes_to_the_same_as_that_of_bars() -> None:
    def after(reports: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
        stock = Stock(LADDER, 60_000.0, churn=1.0, closing=CHOSEN)
        stock.report(10_000.0)
        stock.bar(60_000.0, 60_030.0, 59_970.0, 60_000.0, 400.0, 0.0)
        for _ in range(reports):
            stock.bar(60_000.0, 60_030.0, 59_970.0, 60_000.0, 400.0 / reports, 0.0)
        return stock.held()

    assert after(400)[:, :NEVER] == pytest.approx(after(4)[:, :NEVER], rel=0.02)
