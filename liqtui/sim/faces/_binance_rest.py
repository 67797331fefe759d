"""Binance USD-M REST of the simulated market, with its weights; and a COIN-M that lists nothing."""

import json
from collections.abc import Callable

import numpy as np

from liqtui.sim.bars import BOUGHT, CLOSE, HIGH, LOW, OPEN, VOLUME, Period
from liqtui.sim.contracts import Contract
from liqtui.sim.faces import _binance_wire as wire
from liqtui.sim.faces.base import Answer, Call, Query
from liqtui.sim.faces.books import BookFeed
from liqtui.sim.limiter import Meter
from liqtui.sim.margin import Array
from liqtui.sim.market import Market
from liqtui.sim.positions import Index

DAY_NS = 86_400 * 10**9
WEIGHT_PER_MINUTE = 2_400
FIGURES, FUNDINGS = 1_000, 500
"""Calls allowed in five minutes: of `/futures/data`, and of funding."""
FIGURES_DEPTH_NS = 30 * DAY_NS
LOTS_PER_FILL = 40.0
"""Of the past, whose single fills nobody has kept: a candle's count of them follows from its volume."""
_UNITS = {"m": 60, "h": 3_600, "d": 86_400}
CANDLES = {"1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d"}
FIGURE_PERIODS = {"5m", "15m", "30m", "1h", "2h", "4h", "6h", "12h", "1d"}


