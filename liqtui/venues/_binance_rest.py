"""Binance's REST answers as events. What an answer is, its URL says; nothing else is needed to read it."""

from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import parse_qsl, urlsplit

import msgspec

from liqtui.events import (
    Bar,
    Candles,
    Event,
    FundingHistory,
    Index,
    InterestHistory,
    Mark,
    RatioHistory,
    Refusal,
    Rejected,
    TakerHistory,
)
from liqtui.instruments import Instrument
from liqtui.venues import _binance_wire as wire
from liqtui.venues._binance_listing import listing_of
from liqtui.venues._binance_stream import book_of, funding_of, interests_of, price_scale
from liqtui.venues._text import printable
from liqtui.venues._wire import MS, number
from liqtui.venues.base import HistoryPeriod, Listed

Query = Mapping[str, str]
Row = TypeVar("Row")

DAY, HOUR = 86_400, 3_600
HISTORY = (
    HistoryPeriod("1D", DAY, 29 * DAY),
    HistoryPeriod("1H", HOUR, 10 * DAY),
    HistoryPeriod("5m", 300, 3 * DAY),
    HistoryPeriod("1m", 60, 30 * 60),
)
"""Open interest is kept for 30 days at every resolution [O]; how much of the finer ones is fetched is our choice."""
PERIODS = {"1D": "1d", "1H": "1h", "5m": "5m", "1m": "1m"}
"""Period to Binance's name, of candles and of figures alike. Days begin at midnight UTC."""
_SECONDS = {PERIODS[p.name]: p.seconds for p in HISTORY}
TAKER_PERIOD = "5m"
"""The candles whose split of takers is told: of one resolution, so that no minute is told twice."""

_premiums = msgspec.json.Decoder(wire.PremiumRow | list[wire.PremiumRow], strict=False)
_failure = msgspec.json.Decoder(wire.Failure)


def decode_answer(url: str, body: bytes, recv_ns: int, listed: Listed) -> list[Event]:
    """The answer to GET `url`. Never raises: an error body is one `Refusal`, nonsense one `Rejected`."""
    try:
        parts = urlsplit(url)
        refusal = _refusal(body)
        if refusal is not None:
            return [refusal]
        reader = _READERS.get(parts.path.removeprefix("/fapi/v1").removeprefix("/dapi/v1"))
        if reader is None:
            return [Rejected(f"nobody reads {printable(parts.path)}")]
        return reader(body, dict(parse_qsl(parts.query)), recv_ns, listed)
    except (ValueError, RecursionError) as error:
        return [Rejected(f"{printable(str(error))}: {printable(body)}")]


def _refusal(body: bytes) -> Refusal | None:
    """`{"code":-1121,"msg":"Invalid symbol."}` is how Binance says no; data has no code."""
    if not body.lstrip().startswith(b'{"code"'):
        return None
    failure = _failure.decode(body)
    if str(failure.code) == "200":
        return None
    return Refusal(None, printable(str(failure.code)), printable(failure.msg, 240))


def _rows(body: bytes, row: type[Row]) -> list[Row]:
    """Rows oldest first, as Binance answers them; sorted all the same, so that a change of that cannot hurt."""
    rows = msgspec.json.decode(body, type=list[row], strict=False)  # type: ignore[valid-type]
    return sorted(rows, key=lambda r: r.ts)  # type: ignore[attr-defined]


def _instrument(query: Query, listed: Listed) -> Instrument | None:
    """Whose history it is. COIN-M asks by pair; only a perpetual's is asked for."""
    return listed.get(query.get("symbol") or f"{query.get('pair', '')}_PERP")


def _period_ns(query: Query, parameter: str) -> int:
    name = query.get(parameter, "")
    if name not in _SECONDS:
        raise ValueError(f"unknown period {name!r}")
    return _SECONDS[name] * 10**9


def _candles(body: bytes, query: Query, recv_ns: int, listed: Listed) -> list[Event]:
    """Candles and, of one resolution, how much of each the takers bought. The newest is still growing."""
    one, period = _instrument(query, listed), _period_ns(query, "interval")
    if one is None:
        return []
    scale, unit = price_scale(one), one.contract_size
    rows = _rows(body, wire.KlineRow)
    bars = [_bar(r, scale, r.volume * unit, recv_ns) for r in rows]
    events: list[Event] = [Candles(one.symbol, period, False, bars)]
    if query["interval"] == TAKER_PERIOD and "endTime" not in query:
        points = [
            (r.ts * MS + period, r.bought * unit, max(0.0, r.volume - r.bought) * unit)
            for r, bar in zip(rows, bars, strict=True)
            if bar.confirmed
        ]
        events.append(TakerHistory(one.symbol, period, points))
    return events


