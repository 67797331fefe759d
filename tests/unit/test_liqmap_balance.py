"""Whatever happens on the market, the books of the stock balance. Properties over random markets."""

import math
from typing import NamedTuple

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from liqtui.events import Side, TierUnit
from liqtui.liqmap.books import NEVER
from liqtui.liqmap.grid import SIZE, bin_of
from liqtui.liqmap.ladder import Ladder
from liqtui.liqmap.margin import MarginRule, Schedule
from liqtui.liqmap.stock import HistoryBar, Stock
from liqtui.liqmap.turnover import survival

TIERED = Schedule(
    floors=np.array([0.0, 200.0, 2_000.0]),
    rates=np.array([0.004, 0.01, 0.05]),
    amounts=np.zeros(3),
    max_leverages=np.array([125.0, 50.0, 10.0]),
)
LADDER = Ladder.of(MarginRule(False, 0.01, TIERED, TierUnit.CONTRACTS, 0.0005, 60_000.0, False), 125.0)
REACH = 2_500
"""Bins beyond the window of entries in which something may be liquidated."""


class Happening(NamedTuple):
    """One thing that happens: a live step or a bar, with or without a report of open interest."""

    bar: bool
    moves: tuple[float, float, float]
    """Log moves of the mark: to the low, to the high, to the end."""
    volume: float
    interest: float | None
    """Log change of open interest, if it is reported."""


moves = st.floats(-0.04, 0.04)
happenings = st.builds(
    Happening,
    bar=st.booleans(),
    moves=st.tuples(moves, moves, moves),
    volume=st.one_of(st.just(0.0), st.floats(0.01, 50_000.0)),
    interest=st.one_of(st.none(), st.floats(-0.5, 0.5)),
)


def play(stock: Stock, price: float, what: Happening, rng: np.random.Generator) -> float:
    """Let it happen; returns the new mark."""
    a, b, c = what.moves
    low, high = price * math.exp(min(a, 0.0, c)), price * math.exp(max(b, 0.0, c))
    end = price * math.exp(c)
    known = stock.interest or 0.0
    after = known * math.exp(what.interest) if what.interest is not None else None
    if what.bar:
        change = after - known if after is not None else None
        mark = (price, high * 0.9995, low * 1.0005, end) if rng.random() < 0.5 else None
        stock.bar(price, high, low, end, what.volume, change, mark)
    else:
        n = 0 if what.volume == 0.0 else 20
        prices = np.exp(rng.uniform(math.log(low * 0.999), math.log(high * 1.001), n))
        stock.step(low, high, end, prices, np.full(n, what.volume / 20), interest=after)
    return end


def check(stock: Stock, mark: float) -> None:
    """Everything that must always hold."""
    interest = stock.interest
    assert interest is not None
    scale = max(interest, float(stock.books().opened.max()), 1.0)
    first = bin_of(mark) - SIZE
    profile = stock.by_rung(first, 2 * SIZE + REACH)
    mass = profile.mass.astype(np.float64)
    at = bin_of(mark) - first

    assert (mass >= 0.0).all()
    assert not mass[Side.LONG, :, at:].any(), "a long on the wrong side of the mark"
    assert not mass[Side.SHORT, :, : at + 1].any(), "a short on the wrong side of the mark"

    books = stock.books()
    held = mass.sum(axis=2) / stock.weights
    assert np.abs(held - books.balance[:, :NEVER]).max() <= 1e-5 * scale
    assert np.abs(stock.held() - books.balance).max() <= 1e-5 * scale
    for book in (books.opened, books.consumed, books.slid):
        assert book.min() >= -1e-9 * scale
    assert books.closed.min() >= -1e-6 * scale

    undrawn = stock.undrawn()
    assert undrawn is not None
    for side in Side:
        drawn = stock.drawn()[side]
        assert drawn <= interest * (1.0 + 1e-9) + 1e-9
        assert abs(drawn + undrawn[side] - interest) <= 1e-5 * scale
        assert abs(mass[side].sum() + profile.outside[side] - drawn) <= 1e-6 * max(drawn, 1e-3)


