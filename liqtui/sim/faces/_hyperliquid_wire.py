"""Hyperliquid messages of the simulated market, as text made by hand."""

import json
from collections.abc import Iterable, Sequence

from liqtui.sim.book import Change
from liqtui.sim.contracts import Contract
from liqtui.sim.faces.books import Sides
from liqtui.sim.faces.days import Day
from liqtui.sim.market import Market
from liqtui.sim.people import Held, People
from liqtui.sim.tape import Tape

LEVELS = 20
_TABLES = {"BTC": 56, "ETH": 55, "kPEPE": 52}
"""Numbers of the margin tables."""


def error(text: str) -> str:
    return json.dumps({"channel": "error", "data": text}, separators=(",", ":"))


def response(method: str, kind: str, coin: str) -> str:
    """The echo of a request."""
    asked = {"method": method, "subscription": {"type": kind, "coin": coin}}
    return json.dumps({"channel": "subscriptionResponse", "data": asked}, separators=(",", ":"))


def number(value: float, digits: int) -> str:
    """At most so many digits behind the point, and at least one: `80639.0`, `0.00022`."""
    text = f"{value:.{max(digits, 1)}f}".rstrip("0")
    return f"{text}0" if text.endswith(".") else text


def price_digits(contract: Contract) -> int:
    return len(str(contract.ticks_per_quote)) - 1


def size_digits(contract: Contract) -> int:
    """`szDecimals`."""
    return len(str(contract.lots)) - 1


def trades(contract: Contract, tape: Tape, people: People, block_ms: int, count: int) -> list[str]:
    """The last `count` trades of a block, with buyer and seller; `B`: the taker bought. All share the block's hash."""
    takers, makers = people.parties(contract, tape)
    scale, per_unit, p, q = contract.ticks_per_quote, contract.lots, price_digits(contract), size_digits(contract)
    first = len(tape.ticks) - count
    columns = zip(
        tape.time_ms[first:].tolist(), tape.ticks[first:].tolist(), tape.lots[first:].tolist(),
        tape.buy[first:].tolist(), takers[first:].tolist(), makers[first:].tolist(), strict=True,
    )
    head = f'{{"coin":"{contract.symbol}","side":"'
    tail = f'"hash":"0x{block_ms:016x}{contract.number:048x}","tid":'
    who = people.addresses
    return [
        f'{head}{"B" if buy else "A"}","px":"{number(ticks / scale, p)}","sz":"{number(lots / per_unit, q)}",'
        f'"time":{time_ms},{tail}{tid},"users":["{who[taker] if buy else who[maker]}",'
        f'"{who[maker] if buy else who[taker]}"]}}'
        for tid, (time_ms, ticks, lots, buy, taker, maker) in enumerate(
            columns, 10**9 * (contract.number + 1) + tape.first_id + first
        )
    ]


def trades_frame(rows: Iterable[str]) -> str:
    return f'{{"channel":"trades","data":[{",".join(rows)}]}}'


def book(contract: Contract, sides: Sides, time_ms: int) -> str:
    """The best levels of both sides, whole."""
    bids, asks = (_levels(contract, side) for side in sides)
    return f'{{"coin":"{contract.symbol}","time":{time_ms},"levels":[[{bids}],[{asks}]]}}'


def book_frame(contract: Contract, sides: Sides, time_ms: int) -> str:
    return f'{{"channel":"l2Book","data":{book(contract, sides, time_ms)}}}'


def _levels(contract: Contract, side: Change) -> str:
    p, q = price_digits(contract), size_digits(contract)
    return ",".join(
        f'{{"px":"{number(ticks / contract.ticks_per_quote, p)}","sz":"{number(lots / contract.lots, q)}",'
        f'"n":{lots % 11 + 1}}}'
        for ticks, lots in zip(side.ticks[:LEVELS].tolist(), side.lots[:LEVELS].tolist(), strict=True)
    )


def mid(market: Market, contract: Contract) -> str:
    """The middle of the touch."""
    return number(market.books[contract.number].mid / contract.ticks_per_quote, price_digits(contract) + 1)


def context(market: Market, contract: Contract, day: Day) -> str:
    """State of a contract. The oracle is the index; funding is per hour; open interest one-sided, in the coin."""
    k, p = contract.number, price_digits(contract)
    book_of = market.books[k]
    bid, ask = (side.touch / contract.ticks_per_quote for side in (book_of.bids, book_of.asks))
    oracle, mark = float(market.indices.prices[contract.underlying]), float(market.marks[k])
    interest, volume = float(market.open_interest[k]) * contract.lot, day.lots * contract.lot
    return (
        f'{{"funding":"{float(market.funding_rates[k]):.10f}","openInterest":"{number(interest, 5)}",'
        f'"prevDayPx":"{number(day.opened, p)}","dayNtlVlm":"{number(volume * (day.high + day.low) / 2, 1)}",'
        f'"premium":"{float(market.premium[k]):.10f}","oraclePx":"{number(oracle, p + 1)}",'
        f'"markPx":"{number(mark, p)}","midPx":"{mid(market, contract)}",'
        f'"impactPxs":["{number(bid, p)}","{number(ask, p)}"],"dayBaseVlm":"{number(volume, 5)}"}}'
    )


