"""What a venue lists, kept up to date."""

import asyncio
from collections.abc import Callable

from liqtui.events import Listing
from liqtui.feeds.cache import Cache
from liqtui.feeds.intake import Intake
from liqtui.feeds.pace import Backoff
from liqtui.feeds.records import Record, RecordKind
from liqtui.feeds.rest import Rest
from liqtui.feeds.settings import Timing
from liqtui.venues.base import Venue


async def keep_listing(
    venue: Venue, rest: Rest, intake: Intake, cache: Cache | None, retry: Backoff, timing: Timing,
    listed: Callable[[str], None] | None,
) -> None:
    """Ask at once, again every hour; what cannot be reached is as the last run knew it, as old as that is. Until
    cancelled.

    `listed` is told of the venue when all of it has come.
    """
    name, shown = f"{venue.name}-listing", False
    while True:
        lists = await asyncio.gather(*(rest.pages(request, -1) for request in venue.listing_requests()))
        answers = [answer for pages in lists for answer in pages]
        good = [a for a in answers if any(isinstance(event, Listing) for event in a.events)]
        whole = len(good) == len(answers)
        older: list[Record] = []
        if cache is not None and not whole:
            come = {answer.url for answer in good}
            older = [record for record in await asyncio.to_thread(cache.load, name) if record.u not in come]
        if good and cache is not None:
            records = [Record(a.ns, RecordKind.REPLY, rest.name, a.url, a.body) for a in good]
            await asyncio.to_thread(cache.save, name, [*older, *records])
        if whole:
            retry.reset()
            shown = True
            if listed is not None:
                listed(venue.name)
            await asyncio.sleep(timing.listing_s)
            continue
        for record in [] if shown else older:
            intake.put(RecordKind.REPLY, rest.name, record.u, record.b)
        shown = True
        problem = next((a.problem for a in answers if a.problem), "no listing in the answer")
        await rest.pause(max(retry.delay(), min(rest.refused_s, timing.backoff_max_s)), problem)
