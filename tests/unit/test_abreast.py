"""The same contract on other venues, and what a sum over venues is made of."""

import pytest
from instruments_scene import CATALOGUE, JUNE, NOW, listed, ns, of

from liqtui.instruments import Instrument

VENUES = ("binance", "bitget", "bitmex", "bybit", "deribit", "gate", "hyperliquid", "kraken", "okx")


def abreast(name: str, now_ns: int = NOW) -> list[str]:
    return [i.name for i in CATALOGUE.abreast(of(name), now_ns)]


LINEAR = [
    "binance:BTCUSDT", "bitget:BTCUSDT", "bitmex:XBTUSDT", "bybit:BTCUSDT", "deribit:BTC_USDC-PERPETUAL",
    "gate:BTC_USDT", "hyperliquid:BTC", "kraken:PF_XBTUSD", "okx:BTC-USDT-SWAP",
]  # fmt: skip


@pytest.mark.parametrize("start", ["okx:BTC-USDT-SWAP", "binance:BTCUSDT", "hyperliquid:BTC", "kraken:PF_XBTUSD"])
def test_beside_a_linear_perpetual_stand_the_linear_perpetuals_one_a_venue(start: str) -> None:
    """From wherever one steps: a venue that quotes in plain dollars does not lead away from the tether ones."""
    assert abreast(start) == LINEAR


def test_usdc_is_kept_to_where_a_venue_has_it() -> None:
    assert abreast("okx:BTC-USDC-SWAP") == [
        "binance:BTCUSDC", "bitget:BTCUSDT", "bitmex:XBTUSDT", "bybit:BTCPERP", "deribit:BTC_USDC-PERPETUAL",
        "gate:BTC_USDT", "hyperliquid:BTC", "kraken:PF_XBTUSD", "okx:BTC-USDC-SWAP",
    ]  # fmt: skip


def test_beside_an_inverse_perpetual_stand_inverse_ones_only() -> None:
    assert abreast("bitmex:XBTUSD") == [
        "binance:BTCUSD_PERP", "bitmex:XBTUSD", "bybit:BTCUSD", "deribit:BTC-PERPETUAL", "kraken:PI_XBTUSD",
        "okx:BTC-USD-SWAP",
    ]  # fmt: skip


def test_beside_a_dated_contract_stand_those_of_its_day_whatever_the_hour() -> None:
    """Deribit's ends at 08:00, BitMEX's at 12:00, Kraken's at 15:00 of 27 June."""
    assert abreast("deribit:BTC-27JUN25") == [
        "binance:BTCUSD_250627", "bitmex:XBTM25", "bybit:BTCUSDM25", "deribit:BTC-27JUN25", "kraken:FI_XBTUSD_250627",
        "okx:BTC-USD-250627",
    ]  # fmt: skip
    assert abreast("binance:BTCUSDT_250627") == [
        "binance:BTCUSDT_250627", "bybit:BTCUSDT-27JUN25", "okx:BTC-USDT-250627",
    ]  # fmt: skip


def test_what_has_ended_by_now_stands_beside_nothing() -> None:
    assert abreast("deribit:BTC-27JUN25", ns("2025-06-27 12:30")) == ["kraken:FI_XBTUSD_250627"]


def test_a_multiplied_name_meets_its_coin() -> None:
    assert abreast("hyperliquid:kPEPE") == ["binance:1000PEPEUSDT", "hyperliquid:kPEPE", "okx:PEPE-USDT-SWAP"]


def names(found: dict[str, tuple[Instrument, ...]]) -> dict[str, list[str]]:
    return {venue: [i.symbol for i in instruments] for venue, instruments in found.items()}


def test_a_sum_takes_one_linear_perpetual_of_each_venue() -> None:
    found = CATALOGUE.members("BTC", "USDT", VENUES, NOW)
    assert list(found) == list(VENUES)
    assert [one.name for (one,) in found.values()] == LINEAR
    assert names(CATALOGUE.members("PEPE", "USDT", ("okx", "gate"), NOW)) == {"okx": ["PEPE-USDT-SWAP"], "gate": []}


def test_with_inverse_ones_each_venue_brings_its_inverse_perpetual_too() -> None:
    found = CATALOGUE.members("BTC", "USDT", ("okx", "bybit", "gate"), NOW, inverse=True)
    assert names(found) == {
        "okx": ["BTC-USDT-SWAP", "BTC-USD-SWAP"], "bybit": ["BTCUSDT", "BTCUSD"], "gate": ["BTC_USDT"],
    }  # fmt: skip


def test_dated_contracts_are_never_added_to_perpetuals() -> None:
    everything = CATALOGUE.members("BTC", "USDT", VENUES, NOW, inverse=True).values()
    assert not [one for found in everything for one in found if one.expiry_ns is not None]


def test_what_is_suspended_gives_way_to_what_trades() -> None:
    halted = CATALOGUE.merged([listed("okx:BTC-USDT-SWAP", "BTC-USDT", "USDT", state="suspend")])
    assert names(halted.members("BTC", "USDT", ("okx",), NOW)) == {"okx": ["BTC-USDC-SWAP"]}


def test_a_price_in_euros_is_no_price_in_dollars() -> None:
    with_euro = CATALOGUE.merged([listed("kraken:PF_XBTEUR", "F_XBTEUR", "EUR")])
    assert names(with_euro.members("BTC", "EUR", ("kraken", "okx"), NOW)) == {"kraken": ["PF_XBTEUR"], "okx": []}
    assert names(with_euro.members("BTC", "USDT", ("kraken",), NOW)) == {"kraken": ["PF_XBTUSD"]}
    assert CATALOGUE.members("BTC", "USDT", ("nowhere",), ns(JUNE)) == {"nowhere": ()}
