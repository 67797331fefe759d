"""In which order the rows of the watch table stand, and that they do not dance."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from liqtui.instruments import DEFAULT_VENUE

if TYPE_CHECKING:
    from liqtui.view import Row

SYMBOL, LAST, CHANGE, INTEREST, GROWTH = "symbol", "last", "change", "interest", "growth"
LIQUIDITY, NEAREST, BALANCE, FUNDING, LIQUIDATED = "liquidity", "nearest", "balance", "funding", "liquidated"
COLUMNS = (SYMBOL, LAST, CHANGE, INTEREST, GROWTH, LIQUIDITY, NEAREST, BALANCE, FUNDING, LIQUIDATED)
"""From left to right."""
SORTS = ("", *COLUMNS)
"""What rows can be sorted by, in the order of the key; the empty one is the list's own order."""
RISING = (SYMBOL, NEAREST)
"""Sorted from the least on; the others from the most."""
FUNDED_NS = 8 * 3_600 * 10**9
"""Funding is told per 8 h, whatever a venue's own interval, so that rates can be compared."""
CALM_NS = 3 * 10**9
"""Rows change places at most this often."""

Value = float | tuple[str, str]


def value_of(column: str, name: str, row: "Row | None") -> Value | None:
    """What a row is sorted by; None where it is not known."""
    if column == SYMBOL:
        venue, _, symbol = name.partition(":")
        return symbol, "" if venue == DEFAULT_VENUE else venue
    return None if row is None else _number(column, row)


def ranked(names: Sequence[str], rows: Mapping[str, "Row"], column: str, *, reverse: bool) -> list[str]:
    """`names` by a column; those as good stay in the order they have, and what is not known comes last."""
    if column not in COLUMNS:
        return list(names[::-1] if reverse else names)
    known = [(name, value) for name in names if (value := value_of(column, name, rows.get(name))) is not None]
    falling = (column not in RISING) is not reverse
    known.sort(key=lambda one: one[1], reverse=falling)
    there = {name for name, _ in known}
    return [*(name for name, _ in known), *(name for name in names if name not in there)]


def funding_of(row: "Row") -> float | None:
    """The funding rate per 8 h; as it was told where the venue does not say for how long; None without one."""
    if row.funding is None:
        return None
    return row.funding.value * FUNDED_NS / (row.funding_interval_ns or FUNDED_NS)


def liquidity_of(row: "Row") -> float | None:
    """Dollars that would be liquidated within 5 % of the mark; None where the map's size is relative."""
    price = row.mark or row.last
    if row.strip is None or row.relative or price is None:
        return None
    return row.instrument.quote_value(float(row.strip.sum()), price.value)


def _number(column: str, row: "Row") -> float | None:
    match column:
        case "last":
            return None if row.last is None else row.last.value
        case "change":
            return row.change_24h
        case "interest":
            return row.open_interest_usd
        case "growth":
            return row.open_interest_change_1h
        case "liquidity":
            return liquidity_of(row)
        case "nearest":
            return None if row.nearest is None else abs(row.nearest.distance_pct)
        case "balance":
            return row.imbalance
        case "funding":
            return funding_of(row)
        case "liquidated":
            return None if row.liquidated_1h is None else sum(row.liquidated_1h)
    return None


class Order:
    """The rows in their places. They move when a key asks for it, else at most every few seconds."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._listed: Sequence[str] = ()
        self._ranked_ns = 0

    def renew(
        self, names: Sequence[str], rows: Mapping[str, "Row"], column: str, now_ns: int, *, reverse: bool,
        at_once: bool,
    ) -> None:
        """`names` are to be shown. `now_ns`: a clock in real time. What is new or gone is seen to at once."""
        same = list(names) == list(self._listed)
        if same and not at_once and now_ns - self._ranked_ns < CALM_NS:
            return
        self.names, self._listed, self._ranked_ns = ranked(names, rows, column, reverse=reverse), list(names), now_ns
