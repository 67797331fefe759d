"""The numbers beside a map, now and through time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liqtui.instruments import Instrument
from liqtui.view.maps import Liquidated


@dataclass(frozen=True, slots=True)
class LiquidatedTotals:
    """Liquidated dollars per side over the last minute and day, as far as the feed was heard."""

    minute: tuple[float, float]
    day: tuple[float, float]
    heard_since_ns: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and when it was true."""

    value: float
    time_ns: int


@dataclass(frozen=True, slots=True)
class Basis:
    """A contract of the series against the index: fraction, and per year for a dated one."""

    instrument: Instrument
    mark: float
    basis: float
    per_year: float | None
    days_left: float | None


@dataclass(frozen=True, slots=True)
class Score:
    """How right the map's own forecasts were over the last 24 hours; what is not claimed is None."""

    since_ns: int
    n_steps: int
    """Five-minute steps that could be scored."""
    n_events: int
    """Liquidations reported in them."""
    capture10: float | None
    """Share of the liquidated dollars in the densest tenth of the bins price swept."""
    lift: float | None
    """Capture over the 10 % of a map that says nothing."""
    deviance: float | None
    """Of the model, per liquidated dollar."""
    deviance_excursion: float | None
    """Of the forecast that only knows how far price went."""
    reason: str
    """Why nothing is claimed; empty where something is."""
    skipped: tuple[tuple[str, int], ...]
    """Steps that could not be scored, by reason."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers beside the map."""

    last: Figure | None = None
    change_24h: float | None = None
    mark: Figure | None = None
    mark_source: str = "mark"
    """`mark`, or what stands in for it: `mid`, `last`, or `last close` while nothing live has been heard."""
    index: Figure | None = None
    open_interest: Figure | None = None
    open_interest_usd: float | None = None
    open_interest_change_24h: float | None = None
    funding: Figure | None = None
    funding_next_ns: int | None = None
    funding_interval_ns: int | None = None
    long_short_ratio: Figure | None = None
    basis: tuple[Basis, ...] = ()
    cvd: tuple[float, ...] = ()
    """Cumulative taker delta, a point per minute, oldest first, in units."""
    buy_share: float | None = None
    """Share of taker volume that bought, last 5 minutes."""
    depth_usd: tuple[float, float] | None = None
    """Book within 1 % of the mid: bids, asks, in quote."""
    liquidated: LiquidatedTotals | None = None
    last_liquidation: Liquidated | None = None
    imbalance: float | None = None
    """Long mass ÷ all mass within 5 % of the mark."""
    drift: float | None = None
    """Mass within 2 % of the mark now over an hour ago − 1; None without that history."""
    score: Score | None = None
    """None before the first step is over."""
    depth_whole: tuple[bool, bool] = (True, True)
    """Whether bids and asks are seen as far as `depth_usd` goes; else it is the least there is."""


@dataclass(frozen=True, slots=True)
class Series:
    """A figure through time, oldest first, finer for the recent past than for the old. Read-only."""

    time_ns: NDArray[np.int64]
    value: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class History:
    """The figures of the last 30 days, as far as they were heard or backfilled; what was not is an empty series."""

    interest: Series
    """Open interest, one-sided, in units."""
    funding: Series
    """The rate per interval: what was settled, then what is to come."""
    ratio: Series
    """Long accounts over short accounts."""
    basis: Series
    """Mark over index − 1."""
    delta: Series
    """Bought less sold by takers since the point before, in units."""
