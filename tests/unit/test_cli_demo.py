"""Commands on the simulated exchange: whole maps over real sockets, and no screen library on the way."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from liqtui import export
from liqtui.cli import common, main
from liqtui.cli import once as once_command
from liqtui.cli.exits import ExitCode
from liqtui.sim.process import running
from liqtui.view import View

PATIENCE_S = 45.0
"""`once` answers within 15 s; a machine that is busy with other tests may need more."""
PROGRAM = f"""\
import sys
from liqtui.cli import common, main, once
once.ANSWER_S = common.GRACE_S = {PATIENCE_S}
code = main(sys.argv[1:])
print(sorted({{name.partition(".")[0] for name in sys.modules}} & {{"textual", "plotext"}}), file=sys.stderr)
sys.exit(code)
"""


def once(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `liqtui once` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, "once", *arguments],
        capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def test_a_map_of_the_demo_is_whole_and_adds_up() -> None:
    done = once("--demo", "BTC-USDT-SWAP", "--json")
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1] == "[]", "a screen library was loaded"
    told = json.loads(done.stdout)
    assert told["instrument"] == "okx:BTC-USDT-SWAP"
    assert told["unit"] == "BTC"
    bins, width = told["bins"], 0.0005
    for side in ("long", "short"):
        total = sum(bins[side]) + told["outside"][side] + told["undrawn"][side]
        assert total == pytest.approx(told["open_interest"], rel=1e-5)
        assert min(bins[side]) >= 0
        assert sum(bins[side]) > 0
    longs = [price for price, size in zip(bins["price"], bins["long"], strict=True) if size]
    shorts = [price for price, size in zip(bins["price"], bins["short"], strict=True) if size]
    assert max(longs) <= told["mark"] * (1 + 2 * width)
    assert min(shorts) >= told["mark"] * (1 - 2 * width)
    assert told["clusters"]


def test_an_unknown_name_ends_with_2_and_offers_the_nearest() -> None:
    done = once("--demo", "BTC-USDT-SWOP")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "no instrument okx:BTC-USDT-SWOP; nearest: okx:BTC-USDT-SWAP" in done.stderr


def test_without_sockets_history_alone_is_a_partial_answer_not_an_unreachable_venue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lacks, over = export.missing, [0.0]

    def missing(view: View, stages: tuple[str, ...]) -> str | None:
        """Time is up as soon as all history is in, and only a connection is missing."""
        words = lacks(view, stages)
        over[0] = PATIENCE_S if words is not None and words.startswith("okx is connecting") else 0.0
        return words

    monkeypatch.setattr(once_command, "ANSWER_S", PATIENCE_S)
    monkeypatch.setattr(common, "GRACE_S", PATIENCE_S)
    monkeypatch.setattr(export, "missing", missing)
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + over[0], sleep=time.sleep)
    monkeypatch.setattr(once_command, "time", clock)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with running() as there:
        monkeypatch.setenv("LIQTUI_VENUES_OKX_REST_URL", there["okx"].rest)
        monkeypatch.setenv("LIQTUI_VENUES_OKX_WS_URL", "ws://127.0.0.1:9/nobody")
        assert main(["once", "BTC-USDT-SWAP", "--json"]) == ExitCode.PARTIAL
    out, err = capsys.readouterr()
    assert json.loads(out)["clusters"]
    assert "the data are not complete: okx is connecting" in err


def test_what_was_recorded_is_told_again_by_once(tmp_path: Path) -> None:
    file = tmp_path / "demo.gz"
    with running() as there:
        okx = {"LIQTUI_VENUES_OKX_WS_URL": there["okx"].ws, "LIQTUI_VENUES_OKX_REST_URL": there["okx"].rest}
        env = {**os.environ, **okx, "XDG_CACHE_HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path)}
        command = [sys.executable, "-m", "liqtui", "record", "-o", str(file), "BTC-USDT-SWAP"]
        with subprocess.Popen(
            command, env=env, text=True, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as recorder:
            assert recorder.stderr is not None
            assert recorder.stderr.readline().startswith("liqtui: recording okx:BTC-USDT-SWAP to ")
            time.sleep(3.0)
            recorder.send_signal(signal.SIGINT)
            assert recorder.wait(20) == 130
    told = once("BTC-USDT-SWAP", "--json", "--replay", str(file))
    assert told.returncode == 0, told.stderr
    out = json.loads(told.stdout)
    assert sum(out["bins"]["long"]) > 0
    assert out["mark"] is not None
    other = once("DOGE-USDT-SWAP", "--replay", str(file))
    assert other.returncode == 2, other.stderr
    assert "DOGE-USDT-SWAP" in other.stderr
