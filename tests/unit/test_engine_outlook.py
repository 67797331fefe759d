"""What the engine says of the map's use: pace, jumps, reliability, stops and what an order costs."""

import json
import math

import pytest
from engine_scene import MINUTE, SECOND, SYMBOL, T0, engine, mark, shown, trade

from liqtui import export
from liqtui.engine import Engine
from liqtui.events import (
    Ack,
    Backfill,
    Bar,
    BookDelta,
    Candles,
    FeedState,
    FeedStatus,
    Level,
    Liquidation,
    OpenInterest,
    Side,
    Tier,
    Tiers,
)
from liqtui.market.jumps import Jump
from liqtui.view import View


def joined() -> Engine:
    """Half an hour of trades between 59,000 and 61,000, joined to the live stream; a book and open interest."""
    made = engine()
    bars = [Bar(T0 - (30 - i) * MINUTE, 60_000, 61_000, 59_000, 60_000, 100.0, True) for i in range(30)]
    tiers = Tiers("BTC-USDT", False, [Tier(0, 1e9, 0.004, 100)])
    made.take("okx", T0, [tiers, Backfill(SYMBOL, "", 0, 1), mark(T0, 60_000), Candles(SYMBOL, MINUTE, False, bars)])
    made.take("okx", T0, [Backfill(SYMBOL, "1m", 1, 1), Backfill(SYMBOL, "joined", 1, 1, joint_ns=T0)])
    bids, asks = [Level(59_999.0, 10.0)], [Level(60_001.0, 100.0)]
    made.take("okx", T0, [BookDelta(SYMBOL, T0, T0, bids, asks, 1.0, True, 1, -1)])
    made.take("okx", T0, [OpenInterest(SYMBOL, T0, T0, 1_000.0), trade(T0, 60_000, 0.1)])
    made.advance(T0 + SECOND)
    return made


def names(view: View) -> list[str]:
    assert view.health.reliability is not None
    return [doubt.name for doubt in view.health.reliability.doubts]


def status(made: Engine, at: int, state: FeedState) -> None:
    made.take("okx", at, [FeedStatus("okx", "okx/1", at, state, "")])


def test_after_a_gap_nothing_lies_on_the_wrong_side_and_the_levels_jumped_over_are_told_with_their_time() -> None:
    """From 60,000 to 58,900 in one mark: 1.85 %, of which the 1.85 % above the mark lie within its ±2 %."""
    made = joined()
    before = shown(made)
    assert before.jumps == ()
    at = T0 + 10 * SECOND
    made.take("okx", at - SECOND, [mark(at - SECOND, 60_000)])
    made.take("okx", at, [mark(at, 58_900)])
    made.advance(at + SECOND)
    view = shown(made)
    assert view.map is not None
    assert before.map is not None
    longs, shorts = view.map.mass.sum(axis=1)
    column = view.map.column_of(58_900)
    assert before.map.mass[Side.LONG].sum(axis=0)[before.map.column_of(58_900) : before.map.column_of(60_000)].sum() > 0
    assert longs[column:].sum() == 0
    assert shorts[: column + 1].sum() == 0
    (jump,) = view.jumps
    assert (jump.low, jump.high, jump.up) == (58_900, 60_000, False)
    assert at <= jump.time_ns <= at + SECOND // 4, "the boundary the mark was worked at"
    assert names(view) == ["jumped", "sparse mark", "sampled", "level"]
    share = math.log(60_000 / 58_900) / 0.04
    assert view.health.reliability is not None
    assert view.health.reliability.doubts[0].factor == pytest.approx(1 - share, abs=0.025)
    assert {"levels jumped over", "fast market"} <= set(view.health.words)
    told = json.loads(export.view_to_json_text(view))["jumps"]
    assert [(one["low"], one["high"], one["direction"]) for one in told] == [(58_900, 60_000, "down")]
    made.take("okx", at + 3_601 * SECOND, [mark(at + 3_601 * SECOND, 58_900)])
    made.advance(at + 3_602 * SECOND)
    assert shown(made).jumps == ()


