"""The observed positions of a View as JSON, beside the estimate they can be held against."""

from collections.abc import Sequence

import numpy as np

from liqtui.events import Side
from liqtui.export.numbers import Json, number, rounded, seconds
from liqtui.liqmap.agreement import Agreement
from liqtui.liqmap.observed import Observed
from liqtui.view import View


def observed_json(view: View) -> Json | None:
    """Public positions as last seen; null where a venue has none. Bins as the map's, those in between that hold
    nothing left out; sizes in base coin.
    """
    seen = view.observed
    if seen is None or view.map is None:
        return None
    longs, shorts = seen.share or (None, None)
    return {
        "long_share": number(longs),
        "short_share": number(shorts),
        "positions": seen.positions,
        "addresses": seen.addresses,
        "age_s": seconds(seen.age_ns),
        "oldest_s": seconds(seen.oldest_ns),
        "held": _sides(seen.held),
        "outside": _sides(seen.outside),
        "undrawn": _sides(seen.undrawn),
        "bins": _bins(seen, view.map.width),
        "agreement": _agreement(seen.agreement),
    }


def _bins(seen: Observed, width: float) -> Json:
    by_side = seen.mass.sum(axis=1)
    filled = np.flatnonzero(by_side.any(axis=0))
    prices = np.exp((seen.first_bin + filled + 0.5) * width)
    return {
        "price": [rounded(price) for price in prices.tolist()],
        "long": [rounded(size) for size in by_side[Side.LONG, filled].tolist()],
        "short": [rounded(size) for size in by_side[Side.SHORT, filled].tolist()],
    }


def _agreement(agreed: Agreement | None) -> Json | None:
    """With the estimated map within 12 % of the mark; null where a side has too few positions."""
    if agreed is None:
        return None
    return {
        "positions": {"long": agreed.counted[Side.LONG], "short": agreed.counted[Side.SHORT]},
        "w1_bp": _sides(agreed.w1_bp),
        "overlap": _sides(agreed.overlap),
        "spearman": _sides(agreed.spearman),
        "level": _sides(agreed.level),
    }


def _sides(pair: Sequence[float | None]) -> Json:
    return {"long": number(pair[Side.LONG]), "short": number(pair[Side.SHORT])}
