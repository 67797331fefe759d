"""A fixed number of equal time slots that forget by themselves: what is older than the ring is exactly gone."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class TimeRing:
    """Sums per time slot (a minute, an hour), the newest `slots` of them. Owned by one piece of market state.

    A slot's number is `time // slot_ns`. Time that runs ahead clears what it passes; what is older than the ring is
    not taken. `values` has the shape (slots, *shape).
    """

    def __init__(self, slots: int, slot_ns: int, *shape: int) -> None:
        self.slots, self.slot_ns = slots, slot_ns
        self.values: Floats = np.zeros((slots, *shape))
        self.newest: int | None = None

    def number(self, time_ns: int) -> int:
        return time_ns // self.slot_ns

    def advance(self, time_ns: int) -> None:
        """Make the slot of `time_ns` the newest, if it is not yet; slots passed over are empty."""
        number = self.number(time_ns)
        if self.newest is None:
            self.newest = number
        elif number > self.newest:
            passed = min(number - self.newest, self.slots)
            self.values[(number - np.arange(passed)) % self.slots] = 0.0
            self.newest = number

    def slot(self, time_ns: int) -> Floats | None:
        """The sums of that time's slot, to be changed in place; None when it has left the ring."""
        self.advance(time_ns)
        number = self.number(time_ns)
        if self.newest is None or number <= self.newest - self.slots:
            return None
        row: Floats = self.values[number % self.slots]
        return row

    def add(self, times_ns: NDArray[np.int64], amounts: Floats) -> None:
        """Add scalars to their slots, in a ring of scalars; both arrays have one entry per event."""
        if not len(times_ns):
            return
        self.advance(int(times_ns.max()))
        numbers = times_ns // self.slot_ns
        kept = numbers > (self.newest or 0) - self.slots
        np.add.at(self.values, numbers[kept] % self.slots, amounts[kept])

    def last(self, count: int, now_ns: int) -> Floats:
        """The slot of `now_ns` and the `count - 1` before it, oldest first; a copy."""
        self.advance(now_ns)
        numbers = self.number(now_ns) - np.arange(count - 1, -1, -1)
        rows: Floats = self.values[numbers % self.slots]
        rows[(numbers > (self.newest or 0)) | (numbers <= (self.newest or 0) - self.slots)] = 0.0
        return rows
