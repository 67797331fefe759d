"""Gate v4 futures: perpetuals settled in USDT and in bitcoin, dated contracts settled in USDT. No key.

What a reader of its events must know:

- Sizes come in contracts, signed, and leave here in units: times `quanto_multiplier`, 1 USD of an inverse contract.
- Liquidations of the stream carry the sign of the *order*: what is negative sells and closes a long. REST has the sign
  of the *position*. Dated contracts have no such stream.
- The book is `futures.obu`, which begins whole; dated contracts have the older one, whose beginning comes by REST. A
  change's `U` is one after the last `u`.
- Index prices have no name of their own: each contract's index is named after the contract.
- Requests carry a `time` that only signed ones are checked for; Gate's own examples send a constant [O].
"""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from urllib.parse import quote, urlencode

import msgspec

from liqtui.events import BookDelta, Event, Funding, Index, Liquidation, Mark, OpenInterest, Trade
from liqtui.instruments import Instrument, Kind
from liqtui.venues._gate_rest import HISTORY, INTERVALS, NAME, decode_answer
from liqtui.venues._gate_stream import BOOK_LEVELS, decode_frame, key_of
from liqtui.venues.base import Bucket, HistoryPeriod, Keepalive, Limits, Request, Subscription, VenueSettings, hosts_of

WS_URL = "wss://fx-ws.gateio.ws/v4/ws"
"""Of all contracts; `/usdt`, `/btc` and `/delivery/usdt` follow."""
REST_URL = "https://api.gateio.ws"
_OTHER_REST_URL = "https://fx-api.gateio.ws"

CONTROL, TRADES, LIQUIDATIONS = "futures.tickers", "futures.trades", "futures.public_liquidates"
BOOK, DATED_BOOK = "futures.obu", "futures.order_book_update"
SILENCE_S: dict[str, float | None] = {
    CONTROL: 15.0,  # whenever mark, index or last price change: every second or so [F]
    BOOK: 60.0,
    DATED_BOOK: None,  # a dated contract may rest
    TRADES: None,
    LIQUIDATIONS: None,
}

LISTINGS = ("futures/usdt", "futures/btc", "delivery/usdt")
CANDLES_PER_PAGE = 1000
"""Gate allows 2,000 [O]."""
STATS_PER_PAGE = 99
_SNAPSHOT_LEVELS = 100
_DATED = re.compile(r"_\d{8}")


def create(settings: VenueSettings) -> "Gate":
    """Gate as `settings` reach it.

    Raises:
        ValueError: a region is named; Gate's data has one host for all.
    """
    return Gate(*settings.addresses("Gate", {"": (WS_URL, REST_URL)}))


