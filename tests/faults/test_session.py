"""A session of two toy venues: asked when something of theirs is wanted; one refuses, the other goes on."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import pytest
from live_feeds import QUICK, until
from toy_exchange import Exchange, Toy, exchange, instrument

from liqtui import venues
from liqtui.events import FeedState
from liqtui.feeds import feeds as feeds_module
from liqtui.instruments import UnknownInstrumentError, UnknownVenueError
from liqtui.session import Session
from liqtui.session.live import Sums
from liqtui.venues.base import Venue, VenueSettings

COPPER, ZINC = "copper", "zinc"


@pytest.fixture(autouse=True)
def _toys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Venues are toys, reached as their settings say; the feeds are quick."""

    def load(name: str, settings: VenueSettings | None = None) -> Venue:
        assert settings is not None
        return Toy(settings.ws_url, settings.rest_url, name=name)

    monkeypatch.setattr(venues, "load", load)
    monkeypatch.setattr(feeds_module, "Timing", lambda: QUICK)


@contextlib.asynccontextmanager
async def market(*ask: str) -> AsyncIterator[tuple[Session, Exchange, Exchange]]:
    """Copper lists AAA, zinc lists BBB; asked at once are those of `ask`."""
    async with exchange() as copper, exchange() as zinc:
        copper.listed, zinc.listed = [instrument("AAA", venue=COPPER)], [instrument("BBB", venue=ZINC)]
        settings = {
            name: VenueSettings(ws_url=there.ws_url, rest_url=there.rest_url)
            for name, there in ((COPPER, copper), (ZINC, zinc))
        }
        session = Session(settings, ask, "live", None, sums=Sums((COPPER, ZINC)))
        try:
            yield session, copper, zinc
        finally:
            await asyncio.to_thread(session.close)


def asks_listing(there: Exchange) -> int:
    return sum(path == "/listing" for _, path, _ in there.gets)


async def test_a_venue_is_asked_when_something_of_it_is_wanted() -> None:
    async with market(COPPER) as (session, copper, zinc):
        assert session.venues == (COPPER, ZINC)
        await until(lambda: not session.awaited and len(session.catalogue) == 1)
        assert (asks_listing(copper), zinc.gets) == (1, [])
        session.watch("zinc:BBB")
        session.watch("zinc:BBB")
        await until(lambda: session.view("zinc:BBB"))
        assert asks_listing(zinc) == 1
        session.open_venues([COPPER, ZINC, "brass"])
        assert session.awaited == (), "both are open, and brass is no venue here"


async def test_names_are_refused_by_the_listing_of_their_own_venue() -> None:
    async with market(COPPER) as (session, _, zinc):
        zinc.rest_down = True
        await until(lambda: not session.awaited)
        session.watch("zinc:BBB")
        with pytest.raises(UnknownInstrumentError, match="copper:AAB; nearest: copper:AAA"):
            session.watch("copper:AAB")
        with pytest.raises(UnknownVenueError, match="no venue 'tin'; there are: copper, zinc"):
            session.watch("tin:AAA")
        assert session.awaited == (ZINC,)
        zinc.rest_down = False
        await until(lambda: session.view("zinc:BBB"))


async def test_a_name_whose_venue_refuses_waits_and_says_why() -> None:
    async with market() as (session, _, zinc):
        zinc.rest_status = [451] * 3
        session.watch("zinc:BBB")
        session.watch("zinc:BBC")
        await until(lambda: session.trouble("zinc:BBB"))
        words = session.trouble("zinc:BBB")
        assert words is not None
        assert words.startswith("zinc refused: REST: HTTP 451 (")
        assert "; next try in " in words
        session.watch("copper:AAA")
        await until(lambda: session.view("copper:AAA"))
        await until(lambda: session.view("zinc:BBB"))
        assert session.trouble("zinc:BBB") is None
        await until(lambda: session.trouble("zinc:BBC") == "no instrument zinc:BBC; nearest: zinc:BBB")


