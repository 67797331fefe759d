"""The configuration: what is read, what is refused, and where each value came from."""

from pathlib import Path

import pytest

from liqtui import config
from liqtui.config import Config


def load(tmp_path: Path, text: str, **env: str) -> config.Loaded:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return config.load(str(path), env)


def test_a_file_sets_keys_and_their_lines_are_remembered(tmp_path: Path) -> None:
    loaded = load(tmp_path, 'theme = "light"\n\n[venues.okx]\nregion = "eea"\n[keys]\nquit = "x"\n')
    assert loaded.problems == ()
    assert loaded.config.theme == "light"
    assert loaded.config.venue("okx").region == "eea"
    assert loaded.config.keys == {"quit": "x"}
    assert loaded.origin("theme") == f"{tmp_path}/config.toml:1"
    assert loaded.origin("venues.okx.region") == f"{tmp_path}/config.toml:4"
    assert loaded.origin("fps") == "default"


def test_an_unknown_key_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    loaded = load(tmp_path, 'fps = 5\ntehme = "light"\n[venues.okx]\nrest_ulr = "x"\n')
    assert loaded.config == Config(fps=5)
    assert loaded.problems[0].endswith("config.toml:2: unknown key `tehme`, nearest: `theme`; ignored")
    assert "config.toml:4: unknown key `venues.okx.rest_ulr`, nearest: `venues.okx.rest_url`" in loaded.problems[1]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("fps = 100", "`fps`: Expected `int` <= 60; the default is used: unset"),
        ('color = "many"', "choose one of auto, truecolor, 256, 16, mono; the default is used: 'auto'"),
        ("theme = 3", "`theme`: Expected `str`, got `int`; the default is used: 'dark'"),
        ('watch = "BTC-USDT-SWAP"', "`watch`: Expected `array`, got `str`"),
        ("[theme]\nx = 1", "unknown key `theme.x`, nearest: `theme`"),
        ('[venues.nyse]\nregion = "us"', "unknown key `venues.nyse.region`"),
        ("[keys]\nquit = 3", "`keys.quit`: Expected `str`, got `int`"),
    ],
)
def test_a_wrong_value_costs_only_itself(tmp_path: Path, line: str, words: str) -> None:
    loaded = load(tmp_path, 'instrument = "ETH-USDT-SWAP"\n' + line)
    assert len(loaded.problems) == 1
    assert words in loaded.problems[0]
    assert loaded.config == Config(instrument="ETH-USDT-SWAP")


def test_a_venue_there_is_not_is_left_out_with_the_nearest_name(tmp_path: Path) -> None:
    loaded = load(tmp_path, 'sum = ["okx", "binanse", "okx"]\nconnect = ["nyse"]\nsum_inverse = true\n')
    assert loaded.config.sum == ("okx",)
    assert loaded.config.sum_inverse
    assert loaded.problems[0].endswith("config.toml:1: `sum`: no venue 'binanse', nearest: `binance`; left out")
    assert "`connect`: no venue 'nyse'; there are: binance, bitget, " in loaded.problems[1]
    assert loaded.config.connect == ("okx",), "of none that is left the default is used"


def test_what_is_not_toml_gives_a_message_and_the_defaults(tmp_path: Path) -> None:
    loaded = load(tmp_path, 'theme = "light"\nfps = = 3\n')
    assert loaded.config == Config()
    assert "not TOML" in loaded.problems[0]
    assert "line 2" in loaded.problems[0]


def test_a_file_that_was_asked_for_must_be_there(tmp_path: Path) -> None:
    missing = str(tmp_path / "none.toml")
    assert "no such file" in config.load(missing, {}).problems[0]
    assert "no such file" in config.load(None, {"LIQTUI_CONFIG": missing}).problems[0]


def test_a_file_of_noise_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xff\xfe" * 100)
    assert "cannot be read" in config.load(str(path), {}).problems[0]
    path.write_bytes(b"#" * (config.MAX_BYTES + 1))
    assert "longer than" in config.load(str(path), {}).problems[0]


def test_the_environment_goes_before_the_file_and_the_command_line_before_both(tmp_path: Path) -> None:
    loaded = load(tmp_path, "fps = 5\n", LIQTUI_FPS="7", LIQTUI_MOUSE="true", LIQTUI_VENUES_OKX_WS_URL="ws://[::1]:9")
    assert loaded.problems == ()
    assert (loaded.config.fps, loaded.config.mouse) == (7, True)
    assert loaded.config.venue("okx").ws_url == "ws://[::1]:9"
    assert loaded.origin("fps") == "environment LIQTUI_FPS"
    over = loaded.override("command line", fps=9, theme=None)
    assert (over.config.fps, over.origin("fps"), over.origin("theme")) == (9, "command line", "default")


def test_a_wrong_environment_names_its_variable(tmp_path: Path) -> None:
    loaded = load(tmp_path, "", LIQTUI_FPS="many", LIQTUI_UNRELATED="1")
    assert loaded.config == Config()
    assert loaded.problems[0].startswith("environment LIQTUI_FPS: `fps`:")
    assert len(loaded.problems) == 1


def test_every_key_is_documented_and_listed_with_its_origin(tmp_path: Path) -> None:
    assert all(words for _, words, _ in config.describe())
    shown = {key: (value, origin) for key, value, origin in config.values(load(tmp_path, "fps = 5\n"))}
    assert shown["fps"] == (5, f"{tmp_path}/config.toml:1")
    assert shown["venues.okx.region"] == ("", "default")
    assert {name for name, _, _ in config.describe()} - {"venues", "keys", "lists"} <= shown.keys()


@pytest.mark.parametrize(("line", "value"), [("true", True), ("false", False), ('"auto"', "auto")])
def test_the_clipboard_is_allowed_forbidden_or_found_out(tmp_path: Path, line: str, value: object) -> None:
    assert load(tmp_path, f"clipboard = {line}").config.clipboard == value
    assert load(tmp_path, "", LIQTUI_CLIPBOARD=line.strip('"')).config.clipboard == value
    assert "`clipboard`" in load(tmp_path, 'clipboard = "maybe"').problems[0]


def test_lists_by_name_of_instruments_and_of_all_of_a_venue(tmp_path: Path) -> None:
    loaded = load(tmp_path, '[lists]\nmajors = ["BTC-USDT-SWAP", "bybit:ETHUSDT", "okx:*", "all:BTC"]\nother = []\n')
    assert not loaded.problems
    assert loaded.config.lists == {
        "majors": ("okx:BTC-USDT-SWAP", "bybit:ETHUSDT", "okx:*", "all:BTC-USDT-SWAP"), "other": (),
    }
    assert {key: origin for key, _, origin in config.values(loaded)}["lists.majors"].endswith("config.toml:2")


def test_what_is_wrong_with_a_list_is_said_and_the_rest_of_it_stays(tmp_path: Path) -> None:
    majors = 'majors = ["BTC-USDT-SWAP", "tin:AAA", "okx:BTC*", "BTC USDT"]'
    loaded = load(tmp_path, f'[lists]\n{majors}\nall = ["BTC-USDT-SWAP"]\nodd = [3]\n')
    assert loaded.config.lists == {"majors": ("okx:BTC-USDT-SWAP",)}
    said = "\n".join(loaded.problems)
    for words in ("no venue 'tin'", "not an instrument: 'okx:BTC*' (all of a venue is okx:*)", "'BTC USDT'",
                  "config.toml:3: unknown key `lists.all`", "config.toml:4: `lists.odd`"):
        assert words in said
