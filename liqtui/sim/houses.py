"""What a simulated venue's market is like: what it lists, its margin rule, who trades there, what it tells of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from liqtui.sim import listings
from liqtui.sim.contracts import LIQUIDATION_FEE, Contract, Tier, contracts, tiers
from liqtui.sim.regimes import Regime
from liqtui.sim.reports import EachSecond, Everything, LargestOfSecond, Nothing, Reports
from liqtui.sim.rules import MarginRule

HOUR_NS = 3_600 * 10**9


@dataclass(frozen=True, slots=True)
class House:
    """A venue from inside. `crowd` and `notional` are of OKX's: how many trade there, and for how much each."""

    name: str
    listed: Callable[[int, float | None], tuple[Contract, ...]]
    """What is listed at a time; the second: hours to the nearer dated contract's end, where a regime says so."""
    tiers: Callable[[Contract], Sequence[Tier]]
    reports: Callable[[int], Reports]
    """What the public feed shows of liquidations, for so many contracts."""
    by_value: bool = True
    """Whether tiers count a position's value at the mark; else contracts."""
    fee: float = 0.0
    """Counted in the liquidation price, a fraction of notional."""
    crowd: float = 1.0
    notional: float = 1.0
    leverage: float = 1.0
    """What its traders like, against OKX's."""
    whole_leverage: bool = True
    funding_ns: int = 8 * HOUR_NS
    premium: float = 0.0
    """Mean log premium of its perpetuals to the index."""
    brief: bool = True
    """Whether its crowd has lived through the last weeks only, in longer strides."""
    quoted_per_s: float = 112.0
    """Frames a second that are not trades, where somebody listens to everything."""

    @property
    def size(self) -> float:
        """Of OKX's volume and depth."""
        return self.crowd * self.notional

    def rule(self, listed: Sequence[Contract]) -> MarginRule:
        """The margin rule of the contracts."""
        return MarginRule(
            [self.tiers(c) for c in listed], by_value=self.by_value, fee=self.fee, lots=[c.lots for c in listed]
        )

    def regime(self, regime: Regime) -> Regime:
        """A kind of market as it is here."""
        if self.size == self.leverage == 1.0:
            return regime
        crowd = tuple(
            replace(
                kind, opens_per_hour=kind.opens_per_hour * self.crowd, notional=kind.notional * self.notional,
                leverage=kind.leverage * self.leverage,
            )
            for kind in regime.archetypes
        )
        return replace(
            regime, archetypes=crowd, depth=regime.depth * self.size, capacity=round(regime.capacity * self.crowd)
        )


OKX = House(
    "okx", contracts, lambda c: tiers(c.base, c.kind), EachSecond, by_value=False, fee=LIQUIDATION_FEE,
    whole_leverage=False, brief=False,
)
BINANCE = House(
    "binance", listings.binance, listings.binance_tiers, LargestOfSecond,
    crowd=0.5, notional=3.2, leverage=1.15, premium=-0.0001, quoted_per_s=60.0,
)
BYBIT = House(
    "bybit", listings.bybit, listings.bybit_tiers, Everything,
    crowd=0.4, notional=2.2, leverage=1.05, whole_leverage=False, premium=0.0001, quoted_per_s=100.0,
)
HYPERLIQUID = House(
    "hyperliquid", listings.hyperliquid, listings.hyperliquid_tiers, Nothing,
    crowd=0.35, notional=1.3, leverage=0.8, funding_ns=HOUR_NS, premium=0.0002, quoted_per_s=30.0,
)
HOUSES = {house.name: house for house in (OKX, BINANCE, BYBIT, HYPERLIQUID)}
"""By venue. The first one named to a simulation leads the coins' runs."""
