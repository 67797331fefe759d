"""What must stay cheap and apart: no floor below the screen loads Textual, and scripts never pay for it."""

import subprocess
import sys

import pytest

SCREEN_LIBRARIES = ("textual", "plotext")
FLOORS = (
    "liqtui", "liqtui.instruments", "liqtui.events", "liqtui.venues.okx", "liqtui.market.book", "liqtui.liqmap",
    "liqtui.feeds", "liqtui.view", "liqtui.config", "liqtui.engine.engine", "liqtui.session", "liqtui.sim.process",
    "liqtui.cli.once", "liqtui.cli.doctor_network", "liqtui.export",
)


def loaded_by(code: str) -> set[str]:
    """The top-level modules a fresh interpreter holds after `code`."""
    show = "import sys; sys.stderr.write('\\n' + ' '.join({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{show}"], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("module", FLOORS)
def test_no_floor_below_the_screen_loads_a_screen_library(module: str) -> None:
    assert loaded_by(f"import {module}").isdisjoint(SCREEN_LIBRARIES)


def test_importing_the_package_is_cheap() -> None:
    assert loaded_by("import liqtui").isdisjoint({"numpy", "msgspec", "httpx", "websockets", "asyncio"})


@pytest.mark.parametrize("arguments", [["--help"], ["once", "--help"], ["score", "--help"], ["--version"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    run = f"from liqtui.cli import main\ntry:\n    main({arguments!r})\nexcept SystemExit as end:\n    "
    code = f"{run}assert not end.code"
    assert loaded_by(code).isdisjoint({*SCREEN_LIBRARIES, "rich", "numpy", "httpx", "websockets"})
