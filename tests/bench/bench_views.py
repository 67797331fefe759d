"""What a frame of each view costs: painted, compared with the one before, and its changed rows put into runs.

A pane of 150x45 whose whole map, mark, book and open interest are others in every frame, four frames a second of its
clock, as the engine publishes them; the cursor is on, as somebody looks at it. CPU time of the process.
"""

import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from result import Result, at_most

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ui.factory import NOW, SECOND, Market
from ui.view_scene import look_at, with_cascade, with_history

from liqtui.ui.colour import Depth
from liqtui.ui.look import Look
from liqtui.ui.paint.header import Moment
from liqtui.ui.paint.pane import Painter
from liqtui.ui.state import VIEWS, PaneState
from liqtui.view import Figure, View

SIZE = (150, 44)
FRAMES, WARM = 240, 8
GOAL_MS = 8.0


def run() -> list[Result]:
    """Milliseconds a frame of each view."""
    base, look = with_history(with_cascade(Market().view())), look_at(Depth.TRUECOLOR)
    return [measured(name, base, look) for name in VIEWS]


def measured(name: str, base: View, look: Look) -> Result:
    painter, state = Painter(), PaneState("x", view=name, cursor=59_000.0)
    before, spent, rows = None, [], []
    for at, view in enumerate(frames(base)):
        start = time.process_time()
        grid = painter.paint(view, state, SIZE, look, Moment(view.time_ns, "live"), at * SECOND // 4)
        changed = grid.changed(before)
        for y in changed:
            grid.row(y)
        spent.append((time.process_time() - start) * 1e3)
        rows.append(len(changed))
        before = grid
    first, p50, p99 = spent[0], float(np.median(spent[WARM:])), float(np.percentile(spent[WARM:], 99))
    note = f"p99 {p99:.1f}, first {first:.0f} ms; {np.mean(rows[WARM:]):.0f} of {SIZE[1]} rows change"
    return Result(f"{name}: a frame, p50", p50, "ms", at_most(GOAL_MS), note=note)


def frames(base: View) -> Iterator[View]:
    """Views in which everything has moved a little."""
    assert base.map is not None
    assert base.book is not None
    assert base.figures.mark is not None
    rng = np.random.default_rng(5)
    for at in range(FRAMES):
        now = NOW + at * SECOND // 4
        grown = base.map.mass * (1.0 + 0.02 * rng.random(base.map.mass.shape[-1], np.float32))
        mark = base.figures.mark.value * (1.0 + 2e-4 * rng.standard_normal())
        bids = base.book.bids * (0.9 + 0.2 * rng.random(base.book.bids.shape, np.float32))
        book = replace(base.book, bids=bids)
        yield replace(
            base, epoch=at, time_ns=now, map=replace(base.map, mass=grown), book=book,
            figures=replace(base.figures, mark=Figure(mark, now), last=Figure(mark, now),
                            open_interest=Figure(140_000.0 + 100 * rng.random(), now)),
        )
