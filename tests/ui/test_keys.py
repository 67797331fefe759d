"""Every key, as a person presses it."""

import contextlib
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from itertools import chain

import pytest
from textual import events
from textual.binding import Binding
from textual.pilot import Pilot

from liqtui.events import FeedState
from liqtui.ui import bindings
from liqtui.ui.app import LiqtuiApp
from liqtui.ui.options import UiOptions
from liqtui.view import Figure, View

from .conftest import make_app, press_at_once, text_of, until
from .factory import HOUR, NOW, WEEKLY, FakeReplay, FakeSource, health, instrument


@contextlib.asynccontextmanager
async def running(
    source: FakeSource, size: tuple[int, int] = (150, 45), **options: object
) -> AsyncIterator[tuple[LiqtuiApp, Pilot[None]]]:
    app = make_app(source, **options)
    async with app.run_test(size=size) as pilot:
        await until(lambda: app.source is not None)
        await pilot.pause()
        yield app, pilot


def shown(app: LiqtuiApp) -> str:
    return "\n".join(text_of(app))


def test_no_key_is_bound_twice_in_one_context() -> None:
    for context in (bindings.PANE_KEYS + bindings.BOTH_KEYS + bindings.DESK_KEYS,
                    bindings.TABLE_KEYS + bindings.BOTH_KEYS, bindings.OVERLAY_KEYS + bindings.SCROLL_KEYS,
                    *(bindings.OVERLAY_KEYS + bindings.CONTEXTS[name] for name in ("search", "alerts", "commands"))):
        keys = [key for b in chain(context, bindings.APP_KEYS) if isinstance(b, Binding) for key in b.key.split(",")]
        assert len(keys) == len(set(keys))


def test_every_binding_has_an_id_of_its_own_and_none_needs_a_multiplexers_prefix() -> None:
    every = [b for b in chain(*bindings.CONTEXTS.values()) if isinstance(b, Binding)]
    ids = [b.id for b in every]
    assert None not in ids
    assert len(ids) == len(set(ids))
    keys = {key for b in every for key in b.key.split(",")}
    assert not keys & {"ctrl+a", "ctrl+b", "ctrl+s", "ctrl+q"}


async def test_the_live_bindings_are_only_ours(source: FakeSource) -> None:
    async with running(source) as (app, _):
        ours = {b.action for b in chain(bindings.APP_KEYS, bindings.DESK_KEYS, bindings.PANE_KEYS, bindings.BOTH_KEYS)
                if isinstance(b, Binding)}
        assert {active.binding.action for active in app.screen.active_bindings.values()} <= ours


class Fleeting(FakeSource):
    """Every look at it is another View, which nobody else holds; its last price counts the looks."""

    looks = 0

    def view(self, name: str) -> View | None:
        plain = super().view(name)
        assert plain is not None
        self.looks += 1
        return replace(plain, figures=replace(plain.figures, last=Figure(float(self.looks), NOW)))


async def test_a_view_that_takes_the_place_of_one_that_is_gone_is_painted(view: View) -> None:
    source = Fleeting({"okx:BTC-USDT-SWAP": view})
    async with running(source) as (app, _):
        for _ in range(20):
            app.pane.beat()
            assert f" {source.looks:.1f} " in text_of(app)[0]


async def test_the_map_appears(source: FakeSource) -> None:
    async with running(source) as (app, _):
        await until(lambda: "▲60,012" in shown(app))
        assert source.watched == ["okx:BTC-USDT-SWAP"]


@pytest.mark.parametrize(("key", "name"), [
    ("down", "okx:ETH-USDT-SWAP"), ("j", "okx:ETH-USDT-SWAP"), ("up", "okx:ETH-USDT-SWAP"),
    ("right_square_bracket", "okx:BTC-USDT-250523"), ("pagedown", "okx:BTC-USDT-250523"),
    ("left_square_bracket", "okx:BTC-USDT-250627"), ("pageup", "okx:BTC-USDT-250627"),
])
async def test_symbols_and_expiries(source: FakeSource, key: str, name: str) -> None:
    async with running(source) as (app, pilot):
        await pilot.press(key)
        assert app.pane.state.name == name
        assert source.watched[-1] == name


async def test_with_one_name_the_arrows_walk_the_perpetuals(source: FakeSource) -> None:
    async with running(source, instruments=("okx:BTC-USDT-SWAP",)) as (app, pilot):
        await pilot.press("down", "down")
        assert app.pane.state.name == "okx:PEPE-USDT-SWAP"


