"""A line of the watch table read off a View, of what is modelled whole."""

import numpy as np

from liqtui.engine.price import STALE_NS
from liqtui.liqmap.grid import bin_of
from liqtui.view import STRIP_BINS, STRIP_WIDTH, Array, MapView, Row, Series, View

HOUR_NS = 3_600 * 10**9
_SLACK_NS = HOUR_NS // 10
"""A figure stands for a moment up to a tenth of the hour after it."""


def row_of(view: View) -> Row:
    """The View in a line."""
    figures, stock = view.figures, view.map
    price = figures.mark or figures.last
    nearest = min(view.clusters, key=lambda cluster: abs(cluster.distance_pct), default=None)
    mark = figures.mark
    return Row(
        instrument=view.instrument,
        time_ns=view.time_ns,
        last=figures.last or mark,
        change_24h=figures.change_24h,
        mark=mark,
        stale=mark is None or view.time_ns - mark.time_ns > STALE_NS,
        open_interest_usd=figures.open_interest_usd,
        open_interest_change_1h=None if view.history is None else _change(view.history.interest, view.time_ns),
        funding=figures.funding,
        funding_interval_ns=figures.funding_interval_ns,
        strip=None if stock is None or price is None else _strip(stock, price.value),
        nearest=nearest,
        imbalance=figures.imbalance,
        liquidated_1h=_liquidated(view),
        relative=figures.open_interest is None,
        backfill=view.health.backfill,
    )


def _strip(stock: MapView, price: float) -> Array:
    """The map's bins, five of them in one of a strip's."""
    fine = round(STRIP_WIDTH / stock.width)
    first = (bin_of(price, STRIP_WIDTH) - STRIP_BINS // 2) * fine - stock.first_bin
    whole = np.zeros(STRIP_BINS * fine)
    by_bin = stock.mass.sum(axis=(0, 1), dtype=np.float64)
    low, high = max(first, 0), min(first + len(whole), len(by_bin))
    if low < high:
        whole[low - first : high - first] = by_bin[low:high]
    strip: Array = whole.reshape(STRIP_BINS, fine).sum(axis=1).astype(np.float32)
    strip.flags.writeable = False
    return strip


def _change(series: Series, now_ns: int) -> float | None:
    """The newest figure over the one of an hour ago − 1; None without one of about then."""
    at = int(np.searchsorted(series.time_ns, now_ns - HOUR_NS, side="right")) - 1
    if at < 0 or now_ns - HOUR_NS - int(series.time_ns[at]) > _SLACK_NS or not series.value[at]:
        return None
    return float(series.value[-1] / series.value[at]) - 1.0


def _liquidated(view: View) -> tuple[float, float] | None:
    """USD per side within the hour; None where it was never listened to."""
    if view.figures.liquidated is None:
        return None
    sums = [0.0, 0.0]
    for one in view.liquidations:
        if view.time_ns - HOUR_NS < one.time_ns <= view.time_ns:
            sums[one.side] += one.usd
    return sums[0], sums[1]
