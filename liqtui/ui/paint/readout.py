"""The cursor's line: what the map says at one price, in words."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liqtui.events import Side
from liqtui.ui import words
from liqtui.ui.colour import BOLD
from liqtui.ui.look import Line, Look
from liqtui.ui.paint.observed import observed_at
from liqtui.ui.paint.scale import Scale, rungs_shown
from liqtui.ui.paint.stack import shares_at
from liqtui.ui.state import PaneState
from liqtui.view import MapView, Snapshot, View

_HOUR = 3600 * 10**9
CARRY = 0.7
"""Share of a column's mass that the leverages named carry."""
LOOKS = 400
"""Snapshots known of a column's past, at most."""
STRIDE = 8


@dataclass(frozen=True, slots=True)
class Reading:
    """One column of the map."""

    price: float
    distance: float
    """From the mark, a fraction."""
    side: Side
    units: float
    usd: float
    share: float
    """Of the largest in view, 0–1."""
    leverages: tuple[float, float] | None
    seen_ns: int | None
    """Since when it has been at least half of what it is."""
    seen_longer: bool
    """History does not reach back to when it was less."""
    growth: float | None
    """Now over an hour ago − 1."""
    spread: float | None
    """Standard deviation over `units`; None where it is not known, or not of these leverages alone."""
    observed: tuple[float, float] | None
    """Of the same side seen there, in units and in quote; None where positions are not public."""
    venues: tuple[tuple[str, float], ...]
    """Of a sum: the shares of its venues in that side of all leverages, the largest first."""


def read(view: View, state: PaneState, scale: Scale, mark: float, full: float) -> Reading | None:
    """What stands in the cursor's column; None without cursor or map."""
    if state.cursor is None or view.map is None or not scale.holds(state.cursor):
        return None
    column = scale.column(state.cursor)
    here = Scale(scale.first + column, 1, scale.bins, scale.width)
    price = here.price(0.5)
    by_rung = _column(view.map, here, state)
    seen = observed_at(view, state, here)
    side = Side(int((by_rung.sum(axis=1) if by_rung.any() or seen is None else np.array(seen)).argmax()))
    units = float(by_rung[side].sum())
    past = Past(view.snapshots if view.health.past_whole else (), here, side)
    share = units / (scale.step * 100) / full if full > 0 else 0.0
    rungs = view.map.rungs[rungs_shown(state.leverage, view.map.rungs)]
    return Reading(
        price, price / mark - 1, side, units, view.instrument.quote_value(units, price), min(share, 1.0),
        _carried(by_rung[side], rungs), *past.stood(), past.growth(), _uncertain(view.map, here, state, side),
        None if seen is None else (seen[side], view.instrument.quote_value(seen[side], price)),
        shares_at(view, here, side),
    )


def readout(reading: Reading, usd: bool, digits: int, unit: str, now_ns: int, look: Look) -> list[tuple[int, Line]]:
    """The line's parts by importance."""
    long = reading.side is Side.LONG
    colour = look.long if long else look.short
    parts: list[tuple[int, Line]] = [
        (0, [("cursor ", look.muted, 0), (words.price(reading.price, digits), look.accent, BOLD)]),
        (0, [(words.percent(reading.distance), look.text, 0)]),
    ]
    seen = _seen(reading, usd, unit, look)
    if reading.units <= 0:
        return [*parts, (1, [("nothing estimated here", look.muted, 0)]), *seen]
    size = words.usd(reading.usd) if usd else f"{words.amount(reading.units)} {unit}"
    if usd and reading.spread is not None:
        size += f" ± {words.beside(reading.usd, reading.spread)}"
    parts += [
        (1, [("▼ L " if long else "▲ S ", colour, 0), (f"{reading.share * 100:.0f}", look.text, BOLD)]),
        (1, [("est. ", look.muted, 0), (size, look.text, 0)]),
    ]
    parts += seen
    if reading.leverages is not None:
        low, high = reading.leverages
        span = f"{low:.0f}×" if round(low) == round(high) else f"{low:.0f}–{high:.0f}×"
        parts.append((3 if reading.venues else 2, [(span, look.text, 0)]))
    parts += [
        (2 + min(at, 1), [(f"{venue} ", look.muted, 0), (f"{share * 100:.0f} %", look.text, 0)])
        for at, (venue, share) in enumerate(reading.venues)
    ]
    if reading.seen_ns is not None:
        since = words.age(now_ns - reading.seen_ns)
        old = f"first seen over {since} ago" if reading.seen_longer else f"first seen {since} ago"
        parts.append((3, [(old, look.muted, 0)]))
    if not usd and reading.spread is not None:
        parts.insert(4, (5, [(f"± {words.coarse(100 * reading.spread)} %", look.muted, 0)]))
    if reading.growth is not None:
        word = "grows" if reading.growth > 0.02 else "shrinks" if reading.growth < -0.02 else "steady"
        parts.append((4, [(f"{word} {words.percent(reading.growth, 0)}/h", look.muted, 0)]))
    return parts


