"""The watch table: a row per instrument, in an order that stands still, narrowed by typing."""

from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs
from textual import events

from liqtui.events import FeedState
from liqtui.ui.look import Look
from liqtui.ui.options import UiOptions
from liqtui.ui.paint.columns import cell
from liqtui.ui.profile import LayoutFile, Profile, SavedTable
from liqtui.ui.ranking import CALM_NS, LAST
from liqtui.ui.rows import Rows
from liqtui.ui.table import LINGER_NS, MOST_ROWS
from liqtui.view import BackfillView, Figure, View

from .conftest import text_of, until
from .factory import NOW, SECOND, FakeSource
from .table_scene import (
    BTC,
    DOGE,
    ETH,
    NAMES,
    PEPE,
    SOL,
    chosen,
    crowd,
    later,
    order_of,
    replayed,
    rows,
    source_of,
    watching,
)
from .test_keys import running, shown

CALM_S = CALM_NS / SECOND


async def test_a_row_says_what_a_trader_looks_for() -> None:
    """8.41 B of open interest, up 0.8 % in the hour; the nearest cluster 1.34 % below is the densest; 0.9 M of longs
    liquidated."""
    async with watching(source_of()) as (app, _, _):
        lines = text_of(app)
        assert lines[0].split()[:4] == ["watch", "list", "5", "rows"]
        left, right = lines[2].split("│")
        assert left.split() == ["▸BTC-USDT-SWAP", "60,012.4", "+1.2", "%", "$8.41B", "+0.8", "%"]
        assert right.split() == ["▼", "−1.3", "%", "100", "61", "%", "L", "+0.0080", "%", "$900k", "▼"]
        assert lines[3].split("│")[1].split()[-7:] == ["53", "%", "S", "+0.0040", "%", "$1.4M", "▲"]
        assert lines[6].split("│")[0].split()[-1] == "—", "no change is known: no figure"


@pytest.mark.parametrize(("width", "last"), [(11, "0.00001234"), (9, "0.0000123"), (8, "1.23e-05")])
def test_a_small_price_gives_up_figures_before_it_becomes_a_power_of_ten(look: Look, width: int, last: str) -> None:
    assert "".join(text for text, _, _ in cell(LAST, rows()[PEPE], width, look)).strip() == last


async def test_the_strip_is_bright_where_the_row_is_dense_and_empty_at_the_mark() -> None:
    async with watching(source_of()) as (app, _, _):
        look = app.look
        line = app.screen._compositor.render_strips()[2]
        colours = [str(segment.style.bgcolor.triplet.hex) for segment in line for _ in segment.text  # type: ignore[union-attr]
                   if segment.style is not None and segment.style.bgcolor is not None]
        middle = line.text.index("│")
        assert colours[middle - 1] == look.colours[look.raised], "nothing within 25 bp of the mark"
        assert colours[middle - 5] == look.colours[look.long_ladder[-1]], "the densest is five bins of 25 bp below"
        shorts = [colours[middle + 1 + at] for at in (13, 18)]
        bright, dark = (look.short_ladder.index(look.colours.index(colour)) for colour in shorts)
        assert bright > dark == 0


async def test_w_and_escape_lead_back_to_the_panes(view: View) -> None:
    source = source_of()
    source.views[BTC] = view
    async with running(source, instruments=NAMES) as (app, pilot):
        await until(lambda: "▲60,012" in shown(app))
        for key in ("w", "escape"):
            await pilot.press("w")
            assert "liquidity ±5 %" in shown(app)
            assert app.table.has_focus
            assert source.glanced == NAMES
            await pilot.press(key)
            assert "▲60,012" in shown(app)
            assert app.pane.has_focus


@pytest.mark.parametrize(("times", "head", "wanted"), [
    (1, "SYMBOL↑", ["BTC", "DOGE", "ETH", "PEPE", "SOL"]),
    (2, "LAST↓", ["BTC", "ETH", "SOL", "DOGE", "PEPE"]),
    (3, "24h↓", ["SOL", "BTC", "DOGE", "ETH", "PEPE"]),
    (4, "OI↓", ["BTC", "ETH", "SOL", "DOGE", "PEPE"]),
    (5, "ΔOI 1h↓", ["SOL", "BTC", "PEPE", "ETH", "DOGE"]),  # what is not known comes last
    (7, "dens↑", ["ETH", "DOGE", "BTC", "SOL", "PEPE"]),
    (8, "imbal↓", ["BTC", "SOL", "DOGE", "ETH", "PEPE"]),  # most longs first
    (9, "fund 8h↓", ["PEPE", "BTC", "ETH", "SOL", "DOGE"]),
    (10, "liq 1h↓", ["ETH", "BTC", "PEPE", "SOL", "DOGE"]),
    (11, "SYMBOL ", ["BTC", "ETH", "SOL", "PEPE", "DOGE"]),  # as listed
])
async def test_s_sorts_by_the_next_column(times: int, head: str, wanted: list[str]) -> None:
    async with watching(source_of()) as (app, pilot, _):
        await pilot.press(*["s"] * times)
        assert order_of(app) == wanted
        assert head in text_of(app)[1]