def _mark_candles(body: bytes, query: Query, recv_ns: int, listed: Listed) -> list[Event]:
    one, period = _instrument(query, listed), _period_ns(query, "interval")
    if one is None:
        return []
    bars = [_bar(r, price_scale(one), None, recv_ns) for r in _rows(body, wire.MarkKlineRow)]
    return [Candles(one.symbol, period, True, bars)]


def _bar(row: wire.KlineRow | wire.MarkKlineRow, scale: float, volume: float | None, recv_ns: int) -> Bar:
    """Binance does not say whether a candle is closed, only when it will be: its last millisecond."""
    closed = (row.closes + 1) * MS <= recv_ns
    opened, high, low, close = (price / scale for price in (row.open, row.high, row.low, row.close))
    return Bar(row.ts * MS, opened, high, low, close, volume, closed)


def _interest_history(body: bytes, query: Query, recv_ns: int, listed: Listed) -> list[Event]:
    """Open interest as it stood at each `timestamp`.

    A row appears as soon as that moment has come: at 20:11:01 the newest of 5 minutes was 20:10, of an hour 20:00 [S].
    """
    one, period = _instrument(query, listed), _period_ns(query, "period")
    if one is None:
        return []
    points = [(at, r.size * one.contract_size) for r in _rows(body, wire.InterestRow) if (at := r.ts * MS) <= recv_ns]
    return [InterestHistory(one.symbol, period, points)]


def _ratios(body: bytes, query: Query, recv_ns: int, listed: Listed) -> list[Event]:
    one, period = _instrument(query, listed), _period_ns(query, "period")
    if one is None:
        return []
    points = [(at, r.ratio) for r in _rows(body, wire.RatioRow) if (at := r.ts * MS) <= recv_ns]
    return [RatioHistory(one.symbol, period, points)]


def _funding_history(body: bytes, query: Query, _: int, listed: Listed) -> list[Event]:
    one = _instrument(query, listed)
    if one is None:
        return []
    rows = _rows(body, wire.FundingRow)
    points = [(r.ts * MS, rate) for r in rows if (rate := number(r.rate)) is not None]
    return [FundingHistory(one.symbol, points)]


def _premium(body: bytes, _: Query, recv_ns: int, listed: Listed) -> list[Event]:
    """Mark, index and funding: one object for a linear contract, a list of one for an inverse one [O]."""
    events: list[Event] = []
    said = _premiums.decode(body)
    for row in said if isinstance(said, list) else [said]:
        one = listed.get(row.symbol)
        if one is None:
            continue
        at, scale = row.ts * MS or recv_ns, price_scale(one)
        mark, index = number(row.mark), number(row.index)
        if mark:
            events.append(Mark(row.symbol, at, recv_ns, mark / scale))
        if index:
            events.append(Index(one.index, at, recv_ns, index / scale))
        events.append(funding_of(one, at, recv_ns, row.rate, row.due))
    return events


def _interest(body: bytes, _: Query, recv_ns: int, listed: Listed) -> list[Event]:
    return interests_of(msgspec.json.decode(body, type=wire.InterestReply, strict=False), recv_ns, listed)


def _book(body: bytes, query: Query, recv_ns: int, listed: Listed) -> list[Event]:
    return book_of(query.get("symbol", ""), body, recv_ns, listed)


def _listing(body: bytes, _: Query, recv_ns: int, _listed: Listed) -> list[Event]:
    return listing_of(body, recv_ns)


_READERS: dict[str, Callable[[bytes, Query, int, Listed], list[Event]]] = {
    "/exchangeInfo": _listing,
    "/depth": _book,
    "/openInterest": _interest,
    "/premiumIndex": _premium,
    "/fundingRate": _funding_history,
    "/klines": _candles,
    "/markPriceKlines": _mark_candles,
    "/futures/data/openInterestHist": _interest_history,
    "/futures/data/globalLongShortAccountRatio": _ratios,
}
