"""Chapter 10 of the wire notes, a named case for every line: what a liquidation says.

Frames with `real` were recorded; `test_the_real_ones_are_real` finds them among the recordings.
"""

import json
from typing import NamedTuple

import binance_frames
import bitmex_frames
import bybit_frames
import deribit_frames
import gate_frames
import hyperliquid_frames
import kraken_frames
import okx_frames
import pytest
from listings import LISTED
from msgspec import structs
from recorded import NOW, historical, needs_frames, recent

from liqtui.events import Liquidation, Side
from liqtui.instruments import Instrument
from liqtui.venues import load, names


class Case(NamedTuple):
    """A line of the table. `frame` liquidates a long and, with `long` replaced by `short` in it, a short (or the other
    way round where a real one did); `size` and `price` are what we make of it."""

    venue: str
    frame: str
    swap: tuple[str, str]
    """What the frame says of the side, and what it would say of the other one."""
    side: Side
    size: float
    price: float
    contract: Instrument
    real: bool = False
    url: str = ""
    """Of an answer over REST."""


def contract(venue: str, symbol: str, size: float = 1.0) -> Instrument:
    """A linear contract of a coin that some recorded frame speaks of."""
    some = next(iter(LISTED[venue].values()))
    base = symbol.replace("-", "").removesuffix("SWAP").removesuffix("USDT")
    return structs.replace(some, symbol=symbol, base=base, contract_size=size, inverse=False)


GATE_REST = "https://api.gateio.ws/api/v4/futures/usdt/liq_orders?contract=BTC_USDT"

