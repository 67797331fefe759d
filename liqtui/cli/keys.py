"""`liqtui keys`: every key, its id for the configuration, and what it does."""

import argparse
import difflib
from collections.abc import Iterator, Mapping

from liqtui.cli.common import config_argument, configuration, say

SUMMARY = "every key, the id to remap it by, and what it does"


def arguments(parser: argparse.ArgumentParser) -> None:
    config_argument(parser)


def run(args: argparse.Namespace) -> int:
    from liqtui.cli.exits import ExitCode

    remapped = configuration(args, strict=False).config.keys
    known: list[str] = []
    for where, rows in tables(remapped):
        print(f"{where}:")
        for caps, name, telling in rows:
            known.append(name)
            print(f"  {caps:12} {name:20} {telling}")
    wrong = [name for name in remapped if name not in known]
    for name in wrong:
        near = difflib.get_close_matches(name, known, n=1)
        say(f"[keys] has no binding {name!r}{f', nearest: {near[0]!r}' if near else ''}")
    return ExitCode.USAGE if wrong else ExitCode.OK


def tables(remapped: Mapping[str, str]) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """Where keys work, and each of them: as printed on the keyboard, its id, what it does."""
    from textual.binding import Binding

    from liqtui.ui.bindings import CONTEXTS
    from liqtui.ui.keys import keycap

    for where, keys in CONTEXTS.items():
        rows, telling = list[tuple[str, str, str]](), ""
        for binding in keys:
            if isinstance(binding, Binding) and binding.id:
                telling = binding.tooltip or (telling if binding.description else binding.action)
                caps = " ".join(keycap(key) for key in remapped.get(binding.id, binding.key).split(","))
                rows.append((caps, binding.id, telling))
        yield where, rows
