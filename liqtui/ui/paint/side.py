"""The side column: the figures beside the map. A row whose figure is unknown is not there."""

from datetime import UTC, datetime

from liqtui.events import Side
from liqtui.instruments import SUM_VENUE
from liqtui.ui import words
from liqtui.ui.abreast import short_name
from liqtui.ui.colour import BOLD
from liqtui.ui.look import Line, Look
from liqtui.ui.paint.basis import basis_lines
from liqtui.ui.paint.grid import Grid
from liqtui.ui.paint.header import age_of
from liqtui.ui.paint.named import Named, chosen
from liqtui.ui.paint.observed import observed_rows
from liqtui.ui.paint.outlook import pace_rows, slippage_rows, trust_rows, zone_rows
from liqtui.ui.paint.score import score_rows
from liqtui.ui.paint.side_cascade import cascade_lines
from liqtui.ui.paint.spans import LABEL, label, put
from liqtui.ui.paint.venues import venue_rows
from liqtui.view import View

_SECOND, _DAY = 10**9, 86_400 * 10**9
STALE_RATIO_NS = 1800 * _SECOND
STALE_FUNDING_NS = 600 * _SECOND
SPARKS = "▁▂▃▄▅▆▇█"
STEPS = (
    (4, True, True, True, True), (3, True, True, True, True), (3, True, False, True, True),
    (2, True, False, True, True), (2, True, False, False, True), (3, False, False, False, True),
    (3, False, False, False, False), (2, False, False, False, False), (1, False, False, False, False),
)
"""What is there the lower the column is: clusters a side, blank lines, stops, what is wrong with venues at length, the
basis at other venues."""
LEAST_SPARKS = 5
"""Minutes of flow from which on its line says something."""


def paint_side(
    grid: Grid, x: int, y: int, width: int, height: int, view: View, named: list[Named], now_ns: int
) -> None:
    """A framed column of groups; stops go first when it is low, then what is wrong with venues at length, blank lines,
    the basis at other venues, clusters, and the last groups."""
    grid.box(x, y, width, height, words.plain(short_name(view.instrument)))
    inner, rows = width - 4, height - 2
    for per_side, blank, stops, detailed, abroad in STEPS:
        groups = _groups(view, named, grid.look, now_ns, inner, per_side, stops=stops, detailed=detailed, abroad=abroad)
        lines = _lines(groups, blank)
        if len(lines) <= rows:
            break
    for row, line in enumerate(lines[:rows]):
        put(grid, y + 1 + row, x + 2, line, inner)


def sparkline(points: tuple[float, ...], width: int) -> str:
    """The last `width` points between their own lowest and highest."""
    shown = points[-width:]
    low, high = min(shown), max(shown)
    if high <= low:
        return SPARKS[0] * len(shown)
    return "".join(SPARKS[min(int((p - low) / (high - low) * len(SPARKS)), len(SPARKS) - 1)] for p in shown)


def _lines(groups: list[list[Line]], blank: bool) -> list[Line]:
    out: list[Line] = []
    for group in groups:
        if group:
            if out and blank:
                out.append([])
            out.extend(group)
    return out


def _groups(
    view: View, named: list[Named], look: Look, now_ns: int, width: int, per_side: int, *, stops: bool,
    detailed: bool, abroad: bool,
) -> list[list[Line]]:
    return [
        _clusters(named, look, width, per_side),
        venue_rows(view, look, now_ns, width, detailed=detailed),
        cascade_lines(view.cascade, look, width),
        zone_rows(view, look, width) if stops else [],
        trust_rows(view, look, now_ns, width),
        [*_liquidated(view, look, now_ns, width), *pace_rows(view, look, now_ns)],
        _market(view, look, now_ns, width),
        basis_lines(view.figures.basis, view.instrument, look, abroad=abroad),
        _stock(view, look, now_ns),
        observed_rows(view, look),
        score_rows(view, look, now_ns),
    ]


def _clusters(named: list[Named], look: Look, width: int, per_side: int) -> list[Line]:
    if not named:
        return []
    out: list[Line] = [[(f"{'CLUSTERS':<{width - 19}}{'dist':>9}{'dens':>5}{'1h':>5}", look.muted, 0)]]
    for side in (Side.SHORT, Side.LONG):
        out.extend(_cluster(one, look, width) for one in chosen(named, side, per_side))
    return out


def _cluster(one: Named, look: Look, width: int) -> Line:
    """A row; paler where the cluster lies beyond the picture."""
    cluster = one.cluster
    long = cluster.side is Side.LONG
    name = f"{'▼ L' if long else '▲ S'} {words.rough(cluster.peak)}"
    room = width - 10 - len(name)
    distance = words.distance(cluster.distance_pct)
    if len(distance) >= room:
        distance = distance.replace(" ", "")
    ink = look.text if one.inside else look.muted
    return [
        (name, look.long if long else look.short, 0), (f"{distance:>{max(room, 0)}}", ink, 0),
        (f"{words.relative(min(one.height, 100.0) if one.inside else one.height):>5}", ink, BOLD if one.inside else 0),
        (f"{_growth(cluster.growth_1h):>5}", _trend(cluster.growth_1h, look), 0),
    ]


