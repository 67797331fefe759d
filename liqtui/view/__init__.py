"""What the screen is given: one frozen `View` per instrument, made by the engine, never changed after.

Arrays are read-only. Sizes are in units (base coin; USD face of an inverse contract) unless a name says `usd`.
Unknown is None, never 0.
"""

from liqtui.view.figures import Basis, Figure, Figures, History, LiquidatedTotals, Score, Series
from liqtui.view.health import SAMPLED, STANDING, UNLEVELLED, BackfillView, FeedView, Health, Problem
from liqtui.view.maps import GROUPS, Array, BookView, CascadeView, LadderView, Liquidated, MapView, Snapshot
from liqtui.view.source import Source, Transport
from liqtui.view.sums import NOT_LISTED, Absent, Part
from liqtui.view.view import STRIP_BINS, STRIP_WIDTH, Row, View

__all__ = [
    "GROUPS",
    "NOT_LISTED",
    "SAMPLED",
    "STANDING",
    "STRIP_BINS",
    "STRIP_WIDTH",
    "UNLEVELLED",
    "Absent",
    "Array",
    "BackfillView",
    "Basis",
    "BookView",
    "CascadeView",
    "FeedView",
    "Figure",
    "Figures",
    "Health",
    "History",
    "LadderView",
    "Liquidated",
    "LiquidatedTotals",
    "MapView",
    "Part",
    "Problem",
    "Row",
    "Score",
    "Series",
    "Snapshot",
    "Source",
    "Transport",
    "View",
]
