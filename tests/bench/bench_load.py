"""Three simulated venues at once, summed into one map: nothing lost, memory flat, the map never far behind.

    python tests/bench/bench_load.py [--seconds 600] [--rate 20000]

The simulation is a process of its own; the feeds, the engine and the sum run here as in the program, with nobody
looking. Lost is what is missing of the trades' own numbers, of the books' chains, or of what the feeds rejected. Lag
is from a boundary of 250 ms to the View of the sum that shows the market as it was then. CPU by venue is what the
thread spends on a record of it.
"""

import argparse
import contextlib
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from result import Result, at_most

from liqtui.config import Config
from liqtui.events import BookDelta, Event, Gap, Liquidation, Mark, OpenInterest, Rejected, Trade
from liqtui.feeds.intake import Intake
from liqtui.feeds.records import RecordKind
from liqtui.session import Session, open_live
from liqtui.sim.process import Endpoints, running
from liqtui.venues.base import VenueSettings

VENUES = ("okx", "binance", "bybit")
SUM = "all:BTC-USDT-SWAP"
RATE, SECONDS = 20_000.0, 30.0
MARKET = (Trade, BookDelta, Mark, OpenInterest, Liquidation)
POLL_S = 0.005
WHOLE_S = 90.0
SETTLE_S, PROBE_S = 15.0, 15.0
"""At first more comes than later: books whole, and what was traded before."""
LAG_MS = 250.0


@dataclass
class Heard:
    """What came of one venue."""

    frames: int = 0
    events: int = 0
    rejected: int = 0
    gaps: int = 0
    cpu_s: float = 0.0
    trades: int = 0
    holes: int = 0
    """Trades that are missing, by the numbers of each contract's."""
    newest: dict[str, int] = field(default_factory=dict)
    """Number of the newest trade of each contract."""

    def trade(self, symbol: str, number: int) -> None:
        """One more; what lies between it and the one before is missing, or comes late and is none then."""
        before = self.newest.get(symbol, number - 1)
        self.trades += 1
        self.holes += number - before - 1 if number > before else -1
        self.newest[symbol] = max(number, before)


def run() -> list[Result]:
    """Half a minute at full rate."""
    return measured(RATE, SECONDS)


def measured(rate: float, seconds: float) -> list[Result]:
    """All figures of one run, at a rate that makes so many events arrive."""
    asked = rate * rate / arriving(rate)
    with _running(asked) as there:
        heard: dict[str, Heard] = defaultdict(Heard)
        with _listening(heard), _session(there) as session:
            whole = _until_whole(session)
            before = {venue: (one.events, one.cpu_s) for venue, one in heard.items()}
            memory, lags, cpu = [memory_mb()], [], time.process_time()
            started = time.perf_counter()
            newest = 0
            while (now := time.perf_counter()) - started < seconds:
                view = session.view(SUM)
                assert view is not None
                if view.time_ns != newest:
                    newest = view.time_ns
                    lags.append((time.time_ns() - newest) / 1e6)
                    memory.append(memory_mb())
                time.sleep(POLL_S)
            took, spent = now - started, time.process_time() - cpu
    arrived = {venue: one.events - before.get(venue, (0, 0.0))[0] for venue, one in heard.items()}
    total = sum(arrived.values()) / took
    lags.sort()
    late, third = lags[int(0.99 * len(lags))], len(memory) // 3
    lost = sum(missing(one) for one in heard.values())
    note = f"{took:.0f} s; map whole after {whole:.0f} s"
    return [
        Result("events a second", total, "", note=f"asked for {rate:,.0f}; {_by_venue(arrived, took)}"),
        Result("lost: trades, frames, holes", float(lost), "", at_most(0.0), note=_words(heard)),
        Result("map lag, p99", late, "ms", at_most(LAG_MS),
               note=f"n {len(lags):,}, half within {lags[len(lags) // 2]:.0f}, worst {lags[-1]:.0f}; {note}"),
        Result("memory it grew by", max(memory[2 * third :]) - max(memory[third : 2 * third]), "MB", at_most(10.0),
               note=f"most in the last third over most in the second; {memory[-1]:.0f} MB now"),
        Result("CPU", 100.0 * spent / took, "%", note=_cpu_words(heard, before, took)),
        Result("CPU an event", 1e6 * spent / max(sum(arrived.values()), 1), "µs", note="books, map, sum and Views"),
    ]  # fmt: skip


