"""`liqtui themes`: the themes at hand."""

import argparse

from liqtui.cli.common import config_argument, configuration, say

SUMMARY = "the themes at hand, and what is wrong with those that cannot be used"


def arguments(parser: argparse.ArgumentParser) -> None:
    config_argument(parser)


def run(args: argparse.Namespace) -> int:
    from liqtui.cli.exits import ExitCode
    from liqtui.ui.theme import load_themes

    chosen = configuration(args, strict=False).config.theme
    themes = load_themes()
    for name, theme in sorted(themes.by_name.items()):
        mark = "*" if name == chosen else " "
        ground = "light" if theme.light else "dark"
        print(f"{mark} {name:20} {ground:6} {theme.pair}, other pair {theme.other_pair}")
    for error in themes.errors:
        say(str(error))
    if chosen not in themes.by_name:
        say(themes.pick(chosen)[1])
    return ExitCode.FAILURE if themes.errors else ExitCode.OK
