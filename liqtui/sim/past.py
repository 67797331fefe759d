"""Prices and volumes before the simulated exchange opens: hours, then five minutes, then minutes, up to the present.

Indices are random walks with regimes of volatility, the same for all venues; contracts add a slowly moving premium.
The walk ends at the underlyings' starting prices, so that the past joins the present.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liqtui.sim.bars import BOUGHT, CLOSE, FIELDS, HIGH, LOW, MINUTE_NS, OPEN, VOLUME, Segment
from liqtui.sim.contracts import UNDERLYINGS, Contract
from liqtui.sim.positions import Index

Array = NDArray[np.float64]
DAY_NS = 86_400 * 10**9
YEAR_NS = 365 * DAY_NS
HOURS_DAYS, FIVES_DAYS, MINUTES_DAYS = 260, 130, 3
"""How long ago each resolution begins."""
VOLATILITY = np.array([0.46, 0.6, 0.95])
"""Per year, of the indices."""
CORRELATION = 0.78
"""Of the second coin with the first, and of the third with it."""
START_SPREAD = 0.004
"""How far from the underlyings' round prices a seed may start, in log price."""
CARRY = 0.055
"""What dated contracts cost above the index, a year."""
PREMIUM_SPREAD = 0.0002
TRADE_NOISE = 0.00005


@dataclass(frozen=True, slots=True)
class IndexPast:
    """What the indices have done: the same for every venue. Arrays are [coin, bar] over all segments."""

    edges: list[int]
    """Where the segments begin and the last one ends."""
    periods: list[int]
    times: list[Index]
    """Opening times of the bars, per segment."""
    lengths: Array
    """Of the bars, in years."""
    heat: Array
    """How hot the market ran, per bar."""
    returns: Array
    path: Array
    """Log price at the bars' ends, and before the first."""
    highs: Array
    lows: Array
    """Beyond each bar's open, in log price."""
    scale: float
    """Of ordinary volatility."""

    @property
    def prices(self) -> Array:
        """The indices now, per coin."""
        now: Array = np.exp(self.path[:, -1])
        return now


@dataclass(frozen=True, slots=True)
class Past:
    """What has happened at a venue: candles by segment, the last premiums, and how busy each bar was."""

    segments: list[Segment]
    activity: list[Array]
    """Per segment, [bar]: 1 is an ordinary time."""
    premium: Array
    """Log premium of each contract now."""


def live_indices(
    start_ns: int, rng: np.random.Generator, scale: float = 1.0, more: np.random.Generator | None = None
) -> IndexPast:
    """The past of the indices up to the whole minute at or before `start_ns`.

    `scale`: of ordinary volatility. `more`: draws the third coin, which is there only then.
    """
    minute = start_ns // MINUTE_NS * MINUTE_NS
    day = start_ns // DAY_NS * DAY_NS
    edges = [day - days * DAY_NS for days in (HOURS_DAYS, FIVES_DAYS, MINUTES_DAYS)] + [minute]
    periods = [60 * MINUTE_NS, 5 * MINUTE_NS, MINUTE_NS]
    times = [np.arange(a, b, p, dtype=np.int64) for a, b, p in zip(edges, edges[1:], periods, strict=False)]
    lengths = np.concatenate([np.full(len(t), p / YEAR_NS) for t, p in zip(times, periods, strict=True)])
    heat = _regimes(lengths, rng)
    draws = rng.standard_normal((2, len(lengths)))
    draws[1] = CORRELATION * draws[0] + np.sqrt(1 - CORRELATION**2) * draws[1]
    if more is not None:
        third = CORRELATION * draws[0] + np.sqrt(1 - CORRELATION**2) * more.standard_normal(len(lengths))
        draws = np.concatenate([draws, third[None]])
    fat = np.exp(0.25 * rng.standard_normal(len(lengths)))
    volatility = VOLATILITY[: len(draws), None]
    returns = draws * fat * (heat * scale) * volatility * np.sqrt(lengths)
    returns -= 0.5 * volatility**2 * lengths
    start = START_SPREAD * rng.standard_normal(2)
    if more is not None:
        start = np.append(start, START_SPREAD * more.standard_normal())
    path = np.concatenate([np.zeros((len(draws), 1)), np.cumsum(returns, axis=1)], axis=1)
    path += (np.log([u.price for u in UNDERLYINGS[: len(draws)]]) + start)[:, None] - path[:, -1:]
    odds = rng.random((2, 2, len(lengths)))
    if more is not None:
        odds = np.concatenate([odds, more.random((2, 1, len(lengths)))], axis=1)
    highs, lows = _extremes(returns, (heat * scale * volatility) ** 2 * lengths, odds)
    return IndexPast(edges, periods, times, lengths, heat, returns, path, highs, lows, scale)


