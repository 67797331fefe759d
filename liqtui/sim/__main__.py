"""`python -m liqtui.sim`: the simulated venues as a process of their own."""

import argparse
import asyncio
import os
import signal
import sys
import threading

from liqtui.sim.faults import DEFAULT_SECONDS, MEANING
from liqtui.sim.server import addresses, simulate
from liqtui.sim.settings import DEFAULT_RATE, REGIME_NAMES, VENUE_NAMES, SimSettings

PARENT_CHECK_S = 1.0
SWITCH_S = 0.0005
"""Markets are made in a thread while others are traded already: those must not be kept waiting."""


def main() -> int:
    """Serve until stdin closes, the parent is gone or a signal comes."""
    options = _parser().parse_args()
    sys.setswitchinterval(SWITCH_S)
    settings = SimSettings(
        seed=options.seed, start_ns=options.start_ns, rate=options.rate, thin=options.thin, port=options.port,
        regime=options.regime, venues=options.venues,
    )
    asyncio.run(_serve(settings))
    return 0


async def _serve(settings: SimSettings) -> None:
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, done.set)
    threading.Thread(target=_await_end_of_input, args=(loop, done), daemon=True).start()
    async with simulate(settings) as exchanges:
        sys.stdout.write(addresses(list(exchanges.values())) + "\n")
        sys.stdout.flush()
        parent = os.getppid()
        while not done.is_set() and os.getppid() == parent:
            try:
                await asyncio.wait_for(done.wait(), PARENT_CHECK_S)
            except TimeoutError:
                continue


def _await_end_of_input(loop: asyncio.AbstractEventLoop, done: asyncio.Event) -> None:
    """Whoever started us holds the other end of stdin; when it closes, nobody needs us."""
    try:
        while os.read(0, 4096):
            pass
    except OSError:
        pass
    try:
        loop.call_soon_threadsafe(done.set)
    except RuntimeError:  # the loop has ended by itself
        return


def _venues(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if unknown := [name for name in names if name not in VENUE_NAMES]:
        raise argparse.ArgumentTypeError(f"no venue {unknown[0]!r}; there are: {', '.join(VENUE_NAMES)}")
    if len(set(names)) < len(names):
        raise argparse.ArgumentTypeError("a venue is named twice")
    return names


def _parser() -> argparse.ArgumentParser:
    switches = "\n".join(f"  {kind.value:<10} {meaning}" for kind, meaning in MEANING.items())
    parser = argparse.ArgumentParser(
        prog="python -m liqtui.sim",
        description="Simulated venues on loopback, each on a port of its own and speaking that venue's public wire, on "
        "one\nmarket. One JSON line on stdout names their addresses. It ends when stdin closes.",
        epilog=f"While it runs, at each venue's address:\n"
        f"  GET /sim/truth?instId=BTC-USDT-SWAP    every position and liquidation, as JSON\n"
        f"  GET /sim/fault?kind=KIND&seconds=N     break something for N seconds (default {DEFAULT_SECONDS:g})\n\n"
        f"KIND:\n{switches}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--venues", type=_venues, default=("okx",), metavar="A,B,…", help=f"of {', '.join(VENUE_NAMES)} (default: okx)"
    )
    parser.add_argument("--port", type=int, default=0, help="of the first venue, the others follow; 0: any free ports")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--regime", choices=REGIME_NAMES, default="", help="another kind of market (default: the demo's)"
    )
    parser.add_argument("--start-ns", type=int, default=None, help="where the simulated clock starts (default: now)")
    parser.add_argument("--rate", type=float, default=DEFAULT_RATE, help="frames a second of each venue")
    parser.add_argument(
        "--thin", action=argparse.BooleanOptionalAction, default=True,
        help="report liquidations by each venue's rule, not all of them",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
