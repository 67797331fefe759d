"""Pace: how fast liquidations come, against the instrument's own day."""

import math
from dataclasses import dataclass

import numpy as np

from liqtui.events import Side
from liqtui.market.ring import TimeRing

SECOND = 10**9
FAST_S, SLOW_S = 30.0, 600.0
"""Horizons of the two rates: a report's weight falls to 1/e in this time."""
TICK_NS = 5 * SECOND
"""The word is looked at anew this often, whoever asks how often: it is the same in a replay."""
DAY_TICKS = 17_280
NEEDED_NS = 1_200 * SECOND
"""Heard for less, nothing is said: what is usual is not known. Twice the slow horizon."""
SETTLED_NS = 60 * SECOND
"""After a break of the feed nothing is said for so long."""
LATE_NS = 30 * SECOND
"""A report older than this when it comes is of a backlog, not of now."""

# Each word has a bar to begin at and a lower one to end at, so that it does not flicker. "Now" is the fast rate.
CALM, CALM_LEFT = 0.25, 0.5
"""`calm`: now at most this part of the day's mean rate."""
TOP, TOP_LEFT = 0.95, 0.90
"""`fast`: now above this share of the day's ticks …"""
MUCH, MUCH_LEFT = 2.0, 1.2
"""… and the slow rate this many times the day's mean, so that one report in a quiet market is not a rush."""
RISES, RISES_LEFT = 2.0, 1.2
"""`rising`: now this many times the slow rate."""
SINKS, SINKS_LEFT = 0.5, 1.0
"""`subsiding`: now at most this part of the slow rate."""
ABOVE, ABOVE_LEFT = 1.0, 0.8
"""`rising` and `subsiding` only above this part of the day's mean: below it nothing worth a word goes on."""
DOMINATES, DOMINATES_LEFT = 2 / 3, 0.55
"""A side dominates from this share of the slow rate on, until it falls below the second."""

LEAST_RATE = 0.01
"""USD a second: less is nothing."""
PER_OCTAVE, BUCKETS, UNHEARD = 4, 200, 255
"""Of the rate's logarithm, in which the day's ticks are counted; and a tick that was not heard."""
SLOT_NS, DAY_SLOTS = 300 * SECOND, 288

CALM_WORD, SUBSIDING, FAST, RISING, USUAL = "calm", "subsiding", "fast", "rising", "usual"


@dataclass(frozen=True, slots=True)
class PaceView:
    """How fast liquidations come. `word` is None while too little was heard, or nothing is heard now."""

    word: str | None
    """`calm`, `usual`, `rising`, `fast` or `subsiding`."""
    since_ns: int | None
    """Since when the word holds."""
    side: Side | None
    """The side that dominates the last ten minutes; None where neither does."""
    usd_per_s: float | None
    """Now (over half a minute) and on the mean of the day as far as heard, both sides."""
    usual_usd_per_s: float | None
    heard_ns: int
    """Of the last 24 hours."""


