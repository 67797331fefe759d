"""Several stocks of one market: together they are a map, and they learn from every minute that was seen whole."""

import numpy as np
import pytest

from liqtui.engine.learner import MINUTE_NS, Learner
from liqtui.events import Liquidation, Side, TierUnit
from liqtui.liqmap.ensemble import CHURNS, MIDDLE, Ensemble, new_stock, shares_of
from liqtui.liqmap.grid import Floats, bin_of
from liqtui.liqmap.ladder import RUNGS, Ladder
from liqtui.liqmap.margin import MarginRule, Schedule
from liqtui.liqmap.stock import Stock

PRICE, INTEREST = 60_000.0, 10_000.0
LADDER = Ladder.of(MarginRule(False, 0.01, Schedule.flat(0.004), TierUnit.CONTRACTS, 0.0, PRICE, False), 125.0)
FIRST, BINS = bin_of(PRICE) - 600, 1_200
NONE = np.empty(0)


def stock(churn: float, weights: Floats) -> Stock:
    made = new_stock(LADDER, PRICE, churn, weights)
    made.report(INTEREST)
    return made


def ensemble(learner: Learner, *, at_once: bool = True) -> Ensemble:
    middle = stock(CHURNS[MIDDLE], shares_of(learner.ladders)[MIDDLE])
    return Ensemble(middle, learner.ladders, stock if at_once else None)


def fresh() -> Learner:
    return Learner(LADDER.rungs, thinned=False)


def members(of: Ensemble) -> list[Stock]:
    found: list[Stock] = []
    of.each(found.append)
    return found


def walk(of: Ensemble, steps: int, seed: int = 1, start: float = PRICE) -> float:
    """Live steps of 20 trades and 3 BTC each, open interest every 3 s; returns the last mark."""
    generator, mark = np.random.default_rng(seed), start
    for i in range(steps):
        before, mark = mark, mark * float(np.exp(generator.normal(0.0, 3e-4)))
        prices = mark * np.exp(generator.normal(0.0, 1e-4, 20))
        report = INTEREST * (1.0 + 0.02 * float(np.sin(i / 40))) if i % 12 == 0 else None
        of.step(min(before, mark), max(before, mark), mark, prices, np.full(20, 3.0), interest=report)
    return mark


@pytest.mark.parametrize("steps", [1, 40, 57, 400])  # others move every 40: at once, and in between
def test_per_side_drawn_outside_and_undrawn_make_the_open_interest(steps: int) -> None:
    made = ensemble(fresh())
    walk(made, steps)
    shown = made.by_rung(FIRST, BINS)
    left = made.undrawn(shown)
    assert made.interest is not None
    assert left is not None
    assert all(part > 0.0 for part in left), "no side draws more than is open"
    for side in Side:
        drawn = float(shown.mass[side].sum(dtype=np.float64)) + shown.outside[side]
        assert drawn + left[side] == pytest.approx(made.interest, rel=1e-6)


def test_nothing_lies_on_the_wrong_side_of_the_mark_between_the_steps_of_the_others() -> None:
    made, mark = ensemble(fresh()), PRICE
    walk(made, 400)
    for i in range(100):
        mark = walk(made, 1, seed=i, start=mark)
        mass, at = made.by_rung(FIRST, BINS).mass.sum(axis=1), bin_of(mark) - FIRST
        assert mass[Side.LONG, at:].sum() == 0.0
        assert mass[Side.SHORT, : at + 1].sum() == 0.0
        assert mass[Side.LONG, :at].sum() > 0.0


def test_the_map_is_the_sum_of_its_members_each_times_what_it_counts() -> None:
    learner = fresh()
    made = ensemble(learner)
    walk(made, 400)
    made.turn()  # all have lived through the same
    shares, shown = learner.ladders.churn_posterior, made.by_rung(FIRST, BINS)
    parts = [one.by_rung(FIRST, BINS).mass.astype(np.float64) for one in members(made)]
    assert len(parts) == len(CHURNS) == 3
    assert parts[0].sum() < parts[1].sum() < parts[2].sum(), "the more turns over the more is drawn"
    mixed = sum(share * part for share, part in zip(shares, parts, strict=True))
    assert shown.mass == pytest.approx(mixed, rel=1e-5, abs=1e-6)


def test_the_band_is_the_spread_of_the_members_and_of_their_ladders() -> None:
    """With the ladder known the standard deviation is that of the members alone; not knowing it adds to that."""
    learner = fresh()
    made = ensemble(learner)
    walk(made, 400)
    made.turn()
    parts = np.array([one.by_rung(FIRST, BINS).mass.sum(axis=1, dtype=np.float64) for one in members(made)])
    shares = learner.ladders.churn_posterior[:, None, None]
    mean = (shares * parts).sum(axis=0)
    alone = np.sqrt((shares * (parts - mean) ** 2).sum(axis=0))
    band = made.spread(FIRST, BINS)
    assert (band >= alone - 1e-3).all()
    assert (band[mean > 1.0] > alone[mean > 1.0]).all()
    assert (band[mean == 0.0] == 0.0).all()


