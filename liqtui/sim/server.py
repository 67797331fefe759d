"""Simulated venues on ports: their WebSockets and REST, paced by the wall clock."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from websockets.asyncio.server import serve as listen

from liqtui.sim.door import Door
from liqtui.sim.exchange import Exchange
from liqtui.sim.faces import face_of
from liqtui.sim.faults import Fault
from liqtui.sim.houses import HOUSES
from liqtui.sim.market import Market, step_together
from liqtui.sim.settings import SimSettings
from liqtui.sim.shared import Shared

SLICE_S = 0.01
"""Frames leave in slices of this length, each at its own time."""
MAX_REQUEST_BYTES = 1 << 16


class Simulation:
    """The venues of one simulated market, and their clock."""

    def __init__(self, settings: SimSettings) -> None:
        self._settings = settings
        self._start_ns = settings.start_ns if settings.start_ns is not None else time.time_ns()
        self._began_s = time.monotonic()
        self.exchanges = [Exchange(name, settings) for name in settings.venues]

    def _clock_ms(self) -> float:
        """The simulated clock: the wall's, from where it started."""
        return self._start_ns / 1e6 + (time.monotonic() - self._began_s) * 1e3

    async def build(self) -> None:
        """Make the markets, one after the other, while those that are made are already traded."""
        settings, houses = self._settings, [HOUSES[name] for name in self._settings.venues]
        shared = await asyncio.to_thread(Shared, settings, self._start_ns, houses)
        for house, exchange in zip(houses, self.exchanges, strict=True):
            market = await asyncio.to_thread(Market, settings, self._start_ns, house, shared)
            if self.exchanges[0].opened.is_set():  # the first has gone ahead
                market.join(self.exchanges[0].market.now_ns)
            exchange.open(face_of(market))

    async def run(self) -> None:
        """Move the markets with the clock, for ever."""
        await self.exchanges[0].opened.wait()
        while True:
            trading = [e for e in self.exchanges if e.opened.is_set()]
            markets = [e.market for e in trading]
            while markets[0].now_ns / 1e6 <= self._clock_ms():
                for exchange, step in zip(trading, step_together(markets), strict=True):
                    exchange.take(step)
                await asyncio.sleep(0)
            now_ms = self._clock_ms()
            for exchange in trading:
                exchange.send(now_ms)
            await asyncio.sleep(SLICE_S)

    async def watch(self) -> None:
        """Say goodbye to silent clients, and ping, as the venues do."""
        while True:
            await asyncio.sleep(min(1.0, (self._settings.idle_s or 4.0) / 4))
            for exchange in self.exchanges:
                await exchange.look_around()


@asynccontextmanager
async def simulate(settings: SimSettings) -> AsyncIterator[dict[str, Exchange]]:
    """The venues of `settings` in this process, by name, for as long as the block runs.

    Their ports are open at once; a venue whose market is still being made lets its clients wait.
    """
    simulation = Simulation(settings)
    async with AsyncExitStack() as stack:
        for row, exchange in enumerate(simulation.exchanges):
            await stack.enter_async_context(_on_a_port(exchange, settings, row))
        async with asyncio.TaskGroup() as work:
            tasks = [work.create_task(part) for part in (simulation.build(), simulation.run(), simulation.watch())]
            try:
                yield {exchange.name: exchange for exchange in simulation.exchanges}
            finally:
                for exchange in simulation.exchanges:
                    exchange.faults.set(Fault.NONE)
                for task in tasks:
                    task.cancel()


@asynccontextmanager
async def serve(settings: SimSettings) -> AsyncIterator[Exchange]:
    """The first venue of `settings`, its market made."""
    async with simulate(settings) as exchanges:
        first = exchanges[settings.venues[0]]
        await first.opened.wait()
        yield first


@asynccontextmanager
async def _on_a_port(exchange: Exchange, settings: SimSettings, row: int) -> AsyncIterator[None]:
    async with listen(
        exchange.talk, settings.host, settings.port + row if settings.port else 0, process_request=exchange.receive,
        compression=None, ping_interval=None, logger=_silent_logger(), max_size=MAX_REQUEST_BYTES, server_header=None,
        open_timeout=None,  # whoever comes before the market is made waits, however slow the machine
        close_timeout=0.5, create_connection=Door,
    ) as server:
        exchange.port = next(iter(server.sockets)).getsockname()[1]
        yield


def addresses(exchanges: Sequence[Exchange]) -> str:
    """One JSON object: where each venue is reached."""
    return json.dumps({e.name: {"ws": e.ws_url, "rest": e.rest_url} for e in exchanges})


def _silent_logger() -> logging.Logger:
    """Clients that come and go in the middle of a handshake are no news."""
    logger = logging.getLogger("liqtui.sim.websockets")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger
