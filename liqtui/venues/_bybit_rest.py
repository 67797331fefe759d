"""Bybit's listings and REST answers as events. What an answer is, its URL says; nothing else is needed to read it."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import msgspec

from liqtui.events import (
    Bar,
    Candles,
    Event,
    FundingHistory,
    InterestHistory,
    Listing,
    RatioHistory,
    Refusal,
    Rejected,
    Tier,
    Tiers,
    TierUnit,
)
from liqtui.instruments import Instrument, Kind
from liqtui.venues import _bybit_wire as wire
from liqtui.venues._bybit_stream import events_of, one_sided
from liqtui.venues._text import printable, speakable
from liqtui.venues._wire import MS, moment, multiplied, number, positive
from liqtui.venues.base import HistoryPeriod, Listed, Request

NAME = "bybit"
Row = TypeVar("Row")

DAY, HOUR = 86_400, 3_600
HISTORY = (
    HistoryPeriod("1D", DAY, 365 * DAY),
    HistoryPeriod("1H", HOUR, 30 * DAY),
    HistoryPeriod("5m", 300, 4 * DAY),
    HistoryPeriod("1m", 60, 30 * 60),
)
"""Bybit keeps open interest back to the launch of a contract [O]; nearly all positions are younger than a year."""

INTERVALS = {"1D": "D", "1H": "60", "5m": "5", "1m": "1"}
"""Period to the name candles have for it."""
INTEREST_INTERVALS = {"1D": "1d", "1H": "1h", "5m": "5min"}
"""Period to the name open interest and ratios have for it."""
_SECONDS = {name: p.seconds for p in HISTORY for of in (INTERVALS, INTEREST_INTERVALS) if (name := of.get(p.name))}

_KINDS = {"LinearPerpetual", "LinearFutures", "InversePerpetual", "InverseFutures"}
_STATES = {"Trading": "live", "Closed": "expired"}

_reply = msgspec.json.Decoder(wire.Reply, strict=False)


class Answer(NamedTuple):
    """What was asked and what came."""

    query: Mapping[str, str]
    rows: msgspec.Raw
    now_ns: int
    """The server's clock, ours where it does not say."""
    recv_ns: int
    listed: Listed

    @property
    def instrument(self) -> Instrument | None:
        return self.listed.get(self.query.get("symbol", ""))

    def period_ns(self, parameter: str) -> int:
        name = self.query.get(parameter, "")
        if name not in _SECONDS:
            raise ValueError(f"unknown period {name!r}")
        return _SECONDS[name] * 10**9

    def of(self, row: type[Row]) -> list[Row]:
        return msgspec.json.decode(self.rows, type=list[row], strict=False)  # type: ignore[valid-type]


def decode_answer(url: str, body: bytes, recv_ns: int, listed: Listed) -> list[Event]:
    """The answer to GET `url`. Never raises: an error body is one `Refusal`, nonsense one `Rejected`."""
    try:
        parts = urlsplit(url)
        reply = _reply.decode(body)
        if str(reply.code) != "0":
            return [Refusal(None, printable(str(reply.code)), printable(reply.message, 240))]
        reader = _READERS.get(parts.path.removeprefix("/v5/market"))
        if reader is None:
            return [Rejected(f"nobody reads {printable(parts.path)}")]
        result = msgspec.json.decode(reply.result, type=wire.Rows)
        now_ns = reply.time * MS or recv_ns
        return reader(Answer(dict(parse_qsl(parts.query)), result.rows, now_ns, recv_ns, listed))
    except (ValueError, RecursionError) as error:
        return [Rejected(f"{printable(str(error))}: {printable(body)}")]


def following(request: Request, body: bytes) -> Request | None:
    """The next page: the same question with the cursor of this answer; None after the last one.

    The last page may carry a cursor, too: what follows it is empty, and has none. Cursors come encoded for a URL.
    """
    try:
        reply = _reply.decode(body)
        result = msgspec.json.decode(reply.result, type=wire.Rows)
        rows = msgspec.json.decode(result.rows, type=list[msgspec.Raw])
    except (ValueError, RecursionError):
        return None
    if not (result.cursor and rows):
        return None
    base, _, query = request.url.partition("?")
    kept = [(name, value) for name, value in parse_qsl(query) if name != "cursor"]
    cursor = unquote(result.cursor)
    return msgspec.structs.replace(request, url=f"{base}?{urlencode([*kept, ('cursor', cursor)])}")


def _listing(answer: Answer) -> list[Event]:
    """A `Listing` of the contracts, and a `Rejected` for each that cannot be read."""
    found: list[Instrument] = []
    told: list[Event] = []
    for row in answer.of(wire.InstrumentRow):
        if row.kind not in _KINDS:
            continue
        try:
            found.append(_instrument(row))
        except ValueError as error:
            told.append(Rejected(f"instrument {printable(row.symbol)}: {printable(str(error))}"))
    return [Listing(NAME, found, answer.recv_ns), *told]


