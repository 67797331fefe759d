"""The first frame waits for nothing heavy."""

import inspect
import subprocess
import sys

import pytest
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App

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


def test_textual_still_has_the_seam_frames_go_through() -> None:
    """`FrameApp._display` stands in for Textual's own method and reads its updates: a release that changes them
    must be looked at, not shipped."""
    assert list(inspect.signature(App._display).parameters) == ["self", "screen", "renderable"]
    assert list(inspect.signature(ChopsUpdate).parameters) == ["chops", "spans", "chop_ends"]
    assert list(inspect.signature(LayoutUpdate).parameters) == ["strips", "region"]
