"""The product's engine on a simulated market: the same every time, fed as the feeds would, with the truth beside it."""

from dataclasses import replace

import numpy as np
import pytest
from lab_scene import LIVED_S, lived

from liqtui.engine import Engine
from liqtui.events import Event, FeedState, Gap, Liquidation, Trade
from liqtui.lab import world as lab_world
from liqtui.lab.seeds import seed
from liqtui.lab.world import START_NS, World
from liqtui.sim.openings import Openings, TrueOpenings, shares
from liqtui.sim.positions import Index, Opening
from liqtui.sim.regimes import REGIMES
from liqtui.sim.settings import REGIME_NAMES


def test_no_test_seed_is_a_tuning_seed() -> None:
    test, tune = ({seed(purpose, r, k) for r in REGIME_NAMES for k in range(500)} for purpose in ("test", "tune"))
    assert len(test) == len(tune) == 500 * len(REGIME_NAMES)
    assert test.isdisjoint(tune)
    assert {s % 2 for s in test} == {1}
    assert {s % 2 for s in tune} == {0}


def test_a_seed_gives_the_same_map_to_the_byte() -> None:
    worlds = [World("hedged", seed("tune", "hedged", 1)) for _ in range(2)]
    for world in worlds:
        world.run(60)
    a, b = (world.view() for world in worlds)
    assert a.map is not None
    assert b.map is not None
    assert a.map.mass.tobytes() == b.map.mass.tobytes()
    assert a.figures.mark == b.figures.mark
    assert a.figures.open_interest == b.figures.open_interest


def test_the_engine_knows_what_a_feed_would_have_told_it() -> None:
    world = lived()
    view = world.view()
    assert view.map is not None
    assert view.figures.mark is not None
    assert view.figures.mark.value == pytest.approx(world.mark)
    interest = float(world.market.open_interest[world.contract.number]) * world.contract.lot
    assert view.figures.open_interest is not None
    assert view.figures.open_interest.value == pytest.approx(interest, rel=1e-3)
    assert view.book is not None
    assert view.health.backfill is not None
    assert view.health.backfill.stage == "joined"
    assert not view.health.problems
    happened = world.liquidations()
    assert len(happened) > 50
    told = [one for one in view.liquidations if one.time_ns >= START_NS]
    assert len(told) == len([f for f in happened if f.time_ns < world.market.now_ns])  # the newest is still on its way
    assert "liquidations sampled" not in view.health.words


def test_a_thinned_feed_shows_at_most_one_liquidation_a_second_of_the_same_market() -> None:
    world, whole = lived(thin=True), lived()
    assert world.liquidations() == whole.liquidations()
    times = [one.time_ns for one in world.view().liquidations]
    assert 0 < len(times) < len(whole.view().liquidations)
    assert min(np.diff(times)) >= 10**9
    assert "liquidations sampled" in world.view().health.words


def test_nothing_comes_through_an_outage_and_history_fills_it_in(monkeypatch: pytest.MonkeyPatch) -> None:
    short = replace(REGIMES["outage"], silence_every_s=(100.0, 110.0), silence_s=(130.0, 140.0))
    monkeypatch.setitem(REGIMES, "outage", short)
    came: list[tuple[int, Event]] = []
    take = Engine.take

    def listening(self: Engine, venue: str, recv_ns: int, events: list[Event]) -> None:
        came.extend((recv_ns, event) for event in events)
        take(self, venue, recv_ns, events)

    monkeypatch.setattr(Engine, "take", listening)
    world = World("outage", seed("tune", "outage", 2))
    silence = world.silences[0]
    world.run((silence.start_ns - START_NS) / 1e9 + 60)
    dead = world.view()
    assert dead.health.feeds[0].state is FeedState.CONNECTING
    assert dead.figures.mark is not None
    assert dead.figures.mark.time_ns <= silence.start_ns
    assert abs(world.mark / dead.figures.mark.value - 1) > 0  # the market goes on
    world.run((silence.end_ns - silence.start_ns) / 1e9 + 5)
    back = world.view()
    assert back.health.feeds[0].state is FeedState.LIVE
    assert back.health.backfill is not None
    assert back.health.backfill.stage == "joined"
    live = [at for at, event in came if isinstance(event, Trade | Liquidation)]
    assert not [at for at in live if silence.start_ns + 10**9 < at <= silence.end_ns]
    assert [event for _, event in came if isinstance(event, Gap)]