async def test_liquidity_is_sorted_by_its_dollars_and_reversed_what_is_unknown_stays_last() -> None:
    source = source_of()
    for name in (ETH, SOL):
        source.rows[name] = replace(source.rows[name], relative=True)
    async with watching(source) as (app, pilot, _):
        await pilot.press(*["s"] * 6)
        assert "short↓" in text_of(app)[1]
        assert order_of(app) == ["BTC", "DOGE", "PEPE", "ETH", "SOL"]
        await pilot.press("S")
        assert order_of(app) == ["PEPE", "DOGE", "BTC", "ETH", "SOL"]
        assert "by liquidity ±5 % ↑" in text_of(app)[0]


async def test_funding_is_compared_per_8_hours() -> None:
    """0.002 % an hour is 0.016 % in eight; who does not say for how long is taken as told, and pale."""
    source = source_of()
    hourly = replace(source.rows[SOL], funding=Figure(0.00002, NOW), funding_interval_ns=3_600 * SECOND)
    source.rows[SOL] = hourly
    source.rows[DOGE] = replace(source.rows[DOGE], funding=Figure(0.00012, NOW), funding_interval_ns=None)
    async with watching(source) as (app, pilot, _):
        await pilot.press(*["s"] * 9)
        assert order_of(app) == ["SOL", "DOGE", "PEPE", "BTC", "ETH"]
        assert "+0.0160 %" in text_of(app)[2]


async def test_rows_change_places_every_3_seconds_at_most_and_never_under_the_cursor() -> None:
    source = source_of()
    async with watching(source) as (app, pilot, clock):
        await pilot.press("s", "s", "s", "down")
        assert chosen(app).startswith("▸BTC")
        source.rows[PEPE] = replace(source.rows[PEPE], change_24h=0.5)
        await later(app, pilot, clock, 1.1)
        assert order_of(app) == ["SOL", "BTC", "DOGE", "ETH", "PEPE"]
        assert "+50.0 %" in text_of(app)[6]
        await later(app, pilot, clock, CALM_S)
        assert order_of(app) == ["PEPE", "SOL", "BTC", "DOGE", "ETH"]
        assert chosen(app).startswith("▸BTC"), "it went along with its row"


async def test_the_window_follows_a_cursor_that_was_moved_and_else_shows_the_first_rows() -> None:
    known = crowd(100)
    source = source_of(known)
    async with watching(source, size=(100, 14)) as (app, pilot, clock):
        await pilot.press("s", "s", "s", "s")
        assert order_of(app)[0] == "C000"
        first, second = "okx:C000-USDT-SWAP", "okx:C001-USDT-SWAP"
        source.rows[first] = replace(known[first], open_interest_usd=1.0)
        await later(app, pilot, clock, 4)
        assert (order_of(app)[0], chosen(app)[:5]) == ("C001", "▸C001"), "nobody had chosen it"
        await pilot.press("down", "up")
        source.rows[second] = replace(known[second], open_interest_usd=2.0)
        await later(app, pilot, clock, 4)
        assert chosen(app).startswith("▸C001")
        assert order_of(app)[-2:] == ["C099", "C001"]


async def test_keys_that_walk_hundreds_of_rows() -> None:
    async with watching(source_of(crowd(300)), size=(120, 30)) as (app, pilot, _):
        assert "1–26 of 300" in text_of(app)[-2]
        for key, wanted in (("end", "C299"), ("up", "C298"), ("home", "C000"), ("pagedown", "C026"), ("j", "C027"),
                            ("k", "C026"), ("down", "C027"), ("pageup", "C001")):
            await pilot.press(key)
            assert chosen(app)[1:5] == wanted


async def test_typing_after_a_slash_narrows_the_rows() -> None:
    async with watching(source_of()) as (app, pilot, _):
        await pilot.press("slash", "e")
        assert order_of(app) == ["ETH", "PEPE", "DOGE"]
        await pilot.press("p", "e")
        assert order_of(app) == ["PEPE"]
        assert "/epe▌" in text_of(app)[0]
        assert "1 of 5" in text_of(app)[0]
        await pilot.press("enter")
        assert "/epe " in text_of(app)[0]
        assert not app.table.state.typing
        await pilot.press("escape")
        assert len(order_of(app)) == 5
        assert app.table.display


