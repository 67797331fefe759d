"""Binance USD-M frames of the simulated market, as text made by hand, in the wrapper of combined streams."""

from collections.abc import Iterator

from liqtui.sim.book import Change
from liqtui.sim.contracts import UNDERLYINGS, Contract
from liqtui.sim.faces.books import BookUpdate
from liqtui.sim.market import Market
from liqtui.sim.tape import Forced, Tape

UM = 1
"""`st`: the market of all that is simulated."""
PERPETUAL_DELIVERY = 4_133_404_800_000
FUNDING_MS = 8 * 3_600_000
DELAY_MS = 5
"""From the matching engine to the stream."""


def pair(contract: Contract) -> str:
    """`BTCUSDT`, of the dated contract too."""
    return f"{contract.base}USDT"


def decimals(contract: Contract) -> tuple[int, int]:
    """Digits behind the point of prices and of sizes."""
    return len(str(contract.ticks_per_quote)) - 1, len(str(contract.lots)) - 1


def trades(contract: Contract, tape: Tape) -> Iterator[tuple[int, str]]:
    """One `aggTrade` per taker order and price, with its time in ms."""
    symbol, ticks_per_quote, lots_per_unit = contract.symbol, contract.ticks_per_quote, contract.lots
    p, q = decimals(contract)
    head = f'{{"stream":"{symbol.lower()}@aggTrade","data":{{"e":"aggTrade","E":'
    rows = zip(tape.time_ms.tolist(), tape.ticks.tolist(), tape.lots.tolist(), tape.buy.tolist(), strict=True)
    for number, (time_ms, ticks, lots, buy) in enumerate(rows, tape.first_id):
        size = f"{lots / lots_per_unit:.{q}f}"
        yield time_ms, (
            f'{head}{time_ms + DELAY_MS},"a":{number},"s":"{symbol}","p":"{ticks / ticks_per_quote:.{p}f}",'
            f'"q":"{size}","nq":"{size}","f":{number},"l":{number},"T":{time_ms},'
            f'"m":{"false" if buy else "true"},"st":{UM}}}}}'
        )


def depth(contract: Contract, update: BookUpdate, time_ms: int) -> str:
    """What changed between two numbers of the book."""
    bids, asks = (levels(contract, side) for side in update.changes)
    return (
        f'{{"stream":"{contract.symbol.lower()}@depth@100ms","data":{{"e":"depthUpdate","E":{time_ms + DELAY_MS},'
        f'"T":{time_ms},"s":"{contract.symbol}","ps":"{pair(contract)}","U":{update.before + 1},"u":{update.seq},'
        f'"pu":{update.before},"b":[{bids}],"a":[{asks}],"st":{UM}}}}}'
    )


def levels(contract: Contract, side: Change) -> str:
    """`["60000.1","0.200"],…`"""
    ticks_per_quote, lots_per_unit = contract.ticks_per_quote, contract.lots
    p, q = decimals(contract)
    return ",".join(
        f'["{ticks / ticks_per_quote:.{p}f}","{lots / lots_per_unit:.{q}f}"]'
        for ticks, lots in zip(side.ticks.tolist(), side.lots.tolist(), strict=True)
    )


def rate_text(market: Market, contract: Contract) -> str:
    """The rate of the interval that is going on; a dated contract's is written as zero."""
    return f"{float(market.funding_rates[contract.number]):.8f}"


def funding_due(contract: Contract, time_ms: int) -> int:
    """When it is paid; 0 where nothing is."""
    return 0 if contract.expiry_ns is not None else (time_ms // FUNDING_MS + 1) * FUNDING_MS


def mark(market: Market, contract: Contract, stream: str, time_ms: int) -> str:
    """Mark, index and funding. The estimated settlement is the index: no average of the last hour is kept."""
    price = f"{float(market.marks[contract.number]):.8f}"
    index = f"{float(market.indices.prices[contract.underlying]):.8f}"
    return (
        f'{{"stream":"{contract.symbol.lower()}@{stream}","data":{{"e":"markPriceUpdate","E":{time_ms},'
        f'"s":"{contract.symbol}","p":"{price}","ap":"{price}","P":"{index}","i":"{index}",'
        f'"r":"{rate_text(market, contract)}","T":{funding_due(contract, time_ms)},"st":{UM}}}}}'
    )


def force_order(whose: str, contract: Contract, forced: Forced, now_ms: int) -> str:
    """The order that closed a liquidated position: a long is sold. Sent at its bankruptcy price, filled at market."""
    p, q = decimals(contract)
    size, scale = f"{forced.lots / contract.lots:.{q}f}", contract.ticks_per_quote
    price, paid = f"{forced.bankruptcy:.{p}f}", f"{forced.order.paid / scale:.{p}f}"
    stream = f"{contract.symbol.lower()}@forceOrder" if whose else "!forceOrder@arr"
    return (
        f'{{"stream":"{stream}","data":{{"e":"forceOrder","E":{now_ms},"o":{{"s":"{contract.symbol}",'
        f'"S":"{"SELL" if forced.side == 0 else "BUY"}","o":"LIMIT","f":"IOC","q":"{size}","p":"{price}",'
        f'"ap":"{paid}","X":"FILLED","l":"{size}","z":"{size}","T":{forced.time_ns // 1_000_000},'
        f'"ps":"{pair(contract)}","st":{UM}}}}}}}'
    )


def delivery_ms(contract: Contract) -> int:
    return PERPETUAL_DELIVERY if contract.expiry_ns is None else contract.expiry_ns // 1_000_000


def contract_info(contract: Contract, now_ms: int) -> str:
    """A contract that was delivered."""
    return (
        f'{{"stream":"!contractInfo","data":{{"e":"contractInfo","E":{now_ms},"s":"{contract.symbol}",'
        f'"ps":"{pair(contract)}","ct":"{contract.alias or "PERPETUAL"}","dt":{delivery_ms(contract)},'
        f'"ot":{contract.listed_ns // 1_000_000},"cs":"DELIVERED","st":{UM}}}}}'
    )


def listed(contract: Contract) -> str:
    """A row of `exchangeInfo`."""
    p, q = decimals(contract)
    return (
        f'{{"symbol":"{contract.symbol}","pair":"{pair(contract)}","contractType":"{contract.alias or "PERPETUAL"}",'
        f'"deliveryDate":{delivery_ms(contract)},"onboardDate":{contract.listed_ns // 1_000_000},"status":"TRADING",'
        f'"maintMarginPercent":"2.5000","requiredMarginPercent":"5.0000",'
        f'"baseAsset":"{UNDERLYINGS[contract.underlying].base}","quoteAsset":"USDT","marginAsset":"USDT",'
        f'"pricePrecision":{p},"quantityPrecision":{q},"baseAssetPrecision":8,"quotePrecision":8,'
        f'"underlyingType":"COIN","filters":[{{"filterType":"PRICE_FILTER","tickSize":"{1 / 10**p:.{p}f}"}},'
        f'{{"filterType":"LOT_SIZE","stepSize":"{1 / 10**q:.{q}f}","minQty":"{1 / 10**q:.{q}f}"}}]}}'
    )
