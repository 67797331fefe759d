"""The harvest of a venue whose positions are public: who trades is asked what it holds, within the venue's weight."""

import asyncio
import random
from collections import deque
from collections.abc import Callable

import msgspec

from liqtui.events import Event, Positions, Trade
from liqtui.feeds.addresses import Addresses, Kept
from liqtui.feeds.cache import Cache
from liqtui.feeds.intake import Intake
from liqtui.feeds.pace import Backoff
from liqtui.feeds.rest import Rest
from liqtui.feeds.settings import Timing
from liqtui.instruments import Instrument
from liqtui.venues.base import PublicPositions

SHARE = 0.8
"""Of the bucket that the questions count in; listing, history and polls share the rest, and go first. What is asked
is spread evenly, so that a newly watched instrument finds room at once."""
LANES = 4
"""Questions on the way at a time."""
BATCH = 40
"""Addresses chosen at a time: some 5 s of questions."""
LAST = 1_000
"""The harvest's place in the queue of a limit: everything else goes first."""
SLOWEST = 16.0
"""After trouble questions come half as often, down to a sixteenth; each answer wins a little back."""
RECOVERS = 0.98
ELSEWHERE = 0.1
"""What is held of contracts nobody watches counts so much: it moves the liquidation prices of cross positions."""
KEPT = 20_000
"""Addresses written down for the next run."""


class Harvest:
    """Owned by a desk, used from its loop. `hear` may be called before `run`."""

    def __init__(
        self, venue: PublicPositions, name: str, rest: Rest, intake: Intake, cache: Cache | None,
        watched: Callable[[str], Instrument | None], rng: random.Random, timing: Timing,
    ) -> None:
        """`watched`: the instrument of a symbol, if it is watched."""
        self.addresses = Addresses()
        self.asking = False
        """Whether anybody is asked now."""
        self._venue, self._file, self._rest, self._intake = venue, f"{name}-addresses", rest, intake
        self._cache, self._watched, self._timing = cache, watched, timing
        self._retry = Backoff(timing.backoff_s, timing.backoff_max_s, rng)
        self._chosen: deque[str] = deque()
        self._slower = 1.0
        self._due = self._paused_until = 0.0
        self._loaded = False
        self._loop = asyncio.get_running_loop()

    def hear(self, events: list[Event]) -> None:
        """What a frame of the venue held."""
        for event in events:
            if isinstance(event, Trade) and event.parties is not None:
                instrument = self._watched(event.symbol)
                if instrument is not None:
                    notional = instrument.quote_value(event.size, event.price)
                    for address in set(event.parties):
                        self.addresses.traded(address, notional, event.time_ns)

    async def run(self) -> None:
        """Ask until cancelled; the addresses are kept now and then, and at the end."""
        await self._load()
        try:
            async with asyncio.TaskGroup() as lanes:
                for _ in range(LANES):
                    lanes.create_task(self._ask())
                while True:
                    await asyncio.sleep(self._timing.harvest_kept_s)
                    self.addresses.tidy(self._intake.now_ns())
                    await self._keep()
        finally:
            await self._keep()

    async def _ask(self) -> None:
        """One lane: the next address, its answer, and so on."""
        while True:
            address = self._next()
            if address is None:
                await asyncio.sleep(self._timing.harvest_idle_s)
                continue
            request = self._venue.positions_request(address)
            await self._turn(request.bucket.period_s * request.weight / (request.bucket.calls * SHARE))
            answer = await self._rest.get(request, LAST, tries=1)
            told = next((event for event in answer.events if isinstance(event, Positions)), None)
            if told is not None:
                self.addresses.answered(address, self._worth(told), self._intake.now_ns())
                self._retry.reset()
                self._slower = max(1.0, self._slower * RECOVERS)
                continue
            self.addresses.failed(address, self._intake.now_ns())
            await self._trouble(answer.problem)

    def _next(self) -> str | None:
        if not self.asking:
            return None
        if not self._chosen:
            self._chosen.extend(self.addresses.pick(self._intake.now_ns(), BATCH))
        return self._chosen.popleft() if self._chosen else None

    async def _turn(self, every_s: float) -> None:
        """Wait until the next question is due."""
        now = self._loop.time()
        self._due = max(self._due + every_s * self._slower, now)
        await asyncio.sleep(max(self._due, self._paused_until) - now)

    def _worth(self, told: Positions) -> float:
        """What is held, in quote, at the prices of entry."""
        worth = 0.0
        for position in told.positions:
            instrument = self._watched(position.symbol)
            if instrument is None:
                worth += ELSEWHERE * position.size * position.entry
            else:
                worth += instrument.quote_value(position.size, position.entry)
        return worth

    async def _trouble(self, problem: str) -> None:
        """Ask less often for a while. Lanes that fail at the same time wait together: it is one failure."""
        now = self._loop.time()
        if now >= self._paused_until:
            self._slower = min(SLOWEST, 2.0 * self._slower)
            wait_s = max(self._retry.delay(), min(self._rest.refused_s, self._timing.backoff_max_s))
            self._paused_until = now + wait_s
            await self._rest.pause(wait_s, problem or "no positions in the answer")

    # --- between runs -------------------------------------------------------------------------------------------

    async def _load(self) -> None:
        """What an earlier run knew; a file that cannot be trusted is none."""
        if self._cache is None or self._loaded:
            return
        self._loaded = True
        text = await asyncio.to_thread(self._cache.read, self._file)
        try:
            kept = msgspec.json.decode(text, type=list[Kept]) if text is not None else []
        except msgspec.MsgspecError:
            return
        self.addresses.restore(kept, self._intake.now_ns())

    async def _keep(self) -> None:
        if self._cache is not None and len(self.addresses):
            kept = self.addresses.kept(self._intake.now_ns(), KEPT)
            await asyncio.to_thread(self._cache.write, self._file, msgspec.json.encode(kept))
