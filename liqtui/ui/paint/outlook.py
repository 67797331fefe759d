"""Rows of the side column on what to make of the map: how far to rely on it, pace, stops, room, what an order costs."""

from liqtui.events import Side
from liqtui.liqmap.zones import Entry, Stop
from liqtui.market.pace import NEEDED_NS, SUBSIDING
from liqtui.ui import words
from liqtui.ui.colour import BOLD
from liqtui.ui.look import Line, Look
from liqtui.ui.paint.spans import LABEL, label
from liqtui.view import View

MINUTE_NS = 60 * 10**9
LOUD = ("rising", "fast")
LITTLE = 50
"""Percent below which the map should not be relied on much."""
AT_MARK_PCT = 0.12
"""A gap that begins this near begins at the mark."""


def pace_rows(view: View, look: Look, now_ns: int) -> list[Line]:
    """`PACE   calm since 4 min`, `PACE   fast ▼ longs  3m`; how much was heard, while that is too little to say."""
    pace = view.pace
    if pace is None:
        return []
    if pace.word is None or pace.since_ns is None:
        heard, needed = pace.heard_ns // MINUTE_NS, NEEDED_NS // MINUTE_NS
        return [[label("PACE", look), (f"heard {heard} of {needed} min", look.muted, 0)]] if heard < needed else []
    loud = pace.word in LOUD
    line: Line = [label("PACE", look), (pace.word, look.warn if loud else look.text, BOLD if loud else 0)]
    sided = pace.side is not None and (loud or pace.word == SUBSIDING)
    if sided:
        long = pace.side is Side.LONG
        line.append((" ▼ longs" if long else " ▲ shorts", look.long if long else look.short, 0))
    minutes = (now_ns - pace.since_ns) // MINUTE_NS
    if minutes:
        line.append((f"  {minutes}m" if sided else f" since {_minutes(minutes)}", look.muted, 0))
    return [line]


def trust_rows(view: View, look: Look, now_ns: int, width: int) -> list[Line]:
    """`RELIABLE 72 %  fast, sampled`, and the newest stretch a price gap jumped over."""
    out: list[Line] = []
    told = view.health.reliability
    if told is not None and view.map is not None:
        ink = look.warn if told.percent < LITTLE else look.text
        figure = f"{told.percent} %"
        why = _listed([doubt.name for doubt in told.doubts], width - 11 - len(figure))
        out.append([("RELIABLE ", look.muted, 0), (figure, ink, BOLD), (f"  {why}" if why else "", look.muted, 0)])
    if view.jumps:
        jump = view.jumps[-1]
        ago = (now_ns - jump.time_ns) // MINUTE_NS
        out.append([
            label("JUMPED", look), (f"{words.rough(jump.low)}–{words.rough(jump.high)}", look.warn, 0),
            (f"  {_minutes(ago)} ago" if ago else "  just now", look.muted, 0),
        ])
    return out


def slippage_rows(view: View, look: Look) -> list[Line]:
    """`SLIP   $1M ▲ 0.01 % ▼ 0.02 %`: what the largest order costs that the book can fill, bought ▲ and sold ▼. A cost
    is no gain: it has no colour."""
    fills = view.slippage.fills if view.slippage is not None else ()
    filled = [fill for fill in fills if fill.buy_pct is not None or fill.sell_pct is not None]
    if not filled:
        return []
    fill = filled[-1]
    return [[
        label("SLIP", look), (f"{words.usd_short(fill.usd).replace('.0', '')} ", look.muted, 0),
        ("▲ ", look.muted, 0), (f"{_cost(fill.buy_pct):<8}", look.text, 0),
        ("▼ ", look.muted, 0), (_cost(fill.sell_pct), look.text, 0),
    ]]


def zone_rows(view: View, look: Look, width: int) -> list[Line]:
    """The nearest stop of either side, and the longest smooth stretch of either side."""
    zones = view.zones
    if zones is None:
        return []
    out: list[Line] = []
    for side in (Side.SHORT, Side.LONG):
        stop = next((one for one in zones.stops if one.side is side), None)
        if stop is not None:
            out.append(_stop(stop, "STOPS" if not out else "", look, width))
    named = False
    for side in (Side.SHORT, Side.LONG):
        entry = next((one for one in zones.entries if one.side is side), None)
        if entry is not None:
            out.append(_entry(entry, "" if named else "SMOOTH", look))
            named = True
    return out


def _stop(stop: Stop, name: str, look: Look, width: int) -> Line:
    long = stop.side is Side.LONG
    text = f"{'▼ L' if long else '▲ S'} {words.rough(stop.price)}"
    distance = f"{words.signed(stop.distance_pct, 1)} %"
    room = max(width - LABEL - len(text), 0)
    return [label(name, look), (text, look.long if long else look.short, 0), (f"{distance:>{room}}", look.text, 0)]


def _entry(entry: Entry, name: str, look: Look) -> Line:
    """One that begins at the mark moves with it: only where it ends is told."""
    below = entry.side is Side.LONG
    if abs(entry.distance_pct) < AT_MARK_PCT:
        text = f"down to {words.rough(entry.low)}" if below else f"up to {words.rough(entry.high)}"
    else:
        text = f"{words.rough(entry.low)}–{words.rough(entry.high)}"
    return [label(name, look), ("▼ " if below else "▲ ", look.long if below else look.short, 0), (text, look.text, 0)]


def _cost(percent: float | None) -> str:
    if percent is None:
        return "too thin"
    if percent < 0.005:
        return "<0.01 %"
    return f"{percent:.2f} %" if percent < 9.995 else f"{percent:.0f} %"


def _listed(names: list[str], room: int) -> str:
    """`fast, sampled`; what does not fit is counted: `fast +2`."""
    for kept in range(len(names), 0, -1):
        more = f" +{len(names) - kept}" if kept < len(names) else ""
        text = ", ".join(names[:kept]) + more
        if words.cells(text) <= room:
            return text
    return words.clip(names[0], room) if names else ""


def _minutes(minutes: int) -> str:
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