def live_past(
    contracts: Sequence[Contract], hourly_lots: Array, index: IndexPast, rng: np.random.Generator, habit: float = 0.0
) -> Past:
    """The past of a venue's contracts about the indices'. `hourly_lots`: ordinary volume of each in an hour.

    `habit`: mean log premium of the venue's contracts.
    """
    times, lengths = np.concatenate(index.times), index.lengths
    premium = _premiums(contracts, times, lengths, rng) + habit
    activity = index.heat * _time_of_day(times) * np.exp(0.3 * rng.standard_normal(len(times)))
    trade, mark = _bars(contracts, index, premium, rng)
    volatility = VOLATILITY[: len(index.returns), None]
    moves = np.abs(index.returns) / (volatility * index.scale * np.sqrt(lengths))
    _fill_volume(contracts, trade, hourly_lots, activity, moves, index.returns, lengths, rng)
    cuts = np.cumsum([len(t) for t in index.times])[:-1]
    segments = [
        Segment(edge, period, np.ascontiguousarray(t), np.ascontiguousarray(m))
        for edge, period, t, m in zip(
            index.edges, index.periods, np.split(trade, cuts, axis=2), np.split(mark, cuts, axis=2), strict=False
        )
    ]
    return Past(segments, np.split(activity, cuts), premium[:, -1])


def _regimes(lengths: Array, rng: np.random.Generator) -> Array:
    """How hot the market runs, a slow log-normal factor around 1 (a day's memory)."""
    hours = np.cumsum(lengths) * 365 * 24
    knots = np.arange(0.0, hours[-1] + 2.0)
    decay, level = np.exp(-1 / 24.0), np.empty(len(knots))
    shocks = rng.standard_normal(len(knots)) * np.sqrt(1 - decay**2)
    value = 0.0
    for k, shock in enumerate(shocks.tolist()):
        value = decay * value + shock
        level[k] = value
    heat: Array = np.exp(0.4 * np.interp(hours, knots, level) - 0.08)
    return heat


def _extremes(returns: Array, variance: Array, odds: Array) -> tuple[Array, Array]:
    """How far above and below its open each bar's index went: extremes of a Brownian bridge to the close."""
    up, down = -2 * variance * np.log(1.0 - odds)
    return (returns + np.sqrt(returns**2 + up)) / 2, (returns - np.sqrt(returns**2 + down)) / 2


def carry(contracts: Sequence[Contract], times: Index) -> Array:
    """Log premium a dated contract ought to have, [contract, time]; nothing for a perpetual."""
    expiry = np.array([[c.expiry_ns or 0] for c in contracts], dtype=np.int64)
    dated: Array = np.where(expiry > 0, CARRY * np.maximum(expiry - times, 0) / YEAR_NS, 0.0)
    return dated


def _premiums(contracts: Sequence[Contract], times: Index, lengths: Array, rng: np.random.Generator) -> Array:
    """Log premium to the index at the end of each bar: carry and a smooth wandering."""
    hours = np.cumsum(lengths) * 365 * 24
    knots = np.arange(0.0, hours[-1] + 8.0, 6.0)
    smooth = rng.standard_normal((len(contracts), len(knots)))
    wander = np.stack([np.interp(hours, knots, row) for row in smooth])
    wander[:, -1] = 0.0
    premium: Array = carry(contracts, times) + PREMIUM_SPREAD * wander
    return premium


def _time_of_day(times: Index) -> Array:
    """Busier when America is awake."""
    hour = (times % DAY_NS) / 3.6e12
    busy: Array = 1.0 + 0.45 * np.cos((hour - 15.0) / 24.0 * 2 * np.pi)
    return busy


def _bars(
    contracts: Sequence[Contract], index: IndexPast, premium: Array, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Candles of trades and marks, [contract, field, bar], rounded to ticks."""
    path, highs, lows = index.path, index.highs, index.lows
    coin = np.array([c.underlying for c in contracts])
    ticks = np.array([[c.ticks_per_quote] for c in contracts], dtype=np.float64)
    shape = (len(contracts), FIELDS, path.shape[1] - 1)
    trade, mark = np.zeros(shape), np.zeros(shape)
    start = path[coin][:, :-1]
    before = np.concatenate([premium[:, :1], premium[:, :-1]], axis=1)
    noise = TRADE_NOISE * rng.standard_normal(premium.shape)
    noise[:, -1] = 0.0
    for bars, extra in ((trade, noise), (mark, np.zeros_like(noise))):
        close = path[coin][:, 1:] + premium + extra
        opened = np.concatenate([start[:, :1] + before[:, :1], close[:, :-1]], axis=1)
        bars[:, OPEN], bars[:, CLOSE] = opened, close
        bars[:, HIGH] = np.maximum(np.maximum(opened, close), start + highs[coin] + before + np.abs(extra))
        bars[:, LOW] = np.minimum(np.minimum(opened, close), start + lows[coin] + before - np.abs(extra))
        bars[:, :4] = np.rint(np.exp(bars[:, :4]) * ticks[:, None]) / ticks[:, None]
    return trade, mark


def _fill_volume(
    contracts: Sequence[Contract], trade: Array, hourly_lots: Array, activity: Array, moves: Array, returns: Array,
    lengths: Array, rng: np.random.Generator,
) -> None:
    """Whole lots per bar: more in busy hours and in bars that moved; buyers more often the takers in rising ones."""
    coin = np.array([c.underlying for c in contracts])
    hours = lengths * 365 * 24
    spread = np.exp(0.35 * rng.standard_normal((len(contracts), len(hours))))
    volume = hourly_lots[:, None] * hours * activity * (0.55 + 0.55 * moves[coin]) * spread
    trade[:, VOLUME] = np.maximum(np.rint(volume), 1.0)
    tilt = 0.5 + 0.12 * np.tanh(moves[coin]) * np.sign(returns[coin])
    trade[:, BOUGHT] = np.rint(trade[:, VOLUME] * np.clip(tilt + 0.03 * (spread - 1), 0.05, 0.95))
