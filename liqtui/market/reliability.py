"""How far the map can be relied on: one figure, and every reason that lowers it.

The figure is a product, 100 × the factor of each doubt that holds. The factors are judgement, stated here, not
measured; what is measured is the score.

    mark unknown             0.7 while mid or last trade stands in, 0.5 while only an old close does
    mark stale               0.5
    feed not live            0.8, halved every 10 minutes, at least 0.1
    no open interest         0.6; older than 3 minutes 0.8
    assumed m                0.9
    history                  0.6 without, 0.8 while it is still coming or was not joined to the live stream
    liquidations sampled     0.9
    level not identified     0.9
    fast market              0.1 % over the share of open interest traded between two reports of it, at least 0.5
    mark sparse              3 bins over how far the mark goes between two reports of it, at least 0.7
    levels jumped over       1 − the share of the prices within 2 % of the mark that were
"""

from dataclasses import dataclass
from math import prod

STALE_INTEREST_NS = 180 * 10**9
HALVES_NS = 600 * 10**9
TURNED, LEAST_FAST = 0.001, 0.5
STRIDE_BINS, LEAST_SPARSE = 3.0, 0.7


@dataclass(frozen=True, slots=True)
class Doubt:
    """One reason to rely less on the map, and the factor it stands for."""

    name: str
    """In a word or two, for where room is short."""
    words: str
    factor: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """0–100, and what lowers it, the worst first."""

    percent: int
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one instrument's data at a moment. Ages and times in ns."""

    mark_source: str = "mark"
    mark_stale: bool = False
    feed: str = ""
    """What the worst feed is if it is not live: `okx stale`."""
    feed_ns: int = 0
    """For how long."""
    interest_ns: int | None = 0
    """Age of the newest open interest; None: there is none."""
    assumed: bool = False
    history: str = ""
    """Why history is not in the map, or not whole: `no history`, `joining history`."""
    sampled: bool = False
    levelled: bool = True
    """The feed tells how much of what opens can be liquidated at all; if not, that is assumed."""
    turned: float | None = None
    """Share of open interest traded between two reports of it; None unknown."""
    strides: float = 0.0
    """Bins from one mark to the next."""
    jumped: float = 0.0
    """Share of the prices near the mark that were jumped over."""


def reliability(facts: Facts) -> Reliability:
    """The figure and its reasons."""
    doubts = [doubt for doubt in (*_of_feeds(facts), *_of_market(facts)) if doubt.factor < 1.0]
    doubts.sort(key=lambda doubt: doubt.factor)
    return Reliability(round(100.0 * prod(doubt.factor for doubt in doubts)), tuple(doubts))


def _of_feeds(facts: Facts) -> list[Doubt]:
    """What is not heard, or not known."""
    doubts = []
    if facts.mark_source != "mark":
        closed = facts.mark_source == "last close"
        doubts.append(Doubt("no mark", f"mark unknown: {facts.mark_source} stands in", 0.5 if closed else 0.7))
    if facts.mark_stale:
        doubts.append(Doubt("mark stale", "the mark is not reported any more", 0.5))
    if facts.feed:
        factor = max(0.8 * 0.5 ** (facts.feed_ns / HALVES_NS), 0.1)
        doubts.append(Doubt("feed", facts.feed, round(factor, 2)))
    if facts.interest_ns is None:
        doubts.append(Doubt("no OI", "no open interest: sizes are relative", 0.6))
    elif facts.interest_ns > STALE_INTEREST_NS:
        doubts.append(Doubt("OI stale", "open interest is older than 3 minutes", 0.8))
    if facts.assumed:
        doubts.append(Doubt("assumed m", "maintenance rates are assumed, not the venue's", 0.9))
    if facts.history:
        doubts.append(Doubt("history", facts.history, 0.6 if facts.history == "no history" else 0.8))
    if facts.sampled:
        doubts.append(Doubt("sampled", "the venue leaves out some liquidations", 0.9))
    if not facts.levelled:
        doubts.append(Doubt("level", "level not identified: shapes are learned, sizes rest on an assumption", 0.9))
    return doubts


def _of_market(facts: Facts) -> list[Doubt]:
    """What happens between two reports. Factors in steps of 0.05, so that the figure does not tremble."""
    doubts = []
    if facts.turned is not None and facts.turned > TURNED:
        factor = _coarse(max(TURNED / facts.turned, LEAST_FAST))
        doubts.append(Doubt("fast", "fast market: much trades between two reports of open interest", factor))
    if facts.strides > STRIDE_BINS:
        factor = _coarse(max(STRIDE_BINS / facts.strides, LEAST_SPARSE))
        doubts.append(Doubt("sparse mark", "the mark goes far between two reports of it", factor))
    if facts.jumped > 0.0:
        doubts.append(Doubt("jumped", "levels near the mark were jumped over", _coarse(1.0 - facts.jumped)))
    return doubts


def _coarse(factor: float) -> float:
    """Below 1 in steps of 0.05."""
    return min(round(factor * 20.0) / 20.0, 0.95)
