"""The running score: steps of the clock, late reports, what is not scored and why, and that nothing leaks."""

import tracemalloc
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from engine_scene import MINUTE, NAME, SECOND, SYMBOL, instrument, mark, trade

from liqtui.engine import Engine
from liqtui.engine.estimate import Path
from liqtui.engine.failures import Failures
from liqtui.engine.health import HealthBook
from liqtui.engine.jobs import Jobs
from liqtui.engine.scoring import KEPT, STEP_NS, Scoring, summary
from liqtui.events import (
    Ack,
    Event,
    FeedState,
    FeedStatus,
    Follow,
    Gap,
    Liquidation,
    Listing,
    OpenInterest,
    Side,
)
from liqtui.liqmap.score_maps import MODEL
from liqtui.liqmap.score_steps import NAMES, StepScore
from liqtui.market.batch import columns
from liqtui.venues import load

T0 = 1_700_000_100 * SECOND
"""On a boundary of five minutes."""
assert T0 % STEP_NS == 0
Change = Callable[[int, list[Event]], list[Event]]


def fallen(at_ns: int, size: float = 2.0, recv_ns: int | None = None) -> Liquidation:
    """A long that was liquidated; its own price lies far beyond the mark."""
    return Liquidation(SYMBOL, at_ns, recv_ns or at_ns, Side.LONG, size, 50_000.0)


def price_at(second: int) -> float:
    """A mark that swings by 2 % in 9 minutes, so that every step sweeps both ways."""
    return 60_000.0 * (1.0 + 0.01 * float(np.sin(second / 86.0)))


def played(minutes: int, change: Change | None = None) -> tuple[Engine, list[StepScore]]:
    """An engine that has lived on a swinging market for so long, and the steps it judged.

    `change` may put other events in the place of a second's: (seconds since the start, events).
    """
    steps: list[StepScore] = []
    made = Engine([load("okx")], judged=lambda _, step: steps.append(step))
    made.take("okx", T0, [Listing("okx", [instrument()], T0), Follow(SYMBOL, True), Ack("liquidation-orders:SWAP")])
    for second in range(minutes * 60):
        now = T0 + second * SECOND + SECOND // 10
        price = price_at(second)
        events: list[Event] = [mark(now, price), trade(now, price, 5.0)]
        if second % 10 == 0:
            events.append(OpenInterest(SYMBOL, now, now, 5_000.0 + second))
        if second % 20 == 7 and price < price_at(second - 1):
            events.append(fallen(now))
        made.take("okx", now, change(second, events) if change else events)
    made.advance(T0 + minutes * MINUTE)
    made.finish()
    return made, steps


@pytest.fixture(scope="module")
def lived() -> tuple[Engine, list[StepScore]]:
    return played(41)


