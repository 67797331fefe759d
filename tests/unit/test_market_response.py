"""What is learned of a market's answers: how much of a walk the mark keeps, how much of a book stands in a run."""

import math

import numpy as np
import pytest
from engine_scene import SYMBOL, instrument

from liqtui.events import BookDelta, Level
from liqtui.market.batch import Columns, columns
from liqtui.market.book import Book, Levels
from liqtui.market.response import KEPT, STANDS, Answer, walked

SECOND = 10**9
STEP = SECOND // 4
NOTHING = columns([])


def book_about(mid: float, size: float, now_ns: int, reach: int = 400) -> BookDelta:
    """One unit `size` on every dollar either side of the mid."""
    bids = [Level(mid - 0.5 - n, size) for n in range(reach)]
    asks = [Level(mid + 0.5 + n, size) for n in range(reach)]
    return BookDelta(SYMBOL, now_ns, now_ns, bids, asks, 1.0, snapshot=True)


def bought(size: float, now_ns: int) -> Columns:
    return Columns(np.array([now_ns]), np.array([10_000.0]), np.array([abs(size)]), np.array([size > 0]))


def played(kept: float, orders: int, noise: float = 2e-5) -> Answer:
    """Takers walk 20 levels (0.2 %) of a calm market now and then, up and down; the mark keeps a share of it."""
    rng = np.random.default_rng(1)
    answer, book, price, goal = Answer(), Book(instrument()), 10_000.0, 10_000.0
    for n in range(orders * 40):
        now, trades = n * STEP, NOTHING
        if n % 40 == 20:
            size = 20.5 * (1 if rng.random() < 0.5 else -1)
            trades, goal = bought(size, now), price * math.exp(math.copysign(20 / price, size) * kept)
        price += (goal - price) * 0.3
        book.apply(book_about(round(price), 1.0, now, 40))
        answer.take(now, price * math.exp(noise * rng.standard_normal()), book, trades)
    return answer


def test_at_first_there_is_the_prior() -> None:
    answer = Answer()
    assert answer.kept == pytest.approx(KEPT)
    assert answer.stands == pytest.approx(STANDS)


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9])
def test_the_share_of_a_walk_that_stays_is_learned_from_takers(kept: float) -> None:
    assert played(kept, 80).kept == pytest.approx(kept, abs=0.08)


def test_one_order_however_large_does_not_decide() -> None:
    assert abs(played(0.9, 1).kept - KEPT) < 0.12


def test_it_is_forgotten_again_by_half_in_a_day() -> None:
    answer = played(0.9, 40)
    learned = answer.kept
    for day in range(1, 12):
        book = Book(instrument())
        answer.take(day * 86_400 * SECOND, 10_000.0, book, NOTHING)
    assert abs(answer.kept - KEPT) < 0.3 * (learned - KEPT)


def test_what_an_old_book_says_of_a_walk_is_not_believed() -> None:
    answer, book = Answer(), Book(instrument())
    book.apply(book_about(10_000.0, 1.0, 0, 40))
    for n in range(400):
        falls = 10_000.0 * math.exp(-0.001 * (n // 40))
        answer.take(n * STEP, falls, book, bought(-20.5, n * STEP) if n % 40 == 39 else NOTHING)
    assert answer.kept == pytest.approx(KEPT)


def run(remains: float, seconds: int) -> Answer:
    """A quiet minute, then the price falls 0.1 % a second into a book of which only a share remains."""
    answer, book = Answer(), Book(instrument())
    for n in range((60 + seconds) * 4):
        now = n * STEP
        falling = max(0, n // 4 - 60)
        price = 10_000.0 - 10.0 * falling
        book.apply(book_about(price, remains if falling else 1.0, now))
        answer.take(now, price, book, NOTHING)
    return answer


@pytest.mark.parametrize("remains", [0.2, 0.5, 1.0])
def test_what_stands_in_a_run_is_learned_from_the_book_that_is_found(remains: float) -> None:
    answer = run(remains, 12)
    # From 0.2 % of way on, once a second, weighing 0.2 to 1: 7.4 in all, against a prior of 0.5 that weighs 4; in logs.
    pulled = math.exp((7.4 * math.log(remains) + 4 * math.log(0.5)) / 11.4)
    assert answer.stands == pytest.approx(pulled, rel=0.1)


def test_a_calm_market_says_nothing_of_it() -> None:
    assert run(0.2, 0).stands == pytest.approx(STANDS)


def test_a_price_that_comes_back_says_nothing_of_it() -> None:
    answer, book = Answer(), Book(instrument())
    for n in range(400):
        price = 10_000.0 + 8.0 * math.sin(n / 20)  # 0.16 % from end to end
        book.apply(book_about(round(price), 1.0 if n % 2 else 0.1, n * STEP))
        answer.take(n * STEP, price, book, NOTHING)
    assert answer.stands == pytest.approx(STANDS)


def test_a_walk_is_measured_from_touch_to_the_level_it_ends_in() -> None:
    side = Levels(np.array([100.0, 101.0, 102.0]), np.array([1.0, 2.0, 3.0]))
    assert walked(side, 0.0) == walked(side, 1.0) == 0.0
    assert walked(side, 1.5) == walked(side, 3.0) == pytest.approx(math.log(1.01))
    assert walked(side, 100.0) == pytest.approx(math.log(1.02)), "what the book does not hold ends at its last level"
