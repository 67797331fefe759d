"""Whose ladder a new instrument starts from, and ladders that an earlier run has learned, alive again."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from liqtui.engine.learner import KIN_EVENTS, Learner, resampled
from liqtui.events import Learned
from liqtui.instruments import Catalogue, Instrument, Kind
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


class Taught(NamedTuple):
    """What has been learned of an instrument, for the next run."""

    instrument: Instrument
    events: float
    """Effective events it was learned from."""
    saved: Learned


def taught(learners: Iterable[tuple[Instrument, Learner]]) -> Iterator[Taught]:
    """Of each that has learned anything; each is put into words when it is asked for."""
    for instrument, learner in learners:
        if learner.learned_ns is not None:
            yield Taught(instrument, float(learner.ladders.events.sum()), learner.saved(instrument.symbol))


def kin_among(
    instrument: Instrument, catalogue: Catalogue, saved: Mapping[tuple[str, str], Learner],
    followed: Iterable[tuple[Instrument, Learner]],
) -> Learner | None:
    """Whose ladder a new instrument starts from: among those of its venue that are followed, and those (`saved`, by
    venue and symbol) that an earlier run has learned."""
    venue, family = instrument.venue, instrument.family
    known = {symbol: learner for (of, symbol), learner in saved.items() if of == venue}
    known |= {other.symbol: learner for other, learner in followed if other.venue == venue}
    known.pop(instrument.symbol, None)
    perpetuals = {other.symbol for other in catalogue if other.venue == venue and other.family == family
                  and other.kind is Kind.PERPETUAL}
    return kin_of(Relative(symbol in perpetuals, symbol, learner) for symbol, learner in known.items())


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
