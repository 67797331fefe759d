"""What an event costs the feeds by how fast events come, with sockets that gather and with plain ones.

A process of its own sends trades one by one. The feeds' own `Connection`, intake and decoder take them and hand them to
a sink that counts; the plain socket differs in nothing but that it reads whenever something has come.
"""

import asyncio
import json
import random
import subprocess
import sys
import time
from pathlib import Path

from result import Result, at_most
from websockets.asyncio.client import ClientConnection, connect

from liqtui.events import Event, Trade
from liqtui.feeds.connection import Connection
from liqtui.feeds.intake import Intake
from liqtui.feeds.pace import Limiter
from liqtui.feeds.records import RecordKind
from liqtui.feeds.settings import Timing
from liqtui.venues.base import Subscription, VenueSettings
from liqtui.venues.okx import create

RATES = (100, 1_000, 5_000)
SECONDS, ROUNDS = 2.0, 3
SYMBOL = "BTC-USDT-SWAP"
LISTING = json.dumps({"code": "0", "data": [{
    "instId": SYMBOL, "instType": "SWAP", "uly": "BTC-USDT", "instFamily": "BTC-USDT", "settleCcy": "USDT",
    "ctVal": "0.01", "ctMult": "1", "ctType": "linear", "tickSz": "0.1", "lever": "100",
}]})  # fmt: skip


class Plain(Connection):
    """The same connection over a socket as `websockets` gives it."""

    async def _open_in_turn(self) -> ClientConnection:
        return await connect(self.url, compression=None, proxy=None, max_queue=None, ping_interval=None)


class Counter:
    """A sink that counts trades."""

    def __init__(self) -> None:
        self.trades = 0

    def take(self, venue: str, recv_ns: int, events: list[Event]) -> None:
        self.trades += sum(type(event) is Trade for event in events)

    def advance(self, now_ns: int) -> None:
        pass


def run() -> list[Result]:
    """The curve, and what gathering is worth at the top of it."""
    results = []
    ours = plain = 0.0
    for rate in RATES:
        runs = [(measure(rate, Connection), measure(rate, Plain)) for _ in range(ROUNDS)]
        (ours, arrived), (plain, _) = min(one for one, _ in runs), min(other for _, other in runs)
        results.append(Result(
            f"event at {rate:,}/s", ours, "µs", note=f"plain socket {plain:.1f} µs; {arrived:,.0f}/s arrived"
        ))  # fmt: skip
    top, percent = f"at {RATES[-1]:,}/s", RATES[-1] / 1e4
    return [
        *results,
        Result(f"CPU of the feeds {top}", ours * percent, "%", note=f"of a core; plain socket {plain * percent:.1f}"),
        Result("gathered over plain", ours / plain, "×", at_most(1.0), note=top),
    ]


def measure(rate: int, kind: type[Connection]) -> tuple[float, float]:
    """CPU microseconds an event, and the events a second that arrived."""
    command = [sys.executable, str(Path(__file__).with_name("sender.py")), str(rate)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as sender:
        assert sender.stdin is not None
        assert sender.stdout is not None
        try:
            return asyncio.run(listen(sender.stdout.readline().strip(), kind))
        finally:
            sender.stdin.close()
            sender.wait(5.0)


async def listen(url: str, kind: type[Connection]) -> tuple[float, float]:
    """Take trades for a while."""
    venue, sink = create(VenueSettings(ws_url=url)), Counter()
    intake = Intake([venue], sink, None, time.time_ns)
    intake.put(RecordKind.REPLY, "okx/rest", "http://127.0.0.1/api/v5/public/instruments", LISTING)
    gate, rng = Limiter(3, 1.0), random.Random(1)
    connection = kind("okx/1", url, venue, intake, gate, rng, Timing(), lambda _socket, _seconds: None, lambda _: None)
    trades = {"channel": "trades", "instId": SYMBOL}
    connection.want([Subscription(f"trades:{SYMBOL}", url, trades, SYMBOL, None, control=False)])
    task = asyncio.create_task(connection.run())
    try:
        async with asyncio.timeout(10.0):
            while sink.trades < 10:
                await asyncio.sleep(0.05)
        before, cpu, start = sink.trades, time.process_time(), time.perf_counter()
        await asyncio.sleep(SECONDS)
        count, seconds = sink.trades - before, time.perf_counter() - start
        return (time.process_time() - cpu) / count * 1e6, count / seconds
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
