"""Liquidation prices, exact, as each kind of contract defines them.

Symbols in all formulas: `E` entry price, `L` leverage, `m` maintenance rate of the tier, `f` liquidation fee where
the venue counts it, `cum` the tier's maintenance amount, `q` base quantity, `Q` USD face, `s` +1 long, −1 short.
Every function takes scalars or arrays that broadcast. A position that cannot be liquidated gets a price nobody
trades at: 0 for a long, infinity for a short. The mark price is what triggers, not the last price.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from liqtui.events import Side, Tier, Tiers, TierUnit
from liqtui.instruments import Instrument
from liqtui.liqmap.grid import Floats

ASSUMED_MAINTENANCE = 0.5
"""Where a contract's tiers are not known, its maintenance rate is taken to be this share of the initial margin at its
maximum leverage: 0.5 % at 100×. Hyperliquid's rule; the lowest tiers of other venues lie near it."""
ASSUMED_LEVERAGE = 100.0
"""Maximum leverage where the listing does not say."""
_SENSIBLE_RATE = 0.9
TIER_ROUNDS = 8
"""Rounds of looking the tier up at the liquidation price; a size near an edge may flip, then the safer tier stays."""


def linear(side: Side, entry: ArrayLike, leverage: ArrayLike, m: ArrayLike, cum_per_unit: ArrayLike = 0.0) -> Floats:
    """Linear contract (OKX with `m + f` and no cum; Binance USD-M and Bybit with `cum / q`).

    Long `(E(1−1/L) − cum/q) / (1−m)`, short `(E(1+1/L) + cum/q) / (1+m)`.
    """
    s = 1.0 if side is Side.LONG else -1.0
    inverse_leverage = 1.0 / np.asarray(leverage, dtype=np.float64)
    top = np.asarray(entry) * (1.0 - s * inverse_leverage) - s * np.asarray(cum_per_unit)
    return _or_never(side, top, 1.0 - s * np.asarray(m))


def inverse(side: Side, entry: ArrayLike, leverage: ArrayLike, m: ArrayLike, cum_per_face: ArrayLike = 0.0) -> Floats:
    """Inverse contract (OKX with `m + f` and no cum; Binance COIN-M and Bybit with cum in coin, `cum / Q`).

    Long `E(1+m) / (1 + 1/L + cum·E/Q)`, short `E(1−m) / (1 − 1/L − cum·E/Q)`.
    """
    s = 1.0 if side is Side.LONG else -1.0
    price = np.asarray(entry, dtype=np.float64)
    bottom = 1.0 + s / np.asarray(leverage, dtype=np.float64) + s * np.asarray(cum_per_face) * price
    return _or_never(side, price * (1.0 + s * np.asarray(m)), bottom)


def hyperliquid(side: Side, price: ArrayLike, available: ArrayLike, size: ArrayLike, max_leverage: ArrayLike) -> Floats:
    """Hyperliquid: `P − s · available / size / (1 − l·s)` with `l = 1 / (2 · max leverage of the tier)`.

    Args:
        side: which side the position is on.
        price: the price at which `available` is taken.
        available: equity less maintenance margin, in quote.
        size: position in base, positive.
        max_leverage: of the tier the position is in.
    """
    s = 1.0 if side is Side.LONG else -1.0
    rate = 0.5 / np.asarray(max_leverage, dtype=np.float64)
    away = np.asarray(available, dtype=np.float64) / np.asarray(size) / (1.0 - rate * s)
    return _or_never(side, np.asarray(price) - s * away, np.ones(()))


def _or_never(side: Side, top: Floats, bottom: Floats) -> Floats:
    never = 0.0 if side is Side.LONG else np.inf
    top, bottom = np.broadcast_arrays(np.asarray(top, dtype=np.float64), np.asarray(bottom, dtype=np.float64))
    real = (bottom > 0.0) & (top > 0.0)
    return np.where(real, top / np.where(bottom > 0.0, bottom, 1.0), never)


