"""Whose ladder a new instrument starts from, and ladders that an earlier run has learned, alive again."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from liqtui.engine.learner import KIN_EVENTS, Learner, resampled
from liqtui.events import Learned
from liqtui.liqmap.grid import Floats
from liqtui.liqmap.ladder import RUNGS

MOST_LEVERAGE = 1_000.0
"""No venue offers more; a file that says so is none of ours."""


class Relative(NamedTuple):
    """One of a venue's ladders, as another of its instruments sees it."""

    parent: bool
    """It is the perpetual of the same family."""
    symbol: str
    learner: Learner


def kin_of(known: Iterable[Relative]) -> Learner | None:
    """The perpetual of the family first, else the one with most events; one that has hardly seen any is none."""
    ranked = [
        (relative.parent, float(relative.learner.ladders.events.sum()), relative.symbol, relative.learner)
        for relative in known
    ]
    seen = [one for one in ranked if one[1] >= KIN_EVENTS]
    return max(seen, key=lambda one: one[:3])[3] if seen else None


def started(rungs: Floats, thinned: bool, kin: Learner | None) -> Learner:
    """A learner that has seen nothing yet, from its kin's ladder or from the prior."""
    shape = None if kin is None else resampled(kin.ladders.shares().mean, kin.rungs, rungs)
    return Learner(rungs, thinned=thinned, shape=shape)


def revived(saved: Learned, thinned: bool, kin: Learner | None = None) -> Learner | None:
    """What an earlier run has learned, alive; None where it is of another model, or cannot be a ladder at all."""
    rungs = np.array(saved.rungs)
    if len(rungs) != RUNGS or not (rungs[0] >= 1.0 and rungs[-1] <= MOST_LEVERAGE and (np.diff(rungs) > 0.0).all()):
        return None
    learner = started(rungs, thinned, kin)
    return learner if learner.restore(saved) else None
