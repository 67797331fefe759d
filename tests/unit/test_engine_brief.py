"""A row of the watch table: a coarse map beside the whole one, of the same events."""

from dataclasses import replace

import pytest
from engine_scene import MINUTE, SECOND, T0
from msgspec import structs
from sum_scene import INTEREST, MARKS, SYMBOLS, listed, market, tell

from liqtui.engine import Engine
from liqtui.engine.view_row import row_of
from liqtui.events import (
    Ack,
    Backfill,
    Bar,
    Candles,
    Follow,
    Funding,
    Liquidation,
    Listing,
    Mark,
    OpenInterest,
    Side,
    Trade,
)
from liqtui.liqmap.grid import bin_of
from liqtui.liqmap.stock import HALF_LIFE_S
from liqtui.venues import load
from liqtui.view import STRIP_BINS, STRIP_WIDTH, Row

NAME = "okx:BTC-USDT-SWAP"
SYMBOL = SYMBOLS["okx"]
MARK = MARKS["okx"]


def watched() -> Engine:
    """OKX's BTC, whole and as a row."""
    made = Engine([load("okx")])
    market(made, "okx", brief=True)
    made.advance(T0 + SECOND)
    return made


def row(made: Engine, seconds: int = 4) -> Row:
    made.advance((made._boundary or T0) + seconds * SECOND)
    found = made.row(NAME)
    assert found is not None
    return found


def test_the_strip_has_what_the_whole_map_has_within_5_percent() -> None:
    made = watched()
    found = row(made)
    made.publish()
    view = made.view(NAME)
    assert view is not None
    assert view.map is not None
    assert found.strip is not None
    assert found.strip.shape == (STRIP_BINS,)
    below, above = view.map.column_of(MARK * 0.95), view.map.column_of(MARK * 1.05)
    whole = view.map.mass[:, :, below:above].sum(axis=(1, 2))
    half = STRIP_BINS // 2
    assert found.strip[:half].sum() == pytest.approx(whole[Side.LONG], rel=0.15), "longs are left of the mark"
    assert found.strip[half:].sum() == pytest.approx(whole[Side.SHORT], rel=0.15)
    assert found.imbalance == pytest.approx(view.figures.imbalance, abs=0.05)


def test_a_row_knows_price_change_interest_funding_and_what_was_liquidated_in_the_hour() -> None:
    made = watched()
    at = T0 + 2 * SECOND
    tell(
        made, "okx", at, Trade(SYMBOL, at, at, 60_300.0, 1.0, True, "2"), OpenInterest(SYMBOL, at, at, 1_010.0),
        Funding(SYMBOL, at, at, 0.0001, None, 8 * 3600 * SECOND),
        Liquidation(SYMBOL, at, at, Side.SHORT, 2.0, 60_300.0), Mark(SYMBOL, at, at, 60_300.0),
    )
    found = row(made)
    assert found.last is not None
    assert found.last.value == 60_300.0
    assert found.open_interest_usd == pytest.approx(1_010.0 * 60_300.0)
    assert found.funding is not None
    assert found.funding.value == 0.0001
    assert found.liquidated_1h == (0.0, 2.0 * 60_300.0)
    assert not found.stale
    assert not found.relative


def test_a_row_whose_mark_is_not_heard_for_half_a_minute_is_stale() -> None:
    made = watched()
    assert not row(made).stale
    assert row(made, 40).stale


def test_a_mark_that_runs_through_the_longs_leaves_none_of_them() -> None:
    made = watched()
    at = T0 + 2 * SECOND
    tell(made, "okx", at, Mark(SYMBOL, at, at, MARK * 0.97))
    found = row(made)
    assert found.strip is not None
    assert found.nearest is None or found.nearest.distance_pct != 0.0
    back = T0 + 10 * SECOND
    tell(made, "okx", back, Mark(SYMBOL, back, back, MARK))
    swept = row(made)
    assert swept.strip is not None
    half = STRIP_BINS // 2
    assert swept.strip[half - 11 : half].sum() == pytest.approx(0.0, abs=1e-3), "the longs within 2.75 % are gone"


