"""The kinds of market the simulated exchange can be: how its price moves, who trades, who makes it, what is heard.

Without a regime it is the market of the demo, the same for the same seed. A regime's numbers are medians: every seed
has a market of its own about them, and so a hidden ladder of its own.
"""

from dataclasses import dataclass, replace

import numpy as np

from liqtui.sim.agents import ARCHETYPES, DATED_SHARE, HUMAN_PICK, Archetype

Range = tuple[float, float]
Odds = tuple[float, float, float, float, float, float, float]
DEFAULT = ""
JITTER_KEY = 9
"""Keeps a seed's jitter apart from the streams its market draws from."""
PRICE_JITTER, MIX_JITTER, LEVERAGE_JITTER, PICK_JITTER = 0.12, 0.3, 0.2, 0.35
"""Sigmas, in logs, of what a seed makes of volatility and drift, of who trades and turns over, of leverage, of picks.
"""


@dataclass(frozen=True, slots=True)
class Regime:
    """What a market is like. The defaults are the demo's market."""

    name: str = DEFAULT
    volatility: float = 1.0
    """Of the indices, against ordinary."""
    drift: float = 0.0
    """Log price an hour; which way a seed decides."""
    reversion: float = 0.0
    """Share of the way back to the starting price, an hour."""
    first_s: Range = (16.0, 26.0)
    every_s: Range = (110.0, 240.0)
    """When the first run toward a crowd of liquidation prices comes and how long until the next."""
    wanted: int = 70
    """How many positions a run is meant to take with it."""
    reach: Range = (0.003, 0.03)
    """Bounds of how far a run goes, in log price."""
    upward: float | None = None
    """Odds that a run goes up; None: to the nearer crowd."""
    archetypes: tuple[Archetype, ...] = ARCHETYPES
    human_pick: float = HUMAN_PICK
    """Share of traders who choose a round leverage."""
    long_bias: float = 0.0
    """Added to the odds that a new agent is long."""
    trend_pull: float = 0.2
    """How strongly new agents follow the trend."""
    turnover: float = 0.2
    """Share of the volume that turns agents' positions over; the rest is makers' churn."""
    appetite_memory_h: float = 100.0
    """How long a drift of the turnover lasts."""
    activity: float = 1.0
    capacity: int = 40_000
    """So many isolated positions there can be at a time, in all contracts."""
    dated_share: float = DATED_SHARE
    """Of the perpetual's openings, on each dated contract."""
    depth: float = 1.0
    """Of the ordinary book."""
    presence: float = 0.45
    """What is left of the book's depth while the market is run."""
    silence_every_s: Range | None = None
    """How long the feed is heard between two outages; None: there are none."""
    silence_s: Range = (0.0, 0.0)
    """How long an outage lasts."""
    expires_h: float | None = None
    """Hours from the opening to the end of the nearer dated contract (rounded up to the hour); None: its Friday."""

    @property
    def kind(self) -> str:
        """Which contract of the first coin the regime is about: `SWAP`, or the nearer of the `FUTURES`."""
        return "SWAP" if self.expires_h is None else "FUTURES"


def _crowd(
    day: tuple[float, float, Odds], swing: tuple[float, float, Odds], large: tuple[float, float, Odds], *,
    rates: tuple[float, float, float] = (1.0, 1.0, 1.0), stops: float = 1.0, adds: float = 1.0,
) -> tuple[Archetype, ...]:
    """The three kinds of trader with (median leverage, hedged share, odds of the picks) of their own."""
    return tuple(
        replace(
            kind, leverage=leverage, hedged=hedged, picks=picks, opens_per_hour=kind.opens_per_hour * rate,
            stops=min(0.9, kind.stops * stops), adds_margin=min(0.9, kind.adds_margin * adds),
        )
        for kind, (leverage, hedged, picks), rate in zip(_MANY, (day, swing, large), rates, strict=True)
    )


_SPLIT = 2.5
_MANY = (
    *ARCHETYPES[:2],
    replace(
        ARCHETYPES[2], notional=ARCHETYPES[2].notional / _SPLIT, opens_per_hour=ARCHETYPES[2].opens_per_hour * _SPLIT
    ),
)
"""As much in large positions as in the demo, in more of them: where one position is a cluster, no map can know it."""
_LAB = Regime(
    first_s=(300.0, 900.0), every_s=(600.0, 1_500.0), appetite_memory_h=8.0, archetypes=_MANY, human_pick=0.75,
    capacity=60_000,
)
_CAREFUL: Odds = (0.1, 0.25, 0.35, 0.2, 0.1, 0.0, 0.0)
_LARGE: Odds = (0.45, 0.35, 0.2, 0.0, 0.0, 0.0, 0.0)

