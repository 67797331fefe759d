"""Chapter 11 of the wire notes, a test for every line: what a size counts, and what is unknown rather than zero."""

import json

import binance_frames
import bitget_frames
import bitmex_frames
import bybit_frames
import deribit_frames
import gate_frames
import hyperliquid_frames
import kraken_frames
import okx_frames
import pytest
from listings import LISTED, Wanted, listed
from recorded import NOW, needs_frames

from liqtui.events import Event, Funding, InterestHistory, OpenInterest, Side
from liqtui.instruments import Instrument
from liqtui.liqmap.margin import inverse as inverse_price
from liqtui.liqmap.margin import linear as linear_price
from liqtui.venues import load

HOUR = 3600 * 10**9


def told(venue: str, frame: str, listed: dict[str, Instrument] | None = None) -> list[Event]:
    return load(venue).decode(frame, NOW, listed or LISTED[venue])


def interest(events: list[Event]) -> float:
    (found,) = (event.size for event in events if isinstance(event, OpenInterest))
    return found


def okx_interest(symbol: str, contracts: str, known: dict[str, Instrument]) -> float:
    row = {"instId": symbol, "instType": "SWAP", "oi": contracts, "oiCcy": "9450.48", "oiUsd": "1", "ts": "1735689601"}
    arg = {"channel": "open-interest", "instId": symbol}
    return interest(told("okx", json.dumps({"arg": arg, "data": [row]}), known))


def test_okx_counts_contracts_of_a_hundredth_of_a_bitcoin_or_a_hundred_dollars() -> None:
    """Times ctVal × ctMult, as listed; its figures in coin (oiCcy) and dollars (oiUsd) are left alone."""
    linear, inverse = listed("okx", Wanted("BTC-USDT-SWAP")), listed(
        "okx", Wanted("BTC-USD-SWAP", quote="USD", inverse=True))
    known = {i.symbol: i for i in [*linear, *inverse]}
    assert okx_interest("BTC-USDT-SWAP", "2500", known) == 25.0
    # A real frame of 2025: 8,824,028 contracts, 9,450.48 BTC: 882,402,800 dollars, 93,371 a bitcoin.
    assert okx_interest("BTC-USD-SWAP", "8824028", known) == 882_402_800.0


@needs_frames
def test_okx_inverse_contracts_are_a_hundred_dollars_of_bitcoin_and_ten_of_others() -> None:
    faces = {(i.base == "BTC", i.contract_size) for i in okx_frames.listing_of_2022().values() if i.inverse}
    assert faces == {(True, 100.0), (False, 10.0)}


@pytest.mark.parametrize(("symbol", "said", "units"), [
    ("BTCUSDT", "95253.475", 95_253.475),  # base
    ("BTCUSD_PERP", "1000", 100_000.0),  # contracts of 100 USD
    ("ETHUSD_PERP", "1000", 10_000.0),  # contracts of 10 USD
    ("1000PEPEUSDT", "5", 5_000.0),  # of a thousand coins each
])  # fmt: skip
def test_binance_open_interest_is_base_or_contracts(symbol: str, said: str, units: float) -> None:
    host = "fapi.binance.com/fapi" if symbol.endswith("USDT") else "dapi.binance.com/dapi"
    body = json.dumps({"symbol": symbol, "openInterest": said, "time": 1791269771665}).encode()
    url = f"https://{host}/v1/openInterest?symbol={symbol}"
    assert interest(load("binance").decode_reply(url, body, NOW, LISTED["binance"])) == units


def test_binance_coin_m_history_is_read_in_contracts_not_in_its_value_in_coin() -> None:
    venue = load("binance")
    request = venue.interest_history(binance_frames.INVERSE, venue.history[1], before_ns=NOW)
    assert request is not None
    row = {"pair": "BTCUSD", "contractType": "PERPETUAL", "sumOpenInterest": "20403", "sumOpenInterestValue": "24.5",
           "timestamp": 1_790_000_000_000}  # fmt: skip
    (page,) = venue.decode_reply(request.url, json.dumps([row]).encode(), NOW, LISTED["binance"])
    assert isinstance(page, InterestHistory)
    assert [units for _, units in page.points] == [2_040_300.0]


