"""Everything one pane shows, and a line of the watch table."""

from dataclasses import dataclass

from liqtui.instruments import Instrument
from liqtui.liqmap.clusters import Cluster
from liqtui.liqmap.observed import Observed
from liqtui.liqmap.zones import Slippage, Zones
from liqtui.market.jumps import Jump
from liqtui.market.pace import PaceView
from liqtui.view.figures import Figure, Figures, History
from liqtui.view.health import BackfillView, Health
from liqtui.view.maps import Array, BookView, CascadeView, LadderView, Liquidated, MapView, Snapshot
from liqtui.view.sums import Absent, Part


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