def test_the_true_ladder_adds_up_to_what_was_opened() -> None:
    world = World("expiry", seed("tune", "expiry", 1))
    admit, admitted = world.market.crowd.admit, np.zeros(len(world.market.contracts))

    def counting(new: Opening) -> tuple[Opening, Index]:
        added, rows = admit(new)
        np.add.at(admitted, added.contract, added.lots)
        return added, rows

    world.market.crowd.admit = counting  # type: ignore[method-assign]
    world.run(600)
    opened = world.openings()
    assert opened.size.sum() == pytest.approx(admitted[world.contract.number] * world.contract.lot)
    held = world.positions()
    young = held.opened_ns >= START_NS
    assert 0 < held.size[young].sum() < opened.size.sum()
    rungs = np.geomspace(2.0, 100.0, 24)
    of = shares(opened, rungs, with_stops=True)
    for side in (0, 1):
        mine = opened.side == side
        never = opened.size[mine & (opened.leverage < 2.0 * (rungs[0] / rungs[1]) ** 0.5)].sum()
        assert of[side].sum() + never / opened.size[mine].sum() == pytest.approx(1.0)
    assert (shares(opened, rungs, with_stops=False) <= of).all()


def test_shares_by_hand() -> None:
    """Rungs 5, 10, 20: longs 6 at 10×, 2 at 14.2× (nearer 20 in logs), 1 stopping at 10×, 1 never, of 10 in all."""
    opened = TrueOpenings(
        np.array([0, 0, 0, 0]), np.array([6.0, 2.0, 1.0, 1.0]), np.array([10.0, 14.2, 10.0, 0.0]),
        np.array([False, False, True, False]), np.arange(4),
    )
    rungs = np.array([5.0, 10.0, 20.0])
    assert shares(opened, rungs, with_stops=True)[0].tolist() == pytest.approx([0.0, 0.7, 0.2])
    assert shares(opened, rungs, with_stops=False)[0].tolist() == pytest.approx([0.0, 0.6, 0.2])
    assert np.isnan(shares(opened, rungs, with_stops=True)[1]).all()


def test_who_adds_margin_once_is_liquidated_like_one_with_less_leverage() -> None:
    """1 BTC at 100 with 10 of margin is 10×; with 5 more on the way 100 / 15 = 6.67×; hedged is never."""
    one, no = np.ones(3), np.zeros(3)
    new = Opening(
        contract=np.zeros(3, np.int64), sign=one, lots=one, entry=100 * one, margin=10 * one, leverage=10 * one,
        maintenance=0.004 * one, liquidation=no, stop=np.array([0.0, 0.0, 95.0]), take=np.inf * one,
        topup=np.array([0.0, 93.0, 0.0]), extra=5 * one, opened_ns=np.zeros(3, np.int64), close_ns=np.ones(3, np.int64),
        hedged=np.array([False, False, False]),
    )
    kept = Openings(np.array([1.0]))
    kept.isolated(new)
    kept.isolated(new.pick(np.array([0]))._replace(hedged=np.array([True])))
    found = kept.of(0)
    assert found.leverage.tolist() == pytest.approx([10.0, 100 / 15, 10.0, 0.0])
    assert found.stops.tolist() == [False, False, True, False]


def test_the_worlds_clock_is_the_markets() -> None:
    assert lived().now_s == LIVED_S
    assert not lived().ended


def test_an_expiring_contract_is_followed_to_its_settlement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(REGIMES, "expiry", replace(REGIMES["expiry"], expires_h=0.0))
    monkeypatch.setattr(lab_world, "START_NS", START_NS - 120 * 10**9)
    world = World("expiry", seed("tune", "expiry", 2))
    assert world.contract.expiry_ns == START_NS
    world.run(119)
    before = world.view()
    assert before.map is not None
    assert before.map.mass.sum() > 0
    world.run(70)  # past the end of the minute that settles it
    assert world.ended
    after = world.view()
    assert after.map is not None
    assert after.map.mass.sum() == 0
    assert len(world.positions().size) == 0
