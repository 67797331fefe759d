"""The order book of one instrument, rebuilt from a snapshot and what changed since."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from liqtui.events import BookDelta, Level
from liqtui.instruments import Instrument

MAX_LEVELS = 20_000
"""Levels a side may hold before it is tidied; an honest book of 400 levels stays far below."""
MAX_EARLY = 2_000
"""Changes kept while the snapshot they go on from is under way: minutes of them."""


class Depth(NamedTuple):
    """What rests within a distance of the mid, per side, in units and in quote."""

    bids: float
    asks: float
    bids_quote: float
    asks_quote: float


class Levels(NamedTuple):
    """One side as arrays, best price first; sizes in units."""

    price: NDArray[np.float64]
    size: NDArray[np.float64]


class Book:
    """Bids and asks by price. Applying is one dict assignment per level; all else is left to whoever reads.

    A level is kept as it came, deleted ones (size 0) included: they go when the book is read or grows long.
    A gapped or crossed book is not `valid`: it says nothing until the next snapshot.
    """

    def __init__(self, instrument: Instrument) -> None:
        self.valid = False
        self.time_ns = 0
        self._inverse = instrument.inverse
        self._bids: dict[float, Level] = {}
        self._asks: dict[float, Level] = {}
        self._unit = 1.0
        self._seq: int | None = None
        self._early: list[BookDelta] = []
        """Changes that came before the snapshot they follow, where the two come by different ways."""
        self._fresh = False
        """The snapshot is the last that was applied: a change may span its number."""
        self._read: tuple[Levels, Levels] | None = None

    def apply(self, delta: BookDelta) -> str | None:
        """Take a snapshot or a change; returns why the chain broke, once, or None.

        The chain holds when a change names the sequence number we have as its predecessor. That covers OKX's
        heartbeats (number unchanged, both sides empty) and resets (number goes down); frames without numbers are
        taken on trust. Changes of a book that is not valid are left out.

        Changes with a `first_seq` go on from a snapshot that comes by another way: those that came before it are
        kept for it, those that end before its number are in it, and the first one after it may span its number.
        """
        if delta.snapshot:
            return self._begin(delta)
        if delta.first_seq is not None and not self._joins(delta):
            return None
        if not self.valid:
            return None
        follows = delta.prev_seq is None or self._seq is None or delta.prev_seq == self._seq
        if not follows and not self._spans(delta):
            return self.invalidate(f"book sequence jumped: {delta.prev_seq} does not follow {self._seq}", delta)
        self._change(delta)
        if len(self._bids) > MAX_LEVELS or len(self._asks) > MAX_LEVELS:
            return self._tidy()
        return None

    def _begin(self, snapshot: BookDelta) -> str | None:
        """Start anew from a snapshot, and go on with what came before it."""
        early, self._early = self._early, []
        self._bids, self._asks, self._unit, self.valid = {}, {}, snapshot.unit, True
        self._change(snapshot)
        self._fresh = True
        for delta in early:
            broken = self.apply(delta)
            if broken is not None:
                return broken
        return None

    def _joins(self, delta: BookDelta) -> bool:
        """Whether a change that goes on from a snapshot of another way is for now: not too early, not in it."""
        if not self.valid:
            self._early.append(delta)
            del self._early[:-MAX_EARLY]
            return False
        return not (self._fresh and self._seq is not None and delta.seq is not None and delta.seq < self._seq)

    def _spans(self, delta: BookDelta) -> bool:
        """Whether the first change after a snapshot holds the snapshot's number, and so what follows it."""
        if not self._fresh or self._seq is None or delta.first_seq is None or delta.seq is None:
            return False
        return delta.first_seq <= self._seq <= delta.seq

    def _change(self, delta: BookDelta) -> None:
        self._seq, self.time_ns, self._read, self._fresh = delta.seq, delta.time_ns, None, False
        bids, asks = self._bids, self._asks
        for level in delta.bids:
            bids[level.price] = level
        for level in delta.asks:
            asks[level.price] = level

    def invalidate(self, reason: str, first: BookDelta | None = None) -> str:
        """Forget the book until the next snapshot; returns `reason`. `first`: the change to go on from there."""
        self.valid, self._seq, self._read = False, None, None
        self._early = [first] if first is not None and first.first_seq is not None else []
        self._bids, self._asks = {}, {}
        return reason

    def crossed(self) -> str | None:
        """Why the book cannot be true, where a bid reaches an ask; the book is then no longer valid."""
        bids, asks = self._levels()
        if len(bids.price) and len(asks.price) and bids.price[0] >= asks.price[0]:
            return self.invalidate(f"book crossed: bid {bids.price[0]:.12g} ≥ ask {asks.price[0]:.12g}")
        return None

    @property
    def best_bid(self) -> float | None:
        prices = self._levels()[0].price
        return float(prices[0]) if len(prices) else None

    @property
    def best_ask(self) -> float | None:
        prices = self._levels()[1].price
        return float(prices[0]) if len(prices) else None

    @property
    def mid(self) -> float | None:
        """Halfway between best bid and best ask; None while either is missing or the book is not valid."""
        bid, ask = self.best_bid, self.best_ask
        return None if bid is None or ask is None or bid >= ask else (bid + ask) / 2

    def reaches(self, percent: float) -> tuple[bool, bool]:
        """Whether bids and asks are seen as far as `percent` from the mid: venues send so many levels, not so far."""
        mid = self.mid
        if mid is None:
            return False, False
        bids, asks = self._levels()
        return bool(bids.price[-1] <= mid * (1 - percent / 100)), bool(asks.price[-1] >= mid * (1 + percent / 100))

    def depth_within(self, percent: float) -> Depth | None:
        """What rests within `percent` of the mid; None without a mid."""
        mid = self.mid
        if mid is None:
            return None
        bids, asks = self._levels()
        low, high = mid * (1 - percent / 100), mid * (1 + percent / 100)
        bought, sold = bids.price >= low, asks.price <= high
        return Depth(
            float(bids.size[bought].sum()), float(asks.size[sold].sum()),
            self._quote(bids, bought), self._quote(asks, sold),
        )

    def bins(self, width: float, first_bin: int, n: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Bids and asks, units per bin of log price (`floor(ln(price) / width)`), `n` bins from `first_bin` on."""
        bids, asks = (self._binned(side, width, first_bin, n) for side in self._levels())
        return bids, asks

    def levels(self) -> tuple[Levels, Levels]:
        """Bids and asks, best first."""
        return self._levels()

    def __len__(self) -> int:
        """Levels on both sides."""
        return sum(len(side.price) for side in self._levels())

    def _binned(self, side: Levels, width: float, first_bin: int, n: int) -> NDArray[np.float32]:
        column = np.floor(np.log(side.price) / width).astype(np.int64) - first_bin
        inside = (column >= 0) & (column < n)
        return np.bincount(column[inside], weights=side.size[inside], minlength=n).astype(np.float32)

    def _quote(self, side: Levels, chosen: NDArray[np.bool_]) -> float:
        size = side.size[chosen]
        return float(size.sum() if self._inverse else (size * side.price[chosen]).sum())

    def _levels(self) -> tuple[Levels, Levels]:
        """Both sides as arrays, made once per change however many read; deleted levels are dropped here."""
        if self._read is None:
            self._bids, self._asks = _alive(self._bids), _alive(self._asks)
            self._read = self._arrays(self._bids, -1), self._arrays(self._asks, 1)
        return self._read

    def _arrays(self, side: dict[float, Level], order: int) -> Levels:
        price = np.fromiter(side, np.float64, len(side))
        size = np.fromiter((level.size for level in side.values()), np.float64, len(side))
        best_first = np.argsort(order * price)
        return Levels(price[best_first], size[best_first] * self._unit)

    def _tidy(self) -> str | None:
        self._bids, self._asks = _alive(self._bids), _alive(self._asks)
        if len(self._bids) > MAX_LEVELS or len(self._asks) > MAX_LEVELS:
            return self.invalidate(f"book longer than {MAX_LEVELS:,} levels")
        return None


def _alive(side: dict[float, Level]) -> dict[float, Level]:
    return {price: level for price, level in side.items() if level.size > 0 < price}
