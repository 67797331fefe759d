"""Named lists: what is on them, what a key adds and drops, and what is left of that at the next start."""

from pathlib import Path

import pytest

from liqtui.instruments import Catalogue
from liqtui.ui.lists import ListFile, Lists
from liqtui.ui.watchlist import WatchList

from .conftest import text_of
from .factory import NOW, FakeSource, instrument
from .table_scene import BTC, DOGE, ETH, NAMES, PEPE, SOL, later, listed, order_of, source_of, watching
from .test_keys import running, shown

CATALOGUE = Catalogue([
    *listed(), instrument("BTC-USDT-250627"), instrument("OLD-USDT-SWAP", state="suspend"),
    instrument("BTC-USDT-SWAP", venue="zinc"), instrument("XRP-USDT-SWAP", venue="zinc"),
])
CONFIGURED = {"watch": (BTC, ETH), "majors": (BTC, ETH, SOL), "zinc": ("zinc:*", BTC)}


def of(lists: Lists, name: str) -> list[str]:
    return lists.members(name, CATALOGUE, NOW)


def test_all_of_a_venue_is_its_live_perpetuals() -> None:
    lists = Lists(CONFIGURED)
    assert of(lists, "okx:*") == sorted(NAMES), "no contract that ends, none that does not trade"
    assert of(lists, "zinc") == ["zinc:BTC-USDT-SWAP", "zinc:XRP-USDT-SWAP", BTC]
    assert of(lists, "all") == [BTC, "zinc:BTC-USDT-SWAP", ETH, SOL, "zinc:XRP-USDT-SWAP", DOGE, PEPE]
    assert lists.venues("zinc") == ("zinc",)
    assert lists.venues("okx:*") == ("okx",)
    assert lists.venues("majors") == ()


def test_lists_are_offered_as_configured_then_venue_by_venue() -> None:
    assert Lists(CONFIGURED).offered(CATALOGUE, NOW) == ["watch", "majors", "zinc", "okx:*", "zinc:*", "all"]
    assert Lists(CONFIGURED).offered(Catalogue(listed()), NOW) == ["watch", "majors", "zinc", "okx:*"]


def test_a_list_that_is_no_longer_configured_gives_way_to_the_watch_list() -> None:
    lists = Lists(CONFIGURED)
    lists.current = "majors"
    lists.configure({"watch": (ETH,), "other": (SOL,)})
    assert (lists.current, of(lists, "watch")) == ("watch", [ETH])
    lists.current = "okx:*"
    lists.configure(CONFIGURED)
    assert lists.current == "okx:*"


def test_what_was_named_for_this_run_is_a_list_of_its_own() -> None:
    lists = Lists(CONFIGURED, (SOL, PEPE))
    assert lists.current == "named"
    assert of(lists, "named") == [SOL, PEPE]
    assert Lists(CONFIGURED, (SOL,)).current == "watch", "one name is no list"


def test_a_key_adds_and_drops_and_takes_back() -> None:
    lists = Lists(CONFIGURED)
    assert lists.toggle(SOL, CATALOGUE, NOW) == "SOL-USDT-SWAP added to watch"
    assert of(lists, "watch") == [BTC, ETH, SOL]
    assert lists.toggle(BTC, CATALOGUE, NOW) == "BTC-USDT-SWAP dropped from watch"
    assert of(lists, "watch") == [ETH, SOL]
    lists.toggle(SOL, CATALOGUE, NOW)
    lists.toggle(BTC, CATALOGUE, NOW)
    assert of(lists, "watch") == [BTC, ETH], "as configured, in its place"
    assert of(lists, "majors") == [BTC, ETH, SOL], "another list"


def test_of_all_of_a_venue_a_key_adds_to_the_watch_list() -> None:
    lists = Lists(CONFIGURED)
    lists.current = "okx:*"
    assert lists.toggle(DOGE, CATALOGUE, NOW) == "DOGE-USDT-SWAP added to watch"
    lists.current = "zinc"
    lists.toggle("zinc:XRP-USDT-SWAP", CATALOGUE, NOW)
    assert of(lists, "zinc") == ["zinc:BTC-USDT-SWAP", BTC], "of a list that holds all of a venue, one can be dropped"


