"""Figures that a venue counts by the period (long/short ratios, taker volume): it has no stream of them."""

import asyncio
import random
from functools import partial

from liqtui.events import Event, RatioHistory, TakerHistory
from liqtui.feeds.books import Spawn
from liqtui.feeds.intake import Intake
from liqtui.feeds.rest import Rest
from liqtui.feeds.settings import Timing
from liqtui.venues.base import Request

RANK = 60
"""Behind all history, whole maps' and rows'."""


class Renewals:
    """Asks again, as each period passes, what was answered with such figures. Owned by the desk."""

    def __init__(self, rest: Rest, intake: Intake, rng: random.Random, timing: Timing, spawn: Spawn) -> None:
        self._rest, self._intake, self._rng, self._timing, self._spawn = rest, intake, rng, timing, spawn
        self._tasks: dict[tuple[str, str], asyncio.Task[None]] = {}

    def note(self, symbol: str, request: Request, events: list[Event]) -> None:
        """What a request of a watched instrument was answered with."""
        periods = [event.period_ns for event in events if isinstance(event, RatioHistory | TakerHistory)]
        key = symbol, request.url
        if periods and key not in self._tasks:
            work = partial(self._renew, request, min(periods) / 1e9)
            self._tasks[key] = self._spawn(work, f"{self._rest.name} figures of {symbol}")

    def forget(self, symbol: str) -> None:
        """Nobody watches it any more."""
        for key in [key for key in self._tasks if key[0] == symbol]:
            self._tasks.pop(key).cancel()

    async def _renew(self, request: Request, every_s: float) -> None:
        """A figure is there some time after its period; not everybody asks in the same second."""
        while True:
            passed_s = self._intake.now_ns() / 1e9 % every_s
            settles_s = self._timing.figures_s * (1.0 + self._rng.random())
            await asyncio.sleep(every_s - passed_s + max(settles_s, self._rest.refused_s))
            await self._rest.get(request, RANK)
