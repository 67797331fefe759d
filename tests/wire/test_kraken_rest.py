"""Kraken's REST: contracts and their margin levels, charts; and where its positions are liquidated."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from kraken_frames import DATED, INVERSE, LINEAR, LISTED, PF_ROW, PI_ROW, venue
from recorded import NOW

from liqtui.events import Bar, Candles, Event, Listing, Refusal, Rejected, Side, Tier, Tiers, TierUnit
from liqtui.instruments import Catalogue, Instrument, Kind
from liqtui.liqmap.margin import MarginRule
from liqtui.venues.base import Request, Venue, VenueSettings
from liqtui.venues.kraken import create

DAY, HOUR, FIVE, MINUTE = venue.history
HOUR_NS = 3_600 * 10**9


def answer(request: Request | None, body: dict[str, object]) -> list[Event]:
    assert request is not None
    return venue.decode_reply(request.url, json.dumps({"result": "success", **body}).encode(), NOW, LISTED)


def test_contracts_and_their_ends() -> None:
    dated = {**PI_ROW, "symbol": "FI_XBTUSD_250627", "lastTradingTime": "2025-06-27T15:00:00.000Z"}
    linear = {**PF_ROW, "symbol": "FF_XBTUSD_261225", "lastTradingTime": "2026-12-25T15:00:00Z"}
    small = {**PI_ROW, "symbol": "pi_xbtusd"}
    index = {"symbol": "in_xbtusd", "type": "spot index", "tradeable": False}
    (event,) = answer(venue.listing_requests()[0], {"instruments": [PI_ROW, PF_ROW, dated, linear, small, index]})
    assert isinstance(event, Listing)
    first, flexible, future, flexible_future, same = event.instruments
    assert first == same == Instrument(
        venue="kraken", symbol="PI_XBTUSD", base="BTC", quote="USD", settle="BTC", kind=Kind.PERPETUAL, inverse=True,
        contract_size=1.0, tick=0.5, family="I_XBTUSD", index="XBTUSD", listed_ns=1_535_673_600_000_000_000,
        max_leverage=50.0,
    )  # fmt: skip
    assert (flexible.inverse, flexible.settle, flexible.family) == (False, "USD", "F_XBTUSD")
    assert flexible.max_leverage == 100.0
    assert (future.kind, future.family, future.expiry_ns) == (Kind.DATED, "I_XBTUSD", 1_751_036_400_000_000_000)
    assert (flexible_future.kind, flexible_future.inverse) == (Kind.DATED, False)
    series = Catalogue(event.instruments).series(first, 1_700_000_000 * 10**9)
    assert [i.symbol for i in series] == ["PI_XBTUSD", "FI_XBTUSD_250627", "FF_XBTUSD_261225"]  # [ ] steps through them
    assert {i.expiry_ns // 10**9 % 86_400 for i in event.instruments if i.expiry_ns} == {15 * 3600}


def test_a_contract_that_cannot_be_read_does_not_cost_the_others() -> None:
    endless = {**PI_ROW, "symbol": "FI_XBTUSD_250627"}  # no end is ever taken from a name
    strange, broken = {**PI_ROW, "symbol": "PI_\u001b[31m"}, {**PI_ROW, "symbol": "PI_ETHUSD", "tickSize": "thin"}
    rows = [PI_ROW, strange, broken, endless]
    listing, *rejected = answer(venue.listing_requests()[0], {"instruments": rows})
    assert isinstance(listing, Listing)
    assert [i.symbol for i in listing.instruments] == ["PI_XBTUSD"]
    assert len(rejected) == 3
    assert all(isinstance(e, Rejected) and e.reason.isprintable() for e in rejected)


def tiers_of(instrument: Instrument) -> Tiers:
    (tiers,) = answer(venue.state_requests(instrument)[0], {"instruments": [PI_ROW, PF_ROW]})
    assert isinstance(tiers, Tiers)
    return tiers


def test_margin_levels_count_contracts_or_dollars() -> None:
    assert tiers_of(INVERSE) == Tiers(
        "I_XBTUSD", True, [Tier(0.0, 500_000.0, 0.01, 50.0), Tier(500_000.0, float("inf"), 0.02, 25.0)],
        Kind.PERPETUAL, TierUnit.CONTRACTS,
    )  # fmt: skip
    linear = tiers_of(LINEAR)
    assert (linear.unit, [t.floor for t in linear.tiers]) == (TierUnit.VALUE, [0.0, 1e6, 3e6])
    assert urlsplit(venue.state_requests(LINEAR)[0].url)._replace(fragment="").geturl() == (
        venue.listing_requests()[0].url
    )


def test_golden_liquidation_prices() -> None:
    # Inverse, 10× at 100,000, 100,000 contracts of a dollar, m = 1 %: long 100,000 · 1.01 / 1.1, short · 0.99 / 0.9.
    inverse = MarginRule.of(INVERSE, tiers_of(INVERSE), venue.liquidation_fee, 100_000.0)
    assert float(inverse.liquidation_price(Side.LONG, 100_000, 10, 1e5)) == pytest.approx(101_000 / 1.1)
    assert float(inverse.liquidation_price(Side.SHORT, 100_000, 10, 1e5)) == pytest.approx(110_000.0)
    # 600,000 contracts are in the second level: long 100,000 · 1.02 / 1.1.
    assert float(inverse.liquidation_price(Side.LONG, 100_000, 10, 6e5)) == pytest.approx(102_000 / 1.1)
    # Linear, 10× at 100,000: 1 BTC, m = 0.5 %: long 90,000 / 0.995; 20 BTC, 2 M dollars, m = 1 %: 90,000 / 0.99.
    linear = MarginRule.of(LINEAR, tiers_of(LINEAR), venue.liquidation_fee, 100_000.0)
    assert float(linear.liquidation_price(Side.LONG, 100_000, 10, 1.0)) == pytest.approx(90_000 / 0.995)
    assert float(linear.liquidation_price(Side.LONG, 100_000, 10, 20.0)) == pytest.approx(90_000 / 0.99)


@pytest.mark.parametrize("mark", [False, True])
def test_charts_of_trades_and_of_the_mark(mark: bool) -> None:
    request = venue.candles(DATED, HOUR, before_ns=1_738_252_800_000_000_000, mark=mark)
    assert request is not None
    parts = urlsplit(request.url)
    assert parts.path == f"/api/charts/v1/{'mark' if mark else 'trade'}/FI_XBTUSD_250627/1h"
    assert parse_qs(parts.query) == {"from": [str(1_738_252_800 - 480 * 3600)], "to": ["1738252799"]}
    row = {"time": 1_738_249_200_000, "open": "1", "high": "4", "low": "0.5", "close": "2", "volume": "5000"}
    (candles,) = answer(request, {"candles": [row], "more_candles": False})
    bar = Bar(1_738_249_200_000_000_000, 1.0, 4.0, 0.5, 2.0, None if mark else 5000.0, True)
    assert candles == Candles("FI_XBTUSD_250627", HOUR_NS, mark, [bar])


def test_pages_end_somewhere_and_there_are_no_regions() -> None:
    with pytest.raises(ValueError, match="must end"):
        venue.candles(DATED, HOUR, before_ns=None, mark=False)
    with pytest.raises(ValueError, match="'moon'"):
        create(VenueSettings(region="moon"))
    keeper: Venue = venue
    assert keeper.interest_history(DATED, DAY, before_ns=NOW) is None
    assert venue.hosts == {"futures.kraken.com"}


def test_a_refused_request() -> None:
    body = b'{"result":"error","error":"apiLimitExceeded","serverTime":"2025-01-30T16:00:00.000Z"}'
    assert venue.decode_reply(venue.listing_requests()[0].url, body, NOW, {}) == [
        Refusal(None, "apiLimitExceeded", "apiLimitExceeded")
    ]