class BadRequest(Exception):  # noqa: N818  (it is an answer, not a failure of ours)
    """A query Binance would refuse."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.answer = failure(400, code, message)


def failure(status: int, code: int, message: str, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """How Binance says no."""
    return Answer(status, json.dumps({"code": code, "msg": message}), headers)


class Rest:
    """Answers GETs from the market's state, inside Binance's limits."""

    def __init__(self, market: Market, books: BookFeed) -> None:
        self._market, self._books = market, books
        self._weight = Meter(WEIGHT_PER_MINUTE, 60.0)
        self._figures, self._fundings = Meter(FIGURES, 300.0), Meter(FUNDINGS, 300.0)
        self._routes: dict[str, tuple[Callable[[Query], str], Callable[[Query], int]]] = {
            "/fapi/v1/exchangeInfo": (self._listing, _one),
            "/dapi/v1/exchangeInfo": (lambda _: '{"timezone":"UTC","rateLimits":[],"symbols":[]}', _one),
            "/fapi/v1/depth": (self._depth, _depth_weight),
            "/fapi/v1/openInterest": (self._interest, _one),
            "/fapi/v1/premiumIndex": (self._premium, lambda q: 1 if "symbol" in q else 10),
            "/fapi/v1/klines": (self._candles, _candle_weight),
            "/fapi/v1/markPriceKlines": (self._mark_candles, _candle_weight),
            "/fapi/v1/fundingRate": (self._funding, lambda _: 0),
            "/futures/data/openInterestHist": (self._interest_history, lambda _: 0),
            "/futures/data/globalLongShortAccountRatio": (self._ratio, lambda _: 0),
            "/futures/data/takerlongshortRatio": (self._takers, lambda _: 0),
        }

    def answer(self, call: Call) -> Answer:
        """The answer to a GET, with the weight used so far in its headers."""
        route = self._routes.get(call.path)
        if route is None:
            return failure(404, -5000, f"Path {call.path}, Method GET is invalid")
        reader, weigh = route
        meter, weight = self._weight, weigh(call.query)
        if call.path.startswith("/futures/data/"):
            meter, weight = self._figures, 1
        elif call.path.endswith("fundingRate"):
            meter, weight = self._fundings, 1
        if not meter.admits(call.now_s, weight):
            words = "Too many requests; current limit of IP is 2400 requests per minute."
            return failure(429, -1003, words, (("Retry-After", f"{meter.wait_s(call.now_s):.0f}"),))
        try:
            body = reader(call.query)
        except BadRequest as refused:
            return refused.answer
        return Answer(200, body, (("X-MBX-USED-WEIGHT-1M", str(self._weight.used(call.now_s))),))

    # --- what is now --------------------------------------------------------------------------------------------

    @property
    def _now_ms(self) -> int:
        return self._market.now_ns // 1_000_000

    def _contract(self, query: Query) -> Contract:
        symbol = query.get("symbol")
        if not symbol:
            raise BadRequest(-1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.")
        for contract in self._market.contracts:
            if contract.symbol == symbol and not self._market.settled[contract.number]:
                return contract
        raise BadRequest(-1121, "Invalid symbol.")

    def _listing(self, _: Query) -> str:
        rows = ",".join(wire.listed(c) for c in self._market.contracts if not self._market.settled[c.number])
        limits = (
            '{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":2400}'
        )
        return (
            f'{{"timezone":"UTC","serverTime":{self._now_ms},"futuresType":"U_MARGINED","rateLimits":[{limits}],'
            f'"exchangeFilters":[],"assets":[{{"asset":"USDT","marginAvailable":true}}],"symbols":[{rows}]}}'
        )

    def _depth(self, query: Query) -> str:
        one, limit = self._contract(query), _number(query, "limit") or 500
        if limit not in (5, 10, 20, 50, 100, 500, 1000):
            raise BadRequest(-4021, f"Invalid depth limit. '{limit}' is not valid depth limit.")
        shown = self._books.shown[one.number]
        bids, asks = (
            wire.levels(one, side._replace(ticks=side.ticks[:limit], lots=side.lots[:limit])) for side in shown.after
        )
        return (
            f'{{"lastUpdateId":{shown.seq},"E":{self._now_ms},"T":{self._now_ms},"bids":[{bids}],"asks":[{asks}]}}'
        )

    def _interest(self, query: Query) -> str:
        one = self._contract(query)
        size = float(self._market.open_interest[one.number]) * one.lot
        return f'{{"symbol":"{one.symbol}","openInterest":"{size:.3f}","time":{self._now_ms}}}'

    def _premium(self, query: Query) -> str:
        if "symbol" in query:
            return self._premium_of(self._contract(query))
        listed = (c for c in self._market.contracts if not self._market.settled[c.number])
        return f'[{",".join(self._premium_of(c) for c in listed)}]'

    def _premium_of(self, one: Contract) -> str:
        market = self._market
        index = f"{float(market.indices.prices[one.underlying]):.8f}"
        return (
            f'{{"symbol":"{one.symbol}","markPrice":"{float(market.marks[one.number]):.8f}","indexPrice":"{index}",'
            f'"estimatedSettlePrice":"{index}","lastFundingRate":"{wire.rate_text(market, one)}",'
            f'"interestRate":"0.00010000","nextFundingTime":{wire.funding_due(one, self._now_ms)},'
            f'"time":{self._now_ms}}}'
        )

    # --- what was -----------------------------------------------------------------------------------------------

    def _candles(self, query: Query) -> str:
        one, period = self._contract(query), _period(query, "interval", CANDLES)
        opens, values, _ = self._market.bars.query(one.number, period, mark=False)
        rows, last = _page(opens, query, 500, 1_500), period.length // 1_000_000 - 1
        p, q = wire.decimals(one)
        at = (opens[rows] // 1_000_000).tolist()
        prices = values[[OPEN, HIGH, LOW, CLOSE]][:, rows]
        volume, bought, mean = values[VOLUME, rows] * one.lot, values[BOUGHT, rows] * one.lot, prices.mean(axis=0)
        columns = zip(at, prices.T.tolist(), volume.tolist(), bought.tolist(), mean.tolist(), strict=True)
        return "[" + ",".join(
            f'[{t},"{o:.{p}f}","{h:.{p}f}","{low:.{p}f}","{c:.{p}f}","{v:.{q}f}",{t + last},"{v * m:.4f}",'
            f'{max(round(v / one.lot / LOTS_PER_FILL), 1)},"{b:.{q}f}","{b * m:.4f}","0"]'
            for t, (o, h, low, c), v, b, m in columns
        ) + "]"

    def _mark_candles(self, query: Query) -> str:
        one, period = self._contract(query), _period(query, "interval", CANDLES)
        opens, values, _ = self._market.bars.query(one.number, period, mark=True)
        rows, last = _page(opens, query, 500, 1_500), period.length // 1_000_000 - 1
        columns = zip(
            (opens[rows] // 1_000_000).tolist(), values[[OPEN, HIGH, LOW, CLOSE]][:, rows].T.tolist(), strict=True
        )
        return "[" + ",".join(
            f'[{t},"{o:.8f}","{h:.8f}","{low:.8f}","{c:.8f}","0",{t + last},"0",{(last + 1) // 1000},"0","0","0"]'
            for t, (o, h, low, c) in columns
        ) + "]"

    def _interest_history(self, query: Query) -> str:
        one, period = self._contract(query), _period(query, "period", FIGURE_PERIODS)
        ends, lots, _ = self._records(one, period)
        bars, values, _ = self._market.bars.query(one.number, period, mark=True)
        close = np.interp(ends - period.length, bars, values[CLOSE])
        return "[" + ",".join(
            f'{{"symbol":"{one.symbol}","sumOpenInterest":"{lots[k] * one.lot:.8f}",'
            f'"sumOpenInterestValue":"{lots[k] * one.lot * close[k]:.8f}","timestamp":{ends[k] // 1_000_000}}}'
            for k in _page(ends, query, 30, 500)
        ) + "]"

    def _ratio(self, query: Query) -> str:
        one, period = self._contract(query), _period(query, "period", FIGURE_PERIODS)
        ends, _, ratio = self._records(one, period)
        return "[" + ",".join(
            f'{{"symbol":"{one.symbol}","longShortRatio":"{ratio[k]:.4f}",'
            f'"longAccount":"{ratio[k] / (1 + ratio[k]):.4f}",'
            f'"shortAccount":"{1 / (1 + ratio[k]):.4f}","timestamp":{ends[k] // 1_000_000}}}'
            for k in _page(ends, query, 30, 500)
        ) + "]"

    def _takers(self, query: Query) -> str:
        one, period = self._contract(query), _period(query, "period", FIGURE_PERIODS)
        opens, values, confirmed = self._market.bars.query(one.number, period, mark=False)
        ends = opens[confirmed] + period.length
        bought, sold = values[BOUGHT, confirmed], (values[VOLUME] - values[BOUGHT])[confirmed]
        return "[" + ",".join(
            f'{{"buySellRatio":"{bought[k] / max(sold[k], 1):.4f}","buyVol":"{bought[k] * one.lot:.3f}",'
            f'"sellVol":"{sold[k] * one.lot:.3f}","timestamp":{ends[k] // 1_000_000}}}'
            for k in _page(ends, query, 30, 500)
        ) + "]"

    def _funding(self, query: Query) -> str:
        one, funding = self._contract(query), self._market.funding
        times = np.array(funding.times, dtype=np.int64)
        rows = _page(times, query, 100, 1_000) if one.expiry_ns is None else []
        return "[" + ",".join(
            f'{{"symbol":"{one.symbol}","fundingTime":{times[k] // 1_000_000},'
            f'"fundingRate":"{float(funding.rates[k][one.number]):.8f}","markPrice":"","rateType":"Regular"}}'
            for k in rows
        ) + "]"

    def _records(self, one: Contract, period: Period) -> tuple[Index, Array, Array]:
        """Ends of periods, open interest in lots and the ratio of accounts then."""
        now_ns = self._market.now_ns
        depth_ns = min(FIGURES_DEPTH_NS, now_ns - one.listed_ns)
        opens, lots, ratio = self._market.records.rows(one.number, period, depth_ns, now_ns)
        return opens + period.length, lots, ratio


def _one(_: Query) -> int:
    return 1


def _depth_weight(query: Query) -> int:
    limit = _number(query, "limit") or 500
    return 2 if limit <= 50 else 5 if limit <= 100 else 10 if limit <= 500 else 20


def _candle_weight(query: Query) -> int:
    limit = _number(query, "limit") or 500
    return 1 if limit < 100 else 2 if limit < 500 else 5 if limit <= 1_000 else 10


def _number(query: Query, name: str) -> int | None:
    text = query.get(name)
    if not text:
        return None
    if not text.isascii() or not text.isdigit():
        raise BadRequest(-1130, f"Data sent for parameter '{name}' is not valid.")
    return int(text)


def _period(query: Query, name: str, known: set[str]) -> Period:
    text = query.get(name, "")
    if text not in known:
        raise BadRequest(-1120, "Invalid interval.")
    return Period(int(text[:-1]) * _UNITS[text[-1]] * 10**9, 0)


def _page(times: Index, query: Query, default: int, most: int) -> list[int]:
    """Rows oldest first between `startTime` and `endTime`, both counted in: the oldest if a start is named, else the
    newest.
    """
    start, end = _number(query, "startTime"), _number(query, "endTime")
    at = times // 1_000_000
    keep = np.flatnonzero((at >= (start or 0)) & (at <= (end if end is not None else 2**62)))
    count = min(_number(query, "limit") or default, most)
    return [int(k) for k in (keep[:count] if start is not None else keep[max(len(keep) - count, 0) :])]
