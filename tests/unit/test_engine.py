"""The engine: history and live make one stock, the clock is a parameter, nothing is counted twice."""

from collections.abc import Callable

import pytest

from liqtui.engine import STEP_NS, Engine
from liqtui.events import (
    Ack,
    Backfill,
    Bar,
    BookDelta,
    Candles,
    Event,
    Follow,
    Funding,
    FundingHistory,
    Index,
    InterestHistory,
    Level,
    Liquidation,
    Listing,
    Mark,
    OpenInterest,
    Side,
    TakerHistory,
    Tier,
    Tiers,
    Trade,
)
from liqtui.instruments import Instrument, Kind
from liqtui.liqmap.stock import CHURN
from liqtui.venues import load
from liqtui.view import Figure, View

SECOND = 10**9
MINUTE = 60 * SECOND
T0 = 1_700_000_040 * SECOND // MINUTE * MINUTE
NAME = "okx:BTC-USDT-SWAP"
SYMBOL = "BTC-USDT-SWAP"


def instrument(symbol: str = SYMBOL, expiry_ns: int | None = None) -> Instrument:
    return Instrument(
        venue="okx", symbol=symbol, base="BTC", quote="USDT", settle="USDT",
        kind=Kind.DATED if expiry_ns else Kind.PERPETUAL, inverse=False, contract_size=0.01, tick=0.1,
        family="BTC-USDT", index="BTC-USDT", expiry_ns=expiry_ns, max_leverage=100.0,
    )


def trade(time_ns: int, price: float, size: float = 1.0) -> Trade:
    return Trade(SYMBOL, time_ns, time_ns + 5_000_000, price, size, True, str(time_ns))


def mark(time_ns: int, price: float) -> Mark:
    return Mark(SYMBOL, time_ns, time_ns, price)


def engine(*instruments: Instrument) -> Engine:
    made = Engine([load("okx")])
    listed = list(instruments) or [instrument()]
    made.take("okx", T0, [Listing("okx", listed, T0)])
    made.take("okx", T0, [Follow(i.symbol, True) for i in listed])
    return made


def shown(made: Engine, name: str = NAME) -> View:
    made.publish()
    view = made.view(name)
    assert view is not None
    return view


def opened(made: Engine) -> float:
    """Units opened on the long side as the row that is never liquidated counts them."""
    pipeline = made.pipeline(NAME)
    assert pipeline is not None
    assert pipeline.estimate.stock is not None
    return float(pipeline.estimate.stock.books().opened[Side.LONG, -1])


def minute_bars(trades: list[Trade], first: int, end: int) -> list[Bar]:
    """The candles an exchange makes of these trades."""
    bars = []
    for start in range(first, end, MINUTE):
        of = [t for t in trades if start <= t.time_ns < start + MINUTE]
        prices = [t.price for t in of]
        bars.append(Bar(start, prices[0], max(prices), min(prices), prices[-1], sum(t.size for t in of), True))
    return bars


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


def test_a_mark_that_stays_away_while_trades_go_on_is_called_stale() -> None:
    made = engine()
    made.take("okx", T0, [mark(T0, 60_000)])
    for i in range(31):
        made.take("okx", T0 + i * SECOND, [trade(T0 + i * SECOND, 60_000 - 100 * i)])
    made.advance(T0 + 30 * SECOND)
    assert "mark stale" not in shown(made).health.words
    made.advance(T0 + 31 * SECOND)
    assert "mark stale" in shown(made).health.words
    made.take("okx", T0 + 32 * SECOND, [mark(T0 + 32 * SECOND, 57_000)])
    made.advance(T0 + 33 * SECOND)
    assert "mark stale" not in shown(made).health.words


def test_taker_and_funding_history_stand_in_the_figures() -> None:
    """Buyers took 20 of 30 before we came; funding was settled every 4 hours, which this venue's frame leaves out."""
    made = engine()
    at, hour = T0 + 5 * MINUTE, 60 * MINUTE
    made.take("okx", at, [
        mark(at, 60_000), TakerHistory(SYMBOL, 5 * MINUTE, [(at, 20.0, 10.0)]),
        FundingHistory(SYMBOL, [(T0 - 8 * hour, 1e-4), (T0 - 4 * hour, 1e-4)]),
        Funding(SYMBOL, at, at, 1e-4, T0, None),
    ])
    made.advance(at + SECOND)
    figures = shown(made).figures
    assert figures.buy_share == pytest.approx(2 / 3)
    assert figures.cvd == pytest.approx((2.0, 4.0, 6.0, 8.0, 10.0, 10.0))
    assert figures.funding_interval_ns == 4 * hour


