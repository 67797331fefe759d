"""What addresses hold where positions are public: kept for a whole venue, read by each of its pipelines."""

from collections.abc import Callable

import numpy as np

from liqtui.engine.estimate import Path
from liqtui.events import Positions
from liqtui.instruments import Instrument
from liqtui.liqmap.agreement import agreement, counted_near
from liqtui.liqmap.grid import Floats, bin_of
from liqtui.liqmap.observed import Held, Observed, lay
from liqtui.liqmap.score_maps import FrozenMap
from liqtui.view import MapView

LIMIT_NS = 3_600 * 10**9
"""What was seen longer ago counts no more. The feeds ask for some 450 addresses a minute, so in an hour everyone who
holds anything to speak of has been asked several times: who was not is beyond reach, and liquidation prices of cross
positions have moved with whatever else the account holds."""
MOST = 50_000
"""Addresses kept, should a recording bring more."""


Sighted = Callable[[Instrument, Observed], None]
"""Told of what is observed of an instrument."""


class Accounts:
    """All addresses of a venue as they were last seen. Owned by the engine; also of contracts that nobody follows, so
    that one that is followed later begins with what is known."""

    def __init__(self) -> None:
        self._held: dict[str, Held] = {}
        self._seen: dict[str, tuple[int, tuple[str, ...]]] = {}
        """Address → when its answer came and the contracts it held something of, oldest first."""

    def __len__(self) -> int:
        return len(self._seen)

    def held(self, symbol: str) -> Held:
        """The open positions of a contract, which this keeps up to date."""
        return self._held.setdefault(symbol, Held())

    def take(self, event: Positions) -> None:
        """An answer replaces the one before."""
        before_ns, symbols = self._seen.get(event.address, (0, ()))
        if event.recv_ns < before_ns:
            return
        now = {position.symbol: position for position in event.positions}
        for symbol in symbols:
            if symbol not in now:
                self._held[symbol].drop(event.address)
        for symbol, position in now.items():
            self.held(symbol).put(event.address, position, event.recv_ns)
        self._seen.pop(event.address, None)
        self._seen[event.address] = event.recv_ns, tuple(now)
        if len(self._seen) > MOST:
            self._forget(next(iter(self._seen)))

    def age(self, now_ns: int) -> None:
        """Forget what was seen too long ago."""
        old = []
        for address, (seen_ns, _) in self._seen.items():
            if seen_ns >= now_ns - LIMIT_NS:
                break
            old.append(address)
        for address in old:
            self._forget(address)

    def _forget(self, address: str) -> None:
        for symbol in self._seen.pop(address)[1]:
            self._held[symbol].drop(address)


class Observing:
    """The observed map of one contract. Owned by its pipeline."""

    def __init__(self, accounts: Accounts, symbol: str) -> None:
        self._accounts, self._held = accounts, accounts.held(symbol)

    def step(self, path: Path) -> None:
        """The mark moved."""
        self._held.sweep(path.low, path.high)

    def minute(self, now_ns: int) -> None:
        """A minute is over."""
        self._accounts.age(now_ns)

    def read(
        self, now_ns: int, shown: MapView, distances: Floats, price: float, interest: float | None
    ) -> Observed | None:
        """The positions on the bins of `shown`; None before the first answer.

        Args:
            now_ns: what ages are counted to.
            shown: the estimated map.
            distances: [side, rung] log price from entry to liquidation, of its ladder.
            price: the mark.
            interest: open interest, if it is known.
        """
        if not len(self._accounts):
            return None
        columns = self._held.columns()
        bins = shown.mass.shape[2]
        laid = lay(columns, distances, shown.first_bin, bins, shown.width)
        share = None
        if interest is not None and interest > 0.0:
            share = min(1.0, laid.held[0] / interest), min(1.0, laid.held[1] / interest)
        here, agreed = bin_of(price, shown.width), None
        if len(columns.size):
            estimated, observed = (
                FrozenMap(shown.first_bin, mass.sum(axis=1, dtype=np.float64)).around(here)
                for mass in (shown.mass, laid.mass)
            )
            agreed = agreement(estimated, observed, counted_near(laid.bins, laid.sides, here), share)
        ages = now_ns - columns.seen_ns
        return Observed(
            first_bin=shown.first_bin, mass=laid.mass, outside=laid.outside, undrawn=laid.undrawn, held=laid.held,
            share=share, positions=len(columns.size), addresses=len(self._accounts),
            age_ns=int(np.median(ages)) if len(ages) else None, oldest_ns=int(ages.max()) if len(ages) else None,
            agreement=agreed,
        )
