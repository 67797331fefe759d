"""The score where single liquidations are known: steps of five minutes, every forecast frozen before its step.

A step sweeps the bins beyond the one the mark stood in when the maps were frozen, out to the bin of its extreme: below
for longs, above for shorts. Given that, a map says how much is liquidated (its mass there times a scale of its own,
learned from the steps before) and where in it (its mass by bin). A liquidation lies where the mark was at its exchange
time, never at its own price.
"""

import math
from collections import deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from liqtui.events import Side
from liqtui.liqmap.grid import WIDTH, Floats, bin_of, spread_evenly
from liqtui.liqmap.learning import Level
from liqtui.liqmap.score_maps import BASELINES, DAY_S, MODEL, PLACEBOS, WINDOW, BaselineMaps, FrozenMap, disguised

NAMES = (MODEL, *BASELINES, *PLACEBOS)
STEP_S = 300.0
WARM_UP = 12
"""From the first so many steps levels are learned: how much is not judged in them, where is."""
TENTH = 0.1
LEAST_BINS = 10
"""Capture needs at least so many swept bins."""
UNIFORM_SHARE = 0.05
"""This share of every forecast's probability lies evenly over the swept bins, so that no surprise is infinite."""
_UNIFORM, _EXCURSION, _YESTERDAY = (NAMES.index(name) for name in ("uniform", "excursion", "yesterday"))


class Forced(NamedTuple):
    """A liquidation that happened, with the mark at its exchange time and the mark before that one."""

    side: Side
    usd: float
    before: float
    mark: float


class Frozen(NamedTuple):
    """All forecasts as they were before the step."""

    mark: float
    charts: Floats
    """[name, side, bin] in the `2 * WINDOW + 1` bins around the mark's."""
    exponent: int
    """Which of the excursion's."""


class StepScore(NamedTuple):
    """One step: what it is judged by, in the order of `NAMES`; of one that is not scored only time and reason."""

    time_ns: int
    """Its start."""
    reason: str
    """Why it is not scored; empty where it is."""
    levelled: bool = False
    """The forecasts of how much had steps to learn from."""
    liquidated: Floats = np.zeros(2)
    """[side] USD."""
    means: Floats = np.zeros((len(NAMES), 2))
    """[name, side] USD forecast, given the path."""
    events: Floats = np.zeros(2)
    """[side] liquidations reported."""
    placed: Floats = np.zeros(2)
    """[side] those of them in swept bins, where they can be judged; one spread over bins counts by its share."""
    logs: Floats = np.zeros((len(NAMES), 2))
    """[name, side] sum of their log probabilities over the swept bins, in nats."""
    wide: Floats = np.zeros(2)
    """[side] those of them in a step that swept at least `LEAST_BINS`."""
    seen: Floats = np.zeros(2)
    """[side] USD of those."""
    captured: Floats = np.zeros((len(NAMES), 2))
    """[name, side] USD of those in the densest tenth of the swept bins."""


class StepScorer:
    """Freezes maps and judges them, step after step, of one instrument. Deterministic."""

    def __init__(self) -> None:
        self._level = Level()
        self._learned = 0
        self._past: deque[tuple[float, FrozenMap]] = deque()

    def freeze(self, time_s: float, mark: float, model: FrozenMap, baselines: BaselineMaps) -> Frozen:
        """The forecasts of the step that begins now.

        Args:
            time_s: now, on any clock.
            mark: the mark now.
            model: the product's map, USD.
            baselines: as they are now.
        """
        at = bin_of(mark)
        while len(self._past) > 1 and self._past[1][0] <= time_s - DAY_S:
            self._past.popleft()
        yesterday = self._past[0][1] if self._past else model
        self._past.append((time_s, FrozenMap(model.first_bin, model.mass.astype(np.float32))))
        maps = {MODEL: model, **baselines.frozen(mark), **disguised(model, yesterday, at)}
        return Frozen(mark, np.stack([maps[name].around(at) for name in NAMES]), baselines.excursion.best)

    def judge(
        self, frozen: Frozen, time_ns: int, low: float, high: float, forced: Iterable[Forced], baselines: BaselineMaps
    ) -> StepScore:
        """Judge a step that is over, then learn levels from it.

        Args:
            frozen: what was forecast.
            time_ns: its start.
            low: lowest mark in it.
            high: highest mark in it.
            forced: what was liquidated, in any order.
            baselines: whose excursion and yesterday learn, too.
        """
        low, high = min(low, frozen.mark), max(high, frozen.mark)
        away = np.log([frozen.mark / low, high / frozen.mark])
        at = bin_of(frozen.mark)
        counts = [min(at - bin_of(low), WINDOW), min(bin_of(high) - at, WINDOW)]
        charts = [beyond(frozen.charts, side, counts[side]) for side in Side]
        raw = np.stack([chart.sum(axis=1) for chart in charts], axis=1)
        raw[_UNIFORM] = raw[_EXCURSION] = away
        raw[_YESTERDAY] = frozen.charts[_YESTERDAY, [Side.LONG, Side.SHORT], [0, -1]] * away
        means = self._level.scale() * raw
        means[_EXCURSION] = baselines.excursion.forecast(away)[frozen.exponent]
        happened = sorted(forced)
        liquidated, events = np.zeros(2), np.zeros(2)
        for one in happened:
            liquidated[one.side] += one.usd
            events[one.side] += 1.0
        score = StepScore(time_ns, "", self._learned >= WARM_UP, liquidated, means, events)
        for side in Side:
            where = laid([one for one in happened if one.side is side], at, counts[side])
            score = _placed(score, side, charts[side], *where)
        self._level.learn(raw, liquidated, STEP_S)
        baselines.learn(away, liquidated, STEP_S)
        self._learned += 1
        return score


