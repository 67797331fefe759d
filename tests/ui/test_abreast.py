"""Stepping through the venues of a coin and their sum, and finding the sum by name."""

import contextlib
from collections.abc import AsyncIterator

import pytest
from textual.pilot import Pilot

from liqtui.instruments import Catalogue, parse_name
from liqtui.ui.abreast import ring, standing, summable
from liqtui.ui.app import LiqtuiApp
from liqtui.ui.find import find
from liqtui.view import View

from .conftest import make_app, text_of, until
from .factory import ETH, NOW, PERPETUAL, QUARTERLY, WEEKLY, FakeReplay
from .venue_scene import BINANCE, BYBIT, DERIBIT_WEEKLY, DOLLAR_COIN, HYPERLIQUID, LISTED, SUM, VenueSource

SUMS = ("binance", "okx", "bybit")
CATALOGUE = Catalogue(LISTED)


def names(name: str, sums: tuple[str, ...] = SUMS) -> list[str]:
    return [one.name for one in ring(CATALOGUE, name, sums, NOW)]


@contextlib.asynccontextmanager
async def running(source: VenueSource, *names: str, size: tuple[int, int] = (150, 45)) -> AsyncIterator[
    tuple[LiqtuiApp, Pilot[None]]
]:
    app = make_app(source, instruments=names or (PERPETUAL.name,))
    async with app.run_test(size=size) as pilot:
        await until(lambda: "▲60," in "\n".join(text_of(app)))
        yield app, pilot


def test_the_sum_then_the_venues_in_order_of_name() -> None:
    assert names(PERPETUAL.name) == [SUM.name, BINANCE.name, BYBIT.name, HYPERLIQUID.name, PERPETUAL.name]
    assert names(SUM.name) == names(PERPETUAL.name)


def test_each_venue_is_shown_in_the_dollar_one_came_from() -> None:
    assert DOLLAR_COIN.name in names(HYPERLIQUID.name), "from USDC one comes to USDC"
    assert BINANCE.name in names(PERPETUAL.name)


def test_a_coin_no_summed_venue_has_a_linear_dollar_perpetual_of_has_no_sum() -> None:
    assert names(PERPETUAL.name, sums=("deribit",)) == [BINANCE.name, BYBIT.name, HYPERLIQUID.name, PERPETUAL.name]


def test_dated_contracts_stand_beside_those_of_their_day_and_are_never_summed() -> None:
    assert names(WEEKLY.name) == [DERIBIT_WEEKLY.name, WEEKLY.name]
    assert names(QUARTERLY.name) == [QUARTERLY.name]
    beside = ring(CATALOGUE, WEEKLY.name, SUMS, NOW)
    said = standing(CATALOGUE, WEEKLY, beside, SUMS, (), NOW)
    assert said == "venue okx (2 of 2) · dated contracts are never summed"


def test_the_place_among_the_venues_in_words() -> None:
    beside = ring(CATALOGUE, PERPETUAL.name, SUMS, NOW)
    assert standing(CATALOGUE, BINANCE, beside, SUMS, (), NOW) == "venue binance (1 of 4)"
    assert standing(CATALOGUE, SUM, beside, SUMS, ("gate",), NOW) == "sum of 3 venues · still asking gate"


def test_what_two_venues_list_can_be_summed() -> None:
    assert [one.name for one in summable(CATALOGUE, SUMS, NOW)] == [SUM.name]
    assert summable(CATALOGUE, ("okx",), NOW) == []


async def test_the_keys_step_round_and_lead_back_whatever_dollar_lies_on_the_way(view: View) -> None:
    source = VenueSource(view)
    async with running(source) as (app, pilot):
        seen = []
        for _ in range(6):
            await pilot.press("}")
            seen.append(app.pane.state.name)
        assert seen == [SUM.name, BINANCE.name, BYBIT.name, HYPERLIQUID.name, PERPETUAL.name, SUM.name]
        await pilot.press("{", "{")
        assert app.pane.state.name == HYPERLIQUID.name
        assert source.opened[: len(source.venues)] == list(source.venues), "venues that were not asked are"


async def test_a_step_says_where_one_is_and_keeps_the_cursor(view: View) -> None:
    async with running(VenueSource(view)) as (app, pilot):
        await pilot.press("left", "left")
        cursor = app.pane.state.cursor
        await pilot.press("}")
        assert " sum of 3 venues " in text_of(app)[-2]
        await pilot.press("}")
        assert " venue binance (1 of 4) " in text_of(app)[-2]
        assert app.pane.state.cursor == cursor


async def test_alone_on_its_venue(view: View) -> None:
    source = VenueSource(view)
    source.views[ETH.name] = view
    source.sums, source.awaited = (), ("bybit",)
    async with running(source, ETH.name) as (app, pilot):
        await pilot.press("}")
        assert app.pane.state.name == ETH.name
        assert "asking bybit …" in text_of(app)[-2]


async def test_from_the_sum_the_brackets_lead_to_dated_contracts(view: View) -> None:
    async with running(VenueSource(view), "all:BTC-USDT-SWAP") as (app, pilot):
        await pilot.press("]")
        assert app.pane.state.name == WEEKLY.name


async def test_a_recording_has_the_venues_it_has(view: View) -> None:
    class Recorded(FakeReplay):
        sums = SUMS

    source = Recorded(VenueSource(view).views)
    source.catalogue, source.names = CATALOGUE, (SUM.name, PERPETUAL.name, BYBIT.name)
    app = make_app(source, instruments=(PERPETUAL.name,))
    async with app.run_test(size=(150, 45)) as pilot:
        await until(lambda: app.watch_list.names() == list(source.names))
        seen = []
        for _ in range(3):
            await pilot.press("}")
            seen.append(app.pane.state.name)
        assert seen == [SUM.name, BYBIT.name, PERPETUAL.name]


@pytest.mark.parametrize("text", ["all:BTC-USDT", "all:btc", "ALL:BTCUSDT", "all:BTC-USDT-SWAP"])
def test_a_sum_is_named_for_short(text: str) -> None:
    assert str(parse_name(text)) == SUM.name


@pytest.mark.parametrize("query", ["btc", "all:btc-usdt", "btc perp", "all btc", "sum btc"])
def test_the_sum_is_found_first(query: str) -> None:
    assert find(query, LISTED, [PERPETUAL.name], NOW, summable(CATALOGUE, SUMS, NOW))[0].name == SUM.name


def test_a_venue_or_a_day_that_was_asked_for_finds_no_sum() -> None:
    for query in ("btc okx", "btc may", "eth"):
        assert all(one.venue != "all" for one in find(query, LISTED, [], NOW, summable(CATALOGUE, SUMS, NOW)))


async def test_the_search_says_of_how_many_venues_a_sum_is(view: View) -> None:
    async with running(VenueSource(view)) as (app, pilot):
        await pilot.press("/", *"all:btc")
        await until(lambda: "all:BTC-USDT-SWAP" in "\n".join(text_of(app)))
        row = next(line for line in text_of(app) if "all:BTC-USDT-SWAP" in line)
        assert "▸ all:BTC-USDT-SWAP" in row
        assert "sum of 3 venues" in row
        await pilot.press("enter")
        assert app.pane.state.name == SUM.name
