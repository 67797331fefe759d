"""The mark's way through time: a candle for each bucket of a frame."""

from bisect import bisect_left
from typing import NamedTuple

import numpy as np

from liqtui.ui.paint.scale import Floats
from liqtui.ui.paint.waterfall import Frame
from liqtui.view import Snapshot


class Candles(NamedTuple):
    """Prices [bucket], newest first; NaN where the mark is not known."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats


class Chart:
    """Makes the candles of a frame, and remembers those of the past. Owned by a body."""

    def __init__(self) -> None:
        self._past: tuple[tuple[Snapshot, ...], Frame, Floats] | None = None

    def candles(self, snapshots: tuple[Snapshot, ...], frame: Frame, now: tuple[int, float]) -> Candles:
        """`now`: the View's time and mark, which the running bucket ends at."""
        if self._past is None or self._past[0] is not snapshots or self._past[1] != frame:
            self._past = snapshots, frame, _ranges(snapshots, frame)
        high, low, close = self._past[2].copy()
        running = np.s_[: max(frame.index(now[0]), 0) + 1]
        high[running], low[running] = np.fmax(high[running], now[1]), np.fmin(low[running], now[1])
        close[running] = now[1]
        before = np.append(close[1:], np.nan)
        return Candles(np.where(np.isnan(before), close, before), np.fmax(high, before), np.fmin(low, before), close)


def _ranges(snapshots: tuple[Snapshot, ...], frame: Frame) -> Floats:
    """[high, low, close; bucket] of what the snapshots tell of the mark. A snapshot tells of all the time since the one
    before: where buckets are shorter than that, each has its range, and a close on the way between the two."""
    out = np.full((3, frame.steps), np.nan)
    high, low, close = out
    first = bisect_left(snapshots, frame.last - frame.steps + 1, key=lambda shot: (shot.time_ns - 1) // frame.step_ns)
    before: tuple[int, float] | None = None
    for shot in snapshots[max(first - 1, 0) :]:
        bucket = frame.index(shot.time_ns - 1)
        if bucket < 0:
            break
        since, closed = before or (bucket, shot.close)
        for passed in range(min(since - 1, frame.steps - 1), bucket - 1, -1):
            close[passed] = closed + (shot.close - closed) * (since - passed) / max(since - bucket, 1)
            high[passed], low[passed] = np.fmax(high[passed], shot.high), np.fmin(low[passed], shot.low)
        if bucket < frame.steps:
            high[bucket], low[bucket] = np.fmax(high[bucket], shot.high), np.fmin(low[bucket], shot.low)
            close[bucket] = shot.close
        before = bucket, shot.close
    return out
