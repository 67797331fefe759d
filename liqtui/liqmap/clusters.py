"""Clusters: the peaks of the map a trader names by price."""

from dataclasses import dataclass

from liqtui.events import Side


@dataclass(frozen=True, slots=True)
class Cluster:
    """A peak of liquidation density between two edges."""

    side: Side
    low: float
    high: float
    peak: float
    """Prices in quote."""
    distance_pct: float
    """Of the peak from the mark, signed percent."""
    mass: float
    """Stock between the edges, in units."""
    density: float
    """Largest mass in any 0.25 % inside the edges, per 1 % of price, relative to the densest cluster (0–100)."""
    growth_1h: float | None
    """Mass between the same edges now over an hour ago − 1; None without that history."""
