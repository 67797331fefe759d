"""Liquidation prices of Bybit's contracts from its risk limits, by hand."""

import json

import numpy as np
import pytest
from bybit_frames import INVERSE, LINEAR, LISTED, NOW, bybit

from liqtui.events import Side, Tiers, TierUnit
from liqtui.instruments import Instrument
from liqtui.liqmap.margin import MarginRule


def rule(instrument: Instrument, *steps: tuple[str, str, str, str], price: float = 100_000.0) -> MarginRule:
    keys = ("riskLimitValue", "maintenanceMargin", "maxLeverage", "mmDeduction")
    rows = [{"symbol": instrument.symbol, **dict(zip(keys, step, strict=True))} for step in steps]
    body = json.dumps({"retCode": 0, "result": {"list": rows}}).encode()
    (tiers,) = bybit.decode_reply(bybit.state_requests(instrument)[0].url, body, NOW, LISTED)
    assert isinstance(tiers, Tiers)
    assert tiers.unit is TierUnit.VALUE
    return MarginRule.of(instrument, tiers, bybit.liquidation_fee, price)


LINEAR_STEPS = (("2000000", "0.005", "100", "0"), ("2600000", "0.0056", "90", "1200"))
INVERSE_STEPS = (("150", "0.005", "100", "0"), ("300", "0.01", "50", "0.75"))


def price(of: MarginRule, side: Side, leverage: float, units: float) -> float:
    return float(of.liquidation_price(side, 100_000.0, leverage, units))


def test_linear_in_the_first_step() -> None:
    of = rule(LINEAR, *LINEAR_STEPS)
    assert price(of, Side.LONG, 50, 1.0) == pytest.approx(98_000 / 0.995)  # 98,492.46
    assert price(of, Side.SHORT, 50, 1.0) == pytest.approx(102_000 / 1.005)  # 101,492.54


def test_linear_in_the_second_step_with_its_deduction() -> None:
    # 25 BTC are 2.5 million; 1,200 / 25 = 48 a coin. At P the margin left is 50,000 + 25 (P − 100,000), and what must
    # be left is 25 P × 0.56 % − 1,200.
    of = rule(LINEAR, *LINEAR_STEPS)
    found = price(of, Side.LONG, 50, 25.0)
    assert found == pytest.approx((98_000 - 48) / 0.9944)  # 98,503.62
    assert 50_000 + 25 * (found - 100_000) == pytest.approx(25 * found * 0.0056 - 1200)
    assert price(of, Side.SHORT, 50, 25.0) == pytest.approx((102_000 + 48) / 1.0056)


def test_the_step_is_that_of_the_value_where_it_is_liquidated() -> None:
    # 20.2 BTC are worth 2.02 million at entry and 1.83 million at 10×'s liquidation: the first step.
    assert price(rule(LINEAR, *LINEAR_STEPS), Side.LONG, 10, 20.2) == pytest.approx(90_000 / 0.995)


def test_inverse_counts_its_steps_in_coin() -> None:
    # 20 million dollars are 200 BTC: the second step, deduction 0.75 BTC, 0.75 × 100,000 / 20,000,000 = 0.00375.
    of = rule(INVERSE, *INVERSE_STEPS)
    short, long = price(of, Side.SHORT, 20, 2e7), price(of, Side.LONG, 20, 2e7)
    assert short == pytest.approx(99_000 / 0.94625)  # 104,623.51
    assert long == pytest.approx(101_000 / 1.05375)  # 95,848.16
    # In coin, of the long: 10 of margin, lost Q (1/P − 1/E); left are 1 % of Q/P less 0.75.
    assert 10 - 2e7 * (1 / long - 1 / 100_000) == pytest.approx(0.01 * 2e7 / long - 0.75)


def test_inverse_in_the_first_step() -> None:
    of = rule(INVERSE, *INVERSE_STEPS)
    assert price(of, Side.LONG, 20, 1e6) == pytest.approx(100_500 / 1.05)
    assert price(of, Side.SHORT, 20, 1e6) == pytest.approx(99_500 / 0.95)


def test_a_step_allows_no_more_than_its_leverage() -> None:
    _, exists = rule(LINEAR, *LINEAR_STEPS).log_offsets(Side.LONG, np.array([95.0]), np.array([1e6, 2.5e6]))
    assert exists.tolist() == [[1.0, 0.0]]
