"""`liqtui doctor`: what this terminal, this network and this installation can do, and what to set."""

import argparse
import os
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from liqtui.cli.common import config_argument

if TYPE_CHECKING:
    from liqtui.cli.doctor_checks import Finding

SUMMARY = "check terminal, link, network, versions and folders, and say what to set"


def arguments(parser: argparse.ArgumentParser) -> None:
    config_argument(parser)


def run(args: argparse.Namespace) -> int:
    from liqtui.cli import doctor_checks, doctor_network
    from liqtui.cli.exits import ExitCode
    from liqtui.config import load

    loaded = load(args.config)
    env = dict(os.environ)
    _section("terminal", doctor_checks.terminal(loaded, env, _size(), sys.stdout.isatty()))
    if sys.stdin.isatty() and sys.stdout.isatty():
        sys.stdout.flush()
        _section("link", _link())
    _section("program", [*_versions(), *doctor_checks.configuration(loaded), *doctor_checks.folders(loaded)])
    network = doctor_network.network(loaded, env)
    _section("network", network)
    if network and not any(finding.reached for finding in network):
        return ExitCode.UNREACHABLE
    return ExitCode.USAGE if loaded.problems else ExitCode.OK


def _section(title: str, findings: "list[Finding]") -> None:
    print(f"{title}:")
    for finding in findings:
        print(f"  {'✓' if finding.good else '!'} {finding.words}")
        if finding.advice:
            print(f"      → {finding.advice}")
    sys.stdout.flush()


def _link() -> "list[Finding]":
    import termios

    from liqtui.cli import doctor_link

    try:
        return doctor_link.findings(doctor_link.measured(sys.stdin.fileno(), sys.stdout.fileno()))
    except (OSError, termios.error):
        return []


def _size() -> tuple[int, int]:
    try:
        return os.get_terminal_size(sys.stdout.fileno())
    except (OSError, ValueError):
        return 0, 0


def _versions() -> "list[Finding]":
    from importlib import metadata

    from liqtui import __version__
    from liqtui.cli.doctor_checks import Finding

    names = ("textual", "websockets", "numpy", "msgspec", "httpx", "platformdirs")
    libraries = ", ".join(f"{name} {metadata.version(name)}" for name in names)
    return [
        Finding(True, f"liqtui {__version__} in {Path(__file__).parent.parent}"),
        Finding(True, f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"),
        Finding(True, libraries),
    ]