def _instrument(row: wire.InstrumentRow) -> Instrument:
    inverse, perpetual = row.kind.startswith("Inverse"), row.kind.endswith("Perpetual")
    tick = positive(row.prices.tick)
    names = (row.symbol, row.base, row.quote, row.settle)
    if not all(names) or not speakable(*names) or tick is None:
        raise ValueError(f"base {row.base!r}, quote {row.quote!r}, settled in {row.settle!r}, tick {tick}")
    unit, base = (1.0, row.base) if inverse else multiplied(row.base)
    return Instrument(
        venue=NAME,
        symbol=row.symbol,
        base=base,
        quote=row.quote,
        settle=row.settle,
        kind=Kind.PERPETUAL if perpetual else Kind.DATED,
        inverse=inverse,
        contract_size=unit,  # sizes are in base coin, of inverse contracts in dollars
        tick=tick if unit == 1.0 else float(f"{tick / unit:.12g}"),  # without the noise of dividing
        family=f"{row.base}-{row.quote if inverse else row.settle}",
        index=row.symbol,  # told with each contract's ticker and named nowhere
        listed_ns=moment(row.listed),
        expiry_ns=None if perpetual else moment(row.delivered),
        max_leverage=positive(row.leverage.highest),
        state=_STATES.get(row.status) or printable(row.status.lower(), 20),
    )


def _tiers(answer: Answer) -> list[Event]:
    """The risk limits of one symbol, each with the amount that makes its maintenance continuous."""
    instrument = answer.instrument
    if instrument is None:
        return []
    rows = [row for row in answer.of(wire.TierRow) if row.symbol == instrument.symbol]
    tiers: list[Tier] = []
    for row in sorted(rows, key=lambda r: r.cap):
        rate, floor = _rate(row), tiers[-1].cap if tiers else 0.0
        amount = number(row.deduction)
        if amount is None:
            amount = tiers[-1].amount + floor * (rate - tiers[-1].maintenance) if tiers else 0.0
        tiers.append(Tier(floor, row.cap, rate, row.leverage, amount))
    return [Tiers(instrument.family, instrument.inverse, tiers, instrument.kind, TierUnit.VALUE)]


def _rate(row: wire.TierRow) -> float:
    """The maintenance rate as a fraction.

    Bybit's reference shows linear contracts in fractions and an inverse one in per cent. Maintenance lies below the
    initial margin, so rate × leverage is below 1 for a fraction and about 50 for a percentage.

    Raises:
        ValueError: it is neither.
    """
    rate = positive(row.maintenance)
    if rate is not None and rate * row.leverage >= 1:
        rate /= 100
    if rate is None or rate * row.leverage >= 1:
        raise ValueError(f"maintenance {row.maintenance!r} at {row.leverage:g}×")
    return rate


def _ticker(answer: Answer) -> list[Event]:
    rows = answer.of(wire.TickerRow)
    events = (events_of(r, answer.now_ns, answer.recv_ns, answer.listed, partial=False) for r in rows)
    return [event for of_row in events for event in of_row]


def _candles(answer: Answer) -> list[Event]:
    instrument, period = answer.instrument, answer.period_ns("interval")
    if instrument is None:
        return []
    unit = instrument.contract_size
    bars = [
        _bar(r, unit, r.volume * unit, period, answer.now_ns)
        for r in sorted(answer.of(wire.CandleRow), key=lambda r: r.start)
    ]
    return [Candles(instrument.symbol, period, False, bars)]


def _mark_candles(answer: Answer) -> list[Event]:
    instrument, period = answer.instrument, answer.period_ns("interval")
    if instrument is None:
        return []
    bars = [
        _bar(r, instrument.contract_size, None, period, answer.now_ns)
        for r in sorted(answer.of(wire.MarkCandleRow), key=lambda r: r.start)
    ]
    return [Candles(instrument.symbol, period, True, bars)]


def _bar(
    row: wire.CandleRow | wire.MarkCandleRow, unit: float, volume: float | None, period: int, now_ns: int
) -> Bar:
    """Prices per coin; closed when its period has passed."""
    low, high, at = row.low / unit, row.high / unit, row.start * MS
    return Bar(at, row.open / unit, high, low, row.close / unit, volume, at + period <= now_ns)


def _interest_history(answer: Answer) -> list[Event]:
    instrument, period = answer.instrument, answer.period_ns("intervalTime")
    if instrument is None:
        return []
    points = [
        (row.time * MS, size * instrument.contract_size)
        for row in sorted(answer.of(wire.InterestRow), key=lambda r: r.time)
        if (size := one_sided(row.one_side, row.both_sides)) is not None
    ]
    return [InterestHistory(instrument.symbol, period, points)]


def _ratios(answer: Answer) -> list[Event]:
    instrument, period = answer.instrument, answer.period_ns("period")
    if instrument is None:
        return []
    rows = sorted(answer.of(wire.RatioRow), key=lambda r: r.time)
    return [RatioHistory(instrument.symbol, period, [(r.time * MS, r.long / r.short) for r in rows if r.short > 0])]


def _funding_history(answer: Answer) -> list[Event]:
    instrument = answer.instrument
    if instrument is None:
        return []
    rows = sorted(answer.of(wire.SettledRow), key=lambda r: r.time)
    return [FundingHistory(instrument.symbol, [(r.time * MS, r.rate) for r in rows])]


_READERS: dict[str, Callable[[Answer], list[Event]]] = {
    "/instruments-info": _listing,
    "/risk-limit": _tiers,
    "/tickers": _ticker,
    "/kline": _candles,
    "/mark-price-kline": _mark_candles,
    "/open-interest": _interest_history,
    "/account-ratio": _ratios,
    "/funding/history": _funding_history,
}
