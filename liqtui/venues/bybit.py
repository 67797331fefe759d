"""Bybit v5: linear (USDT, USDC) and inverse perpetuals and dated futures. Public data only, no key.

What a reader of its events must know:

- Sizes come in base coin, of inverse contracts in dollars, and stay so.
- Open interest comes as longs plus shorts, twice what other venues publish; here it is one side, as everywhere.
- Liquidations are complete, as Bybit says, and carry the side of the *position*: Buy is a long that was liquidated.
  Their price is the bankruptcy price.
- Ticker deltas hold only what changed: a delta without a mark is no news of the mark. Funding comes in parts.
- The book's `u` counts up by one; `u` 1 is a service that started anew, with a whole book.
- Index prices have no name of their own: each contract's index is named after the contract.
- Risk limits count the value of a position (coin value of an inverse one), with a deduction per step.
"""

from collections.abc import Sequence
from urllib.parse import urlencode

import msgspec

from liqtui.events import BookDelta, Event, Funding, Index, Liquidation, Mark, OpenInterest, Trade
from liqtui.instruments import Instrument, Kind
from liqtui.venues._bybit_rest import HISTORY, INTEREST_INTERVALS, INTERVALS, NAME, decode_answer, following
from liqtui.venues._bybit_stream import decode_frame
from liqtui.venues.base import Bucket, HistoryPeriod, Keepalive, Limits, Request, Subscription, VenueSettings, hosts_of

WS_URL = "wss://stream.bybit.com/v5/public"
"""Of all contracts; `/linear` and `/inverse` follow."""
REST_URL = "https://api.bybit.com"

BOOK = "orderbook.200"
"""The deepest book that every contract has at 100 ms; a topic that is missing would fail."""
CONTROL = "tickers"
SILENCE_S: dict[str, float | None] = {
    CONTROL: 15.0,  # every 100 ms while anything changes [O]; mark and index of a live contract change every second
    BOOK: 60.0,  # every 100 ms while anything changes [O]
    "publicTrade": None,  # a thin contract may not trade for hours
    "allLiquidation": None,
}

ROWS = {"kline": 1000, "mark-price-kline": 1000, "open-interest": 200, "account-ratio": 500, "funding/history": 200}
"""Rows a page may have [O]."""
_LISTED_PER_PAGE = 1000


def create(settings: VenueSettings) -> "Bybit":
    """Bybit as `settings` reach it.

    Raises:
        ValueError: a region is named; Bybit's data has one host for all.
    """
    return Bybit(*settings.addresses("Bybit", {"": (WS_URL, REST_URL)}))