def context_frame(market: Market, contract: Contract, day: Day) -> str:
    return (
        f'{{"channel":"activeAssetCtx","data":{{"coin":"{contract.symbol}",'
        f'"ctx":{context(market, contract, day)}}}}}'
    )


def universe(market: Market) -> str:
    """What is listed, and the margin tables of it: greatest leverage from a notional on."""
    rows: list[str] = []
    tables: list[str] = []
    for one in market.contracts:
        steps = market.house.tiers(one)
        rows.append(
            f'{{"szDecimals":{size_digits(one)},"name":"{one.symbol}","maxLeverage":{steps[0].max_leverage:.0f},'
            f'"marginTableId":{_TABLES[one.symbol]}}}'
        )
        tiers = ",".join(f'{{"lowerBound":"{t.floor:.1f}","maxLeverage":{t.max_leverage:.0f}}}' for t in steps)
        tables.append(
            f'[{_TABLES[one.symbol]},{{"description":"tiered {steps[0].max_leverage:.0f}x","marginTiers":[{tiers}]}}]'
        )
    return f'{{"universe":[{",".join(rows)}],"marginTables":[{",".join(tables)}],"collateralToken":0}}'


def account(market: Market, people: People, address: str) -> str:
    """`clearinghouseState`: everything an address has. Isolated positions hold their own value, cross ones share."""
    pocket, positions = people.account(address)
    rows: list[str] = []
    cross = pocket
    isolated = signed = notional = used = required = 0.0
    for held in positions:
        mark = float(market.marks[held.contract.number])
        worth, gain = held.size * mark, held.size * (mark - held.entry)
        margin = abs(worth) / held.leverage if held.margin is None else held.margin + gain
        if held.margin is None:
            cross += gain
            step = next(t for t in market.house.tiers(held.contract) if abs(worth) <= t.cap)
            required += abs(worth) * step.maintenance - step.amount
        else:
            isolated += margin
        signed, notional, used = signed + worth, notional + abs(worth), used + margin
        rows.append(_position(market, held, worth, gain, margin))
    value = cross + isolated
    totals = (
        f'"totalNtlPos":"{notional:.6f}","totalRawUsd":"{value - signed:.6f}","totalMarginUsed":"{used:.6f}"'
    )
    return (
        f'{{"marginSummary":{{"accountValue":"{value:.6f}",{totals}}},'
        f'"crossMarginSummary":{{"accountValue":"{cross:.6f}",{totals}}},'
        f'"crossMaintenanceMarginUsed":"{required:.6f}","withdrawable":"{max(value - used, 0.0):.6f}",'
        f'"assetPositions":[{",".join(rows)}],"time":{market.now_ns // 1_000_000}}}'
    )


def _position(market: Market, held: Held, worth: float, gain: float, margin: float) -> str:
    contract = held.contract
    kind = "cross" if held.margin is None else "isolated"
    raw = "" if held.margin is None else f',"rawUsd":"{margin - worth:.6f}"'
    liquidation = "null" if held.liquidation is None else f'"{held.liquidation:.10g}"'
    return (
        f'{{"type":"oneWay","position":{{"coin":"{contract.symbol}",'
        f'"szi":"{number(held.size, size_digits(contract))}",'
        f'"leverage":{{"type":"{kind}","value":{held.leverage:.0f}{raw}}},"entryPx":"{held.entry:.10g}",'
        f'"positionValue":"{abs(worth):.6f}","unrealizedPnl":"{gain:.6f}",'
        f'"returnOnEquity":"{gain * held.leverage / (abs(held.size) * held.entry):.10f}",'
        f'"liquidationPx":{liquidation},"marginUsed":"{margin:.6f}",'
        f'"maxLeverage":{market.house.tiers(contract)[0].max_leverage:.0f},'
        f'"cumFunding":{{"allTime":"0.0","sinceOpen":"0.0","sinceChange":"0.0"}}}}}}'
    )


Row = tuple[int, int, float, float, float, float, float]


def candles(contract: Contract, interval: str, rows: Sequence[Row]) -> str:
    """Rows of `candleSnapshot`: (open, close time in ms, o, h, l, c, volume in lots)."""
    p, q = price_digits(contract), size_digits(contract)
    return "[" + ",".join(
        f'{{"t":{t},"T":{end},"s":"{contract.symbol}","i":"{interval}","o":"{number(o, p)}","c":"{number(c, p)}",'
        f'"h":"{number(h, p)}","l":"{number(low, p)}","v":"{number(v * contract.lot, q)}","n":{max(int(v), 1)}}}'
        for t, end, o, h, low, c, v in rows
    ) + "]"
