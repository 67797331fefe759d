"""Chapter 12 of the wire notes: how venues name dated contracts and when these end; and that a coin is one coin.

Expiry is the listing's: each contract is also listed to end on another day than its name says, and does so.
"""

import re
from datetime import UTC, datetime

import pytest
from binance_frames import listing_of_2021 as binance_of_2021
from deribit_frames import listing_of_2021 as deribit_of_2021
from listings import Wanted, events, listed
from okx_frames import listing_of_2022 as okx_of_2022
from recorded import needs_frames

from liqtui.events import Listing, Rejected
from liqtui.instruments import Catalogue, Instrument, Kind
from liqtui.instruments.symbols import ending
from liqtui.venues import names


def at(day: str) -> int:
    """`2025-06-27 08:00`, UTC, in ms."""
    return int(datetime.strptime(day, "%Y-%m-%d %H:%M").replace(tzinfo=UTC).timestamp()) * 1000


DATED = [
    ("okx", Wanted("BTC-USDT-250523", expiry_ms=at("2025-05-23 08:00"))),
    ("okx", Wanted("BTC-USD-250627", quote="USD", inverse=True, expiry_ms=at("2025-06-27 08:00"))),
    ("binance", Wanted("BTCUSDT_250627", expiry_ms=at("2025-06-27 08:00"))),
    ("binance", Wanted("BTCUSD_250627", quote="USD", inverse=True, expiry_ms=at("2025-06-27 08:00"))),
    ("bybit", Wanted("BTCUSDT-27JUN25", expiry_ms=at("2025-06-27 08:00"))),
    ("bybit", Wanted("BTC-27JUN25", quote="USDC", expiry_ms=at("2025-06-27 08:00"))),
    ("bybit", Wanted("BTCUSDM25", quote="USD", inverse=True, expiry_ms=at("2025-06-27 08:00"))),
    ("deribit", Wanted("BTC_USDC-27JUN25", quote="USDC", expiry_ms=at("2025-06-27 08:00"))),
    ("deribit", Wanted("BTC-27JUN25", quote="USD", inverse=True, expiry_ms=at("2025-06-27 08:00"))),
    ("deribit", Wanted("BTC-5JUN20", quote="USD", inverse=True, expiry_ms=at("2020-06-05 08:00"))),
    ("bitget", Wanted("BTCUSDM25", quote="USD", inverse=True, expiry_ms=at("2025-06-27 08:00"))),
    ("bitmex", Wanted("XBTUSDTM25", coin="XBT", expiry_ms=at("2025-06-27 12:00"))),
    ("bitmex", Wanted("XBTM25", coin="XBT", quote="USD", inverse=True, expiry_ms=at("2025-06-27 12:00"))),
    ("kraken", Wanted("FF_XBTUSD_250627", coin="XBT", quote="USD", expiry_ms=at("2025-06-27 15:00"))),
    ("kraken", Wanted("FI_XBTUSD_250627", coin="XBT", quote="USD", inverse=True, expiry_ms=at("2025-06-27 15:00"))),
    ("gate", Wanted("BTC_USDT_20250627", expiry_ms=at("2025-06-27 08:00"))),
]  # fmt: skip


@pytest.mark.parametrize(("venue", "wanted"), DATED, ids=[f"{venue}:{wanted.symbol}" for venue, wanted in DATED])
def test_a_dated_contract_keeps_its_name_and_ends_when_its_listing_says(venue: str, wanted: Wanted) -> None:
    (one,) = listed(venue, wanted)
    assert (one.venue, one.symbol, one.base, one.quote) == (venue, wanted.symbol, "BTC", wanted.quote)
    assert (one.kind, one.inverse, one.expiry_ns) == (Kind.DATED, wanted.inverse, wanted.expiry_ms * 10**6)
    later = wanted._replace(expiry_ms=at("2031-04-04 09:30"))
    assert listed(venue, later)[0].expiry_ns == later.expiry_ms * 10**6, "the day is the listing's, not the name's"
    named = ending(wanted.symbol)
    assert named is not None
    assert named.day_ns == wanted.expiry_ms // 86_400_000 * 86_400 * 10**9, "and the name is understood, for errors"


