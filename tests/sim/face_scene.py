"""One simulated market, heard for half a minute through the real decoder of every venue that speaks there."""

from dataclasses import dataclass, field
from functools import cache
from urllib.parse import parse_qsl, urlsplit

import numpy as np
from numpy.typing import NDArray
from sim_ear import Ear
from sim_scene import START_NS

from liqtui.events import Event, Listing
from liqtui.instruments import Instrument
from liqtui.sim.faces import address_path, face_of
from liqtui.sim.faces.base import Call, Face
from liqtui.sim.houses import HOUSES
from liqtui.sim.market import Market, step_together
from liqtui.sim.settings import VENUE_NAMES, SimSettings
from liqtui.sim.shared import Shared
from liqtui.sim.tape import Forced, Step
from liqtui.venues import load
from liqtui.venues.base import Request, Venue, VenueSettings

Figures = NDArray[np.float64]
HOST = "127.0.0.1:9"
SECONDS = 27
"""A minute ends in them, and a run takes positions along on every venue."""


@dataclass
class Heard:
    """A venue's market and face, and the events the venue's decoder makes of everything it subscribes to."""

    market: Market
    face: Face
    venue: Venue
    listed: dict[str, Instrument] = field(default_factory=dict)
    ears: dict[str, Ear] = field(default_factory=dict)
    """By the path of the socket."""
    events: list[Event] = field(default_factory=list)
    liquidations: list[Forced] = field(default_factory=list)
    reported: list[Forced] = field(default_factory=list)
    marks: dict[int, Figures] = field(default_factory=dict)
    interest: dict[int, Figures] = field(default_factory=dict)
    """Per contract, by the time of each step's end; open interest in lots."""
    clock_s: float = 0.0

    def ask(self, request: Request) -> list[Event]:
        """What the answer to a request decodes to."""
        self.clock_s += 1.0
        parts = urlsplit(request.url)
        answer = self.face.answer(Call(parts.path, dict(parse_qsl(parts.query)), request.body.encode(), self.clock_s))
        assert answer.status == 200, (request.url, answer)
        return self.venue.decode_reply(request.url, answer.body.encode(), self.market.now_ns, self.listed)

    def join(self) -> None:
        """Ask for the listing, and for every stream of all that is listed."""
        for request in self.venue.listing_requests():
            for event in self.ask(request):
                if isinstance(event, Listing):
                    self.listed |= {i.symbol: i for i in event.instruments}
        for wanted in self.venue.subscriptions(list(self.listed.values())):
            if wanted.poll is None:
                ear = self.ears.setdefault(urlsplit(wanted.url).path, Ear(urlsplit(wanted.url).path))
                assert self.face.is_socket(ear.path)
                for message in self.venue.subscribe([wanted]):
                    self.face.hear(ear, message, 0.0)

    def take(self, step: Step) -> None:
        self.liquidations += step.liquidations
        self.reported += step.reported
        self.marks[step.end_ns], self.interest[step.end_ns] = self.market.marks, self.market.open_interest
        self.face.deliver(self.face.frames(step))
        for ear in self.ears.values():
            for text in ear.texts:
                self.events += self.venue.decode(text, step.end_ns, self.listed)
            ear.texts.clear()


@cache
def heard() -> dict[str, Heard]:
    """Every venue, on markets that were moved together."""
    settings, houses = SimSettings(seed=21), [HOUSES[name] for name in VENUE_NAMES]
    shared = Shared(settings, START_NS, houses)
    markets = [Market(settings, START_NS, house, shared) for house in houses]
    found = {}
    for name, market in zip(VENUE_NAMES, markets, strict=True):
        at = VenueSettings(ws_url=f"ws://{HOST}{address_path(name)}", rest_url=f"http://{HOST}")
        found[name] = Heard(market, face_of(market), load(name, at))
        found[name].join()
    for _ in range(SECONDS * 10):
        for one, step in zip(found.values(), step_together(markets), strict=True):
            one.take(step)
    return found
