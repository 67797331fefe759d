"""The past of one map over venues: its snapshots, its open interest, where its venues saw liquidations."""

import math
from dataclasses import replace

import numpy as np
import pytest
from engine_scene import MINUTE, SECOND, T0
from sum_scene import INTEREST, MARKS, SYMBOLS, go_on, tell, three, whole

from liqtui.engine.chronicle import Chronicle
from liqtui.engine.snapshots import Snapshots, by_side
from liqtui.events import Liquidation, Side, Summed
from liqtui.view import Snapshot


def size(snapshot: Snapshot) -> float:
    return float(snapshot.mass.astype(np.float64).sum() * snapshot.scale)


def test_the_past_of_the_sum_is_the_sum_of_the_pasts() -> None:
    made = three()
    go_on(made, T0 + 3 * MINUTE)
    view = whole(made)
    assert len(view.snapshots) > 20, "history of half an hour and the live minutes"
    newest, own = view.snapshots[-1], [whole(made, f"{v}:{s}").snapshots[-1] for v, s in SYMBOLS.items()]
    mass = size(newest)
    assert mass == pytest.approx(sum(map(size, own)), rel=2e-3)


def test_open_interest_through_time_is_the_sum_of_the_venues() -> None:
    made = three()
    go_on(made, T0 + 3 * MINUTE)
    view = whole(made)
    assert view.history is not None
    assert len(view.history.interest.value) >= 30
    assert view.history.interest.value == pytest.approx(sum(INTEREST.values()))
    assert whole(made).history is view.history, "made anew only when something has changed"


def test_open_interest_through_time_has_no_step_where_a_venue_fades_or_its_past_is_not_known() -> None:
    """Bybit, 2,000 of 6,000 coins, is silent for 315 s: half of it counts, now and in all the past, 5,000 coins. Of
    what OKX had before now nothing is known: its 1,000 stand through the past."""
    made = three()
    okx = made.pipeline("okx:BTC-USDT-SWAP")
    assert okx is not None
    okx.chronicle = Chronicle()
    go_on(made, T0 + 315 * SECOND, "bybit")
    view = whole(made)
    assert view.history is not None
    assert view.figures.open_interest is not None
    assert view.figures.open_interest.value == pytest.approx(5_000.0)
    assert len(view.history.interest.value) >= 30
    assert view.history.interest.value == pytest.approx(5_000.0)


def test_a_past_that_is_coarser_stands_until_its_next_moment() -> None:
    """Of Bybit only every tenth minute is kept: its share is in the minutes between, too, and none stands out."""
    made = three()
    pipeline = made.pipeline("bybit:BTCUSDT")
    assert pipeline is not None
    kept, thin = pipeline.estimate.snapshots.all(), Snapshots()
    for snapshot in kept[::10]:
        thin.add(snapshot)
    pipeline.estimate.snapshots = thin
    go_on(made, T0 + 5 * SECOND)
    between = kept[10].time_ns, kept[20].time_ns
    held = [s for s in whole(made).snapshots if between[0] <= s.time_ns < between[1]]
    sizes = [size(s) for s in held]
    assert len(sizes) == 10
    assert min(sizes) > 0.8 * max(sizes)


def test_a_venue_whose_past_is_not_known_does_not_make_the_past_paler_than_now() -> None:
    """OKX has a sixth of the open interest and keeps no history of it: what the others had counts 6/5 times. Of a past
    of which only OKX's sixth is known nothing is shown."""
    before = {s.time_ns: size(s) for s in whole(three()).snapshots}
    made = three()
    pipeline = made.pipeline("okx:BTC-USDT-SWAP")
    assert pipeline is not None
    pipeline.estimate.snapshots = Snapshots()
    go_on(made, T0 + 5 * SECOND)
    now = {s.time_ns: size(s) for s in whole(made).snapshots}
    assert list(now) == list(before)
    assert list(now.values()) == pytest.approx(list(before.values()), rel=0.02)
    for name in ("binance:BTCUSDT", "bybit:BTCUSDT"):
        other = made.pipeline(name)
        assert other is not None
        kept, other.estimate.snapshots = other.estimate.snapshots.all(), Snapshots()
        other.estimate.snapshots.add(kept[-1])
    go_on(made, T0 + 10 * SECOND)
    assert [s.time_ns for s in whole(made).snapshots] == [max(before)]


def test_a_coarser_past_is_moved_by_the_premium_of_its_own_moment() -> None:
    """Bybit's newest moment is ten minutes old, and Binance has risen by 2 % since: its map stays where it is, 7 bp
    higher, and does not rise with Binance's mark."""
    made = three()
    pipelines = [made.pipeline(f"{venue}:{SYMBOLS[venue]}") for venue in ("binance", "bybit")]
    assert pipelines[0] is not None
    assert pipelines[1] is not None
    risen, thin = Snapshots(), Snapshots()
    kept = pipelines[0].estimate.snapshots.all()
    for place, snapshot in enumerate(kept):
        risen.add(replace(snapshot, close=snapshot.close * (1.02 if 10 < place < 20 else 1.0)))
    for snapshot in pipelines[1].estimate.snapshots.all()[::10]:
        thin.add(snapshot)
    pipelines[0].estimate.snapshots, pipelines[1].estimate.snapshots = risen, thin
    okx = made.pipeline("okx:BTC-USDT-SWAP")
    assert okx is not None
    okx.estimate.snapshots = Snapshots()
    go_on(made, T0 + 5 * SECOND)
    shots = {s.time_ns: s for s in whole(made).snapshots}
    middles = []
    for place in (10, 15):
        shot = shots[kept[place].time_ns]
        bins = shot.first_bin + shot.stride * np.arange(shot.mass.shape[-1])
        near = np.abs(bins - math.log(MARKS["binance"]) / 0.0005) < 200
        middles.append(float(np.average(bins[near], weights=by_side(shot).sum(axis=0, dtype=np.float64)[near])))
    assert middles[1] == pytest.approx(middles[0], abs=0.5), "in bins of 5 bp; 2 % are 40"


def test_a_sum_that_is_opened_late_shows_where_its_venues_saw_liquidations() -> None:
    made = three(())
    tell(made, "okx", T0 + SECOND, Liquidation(SYMBOLS["okx"], T0 + SECOND, T0 + SECOND, Side.LONG, 2.0, 59_000.0))
    made.advance(T0 + 2 * SECOND)
    made.take("all", T0 + 2 * SECOND, [Summed("BTC-USDT-SWAP", ["okx", "binance", "bybit"])])
    made.advance(T0 + 4 * SECOND)
    view = whole(made)
    assert [(one.venue, one.size) for one in view.liquidations] == [("okx", 2.0)]
    assert view.liquidations[0].mark == pytest.approx(MARKS["binance"], rel=1e-6)