def bybit_ticker(symbol: str, **figures: str) -> str:
    data = {"symbol": symbol, **figures}
    return json.dumps({"topic": f"tickers.{symbol}", "type": "snapshot", "ts": 1680673822577, "data": data})


def test_bybit_open_interest_is_halved_because_it_counts_both_sides() -> None:
    assert interest(told("bybit", bybit_ticker("BTCUSDT", openInterest="52774.528"))) == 26_387.264
    single = bybit_ticker("BTCUSDT", openInterest="52774.528", singleOpenInterest="26400")
    assert interest(told("bybit", single)) == 26_400.0, "which Bybit itself says since June 2026"


@needs_frames
def test_bybit_inverse_open_interest_is_dollars_and_its_value_coin() -> None:
    """A real frame of 2023: 449,736,676 dollars are 15,747.08 bitcoin at 28,560: the figure is dollars, both sides."""
    (frame,) = (f for f in bybit_frames.historical() if '"topic":"tickers.BTCUSD"' in f)
    said = json.loads(frame)["data"]
    both, mark, value = (float(said[name]) for name in ("openInterest", "markPrice", "openInterestValue"))
    assert both / mark == pytest.approx(value, rel=1e-4)
    assert interest(told("bybit", frame)) == 449_736_676 / 2


def test_deribit_inverse_figures_are_dollars() -> None:
    row = {"timestamp": 1564617604229, "instrument_name": "BTC-PERPETUAL", "open_interest": 66128281,
           "mark_price": 10094.1, "index_price": 10091.15, "state": "open"}  # fmt: skip
    frame = deribit_frames.frame("ticker.BTC-PERPETUAL.100ms", row)
    assert interest(told("deribit", frame)) == 66_128_281.0, "not 6,551 bitcoin, and not contracts of ten dollars"
    assert deribit_frames.PERPETUAL.unit == "USD"


def test_gate_counts_contracts_of_the_quanto_multiplier() -> None:
    row = {"contract": "BTC_USDT", "total_size": "153482780", "mark_price": "23175.64"}
    frame = {"time": 1677629168, "channel": "futures.tickers", "event": "update", "result": [row]}
    assert interest(told("gate", json.dumps(frame))) == pytest.approx(15_348.278), "× 0.0001 BTC"
    row["contract"] = "BTC_USD"
    assert interest(told("gate", json.dumps(frame))) == 153_482_780.0, "dollars; its multiplier is written as 0"


def test_bitmex_contracts_are_worth_their_multiplier() -> None:
    """Of minor units at a price of one: −1e8 satoshi are a dollar's worth of an inverse one, 1 millionth of a dollar
    a millionth of a coin of a linear one. A quanto has neither coins nor dollars and is left out."""
    (inverse,) = listed("bitmex", Wanted("XBTUSD", "XBT", "USD", inverse=True))
    (linear,) = listed("bitmex", Wanted("XBTUSDT", "XBT"))
    assert (inverse.contract_size, inverse.unit, linear.contract_size, linear.unit) == (1.0, "USD", 1e-6, "BTC")
    quanto = {**bitmex_frames.ROW, "symbol": "ETHUSD", "underlying": "ETH", "multiplier": 100, "isInverse": False,
              "isQuanto": True}  # fmt: skip
    venue = load("bitmex")
    (event,) = venue.decode_reply(venue.listing_requests()[0].url, json.dumps([quanto]).encode(), NOW, {})
    assert getattr(event, "instruments", None) == []


@pytest.mark.parametrize(("symbol", "said", "unit"), [
    ("PI_XBTUSD", 2_239_386.0, "USD"), ("PF_XBTUSD", 1_520.25, "BTC")])  # fmt: skip
