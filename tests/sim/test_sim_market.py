"""The market as a whole: reproducible, balanced, honest about who is liquidated and when, and never quiet for long."""

import itertools
from functools import cache
from typing import Any

import numpy as np
import pytest
from sim_scene import START_NS, Lived, lived_market

from liqtui.sim.contracts import contracts
from liqtui.sim.market import Market
from liqtui.sim.settings import SimSettings
from liqtui.sim.tape import Step
from liqtui.sim.truth import liquidation_map, positions

BURST, BURST_S = 20, 20
"""What is called a cascade here: so many liquidations of one perpetual within so many seconds."""


@pytest.fixture
def lived() -> Lived:
    return lived_market()


def fingerprint(market: Market, step: Step) -> tuple[Any, ...]:
    tapes = [None if t is None else [column.tolist() for column in t[:4]] for t in step.tapes]
    books = [(b.bids.lots.sum(), b.asks.keys[0], b.asks.lots.sum()) for b in market.books]
    return tapes, books, market.marks.tolist(), market.open_interest.tolist(), step.reported


@cache
def first_minute(seed: int) -> tuple[Market, list[tuple[Any, ...]]]:
    """A market after a minute, unthinned, and the fingerprints of its steps."""
    market = Market(SimSettings(seed=seed, thin=False), START_NS)
    return market, [fingerprint(market, market.step()) for _ in range(600)]


def test_a_seed_and_a_start_give_the_same_market() -> None:
    again, (market, prints) = Market(SimSettings(seed=2, thin=False), START_NS), first_minute(2)
    assert [fingerprint(again, again.step()) for _ in range(350)] == prints[:350]
    assert again.liquidations == market.liquidations[: len(again.liquidations)]
    assert len(again.liquidations) > 0


def test_another_seed_is_another_market() -> None:
    assert first_minute(1)[1][0] != first_minute(2)[1][0]


def test_every_long_has_a_short_at_every_moment() -> None:
    market = Market(SimSettings(seed=5), START_NS)
    for _ in range(300):
        market.step()
        table, cross = market.crowd.positions, market.crowd.cross
        rows = table.open_rows
        sides = np.zeros((2, 6))
        np.add.at(sides, ((table.sign[rows] < 0).astype(int), table.contract[rows]), table.lots[rows])
        for leg, number in enumerate(cross.legs):
            for side, sign in enumerate((1, -1)):
                sides[side, number] += cross.lots[leg, cross.sign[leg] == sign].sum()
        sides[0] += np.maximum(market.crowd.makers, 0).sum(axis=1)
        sides[1] += np.maximum(-market.crowd.makers, 0).sum(axis=1)
        assert sides[0].tolist() == sides[1].tolist() == market.open_interest.tolist()
        assert (market.open_interest > 0).all()


def test_open_interest_was_balanced_all_through_the_past(lived: Lived) -> None:
    for lots in lived.market.records._lots:
        assert (lots >= 0).all()
        assert (lots == np.rint(lots)).all()


@pytest.mark.parametrize("seed", [1, 2])
def test_the_first_cascade_comes_within_a_minute(seed: int) -> None:
    assert max(bursts(first_minute(seed)[0])) >= BURST


def test_cascades_come_again(lived: Lived) -> None:
    counts = bursts(lived.market)
    waves = [loud for loud, _ in itertools.groupby(counts, key=lambda n: n >= BURST) if loud]
    assert len(waves) >= 2


def bursts(market: Market) -> list[int]:
    """Liquidations of the busier perpetual in each stretch of `BURST_S` seconds."""
    ends = int(market.now_s) // BURST_S + 1
    count = np.zeros((6, ends), int)
    for forced in market.liquidations:
        count[forced.contract, int((forced.time_ns - market.start_ns) / 1e9) // BURST_S] += 1
    return [int(n) for n in np.maximum(count[0], count[3])]


def test_a_liquidation_happens_when_the_mark_crosses_the_positions_own_price(lived: Lived) -> None:
    checked = 0
    for forced in lived.market.liquidations:
        step = (forced.time_ns - lived.market.start_ns) // 100_000_000 - 1
        mark, before = lived.marks[step, forced.contract], lived.marks[step - 2, forced.contract]
        assert mark == forced.mark
        if forced.trigger == forced.mark:
            continue  # a cross account: taken for the sum of two legs
        crossed = (before > forced.trigger >= mark) if forced.side == 0 else (before < forced.trigger <= mark)
        assert crossed, forced
        checked += 1
    assert checked > 50


def test_nobody_is_overdue(lived: Lived) -> None:
    for contract in lived.market.contracts:
        held, mark = positions(lived.market, contract.symbol), lived.market.marks[contract.number]
        alone = ~held.cross
        assert (held.liquidation[alone & (held.side == 0)] < mark).all()
        assert (held.liquidation[alone & (held.side == 1)] > mark).all()


def test_the_feed_shows_at_most_one_liquidation_per_contract_and_second(lived: Lived) -> None:
    reported = [f for step in lived.steps for f in step.reported]
    assert set(reported) <= set(lived.market.liquidations)
    assert len(reported) < len(lived.market.liquidations) / 2
    for number in range(6):
        times = [f.time_ns for f in reported if f.contract == number]
        assert all(b - a >= 1_000_000_000 for a, b in itertools.pairwise(times))


def test_without_thinning_the_feed_shows_all() -> None:
    market, prints = first_minute(1)
    reported = [forced for step in prints for forced in step[-1]]
    assert len(reported) > BURST
    assert reported == market.liquidations[: len(reported)]


def test_the_true_map_holds_every_position_that_can_be_liquidated(lived: Lived) -> None:
    held = positions(lived.market, "BTC-USDT-SWAP")
    mark = lived.market.marks[0]
    edges = np.concatenate([np.geomspace(1.0, mark, 200), np.geomspace(mark * 1.0001, 1e9, 200)])
    total = liquidation_map(lived.market, "BTC-USDT-SWAP", edges)
    reachable = np.isfinite(held.liquidation) & (held.liquidation >= 1.0)
    assert total.sum() == pytest.approx(held.size[reachable].sum())
    near = liquidation_map(lived.market, "BTC-USDT-SWAP", np.array([mark * 0.9, mark, mark * 1.1]))
    assert near[0, 0] > 0 < near[1, 1]


def test_leverages_are_human_picks_or_any_number_and_large_positions_use_less(lived: Lived) -> None:
    held = positions(lived.market, "BTC-USDT-SWAP")
    picks = np.isin(held.leverage, [3, 5, 10, 20, 25, 50, 100])
    assert 0.2 < picks.mean() < 0.9
    assert len(np.unique(held.leverage[~picks])) > 200
    order = np.argsort(held.size)
    small, large = order[: len(order) // 4], order[-len(order) // 4 :]
    assert np.median(held.leverage[small]) > 2 * np.median(held.leverage[large])


def test_six_contracts_end_on_fridays_at_eight() -> None:
    six = contracts(START_NS)
    assert [c.symbol for c in six if c.underlying == 0] == ["BTC-USDT-SWAP", "BTC-USDT-261016", "BTC-USDT-261225"]
    for contract in six:
        if contract.expiry_ns is not None:
            assert contract.expiry_ns % (86_400 * 10**9) == 8 * 3_600 * 10**9
            assert (contract.expiry_ns // (86_400 * 10**9) + 4) % 7 == 5  # day 0 was a Thursday; 5 is Friday
