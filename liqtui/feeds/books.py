"""Whole books by REST, for venues whose streams carry only what changed."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass

from liqtui.feeds.rest import Rest
from liqtui.feeds.settings import Timing
from liqtui.venues.base import Request

Work = Callable[[], Coroutine[None, None, None]]
Spawn = Callable[[Work, str], asyncio.Task[None]]

_PAUSE_MAX_S = 60.0


@dataclass(slots=True)
class _Book:
    """How often the book of a symbol was asked for lately."""

    task: asyncio.Task[None]
    asked_at: float
    asks: int = 1


class WholeBooks:
    """Asks for whole books: one question at a time for each symbol, and rarer the less they help.

    A book costs a venue's limit dearly, so a market in trouble must not spend it all on books. Owned by the desk.
    """

    def __init__(self, rest: Rest, timing: Timing, spawn: Spawn) -> None:
        self._rest, self._timing, self._spawn = rest, timing, spawn
        self._books: dict[str, _Book] = {}
        self._loop = asyncio.get_running_loop()

    def ask(self, symbol: str, request: Request) -> None:
        """The book of `symbol` is needed: changes have begun to come, or one is missing."""
        now, known = self._loop.time(), self._books.get(symbol)
        if known is not None and not known.task.done():
            return
        asks = 0 if known is None or now - known.asked_at > 2 * _PAUSE_MAX_S else known.asks
        pause = min(_PAUSE_MAX_S, self._timing.resync_s * 2.0 ** (asks - 1)) if asks else 0.0
        wait_s = max(0.0, known.asked_at + pause - now) if known is not None else 0.0
        task = self._spawn(lambda: self._fetch(request, wait_s), f"{self._rest.name} book {symbol}")
        self._books[symbol] = _Book(task, now + wait_s, asks + 1)

    def forget(self, symbol: str) -> None:
        """Nobody watches it any more."""
        known = self._books.pop(symbol, None)
        if known is not None:
            known.task.cancel()

    async def _fetch(self, request: Request, wait_s: float) -> None:
        """Ask until it is answered. What comes is told to the engine like every answer."""
        await asyncio.sleep(wait_s)
        pause = self._timing.resync_s
        while (await self._rest.get(request)).problem:
            await asyncio.sleep(max(pause, min(self._rest.refused_s, _PAUSE_MAX_S)))
            pause = min(2 * pause, _PAUSE_MAX_S)
