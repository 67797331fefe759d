"""Tape, volume, open interest, flow, liquidations and basis: figures a trader can check by hand."""

import math

import numpy as np
import pytest

from liqtui.events import Bar, Liquidation, OpenInterest, Side, Trade
from liqtui.instruments import Instrument, Kind
from liqtui.market.basis import basis, per_year
from liqtui.market.batch import columns
from liqtui.market.flow import Flow
from liqtui.market.interest import Interest
from liqtui.market.liquidations import Liquidations
from liqtui.market.tape import Tape
from liqtui.market.volume import Series, VolumeAtPrice

SECOND, MINUTE, HOUR, DAY = 10**9, 60 * 10**9, 3_600 * 10**9, 86_400 * 10**9
T0 = 1_790_000_000 * SECOND // DAY * DAY
"""A midnight."""
PERP = Kind.PERPETUAL
LINEAR = Instrument("okx", "BTC-USDT-SWAP", "BTC", "USDT", "USDT", PERP, False, 0.01, 0.1, "BTC-USDT", "BTC-USDT")
INVERSE = Instrument("okx", "BTC-USD-SWAP", "BTC", "USD", "BTC", PERP, True, 100.0, 0.1, "BTC-USD", "BTC-USD")


def trade(
    time_ns: int, price: float = 60_000.0, size: float = 1.0, buy: bool = True
) -> Trade:
    return Trade("BTC-USDT-SWAP", time_ns, time_ns + 80_000_000, price, size, buy, "1")


def bar(open_ns: int, low: float, high: float, volume: float | None, close: float | None = None) -> Bar:
    return Bar(open_ns, low, high, low, high if close is None else close, volume, True)


# --- tape ---------------------------------------------------------------------------------------------------------


def test_the_tape_knows_the_last_trade() -> None:
    tape = Tape()
    assert tape.last is None
    tape.take([trade(T0), trade(T0 + 1, 60_001.0), trade(T0 + 2, 60_002.0)])
    assert tape.last is not None
    assert tape.last.price == 60_002.0


def test_the_tape_is_bounded() -> None:
    tape = Tape()
    tape.take([trade(T0 + i * SECOND) for i in range(5_000)])
    assert len(tape.recent) == 200


def test_the_change_over_a_day_is_against_the_close_of_then() -> None:
    tape = Tape()
    tape.take([trade(T0 + DAY, 61_200.0)])
    assert tape.change(T0 + DAY) is None, "unknown is not zero"
    tape.seed([bar(T0 - HOUR, 59_000.0, 60_000.0, 1.0, close=60_000.0)], HOUR)
    assert tape.change(T0 + DAY) == pytest.approx(0.02)
    assert tape.change(T0 + DAY + 3 * HOUR) is None, "a price three hours off is not the price of then"


def test_live_minutes_become_yesterdays_prices() -> None:
    tape = Tape()
    tape.take([trade(T0 + 5 * SECOND, 100.0), trade(T0 + 50 * SECOND, 101.0), trade(T0 + 61 * SECOND, 102.0)])
    tape.take([trade(T0 + DAY + MINUTE, 111.1)])
    assert tape.change(T0 + DAY + MINUTE) == pytest.approx(111.1 / 101.0 - 1)


# --- volume at price -----------------------------------------------------------------------------------------------

WIDTH = 0.0005


def bin_of(price: float) -> int:
    return math.floor(math.log(price) / WIDTH)


def test_volume_lies_at_the_prices_it_traded_at() -> None:
    volume = VolumeAtPrice(WIDTH)
    volume.take(columns([trade(T0, 60_000.0, 2.0), trade(T0, 60_000.0, 1.0, buy=False), trade(T0, 61_000.0, 4.0)]))
    first = bin_of(59_000.0)
    read = volume.read(first, 100, T0 + MINUTE)
    assert read[bin_of(60_000.0) - first] == pytest.approx(3.0)
    assert read[bin_of(61_000.0) - first] == pytest.approx(4.0)
    assert read.sum() == pytest.approx(7.0)


def test_an_hour_of_yesterday_drops_out_exactly() -> None:
    volume = VolumeAtPrice(WIDTH)
    volume.take(columns([trade(T0 + MINUTE, size=0.1), trade(T0 + 10 * HOUR, size=0.2)]))
    first = bin_of(59_000.0)
    assert volume.read(first, 100, T0 + 24 * HOUR - 1).sum() == pytest.approx(0.3)
    assert volume.read(first, 100, T0 + 24 * HOUR).sum() == pytest.approx(0.2)
    assert volume.read(first, 100, T0 + 34 * HOUR).sum() == 0.0