def test_hundreds_of_rows_take_their_turns_a_second_each() -> None:
    """40 instruments: after four boundaries each has a row of that second, and no boundary had more than a quarter."""
    made = Engine([load("okx")])
    for number in range(40):
        coin = f"C{number}"
        one = structs.replace(listed("okx"), symbol=f"{coin}-USDT-SWAP", base=coin, family=f"{coin}-USDT")
        market(made, "okx", one, mark=100.0 + number, interest=INTEREST["okx"], brief=True)
        made.take("okx", T0, [Follow(one.symbol, False)])
    seen = []
    for quarter in range(1, 9):
        made.advance(T0 + SECOND + quarter * SECOND // 4)
        rows = [made.row(f"okx:C{number}-USDT-SWAP") for number in range(40)]
        seen.append(sum(r is not None and r.time_ns == T0 + SECOND + quarter * SECOND // 4 for r in rows))
    assert seen[4:] == [10, 10, 10, 10]
    assert made.followed() == ()


def test_a_row_given_up_is_gone() -> None:
    made = watched()
    row(made)
    made.take("okx", T0 + MINUTE, [Follow(SYMBOL, False, brief=True)])
    assert made.row(NAME) is None


def test_what_was_read_off_the_stock_is_good_for_five_seconds_while_the_mark_stays_in_its_bin() -> None:
    """MARK is 60,000: 6 is 1 bp, within the bin of 25 bp; 600 is 1 %, four bins on."""
    made = watched()

    def after(mark: float) -> Row:
        at = (made._boundary or T0) + SECOND // 4
        tell(made, "okx", at, Mark(SYMBOL, at, at, mark))
        return row(made, 2)

    before = after(MARK)
    first = after(MARK + 600)
    assert first.strip is not before.strip
    still = after(MARK + 606)
    assert still.strip is first.strip
    assert first.nearest is not None
    assert still.nearest is not None
    away = (first.nearest.peak / (MARK + 606) - 1) * 100
    assert still.nearest.distance_pct == pytest.approx(away), "but its distance is as of now"
    assert row(made, 4).strip is not first.strip, "8 s later"


def test_a_row_waits_for_its_history_and_takes_no_other_after_it() -> None:
    """30 bars of 100 units open χ of that, whatever is asked for later; live trades before are nothing beside it."""
    made = Engine([load("okx")])
    made.take("okx", T0, [Listing("okx", [listed("okx")], T0), Follow(SYMBOL, True, brief=True)])
    at = T0 + SECOND
    tell(made, "okx", at, Mark(SYMBOL, at, at, MARK), Trade(SYMBOL, at, at, MARK, 1.0, True, "1"))
    waiting = row(made, 8)
    assert waiting.last is not None
    assert (waiting.strip, waiting.backfill) == (None, None)
    bars = [Bar(T0 - (30 - i) * MINUTE, MARK, MARK * 1.017, MARK * 0.983, MARK, 100.0, True) for i in range(30)]
    tell(made, "okx", at, Candles(SYMBOL, MINUTE, False, bars), Backfill(SYMBOL, "1H", 1, 1, brief=True))
    built = row(made)
    assert built.strip is not None
    again = [structs.replace(bar, volume=1e6) for bar in bars]
    tell(made, "okx", at, Candles(SYMBOL, MINUTE, False, again), Backfill(SYMBOL, "1m", 9, 9))
    assert row(made, 6).strip == pytest.approx(built.strip, rel=0.01)
    assert row(made).relative, "open interest was never told"


def test_history_that_cannot_be_had_leaves_a_row_of_what_is_heard() -> None:
    made = Engine([load("okx")])
    made.take("okx", T0, [Listing("okx", [listed("okx")], T0), Follow(SYMBOL, True, brief=True)])
    tell(made, "okx", T0, Backfill(SYMBOL, "", 0, 1, problem="no candles came", brief=True))
    at = T0 + SECOND
    tell(made, "okx", at, Mark(SYMBOL, at, at, MARK), Trade(SYMBOL, at, at, MARK, 1.0, True, "1"))
    found = row(made, 8)
    assert found.strip is not None
    assert found.backfill is not None
    assert found.backfill.problem == "no candles came"


def test_a_row_hears_of_liquidations_from_the_acknowledgement_of_their_stream_on() -> None:
    made = Engine([load("okx")])
    made.take("okx", T0, [Listing("okx", [listed("okx")], T0), Follow(SYMBOL, True, brief=True)])
    tell(made, "okx", T0, Ack("trades:BTC-USDT-SWAP"))
    assert row(made, 8).liquidated_1h is None, "unknown, not nothing"
    tell(made, "okx", T0 + 10 * SECOND, Ack("liquidation-orders:SWAP"))
    assert row(made).liquidated_1h == (0.0, 0.0)


def test_an_hour_without_a_trade_passes_whether_its_boundaries_were_worked_or_leapt_over() -> None:
    """Live works each boundary, a replay only those with something to work. Without open interest a stock fades by the
    time that passes: 3,599 s of it."""

    def held(every_ns: int, quiet_ns: int = 60 * MINUTE) -> float:
        made = Engine([load("okx")])
        made.take("okx", T0, [Listing("okx", [listed("okx")], T0), Follow(SYMBOL, True, brief=True)])
        tell(made, "okx", T0, Backfill(SYMBOL, "", 0, 1, problem="no candles came", brief=True))
        at, later = T0 + SECOND, T0 + quiet_ns
        tell(made, "okx", at, Mark(SYMBOL, at, at, MARK), Trade(SYMBOL, at, at, MARK, 1.0, True, "1"))
        for now_ns in range(at, later, every_ns):
            made.advance(now_ns)
        tell(made, "okx", later, Mark(SYMBOL, later, later, MARK))
        found = row(made, 10).strip
        assert found is not None
        return float(found.sum())

    worked = held(SECOND // 2)
    assert worked == held(20 * MINUTE)
    assert worked == pytest.approx(held(SECOND // 2, 2 * SECOND) * 0.5 ** (3_598 / HALF_LIFE_S), rel=1e-6)


def test_a_view_in_a_line_says_what_the_row_of_the_same_instrument_says() -> None:
    """The whole map has three turnovers and its own ladder; price, interest and totals are the same."""
    made = watched()
    at = T0 + 2 * SECOND
    tell(
        made, "okx", at, Trade(SYMBOL, at, at, 60_300.0, 1.0, True, "2"), OpenInterest(SYMBOL, at, at, 1_010.0),
        Funding(SYMBOL, at, at, 0.0001, None, 8 * 3600 * SECOND),
        Liquidation(SYMBOL, at, at, Side.SHORT, 2.0, 60_300.0), Mark(SYMBOL, at, at, 60_300.0),
    )
    brief = row(made, 6)
    made.publish()
    view = made.view(NAME)
    assert view is not None
    found = row_of(view)
    for field in ("last", "mark", "stale", "open_interest_usd", "funding", "funding_interval_ns", "liquidated_1h"):
        assert getattr(found, field) == getattr(brief, field), field
    assert found.strip is not None
    assert brief.strip is not None
    half = STRIP_BINS // 2
    for side in (slice(0, half), slice(half, STRIP_BINS)):
        assert found.strip[side].sum() == pytest.approx(brief.strip[side].sum(), rel=0.15)
    assert found.imbalance == pytest.approx(brief.imbalance, abs=0.05)
    assert not found.relative
    made.take("okx", at + 60 * SECOND, [Follow(SYMBOL, False, brief=True)])
    kept = made.row(NAME)
    assert kept is not None, "where no row is kept, the View has one"
    assert kept.time_ns == view.time_ns
    assert made.glanced() == ()


def test_the_bins_of_a_view_lie_in_the_strips_bins_of_five() -> None:
    """A map with 7 units in the bin 1 % above the mark: bins of 25 bp from there, the fourth above the middle."""
    made = watched()
    made.publish()
    view = made.view(NAME)
    assert view is not None
    assert view.map is not None
    assert view.figures.mark is not None
    mass = view.map.mass * 0
    mark = view.figures.mark.value
    mass[Side.SHORT, 3, view.map.column_of(mark * 1.01)] = 7.0
    strip = row_of(replace(view, map=replace(view.map, mass=mass))).strip
    assert strip is not None
    at = bin_of(mark * 1.01, STRIP_WIDTH) - bin_of(mark, STRIP_WIDTH) + STRIP_BINS // 2
    assert strip[at] == 7.0
    assert strip.sum() == 7.0
