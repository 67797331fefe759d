"""Whom to ask next what it holds: addresses seen in trades, the largest and most recent first. No I/O, no clock."""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

MOST = 30_000
"""Addresses remembered; beyond that those least worth asking are forgotten, `EVICTED` at a time."""
EVICTED = 3_000
FADES_NS = 3_600 * 10**9
"""What was traded counts half after so long: who has not been asked by then is hardly worth it."""
STALE_NS = 1_800 * 10**9
"""After so long all that is held is worth asking for again; after half of it a quarter, for with the square of the age
everybody's turn comes, the large ones' sooner: where what may have changed unheard grows steadily, being asked as often
as the root of one's size is what leaves least of it. Sizes change by trades, which are heard; unheard, the liquidation
prices of cross positions do, and what is held of other contracts."""
OLDEST = 4.0
"""Times what is held, at most."""
AGAIN_NS = 20 * 10**9
"""Nobody is asked more often."""
QUIET_NS = 3_600 * 10**9
"""Who is flat and has not traded for so long is forgotten."""
LEAST_WORTH = 100.0
"""In quote; for less nobody is asked."""
LEAST_GAIN = 0.002
"""Of what an address trades, at least so much is taken to change its position: a market maker's trades say little, but
not nothing."""
STRANGERS = 0.02
"""What one more stranger counts in the mean of what strangers were found to hold."""
LONGEST_NAME = 128

_ROW = np.dtype([
    ("held", "f8"), ("traded", "f8"), ("gain", "f8"), ("traded_ns", "i8"), ("asked_ns", "i8"), ("pending", "?"),
])  # fmt: skip


class Kept(msgspec.Struct, array_like=True, frozen=True):
    """An address as it is written down for the next run."""

    address: str
    held: float
    traded: float
    gain: float
    traded_ns: int


