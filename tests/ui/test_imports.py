"""The first frame waits for nothing heavy."""

import subprocess
import sys

import pytest

PROGRAM = """
import sys
import {module}
print(sorted({{"numpy", "websockets", "httpx", "ssl", "liqtui.view", "textual"}} & set(sys.modules)))
"""


@pytest.mark.parametrize(("module", "loaded"), [
    ("liqtui.ui.run", []),
    ("liqtui.ui.colour, liqtui.ui.theme, liqtui.ui.options", []),
])
def test_what_the_screen_needs_before_its_first_frame(module: str, loaded: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(module=module)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(loaded)


def test_the_application_draws_its_first_frame_without_numpy() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(module="liqtui.ui.app")], capture_output=True, text=True, check=True)
    assert done.stdout.strip() in ("['ssl', 'textual']", "['textual']")  # asyncio brings ssl