class Bybit:
    """The Bybit venue at one WebSocket URL and one REST host; holds nothing else."""

    name = NAME
    limits = Limits(
        connects_per_s=1,  # 500 in five minutes [O]
        subscribes_per_hour=3600,  # none published
        args_per_request=1,  # one wrong topic fails its whole request, and an answer names only the request [F]
        subscriptions_per_connection=400,  # 21,000 characters of topics in all [O]
        max_frame_bytes=8 << 20,
        forbidden_s=600.0,  # "access too frequent" [O]
    )
    keepalive = Keepalive('{"req_id":"ping","op":"ping"}', 20.0)
    history: Sequence[HistoryPeriod] = HISTORY
    thinned_liquidations = False
    liquidation_fee = 0.0
    """The deduction of a risk limit is all that Bybit counts beside the maintenance rate."""

    def __init__(self, ws_url: str, rest_url: str) -> None:
        self._ws_url, self._rest_url = ws_url, rest_url
        self.hosts = hosts_of(ws_url, rest_url, WS_URL, REST_URL)

    # --- streams ------------------------------------------------------------------------------------------------

    def subscriptions(
        self, instruments: Sequence[Instrument], prices_of: Sequence[Instrument] = ()
    ) -> list[Subscription]:
        """The tickers first, so that the control stream speaks before the rest; each stream once."""
        wanted = [self._subscription(CONTROL, i) for i in [*instruments, *prices_of]]
        wanted += [self._subscription(name, i) for i in instruments for name in ("publicTrade", BOOK, "allLiquidation")]
        return list({s.key: s for s in wanted}.values())

    def subscribe(self, subscriptions: Sequence[Subscription]) -> list[str]:
        return [_frame("subscribe", s) for s in subscriptions]

    def unsubscribe(self, subscriptions: Sequence[Subscription]) -> list[str]:
        return [_frame("unsubscribe", s) for s in subscriptions]

    def stream_of(self, event: Event) -> str | None:
        match event:
            case Trade():
                return f"publicTrade.{event.symbol}"
            case BookDelta():
                return f"{BOOK}.{event.symbol}"
            case Mark() | OpenInterest() | Funding():
                return f"{CONTROL}.{event.symbol}"
            case Index():
                return f"{CONTROL}.{event.index}"
            case Liquidation():
                return f"allLiquidation.{event.symbol}"
        return None

    decode = staticmethod(decode_frame)

    def _subscription(self, name: str, instrument: Instrument) -> Subscription:
        key, url = f"{name}.{instrument.symbol}", f"{self._ws_url}/{_category(instrument)}"
        return Subscription(key, url, {"topic": key}, instrument.symbol, SILENCE_S[name], control=name == CONTROL)

    # --- REST ---------------------------------------------------------------------------------------------------

    decode_reply = staticmethod(decode_answer)

    def listing_requests(self) -> list[Request]:
        limit = str(_LISTED_PER_PAGE)
        return [self._get("instruments-info", {"category": c, "limit": limit}) for c in ("linear", "inverse")]

    def next_page(self, request: Request, body: bytes) -> Request | None:
        return following(request, body)

    def state_requests(self, instrument: Instrument) -> list[Request]:
        requests = [self._get("risk-limit", _of(instrument)), self._get("tickers", _of(instrument))]
        if instrument.kind is Kind.PERPETUAL:
            requests.append(self._get("funding/history", _page("funding/history", instrument), optional=True))
        ratio = _page("account-ratio", instrument) | {"period": INTEREST_INTERVALS["5m"]}
        requests.append(self._get("account-ratio", ratio, optional=True))
        return requests

    def candles(
        self, instrument: Instrument, period: HistoryPeriod, *, before_ns: int | None, mark: bool
    ) -> Request:
        path = "mark-price-kline" if mark else "kline"
        query = _page(path, instrument) | {"interval": INTERVALS[period.name]}
        return self._get(path, query | _older_than("end", before_ns))

    def interest_history(
        self, instrument: Instrument, period: HistoryPeriod, *, before_ns: int | None
    ) -> Request:
        query = _page("open-interest", instrument) | {"intervalTime": INTEREST_INTERVALS[period.name]}
        return self._get("open-interest", query | _older_than("endTime", before_ns))

    def _get(self, path: str, query: dict[str, str], *, optional: bool = False) -> Request:
        """A GET of `/v5/market/<path>`. All share the limit of 600 in 5 s [O]; half of it is left to others here."""
        return Request(f"{self._rest_url}/v5/market/{path}?{urlencode(query)}", Bucket("market", 300, 5.0), optional)


def _category(instrument: Instrument) -> str:
    return "inverse" if instrument.inverse else "linear"


def _of(instrument: Instrument) -> dict[str, str]:
    return {"category": _category(instrument), "symbol": instrument.symbol}


def _page(path: str, instrument: Instrument) -> dict[str, str]:
    return _of(instrument) | {"limit": str(ROWS[path])}


def _older_than(parameter: str, before_ns: int | None) -> dict[str, str]:
    """Bybit's ends are inclusive."""
    return {} if before_ns is None else {parameter: str(before_ns // 10**6 - 1)}


def _frame(op: str, subscription: Subscription) -> str:
    """One topic; the request is named after it, and the answer repeats that name."""
    request = {"req_id": subscription.key, "op": op, "args": [subscription.request["topic"]]}
    return msgspec.json.encode(request).decode()
