"""Bybit v5 REST of the simulated market: linear contracts, and an inverse category without any."""

import json
from collections.abc import Callable

import numpy as np

from liqtui.sim.bars import CLOSE, HIGH, LOW, MINUTE_NS, OPEN, VOLUME, Period
from liqtui.sim.contracts import Contract
from liqtui.sim.faces import _bybit_wire as wire
from liqtui.sim.faces.base import Answer, Call, Query
from liqtui.sim.faces.days import Days
from liqtui.sim.limiter import Window
from liqtui.sim.margin import Array
from liqtui.sim.market import Market
from liqtui.sim.positions import Index

CALLS, SECONDS = 600, 5.0
HOUR_NS = 60 * MINUTE_NS
CANDLES = {
    "1": MINUTE_NS, "3": 3 * MINUTE_NS, "5": 5 * MINUTE_NS, "15": 15 * MINUTE_NS, "30": 30 * MINUTE_NS,
    "60": HOUR_NS, "120": 2 * HOUR_NS, "240": 4 * HOUR_NS, "360": 6 * HOUR_NS, "720": 12 * HOUR_NS, "D": 24 * HOUR_NS,
}
FIGURES = {
    "5min": 5 * MINUTE_NS, "15min": 15 * MINUTE_NS, "30min": 30 * MINUTE_NS, "1h": HOUR_NS, "4h": 4 * HOUR_NS,
    "1d": 24 * HOUR_NS,
}