_ALL = (
    replace(
        _LAB, name="quiet", volatility=0.5, activity=0.7, depth=1.4, every_s=(1_200.0, 2_400.0), turnover=0.12,
        wanted=40, reach=(0.002, 0.009),
        archetypes=_crowd(
            (28.0, 0.02, (0.05, 0.1, 0.2, 0.3, 0.2, 0.1, 0.05)), (9.0, 0.1, _CAREFUL), (3.0, 0.5, _LARGE)
        ),
    ),
    replace(
        _LAB, name="trend", volatility=0.9, drift=0.008, trend_pull=0.35,
        archetypes=_crowd(
            (32.0, 0.0, (0.0, 0.05, 0.2, 0.3, 0.25, 0.15, 0.05)), (14.0, 0.05, (0.05, 0.15, 0.35, 0.3, 0.1, 0.05, 0.0)),
            (4.0, 0.4, _LARGE), rates=(0.8, 2.0, 1.0), stops=1.5,
        ),
    ),
    replace(
        _LAB, name="chop", volatility=1.5, reversion=2.0, every_s=(480.0, 1_080.0), turnover=0.28, activity=1.2,
        archetypes=_crowd(
            (45.0, 0.0, (0.0, 0.0, 0.05, 0.15, 0.35, 0.35, 0.1)), (16.0, 0.05, (0.05, 0.1, 0.25, 0.3, 0.2, 0.1, 0.0)),
            (4.0, 0.5, _LARGE), rates=(1.2, 0.7, 0.7), adds=1.5,
        ),
    ),
    replace(
        _LAB, name="cascade", volatility=1.2, depth=0.6, presence=0.3, wanted=150, reach=(0.006, 0.03),
        upward=0.15, long_bias=0.12, every_s=(900.0, 1_800.0),
        archetypes=_crowd(
            (40.0, 0.0, (0.0, 0.05, 0.15, 0.3, 0.2, 0.2, 0.1)), (18.0, 0.02, (0.0, 0.1, 0.3, 0.35, 0.15, 0.1, 0.0)),
            (6.0, 0.3, (0.25, 0.4, 0.3, 0.05, 0.0, 0.0, 0.0)), rates=(1.0, 1.8, 1.5), stops=0.5,
        ),
    ),
    replace(
        _LAB, name="squeeze", volatility=1.1, human_pick=0.65, depth=0.7, presence=0.35, wanted=120,
        reach=(0.005, 0.025), upward=0.85, long_bias=-0.12, every_s=(780.0, 1_620.0), turnover=0.16,
        archetypes=_crowd(
            (30.0, 0.0, (0.0, 0.1, 0.35, 0.25, 0.1, 0.15, 0.05)), (11.0, 0.05, (0.1, 0.3, 0.4, 0.15, 0.05, 0.0, 0.0)),
            (3.5, 0.4, _LARGE), rates=(0.9, 1.4, 1.2), stops=0.7,
        ),
    ),
    replace(
        _LAB, name="hedged", volatility=0.9, turnover=0.15,
        archetypes=_crowd(
            (34.0, 0.3, (0.0, 0.05, 0.2, 0.3, 0.2, 0.15, 0.1)), (9.0, 0.6, _CAREFUL), (3.0, 0.9, _LARGE),
            rates=(0.8, 1.5, 3.0),
        ),
    ),
    replace(
        _LAB, name="crowd", volatility=1.0, human_pick=0.85, activity=1.3, turnover=0.3,
        archetypes=_crowd(
            (72.0, 0.0, (0.0, 0.0, 0.0, 0.05, 0.15, 0.35, 0.45)), (30.0, 0.0, (0.0, 0.05, 0.1, 0.25, 0.25, 0.25, 0.1)),
            (5.0, 0.4, _LARGE), rates=(1.4, 0.8, 0.5), stops=0.6, adds=0.6,
        ),
    ),
    replace(
        _LAB, name="outage", volatility=1.1, silence_every_s=(1_200.0, 2_400.0), silence_s=(180.0, 600.0),
        every_s=(540.0, 1_200.0),
    ),
    replace(
        _LAB, name="expiry", volatility=1.1, dated_share=0.5, depth=2.5, expires_h=2.5, every_s=(540.0, 1_200.0),
        archetypes=_crowd(
            (24.0, 0.05, (0.05, 0.1, 0.3, 0.3, 0.15, 0.1, 0.0)), (10.0, 0.15, _CAREFUL), (4.0, 0.6, _LARGE),
            rates=(0.9, 1.6, 2.0),
        ),
    ),
)
REGIMES = {regime.name: regime for regime in _ALL}
"""By name, in the order they are told in."""


def regime_of(name: str, seed: int) -> Regime:
    """A regime as this seed has it; the default market has no jitter.

    Raises:
        ValueError: there is no such regime.
    """
    if name == DEFAULT:
        return Regime()
    if name not in REGIMES:
        raise ValueError(f"no regime {name!r}; choose one of {', '.join(REGIMES)}")
    regime, rng = REGIMES[name], np.random.default_rng([JITTER_KEY, seed])
    price, drift, turnover = np.exp(np.array([PRICE_JITTER, PRICE_JITTER, MIX_JITTER]) * rng.standard_normal(3))
    way = 1.0 if rng.random() < 0.5 else -1.0
    return replace(
        regime,
        volatility=regime.volatility * float(price),
        drift=regime.drift * float(drift) * way,
        turnover=min(0.6, regime.turnover * float(turnover)),
        archetypes=tuple(_jittered(kind, rng) for kind in regime.archetypes),
    )


def _jittered(kind: Archetype, rng: np.random.Generator) -> Archetype:
    """A kind of trader as one seed has it: how many there are, the leverage they use, which picks they like."""
    rate, leverage = np.exp(np.array([MIX_JITTER, LEVERAGE_JITTER]) * rng.standard_normal(2))
    odds = np.array(kind.picks) * np.exp(PICK_JITTER * rng.standard_normal(len(kind.picks)))
    odds /= odds.sum()
    return replace(
        kind, opens_per_hour=kind.opens_per_hour * float(rate), leverage=kind.leverage * float(leverage),
        picks=tuple(odds.tolist()),
    )