def test_kraken_counts_dollars_in_pi_and_coins_in_pf(symbol: str, said: float, unit: str) -> None:
    row = {"feed": "ticker", "product_id": symbol, "time": 1617235200598, "openInterest": said, "markPrice": 60_000.0,
           "index": 60_010.0}  # fmt: skip
    assert interest(told("kraken", json.dumps(row))) == said
    assert LISTED["kraken"][symbol].unit == unit


@pytest.mark.parametrize(("venue", "wanted", "coins"), [
    ("binance", Wanted("1000PEPEUSDT", "1000PEPE"), 1e3), ("binance", Wanted("1MBABYDOGEUSDT", "1MBABYDOGE"), 1e6),
    ("bybit", Wanted("1000PEPEUSDT", "1000PEPE"), 1e3), ("bybit", Wanted("SHIB1000USDT", "SHIB1000"), 1e3),
    ("bitget", Wanted("1000BONKUSDT", "1000BONK"), 1e3), ("hyperliquid", Wanted("kPEPE", "kPEPE"), 1e3),
    ("gate", Wanted("1000X_USDT", "1000X"), 1e3 * 0.0001),
])  # fmt: skip
def test_a_multiplied_contract_is_that_many_of_the_plain_coin(venue: str, wanted: Wanted, coins: float) -> None:
    (multiplied,) = listed(venue, wanted)
    (plain,) = listed(venue, wanted._replace(symbol="PLAIN_USDT" if venue == "gate" else "PLAIN", coin="PLAIN"))
    assert multiplied.contract_size == pytest.approx(coins)
    assert multiplied.tick == pytest.approx(plain.tick / (multiplied.contract_size / plain.contract_size))


def test_inverse_contracts_have_formulas_of_their_own() -> None:
    """Entry 60,000, 10×, 0.5 % maintenance: linear 60,000 · 0.9 / 0.995; inverse, margin in coin, 60,000 · 1.005 / 1.1.

    What a face of 60,000 dollars loses from 60,000 to 54,000 is 60,000 / 54,000 − 1 = 0.1111 coin, not 0.1.
    """
    linear = float(linear_price(Side.LONG, 60_000.0, 10.0, 0.005))
    inverse = float(inverse_price(Side.LONG, 60_000.0, 10.0, 0.005))
    assert linear == pytest.approx(60_000 * 0.9 / 0.995)
    assert inverse == pytest.approx(60_000 * 1.005 / 1.1)
    assert inverse - linear == pytest.approx(546.8, abs=0.5)
    contract = okx_frames.INVERSE
    assert contract.quote_value(60_000.0, 54_000.0) / 54_000 - 1 == pytest.approx(0.1111, abs=1e-4)


DATED_FUNDING = {
    "okx": (okx_frames.DATED, {"arg": {"channel": "funding-rate", "instId": "BTC-USD-220527"}, "data": [
        {"instId": "BTC-USD-220527", "fundingRate": "", "fundingTime": "", "nextFundingTime": "", "ts": "1"}]}),
    "binance": (binance_frames.DATED, {"stream": "btcusdt_250627@markPrice@1s", "data": {
        "e": "markPriceUpdate", "E": 1790526539000, "s": "BTCUSDT_250627", "p": "84551.1", "ap": "84551.1",
        "P": "84559.09", "i": "84590.87", "r": "", "T": 0, "st": 1}}),
    "bybit": (bybit_frames.DATED, {"topic": "tickers.BTCUSDT-27JUN25", "type": "snapshot", "ts": 1, "data": {
        "symbol": "BTCUSDT-27JUN25", "markPrice": "84000", "fundingRate": "", "nextFundingTime": "",
        "deliveryTime": "2025-06-27T08:00:00Z"}}),
    "deribit": (deribit_frames.DATED, json.loads(deribit_frames.frame("ticker.BTC-27JUN25.100ms", {
        "timestamp": 1, "instrument_name": "BTC-27JUN25", "mark_price": 1.0, "open_interest": 1, "state": "open"}))),
    "bitget": (bitget_frames.DATED, {"action": "snapshot", "ts": 1777358880027, "arg": {
        "instType": "coin-futures", "topic": "ticker", "symbol": "BTCUSDM25"}, "data": [{
            "markPrice": "80000", "indexPrice": "", "openInterest": "", "fundingRate": "0", "nextFundingTime": "0"}]}),
    "gate": (gate_frames.DATED, {"time": 1, "channel": "futures.tickers", "event": "update", "result": [{
        "contract": "BTC_USDT_20270625", "mark_price": "1", "funding_rate": "", "total_size": ""}]}),
    "bitmex": (bitmex_frames.DATED, json.loads(bitmex_frames.frame("instrument", "update", {
        "symbol": "XBTM25", "fundingRate": 0.0, "markPrice": 1.0}))),
    "kraken": (kraken_frames.DATED, {"feed": "ticker", "product_id": "FI_XBTUSD_250627", "time": 1, "markPrice": 1.0,
                                     "funding_rate": 0, "relative_funding_rate": 0}),
}  # fmt: skip


