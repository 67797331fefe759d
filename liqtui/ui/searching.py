"""The search over what a source lists, and the sums over venues that can be made of it."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from liqtui.instruments import Instrument
from liqtui.ui.abreast import summable, venues_summed
from liqtui.ui.find import find
from liqtui.ui.overlays import Search

if TYPE_CHECKING:
    from liqtui.view import Source


def search_of(source: "Source", recent: Sequence[str], chosen: Callable[[Instrument], None]) -> Search:
    """The panel. All venues are asked what they list: it is a search of all instruments there are."""
    source.open_venues(source.venues)
    return Search(
        lambda query: _found(source, query, recent), chosen, lambda found: _interest(source, found), source.clock_ns,
        lambda: (source.catalogue, source.awaited),
        lambda whole: venues_summed(source.catalogue, whole, source.sums, source.clock_ns()),
    )


def _found(source: "Source", query: str, recent: Sequence[str]) -> list[Instrument]:
    listed, now_ns = source.catalogue, source.clock_ns()
    return find(query, listed, recent, now_ns, summable(listed, source.sums, now_ns))


def _interest(source: "Source", found: list[Instrument]) -> dict[str, float]:
    """Open interest in USD of those instruments that have a View."""
    out = {}
    for instrument in found:
        view = source.view(instrument.name)
        if view is not None and view.figures.open_interest_usd is not None:
            out[instrument.name] = view.figures.open_interest_usd
    return out
