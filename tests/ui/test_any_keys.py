"""Keys in any order, faster than the screen follows, while the terminal is resized: what has the keys stays clear."""

import random
from dataclasses import replace

import pytest
from textual import events

from liqtui.ui.keyboard import KeyParser
from liqtui.ui.overlays import Field, Overlay
from liqtui.view import View

from .conftest import make_app, press_at_once, settle, text_of, until
from .factory import ALL, FakeSource

KEYS = (
    ("slash", "/"), ("question_mark", "?"), ("exclamation_mark", "!"), ("escape", None), ("enter", None), ("b", "b"),
    ("up", None), ("down", None), ("T", "T"), ("backspace", None), ("t", "t"), ("g", "g"), ("plus", "+"), ("o", "o"),
)
SIZES = ((20, 5), (39, 9), (80, 24), (120, 36))


@pytest.mark.parametrize("seed", range(12))
async def test_what_lies_over_has_the_keys_and_else_the_pane(source: FakeSource, seed: int) -> None:
    rng = random.Random(seed)
    app = make_app(source)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app.source is not None)
        pressed = []
        for _ in range(15):
            for _ in range(rng.randint(1, 6)):
                key, character = rng.choice(KEYS)
                pressed.append(key)
                app.post_message(events.Key(key, character))
                if rng.random() < 0.3:
                    await pilot.pause(0)
            if rng.random() < 0.3:
                await pilot.resize_terminal(*rng.choice(SIZES))
            await pilot.pause(0)
            await pilot.pause(0.02)
            over = list(app.screen.query(Overlay))
            assert len(over) <= 1, pressed
            assert app.focused is (over[0] if over else app.pane), pressed


BURST = (
    "m", "M", "h", "l", "H", "L", "left", "right", "t", "g", "plus", "minus", "0", "u", "o", "f", "space", "j", "k",
    "b", "left_square_bracket", "right_square_bracket", "1", "2", "4", "tab", "shift+tab", "z", "y", "slash", "ctrl+f",
    "w", "a", "colon", "T", "c", "exclamation_mark", "question_mark", "escape", "escape", "enter", "up", "down", "s",
    "S", "p", "e", "backspace", "pageup", "pagedown", "home", "end", "delete",
)
SIGNS = {"plus": "+", "minus": "-", "space": " ", "slash": "/", "colon": ":", "exclamation_mark": "!",
         "question_mark": "?", "left_square_bracket": "[", "right_square_bracket": "]"}


async def after(source: FakeSource, keys: list[str], *, at_once: bool) -> list[object]:
    """What there is to see and to type into once those keys were pressed."""
    app = make_app(source)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app.source is not None and "help" in text_of(app)[-1])
        for key in keys:
            app.post_message(events.Key(key, SIGNS.get(key, key if len(key) == 1 else None)))
            if not at_once:
                await settle(pilot)
        await settle(pilot)
        over = [(type(one).__name__, getattr(one, "text", "")) for one in app.screen.query(Overlay)]
        table = app.table.state
        return [over, app.table.display, table.query, table.typing, table.sort, table.cursor, app.look.theme.name,
                app.look.pair, app.desk.saved(), app.pane.state.paused is not None, app.pane.state.notice, text_of(app)]


@pytest.mark.parametrize("seed", range(6))
async def test_a_burst_does_what_its_keys_do_one_by_one(view: View, seed: int) -> None:
    rng = random.Random(seed)
    keys = rng.choices(BURST, k=25)
    shown = {i.name: replace(view, instrument=i) for i in ALL}
    slow = await after(FakeSource(dict(shown)), keys, at_once=False)
    assert await after(FakeSource(dict(shown)), keys, at_once=True) == slow, keys


@pytest.mark.parametrize(("keys", "shown", "over"), [
    (["m", "slash"], "heat", ("Search", "")),
    (["slash", "x", "a"], "map", ("Search", "xa")),
    (["slash", "x", "escape", "a", "p"], "map", ("Alerts", "p")),
    (["m", "w", "m", "w", "m", "colon", "g"], "ladder", ("Palette", "g")),
])
async def test_a_key_is_done_before_the_next_one_opens_something(
    source: FakeSource, keys: list[str], shown: str, over: tuple[str, str]
) -> None:
    app = make_app(source)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app.source is not None)
        for key in keys:
            app.post_message(events.Key(key, SIGNS.get(key, key if len(key) == 1 else None)))
        await settle(pilot)
        assert app.pane.state.view == shown
        assert [(type(one).__name__, one.text) for one in app.screen.query(Field)] == [over]


@pytest.mark.parametrize(("sent", "keys"), [
    ("\x1ba", "alt+a"), ("\x1b/", "alt+slash"), ("\x1bf", "alt+f"), ("\x1b1", "alt+1"), ("x\x1b\rT", "x alt+enter T"),
    ("\x1b\x1ba", "escape alt+a"), ("\x1b" + "l" * 40, "alt+l" + " l" * 39), ("\x1b[A\x1bm", "up alt+m"),
    ("\x1bOB\x1b[5~", "down pageup"), ("\x1b\x7f", "ctrl+w"),
])
def test_esc_and_a_key_that_come_together_are_both_told_at_once(sent: str, keys: str) -> None:
    assert [event.key for event in KeyParser().feed(sent) if isinstance(event, events.Key)] == keys.split()


async def test_alt_with_a_key_is_esc_and_that_key_unless_it_is_bound(source: FakeSource) -> None:
    app = make_app(source, keys={"unit": "alt+u"})
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app.source is not None)
        for key, character in (("slash", "/"), ("x", "x"), ("alt+a", "a"), ("p", "p")):
            app.post_message(events.Key(key, character))
        await settle(pilot)
        assert [(type(one).__name__, one.text) for one in app.screen.query(Field)] == [("Alerts", "p")]
        for key in ("alt+m", "alt+u"):
            app.post_message(events.Key(key, key[-1]))
        app.post_message(events.Key("alt+up", None))
        await settle(pilot)
        assert not app.screen.query(Field)
        assert (app.pane.state.view, app.pane.state.usd) == ("heat", True)


async def test_what_is_pasted_is_there_before_the_enter_that_follows(view: View) -> None:
    app = make_app(FakeSource({i.name: replace(view, instrument=i) for i in ALL}))
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app.source is not None)
        for event in (events.Key("slash", "/"), events.Paste("pepe"), events.Key("enter", None)):
            app.post_message(event)
        await settle(pilot)
        assert app.pane.state.name == "okx:PEPE-USDT-SWAP"


@pytest.mark.parametrize(("key", "words"), [
    ("question_mark", "─ help"), ("slash", "search all"), ("w", "SYMBOL"), ("4", "ETH-USDT-SWAP")])
async def test_what_a_key_opens_is_never_seen_empty(
    view: View, monkeypatch: pytest.MonkeyPatch, key: str, words: str
) -> None:
    app = make_app(FakeSource({i.name: replace(view, instrument=i) for i in ALL}))
    async with app.run_test(size=(120, 36)) as pilot:
        await until(lambda: app.source is not None)
        await settle(pilot)
        seen = [text_of(app)]
        monkeypatch.setattr(app, "_display", lambda *_: seen.append(text_of(app)))
        await press_at_once(pilot, key)
        opened = [lines for lines in seen if lines[:-1] != seen[0][:-1]]
        assert opened
        assert all(words in "\n".join(lines) for lines in opened)