@pytest.mark.parametrize("venue", DATED_FUNDING)
def test_a_dated_contract_has_no_funding_whatever_is_written_there(venue: str) -> None:
    """`""`, `"0.00000000"`, 0 or nothing: unknown, never a rate of zero."""
    contract, frame = DATED_FUNDING[venue]
    rates = [e.rate for e in told(venue, json.dumps(frame), {contract.symbol: contract}) if isinstance(e, Funding)]
    assert rates in ([], [None])


def test_funding_is_paid_hourly_on_hyperliquid_and_kraken() -> None:
    ctx = {"funding": "0.0000052974", "openInterest": "36295.8", "oraclePx": "80684.7", "markPx": "80640.0"}
    frame = hyperliquid_frames.frame("activeAssetCtx", {"coin": "BTC", "ctx": ctx})
    (hyperliquid,) = (e for e in told("hyperliquid", frame) if isinstance(e, Funding))
    row = {"feed": "ticker", "product_id": "PF_XBTUSD", "time": 1617235200598, "markPrice": 197.05, "index": 196.82,
           "relative_funding_rate": 0.000156359265625, "next_funding_rate_time": 1617238800000}  # fmt: skip
    (kraken,) = (e for e in told("kraken", json.dumps(row)) if isinstance(e, Funding))
    assert (hyperliquid.interval_ns, kraken.interval_ns) == (HOUR, HOUR)
    assert (hyperliquid.rate, kraken.rate) == (0.0000052974, 0.000156359265625)


@pytest.mark.parametrize("hours", [1, 4, 8])
def test_funding_intervals_of_binance_bybit_and_okx_are_told_or_left_unknown(hours: int) -> None:
    """Bybit says the hours, OKX two due times, Binance nothing in its stream: unknown there, not assumed."""
    (bybit,) = (e for e in told("bybit", bybit_ticker(
        "BTCUSDT", fundingRate="0.0001", nextFundingTime="1791100800000", fundingIntervalHour=str(hours),
    )) if isinstance(e, Funding))  # fmt: skip
    due = 1_785_888_000_000
    row = {"instId": "BTC-USDT-SWAP", "fundingRate": "0.0001", "fundingTime": str(due),
           "nextFundingTime": str(due + hours * 3_600_000), "ts": str(due - 1)}  # fmt: skip
    frame = {"arg": {"channel": "funding-rate", "instId": "BTC-USDT-SWAP"}, "data": [row]}
    (okx,) = (e for e in told("okx", json.dumps(frame)) if isinstance(e, Funding))
    assert (bybit.interval_ns, okx.interval_ns) == (hours * HOUR, hours * HOUR)
    mark = {"e": "markPriceUpdate", "E": 1790526539000, "s": "BTCUSDT", "p": "84551.1", "ap": "84551.1",
            "P": "84559.09", "i": "84590.87", "r": "0.00000801", "T": 1790553600000, "st": 1}  # fmt: skip
    stream = {"stream": "btcusdt@markPrice@1s", "data": mark}
    (binance,) = (e for e in told("binance", json.dumps(stream)) if isinstance(e, Funding))
    assert (binance.rate, binance.interval_ns) == (0.00000801, None)
