"""Hyperliquid's REST: the universe and its tiers, candles, and what an address holds."""

import json
from urllib.parse import urlsplit

import pytest
from hyperliquid_frames import BTC, LISTED, PEPE, UNIVERSE, venue
from recorded import NOW

from liqtui.events import (
    Bar,
    Candles,
    Event,
    Listing,
    Mark,
    OpenInterest,
    Position,
    Positions,
    Refusal,
    Rejected,
    Side,
    Tier,
    Tiers,
    TierUnit,
)
from liqtui.instruments import Instrument, Kind
from liqtui.liqmap.margin import MarginRule, hyperliquid, linear
from liqtui.venues.base import Request, Venue, VenueSettings
from liqtui.venues.hyperliquid import WEIGHT, create

DAY, HOUR, FIVE, MINUTE = venue.history
ADDRESS = "0x" + "5e" * 20


def answer(request: Request, body: object) -> list[Event]:
    return venue.decode_reply(request.url, json.dumps(body).encode(), NOW, LISTED)


def test_questions_go_to_one_url_and_stay_known_by_its_fragment() -> None:
    (listing,) = venue.listing_requests()
    (state,) = venue.state_requests(BTC)
    positions = venue.positions_request(ADDRESS)
    assert {urlsplit(r.url)._replace(fragment="").geturl() for r in (listing, state, positions)} == {
        "https://api.hyperliquid.xyz/info"
    }
    assert json.loads(listing.body) == {"type": "meta"}
    assert json.loads(state.body) == {"type": "metaAndAssetCtxs"}
    assert state.url.endswith("#type=metaAndAssetCtxs&coin=BTC")
    assert json.loads(positions.body) == {"type": "clearinghouseState", "user": ADDRESS}