def test_a_jump_over_an_outage_lasts_until_candles_tell_where_the_mark_went() -> None:
    made = joined()
    back = T0 + 10 * MINUTE
    made.take("okx", back, [mark(back, 59_700)])
    made.advance(back + SECOND)
    assert shown(made).jumps == (Jump(59_700, 60_000, False, T0 + SECOND // 4, back + SECOND // 4),)
    later = back + 5 * MINUTE
    bars = [Bar(T0 + i * MINUTE, 60_000, 60_010, 59_690, 59_700, 10.0, True) for i in range(15)]
    made.take("okx", later, [Backfill(SYMBOL, "", 0, 1), Candles(SYMBOL, MINUTE, False, bars)])
    made.take("okx", later, [Backfill(SYMBOL, "1m", 1, 1), Backfill(SYMBOL, "joined", 1, 1, joint_ns=later)])
    made.advance(later + SECOND)
    assert shown(made).jumps == ()


def test_a_market_that_turns_over_faster_than_open_interest_is_reported_is_fast() -> None:
    """4 of 1,000 units before the next report: 0.4 %, four times what goes unremarked."""
    made = joined()
    assert names(shown(made)) == ["sampled", "level"]
    made.take("okx", T0 + 2 * SECOND, [trade(T0 + 2 * SECOND, 60_000, 4.0)])
    made.advance(T0 + 3 * SECOND)
    view = shown(made)
    assert names(view) == ["fast", "sampled", "level"]
    assert view.health.words == (
        "fast market", "past OI assumed", "liquidations sampled", "level not identified")
    assert view.health.reliability is not None
    assert view.health.reliability.percent == 40    # 0.5 × 0.9 × 0.9 = 0.405


def test_a_feed_that_is_off_lowers_it_and_says_so() -> None:
    made = joined()
    status(made, T0 + 2 * SECOND, FeedState.LIVE)
    assert names(shown(made)) == ["sampled", "level"]
    status(made, T0 + 3 * SECOND, FeedState.REFUSED)
    made.advance(T0 + 3 * SECOND + 5 * MINUTE)
    view = shown(made)
    assert view.health.reliability is not None
    told = {doubt.words: doubt.factor for doubt in view.health.reliability.doubts}
    assert told["okx is refused"] == pytest.approx(0.8 * 0.5**0.5, abs=0.005)


def test_without_history_mark_or_open_interest_it_says_all_of_it() -> None:
    made = engine()
    made.take("okx", T0, [trade(T0, 60_000)])
    made.advance(T0 + SECOND)
    view = shown(made)
    assert names(view) == ["no OI", "history", "no mark", "assumed m", "sampled", "level"]
    assert view.health.reliability is not None
    assert view.health.reliability.percent == 18    # 0.6 × 0.6 × 0.7 × 0.9 × 0.9 × 0.9 = 0.184


def test_pace_is_silent_while_little_was_heard_and_while_the_feed_is_off() -> None:
    made = joined()
    assert shown(made).pace is None
    made.take("okx", T0 + SECOND, [Ack("liquidation-orders:SWAP")])
    status(made, T0 + SECOND, FeedState.LIVE)
    pace = shown(made).pace
    assert pace is not None
    assert pace.word is None
    end = T0 + 30 * MINUTE
    made.take("okx", end, [mark(end, 60_000)])
    made.advance(end + SECOND)
    pace = shown(made).pace
    assert pace is not None
    assert (pace.word, pace.since_ns) == ("calm", T0 + SECOND)
    for i in range(3):
        made.take("okx", end + SECOND, [Liquidation(SYMBOL, end, end, Side.LONG, 10.0 + i, 60_000)])
    made.take("okx", end + 6 * SECOND, [mark(end + 6 * SECOND, 60_000)])
    made.advance(end + 10 * SECOND)
    pace = shown(made).pace
    assert pace is not None
    assert (pace.word, pace.side) == ("fast", Side.LONG)
    status(made, end + 11 * SECOND, FeedState.CONNECTING)
    made.advance(end + 12 * SECOND)
    pace = shown(made).pace
    assert pace is not None
    assert (pace.word, pace.side) == (None, None)


def test_an_order_is_priced_by_the_live_book_as_far_as_it_is_visible() -> None:
    """599,990 USD of bids at 59,999 and 6,000,100 of asks at 60,001 about a mid of 60,000: 1 ÷ 60,000 either way."""
    told = shown(joined()).slippage
    assert told is not None
    assert (told.bids_usd, told.asks_usd) == (599_990, 6_000_100)
    small, large = told.fills
    assert (small.usd, large.usd) == (100_000, 1_000_000)
    assert small.buy_pct == pytest.approx(100 / 60_000)
    assert small.sell_pct == pytest.approx(100 / 60_000)
    assert large.buy_pct == pytest.approx(100 / 60_000)
    assert large.sell_pct is None


def test_stops_lie_outside_every_cluster_on_their_side_of_the_mark() -> None:
    view = shown(joined())
    assert view.zones is not None
    assert view.zones.stops
    for stop in view.zones.stops:
        assert (stop.price < 60_000) == (stop.side is Side.LONG)
        assert not any(c.low <= stop.price <= c.high for c in view.clusters)
