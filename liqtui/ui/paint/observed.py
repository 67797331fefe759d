"""What is seen of positions that are public: solid bars before the paled estimate, a few rows, a word at the cursor."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from liqtui.events import Side
from liqtui.liqmap.agreement import Pair
from liqtui.liqmap.intensity import per_percent
from liqtui.liqmap.observed import Observed
from liqtui.ui import words
from liqtui.ui.look import Line, Look
from liqtui.ui.paint.across import PARTS
from liqtui.ui.paint.bars import EIGHTHS, heights
from liqtui.ui.paint.grid import Grid
from liqtui.ui.paint.scale import Floats, Scale, gather, rungs_shown
from liqtui.ui.paint.spans import label
from liqtui.ui.state import OBSERVED, PaneState
from liqtui.view import View

Eighths = NDArray[np.int64]
Flags = NDArray[np.bool_]

NAME = 9
"""Cells of a row's name."""
HIGHEST = 2.0
"""Times the highest estimated bar that observed ones may stretch the scale: one large position is a spike, and would
leave nothing of the rest."""
PALE = 0.3
"""Where on its ladder the estimate is drawn behind what is observed."""
STEP_BP = 5.0
"""Distances are told in steps of this: they are not known better, and stand still."""


def observed_of(view: View, state: PaneState) -> Observed | None:
    """What is to be drawn over the map; None where it was not chosen, or there is none."""
    return view.observed if state.laid_over == OBSERVED and view.map is not None else None


def observed_density(view: View, state: PaneState, scale: Scale) -> Floats | None:
    """Observed mass per 1 % of price [side, cell] of the leverages shown, where it is to be drawn."""
    seen = observed_of(view, state)
    if seen is None or view.map is None:
        return None
    by_bin = seen.mass[:, rungs_shown(state.leverage, view.map.rungs)].sum(axis=1, dtype=np.float64)
    return per_percent(gather(by_bin, seen.first_bin, 1, scale), scale.step)


def tallest(view: View, state: PaneState, scale: Scale, dense: Floats) -> float:
    """The density that should fill the bars: the highest estimated one, or an observed one not too far above it."""
    most = float(dense.max(initial=0.0))
    seen = observed_density(view, state, scale)
    if seen is None:
        return most
    return max(most, min(float(seen.max(initial=0.0)), HIGHEST * most if most > 0 else np.inf))


class Seen(NamedTuple):
    """Bars of what is estimated and of what is observed, in eighths, one element each."""

    estimated: Eighths
    longs: Flags
    """Whose colour the estimated one has."""
    observed: Eighths
    observed_longs: Flags

    @classmethod
    def of(cls, dense: Floats, seen: Floats, full: float, cells: int) -> "Seen":
        """Of densities [side, bar]; `full` fills so many cells."""
        tall = [heights(one.sum(axis=0), full, cells) for one in (dense, seen)]
        return cls(tall[0], dense[0] >= dense[1], tall[1], seen[0] >= seen[1])


def paint_observed(grid: Grid, x: int, y: int, rows: int, bars: Seen) -> None:
    """Upright bars on the estimated ones, which pale; one per column from `x` on, on the `rows` from `y` on."""
    above = np.arange(rows - 1, -1, -1)[:, None] * 8
    there, seen = (np.clip(tall[None, :] - above, 0, 8) for tall in (bars.estimated, bars.observed))
    area = np.s_[y : y + rows, x : x + len(bars.observed)]
    _lay(grid, area, there, seen, bars.longs[None, :], bars.observed_longs[None, :], EIGHTHS)


def paint_observed_across(grid: Grid, x: int, y: int, cells: int, bars: Seen) -> None:
    """The same lying: one per row from `y` on, `cells` long."""
    before = np.arange(cells)[None, :] * 8
    there, seen = (np.clip(long[:, None] - before, 0, 8) for long in (bars.estimated, bars.observed))
    area = np.s_[y : y + len(bars.observed), x : x + cells]
    _lay(grid, area, there, seen, bars.longs[:, None], bars.observed_longs[:, None], PARTS)