CASES = {
    # o.S is the order's: SELL closed a long. z of 0.190 was filled, l of 0.155 last; ap was paid, p was asked.
    "Binance UM: order side, base, z × ap": Case(
        "binance",
        '{"stream":"!forceOrder@arr","data":{"e":"forceOrder","E":1791565603055,"o":{"s":"BTCUSDT","S":"SELL",'
        '"o":"LIMIT","f":"IOC","q":"0.190","p":"82338.30","ap":"82651.90","X":"FILLED","l":"0.155","z":"0.190",'
        '"T":1791565602120,"ps":"BTCUSDT","st":1}}}',
        ('"SELL"', '"BUY"'), Side.LONG, 0.190, 82651.90, binance_frames.LINEAR, real=True,
    ),
    # The same stream carries COIN-M as st=2: 12 contracts of 100 USD.
    "Binance CM: order side, contracts, st=2": Case(
        "binance",
        '{"stream":"!forceOrder@arr","data":{"e":"forceOrder","E":1791565603055,"o":{"s":"BTCUSD_PERP","S":"SELL",'
        '"o":"LIMIT","f":"IOC","q":"15","p":"82338.3","ap":"82651.9","X":"FILLED","l":"2","z":"12",'
        '"T":1791565602120,"ps":"BTCUSD","st":2}}}',
        ('"SELL"', '"BUY"'), Side.LONG, 1200.0, 82651.9, binance_frames.INVERSE,
    ),
    # 19,979 contracts; side and posSide agree; bkPx is the bankruptcy price.
    "OKX: order and position side, contracts × ctVal, bankruptcy price": Case(
        "okx",
        '{"arg":{"channel":"liquidation-orders","instType":"SWAP"},"data":[{"details":[{"bkLoss":"0","bkPx":"0.09583",'
        '"ccy":"","posSide":"short","side":"buy","sz":"19979","ts":"1791565462608"}],"instFamily":"CELO-USDT",'
        '"instId":"CELO-USDT-SWAP","instType":"SWAP","uly":"CELO-USDT"}]}',
        ('"posSide":"short","side":"buy"', '"posSide":"long","side":"sell"'), Side.SHORT, 19979.0, 0.09583,
        contract("okx", "CELO-USDT-SWAP"), real=True,
    ),
    # A fraction of a contract of 0.01 BTC: 8.55 × 0.01 = 0.0855.
    "OKX: fractions of a contract": Case(
        "okx",
        '{"arg":{"channel":"liquidation-orders","instType":"SWAP"},"data":[{"details":[{"bkLoss":"0","bkPx":"82655.7",'
        '"ccy":"","posSide":"long","side":"sell","sz":"8.55","ts":"1791565600771"}],"instFamily":"BTC-USDT",'
        '"instId":"BTC-USDT-SWAP","instType":"SWAP","uly":"BTC-USDT"}]}',
        ('"posSide":"long","side":"sell"', '"posSide":"short","side":"buy"'), Side.LONG, 0.0855, 82655.7,
        okx_frames.LINEAR,
    ),
    # S is the position's: Buy is a long that was liquidated.
    "Bybit linear: position side, base, bankruptcy price": Case(
        "bybit",
        '{"topic":"allLiquidation.STRKUSDT","type":"snapshot","ts":1791091285551,"data":[{"T":1791091285156,'
        '"s":"STRKUSDT","S":"Buy","v":"2084.9","p":"0.05165"}]}',
        ('"S":"Buy"', '"S":"Sell"'), Side.LONG, 2084.9, 0.05165, contract("bybit", "STRKUSDT"), real=True,
    ),
    "Bybit inverse: position side, dollars": Case(
        "bybit",
        '{"topic":"allLiquidation.BTCUSD","type":"snapshot","ts":1791091285551,"data":[{"T":1791091285156,'
        '"s":"BTCUSD","S":"Buy","v":"4000","p":"82396.90"}]}',
        ('"S":"Buy"', '"S":"Sell"'), Side.LONG, 4000.0, 82396.90, bybit_frames.INVERSE,
    ),
    # amount is worth in quote: 143.330431857868 / 0.500280739469 = 286.5 IP.
    "Bitget v3: position side, worth in quote": Case(
        "bitget",
        '{"action":"update","arg":{"instType":"usdt-futures","topic":"liquidation"},"data":[{"symbol":"APEUSDT",'
        '"side":"buy","price":"0.1649","amount":"13.70319","ts":"1777358886549"},{"symbol":"IPUSDT","side":"buy",'
        '"price":"0.500280739469","amount":"143.330431857868","ts":"1777358876983"}],"ts":1777358897167}',
        ('"side":"buy"', '"side":"sell"'), Side.LONG, 286.5, 0.500280739469, contract("bitget", "IPUSDT"), real=True,
    ),
    # The sign is the order's over the socket: −124 contracts of 0.0001 BTC were sold to close a long.
    "Gate WS: sign of the order, contracts, order price": Case(
        "gate",
        '{"time":1791565602,"channel":"futures.public_liquidates","event":"update","result":[{"price":82100.5,'
        '"size":-124,"time_ms":1791565602000,"contract":"BTC_USDT"}]}',
        ('"size":-124', '"size":124'), Side.LONG, 0.0124, 82100.5, gate_frames.LINEAR,
    ),
    # And the position's over REST, where the price is that of the fill.
    "Gate REST: sign of the position, contracts, fill price": Case(
        "gate",
        '[{"contract":"BTC_USDT","time":1791565602,"size":124,"order_price":"82000","fill_price":"82246","left":0}]',
        ('"size":124', '"size":-124'), Side.LONG, 0.0124, 82246.0, gate_frames.LINEAR, url=GATE_REST,
    ),
    # The liquidated party took (T) and sold: a long. 1,120 dollars at the price of the fill.
    "Deribit taker: direction and T, dollars, fill": Case(
        "deribit",
        '{"jsonrpc":"2.0","method":"subscription","params":{"channel":"trades.BTC-PERPETUAL.raw","data":[{"trade_seq":'
        '40781986,"trade_id":"66460463","timestamp":1584058044032,"tick_direction":3,"price":4469.5,"liquidation":"T",'
        '"instrument_name":"BTC-PERPETUAL","index_price":4805.41,"direction":"sell","amount":1120}]}}',
        ('"direction":"sell"', '"direction":"buy"'), Side.LONG, 1120.0, 4469.5, deribit_frames.PERPETUAL, real=True,
    ),
    # The liquidated party made (M): the taker bought from it, so a long was closed.
    "Deribit maker: direction and M, coins of a linear contract": Case(
        "deribit",
        '{"jsonrpc":"2.0","method":"subscription","params":{"channel":"trades.BTC_USDC-PERPETUAL.100ms","data":[{'
        '"trade_seq":1,"trade_id":"U-1","timestamp":1791565602000,"tick_direction":3,"price":82100.0,"liquidation":"M",'
        '"instrument_name":"BTC_USDC-PERPETUAL","index_price":82110.0,"direction":"buy","amount":0.25}]}}',
        ('"direction":"buy"', '"direction":"sell"'), Side.LONG, 0.25, 82100.0, deribit_frames.LINEAR,
    ),
    # The queue of working orders: Sell closes a long. leavesQty is in contracts, of 1 USD here.
    "BitMEX: order side, contracts, order price": Case(
        "bitmex",
        '{"table":"liquidation","action":"insert","data":[{"orderID":"dd9cea25-207c-0dab-15b5-b88da776f500",'
        '"symbol":"XBTUSD","side":"Sell","price":10106,"leavesQty":9214}]}',
        ('"side":"Sell"', '"side":"Buy"'), Side.LONG, 9214.0, 10106.0, bitmex_frames.XBTUSD,
    ),
    # A trade of type liquidation; bought to close a short.
    "Kraken: side of a trade of that type, contracts, fill": Case(
        "kraken",
        '{"feed":"trade","product_id":"PI_ETHUSD","uid":"e7f3a144-5c04-4ed6-999e-5922cd0b6160","side":"buy",'
        '"type":"liquidation","seq":253796,"time":1593620853613,"qty":250,"price":231.6}',
        ('"side":"buy"', '"side":"sell"'), Side.SHORT, 250.0, 231.6, kraken_frames.contract("PI_ETHUSD"), real=True,
    ),
}  # fmt: skip


