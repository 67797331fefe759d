"""The clusters as the picture has them: how high their bars stand, and whether they are in view."""

import math
from dataclasses import dataclass

import numpy as np

from liqtui.events import Side
from liqtui.liqmap.clusters import Cluster, find_clusters
from liqtui.ui.paint.scale import Floats, Scale
from liqtui.view import MapView

REACH = 0.13
"""Log price beyond either edge of the picture that is summed up for the clusters outside it."""
LEAST = 0.5
"""Of 100: what the leverages shown have less of is no cluster of this picture."""


@dataclass(frozen=True, slots=True)
class Named:
    """A cluster on the scale of the bars."""

    cluster: Cluster
    height: float
    """Its highest bar, 100 being the scale's top; beyond the edges that of the bars one would see there."""
    inside: bool
    """Its peak is in view."""


def widened(scale: Scale) -> tuple[Scale, int]:
    """The scale with columns beyond both edges, and how many there are on either side."""
    more = math.ceil(REACH / scale.step)
    return Scale(scale.first - more, scale.cells + 2 * more, scale.bins, scale.width), more


def clusters_of(view: MapView, rungs: slice, mark: float) -> tuple[Cluster, ...]:
    """The clusters of some leverages only, which those of all hide; without their growth."""
    reach = round(REACH / view.width)
    here = view.column_of(mark)
    first, end = max(here - reach, 0), min(here + reach, view.mass.shape[-1])
    longs, shorts = view.mass[:, rungs, first:end].sum(axis=1, dtype=np.float64)
    return find_clusters(longs, shorts, view.first_bin + first, view.width, mark)


def name_clusters(clusters: tuple[Cluster, ...], wide: Scale, dense: Floats, scale: Scale, full: float) -> list[Named]:
    """Those the bars shown have something of. `dense` [side, column of `wide`]; `full`: what fills the bars."""
    out = []
    for cluster in clusters:
        low, high = max(wide.column(cluster.low), 0), min(wide.column(cluster.high), wide.cells - 1)
        if low > high or full <= 0:
            continue
        height = float(dense[cluster.side, low : high + 1].max()) / full * 100
        if height >= LEAST:
            out.append(Named(cluster, height, scale.holds(cluster.peak)))
    return out


def chosen(named: list[Named], side: Side, most: int) -> list[Named]:
    """At most `most` of a side, highest price first: the highest of those in view, then the nearest beyond."""
    mine = [n for n in named if n.cluster.side is side]
    mine.sort(key=lambda n: (0, -n.height) if n.inside else (1, abs(n.cluster.distance_pct)))
    return sorted(mine[:most], key=lambda n: -n.cluster.peak)
