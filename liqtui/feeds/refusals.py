"""Venues that say no: what it means, in words, and how long to stay away."""

import random
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from liqtui.feeds.pace import Backoff
from liqtui.feeds.settings import Timing
from liqtui.venues.base import Limits

FORBIDDEN, BANNED, TOO_MANY = 403, 418, 429
REFUSALS = {
    401: "unauthorized",
    FORBIDDEN: "forbidden: blocked for this region or address",
    BANNED: "banned for going on after too many requests",
    TOO_MANY: "too many requests",
    451: "unavailable for legal reasons",
}
"""HTTP answers that say no to *us*; asking again soon does not help."""
LONGEST_S = 7 * 86_400.0
"""Of what a Retry-After may ask: bans last up to three days."""


def http_words(status: int) -> str:
    """`HTTP 451 (unavailable for legal reasons)`."""
    return f"HTTP {status} ({REFUSALS[status]})" if status in REFUSALS else f"HTTP {status}"


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds of a Retry-After header; None where it is missing or nonsense.

    A date counts from the answer's own Date, whose clock it shares; without one it cannot be told.
    """
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value), LONGEST_S)
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, TypeError):  # also: one has a zone and the other has none
        return None
    return min(max(wait.total_seconds(), 0.0), LONGEST_S)


class Refusals:
    """How long to stay away: at least as long as the venue says, and longer with every refusal in a row."""

    def __init__(self, limits: Limits, timing: Timing, rng: random.Random) -> None:
        self._forbidden_s = limits.forbidden_s
        self._refused = Backoff(timing.refused_s, timing.refused_max_s, rng)
        self._banned = Backoff(timing.banned_s, timing.banned_max_s, rng)

    def wait_s(self, status: int, after_s: float | None) -> float:
        """Seconds from one more refusal until the next try: half a doubling ceiling and some chance of the rest."""
        backoff = self._banned if status == BANNED else self._refused
        ceiling = backoff.ceiling_s
        least = max(after_s or 0.0, self._forbidden_s if status == FORBIDDEN else 0.0)
        return max(least, ceiling / 2 + backoff.delay() / 2)

    def reset(self) -> None:
        """The venue says yes again."""
        self._refused.reset()
        self._banned.reset()
