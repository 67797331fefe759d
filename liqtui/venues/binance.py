"""Binance futures: USD-M (linear) and COIN-M (inverse), perpetual and dated. Public data only, no key.

What a reader of its events must know:

- Sizes of a linear contract are base coin; `1000PEPEUSDT` leaves here as PEPE: sizes times 1,000, prices divided by
  it. Inverse contracts are 100 USD of bitcoin, 10 USD of others; their sizes leave here in USD.
- Books have no snapshot in their stream: REST tells one, changes go on from its number (`BookDelta.first_seq`).
- Open interest has no stream: it is polled.
- Liquidations are thinned: one order per contract and second, the largest (before April 2026 the last). Their price is
  what was paid on average.
- Trades leave out what the insurance fund and ADL took over.
- An acknowledgement names no stream, so the list of what is subscribed is asked for with every request.
- Since 2026 the streams of USD-M come from two paths, books apart from all else. A stream asked for on the wrong one is
  acknowledged and silent.
"""

from collections.abc import Sequence
from urllib.parse import urlencode
from zlib import crc32

import msgspec

from liqtui.events import BookDelta, Event, Index, Liquidation, Mark, OpenInterest, Trade
from liqtui.instruments import Instrument, Kind
from liqtui.venues._binance_listing import NAME
from liqtui.venues._binance_rest import HISTORY, PERIODS, decode_answer
from liqtui.venues._binance_stream import decode_frame
from liqtui.venues.base import Bucket, HistoryPeriod, Limits, Poll, Request, Subscription, VenueSettings, hosts_of

UM_STREAMS, CM_STREAMS = "wss://fstream.binance.com", "wss://dstream.binance.com"
UM_REST, CM_REST = "https://fapi.binance.com", "https://dapi.binance.com"

BOOKS, MARKETS, COIN_M = "/public/stream", "/market/stream", "/stream"
"""Paths: USD-M's books, USD-M's other streams, all of COIN-M [O]. The old USD-M path is silent for most streams."""

SILENCE_S: dict[str, float | None] = {
    "markPrice@1s": 10.0,
    "indexPrice@1s": 30.0,
    "depth@100ms": 12.0,  # the thinnest recorded books, dated ones too, were never quiet for 4 s [F]
    "aggTrade": None,  # a thin contract may not trade for hours
    "forceOrder": None,
    "!contractInfo": None,
}
CONTROL = "markPrice@1s"

WEIGHT = Bucket("weight", 1200, 60.0)
"""Half of the 2,400 a minute that one address has for both markets together [O]: others may share the address."""
FUNDING = Bucket("funding", 250, 300.0)
"""Half of 500 in 5 minutes, of `/fundingRate` and `/fundingInfo` together [O]."""
FIGURES = Bucket("figures", 500, 300.0)
"""Half of 1,000 in 5 minutes, of everything under `/futures/data`, which weighs nothing else [O]."""

INTEREST_S = 5.0
"""How often open interest is asked for: 12 of the 1,200 a minute for each instrument."""
CANDLES_PER_PAGE, CANDLES_WEIGHT = 1000, 5
FIGURES_PER_PAGE = 500
RATIOS = 100
BOOK_LEVELS, BOOK_WEIGHT = 1000, 20
MAX_MESSAGE_BYTES = 4000
"""A longer message than 4,096 bytes ends the connection (3001, illegal request) [S]."""

_STREAM_OF: dict[type[Event], str] = {
    Trade: "aggTrade",
    BookDelta: "depth@100ms",
    Mark: "markPrice@1s",
    Liquidation: "forceOrder",
}


def create(settings: VenueSettings) -> "Binance":
    """Binance as `settings` reach it; a URL given stands for the hosts of both markets.

    Raises:
        ValueError: a region is asked for; Binance has one site for all.
    """
    um_streams, um_rest = settings.addresses("Binance", {"": (UM_STREAMS, UM_REST)})
    cm_streams, cm_rest = settings.addresses("Binance", {"": (CM_STREAMS, CM_REST)})
    return Binance(um_streams, cm_streams, um_rest, cm_rest)