class Gate:
    """The Gate venue at one WebSocket URL and one REST host; holds nothing else."""

    name = NAME
    limits = Limits(
        connects_per_s=1,  # 300 connections an address [S]
        subscribes_per_hour=3600,  # none published
        args_per_request=1,  # one wrong contract fails its whole request [S]
        subscriptions_per_connection=150,  # no published limit; what others were seen to use
        max_frame_bytes=8 << 20,
    )
    headers: Mapping[str, str] = MappingProxyType({"X-Gate-Size-Decimal": "1"})
    """Asks for sizes as they are; without it those of contracts that trade in fractions come rounded [S]."""
    keepalive = Keepalive('{"time":1,"channel":"futures.ping"}', 15.0)
    history: Sequence[HistoryPeriod] = HISTORY
    thinned_liquidations = False
    """Since August 2026 none is dropped any more; before, one a second and contract was told [O]."""
    liquidation_fee = 0.00075
    """The taker fee, which Gate counts beside the maintenance rate [M]."""

    def __init__(self, ws_url: str, rest_url: str) -> None:
        self._ws_url, self._rest_url = ws_url, rest_url
        self.hosts = hosts_of(ws_url, rest_url, WS_URL, REST_URL, _OTHER_REST_URL)

    # --- streams ------------------------------------------------------------------------------------------------

    def subscriptions(
        self, instruments: Sequence[Instrument], prices_of: Sequence[Instrument] = ()
    ) -> list[Subscription]:
        """The tickers first, so that the control stream speaks before the rest; each stream once."""
        wanted = [self._subscription(CONTROL, i, i.symbol) for i in [*instruments, *prices_of]]
        for one in instruments:
            wanted.append(self._subscription(TRADES, one, one.symbol))
            if one.kind is Kind.DATED:
                wanted.append(self._subscription(DATED_BOOK, one, one.symbol, "100ms", str(_SNAPSHOT_LEVELS)))
                continue
            wanted.append(self._subscription(BOOK, one, f"ob.{one.symbol}.{BOOK_LEVELS}"))
            wanted.append(self._subscription(LIQUIDATIONS, one, one.symbol))
        return list({s.key: s for s in wanted}.values())

    def subscribe(self, subscriptions: Sequence[Subscription]) -> list[str]:
        return [_frame("subscribe", s) for s in subscriptions]

    def unsubscribe(self, subscriptions: Sequence[Subscription]) -> list[str]:
        return [_frame("unsubscribe", s) for s in subscriptions]

    def stream_of(self, event: Event) -> str | None:
        match event:
            case Trade():
                return f"{TRADES}:{event.symbol}"
            case BookDelta() if _DATED.search(event.symbol):
                return f"{DATED_BOOK}:{event.symbol}"
            case BookDelta():
                return f"{BOOK}:ob.{event.symbol}.{BOOK_LEVELS}"
            case Mark() | OpenInterest() | Funding():
                return f"{CONTROL}:{event.symbol}"
            case Index():
                return f"{CONTROL}:{event.index}"
            case Liquidation():
                return f"{LIQUIDATIONS}:{event.symbol}"
        return None

    decode = staticmethod(decode_frame)

    def _subscription(self, channel: str, instrument: Instrument, *payload: str) -> Subscription:
        request = {"channel": channel, "payload": msgspec.json.encode(payload).decode()}
        whole = None
        if channel == DATED_BOOK:
            query = {"contract": instrument.symbol, "limit": str(_SNAPSHOT_LEVELS), "with_id": "true"}
            whole = self._get(instrument, "order_book", query)
        return Subscription(
            key_of(channel, list(payload)), f"{self._ws_url}/{_market(instrument).removeprefix('futures/')}", request,
            instrument.symbol, SILENCE_S[channel], control=channel == CONTROL, snapshot=whole,
        )  # fmt: skip

    # --- REST ---------------------------------------------------------------------------------------------------

    decode_reply = staticmethod(decode_answer)

    def listing_requests(self) -> list[Request]:
        return [self._request(f"{market}/contracts") for market in LISTINGS]

    def state_requests(self, instrument: Instrument) -> list[Request]:
        of = {"contract": instrument.symbol}
        requests = [
            self._get(instrument, "risk_limit_tiers", of),
            self._get(instrument, f"contracts/{quote(instrument.symbol)}", {}),
        ]
        if instrument.kind is Kind.PERPETUAL:
            requests.append(self._get(instrument, "funding_rate", of | {"limit": "100"}, optional=True))
        return requests

    def candles(
        self, instrument: Instrument, period: HistoryPeriod, *, before_ns: int | None, mark: bool
    ) -> Request:
        """Gate takes a number of rows or a span, not both [O]."""
        query = {"contract": f"{'mark_' if mark else ''}{instrument.symbol}", "interval": INTERVALS[period.name]}
        if before_ns is None:
            query["limit"] = str(CANDLES_PER_PAGE)
        else:
            last = before_ns // 10**9 - 1
            query |= {"from": str(last + 1 - CANDLES_PER_PAGE * period.seconds), "to": str(last)}
        return self._get(instrument, "candlesticks", query)

    def interest_history(
        self, instrument: Instrument, period: HistoryPeriod, *, before_ns: int | None
    ) -> Request:
        """Rows whose periods end before `before_ns`: Gate names a period by its begin. Dated contracts have none."""
        query = {"contract": instrument.symbol, "interval": INTERVALS[period.name], "limit": str(STATS_PER_PAGE)}
        if before_ns is not None:
            query["from"] = str(before_ns // 10**9 - (STATS_PER_PAGE + 1) * period.seconds)
        return self._get(instrument, "contract_stats", query, optional=instrument.kind is Kind.DATED)

    def _get(self, instrument: Instrument, path: str, query: dict[str, str], *, optional: bool = False) -> Request:
        return self._request(f"{_market(instrument)}/{path}{'?' if query else ''}{urlencode(query)}", optional)

    def _request(self, path: str, optional: bool = False) -> Request:
        """200 in 10 s were seen to be allowed [S]; half of it is left to others here."""
        return Request(f"{self._rest_url}/api/v4/{path}", Bucket("public", 100, 10.0), optional)


def _market(instrument: Instrument) -> str:
    if instrument.kind is Kind.DATED:
        return "delivery/usdt"
    return "futures/btc" if instrument.inverse else "futures/usdt"


def _frame(event: str, subscription: Subscription) -> str:
    channel, payload = subscription.request["channel"], subscription.request["payload"]
    return f'{{"time":1,"channel":"{channel}","event":"{event}","payload":{payload}}}'
