"""What a map shows: clusters, zones and balance around the mark, of one contract or of a sum."""

import math
from typing import NamedTuple

from liqtui.engine.figures import drift_of, imbalance_of
from liqtui.engine.snapshots import by_side
from liqtui.liqmap.clusters import Before, Cluster, find_clusters
from liqtui.liqmap.grid import bin_of
from liqtui.liqmap.zones import Zones, find_zones
from liqtui.view import MapView, Snapshot

MAP_BINS = 2_816
"""Bins of a View's map: e^±0.7 about the mark, half to double its price."""
MAP_GRID = 64
"""The map's first bin is a multiple of this, so that it seldom moves."""
CLUSTER_REACH = 0.12
"""Clusters are looked for within this log price of the mark: densities far off would dwarf those a day can reach."""


class Shape(NamedTuple):
    """What is read off a map."""

    clusters: tuple[Cluster, ...] = ()
    zones: Zones | None = None
    imbalance: float | None = None
    drift: float | None = None


def first_bin_of(price: float) -> int:
    """Where a View's map begins that is to lie around `price`."""
    return (bin_of(price) - MAP_BINS // 2) // MAP_GRID * MAP_GRID


def shape_of(shown: MapView, price: float, then: Snapshot | None) -> Shape:
    """The shape of a map; `then`: the same map an hour ago, for growth and drift."""
    longs, shorts = sides = shown.mass.sum(axis=1)
    before = None if then is None else Before(then.first_bin, by_side(then), then.stride)
    first = bin_of(price * math.exp(-CLUSTER_REACH))
    near = slice(first - shown.first_bin, bin_of(price * math.exp(CLUSTER_REACH)) - shown.first_bin)
    clusters = find_clusters(longs[near], shorts[near], first, shown.width, price, before)
    zones = find_zones(longs[near], shorts[near], first, shown.width, price, clusters)
    drifted = None if then is None else drift_of(sides, shown, then, price)
    return Shape(clusters, zones, imbalance_of(shown, price), drifted)
