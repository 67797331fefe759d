"""Liquidation prices: every number here is worked out by hand in the comment beside it."""

import numpy as np
import pytest

from liqtui.events import Side, Tier, Tiers, TierUnit
from liqtui.instruments import Instrument, Kind
from liqtui.liqmap.margin import MarginRule, Schedule, hyperliquid, inverse, linear


def instrument(*, inverse: bool = False, contract_size: float = 0.01) -> Instrument:
    return Instrument(
        venue="okx", symbol="BTC-USDT-SWAP", base="BTC", quote="USDT", settle="USDT", kind=Kind.PERPETUAL,
        inverse=inverse, contract_size=contract_size, tick=0.1, family="BTC-USDT", index="BTC-USDT", max_leverage=100.0,
    )


def tiers(*steps: tuple[float, float, float, float], amounts: tuple[float, ...] = ()) -> Tiers:
    """(floor, cap, maintenance, max leverage) per tier; with amounts counted in value, as Binance does."""
    given = amounts or (0.0,) * len(steps)
    unit = TierUnit.VALUE if amounts else TierUnit.CONTRACTS
    steps_of = [Tier(*step, amount) for step, amount in zip(steps, given, strict=True)]
    return Tiers("BTC-USDT", False, steps_of, unit=unit)


@pytest.mark.parametrize(
    ("leverage", "away_pct"),
    [
        (100.0, 0.602),  # 1 − 0.99 / 0.996 = 0.0060241
        (50.0, 1.606),  # 1 − 0.98 / 0.996 = 0.0160643
        (25.0, 3.614),  # 1 − 0.96 / 0.996 = 0.0361446
        (10.0, 9.639),  # 1 − 0.90 / 0.996 = 0.0963855
    ],
)
def test_long_at_point_four_percent_maintenance(leverage: float, away_pct: float) -> None:
    price = float(linear(Side.LONG, 100.0, leverage, 0.004))
    assert 100.0 - price == pytest.approx(away_pct, abs=0.0005)


def test_forgetting_maintenance_would_put_a_100x_long_one_percent_away() -> None:
    assert float(linear(Side.LONG, 100.0, 100.0, 0.0)) == pytest.approx(99.0)


def test_linear_short_is_liquidated_above_entry() -> None:
    # 100 · 1.01 / 1.004 = 100.597610
    assert float(linear(Side.SHORT, 100.0, 100.0, 0.004)) == pytest.approx(100.597610, abs=1e-6)


def test_binance_linear_counts_the_maintenance_amount() -> None:
    # 2 BTC at 60,000, 20×, m = 1 %, cum = 300 USDT: cum/q = 150.
    # long: (60,000 · 0.95 − 150) / 0.99 = 56,850 / 0.99; short: (60,000 · 1.05 + 150) / 1.01 = 63,150 / 1.01
    assert float(linear(Side.LONG, 60_000.0, 20.0, 0.01, 300.0 / 2.0)) == pytest.approx(56_850 / 0.99)
    assert float(linear(Side.SHORT, 60_000.0, 20.0, 0.01, 300.0 / 2.0)) == pytest.approx(63_150 / 1.01)


def test_okx_inverse_is_its_own_formula() -> None:
    # m + f = 0.4 % + 0.05 %, 10×, entry 50,000
    # long: 50,000 · 1.0045 / 1.1 = 45,659.09; short: 50,000 · 0.9955 / 0.9 = 55,305.56
    assert float(inverse(Side.LONG, 50_000.0, 10.0, 0.0045)) == pytest.approx(45_659.0909, abs=1e-3)
    assert float(inverse(Side.SHORT, 50_000.0, 10.0, 0.0045)) == pytest.approx(55_305.5556, abs=1e-3)


def test_inverse_with_cum_in_coin() -> None:
    # 100,000 USD at 50,000 (2 coins), 20×, m = 1 %, cum = 0.01 coin: cum·E/Q = 0.01 · 50,000 / 100,000 = 0.005
    # long: 50,000 · 1.01 / (1 + 0.05 + 0.005) = 50,500 / 1.055; short: 50,000 · 0.99 / (1 − 0.05 − 0.005)
    per_face = 0.01 / 100_000.0
    assert float(inverse(Side.LONG, 50_000.0, 20.0, 0.01, per_face)) == pytest.approx(50_500 / 1.055)
    assert float(inverse(Side.SHORT, 50_000.0, 20.0, 0.01, per_face)) == pytest.approx(49_500 / 0.945)


def test_inverse_equity_equals_maintenance_at_the_liquidation_price() -> None:
    # Cash flows in coin: margin Q/(E·L), profit of a long Q(1/E − 1/P), maintenance m·Q/P.
    face, entry, leverage, m = 100_000.0, 50_000.0, 20.0, 0.01
    price = float(inverse(Side.LONG, entry, leverage, m))
    equity = face / (entry * leverage) + face * (1 / entry - 1 / price)
    assert equity == pytest.approx(m * face / price)


def test_inverse_short_without_leverage_is_never_liquidated() -> None:
    # 1 − 1/1 = 0: the denominator is not positive
    assert float(inverse(Side.SHORT, 50_000.0, 1.0, 0.004)) == np.inf


