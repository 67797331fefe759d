"""Who trades: day traders, swing traders and large accounts, and what one of them opens.

Leverage is a human pick or any number, never a ladder. Size, leverage and the time a position is kept are correlated:
large positions use less leverage and are kept longer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liqtui.sim.contracts import MAX_LEVERAGE, Contract
from liqtui.sim.margin import Array, never
from liqtui.sim.positions import Index, Opening
from liqtui.sim.rules import MarginRule

HOUR_NS = 3_600_000_000_000
PICKS = np.array([3.0, 5.0, 10.0, 20.0, 25.0, 50.0, 100.0])
MIN_LEVERAGE = 1.2


@dataclass(frozen=True, slots=True)
class Archetype:
    """A kind of trader. Medians are of log-normal draws; `picks` are the odds of `PICKS`."""

    opens_per_hour: float
    """On the BTC perpetual in a quiet hour."""
    notional: float
    spread: float
    """Standard deviation of log notional."""
    leverage: float
    picks: tuple[float, ...]
    kept_h: float
    hedged: float
    stops: float
    takes: float
    adds_margin: float


DAY, SWING, LARGE = 0, 1, 2
ARCHETYPES = (
    Archetype(4_000.0, 6_000.0, 1.0, 42.0, (0.0, 0.02, 0.1, 0.22, 0.18, 0.26, 0.22), 1.7, 0.0, 0.22, 0.45, 0.12),
    Archetype(40.0, 160_000.0, 0.9, 12.0, (0.12, 0.2, 0.3, 0.2, 0.1, 0.07, 0.01), 36.0, 0.05, 0.2, 0.4, 0.3),
    Archetype(2.4, 850_000.0, 0.8, 3.5, (0.45, 0.35, 0.2, 0.0, 0.0, 0.0, 0.0), 190.0, 0.5, 0.1, 0.3, 0.4),
)
HUMAN_PICK = 0.55
KEPT_SPREAD = 1.0
DATED_SHARE = 0.11
"""What a dated contract sees of the perpetual's openings."""
COIN_SHARE = {"BTC": 1.0, "ETH": 0.75, "1000PEPE": 0.1}


def _column(values: Sequence[float]) -> Array:
    return np.array(values, dtype=np.float64)


def opening_rates(
    contracts: Sequence[Contract], archetypes: Sequence[Archetype] = ARCHETYPES, dated_share: float = DATED_SHARE
) -> Array:
    """Positions opened an hour, [contract, archetype]."""
    share = _column([(1.0 if c.kind == "SWAP" else dated_share) * COIN_SHARE[c.base] for c in contracts])
    return share[:, None] * _column([a.opens_per_hour for a in archetypes])[None, :]


def mean_lots_per_hour(
    contracts: Sequence[Contract], prices: Array, archetypes: Sequence[Archetype] = ARCHETYPES,
    dated_share: float = DATED_SHARE,
) -> Array:
    """Lots opened an hour per contract by the rates above, for sizing the volume around it."""
    each = _column([a.notional for a in archetypes]) * np.exp(_column([a.spread for a in archetypes]) ** 2 / 2)
    notional = opening_rates(contracts, archetypes, dated_share) @ each
    lots: Array = notional / (prices * _column([c.lot for c in contracts]))
    return lots


class Agents:
    """Draws what the next agents open. One random stream, so the market is reproducible."""

    def __init__(
        self, contracts: Sequence[Contract], rng: np.random.Generator, rule: MarginRule,
        archetypes: Sequence[Archetype] = ARCHETYPES, human_pick: float = HUMAN_PICK, *, whole: bool = False,
    ) -> None:
        """`whole`: the venue knows no leverage between whole numbers."""
        self._rng, self._rule, self._whole = rng, rule, whole
        self._human_pick = human_pick
        self._notional = _column([a.notional for a in archetypes])
        self._spread = _column([a.spread for a in archetypes])
        self._median = _column([a.leverage for a in archetypes])
        self._picks = np.cumsum(np.array([a.picks for a in archetypes]), axis=1)
        self._kept = _column([a.kept_h for a in archetypes])
        self._hedged = _column([a.hedged for a in archetypes])
        self._stops = _column([a.stops for a in archetypes])
        self._takes = _column([a.takes for a in archetypes])
        self._adds = _column([a.adds_margin for a in archetypes])
        self._lot = _column([c.lot for c in contracts])

    def draw(
        self, contract: Index, kind: Index, sign: Array, entry: Array, opened_ns: Index
    ) -> Opening:
        """Positions of traders of `kind` (`DAY`, `SWING`, `LARGE`) at these prices and times."""
        rng, count = self._rng, len(contract)
        notional = self._notional[kind] * np.exp(self._spread[kind] * rng.standard_normal(count))
        lots = np.maximum(np.rint(notional / (entry * self._lot[contract])), 1.0)
        base = lots * self._lot[contract]
        maintenance, _, cap = self._rule.held(contract, lots, base * entry)
        leverage = np.minimum(self._leverage(kind, notional), cap)
        usual_h = self._kept[kind] * (20.0 / (leverage + 5.0)) ** 0.3
        kept_h = usual_h * np.exp(KEPT_SPREAD * rng.standard_normal(count))
        margin = base * entry / leverage
        liquidation = self._rule.liquidation_price(contract, sign, base, entry, margin, maintenance)
        distance = np.where(np.isfinite(liquidation), np.abs(liquidation - entry), entry)
        draws = rng.random((6, count))
        away = never(sign)
        hedged = draws[0] < self._hedged[kind]
        liquidation = np.where(hedged, away, liquidation)
        stop = np.where(draws[1] < self._stops[kind], entry - sign * distance * (0.3 + 0.6 * draws[2]), away)
        take = np.where(draws[3] < self._takes[kind], entry + sign * distance * (0.4 + 2.0 * draws[4]), never(-sign))
        adds = draws[5] < self._adds[kind]
        topup = np.where(adds, entry - sign * distance * (0.5 + 0.4 * draws[4]), away)
        close_ns = opened_ns + np.maximum(kept_h * HOUR_NS, 1e9).astype(np.int64)
        return Opening(
            contract, sign, lots, entry, margin, leverage, maintenance, liquidation, stop, take,
            topup, margin * (0.3 + draws[2]), opened_ns, close_ns, hedged,
        )

    def _leverage(self, kind: Index, notional: Array) -> Array:
        """A human pick or any number; larger than usual for the kind means less of it."""
        rng, count = self._rng, len(kind)
        odds = rng.random(count)
        picked = PICKS[np.minimum((odds[:, None] > self._picks[kind]).sum(axis=1), len(PICKS) - 1)]
        usual = self._median[kind] * (notional / self._notional[kind]) ** -0.2
        free = usual * np.exp(0.55 * rng.standard_normal(count))
        chosen = np.where(rng.random(count) < self._human_pick, picked, free)
        leverage: Array = np.clip(chosen, MIN_LEVERAGE, MAX_LEVERAGE)
        return np.rint(leverage) if self._whole else leverage


def pick_sides(rng: np.random.Generator, long_share: Array) -> Array:
    """+1 for a long and −1 for a short, long with the given odds."""
    sides: Array = np.where(rng.random(len(long_share)) < long_share, 1.0, -1.0)
    return sides


def repeat_counts(counts: NDArray[np.int64]) -> tuple[Index, Index]:
    """Contract and archetype of each opening from counts per [contract, archetype]."""
    rows, kinds = np.nonzero(counts)
    each = counts[rows, kinds]
    return np.repeat(rows, each).astype(np.int64), np.repeat(kinds, each).astype(np.int64)
