"""Liquidation prices follow from each position's own cash; the numbers below are done by hand."""

import numpy as np
import pytest
from sim_scene import START_NS

from liqtui.sim.contracts import LIQUIDATION_FEE, contracts
from liqtui.sim.cross import CrossAccounts
from liqtui.sim.houses import OKX
from liqtui.sim.margin import bankruptcy_price, liquidation_price
from liqtui.sim.positions import Opening, Positions, Reason

LONG, SHORT = 1.0, -1.0
NEVER_NS = 2**62


def price(sign: float, base: float, entry: float, margin: float, maintenance: float) -> float:
    s, q, e, c, m = (np.array([x]) for x in (sign, base, entry, margin, maintenance))
    return float(liquidation_price(s, q, e, c, m)[0])


def test_a_ten_times_long_is_liquidated_where_its_equity_is_the_requirement() -> None:
    # 2 BTC at 60,000 with 12,000 of margin; m = 0.4 %, f = 0.05 %: 60,000·0.9 / (1 − 0.0045) = 54,244.098
    assert price(LONG, 2.0, 60_000, 12_000, 0.004) == pytest.approx(54_000 / 0.9955)
    # and there: 12,000 + 2·(54,244.098 − 60,000) = 488.197 = 0.0045·2·54,244.098
    there = 54_000 / 0.9955
    assert 12_000 + 2 * (there - 60_000) == pytest.approx(0.0045 * 2 * there)


def test_a_hundred_times_short_is_liquidated_half_a_percent_above() -> None:
    # 60,000·1.01 / 1.0045 = 60,328.52
    assert price(SHORT, 1.0, 60_000, 600, 0.004) == pytest.approx(60_328.522, abs=1e-3)


def test_an_unlevered_long_is_never_liquidated() -> None:
    assert price(LONG, 1.0, 60_000, 60_000, 0.004) == 0.0


def test_bankruptcy_lies_beyond_liquidation() -> None:
    sign, base, entry, margin = (np.array([x]) for x in (LONG, 2.0, 60_000.0, 12_000.0))
    assert float(bankruptcy_price(sign, base, entry, margin)[0]) == 54_000.0


def opening(sign: float, lots: float, entry: float, margin: float, **changes: float) -> Opening:
    away, home = (0.0, np.inf) if sign > 0 else (np.inf, 0.0)
    values = {
        "contract": 0, "sign": sign, "lots": lots, "entry": entry, "margin": margin, "leverage": 10.0,
        "maintenance": 0.004, "liquidation": 0.0, "stop": away, "take": home, "topup": away, "extra": 0.0,
        "opened_ns": START_NS, "close_ns": NEVER_NS, "hedged": False,
    } | changes
    whole = {"contract": np.int64, "opened_ns": np.int64, "close_ns": np.int64, "hedged": np.bool_}
    return Opening(**{k: np.array([v], dtype=whole.get(k, np.float64)) for k, v in values.items()})


@pytest.fixture
def table() -> Positions:
    return Positions(contracts(START_NS), 4, OKX.rule(contracts(START_NS)))


def at(mark: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.full(6, mark)


def test_a_position_lives_a_tick_before_its_price_and_ends_on_it(table: Positions) -> None:
    table.open(opening(LONG, 20_000, 60_000, 12_000))  # 20,000 lots of 0.0001 BTC
    assert len(table.sweep(at(54_244.2), at(54_244.2), START_NS).lots) == 0
    gone = table.sweep(at(54_244.0), at(54_244.0), START_NS)
    assert gone.reason.tolist() == [Reason.LIQUIDATED]
    assert gone.lots.tolist() == [20_000]
    assert len(table.open_rows) == 0


def test_a_stop_comes_before_liquidation_and_a_target_on_the_other_side(table: Positions) -> None:
    table.open(opening(LONG, 100, 60_000, 60, stop=57_000, take=63_000))
    table.open(opening(LONG, 100, 60_000, 60, take=63_000))
    assert table.sweep(at(56_999), at(60_000), START_NS).reason.tolist() == [Reason.STOPPED]
    assert table.sweep(at(60_000), at(63_000), START_NS).reason.tolist() == [Reason.TAKEN]


def test_added_margin_moves_the_liquidation_away_once(table: Positions) -> None:
    table.open(opening(LONG, 20_000, 60_000, 12_000, topup=56_000, extra=6_000))
    assert len(table.sweep(at(55_900), at(55_900), START_NS).lots) == 0
    # 18,000 of margin on 2 BTC: (120,000 − 18,000) / (2·0.9955) = 51,230.54
    assert float(table.liquidation[table.open_rows][0]) == pytest.approx(51_230.537, abs=1e-3)
    assert table.sweep(at(51_230), at(51_230), START_NS).reason.tolist() == [Reason.LIQUIDATED]


def test_funding_paid_brings_a_longs_liquidation_nearer_and_a_shorts_farther(table: Positions) -> None:
    table.open(opening(LONG, 10_000, 60_000, 6_000))
    table.open(opening(SHORT, 10_000, 60_000, 6_000))
    before = table.liquidation[table.open_rows].copy()
    rates = np.array([0.0001, 0, 0, 0, 0, 0])
    table.pay_funding(rates, at(60_000))  # 0.01 % of 60,000: 6 a side
    after = table.liquidation[table.open_rows]
    moved = 6.0 / np.array([1 - 0.0045, 1 + 0.0045])
    assert after - before == pytest.approx(moved)


def test_hedgers_are_never_liquidated(table: Positions) -> None:
    table.open(opening(SHORT, 100, 60_000, 60, hedged=True))
    assert len(table.sweep(at(60_000), at(6_000_000), START_NS).lots) == 0


def test_a_cross_account_is_taken_with_both_legs_where_their_sum_fails() -> None:
    six = contracts(START_NS)
    accounts = CrossAccounts((six[0], six[3]), 1, np.random.default_rng(0), OKX.rule(six))
    while accounts.lots[0, 0] == 0:
        accounts.open_some(np.array([60_000.0, 2_700.0]), 10.0, START_NS)
    marks = np.array([60_000.0, 2_700.0])
    nearest = accounts.liquidation_prices(marks)[0, 0]
    base = accounts.lots[:, 0] * np.array([0.0001, 0.001])
    moved = np.array([nearest, 2_700.0])
    equity = accounts.margin[0] + float((accounts.sign[:, 0] * base * (moved - marks)).sum())
    required = float(((accounts.maintenance[:, 0] + LIQUIDATION_FEE) * base * moved).sum())
    assert equity == pytest.approx(required)
    safe = nearest + accounts.sign[0, 0]  # a dollar on the good side
    assert accounts.sweep(np.array([[safe], [2_700.0]]), START_NS) is None
    gone = accounts.sweep(np.array([[nearest - accounts.sign[0, 0]], [2_700.0]]), START_NS)
    assert gone is not None
    assert gone.lots.shape == (2, 1)
    assert gone.reason.tolist() == [Reason.LIQUIDATED]