def _lay(
    grid: Grid, area: tuple[slice, slice], there: Eighths, seen: Eighths, longs: Flags, observed_longs: Flags,
    glyphs: NDArray[np.uint32],
) -> None:
    """Cells [row, column] of estimated and observed eighths."""
    look = grid.look
    pale = np.where(longs, np.int16(_pale(look.long_ladder)), np.int16(_pale(look.short_ladder)))
    bright = np.where(observed_longs, np.int16(look.long), np.int16(look.short))
    drawn = seen > 0
    grid.fg[area] = np.where(drawn, bright, np.where(there > 0, pale, grid.fg[area]))
    grid.ch[area] = np.where(drawn, glyphs[seen], grid.ch[area])
    grid.bg[area] = np.where(drawn & (there == 8), pale, grid.bg[area])  # beyond its end the estimate goes on
    if not look.half_blocks:  # few colours, or none: a shade tells the estimate
        grid.ch[area] = np.where((there == 8) & ~drawn, ord(look.shades[len(look.shades) // 2]), grid.ch[area])


def observed_rows(view: View, look: Look) -> list[Line]:
    """`OBSERVED ▼ L 43 %  ▲ S 38 % of OI`, how many and how old, and how far the estimate agrees."""
    seen = view.observed
    if seen is None:
        return []
    line: Line = [label("OBSERVED", look, NAME)]
    if seen.share is None:
        line.append(("open interest unknown", look.muted, 0))
    else:
        line += [
            (f"▼ L {seen.share[Side.LONG] * 100:.0f} %", look.long, 0), ("  ", look.muted, 0),
            (f"▲ S {seen.share[Side.SHORT] * 100:.0f} %", look.short, 0),
        ]
    old = "" if seen.age_ns is None else f", {words.age(seen.age_ns)} old"
    out = [line, [(f"  {_about(seen.positions)} positions{old}", look.muted, 0)]]
    agreed = seen.agreement
    if agreed is not None and agreed.w1_bp != (None, None):
        out.append([
            label("AGREES", look, NAME), (_both(agreed.overlap, 100.0, 1.0, " %"), look.text, 0),
            (f" {_both(agreed.w1_bp, 1.0, STEP_BP, ' bp')}", look.muted, 0),
        ])
    return out


def observed_title(view: View, state: PaneState) -> str:
    """`observed 43 % of OI`, both sides together; empty where it is not drawn."""
    seen = observed_of(view, state)
    if seen is None:
        return ""
    return OBSERVED if seen.share is None else f"{OBSERVED} {sum(seen.share) / 2 * 100:.0f} % of OI"


def observed_at(view: View, state: PaneState, here: Scale) -> tuple[float, float] | None:
    """Units per side observed in one column, of the leverages shown; None where nothing is observed at all."""
    seen = view.observed
    if seen is None or view.map is None:
        return None
    low = here.first * here.bins - seen.first_bin
    cut = seen.mass[:, rungs_shown(state.leverage, view.map.rungs), max(low, 0) : max(low + here.bins, 0)]
    longs, shorts = cut.sum(axis=(1, 2), dtype=np.float64).tolist()
    return longs, shorts


def _pale(ladder: tuple[int, ...]) -> int:
    return ladder[round(PALE * (len(ladder) - 1))]


def _about(count: int) -> str:
    """Two figures of a large count: it changes with every answer."""
    if count < 100:
        return str(count)
    step = 10 ** (len(str(count)) - 2)
    return f"{count // step * step:,}"


def _both(pair: Pair, factor: float, step: float, unit: str) -> str:
    """`61 / 58 %`; a side of which nothing is said is a dash."""
    told = ["–" if value is None else f"{round(value * factor / step) * step:.0f}" for value in pair]
    return f"{told[Side.LONG]} / {told[Side.SHORT]}{unit}"
