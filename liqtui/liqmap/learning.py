"""Learning the ladder from the liquidations that happen.

A step's liquidated size has mean `θ Σ w_r e_r`, with the swept exposure e of the unweighted rows and the share θ that
the feed shows. Each size is laid to the rungs by their responsibility `w_r e_r / Σ w e`; Gamma–Poisson with forgetting
gives

    w_r = (prior_r · k + Σ resp · size) / (k + θ Σ e_r),   k = strength · φ / level

where φ is a dispersion (Pearson, estimated online) that turns sizes into effective events, so that `strength` is worth
as many events and no interval depends on the unit. The prior is a level times a shape ∝ L^−p. Where exposures come of
an assumed turnover the level is learned, too, by the same rule with one rung. Nothing here knows prices or venues:
sizes and exposures only share a unit.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from liqtui.liqmap.grid import Floats
from liqtui.liqmap.ladder import LEAST_NEVER, PRIOR_EXPONENT, PRIOR_NEVER

HALF_LIFE_S = 7 * 86_400.0
"""What was learned counts half after a week."""


class Prior(NamedTuple):
    """A ladder to start from: openings ∝ L^−p, some of them at round leverages only."""

    exponent: float
    strength: float
    """Effective events per side it is worth (the prior level: one)."""
    odds: float = 1.0
    """What it counts before anything was seen, against the other members."""
    picked: float = 0.0
    """Share of the openings that is made at one of `PICKS`."""

    def shape(self, rungs: Floats) -> Floats:
        """[rung] shares of openings, together 1."""
        shares: Floats = rungs**-self.exponent
        shares *= (1.0 - self.picked) / shares.sum()
        logs = np.log(rungs)
        picks = PICKS[np.log(PICKS) <= logs[-1] + 0.5 * (logs[1] - logs[0])]
        round_ones = picks**-self.exponent
        nearest = np.searchsorted(0.5 * (logs[1:] + logs[:-1]), np.log(picks))
        np.add.at(shares, nearest, self.picked * round_ones / round_ones.sum())
        return shares


PICKS = np.array([3.0, 5.0, 10.0, 20.0, 25.0, 50.0, 75.0, 100.0, 125.0])
"""The leverages people pick."""
BAR_PRIORS = (Prior(1.5, 300.0), Prior(2.0, 300.0), Prior(2.5, 300.0), Prior(2.0, 10.0))
"""For bars. A ladder like the prior is best held firmly, one unlike it has to be able to leave: the likelihood
chooses."""
PRIORS = tuple(
    Prior(exponent, 20.0, odds, picked)
    for exponent, odds in ((0.0, 0.3), (0.5, 0.4), (1.0, 0.2), (1.75, 0.1)) for picked in (0.0, 0.3)
)
"""For a feed that shows where and when: minutes tell ladders apart that half-hours cannot."""
DOUBT = 2.0
"""Variances of intervals are multiplied by it: no member closes positions quite as people do. Chosen so that intervals
held the truth in simulated markets for tuning."""
KIN_TILT = 0.25
"""A ladder of the same venue is tilted by L^(−¼(p − 1.5)): it is better known than a prior."""
FAINT = 0.01
"""Where less is forecast than this share of the mean size of a step, the forecast is judged as if it were that much."""
COVER = 0.8
"""Probability of the intervals."""
_Z = 1.2815515655446004  # the normal distribution's 90 % quantile


class Interval(NamedTuple):
    """A mean with the interval that holds the truth with probability `COVER`."""

    mean: Floats
    low: Floats
    high: Floats


class Level:
    """One scale per side, learned online: `(Σ size + s·φ) / (Σ exposure + s·φ / prior)` with forgetting.

    Without a prior the sums alone decide, and before anything was seen the scale is 0: that is how every baseline and
    placebo of the score gets its own scale.
    """

    def __init__(self, prior: float | None = None, half_life_s: float = HALF_LIFE_S) -> None:
        self._prior = prior
        self._half_life_s = half_life_s
        self.sizes = np.zeros(2)
        self.exposures = np.zeros(2)

    def learn(self, exposures: Floats, sizes: Floats, seconds: float) -> None:
        """A step: exposures [..., side] (a leading axis learns as many scales at once) and sizes [side]."""
        keep = 0.5 ** (seconds / self._half_life_s)
        self.sizes = keep * self.sizes + sizes
        self.exposures = keep * self.exposures + exposures

    def scale(self, dispersion: Floats | None = None) -> Floats:
        """[..., side]; `dispersion` [side] is what one event of the prior weighs."""
        if self._prior is not None and dispersion is not None:
            return (self.sizes + dispersion) / (self.exposures + dispersion / self._prior)
        known = self.exposures > 0.0
        return np.where(known, self.sizes / np.where(known, self.exposures, 1.0), 0.0)


class Ladders:
    """An ensemble of learned ladders: one per turnover share χ and prior, weighted by predictive likelihood.

    The caller owns one stock per χ and brings their swept exposures [χ, side, rung]. A step is `forecast`, then `learn`
    with the same exposures; learning costs a few dozen small array operations whatever happened in the step. Steps
    between which nothing was learned may be learned as one: exposures add up, sizes too. Deterministic. `shares` is the
    estimate with its interval, `posterior` what each member has earned.
    """

    def __init__(
        self,
        rungs: Floats,
        churns: int = 1,
        *,
        priors: Sequence[Prior] = PRIORS,
        shape: Floats | None = None,
        level: float = 1.0 - PRIOR_NEVER,
        level_known: bool = True,
        bounded: bool = True,
        half_life_s: float = HALF_LIFE_S,
    ) -> None:
        """Begin at the priors.

        Args:
            rungs: [rung] effective leverages.
            churns: how many turnover shares χ.
            priors: of the ensemble.
            shape: [side, rung] a ladder to start from (its venue's): the members tilt it as they tilt the prior ladder.
            level: prior share of openings that can be liquidated at all.
            level_known: the feed shows all liquidations; if not, `shares` keeps the level at its prior.
            bounded: exposures come of real volume, so shares add up to less than 1; if not, they are multiples of an
                assumed turnover.
            half_life_s: of the forgetting.
        """
        shapes = np.array([
            np.broadcast_to(prior.shape(rungs), (2, len(rungs))) if shape is None
            else shape * rungs ** (-KIN_TILT * (prior.exponent + PRIOR_EXPONENT))
            for prior in priors
        ])
        self._shapes: Floats = shapes / shapes.sum(axis=2, keepdims=True)
        """[prior, side, rung], each adds up to 1."""
        self.level_known = level_known
        self._prior_level, self._bounded = level, bounded
        self._level = Level(level, half_life_s)
        self._half_life_s = half_life_s
        self._strength: Floats = np.array([prior.strength for prior in priors])[:, None, None]
        self._prior_odds: Floats = np.log([prior.odds for prior in priors])
        grid = (churns, len(self._shapes), 2, len(rungs))
        self._sizes: Floats = np.zeros(grid)
        self._swept: Floats = np.zeros((churns, 1, 2, len(rungs)))
        self._evidence: Floats = np.zeros(grid[:2])
        """[χ, prior] log predictive likelihood, forgotten like everything else."""
        self._level.exposures = np.zeros((*grid[:2], 2))
        self._misfit = np.zeros((2, 2))
        """[law, side] sums of Pearson's statistic, for variances ∝ mean and ∝ mean^1.5."""
        self._seen = np.zeros(2)
        """Steps and size per step and side, both with forgetting."""
        self._weights: Floats = np.broadcast_to(level * self._shapes, grid).copy()
        self._information: Floats = np.zeros((*grid, len(rungs)))
        """[χ, prior, side, rung, rung] Σ resp respᵀ · size: what several rungs share tells little about each."""
        self._known: Floats | None = None
        """Covariances of the log weights, once asked for."""

    @property
    def posterior(self) -> Floats:
        """[χ, prior] what each member counts; adds up to 1."""
        return _odds(self._evidence + self._prior_odds, (0, 1))

    @property
    def _prior_posterior(self) -> Floats:
        """[χ, prior] what each prior counts given χ; each row adds up to 1, also that of a χ that counts nothing."""
        return _odds(self._evidence + self._prior_odds, 1)

    @property
    def churn_weights(self) -> Floats:
        """[χ, side, rung] shares of openings each χ's stock is drawn with."""
        shares: Floats = np.einsum("cp,cpsr->csr", self._prior_posterior, self._weights)
        return shares

    @property
    def drawn_weights(self) -> Floats:
        """[χ, side, rung] the same at the prior level where the feed does not tell the level."""
        weights = self.churn_weights
        if self.level_known:
            return weights
        mean = np.einsum("c,csr->s", self.churn_posterior, weights)
        scaled: Floats = weights * (self._prior_level / np.where(mean > 0.0, mean, 1.0))[:, None]
        return scaled

    def relative_variances(self) -> Floats:
        """[χ, side, rung] variances of each χ's shares over their squares: not knowing the ladder, χ given."""
        means = self.churn_weights
        off = self._variances + (self._weights - means[:, None]) ** 2
        variances: Floats = np.einsum("cp,cpsr->csr", self._prior_posterior, off) / np.maximum(means, 1e-300) ** 2
        return variances

    @property
    def churn_posterior(self) -> Floats:
        """[χ] what each turnover share counts."""
        shares: Floats = self.posterior.sum(axis=1)
        return shares

    @property
    def dispersion(self) -> Floats:
        """[side] φ: the size of an effective event."""
        steps = max(self._seen[0], 1e-300)
        size: Floats = np.maximum(self._misfit[0] / steps, max(self._faint, 1e-300))
        return size

    def forecast(self, exposures: Floats) -> Interval:
        """Mean liquidated size [side] of a step with these swept exposures [χ, side, rung], and its spread over the
        members: the band of not knowing χ and the ladder, not of chance.
        """
        parts = self._weights * exposures[:, None]
        variances = np.einsum("cpsr,cpsrq,cpsq->cps", parts, self._covariances, parts)
        return self._mix(parts.sum(axis=3), variances)

    def shares(self) -> Interval:
        """[side, rung] shares of openings made at each rung."""
        estimate = self._mix(self._weights, self._variances)
        if self.level_known:
            return estimate
        total = estimate.mean.sum(axis=1, keepdims=True)
        factor = self._prior_level / np.where(total > 0.0, total, 1.0)
        return Interval(*(part * factor for part in estimate))

    def learn(self, exposures: Floats, sizes: Floats, seconds: float, shown: float = 1.0) -> None:
        """Learn from a step that is over.

        Args:
            exposures: [χ, side, rung] swept.
            sizes: [side] liquidated, as the feed shows it.
            seconds: length of the step, for the forgetting.
            shown: θ, the share of liquidations the feed shows.
        """
        keep = 0.5 ** (seconds / self._half_life_s)
        exposures = exposures * shown
        parts = self._weights * exposures[:, None]
        means = parts.sum(axis=3)
        self._judge(means, sizes, keep)
        responsible = parts / np.where(means > 0.0, means, 1.0)[..., None]
        self._sizes = keep * self._sizes + responsible * sizes[:, None]
        shared = responsible * np.sqrt(sizes)[:, None]
        self._information *= keep
        self._information += shared[..., None] * shared[..., None, :]
        self._swept = keep * self._swept + exposures[:, None]
        self._level.learn((self._shapes * exposures[:, None]).sum(axis=3), sizes, seconds)
        self._solve()

    @property
    def events(self) -> Floats:
        """[side] effective events learned from, with forgetting."""
        if self._faint <= 0.0:
            return np.zeros(2)
        return np.asarray(self._level.sizes / self.dispersion, dtype=np.float64)

    def state(self) -> Floats:
        """Everything learned, as one row of numbers: for a file."""
        return np.concatenate([part.ravel() for part in self._parts()])

    def restore(self, state: Floats) -> None:
        """Take up a `state` of the same rungs and members.

        Raises:
            ValueError: it is of another shape, or holds what cannot be.
        """
        parts = self._parts()
        if len(state) != sum(part.size for part in parts) or not np.isfinite(state).all():
            raise ValueError(f"a learned ladder of {len(state)} numbers is not one of these rungs")
        start = 0
        for part in parts:
            part[...] = state[start : start + part.size].reshape(part.shape)
            start += part.size
        if self._seen[0] > 0.0:
            self._solve()

    def _parts(self) -> list[Floats]:
        """The arrays that are learned, themselves."""
        level = self._level
        return [
            self._sizes, self._information, self._swept, self._evidence, self._misfit, self._seen,
            level.sizes, level.exposures,
        ]

    @property
    def _covariances(self) -> Floats:
        """[χ, prior, side, rung, rung] of the logs of the weights: Fisher's information and the prior's, inverted."""
        if self._known is None:
            information = self._information / np.maximum(self.dispersion, 1e-300)[:, None, None]
            rungs = np.arange(information.shape[-1])
            information[..., rungs, rungs] += self._strength * self._shapes
            self._known = np.asarray(np.linalg.inv(information), dtype=np.float64)
        return self._known

    @property
    def _variances(self) -> Floats:
        """[χ, prior, side, rung] of the weights."""
        variances: Floats = self._weights**2 * np.diagonal(self._covariances, axis1=-2, axis2=-1)
        return variances

    @property
    def _faint(self) -> float:
        return FAINT * float(self._seen[1]) / max(2.0 * float(self._seen[0]), 1e-300)

    def _mix(self, means: Floats, variances: Floats) -> Interval:
        """Mean and interval of a mixture of Gammas over [χ, prior], by its two moments."""
        posterior = self.posterior.reshape(self.posterior.shape + (1,) * (means.ndim - 2))
        mean = (posterior * means).sum(axis=(0, 1))
        variance = (posterior * (variances + (means - mean) ** 2)).sum(axis=(0, 1))
        return Interval(mean, *gamma_interval(mean, DOUBT * variance))

    def _judge(self, means: Floats, sizes: Floats, keep: float) -> None:
        """Give every member its likelihood of what happened, before it learns from it.

        Sizes scatter more than in proportion to their mean (cascades), so members are judged with a variance
        ∝ mean^1.5, whose deviance is 4(√y − √μ)²/√μ: one large step does not decide alone.
        """
        self._seen = keep * self._seen + np.array([1.0, sizes.sum()])
        if self._faint <= 0.0:
            return
        mixed = np.maximum(np.einsum("cp,cps->s", self.posterior, means), self._faint)
        off = (sizes - mixed) ** 2
        self._misfit = keep * self._misfit + np.array([2.0 * off / (mixed + sizes), off / mixed**1.5])
        scatter = self._misfit[1] / self._seen[0]
        floored = np.maximum(means, self._faint)
        deviance = 4.0 * (np.sqrt(sizes) - np.sqrt(floored)) ** 2 / np.sqrt(floored)
        self._evidence = keep * self._evidence - 0.5 * (deviance / np.where(scatter > 0.0, scatter, 1.0)).sum(axis=2)

    def _solve(self) -> None:
        if self._faint <= 0.0:
            return  # nothing was ever liquidated: there is no unit yet to count events in
        level = np.full(1, self._prior_level) if self._bounded else self._level.scale(self.dispersion)[..., None]
        held = self._strength * self.dispersion[:, None] / level
        self._weights = (level * self._shapes * held + self._sizes) / (held + self._swept)
        if self._bounded:
            self._weights *= fitting(self._weights)
        self._known = None


def _odds(logs: Floats, axes: int | tuple[int, int]) -> Floats:
    """Logs of odds as shares that add up to 1 over `axes`."""
    shares: Floats = np.exp(logs - logs.max(axis=axes, keepdims=True))
    shares /= shares.sum(axis=axes, keepdims=True)
    return shares


def fitting(weights: Floats) -> Floats:
    """[..., side, 1] what weights [..., side, rung] must be multiplied with to leave room for the never liquidated."""
    factors: Floats = np.minimum(1.0, (1.0 - LEAST_NEVER) * (1.0 - 1e-12) / weights.sum(axis=-1, keepdims=True))
    return factors


def gamma_interval(mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """The 10 % and 90 % quantiles of Gamma distributions by mean and variance (Wilson and Hilferty's cube)."""
    sure = (variance <= 0.0) | (mean <= 0.0)
    shape = np.where(sure, 1.0, mean**2 / np.where(sure, 1.0, variance))
    root = 1.0 / (3.0 * np.sqrt(shape))
    ends = [mean * np.maximum(0.0, 1.0 - root**2 + z * root) ** 3 for z in (-_Z, _Z)]
    return np.where(sure, mean, ends[0]), np.where(sure, mean, ends[1])
