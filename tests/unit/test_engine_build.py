"""A stock from history in which nobody kept open interest: its past is there, and goes over into now without a step."""

import numpy as np
import pytest

from liqtui.engine.build import building
from liqtui.engine.past import PastBar
from liqtui.engine.snapshots import by_side
from liqtui.events import Bar, Side, TierUnit
from liqtui.liqmap.grid import bin_of
from liqtui.liqmap.ladder import Ladder
from liqtui.liqmap.margin import MarginRule, Schedule
from liqtui.liqmap.stock import Stock
from liqtui.view import Snapshot

MINUTE = 60 * 10**9
LADDER = Ladder.of(MarginRule(False, 0.01, Schedule.flat(0.004), TierUnit.CONTRACTS, 0.0, 60_000.0, False), 100.0)


def bars(count: int, volume: float, interest: float | None = None) -> list[PastBar]:
    """Minutes about 60,000; at the first third of them a fall to 57,000 and back."""
    out = []
    for minute in range(count):
        low = 57_000.0 if minute == count // 3 else 59_900.0
        bar = Bar(minute * MINUTE, 60_000.0, 60_100.0, low, 60_000.0, volume, True)
        out.append(PastBar(minute * MINUTE, (minute + 1) * MINUTE, bar, None, interest))
    return out


def made(past: list[PastBar], interest: float) -> tuple[Stock, list[Snapshot]]:
    shots: list[Snapshot] = []
    work = building(lambda price: Stock(LADDER, price, churn=0.2), past, interest, shots.append)
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value, shots


def test_every_bar_has_its_snapshot_and_the_last_is_the_stock() -> None:
    stock, shots = made(bars(90, 500.0), 1_000.0)
    assert [shot.time_ns for shot in shots] == [(n + 1) * MINUTE for n in range(90)]
    last = shots[-1]
    whole = stock.by_rung(last.first_bin, last.mass.shape[-1] * last.stride).mass.sum(axis=(1, 2), dtype=np.float64)
    assert by_side(last).sum(axis=1) == pytest.approx(whole, rel=2e-3)
    sizes = [float(by_side(shot).sum()) for shot in shots[-10:]]
    assert sizes == pytest.approx([sizes[-1]] * 10, rel=0.05), "no step where the past ends"


def test_what_the_mark_swept_then_is_dark_from_then_on() -> None:
    """The longs that 57,000 liquidates are there before the fall, and gone after it."""
    _, shots = made(bars(90, 500.0), 1_000.0)

    def longs(shot: Snapshot) -> float:
        low, high = ((bin_of(price) - shot.first_bin) // shot.stride for price in (57_100.0, 59_000.0))
        return float(by_side(shot)[Side.LONG, low:high].sum())

    before, after = longs(shots[29]), longs(shots[30])
    assert before > 0.0
    assert after < 0.2 * before


def test_with_open_interest_it_is_what_was_reported_then() -> None:
    """Half of what is open now was open through the past: the same history, half as bright."""
    _, constant = made(bars(60, 500.0), 1_000.0)
    _, half = made(bars(60, 500.0, 500.0), 1_000.0)
    sizes = [float(by_side(shots[-1]).sum()) for shots in (half, constant)]
    assert sizes[0] == pytest.approx(sizes[1] / 2, rel=0.1)