def test_all_questions_share_the_weight_of_a_minute() -> None:
    candles = venue.candles(BTC, DAY, before_ns=NOW, mark=False)
    assert candles is not None
    requests = [*venue.listing_requests(), *venue.state_requests(BTC), candles, venue.positions_request(ADDRESS)]
    assert {request.bucket for request in requests} == {WEIGHT}
    assert WEIGHT.calls <= 1200
    assert WEIGHT.period_s == 60
    assert [request.weight for request in requests] == [20, 20, 20 + 480 // 60, 2]


def test_there_are_no_regions() -> None:
    with pytest.raises(ValueError, match="'moon'"):
        create(VenueSettings(region="moon"))
    local = create(VenueSettings(ws_url="ws://127.0.0.1:1/ws", rest_url="http://127.0.0.1:1/"))
    assert local.listing_requests()[0].url == "http://127.0.0.1:1/info#type=meta"
    assert local.subscriptions([BTC])[0].url == "ws://127.0.0.1:1/ws"


def test_the_universe_without_what_is_delisted() -> None:
    (listing,) = answer(venue.listing_requests()[0], UNIVERSE)
    assert isinstance(listing, Listing)
    assert [i.symbol for i in listing.instruments] == ["BTC", "ETH", "kPEPE"]
    btc, _, pepe = listing.instruments
    assert btc == Instrument(
        venue="hyperliquid", symbol="BTC", base="BTC", quote="USD", settle="USDC", kind=Kind.PERPETUAL, inverse=False,
        contract_size=1.0, tick=btc.tick, family="BTC", index="BTC", max_leverage=40.0,
    )  # fmt: skip
    assert btc.tick == pytest.approx(0.1)  # 6 − szDecimals decimals
    assert (pepe.base, pepe.contract_size, pepe.index) == ("PEPE", 1000.0, "PEPE")


def test_maintenance_is_half_the_initial_margin_and_continuous() -> None:
    contexts = [{"funding": "0", "openInterest": "7", "oraclePx": "2", "markPx": "3"}] * 4
    tiers, mark, _, interest, _ = answer(venue.state_requests(BTC)[0], [UNIVERSE, contexts])
    # 40×: 1/80 = 1.25 %; 20×: 2.5 %. From 150 M on, 150 M · (2.5 % − 1.25 %) = 1.875 M is deducted.
    assert tiers == Tiers(
        "BTC", False,
        [Tier(0.0, 150e6, 0.0125, 40.0, 0.0), Tier(150e6, float("inf"), 0.025, 20.0, 1_875_000.0)],
        unit=TierUnit.VALUE,
    )  # fmt: skip
    assert (mark, interest) == (Mark("BTC", NOW, NOW, 3.0), OpenInterest("BTC", NOW, NOW, 7.0))


def test_a_table_that_is_not_spelt_out_has_one_tier() -> None:
    tiers, *_ = answer(venue.state_requests(PEPE)[0], [UNIVERSE, [{}] * 4])
    assert tiers == Tiers("kPEPE", False, [Tier(0.0, float("inf"), 0.05, 10.0, 0.0)], unit=TierUnit.VALUE)


def test_positions_of_the_documentation() -> None:
    # The example of the venue's documentation, beside one that is closed and one that cannot be liquidated.
    eth = {
        "coin": "ETH", "entryPx": "2986.3", "leverage": {"rawUsd": "-95.059824", "type": "isolated", "value": 20},
        "liquidationPx": "2866.26936529", "marginUsed": "4.967826", "maxLeverage": 50, "positionValue": "100.02765",
        "returnOnEquity": "-0.0026789", "szi": "0.0335", "unrealizedPnl": "-0.0134",
    }  # fmt: skip
    short = {"coin": "kPEPE", "entryPx": "0.012", "leverage": {"type": "cross", "value": 5}, "liquidationPx": None,
             "szi": "-2000"}  # fmt: skip
    closed = {**short, "szi": "0.0"}
    strange = {**short, "coin": "xyz:AAPL"}
    rows = [{"position": p, "type": "oneWay"} for p in (eth, short, closed, strange)]
    (event,) = answer(venue.positions_request(ADDRESS), {"assetPositions": rows, "time": 1_708_622_398_623})
    assert event == Positions(
        ADDRESS, 1_708_622_398_623_000_000, NOW,
        [
            Position("ETH", Side.LONG, 0.0335, 2986.3, 20.0, True, 2866.26936529),
            Position("kPEPE", Side.SHORT, 2_000_000.0, 0.012 / 1000, 5.0, False, None),
        ],
    )  # fmt: skip


def test_the_documented_liquidation_price_follows_from_the_documented_position() -> None:
    # The mark is 100.02765 / 0.0335 = 2985.9; equity 100.02765 − 95.059824 = 4.967826; maintenance at 50×: 1 %.
    price, value, size = 100.02765 / 0.0335, 100.02765, 0.0335
    available = value - 95.059824 - 0.01 * value
    found = hyperliquid(Side.LONG, price, available, size, 50.0)
    assert found == pytest.approx(2866.26936529, abs=1e-6 / (size * 0.99))  # rawUsd is rounded to six digits


@pytest.mark.parametrize(("side", "sign"), [(Side.LONG, 1), (Side.SHORT, -1)])
@pytest.mark.parametrize("notional", [1e6, 100e6, 400e6])
def test_the_tiers_give_the_venues_own_formula(side: Side, sign: int, notional: float) -> None:
    """Isolated at its entry: `available = E·q/L − (m·E·q − d)` is what `P − s·available/q/(1 − m·s)` starts from."""
    tiers, *_ = answer(venue.state_requests(BTC)[0], [UNIVERSE, [{}] * 4])
    assert isinstance(tiers, Tiers)
    rule = MarginRule.of(BTC, tiers, venue.liquidation_fee, 80_000.0)
    entry, leverage, size = 80_000.0, 10.0, notional / 80_000.0
    found = float(rule.liquidation_price(side, entry, leverage, size))
    at = next(t for t in reversed(tiers.tiers) if size * found >= t.floor)
    available = notional / leverage - (at.maintenance * notional - at.amount)
    assert found == pytest.approx(float(hyperliquid(side, entry, available, size, 0.5 / at.maintenance)), rel=1e-12)
    if notional == 1e6:  # one tier: 80,000 · (1 ∓ 0.1) / (1 ∓ 0.0125)
        assert found == pytest.approx(80_000 * (1 - sign * 0.1) / (1 - sign * 0.0125), rel=1e-12)
        assert found == pytest.approx(float(linear(side, entry, leverage, 0.0125)), rel=1e-12)


def test_candles_need_both_ends_and_say_volume_in_single_coins() -> None:
    request = venue.candles(PEPE, HOUR, before_ns=1_788_490_800_000_000_000, mark=False)
    assert request is not None
    asked = json.loads(request.body)
    assert asked == {
        "type": "candleSnapshot",
        "req": {"coin": "kPEPE", "interval": "1h", "startTime": 1_788_490_800_000 - 480 * 3_600_000,
                "endTime": 1_788_490_799_999},
    }  # fmt: skip
    row = {"t": 1_788_487_200_000, "T": 1_788_490_799_999, "s": "kPEPE", "i": "1h", "o": "0.012", "c": "0.013",
           "h": "0.014", "l": "0.011", "v": "2.5", "n": 61}  # fmt: skip
    open_ns = 1_788_487_200_000_000_000
    (candles,) = answer(request, [row])
    assert candles == Candles(
        "kPEPE", 3_600 * 10**9, False,
        [Bar(open_ns, 0.012 / 1000, 0.014 / 1000, 0.011 / 1000, 0.013 / 1000, 2500.0, True)],
    )  # fmt: skip
    (growing,) = venue.decode_reply(request.url, json.dumps([row]).encode(), open_ns + 10**9, LISTED)
    assert isinstance(growing, Candles)
    assert not growing.bars[0].confirmed
    with pytest.raises(ValueError, match="must end"):
        venue.candles(PEPE, HOUR, before_ns=None, mark=False)


def test_what_it_keeps_nothing_of_is_not_asked_for() -> None:
    assert venue.candles(BTC, DAY, before_ns=NOW, mark=True) is None
    keeper: Venue = venue
    assert keeper.interest_history(BTC, DAY, before_ns=NOW) is None
    assert all(period.bounded for period in venue.history)


def test_errors_are_plain_words() -> None:
    url = venue.listing_requests()[0].url
    assert venue.decode_reply(url, b"Failed to deserialize", NOW, {}) == [
        Refusal(None, "error", "Failed to deserialize")
    ]
    (unread,) = venue.decode_reply("https://api.hyperliquid.xyz/info#type=openOrders", b"[]", NOW, {})
    assert isinstance(unread, Rejected)
    (halved,) = venue.decode_reply(url, b'{"universe":[', NOW, {})
    assert isinstance(halved, Rejected)