def test_a_candle_spreads_its_volume_over_its_range() -> None:
    volume = VolumeAtPrice(WIDTH)
    low, high = math.exp(22_000 * WIDTH), math.exp(22_004 * WIDTH)
    volume.seed([Series(5 * MINUTE, [bar(T0, low * 1.0000001, high * 0.9999999, 8.0)])], T0 + HOUR)
    assert volume.read(22_000, 4, T0 + HOUR) == pytest.approx([2.0] * 4, rel=1e-3)


def test_the_finest_candles_count_and_none_is_counted_twice() -> None:
    hourly = Series(HOUR, [bar(T0, 100.0, 101.0, 10.0), bar(T0 + HOUR, 100.0, 101.0, 60.0)])
    minutes = Series(MINUTE, [bar(T0 + HOUR + i * MINUTE, 100.0, 101.0, 1.0) for i in range(60)])
    volume = VolumeAtPrice(WIDTH)
    first, n = bin_of(99.0), 100
    volume.seed([hourly], T0 + 2 * HOUR)
    assert volume.read(first, n, T0 + 2 * HOUR).sum() == pytest.approx(70.0)
    volume.seed([hourly, minutes], T0 + 2 * HOUR)
    assert volume.read(first, n, T0 + 2 * HOUR).sum() == pytest.approx(10.0 + 60 * 1.0)
    volume.seed([hourly, minutes], T0 + HOUR + 30 * MINUTE)
    assert volume.read(first, n, T0 + 2 * HOUR).sum() == pytest.approx(10.0 + 30 * 1.0), "the rest is live"


def test_the_profile_grows_with_the_price_but_not_without_end() -> None:
    volume = VolumeAtPrice(WIDTH)
    volume.take(columns([trade(T0, 100.0)]))
    volume.take(columns([trade(T0, 1_000.0)]))
    volume.take(columns([trade(T0, 1e12), trade(T0, math.inf), trade(T0, 0.0)]))
    assert volume.read(bin_of(100.0), 1, T0).sum() == 1.0
    assert volume.read(bin_of(1_000.0), 1, T0).sum() == 1.0
    assert volume.read(bin_of(1e12), 1, T0).sum() == 0.0


# --- open interest --------------------------------------------------------------------------------------------------


def report(time_ns: int, size: float) -> OpenInterest:
    return OpenInterest("BTC-USDT-SWAP", time_ns, time_ns, size)


def test_open_interest_says_when_it_was_true() -> None:
    interest = Interest()
    assert (interest.size, interest.time_ns) == (None, None)
    interest.take([report(T0, 30_000.0), report(T0 + 3 * SECOND, 30_010.0)])
    assert interest.size == 30_010.0
    assert interest.time_ns == T0 + 3 * SECOND


def test_its_change_over_an_hour_and_a_day_comes_from_history() -> None:
    interest = Interest()
    interest.take([report(T0 + DAY, 33_000.0)])
    assert interest.change(T0 + DAY, HOUR) is None
    interest.seed([(T0 + i * 5 * MINUTE, 30_000.0) for i in range(24 * 12 - 15)])
    interest.seed([(T0 + 23 * HOUR - 2 * MINUTE, 32_000.0)])
    assert interest.change(T0 + DAY, HOUR) == pytest.approx(33 / 32 - 1)
    assert interest.change(T0 + DAY, DAY) == pytest.approx(0.1)


def test_history_stands_in_until_the_first_live_report() -> None:
    interest = Interest()
    interest.seed([(T0, 5.0), (T0 - HOUR, 4.0)])
    assert (interest.size, interest.time_ns) == (5.0, T0)
    interest.take([report(T0 + SECOND, 6.0)])
    assert (interest.size, interest.time_ns) == (6.0, T0 + SECOND)


# --- flow -----------------------------------------------------------------------------------------------------------


def test_the_delta_accumulates_minute_by_minute() -> None:
    flow = Flow()
    assert flow.cvd(T0) == ()
    flow.take(columns([trade(T0, size=3.0), trade(T0 + SECOND, size=1.0, buy=False)]))
    flow.take(columns([trade(T0 + MINUTE, size=5.0, buy=False)]))
    assert flow.cvd(T0 + 3 * MINUTE) == (2.0, -3.0, -3.0, -3.0)


