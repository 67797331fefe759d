"""What the screen is given: one frozen `View` per instrument, made by the engine, never changed after.

Arrays are read-only. Sizes are in units (base coin; USD face of an inverse contract) unless a name says `usd`.
Unknown is None, never 0.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from liqtui.events import FeedState, Side
from liqtui.instruments import Catalogue, Instrument, until
from liqtui.liqmap.cascade import Cascades, Response
from liqtui.liqmap.clusters import Cluster
from liqtui.liqmap.observed import Observed
from liqtui.liqmap.zones import Slippage, Zones
from liqtui.market.jumps import Jump
from liqtui.market.pace import PaceView
from liqtui.market.reliability import Reliability

Array = NDArray[np.float32]

GROUPS = ("low", "mid", "high")
"""Leverage groups of the snapshots: below 10×, 10–40×, above 40×."""


SAMPLED, UNLEVELLED = "liquidations sampled", "level not identified"
STANDING = (SAMPLED, UNLEVELLED)
"""Caveats that always hold of some venues; where room is short, others are told first."""


@dataclass(frozen=True, slots=True)
class MapView:
    """The estimated stock by liquidation price, at one moment."""

    width: float
    """Width of a bin in log price (0.0005)."""
    first_bin: int
    """`floor(ln(price) / width)` of column 0."""
    rungs: tuple[float, ...]
    """Effective leverages, low to high."""
    mass: Array
    """[side, rung, bin]: weighted stock in units."""
    outside: tuple[float, float]
    """Per side: drawn stock whose liquidation price lies beyond the bins."""
    undrawn: tuple[float, float] | None
    """Per side: open interest that is never liquidated or not explained; None without open interest."""
    seeded: bool
    """The oldest stock was seeded over a volume profile, not observed being opened."""
    spread: Array | None = None
    """[side, bin] standard deviation of the mass over what is not known: turnover and ladder. None: not worked out."""

    def price_of(self, column: float) -> float:
        """Price at a column's lower edge."""
        return float(np.exp((self.first_bin + column) * self.width))

    def column_of(self, price: float) -> int:
        return int(np.floor(np.log(price) / self.width)) - self.first_bin


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The map at a past moment, for the waterfall: coarser, on the same log-price grid."""

    time_ns: int
    first_bin: int
    """In bins of `MapView.width`; column k covers bins first_bin + k·stride …"""
    stride: int
    mass: NDArray[np.float16]
    """[side, group, column] in units × `scale`."""
    scale: float
    low: float
    high: float
    close: float
    """The mark's path since the snapshot before."""


@dataclass(frozen=True, slots=True)
class Liquidated:
    """One liquidation that really happened, at the mark of its time."""

    time_ns: int
    side: Side
    size: float
    usd: float
    mark: float
    venue: str


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


@dataclass(frozen=True, slots=True)
class LadderView:
    """The ladder: shares of openings by effective leverage, with intervals that hold the truth 8 times of 10."""

    leverage: tuple[float, ...]
    mean: NDArray[np.float64]
    """[side, rung], as `low` and `high`."""
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    identified: bool
    """The feed is complete and tells the level; if not, only the shape is learned and the level is the prior's."""
    events: float
    """Effective events it was learned from, with forgetting."""
    churn: tuple[tuple[float, float], ...]
    """Turnover shares χ and what each counts."""
    learned_ns: int | None
    """The end of the last minute it was learned from; None: it is the prior."""


@dataclass(frozen=True, slots=True)
class BookView:
    """Depth by price bin on the map's grid, units per bin, around the mid."""

    first_bin: int
    bids: Array
    asks: Array


@dataclass(frozen=True, slots=True)
class CascadeView:
    """Where a push from the mark would end, worked out at most once a second."""

    mark: float
    """The mark it starts from."""
    sell: Cascades
    buy: Cascades
    response: Response
    """What was learned of the market's answers to flow."""
    level_known: bool
    """The map's size is anchored by a feed that shows all liquidations; else the whole forecast is an estimate's."""
    mid: float
    """Of the book it walks."""


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


