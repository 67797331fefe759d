"""The side column's row on how right the map has been."""

from liqtui.ui import words
from liqtui.ui.look import Line, Look
from liqtui.ui.paint.spans import LABEL, label
from liqtui.view import View

_DAY = 86_400 * 10**9


def score_rows(view: View, look: Look, now_ns: int) -> list[Line]:
    """How right the map was: capture and its lift, deviance against what only knows how far price went."""
    score = view.figures.score
    if score is None:
        return []
    if score.n_steps == 0:
        most = max(score.skipped, key=lambda one: one[1], default=("no step yet", 0))[0]
        return [[label("SCORE", look), (words.plain(most), look.muted, 0)]]
    span = min(now_ns - score.since_ns, _DAY)
    line = [label("SCORE", look), (f"{'24 h' if span >= _DAY else words.age(span)}  ", look.muted, 0)]
    if score.capture10 is not None and score.lift is not None:
        line.append((f"capture {score.capture10 * 100:.0f} % ×{score.lift:.1f}", look.text, 0))
    else:
        line.append((score.reason or f"{score.n_events:,} events", look.muted, 0))
    if score.deviance is None or not score.deviance_excursion:
        return [line]
    less = score.deviance / score.deviance_excursion - 1.0
    return [line, [
        (" " * LABEL + "error ", look.muted, 0), (words.percent(less, 0), look.warn if less > 0 else look.text, 0),
        (" vs range", look.muted, 0),
    ]]
