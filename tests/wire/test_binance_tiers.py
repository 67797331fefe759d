"""Binance's maintenance tiers, and the liquidation prices they give: each worked out by hand beside it."""

import json
from math import inf

import pytest
from binance_frames import DATED, INVERSE, LINEAR, PEPE, SHARED, linear

from liqtui.events import Side, Tier, Tiers, TierUnit
from liqtui.instruments import Instrument, Kind
from liqtui.liqmap.margin import MarginRule
from liqtui.venues._binance_tiers import bundled

PUBLISHED = SHARED / "data" / "binance-um-tiers-2024-10.json"


def rule(instrument: Instrument, tiers: list[Tier] | None = None) -> MarginRule:
    steps = bundled(instrument.family, instrument.kind) if tiers is None else tiers
    told = Tiers(instrument.family, instrument.inverse, steps, instrument.kind, TierUnit.VALUE)
    return MarginRule.of(instrument, told, 0.0, 60_000.0)


def price(of: MarginRule, side: Side, entry: float, leverage: float, units: float) -> float:
    return float(of.liquidation_price(side, entry, leverage, units))


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published tier table is not beside this repository")
def test_every_published_tier_is_here_to_the_last_digit() -> None:
    table = json.loads(PUBLISHED.read_text())
    found = 0
    for name, steps in table.items():
        pair, _, settle = name.partition(":")
        kind = Kind.DATED if "-" in settle else Kind.PERPETUAL
        ours = bundled(pair.replace("/", ""), kind)
        assert len(ours) == len(steps), name
        for tier, (floor, cap, maintenance, leverage, amount) in zip(ours, steps, strict=True):
            assert (tier.floor, tier.cap, tier.max_leverage) == (floor, inf if cap > 1e18 else cap, leverage), name
            assert tier.maintenance == pytest.approx(maintenance, rel=1e-12), name
            assert tier.amount == pytest.approx(amount, rel=1e-9, abs=1e-9), name
            found += 1
    assert (len(table), found) == (349, sum(map(len, table.values())))


def test_dated_contracts_have_a_schedule_of_their_own() -> None:
    assert bundled("BTCUSDT", Kind.PERPETUAL)[0].max_leverage == 125.0
    assert bundled("BTCUSDT", Kind.DATED)[0].max_leverage == 50.0
    assert bundled("SOLUSDT", Kind.DATED) == []
    assert bundled("NOBODY", Kind.PERPETUAL) == []


def test_a_small_long_is_in_the_first_tier() -> None:
    # 0.5 BTC from 60,000 at 20×: worth 28,600 at the end, below 50,000: 0.4 %, no amount.
    # 60,000 · 0.95 / 0.996 = 57,228.9157
    assert price(rule(LINEAR), Side.LONG, 60_000, 20, 0.5) == pytest.approx(57_000 / 0.996)


def test_a_large_long_counts_its_maintenance_amount() -> None:
    # 100 BTC from 60,000 at 20×: 5.7 million at the end, in the tier from 3 to 12 million: 1 %, 11,450 USDT.
    # (57,000 − 11,450 / 100) / 0.99 = 56,885.5 / 0.99 = 57,460.101
    assert price(rule(LINEAR), Side.LONG, 60_000, 20, 100) == pytest.approx(56_885.5 / 0.99)
    # The short: (63,000 + 114.5) / 1.01 = 62,489.604
    assert price(rule(LINEAR), Side.SHORT, 60_000, 20, 100) == pytest.approx(63_114.5 / 1.01)


def test_the_tier_is_the_one_at_the_liquidation_price() -> None:
    # 10 BTC from 61,000 at 10× are 610,000 at entry (0.65 %) and 551,000 at the end: 0.5 %, 50 USDT.
    # (54,900 − 5) / 0.995
    assert price(rule(LINEAR), Side.LONG, 61_000, 10, 10) == pytest.approx(54_895 / 0.995)


def test_a_dated_contract() -> None:
    # 1 BTC at 10×: 54,000 USDT is in its tier from 50,000 to 375,000: 2 %, 500 USDT: (54,000 − 500) / 0.98
    assert price(rule(DATED), Side.LONG, 60_000, 10, 1) == pytest.approx(53_500 / 0.98)


def test_a_thousand_pepe_are_looked_up_by_notional_like_everything() -> None:
    # 1000PEPE and PEPE are the same position: 2 × 10⁹ PEPE at 0.00001 are 20,000 USDT.
    plain = linear("PEPEUSDT")
    steps = bundled("1000PEPEUSDT", Kind.PERPETUAL)
    assert steps, "known by its own name"
    mine, other = rule(PEPE), rule(plain, steps)
    assert price(mine, Side.LONG, 1e-5, 10, 2e9) == pytest.approx(price(other, Side.LONG, 1e-5, 10, 2e9))
    tier = steps[mine.schedule.tier_of(2e9 * 0.9e-5).item()]
    assert price(mine, Side.LONG, 1e-5, 10, 2e9) == pytest.approx(
        (0.9e-5 - tier.amount / 2e9) / (1 - tier.maintenance)
    )


def test_an_inverse_contract_counts_coin() -> None:
    # Tiers as announced in coin: 0.4 % up to 5 BTC, 0.5 % above, amount 5 · 0.001 = 0.005 BTC.
    tiers = [Tier(0, 5, 0.004, 125, 0), Tier(5, 10, 0.005, 100, 0.005)]
    # Long 300,000 USD from 60,000 at 10×: 5 BTC at entry, about 5.5 at the end: the second tier.
    # 60,000 · 1.005 / (1.1 + 0.005 · 60,000 / 300,000) = 60,300 / 1.101
    assert price(rule(INVERSE, tiers), Side.LONG, 60_000, 10, 300_000) == pytest.approx(60_300 / 1.101)
    # Short: 4.5 BTC at the end: the first. 60,000 · 0.996 / 0.9
    assert price(rule(INVERSE, tiers), Side.SHORT, 60_000, 10, 300_000) == pytest.approx(59_760 / 0.9)


def test_without_tiers_an_inverse_contract_stands_on_a_stated_assumption() -> None:
    assert bundled("BTCUSD", Kind.PERPETUAL) == []
    assert MarginRule.of(INVERSE, None, 0.0, 60_000.0).assumed
