"""The estimate: stocks of one history for several turnover shares χ, mixed by how well each forecast liquidations.

The middle stock moves with every live step. The others move together every half minute, with what was gathered: they
cost little, and between their steps what the mark sweeps is taken out of their last profile. Once a minute the ladders
learn from what each stock had swept and what was liquidated, and re-weight all stocks at once.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from liqtui.events import Side
from liqtui.liqmap.closing import CHOSEN
from liqtui.liqmap.grid import Floats, Singles, bin_of
from liqtui.liqmap.ladder import RUNGS, Ladder
from liqtui.liqmap.learning import Ladders, fitting
from liqtui.liqmap.profile import Profile
from liqtui.liqmap.stock import Stock

CHURNS = (0.1, 0.2, 0.35)
"""The turnover shares χ of the ensemble; the middle one is the stock that moves with every step."""
MIDDLE = 1
GATHER_S = 30.0
"""The other stocks move when this much time has been gathered."""

Build = Callable[[float, Floats], Stock]
"""Makes a stock of the instrument's history for a turnover share and weights [side, rung]."""


@dataclass(slots=True)
class _Gathered:
    """What the other stocks have not lived through yet."""

    low: float = np.inf
    high: float = 0.0
    mark: float = 0.0
    seconds: float = 0.0
    interest: float | None = None
    trades: list[tuple[Floats, Floats]] = field(default_factory=list)

    def traded(self) -> tuple[Floats, Floats]:
        """Prices and sizes [n] of all trades."""
        if not self.trades:
            return np.zeros(0), np.zeros(0)
        return np.concatenate([p for p, _ in self.trades]), np.concatenate([s for _, s in self.trades])


