"""The crowd lives through the past, so that the exchange opens with a stock that has a history.

Steps grow shorter towards the present. Within a step an agent opens somewhere on the way through one of its bars, and
what the rest of the marks' path ends at once was never there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from liqtui.sim.bars import CLOSE, HIGH, LOW, VOLUME, Records, Segment
from liqtui.sim.crowd import Crowd
from liqtui.sim.houses import House
from liqtui.sim.margin import Array
from liqtui.sim.past import DAY_NS, Past
from liqtui.sim.positions import Index, Opening

HOUR_NS = 3_600 * 10**9
EIGHT_HOURS_NS = 8 * HOUR_NS
FIVE_MINUTES_NS = 300 * 10**9
DISTANT_DAY_TRADERS = 0.02
DAY_TRADERS_H = (36.0, 10.0)
"""Day traders of longer ago have left; they are thinned out, all present within the second figure."""
TREND_HOURS = 8.0


class Plan(NamedTuple):
    """How long the strides are, in bars of each segment, until so much of it is left (ns); 0 bars: left out."""

    fives: tuple[tuple[int, int], ...]
    minutes: tuple[tuple[int, int], ...]
    filled_ns: int
    """In longer strides nothing is told of the time between."""


WHOLE = Plan(((27 * DAY_NS, 144), (6 * DAY_NS, 48), (0, 12)), ((HOUR_NS, 10), (0, 1)), 2 * FIVE_MINUTES_NS)
"""From half a day at a time to a minute."""
BRIEF = Plan(((60 * DAY_NS, 0), (7 * DAY_NS, 144), (0, 72)), ((DAY_NS, 50), (HOUR_NS, 15), (0, 5)), 12 * HOUR_NS)
"""The last weeks, more coarsely: a second market must not keep anybody waiting."""


@dataclass(frozen=True, slots=True)
class Stride:
    """Bars `first` up to `last` of a segment, lived through in one go."""

    segment: Segment
    activity: float
    first: int
    last: int
    age_h: float
    """Hours from its end to the present."""

    @property
    def end_ns(self) -> int:
        return self.segment.start_ns + self.last * self.segment.period_ns


@dataclass(slots=True)
class FundingRecord:
    """Funding settled so far: times and rates per contract."""

    times: list[int]
    rates: list[Array]


def funding_rate(premium: Array, perpetual: Array, interval_ns: int) -> Array:
    """OKX's rule per eight hours: premium + clamp(0.01 % − premium, ±0.05 %), held within ±0.375 %; 0 if dated. Where
    it is paid more often, the same rate is paid in parts.
    """
    rate = premium + np.clip(0.0001 - premium, -0.0005, 0.0005)
    held: Array = np.clip(rate, -0.00375, 0.00375) * perpetual
    return held * (interval_ns / EIGHT_HOURS_NS)


def live_through(
    crowd: Crowd, past: Past, rng: np.random.Generator, house: House
) -> tuple[Records, FundingRecord]:
    """Walk the crowd through the past. Returns open interest over time and the funding settled."""
    records, funding = Records(), FundingRecord([], [])
    perpetual = np.array([c.kind == "SWAP" for c in crowd.contracts], dtype=np.float64)
    every = house.funding_ns
    before = crowd.open_interest
    slow = past.segments[1].mark[:, CLOSE, 0].copy()
    plan = BRIEF if house.brief else WHOLE
    for stride in _strides(past, plan):
        bars = slice(stride.first, stride.last)
        mark, trade = stride.segment.mark[:, :, bars], stride.segment.trade[:, :, bars]
        start_ns = stride.segment.start_ns + stride.first * stride.segment.period_ns
        hours = (stride.end_ns - start_ns) / HOUR_NS
        crowd.sweep(mark[:, LOW].min(axis=1), mark[:, HIGH].max(axis=1), mark[:, CLOSE], stride.end_ns)
        trend = np.tanh(np.log(mark[:, CLOSE, -1] / slow) / 0.02)
        _arrive(crowd, stride, hours, trend, mark, trade, rng)
        crowd.churn(hours, trade[:, VOLUME].sum(axis=1))
        slow += (mark[:, CLOSE, -1] - slow) * min(hours / TREND_HOURS, 1.0)
        settled = range(start_ns // every + 1, stride.end_ns // every + 1)
        if settled:
            rates = funding_rate(_premium(mark), perpetual, every)
            crowd.pay_funding(rates * len(settled), mark[:, CLOSE, -1])
            funding.times += [number * every for number in settled]
            funding.rates += [rates] * len(settled)
        after = crowd.open_interest
        for time_ns in _between(start_ns, stride.end_ns, plan.filled_ns):
            share = (time_ns - start_ns) / (stride.end_ns - start_ns)
            records.add(time_ns, np.rint(before + (after - before) * share), crowd.account_ratio)
        records.add(stride.end_ns, after, crowd.account_ratio)
        before = after
    return records, funding


def _between(start_ns: int, end_ns: int, filled_ns: int) -> range:
    """When open interest is told within a stride: every five minutes of short ones, every hour of longer ones."""
    every = FIVE_MINUTES_NS if end_ns - start_ns < HOUR_NS else HOUR_NS
    return range(start_ns + every, end_ns, every) if end_ns - start_ns <= filled_ns else range(0)


def _premium(mark: Array) -> Array:
    """A stand-in for the premium index of the past: how far the mark stands from its mean over the step, halved."""
    premium: Array = (mark[:, CLOSE, -1] / mark[:, CLOSE].mean(axis=1) - 1.0) / 2 + 0.0001
    return np.clip(premium, -0.001, 0.001)


def _strides(past: Past, plan: Plan) -> Iterator[Stride]:
    _, fives, minutes = past.segments
    _, calm, recent = past.activity
    for segment, activity, part in ((fives, calm, plan.fives), (minutes, recent, plan.minutes)):
        first = 0
        for left_ns, bars in part:
            end = segment.count - left_ns // segment.period_ns
            while bars and first < end:
                last = min(first + bars, segment.count)
                age_h = (minutes.end_ns - segment.start_ns - last * segment.period_ns) / HOUR_NS
                yield Stride(segment, float(activity[first:last].mean()), first, last, age_h)
                first = last
            first = max(first, end)


def _arrive(
    crowd: Crowd, stride: Stride, hours: float, trend: Array, mark: Array, trade: Array, rng: np.random.Generator
) -> None:
    """New agents open along the step's bars; those the rest of it ends at once are left out."""
    far, near = DAY_TRADERS_H
    day_share = float(np.clip((far - stride.age_h) / (far - near), DISTANT_DAY_TRADERS, 1.0))
    contract, kind = crowd.arrivals(hours, stride.activity, stride.end_ns, day_share)
    if len(contract):
        period = stride.segment.period_ns
        at = rng.integers(mark.shape[2], size=len(contract))
        low, high = trade[contract, LOW, at], trade[contract, HIGH, at]
        entry = low + (high - low) * rng.random(len(contract))
        opened = stride.segment.start_ns + (stride.first + at) * period + rng.integers(period, size=len(contract))
        sign = crowd.choose_sides(contract, trend)
        new = crowd.agents.draw(contract, kind, sign, entry, opened)
        crowd.admit(new.pick(_outlives(new, at, mark, stride.end_ns)))
    crowd.admit_cross(mark[:, CLOSE, -1], hours, stride.end_ns)


def _outlives(new: Opening, at: Index, mark: Array, end_ns: int) -> Index:
    """Rows whose triggers the marks after their opening do not reach, and whose time does not run out in the step."""
    rest_low = np.minimum.accumulate(mark[:, LOW, ::-1], axis=1)[:, ::-1]
    rest_high = np.maximum.accumulate(mark[:, HIGH, ::-1], axis=1)[:, ::-1]
    after = np.minimum(at + 1, mark.shape[2] - 1)
    close = mark[:, CLOSE, -1]
    ends_now = at + 1 > after
    low = np.where(ends_now, close[new.contract], rest_low[new.contract, after])
    high = np.where(ends_now, close[new.contract], rest_high[new.contract, after])
    adverse = np.where(
        new.sign > 0,
        np.maximum(np.maximum(new.liquidation, new.stop), new.topup) >= low,
        np.minimum(np.minimum(new.liquidation, new.stop), new.topup) <= high,
    )
    taken = np.where(new.sign > 0, new.take <= high, new.take >= low)
    return np.flatnonzero(~(adverse | taken | (new.close_ns <= end_ns)))
