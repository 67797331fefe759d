"""How a stream usually speaks, and which silence of it would be a surprise. No I/O; times are the caller's seconds."""

from dataclasses import dataclass

from liqtui.feeds.settings import Timing

_USUAL = 50
"""So many messages tell how a stream usually speaks."""
_SURPRISE = 4.0
"""A silence so many times as long as any before is none of the market's. Were messages to come at random, one in six
million pauses would be: 50 messages leave a longest pause of ln 50 of the mean one."""


@dataclass(slots=True)
class Cadence:
    """How a stream has spoken since it was asked for."""

    since: float = 0.0
    count: int = 0
    longest: float = 0.0
    """The longest pause between two messages."""

    def note(self, now: float, before: float) -> None:
        """A message came at `now`, the one before it at `before`."""
        if not self.count:
            self.since = before
        self.count += 1
        self.longest = max(self.longest, now - before)

    def limit_s(self, heard_at: float, timing: Timing) -> float | None:
        """The longest silence that would not be a surprise; None while too little is known."""
        if self.count < _USUAL or heard_at - self.since < timing.usual_s:
            return None
        return max(timing.surprise_s, _SURPRISE * self.longest)
