"""Each regime is what its name says, and every seed of it has a market and a ladder of its own."""

from functools import cache

import numpy as np
import pytest
from sim_scene import START_NS

from liqtui.sim.agents import Agents, pick_sides
from liqtui.sim.book import in_steps
from liqtui.sim.contracts import contracts
from liqtui.sim.houses import OKX
from liqtui.sim.index import Indices
from liqtui.sim.margin import Array
from liqtui.sim.market import Market
from liqtui.sim.positions import Opening
from liqtui.sim.regimes import REGIMES, regime_of
from liqtui.sim.settings import REGIME_NAMES, SimSettings
from liqtui.sim.shocks import ShockPlan
from liqtui.sim.tape import Step

HOURS = 3
SECOND = 10**9


@cache
def prices(name: str, seed: int, step_s: float = 2.0, hours: int = HOURS) -> Array:
    """Log of the first coin's index, minute by minute, nobody trading."""
    index = Indices(np.array([60_000.0, 2_700.0]), 1.0, np.random.default_rng(seed), step_s, regime_of(name, seed))
    every = round(60 / step_s)
    out = [float(index.log[0])]
    for k in range(hours * 60 * every):
        index.advance(np.zeros(2), k * step_s)
        if (k + 1) % every == 0:
            out.append(float(index.log[0]))
    return np.array(out)


def minute_volatility(name: str) -> float:
    return float(np.mean([np.diff(prices(name, seed)).std() for seed in range(3)]))


@cache
def drawn(name: str, seed: int) -> Opening:
    """What ten thousand traders of the regime's mix open at 60,000."""
    regime, rng = regime_of(name, seed), np.random.default_rng(seed)
    rates = np.array([kind.opens_per_hour for kind in regime.archetypes])
    kind = rng.choice(3, 10_000, p=rates / rates.sum())
    where, when = np.zeros(10_000, np.int64), np.full(10_000, START_NS)
    six = contracts(START_NS)
    agents = Agents(six, rng, OKX.rule(six), regime.archetypes, regime.human_pick)
    return agents.draw(where, kind, pick_sides(rng, np.full(10_000, 0.5)), np.full(10_000, 60_000.0), when)


def hedged_share(name: str) -> float:
    """Of what is opened, by size."""
    each = [drawn(name, seed) for seed in range(3)]
    return float(np.mean([(one.lots * one.hedged).sum() / one.lots.sum() for one in each]))


def middle_leverage(name: str) -> float:
    return float(np.median(np.concatenate([drawn(name, seed).leverage for seed in range(3)])))


def test_there_are_nine_by_name() -> None:
    assert tuple(REGIMES) == REGIME_NAMES
    assert len(REGIME_NAMES) == 9
    with pytest.raises(ValueError, match="no regime 'sideways'; choose one of quiet"):
        regime_of("sideways", 1)


def test_quiet_is_quiet_and_chop_moves_without_getting_anywhere() -> None:
    assert minute_volatility("quiet") < 0.7 * minute_volatility("hedged") < 0.7 * minute_volatility("chop")
    # a random walk's range over three hours grows with its volatility; chop's is held back
    reach = {name: np.mean([np.ptp(prices(name, s)) for s in range(3)]) for name in ("chop", "outage")}
    assert reach["chop"] / minute_volatility("chop") < 0.9 * reach["outage"] / minute_volatility("outage")


def test_a_trend_goes_one_way_and_the_seed_says_which() -> None:
    moved = np.array([prices("trend", seed)[-1] - prices("trend", seed)[0] for seed in range(6)])
    ways = np.array([np.sign(regime_of("trend", seed).drift) for seed in range(6)])
    assert {-1.0, 1.0} == set(ways.tolist())
    assert float((moved * ways).mean()) == pytest.approx(0.024, abs=0.012)  # 0.8 % an hour for three hours


def test_a_coarser_step_is_no_wilder_market() -> None:
    fine, coarse = (np.diff(prices("hedged", 1, step_s, 2)).std() for step_s in (0.5, 2.0))
    assert fine == pytest.approx(coarse, rel=0.3)
    assert in_steps(0.05, 10) == pytest.approx(1 - 0.95**10)
    assert in_steps(0.05, 1) == 0.05


