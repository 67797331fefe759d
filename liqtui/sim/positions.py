"""The open positions of all isolated agents, as one table of columns."""

import enum
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from liqtui.sim.contracts import Contract
from liqtui.sim.margin import never
from liqtui.sim.rules import MarginRule

Array = NDArray[np.float64]
Index = NDArray[np.int64]
FOREVER_NS = 2**62


class Reason(enum.IntEnum):
    """Why a position ended."""

    CLOSED = 0
    TAKEN = 1
    STOPPED = 2
    LIQUIDATED = 3
    SETTLED = 4
    """The contract ended."""


class Opening(NamedTuple):
    """Positions about to be opened, one row each."""

    contract: Index
    sign: Array
    lots: Array
    entry: Array
    margin: Array
    leverage: Array
    maintenance: Array
    liquidation: Array
    stop: Array
    take: Array
    topup: Array
    """The price at which the agent adds `extra` margin, once."""
    extra: Array
    opened_ns: Index
    close_ns: Index
    hedged: NDArray[np.bool_]

    def pick(self, rows: NDArray[np.bool_] | Index) -> "Opening":
        """Some of the rows."""
        return Opening._make(column[rows] for column in self)


class Exits(NamedTuple):
    """Positions that ended, as they were."""

    contract: Index
    sign: Array
    lots: Array
    entry: Array
    margin: Array
    leverage: Array
    trigger: Array
    """The price that ended them; for a timed close, nan."""
    reason: Index
    holder: Index
    """Whose they were, as `crowd` counts holders."""

    def pick(self, rows: NDArray[np.bool_]) -> "Exits":
        return Exits._make(column[rows] for column in self)


_NONE, _NO_ROWS = np.zeros(0), np.zeros(0, np.int64)
NOBODY = Exits(_NO_ROWS, _NONE, _NONE, _NONE, _NONE, _NONE, _NONE, _NO_ROWS, _NO_ROWS)


