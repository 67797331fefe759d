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
from liqtui.sim.people import People

LIVED_S = 65


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


def test_what_is_told_is_what_is_true(warm: World) -> None:
    """Of every address asked in 20 s its size and the exchange's own liquidation price; nobody else's, nothing old."""
    assert warm.harvest is not None
    names, held = People(warm.market).addresses, warm.positions()
    rows = zip(held.holder.tolist(), held.side.tolist(), held.size.tolist(), held.liquidation.tolist(), strict=True)
    truth = {names[holder]: (side, size, price) for holder, side, size, price in rows}
    answers = list(warm.harvest.answers(warm.market.now_ns + 20 * 10**9))
    checked = 0
    for answer in answers:
        here = [one for one in answer.positions if one.symbol == warm.symbol]
        if answer.address not in truth:
            continue  # makers, who are not among the crowd, and whoever is flat
        side, size, price = truth[answer.address]
        (position,) = here
        assert int(position.side) == side
        assert position.size == pytest.approx(size)
        assert position.liquidation == (pytest.approx(price) if 0 < price < float("inf") else None)
        checked += 1
    assert checked > 100


def test_largest_first_the_share_seen_is_more_than_the_share_of_positions(warm: World) -> None:
    found, held = observe.sight(warm, LIVED_S), warm.positions()
    for side, share in enumerate(found.share):
        assert share is not None
        assert share > 2 * found.positions / len(held.size), side


def test_where_positions_are_public_no_liquidation_is_told_and_trades_name_their_parties(warm: World) -> None:
    assert warm.view().figures.liquidated is None, "nobody listens"
    trades = [event for event in warm._events(warm.market.step(), START_NS) if isinstance(event, Trade)]
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
