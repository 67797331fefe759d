"""Deribit: inverse perpetuals and dated futures in dollars, linear ones in USDC. Public data only, no key.

What a reader of its events must know:

- Amounts are dollars of an inverse contract and coins of a linear one already; `contract_size` is only their step.
- Liquidations are flags on trades, all of them: one fill is a `Trade` and a `Liquidation`, twice where both sides were
  forced. Their price is the fill's.
- The book's chain is `prev_change_id → change_id`.
- Funding is stated for eight hours and paid continuously: it is never due at a time.
- Margin tiers are not told; open interest of the past and candles of marks neither.
- Contracts expire at 08:00 UTC; the name has no zero before a one-digit day (`BTC-5JUN20`).
"""

from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

import msgspec

from liqtui.events import BookDelta, Event, Funding, Liquidation, Mark, OpenInterest, Trade
from liqtui.instruments import Instrument
from liqtui.venues._deribit_rest import API, HISTORY, NAME, RESOLUTIONS, decode_answer
from liqtui.venues._deribit_stream import INTERVAL, PING, SUBSCRIBE, UNSUBSCRIBE, decode_frame
from liqtui.venues._wire import MS
from liqtui.venues.base import Bucket, HistoryPeriod, Keepalive, Limits, Request, Subscription, VenueSettings, hosts_of

REGIONS = {
    "www": ("wss://www.deribit.com/ws/api/v2", "https://www.deribit.com"),
    "streams": ("wss://streams.deribit.com/ws/api/v2", "https://www.deribit.com"),
}
"""The usual socket, and the one for market data alone [S]."""

SILENCE_S: dict[str, float | None] = {
    "ticker": 15.0,  # several times a second for what trades, seldom slower than a few seconds for what does not [M]
    "book": 300.0,  # a thin dated contract may rest for minutes
    "trades": None,
}
CONTROL = "ticker"

ROWS_PER_PAGE = 480

_STREAM_OF: dict[type[Event], str] = {
    Trade: "trades",
    Liquidation: "trades",
    BookDelta: "book",
    Mark: CONTROL,
    OpenInterest: CONTROL,
    Funding: CONTROL,
}


def create(settings: VenueSettings) -> "Deribit":
    """Deribit as `settings` reach it.

    Raises:
        ValueError: the region is none of Deribit's.
    """
    return Deribit(*settings.addresses("Deribit", REGIONS))


class Deribit:
    """The venue at one WebSocket URL and one REST host; holds nothing else."""

    name = NAME
    limits = Limits(
        connects_per_s=1,
        subscribes_per_hour=10_000,  # 3.3 a second, ten at once [S]
        args_per_request=100,
        subscriptions_per_connection=300,  # no published limit; keeps what one lost connection costs bounded
        max_frame_bytes=8 << 20,
    )
    keepalive = Keepalive(f'{{"jsonrpc":"2.0","id":{PING},"method":"public/test","params":{{}}}}', 20.0)
    history: Sequence[HistoryPeriod] = HISTORY
    thinned_liquidations = False
    liquidation_fee = 0.0
    """A position is taken over when its equity reaches the maintenance margin; the fee comes after that."""

    def __init__(self, ws_url: str, rest_url: str) -> None:
        self._ws_url, self._rest_url = ws_url, rest_url
        self.hosts = hosts_of(ws_url, rest_url, *(url for region in REGIONS.values() for url in region))

    # --- streams ------------------------------------------------------------------------------------------------

    def subscriptions(
        self, instruments: Sequence[Instrument], prices_of: Sequence[Instrument] = ()
    ) -> list[Subscription]:
        """The tickers first, so that the control stream speaks before the rest; each stream once."""
        wanted = [self._subscription(CONTROL, i.symbol) for i in [*instruments, *prices_of]]
        wanted += [self._subscription(channel, i.symbol) for i in instruments for channel in ("trades", "book")]
        return list({s.key: s for s in wanted}.values())

    def subscribe(self, subscriptions: Sequence[Subscription]) -> list[str]:
        return list(self._batches(SUBSCRIBE, "subscribe", subscriptions))

    def unsubscribe(self, subscriptions: Sequence[Subscription]) -> list[str]:
        return list(self._batches(UNSUBSCRIBE, "unsubscribe", subscriptions))

    def stream_of(self, event: Event) -> str | None:
        match event:
            case Trade() | Liquidation() | BookDelta() | Mark() | OpenInterest() | Funding():
                return f"{_STREAM_OF[type(event)]}.{event.symbol}.{INTERVAL}"
        return None

    decode = staticmethod(decode_frame)

    def _subscription(self, kind: str, symbol: str) -> Subscription:
        """Of 100 ms each: every single change is for those who log in [O]."""
        channel = f"{kind}.{symbol}.{INTERVAL}"
        silence = SILENCE_S[kind]
        return Subscription(channel, self._ws_url, {"channel": channel}, symbol, silence, control=kind == CONTROL)

    def _batches(self, number: int, verb: str, subscriptions: Sequence[Subscription]) -> Iterator[str]:
        size = self.limits.args_per_request
        for first in range(0, len(subscriptions), size):
            channels = [s.request["channel"] for s in subscriptions[first : first + size]]
            asked = {"jsonrpc": "2.0", "id": number, "method": f"public/{verb}", "params": {"channels": channels}}
            yield msgspec.json.encode(asked).decode()

    # --- REST ---------------------------------------------------------------------------------------------------

    decode_reply = staticmethod(decode_answer)

    def listing_requests(self) -> list[Request]:
        return [self._get("get_instruments", 1, {"currency": "any", "kind": "future", "expired": "false"})]

    def state_requests(self, instrument: Instrument) -> list[Request]:
        return [self._get("ticker", 5, {"instrument_name": instrument.symbol})]

    def candles(
        self, instrument: Instrument, period: HistoryPeriod, *, before_ns: int | None, mark: bool
    ) -> Request | None:
        """Candles of trades; the venue keeps none of marks.

        Raises:
            ValueError: without `before_ns`; the venue wants both ends of a page.
        """
        if mark:
            return None
        first_ns, end_ns = period.page(before_ns, ROWS_PER_PAGE)
        times = {"start_timestamp": str(first_ns // MS), "end_timestamp": str(end_ns // MS - 1)}
        query = {"instrument_name": instrument.symbol, "resolution": RESOLUTIONS[period.name], **times}
        return self._get("get_tradingview_chart_data", 5, query)

    def interest_history(self, instrument: Instrument, period: HistoryPeriod, *, before_ns: int | None) -> None:
        """Nothing: the venue keeps no open interest of the past."""

    def _get(self, path: str, calls: int, query: dict[str, str]) -> Request:
        """A GET of `/api/v2/public/<path>`, asked `calls` times a second at most; 20 would do [M]."""
        return Request(f"{self._rest_url}{API}{path}?{urlencode(query)}", Bucket(path, calls, 1.0))
