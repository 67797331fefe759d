"""What a person must know before believing a picture: feeds, history, caveats."""

from dataclasses import dataclass

from liqtui.events import FeedState
from liqtui.instruments import until
from liqtui.market.reliability import Reliability

SAMPLED, UNLEVELLED = "liquidations sampled", "level not identified"
STANDING = (SAMPLED, UNLEVELLED)
"""Caveats that always hold of some venues; where room is short, others are told first."""


@dataclass(frozen=True, slots=True)
class FeedView:
    """The state of a venue's feed, in words for the header."""

    venue: str
    state: FeedState
    since_ns: int
    reason: str
    retry_ns: int | None
    latency_ns: int | None
    gaps: int
    rejected: int
    reconnects: int

    def trouble(self, now_ns: int, *, once: bool = False) -> str | None:
        """Why nothing comes from the venue, and when it is tried again; None while something comes or may. `once`: who
        is told will not wait for that, but may be sent away for a time."""
        if self.state is FeedState.CLOSED:
            return f"{self.venue}: {self.reason}"
        refused = self.state is FeedState.REFUSED
        if not refused and not (self.state is FeedState.CONNECTING and self.reason):
            return None
        what = "refused" if refused else "cannot be reached"
        following = ""
        if self.retry_ns is not None and (refused or not once):
            following = f"; {'try again' if once else 'next try'} in {until(self.retry_ns - now_ns)}"
        return f"{self.venue} {what}: {self.reason or self.state}{following}"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that went wrong, for the `!` screen."""

    time_ns: int
    words: str


@dataclass(frozen=True, slots=True)
class BackfillView:
    """How far history has come."""

    done: int
    total: int
    stage: str
    finished: bool
    """All stages of history are in; at most the running minute is still to be joined to the live stream."""
    problem: str
    built_ns: int | None
    """When the newest history in the map was fetched."""


@dataclass(frozen=True, slots=True)
class Health:
    """What a person must know before believing the picture."""

    feeds: tuple[FeedView, ...]
    words: tuple[str, ...]
    """Caveats: `mark unknown: mid`, `assumed m`, `no OI: relative`, `fast market`, `levels jumped over`, …"""
    problems: tuple[Problem, ...]
    backfill: BackfillView | None
    reliability: Reliability | None = None
    """How far the map can be relied on, and why not further; None without an instrument."""

    @property
    def past_whole(self) -> bool:
        """No history is missing. Until then the map grows by what arrives, which tells nothing of the market."""
        return self.backfill is None or self.backfill.finished