def beyond(charts: Floats, side: Side, count: int) -> Floats:
    """[name, n] of charts [name, side, bin]: the first `count` bins beyond the mark's, nearest first."""
    if side is Side.LONG:
        return charts[:, side, WINDOW - count : WINDOW][:, ::-1]
    return charts[:, side, WINDOW + 1 : WINDOW + 1 + count]


def laid(forced: Sequence[Forced], mark_bin: int, count: int) -> tuple[Floats, Floats]:
    """Liquidations of one side by swept bin, nearest the mark first: their number and their USD, both [n].

    Each lies in the bin of its mark; where the mark jumped there, evenly on the way it came. What lies outside the
    swept bins is left out.
    """
    numbers, dollars = np.zeros(count), np.zeros(count)
    for side, usd, before, mark in forced:
        end = math.log(mark) / WIDTH
        start = math.log(before) / WIDTH
        towards = end < start if side is Side.LONG else end > start
        first, shares = spread_evenly(start if towards else end, end, 1.0)
        for number, share in enumerate(shares.tolist(), first):
            n = mark_bin - 1 - number if side is Side.LONG else number - mark_bin - 1
            if 0 <= n < count:
                numbers[n] += share
                dollars[n] += share * usd
    return numbers, dollars


def densest_tenth(density: Floats) -> Floats:
    """[bin] how much of each bin belongs to the densest tenth of them; equally dense ones share what is left of it."""
    _, kind, counts = np.unique(-density, return_inverse=True, return_counts=True)
    room = TENTH * len(density) - (np.cumsum(counts) - counts)
    belonging: Floats = np.clip(room / counts, 0.0, 1.0)[kind]
    return belonging


def log_probabilities(densities: Floats) -> Floats:
    """[name, bin] the log of the chance that a liquidation lies in each bin, for maps [name, bin], in nats."""
    count = densities.shape[1]
    sums = densities.sum(axis=1, keepdims=True)
    even = np.full_like(densities, 1.0 / count)
    shares = np.where(sums > 0.0, densities / np.where(sums > 0.0, sums, 1.0), even)
    logs: Floats = np.log((1.0 - UNIFORM_SHARE) * shares + UNIFORM_SHARE * even)
    return logs


def _placed(score: StepScore, side: Side, charts: Floats, numbers: Floats, dollars: Floats) -> StepScore:
    """The step with what the liquidations of one side say of the maps [name, n] over the bins it swept."""
    if not numbers.any():
        return score
    placed, logs = score.placed.copy(), score.logs.copy()
    wide, seen, captured = score.wide.copy(), score.seen.copy(), score.captured.copy()
    placed[side] = numbers.sum()
    logs[:, side] = log_probabilities(charts) @ numbers
    if len(numbers) >= LEAST_BINS:
        wide[side], seen[side] = numbers.sum(), dollars.sum()
        captured[:, side] = [densest_tenth(chart) @ dollars for chart in charts]
    return score._replace(placed=placed, logs=logs, wide=wide, seen=seen, captured=captured)


class Table(NamedTuple):
    """Scored steps as columns, [step, ...] of what `StepScore` holds."""

    times_ns: NDArray[np.int64]
    levelled: NDArray[np.bool_]
    liquidated: Floats
    means: Floats
    events: Floats
    placed: Floats
    logs: Floats
    wide: Floats
    seen: Floats
    captured: Floats

    @classmethod
    def of(cls, steps: Iterable[StepScore]) -> "Table":
        """Those of the steps that are scored."""
        scored = [step for step in steps if not step.reason]
        shapes = (), (), (2,), (len(NAMES), 2), (2,), (2,), (len(NAMES), 2), (2,), (2,), (len(NAMES), 2)
        kinds = np.int64, np.bool_, *[np.float64] * 8
        picked = [[step[0], *step[2:]] for step in scored]
        columns = zip(*picked, strict=True) if picked else [()] * len(shapes)
        return cls(*(
            np.array(column, dtype=kind).reshape(len(scored), *shape)
            for column, kind, shape in zip(columns, kinds, shapes, strict=True)
        ))
