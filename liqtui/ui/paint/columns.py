"""The columns of the watch table: which fit, how wide, and what stands in each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from liqtui.instruments import DEFAULT_VENUE, SUM_VENUE, Instrument, Kind, utc_day
from liqtui.ui import words
from liqtui.ui.colour import BOLD
from liqtui.ui.look import Line, Look
from liqtui.ui.ranking import (
    BALANCE,
    CHANGE,
    COLUMNS,
    FUNDING,
    GROWTH,
    INTEREST,
    LAST,
    LIQUIDATED,
    LIQUIDITY,
    NEAREST,
    SYMBOL,
    funding_of,
)
from liqtui.view import Row

UNKNOWN = "—"
LONGEST_NAME = 24
AGE = 5
"""Cells beside a name in which a row says since when it is stale."""
STRIPS = (11, 21, 41, 81)
"""Widths of the strip: as many cells for longs as for shorts, and the mark between them."""
NEAREST_WIDE = 15
HEADS = {
    SYMBOL: ("SYMBOL",), LAST: ("LAST",), CHANGE: ("24h",), INTEREST: ("OI",), GROWTH: ("ΔOI 1h",),
    LIQUIDITY: ("◀ ±5 % ▶", "long ◀ ±5 % ▶ short", "long ◀ liquidity ±5 % ▶ short"),
    NEAREST: ("near", "nearest   dens"), BALANCE: ("imbal",), FUNDING: ("fund 8h",), LIQUIDATED: ("liq 1h",),
}
"""Titles, the shortest first."""
WORDS = {
    "": "as listed", SYMBOL: "symbol", LAST: "last", CHANGE: "24h", INTEREST: "OI", GROWTH: "ΔOI 1h",
    LIQUIDITY: "liquidity ±5 %", NEAREST: "nearest cluster", BALANCE: "imbalance", FUNDING: "funding",
    LIQUIDATED: "liquidated 1h",
}
"""What a column is called in a sentence."""
_LEAST = {SYMBOL: 9, LAST: 9, CHANGE: 7, INTEREST: 6, GROWTH: 7, LIQUIDITY: STRIPS[0], NEAREST: 7, BALANCE: 6,
          FUNDING: 9, LIQUIDATED: 7}
_GROW = (
    (NEAREST, 7), (LIQUIDITY, STRIPS[0]), (CHANGE, 7), (SYMBOL, 13), (LIQUIDITY, STRIPS[1]), (INTEREST, 6),
    (SYMBOL, 16), (NEAREST, NEAREST_WIDE), (BALANCE, 6), (LIQUIDATED, 7), (GROWTH, 7), (SYMBOL, LONGEST_NAME),
    (FUNDING, 9), ("", 2), (LIQUIDITY, STRIPS[2]), (LAST, 11), (LIQUIDITY, STRIPS[3]),
)
"""What room is spent on, in this order: columns that are not there yet, and wider ones; the nameless one is the gap."""

@dataclass(frozen=True, slots=True)
class Columns:
    """Those that fit, from left to right, each with its width."""

    widths: tuple[tuple[str, int], ...]
    gap: int

    def places(self) -> list[tuple[str, int, int]]:
        """(column, first cell, width); the row's first cell is the cursor's."""
        at, out = 1, []
        for name, width in self.widths:
            out.append((name, at, width))
            at += width + self.gap
        return out


def fit_columns(width: int, longest: int, sorted_by: str) -> Columns:
    """As many columns as `width` has room for; the one that is sorted by always. `longest`: cells of the longest name
    there is to show."""
    have, gap = {SYMBOL: _LEAST[SYMBOL], LAST: _LEAST[LAST]}, 1
    first = [(sorted_by, _LEAST[sorted_by])] if sorted_by in COLUMNS else []
    for name, wanted in (*first, *_GROW):
        if name == SYMBOL:
            full = longest if wanted < LONGEST_NAME else longest + AGE
            wanted = min(wanted, max(full, have[SYMBOL]))
        wider = have | {name: max(wanted, have.get(name, 0))} if name else have
        wider_gap = gap if name else wanted
        if 1 + sum(wider.values()) + wider_gap * (len(wider) - 1) <= width:
            have, gap = wider, wider_gap
    return Columns(tuple((name, have[name]) for name in COLUMNS if name in have), gap)


def head_of(column: str, width: int, arrow: str) -> str:
    """A column's title in its width, with an arrow if it is the one sorted by."""
    fits = [head for head in HEADS[column] if len(head) + len(arrow) <= width]
    title = (fits or [HEADS[column][0][: max(width - len(arrow), 0)]])[-1] + arrow
    if column == SYMBOL:
        return f"{title:<{width}}"
    if column == LIQUIDITY:
        return f"{title:^{width}}"
    return f"{title:>{width}}"


def home_of(names: Sequence[str]) -> str:
    """The venue that need not be named: the only one there is, else the default one."""
    venues = {name.partition(":")[0] for name in names}
    return venues.pop() if len(venues) == 1 else DEFAULT_VENUE


