"""OKX v5: linear and inverse swaps, dated futures and X-Perps. Public data only, no key.

What a reader of its events must know:

- Sizes come in contracts and leave here in units: times 0.01 BTC for BTC-USDT-SWAP, times 100 USD for BTC-USD-SWAP.
- Liquidations are thinned: at most one order per contract and second [O]. The first frame after subscribing may repeat
  old ones, so who counts them drops repeats of (symbol, time, side, size, price). Their price is the bankruptcy price.
- The book's checksum is dead (constant 0 since 2026); the chain `prevSeqId → seqId` is what proves a book whole: a
  snapshot has -1, a heartbeat repeats its predecessor's number with empty sides, a reset goes on from a lower one.
- X-Perps are filed under FUTURES with a date in their name; they are perpetual and pay funding.
"""

from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

import msgspec

from liqtui.events import (
    BookDelta,
    Event,
    Funding,
    Index,
    Liquidation,
    Listing,
    Mark,
    OpenInterest,
    Trade,
)
from liqtui.instruments import Instrument, Kind
from liqtui.venues._okx_listing import NAME, inst_type
from liqtui.venues._okx_rest import BARS, HISTORY, decode_answer
from liqtui.venues._okx_stream import decode_frame
from liqtui.venues.base import Bucket, HistoryPeriod, Keepalive, Limits, Request, Subscription, VenueSettings, hosts_of

REGIONS = {
    "www": ("wss://ws.okx.com:8443/ws/v5/public", "https://www.okx.com"),
    "eea": ("wss://wseea.okx.com:8443/ws/v5/public", "https://eea.okx.com"),
    "us": ("wss://wsus.okx.com:8443/ws/v5/public", "https://us.okx.com"),
}
"""WebSocket and REST of OKX's three sites; which one answers depends on where one is."""

SILENCE_S: dict[str, float | None] = {
    "mark-price": 15.0,  # every 10 s even when nothing moves [M]
    "index-tickers": 150.0,  # at least once a minute [O]
    "books": 150.0,  # an empty update every 60 s when nothing moves [O]
    "open-interest": 60.0,  # about every 3 s [M]
    "funding-rate": 300.0,  # every 30-90 s [M]
    "trades": None,  # a thin contract may not trade for hours
    "liquidation-orders": None,
    "instruments": None,
}
"""More than each channel's slowest cadence; None where silence means nothing."""
CONTROL = "mark-price"

MAX_ARGS_BYTES = 60_000
"""OKX takes 64 KB of arguments in one request [M]."""
CANDLES_PER_PAGE = 300
MARKS_PER_PAGE = 100
HISTORY_PER_PAGE = 100

_STREAM_OF: dict[type[Event], str] = {
    Trade: "trades",
    BookDelta: "books",
    Mark: "mark-price",
    OpenInterest: "open-interest",
    Funding: "funding-rate",
}


def create(settings: VenueSettings) -> "Okx":
    """OKX as `settings` reach it.

    Raises:
        ValueError: the region is none of OKX's.
    """
    return Okx(*settings.addresses("OKX", REGIONS))


