"""BitMEX's REST: contracts and their tiers, candles, funding; and where its positions are liquidated."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from bitmex_frames import LINEAR, LINEAR_ROW, LISTED, ROW, XBTUSD, venue
from recorded import NOW

from liqtui.events import Bar, Candles, Event, FundingHistory, Listing, Mark, Refusal, Rejected, Side, Tier, Tiers
from liqtui.events import TierUnit as Unit
from liqtui.instruments import Catalogue, Instrument, Kind
from liqtui.liqmap.margin import MarginRule
from liqtui.venues.base import Request, Venue, VenueSettings
from liqtui.venues.bitmex import create

DAY, HOUR, FIVE, MINUTE = venue.history


def asked(request: Request | None) -> tuple[str, dict[str, str]]:
    assert request is not None
    parts = urlsplit(request.url)
    return parts.path, {k: v[0] for k, v in parse_qs(parts.query).items()}


def answer(request: Request | None, body: object) -> list[Event]:
    assert request is not None
    return venue.decode_reply(request.url, json.dumps(body).encode(), NOW, LISTED)


def test_contracts_and_what_one_is_worth() -> None:
    dated = {**ROW, "symbol": "XBTM25", "typ": "FFCCSX", "expiry": "2025-06-27T12:00:00.000Z"}
    quanto = {**ROW, "symbol": "ETHUSD", "multiplier": 100, "isInverse": False, "isQuanto": True}
    index = {"symbol": ".BXBT", "typ": "MRCXXX", "state": "Unlisted"}
    (listing,) = answer(venue.listing_requests()[0], [ROW, dated, LINEAR_ROW, quanto, index])
    assert isinstance(listing, Listing)
    inverse, future, linear = listing.instruments
    assert inverse == Instrument(
        venue="bitmex", symbol="XBTUSD", base="BTC", quote="USD", settle="BTC", kind=Kind.PERPETUAL, inverse=True,
        contract_size=1.0, tick=0.5, family="XBTUSD", index=".BXBT", listed_ns=1_462_363_200_000_000_000,
        max_leverage=100.0,
    )  # fmt: skip
    assert (future.kind, future.family) == (Kind.DATED, "XBTUSD")
    assert future.expiry_ns == 1_751_025_600_000_000_000  # 2025-06-27 12:00 UTC
    series = Catalogue(listing.instruments).series(inverse, 1_700_000_000 * 10**9)
    assert [i.symbol for i in series] == ["XBTUSD", "XBTM25"]  # [ ] steps from one to the other
    # "multiplier":10000 millionths of a dollar at a price of one: a contract is a hundredth of an XRP.
    assert (linear.base, linear.settle, linear.inverse, linear.contract_size) == ("XRP", "USDT", False, 0.01)


def test_a_contract_that_cannot_be_read_does_not_cost_the_others() -> None:
    strange = {**ROW, "symbol": "XBTEUR", "settlCurrency": "EUr"}
    broken = {**ROW, "symbol": "XBTJPY", "listing": "yesterday"}
    listing, *rejected = answer(venue.listing_requests()[0], [ROW, strange, broken])
    assert isinstance(listing, Listing)
    assert [i.symbol for i in listing.instruments] == ["XBTUSD"]
    assert len(rejected) == 2
    assert all(isinstance(e, Rejected) for e in rejected)


def tiers_of(row: dict[str, object]) -> Tiers:
    tiers, mark, *_ = answer(venue.state_requests(XBTUSD)[0], [row])
    assert isinstance(tiers, Tiers)
    assert isinstance(mark, Mark)
    return tiers


def test_each_step_of_value_adds_the_base_rate_to_both_margins() -> None:
    # As BitMEX's table of 2019 has it: to 200 XBT 0.5 % and 1 %, to 300 XBT 1 % and 1.5 %, to 400 XBT 1.5 % and 2 %.
    tiers = tiers_of(ROW)
    assert (tiers.family, tiers.inverse, tiers.unit, len(tiers.tiers)) == ("XBTUSD", True, Unit.VALUE, 198)
    assert tiers.tiers[:3] == [
        Tier(0.0, 200.0, pytest.approx(0.005), pytest.approx(100.0)),  # type: ignore[arg-type]
        Tier(200.0, 300.0, pytest.approx(0.010), pytest.approx(1 / 0.015)),  # type: ignore[arg-type]
        Tier(300.0, 400.0, pytest.approx(0.015), pytest.approx(1 / 0.02)),  # type: ignore[arg-type]
    ]
    assert tiers.tiers[-1].max_leverage == pytest.approx(1 / 0.995)
    assert tiers.tiers[-1].cap == float("inf")


def test_golden_liquidation_prices_of_the_inverse_perpetual() -> None:
    # 10× at 100,000 with 1,000,000 USD, 10 XBT: the first tier, m = 0.5 % and 0.05 % to close.
    # Long 100,000 · 1.0055 / 1.1 = 91,409.09; short 100,000 · 0.9945 / 0.9 = 110,500.
    rule = MarginRule.of(XBTUSD, tiers_of(ROW), venue.liquidation_fee, 100_000.0)
    assert float(rule.liquidation_price(Side.LONG, 100_000, 10, 1e6)) == pytest.approx(100_000 * 1.0055 / 1.1)
    assert float(rule.liquidation_price(Side.SHORT, 100_000, 10, 1e6)) == pytest.approx(110_500.0)
    # 25,000,000 USD are 250 XBT at entry and more below: at 91,863.6 they are 272 XBT, in the second tier.
    assert float(rule.liquidation_price(Side.LONG, 100_000, 10, 25e6)) == pytest.approx(100_000 * 1.0105 / 1.1)


def test_what_is_asked_for() -> None:
    assert asked(venue.listing_requests()[0]) == ("/api/v1/instrument/active", {})
    state, funding = venue.state_requests(XBTUSD)
    assert asked(state) == ("/api/v1/instrument", {"symbol": "XBTUSD"})
    assert asked(funding) == ("/api/v1/funding", {"symbol": "XBTUSD", "count": "100", "reverse": "true"})
    assert funding.optional
    assert asked(venue.candles(XBTUSD, HOUR, before_ns=1_738_252_800_000_000_000, mark=False)) == (
        "/api/v1/trade/bucketed",
        {"symbol": "XBTUSD", "binSize": "1h", "partial": "false", "count": "500", "reverse": "true",
         "endTime": "2025-01-30T16:00:00.000Z"},
    )  # fmt: skip
    assert "endTime" not in asked(venue.candles(XBTUSD, HOUR, before_ns=None, mark=False))[1]
    keeper: Venue = venue
    assert keeper.candles(XBTUSD, DAY, before_ns=None, mark=True) is None
    assert keeper.interest_history(XBTUSD, DAY, before_ns=None) is None
    with pytest.raises(ValueError, match="'moon'"):
        create(VenueSettings(region="moon"))


def test_a_candle_is_dated_to_its_end_on_the_wire_and_to_its_begin_here() -> None:
    row = {"timestamp": "2025-01-30T16:00:00.000Z", "symbol": "XBTUSDT", "open": 1, "high": 4, "low": 0.5, "close": 2,
           "trades": 9, "volume": 5_000_000}  # fmt: skip
    quiet = {"timestamp": "2025-01-30T15:00:00.000Z", "symbol": "XBTUSDT", "open": None, "volume": 0}
    (candles,) = answer(venue.candles(LINEAR, HOUR, before_ns=None, mark=False), [row, quiet])
    assert candles == Candles(
        "XBTUSDT", 3_600 * 10**9, False, [Bar(1_738_249_200_000_000_000, 1.0, 4.0, 0.5, 2.0, 5.0, True)]
    )


def test_past_funding_oldest_first() -> None:
    rows = [{"timestamp": f"2025-01-30T{hour}:00:00.000Z", "symbol": "XBTUSD", "fundingRate": 0.0001,
             "fundingInterval": "2000-01-01T08:00:00.000Z"} for hour in (12, "04")]  # fmt: skip
    (history,) = answer(venue.state_requests(XBTUSD)[1], rows)
    assert history == FundingHistory(
        "XBTUSD", [(1_738_209_600_000_000_000, 0.0001), (1_738_238_400_000_000_000, 0.0001)]
    )


def test_a_refused_request() -> None:
    body = {"error": {"message": "Rate limit exceeded, retry in 1 seconds.", "name": "RateLimitError"}}
    assert answer(venue.listing_requests()[0], body) == [
        Refusal(None, "RateLimitError", "Rate limit exceeded, retry in 1 seconds.")
    ]
