"""What lies over the map when asked for: help, problems, search. Rows only; no Textual."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from liqtui.events import FeedState
from liqtui.instruments import SUM_VENUE, Instrument, Kind, utc_day
from liqtui.ui import words
from liqtui.ui.colour import BOLD, Row
from liqtui.ui.look import Line, Look

if TYPE_CHECKING:
    from liqtui.ui.keys import Command
    from liqtui.view import Health, Source

DATES_FROM = 60
"""Cells of a search from which a contract's day stands beside the days it has left."""

SPEAKS = {
    "map":
    "The map estimates where open positions would be liquidated. Bars left of the mark are longs, right of it shorts; "
    "their height is the estimated size per 1 % of price against the largest in view. Below, the same map through "
    "time, newest on top, with the price path in it; dots are liquidations that happened. A heavy line under the bars "
    "is a cluster from edge to edge. Times are UTC; changes in the header are over 24 h.",
    "heat":
    "Time runs across, price up: the brighter, the more is estimated to be liquidated at that price, as it stood then. "
    "Candles are the mark, dots liquidations that happened. On the right, on the same rows, the map of now: longs "
    "below the mark, shorts above; a heavy line is a cluster. Hatched is what has no history.",
    "ladder":
    "A row is a stretch of price: left of it the longs that would be liquidated there, right of it the shorts, 100 "
    "being the most in view; Δ is what the row gained or lost over the span. Then what rests there in the book, and "
    "what was traded there in 24 h. Hatched is what is not seen.",
    "cascade":
    "For a push of the mark to each price: how far from the mark it would end, the push itself pale, what its "
    "liquidations add bright; ▒ where no book is seen, a thick axis where a push would at least double. Below, what it "
    "would force to be sold or bought; the line is what the book shows up to there.",
    "charts":
    "What the exchange reports, through time: price, open interest, what takers bought less what they sold, funding, "
    "accounts long over short, and the basis, or that of every expiry. The dot is now; hatched is what was not heard. "
    "The cursor lies across the prices.",
    "watch":
    "A row for every instrument of a list, from a coarser map than a pane's: hourly candles of five days, then what is "
    "heard. The strip is the map from 5 % below the mark to 5 % above, brightest where the row itself is densest. Pale "
    "rows were not heard of for half a minute; rows change places at most every 3 s.",
}
"""What each view of a pane is, and the watch table."""
FIGURES = (
    ("CLUSTERS", "Peaks of the map: price and distance from the mark; dens: how high its bars stand, 100 being the top "
                 "of the scale; 1h: how many percent it grew ▲ or shrank ▼. Pale ones lie beyond the picture"),
    ("VENUES", "Of a sum: share of open interest, basis points of the mark over that of the largest venue (ref), to "
               "which all maps are moved, and how much of the open interest the map places. Who falls silent stays for "
               "15 s, then fades: half of it is left after 5 min"),
    ("CASCADE", "Where the mark would end if someone pushed it 1 % that way: what the push liquidates walks the book "
                "and pushes on; ×: times the push. ~: beyond the visible book; est.: the exchange does not report all "
                "liquidations. First runaway: a push to there would at least double; runs away: beyond "
                "the visible book"),
    ("STOPS", "Nearest price behind a whole cluster on either side, 0.15 % past its edge"),
    ("SMOOTH", "Longest stretch on either side in which little would be forced to trade"),
    ("RELIABLE", "How far to rely on the map, and what lowers it, the worst first; ! says why"),
    ("JUMPED", "Levels the mark crossed unseen within the hour; dotted on the price axis"),
    ("LIQUIDATED", "What the exchange reported, in dollars; the last one at the mark of its moment"),
    ("PACE", "How fast liquidations come, against their own day"),
    ("FLOW", "CVD: what takers bought less what they sold, by the minute; buy: their share of the last 5 minutes"),
    ("BOOK", "Bids and asks that rest within 1 % of the mid; ≥: what is seen of the book ends before that"),
    ("SLIP", "What an order of that size costs against the mid, bought ▲ or sold ▼"),
    ("FUND", "Funding rate, and when it is paid next"),
    ("BASIS", "Every contract of the underlying against the index, and what that is a year"),
    ("RATIO", "Accounts that are long over those that are short, as the exchange counts them"),
    ("STOCK", "Of the positions estimated within 5 % of the mark, the share of the larger side"),
    ("DRIFT", "What became of the stock within 2 % of the mark in the last hour"),
    ("OBSERVED", "Where positions are public: the share of open interest on each side that was seen, in how many "
                 "positions, and how long ago; o lays them over the map"),
    ("SCORE", "How right the map was of late. Capture: of the dollars liquidated, the share in the densest tenth of "
              "the prices passed; ×: against chance. Error: against a forecast that knows only how far price went"),
    ("AGREES", "The estimate against them within 12 % of the mark, longs / shorts: how much of both lies in the same "
               "0.25 %, and how far apart they are on average"),
)

