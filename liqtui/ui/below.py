"""The line under the picture while nothing is read there: what answers the last key, else keys worth knowing. No numpy:
it is there before a picture is."""

from typing import NamedTuple

from liqtui.ui import words
from liqtui.ui.colour import BOLD
from liqtui.ui.look import Line, Look
from liqtui.ui.state import PaneState

BETWEEN = " · "
GLANCE_NS, READ_NS = 3 * 10**9, 50 * 10**6
"""How long an answer stays: as long as it takes to look there, and to read a letter."""


class Strip(NamedTuple):
    """Stops on a way, each in words, and the one that was stepped to."""

    stops: tuple[tuple[str, ...], ...]
    """Of each its name, then what else there is to say, which gives way where there is little room."""
    at: int


def lasting(notice: str) -> int:
    """How long a notice is shown, in ns."""
    return GLANCE_NS + READ_NS * len(notice)


def answered(state: PaneState, look: Look, room: int) -> Line:
    """The strip that was stepped along, then the notice, in `room` cells; empty where nothing is to be said."""
    if state.strip is None:
        return [(words.clip(words.plain(state.notice), room), look.warn, 0)] if state.notice else []
    line = _strip(state.strip, look, room)
    left = room - _width(line) - 2
    if state.notice and left >= words.cells(state.notice):
        line.append((f"  {words.plain(state.notice)}", look.warn, 0))
    return line


def hinted(state: PaneState, look: Look, room: int) -> Line:
    """Keys worth knowing, as many as there is room for: the last of several stays, those before it go from the end."""
    if len(state.hints) < 2:
        return [(f"{caps} {name}", look.faint, 0) for caps, name in state.hints]
    kept = list(state.hints)
    while len(kept) > 1 and sum(words.cells(caps) + words.cells(name) + 3 for caps, name in kept) - 2 > room:
        del kept[-2]
    line: Line = []
    for caps, name in kept:
        line += [(caps, look.accent, 0), (f" {name}  ", look.muted, 0)]
    return line


def _strip(strip: Strip, look: Look, room: int) -> Line:
    """All stops, with as much of each as fits beside all of the chosen one; if not even their names fit, as many as do,
    with one word more, the chosen one among them and as much of what lies before as of what follows."""
    at, longest = strip.at, max(map(len, strip.stops))
    for kept in range(longest, 0, -1):
        stops = _words(strip, kept)
        line = _cut(stops, at, 0, len(stops), look)
        if _width(line) <= room:
            return line
    stops = _words(strip, 2)
    first, end = at, at + 1
    while first > 0 or end < len(stops):
        before = first > 0 and (end == len(stops) or at - first < end - 1 - at)
        wider = (first - 1, end) if before else (first, end + 1)
        if _width(_cut(stops, at, *wider, look)) > room:
            break
        first, end = wider
    return _cut(stops, at, first, end, look)


def _words(strip: Strip, kept: int) -> tuple[str, ...]:
    """The stops, `kept` words of each but of the chosen one all."""
    return tuple(" ".join(stop if at == strip.at else stop[:kept]) for at, stop in enumerate(strip.stops))


def _cut(stops: tuple[str, ...], at: int, first: int, end: int, look: Look) -> Line:
    line: Line = [("… ", look.faint, 0)] if first > 0 else []
    for place in range(first, end):
        if place > first:
            line.append((BETWEEN, look.faint, 0))
        line.append((f"▸{stops[place]}", look.accent, BOLD) if place == at else (stops[place], look.muted, 0))
    return [*line, (" …", look.faint, 0)] if end < len(stops) else line


def _width(line: Line) -> int:
    return sum(words.cells(text) for text, _, _ in line)
