"""Bybit v5 frames of the simulated market, as text made by hand."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from liqtui.sim.book import Change
from liqtui.sim.contracts import Contract
from liqtui.sim.faces.books import Sides
from liqtui.sim.faces.days import Day
from liqtui.sim.market import Market
from liqtui.sim.tape import Forced, Tape

CONNECTION_ID = "d266o6hqo29sqmnq4vk0-1yus1"
DELAY_MS = 3
"""From the matching engine to the stream."""
FUNDING_HOURS = 8


def reply(op: str, number: str, *, success: bool, message: str = "") -> str:
    """The answer to a request; `op` of a ping stays ping."""
    said = {"success": success, "ret_msg": message, "conn_id": CONNECTION_ID, "req_id": number, "op": op}
    return json.dumps(said, separators=(",", ":"))


def decimals(contract: Contract) -> tuple[int, int]:
    """Digits behind the point of prices and of sizes."""
    return len(str(contract.ticks_per_quote)) - 1, len(str(contract.lots)) - 1


def trades(contract: Contract, tape: Tape, seq: int) -> list[str]:
    """One row per fill. `L` compares each price with the one before."""
    symbol, scale, per_unit = contract.symbol, contract.ticks_per_quote, contract.lots
    p, q = decimals(contract)
    ticks = tape.ticks.tolist()
    steps = np.sign(np.diff(tape.ticks, prepend=tape.ticks[:1])).tolist()
    rows = zip(tape.time_ms.tolist(), ticks, tape.lots.tolist(), tape.buy.tolist(), steps, strict=True)
    tail = f'"BT":false,"RPI":false,"seq":{seq}}}'
    return [
        f'{{"T":{time_ms},"s":"{symbol}","S":"{"Buy" if buy else "Sell"}","v":"{lots / per_unit:.{q}f}",'
        f'"p":"{tick / scale:.{p}f}","L":"{_TICK[step]}","i":"20f43950-d8dd-5b31-9112-{number:012x}",{tail}'
        for number, (time_ms, tick, lots, buy, step) in enumerate(rows, tape.first_id)
    ]


_TICK = {1: "PlusTick", 0: "ZeroPlusTick", -1: "MinusTick"}


def trades_frame(contract: Contract, rows: Sequence[str], time_ms: int) -> str:
    """The `publicTrade` frame of some rows."""
    return f'{{"topic":"publicTrade.{contract.symbol}","type":"snapshot","ts":{time_ms},"data":[{",".join(rows)}]}}'


def book(topic: str, contract: Contract, kind: str, sides: Sides, u: int, seq: int, time_ms: int) -> str:
    """An `orderbook` frame; `kind` is `snapshot` or `delta`."""
    bids, asks = (_levels(contract, side) for side in sides)
    return (
        f'{{"topic":"{topic}.{contract.symbol}","type":"{kind}","ts":{time_ms + DELAY_MS},"data":'
        f'{{"s":"{contract.symbol}","b":[{bids}],"a":[{asks}],"u":{u},"seq":{seq}}},"cts":{time_ms}}}'
    )


def _levels(contract: Contract, side: Change) -> str:
    """Levels; a size of `0` is gone."""
    scale, per_unit = contract.ticks_per_quote, contract.lots
    p, q = decimals(contract)
    return ",".join(
        f'["{ticks / scale:.{p}f}","{lots / per_unit:.{q}f}"]' if lots else f'["{ticks / scale:.{p}f}","0"]'
        for ticks, lots in zip(side.ticks.tolist(), side.lots.tolist(), strict=True)
    )


def liquidations(contract: Contract, told: Sequence[Forced], time_ms: int) -> str:
    """A batch. The side is that of the position: `Buy` is a long; the price is the bankruptcy price."""
    p, q = decimals(contract)
    rows = ",".join(
        f'{{"T":{f.time_ns // 1_000_000},"s":"{contract.symbol}","S":"{"Buy" if f.side == 0 else "Sell"}",'
        f'"v":"{f.lots / contract.lots:.{q}f}","p":"{f.bankruptcy:.{p}f}"}}'
        for f in told
    )
    return f'{{"topic":"allLiquidation.{contract.symbol}","type":"snapshot","ts":{time_ms},"data":[{rows}]}}'


def ticker(market: Market, contract: Contract, day: Day) -> dict[str, str]:
    """The state of a contract: all fields of its ticker, as text. Open interest is of both sides, and of one."""
    number, book_of = contract.number, market.books[contract.number]
    p, q = decimals(contract)
    mark = float(market.marks[number])
    interest = float(market.open_interest[number]) * contract.lot
    index = float(market.indices.prices[contract.underlying])
    fields = {
        "lastPrice": f"{market.last_ticks[number] / contract.ticks_per_quote:.{p}f}",
        "prevPrice24h": f"{day.opened:.{p}f}",
        "highPrice24h": f"{day.high:.{p}f}",
        "lowPrice24h": f"{day.low:.{p}f}",
        "volume24h": f"{day.lots * contract.lot:.{q}f}",
        "turnover24h": f"{day.lots * contract.lot * (day.high + day.low) / 2:.4f}",
        "markPrice": f"{mark:.{p}f}",
        "indexPrice": f"{index:.{p}f}",
        "openInterest": f"{2 * interest:.{q}f}",
        "openInterestValue": f"{2 * interest * mark:.2f}",
        "singleOpenInterest": f"{interest:.{q}f}",
        "singleOpenInterestValue": f"{interest * mark:.2f}",
        "bid1Price": f"{book_of.bids.touch / contract.ticks_per_quote:.{p}f}",
        "bid1Size": f"{book_of.bids.touch_lots / contract.lots:.{q}f}",
        "ask1Price": f"{book_of.asks.touch / contract.ticks_per_quote:.{p}f}",
        "ask1Size": f"{book_of.asks.touch_lots / contract.lots:.{q}f}",
    }
    if contract.expiry_ns is None:
        due = (market.now_ns // (FUNDING_HOURS * 3_600 * 10**9) + 1) * FUNDING_HOURS * 3_600_000
        rate = f"{float(market.funding_rates[number]):.8f}"
        return fields | {
            "fundingRate": rate, "nextFundingTime": str(due), "fundingIntervalHour": str(FUNDING_HOURS),
            "fundingCap": "0.00375",
        }
    delivered = datetime.fromtimestamp(contract.expiry_ns // 10**9, UTC)
    return fields | {
        "fundingRate": "", "nextFundingTime": "", "deliveryTime": f"{delivered:%Y-%m-%dT%H:%M:%SZ}",
        "basis": f"{mark - index:.{p}f}", "basisRate": f"{(mark - index) / index:.8f}", "predictedDeliveryPrice": "",
    }


def ticker_frame(contract: Contract, kind: str, fields: Mapping[str, str], time_ms: int, seq: int) -> str:
    """A `tickers` frame: all fields (`snapshot`), or those that changed (`delta`)."""
    body = ",".join(f'"{name}":"{value}"' for name, value in fields.items())
    return (
        f'{{"topic":"tickers.{contract.symbol}","type":"{kind}","data":{{"symbol":"{contract.symbol}",{body}}},'
        f'"cs":{seq},"ts":{time_ms}}}'
    )


def listed(contract: Contract, max_leverage: float) -> str:
    """A row of `instruments-info`."""
    p, q = decimals(contract)
    kind = "LinearPerpetual" if contract.expiry_ns is None else "LinearFutures"
    delivered = 0 if contract.expiry_ns is None else contract.expiry_ns // 1_000_000
    step = f"{1 / 10**q:.{q}f}"
    return (
        f'{{"symbol":"{contract.symbol}","contractType":"{kind}","status":"Trading","baseCoin":"{contract.base}",'
        f'"quoteCoin":"USDT","launchTime":"{contract.listed_ns // 1_000_000}","deliveryTime":"{delivered}",'
        f'"deliveryFeeRate":"","priceScale":"{p}","leverageFilter":{{"minLeverage":"1",'
        f'"maxLeverage":"{max_leverage:.2f}","leverageStep":"0.01"}},"priceFilter":{{"minPrice":"{1 / 10**p:.{p}f}",'
        f'"maxPrice":"1999999.80","tickSize":"{1 / 10**p:.{p}f}"}},"lotSizeFilter":{{"minOrderQty":"{step}",'
        f'"qtyStep":"{step}"}},"unifiedMarginTrade":true,"fundingInterval":{FUNDING_HOURS * 60},'
        f'"settleCoin":"USDT","copyTrading":"both","isPreListing":false}}'
    )
