"""OKX v5 frames of the simulated market, as text made by hand: one string per frame, shared by all who listen."""

from collections.abc import Iterator

from liqtui.sim.book import Book, Change
from liqtui.sim.contracts import LOTS_PER_CONTRACT, UNDERLYINGS, Contract
from liqtui.sim.faces.days import Day
from liqtui.sim.market import Market
from liqtui.sim.tape import Forced, Tape

CONNECTION_ID = "a4d3ae55"


def price_text(ticks: int, contract: Contract) -> str:
    """A price on the grid: `60123.4`, `60123`."""
    return f"{ticks / contract.ticks_per_quote:.15g}"


def size_text(lots: float) -> str:
    """A size in contracts: `5`, `0.23`."""
    return f"{lots / LOTS_PER_CONTRACT:.15g}"


def trades(contract: Contract, tape: Tape, seq: int) -> Iterator[tuple[int, str]]:
    """One frame per trade, with its time in ms."""
    symbol, scale = contract.symbol, contract.ticks_per_quote
    head = f'{{"arg":{{"channel":"trades","instId":"{symbol}"}},"data":[{{"instId":"{symbol}","tradeId":"'
    rows = zip(tape.time_ms.tolist(), tape.ticks.tolist(), tape.lots.tolist(), tape.buy.tolist(), strict=True)
    for number, (time_ms, ticks, lots, buy) in enumerate(rows, tape.first_id):
        yield time_ms, (
            f'{head}{number}","px":"{ticks / scale:.15g}","sz":"{lots / 100:.15g}",'
            f'"side":"{"buy" if buy else "sell"}","ts":"{time_ms}","count":"1","seqId":{seq}}}]}}'
        )


def book(contract: Contract, action: str, sides: tuple[Change, Change], time_ms: int, seq: int, before: int) -> str:
    """A `books` frame of bids and asks."""
    bids, asks = (_levels(contract, side) for side in sides)
    return (
        f'{{"arg":{{"channel":"books","instId":"{contract.symbol}"}},"action":"{action}","data":[{{"asks":[{asks}],'
        f'"bids":[{bids}],"ts":"{time_ms}","checksum":0,"seqId":{seq},"prevSeqId":{before}}}]}}'
    )


def _levels(contract: Contract, side: Change) -> str:
    scale = contract.ticks_per_quote
    return ",".join(
        f'["{ticks / scale:.15g}","{lots / 100:.15g}","0","{lots % 11 + 1 if lots else 0}"]'
        for ticks, lots in zip(side.ticks.tolist(), side.lots.tolist(), strict=True)
    )


def mark(market: Market, number: int, time_ms: int) -> str:
    """The body of a mark-price row."""
    one = market.contracts[number]
    return (
        f'{{"instId":"{one.symbol}","instType":"{one.kind}","markPx":"{market.marks[number]:.15g}","ts":"{time_ms}"}}'
    )


def index(market: Market, row: int, time_ms: int) -> str:
    """The body of an index-tickers row. The index keeps no day's figures: those fields repeat the price."""
    coin = UNDERLYINGS[row]
    price = round(float(market.indices.prices[row]), 2)
    return (
        f'{{"instId":"{coin.family}","idxPx":"{price:.15g}","high24h":"{price:.15g}","low24h":"{price:.15g}",'
        f'"open24h":"{price:.15g}","sodUtc0":"{price:.15g}","sodUtc8":"{price:.15g}","ts":"{time_ms}"}}'
    )


def open_interest(market: Market, number: int, time_ms: int) -> str:
    """The body of an open-interest row."""
    one = market.contracts[number]
    lots = float(market.open_interest[number])
    coin = lots * one.lot
    return (
        f'{{"instId":"{one.symbol}","instType":"{one.kind}","oi":"{size_text(lots)}","oiCcy":"{coin:.12g}",'
        f'"oiUsd":"{coin * float(market.marks[number]):.12g}","ts":"{time_ms}"}}'
    )


