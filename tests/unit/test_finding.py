"""What is typed finds contracts of all venues, in the search and on the command line."""

import json

import pytest
from instruments_scene import LISTED, MAY, NOW, listed, ns

from liqtui.cli.instruments import line, matching, row
from liqtui.ui.cells import cells
from liqtui.ui.find import find

DECEMBER = (
    listed("okx:BTC-USDT-251226", "BTC-USDT", "USDT", "2025-12-26 08:00"),
    listed("deribit:BTC-26DEC25", "btc_usd", "USD", "2025-12-26 08:00", inverse=True),
    listed("bybit:BTCUSDZ25", "BTC-USD", "USD", "2025-12-26 08:00", inverse=True),
)
WEEKLY = (
    listed("bybit:BTCUSDT-23MAY25", "BTC-USDT", "USDT", MAY),
    listed("deribit:BTC-23MAY25", "btc_usd", "USD", MAY, inverse=True),
)
OX = listed("binance:牛来USDT", "牛来USDT", "USDT", base="牛来")
ALL = (*LISTED, *DECEMBER, *WEEKLY, OX, listed("okx:BTC-USDT-241227", "BTC-USDT", "USDT", "2024-12-27 08:00"))

QUERIES = {
    "btc dec": ["okx:BTC-USDT-251226", "bybit:BTCUSDZ25", "deribit:BTC-26DEC25"],
    "pepe": ["okx:PEPE-USDT-SWAP", "binance:1000PEPEUSDT", "hyperliquid:kPEPE"],
    "250523": ["okx:BTC-USDT-250523", "bybit:BTCUSDT-23MAY25", "deribit:BTC-23MAY25"],
    "23may25": ["okx:BTC-USDT-250523", "bybit:BTCUSDT-23MAY25", "deribit:BTC-23MAY25"],
    "bybit btc perp": ["bybit:BTCUSDT", "bybit:BTCPERP", "bybit:BTCUSD"],
    "牛来": ["binance:牛来USDT"],
    "btc sep": ["deribit:BTC-26SEP25"],
}


@pytest.mark.parametrize("query", QUERIES)
def test_the_search_finds_it_by_coin_date_or_venue(query: str) -> None:
    found = [i.name for i in find(query, ALL, (), NOW)]
    assert sorted(found) == sorted(QUERIES[query])


@pytest.mark.parametrize("query", sorted(set(QUERIES) - {"bybit btc perp"}))
def test_the_command_line_finds_the_same(query: str) -> None:
    assert sorted(i.name for i in matching(ALL, [query], NOW)) == sorted(QUERIES[query])


def test_of_a_coin_the_linear_perpetuals_come_first_the_default_venue_before_the_others() -> None:
    assert [i.name for i in find("btc", ALL, (), NOW)][:12] == [
        "okx:BTC-USDT-SWAP", "binance:BTCUSDT", "bitget:BTCUSDT", "bitmex:XBTUSDT", "bybit:BTCUSDT", "gate:BTC_USDT",
        "okx:BTC-USDC-SWAP", "binance:BTCUSDC", "bybit:BTCPERP", "deribit:BTC_USDC-PERPETUAL", "hyperliquid:BTC",
        "okx:BTC-USD_UM_XPERP-310404",
    ]  # fmt: skip


def test_a_venue_and_a_coin() -> None:
    found = find("bybit btc", ALL, (), NOW)
    assert [i.symbol for i in found] == [
        "BTCUSDT", "BTCPERP", "BTCUSD", "BTCUSDT-23MAY25", "BTCUSDT-27JUN25", "BTC-27JUN25", "BTCUSDM25", "BTCUSDZ25",
    ]  # fmt: skip


def test_letters_that_are_only_scattered_are_no_match_where_there_is_a_better_one() -> None:
    """The letters of `pepe` stand in `BTC-PERPETUAL`, too."""
    assert "deribit:BTC-PERPETUAL" not in [i.name for i in find("pepe", ALL, (), NOW)]
    assert [i.name for i in find("bcprptl", ALL, (), NOW)] == ["deribit:BTC_USDC-PERPETUAL", "deribit:BTC-PERPETUAL"]


def test_the_table_shows_venue_end_and_days_left_in_columns_of_cells() -> None:
    rows = [line(i, NOW) for i in (*WEEKLY, OX, DECEMBER[1])]
    assert rows == [
        "bybit:BTCUSDT-23MAY25              linear       —  2025-05-23  22.3 days",
        "deribit:BTC-23MAY25                inverse      —  2025-05-23  22.3 days",
        "binance:牛来USDT                   linear       —  perpetual",
        "deribit:BTC-26DEC25                inverse      —  2025-12-26  239.3 days",
    ]
    assert {cells(text[: text.index("linear")]) for text in rows if "linear" in text} == {35}


def test_scripts_get_venue_symbol_end_and_days_left() -> None:
    told = json.loads(json.dumps(row(WEEKLY[1], ns("2025-05-22 08:00"))))
    assert (told["name"], told["venue"], told["symbol"]) == ("deribit:BTC-23MAY25", "deribit", "BTC-23MAY25")
    assert (told["expiry"], told["days_left"], told["base"]) == ("2025-05-23T08:00:00+00:00", 1.0, "BTC")
