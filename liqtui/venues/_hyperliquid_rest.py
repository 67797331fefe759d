"""Hyperliquid's REST answers as events. All are answers to one URL; its fragment says what was asked."""

from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, urlsplit

import msgspec

from liqtui.events import Bar, Candles, Event, Position, Positions, Refusal, Rejected, Side
from liqtui.venues import _hyperliquid_wire as wire
from liqtui.venues._hyperliquid_listing import listing_of, tiers_of
from liqtui.venues._hyperliquid_stream import context_events
from liqtui.venues._text import printable
from liqtui.venues._wire import MS
from liqtui.venues.base import HistoryPeriod, Listed

Query = Mapping[str, str]

DAY, HOUR = 86_400, 3_600
HISTORY = (
    HistoryPeriod("1D", DAY, 200 * DAY, bounded=True),
    HistoryPeriod("1H", HOUR, 20 * DAY, bounded=True),
    HistoryPeriod("5m", 300, 40 * HOUR, bounded=True),
    HistoryPeriod("1m", 60, 30 * 60, bounded=True),
)
"""One page each. Of open interest nothing is kept."""
INTERVALS = {"1D": "1d", "1H": "1h", "5m": "5m", "1m": "1m"}
_SECONDS = {INTERVALS[p.name]: p.seconds for p in HISTORY}

_universe = msgspec.json.Decoder(wire.Universe, strict=False)
_contexts = msgspec.json.Decoder(tuple[wire.Universe, list[wire.Context]], strict=False)
_candles = msgspec.json.Decoder(list[wire.Candle], strict=False)
_account = msgspec.json.Decoder(wire.Account, strict=False)


def decode_answer(url: str, body: bytes, recv_ns: int, listed: Listed) -> list[Event]:
    """The answer to the question in the fragment of `url`. Never raises; an error is plain words, no JSON [S]."""
    try:
        query = dict(parse_qsl(urlsplit(url).fragment))
        reader = _READERS.get(query.get("type", ""))
        if reader is None:
            return [Rejected(f"nobody reads {printable(url)}")]
        if not body.lstrip().startswith((b"{", b"[")):
            return [Refusal(None, "error", printable(body, 240))]
        return reader(body, query, recv_ns, listed)
    except (ValueError, RecursionError) as error:
        return [Rejected(f"{printable(str(error))}: {printable(body)}")]


def _read_listing(body: bytes, _: Query, recv_ns: int, _listed: Listed) -> list[Event]:
    return listing_of(_universe.decode(body), recv_ns)


def _read_state(body: bytes, query: Query, recv_ns: int, listed: Listed) -> list[Event]:
    """Of the answer, which holds every contract, the one that was asked for."""
    universe, contexts = _contexts.decode(body)
    coin = query.get("coin", "")
    if coin not in listed:
        return []
    events = tiers_of(universe, coin)
    for row, context in zip(universe.listed, contexts, strict=True):
        if row.name == coin:
            events += context_events(coin, context, recv_ns, listed)
    return events


def _read_candles(body: bytes, query: Query, recv_ns: int, listed: Listed) -> list[Event]:
    instrument, seconds = listed.get(query.get("coin", "")), _SECONDS.get(query.get("interval", ""))
    if seconds is None:
        raise ValueError(f"unknown interval {query.get('interval')!r}")
    if instrument is None:
        return []
    unit, period = instrument.contract_size, seconds * 10**9
    bars = [
        Bar(
            c.opened * MS, c.open / unit, c.high / unit, c.low / unit, c.close / unit, c.volume * unit,
            c.opened * MS + period <= recv_ns,
        )
        for c in sorted(_candles.decode(body), key=lambda c: c.opened)
    ]  # fmt: skip
    return [Candles(instrument.symbol, period, False, bars)]


def _read_positions(body: bytes, query: Query, recv_ns: int, listed: Listed) -> list[Event]:
    """What an address holds of what is listed. Closed positions may stay with size 0 and are left out."""
    account = _account.decode(body)
    positions: list[Position] = []
    for row in account.rows:
        held = row.position
        instrument = listed.get(held.coin)
        if instrument is None or held.size == 0 or held.entry is None:
            continue
        unit = instrument.contract_size
        liquidation = held.liquidation / unit if held.liquidation is not None and held.liquidation > 0 else None
        positions.append(
            Position(
                held.coin, Side.LONG if held.size > 0 else Side.SHORT, abs(held.size) * unit, held.entry / unit,
                held.leverage.value, held.leverage.type == "isolated", liquidation,
            )
        )  # fmt: skip
    at = recv_ns if account.time is None else account.time * MS
    return [Positions(msgspec.convert(query.get("user", ""), wire.Address), at, recv_ns, positions)]


_READERS: dict[str, Callable[[bytes, Query, int, Listed], list[Event]]] = {
    "meta": _read_listing,
    "metaAndAssetCtxs": _read_state,
    "candleSnapshot": _read_candles,
    "clearinghouseState": _read_positions,
}
