"""The wheel: built, installed elsewhere, and started there, themes and all."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import sysconfig
import termios
import time
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of a fresh environment that holds the wheel, and borrows the libraries of the one that tests."""
    work = tmp_path_factory.mktemp("wheel")
    run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(work), str(ROOT)], work)
    (wheel,) = work.glob("liqtui-*.whl")
    home = work / "env"
    venv.create(home, symlinks=True)
    paths = {"base": str(home), "platbase": str(home)}
    site, scripts = (Path(sysconfig.get_path(kind, "venv", paths)) for kind in ("purelib", "scripts"))
    run([sys.executable, "-m", "pip", "--python", str(scripts / "python"), "install", "-q", "--no-deps", "--no-index",
         str(wheel)], work)
    (site / "libraries.pth").write_text(f"{sysconfig.get_path('purelib')}\n{sysconfig.get_path('platlib')}\n")
    return scripts


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command away from the checkout, with a home of its own."""
    done = subprocess.run(
        command, cwd=folder, env=environment(folder), capture_output=True, text=True, timeout=120,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def environment(folder: Path) -> dict[str, str]:
    """Of a person who has just installed the program and sits at a common terminal."""
    ours = ("PYTHON", "LIQTUI_", "XDG_", "SSH_", "TMUX", "NO_COLOR", "TEXTUAL", "COLUMNS", "LINES")
    env = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    homes = {f"XDG_{name}_HOME": str(folder) for name in ("CONFIG", "CACHE", "STATE")}
    return {**env, **homes, "TERM": "xterm-256color", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}


def test_the_program_starts_where_only_the_wheel_is(elsewhere: Path, tmp_path: Path) -> None:
    assert run([str(elsewhere / "liqtui"), "--version"], tmp_path).stdout.startswith("liqtui ")
    where = "import liqtui, pathlib; print(pathlib.Path(liqtui.__file__).parents[1])"
    site = Path(run([str(elsewhere / "python"), "-c", where], tmp_path).stdout.strip())
    assert site.is_relative_to(elsewhere.parent), "not the checkout's"
    assert (site / "liqtui" / "py.typed").is_file()


def test_the_themes_travel_inside(elsewhere: Path, tmp_path: Path) -> None:
    listed = run([str(elsewhere / "liqtui"), "themes"], tmp_path).stdout.split()
    shipped = [file.stem for file in (ROOT / "themes").glob("*.toml")]
    assert len(shipped) >= 3
    assert set(shipped) <= set(listed)


def test_the_demo_draws_its_map_in_a_terminal_and_leaves_it_as_it_was(elsewhere: Path, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 140, 0, 0))
    command = [str(elsewhere / "liqtui"), "demo"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment(tmp_path), stdin=theirs, stdout=theirs, stderr=theirs,
        start_new_session=True,
    ) as program:  # fmt: skip
        os.close(theirs)
        drawn = read_until(ours, (b"CLUSTERS", "█".encode()), 30.0)
        os.write(ours, b"q")
        drawn += read_until(ours, (b"never said",), 10.0)
        assert program.wait(10) == 0
    os.close(ours)
    assert b"CLUSTERS" in drawn
    assert b"Traceback" not in drawn
    assert b"\x1b[?1049l" in drawn, "back on the normal screen"
    assert b"\x1b[?25h" in drawn, "with a cursor"


def read_until(terminal: int, wanted: tuple[bytes, ...], seconds: float) -> bytes:
    """What the program wrote until all of `wanted` is in it, the program has gone, or time is up."""
    seen, deadline = b"", time.monotonic() + seconds
    while time.monotonic() < deadline and not all(words in seen for words in wanted):
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                seen += os.read(terminal, 65_536)
            except OSError:
                break
    return seen
