"""Kraken Futures: inverse and multi-collateral perpetuals and dated futures. Public data only, no key.

What a reader of its events must know:

- `PI_` and `FI_` contracts are dollars (inverse), `PF_` and `FF_` are coins (linear); sizes leave here in those units.
- Liquidations are a type of trade, all of them: one fill is a `Trade` and a `Liquidation`. The side is the taker's.
  Assignments, terminations and blocks are no trades of the book and are left out.
- The book begins with a snapshot; each change is one level, numbered one by one.
- Funding is paid by the hour; the relative rate is the fraction, `funding_rate` an amount per contract.
- Bitcoin is XBT here; an `Instrument` says BTC as its base. Dated contracts expire at 15:00 UTC. Open interest of the
  fixed inverse ones is often told as 0 [S].
"""

from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

import msgspec

from liqtui.events import BookDelta, Event, Funding, Liquidation, Mark, OpenInterest, Trade
from liqtui.instruments import Instrument
from liqtui.venues._kraken_listing import NAME
from liqtui.venues._kraken_rest import CHARTS, HISTORY, INSTRUMENTS, RESOLUTIONS, decode_answer
from liqtui.venues._kraken_stream import decode_frame
from liqtui.venues.base import Bucket, HistoryPeriod, Keepalive, Limits, Request, Subscription, VenueSettings, hosts_of

WS_URL, REST_URL = "wss://futures.kraken.com/ws/v1", "https://futures.kraken.com"

SILENCE_S: dict[str, float | None] = {
    "ticker": 60.0,  # about every second where something moves [M]
    "book": 300.0,  # a thin dated contract may rest for minutes
    "trade": None,
}
CONTROL = "ticker"

ROWS_PER_PAGE = 480
ALL = Bucket("all", 10, 1.0)
"""A tenth of what is allowed [S]."""

_STREAM_OF: dict[type[Event], str] = {
    Trade: "trade",
    Liquidation: "trade",
    BookDelta: "book",
    Mark: CONTROL,
    OpenInterest: CONTROL,
    Funding: CONTROL,
}


def create(settings: VenueSettings) -> "Kraken":
    """Kraken Futures as `settings` reach it.

    Raises:
        ValueError: a region is named; there is only one.
    """
    return Kraken(*settings.addresses("Kraken", {"": (WS_URL, REST_URL)}))


class Kraken:
    """The venue at one WebSocket URL and one REST host; holds nothing else."""

    name = NAME
    limits = Limits(
        connects_per_s=1,
        subscribes_per_hour=10_000,  # 100 requests a second [S]
        args_per_request=50,
        subscriptions_per_connection=300,  # no published limit; keeps what one lost connection costs bounded
        max_frame_bytes=8 << 20,
    )
    keepalive: Keepalive | None = None  # pings of the WebSocket protocol are enough [M]
    history: Sequence[HistoryPeriod] = HISTORY
    thinned_liquidations = False
    liquidation_fee = 0.0

    def __init__(self, ws_url: str, rest_url: str) -> None:
        self._ws_url, self._rest_url = ws_url, rest_url
        self.hosts = hosts_of(ws_url, rest_url, WS_URL)

    # --- streams ------------------------------------------------------------------------------------------------

    def subscriptions(
        self, instruments: Sequence[Instrument], prices_of: Sequence[Instrument] = ()
    ) -> list[Subscription]:
        """The tickers first, so that the control stream speaks before the rest; each stream once."""
        wanted = [self._subscription(CONTROL, i.symbol) for i in [*instruments, *prices_of]]
        wanted += [self._subscription(feed, i.symbol) for i in instruments for feed in ("trade", "book")]
        return list({s.key: s for s in wanted}.values())

    def subscribe(self, subscriptions: Sequence[Subscription]) -> list[str]:
        return list(self._batches("subscribe", subscriptions))

    def unsubscribe(self, subscriptions: Sequence[Subscription]) -> list[str]:
        return list(self._batches("unsubscribe", subscriptions))

    def stream_of(self, event: Event) -> str | None:
        match event:
            case Trade() | Liquidation() | BookDelta() | Mark() | OpenInterest() | Funding():
                return f"{_STREAM_OF[type(event)]}:{event.symbol}"
        return None

    decode = staticmethod(decode_frame)

    def _subscription(self, feed: str, symbol: str) -> Subscription:
        request = {"feed": feed, "product_id": symbol}
        key = f"{feed}:{symbol}"
        return Subscription(key, self._ws_url, request, symbol, SILENCE_S[feed], control=feed == CONTROL)

    def _batches(self, event: str, subscriptions: Sequence[Subscription]) -> Iterator[str]:
        """A message names one feed and many products."""
        products: dict[str, list[str]] = {}
        for subscription in subscriptions:
            products.setdefault(subscription.request["feed"], []).append(subscription.request["product_id"])
        size = self.limits.args_per_request
        for feed, names in products.items():
            for first in range(0, len(names), size):
                asked = {"event": event, "feed": feed, "product_ids": names[first : first + size]}
                yield msgspec.json.encode(asked).decode()

    # --- REST ---------------------------------------------------------------------------------------------------

    decode_reply = staticmethod(decode_answer)

    def listing_requests(self) -> list[Request]:
        return [Request(f"{self._rest_url}{INSTRUMENTS}", ALL)]

    def state_requests(self, instrument: Instrument) -> list[Request]:
        """The margin levels stand in the listing; the fragment, which stays here, says whose are wanted."""
        return [Request(f"{self._rest_url}{INSTRUMENTS}#{urlencode({'symbol': instrument.symbol})}", ALL)]

    def candles(
        self, instrument: Instrument, period: HistoryPeriod, *, before_ns: int | None, mark: bool
    ) -> Request | None:
        """Candles of trades or of the mark.

        Raises:
            ValueError: without `before_ns`; a page is named by both its ends.
        """
        first_ns, end_ns = period.page(before_ns, ROWS_PER_PAGE)
        query = urlencode({"from": first_ns // 10**9, "to": end_ns // 10**9 - 1})
        path = f"{CHARTS}/{'mark' if mark else 'trade'}/{instrument.symbol}/{RESOLUTIONS[period.name]}"
        return Request(f"{self._rest_url}{path}?{query}", ALL)

    def interest_history(self, instrument: Instrument, period: HistoryPeriod, *, before_ns: int | None) -> None:
        """Nothing is asked for."""
