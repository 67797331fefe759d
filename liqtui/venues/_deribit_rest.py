"""Deribit's REST answers as events. What an answer is, its URL says."""

from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, urlsplit

import msgspec

from liqtui.events import Bar, Candles, Event, Listing, Refusal, Rejected
from liqtui.instruments import Instrument, Kind
from liqtui.venues import _deribit_wire as wire
from liqtui.venues._deribit_stream import ticker_events
from liqtui.venues._text import printable, speakable
from liqtui.venues._wire import MS
from liqtui.venues.base import HistoryPeriod, Listed

Query = Mapping[str, str]
NAME = "deribit"
API = "/api/v2/public/"

DAY, HOUR = 86_400, 3_600
HISTORY = (
    HistoryPeriod("1D", DAY, 200 * DAY, bounded=True),
    HistoryPeriod("1H", HOUR, 20 * DAY, bounded=True),
    HistoryPeriod("5m", 300, 40 * HOUR, bounded=True),
    HistoryPeriod("1m", 60, 30 * 60, bounded=True),
)
"""One page each. Of open interest nothing is kept."""
RESOLUTIONS = {"1D": "1D", "1H": "60", "5m": "5", "1m": "1"}
_SECONDS = {RESOLUTIONS[p.name]: p.seconds for p in HISTORY}

_LAST_MS = 9_000_000_000_000
"""A perpetual's expiration lies in the year 3000: no time of ours."""

_reply = msgspec.json.Decoder(wire.Reply)
_rows = msgspec.json.Decoder(list[msgspec.Raw])
_contract = msgspec.json.Decoder(wire.Contract)
_ticker = msgspec.json.Decoder(wire.Ticker)
_chart = msgspec.json.Decoder(wire.Chart)


class _Kind(msgspec.Struct, gc=False):
    kind: str = ""


_kind = msgspec.json.Decoder(_Kind)


def decode_answer(url: str, body: bytes, recv_ns: int, listed: Listed) -> list[Event]:
    """The answer to GET `url`. Never raises: an error body is one `Refusal`, nonsense one `Rejected`."""
    try:
        parts = urlsplit(url)
        reply = _reply.decode(body)
        if reply.error is not None:
            return [Refusal(None, str(reply.error.code), printable(reply.error.message, 240))]
        reader = _READERS.get(parts.path.removeprefix(API))
        if reader is None:
            return [Rejected(f"nobody reads {printable(parts.path)}")]
        return reader(reply.result, dict(parse_qsl(parts.query)), recv_ns, listed)
    except (ValueError, RecursionError) as error:
        return [Rejected(f"{printable(str(error))}: {printable(body)}")]


def _listing(result: msgspec.Raw, _: Query, recv_ns: int, _listed: Listed) -> list[Event]:
    """The futures among the rows; options and combinations have no liquidation price of their own."""
    found: list[Instrument] = []
    rejected: list[Event] = []
    for row in _rows.decode(result):
        if _kind.decode(row).kind != "future":
            continue
        try:
            found.append(_instrument(_contract.decode(row)))
        except ValueError as error:
            rejected.append(Rejected(f"instrument {printable(str(error))}: {printable(bytes(row))}"))
    return [Listing(NAME, found, recv_ns), *rejected]


def _instrument(row: wire.Contract) -> Instrument:
    if not row.symbol or not speakable(row.symbol, row.base, row.quote, row.settle, row.index):
        raise ValueError(f"name {row.symbol!r}")
    inverse = row.type == "reversed" or (not row.type and row.quote == "USD")
    index = row.index or f"{row.base}_{row.quote}".lower()
    perpetual = row.period == "perpetual"
    return Instrument(
        venue=NAME,
        symbol=row.symbol,
        base=row.base,
        quote=row.quote,
        settle=row.settle or (row.base if inverse else row.quote),
        kind=Kind.PERPETUAL if perpetual else Kind.DATED,
        inverse=inverse,
        contract_size=row.size,
        tick=row.tick,
        family=index,
        index=index,
        listed_ns=_ns(row.listed),
        expiry_ns=None if perpetual else _ns(row.expires),
        max_leverage=row.leverage or None,
        state="live" if row.active else "suspend",
    )


def _ns(millis: int | None) -> int | None:
    return millis * MS if millis is not None and 0 < millis <= _LAST_MS else None


def _state(result: msgspec.Raw, query: Query, recv_ns: int, listed: Listed) -> list[Event]:
    instrument = listed.get(query.get("instrument_name", ""))
    return [] if instrument is None else ticker_events(_ticker.decode(result), recv_ns, instrument)


def _candles(result: msgspec.Raw, query: Query, recv_ns: int, listed: Listed) -> list[Event]:
    instrument, seconds = listed.get(query.get("instrument_name", "")), _SECONDS.get(query.get("resolution", ""))
    if seconds is None:
        raise ValueError(f"unknown resolution {query.get('resolution')!r}")
    if instrument is None:
        return []
    chart, period = _chart.decode(result), seconds * 10**9
    units = chart.cost if instrument.inverse else chart.volume
    columns = (chart.ticks, chart.open, chart.high, chart.low, chart.close, units)
    bars = [
        Bar(tick * MS, open_, high, low, close, volume, tick * MS + period <= recv_ns)
        for tick, open_, high, low, close, volume in sorted(zip(*columns, strict=True))
    ]
    return [Candles(instrument.symbol, period, False, bars)]


_READERS: dict[str, Callable[[msgspec.Raw, Query, int, Listed], list[Event]]] = {
    "get_instruments": _listing,
    "ticker": _state,
    "get_tradingview_chart_data": _candles,
}