def liquidations(case: Case, frame: str) -> list[Liquidation]:
    known = {case.contract.symbol: case.contract}
    venue = load(case.venue)
    rest = case.url and venue.decode_reply(case.url, frame.encode(), NOW, known)
    events = rest or venue.decode(frame, NOW, known)
    return [event for event in events if isinstance(event, Liquidation)]


@pytest.mark.parametrize("line", CASES)
def test_what_a_liquidation_says(line: str) -> None:
    """Which side, how much in which unit, at which of the prices a frame holds; and the other side alike."""
    case = CASES[line]
    (one,) = liquidations(case, case.frame)
    assert (one.symbol, one.side, one.price) == (case.contract.symbol, case.side, case.price)
    assert one.size == pytest.approx(case.size, rel=1e-12)
    said, otherwise = case.swap
    assert said in case.frame
    (other,) = liquidations(case, case.frame.replace(said, otherwise))
    assert (other.side, other.size, other.price) == (Side(1 - case.side), one.size, one.price)


def test_every_venue_but_hyperliquid_has_its_lines() -> None:
    """Hyperliquid has no public liquidations: no frame of its makes one, not even a fill of an address that says so."""
    assert {case.venue for case in CASES.values()} == set(names()) - {"hyperliquid"}
    fill = {"coin": "BTC", "px": "66607.0", "sz": "1", "side": "A", "time": 1788490042052, "tid": 1, "hash": "0x0",
            "liquidation": {"liquidatedUser": "0x" + "5e" * 20, "markPx": "66607.0", "method": "market"}}  # fmt: skip
    for channel in ("trades", "userFills"):
        events = load("hyperliquid").decode(hyperliquid_frames.frame(channel, [fill]), NOW, LISTED["hyperliquid"])
        assert not [event for event in events if isinstance(event, Liquidation)]


@pytest.mark.parametrize(("venue", "thinned"), [
    ("binance", True),  # one order a symbol and second
    ("okx", True),  # one order a contract and second
    ("bybit", False),  # all, it says
    ("bitget", True),  # does not say
    ("gate", False),  # all since August 2026, it says
    ("deribit", False),  # flagged in the trades
    ("bitmex", True),  # a queue of orders, not fills
    ("kraken", False),  # flagged in the trades
    ("hyperliquid", True),  # none at all
])  # fmt: skip
def test_whether_all_liquidations_are_told(venue: str, thinned: bool) -> None:
    assert load(venue).thinned_liquidations is thinned


@needs_frames
def test_the_real_ones_are_real() -> None:
    files = {"binance": "BINANCE_FUTURES", "okx": "OKX", "bybit": "BYBIT"}
    old = {"bitget": "bitget-futures_v3", "deribit": "deribit", "kraken": "cryptofacilities"}
    for case in (case for case in CASES.values() if case.real):
        frames = recent(files[case.venue]) if case.venue in files else historical(old[case.venue])
        assert json.loads(case.frame) in map(json.loads, frames)


def test_an_order_said_to_be_of_the_other_market_is_no_liquidation() -> None:
    """Each of Binance's streams of all orders carries both markets: `st` must be that of the contract named."""
    case = CASES["Binance CM: order side, contracts, st=2"]
    assert liquidations(case, case.frame.replace('"st":2', '"st":1')) == []