async def test_while_typing_letters_do_nothing_else_and_moving_ends_it() -> None:
    async with watching(source_of()) as (app, pilot, _):
        await pilot.press("slash", *"swlba", "question_mark", "exclamation_mark", "space", "q", "slash")
        assert app.table.state.query == "swlba?! q/"
        assert "nothing here is called swlba?! q/" in shown(app)
        assert app.table.state.sort == ""
        await pilot.press("ctrl+u", "o", "down", "s")
        assert app.table.state.query == "o"
        assert app.table.state.sort == "symbol"
        assert order_of(app) == ["DOGE", "SOL"]


async def test_what_is_typed_right_after_the_slash_goes_into_the_query() -> None:
    async with watching(source_of()) as (app, pilot, _):
        await pilot.press("escape")
        for key in ("w", "slash", "s", "o"):
            app.post_message(events.Key(key, {"slash": "/"}.get(key, key)))
        await until(lambda: app.table.state.query == "so")
        assert order_of(app) == ["SOL"]


async def test_ctrl_f_searches_all_venues_and_what_is_chosen_is_shown_in_the_pane() -> None:
    source = source_of()
    async with watching(source) as (app, pilot, _):
        await pilot.press("ctrl+f", *"sol", "enter")
        assert not app.table.display
        assert app.pane.state.name == SOL


async def test_enter_shows_the_row_in_the_pane_and_panes_wait_until_they_are_looked_at() -> None:
    source = source_of()
    async with watching(source) as (app, pilot, _):
        assert source.watched == [], "nothing whole is modelled for a table"
        await pilot.press("down", "down", "enter")
        assert app.focused is app.pane
        assert app.pane.state.name == SOL
        assert source.watched == [SOL]


async def test_rows_are_given_up_a_while_after_the_table_was_left() -> None:
    source = source_of()
    async with watching(source) as (app, pilot, clock):
        await pilot.press("w")
        await later(app, pilot, clock, LINGER_NS / SECOND - 1)
        assert source.glanced == NAMES
        await later(app, pilot, clock, 2)
        assert source.glanced == ()
        await pilot.press("w")
        assert source.glanced == NAMES


async def test_a_row_that_is_not_heard_of_is_pale_and_tells_its_age() -> None:
    source = source_of()
    old = Figure(60_000.0, NOW - 45 * SECOND)
    source.rows[BTC] = replace(source.rows[BTC], mark=old, stale=True)
    async with watching(source) as (app, _, _):
        assert text_of(app)[2].startswith("▸BTC-USDT-SWAP  45 s  ")
        fresh, stale = (app.screen._compositor.render_strips()[y] for y in (3, 2))
        colours = [{str(segment.style.color) for segment in line if segment.style} for line in (fresh, stale)]
        text = str(app.look.colours[app.look.text])
        assert text in str(colours[0])
        assert text not in str(colours[1])


async def test_rows_without_a_picture_say_why() -> None:
    source = source_of()
    waiting = BackfillView(0, 1, "", False, "", None)
    source.rows = {
        BTC: replace(source.rows[BTC], strip=None, nearest=None, imbalance=None, backfill=waiting),
        ETH: replace(source.rows[ETH], relative=True, open_interest_usd=None),
        SOL: replace(source.rows[SOL], strip=None, backfill=replace(waiting, problem="HTTP 500")),
    }
    names = (*NAMES[:3], PEPE, "okx:FOO-USDT-SWAP", "okx:BTC-USDT-250516", "tin:X")
    async with watching(source, instruments=names) as (app, pilot, _):
        lines = text_of(app)
        assert "history is fetched" in lines[2]
        assert "no OI" in lines[3]
        assert "no history: HTTP 500" in lines[4]
        assert lines[5].split() == ["PEPE-USDT-SWAP", "subscribing"]
        assert "not listed" in lines[6]
        assert "expired" in lines[7]
        assert "no venue tin" in lines[8]
        await pilot.press("down")
        assert "no OI: relative" in text_of(app)[-2]


async def test_a_venue_that_refuses_is_named_in_the_title_and_in_rows_that_wait_for_it() -> None:
    source = source_of({}, FeedState.REFUSED, "HTTP 451")
    source.catalogue = source_of().catalogue.__class__()
    source.awaited = ("okx",)
    async with watching(source, instruments=NAMES) as (app, _, _):
        assert "okx refused: HTTP 451; next try in 8 s" in text_of(app)[2]
        assert "✕ refused" in text_of(app)[0]


async def test_only_lines_that_changed_are_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    source = source_of(crowd(200))
    painted: list[int] = []
    plain = Rows.show_row

    def show_row(self: Rows, y: int, row: object) -> None:
        painted.append(y)
        plain(self, y, row)  # type: ignore[arg-type]

    async with watching(source) as (app, pilot, clock):
        await pilot.pause()
        monkeypatch.setattr(Rows, "show_row", show_row)
        await later(app, pilot, clock, 1.1)
        assert painted == []
        name = "okx:C003-USDT-SWAP"
        source.rows[name] = replace(source.rows[name], change_24h=0.2)
        source.rows["okx:C150-USDT-SWAP"] = replace(source.rows["okx:C150-USDT-SWAP"], change_24h=0.2)
        await later(app, pilot, clock, 1.1)
        assert painted == [5], "the other one is not on the screen"
        painted.clear()
        await pilot.press("down")
        assert painted == [2, 3, 43], "two rows, and the line about the cursor's"


