"""OKX's REST answers as events. What an answer is, its URL says; nothing else is needed to read it."""

import math
from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import parse_qsl, urlsplit

import msgspec

from liqtui.events import (
    Bar,
    Candles,
    Event,
    FundingHistory,
    InterestHistory,
    Mark,
    RatioHistory,
    Refusal,
    Rejected,
    TakerHistory,
    Tier,
    Tiers,
)
from liqtui.instruments import Instrument
from liqtui.venues import _okx_wire as wire
from liqtui.venues._okx_listing import inst_type, instruments_of
from liqtui.venues._okx_stream import fundings_of, interests_of
from liqtui.venues._text import printable
from liqtui.venues._wire import MS, number
from liqtui.venues.base import HistoryPeriod, Listed

Query = Mapping[str, str]
Row = TypeVar("Row")

DAY, HOUR = 86_400, 3_600
HISTORY = (
    HistoryPeriod("1D", DAY, 100 * DAY),
    HistoryPeriod("1H", HOUR, 5 * DAY),
    HistoryPeriod("5m", 300, 3 * DAY),
    HistoryPeriod("1m", 60, 30 * 60),
)
"""Depths at which open interest was still found (2026-09). All stay inside the newest 1,440 rows the candle
endpoints keep [O], so their `history-…` twins for older rows are not needed."""

BARS = {"1D": "1Dutc", "1H": "1H", "5m": "5m", "1m": "1m"}
"""Period to OKX's name. Its plain `1D` opens at 00:00 of UTC+8; candles, mark candles and open interest all know
`1Dutc` [O], so days begin at midnight UTC and hours continue them without overlap."""
_SECONDS = {BARS[p.name]: p.seconds for p in HISTORY}

_reply = msgspec.json.Decoder(wire.Reply)


def decode_answer(url: str, body: bytes, recv_ns: int, listed: Listed) -> list[Event]:
    """The answer to GET `url`. Never raises: an error body is one `Refusal`, nonsense one `Rejected`."""
    try:
        parts = urlsplit(url)
        reply = _reply.decode(body)
        if str(reply.code) != "0":
            return [Refusal(None, printable(str(reply.code)), printable(reply.msg, 240))]
        reader = _READERS.get(parts.path.removeprefix("/api/v5"))
        if reader is None:
            return [Rejected(f"nobody reads {printable(parts.path)}")]
        return reader(reply.data, dict(parse_qsl(parts.query)), recv_ns, listed)
    except (ValueError, RecursionError) as error:
        return [Rejected(f"{printable(str(error))}: {printable(body)}")]


def _rows(data: msgspec.Raw, row: type[Row]) -> list[Row]:
    return msgspec.json.decode(data, type=list[row], strict=False)  # type: ignore[valid-type]


def _newest_last(data: msgspec.Raw, row: type[Row]) -> list[Row]:
    """OKX answers newest first; sorted rather than reversed, so that a change of that cannot hurt."""
    return sorted(_rows(data, row), key=lambda r: r.ts)  # type: ignore[attr-defined]


def _instrument(query: Query, listed: Listed) -> Instrument | None:
    return listed.get(query.get("instId", ""))


def _period_ns(query: Query, parameter: str) -> int:
    bar = query.get(parameter, "")
    if bar not in _SECONDS:
        raise ValueError(f"unknown period {bar!r}")
    return _SECONDS[bar] * 10**9


def _candles(data: msgspec.Raw, query: Query, _: int, listed: Listed) -> list[Event]:
    instrument, period = _instrument(query, listed), _period_ns(query, "bar")
    if instrument is None:
        return []
    unit = instrument.contract_size
    bars = [
        Bar(r.ts * MS, r.open, r.high, r.low, r.close, r.contracts * unit, r.confirm == "1")
        for r in _newest_last(data, wire.CandleRow)
    ]
    return [Candles(instrument.symbol, period, False, bars)]


def _mark_candles(data: msgspec.Raw, query: Query, _: int, listed: Listed) -> list[Event]:
    instrument, period = _instrument(query, listed), _period_ns(query, "bar")
    if instrument is None:
        return []
    bars = [
        Bar(r.ts * MS, r.open, r.high, r.low, r.close, None, r.confirm == "1")
        for r in _newest_last(data, wire.MarkCandleRow)
    ]
    return [Candles(instrument.symbol, period, True, bars)]


