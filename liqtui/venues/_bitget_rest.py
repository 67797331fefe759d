"""Bitget's listings and REST answers as events. What an answer is, its URL says; nothing else is needed to read it."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar
from urllib.parse import parse_qsl, urlsplit

import msgspec

from liqtui.events import (
    Bar,
    Candles,
    Event,
    Funding,
    FundingHistory,
    Listing,
    Refusal,
    Rejected,
    Tier,
    Tiers,
    TierUnit,
)
from liqtui.instruments import Instrument, Kind
from liqtui.venues import _bitget_wire as wire
from liqtui.venues._bitget_stream import events_of, scale_of
from liqtui.venues._text import printable, speakable
from liqtui.venues._wire import MS, moment, multiplied, number, positive
from liqtui.venues.base import HistoryPeriod, Listed

NAME = "bitget"
Row = TypeVar("Row")

DAY, HOUR = 86_400, 3_600
HISTORY = (
    HistoryPeriod("1H", HOUR, 40 * DAY),
    HistoryPeriod("5m", 300, 3 * DAY),
    HistoryPeriod("1m", 60, 30 * 60),
)
"""A page of hours each. There is no history of open interest, so days, which Bitget begins at 16:00 UTC, would tell
little more than hours do."""
INTERVALS = {"1H": "1H", "5m": "5m", "1m": "1m"}
_SECONDS = {INTERVALS[p.name]: p.seconds for p in HISTORY}

INVERSE = "COIN-FUTURES"
CATEGORIES = ("USDT-FUTURES", "USDC-FUTURES", INVERSE)
_STATES = {"online": "live", "": "live", "offline": "expired"}

_reply = msgspec.json.Decoder(wire.Reply, strict=False)


class Answer(NamedTuple):
    """What was asked and what came."""

    query: Mapping[str, str]
    data: msgspec.Raw
    now_ns: int
    """The server's clock, ours where it does not say."""
    recv_ns: int
    listed: Listed

    @property
    def instrument(self) -> Instrument | None:
        return self.listed.get(self.query.get("symbol", ""))

    def of(self, row: type[Row]) -> list[Row]:
        return msgspec.json.decode(self.data, type=list[row], strict=False)  # type: ignore[valid-type]


def decode_answer(url: str, body: bytes, recv_ns: int, listed: Listed) -> list[Event]:
    """The answer to GET `url`. Never raises: an error body is one `Refusal`, nonsense one `Rejected`."""
    try:
        parts = urlsplit(url)
        reply = _reply.decode(body)
        if str(reply.code) != "00000":
            return [Refusal(None, printable(str(reply.code)), printable(reply.message, 240))]
        reader = _READERS.get(parts.path.removeprefix("/api/v3/market/"))
        if reader is None:
            return [Rejected(f"nobody reads {printable(parts.path)}")]
        now_ns = reply.time * MS or recv_ns
        return reader(Answer(dict(parse_qsl(parts.query)), reply.data, now_ns, recv_ns, listed))
    except (ValueError, RecursionError) as error:
        return [Rejected(f"{printable(str(error))}: {printable(body)}")]


def _listing(answer: Answer) -> list[Event]:
    """A `Listing` of the contracts, and a `Rejected` for each that cannot be read."""
    found: list[Instrument] = []
    rejected: list[Event] = []
    category = answer.query.get("category", "")
    for row in answer.of(wire.InstrumentRow):
        try:
            found.append(_instrument(row, category))
        except ValueError as error:
            rejected.append(Rejected(f"instrument {printable(row.symbol)}: {printable(str(error))}"))
    return [Listing(NAME, found, answer.recv_ns), *rejected]


