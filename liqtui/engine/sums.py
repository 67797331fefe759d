"""The sums an engine makes: which there are, and which of the followed contracts each adds."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from liqtui.engine.failures import Failures
from liqtui.engine.health import HealthBook
from liqtui.engine.jobs import Jobs
from liqtui.engine.pipeline import Pipeline
from liqtui.engine.sum_view import view_of
from liqtui.engine.summing import Sum
from liqtui.events import Summed
from liqtui.instruments import DOLLARS, Catalogue, Instrument, Kind, parts_of_sum, summed
from liqtui.view import View

Pipelines = Mapping[tuple[str, str], Pipeline]


class Sums:
    """Owned by the engine, which says when what is followed or listed changes."""

    def __init__(self, failures: Failures, jobs: Jobs, *, every: bool) -> None:
        """`jobs`: add up the past. `every`: add up each coin whose perpetuals are followed at two venues or more, asked
        or not."""
        self._failures, self._jobs, self._every = failures, jobs, every
        self._sums: dict[str, Sum] = {}
        self._added: dict[str, list[Pipeline]] = {}

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        """Of all sums; may be asked from any thread."""
        return tuple(whole.instrument for whole in list(self._sums.values()))

    def take(self, event: Summed, now_ns: int) -> str | None:
        """Begin a sum, change it or end it; the name of one that has ended."""
        parts = parts_of_sum(event.symbol)
        if parts is None:
            return None
        whole = summed(*parts)
        known = self._sums.pop(whole.symbol, None)
        self._added.pop(whole.symbol, None)
        if not event.venues:
            self._jobs.drop(whole.name)
            return whole.name
        if known is not None and known.inverse is event.inverse:
            known.venues = tuple(event.venues)
            self._sums[whole.symbol] = known
        else:
            self._jobs.drop(whole.name)
            self._sums[whole.symbol] = Sum(whole, event.venues, event.inverse, now_ns, self._jobs)
        return None

    def regroup(self, catalogue: Catalogue, pipelines: Pipelines, now_ns: int) -> None:
        """What is followed or listed has changed: of each venue and margin a sum adds one contract."""
        if self._every:
            self._begin_every(pipelines, now_ns)
        venues = {instrument.venue for instrument in catalogue} if self._sums else set()
        for symbol, whole in self._sums.items():
            coin, whole.listed = whole.instrument, venues
            listed = catalogue.members(coin.base, coin.quote, whole.venues, now_ns, inverse=whole.inverse)
            wanted = {(one.venue, one.symbol) for group in listed.values() for one in group}
            self._added[symbol] = [pipeline for key, pipeline in pipelines.items() if key in wanted]

    @property
    def wakes_ns(self) -> list[int]:
        """When something happens of itself to each sum."""
        return [wake_ns for whole in self._sums.values() if (wake_ns := whole.wake_ns) is not None]

    def step(self, boundary_ns: int) -> None:
        """The pipelines have worked a boundary."""
        for symbol, whole in self._sums.items():
            try:
                whole.step(boundary_ns, self._added[symbol])
            except Exception as error:
                self._failures.note(boundary_ns, whole.instrument.name, "a boundary", error)

    def views(
        self, views: Callable[[str], View | None], *, generation: int, now_ns: int, catalogue: Catalogue,
        health: HealthBook,
    ) -> Iterator[tuple[str, Callable[[int], View]]]:
        """Of every sum its name, and what makes its View of an epoch from the newest of its contracts (`views`)."""
        for whole in self._sums.values():
            yield whole.instrument.name, partial(
                view_of, whole, views, generation=generation, now_ns=now_ns,
                series=catalogue.series(whole.instrument, now_ns), health=health.freeze((), None, whole.venues),
            )

    def _begin_every(self, pipelines: Pipelines, now_ns: int) -> None:
        known = {whole.instrument.base for whole in self._sums.values()}
        followed = (pipeline.instrument for pipeline in pipelines.values())
        linear = [i for i in followed if i.kind is Kind.PERPETUAL and not i.inverse and i.quote in DOLLARS]
        for coin in sorted({i.base for i in linear} - known):
            venues = sorted({i.venue for i in linear if i.base == coin})
            if len(venues) > 1:
                whole = summed(coin, DOLLARS[0])
                self._sums[whole.symbol] = Sum(whole, venues, inverse=False, opened_ns=now_ns, jobs=self._jobs)
