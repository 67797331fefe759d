"""A contract as each venue's listing writes it, so that one test can ask the same of all of them."""

import json
from datetime import UTC, datetime
from typing import NamedTuple

import binance_frames
import bitget_frames
import bitmex_frames
import bybit_frames
import deribit_frames
import gate_frames
import hyperliquid_frames
import kraken_frames
import okx_frames
from recorded import NOW

from liqtui.events import Event, Listing, Rejected
from liqtui.instruments import Instrument
from liqtui.venues import load

LISTED: dict[str, dict[str, Instrument]] = {
    "okx": okx_frames.LISTED, "binance": binance_frames.LISTED, "bybit": bybit_frames.LISTED,
    "hyperliquid": hyperliquid_frames.LISTED, "deribit": deribit_frames.LISTED, "bitget": bitget_frames.LISTED,
    "gate": gate_frames.LISTED, "bitmex": bitmex_frames.LISTED, "kraken": kraken_frames.LISTED,
}  # fmt: skip
"""What each venue's own tests speak of."""


class Wanted(NamedTuple):
    """A contract to be listed. `coin` and `quote` as the venue writes them; `expiry_ms`: 0 of a perpetual."""

    symbol: str
    coin: str = "BTC"
    quote: str = "USDT"
    settle: str = ""
    inverse: bool = False
    expiry_ms: int = 0

    @property
    def settled(self) -> str:
        return self.settle or (self.coin if self.inverse else self.quote)

    @property
    def iso(self) -> str:
        return datetime.fromtimestamp(self.expiry_ms / 1e3, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def events(venue: str, *wanted: Wanted) -> list[Event]:
    """What a venue's answer that lists these contracts (all linear or all inverse) decodes to."""
    url, body = _ANSWERS[venue](list(wanted))
    return load(venue).decode_reply(url, json.dumps(body).encode(), NOW, {})


def listed(venue: str, *wanted: Wanted) -> list[Instrument]:
    """The instruments of such an answer; nothing of it is rejected."""
    found = events(venue, *wanted)
    assert not [event for event in found if isinstance(event, Rejected)]
    return [i for event in found if isinstance(event, Listing) for i in event.instruments]


def _okx(wanted: list[Wanted]) -> tuple[str, object]:
    rows = [{
        "instType": "FUTURES" if w.expiry_ms else "SWAP", "instId": w.symbol, "uly": f"{w.coin}-{w.quote}",
        "instFamily": f"{w.coin}-{w.quote}", "settleCcy": w.settled, "ctVal": "100" if w.inverse else "0.01",
        "ctMult": "1", "ctType": "inverse" if w.inverse else "linear", "tickSz": "0.1", "lever": "100",
        "state": "live", "listTime": "1573557408000", "expTime": str(w.expiry_ms or ""),
    } for w in wanted]  # fmt: skip
    return load("okx").listing_requests()[0].url, {"code": "0", "data": rows, "msg": ""}


def _binance(wanted: list[Wanted]) -> tuple[str, object]:
    coin_m = wanted[0].inverse
    rows = [{
        "symbol": w.symbol, "pair": w.symbol.partition("_")[0], "baseAsset": w.coin, "quoteAsset": w.quote,
        "marginAsset": w.settled, "contractType": "CURRENT_QUARTER" if w.expiry_ms else "PERPETUAL",
        "deliveryDate": w.expiry_ms or 4133404800000, "onboardDate": 1569398400000,
        "filters": [{"filterType": "PRICE_FILTER", "tickSize": "0.10"}],
        **({"contractStatus": "TRADING", "contractSize": 100} if coin_m else {"status": "TRADING"}),
    } for w in wanted]  # fmt: skip
    linear, inverse = (request.url for request in load("binance").listing_requests())
    return inverse if coin_m else linear, {"symbols": rows}


def _bybit(wanted: list[Wanted]) -> tuple[str, object]:
    rows = [{
        "symbol": w.symbol, "status": "Trading", "baseCoin": w.coin, "quoteCoin": w.quote, "settleCoin": w.settled,
        "contractType": ("Inverse" if w.inverse else "Linear") + ("Futures" if w.expiry_ms else "Perpetual"),
        "launchTime": "1584230400000", "deliveryTime": str(w.expiry_ms), "leverageFilter": {"maxLeverage": "100.00"},
        "priceFilter": {"tickSize": "0.10"},
    } for w in wanted]  # fmt: skip
    linear, inverse = (request.url for request in load("bybit").listing_requests())
    result = {"list": rows, "nextPageCursor": ""}
    return inverse if wanted[0].inverse else linear, {"retCode": 0, "retMsg": "OK", "result": result, "time": 0}


def _hyperliquid(wanted: list[Wanted]) -> tuple[str, object]:
    rows = [{"szDecimals": 1, "name": w.symbol, "maxLeverage": 10, "marginTableId": 10} for w in wanted]
    return load("hyperliquid").listing_requests()[0].url, {"universe": rows, "marginTables": []}


def _deribit(wanted: list[Wanted]) -> tuple[str, object]:
    rows = [{
        "instrument_name": w.symbol, "kind": "future", "base_currency": w.coin, "quote_currency": w.quote,
        "settlement_currency": w.settled, "future_type": "reversed" if w.inverse else "linear",
        "contract_size": 10.0 if w.inverse else 0.001, "tick_size": 0.5, "max_leverage": 50,
        "settlement_period": "month" if w.expiry_ms else "perpetual",
        "expiration_timestamp": w.expiry_ms or 32503708800000, "is_active": True,
    } for w in wanted]  # fmt: skip
    return load("deribit").listing_requests()[0].url, {"jsonrpc": "2.0", "result": rows}


def _bitget(wanted: list[Wanted]) -> tuple[str, object]:
    rows = [{
        "symbol": w.symbol, "baseCoin": w.coin, "quoteCoin": w.quote, "status": "online", "priceMultiplier": "0.1",
        "type": "delivery" if w.expiry_ms else "perpetual", "deliveryTime": str(w.expiry_ms or ""),
        "maxLeverage": "125", "launchTime": "",
    } for w in wanted]  # fmt: skip
    requests = load("bitget").listing_requests()
    coin_m = next(request.url for request in requests if "COIN-FUTURES" in request.url.upper())
    url = coin_m if wanted[0].inverse else requests[0].url
    return url, {"code": "00000", "msg": "", "requestTime": 0, "data": rows}


def _gate(wanted: list[Wanted]) -> tuple[str, object]:
    rows = [{
        "name": w.symbol, "type": "inverse" if w.inverse else "direct", "underlying": f"{w.coin}_{w.quote}",
        "quanto_multiplier": "0" if w.inverse else "0.0001", "order_price_round": "0.1", "leverage_max": "125",
        "create_time": 1574035200, "expire_time": w.expiry_ms // 1000, "in_delisting": False,
    } for w in wanted]  # fmt: skip
    market = "delivery/usdt" if wanted[0].expiry_ms else "futures/btc" if wanted[0].inverse else "futures/usdt"
    return f"https://api.gateio.ws/api/v4/{market}/contracts", rows


def _bitmex(wanted: list[Wanted]) -> tuple[str, object]:
    rows = [{
        "symbol": w.symbol, "underlying": w.coin, "quoteCurrency": w.quote, "state": "Open",
        "settlCurrency": "XBt" if w.inverse else "USDt", "typ": "FFCCSX" if w.expiry_ms else "FFWCSX",
        "expiry": w.iso if w.expiry_ms else None, "listing": "2016-05-04T12:00:00.000Z", "tickSize": 0.5,
        "multiplier": -100000000 if w.inverse else 1, "isInverse": w.inverse, "isQuanto": False, "initMargin": 0.01,
        "referenceSymbol": ".BXBT", "timestamp": "2025-01-30T16:00:01.500Z",
    } for w in wanted]  # fmt: skip
    return load("bitmex").listing_requests()[0].url, rows


def _kraken(wanted: list[Wanted]) -> tuple[str, object]:
    rows = [{
        "symbol": w.symbol, "type": "futures_inverse" if w.inverse else "flexible_futures", "tickSize": 0.5,
        "contractSize": 1, "tradeable": True, "openingDate": "2018-08-31T00:00:00.000Z",
        **({"lastTradingTime": w.iso} if w.expiry_ms else {}),
    } for w in wanted]  # fmt: skip
    return load("kraken").listing_requests()[0].url, {"result": "success", "instruments": rows}


_ANSWERS = {
    "okx": _okx, "binance": _binance, "bybit": _bybit, "hyperliquid": _hyperliquid, "deribit": _deribit,
    "bitget": _bitget, "gate": _gate, "bitmex": _bitmex, "kraken": _kraken,
}  # fmt: skip
