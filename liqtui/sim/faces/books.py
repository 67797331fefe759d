"""The books of a market as a face publishes them: changes, numbered, and what was last shown."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from liqtui.sim.book import NOTHING, Change
from liqtui.sim.market import Market

Sides = tuple[Change, Change]
"""Bids and asks."""


class BookUpdate(NamedTuple):
    """A published change of a book, and the whole book after it."""

    number: int
    changes: Sides
    after: Sides
    seq: int
    before: int
    """The number of the update before; −1: there is none."""


class BookFeed:
    """Numbers the changes of every book. `shown` is the last update of each that has left."""

    def __init__(self, market: Market, first: Callable[[int], int], counted: Callable[[Sides], int]) -> None:
        """`first`: the number each book begins with. `counted`: how far a change moves it."""
        self._market, self._counted = market, counted
        self.seq = [first(c.number) for c in market.contracts]
        for book in market.books:
            book.bids.publish()
            book.asks.publish()
        self.shown = [
            BookUpdate(k, (NOTHING, NOTHING), (b.bids.snapshot(), b.asks.snapshot()), self.seq[k], -1)
            for k, b in enumerate(market.books)
        ]
        self._skipped: set[int] = set()

    def skip(self) -> None:
        """Leave the next update of every book out."""
        self._skipped = {c.number for c in self._market.contracts}

    def updates(self) -> Iterator[BookUpdate]:
        """What changed in each book that trades since the last call."""
        for book in self._market.books:
            number = book.contract.number
            if self._market.settled[number]:
                continue
            changes = book.bids.publish(), book.asks.publish()
            before = self.seq[number]
            self.seq[number] += self._counted(changes)
            after = book.bids.snapshot(), book.asks.snapshot()
            yield BookUpdate(number, changes, after, self.seq[number], before)

    def leave(self, update: BookUpdate) -> bool:
        """An update leaves; False if it is left out."""
        self.shown[update.number] = update
        if update.number in self._skipped:
            self._skipped.discard(update.number)
            return False
        return True