class BadRequest(Exception):  # noqa: N818  (it is an answer, not a failure of ours)
    """A query Bybit would refuse, as it does: with HTTP 200 and a code."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.answer = failure(200, 10001, message)


def failure(status: int, code: int, message: str) -> Answer:
    """How Bybit says no."""
    return Answer(status, json.dumps({"retCode": code, "retMsg": message, "result": {}, "retExtInfo": {}, "time": 0}))


class Rest:
    """Answers GETs from the market's state, inside Bybit's limit."""

    def __init__(self, market: Market, days: Days) -> None:
        self._market, self._days = market, days
        self._window = Window(CALLS, SECONDS)
        self._routes: dict[str, Callable[[Query], tuple[list[str], str]]] = {
            "instruments-info": self._listing,
            "risk-limit": self._risk_limits,
            "tickers": self._tickers,
            "kline": lambda q: self._candles(q, mark=False),
            "mark-price-kline": lambda q: self._candles(q, mark=True),
            "open-interest": self._interest,
            "account-ratio": self._ratio,
            "funding/history": self._funding,
        }

    def answer(self, call: Call) -> Answer:
        """The answer to GET `/v5/market/<path>`."""
        route = self._routes.get(call.path.removeprefix("/v5/market/"))
        if route is None or not call.path.startswith("/v5/market/"):
            return failure(404, 10404, "error: path not found")
        if not self._window.admits(call.now_s):
            return failure(403, 10006, "access too frequent, please try again in 10 minutes")
        category = call.query.get("category", "linear")
        try:
            if category not in ("linear", "inverse"):
                raise BadRequest("params error: category only support linear or inverse")
            rows, cursor = ([], "") if category == "inverse" and "symbol" not in call.query else route(call.query)
        except BadRequest as refused:
            return refused.answer
        symbol = f'"symbol":"{call.query["symbol"]}",' if call.query.get("symbol", "").isalnum() else ""
        return Answer(200, (
            f'{{"retCode":0,"retMsg":"OK","result":{{"category":"{category}",{symbol}"list":[{",".join(rows)}],'
            f'"nextPageCursor":"{cursor}"}},"retExtInfo":{{}},"time":{self._market.now_ns // 1_000_000}}}'
        ))

    # --- lists --------------------------------------------------------------------------------------------------

    def _chosen(self, query: Query) -> list[Contract]:
        """The contract that is named, or all."""
        found = [
            c for c in self._market.contracts
            if query.get("symbol", c.symbol) == c.symbol and not self._market.settled[c.number]
        ]
        if not found or query.get("category") == "inverse":
            raise BadRequest("params error: symbol invalid")
        return found

    def _contract(self, query: Query) -> Contract:
        if "symbol" not in query:
            raise BadRequest("params error: symbol is required")
        return self._chosen(query)[0]

    def _listing(self, query: Query) -> tuple[list[str], str]:
        house = self._market.house
        return [wire.listed(c, max(t.max_leverage for t in house.tiers(c))) for c in self._chosen(query)], ""

    def _risk_limits(self, query: Query) -> tuple[list[str], str]:
        """One row per step; `mmDeduction` of the lowest is empty."""
        rows = []
        for one in self._chosen(query):
            for number, tier in enumerate(self._market.house.tiers(one), 1):
                taken = "" if number == 1 else f"{tier.amount:.12g}"
                rows.append(
                    f'{{"id":{number},"symbol":"{one.symbol}","riskLimitValue":"{tier.cap:.15g}",'
                    f'"maintenanceMargin":"{tier.maintenance:.12g}","initialMargin":"{1 / tier.max_leverage:.6g}",'
                    f'"isLowestRisk":{int(number == 1)},"maxLeverage":"{tier.max_leverage:.2f}",'
                    f'"mmDeduction":"{taken}"}}'
                )
        return rows, ""

    def _tickers(self, query: Query) -> tuple[list[str], str]:
        """As the stream's, but a delivery's time is in ms."""
        rows = []
        for one in self._chosen(query):
            fields = {"symbol": one.symbol} | wire.ticker(self._market, one, self._days.of(one.number))
            if one.expiry_ns is not None:
                fields["deliveryTime"] = str(one.expiry_ns // 1_000_000)
            rows.append(json.dumps(fields, separators=(",", ":")))
        return rows, ""

    # --- what was -----------------------------------------------------------------------------------------------

    def _candles(self, query: Query, *, mark: bool) -> tuple[list[str], str]:
        """Newest first, both ends counted in."""
        one, period = self._contract(query), _period(query, "interval", CANDLES)
        opens, values, _ = self._market.bars.query(one.number, period, mark=mark)
        kept = _page(opens, query, ("start", "end"), 200, 1_000)
        p, q = wire.decimals(one)
        at, prices = (opens[kept] // 1_000_000).tolist(), values[[OPEN, HIGH, LOW, CLOSE]][:, kept].T.tolist()
        volume = (values[VOLUME, kept] * one.lot).tolist()
        if mark:
            return [
                f'["{t}","{o:.{p}f}","{h:.{p}f}","{low:.{p}f}","{c:.{p}f}"]'
                for t, (o, h, low, c) in zip(at, prices, strict=True)
            ], ""
        return [
            f'["{t}","{o:.{p}f}","{h:.{p}f}","{low:.{p}f}","{c:.{p}f}","{v:.{q}f}","{v * (o + h + low + c) / 4:.4f}"]'
            for t, (o, h, low, c), v in zip(at, prices, volume, strict=True)
        ], ""

    def _interest(self, query: Query) -> tuple[list[str], str]:
        """Of both sides, and of one."""
        one, period = self._contract(query), _period(query, "intervalTime", FIGURES)
        ends, lots, _ = self._records(one, period)
        kept = _page(ends, query, ("startTime", "endTime"), 50, 200)
        _, q = wire.decimals(one)
        rows = [
            f'{{"openInterest":"{2 * lots[k] * one.lot:.{q}f}","singleOpenInterest":"{lots[k] * one.lot:.{q}f}",'
            f'"timestamp":"{ends[k] // 1_000_000}"}}'
            for k in kept
        ]
        older = bool(kept) and kept[-1] > 0
        return rows, str(ends[kept[-1]] // 1_000_000) if older else ""

    def _ratio(self, query: Query) -> tuple[list[str], str]:
        one, period = self._contract(query), _period(query, "period", FIGURES)
        ends, _, ratio = self._records(one, period)
        return [
            f'{{"symbol":"{one.symbol}","buyRatio":"{ratio[k] / (1 + ratio[k]):.4f}",'
            f'"sellRatio":"{1 / (1 + ratio[k]):.4f}","timestamp":"{ends[k] // 1_000_000}"}}'
            for k in _page(ends, query, ("startTime", "endTime"), 50, 500)
        ], ""

    def _funding(self, query: Query) -> tuple[list[str], str]:
        one, funding = self._contract(query), self._market.funding
        if "startTime" in query and "endTime" not in query:
            raise BadRequest("params error: endTime is required with startTime")
        times = np.array(funding.times, dtype=np.int64)
        kept = _page(times, query, ("startTime", "endTime"), 200, 200) if one.expiry_ns is None else []
        return [
            f'{{"symbol":"{one.symbol}","fundingRate":"{float(funding.rates[k][one.number]):.8f}",'
            f'"fundingRateTimestamp":"{times[k] // 1_000_000}"}}'
            for k in kept
        ], ""

    def _records(self, one: Contract, period: Period) -> tuple[Index, Array, Array]:
        """Ends of periods, open interest in lots and the ratio of accounts then; back to the launch."""
        now_ns = self._market.now_ns
        opens, lots, ratio = self._market.records.rows(one.number, period, now_ns - one.listed_ns, now_ns)
        return opens + period.length, lots, ratio


def _period(query: Query, name: str, known: dict[str, int]) -> Period:
    text = query.get(name, "")
    if text not in known:
        raise BadRequest(f"params error: {name} invalid")
    return Period(known[text], 0)


def _number(query: Query, name: str) -> int | None:
    text = query.get(name)
    if not text:
        return None
    if not text.isascii() or not text.isdigit():
        raise BadRequest(f"params error: {name} invalid")
    return int(text)


def _page(times: Index, query: Query, names: tuple[str, str], default: int, most: int) -> list[int]:
    """Rows newest first between two times, both counted in; a cursor is the time of the last row of the page before.
    """
    start, end, cursor = (_number(query, name) for name in (*names, "cursor"))
    at = times // 1_000_000
    keep = at >= (start or 0)
    if end is not None:
        keep &= at <= end
    if cursor is not None:
        keep &= at < cursor
    rows = np.flatnonzero(keep)
    count = min(_number(query, "limit") or default, most)
    return [int(k) for k in rows[max(len(rows) - count, 0) :][::-1]]