def test_the_share_of_buyers_over_five_minutes() -> None:
    flow = Flow()
    assert flow.buy_share(T0) is None
    flow.take(columns([trade(T0, size=100.0, buy=False)]))
    flow.take(columns([trade(T0 + 5 * MINUTE, size=3.0), trade(T0 + 6 * MINUTE, size=1.0, buy=False)]))
    assert flow.buy_share(T0 + 6 * MINUTE) == pytest.approx(0.75), "the sale six minutes ago is out"
    assert flow.buy_share(T0 + 30 * MINUTE) is None


def test_what_the_venue_counted_before_we_listened_is_in_the_flow() -> None:
    """10 bought and 5 sold in five minutes: a taker delta of 1 a minute, then ours goes on from there."""
    flow = Flow()
    flow.take(columns([trade(T0 + 5 * MINUTE, size=3.0), trade(T0 + 4 * MINUTE, size=2.5)]))
    flow.seed([(T0 + 5 * MINUTE, 10.0, 5.0)], 5 * MINUTE)
    assert flow.cvd(T0 + 5 * MINUTE) == (1.0, 2.0, 3.0, 4.0, 6.5, 9.5), "the fifth minute was heard: 2.5 bought"
    assert flow.buy_share(T0 + 5 * MINUTE) == pytest.approx((3 * 2 + 2.5 + 3) / (3 * 3 + 2.5 + 3))


# --- liquidations ---------------------------------------------------------------------------------------------------


def forced(time_ns: int, side: Side, size: float, price: float = 60_000.0) -> Liquidation:
    return Liquidation("BTC-USDT-SWAP", time_ns, time_ns + SECOND, side, size, price)


def test_liquidated_dollars_per_side_over_a_minute_and_a_day() -> None:
    liquidations = Liquidations(LINEAR)
    liquidations.take([forced(T0, Side.LONG, 0.5), forced(T0 + 30 * SECOND, Side.SHORT, 0.125, 48_800.0)])
    assert liquidations.minute(T0 + 59 * SECOND) == (30_000.0, 6_100.0)
    assert liquidations.minute(T0 + 60 * SECOND) == (0.0, 6_100.0)
    assert liquidations.day(T0 + 23 * HOUR) == (30_000.0, 6_100.0)
    assert liquidations.day(T0 + DAY) == (0.0, 0.0)


def test_an_inverse_contract_is_counted_by_its_face() -> None:
    liquidations = Liquidations(INVERSE)
    liquidations.take([forced(T0, Side.LONG, 500.0)])
    assert liquidations.day(T0) == (500.0, 0.0)


def test_the_backlog_after_a_reconnect_is_not_counted_again() -> None:
    liquidations = Liquidations(LINEAR)
    first = forced(T0, Side.LONG, 0.5)
    assert liquidations.take([first]) == [first]
    again = Liquidation("BTC-USDT-SWAP", T0, T0 + 9 * MINUTE, Side.LONG, 0.5, 60_000.0)
    assert liquidations.take([again]) == []
    assert liquidations.day(T0 + 10 * MINUTE).longs == 30_000.0


def test_nothing_heard_is_told_from_nothing_happened() -> None:
    liquidations = Liquidations(LINEAR)
    assert liquidations.heard_since_ns is None
    liquidations.listen(T0)
    liquidations.listen(T0 + HOUR)
    assert liquidations.heard_since_ns == T0
    assert liquidations.day(T0 + HOUR) == (0.0, 0.0)


# --- basis ----------------------------------------------------------------------------------------------------------


def test_the_basis_and_what_it_is_a_year() -> None:
    assert basis(60_186.0, 60_000.0) == pytest.approx(0.0031)
    assert per_year(0.0031, 13.8) == pytest.approx(0.082, abs=1e-4)      # 0.31 % × 365 / 13.8
    assert per_year(0.0031, None) is None
    assert per_year(0.0031, 0.5) is None


def test_columns_keep_order_and_sign() -> None:
    batch = columns([trade(T0, size=2.0), trade(T0 + 5, size=3.0, buy=False)])
    assert np.array_equal(batch.signed, [2.0, -3.0])
    assert len(batch.since(T0 + 1).size) == 1
    assert batch.since(T0) is batch
    assert not columns([])
