"""The command line: what is understood, what is refused, and with which exit code."""

import argparse
import contextlib
import errno
import io
import math
import os
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from liqtui.cli import COMMANDS, _split, common, main, record, sources
from liqtui.cli.common import say, unreachable
from liqtui.cli.config import sample, toml
from liqtui.cli.exits import CliError, ExitCode
from liqtui.cli.instruments import line, matching, row
from liqtui.cli.record import target
from liqtui.cli.replay import speed
from liqtui.cli.screen import layout_of
from liqtui.config import load
from liqtui.events import FeedState
from liqtui.feeds.recorder import Recorder
from liqtui.instruments import Instrument, Kind
from liqtui.session import Session
from liqtui.view import FeedView, Health

NOW = 1_790_000_000 * 10**9
DAY = 86_400 * 10**9
PERP = Instrument(
    "okx", "BTC-USDT-SWAP", "BTC", "USDT", "USDT", Kind.PERPETUAL, False, 0.01, 0.1, "BTC-USDT", "BTC-USDT",
    max_leverage=100.0,
)
DECEMBER = Instrument(
    "okx", "BTC-USD-261225", "BTC", "USD", "BTC", Kind.DATED, True, 100.0, 0.1, "BTC-USD", "BTC-USD",
    expiry_ns=1_798_185_600 * 10**9,
)
GONE = Instrument(
    "okx", "BTC-USDT-260327", "BTC", "USDT", "USDT", Kind.DATED, False, 0.01, 0.1, "BTC-USDT", "BTC-USDT",
    expiry_ns=NOW - DAY,
)


@pytest.fixture
def closed_port() -> int:
    """A loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test has a configuration of its own, and no proxy of this machine."""
    path = tmp_path / "config.toml"
    path.write_text("")
    monkeypatch.setenv("LIQTUI_CONFIG", str(path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    return path


@pytest.fixture
def closed(own_folder: Path, closed_port: int) -> Path:
    """A configuration whose venue refuses every connection."""
    own_folder.write_text(
        f'[venues.okx]\nws_url = "ws://127.0.0.1:{closed_port}/ws"\nrest_url = "http://127.0.0.1:{closed_port}"\n'
    )
    return own_folder


# --- understood -----------------------------------------------------------------------------------------------------


def test_a_layout_is_a_number_of_panes_or_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert layout_of(None) == (None, "last")
    assert layout_of("4") == (4, "last")
    assert layout_of("watch") == (None, "last"), "the table over the usual panes"
    assert layout_of("scalp-2") == (None, "scalp-2")
    for text in ("3", "../x", "a b", "", "-", "x" * 41):
        with pytest.raises(CliError, match="1, 2 or 4 panes, watch, or a name"):
            layout_of(text)
    assert _split(["--layout", "demo"]) == ("screen", ["--layout", "demo"])
    with pytest.raises(SystemExit, match="2"):
        main(["demo", "--layout", "scalp"])
    assert "--layout" in capsys.readouterr().err


def test_without_a_command_the_screen_is_meant() -> None:
    assert _split(["BTC-USDT-SWAP", "--fps", "5"]) == ("screen", ["BTC-USDT-SWAP", "--fps", "5"])
    assert _split([]) == ("screen", [])


def test_options_may_come_before_the_command() -> None:
    assert _split(["--config", "once", "once", "X"]) == ("once", ["--config", "once", "X"])
    assert _split(["--theme=light", "demo"]) == ("demo", ["--theme=light"])


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_and_the_exit_codes(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])
    assert end.value.code == 0
    assert "130 interrupted" in capsys.readouterr().out


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    out = capsys.readouterr().out
    assert all(f"liqtui {command}" in out for command in COMMANDS)


def test_speeds() -> None:
    assert (speed("2.5"), speed("max")) == (2.5, math.inf)
    for wrong in ("0", "-1", "fast", "nan", "inf"):
        with pytest.raises(argparse.ArgumentTypeError):
            speed(wrong)


def test_a_recording_named_without_a_folder_goes_into_the_configured_one(tmp_path: Path) -> None:
    assert target("btc.gz", str(tmp_path)) == tmp_path / "btc.gz"
    assert target("here/btc.gz", str(tmp_path)) == Path("here/btc.gz")
    assert target("btc.gz", None) == Path("btc.gz")


# --- refused --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ["--fps", "0"], ["--color", "many"], ["once"], ["once", "BTC-USDT-SWAP", "--json", "--csv"],
        ["once", "BTC-USDT-SWAP", "--demo", "--replay", "x"], ["record", "BTC-USDT-SWAP"], ["replay"],
        ["replay", "x", "--speed", "0"], ["config", "delete"], ["themes", "--wrong"],
    ],
)
def test_a_wrong_command_line_ends_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == ExitCode.USAGE


