"""The CASCADE rows of the side column: what a push of one percent comes to, and from where on none would stop it."""

import math

from liqtui.liqmap.cascade import One
from liqtui.ui import words
from liqtui.ui.colour import BOLD
from liqtui.ui.look import Line, Look
from liqtui.view import CascadeView

PUSH = 0.01
ESTIMATE = "est."
"""Beside figures whose size no complete feed anchors."""
BEYOND = "~"
"""Before a price that lies where no book is seen."""
RUNS_AWAY = "runs away"
CALM = 2e-4
"""Prices are rounded to about so much of themselves: a forecast is no sharper, and stands still."""


def cascade_lines(shown: CascadeView | None, look: Look, width: int) -> list[Line]:
    """A head, a row each way, and the nearest runaway if there is one; nothing while nothing is known."""
    if shown is None:
        return []
    rows = []
    for found, name, far in ((shown.buy, "▲ buy ", PUSH), (shown.sell, "▼ sell", -PUSH)):
        one = found.at(shown.mark * (1.0 + far))
        if one is not None:
            rows.append(_row(one, f"{name} {words.percent(far, 1)}", look.short if far > 0 else look.long, look, width))
    head = "" if shown.level_known else ESTIMATE
    out: list[Line] = [[(f"{'CASCADE':<{max(width - 13, 8)}}{'ends':>6}{head:>7}", look.muted, 0)], *rows]
    runaway = _nearest(shown)
    if runaway is not None:
        up = runaway.trigger > shown.mark
        out.append([
            ("first runaway ", look.muted, 0),
            (f"{'▲' if up else '▼'} {BEYOND if runaway.extrapolated else ''}{_price(runaway.trigger)}",
             look.short if up else look.long, 0),
            (f"  {words.percent(runaway.trigger / shown.mark - 1.0, 1)}", look.text, 0),
        ])
    return out


def _row(one: One, name: str, colour: int, look: Look, width: int) -> Line:
    room = max(width - 7 - len(name), 0)
    if one.runaway and one.extrapolated:  # no book is seen that would end it: a price would be another every second
        return [(name, colour, 0), (f"{RUNS_AWAY:>{room + 7}}", look.warn, BOLD)]
    end = f"{BEYOND if one.extrapolated else ''}{_price(one.end)}"
    loud = look.warn if one.runaway else look.text
    return [
        (name, colour, 0), (f"{end:>{room}}", look.text, 0),
        (f"{f'×{one.amplification:.2f}':>7}", loud, BOLD if one.runaway else 0),
    ]


def _nearest(shown: CascadeView) -> One | None:
    """The runaway that needs the smaller push."""
    both = [one for one in (shown.sell.first_runaway, shown.buy.first_runaway) if one is not None]
    return min(both, key=lambda one: abs(math.log(one.trigger / shown.mark)), default=None)


def _price(value: float) -> str:
    step: float = 10.0 ** math.floor(math.log10(value * CALM))
    return words.rough(round(value / step) * step)
