"""`liqtui keys`: every key, its id for the configuration, and what it does."""

import argparse

from liqtui.cli.common import config_argument, configuration

SUMMARY = "every key, the id to remap it by, and what it does"


def arguments(parser: argparse.ArgumentParser) -> None:
    config_argument(parser)


def run(args: argparse.Namespace) -> int:
    from liqtui.cli.exits import ExitCode
    from liqtui.ui.bindings import BINDINGS

    remapped = configuration(args, strict=False).config.keys
    for binding in BINDINGS:
        print(f"{remapped.get(binding.id, binding.key):16} {binding.id:20} {binding.tooltip}")
    return ExitCode.OK
