"""`liqtui instruments [QUERY]`: what can be shown."""

import argparse
import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from liqtui.cli.common import POLL_S, awaited, config_argument, configuration, say
from liqtui.ui.cells import cells, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from liqtui.instruments import Instrument
    from liqtui.view import Source

SUMMARY = "what can be shown, as the venues list it now"
LISTING_S = 15.0
NAME = 34
"""Cells of a name."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("query", nargs="*", metavar="QUERY", help="words that must all occur: btc, perpetual, dec")
    parser.add_argument("--json", action="store_true", help="one JSON array")
    config_argument(parser)


def run(args: argparse.Namespace) -> int:
    from liqtui.cli import sources
    from liqtui.cli.exits import CliError, ExitCode

    loaded = configuration(args)
    with sources.live(loaded) as source:
        late = time.monotonic() + LISTING_S
        awaited(source, lambda: tuple(source.catalogue) or None, late, "no listing of instruments in time")
        for words in _late(source, late):
            say(words)
        listed, now_ns = tuple(source.catalogue), source.clock_ns()
    found = matching(listed, args.query, now_ns)
    if args.json:
        print(json.dumps([row(instrument, now_ns) for instrument in found], indent=1))
        return ExitCode.OK
    if not found:
        raise CliError(ExitCode.FAILURE, f"no instrument matches {' '.join(args.query)!r} among {len(listed):,}")
    for instrument in found:
        print(line(instrument, now_ns))
    return ExitCode.OK


def _late(source: "Source", late: float) -> tuple[str, ...]:
    """Wait for the listings that still come; words for each that does not."""
    while venues := source.awaited:
        told = {feed.venue: feed.trouble(source.clock_ns(), once=True) for feed in source.status().feeds}
        if all(told.get(venue) for venue in venues) or time.monotonic() > late:
            return tuple(told.get(venue) or f"{venue} does not answer" for venue in venues)
        time.sleep(POLL_S)
    return ()


def matching(listed: "Iterable[Instrument]", words: list[str], now_ns: int) -> "list[Instrument]":
    """Those alive whose name, coins, kind or month of expiry hold every word, in order of name."""
    wanted = [part.lower() for word in words for part in word.split()]
    alive = (instrument for instrument in listed if not instrument.expired(now_ns))
    found = [instrument for instrument in alive if all(word in _searched(instrument) for word in wanted)]
    return sorted(found, key=lambda instrument: (instrument.venue, instrument.symbol))


def row(instrument: "Instrument", now_ns: int) -> dict[str, object]:
    """An instrument for scripts; unknown is null."""
    days = instrument.days_left(now_ns)
    return {
        "name": instrument.name,
        "venue": instrument.venue,
        "symbol": instrument.symbol,
        "base": instrument.base,
        "quote": instrument.quote,
        "settle": instrument.settle,
        "kind": str(instrument.kind),
        "inverse": instrument.inverse,
        "contract_size": instrument.contract_size,
        "unit": instrument.unit,
        "tick": instrument.tick,
        "max_leverage": instrument.max_leverage,
        "expiry": None if instrument.expiry_ns is None else _utc(instrument.expiry_ns).isoformat(),
        "days_left": None if days is None else round(days, 3),
        "state": instrument.state,
    }


def line(instrument: "Instrument", now_ns: int) -> str:
    """An instrument in a line."""
    days = instrument.days_left(now_ns)
    ends = "perpetual" if days is None else f"{_utc(instrument.expiry_ns or 0):%Y-%m-%d}  {days:.1f} days"
    leverage = f"{instrument.max_leverage:g}×" if instrument.max_leverage else "—"
    kind = "inverse" if instrument.inverse else "linear"
    name = plain(instrument.name)
    return f"{name}{' ' * (NAME - cells(name))} {kind:8} {leverage:>5}  {ends}".rstrip()


def _searched(instrument: "Instrument") -> str:
    month = f"{_utc(instrument.expiry_ns):%B %Y-%m-%d %y%m%d %d%b%y}" if instrument.expiry_ns is not None else ""
    kind = "inverse" if instrument.inverse else "linear"
    return f"{instrument.name} {instrument.base} {instrument.settle} {instrument.kind} {kind} {month}".lower()


def _utc(ns: int) -> datetime:
    return datetime.fromtimestamp(ns / 1e9, UTC)