def funding(market: Market, number: int, time_ms: int) -> str:
    """The body of a funding-rate row of a perpetual."""
    one, step = market.contracts[number], 8 * 3_600_000
    due = (time_ms // step + 1) * step
    return (
        f'{{"formulaType":"withRate","fundingRate":"{float(market.funding_rates[number]):.12f}",'
        f'"fundingTime":"{due}","impactValue":"20000","instId":"{one.symbol}","instType":"SWAP",'
        f'"interestRate":"0.0001","maxFundingRate":"0.00375","method":"current_period","minFundingRate":"-0.00375",'
        f'"nextFundingRate":"","nextFundingTime":"{due + step}","premium":"{float(market.premium[number]):.12f}",'
        f'"prevFundingTime":"{due - step}","settFundingRate":"{float(_settled(market)[number]):.12f}",'
        f'"settState":"settled","ts":"{time_ms}"}}'
    )


def _settled(market: Market) -> list[float]:
    rates = market.funding.rates
    return [float(r) for r in rates[-1]] if rates else [0.0] * len(market.contracts)


def liquidation(market: Market, forced: Forced) -> str:
    """A whole `liquidation-orders` frame. The side is that of the closing order: a long is sold."""
    one = market.contracts[forced.contract]
    long = forced.side == 0
    price = price_text(round(forced.bankruptcy * one.ticks_per_quote), one)
    return (
        f'{{"arg":{{"channel":"liquidation-orders","instType":"{one.kind}"}},"data":[{{"details":[{{"bkLoss":"0",'
        f'"bkPx":"{price}","ccy":"","posSide":"{"long" if long else "short"}","side":"{"sell" if long else "buy"}",'
        f'"sz":"{size_text(forced.lots)}","ts":"{forced.time_ns // 1_000_000}"}}],"instFamily":"{one.family}",'
        f'"instId":"{one.symbol}","instType":"{one.kind}","uly":"{one.family}"}}]}}'
    )


def ticker(market: Market, depth: Book, day: Day, time_ms: int) -> str:
    """The body of a tickers row. `day`: open, high, low and volume in lots of the last 24 hours."""
    one = depth.contract
    opened, high, low, lots = day
    return (
        f'{{"instType":"{one.kind}","instId":"{one.symbol}","last":"{price_text(market.last_ticks[one.number], one)}",'
        f'"lastSz":"{size_text(market.last_lots[one.number])}",'
        f'"askPx":"{price_text(depth.asks.touch, one)}","askSz":"{size_text(depth.asks.touch_lots)}",'
        f'"bidPx":"{price_text(depth.bids.touch, one)}","bidSz":"{size_text(depth.bids.touch_lots)}",'
        f'"open24h":"{opened:.15g}","high24h":"{high:.15g}","low24h":"{low:.15g}","sodUtc0":"{opened:.15g}",'
        f'"sodUtc8":"{opened:.15g}","volCcy24h":"{lots * one.lot:.12g}","vol24h":"{size_text(lots)}","ts":"{time_ms}"}}'
    )


def instrument(contract: Contract, state: str = "live") -> str:
    """A row of the instruments listing; `state` is `expired` once the contract is settled."""
    dated = contract.expiry_ns is not None
    tick = f"{1 / contract.ticks_per_quote:.15g}"
    expiry = contract.expiry_ns // 1_000_000 if contract.expiry_ns is not None else ""
    return (
        f'{{"alias":"{contract.alias}","baseCcy":"","category":"1","ctMult":"1","ctType":"linear",'
        f'"ctVal":"{contract.size:.15g}","ctValCcy":"{contract.base}","expTime":"{expiry}",'
        f'"instFamily":"{contract.family}","instId":"{contract.symbol}","instType":"{contract.kind}","lever":"100",'
        f'"listTime":"{contract.listed_ns // 1_000_000}","lotSz":"0.01","maxLmtSz":"100000000","maxMktSz":"35000",'
        f'"minSz":"0.01","optType":"","quoteCcy":"","ruleType":"normal","settleCcy":"USDT","state":"{state}","stk":"",'
        f'"tickSz":"{tick}","uly":"{contract.family}","openType":"{"call_auction" if dated else "fix_price"}"}}'
    )


def data_frame(channel: str, key: str, name: str, body: str) -> str:
    """A frame of a plain channel. `key` is `instId` or `instType`."""
    return f'{{"arg":{{"channel":"{channel}","{key}":"{name}"}},"data":[{body}]}}'
