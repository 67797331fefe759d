"""What can be set about the simulated exchange."""

from dataclasses import dataclass

STEP_NS = 100_000_000
"""The market moves in steps of 100 ms."""
DEFAULT_RATE = 200.0
REGIME_NAMES = ("quiet", "trend", "chop", "cascade", "squeeze", "hedged", "crowd", "outage", "expiry")
"""What `regimes` defines; kept here, where reading the names costs nothing."""


@dataclass(frozen=True, slots=True)
class SimSettings:
    """Seed and circumstances of one simulated exchange. The same seed and start give the same market."""

    seed: int = 7
    start_ns: int | None = None
    """Where the simulated clock starts, UTC ns; None: now. History lies before it."""
    rate: float = DEFAULT_RATE
    """Frames a second over all channels and contracts; what books, marks and indices leave of it are trades."""
    thin: bool = True
    """Report at most one liquidation per contract and second, as OKX does."""
    regime: str = ""
    """What the market is like, one of `REGIME_NAMES`; empty: the demo's."""
    step_ns: int = STEP_NS
    """How far a step moves the market. A laboratory that needs hours takes coarser ones, whole multiples of 100 ms."""
    lean: bool = False
    """List only the perpetuals and the contract the regime is about, and let only that one trade through a book."""
    host: str = "127.0.0.1"
    port: int = 0
    idle_s: float = 30.0
    """A client that is silent for so long is closed with 4004."""