def _growth(growth: float | None) -> str:
    if growth is None:
        return ""
    percent = round(growth * 100)
    if percent == 0:
        return "━ 0"
    return f"{'▲' if percent > 0 else '▼'}{min(abs(percent), 999)}"


def _trend(growth: float | None, look: Look) -> int:
    return look.muted if growth is None or abs(growth) < 0.05 else look.text


def _liquidated(view: View, look: Look, now_ns: int, width: int) -> list[Line]:
    totals, last = view.figures.liquidated, view.figures.last_liquidation
    out: list[Line] = []
    if totals is not None:
        heard = now_ns - totals.heard_since_ns
        since = "24 h" if heard >= _DAY else "since " + datetime.fromtimestamp(
            totals.heard_since_ns / _SECOND, UTC).strftime("%H:%M")
        out.append([(f"{'LIQUIDATED':<11}{'60 s':>7}{since:>{max(width - 18, 0)}}", look.muted, 0)])
        for side, name, colour in ((Side.LONG, "longs", look.long), (Side.SHORT, "shorts", look.short)):
            minute, day = words.usd(totals.minute[side]), words.usd(totals.day[side])
            loud = BOLD if totals.minute[side] > 0 else 0
            out.append([
                (f"{'▼' if side is Side.LONG else '▲'} {name:<9}", colour, 0),
                (f"{minute:>7}", look.text if loud else look.muted, loud),
                (f"{day:>{max(width - 18, 0)}}", look.text, 0),
            ])
    if totals is not None and last is None:
        out.append([("none heard yet", look.muted, 0)])
    if last is not None:
        long = last.side is Side.LONG
        digits = words.decimals_of(view.instrument.tick)
        told = f"{words.plain(view.instrument.unit)} @ {words.price(last.mark, digits)}"
        if view.instrument.venue == SUM_VENUE:
            told = f"@ {words.rough(last.mark)} {words.plain(last.venue)}"
        out.append([
            (f"{'▼ L' if long else '▲ S'} ", look.long if long else look.short, 0),
            (f"{words.amount(last.size)} {told}", look.text, 0),
            (f"  {words.age(now_ns - last.time_ns)}", look.muted, 0),
        ])
    return out


def _market(view: View, look: Look, now_ns: int, width: int) -> list[Line]:
    figures = view.figures
    out: list[Line] = []
    sparks = len(figures.cvd) >= LEAST_SPARKS
    if sparks or figures.buy_share is not None:
        line = [label("FLOW", look)]
        if sparks:
            line.append(("CVD ", look.muted, 0))
            line.append((sparkline(figures.cvd, width - LABEL - 15) + "  ", look.accent, 0))
        if figures.buy_share is not None:
            line.append((f"buy {figures.buy_share * 100:.0f} %", look.text, 0))
        out.append(line)
    if figures.depth_usd is not None:
        bids, asks = (
            f"{'' if whole else '≥'}{words.usd_about(usd)}"
            for usd, whole in zip(figures.depth_usd, figures.depth_whole, strict=True)
        )
        out.append([
            label("BOOK", look), ("±1 %  ", look.muted, 0), (bids, look.long, 0), (" / ", look.muted, 0),
            (asks, look.short, 0),
        ])
    out += slippage_rows(view, look)
    if figures.funding is not None:
        line = [label("FUND", look), (f"{words.percent(figures.funding.value, 4)}", look.text, 0)]
        if figures.funding_next_ns is not None and figures.funding_next_ns > now_ns:
            line.append((f"  in {words.until(figures.funding_next_ns - now_ns)}", look.muted, 0))
        line.append((age_of(figures.funding, now_ns, STALE_FUNDING_NS), look.warn, 0))
        out.append(line)
    return out


def _stock(view: View, look: Look, now_ns: int) -> list[Line]:
    figures = view.figures
    out: list[Line] = []
    if figures.long_short_ratio is not None:
        out.append([
            label("RATIO", look), (f"{figures.long_short_ratio.value:.2f}", look.text, 0),
            ("  longs / shorts", look.muted, 0),
            (age_of(figures.long_short_ratio, now_ns, STALE_RATIO_NS), look.warn, 0),
        ])
    if figures.imbalance is not None:
        share = figures.imbalance
        long = share >= 0.5
        out.append([
            label("STOCK", look), ("±5 %  ", look.muted, 0),
            (f"{max(share, 1 - share) * 100:.0f} % {'▼ longs' if long else '▲ shorts'}",
             look.long if long else look.short, 0),
        ])
    if figures.drift is not None:
        word = "grows" if figures.drift > 0.005 else "shrinks" if figures.drift < -0.005 else "steady"
        out.append([
            label("DRIFT", look), ("±2 %  ", look.muted, 0), (f"{words.percent(figures.drift, 1)}/h", look.text, 0),
            (f"  {word}", look.muted, 0),
        ])
    return out
