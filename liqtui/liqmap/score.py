"""How right forecasts of liquidated dollars were: the measures, and how sure one can be of them.

A forecast μ [step, side] is frozen before its step and conditional on the path price took in it; y [step, side] is what
was liquidated, both in USD. Intervals are bootstraps over whole UTC days, because steps of a day resemble each other.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from liqtui.liqmap.grid import Floats

FLOOR_USD = 10_000.0
"""Forecasts below it count as it, the model's and the baselines' alike."""
LARGEST = 5
"""The second deviance leaves out this many steps, the largest."""
LEAST_EVENTS = 100
"""With fewer liquidations no accuracy is claimed."""
LEAST_DAYS = 5
"""With fewer day-blocks there are no intervals."""
DRAWS = 2000
COVER = 0.9
"""Probability of the bootstrap intervals."""
CASCADE = 2.0
"""A cascade day liquidates more than this many times the median day."""
SEED = 20
Range = tuple[float, float]


def poisson_deviance(y: ArrayLike, mu: ArrayLike) -> Floats:
    """`2·(y·ln(y/μ) − (y − μ))` with μ at least `FLOOR_USD`; y may be 0. Divided by Σ y it is deviance per dollar."""
    sizes = np.asarray(y, dtype=np.float64)
    means = np.maximum(np.asarray(mu, dtype=np.float64), FLOOR_USD)
    logs = np.log(np.where(sizes > 0.0, sizes, means) / means)
    return 2.0 * (sizes * logs - (sizes - means))


def ranks(values: Floats) -> Floats:
    """Ranks from 1, ties at the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - 0.5 * (counts - 1))[inverse], dtype=np.float64)


def spearman(a: Floats, b: Floats) -> float | None:
    """Spearman's rank correlation; None where one of them does not vary."""
    moments = _moments(ranks(a), ranks(b))
    rho = float(_correlation(moments.sum(axis=0)))
    return rho if np.isfinite(rho) else None


@dataclass(frozen=True)
class Measures:
    """The measures of one forecast on one side (or both) with their intervals; None: it cannot be had."""

    deviance: float | None
    """Per dollar."""
    deviance_without_top5: float | None
    spearman: float | None
    intervals: dict[str, Range | None]
    """By the name of the measure."""


class Paired(NamedTuple):
    """How much more deviance per dollar another forecast has than the model, on the same resampled days."""

    difference: float
    interval: Range | None

    @property
    def loses(self) -> bool:
        """It is worse than the model, and the interval says so."""
        return self.interval is not None and self.interval[0] > 0.0


class Days:
    """Which steps belong to which UTC day, and the days each bootstrap draw takes."""

    def __init__(self, times_ms: NDArray[np.int64]) -> None:
        self.labels, self.of_step = np.unique(times_ms // 86_400_000, return_inverse=True)
        count = len(self.labels)
        generator = np.random.default_rng(SEED)
        self._draws = generator.multinomial(count, np.full(count, 1.0 / count), DRAWS) if count else np.zeros((0, 0))

    def sums(self, values: Floats) -> Floats:
        """[day, ...] sums of step values [step, ...]."""
        out = np.zeros((len(self.labels), *values.shape[1:]))
        np.add.at(out, self.of_step, values)
        return out

    def of_draws(self, sums: Floats) -> Floats | None:
        """[draw, ...] sums over each draw's days; None with too few days."""
        if len(self.labels) < LEAST_DAYS:
            return None
        return np.tensordot(self._draws, sums, axes=(1, 0))

    def ratio(self, top: Floats, bottom: Floats) -> Range | None:
        """Interval of Σ top / Σ bottom [step]."""
        drawn = self.of_draws(self.sums(np.stack([top, bottom], axis=1)))
        return None if drawn is None else _range(drawn[:, 0], drawn[:, 1])

    def is_cascade(self, y: Floats) -> NDArray[np.bool_]:
        """[step] whether its day liquidated more than `CASCADE` times the median day."""
        totals = self.sums(y.sum(axis=1))
        return np.asarray((totals > CASCADE * np.median(totals))[self.of_step], dtype=np.bool_)


def measured(y: Floats, mu: Floats, days: Days) -> Measures:
    """The measures of a forecast μ [step] or [step, side]; with sides together there is no rank correlation."""
    one_side = y.ndim == 1
    lost, sizes = poisson_deviance(y, mu), y
    if not one_side:
        lost, sizes = lost.sum(axis=1), y.sum(axis=1)
    usual = np.ones(len(sizes), dtype=np.bool_)
    usual[np.argsort(-sizes, kind="stable")[:LARGEST]] = False
    rho, rho_interval = _rank_correlation(y, mu, days) if one_side else (None, None)
    return Measures(
        deviance=_ratio(lost.sum(), sizes.sum()),
        deviance_without_top5=_ratio(lost[usual].sum(), sizes[usual].sum()),
        spearman=rho,
        intervals={
            "deviance": days.ratio(lost, sizes),
            "deviance_without_top5": days.ratio(lost * usual, sizes * usual),
            "spearman": rho_interval,
        },
    )


def paired(y: Floats, model: Floats, other: Floats, days: Days) -> Paired:
    """Deviance per dollar of another forecast less the model's, both [step, side]."""
    more = (poisson_deviance(y, other) - poisson_deviance(y, model)).sum(axis=1)
    sizes = y.sum(axis=1)
    return Paired(float(more.sum() / sizes.sum()), days.ratio(more, sizes))


def _rank_correlation(y: Floats, mu: Floats, days: Days) -> tuple[float | None, Range | None]:
    """Spearman with its interval: days are resampled with the ranks they have among all steps."""
    moments = _moments(ranks(y), ranks(mu))
    drawn = days.of_draws(days.sums(moments))
    rho = float(_correlation(moments.sum(axis=0)))
    if not np.isfinite(rho):
        return None, None
    return rho, None if drawn is None else _quantiles(_correlation(drawn))


def _moments(a: Floats, b: Floats) -> Floats:
    """[step, 6] what a correlation is made of."""
    return np.stack([np.ones_like(a), a, b, a * a, b * b, a * b], axis=1)


def _correlation(sums: Floats) -> Floats:
    """Pearson's correlation from sums [..., 6]; NaN where there is none."""
    n, a, b, aa, bb, ab = np.moveaxis(sums, -1, 0)
    spread = (n * aa - a * a) * (n * bb - b * b)
    known = spread > 1e-9
    return np.where(known, (n * ab - a * b) / np.sqrt(np.where(known, spread, 1.0)), np.nan)


def _ratio(top: float, bottom: float) -> float | None:
    return float(top / bottom) if bottom > 0.0 else None


def _range(top: Floats, bottom: Floats) -> Range | None:
    known = bottom > 0.0
    return _quantiles(top[known] / bottom[known])


def _quantiles(values: Floats) -> Range | None:
    finite = values[np.isfinite(values)]
    if not len(finite):
        return None
    low, high = np.quantile(finite, [0.5 - 0.5 * COVER, 0.5 + 0.5 * COVER])
    return float(low), float(high)
