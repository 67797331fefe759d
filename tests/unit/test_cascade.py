"""Cascades by hand: bins of 1 % in log price, forty of them, the mark on the edge between the two halves."""

import math

import numpy as np
import pytest

from liqtui.liqmap.cascade import Book, Cascades, Response, cascades, in_base
from liqtui.liqmap.grid import Floats

WIDTH, HALF = 0.01, 20
FIRST = 1_000
MARK = math.exp((FIRST + HALF) * WIDTH)
PLAIN = Response(1.0, 1.0)


def per_bin(*inner: float, beyond: float = 0.0) -> Floats:
    """A side outward from the mark: the first bins, then the same in all others."""
    return np.array([*inner, *[beyond] * (HALF - len(inner))])


def both(stock: Floats, depth: Floats, response: Response = PLAIN, feedback: bool = True) -> tuple[Cascades, Cascades]:
    """The same market above the mark and below it."""
    none = np.zeros(HALF)
    found = cascades(
        np.append(stock[::-1], none), np.append(none, stock), Book(np.append(depth[::-1], none),
        np.append(none, depth), MARK), FIRST, WIDTH, MARK, response, feedback=feedback, reach=0.1,
    )
    assert found is not None
    return found


def ends(found: Cascades) -> list[float]:
    """Ends in bins from the mark."""
    steps: list[float] = np.abs(np.log(found.end / MARK) / WIDTH).round(6).tolist()
    return steps


def test_what_a_push_liquidates_walks_the_book_beyond_it() -> None:
    # 4 liquidated in the first bin walk 4 of the 10 that lie in the second: 0.4 bins, of which the mark keeps half.
    stock, depth = per_bin(4.0), per_bin(beyond=10.0)
    sell, buy = both(stock, depth, Response(0.5, 1.0))
    assert ends(sell) == ends(buy) == [n + 0.2 for n in range(1, 11)]
    assert sell.trigger[0] == pytest.approx(MARK * math.exp(-0.01))
    assert sell.forced.tolist() == pytest.approx([4.0] * 10)
    assert sell.amplification[0] == pytest.approx((math.exp(-0.012) - 1) / (math.exp(-0.01) - 1))
    assert buy.amplification[0] == pytest.approx((math.exp(0.012) - 1) / (math.exp(0.01) - 1))
    assert not sell.runaway.any()


def test_what_the_walk_sweeps_walks_on_to_the_fixed_point() -> None:
    # end = 1 + 0.5 · 4 · end / 10, so end = 1 / (1 − 0.2)
    sell, _ = both(per_bin(beyond=4.0), per_bin(beyond=10.0), Response(0.5, 1.0))
    assert ends(sell)[:4] == pytest.approx([1.25, 2.5, 3.75, 5.0], abs=1e-4)
    assert sell.forced[:2].tolist() == pytest.approx([5.0, 10.0], abs=1e-4)


def test_without_feedback_what_the_push_swept_walks_once() -> None:
    sell, _ = both(per_bin(beyond=4.0), per_bin(beyond=10.0), Response(0.5, 1.0), feedback=False)
    assert ends(sell)[:3] == [1.2, 2.4, 3.6]


def test_depth_that_is_gone_when_the_price_gets_there_counts_as_thinner() -> None:
    sell, _ = both(per_bin(4.0), per_bin(beyond=10.0), Response(0.5, 0.5))
    assert ends(sell)[:2] == [1.4, 2.4]


def test_a_cascade_that_feeds_itself_runs_to_where_the_stock_ends() -> None:
    # 24 a bin walk 2.4 bins, of which half is kept: 1.2 bins a bin, to the end of the stock at 10 bins. All 240 then
    # walk 24 bins from the trigger, far beyond the 12 bins of book, whose outer quarter holds 10 a bin, too.
    sell, _ = both(per_bin(*[24.0] * 10), per_bin(*[10.0] * 12), Response(0.5, 1.0))
    assert ends(sell)[:3] == [13.0, 14.0, 15.0]
    assert sell.runaway[:6].all()
    assert sell.extrapolated.all()
    first = sell.first_runaway
    assert first is not None
    assert first.trigger == pytest.approx(MARK * math.exp(-0.01))
    assert first.amplification == pytest.approx((math.exp(-0.13) - 1) / (math.exp(-0.01) - 1))


def test_a_cascade_on_the_brink_still_comes_to_rest_where_it_must() -> None:
    # 9.9 a bin on 10: end = n / (1 − 0.99) while the stock lasts, three bins: 3 bins of 9.9 walk 2.97 from the trigger.
    sell, _ = both(per_bin(9.9, 9.9, 9.9), per_bin(beyond=10.0))
    assert ends(sell)[0] == pytest.approx(3.97, abs=1e-3)
    assert ends(sell)[3] == pytest.approx(4 + 2.97, abs=1e-3)
    # 9.9 all the way, but nothing in bin 6: 5 bins walk 4.95, and 1 + 4.95 = 5.95 lies within the gap
    sell, _ = both(per_bin(*[9.9] * 5, 0.0, *[9.9] * 14), per_bin(beyond=10.0))
    assert ends(sell)[0] == pytest.approx(5.95, abs=1e-3)


def test_beyond_the_book_its_outer_quarter_goes_on() -> None:
    # Eight bins are seen, 10 a bin and 5 in the outer two. From the eighth on 10 walk two bins of 5.
    sell, buy = both(per_bin(10.0), per_bin(*[10.0] * 6, 5.0, 5.0))
    assert ends(sell)[7] == ends(buy)[7] == 10.0
    assert sell.extrapolated.tolist() == [n + 1 > 6 for n in range(10)]


