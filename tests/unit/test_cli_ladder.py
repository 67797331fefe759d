"""`liqtui ladder`: what was learned, for a person and for a script, and how it is forgotten."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from ladder_scene import LEARNED_NS, kept, learned, learner

from liqtui.cli import main
from liqtui.cli.exits import ExitCode
from liqtui.cli.ladder import table
from liqtui.export.ladder import ladder_json
from liqtui.feeds.ladders import Kept, LadderFiles, ladder_folder

BTC, ETH = "okx:BTC-USDT-SWAP", "okx:ETH-USDT-SWAP"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


@pytest.fixture
def files() -> LadderFiles:
    """Two ladders."""
    made = LadderFiles(ladder_folder())
    made.save("okx", [Kept(learned("BTC-USDT-SWAP"), "BTC-USDT", True, 500.0), kept("ETH-USDT-SWAP")])
    return made


def test_a_ladder_is_a_table_with_when_how_much_and_how_sure(
    files: LadderFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ladder", "btc-usdt-swap"]) == ExitCode.OK
    lines = capsys.readouterr().out.splitlines()
    events = learner().ladders.events.sum()
    assert lines[0] == f"{BTC}  learned 2023-11-14T22:13:00Z   {events:,.1f} effective events"
    assert lines[1].startswith("level not identified")
    assert lines[2].startswith("turnover share χ and its weight: 10% 33%")
    assert sum("×" in line for line in lines) == 48, "24 rungs a side"
    shown = [line.split() for line in lines if line.strip().startswith("50.6×")]
    share, low, high = (float(shown[0][i].rstrip("%")) for i in (1, 2, 4))
    assert low < share < high
    longest = max((line for line in lines if "×" in line), key=lambda line: line.count("█"))
    assert longest.split()[0] in ("42.7×", "50.6×", "60×"), "the crowd is about 50×"
    assert [line.split() for line in lines if "never" in line] == [["never", "30.0%"]] * 2


def test_where_the_feed_is_complete_the_level_is_not_in_doubt() -> None:
    assert not any("not identified" in line for line in table("x", learner(thinned=False).view()))
    assert any("not identified" in line for line in table("x", learner(thinned=True).view()))


def test_one_of_another_version_is_named_as_such(files: LadderFiles, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ladder", ETH]) == ExitCode.OK
    assert capsys.readouterr().out.startswith(f"{ETH}  of another version")
    assert main(["ladder", ETH, "--json"]) == ExitCode.OK
    assert json.loads(capsys.readouterr().out)["ladders"][0]["ladder"] is None
    assert files.venues() == ["okx"]


def test_json_has_the_ladders_as_once_has_them(files: LadderFiles, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ladder", "--json"]) == ExitCode.OK
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "liqtui.ladder/1"
    assert [row["instrument"] for row in told["ladders"]] == [BTC, ETH]
    ladder = told["ladders"][0]["ladder"]
    assert list(ladder) == ["leverage", "long", "short", "level_identified", "events", "churn", "learned"]
    assert ladder["learned"] == "2023-11-14T22:13:00Z"
    assert sum(weight["weight"] for weight in ladder["churn"]) == pytest.approx(1.0, abs=1e-5)
    assert [weight["share"] for weight in ladder["churn"]] == [0.1, 0.2, 0.35]
    assert ladder["level_identified"] is False
    for side in ("long", "short"):
        rows = zip(ladder[side]["low"], ladder[side]["mean"], ladder[side]["high"], strict=True)
        assert all(low <= mean <= high for low, mean, high in rows)
        assert len(ladder[side]["mean"]) == len(ladder["leverage"]) == 24
    assert files.venues() == ["okx"]


def test_what_is_only_the_prior_was_never_learned() -> None:
    view = replace(learner(steps=1).view(), learned_ns=None)
    told = ladder_json(view)
    assert told is not None
    assert told["learned"] is None
    assert table("x", view)[0].startswith("x  learned never")
    assert ladder_json(None) is None


def test_nothing_learned_yet_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ladder"]) == ExitCode.OK
    out, told = capsys.readouterr()
    assert out == ""
    assert "nothing is learned yet" in told


def test_an_unknown_name_ends_with_2_and_the_nearest(files: LadderFiles, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["ladder", "BTC-USDT"], ["ladder", "BTC-USDT", "--reset"]):
        assert main(arguments) == ExitCode.USAGE
        assert f"no ladder of okx:BTC-USDT is saved; nearest: {BTC}" in capsys.readouterr().err
    assert len(files.load("okx")[0]) == 2


def test_one_is_forgotten_or_all_and_it_says_which(files: LadderFiles, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ladder", "--reset", "eth-usdt-swap"]) == ExitCode.OK
    assert capsys.readouterr().out == f"forgotten: {ETH}\n"
    assert [one.learned.time_ns for one in files.load("okx")[0]] == [LEARNED_NS]
    assert main(["ladder", "--reset"]) == ExitCode.OK
    assert capsys.readouterr().out == f"forgotten: {BTC}\n"
    assert main(["ladder", "--reset"]) == ExitCode.OK
    assert capsys.readouterr().out == "there was nothing to forget\n"


def test_a_broken_file_ends_with_1_and_can_be_forgotten(
    files: LadderFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    (files.folder / "okx.json").write_text("{")
    assert main(["ladder"]) == ExitCode.FAILURE
    assert "learned ladders not read from okx.json" in capsys.readouterr().err
    assert main(["ladder", "--reset"]) == ExitCode.OK
    assert files.venues() == []


def test_the_command_never_loads_the_screen(files: LadderFiles) -> None:
    program = (
        "import sys; from liqtui.cli import main; main(['ladder']);"
        "print([m for m in sys.modules if m.split('.')[0] in ('textual', 'rich', 'plotext')], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "[]"
    assert files.venues() == ["okx"]