class Ensemble:
    """Everything open, as far as it is known. Single-threaded, owned by the engine; deterministic to the byte.

    Reads like a `Stock`: mass balance holds for each member, and so for their mixture.
    """

    def __init__(self, middle: Stock, ladders: Ladders, build: Build | None = None) -> None:
        """Begin with the middle stock.

        Args:
            middle: of the turnover share `CHURNS[MIDDLE]`, drawn with `shares_of(ladders)`.
            ladders: what has been learned; they go on learning from these stocks.
            build: makes the other stocks, now; None: they are added one by one (each costs a history).
        """
        self.middle, self.ladders = middle, ladders
        self._stocks: list[Stock | None] = [None] * len(CHURNS)
        self._stocks[MIDDLE] = middle
        self._counts: Floats | None = None
        """What `_shares` said, until something is learned or a stock is made."""
        self._others: Profile | None = None
        self._columns = np.zeros((2, 0))
        """[side, bin] what the others' profile held before anything was swept out of it."""
        self._edges = (0, 0)
        """The columns up to which it has been swept: longs from the first on, shorts before the second."""
        self._exposures = np.zeros((len(CHURNS), 2, RUNGS))
        """[χ, side, rung] swept since the last `turn`."""
        self.whole = build is not None
        """All stocks have been there since the last `turn`."""
        self._gathered = _Gathered()
        while build is not None and (place := self.missing) is not None:
            self.add(place, build(*self.wanted(place)))

    # --- like a stock -------------------------------------------------------------------------------------------

    @property
    def ladder(self) -> Ladder:
        return self.middle.ladder

    @property
    def interest(self) -> float | None:
        """Open interest at the last report, in units."""
        return self.middle.interest

    @property
    def relative(self) -> bool:
        return self.middle.relative

    @property
    def seeded(self) -> bool:
        return self.middle.seeded

    def by_rung(self, first_bin: int, bins: int) -> Profile:
        """The map by liquidation bin: the mean over the members."""
        shares = self._shares()
        if shares[MIDDLE] == 1.0:
            return self.middle.by_rung(first_bin, bins)
        others = self._others
        if others is None or others.first_bin != first_bin or others.mass.shape[2] != bins:
            others = self._others = self._mixed(first_bin, bins, shares)
        inside = self._sweep_others(others)
        mean = self.middle.by_rung(first_bin, bins, float(shares[MIDDLE]))
        mass = mean.mass
        mass.flags.writeable = True  # nobody else has it yet
        mass += others.mass
        mass.flags.writeable = False
        return Profile(
            first_bin, mass, (mean.outside[0] + others.outside[0], mean.outside[1] + others.outside[1]),
            (mean.inside[0] + inside[0], mean.inside[1] + inside[1]),
        )

    def undrawn(self, shown: Profile) -> tuple[float, float] | None:
        """Per side: open interest that a profile does not draw."""
        if self.interest is None:
            return None
        longs, shorts = (max(0.0, self.interest - shown.inside[s] - shown.outside[s]) for s in Side)
        return longs, shorts

    def state_bytes(self) -> bytes:
        """All state of all stocks in bytes."""
        return b"".join(stock.state_bytes() for stock in self._members()) + self._exposures.tobytes()

    def report(self, interest: float) -> None:
        """Open interest was reported outside any step."""
        for stock in self._members():
            stock.report(interest)

    def settle(self) -> None:
        """The contract has ended."""
        for stock in self._members():
            stock.settle()
        self._others = None
        self._gathered = _Gathered()

    def each(self, move: Callable[[Stock], None]) -> None:
        """Move every stock by something they all live through, a bar of history."""
        for stock in self._members():
            move(stock)
        self._others = None

    def step(
        self, low: float, high: float, mark: float, prices: Floats, sizes: Floats,
        *, interest: float | None = None, seconds: float = 0.25,
    ) -> float:
        """One live step; the arguments are those of `Stock.step`.

        Returns:
            What is expected to have been liquidated in it, both sides, in units.
        """
        swept = self.middle.step(low, high, mark, prices, sizes, interest=interest, seconds=seconds)
        self._exposures[MIDDLE] += swept
        gathered = self._gathered
        gathered.low, gathered.high, gathered.mark = min(gathered.low, low), max(gathered.high, high), mark
        gathered.seconds += seconds
        gathered.interest = interest if interest is not None else gathered.interest
        if len(prices):
            gathered.trades.append((prices, sizes))
        if gathered.seconds >= GATHER_S:
            self._catch_up()
        return float(np.vdot(self.middle.weights, swept))

    # --- learning -----------------------------------------------------------------------------------------------

    def turn(self) -> Floats | None:
        """A minute ends: what was swept in it, [χ, side, rung]; None while not all stocks are there."""
        whole, exposures = self.whole, self._exposures
        self._catch_up()
        self._exposures = np.zeros((len(CHURNS), 2, RUNGS))
        self.whole = None not in self._stocks
        return exposures if whole else None

    @property
    def missing(self) -> int | None:
        """The place of a stock that is not there."""
        return next((place for place, stock in enumerate(self._stocks) if stock is None), None)

    def wanted(self, place: int) -> tuple[float, Floats]:
        """Turnover share and weights of the stock of a place."""
        return CHURNS[place], shares_of(self.ladders)[place]

    def add(self, place: int, stock: Stock) -> None:
        """One that was missing has lived through the same history."""
        self._stocks[place] = stock
        stock.weights = shares_of(self.ladders)[place]
        self._others = self._counts = None

    def weigh(self) -> None:
        """Draw with what the ladders have learned."""
        for stock, weights in zip(self._stocks, shares_of(self.ladders), strict=True):
            if stock is not None:
                stock.weights = weights
        self._others = self._counts = None

    def spread(self, first_bin: int, bins: int) -> Singles:
        """[side, bin] standard deviation over the members and their ladders, in units: the uncertainty band."""
        shares, by_churn = self._shares(), self.ladders.relative_variances()
        means, squares = np.zeros((2, bins)), np.zeros((2, bins))
        for stock, share, relative in zip(self._stocks, shares.tolist(), by_churn, strict=True):
            if stock is not None and share > 0.0:
                mass = stock.by_rung(first_bin, bins).mass
                total = mass.sum(axis=1, dtype=np.float64)
                means += share * total
                squares += share * (total**2 + np.einsum("sr,srb->sb", relative, mass**2))
        return np.asarray(np.sqrt(np.maximum(0.0, squares - means**2)), dtype=np.float32)

    # --- how ----------------------------------------------------------------------------------------------------

    def _members(self) -> list[Stock]:
        return [stock for stock in self._stocks if stock is not None]

    def _shares(self) -> Floats:
        """[χ] what each stock counts; those that are not there count nothing."""
        if self._counts is not None:
            return self._counts
        there = np.array([stock is not None for stock in self._stocks], dtype=np.float64)
        shares: Floats = self.ladders.churn_posterior * there
        if not shares.any():  # one that is not there yet has earned everything
            shares[MIDDLE] = 1.0
        shares /= shares.sum()
        self._counts = shares
        return shares

    def _mixed(self, first_bin: int, bins: int, shares: Floats) -> Profile:
        """The other members together, each times what it counts, as of their last step."""
        mass: Singles = np.zeros((2, RUNGS, bins), dtype=np.float32)
        outside = np.zeros(2)
        for i, stock in enumerate(self._stocks):
            if stock is not None and i != MIDDLE:
                profile = stock.by_rung(first_bin, bins, float(shares[i]))
                mass += profile.mass
                outside += profile.outside
        self._columns, self._edges = mass.sum(axis=1, dtype=np.float64), (bins, 0)
        return Profile(first_bin, mass, (float(outside[0]), float(outside[1])), (0.0, 0.0))

    def _sweep_others(self, others: Profile) -> tuple[float, float]:
        """Nothing may lie on the wrong side of the mark while the other stocks have not moved. What is left, per side.

        It depends on where the mark has been, not on how often somebody looked.
        """
        low, high, width = self._gathered.low, self._gathered.high, self.ladder.width
        longs, shorts = self._edges
        if 0.0 < low <= high < np.inf:
            below, above = bin_of(low, width) - others.first_bin, bin_of(high, width) - others.first_bin + 1
            self._edges = min(longs, max(0, below)), max(shorts, min(above, others.mass.shape[2]))
            others.mass[0, :, self._edges[0] : longs] = 0.0
            others.mass[1, :, shorts : self._edges[1]] = 0.0
        longs, shorts = self._edges
        return float(self._columns[0, :longs].sum()), float(self._columns[1, shorts:].sum())

    def _catch_up(self) -> None:
        """Move the other stocks through what was gathered."""
        gathered, self._gathered = self._gathered, _Gathered()
        if gathered.seconds <= 0.0:
            return
        prices, sizes = gathered.traded()
        for i, stock in enumerate(self._stocks):
            if stock is not None and i != MIDDLE:
                self._exposures[i] += stock.step(
                    gathered.low, gathered.high, gathered.mark, prices, sizes,
                    interest=gathered.interest, seconds=gathered.seconds,
                )
        self._others = None


def new_stock(ladder: Ladder, price: float, churn: float, weights: Floats) -> Stock:
    """A stock that closes as the score chose."""
    return Stock(ladder, price, churn=churn, weights=weights, closing=CHOSEN)


def shares_of(ladders: Ladders) -> Floats:
    """[χ, side, rung] what each stock is drawn with; together never more than all that opens."""
    weights = ladders.drawn_weights
    fits: Floats = weights * fitting(weights)
    return fits