PERPETUALS = [
    ("okx", Wanted("BTC-USDT-SWAP")), ("okx", Wanted("BTC-USD-SWAP", quote="USD", inverse=True)),
    ("binance", Wanted("BTCUSDT")), ("binance", Wanted("BTCUSD_PERP", quote="USD", inverse=True)),
    ("bybit", Wanted("BTCUSDT")), ("bybit", Wanted("BTCPERP", quote="USDC")),
    ("bybit", Wanted("BTCUSD", quote="USD", inverse=True)),
    ("deribit", Wanted("BTC_USDC-PERPETUAL", quote="USDC")),
    ("deribit", Wanted("BTC-PERPETUAL", quote="USD", inverse=True)),
    ("bitget", Wanted("BTCUSDT")), ("bitget", Wanted("BTCUSD", quote="USD", inverse=True)),
    ("gate", Wanted("BTC_USDT")), ("gate", Wanted("BTC_USD", quote="USD", inverse=True)),
    ("bitmex", Wanted("XBTUSDT", coin="XBT")), ("bitmex", Wanted("XBTUSD", coin="XBT", quote="USD", inverse=True)),
    ("kraken", Wanted("PF_XBTUSD", coin="XBT", quote="USD")),
    ("kraken", Wanted("PI_XBTUSD", coin="XBT", quote="USD", inverse=True)),
    ("hyperliquid", Wanted("BTC", quote="USD")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("venue", "wanted"), PERPETUALS, ids=[f"{venue}:{wanted.symbol}" for venue, wanted in PERPETUALS]
)
def test_a_perpetual_never_ends_whatever_its_listing_writes_there(venue: str, wanted: Wanted) -> None:
    """Binance writes 4133404800000, Deribit 32503708800000, Bybit 0 (or the end of a delisting), others nothing."""
    (one,) = listed(venue, wanted)
    assert (one.symbol, one.base, one.kind, one.expiry_ns) == (wanted.symbol, "BTC", Kind.PERPETUAL, None)
    assert (one.inverse, one.quote, one.unit) == (wanted.inverse, wanted.quote, "USD" if wanted.inverse else "BTC")


def test_every_venue_is_asked() -> None:
    assert {venue for venue, _ in PERPETUALS} == set(names())
    assert {venue for venue, _ in DATED} == set(names()) - {"hyperliquid"}, "which lists no dated contracts"


def test_an_x_perp_is_filed_under_futures_and_never_ends() -> None:
    """`BTC-USD_UM_XPERP-310404`: perpetual-like, paid funding, its `expTime` years ahead."""
    row = Wanted("BTC-USD_UM_XPERP-310404", quote="USD", expiry_ms=at("2031-04-04 08:00"))
    (one,) = listed("okx", row)
    assert (one.kind, one.expiry_ns, one.base) == (Kind.PERPETUAL, None, "BTC")


def test_contracts_of_one_underlying_are_one_series_whatever_they_are_called() -> None:
    catalogue = Catalogue(i for venue, wanted in [*PERPETUALS, *DATED] for i in listed(venue, wanted))
    xbt = catalogue.get("bitmex", "XBTUSD")
    assert xbt is not None
    walked = [i.name for i in catalogue.series(xbt, at("2025-05-01 00:00") * 10**6)]
    assert set(walked) == {"bitmex:XBTUSD", *(f"{v}:{w.symbol}" for v, w in DATED if w.symbol != "BTC-5JUN20")}
    assert len(catalogue.abreast(xbt, at("2025-05-01 00:00") * 10**6)) == 8, "all but Hyperliquid list one"


# --- real listings ----------------------------------------------------------------------------------------------

_OKX, _BINANCE, _DERIBIT = r"[A-Z0-9]+-USDT?-\d{6}", r"[A-Z0-9]+USDT?_\d{6}", r"[A-Z]+-\d{1,2}[A-Z]{3}\d\d"


def real(venue: str) -> dict[str, Instrument]:
    if venue == "binance":
        return binance_of_2021("BINANCE_FUTURES") | binance_of_2021("BINANCE_DELIVERY")
    return okx_of_2022() if venue == "okx" else deribit_of_2021()


@needs_frames
@pytest.mark.parametrize(("venue", "pattern", "number"), [
    ("okx", _OKX, 104), ("binance", _BINANCE, 20), ("deribit", _DERIBIT, 18)])  # fmt: skip
def test_every_dated_contract_of_a_real_listing_ends_at_eight_on_the_day_of_its_name(
    venue: str, pattern: str, number: int
) -> None:
    dated = [i for i in real(venue).values() if i.kind is Kind.DATED and re.fullmatch(pattern, i.symbol)]
    assert len(dated) == number
    for one in dated:
        named = ending(one.symbol)
        assert named is not None
        assert one.expiry_ns == named.day_ns + 8 * 3600 * 10**9


@needs_frames
@pytest.mark.parametrize("venue", ["okx", "binance", "deribit"])
def test_no_other_contract_of_a_real_listing_ends(venue: str) -> None:
    perpetual = [i for i in real(venue).values() if i.kind is Kind.PERPETUAL]
    assert perpetual
    assert not [i.symbol for i in perpetual if i.expiry_ns is not None]


# --- one coin is one coin ---------------------------------------------------------------------------------------

MULTIPLIED = [
    ("okx", Wanted("PEPE-USDT-SWAP", "PEPE"), "PEPE"),
    ("binance", Wanted("1000PEPEUSDT", "1000PEPE"), "PEPE"),
    ("binance", Wanted("1MBABYDOGEUSDT", "1MBABYDOGE"), "BABYDOGE"),
    ("binance", Wanted("1000000MOGUSDT", "1000000MOG"), "MOG"),
    ("bybit", Wanted("1000PEPEUSDT", "1000PEPE"), "PEPE"),
    ("bybit", Wanted("SHIB1000USDT", "SHIB1000"), "SHIB"),
    ("bybit", Wanted("1000000BABYDOGEUSDT", "1000000BABYDOGE"), "BABYDOGE"),
    ("bitget", Wanted("1000BONKUSDT", "1000BONK"), "BONK"),
    ("gate", Wanted("1000X_USDT", "1000X"), "X"),
    ("hyperliquid", Wanted("kPEPE", "kPEPE"), "PEPE"),
    ("hyperliquid", Wanted("KAS", "KAS"), "KAS"),
    ("binance", Wanted("1INCHUSDT", "1INCH"), "1INCH"),
    ("bitmex", Wanted("XBTUSDT", "XBT"), "BTC"),
    ("kraken", Wanted("PF_XBTUSD", "XBT", "USD"), "BTC"),
    ("kraken", Wanted("PF_XDGUSD", "XDG", "USD"), "DOGE"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("venue", "wanted", "base"), MULTIPLIED, ids=[f"{venue}:{wanted.symbol}" for venue, wanted, _ in MULTIPLIED]
)
def test_a_base_is_the_plain_coin(venue: str, wanted: Wanted, base: str) -> None:
    (one,) = listed(venue, wanted)
    assert (one.base, one.symbol) == (base, wanted.symbol)


# --- what cannot be shown ---------------------------------------------------------------------------------------

HOSTILE = {
    "escape": "\x1b[2J", "newline": "\n", "bidi override": "\u202e", "bidi isolate": "\u2066",
    "zero width space": "\u200b", "zero width joiner": "\u200d", "byte order mark": "\ufeff", "blank": " ",
    "line separator": "\u2028", "C1 control": "\x9b", "surrogate": "\ud800",
}  # fmt: skip


@pytest.mark.parametrize("venue", names())
@pytest.mark.parametrize("what", HOSTILE)
def test_a_name_that_cannot_be_typed_or_shown_is_not_listed_and_costs_only_itself(venue: str, what: str) -> None:
    """It could not be cleaned: under any other name nobody could subscribe to it."""
    good = next(wanted for of, wanted in PERPETUALS if of == venue)
    bad = good._replace(symbol=good.symbol[:2] + HOSTILE[what] + good.symbol[2:])
    told = events(venue, bad, good)
    if what == "surrogate":  # is no JSON: the whole answer may be refused
        assert not [i for e in told if isinstance(e, Listing) for i in e.instruments if not i.symbol.isprintable()]
        return
    (listing,) = (event for event in told if isinstance(event, Listing))
    assert [i.symbol for i in listing.instruments] == [good.symbol]
    assert all(event.reason.isprintable() for event in told if isinstance(event, Rejected))


@pytest.mark.parametrize("venue", sorted(set(names()) - {"kraken"}))
def test_a_chinese_name_is_a_name_like_any_other(venue: str) -> None:
    """`牛来USDT` was traded on Binance in 2026. Kraken's names are of another alphabet: kind, coin and dollars."""
    good = next(wanted for of, wanted in PERPETUALS if of == venue and not wanted.inverse)
    symbol = good.symbol.replace("XBT", "牛来").replace("BTC", "牛来")
    (one,) = listed(venue, good._replace(symbol=symbol, coin="牛来"))
    assert (one.symbol, one.base) == (symbol, "牛来")