class Pace:
    """Rates of one instrument's liquidations at two horizons, and where they stand among the ticks of the last day.

    Time is that of receipt. Owned by the instrument's outlook; the same reports give the same words whenever and
    however often `read` is called. A report costs O(1), a tick of 5 s two short sums; memory is 17 kB
    for the day's ticks and 4 kB for its dollars.
    """

    def __init__(self) -> None:
        self._since_ns: int | None = None
        """Since when the feed is heard without a break; None while it is not."""
        self._rates = [[0.0, 0.0], [0.0, 0.0]]
        """[horizon][side]: exponentially weighted sums over the horizon, USD a second."""
        self._rates_ns = 0
        self._tick = 0
        """Number of the last tick worked."""
        self._ring = bytearray([UNHEARD]) * DAY_TICKS
        self._counts = np.zeros(BUCKETS, np.int64)
        self._dollars = TimeRing(DAY_SLOTS, SLOT_NS)
        self._word: str | None = None
        self._word_ns = 0
        self._side: Side | None = None
        self._usual = 0.0

    def listen(self, now_ns: int) -> None:
        """From now on no report means no liquidation. Nothing changes where that was so already."""
        if self._since_ns is None:
            self._work(now_ns)
            self._since_ns = self._rates_ns = now_ns
            self._rates = [[0.0, 0.0], [0.0, 0.0]]
            self._word = self._side = None

    def deafen(self, now_ns: int) -> None:
        """From now on nothing is heard: no word, and these ticks are not of the day's."""
        if self._since_ns is not None:
            self._work(now_ns)
            self._since_ns = None

    def take(self, now_ns: int, time_ns: int, side: Side, usd: float) -> None:
        """A report that came at `now_ns` of a liquidation at `time_ns`."""
        if self._since_ns is None or now_ns - time_ns > LATE_NS:
            return
        self._work(now_ns - 1)
        self._decay(now_ns)
        self._rates[0][side] += usd / FAST_S
        self._rates[1][side] += usd / SLOW_S
        self._dollars.advance(now_ns)
        self._dollars.values[self._dollars.number(now_ns) % DAY_SLOTS] += usd

    def read(self, now_ns: int) -> PaceView:
        """The pace at `now_ns`, by its last tick."""
        self._work(now_ns)
        heard = int(self._counts.sum()) * TICK_NS
        since = self._since_ns
        if since is None or heard < NEEDED_NS or now_ns - since < SETTLED_NS:
            return PaceView(None, None, None, None, None, heard)
        return PaceView(self._word, self._word_ns, self._side, self._rate(0, now_ns), self._usual, heard)

    # --- time ---------------------------------------------------------------------------------------------------

    def _work(self, until_ns: int) -> None:
        """Work every tick up to a time, that time included."""
        last = until_ns // TICK_NS
        if self._since_ns is None:
            self._pass(last)
            return
        if last - self._tick > DAY_TICKS:
            self._tick = last - DAY_TICKS  # all of the day is seen anew
        while self._tick < last:
            self._tick += 1
            self._look(self._tick * TICK_NS)

    def _pass(self, last: int) -> None:
        """Ticks in which nothing was heard take the place of those of a day before."""
        for tick in range(max(self._tick + 1, last - DAY_TICKS + 1), last + 1) if self._counts.any() else ():
            self._put(tick, UNHEARD)
        self._tick = max(last, self._tick)

    def _put(self, tick: int, bucket: int) -> None:
        slot = tick % DAY_TICKS
        left = self._ring[slot]
        if left != UNHEARD:
            self._counts[left] -= 1
        self._ring[slot] = bucket
        if bucket != UNHEARD:
            self._counts[bucket] += 1

    def _decay(self, now_ns: int) -> None:
        seconds = (now_ns - self._rates_ns) / SECOND
        if seconds > 0.0:
            for sides, horizon in zip(self._rates, (FAST_S, SLOW_S), strict=True):
                factor = math.exp(-seconds / horizon)
                sides[0] *= factor
                sides[1] *= factor
            self._rates_ns = now_ns

    def _rate(self, horizon: int, now_ns: int) -> float:
        """USD a second of both sides; what a short listening has not had time to gather is made up for."""
        length = (FAST_S, SLOW_S)[horizon]
        silent, heard = (now_ns - self._rates_ns) / SECOND, (now_ns - (self._since_ns or 0)) / SECOND
        return sum(self._rates[horizon]) * math.exp(-silent / length) / max(-math.expm1(-heard / length), 1e-3)

    def _look(self, now_ns: int) -> None:
        """One tick: where the rate stands among those of the day, and the word for it."""
        fast, slow = self._rate(0, now_ns), self._rate(1, now_ns)
        bucket = _bucket(fast)
        self._put(self._tick, bucket)
        heard = int(self._counts.sum())
        self._dollars.advance(now_ns)
        self._usual = float(self._dollars.values.sum()) / (heard * TICK_NS / SECOND)
        rank = int(self._counts[:bucket].sum()) / heard
        word = _word_of(self._word, fast, slow, self._usual, rank)
        if word != self._word:
            self._word_ns = now_ns if self._word is not None else self._since_ns or now_ns
            self._word = word
        self._side = _dominant(self._side, *self._rates[1])


def _bucket(rate: float) -> int:
    if rate < LEAST_RATE:
        return 0
    return min(1 + math.floor(math.log2(rate / LEAST_RATE) * PER_OCTAVE), BUCKETS - 1)


def _word_of(now: str | None, fast: float, slow: float, usual: float, rank: float) -> str:
    """The word for two rates, the day's mean, and the share of the day that was slower; the present one is kept while
    it is nearly true."""
    top = rank >= (TOP_LEFT if now == FAST else TOP)
    above = fast > usual * (ABOVE_LEFT if now in (RISING, SUBSIDING) else ABOVE)
    if fast <= usual * (CALM_LEFT if now == CALM_WORD else CALM) and not top:
        return CALM_WORD
    if above and fast <= slow * (SINKS_LEFT if now == SUBSIDING else SINKS):
        return SUBSIDING
    if top and slow >= usual * (MUCH_LEFT if now == FAST else MUCH):
        return FAST
    if above and fast >= slow * (RISES_LEFT if now == RISING else RISES):
        return RISING
    return USUAL


def _dominant(now: Side | None, longs: float, shorts: float) -> Side | None:
    both = longs + shorts
    if both < LEAST_RATE:
        return None
    for side, mine in ((Side.LONG, longs), (Side.SHORT, shorts)):
        if mine >= both * (DOMINATES_LEFT if now is side else DOMINATES):
            return side
    return None