COLUMNS = (
    ("24h · OI · ΔOI 1h", "Change of the price in a day; open interest, and its change in an hour"),
    ("nearest · dens", "The cluster next to the mark, and how dense it is, 100 being the row's densest"),
    ("imbal", "Of the positions estimated within 5 % of the mark, the share of the larger side"),
    ("fund 8h", "The funding rate; where it is paid more often or less, what that is in 8 h"),
    ("liq 1h", "What the exchange reported as liquidated within the hour, and of which side it was more"),
)
"""What stands in the watch table's."""


def panel(title: str, lines: Sequence[Line], width: int, look: Look, more: str = "") -> list[Row]:
    """Lines in a frame, on the raised ground. `more`: what is not among them, told on its lower edge."""
    inner = width - 4
    edge = look.pen(look.border, 0, look.raised)
    head = f" {words.clip(title, inner - 2)} "
    rows: list[Row] = [(
        ("╭─", edge), (head, look.pen(look.accent, BOLD, look.raised)),
        ("─" * (width - 3 - words.cells(head)) + "╮", edge),
    )]
    for line in lines:
        runs = [("│ ", edge)]
        room = inner
        for text, fg, attr in line:
            if cut := words.cut(text, room):
                runs.append((cut, look.pen(fg, attr, look.raised)))
                room -= words.cells(cut)
        runs += [(" " * room, edge)] if room else []
        rows.append((*runs, (" │", edge)))
    foot = f" {more} " if more else ""
    rows.append((
        ("╰" + "─" * (width - 3 - words.cells(foot)), edge), (foot, look.pen(look.accent, BOLD, look.raised)),
        ("─╯", edge),
    ))
    return [look.out(row) for row in rows]


def help_lines(commands: "Sequence[Command]", width: int, look: Look, shown_as: str = "map") -> list[Line]:
    """Every key that works now, what the picture is (`shown_as`: one of `state.VIEWS`, or `watch`), and what the
    figures mean."""
    keys = [(" ".join(command.all_keys), command.telling) for command in commands]
    figures = COLUMNS if shown_as == "watch" else FIGURES
    picture: list[Line] = [[(line, look.muted, 0)] for line in words.wrap(SPEAKS[shown_as], width - 4)]
    return [*_told(keys, width, look.accent, look), [], *picture, [], *_told(figures, width, look.muted, look)]


def _told(named: Sequence[tuple[str, str]], width: int, ink: int, look: Look) -> list[Line]:
    """Names in a column, and what is told of each."""
    out: list[Line] = []
    left = max((words.cells(name) for name, _ in named), default=0) + 2
    for name, telling in named:
        for at, line in enumerate(words.wrap(telling, width - 4 - left)):
            out.append([(words.fill(name if at == 0 else "", left), ink, BOLD), (line, look.text, 0)])
    return out


def problems_of(
    source: "Source | None", name: str, first: Sequence[str], width: int, look: Look
) -> list[Line]:
    """What went wrong with what is looked at, `name`, and with the feeds of all venues; `first`: before there were any.
    """
    if source is None:
        return problem_lines(None, 0, width, look, first)
    view, health, now_ns = source.view(name), source.status(), source.clock_ns()
    if view is None:
        return problem_lines(health, now_ns, width, look, first)
    from liqtui.ui.paint.venues import reasons_of  # numpy: there is a View by now

    return problem_lines(replace(view.health, feeds=health.feeds), now_ns, width, look, first, reasons_of(view, now_ns))


