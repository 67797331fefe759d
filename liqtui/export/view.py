"""One map for scripts: a View as JSON, or as a table for a person."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from liqtui.events import FeedState, Side
from liqtui.export.cascade import cascade_json
from liqtui.export.ladder import ladder_json
from liqtui.export.numbers import Json, number, rounded
from liqtui.export.observed import observed_json
from liqtui.export.venues import parts_json, venues_json
from liqtui.liqmap.clusters import Cluster
from liqtui.liqmap.zones import Slippage, Zones
from liqtui.market.jumps import Jump
from liqtui.market.pace import NEEDED_NS, PaceView
from liqtui.market.reliability import Reliability
from liqtui.view import NOT_LISTED, Array, FeedView, Figure, MapView, Score, View

SCHEMA = "liqtui.map/2"
RELATIVE = "relative"


def view_to_json(view: View, *, parts: bool = False) -> Json:
    """The map of a View as the documented JSON object; with `parts` also the bins of every contract of a sum.

    Sizes are in `unit` (base coin; USD of an inverse face; `relative` without open interest). Per side, bins +
    `outside` + `undrawn` make the open interest. Unknown is null. Bins are named by the middle of their log prices;
    empty ones at both ends are left out.
    """
    figures, shown = view.figures, view.map
    out: Json = {
        "schema": SCHEMA,
        "instrument": view.instrument.name,
        "venues": venues_json(view),
        "time": _time(view.time_ns),
        "mark": _value(figures.mark),
        "mark_source": figures.mark_source,
        "last": _value(figures.last),
        "open_interest": _value(figures.open_interest),
        "undrawn": _undrawn(view),
        "outside": _sides(shown.outside) if shown else None,
        "unit": unit_of(view),
        "bins": _bins_json(shown),
        "clusters": [_cluster(cluster) for cluster in view.clusters],
        "imbalance": number(figures.imbalance),
        "ladder": ladder_json(view.ladder),
        "observed": observed_json(view),
        "score": _score(figures.score),
        "zones": _zones(view.zones),
        "slippage": _slippage(view.slippage),
        "cascade": cascade_json(view.cascade),
        "pace": _pace(view.pace),
        "reliability": _reliability(view.health.reliability),
        "jumps": [_jump(jump) for jump in view.jumps],
        "health": _health(view),
    }
    if parts:
        out["parts"] = [] if shown is None else parts_json(view, filled(shown))
    return out


def view_to_json_text(view: View, *, parts: bool = False) -> str:
    """`view_to_json` as text that ends in a line feed."""
    return json.dumps(view_to_json(view, parts=parts), indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def missing(view: View, stages: tuple[str, ...]) -> str | None:
    """What keeps this map from being whole and fresh, in words; None when nothing does.

    `stages`: those of the backfill at which all history is in the map.
    """
    if view.map is None:
        return "no map yet"
    if view.figures.mark is None:
        return "no price yet"
    backfill = view.health.backfill
    if backfill is not None and backfill.stage not in stages:
        return f"of the history {backfill.done} of {backfill.total} parts are in"
    if backfill is not None and backfill.problem:
        return backfill.problem
    if view.parts or view.absent:
        bad = [(part.instrument.venue, part.state, part.reason) for part in view.parts if part.state != FeedState.LIVE]
        bad += [(gone.venue, gone.state, gone.reason) for gone in view.absent if gone.state != NOT_LISTED]
    else:
        own = (feed for feed in view.health.feeds if feed.venue == view.instrument.venue)
        bad = [(feed.venue, feed.state, feed.reason) for feed in own if feed.state is not FeedState.LIVE]
    return next((f"{venue} is {state}{f': {reason}' if reason else ''}" for venue, state, reason in bad), None)


def unit_of(view: View) -> str:
    """What sizes count: the base coin, the quote of an inverse face, or nothing absolute without open interest."""
    return view.instrument.unit if view.map is not None and view.map.undrawn is not None else RELATIVE


def bins(shown: MapView) -> tuple[Sequence[float], Array, Array]:
    """Middle price, long and short stock per bin, from the first bin that holds any to the last."""
    by_side, held = shown.mass.sum(axis=1), filled(shown)
    prices = [shown.price_of(column + 0.5) for column in range(held.start, held.stop)]
    return prices, by_side[Side.LONG, held], by_side[Side.SHORT, held]


def filled(shown: MapView) -> slice:
    """The columns from the first that holds anything to the last."""
    filled = np.flatnonzero(shown.mass.any(axis=(0, 1)))
    return slice(int(filled[0]), int(filled[-1]) + 1) if len(filled) else slice(0, 0)


def view_to_table(view: View) -> str:
    """The map in a few lines for a person: figures, then clusters."""
    figures, unit = view.figures, unit_of(view)
    interest = figures.open_interest.value if figures.open_interest else None
    lines = [
        f"{view.instrument.name}  {_time(view.time_ns)}",
        f"mark {_plain(_value(figures.mark))} ({figures.mark_source})   last {_plain(_value(figures.last))}   "
        f"open interest {_plain(interest)} {view.instrument.unit}   imbalance {_plain(figures.imbalance)}",
        "",
        f"{'SIDE':6}{'PEAK':>14}{'LOW':>14}{'HIGH':>14}{'DIST %':>9}{'DENS':>6}{'SIZE ' + unit:>18}{'1H %':>8}",
    ]
    for c in view.clusters:
        growth = "—" if c.growth_1h is None else f"{100 * c.growth_1h:+.0f}"
        lines.append(
            f"{c.side.name.lower():6}{c.peak:>14,.8g}{c.low:>14,.8g}{c.high:>14,.8g}"
            f"{c.distance_pct:>+9.2f}{c.density:>6.0f}{c.mass:>18,.6g}{growth:>8}"
        )
    if not view.clusters:
        lines.append("no clusters")
    lines += ["", *(f"! {words}" for words in view.health.words)]
    return "\n".join(lines).rstrip() + "\n"


def _bins_json(shown: MapView | None) -> Json | None:
    if shown is None:
        return None
    prices, longs, shorts = bins(shown)
    return {
        "price": [rounded(price) for price in prices],
        "long": [rounded(float(size)) for size in longs],
        "short": [rounded(float(size)) for size in shorts],
        "long_sd": _deviations(shown, Side.LONG),
        "short_sd": _deviations(shown, Side.SHORT),
    }


def _deviations(shown: MapView, side: Side) -> list[float] | None:
    """Standard deviation per bin of `bins`: of not knowing turnover and ladder, not of chance. None: not worked out."""
    if shown.spread is None:
        return None
    held = filled(shown)
    left = shown.mass[side, :, held].any(axis=0)  # the mark may have swept some since it was worked out
    return [rounded(float(deviation)) for deviation in np.where(left, shown.spread[side, held], 0.0)]


def _cluster(cluster: Cluster) -> Json:
    return {
        "side": cluster.side.name.lower(),
        "low": number(cluster.low),
        "high": number(cluster.high),
        "peak": number(cluster.peak),
        "distance_pct": number(cluster.distance_pct),
        "mass": number(cluster.mass),
        "density": number(cluster.density),
        "growth_1h": number(cluster.growth_1h),
    }


def _zones(zones: Zones | None) -> Json | None:
    if zones is None:
        return None
    return {
        "stops": [
            {
                "side": stop.side.name.lower(),
                "price": number(stop.price),
                "distance_pct": number(stop.distance_pct),
                "beyond": {"low": number(stop.low), "high": number(stop.high), "density": number(stop.density)},
            }
            for stop in zones.stops
        ],
        "entries": [
            {
                "side": entry.side.name.lower(),
                "low": number(entry.low),
                "high": number(entry.high),
                "length_pct": number(entry.length_pct),
                "distance_pct": number(entry.distance_pct),
                "density": number(entry.density),
            }
            for entry in zones.entries
        ],
    }


def _slippage(slippage: Slippage | None) -> Json | None:
    if slippage is None:
        return None
    return {
        "visible_usd": {"buy": rounded(slippage.asks_usd), "sell": rounded(slippage.bids_usd)},
        "orders": [
            {"usd": fill.usd, "buy_pct": number(fill.buy_pct), "sell_pct": number(fill.sell_pct)}
            for fill in slippage.fills
        ],
    }


def _pace(pace: PaceView | None) -> Json | None:
    if pace is None:
        return None
    return {
        "word": pace.word,
        "since": None if pace.since_ns is None else _time(pace.since_ns),
        "side": None if pace.side is None else pace.side.name.lower(),
        "usd_per_s": number(pace.usd_per_s),
        "usual_usd_per_s": number(pace.usual_usd_per_s),
        "heard_s": pace.heard_ns // 10**9,
        "needed_s": NEEDED_NS // 10**9,
    }


def _reliability(reliability: Reliability | None) -> Json | None:
    if reliability is None:
        return None
    doubts = [{"name": one.name, "words": one.words, "factor": one.factor} for one in reliability.doubts]
    return {"percent": reliability.percent, "doubts": doubts}


def _jump(jump: Jump) -> Json:
    return {
        "low": number(jump.low),
        "high": number(jump.high),
        "direction": "up" if jump.up else "down",
        "since": _time(jump.since_ns),
        "time": _time(jump.time_ns),
    }


def _score(score: Score | None) -> Json | None:
    """How right the map's own forecasts were, 24 h; `deviance` is per liquidated dollar, the model's and that of the
    forecast that only knows how far price went.
    """
    if score is None:
        return None
    return {
        "since": _time(score.since_ns),
        "n_steps": score.n_steps,
        "n_events": score.n_events,
        "capture10": number(score.capture10),
        "lift": number(score.lift),
        "deviance": {"model": number(score.deviance), "excursion": number(score.deviance_excursion)},
        "reason": score.reason or None,
        "skipped": dict(score.skipped),
    }


def _health(view: View) -> Json:
    backfill = view.health.backfill
    return {
        "feeds": [_feed(feed) for feed in view.health.feeds],
        "words": list(view.health.words),
        "backfill": None if backfill is None else {
            "stage": backfill.stage,
            "done": backfill.done,
            "total": backfill.total,
            "finished": backfill.finished,
            "problem": backfill.problem or None,
        },
    }


def _feed(feed: FeedView) -> Json:
    return {
        "venue": feed.venue,
        "state": str(feed.state),
        "reason": feed.reason or None,
        "next_try": None if feed.retry_ns is None else _time(feed.retry_ns),
        "latency_ms": None if feed.latency_ns is None else rounded(feed.latency_ns / 1e6),
        "gaps": feed.gaps,
        "rejected": feed.rejected,
        "reconnects": feed.reconnects,
    }


def _undrawn(view: View) -> Json | None:
    """What the newest report of open interest leaves beside the drawn stock, per side.

    The map is as old as its last step or candle; open interest reported since is open, too, and not explained yet.
    """
    shown, interest = view.map, view.figures.open_interest
    if shown is None or shown.undrawn is None:
        return None
    if interest is None:
        return _sides(shown.undrawn)
    drawn = shown.mass.sum(axis=(1, 2), dtype=np.float64)
    longs, shorts = (max(0.0, interest.value - float(drawn[side]) - shown.outside[side]) for side in Side)
    return _sides((longs, shorts))


def _sides(pair: tuple[float, float]) -> Json:
    return {"long": rounded(pair[Side.LONG]), "short": rounded(pair[Side.SHORT])}


def _value(figure: Figure | None) -> float | None:
    return None if figure is None else number(figure.value)


def _plain(value: float | None) -> str:
    return "—" if value is None else f"{value:,.8g}"


def _time(ns: int) -> str:
    whole, part = divmod(ns, 10**9)
    return f"{datetime.fromtimestamp(whole, UTC):%Y-%m-%dT%H:%M:%S}.{part // 10**6:03d}Z"
