"""How long what stands at the cursor has stood."""

import numpy as np
import pytest

from liqtui.events import Side
from liqtui.ui.paint.readout import STRIDE, Past
from liqtui.ui.paint.scale import Scale
from liqtui.view import Snapshot

MINUTE = 60 * 10**9
NOW = 2_000 * MINUTE
HERE = Scale(first=100, cells=1, bins=1, width=0.0005)


def minutes(*masses: float) -> list[Snapshot]:
    """What a column of longs had, a minute each, oldest first."""
    return [
        Snapshot(NOW - back * MINUTE, 100, 1, np.array([[[mass]], [[0.0]]], np.float16), 1.0, 1.0, 1.0, 1.0)
        for back, mass in zip(range(len(masses) - 1, -1, -1), masses, strict=True)
    ]


@pytest.mark.parametrize("stood", [1, STRIDE - 1, STRIDE, STRIDE + 1, 5 * STRIDE, 37, 99])
@pytest.mark.parametrize("before", [1, 2, STRIDE, 40])
def test_it_has_stood_since_it_first_had_half_of_what_it_has(stood: int, before: int) -> None:
    """4 of 10 is less than half, 6 is not."""
    past = Past(minutes(*[4.0] * before, *[6.0] * (stood - 1), 10.0), HERE, Side.LONG)
    assert past.stood() == (NOW - (stood - 1) * MINUTE, False)


@pytest.mark.parametrize("known", [1, STRIDE, STRIDE + 1, 100])
def test_what_has_always_stood_has_stood_longer_than_is_known(known: int) -> None:
    past = Past(minutes(*[10.0] * known), HERE, Side.LONG)
    assert past.stood() == (NOW - (known - 1) * MINUTE, True)


def test_it_grows_by_what_it_has_over_what_it_had_an_hour_ago() -> None:
    assert Past(minutes(8.0, *[9.0] * 59, 10.0), HERE, Side.LONG).growth() == pytest.approx(0.25)
    assert Past(minutes(*[9.0] * 59, 10.0), HERE, Side.LONG).growth() is None
    assert Past([], HERE, Side.LONG).stood() == (None, False)
    assert Past(minutes(5.0), HERE, Side.SHORT).stood() == (None, False)