def problem_lines(
    health: "Health | None", now_ns: int, width: int, look: Look, first: Sequence[str] = (),
    why: Mapping[str, str] | None = None,
) -> list[Line]:
    """What went wrong at the start (`first`), the feeds' counts, standing caveats, then what went wrong since, newest
    first. `why`: more of a caveat than its words."""
    out: list[Line] = [
        [(line, look.warn, 0)] for told in first for line in words.wrap(words.plain(told), width - 4)
    ]
    if health is None:
        return [*out, [("the feeds have not started", look.muted, 0)]]
    for feed in health.feeds:
        good = feed.state is FeedState.LIVE
        counts = f"{feed.gaps} gaps  {feed.rejected} frames rejected  {feed.reconnects} reconnects"
        out.append([
            (f"{'●' if good else '◐'} ", look.good if good else look.warn, 0),
            (f"{words.plain(feed.venue)} {feed.state.value} for {words.age(now_ns - feed.since_ns)}   ", look.text, 0),
            (counts, look.muted, 0),
        ])
        if not good:
            soon = feed.retry_ns is not None and feed.retry_ns > now_ns
            said = [feed.reason, f"next try in {words.until((feed.retry_ns or 0) - now_ns)}" if soon else ""]
            told = words.plain(", ".join(filter(None, said)))
            out += [[(f"  {line}", look.warn, 0)] for line in words.wrap(told, width - 6) if line]
    if not health.feeds:
        out.append([("no feed is connected", look.warn, 0)])
    for word in health.words:
        more = (why or {}).get(word)
        for at, line in enumerate(words.wrap(words.plain(f"{word}: {more}" if more else word), width - 6)):
            out.append([("  " if at else "! ", look.warn, 0), (line, look.text, 0)])
    if health.backfill is not None and health.backfill.problem:
        out.append([("! ", look.warn, 0), (words.plain(health.backfill.problem), look.text, 0)])
    out += _reliability_lines(health, width, look)
    out.append([])
    if not health.problems:
        out.append([("nothing else went wrong so far", look.muted, 0)])
    for problem in reversed(health.problems):
        when = datetime.fromtimestamp(problem.time_ns / 1e9, UTC).strftime("%H:%M:%S")
        for at, line in enumerate(words.wrap(words.plain(problem.words), width - 14)):
            out.append([(f"{when if at == 0 else '':<10}", look.muted, 0), (line, look.text, 0)])
    return out


def _reliability_lines(health: "Health", width: int, look: Look) -> list[Line]:
    """How far the map can be relied on, and the factor of every reason it is not further."""
    told = health.reliability
    if told is None:
        return []
    out: list[Line] = [[], [("the map is reliable to ", look.text, 0), (f"{told.percent} %", look.text, BOLD)]]
    for doubt in told.doubts:
        for at, line in enumerate(words.wrap(words.plain(doubt.words), width - 14)):
            out.append([(f"  × {doubt.factor:.2f}  " if at == 0 else " " * 10, look.muted, 0), (line, look.text, 0)])
    return out


def search_lines(
    query: str, found: Sequence[Instrument], chosen: int, interest: dict[str, float], now_ns: int,
    size: tuple[int, int], look: Look, awaited: Sequence[str] = (), summed: Callable[[Instrument], int] = lambda _: 0,
) -> list[Line]:
    """The field, the venues that have yet to say what they list, then what is found: symbol, venue where there are
    several, the end and days left, open interest where known, highest leverage. Of a sum its whole name, and of how
    many venues it is, as `summed` tells."""
    width, height = size
    out: list[Line] = [[("/ ", look.accent, BOLD), (words.plain(query), look.text, BOLD), ("▌", look.accent, 0)], []]
    if not query:
        out[0].append((words.clip("  btc dec, pepe, 261225, bybit eth", width), look.faint, 0))
    if awaited:
        out[1].append((words.clip(f"still asking {', '.join(map(words.plain, awaited))}", width), look.muted, 0))
    if not found:
        return [*out, [(f"nothing is called that{' so far' if awaited else ''}", look.warn, 0)]]
    beside = max(len(i.venue) for i in found) + 2 if len({i.venue for i in found}) > 1 else 0
    ending = 17 if width >= DATES_FROM else 10
    room = max(width - 24 - ending - beside, 12)
    top = max(0, min(chosen - height // 2, len(found) - height))
    for at, instrument in enumerate(found[top : top + height], top):
        mine = at == chosen
        left = instrument.days_left(now_ns)
        ends = "perpetual" if instrument.kind is Kind.PERPETUAL or left is None else words.days(left)
        if ending > 10 and instrument.expiry_ns is not None:
            ends = f"{utc_day(instrument.expiry_ns)} {ends:>6}"
        known = words.usd(interest[instrument.name]) if instrument.name in interest else ""
        lever = f"{instrument.max_leverage:.0f}×" if instrument.max_leverage else ""
        whole = instrument.venue == SUM_VENUE
        name = words.fill(words.plain(instrument.name if whole else instrument.symbol), room)
        what = f"{instrument.venue:<{beside}}{ends:>{ending}}" if beside else f"{ends:>{ending}}"
        if whole:
            what = f"{f'sum of {summed(instrument)} venues':>{beside + ending}}"
        out.append([
            ("▸ " if mine else "  ", look.accent, 0),
            (name, look.accent if mine else look.text, BOLD if mine else 0),
            (what, look.muted, 0), (f"{known:>9}", look.text, 0), (f"{lever:>7}", look.muted, 0),
        ])
    return out