class Addresses:
    """What is known of each address, and what asking it again is worth. Amounts in quote, times ns.

    Worth: `gain × traded since it was asked`, fading, `+ held × (age / STALE_NS)²`. `gain` is how much of what it
    traded changed what it holds, learned from its answers; of a new address it is 1, and it is taken to hold what
    others were found to hold when they were asked for the first time.
    """

    def __init__(self) -> None:
        self._row: dict[str, int] = {}
        self._name: list[str] = []
        self._rows = np.zeros(MOST, _ROW)
        self._heard: dict[str, tuple[float, int]] = {}
        """What was traded and when, not yet in the rows: most trades are of few addresses."""
        self._found = 0.0
        """What strangers were found to hold, on average."""

    def __len__(self) -> int:
        self._settle()
        return len(self._row)

    def traded(self, address: str, notional: float, time_ns: int) -> None:
        """It was a party of a trade."""
        before, then_ns = self._heard.get(address, (0.0, 0))
        self._heard[address] = before + notional, max(time_ns, then_ns)
        if len(self._heard) > EVICTED:
            self._settle()

    def pick(self, now_ns: int, count: int) -> list[str]:
        """Those best worth asking, the best first; none twice before it has answered or failed."""
        self._settle()
        rows = self._used
        age = np.maximum(now_ns - rows["asked_ns"], 0)
        aged = np.where(rows["asked_ns"] > 0, np.minimum((age / STALE_NS) ** 2, OLDEST), 1.0)
        worth = self._faded(now_ns) + rows["held"] * aged
        worth[rows["pending"] | (age < AGAIN_NS)] = 0.0
        best = np.argsort(-worth, kind="stable")[:count]
        chosen = best[worth[best] >= LEAST_WORTH]
        rows["pending"][chosen] = True
        return [self._name[row] for row in chosen.tolist()]

    def answered(self, address: str, held: float, now_ns: int) -> None:
        """Its answer came: it holds so much."""
        self._settle()
        row = self._row.get(address)
        if row is None:
            return
        known = self._rows[row]
        if known["asked_ns"] == 0 and known["held"] <= 0.0:
            self._found += STRANGERS * (held - self._found)
        if known["traded"] > 0.0:
            share = min(1.0, abs(held - known["held"]) / known["traded"])
            known["gain"] = max(LEAST_GAIN, 0.5 * (known["gain"] + share))
        known["held"], known["traded"] = held, 0.0
        known["asked_ns"], known["pending"] = now_ns, False

    def failed(self, address: str, now_ns: int) -> None:
        """No answer came; others go first for a while."""
        row = self._row.get(address)
        if row is not None:
            self._rows["asked_ns"][row], self._rows["pending"][row] = now_ns, False

    def tidy(self, now_ns: int) -> None:
        """Forget who is flat and quiet."""
        self._settle()
        rows = self._used
        flat = (rows["held"] <= 0.0) & (rows["traded"] <= 0.0) & ~rows["pending"]
        self._forget(np.flatnonzero(flat & (now_ns - rows["traded_ns"] > QUIET_NS)))

    # --- for the next run ---------------------------------------------------------------------------------------

    def kept(self, now_ns: int, most: int) -> list[Kept]:
        """The addresses best worth knowing, however lately they were asked."""
        self._settle()
        worth = self._rank(now_ns)
        best = np.argsort(-worth, kind="stable")[:most]
        return [self._as_kept(row) for row in best[worth[best] >= LEAST_WORTH].tolist()]

    def restore(self, kept: Sequence[Kept], now_ns: int) -> None:
        """What an earlier run knew, where nothing newer is known; nonsense is left out. What they held then is asked
        for anew, for nobody has told this run."""
        for one in kept[:MOST]:
            times = 0 <= one.traded_ns <= now_ns
            amounts = all(0.0 <= amount < 1e18 for amount in (one.held, one.traded, one.gain))
            name = one.address.isascii() and one.address.isalnum() and len(one.address) <= LONGEST_NAME
            if times and amounts and name and one.address not in self._row:
                gain = min(1.0, max(LEAST_GAIN, one.gain))
                row = self._add(one.address, now_ns)
                self._rows[row] = (one.held, one.traded, gain, one.traded_ns, 0, False)

    def _as_kept(self, row: int) -> Kept:
        held, traded, gain, traded_ns, *_ = self._rows[row].item()
        return Kept(self._name[row], held, traded, gain, traded_ns)

    # --- rows ---------------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Write down what was heard."""
        heard, self._heard = self._heard, {}
        for address, (notional, time_ns) in heard.items():
            row = self._row.get(address)
            if row is None:
                row = self._add(address, time_ns)
            known = self._rows[row]
            since = max(0, time_ns - int(known["traded_ns"]))
            known["traded"] = known["traded"] * 0.5 ** (since / FADES_NS) + notional
            known["traded_ns"] = max(time_ns, int(known["traded_ns"]))

    @property
    def _used(self) -> NDArray[np.void]:
        return self._rows[: len(self._name)]

    def _faded(self, now_ns: int) -> NDArray[np.float64]:
        """What was traded since each was asked, as far as it is taken to have changed what it holds; and what a
        stranger may hold."""
        rows = self._used
        since = np.maximum(now_ns - rows["traded_ns"], 0)
        stranger = (rows["asked_ns"] == 0) & (rows["held"] <= 0.0)
        told = rows["gain"] * rows["traded"] + np.where(stranger, self._found, 0.0)
        faded: NDArray[np.float64] = told * 0.5 ** (since / FADES_NS)
        return faded

    def _rank(self, now_ns: int) -> NDArray[np.float64]:
        """What each may hold."""
        rank: NDArray[np.float64] = self._used["held"] + self._faded(now_ns)
        return rank

    def _add(self, address: str, now_ns: int) -> int:
        if len(self._name) == MOST:
            self._forget(np.argsort(self._rank(now_ns), kind="stable")[:EVICTED])
        row = self._row[address] = len(self._name)
        self._name.append(address)
        self._rows[row] = (0.0, 0.0, 1.0, 0, 0, False)
        return row

    def _forget(self, rows: NDArray[np.int64]) -> None:
        if not len(rows):
            return
        stay = np.ones(len(self._name), np.bool_)
        stay[rows] = False
        left = np.flatnonzero(stay)
        self._rows[: len(left)] = self._rows[left]
        self._name = [self._name[row] for row in left.tolist()]
        self._row = {name: row for row, name in enumerate(self._name)}
