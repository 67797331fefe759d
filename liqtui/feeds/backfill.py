"""History of one instrument, coarse to fine, and its joint with the live stream.

The live streams are subscribed first. Each period of the venue's history is paged back to its depth; after each the
engine builds on what is there. At the end the closed minutes between history and a minute boundary J are asked for:
what was traded before J is covered by candles, what is traded from J on is live. No hole, nothing twice.
"""

import asyncio
import math
import random
from collections.abc import Callable

from liqtui.events import Backfill, Candles, Event, Gap
from liqtui.feeds.cache import Cache
from liqtui.feeds.history import NS, Page, lasting, page_of, reach, thinned
from liqtui.feeds.intake import Intake
from liqtui.feeds.pace import Backoff
from liqtui.feeds.records import Record, RecordKind
from liqtui.feeds.renewal import Renewals
from liqtui.feeds.rest import Answer, Rest
from liqtui.feeds.settings import Timing
from liqtui.instruments import Instrument
from liqtui.venues.base import HistoryPeriod, Request, Venue

Ask = Callable[[int | None], Request | None]
"""The request of a page before a time; None: the venue has no such history."""


class Backfiller:
    """One instrument's backfill, from the first page to the joint. `run` once; cancel it to give up."""

    def __init__(
        self, venue: Venue, instrument: Instrument, rest: Rest, intake: Intake, cache: Cache | None,
        rng: random.Random, timing: Timing, renewals: Renewals | None = None,
    ) -> None:
        """`renewals`: told what the state was answered with."""
        self._renewals = renewals
        self._venue, self._instrument, self._rest, self._intake = venue, instrument, rest, intake
        self._cache, self._timing = cache, timing
        self._retry = Backoff(timing.backoff_s, timing.backoff_max_s, rng)
        self._heard = intake.heard[venue.name]
        self._kept: list[tuple[Record, Page | None]] = []
        self._done = 0
        self._open: dict[str, int] = {}
        """Requests still expected, per chain."""
        self._problems: dict[str, str] = {}
        """What stands between a part (`state`, `1D`, …) and its being whole."""
        self._fetched: set[tuple[str, int]] = set()
        """Chains of which something came over the network."""
        self._live_since: float | None = None
        self._closed_ns: dict[str, int] = {}
        """What (`candles`, `marks`) → end of the newest closed bar of the finest period."""
        self._newest: list[Candles] = []
        self._loop = asyncio.get_running_loop()

    async def run(self) -> None:
        """Everything, in order. Ends with the stage `joined`."""
        await self._show_cached()
        requests = self._venue.state_requests(self._instrument)
        self._open = {"state": len(requests)} | {period.name: 3 for period in self._venue.history}
        self._report()
        async with asyncio.TaskGroup() as state:
            for request in requests:
                state.create_task(self._state(request))
            for rank, period in enumerate(self._venue.history, 1):
                await self._stage(period, rank)
        await self._keep()
        await self._join(self._venue.history[-1])

    # --- stages -------------------------------------------------------------------------------------------------

    async def _state(self, request: Request) -> None:
        answer = await self._rest.get(request, 0)
        self._count("state", answer, None)
        if answer.problem and not request.optional:
            self._problems["state"] = answer.problem
        if self._renewals is not None:
            self._renewals.note(self._instrument.symbol, request, answer.events)
        self._report()

    async def _stage(self, period: HistoryPeriod, rank: int) -> None:
        """All chains of a period. What cannot be reached is tried again until live trades wait too long.

        What has come meanwhile is in the map; pages that are here are not asked for again.
        """
        floor = self._floor(period)
        self._open.pop(period.name, None)
        while True:
            failed = await self._all_chains(period, floor, rank)
            if not any(answer.unreachable for answer in failed) or self._waited_too_long():
                break
            had = ("candles", period.seconds * NS) in self._fetched
            self._report(stage=period.name if had else "")
            await asyncio.sleep(max(self._retry.delay(), min(self._rest.refused_s, self._timing.backoff_max_s)))
        self._report(stage=period.name)

    async def _all_chains(self, period: HistoryPeriod, floor: int, rank: int) -> list[Answer]:
        """Work the chains of a period side by side; the answers that failed."""
        chains = [self._chain(what, period, ask, floor, rank) for what, ask in self._chains(period).items()]
        failed = [answer for answer in await asyncio.gather(*chains) if answer is not None]
        self._problems.pop(period.name, None)
        if failed:
            self._problems[period.name] = f"{period.name} history: {failed[0].problem}"
        return failed

    def _chains(self, period: HistoryPeriod) -> dict[str, Ask]:
        venue, instrument = self._venue, self._instrument
        chains: dict[str, Ask] = {
            "candles": lambda before: venue.candles(instrument, period, before_ns=before, mark=False),
            "marks": lambda before: venue.candles(instrument, period, before_ns=before, mark=True),
        }
        if period is not venue.history[-1]:
            chains["interest"] = lambda before: venue.interest_history(instrument, period, before_ns=before)
        return chains

    def _floor(self, period: HistoryPeriod) -> int:
        """How far back a period is wanted: its depth, or the listing of a younger contract."""
        depth = self._intake.now_ns() - period.depth_s * NS
        return max(depth, self._instrument.listed_ns or 0)

    async def _chain(self, what: str, period: HistoryPeriod, ask: Ask, floor: int, rank: int) -> Answer | None:
        """Page back to `floor`, by way of what the cache holds, or to the end of what the venue has.

        An empty page is the end, or one that goes no further back; a short one is not: pages differ by endpoint.
        The answer is the one that failed, if one did.
        """
        name = f"{period.name} {what}"
        before = self._exchange_now() + period.seconds * NS if period.bounded else None
        self._open[name] = 1
        cached = [p for _, p in self._kept if p is not None and p.chain == (what, period.seconds * NS)]
        while True:
            request = ask(before)
            if request is None:
                break
            answer = await self._rest.get(request, rank)
            page = page_of(answer.events, self._instrument.symbol)
            self._count(name, answer, page)
            if answer.problem:
                self._open.pop(name, None)
                return None if request.optional else answer
            if page is None or (before is not None and page.oldest_ns >= before):
                break
            before = reach(cached, page.oldest_ns)
            if before <= floor:
                break
            self._open[name] = max(1, math.ceil((before - floor) / max(1, page.newest_ns - page.oldest_ns)))
            self._report()
        self._open.pop(name, None)
        self._report()
        return None

    def _count(self, name: str, answer: Answer, page: Page | None) -> None:
        self._done += 1
        self._open[name] = max(0, self._open.get(name, 1) - 1)
        if page is not None:
            self._fetched.add(page.chain)
        if lasting(answer.events, self._instrument.symbol):
            record = Record(answer.ns, RecordKind.REPLY, self._rest.name, answer.url, answer.body)
            self._kept.append((record, page))
        self._look(answer.events)

    def _look(self, events: list[Event]) -> None:
        """Remember how far the closed bars of the finest period reach."""
        finest = self._venue.history[-1].seconds * NS
        for event in events:
            if isinstance(event, Candles) and event.period_ns == finest and event.symbol == self._instrument.symbol:
                what = "marks" if event.mark else "candles"
                ends = [bar.open_ns + finest for bar in event.bars if bar.confirmed]
                self._closed_ns[what] = max([self._closed_ns.get(what, 0), *ends])
                if not event.mark:
                    self._newest = [event]

    def _waited_too_long(self) -> bool:
        """Live trades have been waiting for history that does not come."""
        if self._instrument.symbol not in self._heard.whole_ns:
            return False
        if self._live_since is None:
            self._live_since = self._loop.time()
        return self._loop.time() - self._live_since > self._timing.joint_s

    # --- joint --------------------------------------------------------------------------------------------------

    async def _join(self, period: HistoryPeriod) -> None:
        """Close the minutes between history and live."""
        symbol, minute = self._instrument.symbol, period.seconds * NS
        while True:
            whole = await self._until_whole()
            live_from = self._heard.first_trade_ns.get(symbol, whole)
            closed = self._closed_ns.get("candles") or live_from - live_from % minute
            joint = -(-max(live_from, closed) // minute) * minute
            joined = await self._close_up(period, min(closed, joint - minute), joint, whole)
            if joined is None:
                continue  # the stream broke meanwhile: another beginning, another joint
            if not joined:
                words = f"minutes before the live stream are missing: {self._problem or 'no candles came'}"
                self._intake.note(self._rest.name, Gap(symbol, "history", self._intake.now_ns(), words))
            self._report(stage="joined", joint_ns=joint if joined else live_from)
            return

    async def _until_whole(self) -> int:
        """Exchange time from which the live stream is whole, after a first trade or a while without one."""
        symbol = self._instrument.symbol
        while symbol not in self._heard.whole_ns:
            await asyncio.sleep(self._timing.tick_s)
        quiet_at = self._loop.time() + self._timing.first_trade_s
        while symbol not in self._heard.first_trade_ns and self._loop.time() < quiet_at:
            await asyncio.sleep(self._timing.tick_s)
        return self._heard.whole_ns.get(symbol) or await self._until_whole()

    async def _close_up(self, period: HistoryPeriod, closed: int, joint: int, whole: int) -> bool | None:
        """Fetch the closed bars of [closed, joint) once they exist; None where the live stream broke meanwhile."""
        symbol, timing = self._instrument.symbol, self._timing
        deadline = None
        while True:
            if self._heard.whole_ns.get(symbol) != whole:
                return None
            wait_s = (joint - self._exchange_now()) / 1e9 + timing.joint_settle_s
            if wait_s > 0:
                await asyncio.sleep(min(wait_s, 1.0))
                continue
            deadline = deadline or self._loop.time() + timing.joint_s
            if self._covered(joint, period.seconds * NS):
                return True
            await self._all_chains(period, closed, 0)
            if self._covered(joint, period.seconds * NS):
                return True
            if self._loop.time() > deadline:
                return False
            await asyncio.sleep(timing.joint_poll_s)

    def _covered(self, joint: int, minute: int) -> bool:
        """Whether every minute before `joint` has its closed bar, or had no trade."""
        if self._closed_ns.get("candles", 0) >= joint:
            return True
        if any(bar.open_ns >= joint for page in self._newest for bar in page.bars):
            return True
        last = self._heard.last_trade_ns.get(self._instrument.symbol, 0)
        late = self._exchange_now() - joint > 5 * self._timing.joint_poll_s * NS
        return late and last < joint - minute

    def _exchange_now(self) -> int:
        return self._intake.now_ns() + self._heard.ahead_ns

    # --- cache and reports --------------------------------------------------------------------------------------

    async def _show_cached(self) -> None:
        """What the last backfill brought, at once: the map as it was, with its age."""
        if self._cache is None:
            return
        records = await asyncio.to_thread(self._cache.load, self._instrument.name)
        fetched = 0
        for record in records:
            events = self._intake.put(RecordKind.REPLY, self._rest.name, record.u, record.b)
            page = page_of(events, self._instrument.symbol)
            if lasting(events, self._instrument.symbol):
                self._kept.append((record, page))
                fetched = max(fetched, record.ns if page is not None else 0)
        if fetched:
            self._report(stage="cached", fetched_ns=fetched)

    async def _keep(self) -> None:
        if self._cache is not None and self._fetched:
            await asyncio.to_thread(self._cache.save, self._instrument.name, thinned(self._kept))

    @property
    def _problem(self) -> str:
        return next(iter(self._problems.values()), "")

    def _report(self, *, stage: str = "", joint_ns: int | None = None, fetched_ns: int | None = None) -> None:
        total = self._done + sum(self._open.values())
        self._intake.note(
            self._rest.name,
            Backfill(self._instrument.symbol, stage, self._done, total, joint_ns, self._problem, fetched_ns),
        )

