"""Hyperliquid: linear perpetuals on a chain. Everything is public, positions too.

What a reader of its events must know:

- There is no public liquidation feed: nothing here makes a `Liquidation`.
- Trades name buyer and seller (`Trade.parties`), and `positions_request` asks what an address holds, with the venue's
  own liquidation price.
- The first trades after each subscription are old ones told again (`trades_remembered`).
- The book comes whole, 20 levels a side; nothing chains one to the next.
- `kPEPE` counts thousands: sizes and prices leave here per single PEPE.
- Funding is paid every hour. Open interest is in the coin, one-sided; of its past nothing is kept.
"""

from collections.abc import Sequence
from urllib.parse import urlencode

import msgspec

from liqtui.events import BookDelta, Event, Funding, Mark, OpenInterest, Trade
from liqtui.instruments import Instrument
from liqtui.venues._hyperliquid_listing import NAME
from liqtui.venues._hyperliquid_rest import HISTORY, INTERVALS, decode_answer
from liqtui.venues._hyperliquid_stream import decode_frame
from liqtui.venues._wire import MS
from liqtui.venues.base import Bucket, HistoryPeriod, Keepalive, Limits, Request, Subscription, VenueSettings, hosts_of

WS_URL, REST_URL = "wss://api.hyperliquid.xyz/ws", "https://api.hyperliquid.xyz"

SILENCE_S: dict[str, float | None] = {
    "activeAssetCtx": 60.0,  # a few times a minute even when nothing moves [M]
    "l2Book": 12.0,  # at least one a second while blocks are made [O]; single ones are known to die [S]
    "trades": None,  # a thin contract may not trade for hours
}
CONTROL = "activeAssetCtx"
CONTROLS = (CONTROL, "l2Book")

CANDLES_PER_PAGE = 480
WEIGHT = Bucket("weight", 1_150, 60.0)
"""An address may spend 1,200 a minute [O]; a little is left to whoever else asks from here."""
QUESTION, POSITIONS = 20, 2
"""What most questions cost, and what an address costs [O]."""
PAGE = QUESTION + CANDLES_PER_PAGE // 60
"""Candles cost one more per 60 of them [O]."""
TRADES_REMEMBERED = 20_000

_STREAM_OF: dict[type[Event], str] = {
    Trade: "trades",
    BookDelta: "l2Book",
    Mark: CONTROL,
    OpenInterest: CONTROL,
    Funding: CONTROL,
}


def create(settings: VenueSettings) -> "Hyperliquid":
    """Hyperliquid as `settings` reach it.

    Raises:
        ValueError: a region is named; there is only one.
    """
    return Hyperliquid(*settings.addresses("Hyperliquid", {"": (WS_URL, REST_URL)}))


class Hyperliquid:
    """The venue at one WebSocket URL and one REST host; holds nothing else."""

    name = NAME
    limits = Limits(
        connects_per_s=0.5,  # 30 new ones a minute, 10 at a time [O]
        subscribes_per_hour=100_000,  # 2,000 messages a minute [O]
        args_per_request=1,  # an array is answered with silence [S]
        subscriptions_per_connection=300,  # 1,000 per address [O]
        max_frame_bytes=8 << 20,
    )
    keepalive = Keepalive('{"method":"ping"}', 30.0)  # closed after 60 s without a message
    history: Sequence[HistoryPeriod] = HISTORY
    thinned_liquidations = True  # to the point that there are none
    liquidation_fee = 0.0
    trades_remembered = TRADES_REMEMBERED

    def __init__(self, ws_url: str, rest_url: str) -> None:
        self._ws_url, self._rest_url = ws_url, rest_url
        self.hosts = hosts_of(ws_url, rest_url, WS_URL)

    # --- streams ------------------------------------------------------------------------------------------------

    def subscriptions(
        self, instruments: Sequence[Instrument], prices_of: Sequence[Instrument] = ()
    ) -> list[Subscription]:
        """The contexts first, so that the control stream speaks before the rest; each stream once."""
        wanted = [self._subscription(CONTROL, i.symbol) for i in [*instruments, *prices_of]]
        wanted += [self._subscription(channel, i.symbol) for i in instruments for channel in ("trades", "l2Book")]
        return list({s.key: s for s in wanted}.values())

    def subscribe(self, subscriptions: Sequence[Subscription]) -> list[str]:
        return [_message("subscribe", s) for s in subscriptions]

    def unsubscribe(self, subscriptions: Sequence[Subscription]) -> list[str]:
        return [_message("unsubscribe", s) for s in subscriptions]

    def stream_of(self, event: Event) -> str | None:
        match event:
            case Trade() | BookDelta() | Mark() | OpenInterest() | Funding():
                return f"{_STREAM_OF[type(event)]}:{event.symbol}"
        return None

    decode = staticmethod(decode_frame)

    def _subscription(self, channel: str, symbol: str) -> Subscription:
        request = {"type": channel, "coin": symbol}
        key = f"{channel}:{symbol}"
        return Subscription(key, self._ws_url, request, symbol, SILENCE_S[channel], control=channel in CONTROLS)

    # --- REST ---------------------------------------------------------------------------------------------------

    decode_reply = staticmethod(decode_answer)

    def listing_requests(self) -> list[Request]:
        return [self._ask(QUESTION, {"type": "meta"}, {"type": "meta"})]

    def state_requests(self, instrument: Instrument) -> list[Request]:
        question = {"type": "metaAndAssetCtxs"}
        return [self._ask(QUESTION, question, {**question, "coin": instrument.symbol})]

    def positions_request(self, address: str) -> Request:
        question = {"type": "clearinghouseState", "user": address}
        return self._ask(POSITIONS, question, question)

    def candles(
        self, instrument: Instrument, period: HistoryPeriod, *, before_ns: int | None, mark: bool
    ) -> Request | None:
        """Candles of trades; the venue keeps none of marks.

        Raises:
            ValueError: without `before_ns`; the venue wants both ends of a page.
        """
        if mark:
            return None
        first_ns, end_ns = period.page(before_ns, CANDLES_PER_PAGE)
        first, last = first_ns // MS, end_ns // MS - 1
        asked = {"coin": instrument.symbol, "interval": INTERVALS[period.name]}
        question = {"type": "candleSnapshot", "req": {**asked, "startTime": first, "endTime": last}}
        words = {"type": "candleSnapshot", **asked, "startTime": str(first), "endTime": str(last)}
        return self._ask(PAGE, question, words)

    def interest_history(self, instrument: Instrument, period: HistoryPeriod, *, before_ns: int | None) -> None:
        """Nothing: the venue keeps no open interest of the past."""

    def _ask(self, weight: int, question: object, words: dict[str, str]) -> Request:
        """All questions go to one URL; its fragment stays here and says which answer a recording holds."""
        url = f"{self._rest_url}/info#{urlencode(words)}"
        return Request(url, WEIGHT, weight=weight, body=msgspec.json.encode(question).decode())


def _message(method: str, subscription: Subscription) -> str:
    return msgspec.json.encode({"method": method, "subscription": subscription.request}).decode()