def _seen(reading: Reading, usd: bool, unit: str, look: Look) -> list[tuple[int, Line]]:
    """What is observed beside what is estimated."""
    if reading.observed is None:
        return []
    units, quote = reading.observed
    size = words.usd(quote) if usd else words.amount(units)
    if not usd and reading.units <= 0:  # else it stands beside the estimate's
        size += f" {unit}"
    return [(1, [("seen ", look.muted, 0), (size, look.text, 0)])]


def _column(view: MapView, here: Scale, state: PaneState) -> NDArray[np.float64]:
    """Mass [side, rung] of one column, of the rungs shown."""
    rungs = rungs_shown(state.leverage, view.rungs)
    low = here.first * here.bins - view.first_bin
    cut = view.mass[:, rungs, max(low, 0) : max(low + here.bins, 0)]
    mass: NDArray[np.float64] = cut.sum(axis=2, dtype=np.float64)
    return mass


def _uncertain(view: MapView, here: Scale, state: PaneState, side: Side) -> float | None:
    """Relative standard deviation of a column's mass.

    What is not known (turnover, ladder) is not known of all bins alike: their deviations add up, they do not average
    out as chance would.
    """
    if view.spread is None or len(view.rungs[rungs_shown(state.leverage, view.rungs)]) < len(view.rungs):
        return None
    low = here.first * here.bins - view.first_bin
    column = slice(max(low, 0), max(low + here.bins, 0))
    mass = view.mass[side, :, column].sum(axis=0, dtype=np.float64)
    deviation = float(view.spread[side, column][mass > 0.0].sum(dtype=np.float64))  # the mark may have swept since
    return deviation / float(mass.sum()) if deviation > 0.0 else None


def _carried(by_rung: NDArray[np.float64], rungs: tuple[float, ...]) -> tuple[float, float] | None:
    """The lowest and highest rung of the middle 70 % of the mass."""
    total = by_rung.sum()
    if total <= 0 or not rungs:
        return None
    run = np.cumsum(by_rung) / total
    low = int(np.searchsorted(run, (1 - CARRY) / 2))
    high = min(int(np.searchsorted(run, (1 + CARRY) / 2)), len(rungs) - 1)
    return rungs[low], rungs[high]


class Past:
    """A column through time, newest first. Looked at only where it must be: a look costs microseconds, and there are
    hundreds for every key."""

    def __init__(self, snapshots: Sequence[Snapshot], here: Scale, side: Side) -> None:
        self._shots = snapshots[::-1][:: max(len(snapshots) // LOOKS, 1)]
        self._here, self._side = here, side

    def stood(self) -> tuple[int | None, bool]:
        """Since when it has had half of what it has, and whether that is as far as is known. Every `STRIDE`th snapshot
        is looked at, then those between the last two; it may have been less for a moment meanwhile."""
        half = self._at(0) / 2 if self._shots else 0.0
        if half <= 0:
            return None, False
        end = len(self._shots)
        less = next((at for at in range(STRIDE, end, STRIDE) if self._at(at) < half), end)
        last = (less - 1) // STRIDE * STRIDE
        less = next((at for at in range(last + 1, min(less, end - 1) + 1) if self._at(at) < half), end)
        return self._shots[less - 1].time_ns, less == end

    def growth(self) -> float | None:
        """Over an hour; None where it was not there yet, or nobody knows."""
        hour = next((at for at, shot in enumerate(self._shots) if shot.time_ns <= self._shots[0].time_ns - _HOUR), None)
        before = 0.0 if hour is None else self._at(hour)
        return self._at(0) / before - 1 if before else None

    def _at(self, at: int) -> float:
        return _held(self._shots[at], self._here, self._side)


def _held(shot: Snapshot, here: Scale, side: Side) -> float:
    """What a snapshot has in the column, in units. Reads its few bins only: hundreds are looked at for every key."""
    bins = shot.mass.shape[-1]
    low = (here.first * here.bins - shot.first_bin) / shot.stride
    high = low + here.bins / shot.stride
    low, high = min(max(low, 0.0), bins), min(max(high, 0.0), bins)
    first, end = int(low), math.ceil(high)
    if first >= end:
        return 0.0
    inside = shot.mass[side, :, first:end].sum(axis=0, dtype=np.float64)
    cut = inside[0] * (low - first) + inside[-1] * (end - high)
    return float(inside.sum() - cut) * shot.scale
