"""OKX v5 REST of the simulated market: a path and its query in, a status and a body out."""

import json
from collections.abc import Callable

import numpy as np

from liqtui.sim.bars import BOUGHT, CLOSE, HIGH, LOW, OPEN, VOLUME, Period, parse_bar
from liqtui.sim.contracts import UNDERLYINGS, Contract, tiers
from liqtui.sim.faces import _okx_wire as wire
from liqtui.sim.faces.base import Answer, Query
from liqtui.sim.limiter import Window
from liqtui.sim.market import Market

DAY_NS = 86_400 * 10**9
INTEREST_DEPTH_NS = {300 * 10**9: 3 * DAY_NS, 3_600 * 10**9: 5 * DAY_NS, DAY_NS: 100 * DAY_NS}
"""How deep OKX's open-interest history reaches per period."""
NEWEST_ROWS = 1_440
"""The recent candle endpoints keep so many bars."""


class BadRequest(Exception):  # noqa: N818  (it is an answer, not a failure of ours)
    """A query OKX would refuse."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.answer = Answer(status, json.dumps({"code": code, "data": [], "msg": message}))


LIMITS = {
    "public/instruments": 20, "public/position-tiers": 10, "public/open-interest": 20, "public/mark-price": 10,
    "market/index-tickers": 20, "public/funding-rate": 10, "public/funding-rate-history": 10,
    "rubik/stat/contracts/open-interest-history": 10, "rubik/stat/contracts/long-short-account-ratio-contract": 5,
    "rubik/stat/taker-volume-contract": 5, "market/candles": 40, "market/history-candles": 20,
    "market/mark-price-candles": 20, "market/history-mark-price-candles": 10,
}
"""Calls allowed in two seconds, per path."""


class Rest:
    """Answers GETs from the market's state, inside OKX's limits."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._coins = [u for row, u in enumerate(UNDERLYINGS) if any(c.underlying == row for c in market.contracts)]
        self._windows = {path: Window(calls, 2.0) for path, calls in LIMITS.items()}
        self._routes: dict[str, Callable[[Query], list[str]]] = {
            "public/instruments": self._instruments,
            "public/position-tiers": self._tiers,
            "public/open-interest": lambda q: self._rows(q, wire.open_interest),
            "public/mark-price": lambda q: self._rows(q, wire.mark),
            "public/funding-rate": self._funding,
            "public/funding-rate-history": self._funding_history,
            "market/index-tickers": self._index,
            "rubik/stat/contracts/open-interest-history": self._interest_history,
            "rubik/stat/contracts/long-short-account-ratio-contract": self._ratio,
            "rubik/stat/taker-volume-contract": self._taker_volume,
            "market/candles": lambda q: self._candles(q, 300, NEWEST_ROWS),
            "market/history-candles": lambda q: self._candles(q, 100, None),
            "market/mark-price-candles": lambda q: self._mark_candles(q, NEWEST_ROWS),
            "market/history-mark-price-candles": lambda q: self._mark_candles(q, None),
        }

    def answer(self, path: str, query: Query, now_s: float) -> Answer:
        """The answer to GET `/api/v5/<path>`; `now_s` is the limiter's clock."""
        route = self._routes.get(path)
        if route is None:
            return Answer(404, '{"code":"404","data":[],"msg":"Not Found"}')
        if not self._windows[path].admits(now_s):
            return Answer(429, '{"code":"50011","data":[],"msg":"Too Many Requests"}')
        try:
            rows = route(query)
        except BadRequest as refused:
            return refused.answer
        return Answer(200, f'{{"code":"0","data":[{",".join(rows)}],"msg":""}}')

    # --- lists --------------------------------------------------------------------------------------------------

    def _chosen(self, query: Query) -> list[Contract]:
        """Contracts of the asked type, narrowed by name or family."""
        kind = _required(query, "instType")
        if kind not in ("SWAP", "FUTURES", "MARGIN", "OPTION", "SPOT"):
            raise BadRequest(400, "51000", "Parameter instType error")
        symbol, family = query.get("instId"), query.get("instFamily")
        if symbol and all(c.symbol != symbol for c in self._market.contracts):
            raise _unknown_instrument()
        return [
            c for c in self._market.contracts
            if c.kind == kind and symbol in (None, "", c.symbol) and family in (None, "", c.family)
            and not self._market.settled[c.number]
        ]

    def _instruments(self, query: Query) -> list[str]:
        return [wire.instrument(c) for c in self._chosen(query)]

    def _rows(self, query: Query, row: Callable[[Market, int, int], str]) -> list[str]:
        return [row(self._market, c.number, self._now_ms) for c in self._chosen(query)]

    def _tiers(self, query: Query) -> list[str]:
        kind, mode, family = (_required(query, name) for name in ("instType", "tdMode", "instFamily"))
        if kind not in ("SWAP", "FUTURES") or mode not in ("cross", "isolated"):
            raise BadRequest(400, "51000", "Parameter instType error" if mode in ("cross", "isolated") else
                             "Parameter tdMode error")
        base = next((u.base for u in self._coins if u.family == family), None)
        if base is None:
            raise BadRequest(200, "51014", "Index doesn't exist.")
        return [
            f'{{"baseMaxLoan":"","imr":"{1 / t.max_leverage:.6g}","instFamily":"{family}","instId":"",'
            f'"maxLever":"{t.max_leverage:.15g}","maxSz":"{t.cap:.15g}","minSz":"{t.floor:.15g}","mmr":"{t.maintenance:.15g}",'
            f'"optMgnFactor":"0","quoteMaxLoan":"","tier":"{number}","uly":"{family}"}}'
            for number, t in enumerate(tiers(base, kind), 1)
        ]

    def _index(self, query: Query) -> list[str]:
        wanted, quote = query.get("instId"), query.get("quoteCcy")
        if not wanted and not quote:
            raise BadRequest(400, "50014", "Parameter instId can not be empty.")
        rows = [k for k, u in enumerate(self._coins) if wanted in (None, "", u.family) and quote in (None, "", "USDT")]
        if not rows:
            raise _unknown_instrument()
        return [wire.index(self._market, k, self._now_ms) for k in rows]

    def _funding(self, query: Query) -> list[str]:
        one = self._contract(query)
        return [wire.funding(self._market, one.number, self._now_ms)] if one.kind == "SWAP" else []

    # --- history ------------------------------------------------------------------------------------------------

    def _funding_history(self, query: Query) -> list[str]:
        one = self._contract(query)
        if one.kind != "SWAP":
            return []
        times = np.array(self._market.funding.times, dtype=np.int64)
        recent = times > self._market.now_ns - 94 * DAY_NS
        kept = _page(times, np.flatnonzero(recent), query, ("before", "after"), 100)
        rates = self._market.funding.rates
        return [
            f'{{"formulaType":"withRate","fundingRate":"{float(rates[k][one.number]):.12f}",'
            f'"fundingTime":"{times[k] // 1_000_000}","instId":"{one.symbol}","instType":"SWAP",'
            f'"method":"current_period","realizedRate":"{float(rates[k][one.number]):.12f}"}}'
            for k in kept
        ]

    def _candles(self, query: Query, most: int, newest: int | None) -> list[str]:
        one, period = self._contract(query), _bar(query, "bar", "1m")
        opens, values, confirmed = self._market.bars.query(one.number, period, mark=False)
        kept = _page(opens, _rows_kept(len(opens), newest), query, ("before", "after"), most)
        lots = values[VOLUME].tolist()
        return [
            f'["{opens[k] // 1_000_000}",{_prices(values[:4, k].tolist())},"{wire.size_text(lots[k])}",'
            f'"{lots[k] * one.lot:.12g}","{lots[k] * one.lot * values[:4, k].mean():.12g}","{int(confirmed[k])}"]'
            for k in kept
        ]

    def _mark_candles(self, query: Query, newest: int | None) -> list[str]:
        one, period = self._contract(query), _bar(query, "bar", "1m")
        opens, values, confirmed = self._market.bars.query(one.number, period, mark=True)
        kept = _page(opens, _rows_kept(len(opens), newest), query, ("before", "after"), 100)
        return [f'["{opens[k] // 1_000_000}",{_prices(values[:4, k].tolist())},"{int(confirmed[k])}"]' for k in kept]

    def _interest_history(self, query: Query) -> list[str]:
        one, period = self._contract(query), _bar(query, "period", "5m")
        if period.length not in INTEREST_DEPTH_NS:
            raise BadRequest(400, "51000", "Parameter period error")
        depth = self._depth(one, INTEREST_DEPTH_NS[period.length])
        opens, lots, _ = self._market.records.rows(one.number, period, depth, self._market.now_ns)
        bars, values, _ = self._market.bars.query(one.number, period, mark=True)
        close = np.interp(opens, bars, values[CLOSE])
        return [
            f'["{opens[k] // 1_000_000}","{wire.size_text(float(lots[k]))}","{float(lots[k]) * one.lot:.12g}",'
            f'"{float(lots[k]) * one.lot * close[k]:.12g}"]'
            for k in _page(opens, np.arange(len(opens)), query, ("begin", "end"), 100)
        ]

    def _depth(self, one: Contract, kept_ns: int) -> int:
        """How far back a contract's records go: as long as they are kept, and never before its listing."""
        return min(kept_ns, self._market.now_ns - one.listed_ns)

    def _ratio(self, query: Query) -> list[str]:
        one, period = self._contract(query), _bar(query, "period", "5m")
        depth = self._depth(one, INTEREST_DEPTH_NS.get(period.length, 5 * DAY_NS))
        opens, _, ratio = self._market.records.rows(one.number, period, depth, self._market.now_ns)
        kept = _page(opens, np.arange(len(opens)), query, ("begin", "end"), 100)
        return [f'["{opens[k] // 1_000_000}","{ratio[k]:.4f}"]' for k in kept]

    def _taker_volume(self, query: Query) -> list[str]:
        one, period = self._contract(query), _bar(query, "period", "5m")
        unit = {"0": one.lot, "1": 0.01, "2": one.lot}.get(query.get("unit") or "1")
        if unit is None:
            raise BadRequest(400, "51000", "Parameter unit error")
        opens, values, confirmed = self._market.bars.query(one.number, period, mark=False)
        usd = values[CLOSE] if query.get("unit") == "2" else np.ones(len(opens))
        bought, sold = values[BOUGHT] * unit * usd, (values[VOLUME] - values[BOUGHT]) * unit * usd
        kept = _page(opens, np.flatnonzero(confirmed), query, ("begin", "end"), 100)
        return [f'["{opens[k] // 1_000_000}","{sold[k]:.12g}","{bought[k]:.12g}"]' for k in kept]

    @property
    def _now_ms(self) -> int:
        return self._market.now_ns // 1_000_000

    def _contract(self, query: Query) -> Contract:
        symbol = _required(query, "instId")
        for contract in self._market.contracts:
            if contract.symbol == symbol:
                return contract
        raise _unknown_instrument()


