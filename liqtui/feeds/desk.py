"""Everything of one venue: its listing, its sockets, its REST, and who is watched."""

import asyncio
import random
from collections.abc import Callable, Sequence
from functools import partial

from liqtui.events import Follow, Gap, Learned
from liqtui.feeds.backfill import Backfiller
from liqtui.feeds.books import Spawn, WholeBooks
from liqtui.feeds.brief import BriefHistory, brief_subscriptions
from liqtui.feeds.cache import Cache
from liqtui.feeds.connection import Connection
from liqtui.feeds.harvest import Harvest
from liqtui.feeds.intake import Intake
from liqtui.feeds.listing import keep_listing
from liqtui.feeds.pace import Backoff, Limiter
from liqtui.feeds.renewal import Renewals
from liqtui.feeds.rest import Rest
from liqtui.feeds.settings import Timing
from liqtui.instruments import Instrument
from liqtui.venues.base import Poll, PublicPositions, Request, Subscription, Venue

StartOf = Callable[[Instrument], Sequence[Learned]]
"""What an instrument that is followed from now on begins with."""


class Desk:
    """A venue's feeds. Owned by `Feeds`, lives in its loop."""

    def __init__(
        self, venue: Venue, intake: Intake, cache: Cache | None, rng: random.Random, timing: Timing, spawn: Spawn,
        start_of: StartOf | None = None,
    ) -> None:
        self.venue = venue
        self._start_of = start_of
        self._intake, self._cache, self._rng, self._timing, self._spawn = intake, cache, rng, timing, spawn
        self._rest = Rest(venue, intake, rng, timing)
        rate = venue.limits.connects_per_s
        self._gate = Limiter(max(1, int(rate)), 1.0 if rate >= 1 else 1.0 / rate)
        self._watched: dict[str, tuple[Instrument, tuple[Instrument, ...]]] = {}
        self._backfills: dict[str, asyncio.Task[None]] = {}
        self._brief: dict[str, Instrument] = {}
        """The rows of the watch table."""
        self._brief_histories: dict[str, asyncio.Task[None]] = {}
        self._sockets: dict[Connection, asyncio.Task[None]] = {}
        self._socket_of: dict[str, Connection] = {}
        self._opened = 0
        self._books = WholeBooks(self._rest, timing, spawn)
        self._renewals = Renewals(self._rest, intake, rng, timing, spawn)
        self._book_of: dict[str, Request] = {}
        """Symbol → the GET of its book, where the stream has only changes."""
        self._polls: dict[str, tuple[Poll, asyncio.Task[None]]] = {}
        self._ended: set[str] = set()
        """Contracts that have expired while they were watched or had a row: they stay on the screen, and nothing is
        asked of them any more."""
        self._ending = False
        self._harvest: Harvest | None = None
        self._harvesting = False
        if isinstance(venue, PublicPositions):
            self._harvest = Harvest(venue, venue.name, self._rest, intake, cache, self._instrument, rng, timing)
            intake.listen(venue.name, self._harvest.hear)

    async def close(self) -> None:
        await self._rest.close()

    # --- orders -------------------------------------------------------------------------------------------------

    def watch(self, instrument: Instrument, prices_of: Sequence[Instrument]) -> None:
        symbol = instrument.symbol
        known = symbol in self._watched
        self._watched[symbol] = (instrument, tuple(prices_of))
        if not known:
            self._intake.note(f"{self.venue.name}/watch", Follow(symbol, True))
            for learned in self._start_of(instrument) if self._start_of is not None else ():
                self._intake.note(f"{self.venue.name}/watch", learned)
            self._intake.heard[self.venue.name].forget(symbol)
        self._resubscribe()
        if not known:
            self._backfill(instrument)
        self._attend()
        self._await_ends()

    def unwatch(self, instrument: Instrument) -> None:
        symbol = instrument.symbol
        if self._watched.pop(symbol, None) is None:
            return
        self._backfills.pop(symbol).cancel()
        self._intake.note(f"{self.venue.name}/watch", Follow(symbol, False))
        self._intake.heard[self.venue.name].forget(symbol)
        self._books.forget(symbol)
        self._renewals.forget(symbol)
        self._resubscribe()
        self._attend()

    def brief(self, instruments: Sequence[Instrument]) -> None:
        """Have a row of each of these, and of no other."""
        wanted = {instrument.symbol: instrument for instrument in instruments}
        dropped, new = self._brief.keys() - wanted.keys(), wanted.keys() - self._brief.keys()
        if not dropped and not new:
            return
        for symbol in sorted(dropped):
            self._brief_histories.pop(symbol).cancel()
            self._intake.note(f"{self.venue.name}/watch", Follow(symbol, False, brief=True))
        self._brief = wanted
        for symbol in [symbol for symbol in wanted if symbol in new]:
            self._intake.note(f"{self.venue.name}/watch", Follow(symbol, True, brief=True))
            history = BriefHistory(self.venue, wanted[symbol], self._rest, self._intake)
            self._brief_histories[symbol] = self._spawn(history.run, f"{self.venue.name}/row {symbol}")
        self._resubscribe()
        self._await_ends()

    def resync(self, symbol: str, reason: str) -> bool:
        if symbol in self._book_of:
            self._books.ask(symbol, self._book_of[symbol])
            return True
        return any(socket.resync(symbol, reason) for socket in self._sockets)

    def _attend(self) -> None:
        """Positions are asked for while anything is watched."""
        if self._harvest is not None:
            self._harvest.asking = bool(self._watched)
            if not self._harvesting:
                self._harvesting = True
                self._spawn(self._harvest.run, f"{self.venue.name}/harvest")

    def _instrument(self, symbol: str) -> Instrument | None:
        """The instrument of a symbol, if it is watched."""
        watched = self._watched.get(symbol)
        return None if watched is None else watched[0]

    def _backfill(self, instrument: Instrument) -> None:
        backfill = Backfiller(
            self.venue, instrument, self._rest, self._intake, self._cache, self._rng, self._timing, self._renewals
        )
        symbol = instrument.symbol
        self._backfills[symbol] = self._spawn(backfill.run, f"{self.venue.name}/backfill {symbol}")

    def _missed(self, socket: Connection, seconds: float) -> None:
        """A socket is back: minutes that its instruments missed come from history, like those before the start."""
        if seconds < self._timing.refill_s:
            return
        for symbol, (instrument, _) in self._watched.items():
            if symbol in socket.lines.symbols() and self._backfills[symbol].done():
                self._backfill(instrument)

    def _await_ends(self) -> None:
        if not self._ending:
            self._ending = True
            self._spawn(self._end_in_time, f"{self.venue.name}/expiries")

    async def _end_in_time(self) -> None:
        """Give up the streams of contracts that end while they are watched: they would be silent, or refused, for
        ever."""
        while True:
            await asyncio.sleep(self._timing.tick_s)
            over_ns = self._intake.now_ns() - int(self._timing.expiry_s * 1e9)
            every = {symbol: instrument for symbol, (instrument, _) in self._watched.items()} | self._brief
            self._ended.intersection_update(every)
            for symbol, instrument in every.items():
                if symbol not in self._ended and instrument.expired(over_ns):
                    self._end(symbol)

    def _end(self, symbol: str) -> None:
        self._ended.add(symbol)
        for task in (self._backfills.get(symbol), self._brief_histories.get(symbol)):
            if task is not None:
                task.cancel()
        self._books.forget(symbol)
        self._renewals.forget(symbol)
        words = "the contract has expired; its streams are given up"
        self._intake.note(f"{self.venue.name}/watch", Gap(symbol, "watch", self._intake.now_ns(), words))
        self._resubscribe()

    # --- sockets ------------------------------------------------------------------------------------------------

    def _resubscribe(self) -> None:
        """Spread what is wanted now over sockets: what is open stays where it is, new streams go where room is."""
        over_ns = self._intake.now_ns() - int(self._timing.expiry_s * 1e9)
        watched = [both for symbol, both in self._watched.items() if symbol not in self._ended]
        instruments = [instrument for instrument, _ in watched]
        prices_of = [other for _, others in watched for other in others if not other.expired(over_ns)]
        every = self.venue.subscriptions(instruments, prices_of) if instruments else []
        known = {subscription.key for subscription in every}
        rows = brief_subscriptions(self.venue, [i for s, i in self._brief.items() if s not in self._ended])
        every += [subscription for subscription in rows if subscription.key not in known]
        self._poll_these({s.key: s.poll for s in every if s.poll is not None})
        wanted = {s.key: s for s in every if s.poll is None}
        self._book_of = {s.symbol: s.snapshot for s in every if s.symbol is not None and s.snapshot is not None}
        share: dict[Connection, list[Subscription]] = {socket: [] for socket in self._sockets}
        for key in [key for key in self._socket_of if key not in wanted]:
            del self._socket_of[key]
        for key, subscription in wanted.items():
            socket = self._socket_of.get(key)
            if socket is not None:
                share[socket].append(subscription)
        for key, subscription in wanted.items():
            if key not in self._socket_of:
                socket = self._with_room(subscription.url, share)
                share.setdefault(socket, []).append(subscription)
                self._socket_of[key] = socket
        for socket, subscriptions in share.items():
            socket.want(subscriptions)
            if not subscriptions:
                self._sockets.pop(socket).cancel()

    def _with_room(self, url: str, share: dict[Connection, list[Subscription]]) -> Connection:
        most = self.venue.limits.subscriptions_per_connection
        for socket, subscriptions in share.items():
            if socket.url == url and len(subscriptions) < most:
                return socket
        self._opened += 1
        name = f"{self.venue.name}/{self._opened}"
        socket = Connection(
            name, url, self.venue, self._intake, self._gate, self._rng, self._timing, self._missed, self._begun
        )
        self._sockets[socket] = self._spawn(socket.run, name)
        return socket

    def _begun(self, subscription: Subscription) -> None:
        """Its first data is here. Of a book that is only changes: now is the time to ask for the whole."""
        if subscription.snapshot is not None and subscription.symbol is not None:
            self._books.ask(subscription.symbol, subscription.snapshot)

    # --- polling ------------------------------------------------------------------------------------------------

    def _poll_these(self, wanted: dict[str, Poll]) -> None:
        """Ask for these and nothing else; a row asks for the same as a whole map, but more seldom."""
        for key in [key for key, (poll, _) in self._polls.items() if wanted.get(key) != poll]:
            self._polls.pop(key)[1].cancel()
        for key, poll in wanted.items():
            if key not in self._polls:
                self._polls[key] = poll, self._spawn(partial(self._poll, poll), f"{self.venue.name}/poll {key}")

    async def _poll(self, poll: Poll) -> None:
        """Ask again and again. A failure is the REST side's to tell; the next question comes all the same."""
        while True:
            await self._rest.get(poll.request)
            await asyncio.sleep(max(poll.every_s, min(self._rest.refused_s, self._timing.backoff_max_s)))

    # --- listing ------------------------------------------------------------------------------------------------

    async def keep_listing(self, listed: Callable[[str], None] | None = None) -> None:
        """What the venue lists, as long as it is open. `listed` is told when all of it has come."""
        retry = Backoff(self._timing.backoff_s, self._timing.backoff_max_s, self._rng)
        await keep_listing(self.venue, self._rest, self._intake, self._cache, retry, self._timing, listed)
