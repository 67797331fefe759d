"""How far a View is from an alert: a level that is compared with the alert's own."""

import math
from collections.abc import Callable
from typing import NamedTuple

from liqtui.alerts.rule import Alert
from liqtui.events import FeedState, Side
from liqtui.liqmap.clusters import Cluster
from liqtui.market.pace import SUBSIDING
from liqtui.view import NOT_LISTED, Snapshot, View

EIGHT_HOURS_NS = 8 * 3_600 * 10**9
MINUTE_NS = 60 * 10**9
GROWTH_SLACK_NS = 2 * MINUTE_NS
"""The map of so long before the asked time stands for it."""


class Level(NamedTuple):
    """What is seen now."""

    value: float
    """It holds from 1 on."""
    words: str
    data: dict[str, float | str]


def level_of(alert: Alert, view: View, before: float | None) -> Level | None:
    """What the View says of it; None where it says nothing (no map, no figure).

    `before`: the mark of the View before this one, for what is crossed.
    """
    return _LOOKS[alert.kind](alert, view, before)


def _near(alert: Alert, view: View, _: float | None) -> Level | None:
    percent, density = alert.numbers
    dense = [cluster for cluster in view.clusters if cluster.density >= density]
    nearest = min(dense, key=lambda cluster: abs(cluster.distance_pct), default=None)
    if nearest is None:
        return None
    away = abs(nearest.distance_pct)
    value = percent / away if away > 0.0 else math.inf
    words = f"mark {away:.2f} % from {_cluster(nearest)}"
    return Level(value, words, {"cluster": nearest.peak, "distance_pct": nearest.distance_pct})


def _grows(alert: Alert, view: View, _: float | None) -> Level | None:
    percent, minutes = alert.numbers
    then = _snapshot(view, view.time_ns - int(minutes * MINUTE_NS))
    if then is None or view.map is None:
        return None
    width, sides = view.map.width, view.map.mass.sum(axis=1)
    best: tuple[float, Cluster] | None = None
    for cluster in view.clusters:
        low, high = (math.floor(math.log(price) / width) for price in (cluster.low, cluster.high))
        now = float(sides[cluster.side, max(low - view.map.first_bin, 0) : high - view.map.first_bin + 1].sum())
        start, end = (low - then.first_bin) // then.stride, (high - then.first_bin) // then.stride + 1
        was = float(then.mass[cluster.side, :, max(start, 0) : max(end, 0)].astype("f8").sum()) * then.scale
        if was > 0.0 and (best is None or now / was - 1.0 > best[0]):
            best = now / was - 1.0, cluster
    if best is None:
        return None
    grown, cluster = best
    words = f"{_cluster(cluster)} has grown by {100 * grown:.0f} % in {minutes:g} min"
    return Level(100.0 * grown / percent, words, {"cluster": cluster.peak, "growth": grown})


def _liquidated(alert: Alert, view: View, _: float | None) -> Level | None:
    told = view.figures.liquidated
    if told is None:
        return None
    total = sum(told.minute)
    side = Side.LONG if told.minute[Side.LONG] >= told.minute[Side.SHORT] else Side.SHORT
    words = f"${total:,.0f} liquidated in a minute, most of it {side.name.lower()}s"
    return Level(total / alert.numbers[0], words, {"usd": total, "side": side.name.lower()})


def _imbalance(alert: Alert, view: View, _: float | None) -> Level | None:
    longs = view.figures.imbalance
    if longs is None:
        return None
    share, name = (longs, "longs") if longs >= 0.5 else (1.0 - longs, "shorts")
    # From balance (0.5) to the bound: so that 0.8 of the way back is well inside.
    value = (share - 0.5) / (alert.numbers[0] - 0.5)
    return Level(value, f"{name} are {100 * share:.0f} % within 5 % of the mark", {"side": name, "share": share})


def _subsiding(_: Alert, view: View, __: float | None) -> Level | None:
    if view.pace is None or view.pace.word is None:
        return None
    return Level(float(view.pace.word == SUBSIDING), "the pace of liquidations subsides", {})


def _stale(alert: Alert, view: View, _: float | None) -> Level | None:
    venues = {part.instrument.venue for part in view.parts} or {view.instrument.venue}
    venues |= {gone.venue for gone in view.absent if gone.state != NOT_LISTED}
    ages = [
        (view.time_ns - feed.since_ns, f"{feed.venue} is {feed.state}{f': {feed.reason}' if feed.reason else ''}")
        for feed in view.health.feeds
        if feed.venue in venues and feed.state not in (FeedState.LIVE, FeedState.CLOSED)
    ]
    ages += [(part.age_ns, f"{part.instrument.venue} is not heard") for part in view.parts if part.age_ns is not None]
    if not view.parts and view.figures.mark is not None:
        ages.append((view.time_ns - view.figures.mark.time_ns, "the mark is not heard"))
    age, words = max(ages, default=(0, ""))
    return Level(age / 1e9 / alert.numbers[0], f"{words}, {age / 1e9:.0f} s", {"seconds": age / 1e9})


def _funding(alert: Alert, view: View, _: float | None) -> Level | None:
    rate, interval = view.figures.funding, view.figures.funding_interval_ns
    if rate is None:
        return None
    percent = 100.0 * rate.value * (EIGHT_HOURS_NS / interval if interval else 1.0)
    words = f"funding {percent:+.4f} % for 8 h".replace("-", "−")
    return Level(abs(percent) / alert.numbers[0], words, {"percent_8h": percent})


def _price(alert: Alert, view: View, before: float | None) -> Level | None:
    mark, level = view.figures.mark, alert.numbers[0]
    if mark is None or before is None:
        return None
    up = before < level <= mark.value
    crossed = up or mark.value <= level < before
    return Level(float(crossed), f"mark {'rose' if up else 'fell'} through {level:,.10g}", {"price": mark.value})


def _cluster(cluster: Cluster) -> str:
    return f"the {'▼ L' if cluster.side is Side.LONG else '▲ S'} cluster at {cluster.peak:,.6g}"


def _snapshot(view: View, time_ns: int) -> Snapshot | None:
    """The newest not after a time, if it is not much older."""
    for snapshot in reversed(view.snapshots):
        if snapshot.time_ns <= time_ns:
            return snapshot if time_ns - snapshot.time_ns <= GROWTH_SLACK_NS else None
    return None


_LOOKS: dict[str, Callable[[Alert, View, float | None], Level | None]] = {
    "near": _near,
    "grows": _grows,
    "liquidated": _liquidated,
    "imbalance": _imbalance,
    "subsiding": _subsiding,
    "stale": _stale,
    "funding": _funding,
    "price": _price,
}
