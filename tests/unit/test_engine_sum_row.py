"""A row of a sum: the rows of its contracts added up."""

from dataclasses import replace

import numpy as np
import pytest
from engine_scene import SECOND, T0
from msgspec import structs
from sum_scene import listed

from liqtui.engine.sum_row import summed_row
from liqtui.instruments import Instrument, summed
from liqtui.view import STRIP_BINS, BackfillView, Figure, Row

WHOLE = summed("BTC", "USDT", 0.1)
HALF = STRIP_BINS // 2
HOUR = 3_600 * SECOND


def row(one: Instrument, price: float, interest: float, per_bin: tuple[float, float]) -> Row:
    """`per_bin`: units of longs below the mark and of shorts above it, in every bin alike."""
    strip = np.repeat(np.array(per_bin, np.float32), HALF)
    at = Figure(price, T0)
    return Row(
        one, T0, at, 0.01, at, False, interest, 0.02, Figure(0.0001, T0), 8 * HOUR, strip, None, 0.5, (1e6, 2e6), False,
        BackfillView(1, 1, "1H", False, "", None),
    )


LARGE = row(listed("binance"), 50_000.0, 3e9, (2.0, 1.0))
SMALL = row(listed("okx"), 50_100.0, 1e9, (1.0, 1.0))


def test_sizes_are_added_and_prices_are_those_of_the_largest() -> None:
    """Per bin 2 coins of longs at 50,000 and 1 at 50,100: 150,100 dollars, 3.002 coins at the reference's price."""
    found = summed_row(WHOLE, [SMALL, LARGE])
    assert found is not None
    assert found.instrument == WHOLE
    assert found.last == LARGE.last
    assert found.open_interest_usd == 4e9
    assert found.liquidated_1h == (2e6, 4e6)
    assert found.strip is not None
    assert found.strip[0] == pytest.approx(3.002)
    assert found.strip[-1] == pytest.approx(2.002)
    assert found.imbalance == pytest.approx(3.002 / 5.004)


def test_an_inverse_contracts_sizes_are_dollars() -> None:
    """50,000 dollars of face in a bin are a coin at 50,000."""
    inverse = row(structs.replace(listed("okx"), inverse=True), 50_100.0, 1e9, (50_000.0, 50_000.0))
    found = summed_row(WHOLE, [LARGE, inverse])
    assert found is not None
    assert found.strip is not None
    assert found.strip[0] == pytest.approx(3.0)


def test_funding_counts_by_open_interest_for_eight_hours() -> None:
    """3 parts of 0.01 % in eight hours and 1 part of 0.005 % an hour: (0.03 + 0.04) / 4."""
    hourly = replace(SMALL, funding=Figure(0.00005, T0 - SECOND), funding_interval_ns=HOUR)
    found = summed_row(WHOLE, [LARGE, hourly])
    assert found is not None
    assert found.funding is not None
    assert found.funding.value == pytest.approx(0.000175)
    assert found.funding.time_ns == T0 - SECOND
    assert found.funding_interval_ns == 8 * HOUR
    untold = summed_row(WHOLE, [LARGE, replace(SMALL, funding_interval_ns=None)])
    assert untold is not None
    assert untold.funding == LARGE.funding


def test_the_change_of_open_interest_needs_all_of_them() -> None:
    """3 B up 2 % and 1 B down 50 %: 4 over 2.941 + 2."""
    found = summed_row(WHOLE, [LARGE, replace(SMALL, open_interest_change_1h=-0.5)])
    assert found is not None
    assert found.open_interest_change_1h == pytest.approx(4 / (3 / 1.02 + 2) - 1)
    unknown = summed_row(WHOLE, [LARGE, replace(SMALL, open_interest_change_1h=None)])
    assert unknown is not None
    assert unknown.open_interest_change_1h is None


def test_what_is_stale_or_relative_is_left_out_while_there_is_anything_else() -> None:
    for other in (replace(SMALL, stale=True), replace(SMALL, relative=True), replace(SMALL, strip=None)):
        found = summed_row(WHOLE, [LARGE, other])
        assert found is not None
        assert found.open_interest_usd == 3e9
        assert not found.stale
    both = summed_row(WHOLE, [replace(LARGE, stale=True), replace(SMALL, stale=True)])
    assert both is not None
    assert both.stale
    assert both.open_interest_usd == 4e9


def test_while_no_history_is_in_there_are_prices() -> None:
    assert summed_row(WHOLE, []) is None
    bare = replace(LARGE, strip=None, nearest=None, imbalance=None, open_interest_usd=None)
    found = summed_row(WHOLE, [bare])
    assert found is not None
    assert (found.instrument, found.last, found.strip) == (WHOLE, LARGE.last, None)