def _instrument(row: wire.InstrumentRow, category: str) -> Instrument:
    inverse = category == INVERSE
    tick, expiry = positive(row.tick), moment(row.delivered.removeprefix("-1"))
    names = (row.symbol, row.base, row.quote)
    if category not in CATEGORIES or not all(names) or not speakable(*names) or tick is None:
        raise ValueError(f"{category!r}, base {row.base!r}, quote {row.quote!r}, tick {row.tick!r}")
    multiple, base = (1.0, row.base) if inverse else multiplied(row.base)
    dated = row.kind == "delivery" or (row.kind != "perpetual" and expiry is not None)
    settle = row.base if inverse else row.quote
    return Instrument(
        venue=NAME,
        symbol=row.symbol,
        base=base,
        quote=row.quote,
        settle=settle,
        kind=Kind.DATED if dated else Kind.PERPETUAL,
        inverse=inverse,
        contract_size=multiple,
        tick=tick if multiple == 1.0 else float(f"{tick / multiple:.12g}"),  # without the noise of dividing
        family=f"{row.base}-{row.quote}",
        index=row.symbol,  # told with each contract's ticker and named nowhere
        listed_ns=moment(row.launched.removeprefix("-1")),
        expiry_ns=expiry if dated else None,
        max_leverage=positive(row.leverage),
        state=_STATES.get(row.status) or printable(row.status, 20),
    )


def _tiers(answer: Answer) -> list[Event]:
    """Steps of value in quote. Of an inverse contract that is its face: contracts of 1 USD."""
    instrument = answer.instrument
    if instrument is None:
        return []
    rows = sorted(answer.of(wire.TierRow), key=lambda r: r.floor)
    tiers = [Tier(r.floor, r.cap, r.maintenance, r.leverage) for r in rows]
    unit = TierUnit.CONTRACTS if instrument.inverse else TierUnit.VALUE
    return [Tiers(instrument.family, instrument.inverse, tiers, instrument.kind, unit)]


def _tickers(answer: Answer) -> list[Event]:
    return [
        event
        for row in answer.of(wire.TickerRow)
        if (instrument := answer.listed.get(row.symbol)) is not None
        for event in events_of(row, instrument, moment(row.ts) or answer.now_ns, answer.recv_ns)
    ]


def _funding(answer: Answer) -> list[Event]:
    events: list[Event] = []
    for row in answer.of(wire.RateRow):
        if row.symbol not in answer.listed:
            continue
        hours = positive(row.hours)
        interval = None if hours is None else int(hours * 3600) * 10**9
        events.append(
            Funding(row.symbol, answer.now_ns, answer.recv_ns, number(row.rate), moment(row.due), interval)
        )
    return events


def _candles(answer: Answer) -> list[Event]:
    """Volume in coins; of a coin-margined contract the turnover, which is dollars."""
    instrument, name = answer.instrument, answer.query.get("interval", "")
    if name not in _SECONDS:
        raise ValueError(f"unknown period {name!r}")
    if instrument is None:
        return []
    mark, period, scale = answer.query.get("type") == "mark", _SECONDS[name] * 10**9, scale_of(instrument)
    bars = [
        Bar(
            r.start * MS, r.open / scale, r.high / scale, r.low / scale, r.close / scale,
            None if mark else _volume(r, instrument), r.start * MS + period <= answer.now_ns,
        )
        for r in sorted(answer.of(wire.CandleRow), key=lambda r: r.start)
    ]  # fmt: skip
    return [Candles(instrument.symbol, period, mark, bars)]


def _volume(row: wire.CandleRow, instrument: Instrument) -> float | None:
    told = number(row.turnover if instrument.inverse else row.volume)
    return told if told is None or instrument.inverse else told * instrument.contract_size


def _funding_history(answer: Answer) -> list[Event]:
    instrument = answer.instrument
    if instrument is None:
        return []
    rows = msgspec.json.decode(answer.data, type=wire.Settled, strict=False).rows
    return [FundingHistory(instrument.symbol, [(r.time * MS, r.rate) for r in sorted(rows, key=lambda r: r.time)])]


_READERS: dict[str, Callable[[Answer], list[Event]]] = {
    "instruments": _listing,
    "position-tier": _tiers,
    "tickers": _tickers,
    "current-fund-rate": _funding,
    "history-fund-rate": _funding_history,
    "candles": _candles,
}