def arriving(rate: float) -> float:
    """Events a second that come in of what is summed, where the simulation makes `rate` frames of all it lists."""
    heard: dict[str, Heard] = defaultdict(Heard)
    with _running(rate) as there, _listening(heard), _session(there) as session:
        _until_whole(session)
        time.sleep(SETTLE_S)
        before, start = sum(one.events for one in heard.values()), time.perf_counter()
        time.sleep(PROBE_S)
        return (sum(one.events for one in heard.values()) - before) / (time.perf_counter() - start)


def missing(one: Heard) -> int:
    """Holes in the numbers of its trades, frames not understood, holes in its books."""
    return one.holes + one.rejected + one.gaps


@contextlib.contextmanager
def _running(rate: float) -> Iterator[dict[str, Endpoints]]:
    with running(11, "--rate", f"{rate / len(VENUES):.0f}", venues=VENUES) as there:
        yield there


@contextlib.contextmanager
def _session(there: dict[str, Endpoints]) -> Iterator[Session]:
    simulated = {name: VenueSettings(ws_url=at.ws, rest_url=at.rest) for name, at in there.items()}
    session = open_live(Config(sum=VENUES), venue_settings_override=simulated, kind="demo")
    try:
        session.watch(SUM)
        yield session
    finally:
        session.close()


@contextlib.contextmanager
def _listening(heard: dict[str, Heard]) -> Iterator[None]:
    """Count all that comes in, and the time its thread spends on it."""
    put = Intake.put

    def counted(self: Intake, kind: RecordKind, connection: str, url: str, body: str = "", status: int = 200
                ) -> list[Event]:
        start = time.thread_time()
        events = put(self, kind, connection, url, body, status)
        one = heard[connection.partition("/")[0]]
        one.cpu_s += time.thread_time() - start
        one.frames += kind is RecordKind.RECV
        for event in events:
            name = type(event)
            one.events += name in MARKET
            one.rejected += name is Rejected
            one.gaps += name is Gap
            if isinstance(event, Trade) and kind is RecordKind.RECV and event.id.isdigit():
                one.trade(event.symbol, int(event.id))
        return events

    Intake.put = counted  # type: ignore[method-assign]
    try:
        yield
    finally:
        Intake.put = put  # type: ignore[method-assign]


def _until_whole(session: Session) -> float:
    """Seconds until all parts of the sum have their history and are live."""
    started = time.perf_counter()
    while time.perf_counter() - started < WHOLE_S:
        view = session.view(SUM)
        if view is not None and len(view.parts) == len(VENUES) and all(part.state == "live" for part in view.parts):
            return time.perf_counter() - started
        time.sleep(0.1)
    view = session.view(SUM)
    raise RuntimeError(f"the sum is not whole: {[] if view is None else [(p.state, p.reason) for p in view.parts]}")


def _by_venue(arrived: dict[str, int], took: float) -> str:
    return " · ".join(f"{venue} {events / took:,.0f}" for venue, events in sorted(arrived.items()) if events)


def _words(heard: dict[str, Heard]) -> str:
    rows = [(venue, one) for venue, one in sorted(heard.items()) if one.frames]
    trades = sum(one.trades for _, one in rows)
    return f"{trades:,} numbered trades; " + ", ".join(
        f"{venue} {one.frames:,} frames {one.rejected} rejected {one.gaps} gaps" for venue, one in rows
    )


def _cpu_words(heard: dict[str, Heard], before: dict[str, tuple[int, float]], took: float) -> str:
    return " · ".join(
        f"{venue} {100.0 * (one.cpu_s - before.get(venue, (0, 0.0))[1]) / took:.0f} %"
        for venue, one in sorted(heard.items()) if one.frames
    )


def memory_mb() -> float:
    """Resident now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def main() -> None:
    """A run of its own, as long as one likes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--rate", type=float, default=RATE, help="events a second over the three venues")
    asked = parser.parse_args()
    for result in measured(asked.rate, asked.seconds):
        met = {None: "", True: "met", False: "MISSED"}[result.met]
        sys.stdout.write(f"{result.name:32}{result.figure():>14}  {result.goal or ''!s:<8}{met:7} {result.note}\n")


if __name__ == "__main__":
    main()