def test_within_the_book_nothing_is_extrapolated() -> None:
    sell, _ = both(per_bin(4.0), per_bin(beyond=10.0))
    assert not sell.extrapolated.any()


def test_more_than_all_the_book_holds_is_a_runaway() -> None:
    # From the seventh bin on the end is not twice as far, but 60 is more than the whole book of 8 bins.
    sell, _ = both(per_bin(0.0, 0.0, 0.0, 60.0), per_bin(*[5.0] * 8), Response(0.5, 1.0))
    assert ends(sell)[6] == 13.0
    assert sell.amplification[6] < 2.0
    assert sell.runaway.tolist() == [False, False, False, True, True, True, True, True, False, False]


def test_doubling_next_to_nothing_is_no_runaway() -> None:
    found = cascades(
        np.full(4_000, 10.0), np.full(4_000, 10.0), Book(np.full(4_000, 10.0), np.full(4_000, 10.0), math.e),
        0, 0.0005, math.e, Response(0.6, 1.0),
    )
    assert found is not None
    assert found[0].amplification[0] > 2.0  # 0.05 % becomes 0.125 %
    assert not found[0].runaway[:3].any()
    assert found[0].runaway[3]  # 0.2 % becomes 0.5 %


def test_without_stock_a_push_ends_where_it_was_pushed_to() -> None:
    sell, buy = both(per_bin(), per_bin(beyond=10.0))
    assert sell.end.tolist() == pytest.approx(sell.trigger.tolist())
    assert buy.amplification.tolist() == pytest.approx([1.0] * 10)


def test_without_a_book_on_one_side_nothing_is_said() -> None:
    none = np.zeros(2 * HALF)
    assert cascades(none, none, Book(none, none, MARK), FIRST, WIDTH, MARK, PLAIN) is None


def test_stock_that_the_mark_has_passed_within_its_bin_is_not_swept_again() -> None:
    # The mark stands 0.3 into a bin: so much of its longs lies below it, 0.7 of its shorts above.
    mark = MARK * math.exp(0.003)
    stock = np.zeros(2 * HALF)
    stock[HALF] = 8.0
    book = Book(np.full(2 * HALF, 10.0), np.full(2 * HALF, 10.0), mark)
    found = cascades(stock, stock, book, FIRST, WIDTH, mark, PLAIN, reach=0.1)
    assert found is not None
    sell, buy = found
    assert (sell.forced[0], buy.forced[0]) == pytest.approx((2.4, 5.6))
    assert math.log(buy.trigger[0] / mark) == pytest.approx(0.007)
    assert math.log(sell.trigger[0] / mark) == pytest.approx(-0.013), "nearer than half a bin there is no trigger"


@pytest.mark.parametrize("seed", range(8))
def test_more_stock_or_a_thinner_book_never_ends_nearer(seed: int) -> None:
    rng = np.random.default_rng(seed)
    stock, depth = rng.gamma(0.5, 6.0, HALF), rng.gamma(1.0, 10.0, HALF) + 0.1
    response = Response(float(rng.uniform(0.1, 1.0)), float(rng.uniform(0.2, 1.0)))
    base, more = both(stock, depth, response), both(stock * rng.uniform(1.0, 2.0, HALF), depth, response)
    thinner = both(stock, depth, Response(response.kept, response.stands * 0.8))
    once = both(stock, depth, response, feedback=False)
    for way in (0, 1):
        far = np.array(ends(base[way]))
        assert (far >= np.arange(1, 11) - 1e-6).all()
        assert (np.array(ends(more[way])) >= far - 1e-3).all()
        assert (np.array(ends(thinner[way])) >= far - 1e-3).all()
        assert (np.array(ends(once[way])) <= far + 1e-6).all()


def test_two_venues_added_are_one_market_of_twice_the_size() -> None:
    rng = np.random.default_rng(5)
    stock, depth = rng.gamma(0.5, 6.0, HALF), rng.gamma(1.0, 10.0, HALF)
    one, two = both(stock, depth), both(2 * stock, 2 * depth)
    assert ends(two[0]) == pytest.approx(ends(one[0]))
    assert two[1].forced.tolist() == pytest.approx((2 * one[1].forced).tolist())


def test_the_face_of_an_inverse_contract_is_coins_at_the_price_of_its_bin() -> None:
    # At 60,000 a face of 6,000,000 USD is 100 coins.
    width = 0.0005
    first = math.floor(math.log(60_000.0) / width)
    middle = math.exp((first + 0.5) * width)
    assert in_base([[6e6, 0.0], [0.0, 6e6]], first, width)[0].tolist() == pytest.approx([6e6 / middle, 0.0])
    assert in_base([0.0, 6e6], first, width)[1] == pytest.approx(6e6 / middle / math.exp(width))


def test_any_price_between_the_triggers_can_be_asked_for() -> None:
    sell, buy = both(per_bin(4.0), per_bin(beyond=10.0), Response(0.5, 1.0))
    price = MARK * math.exp(-0.025)
    one = sell.at(price)
    assert one is not None
    assert one.end == pytest.approx(price * math.exp(-0.002), rel=1e-6)
    assert one.forced == pytest.approx(4.0)
    assert buy.at(MARK * math.exp(0.05)) is not None
    assert sell.at(MARK * 0.5) is None
    assert sell.at(MARK) is None
