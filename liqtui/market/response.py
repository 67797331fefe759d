"""How a market answers flow: what its mark keeps of a walk through the book, what of a book stands in a fast market.

Both are learned from what is public, with a prior and forgetting. `kept`: how far the mark has gone some seconds after
takers walked the book, against the walk itself, when the market was calm before (in a run, flow and price have a cause
in common). `stands`: when the price runs into a stretch of the book, the depth found there against what stood there
some seconds before.
"""

import math
from collections import deque
from typing import NamedTuple

import numpy as np

from liqtui.market.batch import Columns
from liqtui.market.book import Book, Levels

SECOND_NS = 10**9
ANSWER_NS = 4 * SECOND_NS
"""How long after a walk the mark is looked at: makers and the index have answered by then."""
CALM_NS, CALM = 2 * SECOND_NS, 3.0
"""A walk counts if the mark had moved less than so many sigmas in so long before it."""
KEPT, KEPT_SPREAD = 0.2, 0.07
"""Prior of `kept` and its standard deviation: the mid moves by half a walk, makers take some of it back, and the index
follows part of the rest."""
FRESH_NS = SECOND_NS // 2
"""A walk is measured on a book that changed no longer ago than this (on our clock)."""
MOST_SIGMAS = 5.0
"""A walk counts as one of at most so many sigmas of the mark's noise: no single order decides."""
UNUSUAL = 4.0
GAUSSIAN = math.sqrt(math.pi / 2.0)
"""Standard deviation over mean absolute size."""
NOISE = 1e-4
"""Until it is known: standard deviation of the mark's log over `ANSWER_NS`."""
BEFORE_NS = 12 * SECOND_NS
FAST = 0.002
"""A market is fast that has moved by so much (log price) within `BEFORE_NS`."""
FAR = 0.01
"""Makers take a moment to leave: what is found counts the more the further the price has come, fully from here on."""
STRETCH = 0.002
"""Depth is compared over so much log price beyond the touch."""
STANDS, STANDS_EVENTS = 0.5, 4.0
"""Prior of `stands` (a mean of logs), and how many full observations it is worth."""
WIDEST = math.log(0.05), math.log(2.0)
HALF_LIFE_S = 86_400.0


class _Walk(NamedTuple):
    time_ns: int
    mark: float
    walk: float


class _Seen(NamedTuple):
    time_ns: int
    """When the exchange published it."""
    mid: float
    bids: Levels
    asks: Levels