@pytest.mark.parametrize("arguments", [[], ["demo"], ["replay", "x"]])
def test_without_a_terminal_the_screen_points_at_once(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert "liqtui once" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["once", "BTC USDT"], "not an instrument name"),
        (["once", "nyse:BTC-USDT-SWAP"], "no venue 'nyse'; there are: "),
        (["once", "BTC-USDT-SWAP", "--replay", "none.gz"], "no recording none.gz"),
        (["record", "-o", "/nowhere/at/all.gz", "BTC-USDT-SWAP"], "no folder /nowhere/at"),
    ],
)
def test_names_and_files_that_cannot_be(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == ExitCode.USAGE
    assert words in capsys.readouterr().err


def test_a_recording_that_was_moved_is_reported_and_does_not_end(tmp_path: Path) -> None:
    path = tmp_path / "rec.gz"
    source = Session({}, (), "live", None)
    assert record._report(source, path).startswith(f"{path} is gone")
    path.write_bytes(b"x" * 200_000)
    assert record._report(source, path).startswith("0.2 MB")


def test_a_recording_never_overwrites_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "btc.gz"
    kept.write_bytes(b"kept")
    assert main(["record", "-o", str(kept), "BTC-USDT-SWAP"]) == ExitCode.USAGE
    assert "exists" in capsys.readouterr().err
    assert kept.read_bytes() == b"kept"


def test_a_script_does_not_run_on_half_its_settings(own_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own_folder.write_text("fps = 1000\n")
    assert main(["once", "BTC-USDT-SWAP"]) == ExitCode.USAGE
    assert f"{own_folder}:1: `fps`" in capsys.readouterr().err


def test_an_unknown_region_is_a_matter_of_configuration(
    own_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own_folder.write_text('[venues.okx]\nregion = "moon"\n')
    assert main(["once", "BTC-USDT-SWAP"]) == ExitCode.USAGE
    assert "no region 'moon'" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["once", "BTC-USDT-SWAP", "--json"], ["instruments"]])
def test_a_venue_that_cannot_be_reached_ends_with_3_and_the_reason(
    closed: Path, arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(common, "GRACE_S", 0.5)
    assert main(arguments) == ExitCode.UNREACHABLE
    out, err = capsys.readouterr()
    assert out == ""
    assert "okx cannot be reached: " in err
    assert "Connection refused" in err


# --- config, themes, doctor -----------------------------------------------------------------------------------------


def test_config_path_and_show(own_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own_folder.write_text('\ntheme = "light"\n')
    assert main(["config", "path"]) == ExitCode.OK
    assert capsys.readouterr().out == f"{own_folder}\n"
    assert main(["config", "show"]) == ExitCode.OK
    lines = capsys.readouterr().out.splitlines()
    assert any(text.startswith('theme = "light"') and text.endswith(f"# {own_folder}:2") for text in lines)
    assert any(text.startswith('color = "auto"') and text.endswith("# default") for text in lines)


def test_config_show_of_a_broken_file_shows_the_defaults_and_ends_with_2(
    own_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own_folder.write_text("theme = \n")
    assert main(["config", "show"]) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert 'theme = "dark"' in out
    assert "not TOML" in err


def test_config_init_writes_a_file_that_sets_nothing_and_never_overwrites(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "new" / "config.toml"
    assert main(["config", "init", "--config", str(path)]) == ExitCode.OK
    assert path.read_text() == sample()
    assert load(str(path), {}).problems == ()
    path.write_text("fps = 3\n")
    assert main(["config", "init", "--config", str(path)]) == ExitCode.FAILURE
    assert path.read_text() == "fps = 3\n"


def test_the_sample_file_is_valid_with_every_key_taken_from_its_comment(tmp_path: Path) -> None:
    path = tmp_path / "all.toml"
    path.write_text("\n".join(re.findall(r"^# (\w+ = .+|\[[a-z.]+\])$", sample(), re.MULTILINE)))
    loaded = load(str(path), {})
    assert loaded.problems == ()
    assert {"theme", "watch", "venues.okx.region", "keys.help"} <= loaded.origins.keys()


def test_strings_are_escaped_as_toml_wants(tmp_path: Path) -> None:
    for text in ('a "quoted" \\ word', "tab\tand\x1bescape", "牛来"):
        path = tmp_path / "x.toml"
        path.write_text(f"theme = {toml(text)}\n", encoding="utf-8")
        assert load(str(path), {}).config.theme == text


def test_doctor_says_what_is_unreachable_and_why_the_colours(
    closed: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "COLORTERM", "TMUX"):
        monkeypatch.delenv(name, raising=False)
    assert main(["doctor"]) == ExitCode.UNREACHABLE
    out = capsys.readouterr().out
    assert "colours: 256, because TERM=xterm-256color" in out
    assert "does not answer" in out
    assert f"configuration {closed}" in out


def test_themes_are_listed_and_the_one_in_force_is_marked(
    own_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own_folder.write_text('theme = "light"\n')
    assert main(["themes"]) == ExitCode.OK
    lines = capsys.readouterr().out.splitlines()
    assert [text.split()[1] for text in lines if text.startswith("*")] == ["light"]
    assert {"dark", "blue-orange"} <= {text[2:].split()[0] for text in lines}
    broken = tmp_path / "xdg" / "liqtui" / "themes" / "mine.toml"
    broken.parent.mkdir(parents=True)
    broken.write_text("name = 3\n")
    assert main(["themes"]) == ExitCode.FAILURE
    assert "mine.toml" in capsys.readouterr().err


def test_keys_are_listed_as_remapped_and_a_wrong_id_is_told(
    own_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own_folder.write_text('[keys]\nunit = "x"\n')
    assert main(["keys"]) == ExitCode.OK
    (unit,) = (text for text in capsys.readouterr().out.splitlines() if " unit " in text)
    assert unit.split()[:2] == ["x", "unit"]
    own_folder.write_text('[keys]\nhlep = "x"\n')
    assert main(["keys"]) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert "[keys] has no binding 'hlep', nearest: 'help'" in err
    assert "zoom.in" in out


# --- what a venue that is down is told by ---------------------------------------------------------------------------


def feed(state: FeedState, reason: str = "", retry_ns: int | None = None) -> FeedView:
    return FeedView("okx", state, NOW, reason, retry_ns, None, 0, 0, 0)


def test_a_refusal_names_reason_and_next_try() -> None:
    down = Health((feed(FeedState.REFUSED, "451 Unavailable", NOW + 60 * 10**9),), (), (), None)
    assert unreachable(down, NOW) == "okx refused: 451 Unavailable; try again in 60 s"


def test_what_is_only_starting_or_live_is_not_down() -> None:
    assert unreachable(Health((), (), (), None), NOW) is None
    assert unreachable(Health((feed(FeedState.CONNECTING),), (), (), None), NOW) is None
    assert unreachable(Health((feed(FeedState.STALE, "silent 12 s"),), (), (), None), NOW) is None


# --- instruments ----------------------------------------------------------------------------------------------------


def test_every_word_of_a_query_must_occur_and_expired_contracts_are_not_offered() -> None:
    listed = [DECEMBER, GONE, PERP]
    assert matching(listed, [], NOW) == [DECEMBER, PERP]
    assert matching(listed, ["btc", "dec"], NOW) == [DECEMBER]
    assert matching(listed, ["BTC perpetual"], NOW) == [PERP]
    assert matching(listed, ["eth"], NOW) == []


def test_an_instrument_in_a_line_and_as_json() -> None:
    assert line(PERP, NOW).split() == ["okx:BTC-USDT-SWAP", "linear", "100×", "perpetual"]
    assert "2026-12-25" in line(DECEMBER, NOW)
    told = row(DECEMBER, NOW)
    assert (told["inverse"], told["unit"], told["max_leverage"]) == (True, "USD", None)
    assert told["expiry"] == "2026-12-25T08:00:00+00:00"
    assert row(PERP, NOW)["expiry"] is None


def test_a_recording_that_stops_ends_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a full disk it used to go on for ever, recording nothing."""

    class Full(io.RawIOBase):
        def write(self, _: object) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    @contextlib.contextmanager
    def stopped(*_: object, record_to: Path, **__: object) -> Iterator[Session]:
        with monkeypatch.context() as patched:
            patched.setattr(Path, "open", lambda *_, **__: Full())
            recorder = Recorder(record_to, flush_s=0.01)
        session = Session({}, (), "live", recorder)
        yield session
        session.close()
        for words in session.unwritten:
            say(words)

    monkeypatch.setattr(sources, "live", stopped)
    monkeypatch.setattr(record, "follow", lambda *_: "okx:BTC-USDT-SWAP")
    began = time.monotonic()
    assert main(["record", "-o", str(tmp_path / "full.gz"), "BTC-USDT-SWAP"]) == ExitCode.FAILURE
    assert time.monotonic() - began < 5.0
    assert capsys.readouterr().err.endswith("liqtui: recording stopped: No space left on device\n")
