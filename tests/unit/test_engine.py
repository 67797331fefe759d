"""The engine: history and live make one stock, the clock is a parameter, nothing is counted twice."""

from collections.abc import Callable

import pytest
from engine_scene import MINUTE, NAME, SECOND, SYMBOL, T0, engine, instrument, mark, minute_bars, opened, shown, trade

from liqtui.engine import STEP_NS, Engine
from liqtui.events import (
    Backfill,
    Bar,
    Candles,
    Event,
    Follow,
    InterestHistory,
    Mark,
    OpenInterest,
    Side,
    Tier,
    Tiers,
    Trade,
)
from liqtui.liqmap.stock import CHURN


@pytest.mark.parametrize("told", [True, False])
def test_a_history_without_open_interest_says_that_the_past_is_assumed(told: bool) -> None:
    """Hyperliquid tells open interest now, and none of before."""
    trades = [trade(T0 + i * SECOND, 60_000 + 10 * (i % 7)) for i in range(600)]
    known = [InterestHistory(SYMBOL, MINUTE, [(T0 + MINUTE, 900.0), (T0 + 9 * MINUTE, 1_000.0)])] if told else []
    made, now = engine(), T0 + 10 * MINUTE
    made.take("okx", now, [Backfill(SYMBOL, "", 0, 4), mark(now, 60_000), OpenInterest(SYMBOL, now, now, 1_000.0)])
    made.advance(now + SECOND)
    made.take("okx", now + SECOND, [Candles(SYMBOL, MINUTE, False, minute_bars(trades, T0, now)), *known,
                           Backfill(SYMBOL, "1m", 4, 4)])
    made.advance(now + 5 * SECOND)
    assert ("past OI assumed" in shown(made).health.words) is not told


def test_at_the_joint_every_trade_counts_once() -> None:
    """Ten minutes of trades; history holds the first, the stream starts in the middle of the sixth."""
    trades = [trade(T0 + i * SECOND, 60_000 + 10 * (i % 7)) for i in range(600)]
    connected, joint = T0 + 5 * MINUTE + 20 * SECOND, T0 + 6 * MINUTE
    made = engine()
    now = connected

    def tell(*events: Event) -> None:
        made.take("okx", now, list(events))

    tell(Backfill(SYMBOL, "", 0, 4), mark(now, 60_000))
    live = [t for t in trades if t.time_ns >= connected]
    for t in live[:30]:
        now = t.recv_ns
        tell(t)
    tell(Candles(SYMBOL, MINUTE, False, minute_bars(trades, T0, T0 + 5 * MINUTE)), Backfill(SYMBOL, "1m", 4, 4))
    assert opened(made) == pytest.approx(0.5 * CHURN * 300)
    assert "joining history" in shown(made).health.words
    for t in live[30:60]:
        now = t.recv_ns
        tell(t)
    tell(
        Candles(SYMBOL, MINUTE, False, minute_bars(trades, T0 + 5 * MINUTE, joint)),
        Backfill(SYMBOL, "joined", 5, 5, joint_ns=joint),
    )
    for t in live[60:]:
        now = t.recv_ns
        tell(t)
    made.advance(now + SECOND)
    assert opened(made) == pytest.approx(0.5 * CHURN * len(trades))
    view = shown(made)
    assert "joining history" not in view.health.words
    assert view.volume is not None
    assert float(view.volume.sum()) == pytest.approx(len(trades))


def test_a_stock_from_history_loses_what_live_marks_swept_meanwhile() -> None:
    made = engine()
    bars = [Bar(T0 + i * MINUTE, 60_000, 60_010, 59_990, 60_000, 100.0, True) for i in range(30)]
    now = T0 + 30 * MINUTE + 10 * SECOND
    made.take("okx", now, [Backfill(SYMBOL, "", 0, 4), mark(now, 60_000), mark(now + SECOND, 57_000)])
    made.take("okx", now + 2 * SECOND, [mark(now + 2 * SECOND, 60_000)])
    made.take("okx", now + 3 * SECOND, [Candles(SYMBOL, MINUTE, False, bars), Backfill(SYMBOL, "1m", 4, 4)])
    view = shown(made)
    assert view.map is not None
    swept = view.map.mass[Side.LONG, :, view.map.column_of(57_000) :]
    assert float(swept.sum()) == 0.0
    assert float(view.map.mass[Side.LONG].sum()) > 0.0


