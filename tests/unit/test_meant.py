"""Names that nobody lists: contracts that have ended, in any venue's wording, and what else may have been meant."""

import pytest
from instruments_scene import CATALOGUE, LISTED, NOW, ns

from liqtui.instruments import Catalogue, ExpiredInstrumentError, UnknownInstrumentError, parse_name
from liqtui.instruments.symbols import coin_and_quote, ending

AFTER = ns("2025-07-01 00:00")
"""27 June is past; of the dated contracts only Deribit's of September trades."""


@pytest.mark.parametrize(("symbol", "stem", "day"), [
    ("BTC-USDT-250523", "BTC-USDT", "2025-05-23"),
    ("BTCUSDT_250627", "BTCUSDT", "2025-06-27"),
    ("btcusd_250627", "BTCUSD", "2025-06-27"),
    ("FI_XBTUSD_250627", "FI_XBTUSD", "2025-06-27"),
    ("BTC_USDT_20250627", "BTC_USDT", "2025-06-27"),
    ("BTC-27JUN25", "BTC", "2025-06-27"),
    ("BTC-5JUN20", "BTC", "2020-06-05"),
    ("BTCUSDT-27JUN25", "BTCUSDT", "2025-06-27"),
    # Codes of months: F G H J K M N Q U V X Z. The last Friday of March, June, September and December.
    ("BTCUSDH25", "BTCUSD", "2025-03-28"),
    ("BTCUSDM25", "BTCUSD", "2025-06-27"),
    ("XBTU24", "XBT", "2024-09-27"),
    ("XBTUSDTZ24", "XBTUSDT", "2024-12-27"),
])  # fmt: skip
def test_the_day_a_symbol_names(symbol: str, stem: str, day: str) -> None:
    found = ending(symbol)
    assert found is not None
    assert (found.stem, found.day_ns) == (stem, ns(f"{day} 00:00"))


@pytest.mark.parametrize("symbol", [
    "BTC-USDT-SWAP", "BTCUSDT", "PF_XBTUSD", "kPEPE", "1000PEPEUSDT", "BTC-PERPETUAL", "BTC-31JUN25", "BTC-USDT-250231",
    "BTC-USDT-12345", "牛来USDT", "",
])  # fmt: skip
def test_a_symbol_that_names_no_day(symbol: str) -> None:
    assert ending(symbol) is None


@pytest.mark.parametrize(("stem", "coin", "quote"), [
    ("BTC-USDT", "BTC", "USDT"), ("BTCUSDT", "BTC", "USDT"), ("FI_XBTUSD", "BTC", "USD"), ("XBT", "BTC", ""),
    ("BTC_USDC", "BTC", "USDC"), ("ETH", "ETH", ""), ("PI_ETHUSD", "ETH", "USD"), ("USDC", "USDC", ""),
    ("PIXEL-USDT", "PIXEL", "USDT"),
])  # fmt: skip
def test_the_coin_of_what_is_left(stem: str, coin: str, quote: str) -> None:
    assert coin_and_quote(stem) == (coin, quote)


@pytest.mark.parametrize(("name", "following"), [
    ("okx:BTC-USDT-250328", "okx:BTC-USDT-250523"),
    ("okx:BTC-USD-250328", "okx:BTC-USD-250627"),
    ("binance:BTCUSDT_250328", "binance:BTCUSDT_250627"),
    ("binance:BTCUSD_250328", "binance:BTCUSD_250627"),
    ("bybit:BTCUSDT-28MAR25", "bybit:BTCUSDT-27JUN25"),
    ("bybit:BTC-28MAR25", "bybit:BTC-27JUN25"),
    ("bybit:BTCUSDH25", "bybit:BTCUSDM25"),
    ("deribit:BTC-28MAR25", "deribit:BTC-27JUN25"),
    ("bitmex:XBTH25", "bitmex:XBTM25"),
    ("kraken:FI_XBTUSD_250328", "kraken:FI_XBTUSD_250627"),
    # Gate lists no dated contract now: its perpetual in the same quote.
    ("gate:BTC_USDT_20250328", "gate:BTC_USDT"),
])  # fmt: skip
def test_what_is_gone_from_the_listing_has_expired_and_the_next_is_offered(name: str, following: str) -> None:
    with pytest.raises(ExpiredInstrumentError) as caught:
        CATALOGUE.resolve(parse_name(name), NOW)
    assert (caught.value.name, caught.value.next) == (name, following)
    assert str(caught.value) == f"{name} has expired, and is no longer listed; next: {following}"


