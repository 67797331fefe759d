"""The figures of a View as curves through time, and the term structure: what the charts draw, in numbers and words."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from liqtui.ui import words
from liqtui.ui.abreast import ends_of
from liqtui.ui.paint.header import STALE_INTEREST_NS, STALE_PRICE_NS, age_of
from liqtui.ui.paint.scale import Floats
from liqtui.ui.paint.side import STALE_FUNDING_NS, STALE_RATIO_NS
from liqtui.ui.state import SPANS, PaneState
from liqtui.view import Figure, Series, View

_MINUTE, _HOUR = 60 * 10**9, 3600 * 10**9
LEAST = 2
"""Points that make a curve."""
SHORT = 0.02
"""Of the span: what has been known for less is a dot at the edge of a hatched field."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One chart."""

    name: str
    at: Floats
    """Where the points lie across: ns, or days to expiry."""
    value: Floats
    said: str
    """The newest value."""
    more: str
    """What else there is to say of it."""
    old: str
    """Its age, where it is older than it should be."""
    label: Callable[[float], str]
    """A value at the vertical axis."""
    signed: bool = False
    """Zero matters: it is in the picture, and either side of it has a colour."""
    steps: bool = False
    """A value holds until the next; else the way between two is straight."""
    names: tuple[str, ...] = ()
    """Of a term structure: the contract of each point."""


def curves_of(view: View, state: PaneState, now_ns: int) -> list[Curve]:
    """Those that have something to show within the span; the basis gives way where there is a term structure."""
    term = _term(view)
    made = [
        _price(view, state, now_ns), _interest(view, state, now_ns), _delta(view, state), _funding(view, state, now_ns),
        _ratio(view, state, now_ns), _basis(view, state), term,
    ]
    found = [
        one for one in made
        if one is not None and (one.names or one.at[-1] - one.at[0] >= SHORT * SPANS[state.span])
    ]
    if len(found) > 6:
        found.remove(next(one for one in found if one.name == "BASIS"))
    return found


def within(
    times: NDArray[np.int64], values: Floats, view: View, state: PaneState, *, steps: bool = False
) -> tuple[Floats, Floats]:
    """The points of the span; at its beginning what held then (`steps`) or lies between the points about it."""
    start = view.time_ns - SPANS[state.span]
    first = int(np.searchsorted(times, start))
    at, value = times[first:].astype(np.float64), values[first:].astype(np.float64)
    if not 0 < first < len(times) + steps:
        return at, value
    held = values[first - 1] if steps else np.interp(start, times.astype(np.float64), values)
    return np.append(float(start), at), np.append(held, value)


def _joined(series: Series | None, now: Figure | None) -> tuple[NDArray[np.int64], Floats]:
    """A series up to the figure of now."""
    times = np.zeros(0, np.int64) if series is None else series.time_ns
    values = np.zeros(0) if series is None else series.value
    if now is None:
        return times, values
    before = int(np.searchsorted(times, now.time_ns))
    return np.append(times[:before], now.time_ns), np.append(values[:before], now.value)


def _over(at: Floats, values: Floats, view: View, state: PaneState) -> str:
    """The change over the span, or over as much of it as is known."""
    missing = at[0] - (view.time_ns - SPANS[state.span])
    since = words.age(int(at[-1] - at[0])) if missing > SHORT * SPANS[state.span] else state.span
    return f"{words.percent(values[-1] / values[0] - 1, 1)} in {since}" if values[0] > 0 else ""


def _price(view: View, state: PaneState, now_ns: int) -> Curve | None:
    """The mark: closes of the snapshots, then now."""
    closes = Series(
        np.array([shot.time_ns for shot in view.snapshots], np.int64),
        np.array([shot.close for shot in view.snapshots], np.float64),
    )
    mark = view.figures.mark
    at, value = within(*_joined(closes, mark), view, state)
    if len(at) < LEAST or mark is None:
        return None
    digits = words.decimals_of(view.instrument.tick)
    label = words.rough if mark.value < 1000 else _thousands
    return Curve("PRICE", at, value, words.price(mark.value, digits), _over(at, value, view, state),
                 age_of(mark, now_ns, STALE_PRICE_NS), label)


def _interest(view: View, state: PaneState, now_ns: int) -> Curve | None:
    figures, history = view.figures, view.history
    now = figures.open_interest
    at, value = within(*_joined(history.interest if history else None, now), view, state)
    if len(at) < LEAST or now is None:
        return None
    old, change = age_of(now, now_ns, STALE_INTEREST_NS), _over(at, value, view, state)
    if state.usd and figures.open_interest_usd is not None and now.value > 0:
        each = figures.open_interest_usd / now.value
        return Curve("OI", at, value * each, words.usd(figures.open_interest_usd), f"{change}, at the mark of now", old,
                     _dollars)
    unit = words.plain(view.instrument.unit)
    return Curve("OI", at, value, f"{words.amount(now.value)} {unit}", change, old, _compact)