async def test_what_no_name_needs_any_more_is_given_up() -> None:
    async with market(COPPER, ZINC) as (session, copper, zinc):
        copper.listed = [instrument(f"A{i}", venue=COPPER) for i in range(5)]
        await until(lambda: len(session.catalogue) == 6)
        session.watch("zinc:BBB")
        for i in range(4):
            session.watch(f"copper:A{i}")
        await until(lambda: copper.streams and len(next(iter(copper.streams.values()))) == 4 * 3)
        give_up = time.monotonic() + 5
        while zinc.sockets and time.monotonic() < give_up:
            await asyncio.sleep(0.01)
        assert not zinc.sockets, "the fifth name sent away the first"
        assert session.view("zinc:BBB") is None


async def test_rows_come_without_books_with_a_page_of_history_beside_whole_maps_and_go_when_nobody_glances() -> None:
    async with market(COPPER) as (session, copper, zinc):
        names = [f"A{i}" for i in range(12)]
        copper.listed = [instrument(symbol, venue=COPPER) for symbol in names]
        session.glance([*(f"copper:{symbol}" for symbol in names), "copper:NONE", "zinc:BBB"])
        await until(lambda: all(session.row(f"copper:{symbol}") for symbol in names) and session.row("zinc:BBB"))
        streams = {stream for of in copper.streams.values() for stream in of}
        assert streams == {f"{kind}:{symbol}" for kind in ("mark", "trade") for symbol in names}, "no books"
        assert session.view("copper:A0") is None
        pages = [query["s"] for _, path, query in copper.gets if path == "/candles"]
        assert sorted(pages) == sorted(names), "one page of candles each"
        session.watch("copper:A0")
        await until(lambda: session.view("copper:A0"))
        await until(lambda: "book:A0" in {stream for of in copper.streams.values() for stream in of})
        session.glance([])
        await until(lambda: not zinc.sockets and session.row("zinc:BBB") is None)
        assert session.row("copper:A1") is None
        assert session.view("copper:A0") is not None, "what is shown whole stays"
        assert session.row("copper:A0") is not None, "and has a row all the same"


async def test_a_row_of_a_sum_is_made_of_its_contracts_rows() -> None:
    async with market() as (session, copper, zinc):
        for venue, there in ((COPPER, copper), (ZINC, zinc)):
            there.listed = [instrument("AAA", venue=venue)]
        session.glance(["all:AAA"])
        await until(lambda: session.row("all:AAA-USDT-SWAP"))
        assert session.glanced == ("all:AAA-USDT-SWAP",)
        await until(lambda: session.row("copper:AAA") and session.row("zinc:AAA"))
        found = session.row("all:AAA-USDT-SWAP")
        assert found is not None
        assert found.instrument.name == "all:AAA-USDT-SWAP"
        session.glance([])
        await until(lambda: session.row("copper:AAA") is None)
        assert session.row("all:AAA-USDT-SWAP") is None


async def test_when_the_feeds_thread_ends_of_itself_the_screen_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """It used to be a picture that stands for ever, with its feed live."""
    ended = asyncio.Event()
    run = feeds_module.Feeds.run

    async def ending(feeds: feeds_module.Feeds) -> None:
        running = asyncio.create_task(run(feeds))
        while not ended.is_set():
            await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        raise MemoryError("no more")

    monkeypatch.setattr(feeds_module.Feeds, "run", ending)
    async with market(COPPER) as (session, _, _zinc):
        session.watch("copper:AAA")
        await until(lambda: session.view("copper:AAA"))
        ended.set()
        await until(lambda: session.status().words)
        words = "internal error, the feeds' thread has stopped: MemoryError: no more"
        assert session.status().words == (words,)
        assert session.status().problems[-1].words == words
        view = session.view("copper:AAA")
        assert view is not None
        assert view.health.words[0] == words
        assert {feed.state for feed in view.health.feeds} <= {FeedState.CLOSED}
