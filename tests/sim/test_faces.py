"""Everything a simulated venue says is that venue's wire: its decoder takes it all, and it agrees with the truth."""

from collections import Counter

import pytest
from face_scene import SECONDS, Heard, heard

from liqtui.events import (
    Ack,
    Refusal,
    Rejected,
)
from liqtui.instruments import Kind
from liqtui.sim.settings import VENUE_NAMES


@pytest.fixture(params=VENUE_NAMES)
def one(request: pytest.FixtureRequest) -> Heard:
    return heard()[request.param]


def test_the_decoder_takes_every_frame(one: Heard) -> None:
    told = Counter(type(e).__name__ for e in one.events)
    assert not [e for e in one.events if isinstance(e, Rejected | Refusal)]
    assert {"Trade", "BookDelta", "Mark", "Index"} <= set(told), told
    assert told["Trade"] > 30 * SECONDS
    answers = [e for ear in one.ears.values() for text in ear.answers for e in one.venue.decode(text, 0, one.listed)]
    wanted = [s for s in one.venue.subscriptions(list(one.listed.values())) if s.poll is None]
    assert {e.key for e in answers if isinstance(e, Ack)} == {s.key for s in wanted}
    assert not [e for e in answers if isinstance(e, Rejected | Refusal)]


def test_the_listing_is_what_the_market_trades(one: Heard) -> None:
    assert set(one.listed) == {c.symbol for c in one.market.contracts}
    for contract in one.market.contracts:
        instrument = one.listed[contract.symbol]
        assert instrument.kind is (Kind.DATED if contract.expiry_ns else Kind.PERPETUAL)
        assert instrument.expiry_ns == contract.expiry_ns
        assert instrument.base == contract.base.removeprefix("1000")
        assert instrument.tick == pytest.approx(1 / contract.ticks_per_quote / contract.multiple)
