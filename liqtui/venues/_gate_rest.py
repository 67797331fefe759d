"""Gate's listings and REST answers as events. What an answer is, its URL says; nothing else is needed to read it."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar
from urllib.parse import parse_qsl, urlsplit

import msgspec

from liqtui.events import (
    Bar,
    BookDelta,
    Candles,
    Event,
    Funding,
    FundingHistory,
    InterestHistory,
    Liquidation,
    Listing,
    RatioHistory,
    Refusal,
    Rejected,
    Side,
    Tier,
    Tiers,
    TierUnit,
)
from liqtui.instruments import Instrument, Kind
from liqtui.venues import _gate_wire as wire
from liqtui.venues._gate_stream import levels_of, price_scale, state_of
from liqtui.venues._text import printable, speakable
from liqtui.venues._wire import multiplied, number, positive
from liqtui.venues.base import HistoryPeriod, Listed

NAME = "gate"
NS = 10**9
Row = TypeVar("Row")

DAY, HOUR = 86_400, 3_600
HISTORY = (
    HistoryPeriod("1D", DAY, 99 * DAY),
    HistoryPeriod("1H", HOUR, 12 * DAY),
    HistoryPeriod("5m", 300, 1 * DAY),
    HistoryPeriod("1m", 60, 30 * 60),
)
"""Open interest comes in pages of 99 rows [S]: these depths take a handful."""
INTERVALS = {"1D": "1d", "1H": "1h", "5m": "5m", "1m": "1m"}
_SECONDS = {INTERVALS[p.name]: p.seconds for p in HISTORY}
RECENT = "5m"
"""The period whose newest page tells the ratio of accounts, too."""


class Answer(NamedTuple):
    """What was asked and what came."""

    query: Mapping[str, str]
    settle: str
    body: bytes
    recv_ns: int
    listed: Listed

    @property
    def symbol(self) -> str:
        return self.query.get("contract", "")

    @property
    def instrument(self) -> Instrument | None:
        return self.listed.get(self.symbol.removeprefix("mark_"))

    @property
    def period_s(self) -> int:
        name = self.query.get("interval", "")
        if name not in _SECONDS:
            raise ValueError(f"unknown period {name!r}")
        return _SECONDS[name]

    def of(self, row: type[Row]) -> list[Row]:
        return msgspec.json.decode(self.body, type=list[row], strict=False)  # type: ignore[valid-type]


def decode_answer(url: str, body: bytes, recv_ns: int, listed: Listed) -> list[Event]:
    """The answer to GET `url`. Never raises: an error body is one `Refusal`, nonsense one `Rejected`."""
    try:
        parts = urlsplit(url)
        if body.lstrip().startswith(b'{"label"'):
            refused = msgspec.json.decode(body, type=wire.Refused)
            return [Refusal(None, printable(refused.label), printable(refused.message, 240))]
        _, _, path = parts.path.partition("/api/v4/")
        _, _, of_settle = path.partition("/")
        settle, _, what = of_settle.partition("/")
        reader = _READERS.get(what.partition("/")[0] + ("/" if "/" in what else ""))
        if reader is None:
            return [Rejected(f"nobody reads {printable(parts.path)}")]
        return reader(Answer(dict(parse_qsl(parts.query)), settle, body, recv_ns, listed))
    except (ValueError, RecursionError) as error:
        return [Rejected(f"{printable(str(error))}: {printable(body)}")]


def _listing(answer: Answer) -> list[Event]:
    """A `Listing` of the contracts, and a `Rejected` for each that cannot be read.

    What is settled in bitcoin and not inverse is a quanto; its sizes are neither coin nor dollars, so it is left out.
    """
    found: list[Instrument] = []
    rejected: list[Event] = []
    for row in answer.of(wire.ContractRow):
        if (row.type == "inverse") is not (answer.settle == "btc"):
            continue
        try:
            found.append(_instrument(row, answer.settle))
        except ValueError as error:
            rejected.append(Rejected(f"instrument {printable(row.name)}: {printable(str(error))}"))
    return [Listing(NAME, found, answer.recv_ns), *rejected]


def _instrument(row: wire.ContractRow, settle: str) -> Instrument:
    family, inverse = row.underlying or row.name, row.type == "inverse"
    coin, dash, quote = family.partition("_")
    multiple, base = (1.0, coin) if inverse else multiplied(coin)
    size, tick = 1.0 if inverse else positive(row.multiplier), positive(row.tick)
    if not base or not dash or not quote or not speakable(row.name, family) or size is None or tick is None:
        raise ValueError(f"underlying {family!r}, multiplier {row.multiplier!r}, tick {row.tick!r}")
    state = "delisting" if row.delisting else "live" if row.status in ("", "trading") else printable(row.status, 20)
    return Instrument(
        venue=NAME,
        symbol=row.name,
        base=base,
        quote=quote,
        settle=settle.upper(),
        kind=Kind.DATED if row.expires else Kind.PERPETUAL,
        inverse=inverse,
        contract_size=size * multiple,
        tick=tick if multiple == 1.0 else float(f"{tick / multiple:.12g}"),  # without the noise of dividing
        family=family,
        index=row.name,  # told with each contract's ticker and named nowhere
        listed_ns=int(row.created) * NS if row.created > 0 else None,
        expiry_ns=row.expires * NS if row.expires else None,
        max_leverage=positive(row.leverage),
        state=state,
    )


def _contract(answer: Answer) -> list[Event]:
    """The state of one contract. No time is told, so it is that of the answer."""
    row = msgspec.json.decode(answer.body, type=wire.ContractRow, strict=False)
    instrument = answer.listed.get(row.name)
    if instrument is None:
        return []
    now = answer.recv_ns
    events = state_of(instrument, now, now, positive(row.mark), positive(row.index), row.contracts)
    if instrument.kind is Kind.PERPETUAL:
        due = int(row.due_s) * NS if row.due_s > 0 else None
        interval = row.interval_s * NS if row.interval_s > 0 else None
        events.append(Funding(row.name, now, now, number(row.rate), due, interval))
    return events


def _tiers(answer: Answer) -> list[Event]:
    """The risk limits of one contract, each with the amount that makes its maintenance continuous."""
    instrument = answer.instrument
    if instrument is None:
        return []
    rows = [row for row in answer.of(wire.TierRow) if row.contract in ("", instrument.symbol)]
    tiers: list[Tier] = []
    for row in sorted(rows, key=lambda r: r.cap):
        floor, amount = tiers[-1].cap if tiers else 0.0, row.deduction
        if amount is None:
            amount = tiers[-1].amount + floor * (row.maintenance - tiers[-1].maintenance) if tiers else 0.0
        tiers.append(Tier(floor, row.cap, row.maintenance, row.leverage, amount))
    return [Tiers(instrument.family, instrument.inverse, tiers, instrument.kind, TierUnit.VALUE)]


def _candles(answer: Answer) -> list[Event]:
    instrument, period = answer.instrument, answer.period_s
    if instrument is None:
        return []
    mark, scale = answer.symbol.startswith("mark_"), price_scale(instrument.symbol)
    bars = [
        Bar(
            r.start * NS, r.open / scale, r.high / scale, r.low / scale, r.close / scale,
            None if mark or r.contracts is None else r.contracts * instrument.contract_size,
            (r.start + period) * NS <= answer.recv_ns,
        )
        for r in sorted(answer.of(wire.CandleRow), key=lambda r: r.start)
    ]  # fmt: skip
    return [Candles(instrument.symbol, period * NS, mark, bars)]


def _stats(answer: Answer) -> list[Event]:
    """A row is its period's aggregate: known at the period's end, so one that has not ended is left out."""
    instrument, period = answer.instrument, answer.period_s
    if instrument is None:
        return []
    rows = sorted(answer.of(wire.StatsRow), key=lambda r: r.time)
    known = [(at, r) for r in rows if (at := (r.time + period) * NS) <= answer.recv_ns]
    unit, symbol = instrument.contract_size, instrument.symbol
    points = [(at, r.contracts * unit) for at, r in known if r.contracts is not None]
    told: list[Event] = [InterestHistory(symbol, period * NS, points)]
    if "from" not in answer.query and answer.query.get("interval") == RECENT:
        ratios = [(at, r.ratio) for at, r in known if r.ratio is not None]
        told.append(RatioHistory(symbol, period * NS, ratios))
    return told


def _funding_history(answer: Answer) -> list[Event]:
    instrument = answer.instrument
    if instrument is None:
        return []
    rows = sorted(answer.of(wire.SettledRow), key=lambda r: r.time)
    return [FundingHistory(instrument.symbol, [(r.time * NS, r.rate) for r in rows])]


def _book(answer: Answer) -> list[Event]:
    instrument = answer.instrument
    if instrument is None:
        return []
    row = msgspec.json.decode(answer.body, type=wire.Snapshot, strict=False)
    symbol, at = instrument.symbol, round(row.current * 1000) * 10**6
    bids, asks = levels_of(row.bids, symbol), levels_of(row.asks, symbol)
    return [BookDelta(symbol, at, answer.recv_ns, bids, asks, instrument.contract_size, True, row.id)]


def _liquidated(answer: Answer) -> list[Event]:
    """Past liquidations, an hour at most. The size has the sign of the *position*, other than on the stream."""
    events: list[Event] = []
    for row in sorted(answer.of(wire.LiquidatedRow), key=lambda r: r.time):
        instrument, price = answer.listed.get(row.contract), row.filled or row.price
        if instrument is None or price is None or not row.size:
            continue
        side = Side.LONG if row.size > 0 else Side.SHORT
        size, scaled = abs(row.size) * instrument.contract_size, price / price_scale(row.contract)
        events.append(Liquidation(row.contract, row.time * NS, answer.recv_ns, side, size, scaled))
    return events


_READERS: dict[str, Callable[[Answer], list[Event]]] = {
    "contracts": _listing,
    "contracts/": _contract,
    "risk_limit_tiers": _tiers,
    "candlesticks": _candles,
    "contract_stats": _stats,
    "funding_rate": _funding_history,
    "order_book": _book,
    "liq_orders": _liquidated,
}
