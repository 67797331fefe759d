"""Names as people type them, expiry from the listing, and errors that help."""

from datetime import UTC, datetime

import pytest

from liqtui.instruments import (
    Catalogue,
    ExpiredInstrumentError,
    Instrument,
    Kind,
    UnknownInstrumentError,
    parse_name,
)


def ns(day: str) -> int:
    return int(datetime.strptime(day, "%Y-%m-%d %H:%M").replace(tzinfo=UTC).timestamp()) * 10**9


NOW = ns("2025-05-01 00:00")


def contract(symbol: str, expiry: str | None = None, *, inverse: bool = False, state: str = "live") -> Instrument:
    base, quote = symbol.split("-")[:2]
    return Instrument(
        venue="okx",
        symbol=symbol,
        base=base,
        quote=quote,
        settle=base if inverse else quote,
        kind=Kind.DATED if expiry else Kind.PERPETUAL,
        inverse=inverse,
        contract_size=100.0 if inverse else 0.01,
        tick=0.1,
        family=f"{base}-{quote}",
        index=f"{base}-{quote}",
        expiry_ns=ns(expiry) if expiry else None,
        state=state,
    )


CATALOGUE = Catalogue(
    [
        contract("BTC-USDT-250627", "2025-06-27 08:00"),
        contract("BTC-USDT-SWAP"),
        contract("BTC-USDT-250523", "2025-05-23 08:00"),
        contract("BTC-USD-250627", "2025-06-27 08:00", inverse=True),
        contract("PEPE-USDT-SWAP"),
        contract("ETH-USDT-SWAP"),
    ]
)


@pytest.mark.parametrize("symbol", ["BTC-USDT-SWAP", "BTC-USDT-250523", "BTC-USD-250627", "BTC-USD_UM_XPERP-310404"])
def test_a_name_parses_and_prints_back(symbol: str) -> None:
    assert str(parse_name(symbol)) == f"okx:{symbol}"
    assert str(parse_name(f"OKX:{symbol}")) == f"okx:{symbol}"


@pytest.mark.parametrize("text", ["", "  ", "okx:", ":BTC", "BTC USDT", "BTC\x1b[31m"])
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an instrument name"):
        parse_name(text)


def test_any_case_finds_the_listed_instrument() -> None:
    assert CATALOGUE.resolve(parse_name("btc-usdt-swap"), NOW).symbol == "BTC-USDT-SWAP"


def test_an_expired_contract_says_when_and_offers_the_next() -> None:
    with pytest.raises(ExpiredInstrumentError) as caught:
        CATALOGUE.resolve(parse_name("BTC-USDT-250523"), ns("2025-05-23 08:00"))
    assert caught.value.next == "okx:BTC-USDT-250627"
    assert "2025-05-23" in str(caught.value)


def test_a_contract_gone_from_the_listing_is_expired_not_unknown() -> None:
    with pytest.raises(ExpiredInstrumentError) as caught:
        CATALOGUE.resolve(parse_name("BTC-USDT-250328"), NOW)
    assert caught.value.next == "okx:BTC-USDT-250523"


def test_a_future_date_nobody_lists_is_unknown() -> None:
    with pytest.raises(UnknownInstrumentError) as caught:
        CATALOGUE.resolve(parse_name("BTC-USDT-250628"), NOW)
    assert caught.value.nearest[0] in {"okx:BTC-USDT-250627", "okx:BTC-USDT-250523"}


@pytest.mark.parametrize(("typed", "meant"), [("BTC-USDT-SWPA", "okx:BTC-USDT-SWAP"), ("PEPE", "okx:PEPE-USDT-SWAP")])
def test_an_unknown_symbol_names_the_nearest(typed: str, meant: str) -> None:
    with pytest.raises(UnknownInstrumentError) as caught:
        CATALOGUE.resolve(parse_name(typed), NOW)
    assert caught.value.nearest[0] == meant


def test_sizes_of_an_inverse_contract_are_dollars() -> None:
    inverse = contract("BTC-USD-SWAP", inverse=True)
    assert inverse.unit == "USD"
    assert inverse.quote_value(30_000.0, 60_000.0) == 30_000.0
    linear = contract("BTC-USDT-SWAP")
    assert linear.quote_value(0.5, 60_000.0) == 30_000.0
