"""How much of one side was opened and closed between two reports of open interest.

With `V` the volume, `χ` the share of it that turns positions over, `ΔOI` the change of open interest and
`T = max(χV, |ΔOI|)`: opens = (T + ΔOI)/2, closes = (T − ΔOI)/2 on each side, liquidations included. An excess of
liquidations over closes is matched by as many more opens on that side.

Closing is a hazard common to everything open. Within an interval opens and closes run side by side, so the hazard acts
on what was opened in it as well; solved exactly, it leaves the share `old` of what was open before and the share
`fresh` of what was opened, both in 0…1 however large the turnover. Until a report comes ΔOI = 0 is provisional, and
the shares are worked out anew from the interval's sums; the report then only works them out a last time.
"""

import math
from dataclasses import dataclass


def survival(base: float, opened: float, closed: float) -> tuple[float, float]:
    """Shares that survive a unit of time in which `opened` comes evenly to `base` and `closed` goes evenly.

    With OI(t) = base + (opened − closed)·t every position's hazard is closed / OI(t), hence
    `old = exp(−closed·ℓ)` and `fresh = −OI(1)·expm1(−opened·ℓ) / opened`, where ℓ = ln(OI(1)/OI(0)) / (OI(1) − OI(0)).
    `base·old + opened·fresh = base + opened − closed`.
    """
    end = base + opened - closed
    if end <= 0.0:
        return 0.0, 0.0
    if base <= 1e-12 * opened + 1e-30:
        return 1.0, min(1.0, end / opened) if opened > 0.0 else 1.0
    growth = (end - base) / base
    ell = (math.log1p(growth) / growth if abs(growth) > 1e-9 else 1.0 - 0.5 * growth) / base
    fresh = -end * math.expm1(-opened * ell) / opened if opened > 0.0 else 1.0
    return math.exp(-closed * ell), min(1.0, fresh)


@dataclass(slots=True)
class Interval:
    """One side between two reports. Sizes in units, float64."""

    start: float = 0.0
    """Open interest at the report that began it."""
    turnover: float = 0.0
    """χV: the volume that turned positions over."""
    opened: float = 0.0
    """What the fresh rows were given: half the turnover (or, where nothing was traded, what a report asks for)."""
    swept_old: float = 0.0
    """Liquidated of what was open at the start: Σ w·e."""
    swept_fresh: float = 0.0
    """Liquidated of what was opened since, per unit of `alpha`."""
    alpha: float = 1.0
    """What `opened` must be multiplied with to be the opens."""
    old: float = 1.0
    """Share of the old stock that is left."""
    fresh: float = 1.0
    """Share of the openings that is left."""

    def balance(self, change: float) -> None:
        """Work out `alpha`, `old` and `fresh` for a change of open interest over the interval."""
        turnover = max(self.turnover, abs(change))
        opens, closes = 0.5 * (turnover + change), 0.5 * (turnover - change)
        self.alpha = opens / self.opened if self.opened > 0.0 else 1.0
        if self.swept_old + self.alpha * self.swept_fresh > closes and self.opened > 0.0:
            self.alpha = max(0.0, change + self.swept_old) / (self.opened - self.swept_fresh)
        base = max(0.0, self.start - self.swept_old)
        arrived = self.alpha * (self.opened - self.swept_fresh) if self.opened > 0.0 else 0.0
        end = self.start + change
        self.old, self.fresh = survival(base, arrived, max(0.0, base + arrived - end))

    def missing(self, change: float) -> float:
        """Opens a report asks for although nothing was traded: they are taken at the mark."""
        if self.opened > 0.0:
            return 0.0
        closes = max(0.0, -change)
        return max(0.0, change) + max(0.0, self.swept_old - closes)

    def begin(self, interest: float) -> None:
        """Start the next interval at a report."""
        self.start = interest
        self.turnover = self.opened = self.swept_old = self.swept_fresh = 0.0
        self.alpha = self.old = self.fresh = 1.0
