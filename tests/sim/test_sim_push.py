"""Pushing a simulated market: the twin in which nobody is liquidated tells what liquidations alone do."""

import copy
from functools import cache

import numpy as np
import pytest
from sim_scene import START_NS

from liqtui.sim.market import Market
from liqtui.sim.push import ORDERS, RUN, Push, push
from liqtui.sim.settings import SimSettings
from liqtui.sim.truth import positions

SYMBOL = "BTC-USDT-SWAP"


@cache
def market(regime: str = "cascade", seed: int = 901) -> Market:
    made = Market(SimSettings(seed=seed, regime=regime, lean=True), START_NS)
    for _ in range(100):
        made.step()
    return made


@cache
def pushed(share: float, way: str = RUN) -> Push:
    of = market()
    found = push(of, SYMBOL, float(of.marks[of.number(SYMBOL)]) * (1 + share), way)
    assert found is not None
    return found


@pytest.mark.parametrize("way", [RUN, ORDERS])
@pytest.mark.parametrize("share", [-0.02, 0.02])
def test_outsiders_take_the_mark_to_the_goal_when_nobody_is_liquidated(share: float, way: str) -> None:
    found = pushed(share, way)
    assert found.trigger / found.start - 1 == pytest.approx(share, abs=0.0015)
    assert (found.trigger / found.start - 1) / share >= 1.0


def test_liquidations_carry_it_further_where_there_is_something_to_liquidate() -> None:
    far, near = pushed(-0.02), pushed(-0.001)
    assert far.end < far.trigger < far.start
    assert far.added > 0.002
    assert far.forced > 100.0
    assert abs(near.added) < 0.0005


def test_in_a_frozen_market_nobody_who_is_open_is_ever_liquidated() -> None:
    frozen = copy.deepcopy(market())
    frozen.crowd.freeze()
    held = positions(frozen, SYMBOL)
    assert (held.liquidation[held.side == 0] == 0).all()
    assert np.isinf(held.liquidation[held.side == 1]).all()
    assert (positions(market(), SYMBOL).liquidation > 0).any(), "the original is as it was"


def test_a_push_leaves_the_market_as_it_was_and_comes_out_the_same_again() -> None:
    of = market()
    before = of.now_ns, of.marks.copy(), len(of.liquidations)
    again = push(of, SYMBOL, pushed(-0.02).start * 0.98)
    assert again == pushed(-0.02)
    assert (of.now_ns, len(of.liquidations)) == (before[0], before[2])
    assert (of.marks == before[1]).all()
