"""Hyperliquid's `POST /info` over the simulated market, inside its weight."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from liqtui.sim.bars import CLOSE, HIGH, LOW, MINUTE_NS, OPEN, VOLUME, Period
from liqtui.sim.contracts import Contract
from liqtui.sim.faces import _hyperliquid_wire as wire
from liqtui.sim.faces.base import Answer, Call
from liqtui.sim.faces.books import BookFeed
from liqtui.sim.faces.days import Days
from liqtui.sim.limiter import Meter
from liqtui.sim.market import Market
from liqtui.sim.people import People

WEIGHT_PER_MINUTE = 1_200
LIGHT, ORDINARY = 2, 20
"""What questions weigh."""
WEIGHED = {"l2Book": LIGHT, "allMids": LIGHT, "clearinghouseState": LIGHT}
ROWS_PER_WEIGHT = {"candleSnapshot": 60, "fundingHistory": 20, "recentTrades": 20}
"""Every so many rows of an answer weigh one more."""
MOST_CANDLES, MOST_FUNDINGS, RECENT = 5_000, 500, 10
HOUR_NS = 60 * MINUTE_NS
INTERVALS = {
    "1m": MINUTE_NS, "3m": 3 * MINUTE_NS, "5m": 5 * MINUTE_NS, "15m": 15 * MINUTE_NS, "30m": 30 * MINUTE_NS,
    "1h": HOUR_NS, "2h": 2 * HOUR_NS, "4h": 4 * HOUR_NS, "8h": 8 * HOUR_NS, "12h": 12 * HOUR_NS, "1d": 24 * HOUR_NS,
}
_ADDRESS = re.compile("0x[0-9a-fA-F]{40}")
Question = dict[str, Any]


class Unreadable(Exception):  # noqa: N818  (it is an answer, not a failure of ours)
    """A body that is no question."""


class Info:
    """Answers questions from the market's state."""

    def __init__(
        self, market: Market, books: BookFeed, people: People, recent: Mapping[str, Sequence[str]], days: Days
    ) -> None:
        """`recent`: rows of the last trades, by coin."""
        self._market, self._books, self._people, self._recent, self._days = market, books, people, recent, days
        self._meter = Meter(WEIGHT_PER_MINUTE, 60.0)
        self._readers: dict[str, Callable[[Question], tuple[str, int]]] = {
            "meta": lambda _: (wire.universe(market), 0),
            "metaAndAssetCtxs": self._contexts,
            "allMids": self._mids,
            "l2Book": self._book,
            "candleSnapshot": self._candles,
            "fundingHistory": self._funding,
            "recentTrades": self._trades,
            "clearinghouseState": self._account,
        }

    def answer(self, call: Call) -> Answer:
        """The answer to a POST; what it weighs beyond the ordinary is counted once it is known."""
        if call.path != "/info":
            return Answer(404, "null")
        try:
            question = json.loads(call.body)
            kind = question["type"]
            reader = self._readers[kind]
            if not self._meter.admits(call.now_s, WEIGHED.get(kind, ORDINARY)):
                return Answer(429, "null")
            body, rows = reader(question)
        except (ValueError, KeyError, TypeError, AttributeError, Unreadable):
            return Answer(422, '"Failed to deserialize the JSON body into the target type"')
        self._meter.admits(call.now_s, rows // ROWS_PER_WEIGHT.get(kind, 1) if rows else 0)
        return Answer(200, body)

    def _contract(self, coin: object) -> Contract:
        for contract in self._market.contracts:
            if contract.symbol == coin:
                return contract
        raise Unreadable

    def _contexts(self, _: Question) -> tuple[str, int]:
        market = self._market
        contexts = ",".join(wire.context(market, c, self._days.of(c.number)) for c in market.contracts)
        return f"[{wire.universe(market)},[{contexts}]]", 0

    def _mids(self, _: Question) -> tuple[str, int]:
        rows = (f'"{c.symbol}":"{wire.mid(self._market, c)}"' for c in self._market.contracts)
        return f'{{{",".join(rows)}}}', 0

    def _book(self, question: Question) -> tuple[str, int]:
        one = self._contract(question["coin"])
        return wire.book(one, self._books.shown[one.number].after, self._market.now_ns // 1_000_000), 0

    def _trades(self, question: Question) -> tuple[str, int]:
        rows = list(self._recent[self._contract(question["coin"]).symbol])[-RECENT:][::-1]
        return f"[{','.join(rows)}]", len(rows)

    def _candles(self, question: Question) -> tuple[str, int]:
        """Bars that open between two times; the newest where there are too many."""
        asked = question["req"]
        one, length = self._contract(asked["coin"]), INTERVALS[asked["interval"]]
        start, end = int(asked["startTime"]), int(asked.get("endTime", 2**62))
        opens, values, _ = self._market.bars.query(one.number, Period(length, 0), mark=False)
        at = opens // 1_000_000
        kept = np.flatnonzero((at >= start) & (at <= end))[-MOST_CANDLES:]
        columns = values[[OPEN, HIGH, LOW, CLOSE, VOLUME]][:, kept].T.tolist()
        rows = [
            (t, t + length // 1_000_000 - 1, o, h, low, c, v)
            for t, (o, h, low, c, v) in zip(at[kept].tolist(), columns, strict=True)
        ]
        return wire.candles(one, asked["interval"], rows), len(rows)

    def _funding(self, question: Question) -> tuple[str, int]:
        """From a time on, oldest first."""
        one, funding = self._contract(question["coin"]), self._market.funding
        start, end = int(question["startTime"]), int(question.get("endTime", 2**62))
        times = np.array(funding.times, dtype=np.int64) // 1_000_000
        kept = np.flatnonzero((times >= start) & (times <= end))[:MOST_FUNDINGS].tolist()
        rows = ",".join(
            f'{{"coin":"{one.symbol}","fundingRate":"{float(funding.rates[k][one.number]):.10f}","premium":"0.0",'
            f'"time":{times[k]}}}'
            for k in kept
        )
        return f"[{rows}]", len(kept)

    def _account(self, question: Question) -> tuple[str, int]:
        address = question["user"]
        if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
            raise Unreadable
        return wire.account(self._market, self._people, address), 0
