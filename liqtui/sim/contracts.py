"""Coins, contracts and maintenance schedules; and what the first of the simulated venues, OKX, lists of them."""

import calendar
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

LOTS_PER_CONTRACT = 100
"""Sizes are counted in whole lots of 0.01 contract, so that sums are exact."""
LIQUIDATION_FEE = 0.0005
"""Counted against a position's equity, a fraction of notional."""
MAX_LEVERAGE = 100
MIN_WEEKLY_DAYS, MIN_QUARTER_DAYS = 3, 21
WEEKLY_LISTED_DAYS, QUARTER_LISTED_DAYS = 14, 182
PERPETUAL_LISTED_NS = 1_573_557_408_000_000_000
NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Contract:
    """One listed contract. `number` is its row in every per-contract array."""

    number: int
    underlying: int
    symbol: str
    family: str
    kind: str
    """`SWAP` (perpetual) or `FUTURES` (dated), as OKX calls them."""
    size: float
    """Base coin in one contract (ctVal)."""
    ticks_per_quote: int
    """10: the price moves in steps of 0.1."""
    alias: str
    listed_ns: int
    expiry_ns: int | None
    lots: int = LOTS_PER_CONTRACT
    """Whole lots in one contract; nothing smaller is traded."""
    multiple: int = 1
    """Coins in one unit of base: 1,000 where the contract is of thousands."""

    @property
    def base(self) -> str:
        return UNDERLYINGS[self.underlying].base

    @property
    def lot(self) -> float:
        """Base coin in one lot."""
        return self.size / self.lots


@dataclass(frozen=True, slots=True)
class Underlying:
    """A coin with its index; contract size and ticks are OKX's."""

    base: str
    price: float
    size: float
    ticks_per_quote: int

    @property
    def family(self) -> str:
        return f"{self.base}-USDT"


UNDERLYINGS = (
    Underlying("BTC", 60_000.0, 0.01, 10), Underlying("ETH", 2_700.0, 0.1, 100),
    Underlying("1000PEPE", 0.0105, 1.0, 10_000_000),
)
"""OKX lists the first two. The third is counted by the thousand wherever it is listed."""


@dataclass(frozen=True, slots=True)
class Tier:
    """One step of a maintenance schedule: up to `cap` contracts, or quote where a venue counts a position's value."""

    floor: float
    cap: float
    maintenance: float
    max_leverage: float
    amount: float = 0.0
    """Quote taken off the requirement, where that keeps it continuous from step to step."""


_CAPS = (1_500, 5_000, 10_000, 20_000, 35_000, 50_000, 80_000, 120_000, 200_000, 400_000)
_MAINTENANCE = (0.004, 0.005, 0.0065, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.1)
_LEVERAGE = (100.0, 75.0, 50.0, 40.0, 25.0, 20.0, 14.28, 10.0, 8.0, 4.0)
_COIN_FACTOR = {"BTC": 1.0, "ETH": 2.0}


def tiers(base: str, kind: str) -> tuple[Tier, ...]:
    """The schedule of a family in contracts. Dated contracts hold half as much per step and ask 0.1 % more."""
    factor = _COIN_FACTOR[base] * (1.0 if kind == "SWAP" else 0.5)
    caps = [int(cap * factor) for cap in _CAPS]
    extra = 0.0 if kind == "SWAP" else 0.001
    return tuple(
        Tier(floor, cap, round(rate + extra, 6), leverage)
        for floor, cap, rate, leverage in zip([0, *caps], caps, _MAINTENANCE, _LEVERAGE, strict=False)
    )


def contracts(start_ns: int, expires_h: float | None = None) -> tuple[Contract, ...]:
    """The six contracts listed then: per underlying the perpetual, a near Friday and a quarter's last Friday.

    `expires_h`: the near one ends at the first full hour after so many hours instead.
    """
    weekly, quarter = expiries(start_ns, expires_h)
    first = next(_fridays(datetime.fromtimestamp(start_ns // NS, UTC)))
    dated = (
        ("this_week" if weekly <= first else "next_week", weekly, WEEKLY_LISTED_DAYS),
        ("quarter", quarter, QUARTER_LISTED_DAYS),
    )
    found: list[Contract] = []
    for row, coin in enumerate(UNDERLYINGS[:2]):
        found.append(Contract(
            len(found), row, f"{coin.family}-SWAP", coin.family, "SWAP", coin.size, coin.ticks_per_quote, "",
            PERPETUAL_LISTED_NS, None,
        ))
        for alias, expiry, days in dated:
            found.append(Contract(
                len(found), row, f"{coin.family}-{expiry:%y%m%d}", coin.family, "FUTURES", coin.size,
                coin.ticks_per_quote, alias, ns_of(expiry - timedelta(days=days)), ns_of(expiry),
            ))
    return tuple(found)


def expiries(start_ns: int, expires_h: float | None = None) -> tuple[datetime, datetime]:
    """When the nearer dated contracts end, and the quarter's; as `contracts` says."""
    start = datetime.fromtimestamp(start_ns // NS, UTC)
    if expires_h is None:
        weekly = next(day for day in _fridays(start) if day - start >= timedelta(days=MIN_WEEKLY_DAYS))
    else:
        weekly = datetime.fromtimestamp(math.ceil((start_ns / NS / 3600) + expires_h) * 3600, UTC)
    quarter = next(
        day for day in _fridays(start)
        if _ends_quarter(day) and day > weekly and day - start >= timedelta(days=MIN_QUARTER_DAYS)
    )
    return weekly, quarter


def lean(listed: Sequence[Contract], kind: str) -> tuple[Contract, ...]:
    """The perpetuals, and of dated contracts only the nearer one of the first coin if that is the `kind` wanted."""
    dated = [c for c in listed if c.kind == kind and c.kind != "SWAP"][:1]
    return tuple(replace(c, number=row) for row, c in enumerate([*(c for c in listed if c.kind == "SWAP"), *dated]))


def _fridays(after: datetime) -> Iterator[datetime]:
    """The Fridays at 08:00 UTC after a time."""
    day = after.replace(hour=8, minute=0, second=0, microsecond=0)
    while True:
        if day > after and day.weekday() == calendar.FRIDAY:
            yield day
        day += timedelta(days=1)


def _ends_quarter(friday: datetime) -> bool:
    return friday.month % 3 == 0 and (friday + timedelta(days=7)).month != friday.month


def ns_of(when: datetime) -> int:
    """A UTC time in ns."""
    return int(when.timestamp()) * NS
