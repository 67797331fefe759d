"""Long work goes on as the feeds say there is time, and comes to the same as what is done at once."""

from collections.abc import Generator

import numpy as np
import pytest
from engine_scene import MINUTE, NAME, SECOND, SYMBOL, T0, engine, mark, shown
from sum_scene import SUM, go_on, three, whole

from liqtui.engine import Engine
from liqtui.engine.failures import Failures
from liqtui.engine.health import HealthBook
from liqtui.engine.jobs import Jobs
from liqtui.events import Backfill, Bar, Candles, InterestHistory, Worked
from liqtui.liqmap.stock import Stock

BARS = [
    Bar(T0 - (600 - i) * MINUTE, 60_000.0, 60_000.0 + i % 97, 60_000.0 - i % 89, 60_000.0, 5.0, True)
    for i in range(600)
]


def counting(units: int) -> Generator[None, None, int]:
    for _ in range(units):
        yield
    return units


def history(made: Engine) -> None:
    """Ten hours by the minute, and a mark."""
    known = InterestHistory(SYMBOL, MINUTE, [(bar.open_ns + MINUTE, 1_000.0) for bar in BARS])
    made.take("okx", T0, [Backfill(SYMBOL, "", 0, 1), mark(T0, 60_000.0), known, Candles(SYMBOL, MINUTE, False, BARS)])
    made.take("okx", T0, [Backfill(SYMBOL, "1m", 1, 1)])


def test_where_nobody_says_when_work_is_done_at_once() -> None:
    done: list[int | None] = []
    jobs = Jobs(Failures(HealthBook()))
    jobs.begin(("a", "sum"), counting(1_000), done.append)
    assert (done, jobs.busy) == ([1_000], False)


def test_pieces_are_worked_first_come_first_served_and_what_is_given_up_is_told_nothing() -> None:
    done: list[int | None] = []
    jobs = Jobs(Failures(HealthBook()))
    jobs.work(0, 0)
    jobs.begin(("a", "one"), counting(10), done.append)
    jobs.begin(("b", "two"), counting(5), done.append)
    jobs.work(10, 0)
    assert done == [], "the end is a unit of its own"
    jobs.work(1, 0)
    assert done == [10]
    jobs.begin(("b", "two"), counting(7), done.append)
    jobs.begin(("c", "three"), counting(3), done.append)
    jobs.drop("c")
    jobs.work(100, 0)
    assert (done, jobs.busy) == ([10, 7], False)


def test_a_job_that_fails_is_told_and_the_next_goes_on() -> None:
    def failing() -> Generator[None, None, int]:
        yield
        raise ArithmeticError("no mass")

    health, done = HealthBook(), list[int | None]()
    jobs = Jobs(Failures(health))
    jobs.work(0, 0)
    jobs.begin(("okx:X", "a history"), failing(), done.append)
    jobs.begin(("okx:Y", "a history"), counting(1), done.append)
    jobs.work(10, 0)
    assert done == [None, 1]
    (problem,) = health.freeze((), None).problems
    assert problem.words.startswith("okx:X: internal error at a history: ArithmeticError: no mass [test_engine_jobs.py")


def test_a_piece_lays_no_more_bars_than_it_says_and_the_map_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    laid, bar = [0], Stock.bar

    def counted(stock: Stock, *args: float, **named: float) -> object:
        laid[0] += 1
        return bar(stock, *args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Stock, "bar", counted)
    at_once, in_pieces = engine(), engine()
    history(at_once)
    laid[0] = 0
    in_pieces.take("feeds", T0, [Worked(0)])
    history(in_pieces)
    assert laid[0] == 0
    assert shown(in_pieces).map is None
    pieces = []
    while in_pieces.busy:
        before = laid[0]
        in_pieces.take("feeds", T0, [Worked(32)])
        pieces.append(laid[0] - before)
    assert max(pieces) == 32
    assert sum(pieces) == 600
    ours, theirs = shown(in_pieces), shown(at_once)
    assert ours.map is not None
    assert theirs.map is not None
    np.testing.assert_array_equal(ours.map.mass, theirs.map.mass)
    assert [s.time_ns for s in ours.snapshots] == [s.time_ns for s in theirs.snapshots]


def test_what_came_while_a_history_waited_is_laid_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    laid, bar = [0], Stock.bar

    def counted(stock: Stock, *args: float, **named: float) -> object:
        laid[0] += 1
        return bar(stock, *args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Stock, "bar", counted)
    made = engine()
    made.take("feeds", T0, [Worked(0)])
    made.take("okx", T0, [Backfill(SYMBOL, "", 0, 2), mark(T0, 60_000.0), Candles(SYMBOL, MINUTE, False, BARS[300:])])
    made.take("okx", T0, [Backfill(SYMBOL, "5m", 1, 2)])
    history(made)
    made.take("feeds", T0, [Worked(10_000)])
    view = shown(made)
    assert view.health.backfill is not None
    assert (laid[0], view.health.backfill.stage, made.busy) == (600, "1m", False)


def test_a_stage_is_shown_when_it_is_in_the_map_and_the_joint_waits_for_it() -> None:
    made = engine()
    made.take("feeds", T0, [Worked(0)])
    history(made)
    made.take("okx", T0, [Backfill(SYMBOL, "joined", 2, 2, joint_ns=T0)])
    pipeline = made.pipeline(NAME)
    assert pipeline is not None
    view = shown(made)
    assert view.health.backfill is not None
    assert (view.health.backfill.done, view.health.backfill.stage, pipeline.estimate.joining) == (2, "", True)
    made.take("feeds", T0, [Worked(1_000)])
    view = shown(made)
    assert view.health.backfill is not None
    assert (view.health.backfill.stage, pipeline.estimate.joining) == ("joined", False)


def test_the_past_of_a_sum_is_added_up_in_pieces_and_what_became_past_meanwhile_stays() -> None:
    made = three()
    made.take("feeds", T0 + SECOND, [Worked(0)])
    pipelines = [made.pipeline(name) for name in ("okx:BTC-USDT-SWAP", "binance:BTCUSDT", "bybit:BTCUSDT")]
    for pipeline in pipelines:
        assert pipeline is not None
        kept = pipeline.estimate.snapshots
        pipeline.estimate.snapshots = type(kept)()
        for snapshot in kept.all():
            pipeline.estimate.snapshots.add(snapshot)
    go_on(made, T0 + 5 * SECOND)
    assert made.busy
    go_on(made, T0 + 2 * MINUTE + SECOND)
    minutes = {T0 + MINUTE, T0 + 2 * MINUTE}
    assert minutes <= {snapshot.time_ns for snapshot in whole(made).snapshots}
    made.take("feeds", T0 + 2 * MINUTE + SECOND, [Worked(1_000)])
    assert not made.busy
    times = [snapshot.time_ns for snapshot in whole(made, SUM).snapshots]
    assert minutes <= set(times)
    assert times == sorted(set(times))
    assert len(times) >= 30