@pytest.mark.parametrize(("keys", "changed"), [
    (["t"], lambda s: s.span == "24h"),
    (["g"], lambda s: s.leverage == 1),
    (["u"], lambda s: s.usd),
    (["u", "u"], lambda s: not s.usd),
    (["o"], lambda s: s.overlay == "cumulative"),
    (["o"] * 5, lambda s: s.overlay == ""),
    (["f"], lambda s: s.frozen),
    (["plus"], lambda s: s.zoom == 1),
    (["equals_sign"], lambda s: s.zoom == 1),
    (["minus"], lambda s: s.zoom == 3),
    (["minus", "0"], lambda s: s.zoom == 2),
    (["left"], lambda s: s.cursor is not None and s.cursor < 60_012.4),
    (["l", "l"], lambda s: s.cursor is not None and s.cursor > 60_012.4),
    (["h", "escape"], lambda s: s.cursor is None),
])
async def test_what_keys_change(source: FakeSource, keys: list[str], changed: Callable[[object], bool]) -> None:
    async with running(source) as (app, pilot):
        await until(lambda: "▲60,012" in shown(app))
        await pilot.press(*keys)
        assert changed(app.pane.state)


async def test_after_the_last_rung_come_all_leverages_again(source: FakeSource) -> None:
    async with running(source) as (app, pilot):
        await until(lambda: "▲60,012" in shown(app))
        await press_at_once(pilot, *["g"] * 27)
        assert app.pane.state.leverage == 27
        await pilot.press("g")
        assert app.pane.state.leverage == 0


async def test_the_cursor_reads_the_map(source: FakeSource) -> None:
    async with running(source) as (app, pilot):
        await until(lambda: "▲60,012" in shown(app))
        await press_at_once(pilot, *["left"] * 20)
        line = text_of(app)[-2]
        assert " cursor 58," in line
        assert "▼ L" in line
        assert "BTC" in line
        assert "×" in line
        await pilot.press("u")
        assert "est. $" in text_of(app)[-2]


async def test_capitals_and_shift_take_the_cursor_ten_cells_on(source: FakeSource) -> None:
    async with running(source) as (app, pilot):
        await until(lambda: "▲60,012" in shown(app))
        for far, near in (("H", "left"), ("L", "right"), ("shift+left", "h"), ("shift+right", "l")):
            await pilot.press("escape", far)
            reached = text_of(app)[-2]
            assert " cursor " in reached
            await press_at_once(pilot, "escape", *[near] * 10)
            assert text_of(app)[-2] == reached


async def test_pause_holds_the_picture_while_the_market_goes_on(source: FakeSource, view: View) -> None:
    async with running(source) as (app, pilot):
        await until(lambda: "▲60,012" in shown(app))
        await pilot.press("space")
        figures = replace(view.figures, last=replace(view.figures.last, value=61_000.0))  # type: ignore[type-var]
        source.views["okx:BTC-USDT-SWAP"] = replace(view, epoch=9, figures=figures)
        source.now_ns += 12 * 10**9
        app.pane.beat()
        await pilot.pause()
        assert "PAUSED 12 s" in text_of(app)[0]
        assert "61,000" not in text_of(app)[0]
        await pilot.press("space")
        assert "61,000.0" in text_of(app)[0]


async def test_search_swallows_letters_and_opens_what_is_chosen(source: FakeSource) -> None:
    async with running(source) as (app, pilot):
        await pilot.press("slash", *"pepe")
        await pilot.pause()
        assert "/ pepe" in shown(app)
        assert app.pane.state.leverage == 0  # the letters of "pepe" and others went nowhere else
        assert "quit" not in text_of(app)[-1]
        await pilot.press("enter")
        assert app.pane.state.name == "okx:PEPE-USDT-SWAP"
        assert app.focused is app.pane


async def test_what_is_typed_right_after_the_slash_goes_into_the_search(source: FakeSource) -> None:
    async with running(source) as (app, _):
        span = app.pane.state.span
        for key in ("slash", "t", "c", "space", "g"):  # all in the queue before the field is there
            app.post_message(events.Key(key, {"slash": "/", "space": " "}.get(key, key)))
        await until(lambda: "/ tc g" in shown(app))
        assert app.pane.state.span == span
        assert app.pane.state.paused is None


