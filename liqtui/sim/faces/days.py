"""The last 24 hours of each contract, as tickers tell them."""

from typing import NamedTuple

from liqtui.sim.bars import HIGH, LOW, OPEN, VOLUME, Period
from liqtui.sim.market import Market

HOUR = Period(3_600 * 10**9, 0)
RENEWED_STEPS = 100


class Day(NamedTuple):
    """Prices, and volume in lots."""

    opened: float
    high: float
    low: float
    lots: float


class Days:
    """The days of a market's contracts, renewed every ten seconds of steps."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._known: dict[int, Day] = {}
        self._steps = 0

    def step(self) -> None:
        """The market has moved on."""
        self._steps += 1
        if self._steps % RENEWED_STEPS == 0:
            self._known.clear()

    def of(self, number: int) -> Day:
        """The day of a contract."""
        if number not in self._known:
            _, hours, _ = self._market.bars.query(number, HOUR, mark=False)
            day = hours[:, -24:]
            self._known[number] = Day(
                float(day[OPEN, 0]), float(day[HIGH].max()), float(day[LOW].min()), float(day[VOLUME].sum())
            )
        return self._known[number]