def name_line(
    name: str, instrument: Instrument | None, home: str, width: int, look: Look, fg: int, attr: int
) -> Line:
    """What a row is called: its symbol, and its venue where it is not `home`; where that is too long the coin, and when
    it ends."""
    venue, _, symbol = name.partition(":")
    if venue == SUM_VENUE:
        return [(words.fill(words.plain(name.removesuffix("-SWAP")), width), fg, attr)]
    shown, beside = words.plain(symbol), "" if venue == home else f" {words.plain(venue)}"
    if words.cells(shown) > width:
        shown = shown.removesuffix("-SWAP")
    if words.cells(shown) > width and instrument is not None:
        shown = words.plain(instrument.base)
        if instrument.kind is Kind.DATED and instrument.expiry_ns is not None:
            shown += f" {utc_day(instrument.expiry_ns)[2:].replace('-', '')}"
        elif instrument.inverse:
            shown += "-USD"
    shown = words.clip(shown, width)
    beside = words.clip(beside, width - words.cells(shown)) if words.cells(shown) + 2 < width else ""
    rest = " " * (width - words.cells(shown) - words.cells(beside))
    return [(shown, fg, attr), (beside + rest, look.muted, 0)]


def length_of_name(name: str, home: str) -> int:
    """Cells a row's name takes in full."""
    venue, _, symbol = name.partition(":")
    if venue == SUM_VENUE:
        return words.cells(words.plain(name.removesuffix("-SWAP")))
    return words.cells(words.plain(symbol)) + (0 if venue == home else 1 + words.cells(words.plain(venue)))


def cell(column: str, row: Row, width: int, look: Look) -> Line:
    """What stands in a column, right-aligned; not of `SYMBOL` and `LIQUIDITY`."""
    line = _CELLS[column](row, width, look) or [(UNKNOWN, look.faint, 0)]
    length = sum(words.cells(text) for text, _, _ in line)
    if length > width:
        text = words.cut("".join(text for text, _, _ in line), width)
        line, length = [(text, line[0][1], line[0][2])], words.cells(text)
    return [(" " * (width - length), look.text, 0), *line] if length < width else line


def _last(row: Row, width: int, look: Look) -> Line:
    if row.last is None:
        return []
    price, room = row.last.value, width - len("0.")
    ways = [words.price(price, words.decimals_of(row.instrument.tick)), words.rough(price)]
    if 100 * 10**-room <= price < 1:  # three figures of it at least
        ways.append(f"{price:.{room}f}")
    ways.append(f"{price:.3g}")
    return [(next((text for text in ways if len(text) <= width), ways[-1]), look.text, BOLD)]


def _change(row: Row, _: int, look: Look) -> Line:
    if row.change_24h is None:
        return []
    return [(words.percent(row.change_24h, 1), look.long if row.change_24h >= 0 else look.short, 0)]


def _interest(row: Row, _: int, look: Look) -> Line:
    if row.open_interest_usd is None:
        return [("no OI", look.warn, 0)] if row.relative and row.strip is not None else []
    return [(words.usd(row.open_interest_usd), look.text, 0)]


def _growth(row: Row, _: int, look: Look) -> Line:
    change = row.open_interest_change_1h
    return [] if change is None else [(words.percent(change, 1), look.text, 0)]


def _nearest(row: Row, width: int, look: Look) -> Line:
    cluster = row.nearest
    if cluster is None:
        return []
    below = cluster.distance_pct < 0
    sign, colour = ("▼", look.long) if below else ("▲", look.short)
    if width < NEAREST_WIDE:
        return [(sign, colour, 0), (words.distance(cluster.distance_pct).lstrip(f"+{words.MINUS}"), look.text, 0)]
    far = words.distance(cluster.distance_pct)
    return [(sign, colour, 0), (f"{far:>9}", look.text, 0), (f"{cluster.density:>5.0f}", look.muted, 0)]


def _balance(row: Row, _: int, look: Look) -> Line:
    """The share of the larger side."""
    if row.imbalance is None:
        return []
    long = row.imbalance >= 0.5
    share = max(row.imbalance, 1 - row.imbalance)
    return [(f"{share * 100:.0f} % ", look.text, 0), ("L" if long else "S", look.long if long else look.short, 0)]


def _funding(row: Row, _: int, look: Look) -> Line:
    """Pale where the venue does not say for how long it is."""
    rate = funding_of(row)
    return [] if rate is None else [(words.percent(rate, 4), look.text if row.funding_interval_ns else look.muted, 0)]


def _liquidated(row: Row, _: int, look: Look) -> Line:
    """Both sides together, and the sign of the one of which it was more."""
    if row.liquidated_1h is None:
        return []
    longs, shorts = row.liquidated_1h
    if not longs + shorts:
        return [("$0  ", look.faint, 0)]
    sign = ("▼", look.long) if longs >= shorts else ("▲", look.short)
    return [(words.usd_short(longs + shorts) + " ", look.text, 0), (sign[0], sign[1], 0)]


_Cell = Callable[[Row, int, Look], Line]
_CELLS: dict[str, _Cell] = {
    LAST: _last, CHANGE: _change, INTEREST: _interest, GROWTH: _growth, NEAREST: _nearest, BALANCE: _balance,
    FUNDING: _funding, LIQUIDATED: _liquidated,
}


def left_out(columns: Columns) -> Sequence[str]:
    """The columns there was no room for, what matters most first."""
    there = {name for name, _ in columns.widths}
    return [name for name in dict.fromkeys(name for name, _ in _GROW) if name in _CELLS and name not in there]