def _delta(view: View, state: PaneState) -> Curve | None:
    """The taker delta added up from the beginning of the span."""
    cvd, history, mark = view.figures.cvd, view.history, view.figures.mark
    if len(cvd) < LEAST:
        return None
    minute = view.time_ns // _MINUTE - len(cvd) + 1
    times = (minute + 1 + np.arange(len(cvd), dtype=np.int64)) * _MINUTE
    times[-1] = view.time_ns
    values = np.array(cvd, np.float64)
    if history is not None:
        before = int(np.searchsorted(history.delta.time_ns, minute * _MINUTE, side="right"))
        run = np.cumsum(history.delta.value[:before])
        times = np.concatenate([history.delta.time_ns[:before], times])
        values = np.concatenate([run - (run[-1] if before else 0.0), values])
    at, value = within(times, values, view, state)
    value = value - value[0]
    said, label = f"{words.amount(float(value[-1]))} {words.plain(view.instrument.unit)}", _compact
    if state.usd and mark is not None:
        value = value * view.instrument.quote_value(1.0, mark.value)
        said, label = words.usd(float(value[-1])), _dollars
    share = view.figures.buy_share
    bought = "" if share is None else f"buy {share * 100:.0f} %"
    since = words.age(int(at[-1] - max(at[0], view.time_ns - SPANS[state.span])))
    return Curve("CVD", at, value, f"{'+' if value[-1] > 0 else ''}{said}", f"in {since}  {bought}".rstrip(), "", label,
                 signed=True)


def _funding(view: View, state: PaneState, now_ns: int) -> Curve | None:
    figures, history = view.figures, view.history
    now = figures.funding
    at, value = within(*_joined(history.funding if history else None, now), view, state, steps=True)
    if len(at) < LEAST or now is None:
        return None
    at, value = np.append(at, float(view.time_ns)), np.append(value, value[-1])
    every = "" if figures.funding_interval_ns is None else f"per {figures.funding_interval_ns // _HOUR}h"
    due = figures.funding_next_ns
    more = f"{every}  in {words.until(due - now_ns)}" if due is not None and due > now_ns else every
    return Curve("FUNDING", at, value, words.percent(now.value, 4), more.strip(),
                 age_of(now, now_ns, STALE_FUNDING_NS), _percent_of, signed=True, steps=True)


def _ratio(view: View, state: PaneState, now_ns: int) -> Curve | None:
    now = view.figures.long_short_ratio
    at, value = within(*_joined(view.history.ratio if view.history else None, now), view, state)
    if len(at) < LEAST or now is None:
        return None
    return Curve("RATIO", at, value, f"{now.value:.2f}", "longs / shorts", age_of(now, now_ns, STALE_RATIO_NS),
                 lambda v: f"{v:.3g}")


def _basis(view: View, state: PaneState) -> Curve | None:
    """The contract's mark against its index."""
    mark, index = view.figures.mark, view.figures.index
    now = None
    if mark is not None and index is not None and index.value > 0 and view.figures.mark_source == "mark":
        now = Figure(mark.value / index.value - 1, max(mark.time_ns, index.time_ns))
    at, value = within(*_joined(view.history.basis if view.history else None, now), view, state)
    if len(at) < LEAST:
        return None
    return Curve("BASIS", at, value, words.percent(float(value[-1]), 3), "mark over index", "", _percent_of,
                 signed=True)


def _term(view: View) -> Curve | None:
    """The basis of each contract of the venue over its days to expiry."""
    rows = sorted(
        (row for row in view.figures.basis if row.instrument.venue == view.instrument.venue),
        key=lambda row: row.days_left or 0.0,
    )
    if len(rows) < LEAST:
        return None
    last = rows[-1]
    year = "" if last.per_year is None else f"  {words.signed(last.per_year * 100, 1)} %/y"
    return Curve(
        "TERM", np.array([row.days_left or 0.0 for row in rows]), np.array([row.basis for row in rows]),
        f"{ends_of(last.instrument)} {words.percent(last.basis)}", f"{year.strip()}  basis by expiry".strip(), "",
        _percent_of, signed=True, names=tuple(ends_of(row.instrument) for row in rows),
    )


def _compact(amount: float) -> str:
    return words.compact(amount, 4)


def _dollars(amount: float) -> str:
    return f"{words.MINUS if amount < 0 else ''}${_compact(abs(amount))}"


def _percent_of(fraction: float) -> str:
    return f"{words.signed(fraction * 100, 3).rstrip('0').rstrip('.')}%"


def _thousands(price: float) -> str:
    return f"{price:,.0f}" if price < 1e6 else words.amount(price)