@pytest.mark.parametrize(("typed", "following"), [
    ("BTCUSDT-28MAR25", "bybit:BTCUSDT-27JUN25"),
    ("BTCUSDH25", "bybit:BTCUSDM25"),
    ("XBTH25", "bitmex:XBTM25"),
    ("BTCUSDT_250328", "binance:BTCUSDT_250627"),
    ("FI_XBTUSD_250328", "kraken:FI_XBTUSD_250627"),
])  # fmt: skip
def test_typed_without_its_venue_the_wording_tells_the_venue(typed: str, following: str) -> None:
    with pytest.raises(ExpiredInstrumentError) as caught:
        CATALOGUE.resolve(parse_name(typed), NOW)
    assert caught.value.next == following


@pytest.mark.parametrize(("name", "following"), [
    ("okx:BTC-USDT-250627", "okx:BTC-USDT-SWAP"),
    ("binance:BTCUSD_250627", "binance:BTCUSD_PERP"),
    ("bybit:BTC-27JUN25", "bybit:BTCPERP"),
    ("deribit:BTC-27JUN25", "deribit:BTC-26SEP25"),
    ("bitmex:XBTM25", "bitmex:XBTUSD"),
    ("kraken:FI_XBTUSD_250627", "kraken:PI_XBTUSD"),
])  # fmt: skip
def test_what_is_listed_and_over_says_when_by_its_listing(name: str, following: str) -> None:
    with pytest.raises(ExpiredInstrumentError) as caught:
        CATALOGUE.resolve(parse_name(name), AFTER)
    assert str(caught.value) == f"{name} has expired on 2025-06-27; next: {following}"


def test_the_listing_says_when_it_ends_whatever_the_name_says() -> None:
    """Noon of 27 June: by their names both are over by a day's beginning; by its listing Kraken's trades till three."""
    noon = ns("2025-06-27 12:30")
    assert CATALOGUE.resolve(parse_name("kraken:FI_XBTUSD_250627"), noon).symbol == "FI_XBTUSD_250627"
    with pytest.raises(ExpiredInstrumentError):
        CATALOGUE.resolve(parse_name("bitmex:XBTM25"), noon)


def test_a_day_to_come_and_a_coin_nobody_has_are_unknown_not_expired() -> None:
    for name in ("okx:BTC-USDT-250628", "deribit:BTC-26DEC25", "bitmex:XBTZ25", "okx:WOOF-USDT-250328", "okx:WOOFH25"):
        with pytest.raises(UnknownInstrumentError):
            CATALOGUE.resolve(parse_name(name), NOW)


def nearest(typed: str) -> tuple[str, ...]:
    with pytest.raises(UnknownInstrumentError) as caught:
        CATALOGUE.resolve(parse_name(typed), NOW)
    return caught.value.nearest


def test_a_symbol_of_other_venues_offers_it_there_then_its_like_here() -> None:
    """`BTCUSDT` means OKX where no venue is named, which calls it otherwise."""
    assert nearest("BTCUSDT")[:4] == ("binance:BTCUSDT", "bitget:BTCUSDT", "bybit:BTCUSDT", "okx:BTC-USDT-SWAP")
    two = Catalogue(i for i in LISTED if i.venue in ("okx", "binance", "bybit"))
    with pytest.raises(UnknownInstrumentError) as caught:
        two.resolve(parse_name("BTCUSDT"), NOW)
    assert caught.value.nearest[:3] == ("binance:BTCUSDT", "bybit:BTCUSDT", "okx:BTC-USDT-SWAP")


@pytest.mark.parametrize(("typed", "offered"), [
    ("PEPE", ("okx:PEPE-USDT-SWAP", "hyperliquid:kPEPE", "binance:1000PEPEUSDT")),
    ("gate:BTC-USDT-SWAP", ("okx:BTC-USDT-SWAP", "gate:BTC_USDT")),
    ("hyperliquid:BTCUSDT", ("binance:BTCUSDT",)),
    ("btc-usdt-swpa", ("okx:BTC-USDT-SWAP",)),
    ("kraken:XBTUSD", ("bitmex:XBTUSD", "kraken:PF_XBTUSD", "kraken:PI_XBTUSD")),
])  # fmt: skip
def test_the_named_venue_comes_before_the_others(typed: str, offered: tuple[str, ...]) -> None:
    assert nearest(typed)[: len(offered)] == offered


def test_nonsense_offers_nothing() -> None:
    assert nearest("okx:zzzzzzzz") == ()
