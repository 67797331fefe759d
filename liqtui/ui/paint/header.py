"""The header never lies: what is traded, what it costs, how the feed is, and the age of whatever is stale."""

from dataclasses import dataclass, replace

from liqtui.events import FeedState
from liqtui.instruments import SUM_VENUE
from liqtui.ui import words
from liqtui.ui.abreast import short_name
from liqtui.ui.colour import BOLD, REVERSE
from liqtui.ui.look import Line, Look
from liqtui.ui.paint.grid import Grid
from liqtui.ui.paint.spans import fit, put, width_of
from liqtui.ui.paint.venues import LATENCY, feeds_of, sum_lines, venue_names
from liqtui.view import FeedView, Figure, Health, View

_SECOND = 10**9
STALE_PRICE_NS = 10 * _SECOND
STALE_INTEREST_NS = 180 * _SECOND
_WORST = (
    FeedState.REFUSED, FeedState.CLOSED, FeedState.CONNECTING, FeedState.STALE, FeedState.GAPPED, FeedState.RESYNCING,
)
_WORDS = {
    FeedState.STALE: "stale", FeedState.GAPPED: "gap", FeedState.RESYNCING: "resyncing",
    FeedState.CONNECTING: "connecting", FeedState.REFUSED: "refused", FeedState.CLOSED: "disconnected",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """What painting must know beside the View: the clock and who is speaking."""

    now_ns: int
    kind: str
    """`live`, `demo`, `replay`."""
    player: str = ""
    """Position and speed of a replay."""
    paused_since_ns: int | None = None
    speaks: bool = True
    """Of several panes one says what holds for all: `kind` and `player`."""


def paint_header(grid: Grid, view: View, moment: Moment, *, listed: bool = False) -> None:
    """One line at the top: identity, prices, open interest; the feed's state at the right edge. `listed`: the venues of
    a sum stand beside the map."""
    look = grid.look
    if look.focused is not None:
        grid.bg[0] = look.bar
        grid.text(0, 0, "▸" if look.focused else " ", look.accent, BOLD)
    states = states_of(view, moment, look)
    gap, room = 3 if grid.width >= 110 else 2, grid.width - 4
    parts = _parts(view, moment, look, listed=listed)
    fitting = (
        line for least in (5, 3, 2, 1) for rank, line in states
        if rank >= least and _needs(parts, gap, least) <= room - width_of(line)
    )
    state = next(fitting, states[-1][1])
    if _needs(parts, gap) > room - width_of(state):
        gap = 1
    if _needs(parts, gap) > room - width_of(state):
        parts = _parts(view, moment, look, listed=listed, brief=True)
    room -= width_of(state)
    put(grid, 0, 1, fit(parts, room, gap), room)
    put(grid, 0, grid.width - 1 - width_of(state), state)


def states_of(view: View, moment: Moment, look: Look) -> list[tuple[int, Line]]:
    """How the feeds are that the map rests on, in fewer and fewer words; each with the importance up to which all the
    rest should have room beside it."""
    feeds = feeds_of(view)
    if moment.kind == "replay" and not feeds:  # a capture without notes of its own, or the end of one
        return [(1, [("recording", look.muted, 0)])]
    stands_ns = 0 if moment.kind == "replay" or moment.paused_since_ns is not None else moment.now_ns - view.time_ns
    if stands_ns > STALE_PRICE_NS and all(feed.state is FeedState.LIVE for feed in feeds):  # no picture was made since
        return [(1, [(f"◐ stands {words.age(stands_ns)}", look.warn, BOLD)])]
    if view.instrument.venue == SUM_VENUE and not _ended(view):
        return sum_lines(view, moment.now_ns, look)
    health = replace(view.health, feeds=feeds)
    return [(1, feed_line(health, moment.now_ns, look, brief=brief)) for brief in (False, True)]


def feed_line(health: Health, now_ns: int, look: Look, *, brief: bool = False) -> Line:
    """`● live 84 ms`, `◐ stale 12 s`, `✕ refused 9 s: … again in 5 s`. `brief`: `● live`, `✕ refused 9 s`."""
    feeds = health.feeds
    bad = [f for f in feeds if f.state is not FeedState.LIVE]
    if not feeds:
        return [("◌ no feed", look.warn, 0)]
    if not bad:
        slowest = max((f.latency_ns for f in feeds if f.latency_ns is not None), default=None)
        count = f"{len(feeds)}/{len(feeds)} " if len(feeds) > 1 else ""
        late = f" {words.latency(slowest):<{LATENCY}}" if slowest is not None and not brief else ""
        return [("● ", look.good, 0), (f"{count}live", look.text, 0), (late, look.muted, 0)]
    worst = min(bad, key=lambda f: _WORST.index(f.state))
    down = worst.state in (FeedState.REFUSED, FeedState.CLOSED)
    sign = "✕" if down else "◌" if worst.state is FeedState.CONNECTING else "◐"
    name = f"{worst.venue} " if len(feeds) > 1 else ""
    told = _told(worst, now_ns) if not brief else _lasting(worst, now_ns)
    return [(f"{sign} {name}{told}", look.bad if down else look.warn, BOLD if down else 0)]


def disconnected(view: View, now_ns: int) -> bool:
    """No feed of the map's venues brings anything, or none that is still open brings a price: the picture is a memory.
    """
    cut, feeds = (FeedState.REFUSED, FeedState.CLOSED, FeedState.CONNECTING), feeds_of(view)
    if not feeds or any(feed.state is FeedState.LIVE for feed in feeds):
        return False
    prices = (view.figures.mark, view.figures.last)
    heard = any(price is not None and now_ns - price.time_ns < STALE_PRICE_NS for price in prices)
    return not heard or all(feed.state in cut for feed in feeds)


def _ended(view: View) -> bool:
    """The feeds have ended by a failure of our own."""
    return bool(view.health.feeds) and all(feed.state is FeedState.CLOSED for feed in view.health.feeds)


def why_down(view: View, moment: Moment) -> str:
    """While nothing is heard: why, and when it is tried again; where nothing ever was, how old the map is and what
    else can be looked at. Empty otherwise."""
    health, now_ns = view.health, moment.now_ns
    if not disconnected(view, now_ns):
        return ""
    feed = min(feeds_of(view), key=lambda f: _WORST.index(f.state))
    unheard = "sends nothing" if feed.state is FeedState.STALE else "is not connected"
    said = [f"{feed.venue}: {words.plain(feed.reason)}" if feed.reason else f"{feed.venue} {unheard}"]
    if feed.retry_ns is not None and feed.retry_ns > now_ns:
        said.append(f"next try in {words.until(feed.retry_ns - now_ns)}")
    if view.figures.mark_source == "last close":
        if health.backfill is not None and health.backfill.built_ns is not None:
            said.append(f"map of {words.age(now_ns - health.backfill.built_ns)} ago")
        if moment.kind == "live":
            said.append("liqtui demo runs without an exchange")
    return " · ".join(said)


def age_of(figure: Figure | None, now_ns: int, limit_ns: int) -> str:
    """How old a figure is, in words, once it is older than it should be."""
    if figure is None or now_ns - figure.time_ns < limit_ns:
        return ""
    return f" {words.age(now_ns - figure.time_ns)} old"


def _told(feed: FeedView, now_ns: int) -> str:
    text = _lasting(feed, now_ns)
    if feed.reason and (feed.state in (FeedState.REFUSED, FeedState.CLOSED) or feed.retry_ns is not None):
        text += f": {words.clip(words.plain(feed.reason), 28)}"
    if feed.retry_ns is not None and feed.retry_ns > now_ns:
        text += f" · again in {words.until(feed.retry_ns - now_ns)}"
    return text


def _lasting(feed: FeedView, now_ns: int) -> str:
    return f"{_WORDS[feed.state]} {words.age(now_ns - feed.since_ns)}"


def _needs(parts: list[tuple[int, Line]], gap: int, least: int = 1) -> int:
    """Cells of what is never left out: the name, what stands beside it, the price; and all as important as `least`."""
    kept = [part for importance, part in parts if importance <= least]
    return sum(map(width_of, kept)) + gap * (len(kept) - 1)


def _parts(
    view: View, moment: Moment, look: Look, *, listed: bool = False, brief: bool = False
) -> list[tuple[int, Line]]:
    """What the header says by importance, from left to right."""
    instrument, figures = view.instrument, view.figures
    digits = words.decimals_of(instrument.tick)
    name: Line = [(words.plain(short_name(instrument)), look.title, look.title_attr)]
    left = instrument.days_left(moment.now_ns)
    if left is not None and not brief:
        name.append((f" {words.days(left)}", look.warn if left < 2 else look.muted, 0))
    parts: list[tuple[int, Line]] = [(0, name)]
    if moment.kind != "live" and moment.speaks:
        parts.append((0, [(f" {moment.kind.upper()} ", look.accent, REVERSE)]))
    if moment.player and moment.speaks:
        parts.append((1, [(moment.player, look.text, 0)]))
    if moment.paused_since_ns is not None:
        held = words.age(moment.now_ns - moment.paused_since_ns)
        parts.append((0, [(f" PAUSED {held} ", look.warn, REVERSE)]))
    own: Line = [(words.plain(instrument.venue), look.muted, 0)]
    if instrument.venue == SUM_VENUE:
        own = venue_names(view, look) or [("no venue yet", look.warn, 0)]
    # A symbol alone may be any venue's; those of a sum may be `listed` beside the map.
    parts.append((6 if listed and view.parts else 3, own))
    if figures.last is not None:
        told = brief and any(feed.state is not FeedState.LIVE for feed in feeds_of(view))  # beside it
        old = "" if told else age_of(figures.last, moment.now_ns, STALE_PRICE_NS)
        parts.append((1, [(words.price(figures.last.value, digits), look.text, BOLD), (old, look.warn, 0)]))
    if figures.change_24h is not None:
        parts.append((2, [_change(figures.change_24h, look)]))
    if figures.mark is not None:
        old = age_of(figures.mark, moment.now_ns, STALE_PRICE_NS)
        stands_in = figures.mark_source != "mark"
        parts.append((4, [
            (f"{'mark is ' if stands_in else ''}{figures.mark_source} ", look.warn if stands_in else look.muted, 0),
            (words.price(figures.mark.value, digits), look.text, 0), (old, look.warn, 0),
        ]))
    parts.extend(_interest(view, moment, look))
    return parts


def _change(change: float, look: Look) -> tuple[str, int, int]:
    up = change >= 0
    return f"{'▲' if up else '▼'} {words.percent(change)}", look.long if up else look.short, 0


def _interest(view: View, moment: Moment, look: Look) -> list[tuple[int, Line]]:
    figures = view.figures
    if figures.open_interest is None:
        return []
    value = figures.open_interest_usd
    size = words.usd(value) if value is not None else (
        f"{words.amount(figures.open_interest.value)} {words.plain(view.instrument.unit)}"
    )
    line: Line = [("OI ", look.muted, 0), (size, look.text, 0)]
    if figures.open_interest_change_24h is not None:
        change = figures.open_interest_change_24h
        line.append((f" {'▲' if change >= 0 else '▼'}{abs(change) * 100:.1f} %", look.muted, 0))
    line.append((age_of(figures.open_interest, moment.now_ns, STALE_INTEREST_NS), look.warn, 0))
    return [(5, line)]
