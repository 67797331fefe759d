"""Bitget v3 (UTA): futures settled in USDT, USDC and coin. Public data only, no key.

What a reader of its events must know:

- Sizes come in coins, of coin-margined contracts, too [F 2024]; those leave here as the dollars they are worth.
- Liquidations carry the side of the *position* and their value in *quote*; they come ten to twenty seconds late.
- The book's `pseq → seq` proves it whole.
- The first frame of a trade stream repeats old trades and is left out.
- There is no history of open interest.
"""

from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

import msgspec

from liqtui.events import BookDelta, Event, Funding, Index, Liquidation, Mark, OpenInterest, Trade
from liqtui.instruments import Instrument, Kind
from liqtui.venues._bitget_rest import CATEGORIES, HISTORY, INTERVALS, INVERSE, NAME, decode_answer
from liqtui.venues._bitget_stream import decode_frame
from liqtui.venues.base import Bucket, HistoryPeriod, Keepalive, Limits, Request, Subscription, VenueSettings, hosts_of

WS_URL = "wss://ws.bitget.com/v3/ws/public"
REST_URL = "https://api.bitget.com"

CONTROL = "ticker"
SILENCE_S: dict[str, float | None] = {
    CONTROL: 15.0,  # every 200 ms while anything changes [S]
    "books": 60.0,
    "publicTrade": None,
    "liquidation": None,
}
CANDLES_PER_PAGE = 1000
SETTLED_PER_PAGE = 100


def create(settings: VenueSettings) -> "Bitget":
    """Bitget as `settings` reach it.

    Raises:
        ValueError: a region is named; Bitget's data has one host for all.
    """
    return Bitget(*settings.addresses("Bitget", {"": (WS_URL, REST_URL)}))


class Bitget:
    """The Bitget venue at one WebSocket URL and one REST host; holds nothing else."""

    name = NAME
    limits = Limits(
        connects_per_s=1,  # 300 in five minutes [S]
        subscribes_per_hour=240,
        args_per_request=5,
        subscriptions_per_connection=50,  # what Bitget recommends [S]
        max_frame_bytes=8 << 20,
    )
    keepalive = Keepalive("ping", 25.0)
    history: Sequence[HistoryPeriod] = HISTORY
    thinned_liquidations = True
    """Nobody says that they are complete."""
    liquidation_fee = 0.0006
    """The taker fee, which Bitget counts beside the maintenance rate [M]."""

    def __init__(self, ws_url: str, rest_url: str) -> None:
        self._ws_url, self._rest_url = ws_url, rest_url
        self.hosts = hosts_of(ws_url, rest_url, WS_URL, REST_URL)

    # --- streams ------------------------------------------------------------------------------------------------

    def subscriptions(
        self, instruments: Sequence[Instrument], prices_of: Sequence[Instrument] = ()
    ) -> list[Subscription]:
        """The tickers first, so that the control stream speaks before the rest; each stream once."""
        wanted = [self._subscription(CONTROL, i.symbol) for i in [*instruments, *prices_of]]
        wanted += [self._subscription(topic, i.symbol) for i in instruments for topic in ("publicTrade", "books")]
        wanted += [self._liquidations(kind) for kind in dict.fromkeys(inst_type(i.symbol) for i in instruments)]
        return list({s.key: s for s in wanted}.values())

    def subscribe(self, subscriptions: Sequence[Subscription]) -> list[str]:
        return list(self._batches("subscribe", subscriptions))

    def unsubscribe(self, subscriptions: Sequence[Subscription]) -> list[str]:
        return list(self._batches("unsubscribe", subscriptions))

    def stream_of(self, event: Event) -> str | None:
        match event:
            case Trade():
                return f"publicTrade:{event.symbol}"
            case BookDelta():
                return f"books:{event.symbol}"
            case Mark() | OpenInterest() | Funding():
                return f"{CONTROL}:{event.symbol}"
            case Index():
                return f"{CONTROL}:{event.index}"
            case Liquidation():
                return f"liquidation:{inst_type(event.symbol)}"
        return None

    decode = staticmethod(decode_frame)

    def _subscription(self, topic: str, symbol: str) -> Subscription:
        request = {"instType": inst_type(symbol), "topic": topic, "symbol": symbol}
        key = f"{topic}:{symbol}"
        return Subscription(key, self._ws_url, request, symbol, SILENCE_S[topic], control=topic == CONTROL)

    def _liquidations(self, kind: str) -> Subscription:
        """Of a whole product: the topic takes no symbol."""
        request = {"instType": kind, "topic": "liquidation"}
        return Subscription(f"liquidation:{kind}", self._ws_url, request, None, SILENCE_S["liquidation"])

    def _batches(self, op: str, subscriptions: Sequence[Subscription]) -> Iterator[str]:
        most = self.limits.args_per_request
        for start in range(0, len(subscriptions), most):
            several = subscriptions[start : start + most]
            yield msgspec.json.encode({"op": op, "args": [s.request for s in several]}).decode()

    # --- REST ---------------------------------------------------------------------------------------------------

    decode_reply = staticmethod(decode_answer)

    def listing_requests(self) -> list[Request]:
        return [self._get("instruments", {"category": category}) for category in CATEGORIES]

    def state_requests(self, instrument: Instrument) -> list[Request]:
        of = _of(instrument)
        requests = [self._get("position-tier", of), self._get("tickers", of)]
        if instrument.kind is Kind.PERPETUAL:
            requests.append(self._get("current-fund-rate", of))
            settled = of | {"limit": str(SETTLED_PER_PAGE)}
            requests.append(self._get("history-fund-rate", settled, optional=True))
        return requests

    def candles(
        self, instrument: Instrument, period: HistoryPeriod, *, before_ns: int | None, mark: bool
    ) -> Request:
        query = _of(instrument) | {
            "interval": INTERVALS[period.name], "type": "mark" if mark else "market", "limit": str(CANDLES_PER_PAGE),
        }  # fmt: skip
        if before_ns is not None:
            query["endTime"] = str(before_ns // 10**6 - 1)
        return self._get("candles", query)

    def interest_history(self, instrument: Instrument, period: HistoryPeriod, *, before_ns: int | None) -> None:
        """Bitget keeps none."""

    def _get(self, path: str, query: dict[str, str], *, optional: bool = False) -> Request:
        """A GET of `/api/v3/market/<path>`; 20 a second are allowed [S], half of it is left to others here."""
        return Request(f"{self._rest_url}/api/v3/market/{path}?{urlencode(query)}", Bucket(path, 10, 1.0), optional)


def inst_type(symbol: str) -> str:
    """The product a contract belongs to: `BTCUSDT`, `BTCPERP` (or `BTCUSDC`), and in coin `BTCUSD`, `BTCUSDM25`."""
    if symbol.endswith("USDT"):
        return "usdt-futures"
    return "usdc-futures" if symbol.endswith(("PERP", "USDC")) else INVERSE.lower()


def _of(instrument: Instrument) -> dict[str, str]:
    return {"category": inst_type(instrument.symbol).upper(), "symbol": instrument.symbol}
