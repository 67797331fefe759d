"""Themes: the shipped ones load, a user's replaces them, a broken one says where."""

from pathlib import Path

import pytest

from liqtui.ui.theme import ThemeError, load_theme, load_themes, shipped_folder

DARK = (shipped_folder() / "dark.toml").read_text("utf-8")


def test_three_themes_are_shipped(tmp_path: Path) -> None:
    themes = load_themes(tmp_path)
    assert sorted(themes.by_name) == ["blue-orange", "dark", "light"]
    assert not themes.errors


def test_a_users_theme_replaces_the_shipped_one_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(DARK.replace('background = "#0b0e13"', 'background = "#101010"'))
    assert load_themes(tmp_path).by_name["dark"].truecolor.background == "#101010"


@pytest.mark.parametrize(("before", "after", "key", "reason"), [
    ('muted = "#8592a3"', 'muted = "grey"', "truecolor.muted", "regex"),
    ('muted = "#8592a3"', 'mutedd = "#8592a3"', "truecolor.mutedd", "unknown field"),
    ('heat = ["#0b0e13", ', 'heat = ["default", ', "truecolor.heat", "regex"),  # no colour to go on from
    ('raised = 235', 'raised = 300', "256.raised", "255"),
    ('heat = [8, 8, 3, 11, 15]', 'heat = []', "16.heat", "length"),
    ('light = false', 'light = "no"', "light", "bool"),
])
def test_a_broken_theme_names_file_line_and_key(
    tmp_path: Path, before: str, after: str, key: str, reason: str
) -> None:
    assert before in DARK
    file = tmp_path / "broken.toml"
    file.write_text(DARK.replace(before, after))
    with pytest.raises(ThemeError) as caught:
        load_theme(file)
    assert caught.value.key == key
    assert reason in caught.value.reason
    line = 1 + DARK[: DARK.index(before)].count("\n")
    assert caught.value.line == line
    assert str(caught.value).startswith(f"theme broken.toml, line {line}: {key}: ")


def test_what_is_not_toml_names_the_line(tmp_path: Path) -> None:
    file = tmp_path / "broken.toml"
    file.write_text('name = "x"\nlight = \n')
    with pytest.raises(ThemeError, match=r"broken\.toml, line 2"):
        load_theme(file)


def test_a_broken_theme_gives_a_message_and_the_default(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("name = 3")
    themes = load_themes(tmp_path)
    theme, said = themes.pick("mine")
    assert theme.name == "dark"
    assert "mine.toml, line 1" in said
    assert "using dark" in said
    assert themes.pick("light")[1] == ""
