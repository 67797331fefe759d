"""The way in from the command line: set the stage, run the application, give its exit code."""

import dataclasses
import gc
import logging
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from liqtui.ui.options import UiOptions

if TYPE_CHECKING:
    from liqtui.view import Source

REPAINT_HZ = "1000"
"""Textual's frame timer: what a key painted goes out within 1 to 2 ms, rather than 17 to 33; it sleeps while nothing
changes, and a beat paints all it has at once."""


def run_app(open_source: "Callable[[], Source]", options: UiOptions) -> int:
    """Show the screen until it is left. `open_source` is called in a thread after the first frame; the source is
    closed here. Returns the exit code: 0, 1 (a fault of ours, with its traceback), 130 (ctrl+c), 128 + signal."""
    environ = dict(os.environ)
    os.environ.setdefault("TEXTUAL_FPS", REPAINT_HZ)
    os.environ.pop("NO_COLOR", None)  # obeyed by detect_depth; Textual would filter even what --color asked for
    options = dataclasses.replace(options, environ=options.environ or environ)
    gc.disable()  # the imports make much and drop little; the application turns it on again after its first frame
    from liqtui.ui.app import LiqtuiApp  # Textual reads its environment when imported

    logging.getLogger("liqtui").addHandler(logging.NullHandler())  # stderr is the screen; what fails is a word on it
    app = LiqtuiApp(open_source, options)
    try:
        app.run(mouse=options.use_mouse)
        if trouble := app.keep():
            sys.stderr.write(f"liqtui: {trouble}\n")
    finally:
        gc.enable()
        if app.source is not None:
            app.source.close()
    return app.return_code or 0
