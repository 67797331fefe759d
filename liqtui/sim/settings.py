"""What can be set about the simulated exchange."""

from dataclasses import dataclass

STEP_NS = 100_000_000
"""The market moves in steps of 100 ms."""
DEFAULT_RATE = 200.0
REGIME_NAMES = ("quiet", "trend", "chop", "cascade", "squeeze", "hedged", "crowd", "outage", "expiry")
"""What `regimes` defines; kept here, where reading the names costs nothing."""
VENUE_NAMES = ("okx", "binance", "bybit", "hyperliquid")
"""What `houses` defines and `faces` speak, likewise."""
WATCH = (
    "okx:BTC-USDT-SWAP", "okx:ETH-USDT-SWAP", "all:BTC-USDT-SWAP", "all:ETH-USDT-SWAP", "binance:BTCUSDT",
    "bybit:ETHUSDT", "hyperliquid:BTC", "binance:1000PEPEUSDT",
)
"""A watch list of what is simulated: who configured none has something of each kind to look at."""


@dataclass(frozen=True, slots=True)
class SimSettings:
    """Seed and circumstances of a simulation. The same seed and start give the same market."""

    seed: int = 7
    start_ns: int | None = None
    """Where the simulated clock starts, UTC ns; None: now. History lies before it."""
    rate: float = DEFAULT_RATE
    """Frames a second of each venue, over all its channels and contracts; what books, marks and indices leave of it
    are trades."""
    thin: bool = True
    """Report liquidations by each venue's rule; else all of them, wherever a venue reports any."""
    regime: str = ""
    """What the market is like, one of `REGIME_NAMES`; empty: the demo's."""
    step_ns: int = STEP_NS
    """How far a step moves the market. A laboratory that needs hours takes coarser ones, whole multiples of 100 ms."""
    lean: bool = False
    """List only the perpetuals and the contract the regime is about, and let only that one trade through a book."""
    venues: tuple[str, ...] = ("okx",)
    """Whose wires are spoken, each on a port of its own; the first one's crowd draws the runs of the market."""
    host: str = "127.0.0.1"
    port: int = 0
    """Of the first venue; the others follow it. 0: any that are free."""
    idle_s: float | None = None
    """A client that is silent for so long is closed; None: as long as the venue says."""