def test_longs_lie_below_the_mark_and_shorts_above_and_all_of_it_is_open_interest() -> None:
    made = engine()
    made.take("okx", T0, [mark(T0, 60_000), OpenInterest(SYMBOL, T0, T0, 5_000.0)])
    for i in range(1, 100):
        at = T0 + i * SECOND
        made.take("okx", at, [trade(at, 60_000 + (i % 11), 20.0)])
    made.take("okx", T0 + 101 * SECOND, [OpenInterest(SYMBOL, T0 + 101 * SECOND, 0, 5_200.0)])
    made.advance(T0 + 102 * SECOND)
    view = shown(made)
    assert view.map is not None
    assert view.map.undrawn is not None
    at = view.map.column_of(60_000)
    assert float(view.map.mass[Side.LONG, :, at:].sum()) == 0.0
    assert float(view.map.mass[Side.SHORT, :, : at + 1].sum()) == 0.0
    for side in Side:
        whole = float(view.map.mass[side].sum()) + view.map.outside[side] + view.map.undrawn[side]
        assert whole == pytest.approx(5_200.0, rel=1e-6)


def test_tiers_that_come_after_the_history_are_used_before_the_joint() -> None:
    made = engine()
    bars = [Bar(T0 + i * MINUTE, 60_000, 60_010, 59_990, 60_000, 100.0, True) for i in range(30)]
    now = T0 + 30 * MINUTE + SECOND
    made.take("okx", now, [
        Backfill(SYMBOL, "", 0, 4), mark(now, 60_000), Candles(SYMBOL, MINUTE, False, bars),
        Backfill(SYMBOL, "1m", 4, 4),
    ])
    assert "assumed m" in shown(made).health.words
    made.take("okx", now, [Tiers("BTC-USDT", False, [Tier(0, 1e9, 0.004, 100.0)])])
    view = shown(made)
    assert "assumed m" not in view.health.words
    assert view.map is not None
    assert float(view.map.mass.sum()) > 0


def script() -> list[tuple[int, list[Event]]]:
    """A minute and a half with history, a joint, reports and a lull."""
    bars = [Bar(T0 - (30 - i) * MINUTE, 60_000, 60_300, 59_700, 60_050, 400.0, True) for i in range(30)]
    said: list[tuple[int, list[Event]]] = [
        (T0, [Backfill(SYMBOL, "", 0, 3), mark(T0, 60_050)]),
        (
            T0 + SECOND,
            [
                Candles(SYMBOL, MINUTE, False, bars),
                InterestHistory(SYMBOL, MINUTE, [(T0 - 20 * MINUTE, 900.0), (T0, 1_000.0)]),
                Backfill(SYMBOL, "1m", 3, 3),
            ],
        ),
    ]
    for i in range(400):
        at = T0 + 2 * SECOND + i * 217_000_000 + (30 * SECOND if i > 200 else 0)
        events: list[Event] = [trade(at, 60_000 + (i * 37) % 200, 1 + i % 5)]
        if i % 3 == 0:
            events.append(mark(at, 60_000 + (i * 41) % 250))
        if i % 20 == 0:
            events.append(OpenInterest(SYMBOL, at, at, 1_000.0 + i))
        said.append((at, events))
    said.insert(120, (said[119][0], [Backfill(SYMBOL, "joined", 3, 3, joint_ns=T0)]))
    return said


def play(advance: Callable[[Engine, int, int], None]) -> tuple[bytes, list[int]]:
    """State at the end of the script, and the times of the snapshots; `advance(engine, from, to)` moves the clock."""
    made, before = engine(), T0
    for at, events in script():
        advance(made, before, at)
        made.take("okx", at, events)
        before = at
    made.advance(before + 10 * SECOND)
    pipeline = made.pipeline(NAME)
    assert pipeline is not None
    assert pipeline.estimate.stock is not None
    view = shown(made)
    assert view.map is not None
    return (
        pipeline.estimate.stock.state_bytes() + view.map.mass.tobytes() + repr(view.clusters).encode(),
        [s.time_ns for s in view.snapshots],
    )