async def test_a_list_too_long_has_rows_of_its_beginning() -> None:
    source = source_of(crowd(MOST_ROWS + 50))
    async with watching(source) as (app, _, _):
        assert len(source.glanced) == MOST_ROWS
        assert f"{MOST_ROWS} of {MOST_ROWS + 50}" in text_of(app)[0]


async def test_space_holds_the_rows() -> None:
    source = source_of()
    async with watching(source) as (app, pilot, clock):
        await pilot.press("space")
        source.now_ns += 12 * SECOND
        source.rows[BTC] = replace(source.rows[BTC], change_24h=0.3)
        await later(app, pilot, clock, 1.1)
        assert "PAUSED 12 s" in text_of(app)[0]
        assert "+1.2 %" in text_of(app)[2]
        await pilot.press("space")
        await later(app, pilot, clock, 1.1)
        assert "+30.0 %" in text_of(app)[2]


async def test_a_recording_shows_what_had_rows_then_and_plays() -> None:
    source = replayed(rows())
    async with watching(source) as (app, pilot, _):
        assert len(order_of(app)) == 5
        assert text_of(app)[0].startswith(" recording   REPLAY   2025-05-22 10:00:00")
        await pilot.press("space", "full_stop", "greater_than_sign", "right_parenthesis")
        assert source.paused
        assert source.told == [("step", 1), ("seek", NOW + 60 * SECOND)]
        await pilot.press("b")
        assert "a recording has no list to add to" in text_of(app)[-2]


async def test_with_a_mouse_titles_sort_and_a_row_clicked_again_opens() -> None:
    async with watching(source_of()) as (app, pilot, _):
        column = text_of(app)[1].index("24h")
        await pilot.click(offset=(column, 1))
        assert order_of(app)[0] == "SOL"
        await pilot.click(offset=(column, 1))
        assert order_of(app)[0] == "PEPE"
        await pilot.click(offset=(5, 4))
        assert chosen(app).startswith("▸DOGE")
        await pilot.click(offset=(5, 4))
        assert app.pane.state.name == DOGE


async def test_help_and_palette_speak_of_the_table() -> None:
    async with watching(source_of(), lists={"watch": NAMES, "majors": NAMES[:2]}) as (app, pilot, _):
        await pilot.press("question_mark")
        await pilot.pause()
        assert "A row for every instrument of a list" in shown(app)
        assert "Sort by the next column" in shown(app)
        assert "Leverage shown" not in shown(app)
        await pilot.press("escape", "colon", *"list majors", "enter")
        assert order_of(app) == ["BTC", "ETH"]
        await pilot.press("colon", *"sort oi", "enter")
        assert "OI↓" in text_of(app)[1]


async def test_too_small_a_screen_says_what_it_needs() -> None:
    async with watching(source_of(), size=(38, 9)) as (app, _, _):
        assert "needs 40×10" in shown(app)


def test_the_table_and_its_choices_come_back(tmp_path: Path) -> None:
    options = UiOptions(layout="last", layout_folder=tmp_path)
    profile = Profile(options)
    assert profile.layout.table == SavedTable()
    chosen_ = SavedTable(shown=True, list="majors", sort="interest", reverse=True)
    assert profile.keep(structs.replace(profile.layout, table=chosen_)) == ""
    assert Profile(options).layout.table == chosen_
    two = replace(options, panes=2)
    assert not Profile(two).layout.table.shown, "panes were asked for"
    assert Profile(two).layout.table.sort == "interest"
    named = replace(options, instruments=(ETH,), named=True)
    assert not Profile(named).layout.table.shown, "an instrument was asked for"
    assert Profile(replace(named, table=True)).layout.table.shown


async def test_saved_choices_are_in_force_and_unknown_ones_as_usual(tmp_path: Path) -> None:
    source: FakeSource = source_of()
    async with watching(source) as (app, _, _):
        plain = app.layout
    for column, head in (("interest", "OI↓"), ("smell", "SYMBOL ")):
        table = SavedTable(shown=True, list="okx:*", sort=column)
        LayoutFile(tmp_path, "last").save(structs.replace(plain, table=table))
        async with watching(source, layout="last", layout_folder=tmp_path, table=None) as (app, _, _):
            assert text_of(app)[0].startswith(" okx:*  5 rows")
            assert head in text_of(app)[1]
