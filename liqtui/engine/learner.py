"""What one instrument's liquidations teach: minute by minute, once all reports of the minute are in."""

import base64
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from liqtui.events import Learned, Liquidation
from liqtui.liqmap.ensemble import CHURNS, Ensemble
from liqtui.liqmap.grid import Floats
from liqtui.liqmap.learning import Ladders
from liqtui.liqmap.thinning import Thinning
from liqtui.view import LadderView

MINUTE_NS = 60 * 10**9
KIN_EVENTS = 50.0
"""Effective events from which on a ladder is one that others may start from."""


class _Minute(NamedTuple):
    """A minute whose late reports are waited for."""

    end_ns: int
    exposures: Floats
    """[χ, side, rung]"""
    shown: float


class Learner:
    """Owns the ladders of one instrument; they outlive its stocks, which history may replace. Single-threaded."""

    def __init__(self, rungs: Floats, *, thinned: bool, shape: Floats | None = None) -> None:
        """`thinned`: the feed leaves liquidations out. `shape` [side, rung]: the ladder to start from."""
        self.rungs = rungs
        self.ladders = Ladders(rungs, len(CHURNS), shape=shape, level_known=not thinned)
        self.learned_ns: int | None = None
        """The end of the last minute that was learned from."""
        self._thinning = Thinning() if thinned else None
        self._reports: list[Liquidation] = []
        self._waiting: _Minute | None = None
        self._view: LadderView | None = None

    def liquidated(self, reports: Sequence[Liquidation]) -> None:
        """Reports, each once, in any order."""
        self._reports += reports

    def swept(self, time_ns: int, size: float) -> None:
        """So much was expected to be liquidated in a live step."""
        if self._thinning is not None and size > 0.0:
            self._thinning.forecast(time_ns // 10**9, size)

    def minute(self, end_ns: int, ensemble: Ensemble, fit: bool) -> None:
        """A minute ends; the one before it is learned from.

        Args:
            end_ns: the boundary, exchange and receive clock taken as one.
            ensemble: whose stocks were swept.
            fit: the minute was seen whole: marks, trades and liquidations.
        """
        exposures = ensemble.turn()
        shown = 1.0 if self._thinning is None else self._thinning.turn()
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self._learn(waiting)
            ensemble.weigh()
        if fit and exposures is not None:
            self._waiting = _Minute(end_ns, exposures, shown)
        else:
            self._reported(end_ns)

    def view(self) -> LadderView:
        """The ladder as it is known, with its intervals."""
        if self._view is None:
            self._view = self._look()
        return self._view

    def _look(self) -> LadderView:
        shares, posterior = self.ladders.shares(), self.ladders.churn_posterior
        for part in shares:
            part.flags.writeable = False
        return LadderView(
            leverage=tuple(self.rungs.tolist()), mean=shares.mean, low=shares.low, high=shares.high,
            identified=self.ladders.level_known, events=float(self.ladders.events.sum()),
            churn=tuple(zip(CHURNS, posterior.tolist(), strict=True)), learned_ns=self.learned_ns,
        )

    def saved(self, symbol: str) -> Learned:
        """What has been learned, to be taken up by the next run."""
        state = base64.b85encode(self.ladders.state().astype(np.float32).tobytes()).decode()
        return Learned(symbol, self.learned_ns or 0, self.rungs.tolist(), state)

    def restore(self, saved: Learned) -> bool:
        """Take up what an earlier run learned; False if it is of another ladder."""
        if len(saved.rungs) != len(self.rungs) or not np.allclose(saved.rungs, self.rungs, rtol=1e-6):
            return False
        try:
            state = np.frombuffer(base64.b85decode(saved.state), dtype=np.float32).astype(np.float64)
            self.ladders.restore(state)
        except ValueError:
            return False
        self.learned_ns, self._view = saved.time_ns, None
        return True

    def _learn(self, minute: _Minute) -> None:
        sizes = np.zeros(2)
        for report in self._reported(minute.end_ns):
            sizes[report.side] += report.size
            if self._thinning is not None:
                self._thinning.reported(report.size)
        since = minute.end_ns - (self.learned_ns or minute.end_ns - MINUTE_NS)
        self.ladders.learn(minute.exposures, sizes, max(since, MINUTE_NS) / 1e9, minute.shown)
        self.learned_ns = minute.end_ns
        self._view = None

    def _reported(self, until_ns: int) -> list[Liquidation]:
        """Take the reports of before a time, oldest first."""
        taken = sorted(
            (report for report in self._reports if report.time_ns < until_ns), key=lambda r: (r.time_ns, r.side, r.size)
        )
        self._reports = [report for report in self._reports if report.time_ns >= until_ns]
        return taken


def resampled(shares: Floats, rungs: Floats, wanted: Floats) -> Floats:
    """A ladder [side, rung] on other rungs, by log leverage."""
    return np.array([np.interp(np.log(wanted), np.log(rungs), side) for side in shares])
