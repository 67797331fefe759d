"""Kraken's REST answers as events. What an answer is, its URL says."""

import re
from urllib.parse import parse_qsl, urlsplit

import msgspec

from liqtui.events import Bar, Candles, Event, Refusal, Rejected
from liqtui.venues import _kraken_wire as wire
from liqtui.venues._kraken_listing import contracts_of, listing_of, tiers_of
from liqtui.venues._text import printable
from liqtui.venues._wire import MS
from liqtui.venues.base import HistoryPeriod, Listed

INSTRUMENTS = "/derivatives/api/v3/instruments"
CHARTS = "/api/charts/v1"

DAY, HOUR = 86_400, 3_600
HISTORY = (
    HistoryPeriod("1D", DAY, 200 * DAY, bounded=True),
    HistoryPeriod("1H", HOUR, 20 * DAY, bounded=True),
    HistoryPeriod("5m", 300, 40 * HOUR, bounded=True),
    HistoryPeriod("1m", 60, 30 * 60, bounded=True),
)
"""One page each. Of open interest nothing is asked for."""
RESOLUTIONS = {"1D": "1d", "1H": "1h", "5m": "5m", "1m": "1m"}
_SECONDS = {RESOLUTIONS[p.name]: p.seconds for p in HISTORY}
_CHART = re.compile(CHARTS + r"/(trade|mark)/([^/]+)/(\w+)")


class _Reply(msgspec.Struct, gc=False):
    """An answer: `result` is `success`, or `error` says why not."""

    result: str = ""
    error: str = ""
    message: str = ""
    instruments: list[msgspec.Raw] = msgspec.field(default_factory=list)


_reply = msgspec.json.Decoder(_Reply)
_chart = msgspec.json.Decoder(wire.Chart, strict=False)


def decode_answer(url: str, body: bytes, recv_ns: int, listed: Listed) -> list[Event]:
    """The answer to GET `url`. Never raises: an error body is one `Refusal`, nonsense one `Rejected`."""
    try:
        parts = urlsplit(url)
        reply = _reply.decode(body)
        if reply.error or reply.result == "error":
            return [Refusal(None, printable(reply.error or "error"), printable(reply.message or reply.error, 240))]
        if parts.path == INSTRUMENTS:
            symbol = dict(parse_qsl(parts.fragment)).get("symbol")
            rows = contracts_of(reply.instruments)
            if symbol is None:
                return listing_of(rows, recv_ns)
            return [e for row in rows if isinstance(row, wire.Contract) for e in _tiers(row, symbol, listed)]
        chart = _CHART.fullmatch(parts.path)
        if chart is None:
            return [Rejected(f"nobody reads {printable(parts.path)}")]
        return _candles(body, chart, recv_ns, listed)
    except (ValueError, RecursionError) as error:
        return [Rejected(f"{printable(str(error))}: {printable(body)}")]


def _tiers(row: wire.Contract, symbol: str, listed: Listed) -> list[Event]:
    instrument = listed.get(symbol)
    return [] if instrument is None or row.symbol.upper() != symbol else tiers_of(row, instrument)


def _candles(body: bytes, chart: re.Match[str], recv_ns: int, listed: Listed) -> list[Event]:
    what, symbol, resolution = chart.groups()
    instrument, seconds = listed.get(symbol), _SECONDS.get(resolution)
    if seconds is None:
        raise ValueError(f"unknown resolution {resolution!r}")
    if instrument is None:
        return []
    unit, period, mark = instrument.contract_size, seconds * 10**9, what == "mark"
    bars = [
        Bar(
            c.time * MS, c.open, c.high, c.low, c.close, None if mark else c.contracts * unit,
            c.time * MS + period <= recv_ns,
        )
        for c in sorted(_chart.decode(body).candles, key=lambda c: c.time)
    ]  # fmt: skip
    return [Candles(symbol, period, mark, bars)]
