"""The real OKX connector on the simulated exchange's sockets: acknowledgements, history, faults, recovery."""

from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest
from live_feeds import QUICK, Memory, running, until

from liqtui.events import (
    BookDelta,
    FeedState,
    FeedStatus,
    Funding,
    Index,
    Listing,
    Mark,
    OpenInterest,
    Rejected,
    Tiers,
    Trade,
)
from liqtui.feeds.feeds import Feeds
from liqtui.instruments import Instrument
from liqtui.sim.exchange import Exchange
from liqtui.sim.faults import Fault
from liqtui.sim.server import serve
from liqtui.sim.settings import SimSettings
from liqtui.venues.base import VenueSettings
from liqtui.venues.okx import create


class Market(NamedTuple):
    exchange: Exchange
    feeds: Feeds
    memory: Memory


@pytest.fixture
async def market() -> AsyncIterator[Market]:
    async with serve(SimSettings(seed=3)) as exchange:
        venue = create(VenueSettings(ws_url=exchange.ws_url, rest_url=exchange.rest_url))
        async with running(venue, timing=QUICK) as (feeds, memory):
            await until(lambda: len(memory.all(Listing)) >= 2)
            feeds.watch(listed(memory, "BTC-USDT-SWAP"))
            await until(lambda: memory.all(Trade))
            await until(lambda: memory.states("okx/1")[-1] is FeedState.LIVE)
            yield Market(exchange, feeds, memory)


def listed(memory: Memory, symbol: str) -> Instrument:
    return next(i for listing in memory.all(Listing) for i in listing.instruments if i.symbol == symbol)


async def test_every_stream_speaks_and_history_comes_in_seconds(market: Market) -> None:
    memory = market.memory
    for kind in (Trade, BookDelta, Mark, Index, OpenInterest, Funding, Tiers):
        await until(lambda kind=kind: memory.all(kind))  # type: ignore[misc]
    await until(lambda: memory.stages()[:4] == ["1D", "1H", "5m", "1m"], 15)
    assert not memory.gaps()
    assert not memory.all(Rejected)


async def test_drop_refusal_malformed_frames_and_a_resync_pass(market: Market) -> None:
    memory = market.memory
    market.exchange.faults.set(Fault.DROP, 0.0)
    await until(lambda: memory.states("okx/1")[-1] is not FeedState.LIVE)
    await until(lambda: memory.states("okx/1")[-1] is FeedState.LIVE)
    market.exchange.faults.set(Fault.REFUSE, 1.0)
    await until(lambda: any("HTTP 503" in s.reason for s in memory.all(FeedStatus)))
    await until(lambda: memory.states("okx/1")[-1] is FeedState.LIVE)

    market.exchange.faults.set(Fault.MALFORMED, 1.0)
    await until(lambda: len(memory.all(Rejected)) >= 2)
    heard = len(memory.all(Trade))
    await until(lambda: len(memory.all(Trade)) > heard)

    await until(lambda: any(b.snapshot for b in memory.all(BookDelta)))
    snapshots = sum(b.snapshot for b in memory.all(BookDelta))
    market.feeds.resync("okx", "BTC-USDT-SWAP", "seq 9 does not follow 7")
    await until(lambda: sum(b.snapshot for b in memory.all(BookDelta)) > snapshots)
    await until(lambda: memory.states("okx/1")[-1] is FeedState.LIVE)
    assert FeedState.RESYNCING in memory.states("okx/1")
