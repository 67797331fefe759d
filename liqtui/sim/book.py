"""The matching book of one contract: aggregated levels around a fair price that are eaten, refilled and withdrawn.

A side is kept outward from the touch. Its levels lie on an absolute grid of ticks, fine near the touch and coarser
further out, so 400 of them reach a few percent, and most of them stay where they are when the price moves.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from liqtui.sim.contracts import Contract

Ints = NDArray[np.int64]
Array = NDArray[np.float64]
LEVELS = 400
_ZONES = {
    ("BTC", 10): ((1, 40), (5, 60), (20, 80), (60, 100), (120, 120)),
    ("ETH", 100): ((1, 40), (3, 60), (10, 80), (30, 100), (60, 120)),
    ("1000PEPE", 10_000_000): ((1, 40), (2, 60), (5, 80), (12, 100), (22, 120)),
    ("BTC", 1): ((1, 80), (3, 80), (5, 80), (8, 80), (11, 80)),
    ("ETH", 10): ((1, 160), (2, 120), (5, 120)),
    ("1000PEPE", 1_000_000): ((1, 400),),
}
"""Step in ticks and number of levels, outward from the touch, by coin and ticks per quote: some 4 % in all."""
DEPTH_OF = {"BTC": 1.0, "ETH": 1.0, "1000PEPE": 0.1}
DEPTH_QUOTE = 3_600_000.0
"""Quote value resting within 0.1 % of the touch, on one side of the BTC perpetual."""
DEPTH_SHARE = {"SWAP": 1.0, "FUTURES": 0.16}
TOUCH_SHARE = 0.015
REFILLED, COME_BACK = 0.05, 0.5
"""Shares of the levels whose size is thought over in 100 ms: of all, and of those that were eaten."""
LEAVE, RETURN = 0.1, 0.005
"""How much of the way makers go in 100 ms when the market is run, and when it no longer is."""
NOISE_POOL = 8_192
BOTTOMLESS = 1 << 40


class Fills(NamedTuple):
    """What one taker order got, level by level."""

    ticks: Ints
    lots: Ints


class Change(NamedTuple):
    """What changed on a side since it was last published: prices in ticks and sizes in lots, 0 for gone."""

    ticks: Ints
    lots: Ints


NOTHING = Change(np.zeros(0, np.int64), np.zeros(0, np.int64))


class BookSide:
    """Bids or asks. `keys` grow outward: ticks for asks, negative ticks for bids."""

    def __init__(
        self, contract: Contract, sign: int, price: float, rng: np.random.Generator, depth: float, steps: int
    ) -> None:
        self.sign = sign
        self._rng = rng
        self.pace(steps)
        zones = _ZONES[contract.base, contract.ticks_per_quote]
        self._zones = [(step, step * np.arange(count, dtype=np.int64)) for step, count in zones]
        self._noise = np.exp(0.7 * rng.standard_normal(NOISE_POOL + LEVELS) - 0.25)
        self._target = self._targets(contract, zones, price, depth)
        self.keys = np.zeros(0, np.int64)
        self.lots = np.zeros(0, np.int64)
        self.published_keys, self.published_lots = self.keys, self.lots

    def _targets(
        self, contract: Contract, zones: tuple[tuple[int, int], ...], price: float, depth: float
    ) -> Array:
        """Ordinary size of each level by its distance and its share of the grid, in lots."""
        steps = np.repeat([s for s, _ in zones], [n for _, n in zones]).astype(np.float64)
        distance = (np.cumsum(steps) - steps) / (price * contract.ticks_per_quote)
        total = DEPTH_QUOTE * DEPTH_SHARE[contract.kind] * DEPTH_OF[contract.base] * depth / (price * contract.lot)
        per_tick = total / (0.001 * price * contract.ticks_per_quote)
        sizes = per_tick * steps * (0.6 + (distance / 0.001) ** 0.35)
        sizes[:3] += TOUCH_SHARE * total * np.array([1.0, 0.6, 0.3])
        return sizes

    def place(self, best: int, presence: float) -> None:
        """Move the touch to `best` (ticks). Levels that stay on the grid keep their size, new ones are filled."""
        keys = self._grid(best * self.sign)
        lots = self._fresh(presence)
        if len(self.keys):
            at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
            kept = self.keys[at] == keys
            lots[kept] = self.lots[at[kept]]
        self.keys, self.lots = keys, lots

    def refill(self, presence: float) -> None:
        """Some makers think again: sizes are renewed, eaten levels come back."""
        again = self._rng.random(LEVELS) < np.where(self.lots == 0, self._back, self._renewed)
        self.lots = np.where(again, self._fresh(presence), self.lots)

    def pace(self, steps: int) -> None:
        """From here on so many times 100 ms lie between two refills."""
        self._back, self._renewed = in_steps(COME_BACK, steps), in_steps(REFILLED, steps)

    def take(self, lots: int) -> Fills:
        """A taker eats `lots` from the touch outward; what the book does not hold is filled at its last level."""
        ahead = np.cumsum(self.lots)
        last = min(int(np.searchsorted(ahead, lots)), LEVELS - 1)
        eaten = self.lots[: last + 1].copy()
        eaten[last] += lots - ahead[last]
        self.lots[:last] = 0
        self.lots[last] = max(int(ahead[last]) - lots, 0)
        filled = eaten > 0
        return Fills(self.keys[: last + 1][filled] * self.sign, eaten[filled])

    def take_each(self, lots: Ints) -> Ints:
        """Many small takers one after the other; each is filled at the level it begins in. Prices in ticks."""
        if len(lots) == 0:
            return lots
        ahead = np.cumsum(self.lots)
        done = np.cumsum(lots)
        level = np.minimum(np.searchsorted(ahead, done - lots, side="right"), LEVELS - 1)
        last = min(int(np.searchsorted(ahead, done[-1])), LEVELS - 1)
        self.lots[:last] = 0
        self.lots[last] = max(int(ahead[last] - done[-1]), 0)
        ticks: Ints = self.keys[level] * self.sign
        return ticks

    @property
    def touch(self) -> int:
        """The best price with something on it, in ticks."""
        return int(self.keys[self._touch_at()]) * self.sign

    @property
    def touch_lots(self) -> int:
        return int(self.lots[self._touch_at()])

    def _touch_at(self) -> int:
        return 0 if self.lots[0] > 0 else int((self.lots > 0).argmax())

    def publish(self) -> Change:
        """What changed since the last call."""
        changed = difference(self.published_keys, self.published_lots, self.keys, self.lots, self.sign)
        self.published_keys, self.published_lots = self.keys, self.lots.copy()
        return changed

    def snapshot(self) -> Change:
        """All levels as last published."""
        there = self.published_lots > 0
        return Change(self.published_keys[there] * self.sign, self.published_lots[there])

    def _grid(self, best_key: int) -> Ints:
        parts = []
        start = best_key
        for step, offsets in self._zones:
            start = -(-start // step) * step
            parts.append(start + offsets)
            start = int(parts[-1][-1]) + 1
        return np.concatenate(parts)

    def _fresh(self, presence: float) -> Ints:
        begin = int(self._rng.integers(NOISE_POOL))
        sizes: Ints = (self._target * (presence * self._noise[begin : begin + LEVELS])).astype(np.int64) + 1
        return sizes


class FairSide(BookSide):
    """A side nobody watches: whatever comes is filled at the touch."""

    def place(self, best: int, presence: float) -> None:  # noqa: ARG002
        self.keys, self.lots = np.array([best * self.sign]), np.array([BOTTOMLESS])

    def refill(self, presence: float) -> None:
        pass

    def take(self, lots: int) -> Fills:
        return Fills(np.array([self.touch]), np.array([lots]))

    def take_each(self, lots: Ints) -> Ints:
        return np.full(len(lots), self.touch)


def difference(old_keys: Ints, old_lots: Ints, keys: Ints, lots: Ints, sign: int) -> Change:
    """What changed from one state of a side to another, outward; keys as `BookSide` has them."""
    if len(old_keys) == 0 or len(keys) == 0:
        before, gone = np.zeros(len(keys), np.int64), old_keys[old_lots > 0]
    else:
        at = np.minimum(np.searchsorted(old_keys, keys), len(old_keys) - 1)
        before = np.where(old_keys[at] == keys, old_lots[at], 0)
        at = np.minimum(np.searchsorted(keys, old_keys), len(keys) - 1)
        gone = old_keys[(keys[at] != old_keys) & (old_lots > 0)]
    changed = before != lots
    all_keys = np.concatenate([gone, keys[changed]])
    sizes = np.concatenate([np.zeros(len(gone), np.int64), lots[changed]])
    order = np.argsort(all_keys)
    return Change(all_keys[order] * sign, sizes[order])


def in_steps(share: float, steps: int) -> float:
    """A share per 100 ms as a share per so many of them."""
    return share if steps == 1 else 1.0 - (1.0 - share) ** steps


class Book:
    """Both sides of one contract and the fair price they are placed around, in ticks (a float)."""

    def __init__(
        self, contract: Contract, price: float, rng: np.random.Generator, *,
        depth: float = 1.0, steps: int = 1, watched: bool = True,
    ) -> None:
        """`depth`: of the ordinary book. `steps`: how many times 100 ms lie between two calls of `arrange`."""
        self.contract = contract
        self.fair = price * contract.ticks_per_quote
        self.presence = 1.0
        """How much of the ordinary depth makers show; they withdraw when the market runs."""
        side = BookSide if watched else FairSide
        self.bids = side(contract, -1, price, rng, depth, steps)
        self.asks = side(contract, 1, price, rng, depth, steps)
        self.pace(steps)
        self.arrange()

    def pace(self, steps: int) -> None:
        """From here on so many times 100 ms lie between two calls of `arrange`."""
        self._leave, self._return = in_steps(LEAVE, steps), in_steps(RETURN, steps)
        for side in (self.bids, self.asks):
            side.pace(steps)

    @property
    def mid(self) -> float:
        """Middle of the touch, in ticks."""
        return (self.bids.touch + self.asks.touch) / 2

    def attend(self, goal: float | None) -> None:
        """Makers withdraw toward `goal` while the market is run; they come back slowly (None)."""
        share, end = (self._return, 1.0) if goal is None else (self._leave, goal)
        self.presence += (end - self.presence) * share

    def arrange(self) -> None:
        """Place both sides around the fair price and let makers refill."""
        half = 0.5 + 1.5 * (1.0 - self.presence)
        bid = int(np.floor(self.fair - half))
        ask = max(int(np.ceil(self.fair + half)), bid + 1)
        for side, best in ((self.bids, bid), (self.asks, ask)):
            side.place(best, self.presence)
            side.refill(self.presence)
