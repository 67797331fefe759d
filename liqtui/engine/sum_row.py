"""A line of the watch table for a sum over venues, put together from those of its contracts."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from liqtui.engine.sum_figures import FUNDING_NS
from liqtui.instruments import Instrument
from liqtui.liqmap.clusters import find_clusters
from liqtui.liqmap.grid import Floats, bin_of
from liqtui.view import STRIP_BINS, STRIP_WIDTH, Figure, Row

HALF = STRIP_BINS // 2


def summed_row(whole: Instrument, rows: Sequence[Row]) -> Row | None:
    """Prices are those of the contract with most open interest; strips, each about its own mark, are added in dollars.

    What is relative or stale is left out while there is anything else. None without any row.
    """
    if not rows:
        return None
    known = [row for row in rows if row.open_interest_usd and row.strip is not None and not row.relative]
    counted = [row for row in known if not row.stale] or known
    reference = max(counted or rows, key=lambda row: row.open_interest_usd or 0.0)
    price = reference.mark or reference.last
    if not counted or price is None:
        return replace(reference, instrument=whole)
    strip = sum((_usd(row) for row in counted), start=np.zeros(STRIP_BINS)) / price.value
    longs, shorts = np.where(np.arange(STRIP_BINS) < HALF, strip, 0.0), strip.copy()
    shorts[:HALF] = 0.0
    clusters = find_clusters(longs, shorts, bin_of(price.value, STRIP_WIDTH) - HALF, STRIP_WIDTH, price.value)
    shown = strip.astype(np.float32)
    shown.flags.writeable = False
    liquidated = [row.liquidated_1h for row in rows if row.liquidated_1h is not None]
    return replace(
        reference,
        instrument=whole,
        open_interest_usd=sum(row.open_interest_usd or 0.0 for row in counted),
        open_interest_change_1h=_change(counted),
        funding=_funding(counted),
        funding_interval_ns=FUNDING_NS,
        strip=shown,
        nearest=min(clusters, key=lambda cluster: abs(cluster.distance_pct), default=None),
        imbalance=float(longs.sum() / strip.sum()) if strip.sum() > 0 else None,
        liquidated_1h=(sum(one[0] for one in liquidated), sum(one[1] for one in liquidated)) if liquidated else None,
    )


def _usd(row: Row) -> Floats:
    """A strip in dollars."""
    price = row.mark or row.last
    units = np.zeros(STRIP_BINS) if row.strip is None else row.strip.astype(np.float64)
    worth: Floats = units if row.instrument.inverse else units * (0.0 if price is None else price.value)
    return worth


def _change(counted: Sequence[Row]) -> float | None:
    """Open interest now over an hour ago − 1; None unless all of it is known."""
    now = [row.open_interest_usd or 0.0 for row in counted]
    changes = [row.open_interest_change_1h for row in counted]
    then = [size / (1.0 + change) for size, change in zip(now, changes, strict=True) if change is not None]
    return sum(now) / sum(then) - 1.0 if len(then) == len(now) and sum(then) > 0 else None


def _funding(counted: Sequence[Row]) -> Figure | None:
    """By open interest, for eight hours; of the contracts that say how often they pay."""
    rates = [
        (row.open_interest_usd or 0.0, row.funding.value * FUNDING_NS / row.funding_interval_ns, row.funding.time_ns)
        for row in counted if row.funding is not None and row.funding_interval_ns
    ]
    weight = sum(size for size, _, _ in rates)
    if not weight:
        return None
    return Figure(sum(size * rate for size, rate, _ in rates) / weight, min(at for _, _, at in rates))
