"""BitMEX: inverse XBTUSD and its dated kin, linear contracts in USDT. Public data only, no key.

What a reader of its events must know:

- Sizes come in contracts and leave here in units: an XBTUSD contract is one dollar, an XBTUSDT contract a millionth of
  a bitcoin; the multiplier says it. Quanto contracts (ETHUSD) have no unit of ours and are not listed.
- The liquidation table is a queue of orders, not of fills: its size is what the order has left to do, its price the
  order's, its side the order's too (Buy: a short is liquidated). It says no time.
- The book has no sequence numbers: that no change was lost is taken on trust.
- Bitcoin is XBT here; an `Instrument` says BTC as its base. Contracts expire at 12:00 UTC.
"""

from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

import msgspec

from liqtui.events import BookDelta, Event, Funding, Liquidation, Mark, OpenInterest, Trade
from liqtui.instruments import Instrument, Kind
from liqtui.venues._bitmex_listing import NAME
from liqtui.venues._bitmex_rest import API, BINS, HISTORY, decode_answer
from liqtui.venues._bitmex_stream import decode_frame
from liqtui.venues._fields import iso
from liqtui.venues.base import Bucket, HistoryPeriod, Keepalive, Limits, Request, Subscription, VenueSettings, hosts_of

WS_URL, REST_URL = "wss://ws.bitmex.com/realtime", "https://www.bitmex.com"

SILENCE_S: dict[str, float | None] = {
    "instrument": 60.0,  # marks follow the index every few seconds [M]
    "orderBookL2": 300.0,  # a thin dated contract may rest for minutes
    "trade": None,
    "liquidation": None,
}
CONTROL = "instrument"

ROWS_PER_PAGE = 500
ALL = Bucket("all", 25, 60.0)
"""Thirty requests a minute without a key [S]."""

_STREAM_OF: dict[type[Event], str] = {
    Trade: "trade",
    BookDelta: "orderBookL2",
    Liquidation: "liquidation",
    Mark: CONTROL,
    OpenInterest: CONTROL,
    Funding: CONTROL,
}


def create(settings: VenueSettings) -> "Bitmex":
    """BitMEX as `settings` reach it.

    Raises:
        ValueError: a region is named; there is only one.
    """
    return Bitmex(*settings.addresses("BitMEX", {"": (WS_URL, REST_URL)}))


class Bitmex:
    """The venue at one WebSocket URL and one REST host; holds nothing else."""

    name = NAME
    limits = Limits(
        connects_per_s=0.3,  # 20 at once, then one every few seconds [M]
        subscribes_per_hour=720,  # the socket's own limit [M]
        args_per_request=20,
        subscriptions_per_connection=200,
        max_frame_bytes=16 << 20,  # the whole book of XBTUSD
    )
    keepalive = Keepalive("ping", 10.0)
    history: Sequence[HistoryPeriod] = HISTORY
    thinned_liquidations = True
    """Whether every forced order passes through the table is not said."""
    liquidation_fee = 0.0005
    """The taker fee of closing, which BitMEX adds to the maintenance margin [M]."""

    def __init__(self, ws_url: str, rest_url: str) -> None:
        self._ws_url, self._rest_url = ws_url, rest_url
        self.hosts = hosts_of(ws_url, rest_url, WS_URL, REST_URL)

    # --- streams ------------------------------------------------------------------------------------------------

    def subscriptions(
        self, instruments: Sequence[Instrument], prices_of: Sequence[Instrument] = ()
    ) -> list[Subscription]:
        """The instruments first, so that the control stream speaks before the rest; each stream once."""
        wanted = [self._subscription(CONTROL, i.symbol) for i in [*instruments, *prices_of]]
        tables = ("trade", "orderBookL2", "liquidation")
        wanted += [self._subscription(table, i.symbol) for i in instruments for table in tables]
        return list({s.key: s for s in wanted}.values())

    def subscribe(self, subscriptions: Sequence[Subscription]) -> list[str]:
        return list(self._batches("subscribe", subscriptions))

    def unsubscribe(self, subscriptions: Sequence[Subscription]) -> list[str]:
        return list(self._batches("unsubscribe", subscriptions))

    def stream_of(self, event: Event) -> str | None:
        match event:
            case Trade() | BookDelta() | Liquidation() | Mark() | OpenInterest() | Funding():
                return f"{_STREAM_OF[type(event)]}:{event.symbol}"
        return None

    decode = staticmethod(decode_frame)

    def _subscription(self, table: str, symbol: str) -> Subscription:
        key = f"{table}:{symbol}"
        return Subscription(key, self._ws_url, {"topic": key}, symbol, SILENCE_S[table], control=table == CONTROL)

    def _batches(self, op: str, subscriptions: Sequence[Subscription]) -> Iterator[str]:
        size = self.limits.args_per_request
        for first in range(0, len(subscriptions), size):
            topics = [s.request["topic"] for s in subscriptions[first : first + size]]
            yield msgspec.json.encode({"op": op, "args": topics}).decode()

    # --- REST ---------------------------------------------------------------------------------------------------

    decode_reply = staticmethod(decode_answer)

    def listing_requests(self) -> list[Request]:
        return [self._get("instrument/active", {})]

    def state_requests(self, instrument: Instrument) -> list[Request]:
        requests = [self._get("instrument", {"symbol": instrument.symbol})]
        if instrument.kind is Kind.PERPETUAL:
            newest = {"symbol": instrument.symbol, "count": "100", "reverse": "true"}
            requests.append(self._get("funding", newest, optional=True))
        return requests

    def candles(
        self, instrument: Instrument, period: HistoryPeriod, *, before_ns: int | None, mark: bool
    ) -> Request | None:
        """Candles of trades, newest first; the venue keeps none of marks. One that opens before a time ends by it."""
        if mark:
            return None
        query = {"symbol": instrument.symbol, "binSize": BINS[period.name], "partial": "false"}
        query |= {"count": str(ROWS_PER_PAGE), "reverse": "true"}
        return self._get("trade/bucketed", query if before_ns is None else query | {"endTime": iso(before_ns)})

    def interest_history(self, instrument: Instrument, period: HistoryPeriod, *, before_ns: int | None) -> None:
        """Nothing: the venue keeps no open interest of the past."""

    def _get(self, path: str, query: dict[str, str], *, optional: bool = False) -> Request:
        words = f"?{urlencode(query)}" if query else ""
        return Request(f"{self._rest_url}{API}{path}{words}", ALL, optional)