class Answer:
    """Learns `kept` and `stands` of one instrument. Owned by its pipeline, moved at its boundaries."""

    def __init__(self) -> None:
        self._walks: deque[_Walk] = deque()
        self._marks: deque[tuple[int, float]] = deque()
        self._books: deque[_Seen] = deque()
        self._sides: tuple[Levels, Levels] | None = None
        """The book takers meet; None while it is not fresh."""
        self._newest: tuple[Levels, Levels] | None = None
        self._changed_ns = 0
        self._with, self._squares, self._noise, self._moves = 0.0, 0.0, 0.0, 0.0
        self._log_stands, self._events = 0.0, 0.0
        self._at_ns: int | None = None

    @property
    def kept(self) -> float:
        """Share of a walk through the visible book that the mark keeps, 0.02…1."""
        sure, noise = KEPT_SPREAD**-2, self._variance
        return min(1.0, max(0.02, (KEPT * sure + self._with / noise) / (sure + self._squares / noise)))

    @property
    def stands(self) -> float:
        """Share of the visible depth still there when a running price reaches it."""
        mean = (math.log(STANDS) * STANDS_EVENTS + self._log_stands) / (STANDS_EVENTS + self._events)
        return math.exp(mean)

    def take(self, time_ns: int, mark: float, book: Book, trades: Columns) -> None:
        """One boundary: the mark and the (valid) book at it, and the trades since the last one."""
        self._forget(time_ns)
        mark = math.log(mark)
        if trades and self._sides is not None and self._marks and self._calm(time_ns):
            bids, asks = self._sides
            bought = float(trades.size[trades.buy].sum())
            sold = float(trades.size.sum()) - bought
            walk = walked(asks, bought) - walked(bids, sold)
            if walk != 0.0 and time_ns - self._marks[-1][0] <= FRESH_NS:
                self._walks.append(_Walk(time_ns, self._marks[-1][1], walk))
        self._marks.append((time_ns, mark))
        while self._marks[0][0] < time_ns - ANSWER_NS:
            self._marks.popleft()
        while self._walks and self._walks[0].time_ns <= time_ns - ANSWER_NS:
            over = self._walks.popleft()
            if over.time_ns > time_ns - ANSWER_NS - SECOND_NS:  # else the feed was silent when the answer came
                self._answered(over, mark)
        sides = book.levels() if book.valid else None
        if sides is not self._newest:
            self._newest, self._changed_ns = sides, time_ns
        self._sides = sides if time_ns - self._changed_ns <= FRESH_NS else None
        if sides is not None and (mid := book.mid) is not None:
            self._look(_Seen(book.time_ns, mid, *sides))

    @property
    def _variance(self) -> float:
        """Of the mark's answers, from their mean size; the prior is worth 100 of them."""
        return ((100.0 * NOISE + GAUSSIAN * self._noise) / (100.0 + self._moves)) ** 2

    def _forget(self, time_ns: int) -> None:
        if self._at_ns is not None:
            keep = 0.5 ** ((time_ns - self._at_ns) / SECOND_NS / HALF_LIFE_S)
            self._with *= keep
            self._squares *= keep
            self._noise *= keep
            self._moves *= keep
            self._log_stands *= keep
            self._events *= keep
        self._at_ns = time_ns

    def _calm(self, time_ns: int) -> bool:
        """The mark has hardly moved just now."""
        past = next(mark for at, mark in self._marks if at >= time_ns - CALM_NS or at == self._marks[-1][0])
        return abs(self._marks[-1][1] - past) <= CALM * math.sqrt(self._variance * CALM_NS / ANSWER_NS)

    def _answered(self, walk: _Walk, mark: float) -> None:
        """What came of a walk. An answer far beyond what is usual is a run that had begun: it says nothing."""
        noise, moved = math.sqrt(self._variance), mark - walk.mark
        if abs(moved) > UNUSUAL * noise + abs(walk.walk):
            return
        share = min(1.0, MOST_SIGMAS * noise / abs(walk.walk))
        self._with += share**2 * walk.walk * moved
        self._squares += (share * walk.walk) ** 2
        self._noise += abs(moved - self.kept * walk.walk)
        self._moves += 1.0

    def _look(self, seen: _Seen) -> None:
        """Once a second: does the price run, and what does it find?"""
        books = self._books
        if books and seen.time_ns - books[-1].time_ns < SECOND_NS:
            return
        while books and seen.time_ns - books[0].time_ns > BEFORE_NS:
            books.popleft()
        mids = [book.mid for book in books]
        books.append(seen)
        if not mids or min(mids) < seen.mid < max(mids):
            return
        before = books[mids.index(max(mids) if seen.mid <= min(mids) else min(mids))]
        if abs(math.log(seen.mid / before.mid)) < FAST:
            return
        down = seen.mid < before.mid
        found = _between(seen.bids if down else seen.asks, seen.mid, down)
        stood = _between(before.bids if down else before.asks, seen.mid, down)
        if found is not None and stood is not None and found > 0.0 < stood:
            weight = min(1.0, abs(math.log(seen.mid / before.mid)) / FAR)
            self._log_stands += weight * min(WIDEST[1], max(WIDEST[0], math.log(found / stood)))
            self._events += weight


def walked(side: Levels, size: float) -> float:
    """Log price from the touch to the level an order of `size` units ends in; to the last level if it is larger."""
    if size <= 0.0 or not len(side.price):
        return 0.0
    level = min(int(np.searchsorted(np.cumsum(side.size), size)), len(side.price) - 1)
    return abs(math.log(float(side.price[level]) / float(side.price[0])))


def _between(side: Levels, mid: float, down: bool) -> float | None:
    """Units resting within `STRETCH` beyond a price; None where the side is not seen so far."""
    if not len(side.price):
        return None
    distance = np.log(mid / side.price) if down else np.log(side.price / mid)
    if float(distance[-1]) < STRETCH:
        return None
    return float(side.size[(distance >= 0.0) & (distance <= STRETCH)].sum())
