"""Who closes sooner: positions near their liquidation, and those opened with high leverage."""

from typing import NamedTuple

import numpy as np

from liqtui.liqmap.grid import Floats

SOONEST = 0.005
"""Distance (log price) added to every distance, so that the hazard at the mark itself stays finite."""
REACH = 0.1
"""Beyond this distance (log price) nobody is too near to his liquidation to wait."""
BRIEF_REACH = 0.3
"""Opened further than this from liquidation (log price; about 3×) nobody holds for a shorter time than the rest."""


class Closing(NamedTuple):
    """The closing hazard over the hazard common to all: 1 + what the distance to liquidation adds now (`near`) + what
    it added when the position was opened (`brief`).

    Either adds `a · (1/(d+δ) − 1/(R+δ))` for distances d up to its reach R, with δ = `SOONEST`, and nothing beyond.
    The hazard is never below 1: rows can only shrink by it, so what is drawn stays within the open interest, and the
    undrawn remainder closes as much less.
    """

    near: float = 0.0
    """Distance (log price) at which the hazard is about twice the common one; 0: the same everywhere."""
    brief: float = 0.0
    """The same by the distance at the opening: high leverage is held for a short time, whatever price does."""

    def excess(self, width: float) -> Floats:
        """Hazard beyond the common one, as a multiple of it, by bins from the mark: [reach]; empty if there is none."""
        if self.near <= 0.0:
            return np.empty(0)
        return _more(self.near, np.arange(0.5, int(REACH / width)) * width, REACH)

    def briefness(self, distances: Floats) -> Floats:
        """The same by the distance to liquidation at the opening (log price), in the shape given; empty if none."""
        if self.brief <= 0.0:
            return np.empty(0)
        return _more(self.brief, np.minimum(distances, BRIEF_REACH), BRIEF_REACH)


def _more(scale: float, away: Floats, reach: float) -> Floats:
    return np.asarray(scale * (1.0 / (away + SOONEST) - 1.0 / (reach + SOONEST)), dtype=np.float64)


UNIFORM = Closing()
"""Everybody closes at the same rate."""
CHOSEN = Closing(near=0.04, brief=0.05)
"""Chosen by the score on real half-hours and on simulated markets for tuning: hazard ×6 at 0.3 % from liquidation and
×2 at 2.9 %; besides, ×5.4 for what was opened at 100×, ×2 at 25× and ×1.3 at 10×."""
