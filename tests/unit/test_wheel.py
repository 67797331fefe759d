"""The wheel: built, installed elsewhere, and started there, themes and all."""

import os
import subprocess
import sys
import sysconfig
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
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LIQTUI_", "XDG_"))}
    env["XDG_CONFIG_HOME"] = env["XDG_CACHE_HOME"] = str(folder)
    done = subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


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