def _unknown_instrument() -> BadRequest:
    return BadRequest(200, "51001", "Instrument ID, Instrument ID code, or Spread ID doesn't exist.")


def _required(query: Query, name: str) -> str:
    value = query.get(name)
    if not value:
        raise BadRequest(400, "50014", f"Parameter {name} can not be empty.")
    return value


def _bar(query: Query, name: str, default: str) -> Period:
    period = parse_bar(query.get(name) or default)
    if period is None:
        raise BadRequest(400, "51000", f"Parameter {name} error")
    return period


def _number(query: Query, name: str) -> int | None:
    text = query.get(name)
    if not text:
        return None
    if not text.isascii() or not text.isdigit():
        raise BadRequest(400, "51000", f"Parameter {name} error")
    return int(text)


def _rows_kept(count: int, newest: int | None) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return np.arange(max(count - newest, 0) if newest is not None else 0, count)


def _page(
    times: "np.ndarray[tuple[int], np.dtype[np.int64]]", rows: "np.ndarray[tuple[int], np.dtype[np.int64]]",
    query: Query, names: tuple[str, str], most: int,
) -> list[int]:
    """Rows newest first: newer than the first parameter, older than the second, at most `most` or `limit`.

    Like OKX, a page bounded only from below holds the newest rows all the same.
    """
    newer, older, limit = _number(query, names[0]), _number(query, names[1]), _number(query, "limit")
    at = times[rows] // 1_000_000
    keep = np.ones(len(rows), dtype=np.bool_)
    if newer is not None:
        keep &= at > newer
    if older is not None:
        keep &= at < older
    rows = rows[keep]
    count = min(limit or 100, most)
    return [int(k) for k in rows[max(len(rows) - count, 0) :][::-1]]


def _prices(values: list[float]) -> str:
    opened, high, low, close = values[OPEN], values[HIGH], values[LOW], values[CLOSE]
    return f'"{opened:.15g}","{high:.15g}","{low:.15g}","{close:.15g}"'
