"""History pages: what span of time they cover, and the fewest that cover it all."""

from dataclasses import dataclass

from liqtui.events import Candles, Event, InterestHistory, Tiers
from liqtui.feeds.records import Record

NS = 10**9


@dataclass(frozen=True, slots=True)
class Page:
    """A page of one chain of history: closed rows only, by their times (a candle's opening, a figure's date)."""

    chain: tuple[str, int]
    """What (`candles`, `marks`, `interest`) and the period in ns."""
    oldest_ns: int
    newest_ns: int


def page_of(events: list[Event], symbol: str) -> Page | None:
    """The page among `events`; None where it has no closed row of `symbol`."""
    for event in events:
        if isinstance(event, Candles) and event.symbol == symbol:
            times = [bar.open_ns for bar in event.bars if bar.confirmed]
            chain = ("marks" if event.mark else "candles", event.period_ns)
        elif isinstance(event, InterestHistory) and event.symbol == symbol:
            times, chain = [time for time, _ in event.points], ("interest", event.period_ns)
        else:
            continue
        return Page(chain, min(times), max(times)) if times else None
    return None


def lasting(events: list[Event], symbol: str) -> bool:
    """Whether a reply is true for long: a page of history or tiers, not the state of a moment."""
    return page_of(events, symbol) is not None or any(isinstance(event, Tiers) for event in events)


def reach(pages: list[Page], from_ns: int) -> int:
    """The oldest row that can be reached from `from_ns` without a hole, `from_ns` itself where none joins it."""
    return min((page.oldest_ns for page in cover(pages, from_ns)), default=from_ns)


def cover(pages: list[Page], from_ns: int) -> list[Page]:
    """The fewest pages that lead back from `from_ns` without a hole, newest first.

    A page joins where its newest row is next to, or beyond, the oldest row so far.
    """
    chosen: list[Page] = []
    edge = from_ns
    while True:
        joining = [page for page in pages if page.newest_ns + page.chain[1] >= edge and page.oldest_ns < edge]
        if not joining:
            return chosen
        chosen.append(min(joining, key=lambda page: page.oldest_ns))
        edge = chosen[-1].oldest_ns


def thinned(kept: list[tuple[Record, Page | None]]) -> list[Record]:
    """The records worth writing down, oldest first: of each chain the cover from its newest row, all else once.

    `kept`: replies with their pages; None for a reply without one (tiers).
    """
    chains: dict[tuple[str, int], dict[Page, Record]] = {}
    others: dict[str, Record] = {}
    for record, page in sorted(kept, key=lambda pair: pair[0].ns):
        if page is None:
            others[record.u] = record
        else:
            chains.setdefault(page.chain, {})[page] = record
    out = list(others.values())
    for pages in chains.values():
        newest = max(page.newest_ns for page in pages)
        out += [pages[page] for page in cover(list(pages), newest + 1)]
    return sorted(out, key=lambda record: record.ns)
