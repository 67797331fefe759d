"""BitMEX's REST answers as events. What an answer is, its URL says."""

from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, urlsplit

import msgspec

from liqtui.events import Bar, Candles, Event, FundingHistory, Refusal, Rejected
from liqtui.venues import _bitmex_wire as wire
from liqtui.venues._bitmex_listing import contracts_of, listing_of, tiers_of
from liqtui.venues._bitmex_stream import state_events
from liqtui.venues._fields import ns_of
from liqtui.venues._text import printable
from liqtui.venues.base import HistoryPeriod, Listed

Query = Mapping[str, str]
API = "/api/v1/"

DAY, HOUR = 86_400, 3_600
HISTORY = (
    HistoryPeriod("1D", DAY, 200 * DAY),
    HistoryPeriod("1H", HOUR, 20 * DAY),
    HistoryPeriod("5m", 300, 40 * HOUR),
    HistoryPeriod("1m", 60, 30 * 60),
)
"""One page each. Of open interest nothing is kept."""
BINS = {"1D": "1d", "1H": "1h", "5m": "5m", "1m": "1m"}
_SECONDS = {BINS[p.name]: p.seconds for p in HISTORY}

_refused = msgspec.json.Decoder(wire.Refused)
_buckets = msgspec.json.Decoder(list[wire.Bucket])
_fundings = msgspec.json.Decoder(list[wire.FundingRow])


def decode_answer(url: str, body: bytes, recv_ns: int, listed: Listed) -> list[Event]:
    """The answer to GET `url`. Never raises: an error body is one `Refusal`, nonsense one `Rejected`."""
    try:
        parts = urlsplit(url)
        if body.lstrip().startswith(b"{"):
            error = _refused.decode(body).error
            return [Refusal(None, printable(error.name), printable(error.message, 240))]
        reader = _READERS.get(parts.path.removeprefix(API))
        if reader is None:
            return [Rejected(f"nobody reads {printable(parts.path)}")]
        return reader(body, dict(parse_qsl(parts.query)), recv_ns, listed)
    except (ValueError, RecursionError) as error:
        return [Rejected(f"{printable(str(error))}: {printable(body)}")]


def _listing(body: bytes, _: Query, recv_ns: int, _listed: Listed) -> list[Event]:
    return listing_of(contracts_of(body), recv_ns)


def _state(body: bytes, _: Query, recv_ns: int, listed: Listed) -> list[Event]:
    events: list[Event] = []
    for row in contracts_of(body):
        if isinstance(row, Rejected):
            events.append(row)
        elif (instrument := listed.get(row.symbol)) is not None:
            events += [*tiers_of(row, instrument), *state_events(row, recv_ns, instrument)]
    return events


def _candles(body: bytes, query: Query, recv_ns: int, listed: Listed) -> list[Event]:
    """A row is dated to its end; minutes without a price are left out."""
    instrument, seconds = listed.get(query.get("symbol", "")), _SECONDS.get(query.get("binSize", ""))
    if seconds is None:
        raise ValueError(f"unknown bin {query.get('binSize')!r}")
    if instrument is None:
        return []
    unit, period = instrument.contract_size, seconds * 10**9
    bars = []
    for row in sorted(_buckets.decode(body), key=lambda row: row.ends):
        if row.open is None or row.high is None or row.low is None or row.close is None:
            continue
        ends = ns_of(row.ends)
        volume = None if row.contracts is None else row.contracts * unit
        bars.append(Bar(ends - period, row.open, row.high, row.low, row.close, volume, ends <= recv_ns))
    return [Candles(instrument.symbol, period, False, bars)]


def _funding(body: bytes, query: Query, _: int, listed: Listed) -> list[Event]:
    instrument = listed.get(query.get("symbol", ""))
    if instrument is None:
        return []
    points = sorted((ns_of(row.time), row.rate) for row in _fundings.decode(body) if row.symbol == instrument.symbol)
    return [FundingHistory(instrument.symbol, points)]


_READERS: dict[str, Callable[[bytes, Query, int, Listed], list[Event]]] = {
    "instrument/active": _listing,
    "instrument": _state,
    "trade/bucketed": _candles,
    "funding": _funding,
}
