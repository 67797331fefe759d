"""What one instrument's own work fails of is told with its name, and the others go on; live and replayed alike."""

from collections.abc import Callable

import pytest
from engine_scene import SECOND, T0
from sum_scene import MARKS, SUM, SYMBOLS, go_on, tell, three, whole

from liqtui.engine import Engine
from liqtui.engine.pipeline import Pipeline
from liqtui.engine.summing import Sum
from liqtui.events import FeedState, Index, Mark

BINANCE, BYBIT, OKX = (f"{venue}:{symbol}" for venue, symbol in (
    ("binance", "BTCUSDT"), ("bybit", "BTCUSDT"), ("okx", "BTC-USDT-SWAP")))


def failing(of: str, times: int = 10**9) -> Callable[..., None]:
    """In place of a pipeline's method: fails `times` times for one instrument."""
    left = [times]

    def method(own: Pipeline, *_: object, **__: object) -> None:
        if own.instrument.name == of and left[0] > 0:
            left[0] -= 1
            raise KeyError("no such bin")

    return method


def also(monkeypatch: pytest.MonkeyPatch, of: type, name: str, first: Callable[..., None]) -> None:
    """Have `first` called before a method."""
    method = getattr(of, name)

    def both(own: object, *args: object, **named: object) -> object:
        first(own, *args, **named)
        return method(own, *args, **named)

    monkeypatch.setattr(of, name, both)


def problems(made: Engine) -> list[str]:
    return [problem.words for problem in made.status().problems]


def test_a_view_that_cannot_be_made_stays_with_its_age_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    made = three()
    go_on(made, T0 + 10 * SECOND)
    then = whole(made, OKX)
    also(monkeypatch, Pipeline, "view", failing(OKX))
    go_on(made, T0 + 20 * SECOND)
    stands, others = whole(made, OKX), [made.view(BINANCE), made.view(BYBIT), made.view(SUM)]
    assert (stands.time_ns, stands.figures) == (then.time_ns, then.figures)
    assert stands.epoch > then.epoch, "so that the screen looks at it again"
    assert stands.health.words[0] == "internal error: KeyError"
    assert [view.time_ns - T0 for view in others if view is not None] == [20 * SECOND] * 3
    (words,) = problems(made)
    assert words.startswith("okx:BTC-USDT-SWAP: internal error at a View: KeyError: 'no such bin' [test_engine_fail")
    assert [problem.words for problem in stands.health.problems] == [words], "the pane's own list has it, too"


def test_a_boundary_that_fails_is_one_instruments_own_and_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failing step used to keep the clock where it was: no boundary was worked any more, for nobody."""
    made = three()
    go_on(made, T0 + 10 * SECOND)
    also(monkeypatch, Pipeline, "step", failing(BINANCE, times=12))
    go_on(made, T0 + 20 * SECOND)
    assert whole(made, BYBIT).time_ns == T0 + 20 * SECOND
    told = [words.partition(": KeyError")[0] for words in problems(made)]
    assert told == [f"{BINANCE}: internal error at a boundary", f"{BINANCE}: internal error at a boundary (time 10)"]
    assert whole(made, BINANCE).health.words[0] == "internal error: KeyError"
    go_on(made, T0 + 90 * SECOND)
    assert "internal error: KeyError" not in whole(made, BINANCE).health.words, "a minute after the last it is over"


def test_what_was_lost_at_a_failed_boundary_counts_as_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    made = three()
    pipelines = [made.pipeline(name) for name in (BINANCE, BYBIT)]
    assert [pipeline is not None and pipeline.scoring.whole() for pipeline in pipelines] == [True, True]
    also(monkeypatch, Pipeline, "step", failing(BINANCE, times=1))
    made.advance(T0 + 2 * SECOND)
    assert [pipeline is not None and pipeline.scoring.whole() for pipeline in pipelines] == [False, True]


def test_of_an_instrument_that_never_had_a_view_the_failure_is_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    also(monkeypatch, Pipeline, "view", failing(OKX))
    made = three()
    made.publish()
    assert (made.view(OKX), made.failed(OKX), made.failed(BYBIT)) == (None, "internal error: KeyError", None)


def test_a_sum_that_fails_keeps_nobody_from_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    made = three()
    go_on(made, T0 + 10 * SECOND)

    def broken(*_: object) -> None:
        raise ZeroDivisionError("float division by zero")

    also(monkeypatch, Sum, "step", broken)
    go_on(made, T0 + 11 * SECOND)
    assert {whole(made, name).time_ns for name in (OKX, BINANCE, BYBIT)} == {T0 + 11 * SECOND}
    assert problems(made)[0].startswith(f"{SUM}: internal error at a boundary: ZeroDivisionError")


def test_an_event_that_cannot_be_taken_keeps_no_other_from_being_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    made = three()
    go_on(made, T0 + 10 * SECOND)
    also(monkeypatch, Pipeline, "_on_mark", failing(OKX))
    pipeline = made.pipeline(OKX)
    assert pipeline is not None
    pipeline._on[Mark] = pipeline._on_mark
    at, symbol = T0 + 11 * SECOND, SYMBOLS["okx"]
    index = Index("BTC-USDT", at, at, 60_500.0)
    tell(made, "okx", at, Mark(symbol, at, at, MARKS["okx"]), index)
    made.advance(at + SECOND)
    assert problems(made)[0].startswith(f"{OKX}: internal error at a Mark: KeyError")
    found = whole(made, OKX).figures.index
    assert found is not None
    assert found.value == 60_500.0, "what came in the same frame is taken"


def test_when_the_feeds_have_ended_every_view_and_every_feed_says_so() -> None:
    made = three()
    go_on(made, T0 + 10 * SECOND)
    before = whole(made)
    made.stop(T0 + 12 * SECOND, "internal error, the feeds' thread has stopped: MemoryError: ")
    for name in (SUM, OKX):
        view = made.view(name)
        assert view is not None
        assert view.time_ns == before.time_ns
        assert view.health.words[0].startswith("internal error, the feeds' thread has stopped")
        assert {(feed.state, feed.since_ns) for feed in view.health.feeds} == {(FeedState.CLOSED, T0 + 12 * SECOND)}
    told = made.status().feeds[0].trouble(T0 + 13 * SECOND)
    assert told is not None
    assert "has stopped: MemoryError" in told