@dataclass(frozen=True, slots=True)
class FeedView:
    """The state of a venue's feed, in words for the header."""

    venue: str
    state: FeedState
    since_ns: int
    reason: str
    retry_ns: int | None
    latency_ns: int | None
    gaps: int
    rejected: int
    reconnects: int

    def trouble(self, now_ns: int) -> str | None:
        """Why nothing comes from the venue, and when it is tried again; None while something comes or may."""
        refused = self.state is FeedState.REFUSED
        if not refused and not (self.state is FeedState.CONNECTING and self.reason):
            return None
        what = "refused" if refused else "cannot be reached"
        following = "" if self.retry_ns is None else f"; next try in {until(self.retry_ns - now_ns)}"
        return f"{self.venue} {what}: {self.reason or self.state}{following}"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that went wrong, for the `!` screen."""

    time_ns: int
    words: str


@dataclass(frozen=True, slots=True)
class BackfillView:
    """How far history has come. `through` lists the stages that are in the map."""

    done: int
    total: int
    stage: str
    finished: bool
    """All stages of history are in; at most the running minute is still to be joined to the live stream."""
    problem: str
    built_ns: int | None
    """When the newest history in the map was fetched."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one contract brings to a summed map. Sizes in base coin."""

    instrument: Instrument
    mark: Figure | None
    shift: float | None
    """By how much log price its map was moved to lie on the reference's mark; None without a mark."""
    open_interest: float | None
    mass: Array | None
    """[side, bin] on the sum's bins, moved and faded; None: nothing of it is in the sum."""
    outside: tuple[float, float]
    """Per side: drawn stock beyond the bins, faded."""
    coverage: float | None
    """Share of its open interest that its map places, both sides together; the rest is undrawn. None: no map."""
    weight: float
    """1 while it is fresh; halves with every few minutes that nothing was heard of it; 0: it is not in the sum."""
    age_ns: int | None
    """Since its price was heard; None: never."""
    state: str
    """`live`, or what is wrong: `stale`, `gone`, `relative`, `history`, or a feed's state."""
    reason: str
    retry_ns: int | None
    backfill: BackfillView | None


NOT_LISTED = "not listed"
"""What a venue is that has no such contract: nothing is wrong."""


@dataclass(frozen=True, slots=True)
class Absent:
    """A venue that was chosen for a sum and has no part in it, and why."""

    venue: str
    state: str
    """`NOT_LISTED`, or its feed's state."""
    reason: str
    retry_ns: int | None


@dataclass(frozen=True, slots=True)
class Health:
    """What a person must know before believing the picture."""

    feeds: tuple[FeedView, ...]
    words: tuple[str, ...]
    """Caveats: `mark unknown: mid`, `assumed m`, `no OI: relative`, `fast market`, `levels jumped over`, …"""
    problems: tuple[Problem, ...]
    backfill: BackfillView | None
    reliability: Reliability | None = None
    """How far the map can be relied on, and why not further; None without an instrument."""


@dataclass(frozen=True, slots=True)
class View:
    """Everything one pane shows, at one moment. `epoch` grows with every new View, `generation` with every switch."""

    epoch: int
    generation: int
    instrument: Instrument
    series: tuple[Instrument, ...]
    time_ns: int
    """The engine's clock: receive time live, recorded time in replay."""
    figures: Figures
    map: MapView | None
    clusters: tuple[Cluster, ...]
    snapshots: tuple[Snapshot, ...]
    """Oldest first; none of before history reaches."""
    liquidations: tuple[Liquidated, ...]
    """Recent ones, oldest first."""
    volume: Array | None
    """Traded units per bin of the map (24 h as far as heard or backfilled)."""
    book: BookView | None
    health: Health
    zones: Zones | None = None
    """Stops and entries; None without a map."""
    slippage: Slippage | None = None
    """What orders would cost; None without a book."""
    pace: PaceView | None = None
    """How fast liquidations come; None where they were never listened to."""
    jumps: tuple[Jump, ...] = ()
    """Levels a price gap jumped over in the last hour, oldest first."""
    cascade: CascadeView | None = None
    """Where a push would end; None without a book, or where the map's size is relative."""
    ladder: LadderView | None = None
    """None before the first map, and of a sum: each part has its own."""
    observed: Observed | None = None
    """The positions that are public; None where none are, and before the first is seen."""
    history: History | None = None
    """None where nothing is kept through time."""
    parts: tuple[Part, ...] = ()
    """Of a sum: what each contract brings, the largest first."""
    absent: tuple[Absent, ...] = ()
    """Of a sum: the chosen venues that bring nothing."""