def test_a_clock_that_ticks_and_one_that_jumps_give_the_same_map_byte_for_byte() -> None:
    def ticking(made: Engine, start: int, end: int) -> None:
        for now in range(start, end, STEP_NS // 5):
            made.advance(now)

    def jumping(made: Engine, start: int, end: int) -> None:
        pass

    assert play(ticking) == play(jumping)


def test_an_expired_contract_is_settled_not_liquidated() -> None:
    expiry = T0 + 90 * SECOND
    made = engine(instrument("BTC-USDT-250523", expiry))
    name, symbol = "okx:BTC-USDT-250523", "BTC-USDT-250523"
    for i in range(30):
        at = T0 + i * SECOND
        made.take("okx", at, [Mark(symbol, at, at, 60_000.0), Trade(symbol, at, at, 60_000.0, 5.0, True, str(i))])
    made.advance(T0 + 60 * SECOND)
    before = shown(made, name)
    assert before.map is not None
    assert float(before.map.mass.sum()) > 0
    made.advance(expiry + MINUTE)
    after = shown(made, name)
    assert after.map is not None
    assert float(after.map.mass.sum()) == 0.0
    assert "settled: the contract has ended" in after.health.words
    late = [Bar(T0, 60_000, 60_010, 59_990, 60_000, 100.0, True)]
    made.take("okx", expiry + 2 * MINUTE, [
        Candles(symbol, MINUTE, False, late), Backfill(symbol, "1m", 4, 4), Backfill(symbol, "joined", 4, 4, expiry),
    ])
    again = shown(made, name)
    assert again.map is not None
    assert float(again.map.mass.sum()) == 0.0, "history fetched after the end does not bring it back"


def test_an_instrument_given_up_is_gone_and_what_comes_late_of_it_is_dropped() -> None:
    """Looked at again it starts anew: nothing of the time nobody listened may pass for its map."""
    made = engine()
    made.take("okx", T0 + SECOND, [mark(T0 + SECOND, 60_000), trade(T0 + SECOND, 60_000)])
    made.advance(T0 + 2 * SECOND)
    first = shown(made)
    made.take("okx", T0 + 3 * SECOND, [Follow(SYMBOL, False), trade(T0 + 3 * SECOND, 60_000)])
    made.advance(T0 + 4 * SECOND)
    made.publish()
    assert (made.view(NAME), made.followed()) == (None, ())
    made.take("okx", T0 + 5 * SECOND, [Follow(SYMBOL, True), mark(T0 + 5 * SECOND, 60_000)])
    made.advance(T0 + 6 * SECOND)
    again = shown(made)
    assert again.generation > first.generation
    assert opened(made) == 0.0


def test_before_the_joint_the_stock_already_adds_up_to_the_newest_open_interest() -> None:
    made = engine()
    bars = [Bar(T0 + i * MINUTE, 60_000, 60_010, 59_990, 60_000, 100.0, True) for i in range(30)]
    now = T0 + 30 * MINUTE + SECOND
    made.take("okx", now, [
        Backfill(SYMBOL, "", 0, 4), mark(now, 60_000), OpenInterest(SYMBOL, now, now, 1_100.0),
        InterestHistory(SYMBOL, MINUTE, [(T0 + 10 * MINUTE, 1_000.0)]),
    ])
    made.take("okx", now + SECOND, [Candles(SYMBOL, MINUTE, False, bars), Backfill(SYMBOL, "1m", 4, 4)])
    view = shown(made)
    assert view.map is not None
    assert view.map.undrawn is not None
    for side in Side:
        whole = float(view.map.mass[side].sum()) + view.map.outside[side] + view.map.undrawn[side]
        assert whole == pytest.approx(1_100.0, rel=1e-6)


def test_the_way_from_an_old_close_to_the_live_price_liquidates_nobody() -> None:
    """Yesterday ended at 55,000, today trades at 60,000: longs opened today between the two were never swept."""

    def half_hour(end_ns: int, price: float) -> Candles:
        bars = [Bar(end_ns - (30 - i) * MINUTE, price, price + 5, price - 5, price, 100.0, True) for i in range(30)]
        return Candles(SYMBOL, MINUTE, False, bars)

    made, now = engine(), T0 + 86_400 * SECOND
    made.take("okx", now, [half_hour(T0, 55_000), Backfill(SYMBOL, "cached", 1, 1, fetched_ns=T0)])
    made.take("okx", now + SECOND, [mark(now + SECOND, 60_000)])
    made.take("okx", now + 2 * SECOND, [half_hour(now, 60_000), Backfill(SYMBOL, "1m", 3, 3)])
    view = shown(made)
    assert view.map is not None
    between = slice(view.map.column_of(55_000), view.map.column_of(60_000))
    assert float(view.map.mass[Side.LONG, :, between].sum()) > 0


def test_a_trade_stamped_far_ahead_of_our_clock_is_refused_and_counted() -> None:
    made = engine()
    made.take("okx", T0, [mark(T0, 60_000), trade(T0, 60_000)])
    wrong = Trade(SYMBOL, T0 + 3_600 * SECOND, T0, 60_000.0, 1.0, True, "x")
    made.take("okx", T0 + SECOND, [wrong, trade(T0 + SECOND, 60_001)])
    made.advance(T0 + 2 * SECOND)
    view = shown(made)
    assert view.figures.cvd == (2.0,)
    assert "stamped 3599 s ahead of our clock" in view.health.problems[-1].words


def test_a_schedule_that_was_brought_along_never_replaces_one_the_venue_told() -> None:
    made = engine()
    told = Tiers("BTC-USDT", False, [Tier(0.0, 1e9, 0.004, 100.0)])
    brought = Tiers("BTC-USDT", False, [Tier(0.0, 1e9, 0.02, 50.0)], as_of="2024-10")

    def highest() -> float:
        made.take("okx", T0 + MINUTE, [Follow(SYMBOL, False), Follow(SYMBOL, True), mark(T0 + MINUTE, 60_000.0)])
        pipeline = made.pipeline(NAME)
        assert pipeline is not None
        tiers = pipeline.estimate._tiers
        return 0.0 if tiers is None else tiers.tiers[0].max_leverage

    for tiers, expected in ((brought, 50.0), (told, 100.0), (brought, 100.0)):
        made.take("okx", T0, [tiers])
        assert highest() == expected
