"""Public positions through the engine: seen, counted against open interest, swept, closed, aged, told in JSON."""

import json

import numpy as np
import pytest
from observed_scene import LONG, MINUTE, SECOND, SHORT, T0, engine, holds, instrument, position, shown, told

from liqtui.cli.score import table
from liqtui.engine import Engine
from liqtui.engine.observed import LIMIT_NS, MOST, Accounts
from liqtui.events import Follow, Listing, Mark, OpenInterest
from liqtui.export import view_to_json_text
from liqtui.liqmap import score_observed, score_recording
from liqtui.liqmap.grid import bin_of
from liqtui.liqmap.observed import Observed
from liqtui.venues import load

HOUR = 60 * MINUTE


def seen(made: Engine) -> Observed:
    view = shown(made)
    assert view.observed is not None
    assert view.map is not None
    assert view.observed.first_bin == view.map.first_bin
    assert view.observed.mass.shape == view.map.mass.shape
    return view.observed


def test_before_the_first_answer_there_is_no_observed_map_and_null_in_the_json() -> None:
    view = shown(engine())
    assert view.observed is None
    assert json.loads(view_to_json_text(view))["observed"] is None


def test_the_share_of_open_interest_that_is_seen() -> None:
    """Of 50 BTC open, 10 + 5 long and 20 short are seen; one address holds nothing of BTC, one nothing at all."""
    made = engine(interest=50.0)
    told(made, T0 + 2 * SECOND, [
        holds("0xa", T0 + 2 * SECOND, position(LONG, 10.0, 90.0)),
        holds("0xb", T0 + 2 * SECOND, position(LONG, 5.0, None), position(SHORT, 1.0, 120.0, symbol="ETH")),
        holds("0xc", T0 + 2 * SECOND, position(SHORT, 20.0, 110.0)),
        holds("0xd", T0 + 2 * SECOND, position(SHORT, 1.0, 120.0, symbol="ETH")),
        holds("0xe", T0 + 2 * SECOND),
    ])  # fmt: skip
    found = seen(made)
    assert found.share == (0.3, 0.4)
    assert (found.positions, found.addresses) == (3, 5)
    assert found.undrawn == (5.0, 0.0)
    by_side = found.mass.sum(axis=1)
    assert by_side[LONG, bin_of(90.0) - found.first_bin] == 10.0
    assert by_side[SHORT, bin_of(110.0) - found.first_bin] == 20.0
    assert seen(engine_without_interest()).share is None


def engine_without_interest() -> Engine:
    made = engine(interest=None)
    told(made, T0 + 2 * SECOND, [holds("0xa", T0 + 2 * SECOND, position(LONG, 10.0, 90.0))])
    return made


def test_a_new_answer_replaces_the_old_one_and_an_older_one_does_not() -> None:
    made = engine()
    told(made, T0 + 2 * SECOND, [holds("0xa", T0 + 2 * SECOND, position(LONG, 10.0, 90.0))])
    told(made, T0 + 9 * SECOND, [holds("0xa", T0 + 9 * SECOND, position(SHORT, 4.0, 115.0))])
    told(made, T0 + 10 * SECOND, [holds("0xa", T0 + 1 * SECOND, position(LONG, 99.0, 80.0))])
    found = seen(made)
    assert found.held == (0.0, 4.0)
    told(made, T0 + 20 * SECOND, [holds("0xa", T0 + 20 * SECOND)])
    found = seen(made)
    assert (found.held, found.positions, found.addresses) == ((0.0, 0.0), 0, 1)
    assert found.age_ns is None


def test_what_the_mark_passes_is_gone_until_it_is_seen_again() -> None:
    made = engine()
    told(made, T0 + 2 * SECOND, [
        holds("0xa", T0 + 2 * SECOND, position(LONG, 10.0, 95.0)),
        holds("0xb", T0 + 2 * SECOND, position(LONG, 3.0, 90.0)),
    ])  # fmt: skip
    told(made, T0 + 4 * SECOND, [Mark("BTC", T0 + 4 * SECOND, T0 + 4 * SECOND, 94.0)])
    told(made, T0 + 6 * SECOND, [Mark("BTC", T0 + 6 * SECOND, T0 + 6 * SECOND, 99.0)])
    assert seen(made).held == (3.0, 0.0)
    told(made, T0 + 8 * SECOND, [holds("0xa", T0 + 8 * SECOND, position(LONG, 6.0, 80.0))])
    assert seen(made).held == (9.0, 0.0)