def test_without_tiers_or_open_interest_the_view_says_so() -> None:
    made = engine()
    made.take("okx", T0, [trade(T0, 60_000)])
    made.advance(T0 + SECOND)
    words = shown(made).health.words
    assert {"mark unknown: last", "assumed m", "no OI: relative"} <= set(words)
    tiers = Tiers("BTC-USDT", False, [Tier(0, 1e9, 0.004, 100)])
    made = engine()
    made.take("okx", T0, [tiers, mark(T0, 60_000), OpenInterest(SYMBOL, T0, T0, 10.0)])
    made.advance(T0 + SECOND)
    assert set(shown(made).health.words) == {"liquidations sampled"}


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


def test_a_liquidation_is_placed_at_the_mark_of_its_time_not_at_its_own_price() -> None:
    made = engine()
    made.take("okx", T0, [mark(T0, 60_000)])
    made.take("okx", T0 + SECOND, [mark(T0 + SECOND, 59_000)])
    late = Liquidation(SYMBOL, T0 + 100_000_000, T0 + 2 * SECOND, Side.LONG, 0.5, 58_500.0)
    made.take("okx", T0 + 2 * SECOND, [late])
    made.advance(T0 + 3 * SECOND)
    (happened,) = shown(made).liquidations
    assert (happened.mark, happened.usd) == (60_000, 30_000)


def test_liquidated_is_known_to_be_nothing_from_the_acknowledgement_on() -> None:
    made = engine()
    made.advance(T0 + SECOND)
    assert shown(made).figures.liquidated is None
    made.take("okx", T0 + SECOND, [Ack("trades:BTC-USDT-SWAP"), Ack("liquidation-orders:FUTURES")])
    assert shown(made).figures.liquidated is None
    made.take("okx", T0 + 2 * SECOND, [Ack("liquidation-orders:SWAP")])
    totals = shown(made).figures.liquidated
    assert totals is not None
    assert (totals.minute, totals.heard_since_ns) == ((0.0, 0.0), T0 + 2 * SECOND)
    later = instrument("ETH-USDT-SWAP")
    made.take("okx", T0 + 3 * SECOND, [Listing("okx", [later], T0), Follow(later.symbol, True)])
    totals = shown(made, later.name).figures.liquidated
    assert totals is not None
    assert totals.heard_since_ns >= T0 + 3 * SECOND


def test_the_basis_of_the_series_stands_against_the_index() -> None:
    dated = instrument("BTC-USDT-250627", T0 + 73 * 86_400 * SECOND)
    made = engine(instrument(), dated)
    made.take("okx", T0, [
        Index("BTC-USDT", T0, T0, 50_000.0), mark(T0, 50_010.0), trade(T0, 50_000),
        Mark(dated.symbol, T0, T0, 50_500.0),
    ])
    made.advance(T0 + SECOND)
    perpetual, future = shown(made).figures.basis
    assert perpetual.per_year is None
    assert future.basis == pytest.approx(0.01)
    assert future.per_year == pytest.approx(0.05, rel=1e-3)


def test_a_crossed_book_is_a_gap_and_is_asked_for_anew() -> None:
    asked: list[tuple[str, str]] = []
    made = Engine([load("okx")], resync=lambda symbol, reason: asked.append((symbol, reason)))
    made.take("okx", T0, [Listing("okx", [instrument()], T0), Follow(SYMBOL, True), mark(T0, 60_000)])
    level = Level(60_000.0, 1.0)
    made.take("okx", T0, [BookDelta(SYMBOL, T0, T0, [level], [level], 0.01, True, 1, -1)])
    made.advance(T0 + SECOND)
    view = shown(made)
    assert view.book is None
    assert asked == [(SYMBOL, "book crossed: bid 60000 ≥ ask 60000")]
    assert "book crossed" in view.health.problems[-1].words


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


def test_history_alone_is_a_map_too_priced_at_its_last_close_with_its_age() -> None:
    made = engine()
    bars = [Bar(T0 - (30 - i) * MINUTE, 60_000, 60_010, 59_990, 60_005, 100.0, True) for i in range(30)]
    now = T0 + 3600 * SECOND
    made.take("okx", now, [Candles(SYMBOL, MINUTE, False, bars), Backfill(SYMBOL, "cached", 1, 1, fetched_ns=T0)])
    made.advance(now + SECOND)
    view = shown(made)
    assert view.map is not None
    assert float(view.map.mass.sum()) > 0
    assert view.figures.mark == Figure(60_005.0, T0)
    assert "mark unknown: last close" in view.health.words
    assert view.health.backfill is not None
    assert view.health.backfill.built_ns == T0


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
