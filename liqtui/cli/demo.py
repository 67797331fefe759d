"""`liqtui demo`: the same screens on a simulated exchange."""

import argparse

from liqtui.sim.settings import REGIME_NAMES

SUMMARY = "the same screens on a simulated exchange; needs no network"


def arguments(parser: argparse.ArgumentParser) -> None:
    from liqtui.cli.screen import screen_arguments

    parser.add_argument("instruments", nargs="*", metavar="INSTRUMENT", help="what to show (default: BTC-USDT-SWAP)")
    parser.add_argument("--regime", choices=REGIME_NAMES, help="another kind of market")
    parser.add_argument("--seed", type=int, metavar="N", help="another market; the same seed gives the same one")
    screen_arguments(parser)


def run(args: argparse.Namespace) -> int:
    from liqtui.cli import screen, sources

    screen.need_terminal()
    loaded = screen.settings(args)
    options = screen.ui_options(loaded, args, args.instruments, "demo")
    return screen.show(sources.demo(loaded, seed=args.seed, regime=args.regime), options)