def test_linear_long_without_leverage_is_never_liquidated() -> None:
    assert float(linear(Side.LONG, 50_000.0, 1.0, 0.004)) == 0.0


def test_hyperliquid_at_entry_is_the_linear_formula_with_half_the_initial_rate() -> None:
    # 40× tier: l = 1/80 = 1.25 %. 3 coins at 2,000, 10×: margin 600, maintenance 6,000/80 = 75, available 525.
    # long: 2,000 − 525/3/(1 − 0.0125) = 1,822.7848 = 2,000 · 0.9 / 0.9875
    long = float(hyperliquid(Side.LONG, 2_000.0, 525.0, 3.0, 40.0))
    assert long == pytest.approx(2_000 - 175 / 0.9875)
    assert long == pytest.approx(float(linear(Side.LONG, 2_000.0, 10.0, 0.0125)))
    short = float(hyperliquid(Side.SHORT, 2_000.0, 525.0, 3.0, 40.0))
    assert short == pytest.approx(2_000 + 175 / 1.0125)


def test_tiers_are_looked_up_in_contracts_on_okx() -> None:
    # 1 contract = 0.01 BTC. 500 contracts = 5 BTC lies in the first tier, 1,500 contracts = 15 BTC in the second.
    rule = MarginRule.of(instrument(), tiers((0, 1_000, 0.004, 100), (1_000, 9_000, 0.01, 50)), 0.0005, 60_000.0)
    small, large = rule.liquidation_price(Side.LONG, 60_000.0, 20.0, np.array([5.0, 15.0]))
    assert small == pytest.approx(60_000 * 0.95 / (1 - 0.0045))
    assert large == pytest.approx(60_000 * 0.95 / (1 - 0.0105))


def test_notional_tiers_are_looked_up_at_the_liquidation_price() -> None:
    # 1 BTC entered at 52,000, 10×; tiers change at 50,000 USDT. At liquidation (about 47,000) it is worth less than
    # 50,000: the first tier, m = 0.4 %, cum 0 → 46,800 / 0.996. The short is worth about 57,000 then: the second tier,
    # m = 1 %, cum = 50,000 · 0.006 = 300 → (57,200 + 300) / 1.01.
    given = tiers((0, 50_000, 0.004, 100), (50_000, 9e6, 0.01, 50), amounts=(0.0, 300.0))
    rule = MarginRule.of(instrument(), given, 0.0, 52_000.0)
    assert float(rule.liquidation_price(Side.LONG, 52_000.0, 10.0, 1.0)) == pytest.approx(46_800 / 0.996)
    assert float(rule.liquidation_price(Side.SHORT, 52_000.0, 10.0, 1.0)) == pytest.approx(57_500 / 1.01)


def test_inverse_tiers_are_looked_up_in_coin_at_the_liquidation_price() -> None:
    # 100,000 USD face, 10× long from 50,000: 2 coins at entry, 100,000 / 45,600 = 2.19 coins at liquidation.
    # Tiers change at 2.1 coins: the second, m = 1 %, cum = 2.1 · 0.006 = 0.0126 coin, cum·E/Q = 0.0063.
    given = tiers((0, 2.1, 0.004, 100), (2.1, 100, 0.01, 50), amounts=(0.0, 0.0126))
    rule = MarginRule.of(instrument(inverse=True, contract_size=100.0), given, 0.0, 50_000.0)
    price = float(rule.liquidation_price(Side.LONG, 50_000.0, 10.0, 100_000.0))
    assert price == pytest.approx(50_000 * 1.01 / (1.1 + 0.0063))


def test_unknown_tiers_are_a_stated_assumption() -> None:
    assert MarginRule.of(instrument(), None, 0.0, 60_000.0).assumed
    assert MarginRule.of(instrument(), Tiers("BTC-USDT", False, []), 0.0, 60_000.0).assumed
    assert not MarginRule.of(instrument(), tiers((0, 1e9, 0.004, 100)), 0.0, 60_000.0).assumed


def test_the_assumed_rate_is_half_the_initial_margin_at_maximum_leverage() -> None:
    # The instrument allows 100×: 1 % initial, 0.5 % maintenance. Long 10×: 54,000 / 0.995
    rule = MarginRule.of(instrument(), None, 0.0, 60_000.0)
    assert float(rule.liquidation_price(Side.LONG, 60_000.0, 10.0, 1.0)) == pytest.approx(54_000 / 0.995)


def test_tiers_that_make_no_sense_are_not_used() -> None:
    assert MarginRule.of(instrument(), tiers((0, 1e9, 1.0, 100)), 0.0, 60_000.0).assumed
    assert MarginRule.of(instrument(), tiers((0, 1e9, 0.0, 100)), 0.0, 60_000.0).assumed


def test_a_size_beyond_the_last_cap_stays_in_the_last_tier() -> None:
    schedule = Schedule.of([Tier(0, 10, 0.004, 100), Tier(10, 20, 0.01, 50)])
    assert schedule.tier_of([5.0, 10.0, 1e9]).tolist() == [0, 1, 1]