@dataclass(frozen=True)
class Schedule:
    """A maintenance schedule as arrays, lowest tier first; floors and caps in the venue's own unit."""

    floors: Floats
    rates: Floats
    amounts: Floats
    max_leverages: Floats

    @classmethod
    def of(cls, tiers: Sequence[Tier]) -> "Schedule":
        ordered = sorted(tiers, key=lambda tier: tier.floor)
        return cls(
            floors=np.array([tier.floor for tier in ordered]),
            rates=np.array([tier.maintenance for tier in ordered]),
            amounts=np.array([tier.amount for tier in ordered]),
            max_leverages=np.array([tier.max_leverage for tier in ordered]),
        )

    @classmethod
    def flat(cls, rate: float) -> "Schedule":
        """One tier for every size."""
        return cls(np.zeros(1), np.array([rate]), np.zeros(1), np.full(1, np.inf))

    def tier_of(self, size: ArrayLike) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        """Index of the tier a size falls in; beyond the last cap it stays the last tier."""
        found = np.searchsorted(self.floors, np.asarray(size, dtype=np.float64), side="right") - 1
        return np.clip(found, 0, len(self.floors) - 1).astype(np.int64)


@dataclass(frozen=True)
class MarginRule:
    """How positions of one contract are liquidated: its formula, its schedule and the unit the schedule counts in."""

    inverse: bool
    contract_size: float
    """Units per contract: base (linear) or USD face (inverse)."""
    schedule: Schedule
    unit: TierUnit
    fee: float
    """Liquidation fee counted beside the maintenance rate, a fraction; 0 where the venue does not."""
    reference_price: float
    """The price at which a position's notional is turned into units."""
    assumed: bool
    """The tiers are not known: a stated rate stands in ('assumed m')."""

    @classmethod
    def of(cls, instrument: Instrument, tiers: Tiers | None, fee: float, reference_price: float) -> "MarginRule":
        """The rule of an instrument; without usable tiers `ASSUMED_MAINTENANCE` stands in and it is `assumed`."""
        usable = [] if tiers is None else [t for t in tiers.tiers if 0.0 < t.maintenance + fee < _SENSIBLE_RATE]
        if usable:
            schedule = Schedule.of(usable)
        else:
            schedule = Schedule.flat(ASSUMED_MAINTENANCE / (instrument.max_leverage or ASSUMED_LEVERAGE))
        unit = TierUnit.CONTRACTS if tiers is None else tiers.unit
        return cls(instrument.inverse, instrument.contract_size, schedule, unit, fee, reference_price, not usable)

    def liquidation_price(self, side: Side, entry: ArrayLike, leverage: ArrayLike, units: ArrayLike) -> Floats:
        """Where positions of `units` (base; USD face if inverse) are liquidated; 0 (long) or inf (short): never."""
        entries, leverages, sizes = np.broadcast_arrays(
            np.asarray(entry, dtype=np.float64), np.asarray(leverage, dtype=np.float64), np.asarray(units, np.float64)
        )
        tier = self._tier(sizes, entries)
        price = self._price_in(tier, side, entries, leverages, sizes)
        if self.unit is TierUnit.CONTRACTS:
            return price
        for _ in range(TIER_ROUNDS):
            at = np.where((price > 0.0) & np.isfinite(price), price, entries)
            found = self._tier(sizes, at)
            if np.array_equal(found, tier):
                break
            tier = found
            price = self._price_in(tier, side, entries, leverages, sizes)
        return price

    def log_offsets(self, side: Side, leverages: Floats, notionals: Floats) -> tuple[Floats, Floats]:
        """How far from entry, in log price, positions are liquidated.

        Args:
            side: which side.
            leverages: [rungs].
            notionals: [sizes], in quote at the reference price.

        Returns:
            Offsets [rungs, sizes] (NaN: never), and which of them exist, as 1 or 0: the tier a position is opened in
            must allow its leverage.
        """
        price = self.reference_price
        units = notionals if self.inverse else notionals / price
        allowed = self.schedule.max_leverages[self._tier(units, np.full_like(units, price))]
        liquidated = self.liquidation_price(side, price, leverages[:, None], units[None, :])
        real = (liquidated > 0.0) & np.isfinite(liquidated)
        offsets = np.where(real, np.log(np.where(real, liquidated, 1.0) / price), np.nan)
        exists = (leverages[:, None] <= allowed[None, :] * (1.0 + 1e-9)) & real
        return offsets, exists.astype(np.float64)

    def _tier(self, units: Floats, price: Floats) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        if self.unit is TierUnit.CONTRACTS:
            return self.schedule.tier_of(units / self.contract_size)
        return self.schedule.tier_of(units / price if self.inverse else units * price)

    def _price_in(
        self, tier: "np.ndarray[tuple[int, ...], np.dtype[np.int64]]", side: Side, entry: Floats, leverage: Floats,
        units: Floats,
    ) -> Floats:
        formula = inverse if self.inverse else linear
        rate = self.schedule.rates[tier] + self.fee
        return formula(side, entry, leverage, rate, self.schedule.amounts[tier] / units)
