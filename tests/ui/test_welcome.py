"""The line that greets a new user: keys worth knowing, until one of them was pressed."""

from pathlib import Path

import pytest

from liqtui.view import View

from .conftest import make_app, text_of, until
from .factory import FakeSource

USUAL, ESC = " ← → cursor ", "esc hides this"


@pytest.mark.parametrize("key", ["escape", "?", "/", "m", "right", "l", "M", "ctrl+p"])
async def test_it_stays_until_one_of_its_keys_is_pressed_and_does_not_come_back(
    view: View, tmp_path: Path, key: str
) -> None:
    kept = tmp_path / "state" / "welcomed"
    app = make_app(FakeSource({"okx:BTC-USDT-SWAP": view}), welcome_file=kept)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(lambda: ESC in text_of(app)[-2])
        assert text_of(app)[-2].startswith(" ? help  / search  m view  ← → cursor  : commands  esc hides this")
        await pilot.press("t", "b")
        assert not kept.exists()
        await pilot.press(key)
        assert kept.exists()
    app = make_app(FakeSource({"okx:BTC-USDT-SWAP": view}), welcome_file=kept)
    async with app.run_test(size=(100, 30)):
        await until(lambda: text_of(app)[-2].startswith(USUAL))


async def test_it_names_the_keys_as_they_are_and_as_many_as_there_is_room_for(view: View, tmp_path: Path) -> None:
    source = FakeSource({"okx:BTC-USDT-SWAP": view})
    app = make_app(source, welcome_file=tmp_path / "welcomed", keys={"search": "n", "clear": "X"})
    async with app.run_test(size=(80, 24)):
        await until(lambda: text_of(app)[-2].startswith(" ? help  n search  m view  ← → cursor  X hides this"))


async def test_it_gives_way_to_what_the_cursor_reads_and_to_answers(view: View, tmp_path: Path) -> None:
    app = make_app(FakeSource({"okx:BTC-USDT-SWAP": view}), welcome_file=tmp_path / "welcomed")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: ESC in text_of(app)[-2])
        app.pane._point(59_000.0)  # as a click does
        await pilot.pause()
        assert "cursor 58,997" in text_of(app)[-2]
        await pilot.press("b")
        assert "dropped from watch" in text_of(app)[-2]
        app.pane._point(58_900.0)
        await pilot.pause()
        assert "cursor 58,9" in text_of(app)[-2], "what is asked for now"


async def test_what_is_wrong_at_the_start_is_said_before_there_is_a_picture_and_stays_among_the_problems(
    tmp_path: Path,
) -> None:
    """A theme nobody has, one that is broken, and a configuration with a key that is none."""
    (tmp_path / "mine.toml").write_text("name = 'mine'\n")
    said = ("line 3: fsp: unknown key", "theme mine.toml: ", "no theme 'nope'; using dark (there are blue-orange, ")
    app = make_app(FakeSource({}), theme="nope", theme_folder=tmp_path, problems=said[:1])
    async with app.run_test(size=(150, 45)) as pilot:
        await until(lambda: said[0] in text_of(app)[-2])
        await pilot.press("!")
        await pilot.pause()
        assert all(words in "\n".join(text_of(app)) for words in said)
