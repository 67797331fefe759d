"""The venues of a sum in words: who is in it, what is wrong with whom, and the VENUES rows of the side column."""

from dataclasses import dataclass

from liqtui.events import FeedState
from liqtui.ui import words
from liqtui.ui.colour import BOLD
from liqtui.ui.look import Line, Look
from liqtui.view import NOT_LISTED, Absent, FeedView, Part, View

FRESH = 0.995
"""A weight above it is told as whole."""
NAME, SHARE, BP, PLACED = 11, 6, 7, 7
"""Cells of the columns."""
INDENT = 2
DETAILS = 2
"""Lines that say what is wrong with one venue, at most."""
LATENCY = 6
"""Cells of `84 ms` and `120 ms` alike: the dot before it stands still."""
LONGEST = 28
"""Cells of a reason in the header."""
_WORDS = {
    FeedState.REFUSED: "refused", FeedState.CLOSED: "closed", FeedState.CONNECTING: "connecting", "gone": "gone",
    FeedState.STALE: "stale", FeedState.GAPPED: "gap", FeedState.RESYNCING: "resyncing", "relative": "no OI",
    "history": "history",
}
"""What can be wrong, the worst first."""
_WORST = list(_WORDS)
_DOWN = (FeedState.REFUSED, FeedState.CLOSED)
_OFF = (*_DOWN, FeedState.CONNECTING, "gone", FeedState.STALE)
"""While so, how far history has come is no matter."""
_SAID = (*_DOWN, FeedState.CONNECTING, "relative")
"""States whose reason tells more than their word."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one venue of a sum stands."""

    venue: str
    state: str
    """A key of `_WORDS`, `live`, or `NOT_LISTED`."""
    member: bool
    """It has a contract to add."""
    fades: int | None
    """Percent of it that still count, where that is not all."""
    history: int | None
    """Percent of its history that are there, where that is not all."""
    age_ns: int | None
    reason: str
    retry_ns: int | None

    @property
    def live(self) -> bool:
        return self.state == FeedState.LIVE and self.fades is None and self.history is None

    @property
    def rank(self) -> tuple[int, int, int]:
        """What to tell first: what is wrong in the sum, then who is not in it, then whose history is still to come."""
        worst = _WORST.index(self.state) if self.state in _WORST else len(_WORST)
        coming = self.history is not None and self.fades is None and self.state not in _OFF
        return 2 if coming else int(not self.member), worst, 100 if self.fades is None else self.fades

    @property
    def word(self) -> str:
        """`fades 62 %`, `stale 22 s`, `history 40 %`, `refused`."""
        if self.fades is not None:
            return f"fades {self.fades} %"
        return self.cause if self.history is None or self.state in _OFF else f"history {self.history} %"

    @property
    def cause(self) -> str:
        """Without what follows from it: `stale 22 s`, `refused`."""
        word = _WORDS.get(self.state, self.state)
        aged = self.state in (FeedState.STALE, "gone") and self.age_ns is not None
        return f"{word} {words.age(self.age_ns or 0)}" if aged else word

    @property
    def why(self) -> str:
        """The reason, where it tells more than the word."""
        return words.plain(self.reason) if self.state in _SAID else ""

    def again(self, now_ns: int) -> str:
        """`again in 45 s`."""
        left = 0 if self.retry_ns is None else self.retry_ns - now_ns
        return f"again in {words.until(left)}" if left > 0 else ""


def standings(view: View, now_ns: int) -> list[Standing]:
    """Every contract of a sum in its order, then the venues that have none in it."""
    later = max(now_ns - view.time_ns, 0)
    return [_of_part(part, later) for part in view.parts] + [_of_absent(gone) for gone in view.absent]


def feeds_of(view: View) -> tuple[FeedView, ...]:
    """The feeds a map rests on: its venue's, or those of the venues in a sum and of those that should be."""
    venues = {part.instrument.venue for part in view.parts} or {view.instrument.venue}
    venues |= {gone.venue for gone in view.absent if gone.state != NOT_LISTED}
    return tuple(feed for feed in view.health.feeds if feed.venue in venues)