@settings(max_examples=120, deadline=None)
@given(story=st.lists(happenings, min_size=1, max_size=25), interest=st.floats(1.0, 1e5), seed=st.integers(0, 2**16))
def test_mass_balance_holds_after_every_step(story: list[Happening], interest: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    stock, price = Stock(LADDER, 60_000.0), 60_000.0
    stock.seed([HistoryBar((60_000.0, 61_000.0, 59_500.0, 60_000.0), 5_000.0)], interest)
    for what in story:
        price = play(stock, price, what, rng)
        check(stock, price)
    assert stock.overdrawn == 0


@settings(max_examples=60, deadline=None)
@given(story=st.lists(happenings, min_size=1, max_size=15), change=st.floats(-0.9, 0.9), seed=st.integers(0, 2**16))
def test_a_report_closes_and_opens_by_the_rule_however_the_interval_went(
    story: list[Happening], change: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    stock, price, interest = Stock(LADDER, 60_000.0), 60_000.0, 10_000.0
    stock.report(interest)
    stock.step(price, price, price, np.full(1, price), np.full(1, 30_000.0), interest=interest)
    start = stock.books()
    for what in story:
        price = play(stock, price, what._replace(interest=None), rng)
    delta = change * interest
    turned = stock.churn * sum(w.volume for w in story)
    stock.report(interest + delta)
    end = stock.books()
    turnover = max(turned, abs(delta))
    opens, closes = (turnover + delta) / 2, (turnover - delta) / 2
    for side in Side:
        opened = end.opened[side] - start.opened[side]
        consumed = end.consumed[side] - start.consumed[side]
        forced = float((consumed[:NEVER] * stock.weights[side]).sum())
        # Opens are the same for every row; what was forced beyond the closes is matched by more opens.
        assert np.allclose(opened, opens + max(0.0, forced - closes), rtol=1e-6, atol=1e-5 * interest)
    check(stock, price)


@settings(max_examples=60, deadline=None)
@given(story=st.lists(happenings, min_size=1, max_size=20), seed=st.integers(0, 2**16))
def test_a_contract_followed_from_its_listing_is_wholly_explained(story: list[Happening], seed: int) -> None:
    # Every position was seen being opened: what is drawn and the never-liquidated share make up all open interest.
    rng = np.random.default_rng(seed)
    stock, price = Stock(LADDER, 60_000.0), 60_000.0
    stock.report(0.0)
    stock.step(price, price, price, np.full(1, price), np.full(1, 500.0), interest=300.0)
    never = 1.0 - stock.weights.sum(axis=1)
    for what in story:
        price = play(stock, price, what._replace(interest=what.interest or 0.0), rng)
        assert stock.interest is not None
        whole = np.array(stock.drawn()) + never * stock.held()[:, NEVER]
        slid = (stock.books().slid[:, :NEVER] * stock.weights).sum(axis=1)
        assert (slid == 0.0).all()
        assert np.allclose(whole, stock.interest, rtol=1e-5, atol=1e-9)


@settings(max_examples=300, deadline=None)
@given(base=st.floats(0.0, 1e6), opened=st.floats(0.0, 1e6), part=st.floats(0.0, 1.0))
def test_what_survives_an_interval_is_what_came_less_what_went(base: float, opened: float, part: float) -> None:
    closed = part * (base + opened)
    old, fresh = survival(base, opened, closed)
    assert 0.0 <= old <= 1.0
    assert 0.0 <= fresh <= 1.0
    left = base * old + opened * fresh
    assert math.isclose(left, base + opened - closed, rel_tol=1e-7, abs_tol=1e-6 * (base + opened) + 1e-20)


def test_closing_hits_what_is_old_more_than_what_has_just_been_opened() -> None:
    # 100 open, 100 come, 100 go: OI stays 100, hazard 1: e^−1 of the old is left, 1 − e^−1 of the new.
    old, fresh = survival(100.0, 100.0, 100.0)
    assert math.isclose(old, math.exp(-1.0), rel_tol=1e-9)
    assert math.isclose(fresh, 1.0 - math.exp(-1.0), rel_tol=1e-9)


def test_a_day_of_quarter_second_steps_keeps_the_books() -> None:
    # 20,000 steps, thousands of tiny openings into the same bins: rounding must not eat them.
    rng = np.random.default_rng(3)
    stock, price, interest = Stock(LADDER, 60_000.0), 60_000.0, 10_000.0
    stock.seed([HistoryBar((60_000.0, 61_000.0, 59_500.0, 60_000.0), 5_000.0)], interest)
    for i in range(20_000):
        after = price * math.exp(rng.normal(0.0, 0.0002))
        report = interest * math.exp(rng.normal(0.0, 1e-4)) if i % 12 == 0 else None
        low, high = min(price, after), max(price, after)
        stock.step(low, high, after, np.array([price, after]), np.array([0.3, 0.2]), interest=report)
        price, interest = after, report or interest
    check(stock, price)
    assert stock.overdrawn == 0
