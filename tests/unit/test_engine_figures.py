"""What the engine tells beside the map: figures, caveats, and what is wrong."""

import msgspec
import pytest
from engine_scene import MINUTE, NAME, SECOND, SYMBOL, T0, engine, instrument, mark, opened, shown, trade

from liqtui.engine import Engine
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
from liqtui.liqmap.stock import CHURN
from liqtui.venues import load
from liqtui.view import Figure


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


def test_funding_told_in_parts_keeps_what_a_part_leaves_out() -> None:
    made, due, interval = engine(), T0 + 60 * MINUTE, 8 * 60 * MINUTE
    made.take("okx", T0, [mark(T0, 60_000), Funding(SYMBOL, T0, T0, 1e-4, due, interval)])
    made.take("okx", T0 + SECOND, [Funding(SYMBOL, T0 + SECOND, T0 + SECOND, -2e-4, None, None, partial=True)])
    made.advance(T0 + 2 * SECOND)
    figures = shown(made).figures
    assert figures.funding == Figure(-2e-4, T0 + SECOND)
    assert (figures.funding_next_ns, figures.funding_interval_ns) == (due, interval)


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
    assert set(shown(made).health.words) == {"liquidations sampled", "level not identified"}


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


def test_another_venues_contract_has_a_basis_while_its_mark_is_known() -> None:
    """Bybit's future of the same coin, two expiries away from OKX's family: no mark, no row; a minute old, no row."""
    ends = T0 + 73 * 86_400 * SECOND
    dated = instrument("BTC-USDT-250627", ends)
    other = msgspec.structs.replace(dated, venue="bybit", symbol="BTCUSDT-27JUN25")
    made = Engine([load("okx"), load("bybit")])
    made.take("bybit", T0, [Listing("bybit", [other], T0)])
    made.take("okx", T0, [Listing("okx", [instrument(), dated], T0), Follow(SYMBOL, True)])
    heard: list[Event] = [Index("BTC-USDT", T0, T0, 50_000.0), mark(T0, 50_010.0), Mark(dated.symbol, T0, T0, 50_500.0)]
    made.take("okx", T0, heard)
    made.advance(T0 + SECOND)
    assert [row.instrument.name for row in shown(made).figures.basis] == [NAME, dated.name]
    made.take("bybit", T0 + SECOND, [Mark(other.symbol, T0 + SECOND, T0 + SECOND, 50_600.0)])
    made.advance(T0 + 2 * SECOND)
    rows = shown(made).figures.basis
    assert [row.instrument.name for row in rows] == [NAME, dated.name, other.name]
    assert rows[-1].basis == pytest.approx(50_600 / 50_000 - 1)
    made.take("okx", T0 + 61 * SECOND, [mark(T0 + 61 * SECOND, 50_010.0)])
    made.advance(T0 + 62 * SECOND)
    assert [row.instrument.name for row in shown(made).figures.basis] == [NAME]


def test_a_crossed_book_is_a_gap_and_is_asked_for_anew() -> None:
    asked: list[tuple[str, str, str]] = []
    made = Engine([load("okx")], resync=lambda *told: asked.append(told))
    made.take("okx", T0, [Listing("okx", [instrument()], T0), Follow(SYMBOL, True), mark(T0, 60_000)])
    level = Level(60_000.0, 1.0)
    made.take("okx", T0, [BookDelta(SYMBOL, T0, T0, [level], [level], 0.01, True, 1, -1)])
    made.advance(T0 + SECOND)
    view = shown(made)
    assert view.book is None
    assert asked == [("okx", SYMBOL, "book crossed: bid 60000 ≥ ask 60000")]
    assert "book crossed" in view.health.problems[-1].words


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


def _lived() -> tuple[Engine, list[Trade], int]:
    """History to T0, joined there, then ten minutes of live trades; then the stream breaks."""
    bars = [Bar(T0 - (30 - i) * MINUTE, 60_000, 60_010, 59_990, 60_000, 60.0, True) for i in range(30)]
    made = engine()
    made.take("okx", T0, [Backfill(SYMBOL, "", 0, 1), mark(T0, 60_000), Candles(SYMBOL, MINUTE, False, bars)])
    made.take("okx", T0, [Backfill(SYMBOL, "1m", 1, 1), Backfill(SYMBOL, "joined", 1, 1, joint_ns=T0)])
    live = [trade(T0 + i * SECOND, 60_000 + i % 7) for i in range(600)]
    for t in live:
        made.take("okx", t.recv_ns, [t])
    made.advance(T0 + 10 * MINUTE + SECOND)
    return made, live, T0 + 20 * MINUTE


def test_history_that_cannot_be_had_after_a_break_takes_nothing_from_what_was_seen_live() -> None:
    made, live, now = _lived()
    made.take("okx", now, [Backfill(SYMBOL, "", 0, 1), mark(now, 60_000)])
    made.take("okx", now, [Backfill(SYMBOL, "1m", 1, 1, problem="no answer")])
    made.take("okx", now, [Backfill(SYMBOL, "joined", 1, 1, joint_ns=now, problem="no answer")])
    assert opened(made) == pytest.approx(0.5 * CHURN * (30 * 60 + len(live)))
    view = shown(made)
    assert view.volume is not None
    assert float(view.volume.sum()) == pytest.approx(30 * 60 + len(live))


@pytest.mark.parametrize("stage", ["1m", ""])
def test_what_was_traded_before_a_break_counts_once_when_history_comes_again(stage: str) -> None:
    """By a stage of its own or only with the joint's candles."""
    made, _, now = _lived()
    again = [Bar(T0 + i * MINUTE, 60_000, 60_006, 60_000, 60_003, 60.0, True) for i in range(20)]
    made.take("okx", now, [Backfill(SYMBOL, "", 0, 1), mark(now, 60_000), Candles(SYMBOL, MINUTE, False, again)])
    made.take("okx", now, [Backfill(SYMBOL, stage, 1, 1), Backfill(SYMBOL, "joined", 1, 1, joint_ns=now)])
    assert opened(made) == pytest.approx(0.5 * CHURN * (30 + 20) * 60)
    view = shown(made)
    assert view.volume is not None
    assert float(view.volume.sum()) == pytest.approx((30 + 20) * 60)
