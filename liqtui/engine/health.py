"""What the feeds are doing, kept for the header and the problems screen."""

from collections import deque
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import msgspec

from liqtui.events import Event, FeedState, FeedStatus, Gap, Notice, Refusal, Rejected, Trade
from liqtui.view import BackfillView, FeedView, Health, Problem

PROBLEMS_KEPT = 200
_WORST_FIRST = (
    FeedState.REFUSED,
    FeedState.CONNECTING,
    FeedState.STALE,
    FeedState.GAPPED,
    FeedState.RESYNCING,
    FeedState.LIVE,
    FeedState.CLOSED,
)
REST = "/rest"
"""How the connection is called that is no socket."""
_DEAF = (FeedState.REFUSED, FeedState.CONNECTING, FeedState.STALE, FeedState.GAPPED)
"""What a socket is while it may miss a liquidation."""


@dataclass(slots=True)
class _Feed:
    """One venue: its connections' states and what was counted."""

    states: dict[str, FeedStatus]
    latency_ns: int | None = None
    gaps: int = 0
    rejected: int = 0
    reconnects: int = 0


class HealthBook:
    """Counts what goes wrong and remembers the words. Owned by the engine."""

    def __init__(self) -> None:
        self._feeds: dict[str, _Feed] = {}
        self._problems: deque[Problem] = deque(maxlen=PROBLEMS_KEPT)
        self._stopped: tuple[int, str] | None = None
        """When nothing came any more, whatever the feeds' states were, and why."""

    def note(self, venue: str, recv_ns: int, event: Event) -> None:
        """Look at an event for what it says of the feed's health."""
        match event:
            case Trade():
                self._feed(venue).latency_ns = event.recv_ns - event.time_ns
            case FeedStatus():
                self._status(venue, event)
            case Gap():
                self._feed(venue).gaps += 1
                self._problem(recv_ns, f"{_where(venue, event.stream, event.symbol)}: {event.reason}")
            case Rejected():
                self._feed(venue).rejected += 1
                self._problem(recv_ns, f"{venue} frame rejected: {event.reason}")
            case Refusal():
                self._problem(recv_ns, f"{venue} refused {event.key or 'a request'}: {event.code} {event.message}")
            case Notice():
                self._problem(recv_ns, f"{venue} announces: {event.code} {event.message}")

    def tell(self, time_ns: int, words: str) -> None:
        """Something of our own went wrong: no feed's fault, and nothing is missing of the market."""
        self._problem(time_ns, words)

    def stop(self, time_ns: int, words: str) -> None:
        """All feeds have ended with a failure of our own."""
        self._stopped = time_ns, words
        self._problem(time_ns, words)

    def freeze(
        self, words: tuple[str, ...], backfill: BackfillView | None, venues: Collection[str] | None = None
    ) -> Health:
        """The state of the feeds now, of those venues that matter (None: of all), with an instrument's own words.

        May be asked from any thread, so what may change meanwhile is copied first.
        """
        feeds = [(venue, feed, list(feed.states.values())) for venue, feed in list(self._feeds.items())]
        shown = tuple(
            _view(venue, feed, states) for venue, feed, states in feeds
            if states and (venues is None or venue in venues)
        )
        if self._stopped is not None:
            since_ns, why = self._stopped
            shown = tuple(
                replace(feed, state=FeedState.CLOSED, since_ns=since_ns, reason=why, retry_ns=None) for feed in shown
            )
            words = tuple(dict.fromkeys((why, *words)))
        return Health(shown, words, tuple(self._problems), backfill)

    def hearing(self, venue: str) -> bool:
        """Whether all sockets of a venue bring what happens, as far as is known: a capture has no notes of its own."""
        feed = self._feeds.get(venue)
        return feed is None or all(socket.state not in _DEAF for socket in _sockets(feed.states.values()))

    def _feed(self, venue: str) -> _Feed:
        if venue not in self._feeds:
            self._feeds[venue] = _Feed({})
        return self._feeds[venue]

    def _status(self, venue: str, event: FeedStatus) -> None:
        feed = self._feed(venue)
        before = feed.states.get(event.connection)
        if event.state is FeedState.CLOSED:
            feed.states.pop(event.connection, None)
            return
        if before is not None and before.state is not event.state:
            feed.reconnects += event.state is FeedState.CONNECTING
            if event.reason:
                self._problem(event.time_ns, f"{venue} {event.state}: {event.reason}")
        if before is not None and before.state is event.state:
            event = msgspec.structs.replace(event, time_ns=before.time_ns)  # it has been so since then
        feed.states[event.connection] = event

    def _problem(self, time_ns: int, words: str) -> None:
        self._problems.append(Problem(time_ns, " ".join(words.split())))


def _rank(status: FeedStatus) -> int:
    return _WORST_FIRST.index(status.state)


def _sockets(states: Iterable[FeedStatus]) -> list[FeedStatus]:
    return [status for status in states if not status.connection.endswith(REST)]


def _view(venue: str, feed: _Feed, states: Sequence[FeedStatus]) -> FeedView:
    worst, sockets = min(states, key=_rank), _sockets(states)
    state = worst.state
    if worst.connection.endswith(REST) and sockets:
        worst_socket = min(sockets, key=_rank)
        if worst_socket.state not in (FeedState.REFUSED, FeedState.CONNECTING):
            state = FeedState.GAPPED  # what is asked for does not come, what is streamed does
        if worst_socket.state is FeedState.STALE:
            worst, state = worst_socket, worst_socket.state
    return FeedView(
        venue, state, worst.time_ns, worst.reason, worst.retry_ns,
        feed.latency_ns, feed.gaps, feed.rejected, feed.reconnects,
    )


def _where(venue: str, stream: str, symbol: str | None) -> str:
    """`okx/1 BTC-USDT-SWAP`: a stream is mostly named after its venue."""
    return " ".join(filter(None, ["" if stream.startswith(venue) else venue, stream, symbol]))