def test_edits_are_kept_beside_the_configuration(tmp_path: Path) -> None:
    file = tmp_path / "state" / "lists.json"
    lists = Lists(CONFIGURED, (), ListFile(file))
    for name in (SOL, BTC):
        lists.toggle(name, CATALOGUE, NOW)
    again = Lists(CONFIGURED, (), ListFile(file))
    assert of(again, "watch") == [ETH, SOL]
    named = Lists(CONFIGURED, (SOL, PEPE), ListFile(file))
    named.toggle(BTC, CATALOGUE, NOW)
    assert "named" not in file.read_text(), "what was named for one run is forgotten"


def test_what_the_configuration_names_anew_is_no_longer_dropped(tmp_path: Path) -> None:
    file = ListFile(tmp_path / "lists.json")
    first = Lists({"watch": (BTC, ETH)}, (), file)
    first.toggle(BTC, CATALOGUE, NOW)
    without = Lists({"watch": (ETH,)}, (), file)
    without.toggle(SOL, CATALOGUE, NOW)
    assert of(Lists({"watch": (BTC, ETH)}, (), file), "watch") == [BTC, ETH, SOL], "it was written again: it is meant"


@pytest.mark.parametrize("text", ["{", '{"schema":"liqtui.lists/9"}', '{"lists":{"watch":{"added":["no name"]}}}'])
def test_a_broken_file_is_said_and_lists_are_as_configured(tmp_path: Path, text: str) -> None:
    path = tmp_path / "lists.json"
    path.write_text(text)
    lists = Lists(CONFIGURED, (), ListFile(path))
    assert lists.trouble.startswith(f"edited lists not read from {path}: ")
    assert of(lists, "watch") == [BTC, ETH]
    lists.toggle(SOL, CATALOGUE, NOW)
    assert (tmp_path / "lists.broken").read_text() == text, "what was kept is not written over"


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    lists = Lists(CONFIGURED, (), ListFile(tmp_path / "taken" / "lists.json"))
    assert "added to watch · edited lists not kept in" in lists.toggle(SOL, CATALOGUE, NOW)
    assert of(lists, "watch") == [BTC, ETH, SOL], "for now"


def test_the_keys_of_a_pane_walk_the_list_that_is_looked_at() -> None:
    watch_list = WatchList(Lists(CONFIGURED), "live")
    watch_list.connect(source_of())
    watch_list.look_at("majors")
    assert watch_list.names() == [BTC, ETH, SOL]
    assert watch_list.following(ETH, [BTC, ETH]) == SOL


async def test_l_turns_to_the_next_list_and_only_what_is_on_it_has_rows() -> None:
    source: FakeSource = source_of()
    async with watching(source, instruments=NAMES[:2], lists={"watch": NAMES[:2], "majors": NAMES[1:4]}) as (
        app, pilot, _,
    ):
        assert source.glanced == NAMES[:2]
        await pilot.press("l")
        assert text_of(app)[0].startswith(" majors  3 rows")
        assert source.glanced == NAMES[1:4]
        await pilot.press("l")
        assert text_of(app)[0].startswith(" okx:*  5 rows")
        assert order_of(app) == ["BTC", "DOGE", "ETH", "PEPE", "SOL"]
        await pilot.press("L", "L")
        assert text_of(app)[0].startswith(" watch list  2 rows")


async def test_b_drops_a_row_that_stays_in_sight_until_another_list_is_looked_at() -> None:
    source = source_of()
    async with watching(source) as (app, pilot, clock):
        await pilot.press("down", "b")
        assert "ETH-USDT-SWAP dropped from watch" in text_of(app)[-2]
        await later(app, pilot, clock, 5)
        assert "dropped: b takes it back" in text_of(app)[-2]
        assert order_of(app)[1] == "ETH"
        await pilot.press("l", "L")
        assert order_of(app) == ["BTC", "SOL", "PEPE", "DOGE"]
        await pilot.press("l", "down", "down", "b", "L")
        assert order_of(app) == ["BTC", "ETH", "SOL", "PEPE", "DOGE"]


async def test_in_a_pane_b_adds_and_drops_its_instrument(tmp_path: Path) -> None:
    file = tmp_path / "lists.json"
    source = source_of()
    async with running(source, instruments=NAMES, lists={"watch": NAMES[1:]}, list_file=file) as (app, pilot):
        assert app.pane.state.name == BTC
        await pilot.press("b")
        assert app.watch_list.names() == [*NAMES[1:], BTC]
        assert BTC in file.read_text()
        await pilot.press("b")
        assert app.watch_list.names() == [*NAMES[1:]]
        await pilot.press("w")
        assert "4 rows" in shown(app)
