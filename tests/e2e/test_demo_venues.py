"""The demo's venues through the whole program: four maps of one market, each with its own size and its own mark."""

import json
import time
import urllib.request

import pytest

from liqtui.config import Config
from liqtui.engine.price import CLOSE
from liqtui.session import Session, open_live
from liqtui.sim.process import Endpoints, running
from liqtui.sim.settings import VENUE_NAMES
from liqtui.venues.base import VenueSettings
from liqtui.view import View

NAMES = {
    "okx": "okx:BTC-USDT-SWAP",
    "binance": "binance:BTCUSDT",
    "bybit": "bybit:BTCUSDT",
    "hyperliquid": "hyperliquid:BTC",
}
WITHIN_S = 60.0
"""Much longer than it takes, on a machine that does other things, too."""


def mapped(session: Session, name: str, give_up: float) -> View:
    """The View of an instrument once it has a map, a live mark and its open interest."""
    while time.monotonic() < give_up:
        view = session.view(name)
        if (
            view is not None and view.map is not None and view.figures.open_interest is not None
            and view.figures.mark_source != CLOSE and view.health.feeds
        ):
            return view
        time.sleep(0.05)
    raise AssertionError(f"no map of {name}")


def truth(at: Endpoints, name: str) -> dict[str, float]:
    symbol = name.partition(":")[2]
    told: dict[str, float] = json.load(urllib.request.urlopen(f"{at.rest}/sim/truth?instId={symbol}"))
    return told


def marks_of(views: dict[str, View]) -> dict[str, float]:
    return {venue: view.figures.mark.value for venue, view in views.items() if view.figures.mark is not None}


def near(views: dict[str, View], true: dict[str, dict[str, float]]) -> bool:
    """The marks are the true ones, but for what they moved on the way: a fifth of a percent."""
    return all(marks_of(views).get(venue) == pytest.approx(told["mark"], rel=2e-3) for venue, told in true.items())


def test_four_venues_one_market_four_maps() -> None:
    give_up = time.monotonic() + WITHIN_S
    with running(seed=5, venues=VENUE_NAMES) as there:
        at = {name: VenueSettings(ws_url=found.ws, rest_url=found.rest) for name, found in there.items()}
        session = open_live(Config(), venue_settings_override=at, kind="demo")
        try:
            session.open_venues(VENUE_NAMES)
            waiting = set(NAMES.values())
            while waiting and time.monotonic() < give_up:
                for name in list(waiting):
                    try:
                        session.watch(name)
                        waiting.discard(name)
                    except LookupError:  # its listing has not come yet
                        time.sleep(0.05)
            views = {venue: mapped(session, name, give_up) for venue, name in NAMES.items()}
            true = {venue: truth(there[venue], name) for venue, name in NAMES.items()}
            while not near(views, true) and time.monotonic() < give_up:  # it came late, and is on its way
                views = {venue: mapped(session, name, give_up) for venue, name in NAMES.items()}
                true = {venue: truth(there[venue], name) for venue, name in NAMES.items()}
        finally:
            session.close()
    assert near(views, true)
    marks = marks_of(views)
    assert len(set(marks.values())) == 4, "each venue has a mark of its own"
    for venue, view in views.items():
        assert marks[venue] == pytest.approx(marks["okx"], rel=2e-3), "arbitrage ties them"
        assert view.figures.open_interest is not None
        assert view.figures.open_interest.value == pytest.approx(true[venue]["openInterest"], rel=0.01)
        assert [feed.rejected for feed in view.health.feeds] == [0] * len(view.health.feeds)
    assert len({round(t["openInterest"]) for t in true.values()}) == 4
