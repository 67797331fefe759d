"""The figures of one instrument through time: what a View's charts are drawn from."""

from liqtui.events import Funding, FundingHistory, Index, InterestHistory, Mark, RatioHistory, TakerHistory
from liqtui.market.basis import basis
from liqtui.market.flow import MINUTE_NS, Flow
from liqtui.market.interest import Interest
from liqtui.market.track import Track
from liqtui.view import History, Series

FRESH_NS = MINUTE_NS
"""A basis is kept while mark and index are both younger than this."""


class Chronicle:
    """Owns a track per figure: history as it comes in, then a point a minute. Belongs to a pipeline."""

    def __init__(self) -> None:
        self._interest, self._funding, self._ratio, self._basis = Track(), Track(), Track(), Track()
        self._delta = Track(summed=True)
        self._read: History | None = None

    def seed(self, event: InterestHistory | FundingHistory | RatioHistory | TakerHistory) -> None:
        """A page of history. Taker volume counts where no minute of its period was heard."""
        self._read = None
        match event:
            case InterestHistory():
                self._interest.seed(event.points)
            case FundingHistory():
                self._funding.seed(event.points)
            case RatioHistory():
                self._ratio.seed(event.points)
            case TakerHistory():
                self._delta.seed(
                    (at, bought - sold) for at, bought, sold in event.points
                    if not self._delta.within(at - event.period_ns, at)
                )

    def minute(
        self, end_ns: int, interest: Interest, funding: Funding | None, mark: Mark | None, index: Index | None,
        flow: Flow,
    ) -> None:
        """A minute has ended: a point of each figure, dated to when it was true."""
        self._read = None
        if interest.size is not None and interest.time_ns is not None:
            self._interest.take(interest.time_ns, interest.size)
        if funding is not None and funding.rate is not None:
            self._funding.take(funding.time_ns, funding.rate)
        if mark is not None and index is not None and index.price > 0:
            older = min(mark.time_ns, index.time_ns)
            if end_ns - older < FRESH_NS:
                self._basis.take(max(mark.time_ns, index.time_ns), basis(mark.price, index.price))
        ended = flow.delta(end_ns - 2 * MINUTE_NS)  # the minute before: its last trades have come, too
        if ended is not None:
            self._delta.take(end_ns - MINUTE_NS, ended)

    def read(self) -> History:
        """What is known; the same object until something changes."""
        if self._read is None:
            self._read = History(
                *(Series(*track.read()) for track in
                  (self._interest, self._funding, self._ratio, self._basis, self._delta))
            )
        return self._read
