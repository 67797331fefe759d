"""The expiries of an underlying over all venues, in the order `[` and `]` walk them."""

from instruments_scene import CATALOGUE, NOW, listed, ns, of

from liqtui.instruments import Catalogue, Instrument, Kind


def series(name: str, now_ns: int = NOW) -> list[str]:
    return [i.name for i in CATALOGUE.series(of(name), now_ns)]


def test_from_the_perpetual_by_expiry_over_all_venues_under_their_native_names() -> None:
    """27 June: the own venue first (linear, then inverse), then the own margin by venue, then the rest by venue."""
    assert series("okx:BTC-USDT-SWAP") == [
        "okx:BTC-USDT-SWAP",
        "okx:BTC-USDT-250523",
        "okx:BTC-USDT-250627",
        "okx:BTC-USD-250627",
        "binance:BTCUSDT_250627",
        "bybit:BTCUSDT-27JUN25",
        "bybit:BTC-27JUN25",
        "binance:BTCUSD_250627",
        "bitmex:XBTM25",
        "bybit:BTCUSDM25",
        "deribit:BTC-27JUN25",
        "kraken:FI_XBTUSD_250627",
        "deribit:BTC-26SEP25",
    ]


def test_the_own_margin_comes_first_for_an_inverse_contract_too() -> None:
    assert series("bitmex:XBTM25") == [
        "bitmex:XBTUSD",
        "okx:BTC-USDT-250523",
        "bitmex:XBTM25",
        "binance:BTCUSD_250627",
        "bybit:BTCUSDM25",
        "deribit:BTC-27JUN25",
        "kraken:FI_XBTUSD_250627",
        "okx:BTC-USD-250627",
        "binance:BTCUSDT_250627",
        "bybit:BTC-27JUN25",
        "bybit:BTCUSDT-27JUN25",
        "okx:BTC-USDT-250627",
        "deribit:BTC-26SEP25",
    ]


def test_a_venue_without_dated_contracts_walks_those_of_the_others() -> None:
    """Hyperliquid lists perpetuals only."""
    walked = series("hyperliquid:BTC")
    assert walked[:2] == ["hyperliquid:BTC", "okx:BTC-USDT-250523"]
    assert len(walked) == 13


def test_the_walk_begins_with_the_perpetual_of_the_contracts_own_dollar() -> None:
    assert series("bybit:BTC-27JUN25")[0] == "bybit:BTCPERP"
    assert series("bybit:BTCUSDT-27JUN25")[0] == "bybit:BTCUSDT"
    assert series("bybit:BTCUSDM25")[0] == "bybit:BTCUSD"
    assert series("kraken:FI_XBTUSD_250627")[0] == "kraken:PI_XBTUSD"
    assert series("okx:BTC-USDC-SWAP")[0] == "okx:BTC-USDC-SWAP"


def test_a_sum_comes_before_all_dated_contracts_of_its_coin() -> None:
    summed = Instrument(
        venue="all", symbol="BTC-USDT-SWAP", base="BTC", quote="USDT", settle="USDT", kind=Kind.PERPETUAL,
        inverse=False, contract_size=1.0, tick=0.1, family="BTC-USDT", index="BTC-USDT",
    )  # fmt: skip
    walked = [i.name for i in CATALOGUE.series(summed, NOW)]
    assert walked[:4] == [
        "all:BTC-USDT-SWAP", "okx:BTC-USDT-250523", "binance:BTCUSDT_250627", "bybit:BTCUSDT-27JUN25",
    ]  # fmt: skip
    assert len(walked) == 13


def test_what_has_ended_by_now_is_not_walked() -> None:
    """27 June, noon and a half: 08:00 and BitMEX's 12:00 are past, Kraken's 15:00 is not."""
    assert series("deribit:BTC-PERPETUAL", ns("2025-06-27 12:30")) == [
        "deribit:BTC-PERPETUAL", "kraken:FI_XBTUSD_250627", "deribit:BTC-26SEP25",
    ]  # fmt: skip


def test_a_contract_that_does_not_say_when_it_ends_comes_last() -> None:
    vague = listed("gate:BTC_USDT_20251226", "BTC_USDT", "USDT", "2025-12-26 08:00")
    vague = Instrument(**{name: getattr(vague, name) for name in vague.__struct_fields__} | {"expiry_ns": None})
    catalogue = Catalogue([vague, of("deribit:BTC-26SEP25"), of("gate:BTC_USDT")])
    assert [i.name for i in catalogue.series(of("gate:BTC_USDT"), NOW)][1:] == ["deribit:BTC-26SEP25", vague.name]


def test_a_family_stays_on_its_venue() -> None:
    assert [i.symbol for i in CATALOGUE.family(of("okx:BTC-USDT-250627"), NOW)] == [
        "BTC-USDT-SWAP", "BTC-USDT-250523", "BTC-USDT-250627",
    ]  # fmt: skip
