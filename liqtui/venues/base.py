"""What a venue is: data, two functions, and REST calls described as values. No I/O and no clock."""

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable
from urllib.parse import urlsplit

import msgspec

from liqtui.events import Event
from liqtui.instruments import Instrument

Listed = Mapping[str, Instrument]
"""The instruments a venue lists, by symbol."""


def hosts_of(*urls: str) -> frozenset[str]:
    """The hosts of these addresses: by them a recorded URL is told to be of a venue."""
    return frozenset(host for url in urls if (host := urlsplit(url).hostname))


class VenueSettings(msgspec.Struct, frozen=True):
    """How to reach a venue. URLs, where given, replace those of the region (loopback servers, a proxy in front)."""

    region: str = ""
    ws_url: str = ""
    rest_url: str = ""

    def addresses(self, venue: str, regions: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
        """WebSocket and REST address of a venue: what is set, else the region's; the first one's if none is named.

        Raises:
            ValueError: the region is none of the venue's. One that has no regions calls its only one "".
        """
        region = self.region or next(iter(regions))
        if region not in regions:
            choose = f"; choose one of {', '.join(regions)}" if len(regions) > 1 else ""
            raise ValueError(f"{venue} has no region {region!r}{choose}")
        ws_url, rest_url = regions[region]
        return (self.ws_url or ws_url).rstrip("/"), (self.rest_url or rest_url).rstrip("/")


class Bucket(msgspec.Struct, frozen=True):
    """A rate limit shared by requests of that name: `calls` in any `period_s`, or as much weight."""

    name: str
    calls: int
    period_s: float


class Request(msgspec.Struct, frozen=True):
    """One REST call. `decode_reply` turns its answer into events from url and body alone, so a recording can, too."""

    url: str
    """Whole, with its query. Where a body asks the question, a fragment repeats it: it is never sent, but recorded."""
    bucket: Bucket
    optional: bool = False
    """May fail without the backfill being incomplete."""
    weight: int = 1
    """How many calls of its bucket it counts for."""
    body: str = ""
    """JSON to POST; empty: a GET."""


class Poll(msgspec.Struct, frozen=True):
    """What is asked for as long as an instrument is watched, because the venue has no stream of it."""

    request: Request
    every_s: float


class Subscription(msgspec.Struct, frozen=True):
    """One stream to ask for."""

    key: str
    """What an `Ack` of it carries: `trades:BTC-USDT-SWAP`."""
    url: str
    request: dict[str, str]
    """The venue's argument, to the letter."""
    symbol: str | None
    silence_s: float | None = None
    """The longest silence of a healthy stream; None: it may be quiet for ever."""
    control: bool = False
    """Its cadence is known and fast: while it speaks, the connection is alive."""
    snapshot: Request | None = None
    """Of a book whose stream has only changes: the GET of the whole book, needed as soon as changes come and after
    every hole. None: the stream brings it."""
    poll: Poll | None = None
    """Set where there is no stream: a GET asked again and again instead of a subscription."""


class Keepalive(msgspec.Struct, frozen=True):
    """The text a client must send when it has been idle for `idle_s`; the answer decodes to a `Pong`."""

    text: str
    idle_s: float


class Limits(msgspec.Struct, frozen=True):
    """What a venue allows one client."""

    connects_per_s: float
    subscribes_per_hour: int
    """Subscribe and unsubscribe requests per connection and hour."""
    args_per_request: int
    subscriptions_per_connection: int
    max_frame_bytes: int
    connection_s: float | None = None
    """The age at which the venue ends every connection; None: it does not."""
    forbidden_s: float = 0.0
    """How long a 403 lasts at least where the answer does not say; 0: the venue says nothing of it."""


class HistoryPeriod(msgspec.Struct, frozen=True):
    """A resolution at which a venue keeps history: its name, its length, and how deep open interest reaches."""

    name: str
    seconds: int
    depth_s: int
    bounded: bool = False
    """A request must name where its page ends: `before_ns` is never None."""

    def page(self, before_ns: int | None, rows: int) -> tuple[int, int]:
        """From when to before when a page of so many rows reaches, in ns.

        Raises:
            ValueError: it must end somewhere.
        """
        if before_ns is None:
            raise ValueError(f"a page of {self.name} must end somewhere")
        return max(0, before_ns - rows * self.seconds * 10**9), before_ns


class Venue(Protocol):
    """An exchange's public wire. Implementations are pure: the same bytes give the same events."""

    @property
    def name(self) -> str: ...
    @property
    def hosts(self) -> frozenset[str]:
        """Host names of its sockets and REST, of every region: whose a captured frame is."""
        ...

    @property
    def limits(self) -> Limits: ...
    @property
    def keepalive(self) -> Keepalive | None: ...
    @property
    def history(self) -> Sequence[HistoryPeriod]:
        """Coarse to fine; the last one joins the live stream and has no open interest (`depth_s` of candles)."""
        ...

    @property
    def thinned_liquidations(self) -> bool:
        """Whether the public liquidation feed leaves some out."""
        ...

    @property
    def liquidation_fee(self) -> float:
        """Fee counted in the liquidation price, a fraction of notional."""
        ...

    def subscriptions(
        self, instruments: Sequence[Instrument], prices_of: Sequence[Instrument] = ()
    ) -> list[Subscription]:
        """Every stream of `instruments`; of `prices_of` only the mark."""
        ...

    def subscribe(self, subscriptions: Sequence[Subscription]) -> list[str]:
        """The frames that ask for them, batched inside the limits; all of one url."""
        ...

    def unsubscribe(self, subscriptions: Sequence[Subscription]) -> list[str]: ...

    def stream_of(self, event: Event) -> str | None:
        """The key of the subscription an event came by, for the watchdog; None for control events."""
        ...

    def decode(self, raw: bytes | str, recv_ns: int, listed: Listed) -> list[Event]:
        """One frame to events. Malformed frames give one `Rejected`; symbols that are not `listed` are left out."""
        ...

    def decode_reply(self, url: str, body: bytes, recv_ns: int, listed: Listed) -> list[Event]:
        """The answer to the GET of `url` to events; an error body gives one `Refusal`, nonsense one `Rejected`."""
        ...

    def listing_requests(self) -> list[Request]: ...
    def state_requests(self, instrument: Instrument) -> list[Request]:
        """What is true now: tiers, open interest, funding and its history, ratios, taker volume. It is asked once, and
        what is answered with a `RatioHistory` or `TakerHistory` again as its period passes."""
        ...

    def candles(
        self, instrument: Instrument, period: HistoryPeriod, *, before_ns: int | None, mark: bool
    ) -> Request | None:
        """A page of candles that open before `before_ns` (None: the newest page). None: the venue keeps no such."""
        ...

    def interest_history(
        self, instrument: Instrument, period: HistoryPeriod, *, before_ns: int | None
    ) -> Request | None: ...


@runtime_checkable
class SendsHeaders(Protocol):
    """A venue whose sockets are opened with headers of their own."""

    @property
    def headers(self) -> Mapping[str, str]: ...


@runtime_checkable
class Pages(Protocol):
    """A venue that tells what it lists in pages."""

    def next_page(self, request: Request, body: bytes) -> Request | None:
        """What to ask after the answer `body` to `request`; None: it was the last page."""
        ...


@runtime_checkable
class RepeatsTrades(Protocol):
    """A venue that begins each trade stream with old trades: who counts them drops ids already told."""

    @property
    def trades_remembered(self) -> int:
        """How many of the newest ids are enough to know a repeated one."""
        ...


@runtime_checkable
class PublicPositions(Protocol):
    """A venue whose trades name their parties, and which tells what anybody holds."""

    def positions_request(self, address: str) -> Request:
        """Asks for all positions of an address; the answer decodes to one `Positions`."""
        ...
