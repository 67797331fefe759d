"""The subscriptions of one socket: asked for, acknowledged, heard, silent. No I/O; times are the caller's seconds."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from liqtui.events import FeedState
from liqtui.feeds.cadence import Cadence
from liqtui.feeds.settings import Timing
from liqtui.venues.base import Subscription

_RESYNC_MAX_S = 60.0
_REVIVAL = 0.5
"""So much of the limit a mute socket is waited for after everything was asked for anew …"""
_RELAPSE = 5.0
"""… and within so many limits of that it is not tried again: books that begin whole are no cure."""
_LAPSES = 3
"""After so many silences in a row, each answered by asking anew, the socket is to blame."""


@dataclass(slots=True)
class Line:
    """One subscription and how it stands on the socket that is open."""

    subscription: Subscription
    asked_at: float | None = None
    asks: int = 0
    acked: bool = False
    heard_at: float | None = None
    """Last data, or when it was last asked for: silence counts from here."""
    begun: bool = False
    """Data has come since it was asked for."""
    cadence: Cadence = field(default_factory=Cadence)
    surprised_s: float | None = None
    """The silence that was a surprise; as long again is one, until it speaks."""
    lapses: int = 0
    """Silences found since it spoke last."""
    trouble: str = ""
    """Why it is not whole, in words; empty while it is."""
    refused: bool = False
    given_up: bool = False
    """Asked for often enough without an acknowledgement."""
    resync_at: float | None = None
    """When it is to be asked for anew."""
    resynced_at: float = float("-inf")
    resyncs: int = 0


class Lines:
    """What is wanted of one connection and what of it has come. Owned by the connection."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._lines: dict[str, Line] = {}
        self._leaving: dict[str, Subscription] = {}
        self._ever_asked: set[str] = set()
        self._been_whole = False
        """On this socket: what is asked for after that is one more instrument, no new connection."""
        self._spoken = False
        """On this socket: data of any of them has come."""
        self._revived_at = float("-inf")
        """When all of them were asked for anew, because it was mute."""
        self.data_at = 0.0
        """When data of any of them came last on this socket, or when it was opened."""
        self.spoke_at: float | None = None
        """When data of any of them came last, on whatever socket."""

    def __len__(self) -> int:
        return len(self._lines)

    def __contains__(self, key: str) -> bool:
        return key in self._lines

    def want(self, wanted: Iterable[Subscription]) -> None:
        """From now on these and no others; changes are due at the next `due`."""
        target = {s.key: s for s in wanted}
        for key in [k for k in self._lines if k not in target]:
            line = self._lines.pop(key)
            if line.asked_at is not None:
                self._leaving[key] = line.subscription
        for key, subscription in target.items():
            if key not in self._lines:
                self._lines[key] = Line(subscription)

    def opened(self, now: float) -> None:
        """A new socket: nothing has been asked on it."""
        self._lines = {key: Line(line.subscription) for key, line in self._lines.items()}
        self._leaving.clear()
        self._ever_asked.clear()
        self._been_whole = self._spoken = False
        self._revived_at = float("-inf")
        self.data_at = now

    # --- what the venue says ------------------------------------------------------------------------------------

    def heard(self, key: str, now: float) -> Subscription | None:
        """Data of a subscription came; the answer is the subscription where it is the first since it was asked for."""
        line = self._lines.get(key)
        if line is None:
            return None
        if line.begun and line.heard_at is not None:
            line.cadence.note(now, line.heard_at)
        self.data_at = self.spoke_at = line.heard_at = now
        self._spoken = True
        line.surprised_s, line.lapses = None, 0
        if line.trouble and not line.refused and line.resync_at is None:
            line.trouble = ""
        if line.begun:
            return None
        line.begun = True
        return line.subscription

    def acked(self, key: str, now: float) -> str | None:
        """The venue acknowledged `key`; words where nobody asked for that."""
        if key not in self._ever_asked:
            return f"acknowledged but never asked for: {key}"
        line = self._lines.get(key)
        if line is not None:
            line.acked, line.asks, line.heard_at, line.given_up = True, 0, now, False
            if line.subscription.silence_s is None and line.surprised_s is None and line.resync_at is None:
                line.trouble = ""  # it may be quiet for ever: nothing better will come
        return None

    def refuse(self, key: str, words: str) -> bool:
        """The venue refused `key`; it is not asked for again on this socket. False where it is not ours."""
        line = self._lines.get(key)
        if line is None:
            return False
        line.refused, line.trouble = True, f"refused: {words}"
        return True

    def resync(self, key: str, words: str, now: float) -> None:
        """Ask for `key` anew: at once, or later where that was done a moment ago."""
        line = self._lines.get(key)
        if line is None or line.refused or line.asked_at is None or line.resync_at is not None:
            return
        if now - line.resynced_at > 2 * _RESYNC_MAX_S:
            line.resyncs = 0
        pause = min(_RESYNC_MAX_S, self._timing.resync_s * 2.0**line.resyncs) if line.resyncs else 0.0
        line.resync_at = max(now, line.resynced_at + pause)
        line.resyncs += 1
        line.trouble = words

    # --- what is to be done -------------------------------------------------------------------------------------

    def due(self, now: float) -> tuple[list[Subscription], list[Subscription]]:
        """What to unsubscribe, then what to subscribe now."""
        drop, ask = list(self._leaving.values()), list[Subscription]()
        for line in self._lines.values():
            if line.resync_at is not None and line.resync_at <= now:
                drop.append(line.subscription)
                ask.append(line.subscription)
            elif line.asked_at is None:
                ask.append(line.subscription)
        return drop, ask

    def dropped(self) -> None:
        """The unsubscriptions of `due` went out."""
        self._leaving.clear()

    def asked(self, subscriptions: Iterable[Subscription], now: float) -> None:
        """The subscriptions of `due` went out."""
        for subscription in subscriptions:
            self._ever_asked.add(subscription.key)
            line = self._lines.get(subscription.key)
            if line is None:
                continue
            if line.resync_at is not None:
                line.resynced_at, line.resync_at = now, None
            line.asked_at = line.heard_at = now
            line.asks += 1
            line.acked = line.begun = False
            line.cadence = Cadence()

    def overdue(self, now: float) -> list[tuple[Subscription, str]]:
        """Look at acknowledgements and silences: each new gap with its words. What helps is done at the next `due`."""
        gaps, mute = [], self.mute(now)
        for line in self._lines.values():
            if line.asked_at is None or line.refused or line.resync_at is not None:
                continue
            words = None
            if not line.acked:
                words = self._unacknowledged(line, now)
            elif not mute:
                words = self._silent(line, now)
            if words:
                gaps.append((line.subscription, words))
        return gaps

    def _unacknowledged(self, line: Line, now: float) -> str | None:
        assert line.asked_at is not None
        waited = now - line.asked_at
        if waited <= self._timing.ack_s:
            return None
        if line.heard_at is not None and line.heard_at > line.asked_at:
            line.acked = True  # its data is acknowledgement enough
            return None
        if line.asks < self._timing.asks or waited > self._timing.reask_s:
            line.asked_at = None  # due again
            return None
        if line.given_up:
            return None
        line.given_up = True
        line.trouble = f"not acknowledged, asked {line.asks} times"
        return line.trouble

    def _silent(self, line: Line, now: float) -> str | None:
        if line.heard_at is None:
            return None
        usual = line.cadence.limit_s(line.heard_at, self._timing) or line.surprised_s
        limits = [s for s in (line.subscription.silence_s, usual) if s is not None]
        if not limits or now - line.heard_at <= min(limits):
            return None
        line.surprised_s = usual
        line.lapses += 1
        words = f"silent for {now - line.heard_at:.0f} s"
        self.resync(line.subscription.key, words, now)
        return words

    def revive(self, now: float) -> bool:
        """Where the whole socket is mute, have everything asked for anew: at once, and once. Whether that is due."""
        limit = self.quiet_limit_s()
        if limit is None or not self.mute(now) or now - self._revived_at < _RELAPSE * limit:
            return False
        self._revived_at = now
        for line in self._lines.values():
            if line.asked_at is not None and not line.refused:
                line.resync_at = now
                line.trouble = "no data" if line.subscription.control else ""
        return True

    # --- how it stands ------------------------------------------------------------------------------------------

    @property
    def whole(self) -> bool:
        """Everything that was not refused is acknowledged."""
        return all(line.acked or line.refused for line in self._lines.values())

    def symbols(self) -> set[str]:
        """The symbols that have streams here."""
        return {s for line in self._lines.values() if (s := line.subscription.symbol) is not None}

    def whole_for(self, symbol: str) -> bool:
        """All of one symbol's streams are acknowledged; False where there are none."""
        lines = [line for line in self._lines.values() if line.subscription.symbol == symbol]
        return bool(lines) and all(line.acked or line.refused for line in lines)

    def asked_for(self) -> list[Subscription]:
        """What this socket is subscribed to."""
        return [
            line.subscription for line in self._lines.values() if line.asked_at is not None and not line.refused
        ]

    def quiet_limit_s(self) -> float | None:
        """The longest silence of the whole socket: what control streams never exceed together, else the shortest of
        the streams' own."""
        own, controlled = self._own_limit_s()
        return own if own is None or not controlled else min(self._timing.mute_s, own)

    def _own_limit_s(self) -> tuple[float | None, bool]:
        """The shortest silence limit of the control streams, else of any; whether there are control streams."""
        limited = [(s.silence_s, s.control) for s in self.asked_for() if s.silence_s is not None]
        controls = [limit for limit, control in limited if control]
        return min(controls or [limit for limit, _ in limited], default=None), bool(controls)

    def mute(self, now: float) -> bool:
        """Nothing at all has come for too long, whatever is acknowledged."""
        limit = self.quiet_limit_s()
        return limit is not None and now - self.data_at > limit

    def unheard(self, now: float) -> bool:
        """Mute for so long that asking for everything anew did not help, and no stream of this venue is so slow."""
        limit, own = self.quiet_limit_s(), self._own_limit_s()[0]
        if limit is None or own is None or not self.mute(now):
            return False
        return now - self.data_at > own and _REVIVAL * limit < now - self._revived_at < _RELAPSE * limit

    def stubborn(self) -> str:
        """A stream that should speak and does not, however often it is asked for, in words; nothing where none is."""
        found = (line for line in self._lines.values() if line.surprised_s and line.lapses >= _LAPSES)
        return next((f"{line.subscription.key} stays silent" for line in found), "")

    def state(self, now: float) -> tuple[FeedState, str]:
        """The state of the open socket and its reason; of a stale one the reason is since when, as the caller's clock
        has it, and of one that has yet to speak there is none."""
        if self.mute(now):
            return FeedState.STALE, ""
        lost = [line for line in self._lines.values() if line.refused or line.given_up]
        if lost and all(line.refused for line in self._lines.values()):
            return FeedState.REFUSED, lost[0].trouble
        self._been_whole = self._been_whole or self.whole
        if not self._been_whole and not lost:
            return FeedState.CONNECTING, "subscribing"
        if not self._spoken and not lost and self.quiet_limit_s() is not None:
            return FeedState.CONNECTING, ""
        mending = [line for line in self._lines.values() if line.trouble and line not in lost]
        if mending:
            return FeedState.RESYNCING, f"{mending[0].subscription.key} {mending[0].trouble}"
        if lost:
            return FeedState.GAPPED, f"{lost[0].subscription.key} {lost[0].trouble}"
        return FeedState.LIVE, ""
