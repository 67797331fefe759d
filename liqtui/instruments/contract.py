"""One derivative contract as its venue lists it."""

import enum

import msgspec

NS_PER_DAY = 86_400 * 10**9
DOLLARS = ("USDT", "USDC", "USD")
"""What counts as a dollar, the most traded first."""


class Kind(enum.StrEnum):
    """Whether a contract ends. An X-Perp is listed among the futures and is perpetual all the same."""

    PERPETUAL = "perpetual"
    DATED = "dated"


class Instrument(msgspec.Struct, frozen=True):
    """One derivative contract as its venue lists it.

    Sizes everywhere else are in *units*: base coin for a linear contract, USD face for an inverse one.
    """

    venue: str
    symbol: str
    """The venue's own name, kept to the letter: `BTC-USDT-SWAP`, `BTC-USD_UM_XPERP-310404`."""
    base: str
    quote: str
    settle: str
    kind: Kind
    inverse: bool
    contract_size: float
    """Units per contract: base coin (linear) or USD face (inverse)."""
    tick: float
    family: str
    """Contracts that share tiers and an underlying: `BTC-USDT`."""
    index: str
    """The venue's name of the index the mark follows: `BTC-USDT`."""
    listed_ns: int | None = None
    expiry_ns: int | None = None
    """End of trading, UTC ns, from the listing. None for a perpetual."""
    max_leverage: float | None = None
    state: str = "live"

    @property
    def name(self) -> str:
        """`okx:BTC-USDT-SWAP`, as the command line takes it."""
        return f"{self.venue}:{self.symbol}"

    @property
    def unit(self) -> str:
        """What a size of this contract counts: the base coin, or the quote of an inverse face."""
        return self.quote if self.inverse else self.base

    def expired(self, now_ns: int) -> bool:
        return self.state == "expired" or (self.expiry_ns is not None and self.expiry_ns <= now_ns)

    def days_left(self, now_ns: int) -> float | None:
        """Days to expiry; None for a perpetual."""
        return None if self.expiry_ns is None else (self.expiry_ns - now_ns) / NS_PER_DAY

    def quote_value(self, units: float, price: float) -> float:
        """Notional of `units` in quote currency at `price`."""
        return units if self.inverse else units * price
