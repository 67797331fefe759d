"""The sum of a coin's perpetuals over venues, as an instrument."""

from liqtui.instruments.contract import DOLLARS, Instrument, Kind

SUM_VENUE = "all"
"""Whose instruments are sums: `all:BTC-USDT-SWAP` is what the venues' perpetuals of a coin come to together."""


def summed(base: str, quote: str, tick: float = 0.0) -> Instrument:
    """The sum of the perpetuals of a coin over venues, as an instrument; `quote`: the dollar that is preferred."""
    return Instrument(
        venue=SUM_VENUE, symbol=f"{base}-{quote}-SWAP", base=base, quote=quote, settle=quote, kind=Kind.PERPETUAL,
        inverse=False, contract_size=1.0, tick=tick, family=f"{base}-{quote}", index="",
    )


def parts_of_sum(symbol: str) -> tuple[str, str] | None:
    """Coin and dollar of a sum's symbol, `BTC-USDT-SWAP` (for short `BTC-USDT`, `BTCUSDT` or `BTC`), or None."""
    words = symbol.upper().removesuffix("-SWAP").split("-")
    if len(words) == 1:
        dollar = next((d for d in DOLLARS if words[0].endswith(d) and words[0] != d), "")
        words = [words[0].removesuffix(dollar), dollar or DOLLARS[0]]
    return (words[0], words[1]) if len(words) == 2 and words[0] and words[1] in DOLLARS else None