def test_at_settlement_every_member_is_emptied() -> None:
    made = ensemble(fresh())
    walk(made, 95)
    made.settle()
    shown = made.by_rung(FIRST, BINS)
    assert (shown.mass.sum(), shown.outside, made.undrawn(shown)) == (0.0, (0.0, 0.0), (0.0, 0.0))
    assert made.spread(FIRST, BINS).sum() == 0.0


def test_the_others_come_one_by_one_and_what_was_swept_before_teaches_nothing() -> None:
    made = ensemble(fresh(), at_once=False)
    told = []
    for minute in range(5):
        walk(made, 240, seed=minute)
        told.append((len(members(made)), made.turn() is not None))
        if (place := made.missing) is not None:
            made.add(place, stock(*made.wanted(place)))
    assert told == [(1, False), (2, False), (3, False), (3, True), (3, True)]


def test_what_all_stocks_had_swept_is_told_once() -> None:
    made = ensemble(fresh())
    walk(made, 100)
    made.turn()
    made.step(PRICE * 0.97, PRICE * 0.97, PRICE * 0.97, NONE, NONE)
    swept = made.turn()
    assert swept is not None
    assert swept.shape == (len(CHURNS), 2, RUNGS)
    assert (swept[:, Side.LONG].sum(axis=1) > 0.0).all()
    assert swept[:, Side.SHORT].sum() == 0.0
    again = made.turn()
    assert again is not None
    assert again.sum() == 0.0


# --- learning from it -----------------------------------------------------------------------------------------------


def report(time_ns: int, size: float = 5.0) -> Liquidation:
    return Liquidation("X", time_ns, time_ns, Side.LONG, size, PRICE)


class Minutes:
    """A market that falls through longs every minute, and a learner that hears of it."""

    def __init__(self) -> None:
        self.learner = fresh()
        self.made = ensemble(self.learner)
        self.now = 0

    def live(self, *, fit: bool = True) -> None:
        walk(self.made, 200)
        low = PRICE * 0.98
        self.made.step(low, PRICE, low, NONE, NONE)
        self.now += MINUTE_NS
        self.learner.minute(self.now, self.made, fit)


def learned(*, first: bool, late: bool, then: tuple[Liquidation, ...] = ()) -> Minutes:
    """A minute in which a report came in time, or late (within the next minute), or not at all."""
    made = Minutes()
    if first:
        made.learner.liquidated([report(MINUTE_NS // 2)])
    made.live()
    if late:
        made.learner.liquidated([report(MINUTE_NS // 2)])
    made.learner.liquidated(then)
    made.live()
    return made


def test_a_report_that_comes_in_the_next_minute_counts_as_if_it_had_come_in_time() -> None:
    in_time, late = learned(first=True, late=False), learned(first=False, late=True)
    none = learned(first=False, late=False)
    assert late.learner.learned_ns == MINUTE_NS, "the minute before is learned from"
    assert late.learner.ladders.state().tobytes() == in_time.learner.ladders.state().tobytes()
    assert none.learner.ladders.state().tobytes() != in_time.learner.ladders.state().tobytes()


def test_a_report_counts_in_the_minute_it_happened_in_not_in_the_one_it_came_in() -> None:
    """Of the second minute: it is waited for, and changes nothing of what the first teaches."""
    alone, more = learned(first=True, late=False), learned(first=True, late=False, then=(report(MINUTE_NS * 3 // 2),))
    assert more.learner.ladders.state().tobytes() == alone.learner.ladders.state().tobytes()
    for one in (alone, more):
        one.live()
    assert more.learner.ladders.state().tobytes() != alone.learner.ladders.state().tobytes()


def test_nothing_is_learned_from_a_minute_that_was_not_seen_whole() -> None:
    made = Minutes()
    begin = made.learner.ladders.state().tobytes()
    made.learner.liquidated([report(MINUTE_NS // 2)])
    made.live(fit=False)
    made.live(fit=False)
    assert made.learner.ladders.state().tobytes() == begin
    assert made.learner.learned_ns is None
    made.live()
    made.live(fit=False)
    assert made.learner.learned_ns == 3 * MINUTE_NS, "a whole minute between two holes counts"
    assert made.learner.ladders.events.sum() == 0.0, "and the reports of the hole are gone with it"


def test_what_is_learned_is_drawn_with_at_once() -> None:
    made = Minutes()
    before = made.made.middle.weights.copy()
    for i in range(6):
        made.learner.liquidated([report(i * MINUTE_NS + 1, 0.5)])
        made.live()
    after = made.made.middle.weights
    assert not np.array_equal(before, after)
    assert after == pytest.approx(shares_of(made.learner.ladders)[MIDDLE])
    near = LADDER.rungs > 40  # within 2 % of the mark
    assert after[Side.LONG, near].sum() < before[Side.LONG, near].sum(), "less was liquidated than the prior said"
