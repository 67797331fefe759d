"""Markets whose positions are public: who trades is asked inside the weight, and what is seen is held to the truth."""

import json

import pytest

from liqtui.cli.score_observed import table
from liqtui.events import Trade
from liqtui.lab import observe, observe_report
from liqtui.lab.judge import Pair
from liqtui.lab.observe import DISTANCES, Sight, Watched
from liqtui.lab.seeds import seed
from liqtui.lab.world import START_NS, World

LIVED_S = 65


@pytest.fixture(scope="module")
def cold() -> World:
    world = World("chop", seed("tune", "chop", 3), public_s=0.0)
    world.run(LIVED_S)
    return world


@pytest.fixture(scope="module")
def warm() -> World:
    world = World("chop", seed("tune", "chop", 3), public_s=observe.DAY_S)
    world.run(LIVED_S)
    return world


def test_the_harvest_asks_inside_the_weight_of_a_minute(warm: World) -> None:
    """0.8 × 1,150 weight a minute at 2 each: 460 answers a minute."""
    assert warm.harvest is not None
    assert warm.harvest.asked <= 460 * LIVED_S / 60
    assert warm.harvest.asked > 0.95 * 460 * LIVED_S / 60


def test_what_is_seen_is_what_is_true(warm: World) -> None:
    """Every position seen a moment ago is one that somebody holds; cross accounts' prices move with their other leg."""
    assert warm.harvest is not None
    held = warm.positions()
    rows = zip(held.side.tolist(), held.size.tolist(), held.liquidation.tolist(), held.holder.tolist(), strict=True)
    truth = {f"h{holder}": (side, size, price) for side, size, price, holder in rows}
    crosses = warm.market.crowd.cross.liquidation_prices(warm.market.marks[warm.market.crowd.cross.legs])
    known = [one for one in truth if one in warm.harvest.addresses._row][:200]
    assert len(known) == 200
    for address in known:
        (position,) = warm.harvest._holder(int(address[1:]), crosses)
        side, size, price = truth[address]
        assert int(position.side) == side
        assert position.size == pytest.approx(size)
        assert position.liquidation == (pytest.approx(price) if 0 < price < float("inf") else None)


def test_largest_first_the_share_seen_grows_faster_than_the_number_of_positions(cold: World, warm: World) -> None:
    (late, early) = (observe.sight(world, LIVED_S) for world in (warm, cold))
    held = warm.positions()
    for side in (0, 1):
        known, unknown = late.share[side], early.share[side]
        assert known is not None
        assert unknown is not None
        assert known > unknown
    shares = [share for share in late.share if share is not None]
    assert sum(shares) / 2 > 2 * late.positions / len(held.size)


def test_where_positions_are_public_no_liquidation_is_told_and_trades_name_their_parties(cold: World) -> None:
    assert cold.view().figures.liquidated is None, "nobody listens"
    trades = [event for event in cold._events(cold.market.step(), START_NS) if isinstance(event, Trade)]
    assert trades
    for trade in trades:
        assert trade.parties is not None
        assert trade.parties[0] != trade.parties[1]


def test_a_sight_measures_every_pair_of_maps(warm: World) -> None:
    found = observe.sight(warm, LIVED_S)
    assert list(found.distance) == list(DISTANCES)
    for pair in found.distance.values():
        assert all(one is not None and one > 0 for one in pair)
    assert all(near is not None and 0 < near < 1.2 for near in found.near)


def test_starts_are_put_together_over_markets() -> None:
    """Two markets, 20 % and 40 % of longs seen, shorts unknown in one: sides are averaged, then markets."""

    def market(number: int, longs: float, shorts: float | None, bp: float) -> Watched:
        apart: dict[str, Pair] = dict.fromkeys(DISTANCES, (bp, bp))
        sight = Sight(305, (longs, shorts), (0.5, 0.5), apart, (None, None), 100)
        return Watched("chop", number, "first start", 1_000, 2_000, [sight])

    found = observe_report.report([market(0, 0.2, 0.4, 50.0), market(1, 0.4, None, 70.0)])
    start = json.loads(json.dumps(found, allow_nan=False))["starts"]["first start"]
    assert start["markets"] == 2
    (look,) = start["looks"]
    assert look["share"]["mean"] == pytest.approx(0.35)
    assert look["share"]["ci"] is None
    assert look["distance"]["observed_positions"]["mean"] == pytest.approx(60.0)
    assert look["overlap"]["mean"] is None
    assert "first start: 2 markets" in table(found)
    assert "5 min" in table(found)


def test_dated_contracts_are_left_out() -> None:
    assert {regime for _, regime, _, _ in observe.tasks("tune", ["chop", "expiry"], 2)} == {"chop"}