def test_ages_are_counted_and_after_an_hour_nobody_knows_any_more() -> None:
    made = engine()
    told(made, T0 + 60 * SECOND, [holds("0xa", T0 + 60 * SECOND, position(LONG, 10.0, 90.0))])
    told(made, T0 + 2 * MINUTE, [holds("0xb", T0 + 2 * MINUTE, position(LONG, 10.0, 90.0))])
    told(made, T0 + 2 * MINUTE, [holds("0xc", T0 + 2 * MINUTE, position(LONG, 10.0, 90.0))])
    made.advance(T0 + 4 * MINUTE)
    found = seen(made)
    assert found.age_ns is not None
    assert found.oldest_ns is not None
    assert abs(found.age_ns - 2 * MINUTE) <= SECOND
    assert abs(found.oldest_ns - 3 * MINUTE) <= SECOND
    made.advance(T0 + HOUR + 90 * SECOND)
    assert seen(made).positions == 3, "aged by the minute"
    made.advance(T0 + HOUR + 2 * MINUTE)
    assert seen(made).positions == 2
    made.advance(T0 + HOUR + 5 * MINUTE)
    view = shown(made)
    assert view.observed is None, "nobody is known any more"


def test_what_is_followed_later_begins_with_what_is_known() -> None:
    made = engine()
    eth = position(SHORT, 7.0, 120.0, symbol="ETH")
    told(made, T0 + 2 * SECOND, [holds("0xb", T0 + 2 * SECOND, eth)])
    told(made, T0 + 3 * SECOND, [Follow("ETH", True), Mark("ETH", T0 + 3 * SECOND, T0 + 3 * SECOND, 100.0)])
    view = shown(made, "hyperliquid:ETH")
    assert view.observed is not None
    assert view.observed.held == (0.0, 7.0)


def test_addresses_are_bounded_the_longest_unseen_are_forgotten() -> None:
    accounts = Accounts()
    for number in range(MOST + 10):
        accounts.take(holds(f"0x{number:x}", number, position(LONG, 1.0, 90.0)))
    assert len(accounts) == len(accounts.held("BTC")) == MOST
    assert accounts.held("BTC").columns().seen_ns.min() == 10
    accounts.age(MOST + LIMIT_NS)
    assert len(accounts) == 10


def test_no_venue_without_public_positions_has_an_observed_map() -> None:
    from engine_scene import T0 as START
    from engine_scene import engine as other
    from engine_scene import mark
    from engine_scene import shown as other_view

    made = other()
    made.take("okx", START, [mark(START, 100.0), holds("0xa", START, position(LONG, 1.0, 90.0))])
    made.advance(START + SECOND)
    assert other_view(made).observed is None


def test_the_json_tells_shares_ages_bins_and_agreement() -> None:
    made = engine(interest=50.0)
    many = [holds(f"0x{n}", T0 + 2 * SECOND, position(LONG, 1.0, 90.0 + 0.1 * n)) for n in range(25)]
    told(made, T0 + 2 * SECOND, many)
    out = json.loads(view_to_json_text(shown(made)))["observed"]
    assert list(out) == [
        "long_share", "short_share", "positions", "addresses", "age_s", "oldest_s", "held", "outside", "undrawn",
        "bins", "agreement",
    ]  # fmt: skip
    assert (out["long_share"], out["short_share"]) == (0.5, 0.0)
    assert (out["positions"], out["addresses"]) == (25, 25)
    assert 0 <= out["age_s"] <= 1
    assert sum(out["bins"]["long"]) == 25.0
    assert not any(out["bins"]["short"])
    assert np.all(np.diff(out["bins"]["price"]) > 0)
    assert out["agreement"]["positions"] == {"long": 25, "short": 0}
    assert out["agreement"]["w1_bp"] == {"long": None, "short": None}, "nothing was traded: there is no estimate"


def test_whoever_scores_is_told_every_five_minutes_what_is_observed() -> None:
    """20 then 40 of 50 BTC long, at a boundary each; the report holds their mean, and how many could say something."""
    looks: list[Observed] = []
    made = Engine([load("hyperliquid")], sighted=lambda instrument, seen: looks.append(seen))
    made.take("hyperliquid", T0, [Listing("hyperliquid", [instrument()], T0), Follow("BTC", True)])
    made.take("hyperliquid", T0, [Mark("BTC", T0, T0, 100.0), OpenInterest("BTC", T0, T0, 50.0)])
    first = -(-T0 // (5 * MINUTE)) * 5 * MINUTE
    for number, size in enumerate((20.0, 40.0)):
        at = first + number * 5 * MINUTE - 10 * SECOND
        told(made, at, [holds("0xa", at, position(LONG, size, 90.0))])
        made.advance(at + MINUTE)
    assert [look.held[LONG] for look in looks] == [20.0, 40.0]
    found = score_observed.report(looks)
    assert found is not None
    assert found["n_looks"] == 2
    assert found["share"] == {"long": {"mean": pytest.approx(0.6), "n": 2}, "short": {"mean": 0.0, "n": 2}}
    assert found["w1_bp"] == {"long": {"mean": None, "n": 0}, "short": {"mean": None, "n": 0}}
    assert score_observed.report([]) is None
    report = score_recording.report([], "a.jsonl.gz", "hyperliquid:BTC", (), looks)
    said = table(json.loads(json.dumps(report, allow_nan=False)))
    assert "observed positions, 2 looks, 1 on average" in said
    assert "0.600    0.000  of open interest seen" in said