def test_runs_go_where_the_name_says() -> None:
    below, above = np.linspace(59_000, 59_900, 300), np.linspace(60_100, 61_000, 300)
    up = {}
    for name in ("cascade", "squeeze", "hedged"):
        plan = ShockPlan(np.random.default_rng(1), regime_of(name, 1))
        up[name] = np.mean([plan.begin(60_000.0, 60_000.0, below, above, 0.0).direction > 0 for _ in range(200)])
    assert up["cascade"] < 0.3 < up["hedged"] < 0.7 < up["squeeze"]


def test_the_crowd_is_levered_and_the_hedged_are_hedged() -> None:
    assert middle_leverage("crowd") > 1.5 * middle_leverage("hedged") > middle_leverage("expiry") > 5
    assert hedged_share("hedged") > 0.4 > 0.15 > hedged_share("quiet") > hedged_share("crowd")


def test_leverages_are_human_picks_or_any_number_never_a_ladder() -> None:
    for name in REGIME_NAMES:
        leverage = drawn(name, 0).leverage
        picked = np.isin(leverage, [3, 5, 10, 20, 25, 50, 100])
        assert 0.4 < picked.mean() < 0.9
        assert len(np.unique(leverage[~picked])) > 500
        size = drawn(name, 0).lots
        order = np.argsort(size)
        assert leverage[order[:2_500]].mean() > leverage[order[-500:]].mean()  # large positions use less


def test_every_seed_has_a_ladder_of_its_own_and_every_regime_another_shape() -> None:
    def shape(name: str, seed: int) -> Array:
        counts = np.histogram(drawn(name, seed).leverage, [1, 4, 7, 14, 22, 35, 70, 101])[0]
        return np.asarray(counts / counts.sum())

    shapes = {name: np.mean([shape(name, seed) for seed in range(3)], axis=0) for name in REGIME_NAMES}
    for a in REGIME_NAMES:
        assert np.abs(shape(a, 0) - shape(a, 1)).sum() > 0.02
        others = [np.abs(shapes[a] - shapes[b]).sum() for b in REGIME_NAMES if b != a]
        assert min(others) > 0.05, a


@cache
def lean(name: str, seconds: int) -> tuple[Market, list[Step]]:
    """A lean market that has lived so long, and its steps."""
    market = Market(SimSettings(seed=5, rate=0.0, regime=name, step_ns=SECOND, lean=True), START_NS)
    return market, [market.step() for _ in range(seconds)]


def test_a_cascade_liquidates_more_than_a_quiet_market() -> None:
    (calm, _), (wild, _) = lean("quiet", 1_000), lean("cascade", 1_000)
    assert len(wild.liquidations) > 5 * len(calm.liquidations)
    assert sum(f.side == 0 for f in wild.liquidations) > 0.7 * len(wild.liquidations)  # longs, mostly


def test_a_lean_market_is_the_same_for_a_seed() -> None:
    again = Market(SimSettings(seed=5, rate=0.0, regime="cascade", step_ns=SECOND, lean=True), START_NS)
    for step in lean("cascade", 1_000)[1][:300]:
        other = again.step()
        assert (other.end_ns, other.liquidations) == (step.end_ns, step.liquidations)
        for a, b in zip(other.tapes, step.tapes, strict=True):
            assert (a is None) == (b is None)
            if a is not None and b is not None:
                assert a.ticks.tolist() == b.ticks.tolist()
                assert a.lots.tolist() == b.lots.tolist()


def test_a_lean_market_trades_one_contract_through_its_book() -> None:
    market, steps = lean("cascade", 1_000)
    assert [c.symbol for c in market.contracts] == ["BTC-USDT-SWAP", "ETH-USDT-SWAP"]
    assert market.contracts[market.subject].symbol == "BTC-USDT-SWAP"
    traded = [sum(t.lots.sum() for step in steps if (t := step.tapes[k]) is not None) for k in (0, 1)]
    assert traded[0] > 20 * traded[1]  # of the second, only what cross accounts hold