def times(steps: Sequence[StepScore]) -> list[int]:
    return [(step.time_ns - T0) // STEP_NS for step in steps]


def same(a: StepScore, b: StepScore) -> bool:
    return all(np.array_equal(np.asarray(x), np.asarray(y)) for x, y in zip(a, b, strict=True))


def test_steps_begin_on_the_clock_and_none_is_judged_before_it_is_over(
    lived: tuple[Engine, list[StepScore]],
) -> None:
    made, steps = lived
    assert times(steps) == [1, 2, 3, 4, 5, 6, 7]  # the first five minutes have no forecast, the last are not over
    assert {step.reason for step in steps} == {""}
    made.publish()
    view = made.view(NAME)
    assert view is not None
    score = view.figures.score
    assert score is not None
    events = int(sum(step.events.sum() for step in steps))
    assert (score.n_steps, score.n_events, score.since_ns) == (7, events, T0 + STEP_NS)
    assert 0 < events < 100
    assert score.reason == f"{events} of 100 events"
    assert score.capture10 is score.lift is score.deviance is score.deviance_excursion is None


def test_dollars_are_at_the_mark_and_not_at_the_venues_own_price(lived: tuple[Engine, list[StepScore]]) -> None:
    _, steps = lived
    for step in steps:
        if step.events[Side.LONG]:
            each = float(step.liquidated[Side.LONG] / step.events[Side.LONG])
            assert 2.0 * 59_300 < each < 2.0 * 60_700


def test_the_score_is_the_same_every_time(lived: tuple[Engine, list[StepScore]]) -> None:
    _, again = played(41)
    assert all(same(a, b) for a, b in zip(lived[1], again, strict=True))


def test_what_happens_inside_a_step_changes_nothing_of_its_own_forecast(
    lived: tuple[Engine, list[StepScore]],
) -> None:
    """The fifth step has other trades, other open interest and other liquidations; its path is the same."""
    begin, end = 5 * 300, 6 * 300

    def other(second: int, events: list[Event]) -> list[Event]:
        if not begin <= second < end:
            return events
        now = T0 + second * SECOND + SECOND // 10
        own = [events[0], trade(now, price_at(second), 90.0), OpenInterest(SYMBOL, now, now, 9_000.0 + second)]
        return [*own, fallen(now, 50.0)] if second % 9 == 0 else own

    _, changed = played(41, other)
    before, after = lived[1], changed
    at = times(before).index(5)
    assert all(same(a, b) for a, b in zip(before[:at], after[:at], strict=True))
    assert before[at].liquidated.tolist() != after[at].liquidated.tolist()
    assert before[at].means.tolist() == after[at].means.tolist()
    assert before[at + 1].means[NAMES.index(MODEL)].tolist() != after[at + 1].means[NAMES.index(MODEL)].tolist()


def test_a_report_that_comes_seconds_late_counts_to_its_step(lived: tuple[Engine, list[StepScore]]) -> None:
    held: list[Event] = []

    def late(second: int, events: list[Event]) -> list[Event]:
        """What is liquidated in the last half minute of the second step is told half a minute after its end."""
        if 3 * 300 - 30 <= second < 3 * 300:
            held.extend(event for event in events if isinstance(event, Liquidation))
            return [event for event in events if not isinstance(event, Liquidation)]
        if second == 3 * 300 + 30:
            return [*events, *held[::-1]]
        return events

    _, steps = played(41, late)
    assert held
    assert all(same(a, b) for a, b in zip(lived[1], steps, strict=True))


def test_a_report_told_twice_counts_once(lived: tuple[Engine, list[StepScore]]) -> None:
    def twice(_: int, events: list[Event]) -> list[Event]:
        return [*events, *(event for event in events if isinstance(event, Liquidation))]

    _, steps = played(41, twice)
    assert all(same(a, b) for a, b in zip(lived[1], steps, strict=True))


def told(*events: Event) -> Change:
    """These events in the third second of the fourth step."""
    return lambda second, usual: [*usual, *events] if second == 4 * 300 + 3 else usual


def status(state: FeedState) -> FeedStatus:
    return FeedStatus("okx", "okx/1", T0, state)


def unmarked(second: int, events: list[Event]) -> list[Event]:
    return events[1:] if 4 * 300 + 20 <= second < 4 * 300 + 80 else events


@pytest.mark.parametrize(("change", "reason"), [
    (told(status(FeedState.CONNECTING), status(FeedState.LIVE)), "feed outage"),
    (told(Gap(SYMBOL, f"trades:{SYMBOL}", T0, "silent")), "feed outage"),
    (told(Gap(None, "recording", T0, "a line cannot be read")), "feed outage"),
    (unmarked, "mark stale"),
    (told(Gap(SYMBOL, f"books:{SYMBOL}", T0, "a sequence jumped")), ""),
    (told(Gap("ETH-USDT-SWAP", "liquidation-orders:SWAP", T0, "a contract nobody follows")), ""),
    (told(status(FeedState.LIVE)), ""),
], ids=["reconnected", "trades missing", "recording broken", "no mark for a minute", "book only", "of another contract",
        "nothing wrong"])
def test_a_step_with_a_hole_is_not_scored_and_says_why(change: Change, reason: str) -> None:
    made, steps = played(31, change)
    assert [step.reason for step in steps] == ["", "", "", reason, ""]
    made.publish()
    view = made.view(NAME)
    assert view is not None
    assert view.figures.score is not None
    assert view.figures.score.skipped == (((reason, 1),) if reason else ())
    assert view.figures.score.n_steps == (4 if reason else 5)


def test_while_a_connection_is_down_no_step_is_scored() -> None:
    def down(second: int, events: list[Event]) -> list[Event]:
        state = {4 * 300 + 3: FeedState.CONNECTING, 5 * 300 + 3: FeedState.LIVE}.get(second)
        return events if state is None else [status(state), *events]

    _, steps = played(36, down)
    assert [step.reason for step in steps] == ["", "", "", "feed outage", "feed outage", ""]


def test_without_marks_or_a_liquidation_feed_nothing_is_scored() -> None:
    _, steps = played(21, lambda _, events: events[1:])
    assert {step.reason for step in steps} == {"mark unknown"}
    deaf: list[StepScore] = []
    made = Engine([load("okx")], judged=lambda _, step: deaf.append(step))
    made.take("okx", T0, [Listing("okx", [instrument()], T0), Follow(SYMBOL, True)])
    for second in range(12 * 60):
        now = T0 + second * SECOND + SECOND // 10
        made.take("okx", now, [mark(now, 60_000), trade(now, 60_000)])
    assert [step.reason for step in deaf] == ["liquidations not heard"]


def test_after_a_night_without_a_feed_the_steps_of_the_day_before_are_forgotten() -> None:
    """An hour is heard, then nothing for 23 hours and a half, then half an hour again."""
    hour, night = 3_600, 23 * 3_600 + 1_800
    steps: list[StepScore] = []
    made = Engine([load("okx")], judged=lambda _, step: steps.append(step))
    made.take("okx", T0, [Listing("okx", [instrument()], T0), Follow(SYMBOL, True), Ack("liquidation-orders:SWAP")])
    for second in [*range(0, hour, 5), *range(hour + night, hour + night + 1_800, 5)]:
        now = T0 + second * SECOND + SECOND // 10
        made.take("okx", now, [mark(now, price_at(second)), trade(now, price_at(second))])
    made.finish()
    pipeline = made.pipeline(NAME)
    assert pipeline is not None
    kept = pipeline.scoring.steps
    assert KEPT * STEP_NS == 86_400 * SECOND
    assert len(kept) <= KEPT
    assert kept == tuple(step for step in steps if step.time_ns > steps[-1].time_ns - KEPT * STEP_NS)
    # Scored were 0:05 … 0:55 and 24:30 … 24:50; a day before 24:50 only 0:55 is left of the first hour.
    assert sum(not step.reason for step in steps) == 11 + 5
    assert sum(not step.reason for step in kept) == 1 + 5


def test_from_a_hundred_events_on_the_score_is_what_the_steps_add_up_to(
    lived: tuple[Engine, list[StepScore]],
) -> None:
    """The same hours over and over: seven eighths of the dollars of wide steps in the model's densest tenth."""
    step = lived[1][0]
    made = step._replace(
        levelled=True, liquidated=np.array([8e6, 0.0]), events=np.array([8.0, 0.0]), wide=np.array([8.0, 0.0]),
        seen=np.array([8e6, 0.0]), captured=np.full_like(step.captured, 7e6), means=np.full_like(step.means, 8e6),
    )
    made.captured[:, Side.SHORT] = 0.0
    score = summary([made] * 13)
    assert (score.n_steps, score.n_events, score.reason) == (13, 104, "")
    assert score.capture10 == pytest.approx(0.875)
    assert score.lift == pytest.approx(8.75)
    # Longs are foretold exactly; shorts 8e6 with nothing liquidated: 2·8e6 over 8e6.
    assert score.deviance == pytest.approx(2.0)
    assert summary([made] * 12).capture10 is None  # 96 events


def test_five_minutes_of_a_fast_market_are_kept_by_price_and_not_trade_by_trade() -> None:
    """A million trades as they came would be 25 MB an instrument."""
    scoring = Scoring(instrument(), load("okx"), Jobs(Failures(HealthBook())))
    trades = [trade(T0, 60_000.0 + n % 100, 1.0) for n in range(10_000)]
    tracemalloc.start()
    for _ in range(100):
        scoring.moved(Path(60_000.0, 60_100.0, 60_050.0), columns(trades), None)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 100_000