class Binance:
    """The Binance venue at the hosts of its two markets; holds nothing else."""

    name = NAME
    limits = Limits(
        connects_per_s=3,  # 300 in 5 minutes [M]; who goes on failing waits longer anyway
        subscribes_per_hour=3600,  # 10 messages a second [M] and none for longer; a request takes two of ours
        args_per_request=100,
        subscriptions_per_connection=200,  # 1,024 are told [M]; other clients keep to 200 [S]
        max_frame_bytes=8 << 20,
        connection_s=24 * 3600.0,
    )
    keepalive = None  # the server pings every 3 minutes
    history: Sequence[HistoryPeriod] = HISTORY
    thinned_liquidations = True
    liquidation_fee = 0.0
    """Binance's liquidation price counts no fee: maintenance margin alone."""

    def __init__(self, um_streams: str, cm_streams: str, um_rest: str, cm_rest: str) -> None:
        self._books, self._markets, self._coin = um_streams + BOOKS, um_streams + MARKETS, cm_streams + COIN_M
        self._um_rest, self._cm_rest = um_rest + "/fapi/v1", cm_rest + "/dapi/v1"
        self._um_data, self._cm_data = um_rest, cm_rest
        self.hosts = hosts_of(um_streams, cm_streams, um_rest, cm_rest, UM_STREAMS, CM_STREAMS, UM_REST, CM_REST)

    # --- streams ------------------------------------------------------------------------------------------------

    def subscriptions(
        self, instruments: Sequence[Instrument], prices_of: Sequence[Instrument] = ()
    ) -> list[Subscription]:
        """The marks first, so that the control stream speaks before the rest; each stream once."""
        wanted = [self._subscription(CONTROL, i) for i in [*instruments, *prices_of]]
        for one in instruments:
            wanted += [self._subscription(what, one) for what in ("aggTrade", "depth@100ms", "forceOrder")]
            if one.inverse:  # its mark frames had no index until the markets were joined
                url, what = self._coin, "indexPrice@1s"
                wanted.append(_stream(f"{one.index.lower()}@{what}", url, None, SILENCE_S[what]))
            wanted.append(self._polled(one))
        if instruments:  # every host tells it of both markets
            url = self._coin if all(i.inverse for i in instruments) else self._markets
            wanted.append(_stream("!contractInfo", url, None, None))
        return list({s.key: s for s in wanted}.values())

    def subscribe(self, subscriptions: Sequence[Subscription]) -> list[str]:
        """The requests, and a question for the list of what is subscribed: its answer says what really is."""
        frames = self._batches("SUBSCRIBE", subscriptions)
        return [*frames, '{"method":"LIST_SUBSCRIPTIONS","id":1}'] if frames else []

    def unsubscribe(self, subscriptions: Sequence[Subscription]) -> list[str]:
        return self._batches("UNSUBSCRIBE", subscriptions)

    def stream_of(self, event: Event) -> str | None:
        match event:
            case Trade() | BookDelta() | Mark() | Liquidation():
                return f"{event.symbol.lower()}@{_STREAM_OF[type(event)]}"
            case Index():
                return f"{event.index.lower()}@indexPrice@1s"
            case OpenInterest():
                return _interest_key(event.symbol)
        return None

    decode = staticmethod(decode_frame)

    def _subscription(self, what: str, one: Instrument) -> Subscription:
        book = what == "depth@100ms"
        url = self._coin if one.inverse else self._books if book else self._markets
        name = f"{one.symbol.lower()}@{what}"
        levels = {"symbol": one.symbol, "limit": str(BOOK_LEVELS)}
        snapshot = self._get(one, "depth", levels, weight=BOOK_WEIGHT) if book else None
        return Subscription(
            name, url, {"stream": name}, one.symbol, SILENCE_S[what], control=what == CONTROL, snapshot=snapshot
        )

    def _polled(self, one: Instrument) -> Subscription:
        request = self._get(one, "openInterest", {"symbol": one.symbol})
        return Subscription(
            _interest_key(one.symbol), request.url, {}, one.symbol, poll=Poll(request, INTEREST_S)
        )

    def _batches(self, method: str, subscriptions: Sequence[Subscription]) -> list[str]:
        """As few messages as the limits allow."""
        batches: list[list[bytes]] = [[]]
        for name in (msgspec.json.encode(s.request["stream"]) for s in subscriptions):
            batch = batches[-1]
            if len(batch) == self.limits.args_per_request or len(b",".join([*batch, name])) > MAX_MESSAGE_BYTES - 100:
                batches.append(batch := [])
            batch.append(name)
        return [_message(method, b",".join(batch)) for batch in batches if batch]

    # --- REST ---------------------------------------------------------------------------------------------------

    decode_reply = staticmethod(decode_answer)

    def listing_requests(self) -> list[Request]:
        return [Request(f"{rest}/exchangeInfo", WEIGHT) for rest in (self._um_rest, self._cm_rest)]

    def state_requests(self, instrument: Instrument) -> list[Request]:
        """Open interest is not among them: it is polled from the start. Nor are tiers: the listing brings them."""
        one = {"symbol": instrument.symbol}
        requests = [self._get(instrument, "premiumIndex", one, weight=10 if instrument.inverse else 1)]
        if instrument.kind is Kind.PERPETUAL:
            settled = self._get(instrument, "fundingRate", {**one, "limit": "100"})
            requests.append(Request(settled.url, FUNDING, optional=True))
        if instrument.kind is Kind.PERPETUAL or not instrument.inverse:
            recent = {**self._of_pair(instrument), "period": "5m", "limit": str(RATIOS)}
            requests.append(self._figures(instrument, "globalLongShortAccountRatio", recent, optional=True))
        return requests

    def candles(
        self, instrument: Instrument, period: HistoryPeriod, *, before_ns: int | None, mark: bool
    ) -> Request:
        query = {"symbol": instrument.symbol, "interval": PERIODS[period.name], "limit": str(CANDLES_PER_PAGE)}
        path = "markPriceKlines" if mark else "klines"
        return self._get(instrument, path, query | _before(before_ns), weight=CANDLES_WEIGHT)

    def interest_history(
        self, instrument: Instrument, period: HistoryPeriod, *, before_ns: int | None
    ) -> Request:
        """A page of figures. Of a dated COIN-M contract there are none to ask for, so its present figure is asked for.

        COIN-M answers by pair and quarter, and a quarter's figures go on from one contract to the next unmarked.
        """
        if instrument.inverse and instrument.kind is Kind.DATED:
            return self._get(instrument, "openInterest", {"symbol": instrument.symbol})
        query = {**self._of_pair(instrument), "period": PERIODS[period.name], "limit": str(FIGURES_PER_PAGE)}
        return self._figures(instrument, "openInterestHist", query | _before(before_ns))

    @staticmethod
    def _of_pair(instrument: Instrument) -> dict[str, str]:
        """Whose figures: COIN-M asks by pair and kind of contract since 2026-08-18 [O]."""
        if instrument.inverse:
            return {"pair": instrument.family, "contractType": "PERPETUAL"}
        return {"symbol": instrument.symbol}

    def _get(self, instrument: Instrument, path: str, query: dict[str, str], *, weight: int = 1) -> Request:
        rest = self._cm_rest if instrument.inverse else self._um_rest
        return Request(f"{rest}/{path}?{urlencode(query)}", WEIGHT, weight=weight)

    def _figures(
        self, instrument: Instrument, path: str, query: dict[str, str], *, optional: bool = False
    ) -> Request:
        """Both markets' figures count as one: their addresses are one, too."""
        host = self._cm_data if instrument.inverse else self._um_data
        return Request(f"{host}/futures/data/{path}?{urlencode(query)}", FIGURES, optional)


def _message(method: str, names: bytes) -> str:
    """Numbered by what is asked, so that a recording shows which answer belongs to which request."""
    return f'{{"method":"{method}","params":[{names.decode()}],"id":{crc32(names)}}}'


def _stream(name: str, url: str, symbol: str | None, silence_s: float | None) -> Subscription:
    return Subscription(name, url, {"stream": name}, symbol, silence_s)


def _interest_key(symbol: str) -> str:
    return f"openInterest:{symbol}"


def _before(before_ns: int | None) -> dict[str, str]:
    """Rows up to the millisecond before that time: Binance counts the end in."""
    return {} if before_ns is None else {"endTime": str(before_ns // 10**6 - 1)}
