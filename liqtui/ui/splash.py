"""What the pane says while there is no picture: connecting, unreachable, expired, too small. No numpy, so that it is
on the screen before anything heavy is imported."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from liqtui.events import FeedState
from liqtui.instruments import SUM_VENUE
from liqtui.ui import words
from liqtui.ui.colour import BOLD, Row
from liqtui.ui.look import Line, Look

if TYPE_CHECKING:
    from liqtui.view import Health


SMALLEST = (40, 9)
"""Cells of a pane; alone on the screen it has the footer below it."""
_STAGES = ("1D", "1H", "5m", "1m", "joined")
_STAGE_WORDS = {"1D": "days", "1H": "hours", "5m": "5 minutes", "1m": "minutes", "joined": "live"}
METER = 30
RULE = "▁▁▂▃▅▇█▅▃▂▁▁┊▁▁▂▃▂▁▂▄▆█▆▃▂▁▁"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is known before there is a View."""

    name: str
    kind: str
    now_ns: int
    health: "Health | None" = None
    trouble: str = ""
    """Why the instrument cannot be shown at all (unknown, expired), or why the source did not open."""
    hint: str = ""


def splash(width: int, height: int, look: Look, waiting: Waiting, below: Line | None = None) -> list[Row]:
    """All rows of a pane that has nothing to draw yet, or is too small for it; `below` is its last line."""
    if too_small(width, height):
        return _need(width, height, look)
    venue, _, symbol = waiting.name.partition(":")
    name = words.plain(symbol if symbol and venue != SUM_VENUE else waiting.name)
    title: Line = [(words.clip(name, width - 4), look.title, look.title_attr)]
    if waiting.kind != "live":
        title.append((f"  {waiting.kind.upper()}", look.accent, BOLD))
    above = [] if look.focused is None else [_bar(title, width, look)]  # as where there is a picture
    lines: list[Line] = [title, []] if look.focused is None else []
    lines += [_rule(look), []]
    lines += _trouble(waiting, look, width) if waiting.trouble else _progress(waiting, look, width)
    top = max((height - len(lines)) // 2 - len(above), 0)
    rows = above + [_blank(width, look)] * top
    rows += [_centred(line, width, look) for line in lines[: height - len(rows)]]
    rows += [_blank(width, look)] * (height - len(rows))
    if below:
        rows[-1] = _filled([(" ", look.text, 0), *below], width, look)
    return [look.out(row) for row in rows]


def too_small(width: int, height: int) -> bool:
    """A picture of so many cells nobody could read."""
    return width < SMALLEST[0] or height < SMALLEST[1]


def _need(width: int, height: int, look: Look) -> list[Row]:
    footer = 1 if look.focused is None else 0  # one pane speaks of the whole screen
    need = f"needs {SMALLEST[0]}×{SMALLEST[1] + footer}, has {width}×{height + footer}"
    said: Line = [(words.clip(need, width), look.accent if look.focused else look.warn, 0)]
    rows = [_blank(width, look)] * height
    if height:
        rows[height // 2] = _centred(said, width, look)
    return [look.out(row) for row in rows]


def _rule(look: Look) -> Line:
    left, _, right = RULE.partition("┊")
    return [(left, look.long, 0), ("┊", look.faint, 0), (right, look.short, 0)]


def _trouble(waiting: Waiting, look: Look, width: int) -> list[Line]:
    out: list[Line] = [[(line, look.bad, 0)] for line in words.wrap(words.plain(waiting.trouble), min(width - 4, 76))]
    if waiting.hint:
        out += [[], *([(line, look.muted, 0)] for line in words.wrap(words.plain(waiting.hint), min(width - 4, 76)))]
    return out


def _progress(waiting: Waiting, look: Look, width: int) -> list[Line]:
    health = waiting.health
    if health is None:
        return [[("starting", look.muted, 0)]]
    out: list[Line] = []
    down = False
    for feed in health.feeds:
        down |= feed.state in (FeedState.REFUSED, FeedState.CLOSED)
        down |= feed.state is FeedState.CONNECTING and feed.retry_ns is not None
        out += _feed(words.plain(feed.venue), feed.state, feed.reason, feed.retry_ns, waiting.now_ns, look, width)
    if not health.feeds:
        out.append([("connecting", look.muted, 0)])
    backfill = health.backfill
    if backfill is not None:
        out += [[], *_backfill(backfill.stage, backfill.done, backfill.total, look)]
        if backfill.problem:
            out.append([(words.clip(words.plain(backfill.problem), width - 4), look.warn, 0)])
        if backfill.built_ns is not None:
            out.append([(f"last backfill {words.age(waiting.now_ns - backfill.built_ns)} ago", look.muted, 0)])
    out += [[(words.clip(words.plain(w), width - 4), look.warn, 0)] for w in health.words]
    if down and waiting.kind == "live":
        out += [[], [("no exchange at hand?  ", look.muted, 0), ("liqtui demo", look.accent, BOLD),
                     ("  runs on a simulated one", look.muted, 0)]]
    return out


def _feed(
    venue: str, state: FeedState, reason: str, retry_ns: int | None, now_ns: int, look: Look, width: int
) -> list[Line]:
    live = state is FeedState.LIVE
    down = state in (FeedState.REFUSED, FeedState.CLOSED)
    sign = "●" if live else "✕" if down else "◌"
    out: list[Line] = [[(f"{sign} ", look.good if live else look.bad if down else look.warn, 0),
                         (f"{venue} {state.value}", look.text, 0)]]
    if reason:
        out += [[(line, look.muted, 0)] for line in words.wrap(words.plain(reason), min(width - 4, 76))]
    if retry_ns is not None and retry_ns > now_ns:
        out.append([(f"next try in {words.until(retry_ns - now_ns)}", look.text, 0)])
    return out


def _backfill(stage: str, done: int, total: int, look: Look) -> list[Line]:
    share = min(done / total, 1.0) if total > 0 else 0.0
    full = round(share * METER)
    at = _STAGES.index(stage) + 1 if stage in _STAGES else 0
    steps: Line = [("history  ", look.muted, 0)]
    for i, name in enumerate(_STAGES):
        steps.append((f"{_STAGE_WORDS[name]}  ", look.good if i < at else look.text if i == at else look.faint, 0))
    meter: Line = [("━" * full, look.accent, 0), ("─" * (METER - full), look.faint, 0),
                    (f"  {done}/{total}", look.muted, 0)]
    return [steps, meter]


def _centred(line: Line, width: int, look: Look) -> Row:
    length = sum(words.cells(text) for text, _, _ in line)
    left = max((width - length) // 2, 0)
    return _filled([(" " * left, look.text, 0), *line] if left else line, width, look)


def _filled(line: Line, width: int, look: Look, ground: int | None = None) -> Row:
    runs, room = [], width
    for text, fg, attr in [*line, (" " * width, look.text, 0)]:
        if cut := words.cut(text, room):
            runs.append((cut, look.pen(fg, attr, ground)))
            room -= words.cells(cut)
    return tuple(runs)


def _bar(title: Line, width: int, look: Look) -> Row:
    """The first line of one of several panes; a sign shows which has the keys."""
    return _filled([("▸" if look.focused else " ", look.accent, BOLD), *title], width, look, look.bar)


def _blank(width: int, look: Look) -> Row:
    return ((" " * width, look.pen(look.text)),)
