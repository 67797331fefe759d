"""Bitcoin's contracts of nine venues under the names the venues give them, and two multiplied coins."""

from datetime import UTC, datetime

from liqtui.instruments import Catalogue, Instrument, Kind


def ns(day: str) -> int:
    """`2025-06-27 08:00`, UTC."""
    return int(datetime.strptime(day, "%Y-%m-%d %H:%M").replace(tzinfo=UTC).timestamp()) * 10**9


NOW = ns("2025-05-01 00:00")
MAY, JUNE, SEPTEMBER = "2025-05-23 08:00", "2025-06-27 08:00", "2025-09-26 08:00"


def listed(
    name: str, family: str, quote: str, expiry: str | None = None, *, inverse: bool = False, base: str = "BTC",
    settle: str = "", state: str = "live",
) -> Instrument:
    """A contract by its full name, as its venue's listing would be read."""
    venue, _, symbol = name.partition(":")
    return Instrument(
        venue=venue,
        symbol=symbol,
        base=base,
        quote=quote,
        settle=settle or (base if inverse else quote),
        kind=Kind.DATED if expiry else Kind.PERPETUAL,
        inverse=inverse,
        contract_size=1.0,
        tick=0.1,
        family=family,
        index=family,
        expiry_ns=ns(expiry) if expiry else None,
        state=state,
    )


LISTED = (
    listed("kraken:FI_XBTUSD_250627", "I_XBTUSD", "USD", "2025-06-27 15:00", inverse=True),
    listed("kraken:PI_XBTUSD", "I_XBTUSD", "USD", inverse=True),
    listed("kraken:PF_XBTUSD", "F_XBTUSD", "USD"),
    listed("okx:BTC-USDT-250627", "BTC-USDT", "USDT", JUNE),
    listed("okx:BTC-USDT-SWAP", "BTC-USDT", "USDT"),
    listed("okx:BTC-USDT-250523", "BTC-USDT", "USDT", MAY),
    listed("okx:BTC-USDC-SWAP", "BTC-USDC", "USDC"),
    listed("okx:BTC-USD-SWAP", "BTC-USD", "USD", inverse=True),
    listed("okx:BTC-USD-250627", "BTC-USD", "USD", JUNE, inverse=True),
    listed("okx:BTC-USD_UM_XPERP-310404", "BTC-USD_UM", "USD"),
    listed("binance:BTCUSDT", "BTCUSDT", "USDT"),
    listed("binance:BTCUSDC", "BTCUSDC", "USDC"),
    listed("binance:BTCUSDT_250627", "BTCUSDT", "USDT", JUNE),
    listed("binance:BTCUSD_PERP", "BTCUSD", "USD", inverse=True),
    listed("binance:BTCUSD_250627", "BTCUSD", "USD", JUNE, inverse=True),
    listed("bybit:BTCUSDT", "BTC-USDT", "USDT"),
    listed("bybit:BTCPERP", "BTC-USDC", "USDC"),
    listed("bybit:BTCUSDT-27JUN25", "BTC-USDT", "USDT", JUNE),
    listed("bybit:BTC-27JUN25", "BTC-USDC", "USDC", JUNE),
    listed("bybit:BTCUSD", "BTC-USD", "USD", inverse=True),
    listed("bybit:BTCUSDM25", "BTC-USD", "USD", JUNE, inverse=True),
    listed("deribit:BTC_USDC-PERPETUAL", "btc_usdc", "USDC"),
    listed("deribit:BTC-PERPETUAL", "btc_usd", "USD", inverse=True),
    listed("deribit:BTC-27JUN25", "btc_usd", "USD", JUNE, inverse=True),
    listed("deribit:BTC-26SEP25", "btc_usd", "USD", SEPTEMBER, inverse=True),
    listed("bitmex:XBTUSDT", "XBTUSDT", "USDT"),
    listed("bitmex:XBTUSD", "XBTUSD", "USD", inverse=True),
    listed("bitmex:XBTM25", "XBTUSD", "USD", "2025-06-27 12:00", inverse=True),
    listed("bitget:BTCUSDT", "BTC-USDT", "USDT"),
    listed("gate:BTC_USDT", "BTC_USDT", "USDT"),
    listed("hyperliquid:BTC", "BTC", "USD", settle="USDC"),
    listed("hyperliquid:kPEPE", "kPEPE", "USD", settle="USDC", base="PEPE"),
    listed("binance:1000PEPEUSDT", "1000PEPEUSDT", "USDT", base="PEPE"),
    listed("okx:PEPE-USDT-SWAP", "PEPE-USDT", "USDT", base="PEPE"),
)
CATALOGUE = Catalogue(LISTED)


def of(name: str) -> Instrument:
    """The contract of a full name."""
    return next(instrument for instrument in LISTED if instrument.name == name)
