"""`liqtui keys`: every key, its id for the configuration, and what it does."""

import argparse

from liqtui.cli.common import config_argument, configuration

SUMMARY = "every key, the id to remap it by, and what it does"


def arguments(parser: argparse.ArgumentParser) -> None:
    config_argument(parser)


def run(args: argparse.Namespace) -> int:
    from textual.binding import Binding

    from liqtui.cli.exits import ExitCode
    from liqtui.ui.app import LiqtuiApp
    from liqtui.ui.keys import keycap
    from liqtui.ui.overlays import Scroll, Search
    from liqtui.ui.pane import Pane

    remapped = configuration(args, strict=False).config.keys
    for where, holder in (("map", Pane), ("everywhere", LiqtuiApp), ("panels", Scroll), ("search", Search)):
        print(f"{where}:")
        telling = ""
        for binding in holder.BINDINGS:
            if isinstance(binding, Binding):
                telling = binding.tooltip or (telling if binding.description else binding.action)
                keys = remapped.get(binding.id or "", binding.key).split(",")
                print(f"  {' '.join(keycap(key) for key in keys):12} {binding.id or '':20} {telling}")
    return ExitCode.OK
