"""Who closes sooner: positions near their liquidation are stopped out, reduced or given margin before the rest."""

from typing import NamedTuple

import numpy as np

from liqtui.liqmap.grid import Floats

SOONEST = 0.005
"""Distance (log price) added to every distance, so that the hazard at the mark itself stays finite."""
REACH = 0.1
"""Beyond this distance (log price) nobody closes sooner than the rest."""


class Closing(NamedTuple):
    """The closing hazard by distance to liquidation, over the hazard common to all: `1 + near · (1/(d+δ) − 1/(R+δ))`
    for distances d up to R = `REACH`, with δ = `SOONEST`; 1 beyond. Never below 1: rows can only shrink by it, so what
    is drawn stays within the open interest, and the undrawn remainder closes as much less.
    """

    near: float = 0.0
    """Distance (log price) at which the hazard is about twice the common one; 0: the same everywhere."""

    def excess(self, width: float) -> Floats:
        """Hazard beyond the common one, as a multiple of it, by bins from the mark: [reach]; empty if there is none."""
        if self.near <= 0.0:
            return np.empty(0)
        away = np.arange(0.5, int(REACH / width)) * width
        more: Floats = self.near * (1.0 / (away + SOONEST) - 1.0 / (REACH + SOONEST))
        return more


UNIFORM = Closing()
"""Everybody closes at the same rate."""
NEAR_FIRST = Closing(0.04)
"""Chosen by the score on real half-hours: hazard ×6 at 0.3 % from liquidation, ×2 at 2.9 %."""
