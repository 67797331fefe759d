"""The figures of a sum through time."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from liqtui.engine.summing import Added, Sum
from liqtui.liqmap.grid import Floats
from liqtui.view import History, Series

MOST = 0.8
"""The past of a sum begins where contracts with so much of its open interest are known."""


class _Row:
    """One contract's share in a series of the sum."""

    def __init__(self, one: Added, series: Series) -> None:
        self.times, self.values = series.time_ns, series.value * one.per_unit
        self.interest, self.weight = one.interest, one.weight


def history_of(whole: Sum, reference: History | None, counted: Sequence[Added]) -> History | None:
    """Open interest and taker delta are added up, in base coin; the rest is the reference's.

    A contract of which less is known stands at its first open interest before that, and trades nothing. One that fades
    counts in all the past as much as now: that it is not heard is no change of what is open.
    """
    if reference is None or not counted:
        return None
    own = [one.view.history for one in counted]
    weights = [round(one.weight, 2) for one in counted]
    known = whole.history
    if known is not None and known[1] == weights and all(a is b for a, b in zip(known[0], own, strict=True)):
        return known[2]
    pairs = [(one, past) for one, past in zip(counted, own, strict=True) if past is not None]
    made = History(
        interest=_interest(counted, reference.interest),
        funding=reference.funding, ratio=reference.ratio, basis=reference.basis,
        delta=_delta([_Row(one, past.delta) for one, past in pairs], reference.delta),
    )
    whole.history = own, weights, made
    return made


def _interest(counted: Sequence[Added], of: Series) -> Series:
    rows = [_Row(one, one.view.history.interest) for one in counted if one.view.history is not None]
    rows = [row for row in rows if len(row.times)]
    times = _times(rows, of)
    # one of which nothing is known yet stands at what is open now: where it comes in, nothing has been opened
    total = np.full(len(times), sum(one.interest for one in counted) - sum(row.interest for row in rows))
    for row in rows:
        total += row.values[np.maximum(np.searchsorted(row.times, times, side="right") - 1, 0)] * row.weight
    return _frozen(times, total)


def _delta(rows: list[_Row], of: Series) -> Series:
    rows = [row for row in rows if len(row.times)]
    times = _times(rows, of)
    if len(times) < 2:
        return _frozen(times[:0], np.zeros(0))
    total: Floats = np.zeros(len(times))
    for row in rows:
        total += np.interp(times, row.times, np.cumsum(row.values), left=0.0)
    return _frozen(times[1:], np.diff(total))


def _times(rows: list[_Row], of: Series) -> NDArray[np.int64]:
    """The reference's times from where most of the sum is known."""
    needed, begun = MOST * sum(row.interest for row in rows), 0.0
    for row in sorted(rows, key=lambda row: int(row.times[0])):
        begun += row.interest
        if begun >= needed:
            begins = int(np.searchsorted(of.time_ns, row.times[0]))
            return of.time_ns[begins:]
    return of.time_ns[:0]


def _frozen(times: NDArray[np.int64], values: Floats) -> Series:
    values.flags.writeable = False
    return Series(times, values)