async def test_search_edits_chooses_and_closes(source: FakeSource) -> None:
    async with running(source) as (app, pilot):
        await pilot.press("slash", *"btcx", "backspace", "down", "enter")
        assert app.pane.state.name == "okx:BTC-USDT-250523"
        await pilot.press("slash", "q", "escape")
        assert app.is_running
        assert app.focused is app.pane


async def test_search_asks_all_venues_and_takes_in_what_they_list(source: FakeSource) -> None:
    source.venues = ("okx", "bybit")
    async with running(source) as (app, pilot):
        assert not source.opened
        source.awaited = ("bybit",)
        await pilot.press("slash", *"btc", "down")
        assert source.opened == ["okx", "bybit"]
        assert "still asking bybit" in shown(app)
        assert "▸ BTC-USDT-250523" in shown(app)
        source.awaited = ()
        source.catalogue = source.catalogue.merged([instrument(venue="bybit")])
        await until(lambda: "still asking" not in shown(app))
        assert sum("BTC-USDT-SWAP " in line and " bybit " in line for line in text_of(app)) == 1
        assert "▸ BTC-USDT-250523" in shown(app), "what was chosen stays so"


async def test_a_name_whose_venue_has_not_answered_shows_that_venue_and_no_other(source: FakeSource) -> None:
    class Refused(FakeSource):
        def watch(self, name: str) -> None:
            self.watched.append(name)

    there = Refused({}, status=health(NOW, FeedState.REFUSED, "REST: HTTP 451"))
    there.venues, there.awaited = ("okx", "zinc"), ("okx", "zinc")
    async with running(there) as (app, _):
        await until(lambda: "okx refused" in shown(app))
        app.pane.choose("zinc:AAA")
        await until(lambda: "AAA" in shown(app))
        assert "okx" not in shown(app)


async def test_help_lists_what_works_in_the_pane_now(source: FakeSource) -> None:
    async with running(source) as (app, pilot):
        await pilot.press("question_mark")
        await pilot.pause()
        text = shown(app)
        assert "Leverage shown" in text
        assert "Slower and faster" not in text  # only a replay has speed
        await pilot.press("escape")
        await pilot.pause()
        assert "Leverage shown" not in shown(app)


async def test_help_and_problems_close_with_the_key_that_opened_them(source: FakeSource) -> None:
    async with running(source) as (app, pilot):
        for key in ("question_mark", "exclamation_mark"):
            await pilot.press(key, key)
            await pilot.pause()
            assert app.focused is app.pane


async def test_problems_newest_first(source: FakeSource) -> None:
    async with running(source) as (app, pilot):
        await pilot.press("exclamation_mark")
        await pilot.pause()
        text = shown(app)
        assert "1 gaps  2 frames rejected  3 reconnects" in text
        assert text.index("truncated JSON") < text.index("seqId jumped")


async def test_theme_and_pair(source: FakeSource) -> None:
    async with running(source) as (app, pilot):
        await pilot.press("T")
        assert app.look.theme.name == "light"
        await pilot.press("c")
        assert app.look.pair == "blue/orange"
        await pilot.press("c")
        assert app.look.pair == "green/red"


async def test_q_quits_and_ctrl_c_is_an_interrupt(source: FakeSource) -> None:
    for key, code in (("q", 0), ("ctrl+c", 130)):
        async with running(source) as (app, pilot):
            await pilot.press(key)
        assert app.return_code == code


async def test_the_footer_lists_live_bindings_and_keys_can_be_remapped(source: FakeSource) -> None:
    async with running(source, keys={"leverage": "v"}) as (app, pilot):
        await until(lambda: "v leverage" in text_of(app)[-1])
        assert "? help" in text_of(app)[-1]
        assert "step" not in text_of(app)[-1]
        await pilot.press("v")
        assert app.pane.state.leverage == 1


async def test_a_replay_has_a_player(view: View) -> None:
    source = FakeReplay({"okx:BTC-USDT-SWAP": view})
    async with running(source) as (app, pilot):
        await until(lambda: "▲60,012" in shown(app))
        await pilot.press("comma", "full_stop", "greater_than_sign", "less_than_sign", "right_parenthesis", "space")
        assert source.told == [
            ("step", -1), ("step", 1), ("seek", NOW + 60 * 10**9), ("seek", NOW - 60 * 10**9)]
        assert source.speed == 2.0
        assert source.paused
        assert app.pane.state.paused is None
        head = text_of(app)[0]
        assert "REPLAY" in head
        assert "10:00:00 ‖ ×2 50 %" in head