def _interest_history(data: msgspec.Raw, query: Query, recv_ns: int, listed: Listed) -> list[Event]:
    """A row is its period's aggregate: known at the period's end, so one that has not ended is left out."""
    instrument, period = _instrument(query, listed), _period_ns(query, "period")
    if instrument is None:
        return []
    unit = instrument.contract_size
    points = [
        (known, r.contracts * unit)
        for r in _newest_last(data, wire.InterestHistoryRow)
        if (known := r.ts * MS + period) <= recv_ns
    ]
    return [InterestHistory(instrument.symbol, period, points)]


def _ratios(data: msgspec.Raw, query: Query, recv_ns: int, listed: Listed) -> list[Event]:
    instrument, period = _instrument(query, listed), _period_ns(query, "period")
    if instrument is None:
        return []
    points = [
        (known, r.ratio)
        for r in _newest_last(data, wire.RatioRow)
        if (known := r.ts * MS + period) <= recv_ns
    ]
    return [RatioHistory(instrument.symbol, period, points)]


def _taker_volume(data: msgspec.Raw, query: Query, recv_ns: int, listed: Listed) -> list[Event]:
    instrument, period = _instrument(query, listed), _period_ns(query, "period")
    if instrument is None:
        return []
    unit = instrument.contract_size
    points = [
        (known, r.bought * unit, r.sold * unit)
        for r in _newest_last(data, wire.TakerRow)
        if (known := r.ts * MS + period) <= recv_ns
    ]
    return [TakerHistory(instrument.symbol, period, points)]


def _tiers(data: msgspec.Raw, query: Query, _: int, listed: Listed) -> list[Event]:
    """Swaps and futures of one family have schedules of their own, told apart by kind."""
    family = query.get("instFamily", "")
    same = (i for i in listed.values() if i.family == family and inst_type(i.symbol) == query.get("instType"))
    instrument = next(same, None)
    if instrument is None:
        return []
    tiers = [
        Tier(number(t.floor) or 0.0, math.inf if cap is None else cap, t.maintenance, t.leverage)
        for t in _rows(data, wire.TierRow)
        for cap in (number(t.cap),)
    ]
    tiers.sort(key=lambda t: t.floor)
    return [Tiers(family, instrument.inverse, tiers, instrument.kind)]


def _funding_history(data: msgspec.Raw, query: Query, _: int, listed: Listed) -> list[Event]:
    instrument = _instrument(query, listed)
    if instrument is None:
        return []
    points = [
        (r.ts * MS, rate)
        for r in _newest_last(data, wire.SettledRow)
        if (rate := number(r.paid or r.predicted)) is not None
    ]
    return [FundingHistory(instrument.symbol, points)]


def _funding(data: msgspec.Raw, _: Query, recv_ns: int, listed: Listed) -> list[Event]:
    return fundings_of(_rows(data, wire.FundingRow), recv_ns, listed)


def _interest(data: msgspec.Raw, _: Query, recv_ns: int, listed: Listed) -> list[Event]:
    return interests_of(_rows(data, wire.InterestRow), recv_ns, listed)


def _mark(data: msgspec.Raw, _: Query, recv_ns: int, listed: Listed) -> list[Event]:
    return [
        Mark(r.symbol, r.ts * MS, recv_ns, r.price) for r in _rows(data, wire.MarkRow) if r.symbol in listed
    ]


def _listing(data: msgspec.Raw, _: Query, recv_ns: int, _listed: Listed) -> list[Event]:
    return instruments_of(_rows(data, wire.InstrumentRow), recv_ns)


_READERS: dict[str, Callable[[msgspec.Raw, Query, int, Listed], list[Event]]] = {
    "/public/instruments": _listing,
    "/public/position-tiers": _tiers,
    "/public/open-interest": _interest,
    "/public/mark-price": _mark,
    "/public/funding-rate": _funding,
    "/public/funding-rate-history": _funding_history,
    "/market/candles": _candles,
    "/market/mark-price-candles": _mark_candles,
    "/rubik/stat/contracts/open-interest-history": _interest_history,
    "/rubik/stat/contracts/long-short-account-ratio-contract": _ratios,
    "/rubik/stat/taker-volume-contract": _taker_volume,
}