class Positions:
    """The table. A free row has no lots and triggers that nothing reaches. Sizes are whole lots, held as floats."""

    def __init__(self, contracts: Sequence[Contract], capacity: int, rule: MarginRule) -> None:
        self.rule = rule
        self.lot = np.array([c.lot for c in contracts])
        self.contract = np.zeros(capacity, np.int64)
        self.sign, self.lots, self.entry = (np.zeros(capacity) for _ in range(3))
        self.margin, self.leverage, self.maintenance = (np.zeros(capacity) for _ in range(3))
        self.liquidation, self.stop, self.take = (np.zeros(capacity) for _ in range(3))
        self.topup, self.extra = np.zeros(capacity), np.zeros(capacity)
        self.down, self.up = np.full(capacity, -np.inf), np.full(capacity, np.inf)
        self.opened_ns = np.zeros(capacity, np.int64)
        self.close_ns = np.full(capacity, FOREVER_NS, np.int64)
        self.hedged = np.zeros(capacity, np.bool_)
        self._free = np.arange(capacity, dtype=np.int64)[::-1].copy()
        self._free_count = capacity
        self._top = 0

    @property
    def open_rows(self) -> Index:
        return np.flatnonzero(self.lots[: self._top] > 0)

    def base(self, rows: Index) -> Array:
        """Sizes in base coin."""
        size: Array = self.lots[rows] * self.lot[self.contract[rows]]
        return size

    def open(self, new: Opening) -> tuple[Opening, Index]:
        """Add positions; those beyond the table's capacity stay out. Returns what was added, and its rows."""
        count = min(len(new.lots), self._free_count)
        if count < len(new.lots):
            new = new.pick(np.arange(count))
        rows = self._free[self._free_count - count : self._free_count]
        self._free_count -= count
        self._top = max(self._top, int(rows.max(initial=-1)) + 1)
        for name, column in zip(Opening._fields, new, strict=True):
            getattr(self, name)[rows] = column
        self.revalue(rows)
        return new, rows

    def revalue(self, rows: Index) -> None:
        """Work out what ends these positions from the margin they hold now."""
        sign, topup = self.sign[rows], self.topup[rows]
        away = never(sign)
        liquidation = np.where(
            self.hedged[rows],
            away,
            self.rule.liquidation_price(
                self.contract[rows], sign, self.base(rows), self.entry[rows], self.margin[rows], self.maintenance[rows]
            ),
        )
        self.liquidation[rows] = liquidation
        adverse_down = np.maximum(np.maximum(liquidation, self.stop[rows]), topup)
        adverse_up = np.minimum(np.minimum(liquidation, self.stop[rows]), topup)
        self.down[rows] = np.where(sign > 0, adverse_down, self.take[rows])
        self.up[rows] = np.where(sign > 0, self.take[rows], adverse_up)

    def sweep(self, low: Array, high: Array, now_ns: int) -> Exits:
        """End what the marks between `low` and `high` (per contract) and the clock end."""
        used = slice(self._top)
        held = self.contract[used]
        hit = self.down[used] >= low[held]
        hit |= self.up[used] <= high[held]
        hit |= self.close_ns[used] <= now_ns
        rows = np.flatnonzero(hit)
        if len(rows):
            rows = self._add_margin(rows, low, high, now_ns)
        return self._end(rows, low, high) if len(rows) else NOBODY

    def settle(self, number: int) -> Exits:
        """The contract has ended: all its positions go, whatever they are worth."""
        rows = self.open_rows
        rows = rows[self.contract[rows] == number]
        exits = self._gone(rows, np.full(len(rows), np.nan), np.full(len(rows), Reason.SETTLED, np.int64))
        self._release(rows)
        return exits

    def freeze(self) -> None:
        """Whoever is open is never liquidated; stops, take-profits and timed closes stay."""
        rows = self.open_rows
        rows = rows[~self.hedged[rows]]
        self.hedged[rows] = True
        self.revalue(rows)

    def pay_funding(self, rates: Array, marks: Array) -> None:
        """Longs pay `rate`·notional out of their margin, shorts receive it; then every trigger moves."""
        rows = self.open_rows
        held = self.contract[rows]
        self.margin[rows] -= self.sign[rows] * self.base(rows) * marks[held] * rates[held]
        self.revalue(rows)

    def _add_margin(self, rows: Index, low: Array, high: Array, now_ns: int) -> Index:
        """Those who add margin in time do; what is left of `rows` ends. Adding happens on the way, before the rest."""
        adverse = self._adverse(rows, low, high)
        adds = adverse & (self.topup[rows] == np.where(self.sign[rows] > 0, self.down[rows], self.up[rows]))
        adding = rows[adds]
        if not len(adding):
            return rows
        self.margin[adding] += self.extra[adding]
        self.topup[adding] = never(self.sign[adding])
        self.revalue(adding)
        held = self.contract[rows]
        still = (self.down[rows] >= low[held]) | (self.up[rows] <= high[held]) | (self.close_ns[rows] <= now_ns)
        return rows[still]

    def _adverse(self, rows: Index, low: Array, high: Array) -> NDArray[np.bool_]:
        """Whether the losing side of each was reached."""
        held = self.contract[rows]
        return np.where(self.sign[rows] > 0, self.down[rows] >= low[held], self.up[rows] <= high[held])

    def _end(self, rows: Index, low: Array, high: Array) -> Exits:
        sign, held = self.sign[rows], self.contract[rows]
        adverse = self._adverse(rows, low, high)
        taken = ~adverse & np.where(sign > 0, self.up[rows] <= high[held], self.down[rows] >= low[held])
        losing = np.where(sign > 0, self.down[rows], self.up[rows])
        forced = adverse & (losing == self.liquidation[rows])
        reason = np.select([forced, adverse, taken], [Reason.LIQUIDATED, Reason.STOPPED, Reason.TAKEN], Reason.CLOSED)
        trigger = np.select([adverse, taken], [losing, self.take[rows]], np.nan)
        exits = self._gone(rows, trigger, reason.astype(np.int64))
        self._release(rows)
        return exits

    def _gone(self, rows: Index, trigger: Array, reason: Index) -> Exits:
        return Exits(
            self.contract[rows], self.sign[rows], self.lots[rows], self.entry[rows], self.margin[rows],
            self.leverage[rows], trigger, reason, rows,
        )

    def _release(self, rows: Index) -> None:
        self.lots[rows] = 0.0
        self.down[rows], self.up[rows], self.close_ns[rows] = -np.inf, np.inf, FOREVER_NS
        self._free[self._free_count : self._free_count + len(rows)] = rows
        self._free_count += len(rows)