async def test_a_recording_shows_its_own_instruments(view: View) -> None:
    source = FakeReplay({"okx:ETH-USDT-SWAP": view})
    async with running(source) as (app, _):
        source.names = ("okx:ETH-USDT-SWAP",)
        await until(lambda: app.pane.state.name == "okx:ETH-USDT-SWAP")
        await until(lambda: "CLUSTERS" in shown(app))


async def test_unknown_names_get_the_nearest(source: FakeSource) -> None:
    async with running(source, instruments=("okx:BTC-USDT-SWOP",)) as (app, _):
        await until(lambda: "no instrument okx:BTC-USDT-SWOP; nearest: okx:BTC-USDT-SWAP" in shown(app))


async def test_an_expired_contract_offers_the_next(source: FakeSource) -> None:
    async with running(source, instruments=("okx:BTC-USDT-250516",)) as (app, pilot):
        await until(lambda: "okx:BTC-USDT-250516 has expired" in shown(app))
        assert "enter opens okx:BTC-USDT-250523" in shown(app)
        await until(lambda: "open the next contract" in text_of(app)[-1])
        await pilot.press("enter")
        assert app.pane.state.name == "okx:BTC-USDT-250523"


async def test_a_contract_that_ends_on_the_screen_says_so(view: View) -> None:
    source = FakeSource({"okx:BTC-USDT-250523": replace(view, instrument=WEEKLY)})
    async with running(source, instruments=("okx:BTC-USDT-250523",)) as (app, pilot):
        await until(lambda: "▲60,012" in shown(app))
        source.now_ns += 23 * HOUR
        app.pane.beat()
        await pilot.pause()
        assert "BTC-USDT-250523 has expired; enter opens okx:BTC-USDT-250627" in text_of(app)[-2]


async def test_unreachable_says_why_when_and_what_else() -> None:
    from liqtui.view import BackfillView

    status = health(NOW, FeedState.REFUSED, "cannot reach ws.okx.com", (),
                    BackfillView(43, 120, "1H", False, "", NOW - 3 * HOUR))
    async with running(FakeSource({}, status=status)) as (app, _):
        await until(lambda: "okx refused" in shown(app))
        text = shown(app)
        for words in ("cannot reach ws.okx.com", "next try in 8 s", "last backfill 3h ago", "liqtui demo", "43/120"):
            assert words in text


async def test_unreachable_with_a_map_from_the_last_run_says_the_same_under_the_map(view: View) -> None:
    from liqtui.view import BackfillView

    old = replace(view, figures=replace(view.figures, mark_source="last close"), health=health(
        NOW, FeedState.REFUSED, "no route to ws.okx.com", (), BackfillView(0, 2, "cached", False, "", NOW - 3 * HOUR),
    ))
    async with running(FakeSource({"okx:BTC-USDT-SWAP": old})) as (app, _):
        await until(lambda: "no route to ws.okx.com" in shown(app))
        row = text_of(app)[-2]
        for words in ("next try in 8 s", "map of 3h ago", "liqtui demo"):
            assert words in row


async def test_a_source_that_does_not_open_is_a_word_on_the_screen() -> None:
    def broken() -> FakeSource:
        raise OSError("no such recording")

    app = LiqtuiApp(broken, UiOptions(environ={"TERM": "xterm"}))
    async with app.run_test(size=(100, 30)):
        await until(lambda: "no such recording" in shown(app))


async def test_any_resize_is_safe(source: FakeSource) -> None:
    async with running(source) as (app, pilot):
        await pilot.press("question_mark")
        for size in ((40, 12), (12, 3), (1, 1), (80, 24), (200, 60), (39, 9), (150, 45)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
        await pilot.press("escape")
        await until(lambda: "▲60,012" in shown(app))
        await pilot.resize_terminal(38, 9)
        await until(lambda: "needs 40×10, has 38×9" in shown(app))


async def test_a_key_that_does_something_else_in_the_table_is_called_by_that(source: FakeSource) -> None:
    async with running(source, size=(100, 30)) as (app, pilot):
        assert "/ search" in text_of(app)[-1]
        await pilot.press("w")
        await until(lambda: "/ filter" in text_of(app)[-1])
        await pilot.press("?")
        await until(lambda: "help · watch" in shown(app))
        assert "Leave only rows that fit" in shown(app)
        assert re.search(r"\^f +Search all instruments", shown(app))