STRIP_WIDTH = 0.0025
"""Bins of a watch row's strip in log price."""
STRIP_BINS = 40
"""From 5 % below the mark to 5 % above."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the watch table. Unknown is None."""

    instrument: Instrument
    time_ns: int
    last: Figure | None
    """The last trade, or while nothing was heard the last close of history."""
    change_24h: float | None
    mark: Figure | None
    stale: bool
    """Its mark was not heard for half a minute, or never."""
    open_interest_usd: float | None
    open_interest_change_1h: float | None
    funding: Figure | None
    funding_interval_ns: int | None
    strip: Array | None
    """[STRIP_BINS] stock by liquidation price in units, the mark in the middle: longs before it, shorts after."""
    nearest: Cluster | None
    imbalance: float | None
    """Long mass ÷ all mass within 5 % of the mark."""
    liquidated_1h: tuple[float, float] | None
    """USD per side, as far as it was heard; None where it is not listened to."""
    relative: bool
    """Without open interest: shapes only."""
    backfill: BackfillView | None


class Source(Protocol):
    """Who fills the slots: live feeds, a replay, later a far machine. All methods may be called from any thread."""

    @property
    def kind(self) -> str:
        """`live`, `demo` or `replay`."""
        ...

    @property
    def catalogue(self) -> Catalogue: ...
    @property
    def names(self) -> tuple[str, ...]:
        """The instruments it has by itself (a recording's), in place of a watch list; empty: any of the catalogue."""
        ...

    @property
    def venues(self) -> tuple[str, ...]:
        """All that could be opened, asked or not."""
        ...

    @property
    def sums(self) -> tuple[str, ...]:
        """Those of them that an `all:` name adds up."""
        ...

    @property
    def awaited(self) -> tuple[str, ...]:
        """Venues that are opened and whose listing is not in yet."""
        ...

    def open_venues(self, names: Iterable[str]) -> None:
        """Ask these venues what they list, where that has not been done; of others than `venues` nothing is asked."""
        ...

    def clock_ns(self) -> int:
        """Now, on the clock the views are dated by."""
        ...

    def view(self, name: str) -> View | None:
        """The newest View of `venue:SYMBOL`, or None while there is none."""
        ...

    def watch(self, name: str) -> None:
        """Make this instrument live and the one shown; its venue is opened if it was not.

        Before the venue's listing is in nobody knows: the name waits for it, and `trouble` tells what came of it.

        Raises:
            ValueError: it is no name.
            LookupError: the listing is in and has no such live contract (what `Catalogue.resolve` raises), or there is
                no such venue.
        """
        ...

    def glance(self, names: Collection[str]) -> None:
        """Have a row of each of these, and of no others: many, and cheap. A name nobody lists waits to be listed."""
        ...

    def row(self, name: str) -> Row | None:
        """The watch table's line of `venue:SYMBOL`, or None while there is none."""
        ...

    def trouble(self, name: str) -> str | None:
        """Why there is no View of a name that was watched, in words: nobody lists it, or its venue refuses to say (then
        the name goes on waiting, and the words change with the next try); None while there may be one soon."""
        ...

    def status(self) -> Health:
        """The feeds' health while there is no View yet."""
        ...

    def close(self) -> None: ...


class Transport(Protocol):
    """What a replay can do besides: the keys of a player."""

    @property
    def speed(self) -> float: ...
    @property
    def paused(self) -> bool: ...
    @property
    def seeking(self) -> bool:
        """On the way to a time that was asked for; what is shown is of before."""
        ...

    @property
    def span_ns(self) -> tuple[int, int]:
        """First and last time of the recording."""
        ...

    def pause(self, on: bool) -> None: ...
    def set_speed(self, speed: float) -> None: ...
    def step(self, boundaries: int) -> None:
        """Move by 250 ms boundaries; negative seeks back."""
        ...

    def seek(self, time_ns: int) -> None: ...
