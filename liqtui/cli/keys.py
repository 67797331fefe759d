"""`liqtui keys`: every key, its id for the configuration, and what it does."""

import argparse
import difflib

from liqtui.cli.common import config_argument, configuration, say

SUMMARY = "every key, the id to remap it by, and what it does"


def arguments(parser: argparse.ArgumentParser) -> None:
    config_argument(parser)


def run(args: argparse.Namespace) -> int:
    from textual.binding import Binding

    from liqtui.cli.exits import ExitCode
    from liqtui.ui import bindings
    from liqtui.ui.keys import keycap

    remapped = configuration(args, strict=False).config.keys
    known: list[str] = []
    for where, keys in (
        ("map", bindings.PANE_KEYS), ("panes", bindings.DESK_KEYS), ("everywhere", bindings.APP_KEYS),
        ("panels", bindings.OVERLAY_KEYS),
        ("help and problems", bindings.SCROLL_KEYS), ("search", bindings.SEARCH_KEYS),
    ):  # fmt: skip
        print(f"{where}:")
        telling = ""
        for binding in keys:
            if isinstance(binding, Binding) and binding.id:
                known.append(binding.id)
                telling = binding.tooltip or (telling if binding.description else binding.action)
                caps = " ".join(keycap(key) for key in remapped.get(binding.id, binding.key).split(","))
                print(f"  {caps:12} {binding.id:20} {telling}")
    wrong = [name for name in remapped if name not in known]
    for name in wrong:
        near = difflib.get_close_matches(name, known, n=1)
        say(f"[keys] has no binding {name!r}{f', nearest: {near[0]!r}' if near else ''}")
    return ExitCode.USAGE if wrong else ExitCode.OK