def sum_lines(view: View, now_ns: int, look: Look) -> list[tuple[int, Line]]:
    """How the venues of a sum are, in fewer and fewer words, as `header.states_of` wants them: who is in it and how the
    day went stand beside who is in trouble, but not in place of it.

    `● 3/3 live 84 ms`; `◐ bybit fades 86 %, stale 82 s`, `◐ bybit fades 86 %`, `◐ 2/3 live`, `◐ 2/3`.
    """
    wanted = [one for one in standings(view, now_ns) if one.state != NOT_LISTED]
    if not wanted:
        return [(1, [("◌ no venue", look.warn, 0)])]
    bad = sorted((one for one in wanted if not one.live), key=lambda one: one.rank)
    venues = {one.venue for one in wanted}
    live = len(venues - {one.venue for one in bad})
    count: Line = [(f"{live}/{len(venues)}", look.text, 0)]
    if not bad:
        slowest = max((f.latency_ns for f in feeds_of(view) if f.latency_ns is not None), default=None)
        late: Line = [] if slowest is None else [(f" {words.latency(slowest):<{LATENCY}}", look.muted, 0)]
        alive: Line = [("● ", look.good, 0), *count]
        return [(3, [*alive, (" live", look.text, 0), *late]), (3, [*alive, (" live", look.text, 0)]), (1, alive)]
    worst, others = bad[0], len({one.venue for one in bad}) - 1
    down = worst.state in _DOWN
    sign = "◐" if live else "✕" if down else "◌"
    ink, attr = (look.bad, BOLD) if down and not live else (look.warn, 0)
    more = f" +{others}" if others else ""
    long = f"{worst.word}, {worst.cause}" if worst.fades is not None else worst.word
    why, again = worst.why, worst.again(now_ns)
    texts = [f"{long}{why and f': {words.clip(why, LONGEST)}'}"]
    texts = [f"{texts[0]}{again and f', {again}'}", *texts, long, worst.word]
    told: list[Line] = [[(f"{sign} {worst.venue} {text}{more}", ink, attr)] for text in dict.fromkeys(texts)]
    counted: Line = [(f"{sign} ", ink, attr), *count]
    return [*((5, line) for line in told), (1, [*counted, (" live", look.text, 0)]), (1, counted)]


def reasons_of(view: View, now_ns: int) -> dict[str, str]:
    """Why what a sum warns of is so, by its words."""
    out = {}
    for one in standings(view, now_ns):
        told = ", ".join(filter(None, [one.cause, one.why, one.again(now_ns)]))
        if one.fades is not None:
            out[f"{one.venue} fades"] = f"{told}; {one.fades} % of it still counts"
        elif not one.member:
            out[f"{one.venue} is missing"] = words.plain(one.reason) if one.state == NOT_LISTED else told
    return out


def venue_names(view: View, look: Look) -> Line:
    """`binance · okx · bybit`: the venues that are in the sum, those that fade in another colour."""
    inside = {part.instrument.venue: part.weight for part in view.parts if part.mass is not None}
    out: Line = []
    for venue, weight in inside.items():
        out += [(" · ", look.faint, 0)] if out else []
        out.append((venue, look.muted if weight >= FRESH else look.warn, 0))
    return out


def venue_rows(view: View, look: Look, now_ns: int, width: int, *, detailed: bool) -> list[Line]:
    """Share of the open interest that is summed, premium over the reference, share of it that the map places; of a
    venue that is not live what is wrong instead, with `detailed` also why."""
    told = standings(view, now_ns)
    if not told:
        return []
    total = sum((part.open_interest or 0.0) * part.weight for part in view.parts)
    out: list[Line] = [[(f"{'VENUES':<{NAME}}{'OI':>{SHARE}}{'bp':>{BP}}{'placed':>{PLACED}}", look.muted, 0)]]
    for one, part in zip(told, [*view.parts, *[None] * len(view.absent)], strict=True):
        name = f"{one.venue}i" if part is not None and part.instrument.inverse else one.venue
        inside = part is not None and part.mass is not None
        share = ""
        if part is not None and inside and total > 0.0:
            share = f"{(part.open_interest or 0.0) * part.weight / total * 100:.0f} %"
        line: Line = [
            (words.fill(name, NAME), look.text if inside else look.muted, 0), (f"{share:>{SHARE}}", look.text, 0),
        ]
        if part is not None and one.live:
            line += [(f"{_premium(part):>{BP}}", look.muted, 0), (f"{_placed(part):>{PLACED}}", look.muted, 0)]
            out.append(line)
            continue
        ink = look.muted if one.state == NOT_LISTED else look.bad if one.state in _DOWN else look.warn
        room = width - NAME - SHARE
        said = ", ".join(filter(None, [one.cause if one.fades is not None else "", one.why, one.again(now_ns)]))
        details = words.wrap(said, width - INDENT)[:DETAILS] if said and detailed else []
        word = one.word if details or share or not one.why else f"{one.word}: {one.why}"
        if not share:
            line, room = line[:1], width - NAME
        out.append([*line, (f"{words.clip(word, room - 1):>{room}}", ink, 0)])
        out += [[(" " * INDENT + text, look.muted, 0)] for text in details]
    return out


def _of_part(part: Part, later: int) -> Standing:
    fades = round(part.weight * 100) if part.mass is not None and part.weight < FRESH else None
    filled = part.backfill
    history = None
    if filled is not None and not filled.finished:
        history = min(round(100 * filled.done / filled.total), 99) if filled.total else 0
    age = None if part.age_ns is None else part.age_ns + later
    return Standing(part.instrument.venue, part.state, True, fades, history, age, part.reason, part.retry_ns)


def _of_absent(gone: Absent) -> Standing:
    return Standing(gone.venue, gone.state, False, None, None, None, gone.reason, gone.retry_ns)


def _premium(part: Part) -> str:
    """Of its mark over the reference's, in whole basis points."""
    if part.shift is None:
        return ""
    return "ref" if part.shift == 0.0 else words.signed(-1e4 * part.shift, 0)


def _placed(part: Part) -> str:
    return "" if part.coverage is None else f"{part.coverage * 100:.0f} %"
