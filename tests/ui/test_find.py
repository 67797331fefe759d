"""What a trader types into the search, and what comes first."""

from liqtui.ui.find import find

from .factory import ALL, ETH, HOUR, NOW, PEPE, PERPETUAL, QUARTERLY, WEEKLY, instrument, replace_struct

DECEMBER = instrument("BTC-USDT-251226", expiry_ns=NOW + 218 * 86_400 * 10**9)
EXPIRED = instrument("BTC-USDT-250516", expiry_ns=NOW - 1)
LISTED = (*ALL, DECEMBER, EXPIRED)


def symbols(query: str, recent: tuple[str, ...] = ()) -> list[str]:
    return [i.symbol for i in find(query, LISTED, recent, NOW)]


def test_a_coin_finds_its_perpetual_first_then_expiries_in_order() -> None:
    assert symbols("btc") == [i.symbol for i in (PERPETUAL, WEEKLY, QUARTERLY, DECEMBER)]


def test_a_month_finds_the_contract_that_ends_in_it() -> None:
    assert symbols("btc dec") == [DECEMBER.symbol]


def test_a_date_as_the_symbol_has_it() -> None:
    assert symbols("250523") == [WEEKLY.symbol]


def test_part_of_a_name() -> None:
    assert symbols("pepe") == [PEPE.symbol]
    assert symbols("eth swap")[0] == ETH.symbol


def test_recent_ones_come_first_among_equals() -> None:
    assert symbols("", (WEEKLY.name,))[0] == WEEKLY.symbol


def test_expired_and_nonsense_are_not_found() -> None:
    assert "BTC-USDT-250516" not in symbols("")
    assert symbols("zzz") == []


def test_of_contracts_of_one_day_that_of_the_venue_one_is_at_comes_first() -> None:
    """Bybit's ends an hour before OKX's on the same day; from a sum the usual venue is meant."""
    bybit = replace_struct(QUARTERLY, {"venue": "bybit", "symbol": "BTCUSDT-27JUN25",
                                       "expiry_ns": (QUARTERLY.expiry_ns or 0) - HOUR})
    listed = (*ALL, bybit)
    for at, first in (("okx:BTC-USDT-SWAP", QUARTERLY), ("bybit:BTCUSDT", bybit), ("all:BTC-USDT-SWAP", QUARTERLY)):
        assert find("btc jun", listed, [at], NOW)[0] == first
