"""What the rows of a watch table need of a venue: the streams but books and indices, and a page of coarse history each.
"""

import asyncio
import math
from collections.abc import Iterable

import msgspec

from liqtui.events import Backfill, BookDelta, Index, Mark
from liqtui.feeds.history import page_of
from liqtui.feeds.intake import Intake
from liqtui.feeds.rest import Rest
from liqtui.instruments import Instrument
from liqtui.venues.base import HistoryPeriod, Poll, Subscription, Venue

BARS_S, POINTS_S = 3_600, 300
RANK = 50
"""Behind everything that a whole map asks for."""
POLL_S = 60.0
"""Hundreds of instruments are asked so often at most: what a whole map polls every few seconds."""
TRIES, TRY_AGAIN_S = 5, 30.0


def brief_subscriptions(venue: Venue, instruments: Iterable[Instrument]) -> list[Subscription]:
    """Every stream of the instruments but their books and indices; what is polled, seldom."""
    of = list(instruments)
    spared = {venue.stream_of(BookDelta(one.symbol, 0, 0, [], [], 1.0, snapshot=True)) for one in of}
    spared |= {venue.stream_of(Index(one.index, 0, 0, 1.0)) for one in of}
    spared -= {venue.stream_of(Mark(one.symbol, 0, 0, 1.0)) for one in of}  # some tell both in one stream
    every = venue.subscriptions(of) if of else []
    return [_seldom(one) for one in every if one.key not in spared]


def _seldom(subscription: Subscription) -> Subscription:
    poll = subscription.poll
    if poll is None or poll.every_s >= POLL_S:
        return subscription
    return msgspec.structs.replace(subscription, poll=Poll(poll.request, POLL_S))


class BriefHistory:
    """A page of hourly candles for one row, and one of open interest every five minutes: who knows it through the last
    hour knows how it changed. `run` once; cancel it to give up."""

    def __init__(self, venue: Venue, instrument: Instrument, rest: Rest, intake: Intake) -> None:
        self._venue, self._instrument, self._rest, self._intake = venue, instrument, rest, intake
        self._bars, self._points = (_nearest(venue, seconds) for seconds in (BARS_S, POINTS_S))

    async def run(self) -> None:
        """Fetch, then tell the engine to build on what came; a venue that does not answer is asked a few times more."""
        for _ in range(TRIES):
            problem = await self._fetched()
            if not problem:
                self._tell(self._bars.name, 1, "")
                return
            self._tell("", 0, problem)
            await asyncio.sleep(max(TRY_AGAIN_S, self._rest.refused_s))

    async def _fetched(self) -> str:
        """Why the candles are not there; open interest may stay unknown."""
        venue, instrument = self._venue, self._instrument
        interest = venue.interest_history(instrument, self._points, before_ns=self._newest(self._points))
        candles = venue.candles(instrument, self._bars, before_ns=self._newest(self._bars), mark=False)
        if interest is not None:
            await self._rest.get(interest, RANK)
        answer = None if candles is None else await self._rest.get(candles, RANK)
        if answer is None:
            return "the venue keeps no candles of it"
        return answer.problem or ("" if page_of(answer.events, self._instrument.symbol) else "no candles came")

    def _newest(self, period: HistoryPeriod) -> int | None:
        """Where a page must end that has the newest rows."""
        return self._intake.now_ns() + period.seconds * 10**9 if period.bounded else None

    def _tell(self, stage: str, done: int, problem: str) -> None:
        self._intake.note(
            self._rest.name, Backfill(self._instrument.symbol, stage, done, 1, problem=problem, brief=True)
        )


def _nearest(venue: Venue, seconds: int) -> HistoryPeriod:
    """The venue's period of about that length."""
    return min(venue.history, key=lambda period: abs(math.log(period.seconds / seconds)))
