"""What a stock holds and how every unit of it is accounted for. What happens to it is in `stock`."""

import math
import struct
from collections.abc import Sequence

import numpy as np

from liqtui.events import Side
from liqtui.liqmap.books import NEVER, Books, Pending
from liqtui.liqmap.closing import Closing
from liqtui.liqmap.grid import Floats, bin_of
from liqtui.liqmap.ladder import LEAST_NEVER, RUNGS, Ladder, prior_weights
from liqtui.liqmap.profile import Profile, weigh
from liqtui.liqmap.rows import FRESH, OLD, Rows
from liqtui.liqmap.turnover import Interval

_LEAST_HAZARD = 1e-3
"""Common hazard that is gathered before those near their liquidation close by their excess of it: 0.1 % turnover."""
_LEAST_LEFT = 1e-9
_SCALE_DRIFT = 1e3
"""A lazy scale further from 1 than this is worked into the cells."""


class Ledger:
    """Rows, their lazy scales, the interval since the last report and the books: the state of a `Stock`."""

    def __init__(self, ladder: Ladder, price: float, weights: Floats | None, size: int, closing: Closing) -> None:
        self.ladder = ladder
        self.interest: float | None = None
        """Open interest at the last report, in units; None: the stock is relative."""
        self.seeded = False
        """The oldest stock was seeded over a volume profile."""
        self.overdrawn = 0
        """Times more was drawn than is open, and the stock was scaled down. Only new weights can cause it."""
        self._mark_bin = bin_of(price, ladder.width)
        self._rows = Rows(ladder, self._mark_bin - size // 2, size)
        self._scale = [1.0, 1.0]
        self._never = [0.0, 0.0]
        self._intervals = (Interval(), Interval())
        self._pending = Pending()
        self._books = Books()
        self._sooner = closing.excess(ladder.width)
        self._brief = closing.briefness(ladder.distances)
        self._hazard = [0.0, 0.0]
        self._weights = np.empty((2, RUNGS))
        self.weights = prior_weights(ladder.rungs) if weights is None else weights

    @property
    def relative(self) -> bool:
        """No open interest has been reported: the map's shape means something, its level does not."""
        return self.interest is None

    @property
    def weights(self) -> Floats:
        """[side, rung]: share of openings made at each rung. Setting [rung] sets both sides."""
        return self._weights

    @weights.setter
    def weights(self, shares: Floats) -> None:
        new = np.array(np.broadcast_to(shares, (2, RUNGS)), dtype=np.float64)
        if (new < 0.0).any() or (new.sum(axis=1) > 1.0 - LEAST_NEVER).any():
            raise ValueError(f"shares of a ladder are at least 0 and together at most {1.0 - LEAST_NEVER}")
        new.flags.writeable = False
        self._weights = new
        self._limit()

    def held(self) -> Floats:
        """[side, row]: what each unweighted row holds now; the last row is the one that is never liquidated."""
        out, totals = np.empty((2, RUNGS + 1)), self._rows.totals
        for s, interval in enumerate(self._intervals):
            old, fresh = self._scale[s] * interval.old, interval.alpha * interval.fresh
            out[s, :NEVER] = totals[s, OLD] * old + totals[s, FRESH] * fresh
            out[s, NEVER] = self._never[s] * interval.old + interval.opened * fresh
        return out

    def drawn(self) -> tuple[float, float]:
        """Per side: what the map draws, all bins."""
        each = (self.held()[:, :NEVER] * self._weights).sum(axis=1)
        return float(each[0]), float(each[1])

    def undrawn(self) -> tuple[float, float] | None:
        """Per side: open interest that is not drawn (never liquidated, or from before anything was seen)."""
        if self.interest is None:
            return None
        longs, shorts = self.drawn()
        return max(0.0, self.interest - longs), max(0.0, self.interest - shorts)

    def by_rung(self, first_bin: int, bins: int, share: float = 1.0) -> Profile:
        """The map by liquidation bin, `bins` of them from `first_bin` on, and what lies outside them; `share` of it."""
        weights = share * self._weights
        old = weights * np.array([[self._scale[s] * i.old] for s, i in enumerate(self._intervals)])
        fresh = weights * np.array([[i.alpha * i.fresh] for i in self._intervals])
        return weigh(self._rows, old, fresh, first_bin, bins)

    def books(self) -> Books:
        """The books as of now, the interval since the last report included at its provisional rates."""
        books = self._books.copy()
        self._book(books)
        return books

    def state_bytes(self) -> bytes:
        """All state in bytes: equal calls give equal bytes."""
        numbers: Sequence[float] = [
            *self._hazard, *self._scale, *self._never, float(self._rows.first), float(self._mark_bin),
            float(self.seeded), float(self.overdrawn), -1.0 if self.interest is None else self.interest,
            *(x for i in self._intervals for x in (i.start, i.turnover, i.opened, i.swept_old, i.swept_fresh,
                                                   i.alpha, i.old, i.fresh)),
        ]
        return struct.pack(f"<{len(numbers)}d", *numbers) + self._rows.bytes()

    def _place(self, first_bin: int, volumes: Floats) -> float:
        opened = float(volumes.sum())
        lost = self._rows.add(first_bin, volumes, opened)
        if lost > 0.0:
            self._pending.slid_fresh[:, :NEVER] += lost
        for interval in self._intervals:
            interval.opened += opened
        return opened

    def _sweep(self, side: Side, at_bin: int, swept: Floats) -> None:
        taken = self._rows.sweep(side, at_bin)
        if taken is None:
            return
        interval, pending = self._intervals[side], self._pending
        gross = taken[OLD] * self._scale[side]
        old, fresh = gross * interval.old, taken[FRESH] * interval.fresh
        pending.consumed_old[side, :NEVER] += old
        pending.consumed_fresh[side, :NEVER] += fresh
        pending.closed_old[side, :NEVER] += gross - old
        pending.closed_fresh[side, :NEVER] += taken[FRESH] - fresh
        interval.swept_old += float(old @ self._weights[side])
        interval.swept_fresh += float(fresh @ self._weights[side])
        swept[side] += old + fresh * interval.alpha

    def _follow(self, at_bin: int) -> None:
        """Remember where the mark is and keep it well inside the window."""
        self._mark_bin = at_bin
        size, margin = self._rows.size, self._rows.size // 6
        if self._rows.first + margin <= at_bin < self._rows.first + size - margin:
            return
        left = self._rows.slide(at_bin - size // 2)
        for s, interval in enumerate(self._intervals):
            gross = left[s, OLD] * self._scale[s]
            self._pending.slid_old[s, :NEVER] += gross * interval.old
            self._pending.closed_old[s, :NEVER] += gross * (1.0 - interval.old)
            self._pending.slid_fresh[s, :NEVER] += left[s, FRESH] * interval.fresh
            self._pending.closed_fresh[s, :NEVER] += left[s, FRESH] * (1.0 - interval.fresh)

    def _book(self, books: Books) -> None:
        """Enter the interval into `books` at the rates it has now."""
        pending, totals = self._pending, self._rows.totals
        for s, interval in enumerate(self._intervals):
            alpha, gone_old, gone_fresh = interval.alpha, 1.0 - interval.old, 1.0 - interval.fresh
            books.opened[s] += alpha * interval.opened
            books.consumed[s] += pending.consumed_old[s] + alpha * pending.consumed_fresh[s]
            books.slid[s] += pending.slid_old[s] + alpha * pending.slid_fresh[s]
            books.closed[s] += pending.closed_old[s] + alpha * pending.closed_fresh[s]
            books.closed[s, :NEVER] += gone_old * self._scale[s] * totals[s, OLD]
            books.closed[s, :NEVER] += alpha * gone_fresh * totals[s, FRESH]
            books.closed[s, NEVER] += gone_old * self._never[s] + alpha * gone_fresh * interval.opened

    def _merge(self) -> None:
        """Make the interval's rates final: book them, scale what was open, add what was opened."""
        self._book(self._books)
        self._pending = Pending()
        ratios, survived = np.empty(2), [interval.old for interval in self._intervals]
        for side, interval in zip(Side, self._intervals, strict=True):
            left = interval.alpha * interval.fresh
            self._never[side] = self._never[side] * interval.old + interval.opened * left
            scale = self._scale[side] * interval.old
            if not 1.0 / _SCALE_DRIFT < scale < _SCALE_DRIFT:
                self._rows.scale_old(side, scale)
                scale = 1.0
            self._scale[side] = scale
            ratios[side] = left / scale
            interval.begin(interval.start)
        self._rows.merge(ratios)
        self._close_sooner(survived)

    def _close_sooner(self, survived: Sequence[float]) -> None:
        """Some close beyond the common hazard, of which the share `survived` is left."""
        if not len(self._sooner) and not len(self._brief):
            return
        for side, left in zip(Side, survived, strict=True):
            self._hazard[side] -= math.log(max(left, _LEAST_LEFT))
            if self._hazard[side] >= _LEAST_HAZARD:
                if len(self._sooner):
                    taken = self._rows.thin(side, self._mark_bin, np.exp(-self._hazard[side] * self._sooner))
                    self._books.closed[side, :NEVER] += taken * self._scale[side]
                if len(self._brief):
                    taken = self._rows.keep(side, np.exp(-self._hazard[side] * self._brief[side]))
                    self._books.closed[side, :NEVER] += taken * self._scale[side]
                self._hazard[side] = 0.0

    def _fit(self, factors: Sequence[float]) -> None:
        """Multiply each side's stock, its books with it: it was the right shape at the wrong level."""
        self._books.scale_sides(factors)
        for side, factor in zip(Side, factors, strict=True):
            self._never[side] *= factor
            self._rows.scale_old(side, self._scale[side] * factor)
            self._scale[side] = 1.0

    def _limit(self) -> None:
        """No side may draw more than is open. With constant weights it never does; new ones may, and it is counted."""
        if self.interest is None:
            return
        for side, drawn in zip(Side, self.drawn(), strict=True):
            if drawn <= self.interest * (1.0 + 1e-6):
                continue
            self._merge()
            factor = self.interest / drawn
            self._books.closed[side] += self.held()[side] * (1.0 - factor)
            self._never[side] *= factor
            self._rows.scale_old(side, self._scale[side] * factor)
            self._scale[side] = 1.0
            self.overdrawn += 1