class Okx:
    """The OKX venue at one WebSocket URL and one REST host; holds nothing else."""

    name = NAME
    limits = Limits(
        connects_per_s=3,
        subscribes_per_hour=480,
        args_per_request=400,
        subscriptions_per_connection=400,  # no published limit; keeps what one lost connection costs bounded
        max_frame_bytes=8 << 20,  # the listing of all swaps is the longest, well under 1 MB
    )
    keepalive = Keepalive("ping", 20.0)  # OKX closes after 30 s
    history: Sequence[HistoryPeriod] = HISTORY
    thinned_liquidations = True
    liquidation_fee = 0.0005
    """The taker fee of an ordinary account, which OKX charges on a liquidation."""

    def __init__(self, ws_url: str, rest_url: str) -> None:
        self._ws_url, self._rest_url = ws_url, rest_url
        self.hosts = hosts_of(ws_url, rest_url, *(url for region in REGIONS.values() for url in region))

    # --- streams ------------------------------------------------------------------------------------------------

    def subscriptions(
        self, instruments: Sequence[Instrument], prices_of: Sequence[Instrument] = ()
    ) -> list[Subscription]:
        """The marks first, so that the control stream speaks before the rest; each stream once."""
        wanted = [self._subscription(CONTROL, i.symbol, i.symbol) for i in [*instruments, *prices_of]]
        for one in instruments:
            wanted += [self._subscription(c, one.symbol, one.symbol) for c in ("trades", "books", "open-interest")]
            if one.kind is Kind.PERPETUAL:
                wanted.append(self._subscription("funding-rate", one.symbol, one.symbol))
            wanted.append(self._subscription("index-tickers", one.index, None))
        for kind in dict.fromkeys(inst_type(i.symbol) for i in instruments):
            wanted += [self._of_type(channel, kind) for channel in ("liquidation-orders", "instruments")]
        return list({s.key: s for s in wanted}.values())

    def subscribe(self, subscriptions: Sequence[Subscription]) -> list[str]:
        return list(self._batches("subscribe", subscriptions))

    def unsubscribe(self, subscriptions: Sequence[Subscription]) -> list[str]:
        return list(self._batches("unsubscribe", subscriptions))

    def stream_of(self, event: Event) -> str | None:
        match event:
            case Trade() | BookDelta() | Mark() | OpenInterest() | Funding():
                return f"{_STREAM_OF[type(event)]}:{event.symbol}"
            case Index():
                return f"index-tickers:{event.index}"
            case Liquidation():
                return f"liquidation-orders:{inst_type(event.symbol)}"
            case Listing() if event.instruments:
                return f"instruments:{inst_type(event.instruments[0].symbol)}"
        return None

    decode = staticmethod(decode_frame)

    def _subscription(self, channel: str, name: str, symbol: str | None) -> Subscription:
        request = {"channel": channel, "instId": name}
        key = f"{channel}:{name}"
        return Subscription(key, self._ws_url, request, symbol, SILENCE_S[channel], control=channel == CONTROL)

    def _of_type(self, channel: str, kind: str) -> Subscription:
        """A stream of a whole type. `liquidation-orders` takes nothing finer: OKX drops `instFamily` silently [S]."""
        request = {"channel": channel, "instType": kind}
        return Subscription(f"{channel}:{kind}", self._ws_url, request, None, SILENCE_S[channel])

    def _batches(self, op: str, subscriptions: Sequence[Subscription]) -> Iterator[str]:
        """As few frames as the limits allow: OKX counts requests, not arguments."""
        batch: list[bytes] = []
        for argument in (msgspec.json.encode(s.request) for s in subscriptions):
            full = len(batch) == self.limits.args_per_request
            if full or sum(map(len, batch)) + len(batch) + len(argument) > MAX_ARGS_BYTES:
                yield _frame(op, batch)
                batch = []
            batch.append(argument)
        if batch:
            yield _frame(op, batch)

    # --- REST ---------------------------------------------------------------------------------------------------

    decode_reply = staticmethod(decode_answer)

    def listing_requests(self) -> list[Request]:
        return [self._get("public/instruments", 20, {"instType": kind}) for kind in ("SWAP", "FUTURES")]

    def state_requests(self, instrument: Instrument) -> list[Request]:
        symbol, kind = instrument.symbol, inst_type(instrument.symbol)
        one, of_type = {"instId": symbol}, {"instType": kind, "instId": symbol}
        tiers_of = {"instType": kind, "tdMode": "cross", "instFamily": instrument.family}
        page = {"limit": str(HISTORY_PER_PAGE)}
        recent = {**one, "period": "5m", **page}
        requests = [
            self._get("public/position-tiers", 10, tiers_of),
            self._get("public/open-interest", 20, of_type),
            self._get("public/mark-price", 10, of_type),
        ]
        if instrument.kind is Kind.PERPETUAL:
            requests.append(self._get("public/funding-rate", 10, one))
            requests.append(self._get("public/funding-rate-history", 10, {**one, **page}, optional=True))
        ratio = "rubik/stat/contracts/long-short-account-ratio-contract"
        requests.append(self._get(ratio, 5, recent, optional=True))
        contracts = {**recent, "unit": "1"}
        requests.append(self._get("rubik/stat/taker-volume-contract", 5, contracts, optional=True))
        return requests

    def candles(
        self, instrument: Instrument, period: HistoryPeriod, *, before_ns: int | None, mark: bool
    ) -> Request:
        path, calls, rows = (
            ("market/mark-price-candles", 20, MARKS_PER_PAGE) if mark else ("market/candles", 40, CANDLES_PER_PAGE)
        )
        query = {"instId": instrument.symbol, "bar": BARS[period.name], "limit": str(rows)}
        return self._get(path, calls, query | _older_than("after", before_ns))

    def interest_history(
        self, instrument: Instrument, period: HistoryPeriod, *, before_ns: int | None
    ) -> Request:
        """Rows whose periods end before `before_ns`: OKX pages by a period's begin."""
        begin_ns = None if before_ns is None else before_ns - period.seconds * 10**9
        query = {"instId": instrument.symbol, "period": BARS[period.name], "limit": str(HISTORY_PER_PAGE)}
        query |= _older_than("end", begin_ns)
        return self._get("rubik/stat/contracts/open-interest-history", 10, query)

    def _get(self, path: str, calls: int, query: dict[str, str], *, optional: bool = False) -> Request:
        """A GET of `/api/v5/<path>`, which OKX answers `calls` times in 2 s."""
        url = f"{self._rest_url}/api/v5/{path}?{urlencode(query)}"
        return Request(url, Bucket(path, calls, 2.0), optional)


def _frame(op: str, arguments: list[bytes]) -> str:
    return f'{{"op":"{op}","args":[{b",".join(arguments).decode()}]}}'


def _older_than(parameter: str, before_ns: int | None) -> dict[str, str]:
    return {} if before_ns is None else {parameter: str(before_ns // 10**6)}
